/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-error.h>

#include "core/tf-reference-private.h"
#include "process/tf-begun-private.h"
#include "process/tf-worker-job-private.h"

/* The jobs of a worker process, one after another. A job is a task without a pipe that leads anywhere: what it tells
 * goes through its host's sink, which is the desk, into the socket. */

/* The host, which lives as long as the process. */

static TfTaskHost *
host_ref (TfTaskHost *host)
{
  return host;
}

static void
host_unref (TfTaskHost *host)
{
}

static gboolean
host_unqueue (TfTaskHost *host,
              TfTask     *task)
{
  return FALSE;
}

static const TfTaskHostClass host_class = {
  .ref = host_ref,
  .unref = host_unref,
  .unqueue = host_unqueue,
};

static void
clear_order (TfJobOrder *self)
{
  g_clear_pointer (&self->body, g_variant_unref);
  g_free (self->reference);
  g_free (self->name);
  g_free (self->description);
  *self = (TfJobOrder){ 0 };
}

TfJobDesk *
tf__job_desk_new (TfChannel *channel)
{
  TfJobDesk *self = g_new0 (TfJobDesk, 1);

  self->host.klass = &host_class;
  self->host.sink = &tf__job_sink;
  self->channel = channel;
  self->memory_fd = -1;
  self->cancelled = g_array_new (FALSE, FALSE, sizeof (guint64));
  self->withdrawn = g_array_new (FALSE, FALSE, sizeof (TfJobRange));
  tf__lock_init (&self->lock);
  g_cond_init (&self->changed);
  return self;
}

void
tf__job_desk_free (TfJobDesk *self)
{
  tf__lock (&self->lock);
  self->is_ending = TRUE;
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);

  if (self->ticker != NULL)
    g_thread_join (self->ticker);
  g_clear_error (&self->error);
  g_free (self->status);
  clear_order (&self->order);
  g_array_unref (self->cancelled);
  g_array_unref (self->withdrawn);
  g_cond_clear (&self->changed);
  tf__lock_clear (&self->lock);
  g_free (self);
}

void
tf__job_desk_set_handler (TfJobDesk   *self,
                          TfWorkerFunc handler,
                          gpointer     user_data)
{
  self->handler = handler;
  self->user_data = user_data;
}

/* Jobs */

static gboolean
step_locked (TfJobDesk *self,
             TfJobEvent event) TF_CALLER_HOLDS (self->lock)
{
  TfJobState next;

  if (!tf__job_state_after (self->state, event, &next))
    return FALSE;

  /* Only the main thread changes it, and reads it without the lock; a cancel, which comes on another one, changes
   * nothing. */
  if (next != self->state)
    self->state = next;
  return TRUE;
}

static void
take_order (TfJobDesk *self,
            TfFrame   *frame)
{
  g_autoptr (GVariant) packed = NULL;
  g_autoptr (GVariant) contents = NULL;
  const char          *type;
  TfJobOrder          *order = &self->order;

  /* The channel gives the same body for the same bytes. */
  if (order->body == frame->body)
    return;

  clear_order (order);
  order->body = g_variant_ref (frame->body);
  g_variant_get (frame->body, "(sss@(sv))", &order->reference, &order->name, &order->description,
                 &packed);
  g_variant_get (packed, "(&sv)", &type, &contents);
  order->has_argument = type[0] != '\0' || !g_variant_is_of_type (contents, G_VARIANT_TYPE_UNIT);
}

static TfTask *
new_task (TfJobDesk *self,
          TfFrame   *frame)
{
  const TfJobOrder *order = &self->order;
  TfTask           *task;

  take_order (self, frame);
  task = tf_task_new_for_reference (order->reference, NULL);
  if (order->name[0] != '\0')
    tf_task_set_name (task, order->name);
  if (order->description[0] != '\0')
    tf_task_set_description (task, order->description);
  task->host = &self->host;
  task->is_submitted = TRUE;
  return task;
}

/* FALSE if it cannot be understood. */
static gboolean
take_argument (TfJobDesk *self,
               TfTask    *task,
               TfFrame   *frame,
               GError   **error)
{
  g_autoptr (GVariant) packed = NULL;
  g_auto (GValue)      value = G_VALUE_INIT;

  if (!self->order.has_argument && frame->bulk == NULL)
    return TRUE;

  packed = g_variant_get_child_value (frame->body, 3);
  if (!tf__wire_unpack_value (packed, frame->bulk, NULL, &value, error))
    return FALSE;

  if (!G_IS_VALUE (&value))
    return TRUE;

  if (!G_VALUE_HOLDS_VARIANT (&value))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_PROTOCOL, "An argument that is no variant");
      return FALSE;
    }

  task->data = g_value_dup_variant (&value);
  task->data_free = (GDestroyNotify) g_variant_unref;
  return TRUE;
}

/* Jobs come in the order of their numbers, so what was said of earlier ones is over. */
static gboolean
was_cancelled_locked (TfJobDesk *self,
                      guint64    job) TF_CALLER_HOLDS (self->lock)
{
  gboolean was_cancelled = FALSE;

  for (guint i = self->cancelled->len; i > 0; i--)
    {
      guint64 other = g_array_index (self->cancelled, guint64, i - 1);

      was_cancelled = was_cancelled || other == job;
      if (other <= job)
        g_array_remove_index_fast (self->cancelled, i - 1);
    }

  return was_cancelled;
}

static gboolean
was_withdrawn_locked (TfJobDesk *self,
                      guint64    job) TF_CALLER_HOLDS (self->lock)
{
  gboolean was_withdrawn = FALSE;

  for (guint i = self->withdrawn->len; i > 0; i--)
    {
      const TfJobRange range = g_array_index (self->withdrawn, TfJobRange, i - 1);

      was_withdrawn = was_withdrawn || (job > range.after && job <= range.last);
      if (range.last <= job)
        g_array_remove_index_fast (self->withdrawn, i - 1);
    }

  return was_withdrawn;
}

typedef enum
{
  ADMIT_RUN,
  ADMIT_REFUSE, /* it was cancelled before it could begin */
  ADMIT_FORGET, /* it was withdrawn */
} Admission;

static Admission
begin (TfJobDesk *self,
       TfTask    *task,
       guint64    job)
{
  gboolean is_cancelled;

  tf__lock (&self->lock);
  if (was_withdrawn_locked (self, job))
    {
      tf__unlock (&self->lock);
      return ADMIT_FORGET;
    }

  step_locked (self, TF_JOB_EVENT_BEGIN);
  self->task = task;
  self->job = job;
  self->completed = 0;
  self->total = -1;
  self->is_dirty = FALSE;
  self->sent_us = G_MININT64 / 2;
  g_clear_pointer (&self->status, g_free);
  g_clear_error (&self->error);
  is_cancelled = was_cancelled_locked (self, job);
  tf__unlock (&self->lock);
  if (!is_cancelled)
    tf__begun_set (job);

  return is_cancelled ? ADMIT_REFUSE : ADMIT_RUN;
}

/* After it nobody else has the task, and no thread sends anything of it. */
static GError *
end (TfJobDesk *self)
{
  TfJobProgress progress;
  gboolean      has_progress;
  TfTask       *task;
  GError       *error;

  tf__lock (&self->lock);
  step_locked (self, TF_JOB_EVENT_RETURN);
  task = g_steal_pointer (&self->task);
  while (self->is_sending || self->n_sending > 0)
    tf__lock_wait (&self->lock, &self->changed);
  has_progress = tf__job_desk_take_progress_locked (self, &progress);
  error = g_steal_pointer (&self->error);
  step_locked (self, TF_JOB_EVENT_END);
  /* Which is a system call, even if nobody waits. */
  if (self->is_awaited)
    g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);

  if (has_progress)
    tf__job_desk_send_progress (self, &progress, TF_SEND_SOON);

  tf__work_close_undelivered (&task->work);
  return error;
}

/* By its function, or by the handler, which knows other references. FALSE: by whoever it is handed out to. */
static gboolean
run (TfJobDesk *self,
     TfTask    *task,
     gboolean   may_hand_out)
{
  const char        *reference = task->extra->reference;
  gboolean           is_known = self->handler != NULL || may_hand_out;
  g_autoptr (GError) error = NULL;

  if (self->order.func == NULL && (!is_known || tf__reference_is_native (reference)))
    self->order.func = tf__reference_resolve (reference, &error);
  task->func = self->order.func;

  tf__task_push_frame (&self->frame, task);
  if (error != NULL)
    tf_task_return_error (task, g_steal_pointer (&error));
  else if (task->func != NULL)
    task->func (task, NULL);
  else if (self->handler != NULL)
    self->handler (task, reference, self->user_data);
  else
    return FALSE;

  return TRUE;
}

/* The code has come back: what it has ended with, if not with what it returned. */
static GError *
leave (TfJobDesk *self,
       TfTask    *task)
{
  if (task->func == NULL && !task->has_returned)
    tf_task_return_new_error (
      task, TF_ERROR, TF_ERROR_NO_RESULT,
      "“%s” came back without a result: it raised an exception, or forgot to return",
      task->extra->reference);
  tf__task_pop_frame (&self->frame);

  return end (self);
}

/* Takes the task, and the error. */
static gboolean
conclude (TfJobDesk *self,
          TfTask    *task,
          gssize     n_returned,
          GError    *job_error,
          GError   **error)
{
  guint64  job = self->job;
  GError  *own_error = NULL;
  gboolean is_sent;

  if (job_error != NULL)
    is_sent = tf__job_desk_send_error (self, job, job_error, &own_error);
  else
    is_sent = tf__job_desk_send_outcome (self, task, job, n_returned, &own_error);

  /* It is too large, and nothing was sent. */
  if (g_error_matches (own_error, TF_ERROR, TF_ERROR_NOT_PORTABLE))
    is_sent = tf__job_desk_send_error (self, job, own_error, error);
  else if (own_error != NULL)
    g_propagate_error (error, g_steal_pointer (&own_error));

  g_clear_error (&own_error);
  g_clear_error (&job_error);
  tf__job_desk_free_memory (self);
  tf_task_unref (task);
  return is_sent;
}

gboolean
tf__job_desk_finish (TfJobDesk *self,
                     GError   **error)
{
  TfTask *task = self->task;
  GError *job_error;

  if (self->state == TF_JOB_STATE_NONE)
    return TRUE;

  job_error = leave (self, task);
  return conclude (self, task, self->frame.n_returned, job_error, error);
}

gboolean
tf__job_desk_run (TfJobDesk *self,
                  TfFrame   *frame,
                  TfTask   **next,
                  GError   **error)
{
  TfTask   *task = new_task (self, frame);
  GError   *job_error = NULL;
  Admission admission = begin (self, task, frame->header.job);

  if (admission == ADMIT_FORGET)
    {
      tf_task_unref (task);
      return TRUE;
    }

  if (admission == ADMIT_REFUSE)
    job_error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED,
                                     "The task was cancelled before it began");
  if (job_error != NULL || !take_argument (self, task, frame, &job_error))
    {
      tf__job_desk_take_error (self, job_error);
      job_error = end (self);
      return conclude (self, task, -1, job_error, error);
    }

  tf__frame_clear (frame);
  *frame = (TfFrame){ 0 };
  if (run (self, task, next != NULL))
    return tf__job_desk_finish (self, error);

  tf__lock (&self->lock);
  step_locked (self, TF_JOB_EVENT_HAND_OUT);
  tf__unlock (&self->lock);
  *next = task;
  return TRUE;
}

void
tf__job_desk_cancel (TfJobDesk *self,
                     guint64    job)
{
  TfTask *task = NULL;

  tf__lock (&self->lock);
  if (self->job == job && step_locked (self, TF_JOB_EVENT_CANCEL))
    task = tf_task_ref (self->task);
  else if (job > self->job)
    g_array_append_val (self->cancelled, job);
  tf__unlock (&self->lock);

  if (task == NULL)
    return;

  tf__task_request_cancel (task);
  tf_task_unref (task);
}

/* The answer goes out before another job can begin: what the program hears before it has begun before. */
void
tf__job_desk_withdraw (TfJobDesk *self,
                       guint64    job,
                       guint64    last)
{
  TfJobRange range = { job, last };

  tf__lock (&self->lock);
  range.after = MAX (job, self->job);
  g_array_append_val (self->withdrawn, range);
  tf__channel_send (self->channel, TF_FRAME_WITHDRAWN, range.after, g_variant_new ("()"), NULL, -1,
                    0, TF_SEND_NOW, NULL);
  tf__unlock (&self->lock);
}

gboolean
tf__job_desk_stop (TfJobDesk *self,
                   gint64     timeout_us)
{
  gint64   deadline_us = g_get_monotonic_time () + timeout_us;
  gboolean is_in_time = TRUE;
  guint64  job;

  tf__lock (&self->lock);
  job = self->job;
  tf__unlock (&self->lock);

  tf__job_desk_cancel (self, job);

  tf__lock (&self->lock);
  self->is_awaited = TRUE;
  while (self->state != TF_JOB_STATE_NONE && is_in_time)
    is_in_time = tf__lock_wait_until (&self->lock, &self->changed, deadline_us);
  is_in_time = self->state == TF_JOB_STATE_NONE;
  tf__unlock (&self->lock);

  return is_in_time;
}
