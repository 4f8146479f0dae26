/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-future.h>
#include <tf/tf-parallel-context.h>
#include <tf/tf-task.h>
#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_EXECUTOR (tf_executor_get_type ())

/**
 * TfExecutorState:
 * @TF_EXECUTOR_STATE_RUNNING: takes tasks
 * @TF_EXECUTOR_STATE_STOPPING: takes no more tasks; those that it had were cancelled and are coming
 *   to their end
 * @TF_EXECUTOR_STATE_STOPPED: every future is done
 *
 * The life of an executor.
 *
 * Since: 1.0
 */
typedef enum
{
  TF_EXECUTOR_STATE_RUNNING,
  TF_EXECUTOR_STATE_STOPPING,
  TF_EXECUTOR_STATE_STOPPED,
} TfExecutorState;

/**
 * TfFailureReport:
 * @TF_FAILURE_REPORT_LOG: a failure that nobody has read when the future goes is logged as a
 *   warning, once
 * @TF_FAILURE_REPORT_SIGNAL: nothing is logged; [signal@Executor::task-failed] is all
 * @TF_FAILURE_REPORT_FATAL: a failure that nobody has read when the future goes ends the program
 *
 * What becomes of the failures that nobody reads.
 *
 * Since: 1.0
 */
typedef enum
{
  TF_FAILURE_REPORT_LOG,
  TF_FAILURE_REPORT_SIGNAL,
  TF_FAILURE_REPORT_FATAL,
} TfFailureReport;

TF_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TfExecutor, tf_executor, TF, EXECUTOR, GObject)

TF_AVAILABLE_IN_ALL
TfExecutor *tf_executor_new (void) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfExecutor *tf_executor_new_for_parallel_context (TfParallelContext *context)
  G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfExecutor *tf_executor_get_default (void);

TF_AVAILABLE_IN_ALL
TfFuture *tf_executor_submit (TfExecutor *self,
                              TfTask     *task,
                              GError    **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_executor_submit_call (TfExecutor    *self,
                                   TfTaskFunc     func,
                                   gpointer       user_data,
                                   GDestroyNotify user_data_free,
                                   GError       **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_executor_submit_call_for_bindings (TfExecutor    *self,
                                                TfTaskFunc     func,
                                                gpointer       user_data,
                                                GDestroyNotify user_data_free,
                                                GError       **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
void tf_executor_submit_async (TfExecutor         *self,
                               TfTask             *task,
                               GCancellable       *cancellable,
                               GAsyncReadyCallback callback,
                               gpointer            user_data);
TF_AVAILABLE_IN_ALL
gboolean tf_executor_submit_finish (TfExecutor   *self,
                                    GAsyncResult *result,
                                    GValue       *value,
                                    GError      **error);
TF_AVAILABLE_IN_ALL
TfFuture *tf_executor_submit_task_func (TfExecutor     *self,
                                        GTask          *gtask,
                                        GTaskThreadFunc func,
                                        GError        **error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
gboolean tf_executor_stop (TfExecutor *self,
                           GError    **error);
TF_AVAILABLE_IN_ALL
gboolean tf_executor_shutdown (TfExecutor *self,
                               gint64      timeout_us,
                               GError    **error);

TF_AVAILABLE_IN_ALL
int tf_executor_detach (TfExecutor *self,
                        GError    **error);
TF_AVAILABLE_IN_ALL
void tf_executor_dispatch (TfExecutor *self);
TF_AVAILABLE_IN_ALL
gboolean tf_executor_attach (TfExecutor *self,
                             GError    **error);

TF_AVAILABLE_IN_ALL
TfExecutorState tf_executor_get_state (TfExecutor *self);
TF_AVAILABLE_IN_ALL
gboolean tf_executor_is_running (TfExecutor *self);
TF_AVAILABLE_IN_ALL
gboolean tf_executor_is_stopped (TfExecutor *self);
TF_AVAILABLE_IN_ALL
guint tf_executor_get_n_waiting (TfExecutor *self);
TF_AVAILABLE_IN_ALL
guint tf_executor_get_n_executing (TfExecutor *self);
TF_AVAILABLE_IN_ALL
guint tf_executor_get_n_aborted (TfExecutor *self);

TF_AVAILABLE_IN_ALL
TfParallelContext *tf_executor_get_parallel_context (TfExecutor *self);
TF_AVAILABLE_IN_ALL
TfWorkerPool *tf_executor_get_worker_pool (TfExecutor *self);
TF_AVAILABLE_IN_ALL
GMainContext *tf_executor_get_main_context (TfExecutor *self);
TF_AVAILABLE_IN_ALL
guint tf_executor_get_max_workers (TfExecutor *self);
TF_AVAILABLE_IN_ALL
void tf_executor_set_max_workers (TfExecutor *self,
                                  guint       max_workers);
TF_AVAILABLE_IN_ALL
int tf_executor_get_dispatch_priority (TfExecutor *self);
TF_AVAILABLE_IN_ALL
void tf_executor_set_dispatch_priority (TfExecutor *self,
                                        int         dispatch_priority);
TF_AVAILABLE_IN_ALL
gint64 tf_executor_get_dispatch_budget (TfExecutor *self);
TF_AVAILABLE_IN_ALL
void tf_executor_set_dispatch_budget (TfExecutor *self,
                                      gint64      dispatch_budget_us);
TF_AVAILABLE_IN_ALL
gint64 tf_executor_get_progress_interval (TfExecutor *self);
TF_AVAILABLE_IN_ALL
void tf_executor_set_progress_interval (TfExecutor *self,
                                        gint64      progress_interval_us);
TF_AVAILABLE_IN_ALL
TfFailureReport tf_executor_get_failure_report (TfExecutor *self);
TF_AVAILABLE_IN_ALL
void tf_executor_set_failure_report (TfExecutor     *self,
                                     TfFailureReport failure_report);

G_END_DECLS
