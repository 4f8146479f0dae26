/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

/* A copy of the program that fork() made without an exec: what the objects of the program do in it. The copy tells what
 * it saw through a pipe, and ends by SIGKILL, so that no memory checker takes its memory for leaked. */

/* --- A copy --- */

static GString *complaints; /* in the copy */
static char    *last_critical;

static void
complain (const char *name,
          const char *what)
{
  g_string_append_printf (complaints, "%s: %s\n", name, what);
}

static void
on_log (const char    *domain,
        GLogLevelFlags level,
        const char    *message,
        gpointer       data)
{
  if (last_critical != NULL)
    complain (message, "logged after another one");
  g_free (last_critical);
  last_critical = g_strdup (message);
}

/* Returns what @be_copy complained of in a copy of this process. */
static char *
run_copy (void (*be_copy) (gpointer data),
          gpointer data)
{
  GString *text = g_string_new (NULL);
  int      fds[2];
  int      status = -1;
  char     buffer[1024];
  gssize   n;
  pid_t    copy;

  g_assert_true (g_unix_open_pipe (fds, FD_CLOEXEC, NULL));
  copy = fork ();
  if (copy == 0)
    {
      alarm ((guint) (tf_test_timeout_us () / G_USEC_PER_SEC));
      g_log_set_always_fatal (G_LOG_LEVEL_ERROR);
      g_log_set_default_handler (on_log, NULL);
      complaints = g_string_new (NULL);
      be_copy (data);
      if (last_critical != NULL)
        complain (last_critical, "not expected");
      g_string_append (complaints, "end\n");
      if (write (fds[1], complaints->str, complaints->len) == (gssize) complaints->len)
        kill (getpid (), SIGKILL);
      _exit (1);
    }

  close (fds[1]);
  while ((n = read (fds[0], buffer, sizeof buffer)) > 0)
    g_string_append_len (text, buffer, n);
  close (fds[0]);
  g_assert_cmpint (waitpid (copy, &status, 0), ==, copy);
  g_assert_true (WIFSIGNALED (status));
  g_assert_cmpint (WTERMSIG (status), ==, SIGKILL);
  return g_string_free (text, FALSE);
}

#define assert_copy(be_copy, data)                        \
  G_STMT_START                                            \
  {                                                       \
    g_autofree char *text = run_copy ((be_copy), (data)); \
                                                          \
    g_assert_cmpstr (text, ==, "end\n");                  \
  }                                                       \
  G_STMT_END

/* --- The objects of the program --- */

typedef struct
{
  TfParallelContext *context;
  TfExecutor        *executor;
  TfWorkerPool      *pool;
  TfFuture          *running;
  TfFuture          *queued;
  TfFuture          *done;
  TfPromise         *promise;
  TfThreadRouter    *router;
  TfMessageReceiver *receiver;
  TfMessageSender   *sender;
  Gate               gate;
} Program;

static void
body_wait (TfTask  *task,
           gpointer user_data)
{
  tf_task_report_int64 (task, getpid ());
  gate_wait (g_variant_get_bytestring (tf_task_get_argument (task)));
  tf_task_return_int64 (task, 42);
}

static TfFuture *
submit (Program   *self,
        TfTaskFunc func)
{
  return submit_to (self->executor,
                    tf_task_new_with_argument (func, gate_as_argument (&self->gate)));
}

static gboolean
is_executing (gpointer future)
{
  return tf_future_get_state (future) == TF_FUTURE_STATE_EXECUTING;
}

/* One worker, a task that runs, and one that is queued. */
static void
program_open (Program           *self,
              TfParallelContext *context)
{
  *self = (Program){ .context = context };
  gate_init (&self->gate);
  self->executor = tf_executor_new_for_parallel_context (context);
  self->pool = tf_worker_pool_new (1);
  self->done = submit (self, body_pid);
  tf_test_wait_done (self->done);
  self->running = submit (self, body_wait);
  tf_test_run_until (NULL, is_executing, self->running);
  self->queued = submit (self, body_wait);
  self->promise = tf_promise_new ("answer");
  self->router = tf_thread_router_new (NULL);
  g_assert_true (tf_message_router_start (TF_MESSAGE_ROUTER (self->router), NULL));
  self->receiver = tf_message_router_pipe (TF_MESSAGE_ROUTER (self->router), &self->sender, NULL);
  g_assert_true (tf_message_sender_start (self->sender, NULL));
}

/* All is as if there had been no copy. */
static void
program_close (Program *self)
{
  gate_open (&self->gate, 2);
  tf_test_wait_done (self->running);
  tf_test_assert_int64 (self->running, 42);
  tf_test_wait_done (self->queued);
  tf_test_assert_int64 (self->queued, 42);

  g_assert_false (tf_future_is_done (TF_FUTURE (self->promise)));
  g_assert_true (tf_promise_resolve_int64 (self->promise, 6));
  tf_test_wait_done (TF_FUTURE (self->promise));
  tf_test_assert_int64 (TF_FUTURE (self->promise), 6);

  g_assert_true (tf_message_sender_stop (self->sender, NULL));
  tf_message_sender_unref (self->sender);
  g_assert_true (
    tf_message_router_close_pipe (TF_MESSAGE_ROUTER (self->router), self->receiver, NULL));
  g_assert_true (tf_message_router_stop (TF_MESSAGE_ROUTER (self->router), NULL));
  g_clear_object (&self->receiver);
  g_clear_object (&self->router);
  g_clear_object (&self->promise);
  g_clear_object (&self->done);
  g_clear_object (&self->running);
  g_clear_object (&self->queued);
  g_clear_object (&self->pool);
  tf_test_executor_finish (&self->executor);
  tf_parallel_context_close (self->context);
  g_assert_finalize_object (self->context);
  gate_clear (&self->gate);
}

/* --- Calls that fail with an error --- */

static gboolean
call_submit (Program *self,
             GError **error)
{
  return tf_executor_submit (self->executor, tf_task_new (body_pid, NULL, NULL), error) != NULL;
}

static gboolean
call_stop (Program *self,
           GError **error)
{
  return tf_executor_stop (self->executor, error);
}

static gboolean
call_shutdown (Program *self,
               GError **error)
{
  return tf_executor_shutdown (self->executor, -1, error);
}

static gboolean
call_get_fd (Program *self,
             GError **error)
{
  return tf_executor_detach (self->executor, error) >= 0;
}

static gboolean
call_attach (Program *self,
             GError **error)
{
  return tf_executor_attach (self->executor, error);
}

static gboolean
call_wait (Program *self,
           GError **error)
{
  return tf_future_wait (self->running, -1, NULL, error);
}

static gboolean
call_wait_promise (Program *self,
                   GError **error)
{
  return tf_future_wait (TF_FUTURE (self->promise), -1, NULL, error);
}

static gboolean
call_abort (Program *self,
            GError **error)
{
  return tf_future_abort (self->running, NULL, error);
}

static gboolean
call_abort_with_error (Program *self,
                       GError **error)
{
  return tf_future_abort_with_error (
    self->queued, g_error_new_literal (TF_ERROR, TF_ERROR_FAILED, "no time"), error);
}

static void
do_nothing (gpointer data)
{
}

static gboolean
call_pool_push (Program *self,
                GError **error)
{
  return tf_worker_pool_push (self->pool, do_nothing, NULL, error);
}

static gboolean
call_pool_shutdown (Program *self,
                    GError **error)
{
  return tf_worker_pool_shutdown (self->pool, -1, error);
}

static gboolean
call_router_start (Program *self,
                   GError **error)
{
  return tf_message_router_start (TF_MESSAGE_ROUTER (self->router), error);
}

static gboolean
call_router_stop (Program *self,
                  GError **error)
{
  return tf_message_router_stop (TF_MESSAGE_ROUTER (self->router), error);
}

static gboolean
call_router_pipe (Program *self,
                  GError **error)
{
  TfMessageSender *sender;

  return tf_message_router_pipe (TF_MESSAGE_ROUTER (self->router), &sender, error) != NULL;
}

static gboolean
never (gpointer data)
{
  return FALSE;
}

static gboolean
call_route_until (Program *self,
                  GError **error)
{
  return tf_message_router_route_until (TF_MESSAGE_ROUTER (self->router), -1, never, NULL, error);
}

static gboolean
call_send (Program *self,
           GError **error)
{
  return tf_message_sender_send (self->sender, NULL, error);
}

static gboolean
call_sender_stop (Program *self,
                  GError **error)
{
  return tf_message_sender_stop (self->sender, error);
}

/* The threads, or the processes, are still those of the parent; or GLib thinks that they are there. */
static gboolean
call_new_executor (Program *self,
                   GError **error)
{
  TfExecutor *executor = tf_executor_new_for_parallel_context (self->context);

  return tf_executor_submit (executor, tf_task_new (body_pid, NULL, NULL), error) != NULL;
}

static gboolean
call_own_executor (Program *self,
                   GError **error)
{
  TfExecutor *executor = tf_executor_new ();

  return tf_executor_submit (executor, tf_task_new (body_pid, NULL, NULL), error) != NULL;
}

#define CALL(name)     \
  {                    \
#name, call_##name \
  }

static const struct
{
  const char *name;
  gboolean (*call) (Program *self,
                    GError **error);
} calls[] = {
  CALL (submit),
  CALL (stop),
  CALL (shutdown),
  CALL (get_fd),
  CALL (attach),
  CALL (wait),
  CALL (wait_promise),
  CALL (abort),
  CALL (pool_push),
  CALL (pool_shutdown),
  CALL (abort_with_error),
  CALL (router_start),
  CALL (router_stop),
  CALL (router_pipe),
  CALL (route_until),
  CALL (send),
  CALL (sender_stop),
  CALL (new_executor),
  CALL (own_executor),
};

static void
make_calls (gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (calls); i++)
    {
      g_autoptr (GError) error = NULL;

      if (calls[i].call (data, &error))
        complain (calls[i].name, "succeeded");
      else if (!g_error_matches (error, TF_ERROR, TF_ERROR_NOT_RUNNING))
        complain (calls[i].name, error == NULL ? "no error" : error->message);
      else if (strstr (error->message, "forked from") == NULL)
        complain (calls[i].name, error->message);
    }
}

/* --- Calls that log --- */

static void
log_cancel (Program *self)
{
  tf_future_cancel (self->running);
}

static void
log_cancel_if_waiting (Program *self)
{
  tf_future_cancel_if_waiting (self->queued);
}

static void
log_set_priority (Program *self)
{
  tf_future_set_priority (self->queued, 5);
}

static void
log_shield (Program *self)
{
  if (tf_future_shield (self->running) != NULL)
    complain ("shield", "made a future");
}

static void
log_wait_async (Program *self)
{
  tf_future_wait_async (self->running, NULL, NULL, NULL);
}

static void
log_hold_events (Program *self)
{
  if (tf_future_hold_events (self->running))
    complain ("hold_events", "held them");
}

static void
log_release_events (Program *self)
{
  tf_future_release_events (self->running);
}

static void
log_dispatch (Program *self)
{
  tf_executor_dispatch (self->executor);
}

static void
log_set_max_workers (Program *self)
{
  tf_executor_set_max_workers (self->executor, 2);
}

static void
log_get_n_items (Program *self)
{
  g_list_model_get_n_items (G_LIST_MODEL (self->executor));
}

static void
log_resolve (Program *self)
{
  tf_promise_resolve_int64 (self->promise, 7);
}

static void
log_reject (Program *self)
{
  tf_promise_reject_new_error_literal (self->promise, TF_ERROR, TF_ERROR_FAILED, "no");
}

static void
log_set_progress (Program *self)
{
  tf_promise_set_progress (self->promise, 1, 2, NULL);
}

static void
log_report (Program *self)
{
  tf_promise_report_value (self->promise, NULL);
}

static void
log_cancel_promise (Program *self)
{
  tf_future_cancel (TF_FUTURE (self->promise));
}

static void
log_router_dispatch (Program *self)
{
  tf_thread_router_dispatch (self->router);
}

static void
log_close (Program *self)
{
  tf_parallel_context_close (self->context);
}

static void
log_set_up (Program *self)
{
  if (TF_IS_PROCESS_CONTEXT (self->context))
    tf_process_context_set_retries (TF_PROCESS_CONTEXT (self->context), 3);
  else
    tf_thread_context_set_max_workers (TF_THREAD_CONTEXT (self->context), 3);
}

static void
log_warm_up (Program *self)
{
  if (TF_IS_PROCESS_CONTEXT (self->context))
    tf_process_context_warm_up (TF_PROCESS_CONTEXT (self->context), 1);
  else
    tf_thread_context_set_max_workers (TF_THREAD_CONTEXT (self->context), 2);
}

#define LOG(name, object)     \
  {                           \
#name, log_##name, object \
  }

static const struct
{
  const char *name;
  void (*call) (Program *self);
  const char *object; /* how the message names it */
} logs[] = {
  LOG (cancel, "“task”"),
  LOG (cancel_if_waiting, "“task”"),
  LOG (set_priority, "“task”"),
  LOG (shield, "“task”"),
  LOG (wait_async, "“task”"),
  LOG (hold_events, "“task”"),
  LOG (release_events, "“task”"),
  LOG (dispatch, "executor 0x"),
  LOG (set_max_workers, "executor 0x"),
  LOG (get_n_items, "executor 0x"),
  LOG (resolve, "“answer”"),
  LOG (reject, "“answer”"),
  LOG (set_progress, "“answer”"),
  LOG (report, "“answer”"),
  LOG (cancel_promise, "“answer”"),
  LOG (router_dispatch, "router 0x"),
  LOG (close, "context 0x"),
  LOG (set_up, "context 0x"),
  LOG (warm_up, "context 0x"),
};

static void
make_logs (gpointer data)
{
  for (guint i = 0; i < G_N_ELEMENTS (logs); i++)
    {
      logs[i].call (data);
      if (last_critical == NULL)
        complain (logs[i].name, "logged nothing");
      else if (strstr (last_critical, logs[i].object) == NULL ||
               strstr (last_critical, "forked from") == NULL)
        complain (logs[i].name, last_critical);
      g_clear_pointer (&last_critical, g_free);
    }
}

/* --- What works --- */

static void
on_promise_done_cb (TfFuture *future,
                    guint    *n_done)
{
  (*n_done)++;
}

/* A promise that the copy makes for @context. */
static void
use_promise (GMainContext *context)
{
  guint      n_done = 0;
  TfPromise *promise;

  g_main_context_push_thread_default (context);
  promise = tf_promise_new ("own");
  g_signal_connect (promise, "done", G_CALLBACK (on_promise_done_cb), &n_done);
  if (!tf_promise_resolve_int64 (promise, 8) ||
      !tf_future_wait (TF_FUTURE (promise), -1, NULL, NULL) || n_done != 1 ||
      tf_future_get_int64 (TF_FUTURE (promise), NULL) != 8)
    complain ("promise", "not resolved");
  g_object_unref (promise);
  g_main_context_pop_thread_default (context);
}

static void
on_message_cb (TfMessageReceiver *receiver,
               const GValue      *value,
               gboolean          *has_come)
{
  *has_come = TRUE;
}

static gboolean
is_true (gpointer data)
{
  return *(gboolean *) data;
}

static void
use_router (GMainContext *context)
{
  TfMessageRouter   *router = TF_MESSAGE_ROUTER (tf_thread_router_new (context));
  TfMessageReceiver *receiver;
  TfMessageSender   *sender;
  gboolean           has_come = FALSE;

  if (!tf_message_router_start (router, NULL))
    complain ("router", "not started");
  receiver = tf_message_router_pipe (router, &sender, NULL);
  g_signal_connect (receiver, "message", G_CALLBACK (on_message_cb), &has_come);
  if (!tf_message_sender_start (sender, NULL) || !tf_message_sender_send (sender, NULL, NULL) ||
      !tf_message_router_route_until (router, -1, is_true, &has_come, NULL) ||
      !tf_message_router_close_pipe (router, receiver, NULL) ||
      !tf_message_router_stop (router, NULL))
    complain ("router", "not working");
  tf_message_sender_unref (sender);
  g_object_unref (receiver);
  g_object_unref (router);
}

/* Objects of the parent can be read and dropped, and the copy has some of its own. */
static void
use_own (gpointer data)
{
  Program      *self = data;
  GMainContext *context = g_main_context_new ();

  if (!tf_future_wait (self->done, -1, NULL, NULL) || tf_future_get_int64 (self->done, NULL) <= 0)
    complain ("done", "cannot be read");
  if (tf_future_cancel (self->done))
    complain ("done", "was cancelled");
  if (tf_executor_get_n_executing (self->executor) != 1)
    complain ("executor", "cannot be read");

  use_promise (context);
  use_promise (NULL);
  use_router (context);
  g_main_context_unref (context);
}

static void
drop_all (gpointer data)
{
  Program *self = data;

  g_object_unref (self->running);
  g_object_unref (self->queued);
  g_object_unref (self->done);
  g_object_unref (self->promise);
  tf_message_sender_unref (self->sender);
  g_object_unref (self->receiver);
  g_object_unref (self->router);
  g_object_unref (self->pool);
  g_object_unref (self->executor);
  g_object_unref (self->context);
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* A copy of the copy knows it as well. */
static void
copy_again (gpointer data)
{
  g_autofree char *text = run_copy (make_calls, data);

  if (!g_str_equal (text, "end\n"))
    complain ("copy of a copy", text);
}

/* --- Tests --- */

static const struct
{
  const char *name;
  void (*be_copy) (gpointer data);
} copies[] = {
  { "calls", make_calls },
  { "logs", make_logs },
  { "own", use_own },
  { "drops", drop_all },
  { "again", copy_again },
};

static void
test_copies (gconstpointer is_process)
{
  guint n_fds;

  g_test_summary ("A copy of the program ends no work of the program: calls fail at once, and name "
                  "the object; the copy can drop what it has, and use promises of its own.");

  start_glib ();
  wait_until_alone ();
  n_fds = count_fds ();
  for (guint i = 0; i < G_N_ELEMENTS (copies); i++)
    {
      Program program;

      g_test_message ("%s", copies[i].name);
      program_open (&program, GPOINTER_TO_INT (is_process)
                                ? TF_PARALLEL_CONTEXT (tf_process_context_new (1))
                                : TF_PARALLEL_CONTEXT (tf_thread_context_new (1)));
      assert_copy (copies[i].be_copy, &program);
      program_close (&program);
      wait_until_alone ();
    }
  while (count_fds () > n_fds)
    g_main_context_iteration (NULL, FALSE);
}

/* --- A copy of a thread that runs a task --- */

/* The thread that held the default main context is not in the copy, so nobody can use that context. */
static void
be_task (gpointer task)
{
  GMainContext *context = g_main_context_new ();

  if (tf_task_yield_int64 (task, 1))
    complain ("task", "yielded");
  use_promise (context);
  use_router (context);
  g_main_context_unref (context);
}

static Gate copy_begin;
static Gate copy_end;

static void
body_copy (TfTask  *task,
           gpointer user_data)
{
  g_autofree char *text = NULL;

  gate_wait (copy_begin.path);
  text = run_copy (be_task, task);
  gate_open (&copy_end, 1);
  tf_task_return_string (task, text);
}

static void
test_thread (void)
{
  TfExecutor *executor = tf_executor_new ();
  Journal     journal;

  g_test_summary ("A copy that the function of a task makes tells nothing of the task, and can use "
                  "promises of its own.");

  gate_init (&copy_begin);
  gate_init (&copy_end);
  journal_open (&journal, submit_to (executor, tf_task_new (body_copy, NULL, NULL)));
  /* Meanwhile this thread holds no lock of GObject, which nobody would open in the copy. */
  gate_open (&copy_begin, 1);
  gate_wait (copy_end.path);
  tf_test_wait_done (journal.future);
  tf_test_assert_string (journal.future, "end\n");
  g_assert_cmpuint (journal.n_events, ==, 0);
  journal_close (&journal);
  tf_test_executor_finish (&executor);
  gate_clear (&copy_begin);
  gate_clear (&copy_end);
}

/* --- A copy of a worker --- */

static gboolean is_copy; /* in it */

/* The copy goes on as if it were the worker, to the end of main(). */
static void
body_fork (TfTask  *task,
           gpointer user_data)
{
  int   status = -1;
  pid_t copy = fork ();

  if (copy == 0)
    {
      is_copy = TRUE;
      alarm ((guint) (tf_test_timeout_us () / G_USEC_PER_SEC));
      tf_task_set_progress (task, 5, 10, "copy");
      tf_task_yield_int64 (task, 1);
      tf_task_return_int64 (task, 1);
      return;
    }

  if (waitpid (copy, &status, 0) == copy && WIFSIGNALED (status))
    tf_task_return_int64 (task, WTERMSIG (status));
  else
    tf_task_return_int64 (task, -1);
}

static void
test_worker (void)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("A copy of a worker tells the program nothing, and ends when the function of its "
                  "task returns.");

  workshop_open (&workshop, 1);
  for (guint i = 0; i < 2; i++)
    {
      journal_open (&journal, workshop_submit (&workshop, body_fork, NULL));
      tf_test_wait_done (journal.future);
      tf_test_assert_int64 (journal.future, SIGKILL);
      g_assert_cmpuint (journal.n_events, ==, 0);
      g_assert_cmpint (tf_future_get_completed_steps (journal.future), ==, 0);
      journal_close (&journal);
    }
  workshop_close (&workshop);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    {
      int status = tf_worker_run ();

      if (is_copy)
        kill (getpid (), SIGKILL);
      return status;
    }

  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/process-fork/threads/leaves-the-program-alone", GINT_TO_POINTER (FALSE),
                        test_copies);
  g_test_add_data_func ("/process-fork/processes/leaves-the-program-alone", GINT_TO_POINTER (TRUE),
                        test_copies);
  tf_test_add ("/process-fork/thread/tells-nothing", test_thread);
  tf_test_add ("/process-fork/worker/leaves-the-program-alone", test_worker);

  return g_test_run ();
}
