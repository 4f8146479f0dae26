/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

/* What goes on when a future is done: a list inside the things that go on, without closures. */

/* The continuations that are there when the future is done; a later one is run by the loop. */
void
tf__future_run_continuations (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  while (priv->continuations != NULL)
    {
      TfContinuation *continuation = priv->continuations;

      tf__future_forget_continuation (self, continuation);
      continuation->run (continuation, self);
    }
}

void
tf__future_continue_with (TfFuture       *self,
                          TfContinuation *continuation)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  TfContinuation  *last = priv->continuations == NULL ? NULL : priv->continuations->previous;

  /* The first one knows the last one, so that they run in the order in which they came. */
  continuation->next = NULL;
  continuation->previous = last == NULL ? continuation : last;
  if (last == NULL)
    priv->continuations = continuation;
  else
    last->next = continuation;
  priv->continuations->previous = continuation;
}

void
tf__future_forget_continuation (TfFuture       *self,
                                TfContinuation *continuation)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  TfContinuation  *first = priv->continuations;

  if (continuation == first)
    {
      priv->continuations = continuation->next;
      if (continuation->next != NULL)
        continuation->next->previous = continuation->previous;
    }
  else
    {
      continuation->previous->next = continuation->next;
      if (continuation->next != NULL)
        continuation->next->previous = continuation->previous;
      else
        first->previous = continuation->previous;
    }

  continuation->next = NULL;
  continuation->previous = NULL;
}
