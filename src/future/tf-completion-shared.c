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

  tf__pipe_init (&self->pipe, &klass->pipe);
  self->pipe.dispatcher = &host->dispatcher;
  self->future = future;
  self->place = place;

  priv->work_class = &tf__completion_work_class;
  priv->work = self;
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
  self->time_us = tf__clock_now ();
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
    init (self, klass, future,
          tf__context_host_enter (priv->work_class->get_dispatcher (priv->work)->context), place);
}

/* Where the foreground alone claims there is nobody to race with. */
gboolean
tf__completion_claim (TfCompletion *self)
{
  if (tf__completion_get_class (self)->is_foreground_only)
    {
      gboolean is_first = !tf__load_relaxed (&self->is_claimed);

      tf__store_relaxed (&self->is_claimed, (guint8) TRUE);
      return is_first;
    }

  return !tf__exchange (&self->is_claimed, (guint8) TRUE);
}

gboolean
tf__completion_is_claimed (TfCompletion *self)
{
  return tf__load (&self->is_claimed);
}

void
tf__completion_finish (TfCompletion *self)
{
  tf__pipe_post_near (&self->pipe, TF_NEWS_FINAL);
}

void
tf__completion_look (TfCompletion *self)
{
  tf__pipe_post (&self->pipe, TF_NEWS_RETURNED);
}

void
tf__completion_look_last (TfCompletion *self)
{
  TfContextHost *host = tf__context_host_ref (tf__completion_get_host (self));

  tf__pipe_post_last (&self->pipe, TF_NEWS_RETURNED);
  tf__context_host_unref (host);
}

gboolean
tf__completion_request (TfCompletion *self,
                        TfFate        fate)
{
  GCancellable *cancellable;

  if (!tf__pipe_move_fate (&self->pipe, TF_FATE_OPEN, fate) &&
      (fate != TF_FATE_ABORTED ||
       !tf__pipe_move_fate (&self->pipe, TF_FATE_CANCEL_ASKED, fate)))
    return FALSE;

  tf__pipe_release_senders (&self->pipe);

  cancellable = tf__completion_peek_cancellable (self);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);

  return TRUE;
}

/* The cancellable does not hold the future: whoever forgets a promise may keep its cancellable. */
static void
on_own_cancelled_cb (GCancellable *cancellable,
                     GWeakRef     *weak)
{
  g_autoptr (TfFuture) future = g_weak_ref_get (weak);
  TfCompletion        *self;

  if (future == NULL)
    return;

  self = tf__future_get_private (future)->work;
  if (tf__completion_request (self, TF_FATE_CANCEL_ASKED))
    tf__pipe_post (&self->pipe, TF_NEWS_CANCEL);
}

static void
free_weak (gpointer  data,
           GClosure *closure)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
join_own_cancellable (TfCompletion     *self,
                      TfOwnCancellable *own)
{
  GWeakRef *weak = g_new (GWeakRef, 1);

  g_weak_ref_init (weak, self->future);
  tf__store (&own->handler, g_signal_connect_data (own->cancellable, "cancelled",
                                                   G_CALLBACK (on_own_cancelled_cb), weak,
                                                   free_weak, 0));
}

GCancellable *
tf__completion_peek_cancellable (TfCompletion *self)
{
  TfOwnCancellable *own = tf__load (&self->own);

  return own == NULL ? NULL : own->cancellable;
}

void
tf__completion_leave_cancellable (TfCompletion *self)
{
  TfOwnCancellable *own = tf__load (&self->own);
  gulong            handler = 0;

  if (own != NULL && tf__load (&own->handler) != 0)
    handler = tf__exchange (&own->handler, 0);
  if (handler != 0)
    g_signal_handler_disconnect (own->cancellable, handler);
}

static void
free_own (TfOwnCancellable *own)
{
  g_object_unref (own->cancellable);
  g_free (own);
}

void
tf__completion_free_cancellable (TfCompletion *self)
{
  tf__completion_leave_cancellable (self);
  g_clear_pointer (&self->own, free_own);
}

/* Whoever cancels writes the fate first and looks for the cancellable after; here it is the other way round. So at
 * least one of the two sees the other. */
GCancellable *
tf__completion_ensure_cancellable (TfCompletion *self)
{
  TfOwnCancellable *own = tf__load (&self->own);
  TfOwnCancellable *none = NULL;
  TfFate            fate;

  if (own != NULL)
    return own->cancellable;

  own = g_new0 (TfOwnCancellable, 1);
  own->cancellable = g_cancellable_new ();
  if (!tf__cas (&self->own, &none, own))
    {
      free_own (own);
      return none->cancellable;
    }

  fate = tf__pipe_get_fate (&self->pipe);
  if (tf__fate_is_cancelled (fate))
    g_cancellable_cancel (own->cancellable);
  else if (fate == TF_FATE_OPEN)
    join_own_cancellable (self, own);

  return own->cancellable;
}

/* What a future leaves behind that goes on another thread. */
typedef struct
{
  TfPipe         pipe;
  TfContextHost *host;
  gpointer       data;
  GDestroyNotify data_free;
} Remains;

static void
deliver_remains (TfPipe  *pipe,
                 TfNews   news,
                 TfEvent *event)
{
}

static void
free_remains (TfPipe *pipe)
{
  Remains *self = (Remains *) pipe;

  self->data_free (self->data);
  tf__pipe_clear (pipe);
  tf__context_host_leave (self->host);
  g_free (self);
}

void
tf__completion_free_there (TfCompletion  *self,
                           gpointer       data,
                           GDestroyNotify data_free)
{
  static const TfPipeClass klass = { deliver_remains, NULL, free_remains };
  TfContextHost           *host;
  Remains                 *remains = g_new0 (Remains, 1);

  tf__pipe_init (&remains->pipe, &klass);
  remains->host = tf__context_host_enter (self->pipe.dispatcher->context);
  remains->pipe.dispatcher = &remains->host->dispatcher;
  remains->data = data;
  remains->data_free = data_free;

  host = tf__context_host_ref (remains->host);
  tf__pipe_post_last (&remains->pipe, TF_NEWS_REAP);
  tf__context_host_unref (host);
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
  if (!tf__outcome_is_heavy (&self->outcome) || tf__dispatcher_is_owner (self->pipe.dispatcher))
    tf__outcome_clear (&self->outcome);
  else
    tf__completion_free_there (self, g_memdup2 (&self->outcome, sizeof self->outcome),
                               free_outcome);
}
