/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-promise-private.h"

#include <tf/tf-error.h>

/* A promise that ends as another future does. */

void
tf__promise_leave_leader (TfPromise *self)
{
  TfPromiseMore *more = tf__promise_get_more (self);
  TfFuture      *leader = more == NULL ? NULL : g_steal_pointer (&more->leader);

  if (leader == NULL)
    return;

  tf__future_forget_continuation (leader, &more->continuation);
  tf__future_mark_read (leader);
  /* Drop the reference that the leader had; the caller holds its own. */
  g_object_unref (self);
}

static void
on_leader_done (TfContinuation *continuation,
                TfFuture       *leader)
{
  TfPromiseMore *more =
    (TfPromiseMore *) ((char *) continuation - G_STRUCT_OFFSET (TfPromiseMore, continuation));
  TfPromise *self = more->promise;

  tf__enter_foreground ();

  more->leader = NULL;
  tf__completion_end_as_leader (&tf__promise_get_private (self)->completion, leader);
  g_object_unref (self);
}

static void
on_leader_progress (TfContinuation *continuation,
                    TfFuture       *leader,
                    double          old)
{
  TfPromiseMore *more =
    (TfPromiseMore *) ((char *) continuation - G_STRUCT_OFFSET (TfPromiseMore, continuation));

  tf__enter_foreground ();
  tf__future_pass_progress_of (TF_FUTURE (more->promise), leader);
}

static TfFuture *
get_target (TfContinuation *continuation)
{
  const TfPromiseMore *more =
    (TfPromiseMore *) ((char *) continuation - G_STRUCT_OFFSET (TfPromiseMore, continuation));

  return TF_FUTURE (more->promise);
}

static const TfContinuationClass continuation_class = {
  .run = on_leader_done,
  .get_target = get_target,
  .progressed = on_leader_progress,
};

/**
 * tf_promise_follow:
 * @self: a promise
 * @other: a future of the same main context
 *
 * Makes the promise end as another future does, and when it does.
 *
 * The outcome is decided from this call on: what the promise is resolved or rejected with afterwards comes too late. A
 * cancel or an abort of the promise goes on to @other, unless somebody else listens to that too; then the promise ends
 * at once. @other holds the promise until then.
 *
 * A promise that would follow itself, perhaps through others, is rejected with `TF_ERROR_DEADLOCK`.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: true if it was not completed before, nor follows another one
 *
 * Since: 1.0
 */
gboolean
tf_promise_follow (TfPromise *self,
                   TfFuture  *other)
{
  TfPromisePrivate *priv = tf__promise_get_private (self);
  TfPromiseMore    *more;

  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (TF_IS_FUTURE (other), FALSE);
  tf__return_val_if_not_owner (TF_FUTURE (self), FALSE);
  tf__return_val_if_not_owner (other, FALSE);
  tf__enter_foreground ();

  if (tf__completion_waits_for (other, TF_FUTURE (self)))
    return tf_promise_reject_new_error (self, TF_ERROR, TF_ERROR_DEADLOCK,
                                        "Promise “%s” would follow itself",
                                        tf_future_get_name (TF_FUTURE (self)));

  if (tf_future_is_done (other))
    {
      gboolean is_ended;

      /* A handler of its cancellable may drop the last reference. */
      g_object_ref (self);
      is_ended = tf__completion_end_as (&priv->completion, other);
      g_object_unref (self);
      return is_ended;
    }

  if (!tf__pipe_step (&priv->completion.work.pipe, TF_CANCEL_EVENT_FOLLOW))
    return FALSE;

  more = tf__promise_ensure_more (self);
  more->leader = other;
  more->continuation.klass = &continuation_class;
  g_object_ref (self);
  tf__future_continue_with (other, &more->continuation);
  tf__future_pass_progress_of (TF_FUTURE (self), other);
  return TRUE;
}
