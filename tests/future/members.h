/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "composing.h"

typedef TfFutureSet *(*NewSet) (TfFuture *const *futures,
                                guint            n_futures,
                                TfFutureSetFlags flags);

/* Promises, whose names are their numbers, and a set of them. */
typedef struct
{
  TfPromise   *promises[8];
  guint        n;
  TfFutureSet *set;
  TfFuture    *future; /* the set */
} Members;

static inline TfFuture **
members_make (Members *self,
              guint    n)
{
  TfFuture **futures = g_new0 (TfFuture *, n);

  *self = (Members){ .n = n };
  for (guint i = 0; i < n; i++)
    {
      g_autofree char *name = g_strdup_printf ("%u", i);

      self->promises[i] = tf_promise_new (name);
      futures[i] = TF_FUTURE (self->promises[i]);
    }

  return futures;
}

static inline void
members_init (Members         *self,
              guint            n,
              NewSet           new_set,
              TfFutureSetFlags flags)
{
  TfFuture **futures = members_make (self, n);

  self->set = new_set (futures, n, flags);
  self->future = TF_FUTURE (self->set);
  g_free (futures);
}

/* All are done, and nobody else holds them; a promise that is gone is NULL. */
static inline void
members_clear (Members *self)
{
  tf_test_drain (NULL);
  finish_set (&self->set);
  for (guint i = 0; i < self->n; i++)
    {
      if (self->promises[i] != NULL)
        finish_promise (&self->promises[i]);
    }
}
