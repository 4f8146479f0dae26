/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: load */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture *fetched[] = { NULL, frame_submit (fixture, frame_fail, NULL) };

  fetched[0] = tf_future_new_for_string ("hello");
  for (guint i = 0; i < G_N_ELEMENTS (fetched); i++)
    {
      GObject  *spinner = frame_widget_new ();
      TfFuture *other = tf_future_new_for_int64 (3);
      TfFuture *loaded = load (fetched[i], other, spinner);

      g_object_unref (fetched[i]);
      g_object_unref (other);
      g_object_unref (spinner);
      tf_test_wait_done (loaded);
      tf_test_assert_int64 (loaded, i == 0 ? 5 : 3);
      g_object_unref (loaded);
    }
}

/* frame: join */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture *a = tf_future_new_for_string ("a");
  TfFuture *b = tf_future_new_for_string ("b");
  TfFuture *joined = join_both (a, b);

  g_object_unref (a);
  g_object_unref (b);
  tf_test_wait_done (joined);
  tf_test_assert_string (joined, "ab");
  g_object_unref (joined);
}
