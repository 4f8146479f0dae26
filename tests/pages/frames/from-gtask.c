/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: query-info */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  GFile    *file = g_file_new_for_path (BLOCK);
  TfFuture *queried = query_info (file);
  TfFuture *cancelled = query_info (file);

  g_object_unref (file);
  tf_future_cancel (cancelled);
  tf_test_wait_done (cancelled);
  g_object_unref (cancelled);
  frame_complete (queried);
}

/* frame: show-size */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  g_autoptr (GFileInfo) info = g_file_info_new ();
  TfFuture             *queried;
  TfFuture             *shown;

  g_file_info_set_size (info, 7);
  queried = tf_future_new_for_object (G_OBJECT (info));
  shown = show_size (queried);
  g_object_unref (queried);
  frame_complete (shown);

  queried = frame_submit (fixture, frame_fail, NULL);
  shown = show_size (queried);
  g_object_unref (queried);
  frame_complete (shown);
}

/* frame: return-to-gtask */
#include BLOCK

static void
on_counted (GObject      *executor,
            GAsyncResult *result,
            gpointer      n_lines)
{
  *(gint64 *) n_lines = count_lines_finish (TF_EXECUTOR (executor), result, NULL);
}

static gboolean
is_counted (gpointer n_lines)
{
  return *(gint64 *) n_lines != 0;
}

static void
live (TfTestFixture *fixture)
{
  GCancellable *cancellable = g_cancellable_new ();
  gint64        n_lines = 0;
  gint64        n_cancelled = 0;

  count_lines_async (fixture->executor, BLOCK, NULL, on_counted, &n_lines);
  count_lines_async (fixture->executor, BLOCK, cancellable, on_counted, &n_cancelled);
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);
  tf_test_run_until (fixture->main_context, is_counted, &n_lines);
  tf_test_run_until (fixture->main_context, is_counted, &n_cancelled);
  g_assert_cmpint (n_lines, ==, 42);
  g_assert_cmpint (n_cancelled, ==, -1);
  tf_test_run_until (fixture->main_context, frame_is_idle, fixture->executor);
}
