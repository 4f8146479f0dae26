/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-context-host-private.h"

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

void
tf__context_host_on_unused (TfCall *call)
{
  TfContextHost *self = (TfContextHost *) ((char *) call - G_STRUCT_OFFSET (TfContextHost, unused));

  tf__enter_foreground ();
  tf__context_host_detach_if_unused (self);
}

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
