/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-engine-private.h"

/* The tasks of an engine that have not come to their end, in the order of submission. The list is the
 * owner's, without a lock; those submitted on other threads arrive in it when it is next used. */

#define MAX_NAMED 5

TF_FOREGROUND
static void
append (TfEngine *self,
        TfTask   *task)
{
  task->is_live = TRUE;
  task->previous_live = self->last_live;
  if (self->last_live == NULL)
    self->first_live = task;
  else
    self->last_live->next_live = task;
  self->last_live = task;
}

void
tf__live_tasks_welcome (TfEngine *self)
{
  TfTask *task;

  if (!tf__engine_has_arrivals (self))
    return;

  tf__live_list_before_change (self);
  task = tf__engine_take_arrivals (self);
  while (task != NULL)
    {
      TfTask *next = g_steal_pointer (&task->next_live);

      append (self, task);
      task = next;
    }
}

void
tf__live_tasks_add (TfEngine *self,
                    TfTask   *task)
{
  tf__live_list_before_change (self);
  tf__live_tasks_welcome (self);
  append (self, task);
}

void
tf__live_tasks_remove (TfEngine *self,
                       TfTask   *task)
{
  tf__live_list_before_change (self);
  if (!task->is_live)
    tf__live_tasks_welcome (self);

  if (task->previous_live == NULL)
    self->first_live = task->next_live;
  else
    task->previous_live->next_live = task->next_live;

  if (task->next_live == NULL)
    self->last_live = task->previous_live;
  else
    task->next_live->previous_live = task->previous_live;

  task->next_live = NULL;
  task->previous_live = NULL;
}

GPtrArray *
tf__live_tasks_dup_futures (TfEngine *self)
{
  GPtrArray *futures = g_ptr_array_new_with_free_func (g_object_unref);

  tf__live_tasks_welcome (self);
  for (TfTask *task = self->first_live; task != NULL; task = task->next_live)
    g_ptr_array_add (futures, g_object_ref (task->work.future));

  return futures;
}

void
tf__live_tasks_tell_returned (TfEngine *self)
{
  for (TfTask *task = self->first_live; task != NULL; task = task->next_live)
    tf__task_tell_returned (task);
}

GPtrArray *
tf__live_tasks_dup_unlisted (TfEngine   *self,
                             GHashTable *listed)
{
  GPtrArray *tasks = g_ptr_array_new ();
  TfTask    *task = self->last_live;

  /* New ones are at the end. */
  while (task != NULL && task->previous_live != NULL && !g_hash_table_contains (listed, task))
    task = task->previous_live;

  for (; task != NULL; task = task->next_live)
    {
      if (!g_hash_table_contains (listed, task))
        g_ptr_array_add (tasks, task);
    }

  return tasks;
}

char *
tf__live_tasks_describe (TfEngine *self)
{
  g_autoptr (GString) text = g_string_new (NULL);
  guint               n_tasks = 0;

  tf__live_tasks_welcome (self);
  for (TfTask *task = self->first_live; task != NULL; task = task->next_live)
    {
      n_tasks++;
      if (n_tasks <= MAX_NAMED)
        g_string_append_printf (text, "%s“%s”", n_tasks == 1 ? "" : ", ", tf__task_get_name (task));
    }

  if (n_tasks > MAX_NAMED)
    g_string_append (text, ", …");

  return g_strdup_printf (n_tasks == 1 ? "%u task still runs: %s" : "%u tasks still run: %s",
                          n_tasks, text->str);
}
