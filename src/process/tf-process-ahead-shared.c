/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <string.h>

#include <tf/tf-error.h>

#include "process/tf-process-private.h"

/* Jobs that are sent ahead: before the outcome of the one before them is known, so that a process with short jobs need
 * not wait for the next one each time.
 *
 * - A job that was sent ahead has not started: its future waits, and it is told to have started when the outcome of the
 *   one before it has come. If its process is lost before that, it goes back to the queue. For this the worker writes
 *   each outcome before it begins the next job.
 * - Jobs are sent ahead only where one worker runs all tasks of an executor, since tasks begin in the order of the
 *   queue: with several, a later one could begin elsewhere while an earlier one is stuck behind a long job.
 * - They are sent ahead only after short ones: as many as there were in a row, up to a limit. They have the priority of
 *   the one before them. So a more urgent task that comes later waits for no more than some short jobs.
 * - If one turns out to be long all the same, those behind it are withdrawn after a millisecond: they go back to the
 *   queue. The worker answers which of them have begun; until then none is told to have
 *   started.
 * - A job that does not end when it is cancelled gets a signal, but only when no other is ahead of its process: the
 *   signal could come when the next one has begun.
 * - One that is cancelled is skipped by the worker, or withdrawn, and ends then.
 * - They are small, so that sending never waits for a worker that itself waits for its outcome to be read. */

/* A job that took no longer was short. */
#define SHORT_US 200

/* What is small, in bytes. */
#define MAX_SIZE 512

void
tf__process_time_job (TfProcess *self)
{
  gint64   now_us = g_get_monotonic_time ();
  gboolean was_short = now_us - self->busy_us < SHORT_US;

  self->busy_us = now_us;
  self->n_short = was_short ? MIN (self->n_short + 1, TF_PROCESS_MAX_AHEAD) : self->n_short / 2;
}

static gboolean
is_small (TfTask *task)
{
  GVariant   *argument = tf_task_get_argument (task);
  const char *name = tf_task_get_name (task);
  const char *description = tf_task_get_description (task);
  gsize       size = argument == NULL ? 0 : g_variant_get_size (argument);

  size += name == NULL ? 0 : strlen (name);
  size += description == NULL ? 0 : strlen (description);
  return size <= MAX_SIZE;
}

/* FALSE if the process may get a signal. */
static gboolean
push (TfProcess *self,
      TfTask    *task,
      guint64    job,
      guint64    n_words)
{
  gboolean may_push;

  tf__lock (&self->lock);
  may_push = !self->is_ahead_ended;
  if (may_push)
    {
      self->ahead[self->n_ahead] = (TfSentJob){ task, job, n_words };
      self->n_ahead++;
    }
  tf__unlock (&self->lock);

  return may_push;
}

static void
drop_last (TfProcess *self)
{
  tf__lock (&self->lock);
  self->n_ahead--;
  tf__unlock (&self->lock);
}

/* FALSE if nothing was sent. From the push on a cancel finds it; one that came before is seen here. */
static gboolean
send_one (TfProcess *self,
          TfTask    *task,
          guint64    n_words)
{
  g_autoptr (GError) error = NULL;
  guint64            job = self->last_job + 1;

  if (!push (self, task, job, n_words))
    return FALSE;

  /* A cancel may have been sent by that number, though the job is not. */
  self->last_job = job;
  if (tf__task_is_wanted (task) && is_small (task) &&
      (tf__process_send (self, job, task, TF_SEND_WITH_NEXT, &error) ||
       !g_error_matches (error, TF_ERROR, TF_ERROR_NOT_PORTABLE)))
    return TRUE;

  drop_last (self);
  return FALSE;
}

void
tf__process_send_ahead (TfProcess *self,
                        TfTask    *task)
{
  TfTaskHost *host = task->host;
  guint       n_before = self->n_ahead;
  guint64     n_words = 0;
  gboolean    is_well = TRUE;

  if (self->is_withdrawing || self->n_ahead > self->n_short / 2)
    return;

  while (is_well && self->n_ahead < self->n_short)
    {
      TfTask *next = host->klass->take_ahead (host, task->priority);

      if (next == NULL)
        break;

      if (self->n_ahead == n_before)
        n_words = tf__process_count_words (self);
      is_well = send_one (self, next, n_words);
      if (!is_well)
        host->klass->put_back (host, next);
    }

  /* An error shows in what is received. */
  if (self->n_ahead > n_before)
    tf__channel_flush (&self->jobs, NULL);
}

TfTask *
tf__process_peek_ahead (TfProcess *self,
                        guint64   *job)
{
  if (self->n_ahead == 0)
    return NULL;

  *job = self->ahead[0].job;
  return self->ahead[0].task;
}

void
tf__process_pop_ahead (TfProcess *self)
{
  tf__process_forget_words (self, self->ahead[0].n_words);

  tf__lock (&self->lock);
  self->n_ahead--;
  memmove (self->ahead, self->ahead + 1, self->n_ahead * sizeof self->ahead[0]);
  tf__unlock (&self->lock);
}

guint64
tf__process_find_ahead (TfProcess *self,
                        TfTask    *task)
{
  guint64 job = 0;

  tf__lock (&self->lock);
  for (guint i = 0; i < self->n_ahead && job == 0; i++)
    {
      if (self->ahead[i].task == task)
        job = self->ahead[i].job;
    }
  tf__unlock (&self->lock);

  return job;
}

void
tf__process_take_back (TfProcess *self,
                       guint64    after)
{
  while (self->n_ahead > 0 && self->ahead[self->n_ahead - 1].job > after)
    {
      TfTask *task = self->ahead[self->n_ahead - 1].task;

      drop_last (self);
      task->host->klass->put_back (task->host, task);
    }
}

/* One after the other: who cancels does not wait for the socket. */
void
tf__process_cancel_job (TfProcess *self,
                        guint64    job)
{
  if (tf__child_is_foreign (self->child))
    return;

  tf__lock (&self->lock);
  tf__channel_try_send (&self->control, TF_FRAME_CANCEL, job, g_variant_new ("()"));
  tf__unlock (&self->lock);
}

/* If there is no room for that, it is tried again later. */
void
tf__process_withdraw (TfProcess *self,
                      guint64    job)
{
  guint64 last = self->ahead[self->n_ahead - 1].job;

  self->n_short = 0;

  tf__lock (&self->lock);
  self->is_withdrawing = tf__channel_try_send (&self->control, TF_FRAME_WITHDRAW, job,
                                               g_variant_new ("(t)", last));
  tf__unlock (&self->lock);
}

gboolean
tf__process_end_ahead (TfProcess *self)
{
  gboolean is_ended;

  tf__lock (&self->lock);
  is_ended = self->n_ahead == 0;
  if (is_ended)
    self->is_ahead_ended = TRUE;
  tf__unlock (&self->lock);

  return is_ended;
}
