/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-task.h>
#include <tf/tf-types.h>

G_BEGIN_DECLS

/**
 * TfWorkerFunc:
 * @task: the task to run, as its function would get it
 * @reference: what stands for the function
 * @user_data: what was given with the handler
 *
 * Runs a task in a worker process, by a reference that only the program of the worker understands.
 *
 * It is called in the thread of [func@Tf.worker_run_with]. It reports and returns by the functions of @task; a handler
 * that returns nothing has come back without a result.
 *
 * Since: 1.0
 */
typedef void (*TfWorkerFunc) (TfTask     *task,
                              const char *reference,
                              gpointer    user_data);

TF_AVAILABLE_IN_ALL
gboolean tf_worker_requested (void);
TF_AVAILABLE_IN_ALL
int tf_worker_run (void);
TF_AVAILABLE_IN_ALL
int tf_worker_run_with (TfWorkerFunc handler,
                        gpointer     user_data);
TF_AVAILABLE_IN_ALL
TfTask *tf_worker_next (int *status);
TF_AVAILABLE_IN_ALL
void tf_worker_register (const char *name,
                         TfTaskFunc  func);

G_END_DECLS
