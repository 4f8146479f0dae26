/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The smallest program: one function runs in the background, tells how far it is, and has a
 * result.
 */

#include <tf/tf.h>

static void
run_sum (TfTask  *task,
         gpointer user_data)
{
  gint64 n_numbers = GPOINTER_TO_INT (user_data);
  gint64 sum = 0;

  for (gint64 i = 1; i <= n_numbers; i++)
    {
      sum += i;
      if (!tf_task_set_progress (task, i, n_numbers, "adding")) /* FALSE once cancelled */
        return;
    }

  tf_task_return_int64 (task, sum);
}

static void
on_fraction_changed_cb (TfFuture *future)
{
  g_print ("%3.0f %%\n", tf_future_get_fraction (future) * 100);
}

static void
on_done_cb (TfFuture  *future,
            GMainLoop *loop)
{
  g_autoptr (GError) error = NULL;
  gint64             sum = tf_future_get_int64 (future, &error);

  if (error != NULL)
    g_printerr ("hello: %s\n", error->message);
  else
    g_print ("The sum is %" G_GINT64_FORMAT "\n", sum);
  g_main_loop_quit (loop);
}

int
main (void)
{
  g_autoptr (GMainLoop)  loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (GError)     error = NULL;
  g_autoptr (TfFuture)   future = NULL;

  future = tf_executor_submit_call (executor, run_sum, GINT_TO_POINTER (10000000), NULL, &error);
  if (future == NULL)
    g_error ("%s", error->message);

  g_signal_connect (future, "notify::fraction", G_CALLBACK (on_fraction_changed_cb), NULL);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), loop);
  g_main_loop_run (loop);

  return tf_executor_shutdown (executor, -1, NULL) ? 0 : 1;
}
