/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task/tf-task-private.h"
#include "task/tf-task-wait-private.h"

#include "future/tf-future-private.h"

/* Delivers the messages of a task to its future. */

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

/* Not g_cancellable_disconnect(): it would wait for a handler that runs, perhaps further up on this very stack. The
 * handler holds a reference on the task. */
TF_FOREGROUND
static void
leave_cancellables (TfTask *self)
{
  TfTaskExtra *extra = self->extra;
  gulong       handler = extra == NULL ? 0 : extra->cancelled_handler;

  if (handler != 0)
    {
      extra->cancelled_handler = 0;
      g_signal_handler_disconnect (extra->cancellable, handler);
    }

  tf__work_leave_cancellable (&self->work);
}

/* The code has returned and the future is done, in whatever order. */
TF_FOREGROUND
static void
free_rest (TfTask *self,
           TfPhase phase)
{
  free_data (self);
  if (phase != TF_PHASE_COMPLETED && phase != TF_PHASE_FAILED)
    tf__outcome_clear (&self->work.outcome);
}

static void
settle (TfWork   *work,
        TfFuture *future)
{
  TfTask *self = (TfTask *) work;

  tf__enter_foreground ();

  leave_cancellables (self);

  if (self->callback != NULL)
    self->callback (future, self->callback_data);
  free_callback_data (self);

  if (!self->is_abandoned)
    free_rest (self, tf__future_get_phase (future));
}

/* "done" was delivered. */
static void
settled (TfWork *work)
{
  TfTask *self = (TfTask *) work;

  tf__enter_foreground ();
  self->host->klass->settled (self->host, self);
}

TF_FOREGROUND
static void
deliver_started (TfTask *self)
{
  if (self->work.future == NULL)
    return;

  self->work.pipe.is_timed = TRUE;
  self->host->klass->started (self->host, self);
  tf__future_move (self->work.future, TF_FUTURE_EVENT_STARTED, NULL);
}

/* A task that was taken out of the queue, or whose code has returned meanwhile, has nothing left behind. */
TF_FOREGROUND
static void
deliver_abort (TfTask *self)
{
  self->is_abandoned = !tf__pipe_has_news (&self->work.pipe, TF_NEWS_FINAL);
  self->host->klass->given_up (self->host, self);
  tf__work_give_up (&self->work);
}

TF_FOREGROUND
static void
deliver_final (TfTask *self)
{
  TfCancelState before = tf__work_close (&self->work);
  TfFutureEvent event;

  self->host->klass->ended (self->host, self, before == TF_CANCEL_STATE_ABORTED);

  if (before == TF_CANCEL_STATE_ABORTED)
    {
      /* The future was told long ago; now the code has returned as well. */
      if (self->is_abandoned)
        free_rest (self, TF_PHASE_ABORTED);
      return;
    }

  if (!self->has_started)
    event = TF_FUTURE_EVENT_ABANDONED;
  else if (tf__outcome_get_failure (&self->work.outcome) != NULL)
    event = TF_FUTURE_EVENT_RAISED;
  else
    event = TF_FUTURE_EVENT_RETURNED;

  tf__future_set_report (self->work.future, self->host->klass->get_failure_report (self->host));
  if (!tf__work_end (&self->work, before, event, &self->work.outcome))
    g_critical ("Task “%s” ended in a state that has no end", tf__task_get_name (self));
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
    case TF_NEWS_ABORT:
      deliver_abort (self);
      break;
    case TF_NEWS_STARTED:
      deliver_started (self);
      break;
    case TF_NEWS_RETURNED:
      tf__task_get_detour (self)->told_returned (self->data);
      break;
    case TF_NEWS_FINAL:
      deliver_final (self);
      break;
    case TF_NEWS_CANCEL:
    case TF_NEWS_OWNER_GONE:
    case TF_NEWS_EVENTS:
    case TF_NEWS_PROGRESS:
    case TF_NEWS_REAP:
    case TF_NEWS_TIMER:
    case TF_NEWS_LOOK:
    case TF_NEWS_CALL:
    case TF_NEWS_NONE:
    default:
      if (!tf__work_deliver (&self->work, news, event))
        g_assert_not_reached ();
    }
}

/* What a future asks of its task */

static const char *
get_name (TfWork *work)
{
  return tf__task_get_name ((TfTask *) work);
}

static const char *
get_description (TfWork *work)
{
  TfTask *self = (TfTask *) work;

  return self->extra == NULL ? NULL : self->extra->description;
}

static const char *
get_location (TfWork *work)
{
  TfTask *self = (TfTask *) work;

  return self->extra == NULL ? NULL : self->extra->location;
}

static gboolean
cancel_queued (TfWork *work)
{
  return tf__task_take_back ((TfTask *) work);
}

static gboolean
set_priority (TfWork *work,
              int     priority)
{
  return tf__task_set_queued_priority ((TfTask *) work, priority);
}

/* A task that has begun and is with a runner; whether the beginning has been delivered does not matter. */
static gboolean
is_arriving (TfWork *work)
{
  TfTask       *self = (TfTask *) work;
  TfTaskRunner *runner = self->host->runner;
  gboolean      has_begun;

  tf__enter_foreground ();

  has_begun = tf__pipe_has_news (&work->pipe, TF_NEWS_STARTED) ||
              tf__future_get_phase (work->future) != TF_PHASE_WAITING;
  return runner != NULL && has_begun && runner->klass->is_arriving (runner, self);
}

static gboolean
begin_wait (TfWork  *work,
            GError **error)
{
  return tf__task_wait_for_task ((TfTask *) work, error);
}

static void
end_wait (TfWork *work)
{
  tf__task_wait_ended ();
}

static gboolean
has_callback (TfWork *work)
{
  return ((TfTask *) work)->callback != NULL;
}

static void
drop_callback (TfWork    *work,
               gpointer   owner,
               TfRemains *remains)
{
  TfTask *self = (TfTask *) work;

  tf__enter_foreground ();

  if (self->callback == NULL || self->callback_data != owner)
    return;

  self->callback = NULL;
  tf__remains_take (remains, self->callback_data, &self->callback_data_free);
}

static void
unref_work (TfWork *work)
{
  tf__task_release ((TfTask *) work);
}

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

const TfWorkClass tf__task_work_class = {
  .pipe = { .deliver = deliver,
            .ref = pipe_ref,
            .unref = pipe_unref,
            .sender_blocked = tf__task_lend_worker,
            .sender_unblocked = tf__task_take_worker_back },
  .kind = TF_WORK_TASK,
  .unref = unref_work,
  .get_name = get_name,
  .get_description = get_description,
  .get_location = get_location,
  .request = tf__task_request,
  .requested = tf__task_requested,
  .cancel_queued = cancel_queued,
  .set_priority = set_priority,
  .begin_wait = begin_wait,
  .end_wait = end_wait,
  .settle = settle,
  .settled = settled,
  .has_callback = has_callback,
  .drop_callback = drop_callback,
  .is_arriving = is_arriving,
};

TfFuture *
tf__task_make_future (TfTask *self,
                      GType   type)
{
  tf__task_wait_see_compound ();
  return tf__future_new (type, &tf__task_ref_new (self)->work);
}

TfTask *
tf__task_of (TfFuture *future)
{
  TfWork *work = tf__future_get_private (future)->work;

  return work != NULL && tf__work_get_class (work)->kind == TF_WORK_TASK ? (TfTask *) work : NULL;
}
