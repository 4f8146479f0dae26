/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-composition.h>

#include "future/tf-completion-private.h"
#include "message/tf-timers-private.h"

typedef enum
{
  TF_LINK_THEN,
  TF_LINK_CATCH,
  TF_LINK_FINALLY,
  TF_LINK_SHIELD,
  TF_LINK_TIMEOUT,
  TF_LINK_DELAY,
  TF_LINK_VALUE,
} TfLinkKind;

/* What a link with a limit has. */
typedef struct
{
  TfTimer         timer;
  TfTimeoutAction action;
  TfFutureFunc    on_timeout;  /* (nullable) */
  gint64          late_us;     /* by how much it was noticed too late; set with: */
  gint64          patience_us; /* until when it waits for what arrived before, in real time; 0 before it is due */
} TfLinkLimit;

#define TF_TYPE_LINK (tf__link_get_type ())
G_DECLARE_FINAL_TYPE (TfLink, tf__link, TF, LINK, TfFuture)

/* A future that is derived from one other, which holds it while both are pending; or from none. */
struct _TfLink
{
  TfFuture parent_instance;

  TfCompletion   completion;
  TfContinuation continuation;   /* [foreground] of the upstream */
  TfFuture      *upstream;       /* (nullable) [foreground] without reference: it tells when it ends */
  TfFuture      *done;           /* (owned) (nullable) [foreground] an upstream that was done from the beginning */
  TfThenFunc     func;           /* (nullable) [foreground] */
  gpointer       user_data;      /* [foreground] */
  GDestroyNotify user_data_free; /* (nullable) [foreground] */
  union
  {
    TfFuture    *first; /* (owned) (nullable) [foreground] of a "finally": whose outcome it keeps */
    TfLinkLimit *limit; /* (owned) (nullable) [foreground] of one with a timeout, or a delay */
  };
  TfLinkKind kind;      /* [const] */
  guint      n_calling; /* [foreground] functions of the user's that have not returned: they need the data */
};

/* Any thread: a link without an upstream, of the thread-default main context. */
TfLink *tf__link_new (TfLinkKind    kind,
                      GMainContext *context,
                      gpointer      place);
/* Owner context: one that goes on when @upstream is done. */
TfLink *tf__link_new_for (TfLinkKind kind,
                          TfFuture  *upstream,
                          gpointer   place) TF_FOREGROUND;
/* Starts to listen. */
void tf__link_attach (TfLink   *self,
                      TfFuture *upstream) TF_FOREGROUND;
void tf__link_detach (TfLink *self) TF_FOREGROUND;
/* Sets the timer of a delay, here or in the owner context, with a reference of its own. */
void tf__link_begin_delay (TfLink *self);
