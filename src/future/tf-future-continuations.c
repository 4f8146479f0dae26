/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

/* What goes on when a future is done: a list inside the things that go on, without closures. */

/* The first one knows the last one, so that they run in the order in which they came. */
static void
append (TfContinuation **list,
        TfContinuation  *continuation)
{
  TfContinuation *last = *list == NULL ? NULL : (*list)->previous;

  continuation->next = NULL;
  continuation->previous = last == NULL ? continuation : last;
  if (last == NULL)
    *list = continuation;
  else
    last->next = continuation;
  (*list)->previous = continuation;
}

static void
take_out (TfContinuation **list,
          TfContinuation  *continuation)
{
  TfContinuation *first = *list;

  if (continuation == first)
    {
      *list = continuation->next;
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

/* Those that are there when the future is done; a later one is run by the loop. */
static void
run_all (TfContinuation **list,
         TfFuture        *future)
{
  while (*list != NULL)
    {
      TfContinuation *continuation = *list;

      take_out (list, continuation);
      continuation->klass->run (continuation, future);
    }
}

void
tf__future_run_continuations (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  run_all (&priv->continuations, self);
  if (priv->more != NULL)
    run_all (&priv->more->watchers, self);
}

void
tf__future_continue_with (TfFuture       *self,
                          TfContinuation *continuation)
{
  append (&tf__future_get_private (self)->continuations, continuation);
}

void
tf__future_forget_continuation (TfFuture       *self,
                                TfContinuation *continuation)
{
  take_out (&tf__future_get_private (self)->continuations, continuation);
}

void
tf__future_watch (TfFuture       *self,
                  TfContinuation *continuation)
{
  append (&tf__future_ensure_more (self)->watchers, continuation);
}

void
tf__future_unwatch (TfFuture       *self,
                    TfContinuation *continuation)
{
  take_out (&tf__future_get_private (self)->more->watchers, continuation);
}

gboolean
tf__future_is_watched (TfFuture *self)
{
  const TfFutureMore *more = tf__future_get_private (self)->more;

  return more != NULL && more->watchers != NULL;
}
