/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

/* Workers as processes of the system: what they start, who waits for them, and what ends them. */

/* Waits until no process has the other end open. */
static void
wait_for_end_of (int fd)
{
  char byte;

  while (read (fd, &byte, 1) > 0)
    ;
}

/* A reading end that a task can write to. Without a writer it is at its end. */
static int
open_for_reading (Gate *gate)
{
  int fd = open (gate->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);

  g_assert_cmpint (fd, >=, 0);
  g_assert_true (g_unix_set_fd_nonblocking (fd, FALSE, NULL));
  return fd;
}

/* The child holds the gate open, and does nothing else. */
static void
start_child (int fd,
             void (*on_term) (int))
{
  if (fork () != 0)
    return;

  signal (SIGTERM, on_term);
  for (gint32 pid = getpid (); write (fd, &pid, sizeof pid) == sizeof pid;)
    pause ();
}

static void
wait_for_ever (void)
{
  for (;;)
    pause ();
}

static void
body_has_deaf_child (TfTask  *task,
                     gpointer user_data)
{
  int fd = open (g_variant_get_bytestring (tf_task_get_argument (task)), O_WRONLY);

  start_child (fd, SIG_IGN);
  close (fd);
  tell_process (task);
  wait_for_ever ();
}

static void
body_has_child (TfTask  *task,
                gpointer user_data)
{
  int fd = open (g_variant_get_bytestring (tf_task_get_argument (task)), O_WRONLY);

  start_child (fd, SIG_DFL);
  close (fd);
  wait_for_ever ();
}

static void
test_descendants (void)
{
  Workshop workshop;
  Journal  journal;
  Gate     gate;
  int      fd;

  g_test_summary ("What a task has started ends with the worker that a cancel ends.");

  gate_init (&gate);
  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, 0, 0);
  journal_open (&journal,
                workshop_submit (&workshop, body_has_deaf_child, gate_as_argument (&gate)));
  fd = open_for_reading (&gate);
  journal_wait_process (&journal);
  close (gate.fd);
  g_assert_true (tf_future_cancel (journal.future));
  tf_test_wait_done (journal.future);
  tf_test_assert_state (journal.future, TF_FUTURE_STATE_CANCELLED);
  wait_for_end_of (fd);
  close (fd);
  journal_close (&journal);
  gate.fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
  workshop_close (&workshop);
  gate_clear (&gate);
}

static void
body_group (TfTask  *task,
            gpointer user_data)
{
  tf_task_return_boolean (task, getpgrp () == getpid ());
}

static void
test_own_group (void)
{
  Workshop             workshop;
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("A worker leads a process group of its own.");

  workshop_open (&workshop, 1);
  future = workshop_submit (&workshop, body_group, NULL);
  tf_test_wait_done (future);
  g_assert_true (tf_future_get_boolean (future, NULL));
  g_clear_object (&future);
  workshop_close (&workshop);
}

/* --- A program that waits for its children itself --- */

static void
body_crash (TfTask  *task,
            gpointer user_data)
{
  signal (SIGABRT, SIG_DFL);
  raise (SIGABRT);
}

static gpointer
wait_for_all (gpointer is_over)
{
  while (!g_atomic_int_get ((int *) is_over))
    if (waitpid (-1, NULL, 0) < 0)
      g_thread_yield ();

  return NULL;
}

static void
test_reaps_children (void)
{
  int      is_over = FALSE;
  GThread *thread;
  Workshop workshop;

  g_test_summary ("In a program that waits for all its children itself, a crash is never reported "
                  "as an exit.");

  workshop_open (&workshop, 1);
  thread = g_thread_new ("reaper", wait_for_all, &is_over);
  for (guint i = 0; i < tf_test_scale (10); i++)
    {
      g_autofree char *text =
        finish_error (workshop_submit (&workshop, body_crash, NULL), TF_ERROR,
                      TF_ERROR_WORKER_LOST);

      g_assert_null (strstr (text, "exit status"));
    }
  g_atomic_int_set (&is_over, TRUE);
  g_assert_cmpint (workshop_get_pid (&workshop), >, 0);
  workshop_close (&workshop);
  g_thread_join (thread);
}

/* --- The program ends while a worker is stopped --- */

static void
body_stops (TfTask  *task,
            gpointer user_data)
{
  const char *path = g_variant_get_bytestring (tf_task_get_argument (task));
  int         fd = open (path, O_WRONLY | O_CLOEXEC);
  gint32      pid = getpid ();

  if (write (fd, &pid, sizeof pid) == sizeof pid)
    body_spin (task, NULL);
}

static int
be_the_program (const char *path)
{
  TfProcessContext *context = tf_process_context_new (1);
  TfExecutor       *executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  TfTaskFunc        func = g_getenv ("TF_TEST_CHILD") != NULL ? body_has_child : body_stops;
  TfFuture         *future;

  future =
    submit_to (executor, tf_task_new_with_argument (func, g_variant_new_bytestring (path)));
  tf_test_wait_done (future);
  return 1;
}

/* Starts a program like this one, which runs a task, and returns what that writes to the gate. */
static GSubprocess *
start_program (Gate   *gate,
               int     fd,
               gint32 *pid)
{
  g_autofree char   *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GError) error = NULL;
  GSubprocess       *subprocess;

  g_setenv ("TF_TEST_PROGRAM", gate->path, TRUE);
  subprocess = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, NULL);
  g_unsetenv ("TF_TEST_PROGRAM");
  g_assert_no_error (error);
  g_assert_cmpint (read (fd, pid, sizeof *pid), ==, sizeof *pid);
  return subprocess;
}

/* Returns when nothing is left that the task could have started. */
static void
kill_program (GSubprocess *subprocess,
              Gate        *gate,
              int          fd)
{
  g_autoptr (GError) error = NULL;

  close (gate->fd);
  g_subprocess_force_exit (subprocess);
  g_subprocess_wait (subprocess, NULL, &error);
  g_assert_no_error (error);
  wait_for_end_of (fd);
  gate->fd = open ("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void
test_descendants_of_program (void)
{
  g_autoptr (GSubprocess) subprocess = NULL;
  Gate                    gate;
  gint32                  pid = 0;
  int                     fd;

  g_test_summary ("What a task has started ends with the program, as it does with Ctrl-C.");

  start_glib ();
  gate_init (&gate);
  fd = open_for_reading (&gate);
  g_setenv ("TF_TEST_CHILD", "1", TRUE);
  subprocess = start_program (&gate, fd, &pid);
  g_unsetenv ("TF_TEST_CHILD");
  kill_program (subprocess, &gate, fd);
  close (fd);
  gate_clear (&gate);
}

static void
wait_until_stopped (int pid)
{
  gint64 deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();

  while (get_process_state (pid, NULL) != 'T')
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_thread_yield ();
    }
}

static void
test_stopped_worker (void)
{
  g_autoptr (GSubprocess) subprocess = NULL;
  Gate                    gate;
  gint32                  pid = 0;
  int                     fd;

  g_test_summary ("A worker that is stopped when its program is killed does not stay.");

  start_glib ();
  gate_init (&gate);
  fd = open_for_reading (&gate);
  subprocess = start_program (&gate, fd, &pid);
  g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
  wait_until_stopped (pid);
  kill_program (subprocess, &gate, fd);
  close (fd);
  gate_clear (&gate);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  if (g_getenv ("TF_TEST_PROGRAM") != NULL)
    return be_the_program (g_getenv ("TF_TEST_PROGRAM"));

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-tree/group/is-its-own", test_own_group);
  tf_test_add ("/process-tree/group/ends-with-a-cancel", test_descendants);
  tf_test_add ("/process-tree/program/reaps-children", test_reaps_children);
  tf_test_add ("/process-tree/program/takes-everything-along", test_descendants_of_program);
  tf_test_add ("/process-tree/program/ends-while-a-worker-is-stopped", test_stopped_worker);

  return g_test_run ();
}
