/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: old-way */
#include <tf-testing/tf-testing.h>

#include BLOCK

static guint n_calls;

static gboolean
on_number (gpointer number)
{
  n_calls++;
  return G_SOURCE_REMOVE;
}

int
main (void)
{
  GThread *thread = g_thread_new ("count", count_thread, (gpointer) on_number);

  g_thread_join (thread);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_assert_cmpuint (n_calls, ==, 1000);
  return 0;
}

/* frame: new-way */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  GObject           *window = frame_widget_new ();
  GObject           *bar = frame_widget_new ();
  GObject           *label = frame_widget_new ();
  g_autoptr (GError) error = NULL;
  g_autofree char   *text = NULL;

  start (fixture->executor, window, bar, label, &error);
  g_assert_no_error (error);
  tf_test_run_until (fixture->main_context, frame_is_idle, fixture->executor);
  text = frame_widget_dup (label, "label");
  g_assert_cmpstr (text, ==, "\"1000 found\"");

  start (fixture->executor, window, bar, label, &error);
  g_object_unref (label);
  g_object_unref (bar);
  g_object_unref (window);
  tf_test_run_until (fixture->main_context, frame_is_idle, fixture->executor);
}
