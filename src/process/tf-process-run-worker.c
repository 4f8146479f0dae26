/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "process/tf-process-private.h"

/* One job, seen from the thread of the pool that waits for it: it tells the task what the process says. */

/* How long it looks for an answer before it sleeps. */
#define SPIN_US 20

/* How often it asks whether the process is still there: what a job has forked may hold its socket open. */
#define LOOK_US G_USEC_PER_SEC

static gboolean
send_job (TfProcess  *self,
          guint64     job,
          const char *reference,
          TfTask     *task,
          GError    **error)
{
  const char        *description = tf_task_get_description (task);
  g_auto (GValue)    argument = G_VALUE_INIT;
  g_autoptr (GBytes) bulk = NULL;
  GVariant          *packed;

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
    g_variant_new ("(sss@(sv))", reference, tf_task_get_name (task),
                   description == NULL ? "" : description, packed),
    bulk, -1, 0, TF_SEND_NOW, error);
}

/* Values */

/* FALSE if the process talks nonsense; a type that this program does not know is the fault of the task. */
static gboolean
unpack (TfTask   *task,
        TfFrame  *frame,
        GVariant *packed,
        GValue   *value,
        GError  **error)
{
  GError *own_error = NULL;

  if (tf__wire_unpack_value (packed, frame->bulk, value, &own_error))
    return TRUE;

  /* The first of them is told. */
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

  /* Whether it is wanted, the process hears from the cancel. */
  switch ((TfRoad) road)
    {
    case TF_ROAD_PROGRESS:
      tf_task_report (task, G_IS_VALUE (&value) ? &value : NULL);
      return TRUE;
    case TF_ROAD_ITEM:
      tf_task_yield_item (task, G_IS_VALUE (&value) ? &value : NULL);
      return TRUE;
    case TF_ROAD_MESSAGE:
      tf_task_send (task, kind, G_IS_VALUE (&value) ? &value : NULL);
      return TRUE;
    default:
      g_set_error (error, TF_ERROR, TF_ERROR_PROTOCOL, "An event of the unknown kind %u", road);
      return FALSE;
    }
}

static void
take_progress (TfTask  *task,
               TfFrame *frame)
{
  const char *status;
  gint64      completed;
  gint64      total;

  g_variant_get (frame->body, "(xxm&s)", &completed, &total, &status);
  tf_task_set_progress (task, completed, MAX (total, -1), status);
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
            gboolean *is_over,
            GError  **error)
{
  switch (frame->header.type)
    {
    case TF_FRAME_PROGRESS:
      take_progress (task, frame);
      return TRUE;
    case TF_FRAME_EVENT:
      return take_event (task, frame, error);
    case TF_FRAME_CANCELLED:
      if (tf__task_request_cancel (task))
        tf__pipe_post (&task->pipe, TF_NEWS_CANCEL);
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

/* The next frame, or an error once nothing can come any more. */
static gboolean
receive (TfProcess *self,
         TfFrame   *frame,
         GError   **error)
{
  gboolean is_gone = FALSE;

  while (TRUE)
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
    }
}

gboolean
tf__process_run (TfProcess  *self,
                 guint64     job,
                 const char *reference,
                 TfTask     *task,
                 GError    **error)
{
  gboolean is_over = FALSE;

  if (!send_job (self, job, reference, task, error))
    return FALSE;

  while (!is_over)
    {
      gboolean is_well;
      TfFrame  frame;

      if (!receive (self, &frame, error))
        return FALSE;

      if (frame.header.job == job)
        {
          is_well = take_frame (task, &frame, &is_over, error);
        }
      else
        {
          is_well = FALSE;
          g_set_error (error, TF_ERROR, TF_ERROR_PROTOCOL,
                       "A worker spoke of the job %" G_GUINT64_FORMAT
                       " in the job %" G_GUINT64_FORMAT,
                       frame.header.job, job);
        }

      tf__frame_clear (&frame);
      if (!is_well)
        return FALSE;
    }

  return TRUE;
}
