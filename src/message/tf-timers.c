/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-timers-private.h"

/* The timers of a dispatcher: a binary heap, the earliest on top. Each knows its place, so that it is removed without
 * a search. */

TF_FOREGROUND
static TfTimer *
get_timer (TfDispatcher *dispatcher,
           guint         index)
{
  return dispatcher->timers->pdata[index - 1];
}

TF_FOREGROUND
static void
put_timer (TfDispatcher *dispatcher,
           guint         index,
           TfTimer      *timer)
{
  dispatcher->timers->pdata[index - 1] = timer;
  timer->index = index;
}

static gboolean
is_earlier (const TfTimer *a,
            const TfTimer *b)
{
  if (a->deadline_us != b->deadline_us)
    return a->deadline_us < b->deadline_us;

  return a->number < b->number;
}

TF_FOREGROUND
static void
move_up (TfDispatcher *dispatcher,
         TfTimer      *timer,
         guint         index)
{
  while (index > 1 && is_earlier (timer, get_timer (dispatcher, index / 2)))
    {
      put_timer (dispatcher, index, get_timer (dispatcher, index / 2));
      index /= 2;
    }

  put_timer (dispatcher, index, timer);
}

TF_FOREGROUND
static void
move_down (TfDispatcher *dispatcher,
           TfTimer      *timer,
           guint         index)
{
  guint n = dispatcher->timers->len;

  while (2 * index <= n)
    {
      guint child = 2 * index;

      if (child < n &&
          is_earlier (get_timer (dispatcher, child + 1), get_timer (dispatcher, child)))
        child++;
      if (!is_earlier (get_timer (dispatcher, child), timer))
        break;

      put_timer (dispatcher, index, get_timer (dispatcher, child));
      index = child;
    }

  put_timer (dispatcher, index, timer);
}

void
tf__timer_set (TfTimer *self,
               TfPipe  *pipe,
               gint64   deadline_us)
{
  TfDispatcher *dispatcher = pipe->dispatcher;

  if (dispatcher->timers == NULL)
    dispatcher->timers = g_ptr_array_new ();

  self->pipe = pipe;
  self->deadline_us = deadline_us;
  self->number = dispatcher->n_timers_set++;
  g_ptr_array_add (dispatcher->timers, self);
  move_up (dispatcher, self, dispatcher->timers->len);

  /* A loop that sleeps must sleep shorter; one of GLib's that runs on this thread asks again before it sleeps. */
  if (self->index == 1)
    tf__dispatcher_wake_if_armed (dispatcher);
}

void
tf__timer_remove (TfTimer *self)
{
  TfDispatcher *dispatcher;
  TfTimer      *last;
  guint         index = self->index;

  if (index == 0)
    return;

  dispatcher = self->pipe->dispatcher;
  last = get_timer (dispatcher, dispatcher->timers->len);
  g_ptr_array_set_size (dispatcher->timers, (int) dispatcher->timers->len - 1);
  self->index = 0;
  if (last == self)
    return;

  if (index > 1 && is_earlier (last, get_timer (dispatcher, index / 2)))
    move_up (dispatcher, last, index);
  else
    move_down (dispatcher, last, index);
}

gint64
tf__timers_get_next (TfDispatcher *dispatcher)
{
  if (dispatcher->timers == NULL || dispatcher->timers->len == 0)
    return G_MAXINT64;

  return get_timer (dispatcher, 1)->deadline_us;
}

void
tf__timers_ring (TfDispatcher *dispatcher)
{
  while (tf__timers_get_next (dispatcher) <= dispatcher->now_us)
    {
      TfTimer *timer = get_timer (dispatcher, 1);

      tf__timer_remove (timer);
      tf__pipe_post_here (timer->pipe, TF_NEWS_TIMER);
    }
}

void
tf__timers_clear (TfDispatcher *dispatcher)
{
  g_clear_pointer (&dispatcher->timers, g_ptr_array_unref);
}
