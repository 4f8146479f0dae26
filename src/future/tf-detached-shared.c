/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-detached-private.h"

TfDetached *
tf__detached_new (const TfWorkClass *klass)
{
  TfDetached   *self = g_new0 (TfDetached, 1);
  GMainContext *context = g_main_context_ref_thread_default ();

  tf__pipe_init (&self->work.pipe, &klass->pipe);
  self->ref_count = 1;
  self->n_data_users = 1;
  self->host = tf__context_host_enter (context);
  self->work.pipe.dispatcher = &self->host->dispatcher;
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

  tf__outcome_clear (&self->work.outcome);
  tf__work_clear (&self->work);
  g_free (self);
  tf__context_host_leave (host);
}

gboolean
tf__detached_leave_data (TfDetached *self)
{
  return tf__sub (&self->n_data_users, 1) == 1;
}

/* The cancel function is called once, by the cancel or by the abort. */
void
tf__detached_requested (TfWork *work)
{
  TfDetached *self = (TfDetached *) work;

  if (self->cancel_func != NULL && !tf__exchange (&self->is_asked, (guint8) TRUE))
    self->cancel_func (self->data);
}

/* FALSE if the future is done, and the data gone. */
static gboolean
enter_data (TfDetached *self)
{
  gint n_users = tf__load (&self->n_data_users);

  while (n_users > 0 && !tf__cas (&self->n_data_users, &n_users, n_users + 1))
    continue;

  return n_users > 0;
}

/* The owner context may bring the future to its end while cancel_func runs, and leaves the data to this call then. */
gboolean
tf__detached_request (TfWork       *work,
                      TfCancelEvent event)
{
  TfDetached *self = (TfDetached *) work;
  gboolean    is_accepted;

  if (!enter_data (self))
    return FALSE;

  is_accepted = tf__work_request (work, event);
  if (tf__detached_leave_data (self))
    tf__pipe_post (&work->pipe, TF_NEWS_LOOK);

  return is_accepted;
}
