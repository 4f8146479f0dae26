/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: find-files */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  Window    window = { g_list_store_new (G_TYPE_FILE_INFO) };
  GFile    *folder = g_file_new_for_path ("/");
  TfFuture *future = frame_submit (fixture, find_files, folder);

  g_signal_connect (future, "item", G_CALLBACK (on_file), &window);
  frame_complete (future);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (window.store)), >, 0);

  future = frame_submit (fixture, find_files, folder);
  tf_future_cancel (future);
  frame_drop (fixture, future);
  g_object_unref (folder);
  g_object_unref (window.store);
}
