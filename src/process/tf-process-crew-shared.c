/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "core/tf-fork-private.h"
#include "process/tf-process-crew-private.h"

/* The processes of a context: how they are started, taken, given back, and ended when nobody needs them. */

/* Number of starts in a row that fail before a task does: two rounds of three. Between them is a pause that gets longer
 * and longer, and tasks wait. From then on each start that fails also fails the task that it was for. */
#define MAX_FAILURES        6
#define FIRST_BACK_OFF_US   (50 * 1000)
#define LONGEST_BACK_OFF_US (5 * G_USEC_PER_SEC)

/* More than anybody lives, and few enough to be added to a time. */
#define LONGEST_IDLE_US (G_MAXINT64 / 4)

/* How long a process of a closed context may be idle. */
#define CLOSED_IDLE_US (100 * 1000)

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
  tf__process_move (process, TF_PROCESS_EVENT_LEAVE);
  g_ptr_array_remove (self->processes, process);
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);
}

/* Starting */

static gboolean
is_late_locked (TfProcessCrew *self) TF_CALLER_HOLDS (self->lock)
{
  gint64 limit_us = self->settings.start_retry_us;

  return limit_us >= 0 && tf__clock_now () - self->failing_since_us >= limit_us;
}

/* Returns whether the task fails for which the start was tried. Starts that ran side by side fail for one reason, and
 * count once. */
static gboolean
take_failure_locked (TfProcessCrew *self,
                     const GError  *reason,
                     gboolean       is_lasting,
                     gint64         begun_us) TF_CALLER_HOLDS (self->lock)
{
  gint64 back_off_us = FIRST_BACK_OFF_US << MIN (self->n_failures, 10);
  gint64 now_us = tf__clock_now ();

  if (self->n_failures == 0)
    self->failing_since_us = now_us;
  self->is_failure_lasting = is_lasting;
  if (self->n_failures == 0 || begun_us > self->failed_us)
    {
      g_clear_error (&self->failure);
      self->failure = g_error_copy (reason);
      self->n_failures++;
      self->failed_us = now_us;
      self->next_start_us = now_us + MIN (back_off_us, LONGEST_BACK_OFF_US);
    }

  return is_lasting || self->n_failures >= MAX_FAILURES || is_late_locked (self);
}

/* Whether nobody waits for a start any more: that of a task, or one for the future. */
static gboolean
is_start_wanted_locked (TfProcessCrew *self,
                        TfTask        *task) TF_CALLER_HOLDS (self->lock)
{
  return task == NULL ? !self->is_closed : tf__task_is_wanted (task);
}

/* It may be ready all the same by then, and even be done with a job: it is of no more use. */
void
tf__crew_break_off_locked (TfProcess *process)
{
  if (tf__process_step (process, TF_PROCESS_EVENT_BREAK_OFF))
    tf__process_signal (process, SIGKILL);
}

/* From here on the start can be broken off; what came before is seen here. */
static void
begin_start (TfProcessCrew *self,
             TfProcess     *process,
             TfTask        *task)
{
  tf__minder_watch_child (self->minder, process->child);
  watch_error_output (self, process);

  tf__lock (&self->lock);
  tf__process_move (process, TF_PROCESS_EVENT_START);
  process->task = task;
  g_ptr_array_add (self->starting, process);
  if (!is_start_wanted_locked (self, task))
    tf__crew_break_off_locked (process);
  tf__unlock (&self->lock);
}

/* How a start was tried. */
typedef struct
{
  gint64   begun_us;
  gboolean is_lasting; /* it failed, and another try would as well */
} Attempt;

/* @process: (nullable): NULL if it could not even be made. Returns whether the task fails. */
static gboolean
end_start (TfProcessCrew *self,
           TfProcess     *process,
           TfTask        *task,
           const Attempt *attempt,
           GError       **reason)
{
  gboolean is_final = FALSE;

  tf__lock (&self->lock);
  self->n_starting--;
  if (process != NULL)
    {
      g_ptr_array_remove_fast (self->starting, process);
      process->task = NULL;
    }
  if (*reason == NULL && !tf__process_step (process, TF_PROCESS_EVENT_READY))
    g_set_error_literal (reason, TF_ERROR, TF_ERROR_WORKER_START, "The start was broken off");
  if (*reason != NULL && process != NULL)
    tf__process_move (process, TF_PROCESS_EVENT_LEAVE);
  if (*reason == NULL)
    {
      self->n_failures = 0;
      g_ptr_array_add (self->processes, tf__process_ref (process));
    }
  else if (is_start_wanted_locked (self, task))
    {
      is_final = take_failure_locked (self, *reason, attempt->is_lasting, attempt->begun_us);
    }
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);

  return is_final;
}

/* The minder is made with the first process, so that a program that cannot have a thread then fails a task, and not the
 * context. */
static gboolean
ensure_minder (TfProcessCrew *self,
               GError       **error)
{
  TfMinder *minder;
  TfMinder *spare;

  tf__lock (&self->lock);
  minder = self->minder;
  tf__unlock (&self->lock);
  if (minder != NULL)
    return TRUE;

  spare = tf__minder_new (error);
  if (spare == NULL)
    return FALSE;

  tf__lock (&self->lock);
  if (self->minder == NULL)
    self->minder = g_steal_pointer (&spare);
  tf__unlock (&self->lock);

  g_clear_pointer (&spare, tf__minder_free);
  return TRUE;
}

/* @task: (nullable): for whom */
TfProcess *
tf__crew_start_process (TfProcessCrew *self,
                        TfTask        *task,
                        gboolean      *is_final,
                        GError       **error)
{
  TfProcessSettings settings;
  TfProcess        *process = NULL;
  GError           *reason = NULL;
  Attempt           attempt = { tf__clock_now (), FALSE };

  tf__lock (&self->lock);
  settings = copy_settings_locked (self);
  tf__unlock (&self->lock);

  if (ensure_minder (self, &reason))
    process = tf__process_spawn (&settings, &attempt.is_lasting, &reason);
  if (process != NULL)
    {
      begin_start (self, process, task);
      tf__process_greet (process, &settings, &attempt.is_lasting, &reason);
    }
  *is_final = end_start (self, process, task, &attempt, &reason);
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

/* Whether a task that waits for a start fails now: those before it have failed for too long, and another one may not
 * yet be tried, or is being tried. */
static gboolean
is_refused_locked (TfProcessCrew *self) TF_CALLER_HOLDS (self->lock)
{
  return (self->is_failure_lasting || is_late_locked (self)) &&
         (self->is_trying || tf__clock_now () < self->next_start_us);
}

static gint64
get_next_look_locked (TfProcessCrew *self) TF_CALLER_HOLDS (self->lock)
{
  gint64 limit_us = self->settings.start_retry_us;
  gint64 late_us = limit_us < 0 ? G_MAXINT64 : tf__clock_add (self->failing_since_us, limit_us);

  return self->is_trying ? late_us : MIN (late_us, self->next_start_us);
}

typedef enum
{
  TURN_REFUSED,
  TURN_FREE,   /* starts do not fail, or a process is idle */
  TURN_TO_TRY, /* the only start until it is known whether it works: end_turn() */
} Turn;

static Turn
wait_for_turn (TfProcessCrew *self,
               TfTask        *task)
{
  Turn turn = TURN_REFUSED;

  tf__lock (&self->lock);
  self->n_queued++;
  while (tf__task_is_wanted (task))
    {
      if (self->n_failures == 0 || self->idle->len > 0)
        turn = TURN_FREE;
      else if (!self->is_trying && tf__clock_now () >= self->next_start_us)
        turn = TURN_TO_TRY;
      if (turn != TURN_REFUSED || is_refused_locked (self))
        break;

      tf__clock_wait (&self->lock, &self->changed, get_next_look_locked (self));
    }
  if (turn == TURN_TO_TRY)
    self->is_trying = TRUE;
  self->n_queued--;
  tf__unlock (&self->lock);

  return turn;
}

static void
end_turn (TfProcessCrew *self,
          Turn           turn)
{
  if (turn != TURN_TO_TRY)
    return;

  tf__lock (&self->lock);
  self->is_trying = FALSE;
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);
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

/* Taking and giving back */

/* Nothing comes from it any more. */
gboolean
tf__crew_has_hung_up (TfProcess *process)
{
  char   byte;
  gssize n = recv (process->jobs.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  return n == 0 || (n < 0 && errno == ECONNRESET);
}

/* One that is being started without a task is as good, for one of those that want it. */
static void
wait_for_warm_start_locked (TfProcessCrew *self,
                            TfTask        *task) TF_CALLER_HOLDS (self->lock)
{
  if (self->is_awaited)
    return;

  self->is_awaited = TRUE;
  while (self->idle->len == 0 && self->is_warm_start && tf__task_is_wanted (task))
    tf__lock_wait (&self->lock, &self->changed);
  self->is_awaited = FALSE;
}

/* @claims: if there is none, one more is counted as starting. */
static TfProcess *
pop_idle (TfProcessCrew *self,
          TfTask        *task,
          gboolean       claims)
{
  TfProcess *process = NULL;

  tf__lock (&self->lock);
  wait_for_warm_start_locked (self, task);
  if (self->idle->len > 0)
    process = tf__process_ref (g_ptr_array_steal_index (self->idle, self->idle->len - 1));
  else if (claims)
    self->n_starting++;
  if (process != NULL)
    tf__process_move (process, TF_PROCESS_EVENT_TAKE);
  tf__unlock (&self->lock);

  return process;
}

/* One that has ended, or has to. */
GError *
tf__crew_bury (TfProcessCrew *self,
               TfProcess     *process,
               gboolean       is_silent)
{
  GError *error;

  remove_process (self, process);
  error = tf__process_bury (process, is_silent);
  unwatch_error_output (process);
  return error;
}

/* NULL as above. */
static TfProcess *
take_idle (TfProcessCrew *self,
           TfTask        *task,
           gboolean       claims)
{
  TfProcess *process;

  while ((process = pop_idle (self, task, claims)) != NULL)
    {
      /* An idle process has nothing to say. */
      if (tf__channel_is_silent (&process->jobs))
        return process;

      /* It was nobody's. */
      g_error_free (tf__crew_bury (self, process, tf__crew_has_hung_up (process)));
      tf__process_unref (process);
    }

  return NULL;
}

static TfProcess *
start_for (TfProcessCrew *self,
           TfTask        *task,
           GError       **error)
{
  TfProcess *process = NULL;
  GError    *reason = NULL;
  gboolean   is_final = FALSE;

  while (process == NULL && !is_final)
    {
      Turn turn = wait_for_turn (self, task);

      g_clear_error (&reason);
      if (turn == TURN_REFUSED)
        {
          reason = explain_back_off (self);
          break;
        }

      /* One may have been started, or given back, in the meantime. */
      process = take_idle (self, task, TRUE);
      if (process == NULL)
        process = tf__crew_start_process (self, task, &is_final, &reason);
      end_turn (self, turn);
    }

  if (reason != NULL)
    g_propagate_error (error, reason);
  return process;
}

TfProcess *
tf__crew_take_process (TfProcessCrew *self,
                       TfTask        *task,
                       GError       **error)
{
  TfProcess *process = take_idle (self, task, FALSE);

  return process != NULL ? process : start_for (self, task, error);
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

      tf__process_move (process, TF_PROCESS_EVENT_LEAVE);
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

void
tf__crew_give_back (TfProcessCrew *self,
                    TfProcess     *process)
{
  tf__lock (&self->lock);
  tf__process_move (process, TF_PROCESS_EVENT_GIVE_BACK);
  process->idle_since = g_get_monotonic_time ();
  g_ptr_array_add (self->idle, process);
  if (self->is_awaited || self->n_queued > 0)
    g_cond_broadcast (&self->changed);
  check_idle_locked (self);
  tf__unlock (&self->lock);
}

/* The crew itself */

TfProcessCrew *
tf__process_crew_new (void)
{
  TfProcessCrew *self = g_new0 (TfProcessCrew, 1);

  /* GIO makes it when it is first asked for, and does not look who else asks. */
  g_io_error_quark ();
  self->runner.klass = &tf__process_runner_class;
  self->ref_count = 1;
  self->n_forks = tf__fork_count ();
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
  /* A copy of the program by fork() has none of the threads, and the processes are not its own. */
  if (tf__sub (&self->ref_count, 1) != 1 || self->n_forks != tf__fork_count ())
    return;

  /* The context was closed before, which breaks off what it starts. */
  if (self->warmer != NULL)
    g_thread_join (self->warmer);

  /* Every task holds the crew by its executor, so all are idle. The loop of the minder may be checking them at this
   * moment: it needs the pointer until it has ended. */
  if (self->minder != NULL)
    tf__minder_free (self->minder);
  g_clear_pointer (&self->idle_check, g_source_unref);
  for (guint i = 0; i < self->processes->len; i++)
    {
      TfProcess *process = self->processes->pdata[i];

      tf__process_move (process, TF_PROCESS_EVENT_LEAVE);
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

gboolean
tf__process_crew_is_inherited (TfProcessCrew *self)
{
  return tf__is_inherited (self->n_forks);
}

/* In a child by fork() a thread of the parent may have held the lock, and nobody else reads the copy. */
TF__ATTR (no_thread_safety_analysis)
TfProcessSettings *
tf__process_crew_lock_settings (TfProcessCrew *self)
{
  if (!tf__process_crew_is_inherited (self))
    tf__lock (&self->lock);
  return &self->settings;
}

TF__ATTR (no_thread_safety_analysis)
void
tf__process_crew_unlock_settings (TfProcessCrew *self)
{
  if (tf__process_crew_is_inherited (self))
    return;

  /* What failed may be mended now. */
  self->n_failures = 0;
  g_cond_broadcast (&self->changed);
  check_idle_anew_locked (self);
  tf__unlock (&self->lock);
}

gint64
tf__process_crew_get_start_retry (TfProcessCrew *self)
{
  gint64 start_retry_us;

  if (tf__process_crew_is_inherited (self))
    return self->settings.start_retry_us;

  tf__lock (&self->lock);
  start_retry_us = self->settings.start_retry_us;
  tf__unlock (&self->lock);

  return start_retry_us;
}

guint
tf__process_crew_get_n_processes (TfProcessCrew *self)
{
  guint n_processes;

  if (tf__process_crew_is_inherited (self))
    return 0;

  tf__lock (&self->lock);
  n_processes = self->processes->len;
  tf__unlock (&self->lock);

  return n_processes;
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
        tf__crew_break_off_locked (process);
    }
  check_idle_anew_locked (self);
  tf__unlock (&self->lock);
}
