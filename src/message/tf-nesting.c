/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-dispatcher-private.h"

/* How deep deliveries are nested in each other. Nothing is kept in the pipes: the deliveries of a thread are few, and
 * are looked through only by those that are nested. */

static _Thread_local TfNesting nesting_of_thread;

TfNesting *
tf__nesting_get (void)
{
  return &nesting_of_thread;
}

TF_FOREGROUND
static guint
count_deliveries (TfNesting *self,
                  TfPipe    *pipe)
{
  guint n = 0;

  for (TfDelivery *delivery = self->innermost; delivery != NULL; delivery = delivery->outer)
    n += delivery->pipe == pipe;

  return n;
}

/* Begun in the innermost handler: one further up goes on when the handlers below it have returned. */
TF_FOREGROUND
static TfAwait *
get_await (TfNesting *self)
{
  TfAwait *await = self->await;
  guint    depth = self->innermost == NULL ? 0 : self->innermost->depth;

  return await != NULL && await->depth == depth ? await : NULL;
}

static gboolean
is_thread_used_up (TfNesting *self)
{
  return self->innermost != NULL && self->innermost->depth >= TF_NESTING_MAX_OF_THREAD;
}

TF_FOREGROUND
static void
collect (TfNesting *self,
         TfAwait   *await)
{
  g_clear_pointer (&await->pipes, g_hash_table_unref);
  await->pipes = g_hash_table_new (NULL, NULL);
  if (await->collect != NULL)
    await->collect (await, await->pipes);
  await->n_deliveries = self->n_deliveries;
}

TF_FOREGROUND
static gboolean
is_awaited (TfNesting *self,
            TfPipe    *pipe)
{
  TfAwait *await = get_await (self);

  if (await == NULL)
    return FALSE;

  if (await->dispatcher == pipe->dispatcher)
    return TRUE;

  if (await->pipes == NULL)
    collect (self, await);

  return g_hash_table_contains (await->pipes, pipe);
}

gboolean
tf__nesting_is_used_up (TfNesting *self)
{
  return is_thread_used_up (self) && get_await (self) == NULL;
}

gboolean
tf__nesting_is_held_back (TfNesting *self,
                          TfPipe    *pipe)
{
  if (self->innermost == NULL || (self->innermost->depth < TF_NESTING_MAX_OF_PIPE))
    return FALSE;

  if (!is_thread_used_up (self) && count_deliveries (self, pipe) < TF_NESTING_MAX_OF_PIPE)
    return FALSE;

  return !is_awaited (self, pipe);
}

gboolean
tf__nesting_refresh (TfNesting *self)
{
  TfAwait *await = get_await (self);

  if (await == NULL || await->pipes == NULL || await->n_deliveries == self->n_deliveries)
    return FALSE;

  collect (self, await);
  return TRUE;
}

void
tf__nesting_add_held (TfNesting    *self,
                      TfDispatcher *dispatcher)
{
  if (self->held == NULL)
    self->held = g_ptr_array_new ();
  if (!g_ptr_array_find (self->held, dispatcher, NULL))
    g_ptr_array_add (self->held, dispatcher);
}

void
tf__nesting_forget_held (TfNesting    *self,
                         TfDispatcher *dispatcher)
{
  if (self->held != NULL)
    g_ptr_array_remove (self->held, dispatcher);
}

void
tf__nesting_wake_held (TfNesting *self)
{
  GPtrArray *held = g_steal_pointer (&self->held);

  for (guint i = 0; i < held->len; i++)
    tf__dispatcher_wake (held->pdata[i]);
  g_ptr_array_unref (held);
}

TF_FOREGROUND
static gboolean
is_hopeless (TfNesting *self,
             TfAwait   *await)
{
  if (self->innermost == NULL || self->innermost->depth <= TF_NESTING_MAX_OF_PIPE)
    return FALSE;

  collect (self, await);
  for (TfDelivery *delivery = self->innermost; delivery != NULL; delivery = delivery->outer)
    {
      gboolean is_needed = delivery->pipe != NULL &&
                           (await->dispatcher == delivery->pipe->dispatcher ||
                            g_hash_table_contains (await->pipes, delivery->pipe));

      if (is_needed && count_deliveries (self, delivery->pipe) > TF_NESTING_MAX_OF_PIPE)
        return TRUE;
    }

  return FALSE;
}

gboolean
tf__await_begin (TfAwait *self)
{
  TfNesting *nesting = tf__nesting_get ();
  gboolean   is_possible = !is_hopeless (nesting, self);

  self->depth = nesting->innermost == NULL ? 0 : nesting->innermost->depth;
  self->outer = nesting->await;
  nesting->await = self;
  return is_possible;
}

void
tf__await_end (TfAwait *self)
{
  tf__nesting_get ()->await = self->outer;
  g_clear_pointer (&self->pipes, g_hash_table_unref);
}
