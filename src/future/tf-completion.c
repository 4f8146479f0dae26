/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-completion-private.h"

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "core/tf-place-private.h"
#include "core/tf-revive-private.h"

/* Promises, derived futures and sets: the work behind all that is completed by a call. */

TfCompletion *
tf__completion_of (TfFuture *future)
{
  TfFuturePrivate *priv = tf__future_get_private (future);

  return priv->work_class == &tf__completion_work_class ? priv->work : NULL;
}

/* What the future asks of its work */

static void
work_unref (gpointer work)
{
  TfCompletion *self = work;

  tf__completion_free_cancellable (self);
  g_clear_object (&self->holder);
  tf__completion_reap (self);
  tf__pipe_clear (&self->pipe);
  tf__context_host_leave (tf__completion_get_host (self));
}

static TfDispatcher *
work_get_dispatcher (gpointer work)
{
  return ((TfCompletion *) work)->pipe.dispatcher;
}

static TfPipe *
work_get_pipe (gpointer work)
{
  return &((TfCompletion *) work)->pipe;
}

static const char *
work_get_name (gpointer work)
{
  TfCompletion *self = work;

  return tf__completion_get_class (self)->get_name (self);
}

static const char *
work_get_description (gpointer work)
{
  return NULL;
}

static char *
work_dup_location (gpointer work)
{
  TfCompletion            *self = work;
  const TfCompletionClass *klass = tf__completion_get_class (self);
  const char              *location = NULL;

  if (klass->get_location != NULL)
    location = klass->get_location (self);

  return location == NULL ? tf__place_to_string (self->place) : g_strdup (location);
}

gboolean
tf__completion_is_refusing (TfCompletion *self)
{
  const TfCompletionClass *klass = tf__completion_get_class (self);

  return klass->is_refusing != NULL && klass->is_refusing (self);
}

static gboolean
work_is_refusing (gpointer work)
{
  return tf__completion_is_refusing (work);
}

static gboolean
work_cancel (gpointer work)
{
  return !tf__completion_is_refusing (work) && tf__completion_request (work, TF_FATE_CANCEL_ASKED);
}

static gboolean
work_is_cancel_asked (gpointer work)
{
  return tf__pipe_get_fate (&((TfCompletion *) work)->pipe) == TF_FATE_CANCEL_ASKED;
}

static TfAbortAnswer
refuse_as_done (TfCompletion *self,
                GError      **error)
{
  g_set_error (error, TF_ERROR, TF_ERROR_DONE, "Task “%s” has already ended",
               tf__completion_get_class (self)->get_name (self));
  return TF_ABORT_REFUSED;
}

static TfFuture *
work_get_need (gpointer work,
               guint    index)
{
  TfCompletion            *self = work;
  const TfCompletionClass *klass = tf__completion_get_class (self);

  return klass->get_need == NULL ? NULL : klass->get_need (self, index);
}

/* One that is decided or aborted ends in a later turn, whatever the function does. */
static gboolean
work_is_calling (gpointer work)
{
  TfCompletion            *self = work;
  const TfCompletionClass *klass = tf__completion_get_class (self);

  tf__enter_foreground ();

  return klass->is_calling != NULL && klass->is_calling (self) &&
         !tf__completion_is_claimed (self) && tf__pipe_get_fate (&self->pipe) != TF_FATE_ABORTED;
}

gboolean
tf__completion_has_outcome (TfCompletion *self)
{
  return tf__completion_is_claimed (self) && work_get_need (self, 0) == NULL;
}

static TfAbortAnswer
work_allow_abort (gpointer      work,
                  const GError *reason,
                  GError      **error)
{
  TfCompletion            *self = work;
  const TfCompletionClass *klass = tf__completion_get_class (self);
  TfAbortAnswer            answer = TF_ABORT_ALLOWED;

  tf__enter_foreground ();

  if (self->is_over || tf__completion_has_outcome (self) ||
      tf__pipe_get_fate (&self->pipe) == TF_FATE_ABORTED)
    return refuse_as_done (self, error);

  if (tf__completion_is_refusing (self))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_CANCELLABLE, "Task “%s” cannot be given up",
                   klass->get_name (self));
      return TF_ABORT_REFUSED;
    }

  if (klass->allow_abort != NULL)
    answer = klass->allow_abort (self, reason, error);

  /* A handler that was asked may have completed it. */
  if (answer == TF_ABORT_ALLOWED && (self->is_over || tf__completion_has_outcome (self)))
    return refuse_as_done (self, error);

  return answer;
}

static gboolean
work_abort (gpointer work)
{
  TfCompletion *self = work;

  if (!tf__completion_request (self, TF_FATE_ABORTED))
    return FALSE;

  tf__pipe_post (&self->pipe, TF_NEWS_ABORT);
  return TRUE;
}

TF_FOREGROUND
static void
spread (TfCompletion *self,
        const GError *reason)
{
  if (self->is_cancel_spread && reason == NULL)
    return;

  self->is_cancel_spread = TRUE;
  tf__completion_get_class (self)->cancelled (self, reason);
}

static void
work_cancelled (gpointer work)
{
  TfCompletion    *self = work;
  TfFuturePrivate *priv = tf__future_get_private (self->future);

  tf__enter_foreground ();

  if (self->is_over)
    return;

  if (tf__pipe_get_fate (&self->pipe) == TF_FATE_ABORTED)
    spread (self, priv->more->reason);
  else
    spread (self, NULL);
}

static GCancellable *
work_dup_gcancellable (gpointer work)
{
  return g_object_ref (tf__completion_ensure_cancellable (work));
}

static gboolean
work_begin_wait (gpointer work,
                 GError **error)
{
  return tf__future_begin_compound_wait (((TfCompletion *) work)->future, error);
}

static void
work_end_wait (gpointer work)
{
  tf__future_end_compound_wait (((TfCompletion *) work)->future);
}

static gint64
work_get_elapsed (gpointer work)
{
  TfCompletion *self = work;

  return self->time_us == 0 || tf__phase_is_done (tf__future_get_phase (self->future))
           ? self->time_us
           : MAX (tf__clock_now () - self->time_us, 0);
}

static void
work_settle (gpointer  work,
             TfFuture *future)
{
  TfCompletion            *self = work;
  const TfCompletionClass *klass = tf__completion_get_class (self);
  TfPhase                  phase = tf__future_get_phase (future);

  tf__enter_foreground ();

  self->is_over = TRUE;
  if (tf__completion_peek_cancellable (self) != NULL)
    tf__completion_leave_cancellable (self);
  tf__dispatcher_forget_due (self->pipe.dispatcher, &self->pipe);

  if (klass->ended != NULL)
    klass->ended (self);

  /* What was decided and came too late. Somebody who has claimed an aborted one may be writing it still. */
  if (phase == TF_PHASE_CANCELLED)
    tf__outcome_clear (&self->outcome);
}

static void
work_drop_callback (gpointer   work,
                    gpointer   owner,
                    TfRemains *remains)
{
  TfCompletion            *self = work;
  const TfCompletionClass *klass = tf__completion_get_class (self);

  if (klass->drop_callback != NULL)
    klass->drop_callback (self, owner, remains);
}

static void
work_post (gpointer work,
           TfNews   news)
{
  tf__pipe_post (&((TfCompletion *) work)->pipe, news);
}

const TfWorkClass tf__completion_work_class = {
  .unref = work_unref,
  .get_dispatcher = work_get_dispatcher,
  .get_pipe = work_get_pipe,
  .get_name = work_get_name,
  .get_description = work_get_description,
  .dup_location = work_dup_location,
  .is_refusing = work_is_refusing,
  .cancel = work_cancel,
  .is_cancel_asked = work_is_cancel_asked,
  .cancelled = work_cancelled,
  .allow_abort = work_allow_abort,
  .abort = work_abort,
  .dup_gcancellable = work_dup_gcancellable,
  .begin_wait = work_begin_wait,
  .end_wait = work_end_wait,
  .get_elapsed = work_get_elapsed,
  .settle = work_settle,
  .drop_callback = work_drop_callback,
  .post = work_post,
  .get_need = work_get_need,
  .is_calling = work_is_calling,
};

/* The news */

/* What was asked for by one that is derived from this one. */
TF_FOREGROUND
static void
take_asked_abort (TfCompletion *self)
{
  TfFuturePrivate   *priv = tf__future_get_private (self->future);
  g_autoptr (GError) reason = g_steal_pointer (&priv->more->asked_reason);

  /* Somebody else was faster, and the reason is his. */
  if (tf__pipe_get_fate (&self->pipe) == TF_FATE_ABORTED)
    return;

  if (!tf_future_abort_with_error (self->future, reason, NULL))
    tf__future_forget_cancel_origin (self->future);
}

gboolean
tf__completion_is_abort_asked (TfCompletion *self)
{
  const TfFutureMore *more = tf__future_get_private (self->future)->more;

  return more != NULL && more->asked_reason != NULL;
}

TF_FOREGROUND
static void
deliver_cancel (TfCompletion *self)
{
  if (tf__completion_is_abort_asked (self))
    take_asked_abort (self);

  /* Given up here or meanwhile, and told. A refusal of that is none of a cancel that was asked for as well. */
  if (self->is_over || !work_is_cancel_asked (self))
    return;

  tf__future_move (self->future, TF_FUTURE_EVENT_CANCEL, NULL);
  work_cancelled (self);
}

/* Before the end is seen: from then on other threads may read it. */
TF_FOREGROUND
static void
stop_clock (TfCompletion *self)
{
  if (self->time_us != 0)
    self->time_us = MAX (self->pipe.dispatcher->now_us - self->time_us, 0);
}

TF_FOREGROUND
static void
deliver_final (TfCompletion *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self->future);
  TfFate           fate = TF_FATE_OPEN;
  TfOutcome       *outcome = &self->outcome;
  TfFutureEvent    event;

  /* Never closed for a moment what was cancelled: others read this. */
  if (!tf__pipe_move_fate (&self->pipe, TF_FATE_OPEN, TF_FATE_CLOSED))
    fate = tf__pipe_exchange_fate (&self->pipe, TF_FATE_CANCELLED);

  /* Given up: told already, or in this turn. */
  if (fate == TF_FATE_ABORTED)
    {
      tf__outcome_clear (&self->outcome);
      return;
    }

  if (fate == TF_FATE_CANCEL_ASKED)
    {
      tf__future_move (self->future, TF_FUTURE_EVENT_CANCEL, NULL);
      if (self->is_over)
        return;
    }

  if (self->holder != NULL)
    outcome = tf__future_get_private (self->holder)->outcome;

  event = outcome != NULL && tf__outcome_get_failure (outcome) != NULL ? TF_FUTURE_EVENT_RAISED
                                                                       : TF_FUTURE_EVENT_RETURNED;

  priv->report = self->holder == NULL ? priv->report
                                      : tf__future_get_private (self->holder)->report;
  stop_clock (self);
  tf__future_move (self->future, event, outcome);
}

void
tf__completion_deliver (TfPipe  *pipe,
                        TfNews   news,
                        TfEvent *event)
{
  TfCompletion            *self = (TfCompletion *) pipe;
  const TfCompletionClass *klass = tf__completion_get_class (self);

  tf__enter_foreground ();

  /* The news of one that was dropped in another thread hold it, and may be the last to do so. */
  if (news == TF_NEWS_RETURNED)
    tf__revive_wait (self->future);

  if (self->is_over)
    {
      /* Given up before: nobody wants it. */
      if (news == TF_NEWS_FINAL)
        tf__outcome_clear (&self->outcome);
      return;
    }

  switch (news)
    {
    case TF_NEWS_CANCEL:
      deliver_cancel (self);
      break;
    case TF_NEWS_OWNER_GONE:
      tf__future_leave_gone_owner (self->future);
      break;
    case TF_NEWS_ABORT:
      tf__pipe_drop_events (&self->pipe);
      stop_clock (self);
      tf__future_move (self->future, TF_FUTURE_EVENT_GIVEN_UP, NULL);
      break;
    case TF_NEWS_EVENTS:
      if (tf__pipe_get_fate (&self->pipe) == TF_FATE_OPEN)
        tf__future_deliver_event (self->future, event);
      break;
    case TF_NEWS_PROGRESS:
      tf__future_take_progress (self->future, &self->pipe);
      break;
    case TF_NEWS_RETURNED:
      if (klass->look != NULL)
        klass->look (self);
      break;
    case TF_NEWS_FINAL:
      deliver_final (self);
      break;
    case TF_NEWS_TIMER:
      klass->rang (self);
      break;
    case TF_NEWS_STARTED:
    case TF_NEWS_REAP:
    case TF_NEWS_NONE:
    default:
      g_assert_not_reached ();
    }
}

TfPipe *
tf__completion_ref_pipe (TfPipe *pipe)
{
  g_object_ref (((TfCompletion *) pipe)->future);
  return pipe;
}

void
tf__completion_unref_pipe (TfPipe *pipe)
{
  g_object_unref (((TfCompletion *) pipe)->future);
}

/* The ends */

void
tf__completion_finish_here (TfCompletion *self)
{
  if (self->spare != TF_SPARE_FREE)
    {
      tf__pipe_post_here (&self->pipe, TF_NEWS_FINAL);
      return;
    }

  self->spare = TF_SPARE_NONE;
  tf__pipe_post_last_here (&self->pipe, TF_NEWS_FINAL);
}

void
tf__completion_begin_spare (TfCompletion *self)
{
  self->spare = TF_SPARE_FREE;
}

/* The news that have taken it have not been delivered, so there is a future in any case. */
void
tf__completion_end_spare (TfCompletion *self)
{
  if (self->spare == TF_SPARE_NONE)
    return;

  self->spare = TF_SPARE_NONE;
  g_object_unref (self->future);
}

/* The reason and the origin of a cancel go with it. One that was asked to stop before knows the origin, or is it. */
TF_FOREGROUND
static void
take_over_cancel (TfCompletion *self,
                  TfFuture     *other)
{
  const TfFutureMore *from = tf__future_get_private (other)->more;
  TfFutureMore       *more = tf__future_ensure_more (self->future);

  if (more->reason == NULL && from != NULL && from->reason != NULL)
    more->reason = g_error_copy (from->reason);
  if (tf__pipe_get_fate (&self->pipe) == TF_FATE_OPEN)
    tf__future_set_cancel_origin (self->future, other);
}

TF_FOREGROUND
static gboolean
has_contents (TfFuture *done)
{
  const TfOutcome *outcome = tf__future_get_private (done)->outcome;

  return outcome != NULL &&
         (tf__outcome_has_value (outcome) || tf__outcome_get_failure (outcome) != NULL);
}

void
tf__completion_end_claimed_as (TfCompletion *self,
                               TfFuture     *other)
{
  TfCompletion *others = tf__completion_of (other);

  if (tf_future_get_state (other) == TF_FUTURE_STATE_CANCELLED)
    {
      take_over_cancel (self, other);
      tf__completion_request (self, TF_FATE_CANCEL_ASKED);
      self->is_cancel_spread = TRUE;
    }
  else
    {
      /* Never a chain of holders: the last of a long chain would free all of it. And none for nothing: it may be a set,
       * which holds its members, and perhaps this future. */
      if (others != NULL && others->holder != NULL)
        self->holder = g_object_ref (others->holder);
      else if (has_contents (other))
        self->holder = g_object_ref (other);
      tf__future_mark_read (other);
    }

  tf__completion_finish_here (self);
}

gboolean
tf__completion_end_as (TfCompletion *self,
                       TfFuture     *other)
{
  if (!tf__completion_claim (self))
    return FALSE;

  tf__completion_end_claimed_as (self, other);
  return TRUE;
}

gboolean
tf__completion_end_with_error (TfCompletion *self,
                               GError       *error)
{
  if (!tf__completion_claim (self))
    {
      g_error_free (error);
      return FALSE;
    }

  tf__outcome_take_error (&self->outcome, error);
  tf__completion_finish_here (self);
  return TRUE;
}

gboolean
tf__completion_end_with_none (TfCompletion *self)
{
  if (!tf__completion_claim (self))
    return FALSE;

  tf__completion_finish_here (self);
  return TRUE;
}

void
tf__completion_end_cancelled (TfCompletion *self)
{
  if (!tf__completion_claim (self))
    return;

  tf__completion_request (self, TF_FATE_CANCEL_ASKED);
  self->is_cancel_spread = TRUE;
  /* May be called outside of a turn. */
  tf__completion_finish (self);
}

void
tf__completion_preset (TfCompletion *self,
                       TfOutcome    *outcome)
{
  TfFuturePrivate *priv = tf__future_get_private (self->future);

  tf__completion_claim (self);
  self->outcome = *outcome;
  *outcome = (TfOutcome){ 0 };
  self->is_over = TRUE;
  self->time_us = 0;
  tf__pipe_exchange_fate (&self->pipe, TF_FATE_CLOSED);
  priv->outcome = &self->outcome;
  tf__future_store_phase (self->future,
                          tf__outcome_get_failure (&self->outcome) == NULL ? TF_PHASE_COMPLETED
                                                                           : TF_PHASE_FAILED);
}
