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

GCancellable *
tf__detached_ensure_cancellable (TfDetached *self)
{
  GCancellable *cancellable = tf__load (&self->cancellable);
  GCancellable *none = NULL;

  if (cancellable != NULL)
    return cancellable;

  cancellable = g_cancellable_new ();
  if (!tf__cas (&self->cancellable, &none, cancellable))
    {
      g_object_unref (cancellable);
      return none;
    }

  if (tf__fate_is_cancelled (tf__pipe_get_fate (&self->pipe)))
    g_cancellable_cancel (cancellable);

  return cancellable;
}

gboolean
tf__detached_request (TfDetached *self,
                      TfFate      fate)
{
  gboolean      is_first = tf__pipe_move_fate (&self->pipe, TF_FATE_OPEN, fate);
  gboolean      is_taken = is_first;
  GCancellable *cancellable;

  if (fate == TF_FATE_ABORTED && !is_first)
    is_taken = tf__pipe_move_fate (&self->pipe, TF_FATE_CANCEL_ASKED, fate);

  if (!is_taken)
    return FALSE;

  /* Whoever does the work is asked once, by the cancel or by the abort. */
  if (is_first && self->cancel_func != NULL)
    self->cancel_func (self->data);

  cancellable = tf__load (&self->cancellable);
  if (cancellable != NULL)
    g_cancellable_cancel (cancellable);

  return TRUE;
}
