/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-link-private.h"

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"

/* How often a limit that is due looks for what arrived before. */
#define LOOK_US 1000

/* Futures that are derived from one other. The other holds them: so a chain is held by its beginning, and whoever
 * drops a link changes nothing. Each link ends in a step of the dispatcher of its own, so that a chain of any length
 * resolves, is cancelled and is freed with the same stack. */

G_DEFINE_FINAL_TYPE (TfLink, tf__link, TF_TYPE_FUTURE)

static TfLink *
from_work (TfWork *work)
{
  return (TfLink *) work->future;
}

static TfLink *
from_completion (TfCompletion *completion)
{
  return (TfLink *) completion->work.future;
}

static TfLink *
from_continuation (TfContinuation *continuation)
{
  return (TfLink *) ((char *) continuation - G_STRUCT_OFFSET (TfLink, continuation));
}

static TfLinkLimit *
get_limit (TfLink *self)
{
  return self->kind == TF_LINK_FINALLY ? NULL : self->limit;
}

static const char *
get_name (TfWork *work)
{
  static const char *const names[] = {
    [TF_LINK_THEN] = "then",
    [TF_LINK_CATCH] = "catch",
    [TF_LINK_FINALLY] = "finally",
    [TF_LINK_SHIELD] = "shield",
    [TF_LINK_TIMEOUT] = "with timeout",
    [TF_LINK_DELAY] = "delay",
    [TF_LINK_VALUE] = "value",
  };

  return names[from_work (work)->kind];
}

static gboolean
is_refusing (TfWork *work)
{
  return from_work (work)->kind == TF_LINK_SHIELD;
}

void
tf__link_detach (TfLink *self)
{
  TfFuture *upstream = g_steal_pointer (&self->upstream);

  if (upstream == NULL)
    return;

  tf__future_forget_continuation (upstream, &self->continuation);
  /* The link has decided without it, so a failure that comes later is nothing to report. */
  tf__future_mark_read (upstream);
  g_object_unref (self);
}

/* Called when CANCELLING was told. */
static void
cancelled (TfWork       *work,
           const GError *reason)
{
  TfLink *self = from_work (work);

  tf__enter_foreground ();

  if (self->upstream != NULL &&
      tf__completion_stop_other (&self->completion, self->upstream, &self->continuation, reason))
    return;

  /* A "finally" waits, since its function is to be called, and to have its say. */
  if (reason == NULL && self->kind == TF_LINK_FINALLY &&
      (self->upstream != NULL || self->done != NULL || self->n_calling > 0))
    return;

  /* At once: whoever else listens to the upstream may be the last one then, and stop it. */
  tf__link_detach (self);
  /* An abort ends it in any case. */
  if (reason == NULL)
    tf__completion_end_cancelled (&self->completion);
}

/* Before "done"; or, when that comes while a function of the user's runs a nested loop, after it. */
TF_FOREGROUND
static void
free_user_data (TfLink *self)
{
  GDestroyNotify user_data_free = self->user_data_free;

  if (self->n_calling > 0)
    return;

  self->user_data_free = NULL;
  if (user_data_free != NULL)
    user_data_free (self->user_data);
}

TF_FOREGROUND
static void
end_calling (TfLink *self)
{
  self->n_calling--;
  if (tf__pipe_is_over (&self->completion.work.pipe))
    free_user_data (self);
}

static void
ended (TfCompletion *completion)
{
  TfLink *self = from_completion (completion);

  tf__enter_foreground ();

  if (get_limit (self) != NULL)
    tf__timer_remove (&self->limit->timer);

  tf__link_detach (self);
  g_clear_object (&self->done);
  if (self->kind == TF_LINK_FINALLY)
    g_clear_object (&self->first);
  free_user_data (self);

  /* That of the timer. The caller has another reference. */
  if (self->kind == TF_LINK_DELAY)
    g_object_unref (self);
}

TF_FOREGROUND
static void
fail (TfLink     *self,
      int         code,
      const char *message)
{
  tf__completion_end_with_error (&self->completion, g_error_new_literal (TF_ERROR, code, message));
}

/* The function of the user's returned a future. */
TF_FOREGROUND
static void
go_on_with (TfLink   *self,
            TfFuture *inner)
{
  TfCompletion *completion = &self->completion;
  TfFutureMore *more = tf__future_get_private (TF_FUTURE (self))->more;

  /* Cancelled or given up while the function ran: nobody wants the inner future. */
  if (!tf__future_check_owner (inner, G_STRFUNC))
    fail (self, TF_ERROR_WRONG_THREAD, "A future cannot go on with one of another main context");
  else if (!tf__completion_may_settle (completion))
    {
      tf__future_mark_read (inner);
      tf__completion_stop_other (completion, inner, NULL, more == NULL ? NULL : more->reason);
    }
  else if (tf__completion_waits_for (inner, TF_FUTURE (self)))
    fail (self, TF_ERROR_DEADLOCK, "A future cannot wait for itself");
  else
    tf__link_attach (self, inner);
}

/* A value without a function means that it was called: then what comes next is the outcome of an inner future. Freeing
 * an inner one may run code of the user's after the end: so the spare reference is kept. */
TF_FOREGROUND
static TfFuture *
call (TfLink   *self,
      TfFuture *done,
      gboolean *is_called)
{
  TfThenFunc func = self->func;
  TfSpare    spare = self->completion.spare;
  TfFuture  *inner;

  *is_called = func != NULL;
  if (func == NULL)
    return NULL;

  self->func = NULL;
  self->n_calling++;
  if (spare != TF_SPARE_NONE)
    self->completion.spare = TF_SPARE_KEPT;
  tf__future_begin_calling ();
  inner = func (done, self->user_data);
  tf__future_end_calling ();
  if (inner == NULL)
    self->completion.spare = spare;
  end_calling (self);
  return inner;
}

TF_FOREGROUND
static void
go_on_as (TfLink   *self,
          TfFuture *done)
{
  g_autoptr (TfFuture) inner = NULL;
  gboolean             is_called;

  inner = call (self, done, &is_called);
  if (inner != NULL)
    go_on_with (self, inner);
  else if (is_called)
    tf__completion_end_with_none (&self->completion);
  else
    tf__completion_end_as (&self->completion, done);
}

/* Whatever happens in the function: the outcome of the first is kept, unless that of the function is bad. */
TF_FOREGROUND
static void
go_on_finally (TfLink   *self,
               TfFuture *done)
{
  g_autoptr (TfFuture) inner = NULL;
  g_autoptr (TfFuture) first = NULL;
  gboolean             is_called;

  if (self->first != NULL && tf_future_get_state (done) != TF_FUTURE_STATE_COMPLETED)
    {
      /* The failure of the function replaces that of the first. */
      tf__future_mark_read (self->first);
      tf__completion_end_as (&self->completion, done);
      return;
    }

  if (self->first == NULL)
    self->first = g_object_ref (done);
  first = g_object_ref (self->first);

  inner = call (self, done, &is_called);
  if (inner != NULL)
    go_on_with (self, inner);
  else
    tf__completion_end_as (&self->completion, first);
}

TF_FOREGROUND
static void
go_on (TfLink   *self,
       TfFuture *done)
{
  TfPhase       phase = tf__future_get_phase (done);
  TfCancelState state = tf__pipe_get_cancel_state (&self->completion.work.pipe);

  /* A "finally" is called in any case, unless it was given up; everything else is not wanted by a link that was
   * cancelled. */
  if (self->kind == TF_LINK_FINALLY && state != TF_CANCEL_STATE_ABORTED)
    {
      go_on_finally (self, done);
    }
  else if (!tf__cancel_state_is_wanted (state))
    {
      tf__future_mark_read (done);
      tf__completion_end_as (&self->completion, done);
    }
  else if (self->kind == TF_LINK_THEN && phase == TF_PHASE_COMPLETED)
    {
      go_on_as (self, done);
    }
  else if (self->kind == TF_LINK_CATCH && phase == TF_PHASE_FAILED)
    {
      tf__future_mark_read (done);
      go_on_as (self, done);
    }
  else
    {
      tf__completion_end_as (&self->completion, done);
    }
}

static void
on_upstream_done (TfContinuation *continuation,
                  TfFuture       *upstream)
{
  TfLink *self = from_continuation (continuation);

  tf__enter_foreground ();

  self->upstream = NULL;
  tf__completion_begin_spare (&self->completion);
  go_on (self, upstream);
  tf__completion_end_spare (&self->completion);
}

TF_FOREGROUND
static void
set_delay (TfLink *self)
{
  TfTimer *timer = &self->limit->timer;

  tf__timer_set (timer, &self->completion.work.pipe, timer->deadline_us);
}

void
tf__link_begin_delay (TfLink *self)
{
  /* The reference of the timer, dropped by ended(). */
  g_object_ref (self);

  if (tf__future_is_in_owner (TF_FUTURE (self)))
    {
      tf__enter_foreground ();
      set_delay (self);
    }
  else
    {
      tf__completion_look (&self->completion);
    }
}

static TfFuture *
get_target (TfContinuation *continuation)
{
  return TF_FUTURE (from_continuation (continuation));
}

static void
on_upstream_progress (TfContinuation *continuation,
                      TfFuture       *upstream,
                      double          old)
{
  tf__enter_foreground ();
  tf__future_pass_progress_of (TF_FUTURE (from_continuation (continuation)), upstream);
}

static const TfContinuationClass continuation_class = {
  .run = on_upstream_done,
  .progressed = on_upstream_progress,
  .get_target = get_target,
};

/* The end of the time may come while the function of a limit runs. */
static gboolean
is_calling (TfCompletion *completion)
{
  TfLink *self = from_completion (completion);

  return self->n_calling > 0 && self->kind != TF_LINK_TIMEOUT;
}

/* A link without its function ends as its upstream does. */
static void
drop_callback (TfWork    *work,
               gpointer   owner,
               TfRemains *remains)
{
  TfLink *self = from_work (work);

  tf__enter_foreground ();

  if (self->user_data != owner)
    return;

  self->func = NULL;
  if (get_limit (self) != NULL)
    self->limit->on_timeout = NULL;

  /* A function that runs needs the data; it is freed with the end then. */
  if (self->n_calling == 0)
    tf__remains_take (remains, self->user_data, &self->user_data_free);
}

/* A link whose upstream was done when the link was made goes on in a step of its own; a delay that was made on another
 * thread sets its timer. */
static void
look (TfCompletion *completion)
{
  TfLink              *self = from_completion (completion);
  g_autoptr (TfFuture) done = g_steal_pointer (&self->done);

  tf__enter_foreground ();

  if (self->kind == TF_LINK_DELAY)
    set_delay (self);
  else if (done != NULL)
    go_on (self, done);
}

/* The time is over, and the upstream is not done. */
TF_FOREGROUND
static void
time_out (TfLink *self)
{
  TfLinkLimit         *limit = self->limit;
  g_autoptr (TfFuture) upstream = g_object_ref (self->upstream);
  g_autoptr (GError)   error = NULL;

  error = g_error_new (G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Task “%s” was not done in time",
                       tf_future_get_name (upstream));

  if (limit->on_timeout != NULL)
    {
      self->n_calling++;
      limit->on_timeout (upstream, self->user_data);
      end_calling (self);
    }

  /* A refusal changes nothing. */
  if (limit->action != TF_TIMEOUT_ACTION_LEAVE)
    tf__completion_cancel_other (&self->completion, upstream,
                                 limit->action == TF_TIMEOUT_ACTION_ABORT ? error : NULL);

  tf__completion_end_with_error (&self->completion, g_steal_pointer (&error));
}

/* Its end is on its way, and counts: also that of one that was given up. */
TF_FOREGROUND
static gboolean
is_ending (TfFuture *future)
{
  TfCompletion *completion = tf__completion_of (future);

  return completion != NULL && (tf__completion_has_outcome (completion) ||
                                tf__pipe_get_cancel_state (&completion->work.pipe) ==
                                  TF_CANCEL_STATE_ABORTED);
}

/* An outcome that arrived before the limit is noticed counts. Its delivery may take some turns of the loop, and that of
 * a worker process some time of another thread if the whole program has stood still: so the limit looks again until
 * there is nothing of that kind, but not for ever. */
TF_FOREGROUND
static gboolean
wait_for_arrivals (TfLink *self)
{
  TfLinkLimit *limit = self->limit;
  TfPipe      *pipe = &self->completion.work.pipe;
  gint64       now_us = tf__clock_now ();

  if (limit->patience_us == 0)
    {
      limit->late_us = now_us - limit->timer.deadline_us;
      limit->patience_us = g_get_monotonic_time () + TF_WORK_PATIENCE_US;
    }

  if (g_get_monotonic_time () >= limit->patience_us ||
      !tf__future_is_arriving (self->upstream, limit->late_us >= TF_WORK_STALL_US))
    return FALSE;

  /* A clock of a test stands still. */
  tf__timer_set (&limit->timer, pipe, tf__clock_is_system () ? now_us + LOOK_US : now_us);
  return TRUE;
}

static void
on_timer (TfCompletion *completion)
{
  TfLink *self = from_completion (completion);

  tf__enter_foreground ();

  if (self->kind == TF_LINK_DELAY)
    tf__completion_end_with_none (completion);
  else if (self->upstream != NULL && !is_ending (self->upstream) && !wait_for_arrivals (self))
    time_out (self);
}

static TfFuture *
get_need (TfWork *work,
          guint   index)
{
  TfLink *self = from_work (work);

  if (index > 0 || get_limit (self) != NULL || tf__completion_is_settled (&self->completion))
    return NULL;

  return self->upstream;
}

static TfFuture *
get_source (TfWork *work,
            guint   index)
{
  return index == 0 ? from_work (work)->upstream : NULL;
}

static const TfCompletionClass completion_class = {
  .work = { TF_COMPLETION_WORK, .get_name = get_name, .is_refusing = is_refusing,
            .cancelled = cancelled, .drop_callback = drop_callback, .get_need = get_need,
            .get_source = get_source },
  .look = look,
  .on_timer = on_timer,
  .ended = ended,
  .is_calling = is_calling,
};

static void
tf__link_init (TfLink *self)
{
}

static void
tf__link_finalize (GObject *object)
{
  TfLink *self = (TfLink *) object;

  g_free (get_limit (self));
  G_OBJECT_CLASS (tf__link_parent_class)->finalize (object);
}

static void
tf__link_class_init (TfLinkClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tf__link_finalize;
}

TfLink *
tf__link_new (TfLinkKind    kind,
              GMainContext *context,
              gpointer      place)
{
  TfLink *self = g_object_new (TF_TYPE_LINK, NULL);

  self->kind = kind;
  self->continuation.klass = &continuation_class;
  tf__completion_init (&self->completion, &completion_class, TF_FUTURE (self), context, place);
  return self;
}

void
tf__link_attach (TfLink   *self,
                 TfFuture *upstream)
{
  if (tf__phase_is_done (tf__future_get_phase (upstream)))
    {
      self->done = g_object_ref (upstream);
      tf__completion_look (&self->completion);
      return;
    }

  self->upstream = upstream;
  g_object_ref (self);
  tf__future_continue_with (upstream, &self->continuation);
  tf__future_pass_progress_of (TF_FUTURE (self), upstream);
}

TfLink *
tf__link_new_for (TfLinkKind kind,
                  TfFuture  *upstream,
                  gpointer   place)
{
  TfLink *self = g_object_new (TF_TYPE_LINK, NULL);

  self->kind = kind;
  self->continuation.klass = &continuation_class;
  tf__completion_init_beside (&self->completion, &completion_class, TF_FUTURE (self), upstream,
                              place);
  tf__link_attach (self, upstream);
  return self;
}
