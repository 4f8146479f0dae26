/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

static void
run_exception (TfTask  *task,
               gpointer object)
{
  GValue payload = G_VALUE_INIT;

  g_value_init (&payload, G_TYPE_OBJECT);
  g_value_set_object (&payload, object);
  tf_task_return_failure (task, "ZeroDivisionError", "division by zero", "line 1\nline 2",
                          object == NULL ? NULL : &payload);
  g_value_unset (&payload);
}

static void
test_detail (void)
{
  TfExecutor        *executor = executor_new (1);
  GObject           *object = g_object_new (G_TYPE_OBJECT, NULL);
  TfFuture          *future = submit (executor, run_exception, object);
  GValue            *payload;
  GValue             filled = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_test_summary ("FUT-26, CALL-02: an exception of another language has a type, a text, a "
                  "traceback, and itself.");

  g_assert_null (tf_future_get_failure_type (future));
  g_assert_null (tf_future_dup_failure_payload (future));
  tf_test_wait_done (future);
  g_assert_cmpstr (tf_future_get_failure_type (future), ==, "ZeroDivisionError");
  g_assert_cmpstr (tf_future_get_failure_text (future), ==, "division by zero");
  g_assert_cmpstr (tf_future_get_failure_traceback (future), ==, "line 1\nline 2");
  error = tf_future_dup_error (future);
  g_assert_error (error, TF_ERROR, TF_ERROR_EXCEPTION);
  g_assert_cmpstr (error->message, ==, "ZeroDivisionError: division by zero");
  payload = tf_future_dup_failure_payload (future);
  g_assert_true (g_value_get_object (payload) == object);
  g_boxed_free (G_TYPE_VALUE, payload);
  g_assert_true (tf_future_get_failure_payload (future, &filled));
  g_assert_true (g_value_get_object (&filled) == object);
  g_value_unset (&filled);

  finish_future (future);
  g_assert_finalize_object (object);
  tf_test_executor_finish (&executor);
}

static void
run_bare_exception (TfTask  *task,
                    gpointer text)
{
  tf_task_return_failure (task, "Stop", text, NULL, NULL);
}

static void
test_bare_detail (void)
{
  TfExecutor *executor = executor_new (1);
  char        empty[] = "";
  TfFuture   *none = submit (executor, run_bare_exception, NULL);
  TfFuture   *blank = submit (executor, run_bare_exception, empty);
  GValue      filled = G_VALUE_INIT;
  GError     *error;

  g_test_summary ("An exception may have a type alone.");

  tf_test_wait_done (none);
  tf_test_wait_done (blank);
  g_assert_null (tf_future_get_failure_text (none));
  g_assert_null (tf_future_get_failure_traceback (none));
  g_assert_null (tf_future_dup_failure_payload (none));
  g_assert_false (tf_future_get_failure_payload (none, &filled));
  g_assert_null (g_value_get_pointer (&filled));
  g_value_unset (&filled);
  g_assert_cmpstr (tf_future_get_failure_text (blank), ==, "");
  error = tf_future_dup_error (blank);
  g_assert_cmpstr (error->message, ==, "Stop");
  g_clear_error (&error);

  finish_future (none);
  finish_future (blank);
  tf_test_executor_finish (&executor);
}

static void
test_plain_error (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit (executor, run_failing, NULL);

  g_test_summary ("A plain error has no detail.");

  tf_test_wait_done (future);
  g_assert_null (tf_future_get_failure_type (future));
  g_assert_null (tf_future_get_failure_text (future));
  g_assert_null (tf_future_get_failure_traceback (future));
  g_assert_null (tf_future_dup_failure_payload (future));

  finish_future (future);
  tf_test_executor_finish (&executor);
}

/* Failures that nobody reads */

static TfFuture *
submit_named (TfExecutor *executor,
              TfTaskFunc  func,
              const char *location)
{
  TfTask *task = tf_task_new (func, NULL, NULL);

  tf_task_set_name (task, "risky");
  tf_task_set_location (task, location);
  return submit_task (executor, task);
}

static void
test_unread (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit_named (executor, run_failing, "risk.c:12");

  g_test_summary ("A failure that nobody reads is logged when the future goes, with name and "
                  "place.");

  tf_test_wait_done (future);
  tf_test_drain (NULL);
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING,
                         "Task “risky”, submitted at risk.c:12, failed, and nobody read the error: "
                         "no luck");
  g_assert_finalize_object (future);
  g_test_assert_expected_messages ();

  tf_test_executor_finish (&executor);
}

static void
test_unread_exception (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit_named (executor, run_exception, NULL);

  g_test_summary ("The log has the traceback, and by default the address of the call.");

  tf_test_wait_done (future);
  tf_test_drain (NULL);
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING,
                         "Task “risky”, submitted at test-failure+0x*, failed, and nobody read the "
                         "error: ZeroDivisionError: division by zero\nline 1\nline 2");
  g_assert_finalize_object (future);
  g_test_assert_expected_messages ();

  tf_test_executor_finish (&executor);
}

static void
on_done_look_cb (TfFuture *future,
                 gpointer  data)
{
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_FAILED);
}

static void
test_looking_is_not_reading (void)
{
  TfExecutor *executor = executor_new (1);
  TfTestLog  *log;
  TfFuture   *future = submit (executor, run_failing, NULL);

  g_test_summary ("Neither a handler of done, nor a wait, nor a look at the state reads the "
                  "failure.");

  g_signal_connect (future, "done", G_CALLBACK (on_done_look_cb), NULL);
  g_assert_true (tf_future_wait (future, -1, NULL, NULL));
  tf_test_drain (NULL);
  log = tf_test_log_new (G_LOG_LEVEL_WARNING);
  g_assert_finalize_object (future);
  g_assert_cmpuint (tf_test_log_count (log, "*nobody read the error: no luck"), ==, 1);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 1);
  tf_test_log_free (log);

  tf_test_executor_finish (&executor);
}

static void
read_dup_error (TfFuture *future)
{
  g_clear_error (&(GError *){ tf_future_dup_error (future) });
}

static void
read_value (TfFuture *future)
{
  g_assert_null (tf_future_dup_value (future, NULL));
}

static void
read_number (TfFuture *future)
{
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 0);
}

static void
read_pointer (TfFuture *future)
{
  g_assert_null (tf_future_steal_pointer (future, NULL));
}

static void
read_property (TfFuture *future)
{
  GError *error = NULL;

  g_object_get (future, "error", &error, NULL);
  g_assert_error (error, TF_ERROR, TF_ERROR_FAILED);
  g_clear_error (&error);
}

static void
read_payload (TfFuture *future)
{
  g_assert_null (tf_future_dup_failure_payload (future));
}

static void
read_type (TfFuture *future)
{
  g_assert_null (tf_future_get_failure_type (future));
}

static void
read_text (TfFuture *future)
{
  g_assert_null (tf_future_get_failure_text (future));
}

static void
read_traceback (TfFuture *future)
{
  g_assert_null (tf_future_get_failure_traceback (future));
}

static void
test_read (void)
{
  void (*reads[]) (TfFuture * future) = { read_dup_error, read_value, read_number, read_pointer,
                                          read_property, read_payload, read_type,
                                          read_text, read_traceback };
  TfExecutor *executor = executor_new (1);

  g_test_summary ("A failure that was read, in whatever way, is not logged.");

  for (guint i = 0; i < G_N_ELEMENTS (reads); i++)
    {
      TfFuture *future = submit (executor, run_failing, NULL);

      tf_test_wait_done (future);
      reads[i](future);
      finish_future (future);
    }

  tf_test_executor_finish (&executor);
}

static void
test_cancelled (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *cancelled = submit (executor, run_failing, NULL);
  TfFuture   *aborted = submit (executor, run_failing, NULL);

  g_test_summary ("What was cancelled is never logged.");

  tf_future_cancel (cancelled);
  tf_future_abort (aborted, "enough", NULL);
  finish_future (cancelled);
  finish_future (aborted);
  tf_test_executor_finish (&executor);
}

static void
test_dropped (void)
{
  TfExecutor *executor = executor_new (1);
  TfTestLog  *log = tf_test_log_new (G_LOG_LEVEL_WARNING);

  g_test_summary ("The failure of a future that nobody ever held is logged once, too.");

  g_object_unref (submit (executor, run_failing, NULL));
  finish_future (submit (executor, run_nothing, NULL));
  g_assert_cmpuint (tf_test_log_count (log, "*nobody read the error: no luck"), ==, 1);
  tf_test_log_free (log);
  tf_test_executor_finish (&executor);
}

/* Policies */

static void
on_task_failed_cb (TfExecutor *executor,
                   TfFuture   *future,
                   guint      *n_calls)
{
  g_assert_true (tf_future_is_done (future));
  ++*n_calls;
}

static void
test_signal (void)
{
  TfExecutor *executor = executor_new (1);
  guint       n_calls = 0;
  TfFuture   *future;

  g_test_summary ("With the policy SIGNAL the executor tells of the failure, and nothing is "
                  "logged.");

  tf_executor_set_failure_report (executor, TF_FAILURE_REPORT_SIGNAL);
  g_signal_connect (executor, "task-failed", G_CALLBACK (on_task_failed_cb), &n_calls);
  future = submit (executor, run_failing, NULL);
  finish_future (future);
  g_assert_cmpuint (n_calls, ==, 1);

  tf_test_executor_finish (&executor);
}

static void
test_fatal (void)
{
  g_test_summary ("With the policy FATAL a failure that nobody read ends the program.");

  if (g_test_subprocess ())
    {
      TfExecutor *executor = executor_new (1);
      TfFuture   *future;

      tf_executor_set_failure_report (executor, TF_FAILURE_REPORT_FATAL);
      future = submit_named (executor, run_failing, "risk.c:12");
      tf_test_wait_done (future);
      tf_test_drain (NULL);
      g_object_unref (future);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*risky*submitted at risk.c:12, failed*no luck*");
}

static void
test_fatal_read (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future;

  g_test_summary ("With the policy FATAL a failure that was read is a failure as any other.");

  tf_executor_set_failure_report (executor, TF_FAILURE_REPORT_FATAL);
  future = submit (executor, run_failing, NULL);
  tf_test_wait_done (future);
  read_dup_error (future);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
run_cancelled_error (TfTask  *task,
                     gpointer data)
{
  tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_CANCELLED, "100 %d");
}

static void
test_foreign_cancel (void)
{
  TfExecutor        *executor = executor_new (1);
  TfFuture          *future = submit (executor, run_cancelled_error, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A task that was not cancelled, and says so nevertheless, has failed.");

  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_FAILED);
  error = tf_future_dup_error (future);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "100 %d");

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static TfFuture *
submit_bound (TfExecutor *executor,
              TfTaskFunc  func)
{
  return submit_task (executor, tf_task_new_for_bindings (func, NULL, NULL));
}

static void
test_must_return (void)
{
  TfExecutor        *executor = executor_new (1);
  TfFuture          *future = submit_bound (executor, run_nothing);
  TfFuture          *well = submit_bound (executor, run_eight);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A function of another language that comes back without a result has failed.");

  tf_test_wait_done (future);
  tf_test_wait_done (well);
  error = tf_future_dup_error (future);
  g_assert_error (error, TF_ERROR, TF_ERROR_NO_RESULT);
  g_assert_cmpint (tf_future_get_int64 (well, NULL), ==, 8);

  finish_future (future);
  finish_future (well);
  tf_test_executor_finish (&executor);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/failure/has-the-detail-of-an-exception", test_detail);
  tf_test_add ("/future/failure/may-have-a-type-alone", test_bare_detail);
  tf_test_add ("/future/failure/has-no-detail-when-plain", test_plain_error);
  tf_test_add ("/future/failure/is-logged-when-unread", test_unread);
  tf_test_add ("/future/failure/is-logged-with-its-traceback", test_unread_exception);
  tf_test_add ("/future/failure/is-not-read-by-looking-at-the-state", test_looking_is_not_reading);
  tf_test_add ("/future/failure/is-not-logged-when-read", test_read);
  tf_test_add ("/future/failure/is-not-logged-when-cancelled", test_cancelled);
  tf_test_add ("/future/failure/is-logged-when-dropped", test_dropped);
  tf_test_add ("/future/failure/may-be-a-signal-only", test_signal);
  tf_test_add ("/future/failure/may-be-fatal", test_fatal);
  tf_test_add ("/future/failure/is-not-fatal-when-read", test_fatal_read);
  tf_test_add ("/future/failure/may-be-a-cancel-of-something-else", test_foreign_cancel);
  tf_test_add ("/future/failure/is-a-binding-without-result", test_must_return);

  return g_test_run ();
}
