/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-detached-private.h"

TfDetached *
tf__detached_new (void)
{
  TfDetached   *self = g_new0 (TfDetached, 1);
  GMainContext *context = g_main_context_ref_thread_default ();

  tf__pipe_init (&self->pipe, &tf__detached_pipe_class);
  self->ref_count = 1;
  self->n_data_users = 1;
  self->host = tf__context_host_enter (context);
  self->pipe.dispatcher = &self->host->dispatcher;
  g_main_context_unref (context);
  return self;
}

TfDetached *
tf__detached_ref (TfDetached *self)
{
  tf__add (&self->ref_count, 1);
  return self;
}

void
tf__detached_unref (TfDetached *self)
{
  TfContextHost *host = self->host;

  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  if (self->data_free != NULL)
    self->data_free (self->data);

  tf__outcome_clear (&self->outcome);
  g_clear_object (&self->cancellable);
  tf__pipe_clear (&self->pipe);
  g_free (self);
  tf__context_host_leave (host);
}

static void
on_own_cancelled_cb (GCancellable *cancellable,
                     TfDetached   *self)
{
  if (tf__detached_request (self, TF_FATE_CANCEL_ASKED))
    tf__pipe_post (&self->pipe, TF_NEWS_CANCEL);
}

static void
unref_closure_work (gpointer  data,
                    GClosure *closure)
{
  tf__detached_unref (data);
}

void
tf__detached_leave_cancellable (TfDetached *self)
{
  GCancellable *cancellable = tf__load (&self->cancellable);

  if (cancellable != NULL)
    g_signal_handlers_disconnect_by_data (cancellable, self);
}

/* Cancelling it cancels the future. The handler holds the work, and is taken off when the future is
 * done. */
static void
join_own_cancellable (TfDetached   *self,
                      GCancellable *cancellable)
{
  g_signal_connect_data (cancellable, "cancelled", G_CALLBACK (on_own_cancelled_cb),
                         tf__detached_ref (self), unref_closure_work, 0);

  if (tf__pipe_get_fate (&self->pipe) != TF_FATE_OPEN)
    tf__detached_leave_cancellable (self);
}

/* Whoever cancels writes the fate first and looks for the cancellable after; here it is the other
 * way round. So at least one of the two sees the other. */
GCancellable *
tf__detached_ensure_cancellable (TfDetached *self)
{
  GCancellable *cancellable = tf__load (&self->cancellable);
  GCancellable *none = NULL;
  TfFate        fate;

  if (cancellable != NULL)
    return cancellable;

  cancellable = g_cancellable_new ();
  if (!tf__cas (&self->cancellable, &none, cancellable))
    {
      g_object_unref (cancellable);
      return none;
    }

  fate = tf__pipe_get_fate (&self->pipe);
  if (tf__fate_is_cancelled (fate))
    g_cancellable_cancel (cancellable);
  else if (fate == TF_FATE_OPEN)
    join_own_cancellable (self, cancellable);

  return cancellable;
}

gboolean
tf__detached_leave_data (TfDetached *self)
{
  return tf__sub (&self->n_data_users, 1) == 1;
}

/* The owner context may bring the future to its end meanwhile, and leaves the data to this call then. */
static gboolean
move_and_ask (TfDetached *self,
              TfFate      fate)
{
  gboolean is_first;

  if (self->cancel_func == NULL || tf__pipe_get_fate (&self->pipe) != TF_FATE_OPEN)
    return tf__pipe_move_fate (&self->pipe, TF_FATE_OPEN, fate);

  tf__add (&self->n_data_users, 1);
  is_first = tf__pipe_move_fate (&self->pipe, TF_FATE_OPEN, fate);
  if (is_first)
    self->cancel_func (self->data);

  if (tf__detached_leave_data (self))
    tf__pipe_post (&self->pipe, TF_NEWS_RETURNED);

  return is_first;
}

gboolean
tf__detached_request (TfDetached *self,
                      TfFate      fate)
{
  GCancellable *cancellable;

  /* Whoever does the work is asked once, by the cancel or by the abort. */
  if (!move_and_ask (self, fate) &&
      (fate != TF_FATE_ABORTED || !tf__pipe_move_fate (&self->pipe, TF_FATE_CANCEL_ASKED, fate)))
    return FALSE;

  cancellable = tf__load (&self->cancellable);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);

  return TRUE;
}
