/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

#include <sys/resource.h>

static void
on_notify_count_cb (GObject    *object,
                    GParamSpec *pspec,
                    guint      *n)
{
  ++*n;
}

/* Processes come and go in the background. */
static void
wait_n_workers (TfProcessContext *context,
                guint             n)
{
  gint64 deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();

  while (tf_process_context_get_n_workers (context) != n)
    {
      if (g_get_monotonic_time () > deadline_us)
        g_error ("there are %u workers", tf_process_context_get_n_workers (context));
      g_thread_yield ();
    }
}

/* --- The object --- */

static void
test_defaults (void)
{
  TfProcessContext *context = tf_process_context_new (0);
  guint             max_workers = 0;
  gboolean          closed = TRUE;

  g_test_summary ("A context has as many processes as there are processors, unless it is told; "
                  "it starts none by itself.");

  g_object_get (context, "max-workers", &max_workers, "closed", &closed, NULL);
  g_assert_cmpuint (max_workers, ==, g_get_num_processors ());
  g_assert_false (closed);
  g_assert_cmpuint (tf_process_context_get_n_workers (context), ==, 0);
  g_assert_finalize_object (context);

  context = g_object_new (TF_TYPE_PROCESS_CONTEXT, NULL);
  g_assert_cmpuint (tf_process_context_get_max_workers (context), ==, g_get_num_processors ());
  g_assert_finalize_object (context);

  context = tf_process_context_new (17);
  g_assert_cmpuint (tf_process_context_get_max_workers (context), ==, 17);
  g_assert_finalize_object (context);
}

static void
test_close (void)
{
  Workshop workshop;
  guint    n = 0;

  g_test_summary ("CTX-05: a context can be closed, once; its idle processes end, whatever else "
                  "was set.");

  workshop_open (&workshop, 2);
  tf_process_context_set_idle_timeout (workshop.context, -1);
  g_signal_connect (workshop.context, "notify::closed", G_CALLBACK (on_notify_count_cb), &n);
  workshop_get_pid (&workshop);
  g_assert_cmpuint (tf_process_context_get_n_workers (workshop.context), ==, 1);
  tf_test_executor_finish (&workshop.executor);
  g_assert_cmpuint (tf_process_context_get_n_workers (workshop.context), ==, 1);

  tf_process_context_close (workshop.context);
  tf_process_context_close (workshop.context);
  g_assert_cmpuint (n, ==, 1);
  g_assert_true (tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (workshop.context)));
  wait_n_workers (workshop.context, 0);
  wait_until_alone ();
  workshop_close (&workshop);
}

static void
test_close_lets_run (void)
{
  Workshop workshop;
  Journal  journal;
  Gate     gate;

  g_test_summary ("CTX-19: what was submitted before a context is closed runs to its end, also "
                  "what waits.");

  gate_init (&gate);
  workshop_open (&workshop, 1);
  journal_open (&journal, workshop_submit (&workshop, body_gate, gate_as_argument (&gate)));
  journal_wait_process (&journal);
  {
    TfFuture *waiting = workshop_submit (&workshop, body_pid, NULL);

    tf_process_context_close (workshop.context);
    gate_open (&gate, 1);
    tf_test_wait_done (journal.future);
    tf_test_assert_int64 (journal.future, journal.process);
    g_assert_cmpint (finish_pid (waiting), >, 0);
  }
  journal_close (&journal);
  workshop_close (&workshop);
  gate_clear (&gate);
}

static void
test_shared (void)
{
  Workshop    workshop;
  TfExecutor *other;
  int         pid;

  g_test_summary ("CTX-04, CTX-20: several executors share the processes of a context; the end "
                  "of one leaves them to the others.");

  workshop_open (&workshop, 2);
  other = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (workshop.context));
  pid = workshop_get_pid (&workshop);
  g_assert_cmpint (finish_pid (submit_to (other, tf_task_new (body_pid, NULL, NULL))), ==, pid);

  tf_test_executor_finish (&other);
  g_assert_false (tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (workshop.context)));
  g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
  workshop_close (&workshop);
}

static void
test_context_goes_first (void)
{
  Workshop workshop;

  g_test_summary ("An executor keeps its context at work.");

  workshop_open (&workshop, 1);
  g_object_unref (workshop.context);
  g_assert_cmpint (workshop_get_pid (&workshop), !=, (int) getpid ());
  g_object_ref (workshop.context);
  workshop_close (&workshop);
}

/* --- How many --- */

static void
test_max_workers (void)
{
  enum
  {
    N_TASKS = 6
  };
  Workshop               workshop;
  Journal                journals[N_TASKS];
  Gate                   gate;
  g_autoptr (GHashTable) pids = g_hash_table_new (NULL, NULL);

  g_test_summary ("CTX-06: no more processes than allowed are at work, and they are used again.");

  gate_init (&gate);
  workshop_open (&workshop, 2);
  for (guint i = 0; i < N_TASKS; i++)
    journal_open (&journals[i],
                  workshop_submit (&workshop, body_gate, gate_as_argument (&gate)));
  journal_wait_process (&journals[0]);
  journal_wait_process (&journals[1]);
  g_assert_cmpuint (tf_process_context_get_n_workers (workshop.context), ==, 2);
  g_assert_cmpuint (tf_executor_get_n_executing (workshop.executor), ==, 2);
  g_assert_cmpuint (tf_executor_get_n_waiting (workshop.executor), ==, N_TASKS - 2);

  gate_open (&gate, N_TASKS);
  for (guint i = 0; i < N_TASKS; i++)
    {
      tf_test_wait_done (journals[i].future);
      tf_test_assert_int64 (journals[i].future, journals[i].process);
      g_hash_table_add (pids, GINT_TO_POINTER ((int) journals[i].process));
      journal_close (&journals[i]);
    }
  g_assert_cmpuint (g_hash_table_size (pids), ==, 2);
  workshop_close (&workshop);
  gate_clear (&gate);
}

static void
test_executor_max_workers (void)
{
  Workshop  workshop;
  Journal   journal;
  TfFuture *waiting;
  Gate      gate;

  g_test_summary ("CTX-06: an executor may take fewer than the context has.");

  gate_init (&gate);
  workshop_open (&workshop, 4);
  tf_test_executor_finish (&workshop.executor);
  workshop.executor =
    g_object_new (TF_TYPE_EXECUTOR, "parallel-context", workshop.context, "max-workers", 1, NULL);
  journal_open (&journal, workshop_submit (&workshop, body_gate, gate_as_argument (&gate)));
  waiting = workshop_submit (&workshop, body_pid, NULL);
  journal_wait_process (&journal);
  tf_test_drain (NULL);
  tf_test_assert_state (waiting, TF_FUTURE_STATE_WAITING);
  gate_open (&gate, 1);
  g_assert_cmpint (finish_pid (waiting), ==, (int) journal.process);
  tf_test_wait_done (journal.future);
  journal_close (&journal);
  g_assert_cmpuint (tf_process_context_get_n_workers (workshop.context), ==, 1);
  workshop_close (&workshop);
  gate_clear (&gate);
}

static void
test_warm_up (void)
{
  Workshop workshop;
  int      pid;

  g_test_summary ("Processes may be started before there is work, which takes one of them.");

  workshop_open (&workshop, 2);
  tf_process_context_warm_up (workshop.context, 1);
  wait_n_workers (workshop.context, 1);
  tf_process_context_warm_up (workshop.context, 1);
  pid = workshop_get_pid (&workshop);
  g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
  g_assert_cmpuint (count_children (NULL), ==, 1);
  tf_process_context_warm_up (workshop.context, 0);
  wait_n_workers (workshop.context, 2);
  workshop_close (&workshop);
}

static void
test_warm_up_meanwhile (void)
{
  g_autofree char *path = make_file ();
  Workshop         workshop;
  TfFuture        *future;

  g_test_summary ("A task that waits until a start may be tried again takes a process that was "
                  "started in the meantime.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, "1*exits", path);
  future = workshop_submit (&workshop, body_pid, NULL);
  while (count_starts (path) == 0)
    g_main_context_iteration (NULL, FALSE);
  /* Which does nothing as long as the one that fails counts as starting. */
  while (count_starts (path) == 1)
    {
      tf_process_context_warm_up (workshop.context, 0);
      g_main_context_iteration (NULL, FALSE);
    }
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
  g_object_unref (future);
  wait_n_workers (workshop.context, 1);
  workshop_close (&workshop);
  g_assert_cmpuint (count_starts (path), ==, 2);
  g_unlink (path);
}

static void
test_warm_up_hangs (void)
{
  Workshop workshop;
  Journal  journal;
  Gate     gate;

  g_test_summary ("A task that waits for a start that takes its time takes a process that has "
                  "become idle before that.");

  gate_init (&gate);
  workshop_open (&workshop, 2);
  journal_open (&journal, workshop_submit (&workshop, body_gate, gate_as_argument (&gate)));
  journal_wait_process (&journal);
  workshop_set_broken (&workshop, "is-silent", NULL);
  tf_process_context_warm_up (workshop.context, 2);
  while (count_children (NULL) < 2)
    g_thread_yield ();
  {
    TfFuture *future = workshop_submit (&workshop, body_pid, NULL);

    while (tf_future_get_state (future) == TF_FUTURE_STATE_WAITING)
      g_main_context_iteration (NULL, TRUE);
    gate_open (&gate, 1);
    g_assert_cmpint (finish_pid (future), ==, (int) journal.process);
  }
  tf_test_wait_done (journal.future);
  journal_close (&journal);
  workshop_close (&workshop);
  gate_clear (&gate);
}

static void
test_warm_up_often (void)
{
  g_autofree char *path = make_file ();
  Workshop         workshop;
  TfFuture        *futures[2];

  g_test_summary ("However often it is asked for, there are never more processes than allowed.");

  workshop_open (&workshop, 2);
  workshop_set_broken (&workshop, "works", path);
  for (guint i = 0; i < 5; i++)
    tf_process_context_warm_up (workshop.context, i == 3 ? 100 : 0);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = workshop_submit (&workshop, body_pid, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      tf_test_wait_done (futures[i]);
      tf_test_assert_state (futures[i], TF_FUTURE_STATE_COMPLETED);
      g_object_unref (futures[i]);
    }
  workshop_close (&workshop);
  g_assert_cmpuint (count_starts (path), <=, 2);
  g_unlink (path);
}

static void
test_warm_up_and_close (void)
{
  Workshop workshop;

  g_test_summary ("A context may go while its first processes are starting.");

  for (guint i = 0; i < tf_test_scale (5); i++)
    {
      workshop_open (&workshop, 2);
      tf_process_context_warm_up (workshop.context, 0);
      workshop_close (&workshop);
    }
}

static void
test_warm_up_fails (void)
{
  Workshop              workshop;
  const char           *argv[] = { "/nonexistent/worker", NULL };
  g_autoptr (TfTestLog) log = tf_test_log_new (G_LOG_LEVEL_WARNING);
  gint64                deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();

  g_test_summary ("A start that nobody waits for fails with a warning.");

  workshop_open (&workshop, 1);
  tf_process_context_set_argv (workshop.context, argv);
  tf_process_context_warm_up (workshop.context, 1);
  while (tf_test_log_count (log, "*worker could not be started*") == 0)
    {
      g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
      g_thread_yield ();
    }
  workshop_close (&workshop);
}

static void
test_idle (void)
{
  Workshop workshop;
  int      pid;

  g_test_summary ("A process that has been idle for long enough ends; the next task gets "
                  "another.");

  workshop_open (&workshop, 2);
  tf_process_context_set_idle_timeout (workshop.context, 0);
  pid = workshop_get_pid (&workshop);
  wait_n_workers (workshop.context, 0);
  wait_until_alone ();
  g_assert_cmpint (workshop_get_pid (&workshop), !=, pid);
  wait_n_workers (workshop.context, 0);

  /* It may be set while they are idle. */
  tf_process_context_set_idle_timeout (workshop.context, G_MAXINT64);
  pid = workshop_get_pid (&workshop);
  tf_process_context_set_idle_timeout (workshop.context, -1);
  g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
  tf_process_context_set_idle_timeout (workshop.context, 1000);
  wait_n_workers (workshop.context, 0);
  workshop_close (&workshop);
}

static void
test_idle_crossing (void)
{
  Workshop workshop;

  g_test_summary ("A process that is about to end for idleness never takes a task with it.");

  workshop_open (&workshop, 2);
  tf_process_context_set_idle_timeout (workshop.context, 0);
  for (guint i = 0; i < tf_test_scale (100); i++)
    {
      TfFuture *first = workshop_submit (&workshop, body_pid, NULL);
      TfFuture *second = workshop_submit (&workshop, body_pid, NULL);

      g_assert_cmpint (finish_pid (first), >, 0);
      g_assert_cmpint (finish_pid (second), >, 0);
    }
  workshop_close (&workshop);
}

/* --- What a worker is --- */

static void
body_variable (TfTask  *task,
               gpointer user_data)
{
  tf_task_return_string (task, g_getenv (g_variant_get_string (tf_task_get_argument (task), NULL)));
}

static void
assert_variable (Workshop   *workshop,
                 const char *name,
                 const char *expected)
{
  TfFuture *future = workshop_submit (workshop, body_variable, g_variant_new_string (name));

  tf_test_wait_done (future);
  tf_test_assert_string (future, expected);
  g_object_unref (future);
}

static void
test_environment (void)
{
  const char *environment[] = { "TF_TEST_COLOUR=blue=green", "TF_TEST_INHERITED=mine",
                                "TF_TEST_EMPTY", NULL };
  Workshop    workshop;

  g_test_summary ("Workers have the variables of the program, and those that are set; the "
                  "request is not among them.");

  g_setenv ("TF_TEST_INHERITED", "theirs", TRUE);
  g_setenv ("TF_TEST_KEPT", "kept", TRUE);
  workshop_open (&workshop, 1);
  tf_process_context_set_environment (workshop.context, environment);
  assert_variable (&workshop, "TF_TEST_COLOUR", "blue=green");
  assert_variable (&workshop, "TF_TEST_INHERITED", "mine");
  assert_variable (&workshop, "TF_TEST_KEPT", "kept");
  assert_variable (&workshop, "TF_TEST_EMPTY", "");
  assert_variable (&workshop, "TF_WORKER", NULL);
  workshop_close (&workshop);
  g_unsetenv ("TF_TEST_INHERITED");
  g_unsetenv ("TF_TEST_KEPT");
}

static void
body_closes_on_exec (TfTask  *task,
                     gpointer user_data)
{
  tf_task_return_boolean (task, (fcntl (3, F_GETFD) & fcntl (4, F_GETFD) & FD_CLOEXEC) != 0);
}

static void
test_sockets (void)
{
  Workshop  workshop;
  TfFuture *future;

  g_test_summary ("What a worker starts itself does not get its sockets.");

  workshop_open (&workshop, 1);
  future = workshop_submit (&workshop, body_closes_on_exec, NULL);
  tf_test_wait_done (future);
  tf_test_assert_boolean (future, TRUE);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
body_directory (TfTask  *task,
                gpointer user_data)
{
  g_autofree char *path = g_get_current_dir ();

  tf_task_return_string (task, path);
}

static void
test_directory (void)
{
  Workshop         workshop;
  TfFuture        *future;
  g_autofree char *text = NULL;
  g_autofree char *here = g_get_current_dir ();
  g_autofree char *here_still = NULL;

  g_test_summary ("Workers have the working directory that is set, and the program keeps its "
                  "own; one that is not there is named.");

  workshop_open (&workshop, 1);
  tf_process_context_set_directory (workshop.context, "/");
  future = workshop_submit (&workshop, body_directory, NULL);
  tf_test_wait_done (future);
  tf_test_assert_string (future, "/");
  g_object_unref (future);
  here_still = g_get_current_dir ();
  g_assert_cmpstr (here_still, ==, here);
  workshop_close (&workshop);

  workshop_open (&workshop, 1);
  tf_process_context_set_directory (workshop.context, "/nonexistent/place");
  text = finish_error (workshop_submit (&workshop, body_directory, NULL), TF_ERROR,
                       TF_ERROR_WORKER_START);
  assert_contains (text, "/nonexistent/place");
  assert_contains (text, g_strerror (ENOENT));
  workshop_close (&workshop);
}

static void
body_nice (TfTask  *task,
           gpointer user_data)
{
  tf_task_return_int64 (task, getpriority (PRIO_PROCESS, 0));
}

static void
test_nice (void)
{
  int       nice_before = getpriority (PRIO_PROCESS, 0);
  Workshop  workshop;
  TfFuture *future;

  g_test_summary ("Workers are as nice as they are told, and the program is not.");

  workshop_open (&workshop, 1);
  tf_process_context_set_nice (workshop.context, 15);
  future = workshop_submit (&workshop, body_nice, NULL);
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 15);
  g_object_unref (future);
  g_assert_cmpint (getpriority (PRIO_PROCESS, 0), ==, nice_before);
  workshop_close (&workshop);
}

#define MEMORY_LIMIT (G_GUINT64_CONSTANT (512) * 1024 * 1024)

static void
body_allocate (TfTask  *task,
               gpointer user_data)
{
  gsize             size = g_variant_get_uint64 (tf_task_get_argument (task));
  volatile gpointer memory = malloc (size);

  tf_task_return_boolean (task, memory != NULL);
  free (memory);
}

static void
test_memory (void)
{
  Workshop  workshop;
  TfFuture *future;

  g_test_summary ("A worker gets no more memory than it may have.");

  if (is_instrumented ())
    {
      g_test_skip ("the tool that watches needs much more memory than any program");
      return;
    }

  workshop_open (&workshop, 1);
  tf_process_context_set_limits (workshop.context, MEMORY_LIMIT, 0);
  for (guint i = 0; i < 2; i++)
    {
      future = workshop_submit (&workshop, body_allocate,
                                g_variant_new_uint64 (i == 0 ? 1000 : 2 * MEMORY_LIMIT));
      tf_test_wait_done (future);
      tf_test_assert_boolean (future, i == 0);
      g_object_unref (future);
    }
  workshop_close (&workshop);
}

static void
test_cpu (void)
{
  Workshop         workshop;
  Journal          journal;
  g_autofree char *text = NULL;

  g_test_summary ("A worker that has used up its processor time is ended.");

  workshop_open (&workshop, 1);
  tf_process_context_set_limits (workshop.context, 0, 1);
  journal_open (&journal, workshop_submit (&workshop, body_spin, NULL));
  tf_test_wait_done (journal.future);
  text = finish_error (g_object_ref (journal.future), TF_ERROR, TF_ERROR_WORKER_LOST);
  assert_contains (text, "SIGXCPU");
  journal_close (&journal);
  workshop_close (&workshop);
}

static void
body_command (TfTask  *task,
              gpointer user_data)
{
  g_autofree char *text = NULL;
  gsize            size;

  if (!g_file_get_contents ("/proc/self/cmdline", &text, &size, NULL))
    return;

  /* The second word. */
  tf_task_return_string (task, strlen (text) + 1 < size ? text + strlen (text) + 1 : NULL);
}

static void
test_argv (void)
{
  g_autofree char *program = g_file_read_link ("/proc/self/exe", NULL);
  const char      *argv[] = { program, "--be-a-worker", NULL };
  Workshop         workshop;
  TfFuture        *future;

  g_test_summary ("The program that is started may be set, with arguments.");

  if (is_instrumented ())
    {
      g_test_skip ("the program may be another one, which runs this one");
      return;
    }

  workshop_open (&workshop, 1);
  tf_process_context_set_argv (workshop.context, argv);
  future = workshop_submit (&workshop, body_command, NULL);
  tf_test_wait_done (future);
  tf_test_assert_string (future, "--be-a-worker");
  g_object_unref (future);
  workshop_close (&workshop);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-context/defaults", test_defaults);
  tf_test_add ("/process-context/close/ends-the-idle", test_close);
  tf_test_add ("/process-context/close/lets-run", test_close_lets_run);
  tf_test_add ("/process-context/shared/by-executors", test_shared);
  tf_test_add ("/process-context/shared/goes-with-the-executor", test_context_goes_first);
  tf_test_add ("/process-context/max-workers/is-kept", test_max_workers);
  tf_test_add ("/process-context/max-workers/of-an-executor", test_executor_max_workers);
  tf_test_add ("/process-context/warm-up/starts-what-is-taken", test_warm_up);
  tf_test_add ("/process-context/warm-up/meanwhile", test_warm_up_meanwhile);
  tf_test_add ("/process-context/warm-up/hangs", test_warm_up_hangs);
  tf_test_add ("/process-context/warm-up/may-be-asked-for-often", test_warm_up_often);
  tf_test_add ("/process-context/warm-up/may-be-cut-short", test_warm_up_and_close);
  tf_test_add ("/process-context/warm-up/warns-when-it-fails", test_warm_up_fails);
  tf_test_add ("/process-context/idle/ends", test_idle);
  tf_test_add ("/process-context/idle/takes-no-task-with-it", test_idle_crossing);
  tf_test_add ("/process-context/settings/environment", test_environment);
  tf_test_add ("/process-context/settings/sockets-are-kept", test_sockets);
  tf_test_add ("/process-context/settings/directory", test_directory);
  tf_test_add ("/process-context/settings/nice", test_nice);
  tf_test_add ("/process-context/settings/memory", test_memory);
  tf_test_add ("/process-context/settings/cpu", test_cpu);
  tf_test_add ("/process-context/settings/argv", test_argv);

  return g_test_run ();
}
