/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* For programs that have GTask: the thread function that is there runs on the executor as it
 * stands, and gets a future; and a task can be submitted with the callback and finish function of
 * GIO.
 */

#include <tf/tf.h>

/* Written for g_task_run_in_thread(), and unchanged. */
static void
run_count_words (GTask        *gtask,
                 gpointer      source_object,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  g_auto (GStrv) words = g_strsplit (task_data, " ", -1);

  g_task_return_int (gtask, (gssize) g_strv_length (words));
}

static void
on_words_counted_cb (GObject      *source_object,
                     GAsyncResult *result,
                     gpointer      user_data)
{
  *(gssize *) user_data = g_task_propagate_int (G_TASK (result), NULL);
}

static void
run_square (TfTask  *task,
            gpointer user_data)
{
  gint64 number = g_variant_get_int64 (tf_task_get_argument (task));

  tf_task_return_int64 (task, number * number);
}

static void
on_squared_cb (GObject      *source_object,
               GAsyncResult *result,
               gpointer      user_data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue)    value = G_VALUE_INIT;
  gint64            *square = user_data;

  if (!tf_executor_submit_finish (TF_EXECUTOR (source_object), result, &value, &error))
    g_error ("%s", error->message);
  *square = g_value_get_int64 (&value);
}

int
main (void)
{
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (TfFuture)   future = NULL;
  g_autoptr (GTask)      gtask = NULL;
  TfTask                *task;
  gssize                 n_words = -1;
  gint64                 square = -1;

  gtask = g_task_new (NULL, NULL, on_words_counted_cb, &n_words);
  g_task_set_task_data (gtask, g_strdup ("the thread function stays as it is"), g_free);
  future = tf_executor_submit_task_func (executor, gtask, run_count_words, NULL);

  task = tf_task_new_with_argument (run_square, g_variant_new_int64 (7));
  tf_executor_submit_async (executor, task, NULL, on_squared_cb, &square);

  while (n_words < 0 || square < 0 || !tf_future_is_done (future))
    g_main_context_iteration (NULL, TRUE);

  g_print ("%" G_GSSIZE_FORMAT " words\n7 squared is %" G_GINT64_FORMAT "\n", n_words, square);
  return tf_executor_shutdown (executor, -1, NULL) ? 0 : 1;
}
