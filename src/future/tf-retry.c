/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-composition.h>
#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "future/tf-completion-private.h"
#include "message/tf-timers-private.h"

/* A future that makes one attempt after the other. There is one future and one timer for all of them, and each attempt
 * begins in a step of the dispatcher of its own: so any number takes the same memory and the same stack. */

#define TF_TYPE_RETRY (tf__retry_get_type ())
G_DECLARE_FINAL_TYPE (TfRetry, tf__retry, TF, RETRY, TfFuture)

struct _TfRetry
{
  TfFuture parent_instance;

  TfCompletion   completion;
  TfContinuation continuation;   /* [foreground] of the attempt */
  TfTimer        timer;          /* [foreground] the pause, which holds the future */
  TfFuture      *attempt;        /* (nullable) [foreground] under way, without reference: it tells when it ends */
  TfFuture      *last;           /* (owned) (nullable) [foreground] the attempt that ended last */
  TfRetryFunc    func;           /* [foreground] */
  gpointer       user_data;      /* [foreground] */
  GDestroyNotify user_data_free; /* (nullable) [foreground] */
  gint64         delay_us;       /* [foreground] the next pause, before chance has its say */
  gint64         max_delay_us;   /* [const] */
  guint          max_attempts;   /* [const] 0 for no limit */
  guint          n_attempts;     /* [foreground] */
  gboolean       is_calling;     /* [foreground] the function of the user's runs */
  gboolean       is_pausing;     /* [foreground] the timer is set, or has rung and not been heard */
  gboolean       is_last_new;    /* [foreground] the last attempt was done when it was given, and is to be looked at */
};

G_DEFINE_FINAL_TYPE (TfRetry, tf__retry, TF_TYPE_FUTURE)

static TfRetry *
from_work (TfWork *work)
{
  return (TfRetry *) work->future;
}

static TfRetry *
from_completion (TfCompletion *completion)
{
  return (TfRetry *) completion->work.future;
}

static const char *
get_name (TfWork *work)
{
  return "retry";
}

TF_FOREGROUND
static gboolean
is_wanted (TfRetry *self)
{
  return tf__pipe_is_wanted (&self->completion.work.pipe);
}

TF_FOREGROUND
static void
leave_attempt (TfRetry *self)
{
  TfFuture *attempt = g_steal_pointer (&self->attempt);

  if (attempt == NULL)
    return;

  tf__future_forget_continuation (attempt, &self->continuation);
  tf__future_mark_read (attempt);
  g_object_unref (self);
}

TF_FOREGROUND
static void
end_pause (TfRetry *self)
{
  if (!self->is_pausing)
    return;

  self->is_pausing = FALSE;
  tf__timer_remove (&self->timer);
  g_object_unref (self);
}

/* Not while the function runs, which may have a nested loop in which the future ends. */
TF_FOREGROUND
static void
free_user_data (TfRetry *self)
{
  GDestroyNotify user_data_free = self->user_data_free;

  if (self->is_calling)
    return;

  self->user_data_free = NULL;
  if (user_data_free != NULL)
    user_data_free (self->user_data);
}

static void
cancelled (TfWork       *work,
           const GError *reason)
{
  TfRetry *self = from_work (work);

  tf__enter_foreground ();

  if (self->attempt != NULL &&
      tf__completion_stop_other (&self->completion, self->attempt, &self->continuation, reason))
    return;

  /* An abort ends it in any case. */
  if (reason == NULL)
    tf__completion_end_cancelled (&self->completion);
}

static void
ended (TfCompletion *completion)
{
  TfRetry *self = from_completion (completion);

  tf__enter_foreground ();

  end_pause (self);
  leave_attempt (self);
  g_clear_object (&self->last);
  free_user_data (self);
}

/* Somewhere between the half and the whole of it. */
static gint64
choose_delay (gint64 full_us)
{
  gint64 more_us = full_us / 2;
  gint64 by_chance_us = (gint64) (g_random_double () * ((double) more_us + 1));

  return full_us - more_us + MIN (by_chance_us, more_us);
}

TF_FOREGROUND
static void
begin_pause (TfRetry *self)
{
  gint64 delay_us = choose_delay (self->delay_us);

  self->delay_us = self->delay_us > self->max_delay_us / 2 ? self->max_delay_us
                                                           : 2 * self->delay_us;
  self->is_pausing = TRUE;
  g_object_ref (self);
  tf__timer_set (&self->timer, &self->completion.work.pipe, tf__clock_deadline (delay_us));
}

TF_FOREGROUND
static void
look_at_end (TfRetry  *self,
             TfFuture *attempt)
{
  gboolean is_last = self->max_attempts != 0 && self->n_attempts >= self->max_attempts;

  if (tf_future_get_state (attempt) != TF_FUTURE_STATE_FAILED || is_last || !is_wanted (self))
    {
      if (!is_wanted (self))
        tf__future_mark_read (attempt);
      tf__completion_end_as (&self->completion, attempt);
      return;
    }

  tf__future_mark_read (attempt);
  g_set_object (&self->last, attempt);
  begin_pause (self);
}

static void
on_attempt_done (TfContinuation *continuation,
                 TfFuture       *attempt)
{
  TfRetry *self = (TfRetry *) ((char *) continuation - G_STRUCT_OFFSET (TfRetry, continuation));

  tf__enter_foreground ();

  self->attempt = NULL;
  look_at_end (self, attempt);
  g_object_unref (self);
}

static TfFuture *
get_target (TfContinuation *continuation)
{
  return (TfFuture *) ((char *) continuation - G_STRUCT_OFFSET (TfRetry, continuation));
}

static void
on_attempt_progress (TfContinuation *continuation,
                     TfFuture       *attempt,
                     double          old)
{
  TfRetry *self = (TfRetry *) ((char *) continuation - G_STRUCT_OFFSET (TfRetry, continuation));

  tf__enter_foreground ();
  tf__future_pass_progress_of (TF_FUTURE (self), attempt);
}

static const TfContinuationClass continuation_class = {
  .run = on_attempt_done,
  .progressed = on_attempt_progress,
  .get_target = get_target,
};

static gboolean
is_calling (TfCompletion *completion)
{
  return from_completion (completion)->is_calling;
}

/* There is no attempt after the one under way. */
static void
drop_callback (TfWork    *work,
               gpointer   owner,
               TfRemains *remains)
{
  TfRetry *self = from_work (work);

  tf__enter_foreground ();

  if (self->user_data != owner)
    return;

  self->func = NULL;
  if (!self->is_calling)
    tf__remains_take (remains, self->user_data, &self->user_data_free);
}

/* The function has started nothing. */
TF_FOREGROUND
static void
give_up (TfRetry *self)
{
  if (self->last != NULL)
    tf__completion_end_as (&self->completion, self->last);
  else
    tf__completion_end_with_error (
      &self->completion,
      g_error_new_literal (TF_ERROR, TF_ERROR_EMPTY, "There was not a single attempt"));
}

/* Cancelled or given up while the function ran: nobody wants the attempt, nor its failure. */
TF_FOREGROUND
static void
drop_attempt (TfRetry  *self,
              TfFuture *attempt)
{
  if (attempt != NULL)
    {
      tf__future_mark_read (attempt);
      if (!tf_future_is_done (attempt))
        tf__completion_stop_other (&self->completion, attempt, NULL, NULL);
    }
  tf__completion_end_cancelled (&self->completion);
}

TF_FOREGROUND
static void
attach (TfRetry  *self,
        TfFuture *attempt)
{
  if (tf_future_is_done (attempt))
    {
      g_set_object (&self->last, attempt);
      self->is_last_new = TRUE;
      tf__completion_look (&self->completion);
      return;
    }

  self->attempt = attempt;
  g_object_ref (self);
  tf__future_continue_with (attempt, &self->continuation);
  tf__future_pass_progress_of (TF_FUTURE (self), attempt);
}

/* The function may do anything, so the future is held by the caller. */
TF_FOREGROUND
static TfFuture *
call (TfRetry *self)
{
  g_autoptr (TfFuture) last = self->last == NULL ? NULL : g_object_ref (self->last);
  TfFuture            *attempt;

  if (self->func == NULL)
    return NULL;

  self->n_attempts++;
  self->is_calling = TRUE;
  tf__future_begin_calling ();
  attempt = self->func (self->n_attempts, last, self->user_data);
  tf__future_end_calling ();
  self->is_calling = FALSE;
  if (tf__pipe_is_over (&self->completion.work.pipe))
    free_user_data (self);

  return attempt;
}

TF_FOREGROUND
static void
begin_attempt (TfRetry *self)
{
  g_autoptr (TfFuture) attempt = call (self);

  if (tf__pipe_is_over (&self->completion.work.pipe) || !is_wanted (self))
    drop_attempt (self, attempt);
  else if (attempt == NULL)
    give_up (self);
  else if (!tf__future_check_owner (attempt, "tf_future_retry"))
    tf__completion_end_with_error (
      &self->completion,
      g_error_new_literal (TF_ERROR, TF_ERROR_WRONG_THREAD,
                           "A future cannot go on with one of another main context"));
  else if (tf__completion_waits_for (attempt, TF_FUTURE (self)))
    tf__completion_end_with_error (&self->completion,
                                   g_error_new_literal (TF_ERROR, TF_ERROR_DEADLOCK,
                                                        "A future cannot wait for itself"));
  else
    attach (self, attempt);
}

/* The first attempt begins, or one was done at once. */
static void
look (TfCompletion *completion)
{
  TfRetry             *self = from_completion (completion);
  g_autoptr (TfFuture) attempt = NULL;

  tf__enter_foreground ();

  if (self->is_last_new)
    {
      self->is_last_new = FALSE;
      attempt = g_object_ref (self->last);
      look_at_end (self, attempt);
    }
  else if (is_wanted (self) && self->n_attempts == 0)
    {
      begin_attempt (self);
    }
}

static void
on_timer (TfCompletion *completion)
{
  TfRetry *self = from_completion (completion);

  tf__enter_foreground ();

  /* The news hold the future. */
  end_pause (self);
  if (is_wanted (self))
    begin_attempt (self);
}

static TfFuture *
get_need (TfWork *work,
          guint   index)
{
  return index == 0 && !tf__completion_is_settled ((TfCompletion *) work)
           ? from_work (work)->attempt
           : NULL;
}

static const TfCompletionClass completion_class = {
  .work = { TF_COMPLETION_WORK, .get_name = get_name, .cancelled = cancelled,
            .drop_callback = drop_callback, .get_need = get_need },
  .look = look,
  .on_timer = on_timer,
  .ended = ended,
  .is_calling = is_calling,
};

static void
tf__retry_init (TfRetry *self)
{
  self->continuation.klass = &continuation_class;
}

static void
tf__retry_class_init (TfRetryClass *klass)
{
}

/**
 * tf_future_retry:
 * @max_attempts: how many attempts to make at most; 0 for no limit
 * @first_delay_us: how long to wait after the first failure, in microseconds, at least 0
 * @max_delay_us: the longest delay, in microseconds; negative for no limit
 * @func: (scope notified) (closure user_data) (destroy user_data_free): starts an attempt
 * @user_data: data for @func
 * @user_data_free: (nullable): frees @user_data, in the owner context
 *
 * Makes a future that tries something until it succeeds.
 *
 * @func is called for each attempt, in the owner context, from the loop, and returns the future of the attempt. If that
 * fails, the next attempt begins after a delay. The delays double, from @first_delay_us up to @max_delay_us, and
 * each is then taken by chance from between the half and the whole of it, so that many who failed together do not
 * come back together.
 *
 * The future ends as the last attempt does: when one completes; when one is cancelled, which is not tried again; when
 * @max_attempts have failed; or when @func returns `NULL` to give up. The errors of the attempts before count as
 * read. If there was no attempt at all, the future fails with `TF_ERROR_EMPTY`.
 *
 * The future belongs to the thread-default main context, as the futures that @func returns must, and it lives until
 * it is done, so it is safe to drop it. Cancelling it cancels the attempt that is under way, unless somebody else
 * listens to that, or ends the delay.
 *
 * ## Threads
 *
 * Call on the thread that runs the thread-default main context.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_retry (guint          max_attempts,
                 gint64         first_delay_us,
                 gint64         max_delay_us,
                 TfRetryFunc    func,
                 gpointer       user_data,
                 GDestroyNotify user_data_free)
{
  GMainContext *context;
  TfRetry      *self;

  g_return_val_if_fail (first_delay_us >= 0, NULL);
  g_return_val_if_fail (func != NULL, NULL);

  context = g_main_context_ref_thread_default ();
  self = g_object_new (TF_TYPE_RETRY, NULL);
  self->max_attempts = max_attempts;
  self->max_delay_us = max_delay_us < 0 ? G_MAXINT64 : max_delay_us;
  self->delay_us = MIN (first_delay_us, self->max_delay_us);
  self->func = func;
  self->user_data = user_data;
  self->user_data_free = user_data_free;
  tf__completion_init (&self->completion, &completion_class, TF_FUTURE (self), context,
                       __builtin_return_address (0));
  g_main_context_unref (context);
  if (!tf__future_check_owner (TF_FUTURE (self), G_STRFUNC))
    {
      g_object_unref (self);
      return NULL;
    }

  tf__completion_look (&self->completion);
  return TF_FUTURE (self);
}
