/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: show-sum */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  GObject           *label = frame_widget_new ();
  GObject           *window = frame_widget_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char   *text = NULL;
  TfFuture          *shown = start (fixture->executor, label, window, &error);

  g_assert_no_error (error);
  frame_complete (shown);
  text = frame_widget_dup (label, "label");
  g_assert_cmpstr (text, ==, "\"500500\"");

  /* The window is closed, and everything is dropped. */
  shown = start (fixture->executor, label, window, &error);
  g_object_unref (window);
  g_object_unref (label);
  frame_drop (fixture, shown);
}
