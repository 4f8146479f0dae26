/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* The main() of a frame with windows. The frame defines live(), which uses the block as a program would, and closes its
 * window. It is called twice. */

#include <gtk/gtk.h>
#include <tf/tf.h>

static void live (TfExecutor *executor);

static void
frame_quick (TfTask  *task,
             gpointer user_data)
{
  tf_task_return_none (task);
}

/* Work that ends by itself, after the foreground has had time for a few turns. */
static void
frame_slow (TfTask  *task,
            gpointer user_data)
{
  for (guint i = 0; i < 1000; i++)
    if (!tf_task_yield_int64 (task, i))
      return;

  tf_task_return_none (task);
}

/* Work that ends by a cancel only. */
static void
frame_endless (TfTask  *task,
               gpointer user_data)
{
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (tf_task_get_cancellable (task), &fd));
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (tf_task_get_cancellable (task));
}

/* Runs the main loop until every future of the executor is done. */
static void
frame_run_until_idle (TfExecutor *executor)
{
  while (g_list_model_get_n_items (G_LIST_MODEL (executor)) > 0)
    g_main_context_iteration (NULL, TRUE);
}

int
main (void)
{
  g_autoptr (TfExecutor) executor = NULL;
  g_autoptr (GError)     error = NULL;

  gtk_init ();
  executor = tf_executor_new ();
  live (executor);
  live (executor);
  g_assert_true (tf_executor_shutdown (executor, -1, &error));
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (&executor));
  return 0;
}
