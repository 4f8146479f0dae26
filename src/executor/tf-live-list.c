/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-engine-private.h"

/* The live futures as a list model. It costs some hundred nanoseconds a task, so it is made when
 * somebody first looks. */

TF_FOREGROUND
static void
emit_changed (TfEngine *self,
              guint     position,
              guint     n_removed,
              guint     n_added)
{
  GListModel *facade = tf__engine_get_facade (self);

  if (facade == NULL)
    return;

  g_list_model_items_changed (facade, position, n_removed, n_added);
  g_object_unref (facade);
}

/* How many were added at the end. */
TF_FOREGROUND
static guint
append_unlisted (TfEngine *self)
{
  GPtrArray *tasks = tf__live_tasks_dup_unlisted (self, self->list->iters);
  guint      n_added = tasks->len;

  for (guint i = 0; i < tasks->len; i++)
    g_hash_table_insert (self->list->iters, tasks->pdata[i],
                         g_sequence_append (self->list->items, tasks->pdata[i]));

  g_ptr_array_unref (tasks);
  return n_added;
}

TF_FOREGROUND
static void
ensure_list (TfEngine *self)
{
  if (self->list != NULL)
    return;

  tf__engine_want_list (self);
  self->list = g_new0 (TfLiveList, 1);
  self->list->items = g_sequence_new (NULL);
  self->list->iters = g_hash_table_new (NULL, NULL);
  append_unlisted (self);
}

void
tf__live_list_free (TfLiveList *list)
{
  g_sequence_free (list->items);
  g_hash_table_unref (list->iters);
  g_free (list);
}

void
tf__live_list_sync (TfEngine *self)
{
  guint position;
  guint n_added;

  ensure_list (self);
  position = g_sequence_get_length (self->list->items);
  n_added = append_unlisted (self);

  if (n_added > 0)
    emit_changed (self, position, 0, n_added);
}

void
tf__live_list_remove (TfEngine *self,
                      TfTask   *task)
{
  GSequenceIter *iter = g_hash_table_lookup (self->list->iters, task);
  guint          position;

  if (iter == NULL)
    return;

  position = g_sequence_iter_get_position (iter);
  g_hash_table_remove (self->list->iters, task);
  g_sequence_remove (iter);
  emit_changed (self, position, 1, 0);
}

guint
tf__live_list_get_n_items (TfEngine *self)
{
  ensure_list (self);
  return g_sequence_get_length (self->list->items);
}

gpointer
tf__live_list_get_item (TfEngine *self,
                        guint     position)
{
  GSequenceIter *iter;

  ensure_list (self);
  iter = g_sequence_get_iter_at_pos (self->list->items, (int) MIN (position, G_MAXINT));

  return g_sequence_iter_is_end (iter) ? NULL
                                       : g_object_ref (((TfTask *) g_sequence_get (iter))->work.future);
}
