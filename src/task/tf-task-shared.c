/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task/tf-task-private.h"

#include <tf/tf-error.h>

#include "core/tf-reference-private.h"

#include "message/tf-dispatcher-private.h"

static _Thread_local TfTaskFrame *current_frame;

TfTask *
tf__task_alloc (void)
{
  TfTask *self = g_new0 (TfTask, 1);

  tf__pipe_init (&self->work.pipe, &tf__task_work_class.pipe);
  self->ref_count = 1;
  return self;
}

/**
 * tf_task_ref:
 * @self: a task
 *
 * Takes a reference.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
TfTask *
tf_task_ref (TfTask *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  tf__add (&self->ref_count, 1);
  return self;
}

TfTask *
tf__task_ref_new (TfTask *self)
{
  if (tf__load_relaxed (&self->ref_count) == 1)
    tf__store_relaxed (&self->ref_count, 2);
  else
    tf_task_ref (self);

  return self;
}

static void
free_extra (TfTaskExtra *extra)
{
  g_free (extra->name);
  g_free (extra->description);
  g_free (extra->location);
  g_free (extra->reference);
  g_clear_object (&extra->cancellable);
  if (extra->has_owner)
    g_weak_ref_clear (&extra->owner);
  g_free (extra);
}

/* What has not been freed by then belongs to a task that was never submitted, or whose executor is
 * gone. */
static void
free_task (TfTask *self)
{
  if (self->data_free != NULL)
    self->data_free (self->data);
  if (self->callback_data_free != NULL)
    self->callback_data_free (self->callback_data);

  tf__outcome_clear (&self->work.outcome);
  g_clear_pointer (&self->extra, free_extra);
  tf__work_clear (&self->work);
  if (self->host != NULL)
    self->host->klass->unref (self->host);
  g_free (self);
}

/**
 * tf_task_unref:
 * @self: (transfer full): a task
 *
 * Gives a reference up.
 *
 * The user data of a task that was never submitted is freed with the last one. That of a task that
 * was submitted is freed in the owner context when the task ends, whoever still has references.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_task_unref (TfTask *self)
{
  g_return_if_fail (self != NULL);

  if (tf__sub (&self->ref_count, 1) == 1)
    free_task (self);
}

void
tf__task_release (TfTask *self)
{
  TfTaskHost *host = self->host;

  /* Only then nobody else writes it; and that of a task that was given up is cleared when its code returns. */
  if (host == NULL || tf__pipe_get_cancel_state (&self->work.pipe) != TF_CANCEL_STATE_CLOSED)
    {
      tf_task_unref (self);
      return;
    }

  if (tf__dispatcher_is_owner (host->dispatcher))
    {
      /* The background may have a reference for a moment longer, and must not free the result. */
      tf__outcome_clear (&self->work.outcome);
      tf_task_unref (self);
      return;
    }

  if (!tf__work_is_outcome_elsewhere (&self->work))
    {
      tf_task_unref (self);
      return;
    }

  host->klass->ref (host);
  tf__pipe_post_last (&self->work.pipe, TF_NEWS_REAP);
  host->klass->unref (host);
}

const char *
tf__task_get_name (TfTask *self)
{
  return self->extra != NULL && self->extra->name != NULL ? self->extra->name : "task";
}

gboolean
tf__task_is_wanted (TfTask *self)
{
  return tf__pipe_is_wanted (&self->work.pipe);
}

const TfTaskDetour *
tf__task_get_detour (TfTask *self)
{
  return self->extra == NULL ? NULL : self->extra->detour;
}

gboolean
tf__task_end_half (TfTask    *self,
                   TfTaskHalf half)
{
  const guint both = TF_TASK_HALF_CODE | TF_TASK_HALF_REST;
  guint       ended = tf__or (&self->extra->ended, (guint) half);

  return ended != both && (ended | (guint) half) == both;
}

void
tf__task_end_early (TfTask *self)
{
  guint code = TF_TASK_HALF_CODE;

  if (tf__cas (&self->extra->ended, &code, TF_TASK_HALF_CODE | TF_TASK_HALF_REST))
    tf__pipe_post (&self->work.pipe, TF_NEWS_FINAL);
}

void
tf__task_tell_returned (TfTask *self)
{
  if (tf__task_get_detour (self) != NULL && tf__load (&self->extra->ended) == TF_TASK_HALF_CODE)
    tf__pipe_post (&self->work.pipe, TF_NEWS_RETURNED);
}

void
tf__task_end_unrun (TfTask *self)
{
  TfNews news = TF_NEWS_FINAL;

  if (tf__task_get_detour (self) != NULL)
    {
      tf__task_end_half (self, TF_TASK_HALF_CODE);
      news = TF_NEWS_RETURNED;
    }

  tf__pipe_post_last_near (&self->work.pipe, news);
}

/* A request took effect. A task that is still queued ends here. */
void
tf__task_requested (TfWork *work)
{
  TfTask *self = (TfTask *) work;

  if (self->host != NULL && self->host->klass->unqueue (self->host, self))
    tf__task_end_unrun (self);
  else
    tf__task_tell_returned (self);
}

gboolean
tf__task_request_cancel (TfTask *self)
{
  return tf__work_request (&self->work, TF_CANCEL_EVENT_CANCEL);
}

/* In a worker process the code has cancelled its own task. */
gboolean
tf__task_request (TfWork       *work,
                  TfCancelEvent event)
{
  TfTask *self = (TfTask *) work;

  if (!tf__work_request (work, event))
    return FALSE;

  if (self->host != NULL && self->host->sink != NULL)
    self->host->sink->cancelled (self);

  return TRUE;
}

/* The thread that takes a task out of the queue ends it, also if another thread cancels it at the same time. */
gboolean
tf__task_take_back (TfTask *self)
{
  gboolean is_first;

  if (!self->host->klass->take_back (self->host, self))
    return FALSE;

  is_first = tf__pipe_step (&self->work.pipe, TF_CANCEL_EVENT_CANCEL);
  tf__task_end_unrun (self);
  if (is_first)
    tf__work_release (&self->work);

  return is_first;
}

gboolean
tf__task_set_queued_priority (TfTask *self,
                              int     priority)
{
  return self->host->klass->set_priority (self->host, self, priority);
}

gboolean
tf__task_is_running (TfTask     *self,
                     const char *function)
{
  if (self->is_submitted)
    return TRUE;

  g_critical ("%s: task “%s” has not been submitted", function, tf__task_get_name (self));
  return FALSE;
}

TfTaskFrame *
tf__task_check_frame (TfTask     *self,
                      const char *function)
{
  if (current_frame != NULL && current_frame->task == self)
    return current_frame;

  g_critical ("%s: task “%s” does not run in this thread", function, tf__task_get_name (self));
  return NULL;
}

gboolean
tf__task_claim_return (TfTask     *self,
                       const char *function)
{
  if (current_frame == NULL || current_frame->task != self)
    {
      g_critical ("%s: task “%s” does not run in this thread, so it cannot return", function,
                  tf__task_get_name (self));
      return FALSE;
    }

  if (tf__exchange (&self->has_returned, (guint8) TRUE))
    {
      g_critical ("%s: task “%s” has returned before", function, tf__task_get_name (self));
      return FALSE;
    }

  return TRUE;
}

gboolean
tf__task_resolve (TfTask  *self,
                  GError **error)
{
  g_autoptr (GError) own_error = NULL;

  self->func = tf__reference_resolve (self->extra->reference, &own_error);
  if (self->func != NULL)
    return TRUE;

  g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE, "Task “%s” was not accepted: %s",
               tf__task_get_name (self), own_error->message);
  return FALSE;
}

/* Frames */

void
tf__task_push_frame (TfTaskFrame *frame,
                     TfTask      *task)
{
  *frame = (TfTaskFrame){ .task = task, .outer = current_frame, .n_returned = -1 };
  current_frame = frame;
  tf__dispatcher_set_working_for (task->host->dispatcher);
}

void
tf__task_pop_frame (TfTaskFrame *frame)
{
  current_frame = frame->outer;
  tf__dispatcher_set_working_for (
    current_frame == NULL ? NULL : current_frame->task->host->dispatcher);

  /* Nobody has returned it. With a sink it is the sink's. */
  if (frame->task->host->sink == NULL)
    g_free (frame->bytes);
}

TfTaskFrame *
tf__task_get_frame (void)
{
  return current_frame;
}

/**
 * tf_task_get_current:
 *
 * Gets the task whose function runs in the current thread.
 *
 * For code far below the function of the task, and for a `GTaskThreadFunc` that is run by
 * [method@Executor.submit_task_func]. Where a task runs another one while it waits for it, the inner one
 * is the current one.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the task, or `NULL` outside the function of any
 *
 * Since: 1.0
 */
TfTask *
tf_task_get_current (void)
{
  return current_frame == NULL ? NULL : current_frame->task;
}
