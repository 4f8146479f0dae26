/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task/tf-task-private.h"

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"

/* The background half of a task: running it, cancelling, and progress. */

/* A callable of a binding that came back without a result raised, or was refused by its
 * language. */
TF_WORKER
static void
require_result (TfTask *self)
{
  if (self->kind != TF_TASK_OF_BINDING || self->has_returned)
    return;

  self->has_returned = TRUE;
  tf__outcome_take_error (
    &self->work.outcome,
    g_error_new (
      TF_ERROR, TF_ERROR_NO_RESULT,
      "The function of task “%s” came back without a result: it raised an exception, forgot to "
      "return, or its language cannot run it in another thread",
      tf__task_get_name (self)));
}

void
tf__task_begin (TfTask      *self,
                TfTaskFrame *frame)
{
  self->has_started = TRUE;
  self->work.time_us = tf__clock_now ();
  tf__pipe_post (&self->work.pipe, TF_NEWS_STARTED);
  tf__task_push_frame (frame, self);
}

void
tf__task_run (TfTask *self)
{
  const TfTaskDetour *detour = tf__task_get_detour (self);
  TfTaskRunner       *runner = self->host->runner;
  TfTaskFrame         frame;

  if (!tf__task_is_wanted (self))
    {
      tf__task_end_unrun (self);
      return;
    }

  if (runner != NULL)
    {
      runner->klass->run (runner, self);
      return;
    }

  tf__task_begin (self, &frame);
  self->func (self, self->kind == TF_TASK_WITH_ARGUMENT ? NULL : self->data);
  tf__task_pop_frame (&frame);

  if (detour != NULL)
    {
      detour->code_returned (self->data);
      tf_task_unref (self);
      return;
    }

  require_result (self);
  tf__pipe_post_last (&self->work.pipe, TF_NEWS_FINAL);
}

/**
 * tf_task_get_argument:
 * @self: the task
 *
 * Gets what the task works on.
 *
 * ## Threads
 *
 * May be called from any thread while the task runs.
 *
 * Returns: (transfer none) (nullable): the argument of [ctor@Task.new_with_argument], or `NULL` if
 *   the task has none or has ended
 *
 * Since: 1.0
 */
GVariant *
tf_task_get_argument (TfTask *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->kind == TF_TASK_WITH_ARGUMENT ? self->data : NULL;
}

/**
 * tf_task_is_cancelled:
 * @self: the task
 *
 * Tells whether the task was cancelled or given up, so that its function should return.
 *
 * A look costs some nanoseconds, so look often. All that reports something looks as well.
 *
 * ## Threads
 *
 * May be called from any thread while the task runs.
 *
 * Returns: true if nobody wants the result any more
 *
 * Since: 1.0
 */
gboolean
tf_task_is_cancelled (TfTask *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return tf__pipe_is_cancelled (&self->work.pipe);
}

/**
 * tf_task_get_cancellable:
 * @self: the task
 *
 * Gets a cancellable that is cancelled with the task: for functions of GIO.
 *
 * ## Threads
 *
 * May be called from any thread while the task runs.
 *
 * Returns: (transfer none): the cancellable, which lives as long as the task
 *
 * Since: 1.0
 */
GCancellable *
tf_task_get_cancellable (TfTask *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return tf__work_ensure_cancellable (&self->work, self->is_submitted);
}

/**
 * tf_task_pause:
 * @self: the task
 * @duration_us: how long to sleep, in microseconds
 *
 * Sleeps until some time has passed, or until the task is cancelled.
 *
 * For a function that tries again later, or that keeps to a pace: other than a sleep of GLib it does not
 * hold up a cancel, an abort or a shutdown. The worker is busy meanwhile.
 *
 * The time is that of the clock of the library: a test that has put its own in place moves it forward. A worker process
 * goes by the clock of the system.
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. Blocks.
 *
 * Returns: true when the time has passed; false if the task was cancelled, given up, or has ended: return then
 *
 * Since: 1.0
 */
gboolean
tf_task_pause (TfTask *self,
               gint64  duration_us)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (duration_us >= 0, FALSE);

  if (!tf__task_is_running (self, G_STRFUNC))
    return FALSE;

  return tf__pipe_pause (&self->work.pipe, tf__clock_deadline (duration_us));
}

/* In a worker process the task has no pipe that leads anywhere. */
static gboolean
set_progress (TfTask       *self,
              const gint64 *completed,
              const gint64 *total,
              const char   *status,
              const char   *function)
{
  if (!tf__task_is_running (self, function))
    return FALSE;

  if (self->host->sink != NULL)
    return self->host->sink->set_progress (self, completed, total, status);

  return tf__pipe_set_progress (&self->work.pipe, completed, total, status);
}

/**
 * tf_task_set_progress:
 * @self: the task
 * @completed_steps: how many steps are done, at least 0
 * @total_steps: how many there are, or -1 while nobody knows
 * @status: (nullable): what the task is doing, or `NULL` to leave the last text
 *
 * Tells how far the task is.
 *
 * The latest values win: the foreground takes them as often as
 * [property@Executor:progress-interval] allows, and once more before the task is done, into the
 * properties of the future. So a call costs some nanoseconds, and may be made for every step.
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. Never blocks.
 *
 * Returns: false if the task was cancelled, given up, or has ended: return then
 *
 * Since: 1.0
 */
gboolean
tf_task_set_progress (TfTask     *self,
                      gint64      completed_steps,
                      gint64      total_steps,
                      const char *status)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (completed_steps >= 0, FALSE);
  g_return_val_if_fail (total_steps >= -1, FALSE);

  return set_progress (self, &completed_steps, &total_steps, status, G_STRFUNC);
}

/**
 * tf_task_advance:
 * @self: the task
 * @n_steps: how many more steps are done, at least 0
 *
 * Adds to the steps that are done.
 *
 * See [method@Task.set_progress].
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. Never blocks. Steps added by several threads
 * at once are all counted.
 *
 * Returns: false if the task was cancelled, given up, or has ended: return then
 *
 * Since: 1.0
 */
gboolean
tf_task_advance (TfTask *self,
                 gint64  n_steps)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (n_steps >= 0, FALSE);

  if (!tf__task_is_running (self, G_STRFUNC))
    return FALSE;

  if (self->host->sink != NULL)
    return self->host->sink->advance (self, n_steps);

  return tf__pipe_advance (&self->work.pipe, n_steps);
}

/**
 * tf_task_set_total:
 * @self: the task
 * @total_steps: how many steps there are, or -1 while nobody knows
 *
 * Tells how many steps the task has.
 *
 * See [method@Task.set_progress].
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. Never blocks.
 *
 * Returns: false if the task was cancelled, given up, or has ended: return then
 *
 * Since: 1.0
 */
gboolean
tf_task_set_total (TfTask *self,
                   gint64  total_steps)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (total_steps >= -1, FALSE);

  return set_progress (self, NULL, &total_steps, NULL, G_STRFUNC);
}

/**
 * tf_task_set_status:
 * @self: the task
 * @status: (nullable): what the task is doing; `NULL` changes nothing
 *
 * Tells what the task is doing, in words.
 *
 * See [method@Task.set_progress]. Bytes that are not UTF-8 are replaced by U+FFFD, as in all texts that a task has or
 * tells: names and descriptions, kinds of messages, messages of errors, and the details of failures.
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. Never blocks.
 *
 * Returns: false if the task was cancelled, given up, or has ended: return then
 *
 * Since: 1.0
 */
gboolean
tf_task_set_status (TfTask     *self,
                    const char *status)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return set_progress (self, NULL, NULL, status, G_STRFUNC);
}
