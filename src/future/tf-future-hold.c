/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

static TfPipe *
get_pipe (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  if (priv->work == NULL || tf__work_get_class (priv->work)->kind == TF_WORK_DETACHED)
    return NULL;

  return &priv->work->pipe;
}

/**
 * tf_future_hold_events:
 * @self: a future
 *
 * Holds the events back: those of [signal@Future::progress], [signal@Future::item] and [signal@Future::message].
 *
 * It is for handlers that put items where they are taken more slowly than they come. Nothing is lost. What is held
 * waits where it was sent to, and whoever sends waits too once 1024 events are there, as for a main loop that is
 * behind. If events wait, "done" comes after them. The properties of progress go on.
 *
 * In a handler of an event it takes effect at once: that event is the last. A cancel or an abort drops what is held,
 * and the future ends as it would otherwise.
 *
 * The future may be held several times, and goes on when each call has been answered by one of
 * [method@Future.release_events]. A future that is held lives. A wait in the owner context for one that is held ends
 * only if something releases it meanwhile.
 *
 * What [ctor@Future.new_detached] made has no queue: who delivers decides when. Such futures are not held, and neither
 * is one that is done.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: true if it is held, and has to be released
 *
 * Since: 1.0
 */
gboolean
tf_future_hold_events (TfFuture *self)
{
  TfPipe *pipe;

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);
  tf__return_val_if_not_owner (self, FALSE);
  tf__enter_foreground ();

  pipe = get_pipe (self);
  if (pipe == NULL || tf_future_is_done (self))
    return FALSE;

  g_object_ref (self);
  tf__pipe_hold (pipe);
  return TRUE;
}

/**
 * tf_future_release_events:
 * @self: a future for which [method@Future.hold_events] returned true
 *
 * Has the events delivered again, from the loop.
 *
 * ## Threads
 *
 * May be called from any thread: the collector of a language may be the one that gives up.
 *
 * Since: 1.0
 */
void
tf_future_release_events (TfFuture *self)
{
  TfPipe *pipe;

  g_return_if_fail (TF_IS_FUTURE (self));

  if (!tf__future_check_process (self, G_STRFUNC))
    return;

  pipe = get_pipe (self);
  if (pipe == NULL || !tf__pipe_let_go (pipe))
    {
      g_critical ("%s: the events of future “%s” are not held", G_STRFUNC,
                  tf_future_get_name (self));
      return;
    }

  g_object_unref (self);
}
