/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "core/tf-reference-private.h"
#include "message/tf-dispatcher-private.h"
#include "process/tf-process-private.h"
#include "process/tf-worker-private.h"

/* The processes of a context. */

/* After so many starts in a row that failed, tasks fail at once for a while, which gets longer and longer. */
#define N_START_ATTEMPTS    3
#define FIRST_BACK_OFF_US   (50 * 1000)
#define LONGEST_BACK_OFF_US (5 * G_USEC_PER_SEC)

/* More than anybody lives, and few enough to be added to a time. */
#define LONGEST_IDLE_US (G_MAXINT64 / 4)

/* A signal waits until no job is ahead of the process, which is a matter of milliseconds: so often, and so long. One
 * that does not even answer is ended all the same. */
#define MAX_DELAYS 100
#define DELAY_US   2000

/* How long a process of a closed context may be idle. */
#define CLOSED_IDLE_US (100 * 1000)

struct _TfProcessCrew
{
  TfTaskRunner runner;    /* first */
  gint         ref_count; /* [atomic] */
  TfMinder    *minder;    /* (owned) [const] */

  TfLock            lock;
  GCond             changed;       /* [lock] */
  TfProcessSettings settings;      /* [lock] */
  GPtrArray        *processes;     /* [lock] of TfProcess (owned): all that live */
  GPtrArray        *idle;          /* [lock] of TfProcess (unowned): those without a job, the one
                                    * that comes next last */
  GPtrArray        *starting;      /* [lock] of TfProcess (unowned): those that are not ready yet */
  guint             n_starting;    /* [lock] they, and those that are not even made */
  guint             n_failures;    /* [lock] starts that failed in a row */
  GError           *failure;       /* (owned) (nullable) [lock] of the last one */
  gint64            next_start_us; /* [lock] */
  GThread          *warmer;        /* (owned) (nullable) [lock] the last one */
  gboolean          is_warming;    /* [lock] it has not ended */
  gboolean          is_warm_start; /* [lock] it starts a process just now */
  gboolean          is_awaited;    /* [lock] and some task waits for that */
  guint             n_warm;        /* [lock] how many there should be */
  GSource          *idle_check;    /* (owned) (nullable) [lock] */
  gboolean          is_closed;     /* [lock] */
};

static void
clear_settings (TfProcessSettings *settings)
{
  g_strfreev (settings->argv);
  g_strfreev (settings->modules);
  g_strfreev (settings->environment);
  g_free (settings->directory);
}

static TfProcessSettings
copy_settings_locked (TfProcessCrew *self) TF_CALLER_HOLDS (self->lock)
{
  TfProcessSettings copy = self->settings;

  copy.argv = g_strdupv (copy.argv);
  copy.modules = g_strdupv (copy.modules);
  copy.environment = g_strdupv (copy.environment);
  copy.directory = g_strdup (copy.directory);
  return copy;
}

/* Members */

static GSource *
steal_error_source (TfProcess *process)
{
  GSource *source;

  tf__lock (&process->lock);
  source = g_steal_pointer (&process->error_source);
  tf__unlock (&process->lock);

  return source;
}

static gboolean
on_error_output_cb (int          fd,
                    GIOCondition condition,
                    gpointer     process)
{
  GSource *source;

  if (tf__process_drain (process))
    return G_SOURCE_CONTINUE;

  source = steal_error_source (process);
  if (source != NULL)
    g_source_unref (source);
  return G_SOURCE_REMOVE;
}

static void
unref_process (gpointer process)
{
  tf__process_unref (process);
}

/* Its own end of the pipe is looked after until the process closes the other, even if the crew has it no more. */
static void
watch_error_output (TfProcessCrew *self,
                    TfProcess     *process)
{
  tf__lock (&process->lock);
  process->error_source =
    tf__minder_add_reader (self->minder, process->error_fd, on_error_output_cb,
                           tf__process_ref (process), unref_process);
  tf__unlock (&process->lock);
}

static void
unwatch_error_output (TfProcess *process)
{
  GSource *source = steal_error_source (process);

  if (source == NULL)
    return;

  g_source_destroy (source);
  g_source_unref (source);
}

/* A process that is gone: not among the idle. */
static void
remove_process (TfProcessCrew *self,
                TfProcess     *process)
{
  tf__lock (&self->lock);
  g_ptr_array_remove (self->processes, process);
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);
}

/* Starting */

static void
take_failure_locked (TfProcessCrew *self,
                     const GError  *reason) TF_CALLER_HOLDS (self->lock)
{
  gint64 back_off_us = FIRST_BACK_OFF_US << MIN (self->n_failures, 10);

  g_clear_error (&self->failure);
  self->failure = g_error_copy (reason);
  self->n_failures++;
  self->next_start_us = g_get_monotonic_time () + MIN (back_off_us, LONGEST_BACK_OFF_US);
}

/* Whether nobody waits for a start any more: that of a task, or one for the future. */
static gboolean
is_start_wanted_locked (TfProcessCrew *self,
                        TfTask        *task) TF_CALLER_HOLDS (self->lock)
{
  return task == NULL ? !self->is_closed : tf__task_get_fate (task) == TF_FATE_OPEN;
}

/* It may be ready all the same by then, and even be done with a job: it is of no more use. */
static void
break_off_locked (TfProcess *process)
{
  process->is_doomed = TRUE;
  tf__process_signal (process, SIGKILL);
}

/* From here on the start can be broken off; what came before is seen here. */
static void
begin_start (TfProcessCrew *self,
             TfProcess     *process,
             TfTask        *task)
{
  watch_error_output (self, process);

  tf__lock (&self->lock);
  process->task = task;
  g_ptr_array_add (self->starting, process);
  if (!is_start_wanted_locked (self, task))
    break_off_locked (process);
  tf__unlock (&self->lock);
}

/* @process: (nullable): NULL if it could not even be made */
static void
end_start (TfProcessCrew *self,
           TfProcess     *process,
           TfTask        *task,
           GError       **reason)
{
  tf__lock (&self->lock);
  self->n_starting--;
  if (process != NULL)
    {
      g_ptr_array_remove_fast (self->starting, process);
      process->task = NULL;
    }
  if (process != NULL && process->is_doomed && *reason == NULL)
    g_set_error_literal (reason, TF_ERROR, TF_ERROR_WORKER_START, "The start was broken off");
  if (*reason == NULL)
    {
      self->n_failures = 0;
      g_ptr_array_add (self->processes, tf__process_ref (process));
    }
  else if (is_start_wanted_locked (self, task))
    {
      take_failure_locked (self, *reason);
    }
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);
}

/* @task: (nullable): for whom */
static TfProcess *
start_process (TfProcessCrew *self,
               TfTask        *task,
               GError       **error)
{
  TfProcessSettings settings;
  TfProcess        *process;
  GError           *reason = NULL;

  tf__lock (&self->lock);
  settings = copy_settings_locked (self);
  self->n_starting++;
  tf__unlock (&self->lock);

  process = tf__process_spawn (&settings, &reason);
  if (process != NULL)
    {
      begin_start (self, process, task);
      tf__process_greet (process, &settings, &reason);
    }
  end_start (self, process, task, &reason);
  clear_settings (&settings);

  if (reason == NULL)
    return process;

  if (process != NULL)
    {
      /* If that was not done. */
      g_error_free (tf__process_bury (process, FALSE));
      unwatch_error_output (process);
      tf__process_unref (process);
    }
  g_propagate_error (error, reason);
  return NULL;
}

/* Waits until another start may be tried: FALSE if the task is not wanted any more, or nothing has started for long. */
static gboolean
wait_for_turn (TfProcessCrew *self,
               TfTask        *task)
{
  gboolean may_start;

  tf__lock (&self->lock);
  may_start = self->n_failures < N_START_ATTEMPTS || g_get_monotonic_time () >= self->next_start_us;
  while (may_start && tf__task_get_fate (task) == TF_FATE_OPEN &&
         self->n_failures > 0 && g_get_monotonic_time () < self->next_start_us)
    tf__lock_wait_until (&self->lock, &self->changed, self->next_start_us);
  tf__unlock (&self->lock);

  return may_start && tf__task_get_fate (task) == TF_FATE_OPEN;
}

static GError *
explain_back_off (TfProcessCrew *self)
{
  GError *error;

  tf__lock (&self->lock);
  error = g_error_new (TF_ERROR, TF_ERROR_WORKER_START,
                       "Workers could not be started lately, so it was not tried again yet: %s",
                       self->failure == NULL ? "the task was cancelled" : self->failure->message);
  tf__unlock (&self->lock);

  return error;
}

static TfProcess *
start_for (TfProcessCrew *self,
           TfTask        *task,
           GError       **error)
{
  g_autoptr (GError) reason = NULL;

  for (guint i = 0; i < N_START_ATTEMPTS; i++)
    {
      TfProcess *process;

      if (!wait_for_turn (self, task))
        break;

      g_clear_error (&reason);
      process = start_process (self, task, &reason);
      if (process != NULL)
        return process;
    }

  g_propagate_error (error, reason == NULL ? explain_back_off (self) : g_steal_pointer (&reason));
  return NULL;
}

/* Taking and giving back */

/* Nothing comes from it any more. */
static gboolean
has_hung_up (TfProcess *process)
{
  char   byte;
  gssize n = recv (process->jobs.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  return n == 0 || (n < 0 && errno == ECONNRESET);
}

/* An idle process has nothing to say. */
static gboolean
is_alive (TfProcess *process)
{
  struct pollfd poll_fd = { .fd = process->jobs.fd, .events = POLLIN };

  return poll (&poll_fd, 1, 0) == 0;
}

/* One that is being started without a task is as good, for one of those that want it. */
static void
wait_for_warm_start_locked (TfProcessCrew *self,
                            TfTask        *task) TF_CALLER_HOLDS (self->lock)
{
  if (self->is_awaited)
    return;

  self->is_awaited = TRUE;
  while (self->idle->len == 0 && self->is_warm_start && tf__task_get_fate (task) == TF_FATE_OPEN)
    tf__lock_wait (&self->lock, &self->changed);
  self->is_awaited = FALSE;
}

static TfProcess *
pop_idle (TfProcessCrew *self,
          TfTask        *task)
{
  TfProcess *process = NULL;

  tf__lock (&self->lock);
  wait_for_warm_start_locked (self, task);
  if (self->idle->len > 0)
    process = tf__process_ref (g_ptr_array_steal_index (self->idle, self->idle->len - 1));
  tf__unlock (&self->lock);

  return process;
}

/* One that has ended, or has to. */
static GError *
bury (TfProcessCrew *self,
      TfProcess     *process,
      gboolean       is_silent)
{
  GError *error;

  remove_process (self, process);
  error = tf__process_bury (process, is_silent);
  unwatch_error_output (process);
  return error;
}

static TfProcess *
take_process (TfProcessCrew *self,
              TfTask        *task,
              GError       **error)
{
  TfProcess *process;

  while ((process = pop_idle (self, task)) != NULL)
    {
      if (is_alive (process))
        return process;

      /* It was nobody's. */
      g_error_free (bury (self, process, has_hung_up (process)));
      tf__process_unref (process);
    }

  return start_for (self, task, error);
}

static void check_idle_locked (TfProcessCrew *self) TF_CALLER_HOLDS (self->lock);

static gint64
get_idle_us_locked (TfProcessCrew *self) TF_CALLER_HOLDS (self->lock)
{
  gint64 idle_us = MIN (self->settings.idle_us, LONGEST_IDLE_US);

  if (!self->is_closed)
    return idle_us;

  return idle_us < 0 ? CLOSED_IDLE_US : MIN (idle_us, CLOSED_IDLE_US);
}

/* The one that has been idle for longest comes first. */
static GPtrArray *
steal_expired_locked (TfProcessCrew *self) TF_CALLER_HOLDS (self->lock)
{
  GPtrArray *expired = g_ptr_array_new_with_free_func (unref_process);
  gint64     idle_us = get_idle_us_locked (self);
  gint64     now_us = g_get_monotonic_time ();

  while (idle_us >= 0 && self->idle->len > 0 &&
         ((TfProcess *) self->idle->pdata[0])->idle_since + idle_us <= now_us)
    {
      TfProcess *process = g_ptr_array_steal_index (self->idle, 0);

      g_ptr_array_add (expired, tf__process_ref (process));
      g_ptr_array_remove (self->processes, process);
    }

  return expired;
}

static void
quit_all (GPtrArray *processes)
{
  for (guint i = 0; i < processes->len; i++)
    tf__process_quit (processes->pdata[i]);

  g_ptr_array_unref (processes);
}

/* The minder, which the crew outlives. */
static gboolean
on_idle_check_cb (gpointer data)
{
  TfProcessCrew *self = data;
  GPtrArray     *expired;

  tf__lock (&self->lock);
  g_clear_pointer (&self->idle_check, g_source_unref);
  expired = steal_expired_locked (self);
  check_idle_locked (self);
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);

  quit_all (expired);
  return G_SOURCE_REMOVE;
}

static void
check_idle_locked (TfProcessCrew *self)
{
  gint64 idle_us = get_idle_us_locked (self);

  if (self->idle->len == 0 || idle_us < 0 || self->idle_check != NULL)
    return;

  self->idle_check = tf__minder_add_timeout (
    self->minder,
    ((TfProcess *) self->idle->pdata[0])->idle_since + idle_us - g_get_monotonic_time (),
    on_idle_check_cb, self, NULL);
}

/* The times have changed. */
static void
check_idle_anew_locked (TfProcessCrew *self) TF_CALLER_HOLDS (self->lock)
{
  if (self->idle_check != NULL)
    {
      g_source_destroy (self->idle_check);
      g_clear_pointer (&self->idle_check, g_source_unref);
    }

  check_idle_locked (self);
}

static void
give_back (TfProcessCrew *self,
           TfProcess     *process)
{
  tf__lock (&self->lock);
  process->idle_since = g_get_monotonic_time ();
  g_ptr_array_add (self->idle, process);
  check_idle_locked (self);
  tf__unlock (&self->lock);
}

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
          step->process->is_doomed = TRUE;
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
    break_off_locked (process);

  process = find_by_task (self->processes, task);
  if (process != NULL)
    {
      job = process->job;
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

/* Running a task */

static void
begin_job (TfProcessCrew *self,
           TfProcess     *process,
           TfTask        *task,
           guint64        job)
{
  tf__lock (&self->lock);
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
  gboolean is_doomed;

  tf__lock (&self->lock);
  process->task = NULL;
  process->job = 0;
  stopping = g_steal_pointer (&process->stopping);
  is_doomed = process->is_doomed;
  tf__unlock (&self->lock);

  if (stopping != NULL)
    {
      g_source_destroy (stopping);
      g_source_unref (stopping);
    }

  return !is_doomed;
}

/* What the user is told of a process that went while it worked. One that has ended in the middle of a frame has broken
 * the protocol, but that says little. */
static GError *
explain_loss (TfProcessCrew *self,
              TfProcess     *process,
              GError        *reason)
{
  gboolean is_at_fault =
    g_error_matches (reason, TF_ERROR, TF_ERROR_PROTOCOL) && !has_hung_up (process);
  GError *end = bury (self, process, !is_at_fault);

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
  g_clear_pointer (&work->process, tf__process_unref);
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
  if (tf__task_get_fate (work->task) != TF_FATE_OPEN)
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
      work->process = take_process (self, task, &reason);
    }
  if (work->process == NULL)
    {
      if (tf__task_get_fate (task) == TF_FATE_OPEN)
        tf_task_return_error (task, g_steal_pointer (&reason));
      g_clear_error (&reason);
      return TRUE;
    }

  if (work->job == 0)
    is_whole = send_job (self, work, &reason);
  if (is_whole && work->job != 0)
    {
      if (tf__task_get_fate (task) == TF_FATE_OPEN)
        tf__process_send_ahead (work->process, task);
      is_whole = tf__process_wait (work->process, work->job, work->is_begun ? task : NULL, &reason);
      tf__process_time_job (work->process);
    }
  work->is_usable = end_job (self, work->process);
  work->job = 0;

  if (is_whole)
    return TRUE;

  if (!g_error_matches (reason, TF_ERROR, TF_ERROR_NOT_PORTABLE))
    {
      lose_process (self, work, reason, error);
      return FALSE;
    }

  /* Nothing was sent. */
  tf_task_return_error (task, reason);
  return TRUE;
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

  while (!run_once (self, work, &error))
    {
      /* A job that was told to stop may well have ended with its process. */
      if (n_left == 0 || !work->is_begun || tf__task_get_fate (task) != TF_FATE_OPEN ||
          task->has_returned)
        break;

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
      give_back (self, work->process);
    }
  else
    {
      tf__dispatcher_release_wakes ();
      g_error_free (bury (self, work->process, FALSE));
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

  work->is_begun = tf__task_get_fate (work->task) == TF_FATE_OPEN;
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
          tf__pipe_post_last (&task->pipe, TF_NEWS_FINAL);
          tf__dispatcher_release_wakes ();
        }
      go_on (self, &work);
      if (!is_waiting)
        tf__pipe_post_last (&task->pipe, TF_NEWS_FINAL);
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
                   "it is a function of another language; name it by a reference instead");

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

static const TfTaskRunnerClass runner_class = {
  .ref = runner_ref,
  .unref = runner_unref,
  .accept = runner_accept,
  .run = runner_run,
  .stop = runner_stop,
};

/* The crew itself */

TfProcessCrew *
tf__process_crew_new (void)
{
  TfProcessCrew *self = g_new0 (TfProcessCrew, 1);

  /* GIO makes it when it is first asked for, and does not look who else asks. */
  g_io_error_quark ();
  self->runner.klass = &runner_class;
  self->ref_count = 1;
  self->minder = tf__minder_new ();
  self->processes = g_ptr_array_new_with_free_func (unref_process);
  self->idle = g_ptr_array_new ();
  self->starting = g_ptr_array_new ();
  tf__lock_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

TfTaskRunner *
tf__process_crew_get_runner (TfProcessCrew *self)
{
  return &self->runner;
}

void
tf__process_crew_unref (TfProcessCrew *self)
{
  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  /* The context was closed before, which breaks off what it starts. */
  if (self->warmer != NULL)
    g_thread_join (self->warmer);

  /* Every task holds the crew by its executor, so all are idle. */
  tf__minder_free (self->minder);
  g_clear_pointer (&self->idle_check, g_source_unref);
  for (guint i = 0; i < self->processes->len; i++)
    {
      TfProcess *process = self->processes->pdata[i];

      tf__process_quit (process);
      unwatch_error_output (process);
    }
  g_ptr_array_unref (self->idle);
  g_ptr_array_unref (self->processes);
  g_ptr_array_unref (self->starting);
  g_clear_error (&self->failure);
  clear_settings (&self->settings);
  g_cond_clear (&self->changed);
  tf__lock_clear (&self->lock);
  g_free (self);
}

TF__ATTR (no_thread_safety_analysis)
TfProcessSettings *
tf__process_crew_lock_settings (TfProcessCrew *self)
{
  tf__lock (&self->lock);
  return &self->settings;
}

TF__ATTR (no_thread_safety_analysis)
void
tf__process_crew_unlock_settings (TfProcessCrew *self)
{
  /* What failed may be mended now. */
  self->n_failures = 0;
  g_cond_broadcast (&self->changed);
  check_idle_anew_locked (self);
  tf__unlock (&self->lock);
}

guint
tf__process_crew_get_n_processes (TfProcessCrew *self)
{
  guint n_processes;

  tf__lock (&self->lock);
  n_processes = self->processes->len;
  tf__unlock (&self->lock);

  return n_processes;
}

/* Warming up */

/* FALSE if there are enough. */
static gboolean
begin_warm_start (TfProcessCrew *self)
{
  gboolean is_needed;

  tf__lock (&self->lock);
  is_needed = !self->is_closed && self->processes->len + self->n_starting < self->n_warm;
  self->is_warm_start = is_needed;
  if (!is_needed)
    {
      self->is_warming = FALSE;
      self->n_warm = 0;
    }
  tf__unlock (&self->lock);

  return is_needed;
}

static void
end_warm_start (TfProcessCrew *self,
                GError        *reason)
{
  gboolean is_closed;

  tf__lock (&self->lock);
  self->is_warm_start = FALSE;
  if (reason != NULL)
    self->n_warm = 0;
  is_closed = self->is_closed;
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);

  if (reason != NULL && !is_closed)
    g_warning ("%s", reason->message);
}

/* A thread of its own, since a program may take its time until it is ready. */
static gpointer
warm_up (gpointer data)
{
  TfProcessCrew *self = data;

  while (begin_warm_start (self))
    {
      g_autoptr (GError) reason = NULL;
      TfProcess         *process = start_process (self, NULL, &reason);

      if (process != NULL)
        {
          give_back (self, process);
          tf__process_unref (process);
        }
      end_warm_start (self, reason);
    }

  return NULL;
}

void
tf__process_crew_warm_up (TfProcessCrew *self,
                          guint          n_processes)
{
  GThread *last = NULL;

  tf__lock (&self->lock);
  self->n_warm = MAX (self->n_warm, n_processes);
  if (!self->is_warming)
    {
      self->is_warming = TRUE;
      last = self->warmer;
      self->warmer = g_thread_new ("tf-warm-up", warm_up, self);
    }
  tf__unlock (&self->lock);

  /* It has nothing left to do. */
  if (last != NULL)
    g_thread_join (last);
}

void
tf__process_crew_close (TfProcessCrew *self)
{
  tf__lock (&self->lock);
  self->is_closed = TRUE;
  for (guint i = 0; i < self->starting->len; i++)
    {
      TfProcess *process = self->starting->pdata[i];

      if (process->task == NULL)
        break_off_locked (process);
    }
  check_idle_anew_locked (self);
  tf__unlock (&self->lock);
}
