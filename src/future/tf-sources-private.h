/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-sources.h>

#include "future/tf-completion-private.h"

#define TF_TYPE_SOURCE_FUTURE (tf__source_future_get_type ())
G_DECLARE_FINAL_TYPE (TfSourceFuture, tf__source_future, TF, SOURCE_FUTURE, TfFuture)

/* A future that waits for one thing to happen: an emission, or a dispatch. What will make it happen, a signal handler
 * or a GSource, holds it; it detaches that at the end, and does not hold the object whose signal it is. */
struct _TfSourceFuture
{
  TfFuture parent_instance;

  TfCompletion completion; /* its address is the data of the handler: nobody else has that */
  char        *name;       /* (owned) [const] */
  GWeakRef     object;     /* [atomic] whose signal it is, while the handler is connected */
  guint        signal_id;  /* [const] */
  GSource     *source;     /* (owned) (nullable) [const] until the foreground has detached it */
};

/* Any thread: tf-sources-shared.c. */
TfSourceFuture *tf__source_future_new (const char *name,
                                       gpointer    place);
/* With the contents of @value, which are taken; NULL for none. Only the first call counts. */
void tf__source_future_complete (TfSourceFuture *self,
                                 GValue         *value);
/* A GDestroyNotify: gives up the reference of whatever would have completed it. */
void      tf__source_future_release (gpointer self);
gboolean  tf__source_future_is_held (TfSourceFuture *self);
TfFuture *tf__source_future_connect (GObject    *object,
                                     guint       signal_id,
                                     GQuark      detail,
                                     const char *name,
                                     gpointer    place);

/* Any thread: @source is attached, and taken. Its callback has been set, with a reference on @self as data. */
TfFuture *tf__source_future_attach (TfSourceFuture *self,
                                    GSource        *source);

extern const TfCompletionClass tf__source_future_completion_class;
