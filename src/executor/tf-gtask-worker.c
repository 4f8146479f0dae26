/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-gtask-private.h"

void
tf__gtask_run (TfTask  *task,
               gpointer data)
{
  TfGtaskWork  *self = data;
  GCancellable *cancellable = g_task_get_cancellable (self->gtask);

  self->task = tf_task_ref (task);
  self->has_run = TRUE;

  self->func (self->gtask, g_task_get_source_object (self->gtask),
              g_task_get_task_data (self->gtask),
              cancellable != NULL ? cancellable : tf_task_get_cancellable (task));
}

void
tf__gtask_code_returned (gpointer data)
{
  TfGtaskWork *self = data;
  TfTask      *task = tf_task_ref (self->task);

  /* Completed meanwhile, or soon, by the loop of the GTask; until then the owner context keeps an
   * eye on it, in case that nobody returned it. */
  if (!tf__gtask_end_half (self))
    tf__pipe_post (&task->pipe, TF_NEWS_RETURNED);

  tf_task_unref (task);
}
