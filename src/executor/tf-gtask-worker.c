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

  tf__gtask_begin (self);

  /* Only a thread of GIO returns the GTask while its function goes on. */
  if (cancellable != NULL && g_task_get_return_on_cancel (self->gtask))
    {
      tf__gtask_run_apart (self);
      return;
    }

  self->func (self->gtask, g_task_get_source_object (self->gtask),
              g_task_get_task_data (self->gtask),
              cancellable != NULL ? cancellable : tf_task_get_cancellable (task));
}

void
tf__gtask_code_returned (gpointer data)
{
  tf__gtask_end (data);
}
