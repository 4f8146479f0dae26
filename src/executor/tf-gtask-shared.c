/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-gtask-private.h"

#include <tf/tf-error.h>

#include "executor/tf-engine-private.h"

static G_DEFINE_QUARK (tf - gtask - work, gtask_work)

  static void drop_completed (TfGtaskWork *self)
{
  GTask *completed = tf__exchange (&self->completed, NULL);

  g_clear_object (&completed);
}

static void
unref_work (TfGtaskWork *self)
{
  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  drop_completed (self);
  g_weak_ref_clear (&self->watched);
  g_cond_clear (&self->is_back);
  tf__lock_clear (&self->lock);
  if (tf__load (&self->has_run))
    tf_task_unref (self->task);
  g_free (self);
}

static void
unref_closure_work (gpointer  data,
                    GClosure *closure)
{
  unref_work (data);
}

static void
set_outcome (TfGtaskWork *self)
{
  TfOutcome *outcome = &self->task->work.outcome;
  GTask     *completed = tf__load (&self->completed);
  GValue     value = G_VALUE_INIT;

  if (completed == NULL)
    {
      tf__outcome_take_error (
        outcome,
        g_error_new (TF_ERROR, TF_ERROR_ABANDONED,
                     "The function of task “%s” came back, and its GTask was never returned",
                     tf__task_get_name (self->task)));
      return;
    }

  if (self->had_error)
    {
      tf__outcome_take_error (
        outcome,
        g_error_new (TF_ERROR, TF_ERROR_FAILED,
                     "The GTask of task “%s” returned an error, which its finish function has",
                     tf__task_get_name (self->task)));
      return;
    }

  g_value_init (&value, G_TYPE_TASK);
  g_value_set_object (&value, completed);
  tf__outcome_set_value (outcome, &value);
  g_value_unset (&value);
}

/* The function has returned, or the GTask is completed or gone: the second of them ends the task.
 * After that the work may be gone, and the task too, unless the caller holds them. */
static gboolean
end_half (TfGtaskWork *self,
          TfTaskHalf   half)
{
  if (!tf__task_end_half (self->task, half))
    return FALSE;

  set_outcome (self);
  tf__pipe_post (&self->task->work.pipe, TF_NEWS_FINAL);
  return TRUE;
}

void
tf__gtask_begin (TfGtaskWork *self)
{
  tf_task_ref (self->task);
  tf__store (&self->has_run, TRUE);
}

void
tf__gtask_end (TfGtaskWork *self)
{
  TfTask *task = tf_task_ref (self->task);

  /* Completed meanwhile, or soon, by the loop of the GTask; until then the owner context keeps an
   * eye on it, in case that nobody returned it. */
  if (!end_half (self, TF_TASK_HALF_CODE))
    tf__pipe_post (&task->work.pipe, TF_NEWS_RETURNED);

  tf_task_unref (task);
}

static void
run_in_thread_cb (GTask        *gtask,
                  gpointer      source_object,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  TfGtaskWork *self = g_object_steal_qdata (G_OBJECT (gtask), gtask_work_quark ());
  TfTaskFrame  frame;

  tf__task_push_frame (&frame, self->task);
  self->func (gtask, source_object, task_data, cancellable);
  tf__task_pop_frame (&frame);

  tf__lock (&self->lock);
  self->has_come_back = TRUE;
  g_cond_signal (&self->is_back);
  tf__unlock (&self->lock);
  unref_work (self);
}

void
tf__gtask_run_apart (TfGtaskWork *self)
{
  tf__add (&self->ref_count, 1);
  g_object_set_qdata (G_OBJECT (self->gtask), gtask_work_quark (), self);
  g_task_run_in_thread (self->gtask, run_in_thread_cb);

  tf__lock (&self->lock);
  while (!self->has_come_back)
    tf__lock_wait (&self->lock, &self->is_back);
  tf__unlock (&self->lock);
}

/* In the thread of the context of the GTask, after its callback. The task may have ended early; the
 * closure of this handler keeps the work, and that the task. */
static void
on_completed_cb (GTask       *gtask,
                 GParamSpec  *pspec,
                 TfGtaskWork *self)
{
  if (!tf__load (&self->has_run))
    return;

  /* A reference, so that it does not go before the owner context has seen the end. */
  self->had_error = g_task_had_error (gtask);
  tf__store (&self->completed, g_object_ref (gtask));
  end_half (self, TF_TASK_HALF_REST);
}

/* Wherever the last reference of the GTask is given up. */
static void
on_gtask_gone_cb (gpointer data,
                  GObject *gtask)
{
  TfGtaskWork *self = data;

  end_half (self, TF_TASK_HALF_REST);
  unref_work (self);
}

static gboolean
is_elsewhere (TfGtaskWork *self)
{
  return self->gtask != NULL &&
         g_task_get_context (self->gtask) != self->task->work.pipe.dispatcher->context;
}

/* Cancelled before the function ran. The callback is called in here, or soon by the loop. */
static void
return_cancelled (TfGtaskWork *self)
{
  GTask *gtask = g_object_ref (self->gtask);

  tf__gtask_begin (self);
  g_task_return_new_error (gtask, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Task “%s” was cancelled",
                           tf__task_get_name (self->task));
  g_object_unref (gtask);
}

/* Whether the callback is not waited for: "done" was delivered before it, or the loop that would call it does not run,
 * or may not. */
TF_FOREGROUND
static gboolean
is_over_without_callback (TfGtaskWork *self)
{
  TfCancelState state = tf__pipe_get_cancel_state (&self->task->work.pipe);

  if (!tf__cancel_state_is_cancelled (state))
    return FALSE;

  return state == TF_CANCEL_STATE_ABORTED || is_elsewhere (self) ||
         ((TfEngine *) self->task->host)->is_shutting_down;
}

/* In the owner context: the reference is given up, so that a GTask that nobody returned goes, and is seen to go. */
static void
watch (TfGtaskWork *self)
{
  GTask *gtask;

  /* A GTask that completes on another thread may be doing so right now, and is left alone. */
  if (self->gtask == NULL || is_elsewhere (self))
    return;

  gtask = g_steal_pointer (&self->gtask);
  g_weak_ref_set (&self->watched, gtask);
  tf__add (&self->ref_count, 1);
  g_object_weak_ref (G_OBJECT (gtask), on_gtask_gone_cb, self);
  g_object_unref (gtask);
}

/* In the owner context: the function has returned or will not run, but the GTask was not completed. */
static void
told_returned (gpointer data)
{
  TfGtaskWork *self = data;

  tf__enter_foreground ();
  if (self == NULL)
    return;

  /* A callback that is called in here may end the task. */
  tf__add (&self->ref_count, 1);
  if (self->gtask != NULL && !tf__load (&self->has_run))
    return_cancelled (self);
  if (is_over_without_callback (self))
    tf__task_end_early (self->task);
  else
    watch (self);
  unref_work (self);
}

/* A GTask that is going on another thread just now calls back itself, and only then is the last
 * reference of the work given up. */
static void
unwatch (TfGtaskWork *self)
{
  GTask *gtask = g_weak_ref_get (&self->watched);

  if (gtask == NULL)
    return;

  g_object_weak_unref (G_OBJECT (gtask), on_gtask_gone_cb, self);
  unref_work (self);
  g_signal_handler_disconnect (gtask, self->handler);
  g_object_unref (gtask);
}

/* In the owner context, or where the submission is refused. */
static void
free_work (gpointer data)
{
  TfGtaskWork *self = data;
  gboolean     was_accepted = self->task->host != NULL;
  GTask       *gtask = g_steal_pointer (&self->gtask);

  unwatch (self);
  if (gtask != NULL)
    g_signal_handler_disconnect (gtask, self->handler);

  /* The executor has gone before its owner context was told. A refused GTask is left as it was. */
  if (gtask != NULL && was_accepted && !tf__load (&self->has_run))
    g_task_return_new_error (gtask, G_IO_ERROR, G_IO_ERROR_CANCELLED, "Task “%s” was cancelled",
                             tf__task_get_name (self->task));

  drop_completed (self);
  g_clear_object (&gtask);
  unref_work (self);
}

static const TfTaskDetour detour = { tf__gtask_code_returned, told_returned };

TfTask *
tf__gtask_make_task (GTask          *gtask,
                     GTaskThreadFunc func)
{
  TfGtaskWork  *self = g_new0 (TfGtaskWork, 1);
  GCancellable *cancellable = g_task_get_cancellable (gtask);
  TfTask       *task = tf_task_new (tf__gtask_run, self, free_work);

  self->ref_count = 2;
  self->gtask = g_object_ref (gtask);
  g_weak_ref_init (&self->watched, NULL);
  tf__lock_init (&self->lock);
  g_cond_init (&self->is_back);
  self->func = func;
  self->task = task;
  self->handler = g_signal_connect_data (gtask, "notify::completed", G_CALLBACK (on_completed_cb),
                                         self, unref_closure_work, 0);

  /* It returns through the GTask. */
  task->has_returned = TRUE;
  tf_task_set_priority (task, g_task_get_priority (gtask));
  tf_task_set_name (task, g_task_get_name (gtask));
  task->extra->detour = &detour;
  if (cancellable != NULL)
    {
      tf_task_link_cancellable (task, cancellable);
      tf__work_set_cancellable (&task->work, cancellable);
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

static void
return_dropped (gpointer data)
{
  ReturnGtask *self = data;

  g_task_return_pointer (self->gtask, NULL, NULL);
  g_object_unref (self->gtask);
  g_free (self);
}

static void
drop_callback (TfContinuation *continuation,
               TfFuture       *future,
               gpointer        owner,
               TfRemains      *remains)
{
  ReturnGtask *self = (ReturnGtask *) continuation;

  tf__enter_foreground ();

  if (!tf__gtask_drop_callback (self->gtask, owner))
    return;

  tf__future_forget_continuation (future, continuation);
  tf__remains_add (remains, self, return_dropped);
}

static const TfContinuationClass continuation_class = {
  .run = return_gtask,
  .drop_callback = drop_callback,
};

TfContinuation *
tf__gtask_continuation_new (GTask *gtask)
{
  ReturnGtask *self = g_new0 (ReturnGtask, 1);

  self->continuation.klass = &continuation_class;
  self->gtask = gtask;
  return &self->continuation;
}

void
tf__gtask_continuation_free (TfContinuation *continuation)
{
  g_free (continuation);
}
