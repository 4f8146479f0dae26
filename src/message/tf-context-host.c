/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-context-host-private.h"

static TfContextHost *
from_pipe (TfPipe *pipe)
{
  return (TfContextHost *) ((char *) pipe - G_STRUCT_OFFSET (TfContextHost, pipe));
}

void
tf__context_host_attach (TfContextHost *self)
{
  tf__dispatcher_attach (&self->dispatcher);
}

void
tf__context_host_detach_if_unused (TfContextHost *self)
{
  if (tf__context_host_retire (self))
    tf__dispatcher_detach (&self->dispatcher);
}

static void
deliver (TfPipe  *pipe,
         TfNews   news,
         TfEvent *event)
{
  tf__enter_foreground ();
  tf__context_host_detach_if_unused (from_pipe (pipe));
}

static TfPipe *
pipe_ref (TfPipe *pipe)
{
  tf__context_host_ref (from_pipe (pipe));
  return pipe;
}

static void
pipe_unref (TfPipe *pipe)
{
  tf__context_host_unref (from_pipe (pipe));
}

const TfPipeClass tf__context_host_pipe_class = { deliver, pipe_ref, pipe_unref };

static gpointer
host_ref (gpointer host)
{
  return tf__context_host_ref (host);
}

static void
host_unref (gpointer host)
{
  tf__context_host_unref (host);
}

const TfDispatcherClass tf__context_host_dispatcher_class = { .host_ref = host_ref,
                                                              .host_unref = host_unref };
