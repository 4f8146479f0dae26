/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-promise-private.h"

/* Progress and items of a promise that is not completed yet, from any thread. */

static TfPipe *
get_pipe (TfPromise *self)
{
  return &tf__promise_get_private (self)->completion.work.pipe;
}

/* A promise that follows another future reports nothing of its own. */
static gboolean
is_open (TfPromise *self)
{
  return tf__future_check_process (TF_FUTURE (self), G_STRFUNC) &&
         tf__pipe_get_cancel_state (get_pipe (self)) == TF_CANCEL_STATE_OPEN;
}

/**
 * tf_promise_set_progress:
 * @self: a promise
 * @completed_steps: how many steps are done, at least 0
 * @total_steps: how many there are; -1 if nobody knows
 * @status: (nullable): what is being done, which is copied; or `NULL` to leave it as it was
 *
 * Reports how far the work is, for the properties of the future.
 *
 * Only the latest values are told: see [method@Task.set_progress].
 *
 * ## Threads
 *
 * May be called from any thread. Never blocks.
 *
 * Returns: true if it is wanted; false once the promise was completed, cancelled or given up
 *
 * Since: 1.0
 */
gboolean
tf_promise_set_progress (TfPromise  *self,
                         gint64      completed_steps,
                         gint64      total_steps,
                         const char *status)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (completed_steps >= 0, FALSE);
  g_return_val_if_fail (total_steps >= -1, FALSE);

  return is_open (self) &&
         tf__pipe_set_progress (get_pipe (self), &completed_steps, &total_steps, status);
}

/**
 * tf_promise_advance:
 * @self: a promise
 * @n_steps: how many more steps are done
 *
 * Adds to the steps that are done.
 *
 * ## Threads
 *
 * May be called from any thread. Never blocks.
 *
 * Returns: true if it is wanted; false once the promise was completed, cancelled or given up
 *
 * Since: 1.0
 */
gboolean
tf_promise_advance (TfPromise *self,
                    gint64     n_steps)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (n_steps >= 0, FALSE);

  return is_open (self) && tf__pipe_advance (get_pipe (self), n_steps);
}

static gboolean
send_event (TfPromise    *self,
            TfRoad        road,
            const GValue *value)
{
  return is_open (self) && tf__pipe_send (get_pipe (self), road, NULL, value);
}

/**
 * tf_promise_report_value:
 * @self: a promise
 * @value: (nullable): what is to be delivered, which is copied; or `NULL` for nothing
 *
 * Reports something, which becomes [signal@Future::progress]. Every report is delivered, in order, before the promise
 * is done.
 *
 * Who is ahead of the owner context by 1024 reports waits here.
 *
 * ## Threads
 *
 * May be called from any thread. May block, but never in the owner context; a cancel ends the waiting.
 *
 * Returns: true if it will be delivered; false once the promise was completed, cancelled or given up
 *
 * Since: 1.0
 */
gboolean
tf_promise_report_value (TfPromise    *self,
                         const GValue *value)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  return send_event (self, TF_ROAD_PROGRESS, value);
}

/**
 * tf_promise_yield_value:
 * @self: a promise
 * @value: (nullable): the item, which is copied; or `NULL` for nothing
 *
 * Yields an item, which becomes [signal@Future::item]. Every item is delivered, in order, before the promise is done.
 *
 * Who is ahead of the owner context by 1024 items waits here.
 *
 * ## Threads
 *
 * May be called from any thread. May block, but never in the owner context; a cancel ends the waiting.
 *
 * Returns: true if it will be delivered; false once the promise was completed, cancelled or given up
 *
 * Since: 1.0
 */
gboolean
tf_promise_yield_value (TfPromise    *self,
                        const GValue *value)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  return send_event (self, TF_ROAD_ITEM, value);
}
