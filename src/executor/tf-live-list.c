/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-engine-private.h"

/* The live futures as a list model. It costs some hundred nanoseconds a task, so it is made when somebody first asks
 * for it: by g_list_model_get_n_items() or g_list_model_get_item(), or by a handler of "items-changed".
 *
 * The list changes only together with the emission that announces the change. What changes while handlers of one
 * emission run is announced after it, so that every handler sees the changes one by one and in the same order. */

static guint items_changed_signal; /* [const] once there is an executor */

void
tf__live_list_init_class (void)
{
  items_changed_signal = g_signal_lookup ("items-changed", G_TYPE_LIST_MODEL);
}

TF_FOREGROUND
static void
make_list (TfEngine *self)
{
  self->list = g_new0 (TfLiveList, 1);
  self->list->items = g_sequence_new (g_object_unref);
  self->list->iters = g_hash_table_new (NULL, NULL);
  self->list->removed = g_queue_new ();
}

void
tf__live_list_free (TfLiveList *list)
{
  g_sequence_free (list->items);
  g_hash_table_unref (list->iters);
  g_queue_free (list->removed);
  g_free (list);
}

/* How many were added at the end. */
TF_FOREGROUND
static guint
append_unlisted (TfEngine *self)
{
  GPtrArray *tasks = tf__live_tasks_dup_unlisted (self, self->list->iters);
  guint      n_added = tasks->len;

  for (guint i = 0; i < tasks->len; i++)
    {
      TfTask *task = tasks->pdata[i];

      g_hash_table_insert (self->list->iters, task,
                           g_sequence_append (self->list->items, g_object_ref (task->work.future)));
    }

  g_ptr_array_unref (tasks);
  return n_added;
}

TF_FOREGROUND
static gboolean
has_handlers (TfEngine *self)
{
  return !tf__engine_is_facade_gone (self) &&
         g_signal_has_handler_pending (self->facade, items_changed_signal, 0, TRUE);
}

/* A signal cannot tell that a handler was connected. So this looks before each change, and the list begins with what
 * there was before. */
void
tf__live_list_before_change (TfEngine *self)
{
  if (self->list != NULL || !has_handlers (self))
    return;

  make_list (self);
  append_unlisted (self);
}

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

/* FALSE if there is nothing to announce. */
TF_FOREGROUND
static gboolean
announce_next (TfEngine *self)
{
  GSequenceIter *iter = g_queue_pop_head (self->list->removed);
  guint          position;
  guint          n_added;

  if (iter != NULL)
    {
      position = g_sequence_iter_get_position (iter);
      g_sequence_remove (iter);
      emit_changed (self, position, 1, 0);
      return TRUE;
    }

  position = g_sequence_get_length (self->list->items);
  n_added = append_unlisted (self);
  if (n_added == 0)
    return FALSE;

  emit_changed (self, position, 0, n_added);
  return TRUE;
}

TF_FOREGROUND
static void
announce (TfEngine *self)
{
  if (self->list->is_emitting)
    return;

  /* A handler may drop the executor. */
  tf__engine_ref (self);
  self->list->is_emitting = TRUE;
  while (announce_next (self))
    ;
  self->list->is_emitting = FALSE;
  tf__engine_unref (self);
}

void
tf__live_list_sync (TfEngine *self)
{
  if (self->list != NULL)
    announce (self);
}

void
tf__live_list_remove (TfEngine *self,
                      TfTask   *task)
{
  gpointer iter;

  if (self->list == NULL ||
      !g_hash_table_steal_extended (self->list->iters, task, NULL, &iter))
    return;

  g_queue_push_tail (self->list->removed, iter);
  announce (self);
}

/* The first caller sees the tasks of other threads as well, since none of them was announced before. */
TF_FOREGROUND
static void
ensure_list (TfEngine *self)
{
  tf__live_list_before_change (self);
  if (self->list != NULL)
    return;

  make_list (self);
  tf__live_tasks_welcome (self);
  append_unlisted (self);
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

  return g_sequence_iter_is_end (iter) ? NULL : g_object_ref (g_sequence_get (iter));
}
