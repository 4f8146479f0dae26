/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: TfValues */
static void
live (TfTestFixture *fixture)
{
  GError              *error = NULL;
  GListStore          *store = g_list_store_new (G_TYPE_OBJECT);
  g_autoptr (TfFuture) future = tf_future_from_signal (G_OBJECT (store), "items-changed", NULL);
  GObject             *item = g_object_new (G_TYPE_OBJECT, NULL);

  g_list_store_append (store, item);
  tf_test_wait_done (future);
  {
#include BLOCK
    g_assert_no_error (error);
    g_assert_cmpuint (tf_values_get_n (values), ==, 3);
  }
  g_object_unref (item);
  g_object_unref (store);
}
