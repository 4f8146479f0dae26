/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../future/meeting.h"

/* What must not be done with a task: each has a message, and no effect. */

static void
test_change_after_submit (void)
{
  TfExecutor *executor = executor_new (1);
  TfTask     *task = tf_task_ref (tf_task_new (run_nothing, NULL, NULL));
  GObject    *object = g_object_new (G_TYPE_OBJECT, NULL);
  TfTestLog  *log;
  TfFuture   *future;

  g_test_summary ("A task that was submitted cannot be changed.");

  tf_task_set_name (task, "fixed");
  future = submit_task (executor, task);
  log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);
  tf_task_set_name (task, "other");
  tf_task_set_description (task, "other");
  tf_task_set_priority (task, 5);
  tf_task_link_cancellable (task, NULL);
  tf_task_set_owner (task, object);
  tf_task_set_future_type (task, TF_TYPE_FUTURE);
  tf_task_set_callback (task, NULL, NULL, NULL);
  tf_task_set_location (task, "other");
  g_assert_cmpuint (
    tf_test_log_count (log, "tf_task_*: task “fixed” has been submitted and cannot be "
                            "changed any more"),
    ==, 8);
  tf_test_log_free (log);
  g_assert_cmpstr (tf_task_get_name (task), ==, "fixed");
  g_assert_null (tf_task_get_description (task));
  g_assert_cmpint (tf_task_get_priority (task), ==, 0);

  tf_task_unref (task);
  finish_future (future);
  g_assert_finalize_object (object);
  tf_test_executor_finish (&executor);
}

static void
test_report_before_submit (void)
{
  TfTask    *task = tf_task_new (run_nothing, NULL, NULL);
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("A task that was not submitted cannot report.");

  g_assert_false (tf_task_report_value (task, NULL));
  g_assert_false (tf_task_yield_int64 (task, 1));
  g_assert_false (tf_task_send_string (task, "kind", "text"));
  g_assert_false (tf_task_set_progress (task, 1, 2, NULL));
  g_assert_false (tf_task_advance (task, 1));
  g_assert_false (tf_task_set_total (task, 1));
  g_assert_false (tf_task_set_status (task, "text"));
  g_assert_cmpuint (tf_test_log_count (log, "tf_task_*: task “task” has not been "
                                            "submitted"),
                    ==, 7);
  tf_test_log_free (log);
  tf_task_unref (task);
}

static void
test_report_variant_before_submit (void)
{
  TfTask    *task = tf_task_new (run_nothing, NULL, NULL);
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("A floating variant that is refused is freed nevertheless.");

  g_assert_false (tf_task_report_variant (task, g_variant_new_string ("floating")));
  tf_test_log_free (log);
  tf_task_unref (task);
}

static void
count_free (gpointer data)
{
  ++*(guint *) data;
}

static void
run_return_twice (TfTask  *task,
                  gpointer n_frees)
{
  GValue value = G_VALUE_INIT;

  tf_task_return_int64 (task, 8);
  tf_task_return_int64 (task, 9);
  tf_task_return_none (task);
  tf_task_return_string (task, "text");
  tf_task_return_variant (task, g_variant_new_int32 (9));
  tf_task_return_pointer (task, n_frees, count_free);
  tf_task_return_error (task, g_error_new_literal (TF_ERROR, TF_ERROR_FAILED, "late"));
  tf_task_return_new_error (task, TF_ERROR, TF_ERROR_FAILED, "late");
  tf_task_return_failure (task, "Late", "late", NULL, NULL);
  tf_task_return_value (task, &value);
}

static void
test_return_twice (void)
{
  TfExecutor *executor = executor_new (1);
  guint       n_frees = 0;
  TfTestLog  *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);
  TfFuture   *future = submit (executor, run_return_twice, &n_frees);

  g_test_summary ("A task returns once: the first result counts, the others are freed.");

  tf_test_wait_done (future);
  g_assert_cmpuint (tf_test_log_count (log, "tf_task_return_*: task “task” has returned "
                                            "before"),
                    ==, 9);
  tf_test_log_free (log);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 8);
  g_assert_cmpuint (n_frees, ==, 1);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static gpointer
run_return_elsewhere (gpointer task)
{
  tf_task_return_int64 (task, 9);
  return NULL;
}

static void
run_with_helper (TfTask  *task,
                 gpointer data)
{
  g_thread_join (g_thread_new ("helper", run_return_elsewhere, task));
  tf_task_return_int64 (task, 8);
}

static void
test_return_elsewhere (void)
{
  TfExecutor *executor = executor_new (1);
  TfTask     *unsubmitted = tf_task_new (run_nothing, NULL, NULL);
  TfTask     *ended = tf_task_ref (tf_task_new (run_with_helper, NULL, NULL));
  TfTestLog  *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);
  TfFuture   *future;

  g_test_summary ("Only the thread that runs the task can return, and only while it does.");

  tf_task_return_none (unsubmitted);
  future = submit_task (executor, ended);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 8);
  tf_task_return_pointer (ended, NULL, NULL);
  g_assert_cmpuint (
    tf_test_log_count (log, "tf_task_return_*: task “task” does not run in this thread, so it "
                            "cannot return"),
    ==, 3);
  tf_test_log_free (log);

  tf_task_unref (unsubmitted);
  tf_task_unref (ended);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_submit_twice (void)
{
  TfExecutor        *executor = executor_new (1);
  guint              n_frees = 0;
  TfTask            *task = tf_task_ref (tf_task_new (run_nothing, &n_frees, count_free));
  TfFuture          *future = submit_task (executor, tf_task_ref (task));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A task can be submitted once; the second time changes nothing for the first.");

  g_assert_null (tf_executor_submit (executor, tf_task_ref (task), &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_ALREADY_SUBMITTED);
  g_assert_cmpuint (n_frees, ==, 0);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpuint (n_frees, ==, 1);
  g_clear_error (&error);
  g_assert_null (tf_executor_submit (executor, tf_task_ref (task), &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_ALREADY_SUBMITTED);

  tf_task_unref (task);
  tf_task_unref (task);
  finish_future (future);
  tf_test_executor_finish (&executor);
  g_assert_cmpuint (n_frees, ==, 1);
}

static void
test_submit_refused (void)
{
  TfExecutor        *executor = executor_new (1);
  guint              counts[2] = { 0 };
  TfTask            *task = tf_task_ref (tf_task_new (run_never, &counts[0], count_free));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A task that is refused frees what it was given, in the call, once.");

  tf_task_set_callback (task, (TfFutureFunc) run_never, &counts[1], count_free);
  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_null (tf_executor_submit (executor, task, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_assert_cmpuint (counts[0], ==, 1);
  g_assert_cmpuint (counts[1], ==, 1);
  g_assert_false (tf_task_report_int64 (task, 1));
  tf_task_unref (task);
  g_assert_cmpuint (counts[0], ==, 1);
  g_assert_cmpuint (counts[1], ==, 1);
  tf_test_executor_finish (&executor);
}

/* Arguments */

static void
test_arguments (void)
{
  TfTask    *task = tf_task_new (run_nothing, NULL, NULL);
  GObject   *object = g_object_new (G_TYPE_OBJECT, NULL);
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("Arguments that make no sense are refused.");

  g_assert_null (tf_task_new (NULL, NULL, NULL));
  g_assert_null (tf_task_new_for_bindings (NULL, NULL, NULL));
  g_assert_null (tf_task_new_with_argument (NULL, NULL));
  g_assert_false (tf_task_set_total (task, -2));
  g_assert_false (tf_task_set_progress (task, 0, -2, NULL));
  g_assert_false (tf_task_set_progress (task, -1, 4, NULL));
  g_assert_false (tf_task_advance (task, -1));
  g_assert_false (tf_task_send_value (task, NULL, NULL));
  tf_task_set_future_type (task, G_TYPE_OBJECT);
  tf_task_link_cancellable (task, (GCancellable *) object);
  tf_task_return_error (task, NULL);
  tf_task_return_boxed (task, G_TYPE_INT, NULL);
  tf_task_return_failure (task, NULL, NULL, NULL, NULL);
  tf_task_unref (NULL);
  g_assert_cmpuint (tf_test_log_count (log, "*assertion*failed"), ==, 14);
  tf_test_log_free (log);

  g_object_unref (object);
  tf_task_unref (task);
}

static void
test_memory_elsewhere (void)
{
  TfTask    *task = tf_task_new (run_nothing, NULL, NULL);
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("Memory of a task is had and returned in its function only; the message names "
                  "the task.");

  tf_task_set_name (task, "sum");
  g_assert_null (tf_task_allocate_bytes (task, 1));
  tf_task_return_allocated (task, 1);
  g_assert_cmpuint (tf_test_log_count (log, "tf_task_*: task “sum” does not run in this thread"),
                    ==, 2);
  tf_test_log_free (log);
  tf_task_unref (task);
}

static void
test_release_without_hold (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit (executor, run_nothing, NULL);
  TfPromise  *promise = tf_promise_new ("later");
  TfTestLog  *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("Events that nobody holds cannot be released; the message names the future.");

  tf_future_release_events (future);
  g_assert_true (tf_future_hold_events (future));
  tf_future_release_events (future);
  tf_future_release_events (future);
  tf_future_release_events (TF_FUTURE (promise));
  g_assert_cmpuint (
    tf_test_log_count (log,
                       "tf_future_release_events: the events of future “task” are not held"),
    ==, 2);
  g_assert_cmpuint (
    tf_test_log_count (log,
                       "tf_future_release_events: the events of future “later” are not held"),
    ==, 1);
  tf_test_log_free (log);

  tf_test_wait_done (future);
  finish_future (future);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (TF_FUTURE (promise));
  g_object_unref (promise);
  tf_test_executor_finish (&executor);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/task/misuse/changing-what-was-submitted", test_change_after_submit);
  tf_test_add ("/task/misuse/reporting-before-the-submission", test_report_before_submit);
  tf_test_add ("/task/misuse/reporting-a-floating-variant", test_report_variant_before_submit);
  tf_test_add ("/task/misuse/returning-twice", test_return_twice);
  tf_test_add ("/task/misuse/returning-elsewhere", test_return_elsewhere);
  tf_test_add ("/task/misuse/memory-elsewhere", test_memory_elsewhere);
  tf_test_add ("/task/misuse/releasing-without-a-hold", test_release_without_hold);
  tf_test_add ("/task/misuse/submitting-twice", test_submit_twice);
  tf_test_add ("/task/misuse/submitting-to-a-stopped-executor", test_submit_refused);
  tf_test_add ("/task/misuse/arguments-without-sense", test_arguments);

  return g_test_run ();
}
