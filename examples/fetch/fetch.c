/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Functions of GIO that end in _async() and _finish() become futures, and a chain of them becomes
 * one future: connect, then read, and close in any case. There is no thread and no executor. A
 * cancel of the whole reaches the part that is under way, which then ends early.
 */

#include "fetch.h"

static TfFuture *
connect_to (guint16 port)
{
  g_autoptr (GSocketClient)  client = g_socket_client_new ();
  g_autoptr (GInetAddress)   loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, port);
  TfPromise                 *promise;

  promise = tf_promise_new_for_finish ("connect", G_TYPE_SOCKET_CONNECTION,
                                       G_CALLBACK (g_socket_client_connect_finish));
  g_socket_client_set_enable_proxy (client, FALSE);
  g_socket_client_connect_async (client, G_SOCKET_CONNECTABLE (address),
                                 tf_promise_get_gcancellable (promise), tf_promise_ready_cb,
                                 g_object_ref (promise));
  return TF_FUTURE (promise);
}

/* The finish function has one argument more than tf_promise_ready_cb() gives. */
static void
on_line_read_cb (GObject      *stream,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  g_autoptr (TfPromise) promise = user_data;
  g_autofree char      *line = NULL;
  GError               *error = NULL;

  line = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (stream), result, NULL,
                                                    &error);
  if (line != NULL)
    tf_promise_resolve_string (promise, line);
  else if (error != NULL)
    tf_promise_reject (promise, error);
  else
    tf_promise_reject_new_error (promise, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT, "No line came");
}

static TfFuture *
close_connection (TfFuture *done,
                  gpointer  connection)
{
  g_io_stream_close (connection, NULL, NULL);
  return NULL;
}

static TfFuture *
read_line (TfFuture *connected,
           gpointer  user_data)
{
  GIOStream                   *connection = tf_future_dup_object (connected, NULL);
  GInputStream                *input = g_io_stream_get_input_stream (connection);
  g_autoptr (GDataInputStream) stream = g_data_input_stream_new (input);
  g_autoptr (TfPromise)        promise = tf_promise_new ("read line");

  g_data_input_stream_read_line_async (stream, G_PRIORITY_DEFAULT,
                                       tf_promise_get_gcancellable (promise), on_line_read_cb,
                                       g_object_ref (promise));
  return tf_future_finally (TF_FUTURE (promise), close_connection, connection, g_object_unref);
}

TfFuture *
fetch_line (guint16 port)
{
  g_autoptr (TfFuture) connected = connect_to (port);

  return tf_future_then (connected, read_line, NULL, NULL);
}
