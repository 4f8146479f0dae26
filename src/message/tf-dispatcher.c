/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-dispatcher-private.h"

#include "core/tf-clock-private.h"
#include "core/tf-fork-private.h"
#include "message/tf-timers-private.h"

#define MAX_STRIDE 16

/* After so many deliveries in a row the next future has its turn. */
#define MAX_IN_ROW 32

#define DEFAULT_BUDGET_US   1000
#define DEFAULT_INTERVAL_US 5000
/* Shorter than a frame, so that a result waits for the end of the frame that is being drawn, and for no other. With
 * 50 ms it waited for three frames of 20 ms. */
#define DEFAULT_PATIENCE_US 10000

void
tf__dispatcher_init (TfDispatcher            *self,
                     const TfDispatcherClass *klass,
                     gpointer                 host,
                     GMainContext            *context)
{
  self->klass = klass;
  self->host = host;
  self->n_forks = tf__fork_count ();
  self->context = g_main_context_ref (context);
  tf__dispatcher_init_inbox (self);
  self->owner = tf__dispatcher_choose_owner (context);
  self->budget_us = DEFAULT_BUDGET_US;
  self->interval_us = DEFAULT_INTERVAL_US;
  self->wake_fd = -1;
  self->timer_fd = -1;
  self->poll_fd = -1;
  self->stride = MAX_STRIDE;
  self->patience_us = DEFAULT_PATIENCE_US;
  self->priority = G_PRIORITY_DEFAULT_IDLE;
}

void
tf__dispatcher_clear (TfDispatcher *self)
{
  tf__enter_foreground ();

  /* Every pipe holds the host of the dispatcher, so none is left when the host goes. */
  g_warn_if_fail (!self->is_attached && self->source == NULL);
  g_warn_if_fail (self->first_ready == NULL && self->first_due == NULL);

  tf__timers_clear (self);
  tf__dispatcher_clear_inbox (self);
  g_main_context_unref (self->context);
}

/* The ready */

static void
append_ready (TfDispatcher *self,
              TfPipe       *first,
              TfPipe       *last)
{
  if (self->first_ready == NULL)
    self->first_ready = first;
  else
    self->last_ready->next_ready = first;

  self->last_ready = last;
}

static TfPipe *
pop_ready (TfDispatcher *self)
{
  TfPipe *pipe = self->first_ready;

  self->first_ready = pipe->next_ready;
  if (self->first_ready == NULL)
    self->last_ready = NULL;

  pipe->next_ready = NULL;
  self->n_in_row = 0;
  return pipe;
}

TF_FOREGROUND
static void
rotate_ready (TfDispatcher *self)
{
  TfPipe *pipe;

  if (self->first_ready == self->last_ready)
    return;

  pipe = pop_ready (self);
  append_ready (self, pipe, pipe);
}

void
tf__dispatcher_list (TfDispatcher *self,
                     TfPipe       *pipe)
{
  pipe->next_ready = NULL;
  append_ready (self, pipe, pipe);
}

void
tf__dispatcher_collect_inbox (TfDispatcher *self)
{
  TfPipe *last;
  TfPipe *first = tf__dispatcher_take_inbox (self, &last);

  if (first != NULL)
    append_ready (self, first, last);
}

TF_FOREGROUND
static TfPipe *
find_deliverable (TfDispatcher *self,
                  TfPipe      **previous)
{
  TfPipe *pipe = self->first_ready;

  *previous = NULL;
  while (pipe != NULL && tf__nesting_is_held_back (self->nesting, pipe))
    {
      /* The wait may be for work that has no worker as long as this sender has one. */
      if (self->nesting->await != NULL)
        tf__pipe_keep_back (pipe);
      *previous = pipe;
      pipe = pipe->next_ready;
    }

  return pipe;
}

/* Only pipes that are held back are passed over, so each keeps its order. */
gboolean
tf__dispatcher_bring_forward (TfDispatcher *self)
{
  TfPipe *previous;
  TfPipe *pipe;

  if (self->first_ready == NULL || self->nesting->innermost == NULL)
    return self->first_ready != NULL;

  if (tf__nesting_is_used_up (self->nesting))
    return FALSE;

  pipe = find_deliverable (self, &previous);
  if (pipe == NULL && tf__nesting_refresh (self->nesting))
    pipe = find_deliverable (self, &previous);

  if (pipe == NULL || previous == NULL)
    return pipe != NULL;

  previous->next_ready = pipe->next_ready;
  if (self->last_ready == pipe)
    self->last_ready = previous;
  pipe->next_ready = self->first_ready;
  self->first_ready = pipe;
  self->n_in_row = 0;
  return TRUE;
}

static void
unref_all (TfPipe *pipe)
{
  while (pipe != NULL)
    {
      TfPipe *next = pipe->next_ready;

      pipe->klass->unref (pipe);
      pipe = next;
    }
}

/* What has come in since waits for nothing but being freed. */
void
tf__dispatcher_drop_all (TfDispatcher *self)
{
  TfPipe *last;
  TfPipe *first = tf__dispatcher_close_inbox (self, &last);

  if (first != NULL)
    append_ready (self, first, last);
  unref_all (g_steal_pointer (&self->first_ready));
  self->last_ready = NULL;
}

/* The due: pipes whose progress was taken less than an interval ago. */

TF_FOREGROUND
static void
append_due (TfDispatcher *self,
            TfPipe       *pipe,
            TfPipeBox    *box)
{
  TfPipe *previous = self->last_due;

  if (box->is_due_listed)
    return;

  /* At the end, unless the interval has become shorter. */
  while (previous != NULL && tf__pipe_get_box (previous)->due_us > box->due_us)
    previous = tf__pipe_get_box (previous)->previous_due;

  box->is_due_listed = TRUE;
  box->previous_due = previous;
  box->next_due = previous == NULL ? self->first_due : tf__pipe_get_box (previous)->next_due;
  pipe->klass->ref (pipe);
  if (previous == NULL)
    self->first_due = pipe;
  else
    tf__pipe_get_box (previous)->next_due = pipe;
  if (box->next_due == NULL)
    self->last_due = pipe;
  else
    tf__pipe_get_box (box->next_due)->previous_due = pipe;
}

/* Gives the reference of the list to the caller. */
TF_FOREGROUND
static void
unlink_due (TfDispatcher *self,
            TfPipeBox    *box)
{
  if (box->previous_due == NULL)
    self->first_due = box->next_due;
  else
    tf__pipe_get_box (box->previous_due)->next_due = box->next_due;

  if (box->next_due == NULL)
    self->last_due = box->previous_due;
  else
    tf__pipe_get_box (box->next_due)->previous_due = box->previous_due;

  box->is_due_listed = FALSE;
  box->next_due = NULL;
  box->previous_due = NULL;
}

void
tf__dispatcher_forget_due (TfDispatcher *self,
                           TfPipe       *pipe)
{
  TfPipeBox *box = tf__pipe_get_box (pipe);

  if (box == NULL || !box->is_due_listed)
    return;

  unlink_due (self, box);
  pipe->klass->unref (pipe);
}

TF_FOREGROUND
static gint64
get_first_due (TfDispatcher *self)
{
  return self->first_due == NULL ? G_MAXINT64 : tf__pipe_get_box (self->first_due)->due_us;
}

gint64
tf__dispatcher_get_due (TfDispatcher *self)
{
  return MIN (get_first_due (self), tf__timers_get_next (self));
}

TF_FOREGROUND
static void
collect_due (TfDispatcher *self)
{
  tf__timers_ring (self);

  while (get_first_due (self) <= self->now_us)
    {
      TfPipe *pipe = self->first_due;

      unlink_due (self, tf__pipe_get_box (pipe));
      if (tf__pipe_list (pipe))
        tf__dispatcher_list (self, pipe);
      else
        pipe->klass->unref (pipe);
    }
}

/* Delivering */

/* As many events of one pipe as the caller allows. A handler may run a nested loop, which may deliver
 * the rest, or end the dispatcher. */
TF_FOREGROUND
static guint
deliver_events (TfDispatcher *self,
                TfPipe       *pipe,
                TfPipeBox    *box,
                guint         n_max)
{
  guint n = 0;

  do
    {
      TfEvent event;

      tf__pipe_next_taken (box, &event);
      pipe->klass->deliver (pipe, TF_NEWS_EVENTS, &event);
      tf__event_clear (&event);
      n++;
    }
  while (n < n_max && self->first_ready == pipe && tf__pipe_has_taken (pipe, box));

  return n;
}

gboolean
tf__dispatcher_keep_delivered (TfDispatcher *self,
                               TfPipe       *pipe)
{
  if (self->delivered != pipe)
    return FALSE;

  self->delivered = NULL;
  return TRUE;
}

/* Whether the events of the pipe have delayed its other news for an interval. */
TF_FOREGROUND
static gboolean
is_overdue (TfDispatcher *self,
            TfPipe       *pipe,
            TfPipeBox    *box)
{
  if (!tf__pipe_has_delayed (pipe))
    box->overdue_us = 0;
  else if (box->overdue_us == 0)
    box->overdue_us = tf__clock_add (self->now_us, self->interval_us);
  else
    return box->overdue_us <= self->now_us;

  return FALSE;
}

/* Takes the first of the ready as far as its next thing, or its next @n_max events. Nothing private
 * is held while the user's code runs: what is left of the pipe is among the ready, where a nested
 * loop finds it. Returns the number of deliveries. */
TF_FOREGROUND
static guint
step (TfDispatcher *self,
      guint         n_max)
{
  TfPipe    *pipe;
  TfPipe    *outer = self->delivered;
  TfPipe    *kept;
  TfPipeBox *box;
  gboolean   has_more = TRUE;
  gboolean   is_early = FALSE;
  gboolean   is_late;
  TfNesting *nesting = self->nesting;
  TfDelivery delivery;
  TfNews     news = TF_NEWS_EVENTS;
  guint      n = 1;

  if (self->n_in_row >= MAX_IN_ROW)
    {
      rotate_ready (self);
      tf__dispatcher_bring_forward (self);
    }

  pipe = self->first_ready;
  box = tf__pipe_get_box (pipe);
  is_late = box != NULL && is_overdue (self, pipe, box);
  if (box == NULL || is_late || !tf__pipe_has_taken (pipe, box))
    news = tf__pipe_take (pipe, box == NULL || box->due_us <= self->now_us, is_late, &has_more,
                          &is_early);

  if (news == TF_NEWS_PROGRESS && box != NULL)
    box->overdue_us = 0;
  if (is_early)
    append_due (self, pipe, tf__pipe_get_box (pipe));

  if (has_more)
    pipe->klass->ref (pipe);
  else
    pop_ready (self);

  self->delivered = pipe;
  tf__nesting_enter (nesting, &delivery, pipe);
  if (news == TF_NEWS_EVENTS)
    n = deliver_events (self, pipe, tf__pipe_get_box (pipe), n_max);
  else if (news != TF_NEWS_NONE)
    pipe->klass->deliver (pipe, news, NULL);
  tf__nesting_leave (nesting, &delivery);

  if (self->first_ready == pipe)
    self->n_in_row += n;

  kept = self->delivered;
  self->delivered = outer;
  if (kept != NULL)
    pipe->klass->unref (pipe);
  return n;
}

/* How many deliveries fit into a quarter of what is left of the budget, if they go on as they
 * went. */
static guint
get_stride (gint64 spent_us,
            guint  n_deliveries,
            gint64 left_us)
{
  gint64 n = MAX_STRIDE;

  if (spent_us > 0 && left_us < G_MAXINT64 / MAX_STRIDE)
    n = left_us * n_deliveries / (4 * spent_us);

  return CLAMP (n, 1, MAX_STRIDE);
}

/* The turn is over. A pipe with slow handlers must not keep the first place for as many turns as it has events in a
 * row. */
TF_FOREGROUND
static void
give_way (TfDispatcher *self)
{
  TfPipeBox *box = self->first_ready == NULL ? NULL : tf__pipe_get_box (self->first_ready);

  if (box != NULL && self->n_in_row > 0 && tf__pipe_has_taken (self->first_ready, box))
    rotate_ready (self);
}

/* One turn: at least one delivery, and then on until nothing is left or the budget is used up. */
void
tf__dispatcher_run_turn (TfDispatcher *self)
{
  gint64 last_us = tf__clock_now ();
  gint64 end_us = tf__clock_add (last_us, self->budget_us);
  guint  n_steps = 0;

  self->nesting = tf__nesting_get ();
  self->now_us = last_us;
  tf__dispatcher_collect_inbox (self);
  collect_due (self);

  while (TRUE)
    {
      if (!tf__dispatcher_bring_forward (self))
        {
          tf__dispatcher_collect_inbox (self);
          if (!tf__dispatcher_bring_forward (self))
            return;
        }

      n_steps += step (self, self->stride - n_steps);
      if (n_steps < self->stride)
        continue;

      self->now_us = tf__clock_now ();
      self->stride = get_stride (self->now_us - last_us, n_steps, end_us - self->now_us);
      if (self->now_us >= end_us)
        {
          give_way (self);
          return;
        }

      last_us = self->now_us;
      n_steps = 0;
      tf__dispatcher_collect_inbox (self);
      collect_due (self);
    }
}

void
tf__dispatcher_end_turn (TfDispatcher *self)
{
  TfDelivery delivery;

  if (self->klass->turn_ended == NULL)
    return;

  tf__nesting_enter (self->nesting, &delivery, NULL);
  self->klass->turn_ended (self->host);
  tf__nesting_leave (tf__nesting_get (), &delivery);
}

/* How many deliveries are allowed when the time is over: all that waits now, but not what keeps
 * coming. */
TF_FOREGROUND
static guint64
get_grace (TfDispatcher *self)
{
  guint64 n_pipes = 0;

  for (TfPipe *pipe = self->first_ready; pipe != NULL; pipe = pipe->next_ready)
    n_pipes++;

  return n_pipes * (TF_PIPE_HIGH_WATER + MAX_IN_ROW);
}

/* FALSE when the deadline came before nothing was left, or before it was over. */
TF_FOREGROUND
static gboolean
run_ready (TfDispatcher *self,
           gboolean (*is_over) (gpointer data),
           gpointer data,
           gint64   deadline_us)
{
  guint64 n_left = G_MAXUINT64;

  for (guint n_steps = 0; self->first_ready != NULL && !is_over (data); n_steps++)
    {
      /* The condition may do anything, even deliver what was ready, or end the dispatcher. */
      if (!tf__dispatcher_bring_forward (self))
        return TRUE;

      if (n_steps % MAX_STRIDE == 0)
        {
          self->now_us = tf__clock_now ();
          if (n_left == G_MAXUINT64)
            {
              /* One that never runs dry must not keep the others out. */
              tf__dispatcher_collect_inbox (self);
              collect_due (self);
              if (self->now_us >= deadline_us)
                n_left = get_grace (self);
            }
        }

      if (n_left != G_MAXUINT64 && n_left-- == 0)
        return FALSE;

      step (self, 1);
    }

  return TRUE;
}

TF_FOREGROUND
static gboolean
run_until (TfDispatcher *self,
           gboolean (*is_over) (gpointer data),
           gpointer data,
           gint64   deadline_us)
{
  while (TRUE)
    {
      TfPipe *pipe;

      self->now_us = tf__clock_now ();
      tf__dispatcher_collect_inbox (self);
      collect_due (self);

      if (!run_ready (self, is_over, data, deadline_us))
        return is_over (data);

      if (is_over (data))
        return TRUE;

      if (tf__clock_now () >= deadline_us)
        return FALSE;

      pipe = tf__dispatcher_wait_inbox (self, MIN (deadline_us, tf__dispatcher_get_due (self)));
      if (pipe != NULL)
        tf__dispatcher_list (self, pipe);
    }
}

gboolean
tf__dispatcher_run_until (TfDispatcher *self,
                          gboolean (*is_over) (gpointer data),
                          gpointer data,
                          gint64   deadline_us)
{
  TfAwait  await = { .dispatcher = self };
  gboolean is_in_time;

  self->nesting = tf__nesting_get ();
  tf__await_begin (&await);
  is_in_time = run_until (self, is_over, data, deadline_us);
  tf__await_end (&await);

  return is_in_time;
}
