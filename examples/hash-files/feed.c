/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "feed.h"

#include "walk.h"

#define MIN_FOUND 128

struct _Feed
{
  TfExecutor *executor;
  Walk       *walk;  /* belongs to the slice while there is one */
  TfFuture   *slice; /* (owned) */
  GQueue      found;
  gboolean    is_walked;
  FeedFunc    func;
  gpointer    user_data;
};

Feed *
feed_new (TfExecutor *executor,
          char      **paths,
          FeedFunc    func,
          gpointer    user_data)
{
  Feed *self = g_new0 (Feed, 1);

  self->executor = g_object_ref (executor);
  self->walk = walk_new (paths);
  g_queue_init (&self->found);
  self->func = func;
  self->user_data = user_data;

  return self;
}

void
feed_free (Feed *self)
{
  g_clear_object (&self->slice);
  g_queue_clear_full (&self->found, (GDestroyNotify) hash_file_free);
  walk_free (self->walk);
  g_object_unref (self->executor);
  g_free (self);
}

static void
on_slice_done_cb (TfFuture *future,
                  gpointer  user_data)
{
  Feed   *self = user_data;
  GQueue *files = tf_future_steal_pointer (future, NULL);
  GList  *link;

  if (files == NULL || files->length < WALK_SLICE_FILES)
    self->is_walked = TRUE;
  if (files != NULL)
    {
      while ((link = g_queue_pop_head_link (files)) != NULL)
        g_queue_push_tail_link (&self->found, link);
      g_queue_free (files);
    }

  g_clear_object (&self->slice);
  self->func (self->user_data);
}

/* Before the files that wait to be hashed, or the feed would run dry behind them. */
static void
submit_slice (Feed *self)
{
  g_autoptr (GError) error = NULL;
  TfTask            *task = tf_task_new (run_walk_slice, self->walk, NULL);

  tf_task_set_priority (task, G_PRIORITY_HIGH);
  tf_task_set_callback (task, on_slice_done_cb, self, NULL);
  self->slice = tf_executor_submit (self->executor, task, &error);
  if (self->slice == NULL)
    {
      g_queue_push_tail (&self->found, hash_file_new_failed ("walk", error->message));
      self->is_walked = TRUE;
    }
}

HashFile *
feed_take (Feed *self)
{
  if (!self->is_walked && self->slice == NULL && self->found.length < MIN_FOUND)
    submit_slice (self);

  return g_queue_pop_head (&self->found);
}

gboolean
feed_is_at_end (Feed *self)
{
  return self->is_walked && self->slice == NULL && self->found.length == 0;
}

void
feed_cut_short (Feed *self)
{
  self->is_walked = TRUE;
  if (self->slice != NULL)
    tf_future_cancel (self->slice);
}
