/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-executor-private.h"

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"

/**
 * tf_executor_stop:
 * @self: an executor
 * @error: return location for an error, or `NULL`
 *
 * Stops the executor: it takes no more tasks, and cancels those that it has.
 *
 * The call returns at once, in the state `STOPPING`; the executor is `STOPPED` when every future is
 * done, which is before the call returns if there is none. The state is `STOPPING` before the first
 * future is cancelled, so that no handler can submit in between.
 *
 * It may be called again: an executor that has been stopped stays as it is, and the call returns true.
 *
 * ## Errors
 *
 * - `TF_ERROR_NOT_RUNNING`: it belongs to the process that this one was forked from.
 * - `TF_ERROR_WRONG_THREAD`: the call was made outside the owner context.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: true if the executor is stopped, or stopping; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_executor_stop (TfExecutor *self,
                  GError    **error)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tf__executor_check_process (self, error))
    return FALSE;

  if (!tf__dispatcher_is_owner (&self->engine->dispatcher))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_WRONG_THREAD,
                           "An executor can be stopped in its main context only");
      return FALSE;
    }

  tf__enter_foreground ();
  g_object_ref (self);

  tf__engine_move (self->engine, TF_EXECUTOR_EVENT_STOP);
  /* Also the second time: a stop further up may not have come to cancel yet. */
  tf__engine_cancel_all (self->engine);
  tf__engine_check_stopped (self->engine);
  g_object_unref (self);
  return TRUE;
}

static gboolean
is_empty (gpointer data)
{
  return tf__engine_get_n_pending (data) == 0;
}

TF_FOREGROUND
static gboolean
drive_to_end (TfEngine *engine,
              gint64    deadline_us,
              GError  **error)
{
  g_autofree char *stragglers = NULL;
  gboolean         is_over;

  engine->is_shutting_down = TRUE;
  tf__live_tasks_tell_returned (engine);
  is_over = tf__dispatcher_run_until (&engine->dispatcher, is_empty, engine, deadline_us);
  if (is_over && tf__engine_get_n_aborted (engine) == 0)
    tf__engine_wait_for_pumps (engine, deadline_us);
  engine->is_shutting_down = FALSE;

  tf__engine_tell_counts (engine);
  if (is_over)
    return TRUE;

  stragglers = tf__live_tasks_describe (engine);
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
               "The executor could not be shut down in time; %s", stragglers);
  return FALSE;
}

/**
 * tf_executor_shutdown:
 * @self: an executor
 * @timeout_us: how long to wait, in microseconds; negative for no limit
 * @error: return location for an error, or `NULL`
 *
 * Stops the executor and waits until every future is done.
 *
 * While it waits it delivers the messages of its own tasks, and nothing else of the main loop. When
 * it returns true, no function of a task runs any more, except those of tasks that were given up by
 * [method@Future.abort].
 *
 * It may follow [method@Executor.stop], and may be called again: after the time was over the state
 * is `STOPPING`, the loop delivers as before, and the executor is `STOPPED` by itself when the last
 * future is done. On an executor that is `STOPPED` it returns true at once.
 *
 * In a handler or callback of one of its own futures it does not wait for the end of that handler. It returns true in
 * the state `STOPPING` then, and the executor is `STOPPED` when everything of that future has been delivered.
 *
 * ## Errors
 *
 * - `G_IO_ERROR_TIMED_OUT`: tasks still run after @timeout_us; the message says how many, and names
 *   the first ones.
 * - `TF_ERROR_WRONG_THREAD`: the call was made outside the owner context.
 * - `TF_ERROR_NOT_RUNNING`: the executor belongs to the process that this one was forked from.
 * - `TF_ERROR_DEADLOCK`: the call was made in a handler that the same call, further up, is
 *   delivering to.
 *
 * ## Threads
 *
 * Call in the owner context. Blocks.
 *
 * Returns: true if no task is left, and the executor is stopped, or will be when the handler that called has returned;
 *   false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_executor_shutdown (TfExecutor *self,
                      gint64      timeout_us,
                      GError    **error)
{
  gint64   deadline_us = tf__clock_deadline (timeout_us);
  gboolean is_over;

  g_return_val_if_fail (TF_IS_EXECUTOR (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!tf__executor_check_process (self, error))
    return FALSE;

  if (!tf__dispatcher_is_owner (&self->engine->dispatcher))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_WRONG_THREAD,
                           "An executor can be shut down in its main context only");
      return FALSE;
    }

  tf__enter_foreground ();

  if (tf__engine_get_state (self->engine) == TF_EXECUTOR_STATE_STOPPED)
    return TRUE;

  if (self->engine->is_shutting_down)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_DEADLOCK,
                           "The executor is being shut down further up");
      return FALSE;
    }

  g_object_ref (self);
  tf_executor_stop (self, NULL);
  is_over = drive_to_end (self->engine, deadline_us, error);
  tf__engine_check_stopped (self->engine);
  g_object_unref (self);
  return is_over;
}
