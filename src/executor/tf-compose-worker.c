/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-compose-private.h"

void
tf__then_task_run (TfTask  *task,
                   gpointer data)
{
  const TfThenTask *self = data;

  self->func (task, self->done, self->user_data);
}
