/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

/* Callbacks that are dropped with the object that is their data: those of a future, and of all that is derived from
 * it. */

typedef struct
{
  gpointer       data;
  GDestroyNotify data_free;
} Remainder;

void
tf__remains_add (TfRemains     *self,
                 gpointer       data,
                 GDestroyNotify data_free)
{
  Remainder remainder = { data, data_free };

  if (data_free != NULL)
    g_array_append_val (self, remainder);
}

void
tf__remains_take (TfRemains      *self,
                  gpointer        data,
                  GDestroyNotify *data_free)
{
  tf__remains_add (self, data, *data_free);
  *data_free = NULL;
}

static void
free_remains (TfRemains *self)
{
  for (guint i = 0; i < self->len; i++)
    {
      const Remainder *remainder = &g_array_index (self, Remainder, i);

      remainder->data_free (remainder->data);
    }

  g_array_unref (self);
}

/* Runs no code of the user's. What goes on with @self is added to @futures. */
TF_FOREGROUND
static void
drop_of_one (TfFuture   *self,
             gpointer    owner,
             TfRemains  *remains,
             GPtrArray  *futures,
             GHashTable *seen)
{
  const TfFuturePrivate *priv = tf__future_get_private (self);
  TfContinuation        *continuation = priv->continuations;

  if (tf__work_get_class (priv->work)->drop_callback != NULL)
    tf__work_get_class (priv->work)->drop_callback (priv->work, owner, remains);

  while (continuation != NULL)
    {
      const TfContinuationClass *klass = continuation->klass;
      TfContinuation            *next = continuation->next;
      TfFuture                  *target = NULL;

      if (klass->get_target != NULL)
        target = klass->get_target (continuation);
      if (target != NULL && g_hash_table_add (seen, target))
        g_ptr_array_add (futures, g_object_ref (target));
      if (klass->drop_callback != NULL)
        klass->drop_callback (continuation, self, owner, remains);
      continuation = next;
    }
}

void
tf__future_drop_callbacks (TfFuture *self,
                           gpointer  owner)
{
  GPtrArray  *futures = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTable *seen = g_hash_table_new (NULL, NULL);
  TfRemains  *remains = g_array_new (FALSE, FALSE, sizeof (Remainder));

  g_hash_table_add (seen, self);
  g_ptr_array_add (futures, g_object_ref (self));
  for (guint i = 0; i < futures->len; i++)
    drop_of_one (futures->pdata[i], owner, remains, futures, seen);

  for (guint i = 0; i < futures->len; i++)
    g_signal_handlers_disconnect_by_data (futures->pdata[i], owner);
  free_remains (remains);
  g_hash_table_unref (seen);
  g_ptr_array_unref (futures);
}

/* A GTask calls its callback in any case, so the callback of the user's is called by one of the library. */

typedef struct
{
  GAsyncReadyCallback callback; /* (nullable) */
  gpointer            user_data;
} Ready;

static void
on_ready_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  const Ready *ready = g_task_get_task_data (G_TASK (result));

  if (ready->callback != NULL)
    ready->callback (source, result, user_data);
}

GTask *
tf__gtask_new (gpointer            source,
               GCancellable       *cancellable,
               GAsyncReadyCallback callback,
               gpointer            user_data)
{
  GTask *gtask = g_task_new (source, cancellable, callback == NULL ? NULL : on_ready_cb, user_data);
  Ready *ready = g_new (Ready, 1);

  *ready = (Ready){ callback, user_data };
  g_task_set_task_data (gtask, ready, g_free);
  return gtask;
}

gboolean
tf__gtask_drop_callback (GTask   *gtask,
                         gpointer owner)
{
  Ready *ready = g_task_get_task_data (gtask);

  if (ready->callback == NULL || ready->user_data != owner)
    return FALSE;

  ready->callback = NULL;
  return TRUE;
}
