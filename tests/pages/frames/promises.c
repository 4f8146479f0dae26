/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: question */
#include BLOCK

static TfFuture *
show (TfFuture *answer,
      gpointer  user_data)
{
  return NULL;
}

static void
live (TfTestFixture *fixture)
{
  GObject  *button = frame_widget_new ();
  Question  question = { NULL };
  TfFuture *answer = ask (&question);
  TfFuture *shown;

  g_signal_connect (button, "clicked", G_CALLBACK (on_clicked), &question);
  g_signal_emit_by_name (button, "clicked");
  g_object_unref (button);
  tf_test_wait_done (answer);
  tf_test_assert_boolean (answer, TRUE);
  g_object_unref (answer);

  /* Closed without an answer, while only what follows is held. */
  answer = ask (&question);
  shown = tf_future_then (answer, show, NULL, NULL);
  g_object_unref (answer);
  g_clear_object (&question.answer);
  tf_test_wait_done (shown);
  tf_test_assert_error (shown, TF_ERROR, TF_ERROR_ABANDONED);
  g_object_unref (shown);
}

/* frame: execute */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfPromise *good = tf_promise_new ("good");
  TfPromise *bad = tf_promise_new ("bad");

  complete_with (good, "7");
  complete_with (bad, "seven");
  tf_test_wait_done (TF_FUTURE (good));
  tf_test_wait_done (TF_FUTURE (bad));
  tf_test_assert_int64 (TF_FUTURE (good), 7);
  tf_test_assert_error (TF_FUTURE (bad), G_NUMBER_PARSER_ERROR, G_NUMBER_PARSER_ERROR_INVALID);
  g_object_unref (good);
  g_object_unref (bad);
}

/* frame: progress */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfPromise *promise = tf_promise_new ("copy");

  on_bytes (5, 10, promise);
  on_bytes (10, 10, promise);
  tf_promise_resolve_value (promise, NULL);
  tf_test_wait_done (TF_FUTURE (promise));
  g_assert_cmpint (tf_future_get_completed_steps (TF_FUTURE (promise)), ==, 10);
  g_object_unref (promise);
}

/* frame: connect */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  GSocketClient      *client = g_socket_client_new ();
  GSocketConnectable *address = g_network_address_new_loopback (9);
  TfFuture           *cancelled = connect_to (client, address);

  g_object_unref (client);
  g_object_unref (address);
  tf_future_cancel (cancelled);
  tf_test_wait_done (cancelled);
  tf_test_assert_state (cancelled, TF_FUTURE_STATE_CANCELLED);
  g_object_unref (cancelled);
}

/* frame: load */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  GFile    *file = g_file_new_for_path (BLOCK);
  GFile    *missing = g_file_new_for_path ("/there/is/no/such/file");
  TfFuture *loaded = load (file);
  TfFuture *cancelled = load (file);
  TfFuture *failed = load (missing);

  g_object_unref (file);
  g_object_unref (missing);
  tf_future_cancel (cancelled);
  tf_test_wait_done (cancelled);
  g_object_unref (cancelled);
  tf_test_wait_done (failed);
  tf_test_assert_error (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_object_unref (failed);
  frame_complete (loaded);
}

/* frame: closure */
#include BLOCK

static TfFuture *
show (TfFuture *answer,
      gpointer  user_data)
{
  return NULL;
}

static void
live (TfTestFixture *fixture)
{
  GObject  *dialog = frame_widget_new ();
  TfFuture *response = wait_for_response (dialog);
  TfFuture *closed = wait_for_response (dialog);
  TfFuture *shown;

  tf_future_cancel (closed);
  g_signal_emit_by_name (dialog, "response", 1);
  frame_complete (response);
  tf_test_wait_done (closed);
  g_object_unref (closed);

  /* The dialog is closed without a response. */
  response = wait_for_response (dialog);
  shown = tf_future_then (response, show, NULL, NULL);
  g_object_unref (response);
  g_object_unref (dialog);
  tf_test_wait_done (shown);
  tf_test_assert_error (shown, TF_ERROR, TF_ERROR_ABANDONED);
  g_object_unref (shown);
}

/* frame: stop-with */
#include BLOCK

static void
on_waited (GObject      *process,
           GAsyncResult *result,
           gpointer      user_data)
{
  g_autoptr (TfPromise) promise = user_data;

  g_subprocess_wait_finish (G_SUBPROCESS (process), result, NULL);
  tf_promise_resolve_value (promise, NULL);
}

static void
live (TfTestFixture *fixture)
{
  GSubprocess *process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDIN_PIPE, NULL, "cat", NULL);
  TfPromise   *promise = tf_promise_new ("process");

  stop_with (promise, process);
  g_subprocess_wait_async (process, NULL, on_waited, g_object_ref (promise));
  tf_future_cancel (TF_FUTURE (promise));
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLED);
  g_object_unref (promise);
  g_object_unref (process);
}

/* frame: refuse-abort */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  gboolean           is_writing = TRUE;
  TfPromise         *promise = tf_promise_new ("write");
  g_autoptr (GError) error = NULL;

  g_signal_connect (promise, "abort-requested", G_CALLBACK (on_abort_requested_cb), &is_writing);
  g_assert_false (tf_future_abort (TF_FUTURE (promise), "enough", &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_CANCELLABLE);
  is_writing = FALSE;
  g_assert_true (tf_future_abort (TF_FUTURE (promise), "enough", NULL));
  tf_test_wait_done (TF_FUTURE (promise));
  g_object_unref (promise);
}
