/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "future/tf-future-private.h"
#include "message/tf-context-host-private.h"

/* The work behind a future that no executor made: somebody else does it, and delivers what comes of it. */
typedef struct
{
  TfWork         work;         /* first */
  gint           ref_count;    /* [atomic] */
  TfContextHost *host;         /* (owned) [const] */
  TfCancelFunc   cancel_func;  /* (nullable) [const] */
  gpointer       data;         /* [const] until it is freed */
  gint           n_data_users; /* [atomic] the future until it is settled, and requests in progress */
  GDestroyNotify data_free;    /* [foreground] */
  guint8         is_asked;     /* [atomic] cancel_func was called, or is about to be */
} TfDetached;

/* Any thread: tf-detached-shared.c. */
TfDetached *tf__detached_new (const TfWorkClass *klass);
TfDetached *tf__detached_ref (TfDetached *self);
void        tf__detached_unref (TfDetached *self);
gboolean    tf__detached_request (TfWork       *work,
                                  TfCancelEvent event);
void        tf__detached_requested (TfWork *work);
/* TRUE for the last user, who has to see that the data is freed in the owner context. */
gboolean tf__detached_leave_data (TfDetached *self);
