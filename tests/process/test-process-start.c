/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

/* Workers that do not come up, and workers that are none: broken-worker.c plays them. */

/* Number of starts that fail before a task does. */
#define N_ATTEMPTS 6

typedef struct
{
  const char *how;
  int         code;
  const char *text;
} Flaw;

/* clang-format off */
static const Flaw start_flaws[] = {
  { "exits",             TF_ERROR_WORKER_START, "exit status 3; it said last: No luck today." },
  { "is-killed",         TF_ERROR_WORKER_START, "SIGKILL (signal 9)" },
  { "closes",            TF_ERROR_WORKER_START, "closed its connection" },
  { "talks-first",       TF_ERROR_WORKER_START, "began with something else" },
  { "garbage",           TF_ERROR_WORKER_START, "could not be started" },
  { "huge",              TF_ERROR_WORKER_START, "could not be started" },
  { "half-a-header",     TF_ERROR_WORKER_START, "could not be started" },
  { "old",               TF_ERROR_WORKER_START, "version 99" },
  { "stranger",          TF_ERROR_WORKER_START, "not the one that was started" },
  { "exits-after-hello", TF_ERROR_WORKER_START, "exit status 5" },
  { "refuses",           TF_ERROR_WORKER_START, "started: No chair is free." },
  { "raises",            TF_ERROR_WORKER_START, "started: Refusal: No chair is free." },

  { "before-hello/segv",  TF_ERROR_WORKER_START, "SIGSEGV (signal 11)" },
  { "before-hello/abort", TF_ERROR_WORKER_START, "SIGABRT (signal 6)" },
  { "before-hello/exit",  TF_ERROR_WORKER_START, "exit status 3" },
  { "before-hello/kill",  TF_ERROR_WORKER_START, "SIGKILL (signal 9)" },
  { "after-hello/segv",   TF_ERROR_WORKER_START, "SIGSEGV (signal 11)" },
  { "after-hello/abort",  TF_ERROR_WORKER_START, "SIGABRT (signal 6)" },
  { "after-hello/exit",   TF_ERROR_WORKER_START, "exit status 3" },
  { "after-hello/kill",   TF_ERROR_WORKER_START, "SIGKILL (signal 9)" },
};

static const Flaw job_flaws[] = {
  { "exits-in-job",   TF_ERROR_WORKER_LOST, "exit status 6" },
  { "closes-in-job",  TF_ERROR_WORKER_LOST, "closed its connection" },
  { "half-a-frame",   TF_ERROR_WORKER_LOST, "exit status 0" },
  { "half-the-bulk",  TF_ERROR_WORKER_LOST, "exit status 0" },
  { "garbage-in-job", TF_ERROR_PROTOCOL,    "does not keep to the protocol" },
  { "wrong-job",      TF_ERROR_PROTOCOL,    "spoke of the job" },
  { "hello-in-job",   TF_ERROR_PROTOCOL,    "spoke of the job 0" },

  { "mid-bulk/segv",  TF_ERROR_WORKER_LOST, "SIGSEGV (signal 11)" },
  { "mid-bulk/abort", TF_ERROR_WORKER_LOST, "SIGABRT (signal 6)" },
  { "mid-bulk/exit",  TF_ERROR_WORKER_LOST, "exit status 3" },
  { "mid-bulk/kill",  TF_ERROR_WORKER_LOST, "SIGKILL (signal 9)" },
};

static const Flaw argument_flaws[] = {
  { "mid-argument/segv",  TF_ERROR_WORKER_LOST, "SIGSEGV (signal 11)" },
  { "mid-argument/abort", TF_ERROR_WORKER_LOST, "SIGABRT (signal 6)" },
  { "mid-argument/exit",  TF_ERROR_WORKER_LOST, "exit status 3" },
  { "mid-argument/kill",  TF_ERROR_WORKER_LOST, "SIGKILL (signal 9)" },
};
/* clang-format on */

static void
body_nothing (TfTask  *task,
              gpointer user_data)
{
}

static TfFuture *
submit_nothing (Workshop *workshop)
{
  return workshop_submit (workshop, body_nothing, NULL);
}

static void
assert_works (Workshop *workshop)
{
  tf_process_context_set_argv (workshop->context, NULL);
  g_assert_cmpint (workshop_get_pid (workshop), >, 0);
}

/* --- Starts that fail --- */

static void
test_start (gconstpointer data)
{
  const Flaw      *flaw = data;
  g_autofree char *path = make_file ();
  g_autofree char *text = NULL;
  g_autofree char *later = NULL;
  Workshop         workshop;

  g_test_summary ("A worker that does not come up fails the task when the time for that is over, "
                  "and those after it at once, with the same reason. A change of the settings is "
                  "tried at once.");

  workshop_open (&workshop, 1);
  tf_process_context_set_start_retry_timeout (workshop.context, 0);
  workshop_set_broken (&workshop, flaw->how, path);
  text = finish_error (submit_nothing (&workshop), TF_ERROR, flaw->code);
  assert_contains (text, flaw->text);
  g_assert_cmpuint (count_starts (path), ==, 1);
  g_assert_cmpuint (tf_process_context_get_n_workers (workshop.context), ==, 0);
  wait_until_alone ();

  later = finish_error (submit_nothing (&workshop), TF_ERROR, flaw->code);
  assert_contains (later, flaw->text);

  assert_works (&workshop);
  workshop_close (&workshop);
  g_unlink (path);
}

static void
test_no_tight_loop (void)
{
  g_autofree char *path = make_file ();
  Workshop         workshop;

  g_test_summary ("A program that dies at its start is not started for each of many tasks.");

  workshop_open (&workshop, 2);
  tf_process_context_set_start_retry_timeout (workshop.context, 0);
  workshop_set_broken (&workshop, "exits", path);
  for (guint i = 0; i < 100; i++)
    g_free (finish_error (submit_nothing (&workshop), TF_ERROR, TF_ERROR_WORKER_START));

  /* Each further try doubles the time until the next. */
  g_assert_cmpuint (count_starts (path), <=, 2 * N_ATTEMPTS);
  workshop_close (&workshop);
  g_unlink (path);
}

/* Returns how many tasks failed of a queue whose first starts fail. */
static guint
count_failed (guint       n_workers,
              const char *how)
{
  enum
  {
    N_TASKS = 40
  };
  g_autofree char *path = make_file ();
  Workshop         workshop;
  Journal          journals[N_TASKS];
  guint            n_failed = 0;

  workshop_open (&workshop, n_workers);
  workshop_set_broken (&workshop, how, path);
  for (guint i = 0; i < N_TASKS; i++)
    journal_open (&journals[i], submit_nothing (&workshop));
  for (guint i = 0; i < N_TASKS; i++)
    {
      tf_test_wait_done (journals[i].future);
      if (tf_future_get_state (journals[i].future) == TF_FUTURE_STATE_FAILED)
        {
          tf_test_assert_error (journals[i].future, TF_ERROR, TF_ERROR_WORKER_START);
          n_failed++;
        }
      journal_close (&journals[i]);
    }
  workshop_close (&workshop);
  g_unlink (path);
  return n_failed;
}

static void
test_hiccup (void)
{
  g_test_summary ("Starts that fail for a moment fail no task: all of them wait for the next "
                  "start.");

  g_assert_cmpuint (count_failed (4, "3*exits"), ==, 0);
  g_assert_cmpuint (count_failed (1, "5*exits"), ==, 0);
}

static void
test_second_round (void)
{
  g_test_summary ("The sixth start in a row that fails takes the task with it for which it was "
                  "tried, and no other.");

  g_assert_cmpuint (count_failed (1, "6*exits"), ==, 1);
}

static void
test_lasting (void)
{
  const char      *argv[] = { "/nonexistent/worker", NULL };
  g_autofree char *path = make_file ();
  Workshop         workshop;

  g_test_summary ("A start that no other try can mend fails its task at once, also where there is "
                  "no limit.");

  if (is_instrumented ())
    {
      g_test_skip ("under valgrind it is the new process that finds no program");
      return;
    }

  workshop_open (&workshop, 1);
  tf_process_context_set_start_retry_timeout (workshop.context, -1);
  tf_process_context_set_argv (workshop.context, argv);
  g_free (finish_error (submit_nothing (&workshop), TF_ERROR, TF_ERROR_WORKER_START));
  workshop_set_broken (&workshop, "refuses", path);
  g_free (finish_error (submit_nothing (&workshop), TF_ERROR, TF_ERROR_WORKER_START));
  g_assert_cmpuint (count_starts (path), ==, 1);
  assert_works (&workshop);
  workshop_close (&workshop);
  g_unlink (path);
}

static void
test_cancel_while_failing (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("A task that waits for a start that does not work can be cancelled.");

  workshop_open (&workshop, 1);
  tf_process_context_set_start_retry_timeout (workshop.context, -1);
  workshop_set_broken (&workshop, "exits", NULL);
  journal_open (&journal, submit_nothing (&workshop));
  while (tf_future_get_state (journal.future) == TF_FUTURE_STATE_WAITING)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (tf_future_cancel (journal.future));
  tf_test_wait_done (journal.future);
  tf_test_assert_state (journal.future, TF_FUTURE_STATE_CANCELLED);
  journal_close (&journal);
  workshop_close (&workshop);
}

static void
on_notify_cb (GObject    *object,
              GParamSpec *pspec,
              gpointer    count)
{
  ++*(guint *) count;
}

static void
test_limit (void)
{
  g_autoptr (TfProcessContext) context = tf_process_context_new (1);
  guint                        n_changes = 0;
  gint64                       timeout_us = 0;

  g_test_summary ("The time for which starts are tried again is a property, in microseconds.");

  g_assert_cmpint (tf_process_context_get_start_retry_timeout (context), ==,
                   30 * G_TIME_SPAN_SECOND);
  g_signal_connect (context, "notify::start-retry-timeout", G_CALLBACK (on_notify_cb), &n_changes);
  g_object_set (context, "start-retry-timeout", (gint64) 7, NULL);
  tf_process_context_set_start_retry_timeout (context, 7);
  g_assert_cmpuint (n_changes, ==, 1);
  tf_process_context_set_start_retry_timeout (context, -5);
  g_object_get (context, "start-retry-timeout", &timeout_us, NULL);
  g_assert_cmpint (timeout_us, ==, -1);
  g_assert_cmpuint (n_changes, ==, 2);
  g_assert_cmpint (tf_process_context_get_start_retry_timeout (context), ==, -1);
}

static void
check_no_worker (const char *program,
                 const char *expected)
{
  const char      *argv[] = { program, NULL };
  g_autofree char *text = NULL;
  Workshop         workshop;

  workshop_open (&workshop, 1);
  tf_process_context_set_start_retry_timeout (workshop.context, 0);
  tf_process_context_set_argv (workshop.context, argv);
  text = finish_error (submit_nothing (&workshop), TF_ERROR, TF_ERROR_WORKER_START);
  /* Under valgrind it is the new process that finds no program. */
  if (strchr (expected, '/') == NULL || !is_instrumented ())
    assert_contains (text, expected);
  assert_works (&workshop);
  workshop_close (&workshop);
}

static void
test_missing (void)
{
  g_test_summary ("A program that is not there is named.");
  check_no_worker ("/nonexistent/worker", "/nonexistent/worker");
}

static void
test_not_executable (void)
{
  g_test_summary ("What is no program is named.");
  check_no_worker ("/etc/passwd", "/etc/passwd");
}

static void
test_no_worker (void)
{
  g_test_summary ("A program that is no worker, and ends, is one that could not be started.");
  check_no_worker ("/bin/true", "exit status 0");
  check_no_worker ("/bin/false", "exit status 1");
  check_no_worker ("/bin/cat", "exit status 0");
}

/* So that GLib takes none of them. */
static void
reserve_low_descriptors (void)
{
  int fd;

  do
    fd = open ("/dev/null", O_RDONLY);
  while (fd >= 0 && fd < 4);
  if (fd > 4)
    close (fd);
}

static void
start_and_end (guint n_times)
{
  for (guint i = 0; i < n_times; i++)
    {
      TfProcessContext *context = tf_process_context_new (1);
      TfExecutor       *executor =
        tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
      TfTask   *task = tf_task_new_with_argument (body_pid, NULL);
      TfFuture *future = tf_executor_submit (executor, task, NULL);

      g_assert_cmpint (finish_pid (future), >, 0);
      tf_test_executor_finish (&executor);
      tf_process_context_close (context);
      g_object_unref (context);
    }
}

static gpointer
take_and_leave (gpointer is_over)
{
  while (!g_atomic_int_get ((int *) is_over))
    {
      int first = open ("/dev/null", O_RDONLY | O_CLOEXEC);
      int second = open ("/dev/null", O_RDONLY | O_CLOEXEC);

      g_thread_yield ();
      close (first);
      close (second);
      g_thread_yield ();
    }

  return NULL;
}

static void
test_low_descriptors (void)
{
  /* Those of the standard input, and of the sockets in the worker. */
  static const int numbers[] = { 0, 3, 4 };
  int              saved[G_N_ELEMENTS (numbers)];
  GThread         *thread;
  int              is_over = FALSE;

  g_test_summary ("A worker gets its sockets, whatever numbers they and its other descriptors have "
                  "in the program.");

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    saved[i] = fcntl (numbers[i], F_DUPFD_CLOEXEC, 10);

  /* With none at first, so that GLib has what it keeps. */
  for (guint n_free = 0; n_free <= G_N_ELEMENTS (numbers); n_free++)
    {
      Workshop workshop;

      for (guint i = 0; i < n_free; i++)
        close (numbers[i]);
      workshop_open (&workshop, 1);
      g_assert_cmpint (workshop_get_pid (&workshop), >, 0);
      workshop_close (&workshop);
      for (guint i = 0; i < n_free; i++)
        {
          g_assert_cmpint (fcntl (numbers[i], F_GETFD), <, 0);
          dup2 (saved[i], numbers[i]);
        }
    }

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    close (numbers[i]);
  thread = g_thread_new ("descriptors", take_and_leave, &is_over);
  start_and_end (is_instrumented () ? 5 : 40);
  g_atomic_int_set (&is_over, TRUE);
  g_thread_join (thread);
  reserve_low_descriptors ();
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    close (saved[i]);
}

static void
test_silent (void)
{
  TfTestClock     *clock = tf_test_clock_new (0);
  g_autofree char *text = NULL;
  Workshop         workshop;
  TfFuture        *future;

  g_test_summary ("A program that is no worker, and stays, is given up after half a minute.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, "is-silent", NULL);
  tf_test_clock_install (clock);
  future = submit_nothing (&workshop);
  while (!tf_future_is_done (future))
    {
      tf_test_clock_advance (clock, 31 * G_TIME_SPAN_SECOND);
      if (!g_main_context_iteration (NULL, FALSE))
        g_thread_yield ();
    }
  text = finish_error (future, TF_ERROR, TF_ERROR_WORKER_START);
  assert_contains (text, "30 seconds");
  assert_contains (text, "tf_worker_requested()");
  tf_test_clock_uninstall (clock);
  g_object_unref (clock);
  workshop_close (&workshop);
}

static void
test_flood (void)
{
  Workshop  workshop;
  TfFuture *future;

  g_test_summary ("A worker may write much to its standard error before it says hello.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, "floods-stderr", NULL);
  future = submit_nothing (&workshop);
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
test_several (void)
{
  enum
  {
    N_TASKS = 10
  };
  Workshop workshop;
  Journal  journals[N_TASKS];

  g_test_summary ("When no worker comes up for too long, all tasks that wait fail, each once.");

  workshop_open (&workshop, 4);
  tf_process_context_set_start_retry_timeout (workshop.context, 200 * G_TIME_SPAN_MILLISECOND);
  workshop_set_broken (&workshop, "exits", NULL);
  for (guint i = 0; i < N_TASKS; i++)
    journal_open (&journals[i], submit_nothing (&workshop));
  for (guint i = 0; i < N_TASKS; i++)
    {
      g_free (finish_error (g_object_ref (journals[i].future), TF_ERROR, TF_ERROR_WORKER_START));
      journal_close (&journals[i]);
    }
  workshop_close (&workshop);
}

/* --- Jobs that fail --- */

static void
test_job (gconstpointer data)
{
  const Flaw      *flaw = data;
  g_autofree char *text = NULL;
  Workshop         workshop;
  Journal          journal;

  g_test_summary ("A worker that does not keep to the rules is ended, and fails its task.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, flaw->how, NULL);
  journal_open (&journal, submit_nothing (&workshop));
  text = finish_error (g_object_ref (journal.future), TF_ERROR, flaw->code);
  assert_contains (text, flaw->text);
  tf_test_assert_states (journal.states, "WAITING EXECUTING FAILED done");
  journal_close (&journal);
  wait_until_alone ();
  assert_works (&workshop);
  workshop_close (&workshop);
}

static void
check_retries (const char *how,
               guint       n_retries,
               guint       n_starts,
               int         code)
{
  g_autofree char *path = make_file ();
  Workshop         workshop;
  Journal          journal;

  workshop_open (&workshop, 1);
  tf_process_context_set_retries (workshop.context, n_retries);
  workshop_set_broken (&workshop, how, path);
  journal_open (&journal, submit_nothing (&workshop));
  tf_test_wait_done (journal.future);
  if (code < 0)
    {
      tf_test_assert_states (journal.states, "WAITING EXECUTING COMPLETED done");
    }
  else
    {
      tf_test_assert_error (journal.future, TF_ERROR, code);
      tf_test_assert_states (journal.states, "WAITING EXECUTING FAILED done");
    }
  g_assert_cmpuint (count_starts (path), ==, n_starts);
  journal_close (&journal);
  workshop_close (&workshop);
  g_unlink (path);
}

static void
test_retries (void)
{
  g_test_summary ("A task whose worker breaks the protocol is run again, by another one, as often "
                  "as is allowed.");

  check_retries ("garbage-in-job", 0, 1, TF_ERROR_PROTOCOL);
  check_retries ("garbage-in-job", 3, 4, TF_ERROR_PROTOCOL);
  check_retries ("2*garbage-in-job", 1, 2, TF_ERROR_PROTOCOL);
  check_retries ("2*garbage-in-job", 2, 3, -1);
  check_retries ("2*wrong-job", 9, 3, -1);
  check_retries ("1*hello-in-job", 1, 2, -1);
}

static void
test_no_retries (void)
{
  g_test_summary ("A start that fails is not tried more often than it is anyway.");

  check_retries ("garbage", 9, N_ATTEMPTS, TF_ERROR_WORKER_START);
  check_retries ("1*garbage", 0, 2, -1);
  check_retries ("5*garbage", 0, 6, -1);
}

static void
test_argument (gconstpointer data)
{
  /* Much more than a socket takes at once. */
  const gsize        size = 32 * 1024 * 1024;
  const Flaw        *flaw = data;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);
  GVariant          *argument;
  g_autofree char   *text = NULL;
  Workshop           workshop;
  Neighbour          neighbour;
  Journal            journal;

  g_test_summary ("A worker that goes while the program sends it a large argument fails its task, "
                  "and no other.");

  workshop_open (&workshop, 2);
  neighbour_start (&neighbour, &workshop);
  workshop_set_broken (&workshop, flaw->how, NULL);
  argument = g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
  journal_open (&journal, workshop_submit (&workshop, body_nothing, argument));
  text = finish_error (g_object_ref (journal.future), TF_ERROR, flaw->code);
  assert_contains (text, flaw->text);
  tf_test_assert_states (journal.states, "WAITING EXECUTING FAILED done");
  journal_close (&journal);

  neighbour_finish (&neighbour);
  assert_works (&workshop);
  workshop_close (&workshop);
}

static void
test_odd_progress (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("Numbers of progress may be odd; they are not the program's fault.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, "odd-progress", NULL);
  journal_open (&journal, submit_nothing (&workshop));
  tf_test_wait_done (journal.future);
  tf_test_assert_states (journal.states, "WAITING EXECUTING COMPLETED done");
  journal_close (&journal);
  workshop_close (&workshop);
}

static void
test_idle (gconstpointer how)
{
  g_autofree char *path = make_file ();
  Workshop         workshop;

  g_test_summary ("A worker that speaks or ends while it is idle touches no task: the next gets "
                  "another, or fails if that comes just then.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, how, path);
  for (guint i = 0; i < 10; i++)
    {
      Journal journal;

      journal_open (&journal, submit_nothing (&workshop));
      tf_test_wait_done (journal.future);
      if (tf_future_get_state (journal.future) == TF_FUTURE_STATE_FAILED)
        {
          g_autoptr (GError) error = tf_future_dup_error (journal.future);

          g_assert_cmpint (i, >, 0);
          g_assert_true (error->code == TF_ERROR_WORKER_LOST || error->code == TF_ERROR_PROTOCOL);
        }
      journal_close (&journal);
    }
  g_assert_cmpuint (count_starts (path), >, 1);
  workshop_close (&workshop);
  g_unlink (path);
}

static void
test_says_it_twice (void)
{
  g_autofree char *path = make_file ();
  Workshop         workshop;

  g_test_summary ("A worker that says more than it was asked for, in one breath, is of no more "
                  "use: the next task gets another.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, "says-it-twice", path);
  for (guint i = 0; i < 3; i++)
    {
      Journal journal;

      journal_open (&journal, submit_nothing (&workshop));
      tf_test_wait_done (journal.future);
      tf_test_assert_states (journal.states, "WAITING EXECUTING COMPLETED done");
      journal_close (&journal);
    }
  g_assert_cmpuint (count_starts (path), ==, 3);
  workshop_close (&workshop);
  g_unlink (path);
}

/* How often a worker was started for that. */
static guint
have_jobs_kept (void)
{
  enum
  {
    N_TASKS = 100
  };
  TfTestClock     *clock = tf_test_clock_new (0);
  g_autofree char *path = make_file ();
  Workshop         workshop;
  TfFuture        *futures[N_TASKS];
  guint            n_starts;

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, "1*keeps-all", path);
  tf_test_clock_install (clock);
  for (guint i = 0; i < N_TASKS; i++)
    futures[i] = submit_nothing (&workshop);
  for (guint i = 0; i < N_TASKS; i++)
    {
      while (!tf_future_is_done (futures[i]))
        {
          /* Not while another one starts, which has a time limit, too. */
          if (tf_process_context_get_n_workers (workshop.context) > 0 && count_starts (path) == 1)
            tf_test_clock_advance (clock, G_TIME_SPAN_SECOND);
          if (!g_main_context_iteration (NULL, FALSE))
            g_thread_yield ();
        }
      tf_test_assert_state (futures[i], TF_FUTURE_STATE_COMPLETED);
      g_object_unref (futures[i]);
    }
  tf_test_clock_uninstall (clock);
  g_object_unref (clock);
  n_starts = count_starts (path);
  workshop_close (&workshop);
  g_unlink (path);
  return n_starts;
}

static void
test_keeps_all (void)
{
  guint n_starts = 1;

  g_test_summary ("A worker that never says which jobs it gives back is ended, and another one "
                  "goes on.");

  /* Jobs are sent ahead only where they are short, and only these are asked back. */
  for (guint i = 0; i < 20 && n_starts == 1; i++)
    n_starts = have_jobs_kept ();

  if (n_starts == 1 && is_instrumented ())
    g_test_skip ("no job is short for the tool that watches");
  else
    g_assert_cmpuint (n_starts, ==, 2);
}

static void
test_deaf (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("A worker that never answers is ended when its task is cancelled.");

  workshop_open (&workshop, 1);
  tf_process_context_set_grace (workshop.context, 0, 0);
  workshop_set_broken (&workshop, "stays", NULL);
  journal_open (&journal, submit_nothing (&workshop));
  while (tf_process_context_get_n_workers (workshop.context) == 0)
    g_main_context_iteration (NULL, FALSE);
  g_assert_true (tf_future_cancel (journal.future));
  tf_test_wait_done (journal.future);
  tf_test_assert_state (journal.future, TF_FUTURE_STATE_CANCELLED);
  journal_close (&journal);
  workshop_close (&workshop);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  reserve_low_descriptors ();
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (start_flaws); i++)
    {
      g_autofree char *path = g_strconcat ("/process-start/start/", start_flaws[i].how, NULL);

      g_test_add_data_func (path, &start_flaws[i], test_start);
    }
  for (guint i = 0; i < G_N_ELEMENTS (job_flaws); i++)
    {
      g_autofree char *path = g_strconcat ("/process-start/job/", job_flaws[i].how, NULL);

      g_test_add_data_func (path, &job_flaws[i], test_job);
    }
  for (guint i = 0; i < G_N_ELEMENTS (argument_flaws); i++)
    {
      g_autofree char *path = g_strconcat ("/process-start/job/", argument_flaws[i].how, NULL);

      g_test_add_data_func (path, &argument_flaws[i], test_argument);
    }
  tf_test_add ("/process-start/start/not-in-a-tight-loop", test_no_tight_loop);
  tf_test_add ("/process-start/start/fails-for-a-moment", test_hiccup);
  tf_test_add ("/process-start/start/fails-six-times", test_second_round);
  tf_test_add ("/process-start/start/can-never-work", test_lasting);
  tf_test_add ("/process-start/start/is-cancelled-while-it-fails", test_cancel_while_failing);
  tf_test_add ("/process-start/start/has-a-limit", test_limit);
  tf_test_add ("/process-start/start/with-low-descriptors", test_low_descriptors);
  tf_test_add ("/process-start/start/is-silent", test_silent);
  tf_test_add ("/process-start/start/floods-stderr", test_flood);
  tf_test_add ("/process-start/start/for-several", test_several);
  tf_test_add ("/process-start/program/is-missing", test_missing);
  tf_test_add ("/process-start/program/is-none", test_not_executable);
  tf_test_add ("/process-start/program/is-no-worker", test_no_worker);
  tf_test_add ("/process-start/job/odd-progress", test_odd_progress);
  tf_test_add ("/process-start/job/stays", test_deaf);
  tf_test_add ("/process-start/job/says-it-twice", test_says_it_twice);
  tf_test_add ("/process-start/job/keeps-all", test_keeps_all);
  tf_test_add ("/process-start/retries/when-the-protocol-is-broken", test_retries);
  tf_test_add ("/process-start/retries/not-of-starts", test_no_retries);
  g_test_add_data_func ("/process-start/idle/talks", "talks-when-idle", test_idle);
  g_test_add_data_func ("/process-start/idle/exits", "exits-when-idle", test_idle);

  return g_test_run ();
}
