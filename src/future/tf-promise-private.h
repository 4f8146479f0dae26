/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-promise.h>

#include "future/tf-completion-private.h"

/* What few promises have. */
typedef struct
{
  char          *name;         /* (owned) (nullable) [const] */
  char          *location;     /* (owned) (nullable) [const] once others know the promise */
  TfPromise     *promise;      /* [const] whose it is */
  TfFuture      *leader;       /* (nullable) [foreground] which is followed, and holds the promise */
  TfContinuation continuation; /* [foreground] of the leader */
  GType          finish_type;  /* [const] what the finish function returns */
  GCallback      finish;       /* (nullable) [const] */
} TfPromiseMore;

typedef struct
{
  TfCompletion   completion;
  TfPromiseMore *more; /* (owned) (nullable) [atomic] set once */
} TfPromisePrivate;

G_STATIC_ASSERT (sizeof (gpointer) != 8 || sizeof (TfPromisePrivate) <= 128);

extern int tf__promise_private_offset; /* [const] once there is a promise */

static inline TfPromisePrivate *
tf__promise_get_private (TfPromise *self)
{
  return (TfPromisePrivate *) ((char *) self + tf__promise_private_offset);
}

/* Any thread: tf-promise-shared.c. */
TfPromiseMore *tf__promise_get_more (TfPromise *self); /* (nullable) */
TfPromiseMore *tf__promise_ensure_more (TfPromise *self);
void           tf__promise_free_more (TfPromiseMore *more);
void           tf__promise_set_abort_policy (TfPromise    *self,
                                             TfAbortPolicy abort_policy);
/* Whether an outcome could be of use still. */
gboolean tf__promise_may_end (TfPromise *self);
/* In dispose: FALSE if there is nobody to be told. */
gboolean tf__promise_abandon (TfPromise *self);
/* Whether somebody works for it who is told of a cancel. */
gboolean tf__promise_has_worker (TfPromise *self);
void     tf__promise_set_has_worker (TfPromise *self);

/* Any thread: tf-promise-adaptors-shared.c. */
/* @value is not initialised: none leave it so, one is copied, several become a TfValues. */
void tf__value_init_from_params (GValue       *value,
                                 guint         n_params,
                                 const GValue *params);

/* Owner context: tf-promise.c. */
/* The last reference went: FALSE if nobody listens. */
gboolean tf__promise_reject_abandoned (TfPromise *self) TF_FOREGROUND;
void     tf__promise_leave_leader (TfPromise *self) TF_FOREGROUND;
