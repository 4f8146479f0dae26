/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: read-number */
#include BLOCK

static gint64
read_and_drop (TfFuture *loaded,
               GError  **error)
{
  g_autoptr (GObject)  spinner = frame_widget_new ();
  g_autoptr (TfFuture) number = read_number (loaded, spinner);

  g_object_set (spinner, "spinning", TRUE, NULL);
  g_object_unref (loaded);
  tf_test_wait_done (number);
  g_autofree char *spinning = frame_widget_dup (spinner, "spinning");
  g_assert_cmpstr (spinning, ==, "FALSE");
  return tf_future_get_int64 (number, error);
}

static void
live (TfTestFixture *fixture)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (read_and_drop (tf_future_new_for_string ("7"), &error), ==, 7);
  g_assert_cmpint (read_and_drop (frame_submit (fixture, frame_fail, NULL), &error), ==, 0);
  g_assert_no_error (error);
  read_and_drop (tf_future_new_for_string ("seven"), &error);
  g_assert_error (error, G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_INVALID);
}

/* frame: shield */
#include BLOCK

static TfFuture *
pass_on (TfFuture *done,
         gpointer  user_data)
{
  return NULL;
}

static void
live (TfTestFixture *fixture)
{
  TfFuture *shared = frame_submit (fixture, frame_seven, NULL);
  TfFuture *reader = read_without_stopping (shared, pass_on, NULL);
  TfFuture *cancelled = read_without_stopping (shared, pass_on, NULL);

  tf_future_cancel (cancelled);
  g_object_unref (cancelled);
  frame_complete (reader);
  frame_complete (shared);
}

/* frame: all */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture *north = frame_submit (fixture, frame_seven, NULL);
  TfFuture *south = frame_submit (fixture, frame_seven, NULL);
  TfFuture *shown = add_up (north, south);

  g_object_unref (north);
  g_object_unref (south);
  frame_complete (shown);
}

/* frame: first-with-text */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture    *answers[] = { tf_future_new_for_string (""), tf_future_new_for_string ("hello"),
                             frame_submit (fixture, frame_endless, NULL) };
  TfFutureSet *first = first_with_text (answers, G_N_ELEMENTS (answers));

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    g_object_unref (answers[i]);
  tf_test_wait_done (TF_FUTURE (first));
  g_assert_cmpint (tf_future_set_get_winner (first), ==, 1);
  frame_drop (fixture, TF_FUTURE (first));
}

/* frame: first-not-busy */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  GError      *busy = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "The server is busy");
  TfFuture    *answers[] = { tf_future_new_for_error (busy), tf_future_new_for_int64 (7),
                             frame_submit (fixture, frame_endless, NULL) };
  TfFutureSet *first = first_not_busy (answers, G_N_ELEMENTS (answers));

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    g_object_unref (answers[i]);
  tf_test_wait_done (TF_FUTURE (first));
  g_assert_cmpint (tf_future_set_get_winner (first), ==, 1);
  frame_drop (fixture, TF_FUTURE (first));
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

/* frame: race-with-delay */
#define FRAME_STEPPED
#include "frame.h"

static void
live (TfTestFixture *fixture)
{
  TfFuture *future = frame_submit (fixture, frame_seven, NULL);

  {
#include BLOCK
    tf_test_clock_advance (fixture->clock, 2 * G_USEC_PER_SEC);
    tf_test_wait_done (TF_FUTURE (first));
    g_assert_cmpint (tf_future_set_get_winner (first), ==, 1);
  }
  tf_test_context_complete (fixture->context, future);
  frame_complete (future);
}

/* frame: retry */
#define FRAME_STEPPED
#include "frame.h"
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture *future = start_upload (fixture->executor);

  for (guint i = 0; !tf_future_is_done (future); i++)
    {
      g_assert_cmpuint (i, <, 100);
      tf_test_context_run_all (fixture->context);
      tf_test_drain (fixture->main_context);
      tf_test_clock_advance (fixture->clock, G_USEC_PER_SEC);
      tf_test_drain (fixture->main_context);
    }
  tf_test_assert_error (future, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_object_unref (future);
}

/* frame: submit-then */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  g_auto (GValue) bytes = G_VALUE_INIT;
  TfFuture       *loaded;
  TfFuture       *parsed;

  g_value_init (&bytes, G_TYPE_BYTES);
  g_value_take_boxed (&bytes, g_bytes_new_static ("seven", 5));
  loaded = tf_future_new_for_value (&bytes);
  parsed = parse_when_loaded (fixture->executor, loaded);
  g_object_unref (loaded);
  tf_test_wait_done (parsed);
  tf_test_assert_int64 (parsed, 5);
  g_object_unref (parsed);
}

/* frame: map */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFutureSet *set = squares (fixture->executor);
  TfFutureSet *dropped = squares (fixture->executor);

  tf_future_cancel (TF_FUTURE (dropped));
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_int64 (tf_future_set_get_future (set, 999), 998001);
  g_object_unref (set);
  frame_drop (fixture, TF_FUTURE (dropped));
}

/* frame: signal */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  GListStore *store = g_list_store_new (G_TYPE_OBJECT);
  TfFuture   *future = wait_for_row (store, NULL);
  TfFuture   *lost = NULL;

  {
    g_autoptr (GObject) row = frame_widget_new ();

    g_list_store_append (store, row);
  }
  frame_complete (future);
  lost = wait_for_row (store, NULL);
  g_object_unref (store);
  tf_test_wait_done (lost);
  tf_test_assert_error (lost, TF_ERROR, TF_ERROR_ABANDONED);
  g_object_unref (lost);
}

/* frame: process */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *listed = list_files (&error);

  g_assert_no_error (error);
  frame_complete (listed);
}

/* frame: socket */
#include <sys/socket.h>

#include BLOCK

static void
live (TfTestFixture *fixture)
{
  int                 fds[2];
  g_autoptr (GSocket) here = NULL;
  g_autoptr (GSocket) there = NULL;
  TfFuture           *received;

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  here = g_socket_new_from_fd (fds[0], NULL);
  there = g_socket_new_from_fd (fds[1], NULL);
  received = receive_text (here);
  g_clear_object (&here);
  g_assert_cmpint (g_socket_send (there, "hello", 5, NULL, NULL), ==, 5);
  tf_test_wait_done (received);
  tf_test_assert_string (received, "hello");
  g_object_unref (received);
}

/* frame: open-file */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  GFile    *file = g_file_new_for_path (BLOCK);
  TfFuture *opened = open_file (file);
  TfFuture *cancelled = open_file (file);

  g_object_unref (file);
  tf_future_cancel (cancelled);
  tf_test_wait_done (cancelled);
  tf_test_assert_state (cancelled, TF_FUTURE_STATE_CANCELLED);
  g_object_unref (cancelled);
  frame_complete (opened);
}

/* frame: unless-cancelled */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  GCancellable *cancellable = g_cancellable_new ();
  TfFuture     *work = frame_submit (fixture, frame_endless, NULL);
  TfFutureSet  *first = unless_cancelled (work, cancellable);

  g_object_unref (work);
  g_cancellable_cancel (cancellable);
  tf_test_wait_done (TF_FUTURE (first));
  g_assert_cmpint (tf_future_set_get_winner (first), ==, 1);
  g_object_unref (cancellable);
  frame_drop (fixture, TF_FUTURE (first));
}

/* frame: awaitable */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  Document          *document = g_object_new (document_get_type (), NULL);
  TfFuture          *future;

  document->loaded = frame_submit (fixture, frame_seven, NULL);
  future = tf_future_from_object (G_OBJECT (document), &error);
  g_assert_no_error (error);
  g_object_unref (document->loaded);
  g_object_unref (document);
  frame_complete (future);
}
