/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* --- Making one --- */

static void
test_new_is_running (void)
{
  TfExecutor *executor = tf_executor_new ();
  gboolean    running = FALSE;
  gboolean    stopped = TRUE;
  int         state = -1;

  g_test_summary ("A new executor is RUNNING (EXEC-01).");

  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_RUNNING);
  g_assert_true (tf_executor_is_running (executor));
  g_assert_false (tf_executor_is_stopped (executor));

  g_object_get (executor, "state", &state, "running", &running, "stopped", &stopped, NULL);
  g_assert_cmpint (state, ==, TF_EXECUTOR_STATE_RUNNING);
  g_assert_true (running);
  g_assert_false (stopped);

  tf_test_executor_finish (&executor);
}

static void
test_new_has_defaults (void)
{
  TfExecutor *executor = tf_executor_new ();
  guint       max_workers;
  guint       n_waiting = 1;
  guint       n_executing = 1;
  guint       n_abandoned = 1;
  int         priority;
  int         report;
  gint64      budget;
  gint64      interval;

  g_test_summary ("A new executor has the documented defaults.");

  g_object_get (executor, "max-workers", &max_workers, "dispatch-priority", &priority,
                "dispatch-budget", &budget, "progress-interval", &interval, "failure-report",
                &report, "n-waiting", &n_waiting, "n-executing", &n_executing, "n-aborted",
                &n_abandoned, NULL);

  g_assert_cmpuint (max_workers, ==, g_get_num_processors ());
  g_assert_cmpint (priority, ==, G_PRIORITY_DEFAULT_IDLE);
  g_assert_cmpint (budget, ==, 1000);
  g_assert_cmpint (interval, ==, 5000);
  g_assert_cmpint (report, ==, TF_FAILURE_REPORT_LOG);
  g_assert_cmpuint (n_waiting, ==, 0);
  g_assert_cmpuint (n_executing, ==, 0);
  g_assert_cmpuint (n_abandoned, ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 0);
  g_assert_true (g_list_model_get_item_type (G_LIST_MODEL (executor)) == TF_TYPE_FUTURE);

  tf_test_executor_finish (&executor);
}

static void
test_new_makes_threads (void)
{
  TfExecutor                 *executor = tf_executor_new ();
  g_autoptr (TfThreadContext) context = NULL;

  g_test_summary ("Without a context an executor makes one, owns it, and closes it in the end"
                  " (EXEC-32, EXEC-30).");

  g_object_get (executor, "parallel-context", &context, NULL);
  g_assert_true (TF_IS_THREAD_CONTEXT (context));
  g_assert_true (tf_executor_get_parallel_context (executor) == TF_PARALLEL_CONTEXT (context));
  g_assert_cmpuint (tf_thread_context_get_max_workers (context), ==,
                    tf_executor_get_max_workers (executor));
  g_assert_false (tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (context)));

  tf_test_executor_finish (&executor);
  g_assert_true (tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (context)));
}

static void
test_new_takes_context (void)
{
  TfThreadContext *context = tf_thread_context_new (3);
  TfExecutor      *executor =
    tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("An executor runs on the context that it is given, and leaves it open"
                  " (EXEC-31, EXEC-34).");

  g_assert_true (tf_executor_get_parallel_context (executor) == TF_PARALLEL_CONTEXT (context));
  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, 3);

  future = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_wait_done (future);
  tf_test_executor_finish (&executor);
  g_assert_false (tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (context)));

  /* It is still good for another one. */
  executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  g_set_object (&future, NULL);
  future = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_wait_done (future);
  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_true (tf_executor_is_stopped (executor));
  g_assert_false (tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (context)));
  tf_test_executor_finish (&executor);

  tf_parallel_context_close (TF_PARALLEL_CONTEXT (context));
  g_assert_true (tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (context)));
  g_assert_finalize_object (context);
}

static void
test_new_takes_thread_default (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GMainContext) from_property = NULL;
  TfExecutor              *executor;

  g_test_summary ("An executor belongs to the thread-default main context where it is made"
                  " (EXEC-36).");

  executor = tf_executor_new ();
  g_assert_true (tf_executor_get_main_context (executor) == g_main_context_default ());
  tf_test_executor_finish (&executor);

  g_main_context_push_thread_default (context);
  executor = tf_executor_new ();
  g_main_context_pop_thread_default (context);

  g_object_get (executor, "main-context", &from_property, NULL);
  g_assert_true (tf_executor_get_main_context (executor) == context);
  g_assert_true (from_property == context);
  tf_test_executor_finish (&executor);
}

static gboolean
is_done (gpointer future)
{
  return tf_future_is_done (future);
}

static void
test_new_takes_main_context (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (TfFuture)     future = NULL;
  TfExecutor              *executor;

  g_test_summary ("The messages of an executor come in the main context that it was given.");

  executor = g_object_new (TF_TYPE_EXECUTOR, "main-context", context, NULL);
  future = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_run_until (context, is_done, future);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  tf_test_executor_finish (&executor);
  tf_test_assert_idle (context);
}

static void
assert_read_only (const char *name)
{
  g_autoptr (GTypeClass) klass = g_type_class_ref (TF_TYPE_EXECUTOR);
  GParamSpec            *pspec = g_object_class_find_property (G_OBJECT_CLASS (klass), name);

  g_assert_nonnull (pspec);
  g_assert_cmpint (pspec->flags & G_PARAM_READABLE, ==, G_PARAM_READABLE);
  g_assert_cmpint (pspec->flags & G_PARAM_WRITABLE, ==, 0);
}

static void
test_state_is_read_only (void)
{
  g_test_summary ("What an executor tells of itself cannot be written (EXEC-25).");

  assert_read_only ("state");
  assert_read_only ("running");
  assert_read_only ("stopped");
  assert_read_only ("n-waiting");
  assert_read_only ("n-executing");
  assert_read_only ("n-aborted");
}

/* --- Setting --- */

static void
test_properties_notify (void)
{
  TfExecutor *executor = tf_executor_new ();
  guint       n = 0;

  g_test_summary ("A setter changes its property, and notifies when the value is another one.");

  g_signal_connect (executor, "notify", G_CALLBACK (on_notify_count_cb), &n);

  tf_executor_set_dispatch_priority (executor, G_PRIORITY_DEFAULT);
  g_assert_cmpint (tf_executor_get_dispatch_priority (executor), ==, G_PRIORITY_DEFAULT);
  tf_executor_set_dispatch_budget (executor, 2000);
  g_assert_cmpint (tf_executor_get_dispatch_budget (executor), ==, 2000);
  tf_executor_set_progress_interval (executor, 0);
  g_assert_cmpint (tf_executor_get_progress_interval (executor), ==, 0);
  tf_executor_set_failure_report (executor, TF_FAILURE_REPORT_SIGNAL);
  g_assert_cmpint (tf_executor_get_failure_report (executor), ==, TF_FAILURE_REPORT_SIGNAL);
  tf_executor_set_max_workers (executor, 7);
  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, 7);
  g_assert_cmpuint (n, ==, 5);

  g_object_set (executor, "dispatch-priority", G_PRIORITY_DEFAULT, "dispatch-budget",
                (gint64) 2000, "progress-interval", (gint64) 0, "failure-report",
                TF_FAILURE_REPORT_SIGNAL, "max-workers", 7, NULL);
  g_assert_cmpuint (n, ==, 5);

  tf_executor_set_max_workers (executor, 0);
  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, g_get_num_processors ());
  g_assert_cmpuint (n, ==, 6);

  tf_test_executor_finish (&executor);
}

static void
test_properties_at_construction (void)
{
  TfExecutor *executor;

  g_test_summary ("All that can be set can be given at construction.");

  executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 11, "dispatch-priority",
                           G_PRIORITY_LOW, "dispatch-budget", (gint64) 1, "progress-interval",
                           (gint64) 1, "failure-report", TF_FAILURE_REPORT_SIGNAL, NULL);

  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, 11);
  g_assert_cmpint (tf_executor_get_dispatch_priority (executor), ==, G_PRIORITY_LOW);
  g_assert_cmpint (tf_executor_get_dispatch_budget (executor), ==, 1);
  g_assert_cmpint (tf_executor_get_progress_interval (executor), ==, 1);
  g_assert_cmpint (tf_executor_get_failure_report (executor), ==, TF_FAILURE_REPORT_SIGNAL);
  tf_test_executor_finish (&executor);
}

static void
expect_critical (const char *pattern)
{
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, pattern);
}

static void
test_properties_misuse (void)
{
  TfExecutor *executor = tf_executor_new ();

  g_test_summary ("Numbers that make no sense are refused.");

  expect_critical ("*dispatch_budget_us > 0*");
  tf_executor_set_dispatch_budget (executor, 0);
  expect_critical ("*dispatch_budget_us > 0*");
  tf_executor_set_dispatch_budget (executor, -1);
  expect_critical ("*progress_interval_us >= 0*");
  tf_executor_set_progress_interval (executor, -1);
  expect_critical ("*max_workers <= G_MAXINT*");
  tf_executor_set_max_workers (executor, G_MAXUINT);
  g_test_assert_expected_messages ();

  g_assert_cmpint (tf_executor_get_dispatch_budget (executor), ==, 1000);
  g_assert_cmpint (tf_executor_get_progress_interval (executor), ==, 5000);
  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, g_get_num_processors ());
  tf_test_executor_finish (&executor);
}

static gpointer
set_everything (gpointer executor)
{
  tf_executor_set_dispatch_budget (executor, 1);
  tf_executor_set_dispatch_priority (executor, 1);
  tf_executor_set_progress_interval (executor, 1);
  tf_executor_set_failure_report (executor, TF_FAILURE_REPORT_SIGNAL);
  tf_executor_set_max_workers (executor, 1);
  g_assert_cmpuint (g_list_model_get_n_items (executor), ==, 0);
  g_assert_null (g_list_model_get_item (executor, 0));
  return NULL;
}

static void
test_properties_wrong_thread (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);

  g_test_summary ("Setting and listing belong to the owner context, and say so elsewhere.");

  expect_critical ("tf_executor_set_dispatch_budget: called outside the main context*");
  expect_critical ("tf_executor_set_dispatch_priority: called outside the main context*");
  expect_critical ("tf_executor_set_progress_interval: called outside the main context*");
  expect_critical ("tf_executor_set_failure_report: called outside the main context*");
  expect_critical ("tf_executor_set_max_workers: called outside the main context*");
  expect_critical ("g_list_model_get_n_items: called outside the main context*");
  expect_critical ("g_list_model_get_item: called outside the main context*");
  call_in_thread (set_everything, executor);
  g_test_assert_expected_messages ();

  g_assert_cmpint (tf_executor_get_dispatch_budget (executor), ==, 1000);
  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, 2);
  tf_test_executor_finish (&executor);
}

static gpointer
end_off_thread (gpointer executor)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_executor_stop (executor, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_WRONG_THREAD);
  g_clear_error (&error);
  g_assert_false (tf_executor_shutdown (executor, -1, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_WRONG_THREAD);
  return NULL;
}

static void
test_end_wrong_thread (void)
{
  TfExecutor *executor = tf_executor_new ();

  g_test_summary ("Stop and shutdown in another thread fail with WRONG_THREAD and change nothing.");

  call_in_thread (end_off_thread, executor);
  g_assert_true (tf_executor_is_running (executor));
  tf_test_executor_finish (&executor);
}

/* --- task-failed --- */

static void
on_task_failed_cb (TfExecutor *executor,
                   TfFuture   *future,
                   GString    *text)
{
  g_autoptr (GError) error = tf_future_dup_error (future);

  g_assert_true (tf_future_is_done (future));
  g_string_append_printf (text, "failed:%s:%s ", tf_future_get_name (future), error->message);
}

static void
on_done_text_cb (TfFuture *future,
                 GString  *text)
{
  g_string_append (text, "done ");
}

static void
test_task_failed (void)
{
  g_autoptr (GString)  text = g_string_new (NULL);
  g_autoptr (TfFuture) failed = NULL;
  g_autoptr (TfFuture) completed = NULL;
  g_autoptr (TfFuture) cancelled = NULL;
  TfExecutor          *executor = tf_executor_new ();
  TfTask              *task = tf_task_new (body_fail, NULL, NULL);

  g_test_summary ("The signal task-failed tells of each failure after done, and of nothing else.");

  g_signal_connect (executor, "task-failed", G_CALLBACK (on_task_failed_cb), text);
  tf_task_set_name (task, "load");
  failed = submit_task (executor, task);
  g_signal_connect (failed, "done", G_CALLBACK (on_done_text_cb), text);
  completed = submit_call (executor, body_nothing, NULL, NULL);
  cancelled = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_assert_true (tf_future_cancel (cancelled));

  tf_test_wait_done (failed);
  tf_test_wait_done (completed);
  tf_test_wait_done (cancelled);
  g_assert_cmpstr (text->str, ==, "done failed:load:not there ");

  tf_test_executor_finish (&executor);
}

/* --- The default one --- */

static gpointer
get_default_in_thread (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  TfExecutor              *executor;
  TfFuture                *future;

  g_main_context_push_thread_default (context);
  executor = tf_executor_get_default ();
  g_assert_true (executor != data);
  g_assert_true (executor == tf_executor_get_default ());
  g_assert_true (tf_executor_get_main_context (executor) == context);

  future = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  g_object_unref (future);

  tf_executor_shutdown (executor, -1, NULL);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_default (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GError)       error = NULL;
  TfExecutor              *executor = tf_executor_get_default ();
  TfExecutor              *other;

  g_test_summary ("Each thread and thread-default main context has a default executor of its own.");

  g_assert_true (tf_executor_get_default () == executor);
  g_assert_true (tf_executor_get_main_context (executor) == g_main_context_default ());

  g_main_context_push_thread_default (context);
  other = tf_executor_get_default ();
  g_assert_true (other != executor);
  g_assert_true (tf_executor_get_main_context (other) == context);
  g_assert_true (tf_executor_shutdown (other, -1, &error));
  g_assert_no_error (error);
  g_main_context_pop_thread_default (context);

  call_in_thread (get_default_in_thread, executor);

  g_assert_true (tf_executor_shutdown (executor, -1, &error));
  g_assert_no_error (error);
}

static void
test_default_again (void)
{
  TfExecutor            *executor;
  g_autoptr (TfExecutor) first = g_object_ref (tf_executor_get_default ());
  g_autoptr (TfFuture)   future = NULL;

  g_test_summary ("A new default executor is made when the last one has been stopped.");

  g_assert_true (tf_executor_stop (first, NULL));
  executor = tf_executor_get_default ();
  g_assert_true (executor != first);
  g_assert_true (tf_executor_is_running (executor));

  future = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_wait_done (future);
  g_assert_true (tf_executor_shutdown (executor, -1, NULL));
}

static void
on_gone_cb (gpointer data,
            GObject *object)
{
  tf_test_gate_open (data);
}

static gpointer
leave_default_behind (gpointer gone)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  TfExecutor              *executor;
  TfFuture                *future;

  g_main_context_push_thread_default (context);
  executor = tf_executor_get_default ();
  g_object_weak_ref (G_OBJECT (executor), on_gone_cb, gone);
  future = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_wait_done (future);
  g_object_unref (future);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_default_ends_with_thread (void)
{
  TfTestGate gone;

  g_test_summary ("The default executor of a thread goes when the thread ends.");

  tf_test_gate_init (&gone);
  call_in_thread (leave_default_behind, &gone);
  tf_test_gate_wait (&gone);
  tf_test_gate_clear (&gone);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/new/is-running", test_new_is_running);
  tf_test_add ("/executor/new/has-defaults", test_new_has_defaults);
  tf_test_add ("/executor/new/makes-threads-and-closes-them", test_new_makes_threads);
  tf_test_add ("/executor/new/takes-a-context-and-leaves-it-open", test_new_takes_context);
  tf_test_add ("/executor/new/takes-the-thread-default-main-context",
               test_new_takes_thread_default);
  tf_test_add ("/executor/new/takes-a-main-context", test_new_takes_main_context);
  tf_test_add ("/executor/properties/state-cannot-be-written", test_state_is_read_only);
  tf_test_add ("/executor/properties/are-notified-when-they-change", test_properties_notify);
  tf_test_add ("/executor/properties/can-be-given-at-construction",
               test_properties_at_construction);
  tf_test_add ("/executor/properties/refuse-senseless-numbers", test_properties_misuse);
  tf_test_add ("/executor/properties/belong-to-the-owner-context", test_properties_wrong_thread);
  tf_test_add ("/executor/properties/stop-belongs-to-the-owner-context", test_end_wrong_thread);
  tf_test_add ("/executor/task-failed/tells-of-failures-after-done", test_task_failed);
  tf_test_add ("/executor/default/is-one-per-thread-and-context", test_default);
  tf_test_add ("/executor/default/is-made-again-after-a-stop", test_default_again);
  tf_test_add ("/executor/default/ends-with-its-thread", test_default_ends_with_thread);

  return g_test_run ();
}
