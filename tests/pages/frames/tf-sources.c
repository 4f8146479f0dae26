/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: tf_future_from_signal */
static void
live (TfTestFixture *fixture)
{
  GObject *window = frame_widget_new ();
  GError  *error = NULL;

  {
#include BLOCK
    g_assert_no_error (error);
    g_signal_emit_by_name (window, "close-request");
    tf_test_wait_done (closed);
  }
  g_object_unref (window);
}
