/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program of somebody else: it knows the installed library and nothing of this tree. */

#include <tf/tf.h>

#if !TF_CHECK_VERSION(0, 0, 0)
#error "The headers do not know their version."
#endif

static void
run_square (TfTask  *task,
            gpointer user_data)
{
  gint64 n = GPOINTER_TO_INT (user_data);

  tf_task_return_int64 (task, n * n);
}

int
main (void)
{
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (TfFuture)   future = NULL;
  g_autoptr (GError)     error = NULL;

  future = tf_executor_submit_call (executor, run_square, GINT_TO_POINTER (7), NULL, &error);
  g_assert_no_error (error);
  tf_future_wait (future, 30 * G_TIME_SPAN_SECOND, NULL, &error);
  g_assert_no_error (error);
  g_print ("%" G_GINT64_FORMAT "\n", tf_future_get_int64 (future, &error));
  g_assert_no_error (error);
  tf_executor_shutdown (executor, 30 * G_TIME_SPAN_SECOND, &error);
  g_assert_no_error (error);

  return 0;
}
