/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: cancel-button */
#include "frame-gtk.h"

static void
start (TfExecutor *executor,
       TfTaskFunc  func,
       GtkWidget  *button)
{
  TfFuture *future = tf_executor_submit_call (executor, func, NULL, NULL, NULL);

  {
#include BLOCK
  } g_object_unref (future);
}

static void
live (TfExecutor *executor)
{
  GtkWidget *window = gtk_window_new ();
  GtkWidget *button = gtk_button_new_with_label ("Cancel");

  gtk_window_set_child (GTK_WINDOW (window), button);
  gtk_window_present (GTK_WINDOW (window));

  start (executor, frame_quick, button);
  frame_run_until_idle (executor);
  g_assert_false (gtk_widget_get_sensitive (button));

  start (executor, frame_endless, button);
  g_assert_true (gtk_widget_get_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
  frame_run_until_idle (executor);

  /* The window is closed while work goes on. */
  start (executor, frame_slow, button);
  gtk_window_destroy (GTK_WINDOW (window));
  frame_run_until_idle (executor);
}

/* frame: set-cancellable */
static void
live (TfTestFixture *fixture)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TfTask                  *task = tf_task_new (frame_endless, NULL, NULL);
  TfFuture                *future;

  {
#include BLOCK
  } future = tf_executor_submit (fixture->executor, task, NULL);
  g_cancellable_cancel (cancellable);
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  g_object_unref (future);
}

/* frame: abort */
static void
live (TfTestFixture *fixture)
{
  TfFuture          *future = frame_submit (fixture, frame_endless, NULL);
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < 2; i++)
    {
#include BLOCK
      tf_test_wait_done (future);
    }
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  g_assert_error (error, TF_ERROR, TF_ERROR_DONE);
  frame_drop (fixture, future);
}

/* frame: cancel-origin */
static TfFuture *
go_on (TfFuture *done,
       gpointer  user_data)
{
  return NULL;
}

static void
live (TfTestFixture *fixture)
{
  g_autoptr (TfFuture) first = frame_submit (fixture, frame_endless, NULL);
  g_autoptr (TfFuture) future = tf_future_then (first, go_on, NULL, NULL);

  tf_future_cancel (first);
  tf_test_wait_done (future);
  {
#include BLOCK
    g_assert_nonnull (origin);
  }
}

/* frame: with-timeout */
static void
live (TfTestFixture *fixture)
{
  TfFuture *future = frame_submit (fixture, frame_seven, NULL);

  {
#include BLOCK
    tf_test_wait_done (in_time);
    tf_test_assert_int64 (in_time, 7);
  }
  frame_drop (fixture, future);
}

/* frame: bind-owner */
static void
live (TfTestFixture *fixture)
{
  TfFuture *future = frame_submit (fixture, frame_endless, NULL);
  GObject  *window = frame_widget_new ();

  {
#include BLOCK
  } g_object_unref (window);
  frame_drop (fixture, future);
}
