/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-work-private.h"

#include "core/tf-clock-private.h"
#include "future/tf-future-private.h"

/* How work of any kind ends in the owner context:
 *
 * 1. The background posts FINAL. The cancel state has been settled before, or is still open: an open one is decided by
 *    tf__work_close(), so that a cancel or an abort which comes before that wins.
 * 2. A cancel that was requested elsewhere and not told yet is told first: CANCELLING, then CANCELLED.
 * 3. The clock stops, and the future moves to its last state, which emits everything up to "done".
 * 4. Work that has a reference on its future gives it up.
 *
 * An abort does 3 and 4 in a turn of its own, without the background; the final message that follows frees what the
 * background still had. */

/* A handler may have aborted the work, or run the loop until it ended. */
void
tf__work_pass_cancel (TfWork *self)
{
  const TfWorkClass *klass = tf__work_get_class (self);

  if (klass->cancelled == NULL || self->pipe.is_passed || !tf__work_is_cancel_requested (self) ||
      tf__pipe_get_cancel_state (&self->pipe) == TF_CANCEL_STATE_SETTLED_CANCELLED ||
      tf_future_get_state (self->future) != TF_FUTURE_STATE_CANCELLING)
    return;

  self->pipe.is_passed = TRUE;
  klass->cancelled (self, NULL);
}

void
tf__work_tell_cancel (TfWork *self)
{
  if (tf__work_is_cancel_requested (self) &&
      tf__future_move (self->future, TF_FUTURE_EVENT_CANCEL, NULL))
    tf__work_pass_cancel (self);
}

/* Before the end is seen: from then on other threads may read it. What is detached is ended outside of a turn. */
TF_FOREGROUND
static void
stop_clock (TfWork *self)
{
  gint64 now_us = tf__work_get_class (self)->kind == TF_WORK_DETACHED
                    ? tf__clock_now ()
                    : self->pipe.dispatcher->now_us;

  if (self->pipe.is_timed)
    self->time_us = MAX (now_us - self->time_us, 0);
}

gint64
tf__work_get_elapsed (TfWork *self,
                      TfPhase phase)
{
  if (!self->pipe.is_timed)
    return 0;

  return tf__phase_is_done (phase) ? self->time_us : MAX (tf__clock_now () - self->time_us, 0);
}

/* "done" was delivered. */
TF_FOREGROUND
static void
leave_future (TfWork *self)
{
  const TfWorkClass *klass = tf__work_get_class (self);

  if (klass->kind == TF_WORK_COMPLETION)
    return;

  if (klass->settled != NULL)
    klass->settled (self);
  tf__future_release (g_steal_pointer (&self->future));
}

void
tf__work_give_up (TfWork *self)
{
  stop_clock (self);
  tf__pipe_drop_events (&self->pipe);
  tf__dispatcher_forget_due (self->pipe.dispatcher, &self->pipe);
  tf__future_move (self->future, TF_FUTURE_EVENT_GIVEN_UP, NULL);
  leave_future (self);
}

TfCancelState
tf__work_close (TfWork *self)
{
  TfCancelState before = tf__pipe_end (&self->pipe);

  tf__dispatcher_forget_due (self->pipe.dispatcher, &self->pipe);
  return before;
}

gboolean
tf__work_end (TfWork       *self,
              TfCancelState before,
              TfFutureEvent event,
              TfOutcome    *outcome)
{
  gboolean is_moved;

  if (tf__cancel_state_is_cancelled (before))
    tf__future_move (self->future, TF_FUTURE_EVENT_CANCEL, NULL);

  /* A handler of that move may have delivered another end. */
  if (self->future == NULL)
    return TRUE;

  stop_clock (self);
  is_moved = tf__future_move (self->future, event, outcome);
  leave_future (self);
  return is_moved;
}

gboolean
tf__work_deliver (TfWork  *self,
                  TfNews   news,
                  TfEvent *event)
{
  switch (news)
    {
    case TF_NEWS_CANCEL:
      if (self->future != NULL)
        tf__work_tell_cancel (self);
      return TRUE;
    case TF_NEWS_OWNER_GONE:
      if (self->future != NULL)
        tf__future_leave_gone_owner (self->future);
      return TRUE;
    case TF_NEWS_EVENTS:
      if (self->future != NULL && !tf__pipe_is_cancelled (&self->pipe))
        tf__future_deliver_event (self->future, event);
      return TRUE;
    case TF_NEWS_PROGRESS:
      tf__future_take_progress (self->future, &self->pipe);
      return TRUE;
    case TF_NEWS_REAP:
      tf__outcome_clear (&self->outcome);
      return TRUE;
    case TF_NEWS_NONE:
    case TF_NEWS_ABORT:
    case TF_NEWS_STARTED:
    case TF_NEWS_RETURNED:
    case TF_NEWS_LOOK:
    case TF_NEWS_CALL:
    case TF_NEWS_FINAL:
    case TF_NEWS_TIMER:
    default:
      return FALSE;
    }
}
