/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

#include <tf/tf-error.h>

/**
 * tf_future_cancel:
 * @self: a future
 *
 * Asks the work to stop.
 *
 * A task that has not started never will. One that runs is told: every report and every look at
 * [method@Task.is_cancelled] says so from now on, but the code itself decides when it returns. The
 * state is `CANCELLING` until then, and `CANCELLED` afterwards, whatever the code returned. No
 * progress, item or message of the task is delivered after this call.
 *
 * The call never blocks, and fails silently where there is nothing to cancel.
 *
 * ## Threads
 *
 * May be called from any thread, and in any handler. In the owner context the state is
 * `CANCELLING`, and its notifications have been emitted, when the call returns; in a handler of
 * `notify::state` that notification follows when the handler has returned. From another thread
 * the request takes effect for the background at once, and the state follows in the owner context.
 *
 * Returns: true for the one call that took effect
 *
 * Since: 1.0
 */
gboolean
tf_future_cancel (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  gboolean         is_first;

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);

  if (priv->work == NULL || !tf__future_check_process (self, G_STRFUNC))
    return FALSE;

  /* A handler of its cancellable may drop the last reference. */
  g_object_ref (self);
  is_first = tf__work_cancel (priv->work);

  if (tf__future_is_in_owner (self))
    {
      /* Also the request of another thread is told here, if its own message has not come yet. */
      tf__enter_foreground ();
      tf__work_tell_cancel (priv->work);
    }
  else if (is_first)
    {
      tf__pipe_post (&priv->work->pipe, TF_NEWS_CANCEL);
    }

  g_object_unref (self);
  return is_first;
}

TF_FOREGROUND
static gboolean
take_abort (TfFuture *self,
            GError   *reason,
            GError  **error)
{
  TfFuturePrivate   *priv = tf__future_get_private (self);
  const TfWorkClass *klass = tf__work_get_class (priv->work);
  TfFutureMore      *more;
  TfAbortAnswer      answer = TF_ABORT_ALLOWED;

  /* The handler that is asked may drop the last reference. */
  g_object_ref (self);
  if (klass->allow_abort != NULL)
    answer = klass->allow_abort (priv->work, reason, error);
  if (answer != TF_ABORT_ALLOWED)
    {
      g_error_free (reason);
      g_object_unref (self);
      return answer == TF_ABORT_UNDER_WAY;
    }

  if (!tf__work_abort (priv->work))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_DONE, "Task “%s” has already ended",
                   tf_future_get_name (self));
      g_error_free (reason);
      g_object_unref (self);
      return FALSE;
    }

  more = tf__future_ensure_more (self);
  g_clear_error (&more->reason);
  more->reason = reason;

  tf__future_move (self, TF_FUTURE_EVENT_ABORT, NULL);
  /* A handler may have run the loop until the future was done. */
  if (klass->cancelled != NULL && !tf__pipe_is_over (&priv->work->pipe))
    klass->cancelled (priv->work, more->reason);
  g_object_unref (self);
  return TRUE;
}

/**
 * tf_future_abort:
 * @self: a future
 * @reason: (nullable): why, for whoever reads the error; or `NULL` for a general text
 * @error: return location for an error, or `NULL`
 *
 * Gives up waiting for the work.
 *
 * The state is `CANCELLING` when the call returns and `CANCELLED` in the next turn of the main
 * loop, even if the code goes on. The code is told to stop, as by [method@Future.cancel]; what it
 * still reports or returns is dropped. Its worker is busy until it returns, which
 * [property@Executor:n-aborted] shows, and the user data of the task is freed only then.
 *
 * The error of the future is a `G_IO_ERROR_CANCELLED` with @reason as message.
 *
 * ## Errors
 *
 * - `TF_ERROR_DONE`: the work has already ended, or was given up before. There is nothing to do.
 * - `TF_ERROR_NOT_RUNNING`: this process was forked from the one that the future belongs to.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: true if the work was given up; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_future_abort (TfFuture   *self,
                 const char *reason,
                 GError    **error)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);
  if (!tf__future_check_process_error (self, "given up", error))
    return FALSE;
  tf__return_val_if_not_owner (self, FALSE);
  tf__enter_foreground ();

  return take_abort (self,
                     g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                          reason == NULL ? "The task was given up" : reason),
                     error);
}

/**
 * tf_future_abort_with_error:
 * @self: a future
 * @reason: (transfer full): the error that the future ends with
 * @error: return location for an error, or `NULL`
 *
 * Gives up waiting for the work, with a reason of any domain and code.
 *
 * See [method@Future.abort]. The state is `CANCELLED` in the end, whatever @reason is. The call takes @reason in every
 * case, also when it returns false.
 *
 * ## Errors
 *
 * - `TF_ERROR_DONE`: the work has already ended, or was given up before. There is nothing to do.
 * - `TF_ERROR_NOT_RUNNING`: this process was forked from the one that the future belongs to.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: true if the work was given up; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_future_abort_with_error (TfFuture *self,
                            GError   *reason,
                            GError  **error)
{
  g_autoptr (GError) taken = reason;

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (reason != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);
  if (!tf__future_check_process_error (self, "given up", error))
    return FALSE;
  tf__return_val_if_not_owner (self, FALSE);
  tf__enter_foreground ();

  return take_abort (self, g_steal_pointer (&taken), error);
}

/**
 * tf_future_dup_gcancellable:
 * @self: a future
 *
 * Gets a cancellable that is cancelled with the task.
 *
 * It is the one that the task passes to functions of GIO. Cancelling it cancels the task, as
 * [method@Future.cancel] does, which also tells whether it took effect.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the cancellable
 *
 * Since: 1.0
 */
GCancellable *
tf_future_dup_gcancellable (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (priv->work != NULL, NULL);

  return g_object_ref (tf__work_ensure_cancellable (priv->work, TRUE));
}

void
tf__future_leave_owner (TfFuture *self,
                        gpointer  owner)
{
  /* First, so that the owner, half disposed of, is not notified of the cancel. */
  tf__future_drop_callbacks (self, owner);
  tf_future_cancel (self);
}

void
tf__future_leave_gone_owner (TfFuture *self)
{
  gpointer owner = tf__owner_take_gone (self);

  if (owner != NULL)
    tf__future_leave_owner (self, owner);
}

/**
 * tf_future_bind_owner:
 * @self: a future
 * @owner: (nullable): the object for which the work is done, often a widget or window; or `NULL` for none
 *
 * Ties the work to the life of an object, or unties it.
 *
 * When @owner is disposed of before the future is done, the work is cancelled. All signal handlers
 * and callbacks whose data is @owner are dropped first, and the data of a callback is freed by its
 * free function. That holds for the handlers of the future, the callbacks of
 * [method@Task.set_callback], [method@Executor.submit_async] and [method@Future.wait_async], and for
 * the handlers, functions and filters of all that is derived from the future at that time. A derived
 * future without its function ends as what it was derived from does.
 *
 * All other handlers and callbacks are called as for any cancel: they see the future reach
 * `CANCELLED` and "done".
 *
 * A future has one owner at most; the last one bound counts. The future holds no reference on it.
 *
 * `NULL` unbinds the owner: the work goes on when that object is disposed of. Handlers and callbacks whose data is the
 * former owner stay connected and are called as any other, so disconnect them before the object goes. An owner that was
 * disposed of on another thread can no longer be unbound or replaced: the work is cancelled, and its callbacks are
 * dropped.
 *
 * ## Threads
 *
 * Call in the owner context. @owner may be disposed of on any thread: elsewhere the work is told at
 * once, and the rest follows in the owner context.
 *
 * Since: 1.0
 */
void
tf_future_bind_owner (TfFuture *self,
                      GObject  *owner)
{
  g_return_if_fail (TF_IS_FUTURE (self));
  g_return_if_fail (owner == NULL || G_IS_OBJECT (owner));
  tf__return_if_not_owner (self);
  tf__enter_foreground ();

  /* Handlers of the cancel may drop the last reference. */
  g_object_ref (self);
  /* The notice of a disposal on another thread may still be pending; without its link it would find nobody. */
  tf__future_leave_gone_owner (self);
  if (owner == NULL)
    tf__owner_unbind (self);
  else if (!tf_future_is_done (self))
    tf__owner_bind (self, owner);
  g_object_unref (self);
}
