/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

/* A worker that fetches its tasks, as those of languages do that cannot be called at any time. */

static TfFuture *
submit_reference (Workshop   *workshop,
                  const char *reference,
                  GVariant   *argument)
{
  return submit_to (workshop->executor, tf_task_new_for_reference (reference, argument));
}

/* In the worker */

static void
run_one (TfTask *task)
{
  const char *what = tf_task_get_reference (task) + strlen ("toy:");
  GVariant   *argument = tf_task_get_argument (task);
  guint8     *memory;

  g_assert_true (tf_task_get_current () == task);

  if (strcmp (what, "double") == 0)
    tf_task_return_int64 (task, 2 * g_variant_get_int64 (argument));
  else if (strcmp (what, "fail") == 0)
    tf_task_return_failure (task, "ToyError", "broken", NULL, NULL);
  else if (strcmp (what, "wait") == 0)
    {
      tell_process (task);
      while (!tf_task_is_cancelled (task))
        g_thread_yield ();
    }
  else if (strcmp (what, "report") == 0)
    {
      for (gint64 i = 0; i < 3; i++)
        {
          tf_task_set_progress (task, i + 1, 3, NULL);
          tf_task_report_int64 (task, i);
        }
      tf_task_return_none (task);
    }
  else if (strcmp (what, "memory") == 0)
    {
      memory = tf_task_allocate_bytes (task, 4);
      memcpy (memory, "abcd", 4);
      tf_task_return_allocated (task, 3);
    }
  else if (strcmp (what, "die") == 0)
    {
      _exit (3);
    }
}

static int
be_a_worker (void)
{
  TfTask *task;
  int     status;

  while ((task = tf_worker_next (&status)) != NULL)
    run_one (task);

  return status;
}

/* In the program */

static void
test_results (void)
{
  Workshop  workshop;
  TfFuture *future;

  g_test_summary ("What a fetched task returns is the outcome, of whatever kind.");

  workshop_open (&workshop, 1);
  for (gint64 i = 0; i < 100; i++)
    {
      future = submit_reference (&workshop, "toy:double", g_variant_new_int64 (i));
      tf_test_wait_done (future);
      tf_test_assert_int64 (future, 2 * i);
      g_object_unref (future);
    }

  future = submit_reference (&workshop, "toy:fail", NULL);
  tf_test_wait_done (future);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_EXCEPTION);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
test_forgotten (void)
{
  Workshop  workshop;
  TfFuture *future;

  g_test_summary ("A task that nothing was returned for has no result; the next one runs.");

  workshop_open (&workshop, 1);
  future = submit_reference (&workshop, "toy:forget", NULL);
  tf_test_wait_done (future);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_NO_RESULT);
  g_object_unref (future);

  future = submit_reference (&workshop, "toy:double", g_variant_new_int64 (4));
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 8);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
test_functions (void)
{
  Workshop  workshop;
  TfFuture *future;
  int       pid;

  g_test_summary ("Functions of C run between them, in the same process.");

  workshop_open (&workshop, 1);
  pid = finish_pid (workshop_submit (&workshop, body_pid, NULL));
  future = submit_reference (&workshop, "toy:double", g_variant_new_int64 (1));
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 2);
  g_object_unref (future);
  g_assert_cmpint (finish_pid (workshop_submit (&workshop, body_pid, NULL)), ==, pid);
  workshop_close (&workshop);
}

static void
on_progress_count (TfFuture *future,
                   GValue   *value,
                   gint64   *n)
{
  g_assert_cmpint (g_value_get_int64 (value), ==, (*n)++);
}

static void
test_reports (void)
{
  Workshop  workshop;
  TfFuture *future;
  gint64    n = 0;

  g_test_summary ("Progress and events of a fetched task arrive before its end.");

  workshop_open (&workshop, 1);
  future = submit_reference (&workshop, "toy:report", NULL);
  g_signal_connect (future, "progress", G_CALLBACK (on_progress_count), &n);
  tf_test_wait_done (future);
  g_assert_cmpint (n, ==, 3);
  g_assert_cmpint (tf_future_get_completed_steps (future), ==, 3);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
test_memory (void)
{
  Workshop           workshop;
  TfFuture          *future;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A fetched task may produce its result in place.");

  workshop_open (&workshop, 1);
  future = submit_reference (&workshop, "toy:memory", NULL);
  tf_test_wait_done (future);
  bytes = tf_future_dup_boxed (future, G_TYPE_BYTES, &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), "abc", 3);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
test_cancel (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("A cancel reaches a fetched task, and the worker lives on.");

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, -1, -1);
  journal_open (&journal, submit_reference (&workshop, "toy:wait", NULL));
  journal_wait_process (&journal);
  g_assert_true (tf_future_cancel (journal.future));
  tf_test_wait_done (journal.future);
  tf_test_assert_states (journal.states, "WAITING EXECUTING CANCELLING CANCELLED done");
  g_assert_cmpint (finish_pid (workshop_submit (&workshop, body_pid, NULL)), ==, journal.process);
  journal_close (&journal);
  workshop_close (&workshop);
}

static void
test_death (void)
{
  Workshop  workshop;
  TfFuture *future;

  g_test_summary ("A worker that dies with a fetched task is lost as any other.");

  workshop_open (&workshop, 1);
  future = submit_reference (&workshop, "toy:die", NULL);
  tf_test_wait_done (future);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_WORKER_LOST);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
test_no_worker (void)
{
  int status = 0;

  g_test_summary ("A process that is no worker gets a critical, no task, and the status of a "
                  "failure.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*not started as a worker*");
  g_assert_null (tf_worker_next (&status));
  g_test_assert_expected_messages ();
  g_assert_cmpint (status, !=, 0);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return be_a_worker ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/worker-next/results/are-returned", test_results);
  tf_test_add ("/worker-next/results/may-be-forgotten", test_forgotten);
  tf_test_add ("/worker-next/results/may-be-made-in-place", test_memory);
  tf_test_add ("/worker-next/functions/run-inside", test_functions);
  tf_test_add ("/worker-next/reports/arrive", test_reports);
  tf_test_add ("/worker-next/cancel/is-seen", test_cancel);
  tf_test_add ("/worker-next/death/is-told", test_death);
  tf_test_add ("/worker-next/misuse/is-no-worker", test_no_worker);

  return g_test_run ();
}
