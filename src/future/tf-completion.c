/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-completion-private.h"

#include <tf/tf-error.h>

#include "core/tf-revive-private.h"

/* Promises, derived futures and sets: the work behind all that is completed by a call. */

static TfCompletion *
from_work (TfWork *work)
{
  return (TfCompletion *) work;
}

TfCompletion *
tf__completion_of (TfFuture *future)
{
  TfWork *work = tf__future_get_private (future)->work;

  return work != NULL && tf__work_get_class (work)->kind == TF_WORK_COMPLETION ? from_work (work)
                                                                               : NULL;
}

/* What the future asks of its work */

void
tf__completion_unref_work (TfWork *work)
{
  TfCompletion  *self = from_work (work);
  TfContextHost *host = tf__completion_get_host (self);

  g_clear_object (&self->holder);
  tf__completion_reap (self);
  tf__work_clear (work);
  tf__context_host_leave (host);
}

static TfAbortAnswer
refuse_as_done (TfWork  *work,
                GError **error)
{
  g_set_error (error, TF_ERROR, TF_ERROR_DONE, "Task “%s” has already ended",
               tf__work_get_class (work)->get_name (work));
  return TF_ABORT_REFUSED;
}

/* A cancel whose end is on its way does not count: an abort still gives its reason. */
static gboolean
is_too_late (TfWork *work)
{
  TfCancelState state = tf__pipe_get_cancel_state (&work->pipe);
  TfCancelState next;

  return !tf__cancel_state_after (state, TF_CANCEL_EVENT_ABORT, &next);
}

/* A completion that is settled or aborted ends in a later turn, whatever the function does. */
gboolean
tf__completion_is_calling (TfWork *work)
{
  TfCompletion            *self = from_work (work);
  const TfCompletionClass *klass = tf__completion_get_class (self);

  tf__enter_foreground ();

  return klass->is_calling != NULL && klass->is_calling (self) && tf__completion_may_settle (self);
}

TfAbortAnswer
tf__completion_allow_abort (TfWork       *work,
                            const GError *reason,
                            GError      **error)
{
  TfCompletion            *self = from_work (work);
  const TfCompletionClass *klass = tf__completion_get_class (self);
  TfAbortAnswer            answer = TF_ABORT_ALLOWED;

  tf__enter_foreground ();

  if (is_too_late (work))
    return refuse_as_done (work, error);

  if (tf__work_is_refusing (work))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_CANCELLABLE, "Task “%s” cannot be given up",
                   klass->work.get_name (work));
      return TF_ABORT_REFUSED;
    }

  if (klass->ask_abort != NULL)
    answer = klass->ask_abort (self, reason, error);

  /* A handler that was asked may have completed it. */
  if (answer == TF_ABORT_ALLOWED && is_too_late (work))
    return refuse_as_done (work, error);

  return answer;
}

gboolean
tf__completion_begin_wait (TfWork  *work,
                           GError **error)
{
  return tf__future_begin_compound_wait (work->future, error);
}

void
tf__completion_end_wait (TfWork *work)
{
  tf__future_end_compound_wait (work->future);
}

void
tf__completion_settle_work (TfWork   *work,
                            TfFuture *future)
{
  TfCompletion            *self = from_work (work);
  const TfCompletionClass *klass = tf__completion_get_class (self);
  TfPhase                  phase = tf__future_get_phase (future);

  tf__enter_foreground ();

  tf__work_leave_cancellable (work);
  tf__dispatcher_forget_due (work->pipe.dispatcher, &work->pipe);

  if (klass->ended != NULL)
    klass->ended (self);

  /* An outcome that was decided and came too late. Of an aborted completion another thread may be writing it still. */
  if (phase == TF_PHASE_CANCELLED)
    tf__outcome_clear (&work->outcome);
}

/* The messages */

/* Takes the abort that a future derived from this one has requested. */
TF_FOREGROUND
static void
take_asked_abort (TfCompletion *self)
{
  TfFuture          *future = self->work.future;
  TfFuturePrivate   *priv = tf__future_get_private (future);
  g_autoptr (GError) reason = g_steal_pointer (&priv->more->asked_reason);

  /* Somebody else was faster, and has given another reason. */
  if (tf__pipe_get_cancel_state (&self->work.pipe) == TF_CANCEL_STATE_ABORTED)
    return;

  if (!tf_future_abort_with_error (future, g_steal_pointer (&reason), NULL))
    tf__future_forget_cancel_origin (future);
}

gboolean
tf__completion_is_abort_asked (TfCompletion *self)
{
  const TfFutureMore *more = tf__future_get_private (self->work.future)->more;

  return more != NULL && more->asked_reason != NULL;
}

/* The abort may already have finished the future. If it was refused, a pending cancel still applies. */
TF_FOREGROUND
static void
deliver_cancel (TfCompletion *self)
{
  if (tf__completion_is_abort_asked (self))
    take_asked_abort (self);

  tf__work_tell_cancel (&self->work);
}

TF_FOREGROUND
static void
deliver_abort (TfCompletion *self)
{
  tf__work_close (&self->work);
  tf__work_give_up (&self->work);
}

TF_FOREGROUND
static void
deliver_final (TfCompletion *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self->work.future);
  TfCancelState    before = tf__work_close (&self->work);
  TfOutcome       *outcome = &self->work.outcome;
  TfFutureEvent    event;

  if (self->holder != NULL)
    {
      outcome = tf__future_get_private (self->holder)->outcome;
      priv->report = tf__future_get_private (self->holder)->report;
    }

  event = outcome != NULL && tf__outcome_get_failure (outcome) != NULL ? TF_FUTURE_EVENT_RAISED
                                                                       : TF_FUTURE_EVENT_RETURNED;
  tf__work_end (&self->work, before, event, outcome);
}

void
tf__completion_deliver (TfPipe  *pipe,
                        TfNews   news,
                        TfEvent *event)
{
  TfCompletion            *self = (TfCompletion *) pipe;
  const TfCompletionClass *klass = tf__completion_get_class (self);

  tf__enter_foreground ();

  /* The message of a completion that was dropped in another thread holds it, and may be the last to do so. */
  if (news == TF_NEWS_LOOK)
    tf__revive_wait (self->work.future);

  if (tf__pipe_is_over (pipe))
    {
      /* The outcome of an aborted completion came too late. */
      if (news == TF_NEWS_FINAL)
        tf__outcome_clear (&self->work.outcome);
      return;
    }

  switch (news)
    {
    case TF_NEWS_CANCEL:
      deliver_cancel (self);
      break;
    case TF_NEWS_ABORT:
      deliver_abort (self);
      break;
    case TF_NEWS_LOOK:
      if (klass->look != NULL)
        klass->look (self);
      break;
    case TF_NEWS_FINAL:
      deliver_final (self);
      break;
    case TF_NEWS_TIMER:
      klass->on_timer (self);
      break;
    case TF_NEWS_OWNER_GONE:
    case TF_NEWS_EVENTS:
    case TF_NEWS_PROGRESS:
    case TF_NEWS_STARTED:
    case TF_NEWS_RETURNED:
    case TF_NEWS_CALL:
    case TF_NEWS_REAP:
    case TF_NEWS_NONE:
    default:
      if (!tf__work_deliver (&self->work, news, event))
        g_assert_not_reached ();
    }
}

TfPipe *
tf__completion_ref_pipe (TfPipe *pipe)
{
  g_object_ref (((TfWork *) pipe)->future);
  return pipe;
}

void
tf__completion_unref_pipe (TfPipe *pipe)
{
  g_object_unref (((TfWork *) pipe)->future);
}

/* The ends */

void
tf__completion_finish_here (TfCompletion *self)
{
  if (self->spare != TF_SPARE_FREE)
    {
      tf__pipe_post_here (&self->work.pipe, TF_NEWS_FINAL);
      return;
    }

  self->spare = TF_SPARE_NONE;
  tf__pipe_post_last_here (&self->work.pipe, TF_NEWS_FINAL);
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
  g_object_unref (self->work.future);
}

/* The reason and the origin of a cancel go with it. A completion that was asked to stop before knows the origin, or is
 * it. */
TF_FOREGROUND
static void
take_over_cancel (TfCompletion *self,
                  TfFuture     *other)
{
  const TfFutureMore *from = tf__future_get_private (other)->more;
  TfFutureMore       *more = tf__future_ensure_more (self->work.future);

  if (more->reason == NULL && from != NULL && from->reason != NULL)
    more->reason = g_error_copy (from->reason);
  if (tf__pipe_is_wanted (&self->work.pipe))
    tf__future_set_cancel_origin (self->work.future, other);
}

/* Shares the outcome of @other. Never a chain of holders: the last of a long chain would free all of it. And none for
 * nothing: @other may be a set, which holds its members, and perhaps this future. */
TF_FOREGROUND
static void
take_over_outcome (TfCompletion *self,
                   TfFuture     *other)
{
  TfCompletion    *others = tf__completion_of (other);
  const TfOutcome *outcome = tf__future_get_private (other)->outcome;

  if (others != NULL && others->holder != NULL)
    self->holder = g_object_ref (others->holder);
  else if (outcome != NULL &&
           (tf__outcome_has_value (outcome) || tf__outcome_get_failure (outcome) != NULL))
    self->holder = g_object_ref (other);
}

/* With the two events that settle the completion: one for an outcome, and one for a cancel. */
TF_FOREGROUND
static gboolean
end_as (TfCompletion *self,
        TfFuture     *other,
        TfCancelEvent with_outcome,
        TfCancelEvent with_cancel)
{
  if (tf_future_get_state (other) == TF_FUTURE_STATE_CANCELLED)
    {
      TfCancelState next;

      if (!tf__cancel_state_after (tf__pipe_get_cancel_state (&self->work.pipe), with_cancel,
                                   &next))
        return FALSE;

      take_over_cancel (self, other);
      if (!tf__work_request (&self->work, with_cancel))
        return FALSE;
    }
  else
    {
      if (!tf__pipe_step (&self->work.pipe, with_outcome))
        return FALSE;

      take_over_outcome (self, other);
    }

  tf__completion_finish_here (self);
  return TRUE;
}

gboolean
tf__completion_end_as (TfCompletion *self,
                       TfFuture     *other)
{
  return end_as (self, other, TF_CANCEL_EVENT_SETTLE, TF_CANCEL_EVENT_SETTLE_CANCELLED);
}

void
tf__completion_end_as_leader (TfCompletion *self,
                              TfFuture     *other)
{
  end_as (self, other, TF_CANCEL_EVENT_LEADER_ENDED, TF_CANCEL_EVENT_LEADER_CANCELLED);
}

gboolean
tf__completion_end_with_error (TfCompletion *self,
                               GError       *error)
{
  if (!tf__completion_settle (self))
    {
      g_error_free (error);
      return FALSE;
    }

  tf__outcome_take_error (&self->work.outcome, error);
  tf__completion_finish_here (self);
  return TRUE;
}

gboolean
tf__completion_end_with_none (TfCompletion *self)
{
  if (!tf__completion_settle (self))
    return FALSE;

  tf__completion_finish_here (self);
  return TRUE;
}

/* May be called outside of a turn. */
void
tf__completion_end_cancelled (TfCompletion *self)
{
  if (tf__work_request (&self->work, TF_CANCEL_EVENT_SETTLE_CANCELLED))
    tf__completion_finish (self);
}

void
tf__completion_preset (TfCompletion *self,
                       TfOutcome    *outcome)
{
  TfFuturePrivate *priv = tf__future_get_private (self->work.future);

  tf__pipe_end (&self->work.pipe);
  self->work.outcome = *outcome;
  *outcome = (TfOutcome){ 0 };
  self->work.pipe.is_timed = FALSE;
  priv->outcome = &self->work.outcome;
  tf__future_store_phase (self->work.future,
                          tf__outcome_get_failure (&self->work.outcome) == NULL
                            ? TF_PHASE_COMPLETED
                            : TF_PHASE_FAILED);
}
