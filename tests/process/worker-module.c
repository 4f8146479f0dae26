/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <unistd.h>

#include <tf/tf.h>

/* A module with work for workers. */

void tf_worker_module_init (void);
void worker_module_pid (TfTask  *task,
                        gpointer user_data);

static guint n_inits;

static void
return_twice (TfTask  *task,
              gpointer user_data)
{
  tf_task_return_int64 (task, 2 * g_variant_get_int64 (tf_task_get_argument (task)));
}

static void
return_n_inits (TfTask  *task,
                gpointer user_data)
{
  tf_task_return_int64 (task, n_inits);
}

/* Found by its place, and by no name. */
G_MODULE_EXPORT void
worker_module_pid (TfTask  *task,
                   gpointer user_data)
{
  tf_task_return_int64 (task, getpid ());
}

G_MODULE_EXPORT void
tf_worker_module_init (void)
{
  n_inits++;
  tf_worker_register ("module-twice", return_twice);
  tf_worker_register ("module-n-inits", return_n_inits);
}
