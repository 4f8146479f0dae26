/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-gtask-private.h"

#include <tf/tf-error.h>

static void
set_outcome (TfGtaskWork *self)
{
  GValue value = G_VALUE_INIT;

  if (!self->is_completed)
    {
      tf__outcome_take_error (
        &self->task->outcome,
        g_error_new (TF_ERROR, TF_ERROR_ABANDONED,
                     "The function of task “%s” came back, and its GTask was never returned",
                     tf__task_get_name (self->task)));
      return;
    }

  if (self->had_error)
    {
      tf__outcome_take_error (
        &self->task->outcome,
        g_error_new (TF_ERROR, TF_ERROR_FAILED,
                     "The GTask of task “%s” returned an error, which its finish function has",
                     tf__task_get_name (self->task)));
      return;
    }

  g_value_init (&value, G_TYPE_TASK);
  g_value_set_object (&value, self->gtask);
  tf__outcome_set_value (&self->task->outcome, &value);
  g_value_unset (&value);
}

gboolean
tf__gtask_end_half (TfGtaskWork *self)
{
  if (tf__sub (&self->n_left, 1) != 1)
    return FALSE;

  set_outcome (self);
  tf__pipe_post_last (&self->task->pipe, TF_NEWS_FINAL);
  return TRUE;
}

/* In the thread of the context of the GTask, after its callback. */
static void
on_completed_cb (GTask       *gtask,
                 GParamSpec  *pspec,
                 TfGtaskWork *self)
{
  if (!self->has_run)
    return;

  self->is_completed = TRUE;
  self->had_error = g_task_had_error (gtask);
  /* So that it does not go before the owner context has seen the end. */
  g_object_ref (gtask);
  tf__gtask_end_half (self);
}

static void
on_gtask_gone_cb (gpointer data,
                  GObject *gtask)
{
  TfGtaskWork *self = data;

  self->is_watched = FALSE;
  tf__gtask_end_half (self);
}

/* In the owner context: the function has returned, but the GTask is not completed. The reference is
 * given up, so that a GTask that nobody returned goes, and is seen to go. */
static void
watch (gpointer data)
{
  TfGtaskWork *self = data;

  if (self == NULL || !self->is_held)
    return;

  self->is_watched = TRUE;
  self->is_held = FALSE;
  g_object_weak_ref (G_OBJECT (self->gtask), on_gtask_gone_cb, self);
  g_object_unref (self->gtask);
}

static void
drop_gtask (TfGtaskWork *self)
{
  gboolean was_accepted = self->task->host != NULL;

  if (self->is_watched)
    g_object_weak_unref (G_OBJECT (self->gtask), on_gtask_gone_cb, self);
  if (self->is_held || self->is_completed)
    g_signal_handler_disconnect (self->gtask, self->handler);

  /* Cancelled before it started. One that was refused is left as it was. */
  if (self->is_held && was_accepted && !self->has_run)
    g_task_return_new_error (self->gtask, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                             "Task “%s” was cancelled", tf__task_get_name (self->task));

  if (self->is_completed)
    g_object_unref (self->gtask);
  if (self->is_held)
    g_object_unref (self->gtask);
}

/* In the owner context, or where the submission is refused. */
static void
free_work (gpointer data)
{
  TfGtaskWork *self = data;

  drop_gtask (self);
  g_free (self);
}

static const TfTaskDetour detour = { tf__gtask_code_returned, watch };

TfTask *
tf__gtask_make_task (GTask          *gtask,
                     GTaskThreadFunc func)
{
  TfGtaskWork  *self = g_new0 (TfGtaskWork, 1);
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  TfTask       *task = tf_task_new (tf__gtask_run, self, free_work);

  self->gtask = g_object_ref (gtask);
  self->is_held = TRUE;
  self->func = func;
  self->task = task;
  self->n_left = 2;
  self->handler = g_signal_connect (gtask, "notify::completed", G_CALLBACK (on_completed_cb), self);

  task->detour = &detour;
  /* It returns through the GTask. */
  task->has_returned = TRUE;
  tf_task_set_priority (task, g_task_get_priority (gtask));
  tf_task_set_name (task, g_task_get_name (gtask));
  if (cancellable != NULL)
    {
      tf_task_set_cancellable (task, cancellable);
      task->cancellable = g_object_ref (cancellable);
    }

  return task;
}

/* The other direction */

typedef struct
{
  TfContinuation continuation;
  GTask         *gtask; /* (owned) */
} ReturnGtask;

static void
return_gtask (TfContinuation *continuation,
              TfFuture       *future)
{
  ReturnGtask *self = (ReturnGtask *) continuation;
  GTask       *gtask = self->gtask;

  g_free (self);
  g_task_return_pointer (gtask, g_object_ref (future), g_object_unref);
  g_object_unref (gtask);
}

TfContinuation *
tf__gtask_continuation_new (GTask *gtask)
{
  ReturnGtask *self = g_new0 (ReturnGtask, 1);

  self->continuation.run = return_gtask;
  self->gtask = gtask;
  return &self->continuation;
}

void
tf__gtask_continuation_free (TfContinuation *continuation)
{
  g_free (continuation);
}
