/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: first-task */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture *future = start (fixture->executor, "one two three");
  TfFuture *cancelled = start (fixture->executor, "one two three");

  tf_future_cancel (cancelled);
  g_object_unref (cancelled);
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 3);
  g_object_unref (future);
  frame_drop (fixture, start (fixture->executor, "one two three"));
}

/* frame: progress */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  g_autoptr (GPtrArray) files = g_ptr_array_new ();
  TfFuture             *cancelled;

  for (guint i = 0; i < 100; i++)
    g_ptr_array_add (files, "a file");
  frame_complete (frame_submit (fixture, copy_all, files));
  cancelled = frame_submit (fixture, copy_all, files);
  tf_future_cancel (cancelled);
  frame_drop (fixture, cancelled);
}

/* frame: progress-bar */
#include "frame-gtk.h"

static GtkWidget *
show (TfExecutor *executor,
      TfTaskFunc  func)
{
  TfFuture  *future = tf_executor_submit_call (executor, func, NULL, NULL, NULL);
  GtkWidget *window = gtk_window_new ();
  GtkWidget *progress_bar = gtk_progress_bar_new ();

  gtk_window_set_child (GTK_WINDOW (window), progress_bar);
  gtk_window_present (GTK_WINDOW (window));
  {
#include BLOCK
  } g_object_unref (future);
  return window;
}

static void
half (TfTask  *task,
      gpointer user_data)
{
  tf_task_set_progress (task, 1, 2, "half");
  frame_slow (task, NULL);
}

static void
live (TfExecutor *executor)
{
  GtkWidget *window = show (executor, half);
  GtkWidget *progress_bar = gtk_window_get_child (GTK_WINDOW (window));

  frame_run_until_idle (executor);
  g_assert_true (gtk_progress_bar_get_show_text (GTK_PROGRESS_BAR (progress_bar)));
  g_assert_cmpstr (gtk_progress_bar_get_text (GTK_PROGRESS_BAR (progress_bar)), ==, "half");
  gtk_window_destroy (GTK_WINDOW (window));

  gtk_window_destroy (GTK_WINDOW (show (executor, frame_endless)));
  frame_run_until_idle (executor);
}

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
  GtkWidget *button = g_object_ref_sink (gtk_button_new_with_label ("Cancel"));

  /* One button for two jobs in a row, and destroyed during a third. */
  start (executor, frame_quick, button);
  frame_run_until_idle (executor);
  start (executor, frame_endless, button);
  g_signal_emit_by_name (button, "clicked");
  frame_run_until_idle (executor);
  start (executor, frame_slow, button);
  g_assert_finalize_object (button);
  frame_run_until_idle (executor);
}

/* frame: interrupt */
#include <tf-testing/tf-testing.h>

#include BLOCK

static void
run (TfTask  *task,
     gpointer user_data)
{
  GPollFD fd;

  g_assert_true (g_cancellable_make_pollfd (tf_task_get_cancellable (task), &fd));
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (tf_task_get_cancellable (task));
}

int
main (void)
{
  TfExecutor *executor = tf_executor_new ();

  for (guint i = 0; i < 2; i++)
    {
      TfFuture *future = tf_executor_submit_call (executor, run, NULL, NULL, NULL);
      guint     id = cancel_on_interrupt (future);

      raise (SIGINT);
      tf_test_wait_done (future);
      tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
      g_source_remove (id);
      g_assert_finalize_object (future);
    }
  g_assert_true (tf_executor_shutdown (executor, -1, NULL));
  g_assert_finalize_object (executor);
  return 0;
}

/* frame: window */
#include <gtk/gtk.h>

#define main program_main
#include BLOCK
#undef main

/* The user of one run: waits for the end, clicks, or closes the window at once. */
typedef enum
{
  USER_WAITS,
  USER_CLICKS,
  USER_CLOSES,
  N_USERS,
} User;

static gboolean
act (gpointer data)
{
  User         *user = data;
  GApplication *application = g_application_get_default ();
  GtkWindow    *window = gtk_application_get_active_window (GTK_APPLICATION (application));
  GtkWidget    *progress_bar;
  guint         n_jobs;

  if (window == NULL)
    return G_SOURCE_CONTINUE;

  progress_bar = gtk_widget_get_first_child (gtk_window_get_child (window));
  n_jobs = g_list_model_get_n_items (G_LIST_MODEL (executor));
  if (*user == USER_CLICKS)
    {
      g_signal_emit_by_name (gtk_widget_get_next_sibling (progress_bar), "clicked");
      *user = USER_WAITS;
    }
  if (*user == USER_WAITS && n_jobs > 0)
    return G_SOURCE_CONTINUE;

  if (*user == USER_WAITS)
    g_assert_nonnull (gtk_progress_bar_get_text (GTK_PROGRESS_BAR (progress_bar)));
  gtk_window_destroy (window);
  return G_SOURCE_REMOVE;
}

int
main (int    argc,
      char **argv)
{
  for (guint i = 0; i < N_USERS; i++)
    {
      User user = (User) i;

      g_timeout_add (10, act, &user);
      g_assert_cmpint (program_main (1, argv), ==, 0);
      g_assert_null (executor);
    }
  return 0;
}

/* frame: items */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture *future = frame_submit (fixture, list_primes, GINT_TO_POINTER (100));
  TfFuture *cancelled = frame_submit (fixture, list_primes, GINT_TO_POINTER (100000));

  g_signal_connect (future, "item", G_CALLBACK (on_item), NULL);
  g_signal_connect (cancelled, "item", G_CALLBACK (on_item), NULL);
  frame_complete (future);
  tf_future_cancel (cancelled);
  frame_drop (fixture, cancelled);
}

/* frame: own-task */
static void
count_words (TfTask  *task,
             gpointer text)
{
  tf_task_return_int64 (task, g_utf8_strlen (text, -1));
}

static void
live (TfTestFixture *fixture)
{
  TfExecutor        *executor = fixture->executor;
  const char        *text = "hello";
  g_autoptr (TfTask) task = NULL;
  GCancellable      *cancellable = g_cancellable_new ();
  TfFuture          *future;
  GError            *error = NULL;

  {
#include BLOCK
  } g_assert_no_error (error);
  g_object_unref (cancellable);
  frame_complete (future);
}

/* frame: gtask */
#include BLOCK

static void
on_loaded (GObject      *loader,
           GAsyncResult *result,
           gpointer      answer)
{
  *(gssize *) answer = g_task_propagate_int (G_TASK (result), NULL);
}

static gboolean
is_loaded (gpointer answer)
{
  return *(gssize *) answer != 0;
}

static void
live (TfTestFixture *fixture)
{
  GObject *loader = frame_widget_new ();
  gssize   answer = 0;

  load_async (fixture->executor, loader, NULL, on_loaded, &answer);
  g_object_unref (loader);
  tf_test_run_until (fixture->main_context, is_loaded, &answer);
  g_assert_cmpint (answer, ==, 42);
  tf_test_run_until (fixture->main_context, frame_is_idle, fixture->executor);
}

/* frame: shutdown */
static void
live (TfTestFixture *fixture)
{
  TfExecutor        *executor = tf_executor_new ();
  TfFuture          *future = tf_executor_submit_call (executor, frame_endless, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  g_object_unref (future);
  {
#include BLOCK
  } g_assert_no_error (error);
  g_object_unref (executor);
}
