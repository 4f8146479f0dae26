/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-set-private.h"

/* The members that a set has left, and the end of a set, which may come on any thread. */

typedef struct
{
  TfSetSlot *slots;
  guint      n_slots;
} Slots;

/* Marks a place whose member has ended since, and is never called. */
static const TfContinuationClass nothing_class;

/* The set may be going on another thread: this is about the place alone, which may be freed when it is marked. */
static void
on_watched_done (TfContinuation *continuation,
                 TfFuture       *future)
{
  g_object_ref (future);
  tf__store (&continuation->klass, &nothing_class);
}

static const TfContinuationClass watched_class = { .run = on_watched_done };

static gboolean
is_watched (TfSetSlot *slot)
{
  return tf__load (&slot->continuation.klass) == &watched_class;
}

void
tf__set_watch_slot (TfFutureSet *self,
                    TfSetSlot   *slot)
{
  self->has_watched = TRUE;
  slot->continuation.klass = &watched_class;
  tf__future_watch (slot->future, &slot->continuation);
}

static gboolean
has_watched (TfFutureSet *self)
{
  guint n = self->has_watched ? self->n_slots : 0;

  while (n > 0 && !is_watched (&self->slots[n - 1]))
    n--;

  return n > 0;
}

/* Those that were watched are empty then. */
TF_FOREGROUND
static void
unwatch (TfSetSlot *slots,
         guint      n_slots)
{
  for (guint i = 0; i < n_slots; i++)
    {
      TfSetSlot *slot = &slots[i];

      if (is_watched (slot))
        tf__future_unwatch (g_steal_pointer (&slot->future), &slot->continuation);
    }
}

static void
free_slots (TfSetSlot *slots,
            guint      n_slots)
{
  for (guint i = 0; i < n_slots; i++)
    g_clear_object (&slots[i].future);

  g_free (slots);
}

static void
free_there (gpointer data)
{
  Slots *self = data;

  tf__enter_foreground ();
  unwatch (self->slots, self->n_slots);
  free_slots (self->slots, self->n_slots);
  g_free (self);
}

/* A member that is watched may end in the owner context at this moment, which writes to its place. The owner is whoever
 * ran the loop of the set last, and another thread may be running it for a member since: so it is held meanwhile. */
static gboolean
unwatch_here (TfFutureSet *self)
{
  GMainContext *context = self->completion.work.pipe.dispatcher->context;

  if (!tf__future_is_in_owner (TF_FUTURE (self)) || !g_main_context_acquire (context))
    return FALSE;

  tf__enter_foreground ();
  unwatch (self->slots, self->n_slots);
  g_main_context_release (context);
  return TRUE;
}

void
tf__set_free_members (TfFutureSet *self)
{
  Slots *slots;

  if (!has_watched (self) || unwatch_here (self))
    {
      free_slots (self->slots, self->n_slots);
      return;
    }

  slots = g_new (Slots, 1);
  slots->slots = self->slots;
  slots->n_slots = self->n_slots;
  tf__completion_free_there (&self->completion, slots, free_there);
}
