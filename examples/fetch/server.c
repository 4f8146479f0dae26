/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "server.h"

struct _Server
{
  GSocketService *service; /* (owned) */
  char           *line;    /* (owned) */
  gint64          delay_us;
  guint16         port;
  GPtrArray      *answers; /* (owned) of futures: those under way, and those given */
};

typedef struct
{
  GSocketConnection *connection; /* (owned) */
  char              *line;       /* (owned) */
} Answer;

static void
answer_free (gpointer data)
{
  Answer *answer = data;

  g_io_stream_close (G_IO_STREAM (answer->connection), NULL, NULL);
  g_object_unref (answer->connection);
  g_free (answer->line);
  g_free (answer);
}

/* The time is over. A line fits into the buffer of a socket, so this does not block. */
static TfFuture *
write_line (TfFuture *delay,
            gpointer  user_data)
{
  Answer        *answer = user_data;
  GOutputStream *stream = g_io_stream_get_output_stream (G_IO_STREAM (answer->connection));
  GError        *error = NULL;

  if (!g_output_stream_write_all (stream, answer->line, strlen (answer->line), NULL, NULL, &error))
    return tf_future_new_for_error (error);

  return NULL;
}

static gboolean
on_incoming_cb (GSocketService    *service,
                GSocketConnection *connection,
                GObject           *source_object,
                Server            *self)
{
  g_autoptr (TfFuture) delay = tf_future_delay (self->delay_us);
  Answer              *answer = g_new (Answer, 1);

  answer->connection = g_object_ref (connection);
  answer->line = g_strdup (self->line);
  g_ptr_array_add (self->answers, tf_future_then (delay, write_line, answer, answer_free));
  return TRUE;
}

Server *
server_new (const char *line,
            gint64      delay_us)
{
  Server                    *self = g_new0 (Server, 1);
  g_autoptr (GInetAddress)   loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) wanted = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) address = NULL;
  g_autoptr (GError)         error = NULL;

  self->service = g_socket_service_new ();
  self->line = g_strconcat (line, "\n", NULL);
  self->delay_us = delay_us;
  self->answers = g_ptr_array_new_with_free_func (g_object_unref);

  if (!g_socket_listener_add_address (G_SOCKET_LISTENER (self->service), wanted,
                                      G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL,
                                      &address, &error))
    g_error ("%s", error->message);

  self->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (address));
  g_signal_connect (self->service, "incoming", G_CALLBACK (on_incoming_cb), self);
  return self;
}

/* Answers that nobody waits for any more are cancelled with their delays. */
void
server_free (Server *self)
{
  g_socket_service_stop (self->service);
  g_socket_listener_close (G_SOCKET_LISTENER (self->service));
  g_signal_handlers_disconnect_by_data (self->service, self);

  for (guint i = 0; i < self->answers->len; i++)
    {
      g_autoptr (GError) error = NULL;

      tf_future_cancel (self->answers->pdata[i]);
      if (!tf_future_wait (self->answers->pdata[i], -1, NULL, &error))
        g_error ("%s", error->message);
    }

  g_ptr_array_unref (self->answers);
  g_object_unref (self->service);
  g_free (self->line);
  g_free (self);
}

guint16
server_get_port (Server *self)
{
  return self->port;
}
