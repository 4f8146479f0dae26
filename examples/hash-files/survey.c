/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "survey.h"

#include "walk.h"

struct _Survey
{
  TfExecutor *executor;
  guint       n_jobs;
  TfFuture   *future;
  gint64      total_bytes;
};

static void
on_counted_cb (TfFuture *future,
               gpointer  user_data)
{
  Survey *self = user_data;

  if (tf_future_get_state (future) == TF_FUTURE_STATE_COMPLETED)
    self->total_bytes = tf_future_get_int64 (future, NULL);
  tf_executor_set_max_workers (self->executor, self->n_jobs);
}

Survey *
survey_new (TfExecutor *executor,
            char      **paths)
{
  Survey *self = g_new0 (Survey, 1);
  TfTask *task = tf_task_new (run_survey, walk_new (paths), (GDestroyNotify) walk_free);

  self->executor = g_object_ref (executor);
  self->n_jobs = tf_executor_get_max_workers (executor);
  self->total_bytes = -1;

  tf_task_set_priority (task, G_PRIORITY_HIGH);
  tf_task_set_callback (task, on_counted_cb, self, NULL);
  tf_executor_set_max_workers (executor, self->n_jobs + 1);
  self->future = tf_executor_submit (executor, task, NULL);

  return self;
}

void
survey_free (Survey *self)
{
  g_clear_object (&self->future);
  g_object_unref (self->executor);
  g_free (self);
}

gint64
survey_get_total_bytes (Survey *self)
{
  return self->total_bytes;
}
