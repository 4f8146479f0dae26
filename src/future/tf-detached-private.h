/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "future/tf-future-private.h"
#include "message/tf-context-host-private.h"

/* The work behind a future that no executor made: somebody else does it, and delivers what comes of
 * it. */
typedef struct
{
  TfPipe         pipe;         /* first: what the future has to be told of calls in other threads */
  gint           ref_count;    /* [atomic] */
  TfContextHost *host;         /* (owned) [const] */
  GCancellable  *cancellable;  /* (owned) (nullable) [atomic] set once */
  TfCancelFunc   cancel_func;  /* (nullable) [const] */
  gpointer       data;         /* [const] until it is freed */
  gint           n_data_users; /* [atomic] the future until it is settled, and calls of cancel_func */
  GDestroyNotify data_free;    /* [foreground] */
  TfOutcome      outcome;      /* [foreground] */
  TfFuture      *future;       /* [foreground] a reference, until it is done */
  gint64         time_us;      /* [foreground] when it started, then how long it ran */
  gboolean       has_started;  /* [foreground] */
  gboolean       is_over;      /* [foreground] */
} TfDetached;

/* Any thread: tf-detached-shared.c. */
TfDetached   *tf__detached_new (void);
TfDetached   *tf__detached_ref (TfDetached *self);
void          tf__detached_unref (TfDetached *self);
GCancellable *tf__detached_ensure_cancellable (TfDetached *self);
void          tf__detached_leave_cancellable (TfDetached *self);
gboolean      tf__detached_request (TfDetached *self,
                                    TfFate      fate);
/* TRUE for the last user, who has to see that the data is freed in the owner context. */
gboolean tf__detached_leave_data (TfDetached *self);

/* Owner context: tf-detached.c. */
extern const TfPipeClass tf__detached_pipe_class;
void                     tf__detached_free_data (TfDetached *self) TF_FOREGROUND;
