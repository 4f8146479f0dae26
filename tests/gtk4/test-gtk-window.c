/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Windows with work behind them, as getting-started.md builds them. */

#include "tf-test-support.h"

#include <gtk/gtk.h>

typedef struct
{
  TfExecutor *executor; /* (owned) */
  GtkWidget  *window;   /* (nullable) weak */
  GtkWidget  *box;
  GtkWidget  *bar;
  GtkWidget  *button;
  TfTestGate  gate; /* The task waits here once it is halfway. */
  guint       n_handled;
} Scene;

static void
scene_init (Scene *self)
{
  *self = (Scene){ NULL };
  tf_test_gate_init (&self->gate);
  self->executor = tf_executor_new ();

  self->window = gtk_window_new ();
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  self->bar = gtk_progress_bar_new ();
  self->button = gtk_button_new_with_label ("Cancel");
  gtk_box_append (GTK_BOX (self->box), self->bar);
  gtk_box_append (GTK_BOX (self->box), self->button);
  gtk_window_set_child (GTK_WINDOW (self->window), self->box);
  g_object_add_weak_pointer (G_OBJECT (self->window), (gpointer *) &self->window);
  gtk_window_present (GTK_WINDOW (self->window));
}

static gboolean
window_is_gone (gpointer user_data)
{
  Scene *self = user_data;

  return self->window == NULL;
}

static void
scene_clear (Scene *self)
{
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  tf_test_run_until (NULL, window_is_gone, self);
  tf_test_executor_finish (&self->executor);
  tf_test_gate_clear (&self->gate);
  tf_test_drain (NULL);
}

/* Reports half of its work, waits for the gate, and reports the rest. A cancel ends it at the gate. */
static void
run_gated (TfTask  *task,
           gpointer user_data)
{
  Scene *self = user_data;

  tf_task_set_progress (task, 1, 2, NULL);
  tf_test_gate_wait (&self->gate);
  if (tf_task_set_progress (task, 2, 2, NULL))
    tf_task_return_int64 (task, 42);
}

static TfFuture *
scene_submit (Scene *self)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future = NULL;

  future = tf_executor_submit_call (self->executor, run_gated, self, NULL, &error);
  g_assert_no_error (error);
  return future;
}

static void
count_call (Scene *self)
{
  self->n_handled++;
}

/* A handler whose data is the window, which is gone if the handler is called too late. */
static void
on_done_of_window_cb (GtkWidget *window)
{
  count_call (g_object_get_data (G_OBJECT (window), "scene"));
}

static gboolean
bar_is_halfway (gpointer user_data)
{
  Scene *self = user_data;

  return gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (self->bar)) == 0.5;
}

static void
test_bar (void)
{
  Scene                self;
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("A progress bar that is bound to the fraction of a future follows it.");

  scene_init (&self);
  future = scene_submit (&self);
  g_object_bind_property (future, "fraction", self.bar, "fraction", G_BINDING_SYNC_CREATE);

  tf_test_run_until (NULL, bar_is_halfway, &self);
  tf_test_gate_open (&self.gate);
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 42);
  g_assert_cmpfloat (gtk_progress_bar_get_fraction (GTK_PROGRESS_BAR (self.bar)), ==, 1);

  scene_clear (&self);
}

static void
test_close (void)
{
  Scene                self;
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("Closing the window that owns a task cancels the task and frees the window; "
                  "no handler of the window is called.");

  scene_init (&self);
  future = scene_submit (&self);
  tf_future_bind_owner (future, G_OBJECT (self.window));
  g_object_bind_property (future, "fraction", self.bar, "fraction", G_BINDING_SYNC_CREATE);
  g_object_set_data (G_OBJECT (self.window), "scene", &self);
  g_signal_connect_swapped (future, "done", G_CALLBACK (on_done_of_window_cb), self.window);
  tf_test_run_until (NULL, bar_is_halfway, &self);

  gtk_window_close (GTK_WINDOW (self.window));
  tf_test_run_until (NULL, window_is_gone, &self);
  tf_test_gate_open (&self.gate);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (self.n_handled, ==, 0);

  scene_clear (&self);
}

static void
test_close_dropped (void)
{
  Scene     self;
  TfFuture *future;

  g_test_summary ("A window that dropped the handle of its task closes while the task runs.");

  scene_init (&self);
  future = scene_submit (&self);
  tf_future_bind_owner (future, G_OBJECT (self.window));
  g_object_bind_property (future, "fraction", self.bar, "fraction", G_BINDING_SYNC_CREATE);
  g_object_unref (future);
  tf_test_run_until (NULL, bar_is_halfway, &self);

  gtk_window_close (GTK_WINDOW (self.window));
  tf_test_run_until (NULL, window_is_gone, &self);
  tf_test_gate_open (&self.gate);

  scene_clear (&self);
}

static gboolean
executor_is_idle (gpointer executor)
{
  return g_list_model_get_n_items (executor) == 0;
}

static void
test_cancel_button (void)
{
  Scene     self;
  TfFuture *future;

  g_test_summary ("A cancel button works while the task runs, and does nothing "
                  "once the future is gone.");

  scene_init (&self);
  future = scene_submit (&self);
  g_object_bind_property (future, "fraction", self.bar, "fraction", G_BINDING_SYNC_CREATE);
  g_signal_connect_object (self.button, "clicked", G_CALLBACK (tf_future_cancel), future,
                           G_CONNECT_SWAPPED);
  g_signal_connect_swapped (future, "notify::state", G_CALLBACK (count_call), &self);
  g_object_add_weak_pointer (G_OBJECT (future), (gpointer *) &future);
  g_object_unref (future);
  tf_test_run_until (NULL, bar_is_halfway, &self);

  self.n_handled = 0;
  g_signal_emit_by_name (self.button, "clicked");
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  tf_test_gate_open (&self.gate);
  tf_test_run_until (NULL, executor_is_idle, self.executor);
  g_assert_cmpuint (self.n_handled, ==, 2);
  g_assert_null (future);

  g_signal_emit_by_name (self.button, "clicked");

  scene_clear (&self);
}

static GtkWidget *
make_row (gpointer item,
          gpointer user_data)
{
  return gtk_label_new (tf_future_get_name (item));
}

static void
test_list (void)
{
  Scene                self;
  GtkWidget           *list = gtk_list_box_new ();
  g_autoptr (TfFuture) first = NULL;
  g_autoptr (TfFuture) second = NULL;

  g_test_summary ("A list box that shows an executor has a row for each future that is not done.");

  scene_init (&self);
  gtk_box_append (GTK_BOX (self.box), list);
  gtk_list_box_bind_model (GTK_LIST_BOX (list), G_LIST_MODEL (self.executor), make_row, NULL, NULL);
  g_assert_null (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0));

  first = scene_submit (&self);
  second = scene_submit (&self);
  g_assert_nonnull (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 1));
  g_assert_null (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 2));

  tf_test_gate_open (&self.gate);
  tf_test_wait_done (first);
  tf_test_wait_done (second);
  tf_test_run_until (NULL, executor_is_idle, self.executor);
  g_assert_null (gtk_list_box_get_row_at_index (GTK_LIST_BOX (list), 0));

  scene_clear (&self);
}

int
main (int   argc,
      char *argv[])
{
  gtk_test_init (&argc, &argv, NULL);
  g_test_add_func ("/gtk-window/bar-follows", test_bar);
  g_test_add_func ("/gtk-window/close-cancels", test_close);
  g_test_add_func ("/gtk-window/close-with-a-dropped-handle", test_close_dropped);
  g_test_add_func ("/gtk-window/cancel-button", test_cancel_button);
  g_test_add_func ("/gtk-window/list-follows", test_list);
  return g_test_run ();
}
