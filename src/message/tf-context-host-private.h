/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "message/tf-call-private.h"
#include "message/tf-dispatcher-private.h"

/* The dispatcher of all futures of a main context that no executor made: one for each context, with
 * one source, which lives as long as there are such futures. */
struct _TfContextHost
{
  gint         ref_count; /* [atomic] */
  gint         n_users;   /* [atomic], and under hosts_lock when it leaves 0; they share one reference */
  TfDispatcher dispatcher;
  TfCall       unused; /* another thread has left as the last user */
};

/* Any thread: tf-context-host-shared.c. */
TfContextHost *tf__context_host_ref (TfContextHost *self);
void           tf__context_host_unref (TfContextHost *self);
/* Returns the host of a context, made if there is none, and counts a user. */
TfContextHost *tf__context_host_enter (GMainContext *context);
void           tf__context_host_leave (TfContextHost *self);
/* One user more, while there is another one. */
TfContextHost *tf__context_host_enter_too (TfContextHost *self);
/* In the owner context: TRUE if it has no user, and is not to be found any more. */
gboolean tf__context_host_retire (TfContextHost *self);

/* Owner context: tf-context-host.c. */
extern const TfDispatcherClass tf__context_host_dispatcher_class;

void tf__context_host_attach (TfContextHost *self) TF_FOREGROUND;
void tf__context_host_detach_if_unused (TfContextHost *self) TF_FOREGROUND;
void tf__context_host_on_unused (TfCall *call);
