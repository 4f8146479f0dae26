/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: tf_promise_new_for_finish */
static void
live (TfTestFixture *fixture)
{
  GFile     *file = g_file_new_for_path (BLOCK);
  TfPromise *promise;

  {
#include BLOCK
  } g_object_unref (file);
  frame_complete (TF_FUTURE (promise));
}
