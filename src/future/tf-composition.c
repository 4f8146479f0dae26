/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-composition.h>

#include "core/tf-clock-private.h"
#include "future/tf-link-private.h"

/* The public functions that derive a future from another one. */

/* NULL after a critical. */
TF_FOREGROUND
static TfFuture *
derive (TfFuture      *self,
        TfLinkKind     kind,
        TfThenFunc     func,
        gpointer       user_data,
        GDestroyNotify user_data_free,
        gpointer       place)
{
  TfLink *link = tf__link_new_for (kind, self, place);

  link->func = func;
  link->user_data = user_data;
  link->user_data_free = user_data_free;
  return TF_FUTURE (link);
}

/**
 * tf_future_then:
 * @self: a future
 * @func: (scope notified) (closure user_data) (destroy user_data_free): goes on, when @self has completed
 * @user_data: data for @func
 * @user_data_free: (nullable): frees @user_data, in the owner context
 *
 * Derives a future that goes on when another one has completed.
 *
 * If @self fails or is cancelled, @func is not called, and the derived future ends as @self did.
 *
 * @func is called once at most, in the owner context, from the loop: also if @self is done already. It returns a
 * future, and the derived one ends as that does; `NULL` completes it without a value.
 *
 * The derived future is held by @self until it has ended, so it is safe to drop it. Cancelling it cancels @self, unless
 * somebody else listens to that: another derived future or set, a waiter, a handler of [signal@Future::done] or of the
 * notifications of the state.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full): the derived future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_then (TfFuture      *self,
                TfThenFunc     func,
                gpointer       user_data,
                GDestroyNotify user_data_free)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);
  tf__return_val_if_not_owner (self, NULL);
  tf__enter_foreground ();

  return derive (self, TF_LINK_THEN, func, user_data, user_data_free, __builtin_return_address (0));
}

/**
 * tf_future_catch:
 * @self: a future
 * @func: (scope notified) (closure user_data) (destroy user_data_free): goes on, when @self has failed
 * @user_data: data for @func
 * @user_data_free: (nullable): frees @user_data, in the owner context
 *
 * Derives a future that mends the failure of another one.
 *
 * If @self completes or is cancelled, @func is not called, and the derived future ends as @self did. A cancel is not a
 * failure, so it cannot be mended by accident.
 *
 * @func is called once at most, in the owner context, from the loop: also if @self is done already. It returns a
 * future, and the derived one ends as that does; `NULL` completes it without a value.
 *
 * The derived future is held by @self until it has ended, so it is safe to drop it. Cancelling it cancels @self, unless
 * somebody else listens to that: another derived future or set, a waiter, a handler of [signal@Future::done] or of the
 * notifications of the state.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full): the derived future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_catch (TfFuture      *self,
                 TfThenFunc     func,
                 gpointer       user_data,
                 GDestroyNotify user_data_free)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);
  tf__return_val_if_not_owner (self, NULL);
  tf__enter_foreground ();

  return derive (self, TF_LINK_CATCH, func, user_data, user_data_free,
                 __builtin_return_address (0));
}

/**
 * tf_future_finally:
 * @self: a future
 * @func: (scope notified) (closure user_data) (destroy user_data_free): goes on, however @self has ended
 * @user_data: data for @func
 * @user_data_free: (nullable): frees @user_data, in the owner context
 *
 * Derives a future that does something when another one has ended, well, badly or by a cancel, and then ends as it did.
 *
 * @func is called also when the derived future was cancelled: it is `CANCELLING` until @self has ended. Only
 * [method@Future.abort] gives up without it.
 *
 * @func is called once at most, in the owner context, from the loop: also if @self is done already. It returns a
 * future, which is waited for: if that completes, the derived one ends as @self did, and otherwise as the future of
 * @func. `NULL` is nothing to wait for.
 *
 * The derived future is held by @self until it has ended, so it is safe to drop it. Cancelling it cancels @self, unless
 * somebody else listens to that: another derived future or set, a waiter, a handler of [signal@Future::done] or of the
 * notifications of the state.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full): the derived future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_finally (TfFuture      *self,
                   TfThenFunc     func,
                   gpointer       user_data,
                   GDestroyNotify user_data_free)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);
  tf__return_val_if_not_owner (self, NULL);
  tf__enter_foreground ();

  return derive (self, TF_LINK_FINALLY, func, user_data, user_data_free,
                 __builtin_return_address (0));
}

/**
 * tf_future_shield:
 * @self: a future
 *
 * Derives a future that ends as another one does, and that cannot be cancelled.
 *
 * [method@Future.cancel] returns false for it, and [method@Future.abort] fails with `TF_ERROR_NOT_CANCELLABLE`. A
 * cancel of what is derived from the shield ends there.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full): the shield
 *
 * Since: 1.0
 */
TfFuture *
tf_future_shield (TfFuture *self)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  tf__return_val_if_not_owner (self, NULL);
  tf__enter_foreground ();

  return derive (self, TF_LINK_SHIELD, NULL, NULL, NULL, __builtin_return_address (0));
}

/* Limits */

TF_FOREGROUND
static TfFuture *
limit (TfFuture       *self,
       gint64          deadline_us,
       TfTimeoutAction action,
       TfFutureFunc    on_timeout,
       gpointer        user_data,
       GDestroyNotify  user_data_free,
       gpointer        place)
{
  TfFuture    *future = derive (self, TF_LINK_TIMEOUT, NULL, user_data, user_data_free, place);
  TfLink      *link = TF_LINK (future);
  TfLinkLimit *its_limit;

  if (link->upstream == NULL || deadline_us == G_MAXINT64)
    return future;

  its_limit = g_new0 (TfLinkLimit, 1);
  its_limit->action = action;
  its_limit->on_timeout = on_timeout;
  link->limit = its_limit;
  tf__timer_set (&its_limit->timer, &link->completion.work.pipe, deadline_us);
  return future;
}

/**
 * tf_future_with_timeout:
 * @self: a future
 * @timeout_us: how long to wait, in microseconds: 0 until the next turn of the loop, negative for no limit
 * @action: what becomes of @self when the time is over
 *
 * Derives a future that ends as another one does, or fails with `G_IO_ERROR_TIMED_OUT` when that takes too long.
 *
 * @action is done before the derived future fails; if @self refuses, it goes on. If @self is done in the same turn as
 * the time is over, it counts.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full): the derived future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_with_timeout (TfFuture       *self,
                        gint64          timeout_us,
                        TfTimeoutAction action)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  tf__return_val_if_not_owner (self, NULL);
  tf__enter_foreground ();

  return limit (self, tf__clock_deadline (timeout_us), action, NULL, NULL, NULL,
                __builtin_return_address (0));
}

/**
 * tf_future_with_timeout_full:
 * @self: a future
 * @timeout_us: how long to wait, in microseconds: 0 until the next turn of the loop, negative for no limit
 * @action: what becomes of @self when the time is over
 * @on_timeout: (scope notified) (closure user_data) (destroy user_data_free): called with @self when the time is over
 * @user_data: data for @on_timeout
 * @user_data_free: (nullable): frees @user_data, in the owner context
 *
 * The same as [method@Future.with_timeout], with a function that is called when the time is over, right before @action
 * is done and the derived future fails.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full): the derived future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_with_timeout_full (TfFuture       *self,
                             gint64          timeout_us,
                             TfTimeoutAction action,
                             TfFutureFunc    on_timeout,
                             gpointer        user_data,
                             GDestroyNotify  user_data_free)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (on_timeout != NULL, NULL);
  tf__return_val_if_not_owner (self, NULL);
  tf__enter_foreground ();

  return limit (self, tf__clock_deadline (timeout_us), action, on_timeout, user_data,
                user_data_free, __builtin_return_address (0));
}

/**
 * tf_future_with_deadline:
 * @self: a future
 * @deadline_us: until when to wait, in microseconds, as [func@GLib.get_monotonic_time] tells the time
 * @action: what becomes of @self when the time has come
 *
 * The same as [method@Future.with_timeout], with a time instead of a duration: for several steps that share a limit.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full): the derived future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_with_deadline (TfFuture       *self,
                         gint64          deadline_us,
                         TfTimeoutAction action)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  tf__return_val_if_not_owner (self, NULL);
  tf__enter_foreground ();

  return limit (self, deadline_us, action, NULL, NULL, NULL, __builtin_return_address (0));
}

/**
 * tf_future_dup_cancel_origin:
 * @self: a future
 *
 * Gets the name of the future where the cancel began that ended this one, or is about to.
 *
 * A cancel goes through chains and sets of futures, in both directions; this is the one that somebody cancelled or gave
 * up, or whose time was over. The reason of an abort goes with it, and is the error of all of them.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer full) (nullable): the name; `NULL` if the cancel began here, or there was none
 *
 * Since: 1.0
 */
char *
tf_future_dup_cancel_origin (TfFuture *self)
{
  const TfFutureMore *more;

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);

  more = tf__future_get_private (self)->more;
  return more == NULL ? NULL : g_strdup (more->origin);
}
