/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: tf_future_return_to_gtask */
static void
callback (GObject      *self,
          GAsyncResult *result,
          gpointer      user_data)
{
  g_auto (GValue)    value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_task_propagate_value (G_TASK (result), &value, &error));
  g_assert_no_error (error);
  *(gboolean *) user_data = TRUE;
}

static gboolean
is_set (gpointer flag)
{
  return *(gboolean *) flag;
}

static void
live (TfTestFixture *fixture)
{
  TfExecutor   *self = fixture->executor;
  TfFuture     *future = frame_submit (fixture, frame_seven, NULL);
  GCancellable *cancellable = NULL;
  gboolean      is_called = FALSE;
  gpointer      user_data = &is_called;
  GTask        *gtask;

  {
#include BLOCK
  } g_object_unref (future);
  tf_test_run_until (fixture->main_context, is_set, &is_called);
}
