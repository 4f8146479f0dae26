/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "core/tf-clock-private.h"
#include "core/tf-reference-private.h"
#include "process/tf-worker-private.h"

/* The life of a worker process: hello, the settings, jobs, the end. */

/* How long it looks for the next job before it sleeps. */
#define SPIN_US 20

/* How often it asks whether the program is still there: what that has forked may hold its sockets open. */
#define LOOK_US (5 * G_USEC_PER_SEC)

/* How long a job may go on when the program has gone. */
#define ORPHAN_GRACE_US (200 * 1000)

/* How long the process may take to end then. */
#define END_GRACE_MS 5000

typedef struct
{
  TfWorkerRequest request; /* [const] */
  TfChannel       jobs;
  TfChannel       control;
  TfJobDesk      *desk;       /* (owned) */
  int             parent_pid; /* [const] of the program, or 0 if that did not start this process itself */
  gboolean        is_known;   /* [main thread] it has said hello */
} Worker;

static gboolean
is_orphaned (Worker *self)
{
  return self->parent_pid != 0 && getppid () != self->parent_pid;
}

/* What comes next: FALSE when the program has gone, or wants us gone. */
static gboolean
receive_control (Worker  *self,
                 TfFrame *frame)
{
  while (!is_orphaned (self))
    {
      g_autoptr (GError) error = NULL;

      if (tf__channel_receive (&self->control, 0, tf__clock_deadline (LOOK_US), frame, &error))
        return TRUE;
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return FALSE;
    }

  return FALSE;
}

/* What the job has started would get Ctrl-C with the program if the worker had no process group of its own. */
static void
end_descendants (void)
{
  if (getpgrp () != getpid ())
    return;

  signal (SIGTERM, SIG_IGN);
  kill (0, SIGTERM);
}

/* A thread of its own, until the process ends: for what must not wait behind a job or its bulk. */
static gpointer
listen (gpointer data)
{
  Worker *self = data;
  TfFrame frame;

  while (receive_control (self, &frame))
    {
      if (frame.header.type == TF_FRAME_WITHDRAW)
        {
          guint64 last;

          g_variant_get (frame.body, "(t)", &last);
          tf__job_desk_withdraw (self->desk, frame.header.job, last);
        }
      else
        tf__job_desk_cancel (self->desk, frame.header.job);
      tf__frame_clear (&frame);
    }

  /* Whatever the job does, this thread can end the process. Without a job the
   * main thread does, which also has what the program left to be done at its end. */
  if (!tf__job_desk_stop (self->desk, ORPHAN_GRACE_US))
    {
      end_descendants ();
      _exit (TF_WORKER_EXIT_ORPHANED);
    }
  poll (NULL, 0, END_GRACE_MS);
  _exit (0);
  return NULL;
}

static gboolean
say_hello (Worker  *self,
           GError **error)
{
  self->is_known = TRUE;
  return tf__channel_send (&self->jobs, TF_FRAME_HELLO, 0,
                           g_variant_new ("(uuss)", (guint32) TF_WIRE_VERSION, (guint32) getpid (),
                                          self->request.token, TF_PACKAGE_VERSION),
                           NULL, -1, 0, TF_SEND_NOW, error);
}

/* Whoever sends CONFIGURE says what it accepts of this process. */
static void
set_limits (Worker   *self,
            GVariant *settings)
{
  TfWireLimits limits = { 0 };

  if (g_variant_lookup (settings, "max-value", "t", &limits.max_value) &&
      g_variant_lookup (settings, "max-text", "u", &limits.max_text))
    tf__channel_set_limits (&self->jobs, &limits);
}

static gboolean
set_up (Worker   *self,
        GVariant *settings,
        GError  **error)
{
  g_autoptr (GVariant) dictionary = g_variant_get_child_value (settings, 0);
  g_autoptr (GError)   reason = NULL;

  set_limits (self, dictionary);
  if (tf__worker_set_up (dictionary, &reason))
    return tf__channel_send (&self->jobs, TF_FRAME_READY, 0, g_variant_new ("()"), NULL, -1, 0,
                             TF_SEND_NOW, error);

  tf__channel_send (&self->jobs, TF_FRAME_ERROR, 0,
                    tf__wire_pack_error (reason, tf__channel_get_max_text (&self->jobs)), NULL, -1,
                    0, TF_SEND_NOW, NULL);
  g_propagate_error (error, g_steal_pointer (&reason));
  return FALSE;
}

/* One job after another, until there are no more. With @next until there is a task to be handed out. */
static gboolean
serve (Worker  *self,
       TfTask **next,
       GError **error)
{
  gboolean is_ending = FALSE;

  if (!tf__job_desk_finish (self->desk, error))
    return FALSE;

  while (!is_ending)
    {
      gboolean is_well = TRUE;
      TfFrame  frame;

      if (!tf__channel_receive (&self->jobs, SPIN_US, G_MAXINT64, &frame, error))
        return FALSE;

      switch (frame.header.type)
        {
        case TF_FRAME_CONFIGURE:
          is_well = set_up (self, frame.body, error);
          break;
        case TF_FRAME_RUN:
          is_well = tf__job_desk_run (self->desk, &frame, next, error);
          is_ending = next != NULL && *next != NULL;
          break;
        case TF_FRAME_QUIT:
        default:
          is_ending = TRUE;
          break;
        }

      tf__frame_clear (&frame);
      if (!is_well)
        return FALSE;
    }

  return TRUE;
}

/* Returns NULL after a critical or a message. The other threads go on using it until the process has ended. */
static Worker *
start (const char *function)
{
  g_autoptr (GError) error = NULL;
  Worker            *self;
  GThread           *listener;
  TfWorkerRequest    request;
  sigset_t           signals;

  if (!tf__worker_take_request (&request))
    {
      g_critical ("%s: this process was not started as a worker, or has been one: ask "
                  "tf_worker_requested() first",
                  function);
      return NULL;
    }

  self = g_new0 (Worker, 1);
  self->request = request;
  /* GIO makes it when it is first asked for, and does not look who else asks. */
  g_io_error_quark ();
  tf__channel_init (&self->jobs, request.jobs_fd, TF_WIRE_TO_WORKER);
  tf__channel_init (&self->control, request.control_fd, TF_WIRE_TO_WORKER_CONTROL);
  self->parent_pid = getppid () == request.parent_pid ? request.parent_pid : 0;
  self->desk = tf__job_desk_new (&self->jobs);
  listener = g_thread_try_new ("tf-control", listen, self, &error);
  if (listener == NULL)
    {
      /* The program takes the last words of a worker for the reason why it did not start, and tries again. */
      g_printerr ("The worker process has no thread for its control socket: %s\n", error->message);
      return NULL;
    }
  g_thread_unref (listener);

  /* Also where the program has blocked or ignored it for itself. */
  signal (SIGTERM, SIG_DFL);
  sigemptyset (&signals);
  sigaddset (&signals, SIGTERM);
  pthread_sigmask (SIG_UNBLOCK, &signals, NULL);
  return self;
}

/* Says hello if it has not yet. Returns what the process has to exit with, if there is nothing @next. */
static int
go_on (Worker  *self,
       TfTask **next)
{
  g_autoptr (GError) error = NULL;
  gboolean           is_well = self->is_known || say_hello (self, &error);

  if ((!is_well || !serve (self, next, &error)) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) &&
      !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    {
      g_printerr ("The worker process ends: %s\n", error->message);
      return TF_WORKER_EXIT_FAILED;
    }

  if (next == NULL || *next == NULL)
    tf__worker_leave_parent ();
  return 0;
}

/**
 * tf_worker_run_with: (rename-to tf_worker_run)
 * @handler: (scope call) (closure user_data) (nullable): runs tasks whose reference is not that of a C function
 * @user_data: data for @handler
 *
 * Is a worker, with a handler for references that only this program understands.
 *
 * Bindings of other languages use it: the handler looks the function up, calls it and returns its result. It is
 * called in this thread, so it may be a function of any language.
 *
 * See [func@Tf.worker_run].
 *
 * ## Threads
 *
 * Call in the main thread.
 *
 * Returns: what the process has to exit with
 *
 * Since: 1.0
 */
int
tf_worker_run_with (TfWorkerFunc handler,
                    gpointer     user_data)
{
  Worker *self = start (G_STRFUNC);

  if (self == NULL)
    return TF_WORKER_EXIT_FAILED;

  tf__job_desk_set_handler (self->desk, handler, user_data);
  return go_on (self, NULL);
}

/**
 * tf_worker_next:
 * @status: (out) (optional): what the process has to exit with, if there is no task
 *
 * Is a worker, one task after another, without being called back.
 *
 * The first call makes the process a worker. Each one says what the task before has ended with, and waits for the next
 * whose reference is not that of a C function; those are run inside. The caller looks the function up, by
 * [method@Task.get_reference], runs it and returns its result. Then it calls this again. A task for which nothing was
 * returned by then fails with `TF_ERROR_NO_RESULT`.
 *
 * It is for languages whose runtime does not allow to be called at any time, such as JavaScript: [func@Tf.worker_run]
 * calls a handler for each task.
 *
 * ## Threads
 *
 * Call in the main thread, after [func@Tf.worker_requested] was true.
 *
 * Returns: (transfer none) (nullable): the task, valid until the next call; `NULL` when there are no more, and the
 *   process has to exit
 *
 * Since: 1.0
 */
TfTask *
tf_worker_next (int *status)
{
  static Worker *self;
  TfTask        *next = NULL;
  int            exit_status = TF_WORKER_EXIT_FAILED;

  if (self == NULL)
    self = start (G_STRFUNC);
  if (self != NULL)
    exit_status = go_on (self, &next);

  if (status != NULL)
    *status = exit_status;
  return next;
}

/**
 * tf_worker_run: (skip)
 *
 * Is a worker: runs what the program sends, until it sends no more.
 *
 * Tasks run in the calling thread, one at a time; a task that is cancelled is told by another one. The process ends
 * when the program does, even in the middle of a task.
 *
 * ## Threads
 *
 * Call in the main thread, after [func@Tf.worker_requested] was true.
 *
 * Returns: what `main()` has to return
 *
 * Since: 1.0
 */
int
tf_worker_run (void)
{
  return tf_worker_run_with (NULL, NULL);
}

/**
 * tf_worker_register: (skip)
 * @name: how the function is called on both sides
 * @func: the function
 *
 * Gives a function a name that means the same in the program and in its workers.
 *
 * Plain C functions need none: they are found by their place in the executable or module. A name is for all others:
 * where the worker is another program or another build, where there is no ELF, and for
 * [ctor@Task.new_for_reference]. Register in both before the first task: in `main()` before
 * [func@Tf.worker_requested], or in the `tf_worker_module_init()` of a module.
 *
 * A name stands for one function for ever. Giving it to another one is a critical, and changes nothing.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_worker_register (const char *name,
                    TfTaskFunc  func)
{
  g_return_if_fail (name != NULL);
  g_return_if_fail (func != NULL);

  tf__reference_register (name, func);
}
