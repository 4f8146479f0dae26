/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

#include <poll.h>

#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Each way in which a worker can go, at each moment. Whatever happens, the task ends once and says how, its neighbour
 * is not touched, the next task works, and nothing is left. */

/* --- Ways to go --- */

#define LAST_WORDS "That was it."

static void
die_by_signal (int number)
{
  /* Sanitizers have handlers. */
  signal (number, SIG_DFL);
  raise (number);
}

static void
die_of_segv (void)
{
  die_by_signal (SIGSEGV);
}

static void
die_of_abort (void)
{
  signal (SIGABRT, SIG_DFL);
  abort ();
}

static void
die_by_exit (void)
{
  exit (3);
}

static void
die_silently (void)
{
  _exit (0);
}

static void
die_of_kill (void)
{
  kill (getpid (), SIGKILL);
}

static void
close_socket (void)
{
  /* Other threads may be using it. */
  shutdown (3, SHUT_RDWR);
}

static void
talk_nonsense (void)
{
  static const char nonsense[] = "What is this all about? What is this all about?";

  if (write (3, nonsense, sizeof nonsense) < 0)
    _exit (1);
}

typedef struct
{
  const char *name;
  void (*die) (void);
  gboolean    lives; /* the process does not end by itself */
  int         code;
  const char *text;
} Death;

/* clang-format off */
static const Death deaths[] = {
  { "segv",     die_of_segv,   FALSE, TF_ERROR_WORKER_LOST, "SIGSEGV (signal 11)" },
  { "abort",    die_of_abort,  FALSE, TF_ERROR_WORKER_LOST, "SIGABRT (signal 6)" },
  { "exit",     die_by_exit,   FALSE, TF_ERROR_WORKER_LOST, "exit status 3" },
  { "_exit",    die_silently,  FALSE, TF_ERROR_WORKER_LOST, "exit status 0" },
  { "kill",     die_of_kill,   FALSE, TF_ERROR_WORKER_LOST, "SIGKILL (signal 9)" },
  { "closes",   close_socket, TRUE,  TF_ERROR_WORKER_LOST, "closed its connection" },
  { "nonsense", talk_nonsense, TRUE,  TF_ERROR_PROTOCOL,    "does not keep to the protocol" },
};
/* clang-format on */

/* --- Moments --- */

typedef enum
{
  AT_ONCE,
  AFTER_REPORTS,
  AFTER_PROGRESS,
  CANCELLED,
  IN_SHUTDOWN,
  RETURNING,
  IDLE,
} Moment;

static const char *const moments[] = {
  "at-once",
  "after-reports",
  "after-progress",
  "cancelled",
  "in-shutdown",
  "returning",
  "idle",
};

typedef struct
{
  const Death *death;
  Moment       moment;
} Case;

static void
die (guint32 death)
{
  volatile guint n = 0;

  fputs (LAST_WORDS "\n", stderr);
  deaths[death].die ();
  for (;;)
    n++;
}

typedef struct
{
  guint32 death;
  char   *gate; /* (owned) (nullable) */
  char   *path; /* (owned) */
} Plan;

/* Beside the task. */
static gpointer
die_later (gpointer data)
{
  Plan *plan = data;
  int   fd;

  if (plan->gate[0] != '\0')
    gate_wait (plan->gate);
  deaths[plan->death].die ();

  /* It has not ended: so it tells that it did what it had to. */
  fd = open (plan->path, O_WRONLY | O_APPEND);
  if (fd >= 0 && write (fd, "x", 1) == 1)
    close (fd);
  g_free (plan->gate);
  g_free (plan->path);
  g_free (plan);
  return NULL;
}

static void
plan_death (guint32     death,
            const char *gate,
            const char *path)
{
  Plan *plan = g_new (Plan, 1);

  *plan = (Plan){ death, g_strdup (gate), g_strdup (path) };
  g_thread_unref (g_thread_new ("death", die_later, plan));
}

static void
wait_for_cancel (TfTask *task)
{
  while (!tf_task_is_cancelled (task))
    g_thread_yield ();
}

static void
body_die (TfTask  *task,
          gpointer user_data)
{
  guint32     death;
  guint32     moment;
  const char *gate;
  const char *path;

  g_variant_get (tf_task_get_argument (task), "(uu&s&s)", &death, &moment, &gate, &path);
  switch ((Moment) moment)
    {
    case AT_ONCE:
      die (death);
      break;
    case AFTER_REPORTS:
      for (gint64 i = 0; i < 100; i++)
        tf_task_report_int64 (task, i);
      die (death);
      break;
    case AFTER_PROGRESS:
      for (gint64 i = 0; i < 100; i++)
        tf_task_set_progress (task, i, 100, "on the way");
      die (death);
      break;
    case CANCELLED:
    case IN_SHUTDOWN:
      tell_process (task);
      wait_for_cancel (task);
      die (death);
      break;
    case RETURNING:
      plan_death (death, "", path);
      memset (tf_task_allocate_bytes (task, 1024 * 1024), 'x', 1024 * 1024);
      tf_task_return_allocated (task, 1024 * 1024);
      break;
    case IDLE:
    default:
      plan_death (death, gate, path);
      tf_task_return_int64 (task, getpid ());
      break;
    }
}

/* --- The matrix --- */

static TfFuture *
submit_death (Workshop   *workshop,
              const Case *test,
              const char *gate,
              const char *path)
{
  guint32 death = (guint32) (test->death - deaths);

  return workshop_submit (workshop, body_die,
                          g_variant_new ("(uuss)", death, (guint32) test->moment, gate, path));
}

/* At a moment that is known. */
static void
check_loss (Workshop   *workshop,
            const Case *test,
            const char *path)
{
  g_autofree char *text = NULL;
  Journal          journal;

  journal_open (&journal, submit_death (workshop, test, "", path));
  text = finish_error (g_object_ref (journal.future), TF_ERROR, test->death->code);
  assert_contains (text, test->death->text);
  if (test->death->code == TF_ERROR_WORKER_LOST)
    assert_contains (text, LAST_WORDS);
  tf_test_assert_states (journal.states, "WAITING EXECUTING FAILED done");
  journal_close (&journal);
}

/* Nobody wants to know how it ended. */
static void
check_cancelled (Workshop   *workshop,
                 const Case *test,
                 const char *path)
{
  Journal journal;

  journal_open (&journal, submit_death (workshop, test, "", path));
  journal_wait_process (&journal);
  if (test->moment == IN_SHUTDOWN)
    tf_test_executor_finish (&workshop->executor);
  else
    tf_future_cancel (journal.future);
  tf_test_wait_done (journal.future);
  tf_test_assert_states (journal.states, "WAITING EXECUTING CANCELLING CANCELLED done");
  journal_close (&journal);

  if (workshop->executor == NULL)
    workshop->executor =
      tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (workshop->context));
}

/* It may be just in time, or not. */
static void
check_crossing (Workshop   *workshop,
                const Case *test,
                const char *path)
{
  Journal journal;

  journal_open (&journal, submit_death (workshop, test, "", path));
  tf_test_wait_done (journal.future);
  if (tf_future_get_state (journal.future) == TF_FUTURE_STATE_COMPLETED)
    {
      tf_test_assert_states (journal.states, "WAITING EXECUTING COMPLETED done");
    }
  else
    {
      g_autoptr (GError) error = tf_future_dup_error (journal.future);

      tf_test_assert_states (journal.states, "WAITING EXECUTING FAILED done");
      g_assert_cmpint (error->domain, ==, TF_ERROR);
      g_assert_true (error->code == TF_ERROR_WORKER_LOST || error->code == TF_ERROR_PROTOCOL);
    }
  journal_close (&journal);
}

static void
check_idle (Workshop   *workshop,
            const Case *test,
            const char *path)
{
  Gate gate;
  int  pid;

  gate_init (&gate);
  pid = finish_pid (submit_death (workshop, test, gate.path, path));
  gate_open (&gate, 1);
  while (get_process_state (pid, NULL) != 0 && !(test->death->lives && count_starts (path) > 0))
    g_thread_yield ();
  g_assert_cmpint (workshop_get_pid (workshop), !=, pid);
  gate_clear (&gate);
}

static void
test_case (gconstpointer data)
{
  const Case      *test = data;
  g_autofree char *path = make_file ();
  Workshop         workshop;
  Neighbour        neighbour;
  gboolean         has_neighbour = test->moment != IN_SHUTDOWN;

  g_test_summary ("A worker goes in this way at this moment.");

  workshop_open (&workshop, 2);
  tf_process_context_set_grace (workshop.context, 0, 0);
  if (has_neighbour)
    neighbour_start (&neighbour, &workshop);

  switch (test->moment)
    {
    case CANCELLED:
    case IN_SHUTDOWN:
      check_cancelled (&workshop, test, path);
      break;
    case RETURNING:
      check_crossing (&workshop, test, path);
      break;
    case IDLE:
      check_idle (&workshop, test, path);
      break;
    case AT_ONCE:
    case AFTER_REPORTS:
    case AFTER_PROGRESS:
    default:
      check_loss (&workshop, test, path);
      break;
    }

  /* A worker that was lost while it returned may have been given back. */
  if (test->moment != RETURNING)
    g_assert_cmpint (workshop_get_pid (&workshop), >, 0);
  if (has_neighbour)
    neighbour_finish (&neighbour);
  workshop_close (&workshop);
  g_unlink (path);
}

/* --- What a task leaves behind --- */

/* The child has the sockets of the worker, until the other end of the pipe is closed. */
static void
body_leaves_child (TfTask  *task,
                   gpointer user_data)
{
  int  fd = open (g_variant_get_bytestring (tf_task_get_argument (task)), O_RDONLY);
  char byte;

  if (fork () == 0)
    _exit (read (fd, &byte, 1) == 0 ? 0 : 1);
  die_by_signal (SIGKILL);
}

static void
test_leaves_child (void)
{
  g_autofree char *path = make_file ();
  g_autofree char *text = NULL;
  Workshop         workshop;
  int              fd;

  g_test_summary ("A worker is lost although something that its task has forked holds its"
                  " sockets.");

  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (mkfifo (path, 0600), ==, 0);
  fd = open (path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (fd, >=, 0);
  workshop_open (&workshop, 1);
  text = finish_error (
    workshop_submit (&workshop, body_leaves_child, g_variant_new_bytestring (path)), TF_ERROR,
    TF_ERROR_WORKER_LOST);
  assert_contains (text, "SIGKILL");
  close (fd);
  workshop_close (&workshop);
  g_unlink (path);
}

/* The child holds the sockets as above, and the worker goes on. */
static void
body_has_child (TfTask  *task,
                gpointer user_data)
{
  int  fd = open (g_variant_get_bytestring (tf_task_get_argument (task)), O_RDONLY);
  char byte;

  if (fork () == 0)
    _exit (read (fd, &byte, 1) == 0 ? 0 : 1);
  close (fd);
  tf_task_return_int64 (task, getpid ());
}

static gboolean
is_executing (gpointer future)
{
  return tf_future_get_state (future) == TF_FUTURE_STATE_EXECUTING;
}

static void
test_sends_to_child (void)
{
  /* Much more than a socket takes at once. */
  const gsize        size = 32 * 1024 * 1024;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (size), size);
  GVariant          *argument = g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
  Gate               gate;
  Workshop           workshop;
  TfFuture          *future;
  int                pid;

  g_test_summary ("A worker that dies while it is sent an argument is noticed, although something "
                  "that a task has forked holds its sockets.");

  gate_init (&gate);
  workshop_open (&workshop, 1);
  pid = finish_pid (workshop_submit (&workshop, body_has_child, gate_as_argument (&gate)));
  g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
  future = workshop_submit (&workshop, body_has_child, argument);
  tf_test_run_until (NULL, is_executing, future);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  /* It cannot have begun, so another worker runs it. */
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
  g_object_unref (future);
  gate_clear (&gate);
  workshop_close (&workshop);
}

/* --- What the program has too little of --- */

static void
limit_fds (rlim_t         limit,
           struct rlimit *before)
{
  struct rlimit limits;

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, before), ==, 0);
  limits = *before;
  limits.rlim_cur = limit;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limits), ==, 0);
}

static void
test_no_fds_at_the_end (void)
{
  struct rlimit    before;
  g_autofree char *text = NULL;
  Workshop         workshop;
  Journal          journal;
  int              pid;

  g_test_summary ("A worker may go when no descriptor is left in the program.");

  workshop_open (&workshop, 1);
  journal_open (&journal, workshop_submit (&workshop, body_spin, NULL));
  pid = journal_wait_process (&journal);
  limit_fds (3, &before);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  text = finish_error (g_object_ref (journal.future), TF_ERROR, TF_ERROR_WORKER_LOST);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
  assert_contains (text, "SIGKILL");
  journal_close (&journal);
  workshop_close (&workshop);
}

static void
test_no_fds_for_a_start (void)
{
  gboolean has_failed = FALSE;
  gboolean has_worked = FALSE;
  Workshop workshop;

  g_test_summary ("With too few descriptors, however few, no worker starts; that is all.");

  if (is_instrumented ())
    {
      g_test_skip ("the tool that watches needs descriptors of its own");
      return;
    }

  for (guint n = 0; n < 20; n++)
    {
      struct rlimit before;
      TfFuture     *future;
      int           next;

      workshop_open (&workshop, 1);
      next = dup (STDIN_FILENO);
      close (next);
      limit_fds ((rlim_t) next + n, &before);
      future = workshop_submit (&workshop, body_pid, NULL);
      tf_test_wait_done (future);
      g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &before), ==, 0);
      if (tf_future_get_state (future) == TF_FUTURE_STATE_FAILED)
        {
          tf_test_assert_error (future, TF_ERROR, TF_ERROR_WORKER_START);
          has_failed = TRUE;
        }
      else
        {
          has_worked = TRUE;
        }
      g_object_unref (future);
      workshop_close (&workshop);
    }
  g_assert_true (has_failed && has_worked);
}

/* --- What the program does with signals --- */

static void
body_says_much (TfTask  *task,
                gpointer user_data)
{
  for (guint i = 0; i < 100; i++)
    fputs (LAST_WORDS "\n", stderr);
  die_of_kill ();
}

static void
test_no_reader (void)
{
  void (*before) (int) = signal (SIGPIPE, SIG_DFL);
  g_autofree char *text = NULL;
  Workshop         workshop;
  int              saved;
  int              ends[2];

  g_test_summary ("What a worker says does not end a program whose standard error nobody reads.");

  workshop_open (&workshop, 1);
  saved = dup (STDERR_FILENO);
  g_assert_cmpint (pipe (ends), ==, 0);
  dup2 (ends[1], STDERR_FILENO);
  close (ends[0]);
  close (ends[1]);
  text = finish_error (workshop_submit (&workshop, body_says_much, NULL), TF_ERROR,
                       TF_ERROR_WORKER_LOST);
  dup2 (saved, STDERR_FILENO);
  close (saved);
  assert_contains (text, LAST_WORDS);
  workshop_close (&workshop);
  signal (SIGPIPE, before);
}

static void
test_sigchld (void)
{
  void (*before) (int);
  g_autofree char *text = NULL;
  Workshop         workshop;

  g_test_summary ("In a program that ignores SIGCHLD a worker is lost without a false status and "
                  "without a warning.");

  workshop_open (&workshop, 1);
  before = signal (SIGCHLD, SIG_IGN);
  text = finish_error (workshop_submit (&workshop, body_says_much, NULL), TF_ERROR,
                       TF_ERROR_WORKER_LOST);
  /* Newer kernels know it all the same. */
  g_assert_true (strstr (text, "how is not known") != NULL || strstr (text, "SIGKILL") != NULL);
  assert_contains (text, LAST_WORDS);
  g_assert_cmpint (workshop_get_pid (&workshop), >, 0);
  workshop_close (&workshop);
  signal (SIGCHLD, before);
}

static void
test_sigchld_at_the_start (void)
{
  static const char *const argv[] = { "true", NULL };
  void (*before) (int);
  Workshop workshop;

  g_test_summary ("A program that ignores SIGCHLD sees that a program is no worker, however soon "
                  "that has ended.");

  workshop_open (&workshop, 1);
  tf_process_context_set_argv (workshop.context, argv);
  before = signal (SIGCHLD, SIG_IGN);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *text = finish_error (workshop_submit (&workshop, body_says_much, NULL),
                                            TF_ERROR, TF_ERROR_WORKER_START);

      assert_contains (text, "ended");
    }
  workshop_close (&workshop);
  signal (SIGCHLD, before);
}

/* Not g_spawn_sync(), which sets signals back. */
static void
body_interrupts (TfTask  *task,
                 gpointer user_data)
{
  int status;

  raise (SIGINT);
  status = system ("kill -INT $$; exit 7");
  tf_task_return_boolean (task, WIFSIGNALED (status) && WTERMSIG (status) == SIGINT);
}

static void
test_interrupt (void)
{
  Workshop             workshop;
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;

  g_test_summary ("Ctrl-C is nothing to a worker, and to what it starts the same as to any"
                  " program.");

  workshop_open (&workshop, 1);
  future = workshop_submit (&workshop, body_interrupts, NULL);
  tf_test_wait_done (future);
  g_assert_true (tf_future_get_boolean (future, &error));
  g_assert_no_error (error);
  g_clear_object (&future);
  workshop_close (&workshop);
}

/* --- Memory --- */

static void
body_use_up (TfTask  *task,
             gpointer user_data)
{
  for (;;)
    memset (g_malloc (16 * 1024 * 1024), 1, 16 * 1024 * 1024);
}

static void
test_memory (void)
{
  Workshop         workshop;
  g_autofree char *text = NULL;

  g_test_summary ("A task that wants more memory than there is fails, and says so.");

  if (is_instrumented ())
    {
      g_test_skip ("the tool that watches needs much more memory than any program");
      return;
    }

  workshop_open (&workshop, 1);
  tf_process_context_set_limits (workshop.context, G_GUINT64_CONSTANT (512) * 1024 * 1024, 0);
  text = finish_error (workshop_submit (&workshop, body_use_up, NULL), TF_ERROR,
                       TF_ERROR_WORKER_LOST);
  assert_contains (text, "failed to allocate");
  g_assert_cmpint (workshop_get_pid (&workshop), >, 0);
  workshop_close (&workshop);
}

/* --- From outside --- */

static void
test_stopped_and_killed (void)
{
  Workshop         workshop;
  Neighbour        neighbour;
  Journal          journal;
  g_autofree char *text = NULL;
  int              pid;

  g_test_summary ("A worker may be stopped, and killed then.");

  workshop_open (&workshop, 2);
  neighbour_start (&neighbour, &workshop);
  journal_open (&journal, workshop_submit (&workshop, body_spin, NULL));
  pid = journal_wait_process (&journal);
  g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
  tf_test_drain (NULL);
  tf_test_assert_states (journal.states, "WAITING EXECUTING");
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  text = finish_error (g_object_ref (journal.future), TF_ERROR, TF_ERROR_WORKER_LOST);
  assert_contains (text, "SIGKILL");
  journal_close (&journal);
  neighbour_finish (&neighbour);
  workshop_close (&workshop);
}

static void
test_dies_unread (void)
{
  Workshop workshop;

  g_test_summary ("A job that a worker has not read before it dies is run by another one.");

  workshop_open (&workshop, 1);
  for (guint i = 0; i < 3; i++)
    {
      int       pid = workshop_get_pid (&workshop);
      TfFuture *future;

      g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
      future = workshop_submit (&workshop, body_pid, NULL);
      tf_test_run_until (NULL, is_executing, future);
      g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
      g_assert_cmpint (finish_pid (future), !=, pid);
    }
  workshop_close (&workshop);
}

static void
test_stopped_when_idle (void)
{
  Workshop workshop;
  int      pid;

  g_test_summary ("A worker that was stopped while it was idle ends when it goes on, though its "
                  "context has gone.");

  workshop_open (&workshop, 1);
  pid = workshop_get_pid (&workshop);
  g_assert_cmpint (kill (pid, SIGSTOP), ==, 0);
  tf_test_executor_finish (&workshop.executor);
  tf_process_context_close (workshop.context);
  g_assert_finalize_object (g_steal_pointer (&workshop.context));
  g_assert_cmpint (kill (pid, SIGCONT), ==, 0);
  wait_until_alone ();
}

/* --- Tasks that may run again --- */

/* Goes with its process as often as it is told; the file counts. */
static void
body_die_often (TfTask  *task,
                gpointer user_data)
{
  const char *path;
  guint32     n_deaths;
  gsize       n_before;
  int         fd;

  g_variant_get (tf_task_get_argument (task), "(u&s)", &n_deaths, &path);
  n_before = count_starts (path);
  fd = open (path, O_WRONLY | O_APPEND);
  if (write (fd, "x", 1) != 1)
    _exit (1);
  close (fd);
  if (n_before < n_deaths)
    die_of_kill ();
  tf_task_return_int64 (task, (gint64) n_before);
}

static void
test_retries (void)
{
  Workshop workshop;

  g_test_summary ("A task that may run again does so as often as allowed, and not more.");

  workshop_open (&workshop, 1);
  for (guint n_retries = 0; n_retries <= 3; n_retries++)
    {
      g_autofree char *path = make_file ();
      TfFuture        *future;

      tf_process_context_set_retries (workshop.context, n_retries);
      future = workshop_submit (&workshop, body_die_often, g_variant_new ("(us)", 2, path));
      tf_test_wait_done (future);
      if (n_retries < 2)
        tf_test_assert_error (future, TF_ERROR, TF_ERROR_WORKER_LOST);
      else
        tf_test_assert_int64 (future, 2);
      g_assert_cmpuint (count_starts (path), ==, MIN (n_retries, 2) + 1);
      g_object_unref (future);
      g_unlink (path);
    }
  workshop_close (&workshop);
}

static void
body_never_cancelled_die (TfTask  *task,
                          gpointer user_data)
{
  const char *path = g_variant_get_bytestring (tf_task_get_argument (task));
  int         fd = open (path, O_WRONLY | O_APPEND);

  if (write (fd, "x", 1) != 1)
    _exit (1);
  body_spin (task, NULL);
}

static void
test_no_retry_when_cancelled (void)
{
  g_autofree char *path = make_file ();
  Workshop         workshop;
  Journal          journal;

  g_test_summary ("A task that was cancelled does not run again.");

  workshop_open (&workshop, 1);
  tf_process_context_set_retries (workshop.context, 10);
  tf_process_context_set_grace (workshop.context, 0, 0);
  journal_open (&journal, workshop_submit (&workshop, body_never_cancelled_die,
                                           g_variant_new_bytestring (path)));
  journal_wait_process (&journal);
  g_assert_true (tf_future_cancel (journal.future));
  tf_test_wait_done (journal.future);
  tf_test_assert_state (journal.future, TF_FUTURE_STATE_CANCELLED);
  journal_close (&journal);
  workshop_close (&workshop);
  g_assert_cmpuint (count_starts (path), ==, 1);
  g_unlink (path);
}

/* --- The program goes first --- */

static void
body_hold (TfTask  *task,
           gpointer user_data)
{
  const char *path = g_variant_get_bytestring (tf_task_get_argument (task));
  int         fd = open (path, O_WRONLY | O_CLOEXEC);

  if (write (fd, "x", 1) == 1)
    body_spin (task, NULL);
}

/* The program: has one worker that spins and one that is idle, until it is killed. */
static int
be_the_victim (const char *path)
{
  TfProcessContext *context = tf_process_context_new (2);
  TfExecutor       *executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  TfFuture         *future;

  tf_process_context_warm_up (context, 2);
  future = submit_to (executor,
                      tf_task_new_with_argument (body_hold, g_variant_new_bytestring (path)));
  tf_test_wait_done (future);
  return 1;
}

static void
test_parent_death (void)
{
  g_autofree char        *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GError)      error = NULL;
  g_autoptr (GSubprocess) victim = NULL;
  struct pollfd           input = { -1, POLLIN, 0 };
  Gate                    gate;
  char                    byte;
  int                     fd;

  g_test_summary ("A program that is killed leaves no worker, also none that computes and never "
                  "looks.");

  start_glib ();
  gate_init (&gate);
  fd = open (gate.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  g_setenv ("TF_TEST_VICTIM", gate.path, TRUE);
  victim = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, program, NULL);
  g_unsetenv ("TF_TEST_VICTIM");
  g_assert_no_error (error);

  /* Its worker is there; from here on only that has the other end. */
  input.fd = fd;
  g_assert_cmpint (poll (&input, 1, (int) (tf_test_timeout_us () / 1000)), ==, 1);
  g_assert_true (g_unix_set_fd_nonblocking (fd, FALSE, NULL));
  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  close (gate.fd);
  g_subprocess_force_exit (victim);
  g_subprocess_wait (victim, NULL, &error);
  g_assert_no_error (error);

  g_assert_cmpint (read (fd, &byte, 1), ==, 0);
  close (fd);
  gate.fd = open ("/dev/null", O_RDONLY);
  gate_clear (&gate);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  if (g_getenv ("TF_TEST_VICTIM") != NULL)
    return be_the_victim (g_getenv ("TF_TEST_VICTIM"));

  g_test_init (&argc, &argv, NULL);

  for (guint moment = 0; moment < G_N_ELEMENTS (moments); moment++)
    for (guint death = 0; death < G_N_ELEMENTS (deaths); death++)
      {
        g_autofree char *path =
          g_strdup_printf ("/process-fault/%s/%s", moments[moment], deaths[death].name);
        Case *test = g_new (Case, 1);

        *test = (Case){ &deaths[death], (Moment) moment };
        g_test_add_data_func_full (path, test, test_case, g_free);
      }
  tf_test_add ("/process-fault/outside/is-seen-behind-a-child", test_leaves_child);
  tf_test_add ("/process-fault/outside/is-sent-to-behind-a-child", test_sends_to_child);
  tf_test_add ("/process-fault/no-descriptors/at-the-end", test_no_fds_at_the_end);
  tf_test_add ("/process-fault/no-descriptors/for-a-start", test_no_fds_for_a_start);
  tf_test_add ("/process-fault/program/has-no-reader", test_no_reader);
  tf_test_add ("/process-fault/program/ignores-sigchld", test_sigchld);
  tf_test_add ("/process-fault/program/ignores-sigchld-at-the-start", test_sigchld_at_the_start);
  tf_test_add ("/process-fault/outside/interrupts-nothing", test_interrupt);
  tf_test_add ("/process-fault/memory/is-used-up", test_memory);
  tf_test_add ("/process-fault/outside/stopped-and-killed", test_stopped_and_killed);
  tf_test_add ("/process-fault/outside/dies-before-it-reads", test_dies_unread);
  tf_test_add ("/process-fault/outside/stopped-when-idle", test_stopped_when_idle);
  tf_test_add ("/process-fault/retries/as-many-as-allowed", test_retries);
  tf_test_add ("/process-fault/retries/not-when-cancelled", test_no_retry_when_cancelled);
  tf_test_add ("/process-fault/program/leaves-no-worker", test_parent_death);

  return g_test_run ();
}
