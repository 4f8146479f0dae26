/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "core/tf-reference-private.h"
#include "message/tf-dispatcher-private.h"
#include "process/tf-process-private.h"

/* One job, seen from the thread of the pool that waits for it: it tells the task what the process says. */

/* How long it looks for an answer before it sleeps. */
#define SPIN_US 20

/* How often it asks whether the process is still there: what a job has forked may hold its socket open. */
#define LOOK_US G_USEC_PER_SEC

/* So often one that has no job, and has only to answer. Counted, since whoever has stopped it may have stopped the
 * program, too. */
#define MAX_LOOKS 10

/* So many frames may come together before the main loop hears of them. */
#define MAX_HELD 64

/* How long jobs that were sent ahead stay behind one that runs. */
#define PATIENCE_MS 1

/* The references of functions live for ever; others are not looked for. */
static GVariant *
get_plain_run (TfProcess  *self,
               const char *reference,
               TfTask     *task)
{
  const char *name = tf_task_get_name (task);

  if (self->plain_run == NULL || self->plain_reference != reference ||
      g_strcmp0 (self->plain_name, name) != 0)
    {
      g_clear_pointer (&self->plain_run, g_variant_unref);
      self->plain_run = g_variant_ref_sink (
        g_variant_new ("(s@ss@(sv))", reference, tf__wire_pack_text (name, 0), "",
                       tf__wire_pack_value (NULL, NULL, NULL)));
      self->plain_reference = reference;
      g_free (self->plain_name);
      self->plain_name = g_strdup (name);
    }

  return self->plain_run;
}

gboolean
tf__process_send (TfProcess *self,
                  guint64    job,
                  TfTask    *task,
                  TfSendWhen when,
                  GError   **error)
{
  const char        *reference = tf_task_get_reference (task);
  const char        *description = tf_task_get_description (task);
  gboolean           is_in_executable;
  g_auto (GValue)    argument = G_VALUE_INIT;
  g_autoptr (GBytes) bulk = NULL;
  GVariant          *packed;

  if (reference == NULL && !tf__reference_make (task->func, &reference, &is_in_executable, error))
    return FALSE;

  if (tf_task_get_argument (task) == NULL && description == NULL &&
      tf_task_get_reference (task) == NULL)
    return tf__channel_send (&self->jobs, TF_FRAME_RUN, job, get_plain_run (self, reference, task),
                             NULL, -1, 0, when, error);

  if (tf_task_get_argument (task) != NULL)
    {
      g_value_init (&argument, G_TYPE_VARIANT);
      g_value_set_variant (&argument, tf_task_get_argument (task));
    }

  packed = tf__wire_pack_value (G_IS_VALUE (&argument) ? &argument : NULL, &bulk, error);
  if (packed == NULL)
    return FALSE;

  return tf__channel_send (
    &self->jobs, TF_FRAME_RUN, job,
    g_variant_new ("(s@s@s@(sv))", reference, tf__wire_pack_text (tf_task_get_name (task), 0),
                   tf__wire_pack_text (description, 0), packed),
    bulk, -1, 0, when, error);
}

/* Values */

static gboolean
is_unwanted (gpointer task)
{
  return !tf__task_is_wanted (task);
}

/* FALSE with an error if the process talks nonsense; a type that this program does not know is the fault of the task,
 * and a value of a task that was cancelled meanwhile is nobody's. */
static gboolean
unpack (TfTask   *task,
        TfFrame  *frame,
        GVariant *packed,
        GValue   *value,
        GError  **error)
{
  const TfWireStop stop = { is_unwanted, task };
  GError          *own_error = NULL;

  if (tf__wire_unpack_value (packed, frame->bulk, &stop, value, &own_error))
    return TRUE;

  /* The first of them is told. */
  if (own_error == NULL)
    return FALSE;
  if (!g_error_matches (own_error, TF_ERROR, TF_ERROR_NOT_PORTABLE))
    g_propagate_error (error, own_error);
  else if (task->has_returned)
    g_error_free (own_error);
  else
    tf_task_return_error (task, own_error);
  return FALSE;
}

static gboolean
take_event (TfTask  *task,
            TfFrame *frame,
            guint64  max_pending,
            GError **error)
{
  g_autoptr (GVariant) packed = NULL;
  g_autoptr (GError)   own_error = NULL;
  g_auto (GValue)      value = G_VALUE_INIT;
  const char          *kind;
  guchar               road;

  g_variant_get (frame->body, "(y&s@(sv))", &road, &kind, &packed);
  if (!unpack (task, frame, packed, &value, &own_error))
    {
      if (own_error == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&own_error));
      return FALSE;
    }

  if (road > TF_ROAD_MESSAGE)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_PROTOCOL, "An event of the unknown kind %u", road);
      return FALSE;
    }

  /* Whether it is wanted, the process hears from the cancel. */
  tf__task_send_sized (task, (TfRoad) road, road == TF_ROAD_MESSAGE ? kind : NULL,
                       G_IS_VALUE (&value) ? &value : NULL,
                       frame->header.body_size + frame->header.bulk_size, max_pending);
  return TRUE;
}

static void
take_progress (TfTask  *task,
               TfFrame *frame)
{
  const char *status;
  gint64      completed;
  gint64      total;

  g_variant_get (frame->body, "(xxm&s)", &completed, &total, &status);
  tf_task_set_progress (task, MAX (completed, 0), MAX (total, -1), status);
}

/* The outcome */

static gboolean
take_result (TfTask  *task,
             TfFrame *frame,
             GError **error)
{
  g_autoptr (GError) own_error = NULL;
  g_auto (GValue)    value = G_VALUE_INIT;

  if (!unpack (task, frame, frame->body, &value, &own_error))
    {
      if (own_error == NULL)
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&own_error));
      return FALSE;
    }

  /* Some event had a value that could not be understood. */
  if (!task->has_returned)
    tf_task_return_value (task, G_IS_VALUE (&value) ? &value : NULL);
  return TRUE;
}

static void
take_error (TfTask  *task,
            TfFrame *frame)
{
  if (!task->has_returned)
    tf_task_return_error (task, tf__wire_unpack_error (frame->body));
}

static void
take_failure (TfTask  *task,
              TfFrame *frame)
{
  const char *type;
  const char *text;
  const char *traceback;

  g_variant_get (frame->body, "(&s&s&s)", &type, &text, &traceback);
  if (!task->has_returned)
    tf_task_return_failure (task, type, text, traceback, NULL);
}

/* FALSE with TF_ERROR_PROTOCOL. */
static gboolean
take_frame (TfTask   *task,
            TfFrame  *frame,
            guint64   max_pending,
            gboolean *is_over,
            GError  **error)
{
  switch (frame->header.type)
    {
    case TF_FRAME_PROGRESS:
      take_progress (task, frame);
      return TRUE;
    case TF_FRAME_EVENT:
      return take_event (task, frame, max_pending, error);
    case TF_FRAME_CANCELLED:
      if (tf__task_request_cancel (task))
        tf__pipe_post (&task->work.pipe, TF_NEWS_CANCEL);
      return TRUE;
    case TF_FRAME_RESULT:
      *is_over = TRUE;
      return take_result (task, frame, error);
    case TF_FRAME_ERROR:
      *is_over = TRUE;
      take_error (task, frame);
      return TRUE;
    case TF_FRAME_FAILURE:
      *is_over = TRUE;
      take_failure (task, frame);
      return TRUE;
    default:
      g_set_error (error, TF_ERROR, TF_ERROR_PROTOCOL, "A worker sent a frame of type %u in a job",
                   frame->header.type);
      return FALSE;
    }
}

/* The next frame, or an error once nothing can come any more. Without a job it does not wait for ever. */
static gboolean
receive (TfProcess *self,
         guint64    job,
         TfFrame   *frame,
         GError   **error)
{
  gboolean is_gone = FALSE;

  for (guint n_looks = 0; job != 0 || n_looks < MAX_LOOKS; n_looks++)
    {
      g_autoptr (GError) own_error = NULL;
      gint64             deadline_us = tf__clock_deadline (is_gone ? 0 : LOOK_US);

      if (tf__channel_receive (&self->jobs, SPIN_US, deadline_us, frame, &own_error))
        return TRUE;

      /* What it said before its end has been read by then. */
      if (is_gone || !g_error_matches (own_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        {
          g_propagate_error (error, g_steal_pointer (&own_error));
          return FALSE;
        }

      is_gone = tf__process_is_gone (self);
      /* There was no room for that before. */
      if (self->n_ahead > 0 && !self->is_withdrawing)
        tf__process_withdraw (self, job);
    }

  g_set_error_literal (error, TF_ERROR, TF_ERROR_PROTOCOL, "A worker does not withdraw jobs");
  return FALSE;
}

/* The answer to WITHDRAW. */
static gboolean
take_withdrawn (TfProcess *self,
                TfFrame   *frame,
                GError   **error)
{
  if (!self->is_withdrawing)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_PROTOCOL, "A worker withdrew jobs by itself");
      return FALSE;
    }

  self->is_withdrawing = FALSE;
  tf__process_take_back (self, frame->header.job);
  return TRUE;
}

/* Without a task only the end is of interest. */
static gboolean
pass_over (TfFrame  *frame,
           gboolean *is_over)
{
  *is_over = frame->header.type == TF_FRAME_RESULT || frame->header.type == TF_FRAME_ERROR ||
             frame->header.type == TF_FRAME_FAILURE;
  return TRUE;
}

static gboolean
fail_of_job (const TfFrame *frame,
             guint64        job,
             GError       **error)
{
  g_set_error (error, TF_ERROR, TF_ERROR_PROTOCOL,
               "A worker spoke of the job %" G_GUINT64_FORMAT " in the job %" G_GUINT64_FORMAT,
               frame->header.job, job);
  return FALSE;
}

/* Waits no longer than that takes. One that has a lot to say is long, too. */
static gboolean
is_long (TfProcess *self)
{
  return !tf__channel_wait (&self->jobs, SPIN_US, PATIENCE_MS) ||
         g_get_monotonic_time () - self->busy_us > PATIENCE_MS * 1000;
}

static gboolean
receive_of_job (TfProcess *self,
                guint64    job,
                TfFrame   *frame,
                GError   **error)
{
  if (self->has_early)
    {
      *frame = self->early;
      self->has_early = FALSE;
      return TRUE;
    }

  if (!tf__channel_has_frame (&self->jobs))
    tf__dispatcher_release_wakes ();

  if (self->n_ahead > 0 && !self->is_withdrawing && is_long (self))
    tf__process_withdraw (self, job);

  return receive (self, job, frame, error);
}

void
tf__process_linger (TfProcess *self)
{
  if (self->has_early || tf__channel_has_frame (&self->jobs))
    return;

  tf__dispatcher_release_wakes ();
  tf__channel_wait (&self->jobs, SPIN_US, 0);
}

gboolean
tf__process_wait (TfProcess *self,
                  guint64    job,
                  TfTask    *task,
                  GError   **error)
{
  gboolean is_over = FALSE;
  guint    n_held = 0;

  while (!is_over)
    {
      gboolean is_well;
      TfFrame  frame;

      if (!receive_of_job (self, job, &frame, error))
        return FALSE;

      /* Several events, or the outcomes of several short jobs, wake the main loop once. */
      if (task != NULL && ++n_held % MAX_HELD != 0 && tf__channel_has_frame (&self->jobs))
        tf__dispatcher_hold_wakes (task->host->dispatcher);
      else
        tf__dispatcher_release_wakes ();

      if (frame.header.type == TF_FRAME_WITHDRAWN)
        is_well = take_withdrawn (self, &frame, error);
      else if (frame.header.job != job)
        is_well = fail_of_job (&frame, job, error);
      else if (task == NULL)
        is_well = pass_over (&frame, &is_over);
      else
        is_well = take_frame (task, &frame, self->max_pending, &is_over, error);

      tf__frame_clear (&frame);
      if (!is_well)
        return FALSE;
    }

  return TRUE;
}

/* Either the answer comes, or the next job says something, which means that it has begun. */
gboolean
tf__process_settle (TfProcess *self,
                    GError   **error)
{
  while (self->is_withdrawing && !self->has_early)
    {
      gboolean is_well = TRUE;
      TfFrame  frame;

      if (!receive (self, 0, &frame, error))
        return FALSE;

      if (frame.header.type == TF_FRAME_WITHDRAWN)
        {
          is_well = take_withdrawn (self, &frame, error);
          tf__frame_clear (&frame);
        }
      else if (self->n_ahead > 0)
        {
          self->early = frame;
          self->has_early = TRUE;
        }
      else
        {
          is_well = fail_of_job (&frame, 0, error);
          tf__frame_clear (&frame);
        }

      if (!is_well)
        return FALSE;
    }

  return TRUE;
}
