/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: tf_worker_requested */
#include <tf/tf.h>

static void
seven (TfTask  *task,
       gpointer user_data)
{
  tf_task_return_int64 (task, 7);
}

int
main (void)
{
#include BLOCK
  g_autoptr (GError)           error = NULL;
  g_autoptr (TfProcessContext) processes = tf_process_context_new (1);
  g_autoptr (TfExecutor)       executor = NULL;
  g_autoptr (TfFuture)         future = NULL;
  TfTask                      *task;

  executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (processes));
  task = tf_task_new_with_argument (seven, g_variant_new_int64 (1));
  future = tf_executor_submit (executor, task, &error);
  g_assert_no_error (error);
  g_assert_true (tf_future_wait (future, -1, NULL, &error));
  g_assert_cmpint (tf_future_get_int64 (future, &error), ==, 7);
  return tf_executor_shutdown (executor, -1, NULL) ? 0 : 1;
}
