/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <signal.h>
#include <string.h>

#include <tf/tf-error.h>

#include "core/tf-reference-private.h"
#include "message/tf-dispatcher-private.h"
#include "process/tf-process-crew-private.h"
#include "process/tf-worker-private.h"

/* Tasks in the processes of a crew: accepting, running and stopping them. */

/* A signal waits until no job is ahead of the process, which is a matter of milliseconds: so often, and so long. One
 * that does not even answer is ended all the same. */
#define MAX_DELAYS 100
#define DELAY_US   2000

/* Number of workers that may die before they have begun a job, until that counts as a loss: an argument may end every
 * worker that reads it. */
#define MAX_UNTAKEN 3

/* Stopping a job */

/* The next step of ending a job that does not end by itself. */
typedef struct
{
  TfProcessCrew *crew;    /* outlives the minder, which has this */
  TfProcess     *process; /* (owned) */
  guint64        job;
  int            signal;
  guint          n_delays;
} Step;

static void plan_step_locked (TfProcessCrew *self,
                              TfProcess     *process,
                              int            signal,
                              gint64         grace_us,
                              guint          n_delays) TF_CALLER_HOLDS (self->lock);

static void
free_step (gpointer data)
{
  Step *step = data;

  tf__process_unref (step->process);
  g_free (step);
}

static gboolean
on_step_cb (gpointer data)
{
  Step          *step = data;
  TfProcessCrew *self = step->crew;

  tf__lock (&self->lock);
  if (step->process->job == step->job)
    {
      g_clear_pointer (&step->process->stopping, g_source_unref);
      if (tf__process_end_ahead (step->process) || step->n_delays == MAX_DELAYS)
        {
          tf__process_move (step->process, TF_PROCESS_EVENT_SIGNAL);
          tf__process_signal (step->process, step->signal);
          if (step->signal == SIGTERM)
            plan_step_locked (self, step->process, SIGKILL, self->settings.terminate_grace_us, 0);
        }
      else
        {
          plan_step_locked (self, step->process, step->signal, DELAY_US, step->n_delays + 1);
        }
    }
  tf__unlock (&self->lock);

  return G_SOURCE_REMOVE;
}

static void
plan_step_locked (TfProcessCrew *self,
                  TfProcess     *process,
                  int            signal,
                  gint64         grace_us,
                  guint          n_delays)
{
  Step *step;

  if (grace_us < 0 || process->stopping != NULL)
    return;

  step = g_new (Step, 1);
  *step = (Step){ self, tf__process_ref (process), process->job, signal, n_delays };
  process->stopping =
    tf__minder_add_timeout (self->minder, grace_us, on_step_cb, step, free_step);
}

static TfProcess *
find_by_task (GPtrArray *processes,
              TfTask    *task)
{
  for (guint i = 0; i < processes->len; i++)
    {
      TfProcess *process = processes->pdata[i];

      if (process->task == task)
        return process;
    }

  return NULL;
}

/* One that was sent ahead has not begun, so that there is nothing to end but what has been sent. */
static TfProcess *
find_by_job_ahead (GPtrArray *processes,
                   TfTask    *task,
                   guint64   *job)
{
  for (guint i = 0; i < processes->len; i++)
    {
      *job = tf__process_find_ahead (processes->pdata[i], task);
      if (*job != 0)
        return processes->pdata[i];
    }

  return NULL;
}

static void
runner_stop (TfTaskRunner *runner,
             TfTask       *task)
{
  TfProcessCrew *self = (TfProcessCrew *) runner;
  TfProcess     *process;
  guint64        job = 0;

  tf__lock (&self->lock);
  process = find_by_task (self->starting, task);
  if (process != NULL)
    tf__crew_break_off_locked (process);

  process = find_by_task (self->processes, task);
  if (process != NULL)
    {
      job = process->job;
      if (tf__process_step (process, TF_PROCESS_EVENT_STOP))
        plan_step_locked (self, process, SIGTERM, self->settings.cancel_grace_us, 0);
    }
  else
    {
      process = find_by_job_ahead (self->processes, task, &job);
    }
  if (process != NULL)
    tf__process_ref (process);
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);

  if (process == NULL)
    return;

  /* By now it may have ended, and the next one have begun: the number of the job tells them apart. */
  tf__process_cancel_job (process, job);
  tf__process_unref (process);
}

/* A task that no process has any more is on its way back from one. */
static gboolean
runner_is_arriving (TfTaskRunner *runner,
                    TfTask       *task)
{
  TfProcessCrew *self = (TfProcessCrew *) runner;
  TfProcess     *process;
  guint64        job;
  gboolean       is_arriving;

  tf__lock (&self->lock);
  process = find_by_task (self->processes, task);
  if (process != NULL)
    is_arriving = tf__channel_is_arriving (&process->jobs);
  else
    is_arriving = find_by_task (self->starting, task) == NULL &&
                  find_by_job_ahead (self->processes, task, &job) == NULL;
  tf__unlock (&self->lock);

  return is_arriving;
}

/* Running a task */

static void
begin_job (TfProcessCrew *self,
           TfProcess     *process,
           TfTask        *task,
           guint64        job)
{
  tf__lock (&self->lock);
  tf__process_move (process, TF_PROCESS_EVENT_BEGIN);
  process->job = job;
  process->task = task;
  tf__unlock (&self->lock);
}

/* FALSE if the process is of no more use: it may have got a signal after it had sent the outcome. */
static gboolean
end_job (TfProcessCrew *self,
         TfProcess     *process)
{
  GSource *stopping;
  gboolean is_usable;

  tf__lock (&self->lock);
  tf__process_move (process, TF_PROCESS_EVENT_END);
  process->task = NULL;
  process->job = 0;
  stopping = g_steal_pointer (&process->stopping);
  is_usable = process->state != TF_PROCESS_STATE_WORN;
  tf__unlock (&self->lock);

  if (stopping != NULL)
    {
      g_source_destroy (stopping);
      g_source_unref (stopping);
    }

  return is_usable;
}

/* What the user is told of a process that went while it worked. One that has ended in the middle of a frame has broken
 * the protocol, but that says little. */
static GError *
explain_loss (TfProcessCrew *self,
              TfProcess     *process,
              GError        *reason)
{
  gboolean is_at_fault =
    g_error_matches (reason, TF_ERROR, TF_ERROR_PROTOCOL) && !tf__crew_has_hung_up (process);
  GError *end = tf__crew_bury (self, process, !is_at_fault);

  if (!is_at_fault)
    {
      g_error_free (reason);
      return end;
    }

  g_error_free (end);
  g_prefix_error (&reason, "The worker process does not keep to the protocol and was ended: ");
  return reason;
}

/* A piece of work: a task and where it is. */
typedef struct
{
  TfProcess  *process; /* (owned) (nullable) it has been taken */
  TfTask     *task;    /* (owned) */
  guint64     job;     /* 0 if it has not been sent */
  gboolean    is_begun;
  gboolean    is_usable; /* after a job: so is the process */
  gboolean    was_taken; /* the process was lost, and may have begun the job */
  TfTaskFrame frame;     /* if it has begun */
} Work;

static void
lose_process (TfProcessCrew *self,
              Work          *work,
              GError        *reason,
              GError       **error)
{
  /* It may take its time until the process has ended. */
  tf__dispatcher_release_wakes ();
  tf__process_take_back (work->process, 0);
  g_propagate_error (error, explain_loss (self, work->process, reason));
  /* It begins nothing any more. */
  if (work->process->begun != NULL && !tf__begun_may_have (work->process->begun, work->job))
    work->was_taken = FALSE;
  g_clear_pointer (&work->process, tf__process_unref);
}

/* A worker begins a job when it has read all of it. The system tells when a socket was closed with something unread in
 * it: ECONNRESET, or EPIPE for a job that could not even be written. If the job was sent last, that is its own end. */
static gboolean
was_read (Work         *work,
          const GError *reason)
{
  return work->job != work->process->last_job ||
         (!work->process->jobs.is_unread &&
          !g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE));
}

/* FALSE if it cannot be sent. */
static gboolean
send_job (TfProcessCrew *self,
          Work          *work,
          GError       **error)
{
  TfProcess *process = work->process;
  guint64    job = ++process->last_job;

  tf__process_forget_words (process, tf__process_count_words (process));

  /* From here on a cancel reaches the process; one that came before is seen here. */
  begin_job (self, process, work->task, job);
  if (!tf__task_is_wanted (work->task))
    return TRUE;

  work->job = job;
  process->busy_us = g_get_monotonic_time ();
  return tf__process_send (process, job, work->task, TF_SEND_NOW, error);
}

/* One try. FALSE if the process was lost, with how. */
static gboolean
run_once (TfProcessCrew *self,
          Work          *work,
          GError       **error)
{
  GError  *reason = NULL;
  TfTask  *task = work->task;
  gboolean is_whole = TRUE;

  tf__enter_worker ();

  if (work->process == NULL)
    {
      tf__dispatcher_release_wakes ();
      work->process = tf__crew_take_process (self, task, &reason);
    }
  if (work->process == NULL)
    {
      if (tf__task_is_wanted (task))
        tf_task_return_error (task, g_steal_pointer (&reason));
      g_clear_error (&reason);
      return TRUE;
    }

  if (work->job == 0)
    is_whole = send_job (self, work, &reason);
  if (is_whole && work->job != 0)
    {
      if (tf__task_is_wanted (task))
        tf__process_send_ahead (work->process, task);
      is_whole = tf__process_wait (work->process, work->job, work->is_begun ? task : NULL, &reason);
      tf__process_time_job (work->process);
    }
  work->is_usable = end_job (self, work->process);
  work->was_taken = is_whole || was_read (work, reason);

  /* Nothing was sent. */
  if (g_error_matches (reason, TF_ERROR, TF_ERROR_NOT_PORTABLE))
    tf_task_return_error (task, g_steal_pointer (&reason));
  else if (!is_whole)
    lose_process (self, work, reason, error);
  work->job = 0;

  return is_whole || work->process != NULL;
}

static guint
get_n_retries (TfProcessCrew *self)
{
  guint n_retries;

  tf__lock (&self->lock);
  n_retries = self->settings.n_retries;
  tf__unlock (&self->lock);

  return n_retries;
}

static const char *
get_reference (TfTask   *task,
               gboolean *is_in_executable,
               GError  **error)
{
  const char *reference = tf_task_get_reference (task);

  *is_in_executable = FALSE;
  if (reference != NULL)
    return tf__reference_check (reference, error) ? reference : NULL;

  return tf__reference_make (task->func, &reference, is_in_executable, error) ? reference : NULL;
}

static void
run_task (TfProcessCrew *self,
          Work          *work)
{
  TfTask            *task = work->task;
  g_autoptr (GError) error = NULL;
  guint              n_left = get_n_retries (self);
  guint              n_untaken = 0;

  while (!run_once (self, work, &error))
    {
      gboolean is_free = !work->was_taken && n_untaken < MAX_UNTAKEN;

      /* A job that was told to stop may well have ended with its process. */
      if ((n_left == 0 && !is_free) || !work->is_begun ||
          !tf__task_is_wanted (task) || task->has_returned)
        break;

      if (is_free)
        n_untaken++;
      else
        n_left--;
      g_clear_error (&error);
    }

  if (error != NULL && work->is_begun && !task->has_returned)
    tf_task_return_error (task, g_steal_pointer (&error));
}

/* Others may take it, if it is of use to them. */
static void
leave_process (TfProcessCrew *self,
               Work          *work)
{
  if (work->is_usable)
    {
      tf__crew_give_back (self, work->process);
    }
  else
    {
      tf__dispatcher_release_wakes ();
      g_error_free (tf__crew_bury (self, work->process, FALSE));
    }

  g_clear_pointer (&work->process, tf__process_unref);
}

/* The next one that this process has been sent, which may have begun; if there is none, others may take it. */
static void
go_on (TfProcessCrew *self,
       Work          *work)
{
  GError *reason = NULL;

  tf__enter_worker ();

  work->task = NULL;
  if (work->process == NULL)
    return;

  /* If it was lost, the next one may have begun before that, and shall not begin again: it hears of it then. */
  tf__process_settle (work->process, &reason);
  work->task = tf__process_peek_ahead (work->process, &work->job);
  if (work->task != NULL)
    {
      begin_job (self, work->process, work->task, work->job);
      tf__process_pop_ahead (work->process);
      g_clear_error (&reason);
      return;
    }

  if (reason != NULL)
    lose_process (self, work, reason, NULL);
  else
    leave_process (self, work);
}

/* One that was sent ahead and is not wanted any more is waited for all the same. */
static void
begin_work (TfProcessCrew *self,
            Work          *work)
{
  tf__enter_worker ();

  if (work->job != 0)
    tf__process_linger (work->process);

  work->is_begun = tf__task_is_wanted (work->task);
  if (work->is_begun)
    tf__task_begin (work->task, &work->frame);
  else if (work->job != 0)
    runner_stop (&self->runner, work->task);
}

static void
runner_run (TfTaskRunner *runner,
            TfTask       *task)
{
  TfProcessCrew *self = (TfProcessCrew *) runner;
  Work           work = { .task = task };
  gboolean       is_waiting;

  while (work.task != NULL)
    {
      task = work.task;
      begin_work (self, &work);
      if (work.is_begun || work.job != 0)
        run_task (self, &work);
      if (work.is_begun)
        tf__task_pop_frame (&work.frame);

      /* The end does not wait for an answer. Else it comes later, so that who hears of it finds the process idle. */
      is_waiting = work.process != NULL && work.process->is_withdrawing;
      if (is_waiting)
        {
          tf__pipe_post_last (&task->work.pipe, TF_NEWS_FINAL);
          tf__dispatcher_release_wakes ();
        }
      go_on (self, &work);
      if (!is_waiting)
        tf__pipe_post_last (&task->work.pipe, TF_NEWS_FINAL);
      if (work.task == NULL)
        tf__dispatcher_release_wakes ();
    }
}

/* Accepting one */

static gboolean
refuse (TfTask     *task,
        GError    **error,
        const char *why)
{
  g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
               "Task “%s” was not accepted, since it cannot run in another process: %s",
               tf__task_get_name (task), why);
  return FALSE;
}

/* Whether the workers are another program, which may know a name that this one has as well. */
static gboolean
is_other_program (TfProcessCrew *self,
                  const char    *reference)
{
  gboolean has_argv;
  gboolean has_modules;

  tf__lock (&self->lock);
  has_argv = self->settings.argv != NULL;
  has_modules = self->settings.modules != NULL;
  tf__unlock (&self->lock);

  return has_argv || (has_modules && g_str_has_prefix (reference, "name:"));
}

static gboolean
runner_accept (TfTaskRunner *runner,
               TfTask       *task,
               GError      **error)
{
  TfProcessCrew     *self = (TfProcessCrew *) runner;
  g_autoptr (GError) reason = NULL;
  const char        *reference;
  gboolean           is_in_executable;

  if (tf__task_get_detour (task) != NULL)
    return refuse (task, error, "a GTask is tied to this one");

  if (task->kind == TF_TASK_OF_BINDING)
    return refuse (task, error,
                   "it is a function of another language; submit what Tf.call_task() or "
                   "tf_task_new_for_reference() makes of its name instead");

  if (task->kind != TF_TASK_WITH_ARGUMENT && task->data != NULL)
    return refuse (task, error,
                   "it has user data, which is memory of this one; give it an argument instead");

  if (tf_task_get_argument (task) != NULL &&
      strchr (g_variant_get_type_string (tf_task_get_argument (task)), 'h') != NULL)
    return refuse (task, error, "its argument has handles of file descriptors (type “h”)");

  reference = get_reference (task, &is_in_executable, &reason);
  if (reference == NULL)
    return refuse (task, error, reason->message);

  if (is_in_executable && !tf__worker_has_hook () && !is_other_program (self, reference))
    return refuse (task, error,
                   "its function is one of the executable, which does not call "
                   "tf_worker_requested() first in main()");

  return TRUE;
}

static TfTaskRunner *
runner_ref (TfTaskRunner *runner)
{
  tf__add (&((TfProcessCrew *) runner)->ref_count, 1);
  return runner;
}

static void
runner_unref (TfTaskRunner *runner)
{
  tf__process_crew_unref ((TfProcessCrew *) runner);
}

const TfTaskRunnerClass tf__process_runner_class = {
  .ref = runner_ref,
  .unref = runner_unref,
  .accept = runner_accept,
  .run = runner_run,
  .stop = runner_stop,
  .is_arriving = runner_is_arriving,
};
