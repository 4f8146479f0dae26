/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

/* Functions for work that waits in a queue. */

/**
 * tf_future_cancel_if_waiting:
 * @self: a future
 *
 * Cancels the work if it has not begun.
 *
 * For work that must not be stopped halfway, as the move of a file: if the call returns true, the function of the task
 * never runs, and all else is as after [method@Future.cancel]. If it returns false nothing has happened: the work has
 * begun, has ended, or was cancelled before.
 *
 * The state is what the main context was told, and may be `WAITING` for a moment although the work has begun; this call
 * goes by the queue itself. A task that was sent to a worker process ahead of its turn has begun.
 *
 * Only tasks of executors wait in a queue. For promises, derived futures, sets and detached futures the call returns
 * false; to take back the task behind a derived future, use the future of the task.
 *
 * ## Threads
 *
 * May be called from any thread, as [method@Future.cancel].
 *
 * Returns: true if the work will never begin, because of this call
 *
 * Since: 1.0
 */
gboolean
tf_future_cancel_if_waiting (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  gboolean         is_cancelled;

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);

  if (priv->work == NULL || tf__work_get_class (priv->work)->cancel_queued == NULL ||
      !tf__future_check_process (self, G_STRFUNC))
    return FALSE;

  /* A handler of its cancellable may drop the last reference. */
  g_object_ref (self);
  is_cancelled = tf__work_get_class (priv->work)->cancel_queued (priv->work);
  if (is_cancelled && tf__future_is_in_owner (self))
    {
      tf__enter_foreground ();
      tf__work_tell_cancel (priv->work);
    }
  else if (is_cancelled)
    {
      tf__pipe_post (&priv->work->pipe, TF_NEWS_CANCEL);
    }

  g_object_unref (self);
  return is_cancelled;
}

/**
 * tf_future_set_priority:
 * @self: a future
 * @priority: the new priority, as for [method@Task.set_priority]
 *
 * Moves the work in the queue where it waits.
 *
 * For work whose result the user wants to see first. Work of a lower number begins before all that has a higher one;
 * among work of the same priority this one is the last. With the priority that it has already it stays where it is.
 *
 * Work that has begun is not affected. Only tasks of executors wait in a queue: for promises, derived futures, sets and
 * detached futures the call returns false.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if the work waits with @priority now; false, with nothing changed, if it does not wait in a queue
 *
 * Since: 1.0
 */
gboolean
tf_future_set_priority (TfFuture *self,
                        int       priority)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);

  return priv->work != NULL && tf__work_get_class (priv->work)->set_priority != NULL &&
         tf__future_check_process (self, G_STRFUNC) &&
         tf__work_get_class (priv->work)->set_priority (priv->work, priority);
}
