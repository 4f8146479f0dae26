/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program of somebody else whose tasks run in worker processes. They are this program, too; with -DHOST they are
 * tf-worker, which finds the function in the module. */

#include "module.h"

#include <unistd.h>

static void
submit_square (TfExecutor *executor)
{
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  TfTask              *task;

  task = tf_task_new_with_argument (
    run_square, g_variant_new ("(xx)", (gint64) 7, (gint64) getpid ()));
  future = tf_executor_submit (executor, task, &error);
  g_assert_no_error (error);
  tf_future_wait (future, 30 * G_TIME_SPAN_SECOND, NULL, &error);
  g_assert_no_error (error);
  g_print ("%" G_GINT64_FORMAT "\n", tf_future_get_int64 (future, &error));
  g_assert_no_error (error);
}

int
main (void)
{
  g_autoptr (TfProcessContext) context = NULL;
  g_autoptr (TfExecutor)       executor = NULL;
  g_autoptr (GError)           error = NULL;

#ifndef HOST
  if (tf_worker_requested ())
    return tf_worker_run ();
#endif

  context = tf_process_context_new (1);
  executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  submit_square (executor);
  tf_executor_shutdown (executor, 30 * G_TIME_SPAN_SECOND, &error);
  g_assert_no_error (error);

  return 0;
}
