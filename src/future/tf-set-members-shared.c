/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-set-private.h"

/* The end of a set, which may come on any thread. */

typedef struct
{
  TfSetSlot *slots;
  guint      n_slots;
} Slots;

static void
free_slots (gpointer data)
{
  Slots *self = data;

  tf__enter_foreground ();
  tf__set_free_slots (self->slots, self->n_slots);
  g_free (self);
}

/* A member that is watched may end in the owner context at this moment, which writes to its place. If none ever was,
 * nobody looks at the places any more. */
void
tf__set_free_members (TfFutureSet *self)
{
  Slots *slots;

  if (!self->has_watched || tf__future_is_in_owner (TF_FUTURE (self)))
    {
      tf__enter_foreground ();
      tf__set_free_slots (self->slots, self->n_slots);
      return;
    }

  slots = g_new (Slots, 1);
  slots->slots = self->slots;
  slots->n_slots = self->n_slots;
  tf__completion_free_there (&self->completion, slots, free_slots);
}
