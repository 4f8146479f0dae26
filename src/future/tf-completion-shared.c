/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-completion-private.h"

#include "core/tf-clock-private.h"

static void
init (TfCompletion            *self,
      const TfCompletionClass *klass,
      TfFuture                *future,
      TfContextHost           *host,
      gpointer                 place)
{
  TfFuturePrivate *priv = tf__future_get_private (future);

  tf__pipe_init (&self->work.pipe, &klass->work.pipe);
  self->work.pipe.dispatcher = &host->dispatcher;
  self->work.future = future;
  self->work.place = place;

  priv->work = &self->work;
  /* Somebody works for it already. Nobody else knows the future yet. */
  tf__store_relaxed (&priv->phase, (guint8) TF_PHASE_EXECUTING);
}

void
tf__completion_init (TfCompletion            *self,
                     const TfCompletionClass *klass,
                     TfFuture                *future,
                     GMainContext            *context,
                     gpointer                 place)
{
  init (self, klass, future, tf__context_host_enter (context), place);
  self->work.time_us = tf__clock_now ();
  self->work.pipe.is_timed = TRUE;
}

void
tf__completion_init_beside (TfCompletion            *self,
                            const TfCompletionClass *klass,
                            TfFuture                *future,
                            TfFuture                *other,
                            gpointer                 place)
{
  TfFuturePrivate *priv = tf__future_get_private (other);
  TfCompletion    *completion = tf__completion_of (other);

  if (completion != NULL)
    init (self, klass, future,
          tf__context_host_enter_too (tf__completion_get_host (completion)), place);
  else
    init (self, klass, future, tf__context_host_enter (priv->work->pipe.dispatcher->context),
          place);
}

gboolean
tf__completion_settle (TfCompletion *self)
{
  return tf__pipe_step (&self->work.pipe, TF_CANCEL_EVENT_SETTLE);
}

gboolean
tf__completion_has_outcome (TfCompletion *self)
{
  switch (tf__pipe_get_cancel_state (&self->work.pipe))
    {
    case TF_CANCEL_STATE_SETTLED:
    case TF_CANCEL_STATE_CLOSED:
    case TF_CANCEL_STATE_CANCEL_SETTLED:
    case TF_CANCEL_STATE_SETTLED_CANCELLED:
    case TF_CANCEL_STATE_CANCELLED:
      return TRUE;
    case TF_CANCEL_STATE_OPEN:
    case TF_CANCEL_STATE_FOLLOWING:
    case TF_CANCEL_STATE_CANCEL_REQUESTED:
    case TF_CANCEL_STATE_CANCEL_FOLLOWING:
    case TF_CANCEL_STATE_ABORTED:
    case TF_N_CANCEL_STATES:
    default:
      return FALSE;
    }
}

gboolean
tf__completion_may_settle (TfCompletion *self)
{
  TfCancelState state = tf__pipe_get_cancel_state (&self->work.pipe);

  return state == TF_CANCEL_STATE_OPEN || state == TF_CANCEL_STATE_CANCEL_REQUESTED;
}

gboolean
tf__completion_is_settled (TfCompletion *self)
{
  return !tf__completion_may_settle (self) &&
         tf__pipe_get_cancel_state (&self->work.pipe) != TF_CANCEL_STATE_ABORTED;
}

void
tf__completion_finish (TfCompletion *self)
{
  tf__pipe_post_near (&self->work.pipe, TF_NEWS_FINAL);
}

void
tf__completion_look (TfCompletion *self)
{
  tf__pipe_post (&self->work.pipe, TF_NEWS_LOOK);
}

void
tf__completion_look_last (TfCompletion *self)
{
  TfContextHost *host = tf__context_host_ref (tf__completion_get_host (self));

  tf__pipe_post_last (&self->work.pipe, TF_NEWS_LOOK);
  tf__context_host_unref (host);
}

/* What a future leaves behind that goes on another thread. */
typedef struct
{
  TfCall         call; /* first */
  TfContextHost *host; /* entered: it stays attached */
  gpointer       data;
  GDestroyNotify data_free;
} Remains;

static void
free_remains (TfCall *call)
{
  Remains *self = (Remains *) call;

  self->data_free (self->data);
  tf__context_host_leave (self->host);
  g_free (self);
}

void
tf__completion_free_there (TfCompletion  *self,
                           gpointer       data,
                           GDestroyNotify data_free)
{
  Remains *remains;

  /* The owner context is that of the parent, by fork(), of this process. */
  if (tf__pipe_is_inherited (&self->work.pipe))
    {
      data_free (data);
      return;
    }

  remains = g_new0 (Remains, 1);
  remains->host = tf__context_host_enter (self->work.pipe.dispatcher->context);
  remains->data = data;
  remains->data_free = data_free;
  tf__call_init (&remains->call, &remains->host->dispatcher, NULL, free_remains);
  tf__call_post_last (&remains->call);
}

static void
free_outcome (gpointer data)
{
  tf__outcome_clear (data);
  g_free (data);
}

void
tf__completion_reap (TfCompletion *self)
{
  if (tf__work_is_outcome_elsewhere (&self->work))
    tf__completion_free_there (
      self, g_memdup2 (&self->work.outcome, sizeof self->work.outcome), free_outcome);
  else
    tf__outcome_clear (&self->work.outcome);
}
