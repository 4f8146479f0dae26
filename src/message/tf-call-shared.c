/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-call-private.h"

#include "message/tf-dispatcher-private.h"

static void
deliver (TfPipe  *pipe,
         TfNews   news,
         TfEvent *event)
{
  TfCall *self = (TfCall *) pipe;

  if (self->run != NULL)
    self->run (self);
}

static TfPipe *
ref (TfPipe *pipe)
{
  pipe->dispatcher->klass->host_ref (pipe->dispatcher->host);
  return pipe;
}

static void
unref (TfPipe *pipe)
{
  TfCall                  *self = (TfCall *) pipe;
  const TfDispatcherClass *klass = pipe->dispatcher->klass;
  gpointer                 host = pipe->dispatcher->host;

  if (self->free != NULL)
    self->free (self);
  klass->host_unref (host);
}

void
tf__call_init (TfCall       *self,
               TfDispatcher *dispatcher,
               TfCallFunc    run,
               TfCallFunc    free)
{
  static const TfPipeClass klass = { deliver, ref, unref };

  tf__pipe_init (&self->pipe, &klass);
  self->pipe.dispatcher = dispatcher;
  self->run = run;
  self->free = free;
}

void
tf__call_post (TfCall *self)
{
  tf__pipe_post (&self->pipe, TF_NEWS_CALL);
}

/* The call may have run, and be freed with the last reference on the host, before the post returns. */
void
tf__call_post_last (TfCall *self)
{
  const TfDispatcherClass *klass = self->pipe.dispatcher->klass;
  gpointer                 host = klass->host_ref (self->pipe.dispatcher->host);

  tf__pipe_post (&self->pipe, TF_NEWS_CALL);
  klass->host_unref (host);
}
