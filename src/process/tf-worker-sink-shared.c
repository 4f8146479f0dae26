/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#define _GNU_SOURCE /* memfd_create() */

#include "config.h"

#include "process/tf-worker-job-private.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"

/* What a job tells while it runs: progress, of which the latest counts, and events. Any thread of the worker. */

/* How long the latest progress, and small events, may wait for more of their kind. */
#define KEEP_US 5000

gboolean
tf__job_desk_take_progress_locked (TfJobDesk     *self,
                                   TfJobProgress *progress)
{
  if (!self->is_dirty || self->is_sending)
    return FALSE;

  progress->job = self->job;
  progress->completed = self->completed;
  progress->total = self->total;
  progress->status = g_steal_pointer (&self->status);
  self->is_dirty = FALSE;
  self->is_sending = TRUE;
  self->sent_us = tf__clock_now ();
  return TRUE;
}

/* An error shows in the next thing that the main thread sends. */
void
tf__job_desk_send_progress (TfJobDesk     *self,
                            TfJobProgress *progress,
                            TfSendWhen     when)
{
  const guint max_text = tf__channel_get_max_text (self->channel);
  GVariant   *status =
    progress->status == NULL ? NULL : tf__wire_pack_text (progress->status, max_text);

  tf__channel_send (self->channel, TF_FRAME_PROGRESS, progress->job,
                    g_variant_new ("(xx@ms)", progress->completed, progress->total,
                                   g_variant_new_maybe (G_VARIANT_TYPE_STRING, status)),
                    NULL, -1, 0, when, NULL);
  g_free (progress->status);

  tf__lock (&self->lock);
  self->is_sending = FALSE;
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);
}

static void
send_kept (TfJobDesk *self)
{
  TfJobProgress progress;
  gboolean      has_progress;

  tf__lock (&self->lock);
  has_progress = tf__job_desk_take_progress_locked (self, &progress);
  self->is_kept = FALSE;
  tf__unlock (&self->lock);

  if (has_progress)
    tf__job_desk_send_progress (self, &progress, TF_SEND_NOW);
  else
    tf__channel_flush (self->channel, NULL);
}

/* A thread of its own: sends on what was kept back for long enough. */
static gpointer
run_ticker (gpointer data)
{
  TfJobDesk *self = data;
  gboolean   is_ending = FALSE;

  while (!is_ending)
    {
      gint64 deadline_us;

      tf__lock (&self->lock);
      while (!self->is_ending && !self->is_dirty && !self->is_kept)
        tf__lock_wait (&self->lock, &self->changed);
      deadline_us = g_get_monotonic_time () + KEEP_US;
      while (!self->is_ending && tf__lock_wait_until (&self->lock, &self->changed, deadline_us))
        ;
      is_ending = self->is_ending;
      tf__unlock (&self->lock);

      send_kept (self);
    }

  return NULL;
}

/* FALSE if there is no thread for the ticker: the caller has to send at once what it would keep back. */
static gboolean
wake_ticker_locked (TfJobDesk *self) TF_CALLER_HOLDS (self->lock)
{
  if (self->ticker == NULL)
    self->ticker = g_thread_try_new ("tf-ticker", run_ticker, self, NULL);
  else
    g_cond_broadcast (&self->changed);

  return self->ticker != NULL;
}

static gboolean
is_wanted (TfTask *task)
{
  return tf__task_is_wanted (task);
}

/* FALSE if the task is over: nothing of it may follow its outcome, which waits for what is sent until then. */
static gboolean
begin_sending (TfJobDesk *self,
               TfTask    *task,
               guint64   *job)
{
  gboolean may_send;

  tf__lock (&self->lock);
  may_send = self->task == task;
  if (may_send)
    self->n_sending++;
  *job = self->job;
  tf__unlock (&self->lock);

  return may_send;
}

static void
end_sending_locked (TfJobDesk *self) TF_CALLER_HOLDS (self->lock)
{
  self->n_sending--;
  /* Nobody else waits for that. */
  if (self->n_sending == 0 && self->state == TF_JOB_STATE_CLOSING)
    g_cond_broadcast (&self->changed);
}

static gboolean
change_progress (TfJobDesk    *self,
                 TfTask       *task,
                 const gint64 *completed,
                 const gint64 *total,
                 gint64        n_steps,
                 const char   *status)
{
  TfJobProgress progress;
  gboolean      is_due = FALSE;

  tf__lock (&self->lock);
  if (self->task != task)
    {
      tf__unlock (&self->lock);
      return FALSE;
    }

  if (completed != NULL)
    self->completed = *completed;
  if (total != NULL)
    self->total = *total;
  self->completed += n_steps;
  if (status != NULL)
    {
      g_free (self->status);
      self->status = g_strdup (status);
    }
  if (!self->is_dirty)
    {
      self->is_dirty = TRUE;
      is_due = !wake_ticker_locked (self);
    }
  is_due = (is_due || tf__clock_now () >= self->sent_us + KEEP_US) &&
           tf__job_desk_take_progress_locked (self, &progress);
  tf__unlock (&self->lock);

  if (is_due)
    tf__job_desk_send_progress (self, &progress, TF_SEND_NOW);

  return TRUE;
}

static TfJobDesk *
desk_of (TfTask *task)
{
  return (TfJobDesk *) task->host;
}

static gboolean
sink_set_progress (TfTask       *task,
                   const gint64 *completed,
                   const gint64 *total,
                   const char   *status)
{
  return is_wanted (task) && change_progress (desk_of (task), task, completed, total, 0, status);
}

static gboolean
sink_advance (TfTask *task,
              gint64  n_steps)
{
  return is_wanted (task) && change_progress (desk_of (task), task, NULL, NULL, n_steps, NULL);
}

/* The job fails with the first of them, whatever it returns. */
void
tf__job_desk_take_error (TfJobDesk *self,
                         GError    *error)
{
  tf__lock (&self->lock);
  if (self->error == NULL)
    self->error = g_steal_pointer (&error);
  tf__unlock (&self->lock);

  g_clear_error (&error);
}

/* FALSE with TF_ERROR_NOT_PORTABLE if it cannot travel. */
static gboolean
send_event (TfJobDesk *self,
            guint64    job,
            TfEvent   *event,
            GError   **error)
{
  const GValue      *value = G_VALUE_TYPE (&event->value) == G_TYPE_INVALID ? NULL : &event->value;
  const char        *kind = tf__event_get_kind (event);
  const guint        max_text = tf__channel_get_max_text (self->channel);
  g_autoptr (GBytes) bulk = NULL;
  GVariant          *packed;

  /* Cut off it would be another kind. */
  if (max_text > 0 && kind != NULL && strlen (kind) > max_text)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
                   "A message whose kind has more than %u bytes cannot travel", max_text);
      return FALSE;
    }

  packed = tf__wire_pack_value (value, &bulk, error);
  if (packed == NULL)
    return FALSE;

  return tf__channel_send (self->channel, TF_FRAME_EVENT, job,
                           g_variant_new ("(y@s@(sv))", (guchar) event->road,
                                          tf__wire_pack_text (kind, 0), packed),
                           bulk, -1, 0, TF_SEND_SOON, error);
}

static gboolean
sink_send (TfTask  *task,
           TfEvent *event)
{
  TfJobDesk *self = desk_of (task);
  GError    *error = NULL;
  gboolean   is_sent;
  guint64    job;

  if (!begin_sending (self, task, &job))
    {
      tf__event_clear (event);
      return FALSE;
    }

  is_sent = send_event (self, job, event, &error);
  tf__event_clear (event);
  if (g_error_matches (error, TF_ERROR, TF_ERROR_NOT_PORTABLE))
    tf__job_desk_take_error (self, g_steal_pointer (&error));
  g_clear_error (&error);

  tf__lock (&self->lock);
  if (!self->is_kept)
    {
      self->is_kept = TRUE;
      if (!wake_ticker_locked (self))
        {
          tf__unlock (&self->lock);
          send_kept (self);
          tf__lock (&self->lock);
        }
    }
  end_sending_locked (self);
  tf__unlock (&self->lock);

  return is_sent && is_wanted (task);
}

static void
sink_cancelled (TfTask *task)
{
  TfJobDesk *self = desk_of (task);
  guint64    job;

  if (!begin_sending (self, task, &job))
    return;

  tf__channel_send (self->channel, TF_FRAME_CANCELLED, job, g_variant_new ("()"), NULL, -1, 0,
                    TF_SEND_NOW, NULL);

  tf__lock (&self->lock);
  end_sending_locked (self);
  tf__unlock (&self->lock);
}

void
tf__job_desk_free_memory (TfJobDesk *self)
{
  if (self->memory != NULL)
    munmap (self->memory, self->memory_size);
  if (self->memory_fd >= 0)
    close (self->memory_fd);

  self->memory = NULL;
  self->memory_fd = -1;
}

static gpointer
sink_allocate (TfTask *task,
               gsize   size)
{
  TfJobDesk *self = desk_of (task);

  tf__job_desk_free_memory (self);
  self->memory_fd = memfd_create ("tf-result", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (self->memory_fd < 0 || ftruncate (self->memory_fd, (off_t) size) != 0)
    {
      tf__job_desk_free_memory (self);
      return NULL;
    }

  self->memory_size = size;
  self->memory = mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, self->memory_fd, 0);
  if (self->memory == MAP_FAILED)
    {
      self->memory = NULL;
      tf__job_desk_free_memory (self);
    }

  return self->memory;
}

const TfTaskSink tf__job_sink = {
  .set_progress = sink_set_progress,
  .advance = sink_advance,
  .send = sink_send,
  .cancelled = sink_cancelled,
  .allocate = sink_allocate,
};
