/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A time limit, and what to do when it is over: the origin is asked first; if it is late, what it
 * might still say is not wanted any more, and another server is asked. Any other failure of the
 * origin is a failure of the whole.
 */

#include "fetch.h"
#include "server.h"

#define LIMIT_US   (250 * 1000)
#define LATE_US    (60 * G_USEC_PER_SEC)
#define AT_ONCE_US 0

static TfFuture *
fetch_from_fallback (TfFuture *failed,
                     gpointer  fallback)
{
  g_autoptr (GError) error = tf_future_dup_error (failed);

  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_object_ref (failed); /* to fail as it did */

  g_print ("The origin is late.\n");
  return fetch_line (server_get_port (fallback));
}

static TfFuture *
fetch (Server *origin,
       Server *fallback)
{
  g_autoptr (TfFuture) answer = fetch_line (server_get_port (origin));
  g_autoptr (TfFuture) in_time = NULL;

  in_time = tf_future_with_timeout (answer, LIMIT_US, TF_TIMEOUT_ACTION_CANCEL);
  return tf_future_catch (in_time, fetch_from_fallback, fallback, NULL);
}

static gboolean
print_line (Server *origin,
            Server *fallback)
{
  g_autoptr (TfFuture) answer = fetch (origin, fallback);
  g_autoptr (GError)   error = NULL;
  g_autofree char     *line = NULL;

  if (!tf_future_wait (answer, -1, NULL, &error))
    g_error ("%s", error->message);

  line = tf_future_dup_string (answer, &error);
  g_print ("%s\n", line != NULL ? line : error->message);
  return line != NULL;
}

int
main (void)
{
  g_autoptr (Server) quick = server_new ("This is the origin.", AT_ONCE_US);
  g_autoptr (Server) slow = server_new ("This is the origin, late.", LATE_US);
  g_autoptr (Server) fallback = server_new ("This is the fallback.", AT_ONCE_US);

  return print_line (quick, fallback) && print_line (slow, fallback) ? 0 : 1;
}
