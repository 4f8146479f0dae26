/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "message/tf-pipe-private.h"

/* Handlers may run the main loop, so deliveries nest. Their depth is bounded, for each pipe and for each thread: where
 * it is used up, news stay where they are until a handler returns. A wait in the innermost handler is an exception:
 * the pipes that it needs are delivered, whatever the depth. */

#define TF_NESTING_MAX_OF_PIPE   16
#define TF_NESTING_MAX_OF_THREAD 64

typedef struct _TfDelivery TfDelivery;
typedef struct _TfAwait    TfAwait;

/* A delivery under way, on the stack of the dispatcher. */
struct _TfDelivery
{
  TfPipe     *pipe; /* (nullable) NULL: code of the user's that no pipe has brought about */
  TfDelivery *outer;
  guint       depth; /* from 1 */
};

/* A wait under way, on the stack of the waiting function: it is for all pipes of a dispatcher, or for those that it
 * collects. */
struct _TfAwait
{
  TfDispatcher *dispatcher; /* (nullable) */
  /* (nullable) Adds the pipes that the wait needs, as keys. */
  void (*collect) (TfAwait    *self,
                   GHashTable *pipes);

  TfAwait    *outer;
  guint       depth;        /* of the delivery that it was begun in */
  GHashTable *pipes;        /* (owned) (nullable) as they were collected last */
  guint64     n_deliveries; /* of the thread, at that time */
};

/* Of one thread. */
typedef struct
{
  TfDelivery *innermost; /* (nullable) */
  TfAwait    *await;     /* (nullable) the innermost one */
  guint64     n_deliveries;
  GPtrArray  *held; /* (owned) (nullable) of TfDispatcher: in foreign loops, with something that is held back */
} TfNesting;

TfNesting *tf__nesting_get (void) TF_FOREGROUND;
/* Whether nothing can be delivered, whichever pipe it is of. */
gboolean tf__nesting_is_used_up (TfNesting *self) TF_FOREGROUND;
/* Whether the news of the pipe have to wait for the return of a handler. */
gboolean tf__nesting_is_held_back (TfNesting *self,
                                   TfPipe    *pipe) TF_FOREGROUND;
/* Collects again what the innermost wait needs: FALSE if that is known as it is now, or there is no wait. */
gboolean tf__nesting_refresh (TfNesting *self) TF_FOREGROUND;
/* A foreign loop is not asked again before it sleeps, so its dispatcher is woken when a handler returns. */
void tf__nesting_add_held (TfNesting    *self,
                           TfDispatcher *dispatcher) TF_FOREGROUND;
void tf__nesting_forget_held (TfNesting    *self,
                              TfDispatcher *dispatcher) TF_FOREGROUND;
void tf__nesting_wake_held (TfNesting *self) TF_FOREGROUND;

/* Begins the wait. Returns FALSE if it needs a pipe whose news are being delivered beyond the bound already, for a wait
 * further up: so deep it cannot end. */
gboolean tf__await_begin (TfAwait *self) TF_FOREGROUND;
void     tf__await_end (TfAwait *self) TF_FOREGROUND;

TF_FOREGROUND
static inline void
tf__nesting_enter (TfNesting  *self,
                   TfDelivery *delivery,
                   TfPipe     *pipe)
{
  delivery->pipe = pipe;
  delivery->outer = self->innermost;
  delivery->depth = delivery->outer == NULL ? 1 : delivery->outer->depth + 1;
  self->innermost = delivery;
  self->n_deliveries++;
}

TF_FOREGROUND
static inline void
tf__nesting_leave (TfNesting  *self,
                   TfDelivery *delivery)
{
  self->innermost = delivery->outer;
  if (self->held != NULL)
    tf__nesting_wake_held (self);
}
