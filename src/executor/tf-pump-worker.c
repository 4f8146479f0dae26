/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-engine-private.h"

void
tf__pump_run (TfPoolJob *job)
{
  TfEngine *engine = (TfEngine *) ((char *) job - G_STRUCT_OFFSET (TfEngine, job));
  gboolean  start_next;
  TfTask   *task;

  tf__enter_worker ();

  task = tf__engine_take_task (engine, TRUE, &start_next);
  while (task != NULL)
    {
      if (start_next)
        tf__engine_start_pump (engine);

      tf__task_run (task);

      if (tf__engine_is_crowded (engine))
        {
          if (!tf__engine_return_pump (engine))
            tf__engine_unref (engine);
          return;
        }

      task = tf__engine_take_task (engine, FALSE, &start_next);
    }

  tf__engine_unref (engine);
}
