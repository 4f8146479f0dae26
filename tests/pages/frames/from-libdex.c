/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: load */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture *files[] = { NULL, frame_submit (fixture, frame_fail, NULL) };

  files[0] = tf_future_new_for_string ("text");
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      GObject  *lock = frame_widget_new ();
      TfFuture *text = load (files[i], lock);

      g_object_unref (files[i]);
      g_object_unref (lock);
      tf_test_wait_done (text);
      tf_test_assert_string (text, i == 0 ? "text" : "default");
      g_object_unref (text);
    }
}

/* frame: queue */
#include BLOCK

static guint n_pieces;

static TfFuture *
take_piece (void)
{
  return n_pieces == 0 ? NULL : tf_future_new_for_int64 (n_pieces--);
}

static void
live (TfTestFixture *fixture)
{
  Queue     queue = { take_piece };
  TfFuture *first;
  TfFuture *all;

  n_pieces = 100;
  first = take_piece ();
  all = tf_future_then (first, work_off, &queue, NULL);
  g_object_unref (first);
  frame_complete (all);
  g_assert_cmpuint (n_pieces, ==, 0);
}
