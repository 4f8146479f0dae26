/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-executor-private.h"

#include <tf/tf-thread-context.h>

/**
 * tf_executor_get_state: (get-property state)
 * @self: an executor
 *
 * Gets whether the executor takes tasks.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the state
 *
 * Since: 1.0
 */
TfExecutorState
tf_executor_get_state (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), TF_EXECUTOR_STATE_STOPPED);

  return tf__engine_get_state (self->engine);
}

/**
 * tf_executor_is_running: (get-property running)
 * @self: an executor
 *
 * Tells whether the executor takes tasks.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if the state is `RUNNING`
 *
 * Since: 1.0
 */
gboolean
tf_executor_is_running (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), FALSE);

  return tf__engine_get_state (self->engine) == TF_EXECUTOR_STATE_RUNNING;
}

/**
 * tf_executor_is_stopped: (get-property stopped)
 * @self: an executor
 *
 * Tells whether the executor has come to its end.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if the state is `STOPPED`
 *
 * Since: 1.0
 */
gboolean
tf_executor_is_stopped (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), FALSE);

  return tf__engine_get_state (self->engine) == TF_EXECUTOR_STATE_STOPPED;
}

/**
 * tf_executor_get_n_waiting: (get-property n-waiting)
 * @self: an executor
 *
 * Gets how many futures are not done and have not been seen to start.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_executor_get_n_waiting (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), 0);

  return tf__engine_get_n_waiting (self->engine);
}

/**
 * tf_executor_get_n_executing: (get-property n-executing)
 * @self: an executor
 *
 * Gets how many futures are not done and have been seen to start.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_executor_get_n_executing (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), 0);

  return tf__engine_get_n_executing (self->engine);
}

/**
 * tf_executor_get_n_aborted: (get-property n-aborted)
 * @self: an executor
 *
 * Gets how many functions go on although their future was given up by [method@Future.abort].
 *
 * Each of them keeps a worker busy.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_executor_get_n_aborted (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), 0);

  return tf__engine_get_n_aborted (self->engine);
}

/**
 * tf_executor_get_parallel_context: (get-property parallel-context)
 * @self: an executor
 *
 * Gets where the executor runs its tasks.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the context, which lives as long as the executor; `NULL` if
 *   the executor was given a worker pool instead
 *
 * Since: 1.0
 */
TfParallelContext *
tf_executor_get_parallel_context (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);

  return self->context;
}

/**
 * tf_executor_get_worker_pool: (get-property worker-pool)
 * @self: an executor
 *
 * Gets the pool of workers that the executor was given.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the pool, which lives as long as the executor; `NULL` if it
 *   was given none
 *
 * Since: 1.0
 */
TfWorkerPool *
tf_executor_get_worker_pool (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);

  return self->owns_pool ? NULL : self->worker_pool;
}

/**
 * tf_executor_get_main_context: (get-property main-context)
 * @self: an executor
 *
 * Gets the main context that the executor belongs to.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none): the main context
 *
 * Since: 1.0
 */
GMainContext *
tf_executor_get_main_context (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);

  return self->main_context;
}

/**
 * tf_executor_get_max_workers: (get-property max-workers)
 * @self: an executor
 *
 * Gets how many tasks of the executor run at the same time.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number, which is never 0
 *
 * Since: 1.0
 */
guint
tf_executor_get_max_workers (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), 0);

  return tf__engine_get_max_workers (self->engine);
}

/**
 * tf_executor_set_max_workers: (set-property max-workers)
 * @self: an executor
 * @max_workers: how many tasks may run at the same time, or 0 for the number of processors
 *
 * Sets how many tasks of the executor run at the same time.
 *
 * It takes effect at once: more workers start if tasks wait, and those that are too many end with
 * the task that they are at. On a context that the executor was given, it is the share of the
 * executor; the context has a limit of its own.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_executor_set_max_workers (TfExecutor *self,
                             guint       max_workers)
{
  g_return_if_fail (TF_IS_EXECUTOR (self));
  g_return_if_fail (max_workers <= G_MAXINT);

  if (!tf__executor_check_owner (self, G_STRFUNC))
    return;

  tf__enter_foreground ();

  if (self->worker_pool != NULL && !self->owns_pool)
    {
      g_critical ("%s: the number of workers is that of the pool of the executor %p", G_STRFUNC,
                  (gpointer) self);
      return;
    }

  if (max_workers == 0)
    max_workers = g_get_num_processors ();

  if (max_workers == tf__engine_get_max_workers (self->engine))
    return;

  /* A handler of the context may drop the executor. */
  g_object_ref (self);
  if (self->owns_context)
    tf_thread_context_set_max_workers (TF_THREAD_CONTEXT (self->context), max_workers);
  tf__engine_set_max_workers (self->engine, max_workers);
  tf__executor_notify (self, TF_EXECUTOR_PROP_MAX_WORKERS);
  g_object_unref (self);
}

/**
 * tf_executor_get_dispatch_priority: (get-property dispatch-priority)
 * @self: an executor
 *
 * Gets the priority of the source that delivers messages.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: the priority
 *
 * Since: 1.0
 */
int
tf_executor_get_dispatch_priority (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), G_PRIORITY_DEFAULT_IDLE);

  return self->engine->dispatcher.priority;
}

/**
 * tf_executor_set_dispatch_priority: (set-property dispatch-priority)
 * @self: an executor
 * @dispatch_priority: the priority of a source: lower numbers come first
 *
 * Sets the priority of the source that delivers messages.
 *
 * The default, `G_PRIORITY_DEFAULT_IDLE`, lets input and drawing come first. With a number below
 * 121 the source makes a pause of half a budget after each turn that used its budget up, since
 * drawing, which GTK does at 120, would never come otherwise.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_executor_set_dispatch_priority (TfExecutor *self,
                                   int         dispatch_priority)
{
  g_return_if_fail (TF_IS_EXECUTOR (self));

  if (!tf__executor_check_owner (self, G_STRFUNC) ||
      dispatch_priority == self->engine->dispatcher.priority)
    return;

  tf__enter_foreground ();
  tf__dispatcher_set_priority (&self->engine->dispatcher, dispatch_priority);
  tf__executor_notify (self, TF_EXECUTOR_PROP_DISPATCH_PRIORITY);
}

/**
 * tf_executor_get_dispatch_budget: (get-property dispatch-budget)
 * @self: an executor
 *
 * Gets how long the source that delivers messages may go on in one turn of the loop.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
tf_executor_get_dispatch_budget (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), 0);

  return self->engine->dispatcher.budget_us;
}

/**
 * tf_executor_set_dispatch_budget: (set-property dispatch-budget)
 * @self: an executor
 * @dispatch_budget_us: microseconds, at least 1; 1000 by default
 *
 * Sets how long the source that delivers messages may go on in one turn of the loop.
 *
 * What is left is delivered in the next turn, in order. A handler that takes longer is not
 * interrupted.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_executor_set_dispatch_budget (TfExecutor *self,
                                 gint64      dispatch_budget_us)
{
  g_return_if_fail (TF_IS_EXECUTOR (self));
  g_return_if_fail (dispatch_budget_us > 0);

  if (!tf__executor_check_owner (self, G_STRFUNC) ||
      dispatch_budget_us == self->engine->dispatcher.budget_us)
    return;

  tf__enter_foreground ();

  self->engine->dispatcher.budget_us = dispatch_budget_us;
  tf__executor_notify (self, TF_EXECUTOR_PROP_DISPATCH_BUDGET);
}

/**
 * tf_executor_get_progress_interval: (get-property progress-interval)
 * @self: an executor
 *
 * Gets how often the progress of a task is taken over into the properties of its future.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: microseconds
 *
 * Since: 1.0
 */
gint64
tf_executor_get_progress_interval (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), 0);

  return self->engine->dispatcher.interval_us;
}

/**
 * tf_executor_set_progress_interval: (set-property progress-interval)
 * @self: an executor
 * @progress_interval_us: microseconds from one time to the next, 0 for as often as possible; 5000
 *   by default
 *
 * Sets how often the progress of a task is taken over into the properties of its future.
 *
 * This is about [method@Task.set_progress] and its like, of which the latest value counts; events
 * are always delivered.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_executor_set_progress_interval (TfExecutor *self,
                                   gint64      progress_interval_us)
{
  g_return_if_fail (TF_IS_EXECUTOR (self));
  g_return_if_fail (progress_interval_us >= 0);

  if (!tf__executor_check_owner (self, G_STRFUNC) ||
      progress_interval_us == self->engine->dispatcher.interval_us)
    return;

  tf__enter_foreground ();

  self->engine->dispatcher.interval_us = progress_interval_us;
  tf__executor_notify (self, TF_EXECUTOR_PROP_PROGRESS_INTERVAL);
}

/**
 * tf_executor_get_failure_report: (get-property failure-report)
 * @self: an executor
 *
 * Gets what becomes of failures that nobody reads.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: the way of reporting
 *
 * Since: 1.0
 */
TfFailureReport
tf_executor_get_failure_report (TfExecutor *self)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), TF_FAILURE_REPORT_LOG);

  return self->engine->failure_report;
}

/**
 * tf_executor_set_failure_report: (set-property failure-report)
 * @self: an executor
 * @failure_report: the way of reporting
 *
 * Sets what becomes of failures that nobody reads.
 *
 * It holds for tasks that fail from now on. A failure counts as read when the error or the result
 * was asked for; handlers of [signal@Future::done] alone do not read it.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_executor_set_failure_report (TfExecutor     *self,
                                TfFailureReport failure_report)
{
  g_return_if_fail (TF_IS_EXECUTOR (self));

  if (!tf__executor_check_owner (self, G_STRFUNC) || failure_report == self->engine->failure_report)
    return;

  tf__enter_foreground ();

  self->engine->failure_report = failure_report;
  tf__executor_notify (self, TF_EXECUTOR_PROP_FAILURE_REPORT);
}
