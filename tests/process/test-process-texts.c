/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

/* Texts that are not UTF-8, as names of files may be: they arrive with U+FFFD in them, from threads and from worker
 * processes alike. */

#define BAD  "caf\xe9.txt"
#define GOOD "caf\xef\xbf\xbd.txt"

static void
body_talk (TfTask  *task,
           gpointer user_data)
{
  const char *how = g_variant_get_string (tf_task_get_argument (task), NULL);

  tf_task_set_status (task, BAD);
  tf_task_set_status (task, BAD);
  tf_task_send_int64 (task, BAD, 1);
  tf_task_send_int64 (task, BAD, 2);
  if (g_str_equal (how, "failure"))
    tf_task_return_failure (task, BAD, BAD, BAD, NULL);
  else
    tf_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_BUSY, "%s", BAD);
}

static TfFuture *
submit_talk (TfExecutor *executor,
             const char *how)
{
  TfTask *task = tf_task_new_with_argument (body_talk, g_variant_new_string (how));

  tf_task_set_name (task, BAD);
  tf_task_set_description (task, BAD);
  return submit_to (executor, task);
}

static void
on_message_cb (TfFuture     *future,
               const char   *kind,
               const GValue *value,
               gint64       *sum)
{
  g_assert_cmpstr (kind, ==, GOOD);
  *sum = 10 * *sum + g_value_get_int64 (value);
}

static void
check_error (TfExecutor *executor)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future = submit_talk (executor, "error");
  gint64             sum = 0;

  g_signal_connect (future, "message::" GOOD, G_CALLBACK (on_message_cb), &sum);
  tf_test_wait_done (future);
  error = tf_future_dup_error (future);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, GOOD);
  g_assert_cmpstr (tf_future_get_status (future), ==, GOOD);
  g_assert_cmpstr (tf_future_get_name (future), ==, GOOD);
  g_assert_cmpstr (tf_future_get_description (future), ==, GOOD);
  g_assert_cmpint (sum, ==, 12);
  g_object_unref (future);
}

static void
check_failure (TfExecutor *executor)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future = submit_talk (executor, "failure");

  tf_test_wait_done (future);
  error = tf_future_dup_error (future);
  g_assert_error (error, TF_ERROR, TF_ERROR_EXCEPTION);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_cmpstr (tf_future_get_failure_type (future), ==, GOOD);
  g_assert_cmpstr (tf_future_get_failure_text (future), ==, GOOD);
  g_assert_cmpstr (tf_future_get_failure_traceback (future), ==, GOOD);
  g_object_unref (future);
}

static void
test_threads (void)
{
  TfExecutor *executor = tf_executor_new ();

  g_test_summary ("Texts of a thread arrive as UTF-8, whatever they were.");

  check_error (executor);
  check_failure (executor);
  tf_test_executor_finish (&executor);
}

static void
test_processes (void)
{
  Workshop workshop;

  g_test_summary ("Texts of a worker process arrive as those of a thread do.");

  workshop_open (&workshop, 1);
  check_error (workshop.executor);
  check_failure (workshop.executor);
  workshop_close (&workshop);
}

static void
test_promise (void)
{
  g_autoptr (TfPromise) promise = tf_promise_new (BAD);
  g_autoptr (GError)    error = NULL;

  g_test_summary ("Texts of a promise are UTF-8, too.");

  tf_promise_set_progress (promise, 1, 2, BAD);
  tf_promise_reject (promise, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, BAD));
  tf_test_wait_done (TF_FUTURE (promise));
  error = tf_future_dup_error (TF_FUTURE (promise));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpstr (error->message, ==, GOOD);
  g_assert_cmpstr (tf_future_get_name (TF_FUTURE (promise)), ==, GOOD);
  g_assert_cmpstr (tf_future_get_status (TF_FUTURE (promise)), ==, GOOD);
}

int
main (int   argc,
      char *argv[])
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/process-texts/threads/are-made-valid", test_threads);
  tf_test_add ("/process-texts/processes/are-made-valid", test_processes);
  tf_test_add ("/process-texts/promises/are-made-valid", test_promise);

  return g_test_run ();
}
