/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

static void
assert_cancelled (Journal *journal)
{
  tf_test_wait_done (journal->future);
  tf_test_assert_states (journal->states, "WAITING EXECUTING CANCELLING CANCELLED done");
  journal_close (journal);
}

static gboolean
is_executing (gpointer future)
{
  return tf_future_get_state (future) == TF_FUTURE_STATE_EXECUTING;
}

/* --- Tasks that listen --- */

static void
body_until_flag (TfTask  *task,
                 gpointer user_data)
{
  tell_process (task);
  while (!tf_task_is_cancelled (task))
    g_thread_yield ();
  tf_task_return_boolean (task, TRUE);
}

static void
body_until_refused (TfTask  *task,
                    gpointer user_data)
{
  gint64 n = 0;

  tell_process (task);
  while (tf_task_report_int64 (task, n))
    n++;
}

static void
body_until_progress_is_refused (TfTask  *task,
                                gpointer user_data)
{
  tell_process (task);
  while (tf_task_advance (task, 1))
    ;
}

static void
body_pause (TfTask  *task,
            gpointer user_data)
{
  g_assert_true (tf_task_pause (task, 1));
  tell_process (task);
  g_assert_false (tf_task_pause (task, G_MAXINT64));
}

static void
check_cooperative (TfTaskFunc func)
{
  Workshop  workshop;
  Neighbour neighbour;
  Journal   journal;
  int       pid;

  workshop_open (&workshop, 2);
  tf_process_context_set_grace (workshop.context, -1, -1);
  neighbour_start (&neighbour, &workshop);
  journal_open (&journal, workshop_submit (&workshop, func, NULL));
  pid = journal_wait_process (&journal);
  g_assert_true (tf_future_cancel (journal.future));
  g_assert_false (tf_future_cancel (journal.future));
  tf_test_assert_state (journal.future, TF_FUTURE_STATE_CANCELLING);
  assert_cancelled (&journal);

  /* The worker is not. */
  g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
  neighbour_finish (&neighbour);
  workshop_close (&workshop);
}

static void
test_flag (void)
{
  g_test_summary ("A task that looks whether it is cancelled ends by itself, and its worker "
                  "goes on.");
  check_cooperative (body_until_flag);
}

static void
test_pause (void)
{
  g_test_summary ("A cancel ends the pause of a task in a worker process.");
  check_cooperative (body_pause);
}

static void
test_cancellable (void)
{
  g_test_summary ("CTX-07: the cancellable of a task is cancelled in the worker.");
  check_cooperative (body_until_cancelled);
}

static void
test_flood (void)
{
  g_test_summary ("A task that floods the program hears of the cancel by its reports.");
  check_cooperative (body_until_refused);
}

static void
test_progress (void)
{
  g_test_summary ("A task that only sets progress hears of the cancel by that.");
  check_cooperative (body_until_progress_is_refused);
}

static void
body_cancel_itself (TfTask  *task,
                    gpointer user_data)
{
  gate_wait (g_variant_get_bytestring (tf_task_get_argument (task)));
  g_cancellable_cancel (tf_task_get_cancellable (task));
  tf_task_return_boolean (task, tf_task_is_cancelled (task));
}

/* A cancel overtakes the news that the task has started. So the task goes on when the program has heard that. */
static void
cancel_itself (Workshop  *workshop,
               TfTaskFunc body)
{
  Gate    gate;
  Journal journal;

  gate_init (&gate);
  journal_open (&journal, workshop_submit (workshop, body, gate_as_argument (&gate)));
  tf_test_run_until (NULL, is_executing, journal.future);
  gate_open (&gate, 1);
  assert_cancelled (&journal);
  gate_clear (&gate);
}

static void
test_itself (void)
{
  Workshop workshop;

  g_test_summary ("A task that cancels its own cancellable has cancelled itself.");

  workshop_open (&workshop, 1);
  cancel_itself (&workshop, body_cancel_itself);
  g_assert_cmpint (workshop_get_pid (&workshop), >, 0);
  workshop_close (&workshop);
}

static void
body_cancel_itself_and_spin (TfTask  *task,
                             gpointer user_data)
{
  gate_wait (g_variant_get_bytestring (tf_task_get_argument (task)));
  g_cancellable_cancel (tf_task_get_cancellable (task));
  body_spin (task, NULL);
}

static void
test_itself_and_spins (void)
{
  Workshop workshop;

  g_test_summary ("A task that has cancelled itself and does not end is ended as any other.");

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, 0, -1);
  cancel_itself (&workshop, body_cancel_itself_and_spin);
  workshop_close (&workshop);
}

static void
test_given_cancellable (void)
{
  GCancellable *cancellable = g_cancellable_new ();
  TfTask       *task = tf_task_new (body_until_cancelled, NULL, NULL);
  Workshop      workshop;
  Journal       journal;

  g_test_summary ("A cancellable of the program cancels a task in a worker.");

  workshop_open (&workshop, 1);
  tf_task_link_cancellable (task, cancellable);
  journal_open (&journal, submit_to (workshop.executor, task));
  journal_wait_process (&journal);
  g_cancellable_cancel (cancellable);
  assert_cancelled (&journal);
  workshop_close (&workshop);
  g_assert_finalize_object (cancellable);
}

/* --- Tasks that do not listen --- */

static void
body_ignore_sigterm (TfTask  *task,
                     gpointer user_data)
{
  signal (SIGTERM, SIG_IGN);
  body_spin (task, NULL);
}

static void
check_deaf (TfTaskFunc func,
            gint64     cancel_us,
            gint64     terminate_us)
{
  Workshop  workshop;
  Neighbour neighbour;
  Journal   journal;
  int       pid;

  workshop_open (&workshop, 2);
  tf_process_context_set_grace (workshop.context, cancel_us, terminate_us);
  neighbour_start (&neighbour, &workshop);
  journal_open (&journal, workshop_submit (&workshop, func, NULL));
  pid = journal_wait_process (&journal);
  g_assert_true (tf_future_cancel (journal.future));
  assert_cancelled (&journal);
  g_assert_cmpint (get_process_state (pid, NULL), ==, 0);

  /* The next one gets a new worker. */
  g_assert_cmpint (workshop_get_pid (&workshop), !=, pid);
  neighbour_finish (&neighbour);
  workshop_close (&workshop);
}

static void
test_spin (void)
{
  g_test_summary ("A computation that never looks is ended by SIGTERM after the grace, and by "
                  "nothing else.");
  check_deaf (body_spin, 1000, -1);
}

static void
test_spin_at_once (void)
{
  g_test_summary ("Without any grace it is ended at once.");
  check_deaf (body_spin, 0, 0);
}

static void
test_ignores_sigterm (void)
{
  g_test_summary ("What ignores SIGTERM is ended by SIGKILL after the second grace.");
  check_deaf (body_ignore_sigterm, 1000, 1000);
}

static void
test_stopped (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("A worker that was stopped is ended as well.");

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, 0, 0);
  journal_open (&journal, workshop_submit (&workshop, body_spin, NULL));
  g_assert_cmpint (kill (journal_wait_process (&journal), SIGSTOP), ==, 0);
  g_assert_true (tf_future_cancel (journal.future));
  assert_cancelled (&journal);
  workshop_close (&workshop);
}

static const char *handler_path;

static void
on_sigterm (int number)
{
  int fd = open (handler_path, O_WRONLY | O_APPEND);

  if (fd >= 0 && write (fd, "x", 1) == 1)
    _exit (0);
}

static void
body_own_handler (TfTask  *task,
                  gpointer user_data)
{
  handler_path = g_variant_get_bytestring (tf_task_get_argument (task));
  signal (SIGTERM, on_sigterm);
  tell_process (task);
  /* ThreadSanitizer calls no handler in the middle of what only computes. */
  for (;;)
    pause ();
}

static void
test_own_handler (void)
{
  g_autofree char *path = make_file ();
  Workshop         workshop;
  Journal          journal;

  g_test_summary ("A task may have a handler of its own for SIGTERM, which cleans up.");

#if TF_TEST_THREAD_SANITIZER
  g_test_skip ("ThreadSanitizer keeps signals back from code that only computes");
  return;
#endif

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, 0, -1);
  journal_open (&journal,
                workshop_submit (&workshop, body_own_handler, g_variant_new_bytestring (path)));
  journal_wait_process (&journal);
  g_assert_true (tf_future_cancel (journal.future));
  assert_cancelled (&journal);
  g_assert_cmpuint (count_starts (path), ==, 1);
  workshop_close (&workshop);
  g_unlink (path);
}

static void
test_next_task_is_not_ended (void)
{
  Workshop workshop;

  g_test_summary ("The grace of a task that has ended in time does not end the next one.");

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, 2000, 0);
  for (guint i = 0; i < tf_test_scale (200); i++)
    {
      Journal   journal;
      TfFuture *next;

      journal_open (&journal, workshop_submit (&workshop, body_until_cancelled, NULL));
      journal_wait_process (&journal);
      g_assert_true (tf_future_cancel (journal.future));
      next = workshop_submit (&workshop, body_pid, NULL);
      assert_cancelled (&journal);
      g_assert_cmpint (finish_pid (next), >, 0);
    }
  workshop_close (&workshop);
}

/* --- When --- */

static void
body_never (TfTask  *task,
            gpointer user_data)
{
  tell_process (task);
}

static void
test_waiting (void)
{
  Workshop  workshop;
  Neighbour neighbour;
  Journal   journal;

  g_test_summary ("A task that is cancelled while it waits never reaches a worker.");

  workshop_open (&workshop, 1);
  neighbour_start (&neighbour, &workshop);
  journal_open (&journal, workshop_submit (&workshop, body_never, NULL));
  g_assert_true (tf_future_cancel (journal.future));
  tf_test_wait_done (journal.future);
  tf_test_assert_states (journal.states, "WAITING CANCELLING CANCELLED done");
  g_assert_cmpint (journal.process, ==, 0);
  journal_close (&journal);
  neighbour_finish (&neighbour);
  workshop_close (&workshop);
}

static void
test_crossing_start (void)
{
  Workshop workshop;

  g_test_summary ("A cancel may cross the start of the task, and that of its worker.");

  workshop_open (&workshop, 2);
  tf_process_context_set_grace (workshop.context, -1, -1);
  for (guint i = 0; i < tf_test_scale (200); i++)
    {
      Journal journal;

      tf_process_context_set_idle_timeout (workshop.context, i % 2 == 0 ? 0 : -1);
      journal_open (&journal, workshop_submit (&workshop, body_until_cancelled, NULL));
      for (guint j = 0; j < (i % 10) * 300; j++)
        g_thread_yield ();
      g_assert_true (tf_future_cancel (journal.future));
      tf_test_wait_done (journal.future);
      tf_test_assert_state (journal.future, TF_FUTURE_STATE_CANCELLED);
      journal_close (&journal);
    }
  workshop_close (&workshop);
}

static void
test_worker_never_starts (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("A task that is cancelled while its worker starts, and does not get on with "
                  "it, ends at once; the worker too.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, "is-silent", NULL);
  journal_open (&journal, workshop_submit (&workshop, body_never, NULL));
  tf_test_run_until (NULL, is_executing, journal.future);
  g_assert_true (tf_future_cancel (journal.future));
  assert_cancelled (&journal);
  workshop_close (&workshop);
}

static void
test_crossing_result (void)
{
  Workshop workshop;
  int      pid;

  g_test_summary ("A cancel may cross the result: the task ends once, and the worker goes on.");

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, -1, -1);
  pid = workshop_get_pid (&workshop);
  for (guint i = 0; i < tf_test_scale (500); i++)
    {
      Journal  journal;
      gboolean was_cancelled;

      journal_open (&journal, workshop_submit (&workshop, body_pid, NULL));
      for (guint j = 0; j < i % 50; j++)
        g_thread_yield ();
      was_cancelled = tf_future_cancel (journal.future);
      tf_test_wait_done (journal.future);
      g_assert_true (was_cancelled);
      tf_test_assert_state (journal.future, TF_FUTURE_STATE_CANCELLED);
      journal_close (&journal);
    }
  g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
  workshop_close (&workshop);
}

/* --- Giving up --- */

static gboolean
has_none_abandoned (gpointer executor)
{
  return tf_executor_get_n_aborted (executor) == 0;
}

static void
test_abort (void)
{
  Workshop           workshop;
  Neighbour          neighbour;
  Journal            journal;
  g_autoptr (GError) error = NULL;
  int                pid;

  g_test_summary ("A task that is given up is done at once; its process is ended after the "
                  "grace.");

  workshop_open (&workshop, 2);
  tf_process_context_set_grace (workshop.context, 0, -1);
  neighbour_start (&neighbour, &workshop);
  journal_open (&journal, workshop_submit (&workshop, body_spin, NULL));
  pid = journal_wait_process (&journal);
  tf_future_abort (journal.future, "enough", &error);
  g_assert_no_error (error);
  tf_test_wait_done (journal.future);
  tf_test_assert_states (journal.states, "WAITING EXECUTING CANCELLING CANCELLED done");
  tf_test_run_until (NULL, has_none_abandoned, workshop.executor);
  g_assert_cmpint (get_process_state (pid, NULL), ==, 0);
  journal_close (&journal);
  g_assert_cmpint (workshop_get_pid (&workshop), !=, pid);
  neighbour_finish (&neighbour);
  workshop_close (&workshop);
}

static void
test_abort_after_cancel (void)
{
  Workshop           workshop;
  Journal            journal;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A task that was cancelled may be given up as well.");

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, 1000, 1000);
  journal_open (&journal, workshop_submit (&workshop, body_ignore_sigterm, NULL));
  journal_wait_process (&journal);
  g_assert_true (tf_future_cancel (journal.future));
  tf_future_abort (journal.future, "enough", &error);
  g_assert_no_error (error);
  tf_test_wait_done (journal.future);
  tf_test_assert_states (journal.states, "WAITING EXECUTING CANCELLING CANCELLED done");
  journal_close (&journal);
  workshop_close (&workshop);
}

static void
test_shutdown (void)
{
  enum
  {
    N_TASKS = 5
  };
  Workshop workshop;
  Journal  journals[N_TASKS];

  g_test_summary ("A shutdown ends computations that never look, and those that wait.");

  workshop_open (&workshop, 2);
  tf_process_context_set_grace (workshop.context, 1000, 1000);
  for (guint i = 0; i < N_TASKS; i++)
    journal_open (&journals[i],
                  workshop_submit (&workshop, i == 0 ? body_ignore_sigterm : body_spin, NULL));
  journal_wait_process (&journals[0]);
  journal_wait_process (&journals[1]);
  tf_test_executor_finish (&workshop.executor);
  for (guint i = 0; i < N_TASKS; i++)
    {
      tf_test_assert_states (journals[i].states,
                             i < 2 ? "WAITING EXECUTING CANCELLING CANCELLED done"
                                   : "WAITING CANCELLING CANCELLED done");
      journal_close (&journals[i]);
    }
  workshop_close (&workshop);
}

static void
test_shutdown_in_time (void)
{
  Workshop           workshop;
  Journal            journal;
  g_autoptr (GError) error = NULL;
  int                pid;

  g_test_summary ("A shutdown that may not take so long names what still runs in a worker, and "
                  "may be repeated.");

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, -1, -1);
  journal_open (&journal, workshop_submit (&workshop, body_spin, NULL));
  pid = journal_wait_process (&journal);
  g_assert_false (tf_executor_shutdown (workshop.executor, 1000, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  assert_contains (error->message, tf_future_get_name (journal.future));
  g_assert_cmpint (tf_executor_get_state (workshop.executor), ==, TF_EXECUTOR_STATE_STOPPING);
  tf_test_assert_states (journal.states, "WAITING EXECUTING CANCELLING");

  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  tf_test_executor_finish (&workshop.executor);
  assert_cancelled (&journal);
  workshop_close (&workshop);
}

static void
test_drop (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("The last reference of an executor stops its tasks in workers.");

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, 0, 0);
  journal_open (&journal, workshop_submit (&workshop, body_spin, NULL));
  journal_wait_process (&journal);
  g_clear_object (&workshop.executor);
  assert_cancelled (&journal);
  workshop_close (&workshop);
}

static void
test_late_grace (void)
{
  Workshop workshop;
  Journal  journal;
  int      pid;

  g_test_summary ("A grace without an end leaves the task alone for as long as it likes.");

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, -1, -1);
  journal_open (&journal, workshop_submit (&workshop, body_spin, NULL));
  pid = journal_wait_process (&journal);
  g_assert_true (tf_future_cancel (journal.future));
  tf_test_drain (NULL);
  g_assert_cmpint (get_process_state (pid, NULL), !=, 'Z');
  tf_test_assert_states (journal.states, "WAITING EXECUTING CANCELLING");

  /* From outside. */
  kill (pid, SIGKILL);
  assert_cancelled (&journal);
  workshop_close (&workshop);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-cancel/listens/to-the-flag", test_flag);
  tf_test_add ("/process-cancel/listens/pause", test_pause);
  tf_test_add ("/process-cancel/listens/to-the-cancellable", test_cancellable);
  tf_test_add ("/process-cancel/listens/to-its-reports", test_flood);
  tf_test_add ("/process-cancel/listens/to-its-progress", test_progress);
  tf_test_add ("/process-cancel/itself/ends", test_itself);
  tf_test_add ("/process-cancel/itself/is-ended", test_itself_and_spins);
  tf_test_add ("/process-cancel/given-cancellable", test_given_cancellable);
  tf_test_add ("/process-cancel/deaf/is-terminated", test_spin);
  tf_test_add ("/process-cancel/deaf/is-terminated-at-once", test_spin_at_once);
  tf_test_add ("/process-cancel/deaf/is-killed", test_ignores_sigterm);
  tf_test_add ("/process-cancel/deaf/is-stopped", test_stopped);
  tf_test_add ("/process-cancel/deaf/has-its-own-handler", test_own_handler);
  tf_test_add ("/process-cancel/deaf/may-go-on-for-ever", test_late_grace);
  tf_test_add ("/process-cancel/next/is-not-ended", test_next_task_is_not_ended);
  tf_test_add ("/process-cancel/when/it-waits", test_waiting);
  tf_test_add ("/process-cancel/when/it-starts", test_crossing_start);
  tf_test_add ("/process-cancel/when/its-worker-does-not-start", test_worker_never_starts);
  tf_test_add ("/process-cancel/when/it-returns", test_crossing_result);
  tf_test_add ("/process-cancel/abort/ends-the-process", test_abort);
  tf_test_add ("/process-cancel/abort/after-a-cancel", test_abort_after_cancel);
  tf_test_add ("/process-cancel/shutdown/ends-all", test_shutdown);
  tf_test_add ("/process-cancel/shutdown/says-what-still-runs", test_shutdown_in_time);
  tf_test_add ("/process-cancel/executor/is-dropped", test_drop);

  return g_test_run ();
}
