/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task/tf-task-private.h"
#include "task/tf-task-wait-private.h"

#include "core/tf-clock-private.h"
#include "core/tf-place-private.h"
#include "future/tf-future-private.h"

/* The news of a task, told to its future. */

/* The free functions are the user's; what they free is taken out first, since they may come back
 * here. */
TF_FOREGROUND
static void
free_data (TfTask *self)
{
  GDestroyNotify data_free = self->data_free;
  gpointer       data = g_steal_pointer (&self->data);

  self->data_free = NULL;
  if (data_free != NULL)
    data_free (data);
}

TF_FOREGROUND
static void
free_callback_data (TfTask *self)
{
  GDestroyNotify data_free = self->callback_data_free;
  gpointer       data = g_steal_pointer (&self->callback_data);

  self->callback = NULL;
  self->callback_data_free = NULL;
  if (data_free != NULL)
    data_free (data);
}

TF_FOREGROUND
static void
leave_cancellable (TfTask *self)
{
  /* Not g_cancellable_disconnect(): it would wait for a handler that runs, perhaps further up on
   * this very stack. The handler holds a reference on the task. */
  if (self->extra != NULL && self->extra->cancelled_handler != 0)
    g_signal_handler_disconnect (self->extra->cancellable, self->extra->cancelled_handler);
  if (self->extra != NULL)
    self->extra->cancelled_handler = 0;

  tf__task_leave_own_cancellable (self);
}

/* The code has returned and the future is done, in whatever order. */
TF_FOREGROUND
static void
free_rest (TfTask *self,
           TfPhase phase)
{
  free_data (self);
  if (phase != TF_PHASE_COMPLETED && phase != TF_PHASE_FAILED)
    tf__outcome_clear (&self->outcome);
}

static void
settle (gpointer  work,
        TfFuture *future)
{
  TfTask *self = work;
  TfPhase phase = tf__future_get_phase (future);

  tf__enter_foreground ();

  leave_cancellable (self);

  if (self->callback != NULL)
    self->callback (future, self->callback_data);
  free_callback_data (self);

  if (phase != TF_PHASE_ABORTED)
    free_rest (self, phase);
}

TF_FOREGROUND
static void
deliver_started (TfTask *self)
{
  if (self->future == NULL)
    return;

  self->is_seen_started = TRUE;
  self->host->klass->started (self->host, self);
  tf__future_move (self->future, TF_FUTURE_EVENT_STARTED, NULL);
}

/* From here on the time is how long it ran. If the start was not seen, the background may still
 * write it. */
TF_FOREGROUND
static void
stop_clock (TfTask *self)
{
  if (self->is_seen_started)
    self->time_us = MAX (self->pipe.dispatcher->now_us - self->time_us, 0);

  self->is_over = TRUE;
}

/* The future is done, and "done" was delivered. */
TF_FOREGROUND
static void
leave_future (TfTask *self)
{
  self->host->klass->settled (self->host, self);
  tf__future_release (g_steal_pointer (&self->future));
}

TF_FOREGROUND
static void
deliver_given_up (TfTask *self)
{
  stop_clock (self);
  self->host->klass->given_up (self->host, self);
  tf__pipe_drop_events (&self->pipe);
  tf__dispatcher_forget_due (self->pipe.dispatcher, &self->pipe);
  tf__future_move (self->future, TF_FUTURE_EVENT_GIVEN_UP, NULL);
  leave_future (self);
}

TF_FOREGROUND
static void
deliver_final (TfTask *self)
{
  TfFate        fate = TF_FATE_OPEN;
  TfFutureEvent event;

  /* Never closed for a moment what was cancelled: others read this. */
  if (!tf__pipe_move_fate (&self->pipe, TF_FATE_OPEN, TF_FATE_CLOSED))
    fate = tf__pipe_exchange_fate (&self->pipe, TF_FATE_CANCELLED);

  tf__dispatcher_forget_due (self->pipe.dispatcher, &self->pipe);
  self->host->klass->ended (self->host, self, fate == TF_FATE_ABORTED);

  if (fate == TF_FATE_ABORTED)
    {
      /* Told long ago; now the code has returned as well. */
      free_rest (self, TF_PHASE_ABORTED);
      return;
    }

  stop_clock (self);
  if (fate == TF_FATE_CANCEL_ASKED)
    tf__future_move (self->future, TF_FUTURE_EVENT_CANCEL, NULL);

  if (!self->has_started)
    event = TF_FUTURE_EVENT_ABANDONED;
  else if (tf__outcome_get_failure (&self->outcome) != NULL)
    event = TF_FUTURE_EVENT_RAISED;
  else
    event = TF_FUTURE_EVENT_RETURNED;

  tf__future_set_report (self->future, self->host->klass->get_failure_report (self->host));
  if (!tf__future_move (self->future, event, &self->outcome))
    g_critical ("Task “%s” ended in a state that has no end", tf__task_get_name (self));
  leave_future (self);
}

static void
deliver (TfPipe  *pipe,
         TfNews   news,
         TfEvent *event)
{
  TfTask *self = (TfTask *) pipe;

  tf__enter_foreground ();

  switch (news)
    {
    case TF_NEWS_CANCEL:
      if (self->future != NULL)
        tf__future_move (self->future, TF_FUTURE_EVENT_CANCEL, NULL);
      break;
    case TF_NEWS_OWNER_GONE:
      if (self->future != NULL)
        tf__future_leave_gone_owner (self->future);
      break;
    case TF_NEWS_ABORT:
      deliver_given_up (self);
      break;
    case TF_NEWS_STARTED:
      deliver_started (self);
      break;
    case TF_NEWS_EVENTS:
      if (self->future != NULL && tf__task_get_fate (self) == TF_FATE_OPEN)
        tf__future_deliver_event (self->future, event);
      break;
    case TF_NEWS_PROGRESS:
      tf__future_take_progress (self->future, &self->pipe);
      break;
    case TF_NEWS_RETURNED:
      tf__task_get_detour (self)->told_returned (self->data);
      break;
    case TF_NEWS_FINAL:
      deliver_final (self);
      break;
    case TF_NEWS_REAP:
      tf__outcome_clear (&self->outcome);
      break;
    case TF_NEWS_TIMER:
    case TF_NEWS_NONE:
    default:
      g_assert_not_reached ();
    }
}

/* What a future asks of its task; any thread. */

static TfDispatcher *
work_get_dispatcher (gpointer work)
{
  return ((TfTask *) work)->pipe.dispatcher;
}

static TfPipe *
work_get_pipe (gpointer work)
{
  return &((TfTask *) work)->pipe;
}

static const char *
work_get_name (gpointer work)
{
  return tf__task_get_name (work);
}

static const char *
work_get_description (gpointer work)
{
  TfTask *self = work;

  return self->extra == NULL ? NULL : self->extra->description;
}

static char *
work_dup_location (gpointer work)
{
  TfTask *self = work;

  if (self->extra != NULL && self->extra->location != NULL)
    return g_strdup (self->extra->location);

  return tf__place_to_string (self->place);
}

static gboolean
work_cancel (gpointer work)
{
  return tf__task_request_cancel (work);
}

static gboolean
work_is_cancel_asked (gpointer work)
{
  return tf__task_get_fate (work) == TF_FATE_CANCEL_ASKED;
}

static gboolean
work_cancel_queued (gpointer work)
{
  return tf__task_take_back (work);
}

static gboolean
work_set_priority (gpointer work,
                   int      priority)
{
  return tf__task_set_queued_priority (work, priority);
}

static gboolean
work_abort (gpointer work)
{
  return tf__task_request_abort (work);
}

static GCancellable *
work_dup_gcancellable (gpointer work)
{
  return g_object_ref (tf__task_ensure_cancellable (work));
}

static gboolean
work_begin_wait (gpointer work,
                 GError **error)
{
  return tf__task_wait_for_task (work, error);
}

static void
work_end_wait (gpointer work)
{
  tf__task_wait_ended ();
}

static gint64
work_get_elapsed (gpointer work)
{
  TfTask *self = work;

  if (!self->is_seen_started)
    return 0;

  return self->is_over ? self->time_us : MAX (tf__clock_now () - self->time_us, 0);
}

static gboolean
work_has_callback (gpointer work)
{
  return ((TfTask *) work)->callback != NULL;
}

static void
work_drop_callback (gpointer work)
{
  tf__enter_foreground ();
  free_callback_data (work);
}

static void
work_post (gpointer work,
           TfNews   news)
{
  tf__pipe_post (&((TfTask *) work)->pipe, news);
}

static void
work_unref (gpointer work)
{
  tf__task_release (work);
}

static const TfWorkClass work_class = {
  .unref = work_unref,
  .get_dispatcher = work_get_dispatcher,
  .get_pipe = work_get_pipe,
  .get_name = work_get_name,
  .get_description = work_get_description,
  .dup_location = work_dup_location,
  .cancel = work_cancel,
  .is_cancel_asked = work_is_cancel_asked,
  .cancel_queued = work_cancel_queued,
  .set_priority = work_set_priority,
  .abort = work_abort,
  .dup_gcancellable = work_dup_gcancellable,
  .begin_wait = work_begin_wait,
  .end_wait = work_end_wait,
  .get_elapsed = work_get_elapsed,
  .settle = settle,
  .has_callback = work_has_callback,
  .drop_callback = work_drop_callback,
  .post = work_post,
};

static TfPipe *
pipe_ref (TfPipe *pipe)
{
  return (TfPipe *) tf_task_ref ((TfTask *) pipe);
}

static void
pipe_unref (TfPipe *pipe)
{
  tf_task_unref ((TfTask *) pipe);
}

const TfPipeClass tf__task_pipe_class = { deliver, pipe_ref, pipe_unref };

TfFuture *
tf__task_make_future (TfTask *self,
                      GType   type)
{
  tf__task_wait_see_compound ();
  return tf__future_new (type, &work_class, tf__task_ref_new (self));
}

TfTask *
tf__task_of (TfFuture *future)
{
  TfFuturePrivate *priv = tf__future_get_private (future);

  return priv->work_class == &work_class ? priv->work : NULL;
}
