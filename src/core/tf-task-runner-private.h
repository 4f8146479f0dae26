/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-types.h>

typedef struct _TfTaskRunner TfTaskRunner;

/* Who runs tasks somewhere else than in the threads of the pool, which wait for it meanwhile: worker processes. */
typedef struct
{
  TfTaskRunner *(*ref) (TfTaskRunner *self);
  void (*unref) (TfTaskRunner *self);

  /* Any thread. Whether a task that is being submitted can be run there. */
  gboolean (*accept) (TfTaskRunner *self,
                      TfTask       *task,
                      GError      **error);
  /* A thread of the pool. Takes the place of tf__task_run(): begins the task, reports and returns by its functions, and
   * ends it; and goes on with others of the same host, as long as that gives it some. */
  void (*run) (TfTaskRunner *self,
               TfTask       *task);
  /* Any thread. A task that is not queued any more was cancelled or given up; it may have been run before, or not
   * yet. */
  void (*stop) (TfTaskRunner *self,
                TfTask       *task);
  /* Any thread. Whether there may be something that a task which has begun has said, perhaps its outcome, and that the
   * thread of the pool has not passed on yet. */
  gboolean (*is_arriving) (TfTaskRunner *self,
                           TfTask       *task);
} TfTaskRunnerClass;

struct _TfTaskRunner
{
  const TfTaskRunnerClass *klass;
};
