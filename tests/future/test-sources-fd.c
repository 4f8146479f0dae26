/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <fcntl.h>
#include <glib-unix.h>
#include <sys/socket.h>
#include <unistd.h>

#include "emitter.h"

static void
assert_none (TfFuture *future)
{
  GError *error = NULL;

  g_assert_null (tf_future_dup_value (future, &error));
  g_assert_no_error (error);
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
}

/* --- Sources --- */

static gboolean
never_called (gpointer data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

static void
test_source (void)
{
  GSource  *source = g_idle_source_new ();
  TfFuture *future;

  g_test_summary ("A source completes the future without a value, and is destroyed.");

  g_source_set_name (source, "my idle");
  g_source_set_callback (source, never_called, NULL, NULL);
  future = tf_future_from_source (source);
  g_assert_cmpstr (tf_future_get_name (future), ==, "my idle");
  tf_test_assert_state (future, TF_FUTURE_STATE_EXECUTING);
  g_assert_true (g_source_get_context (source) == g_main_context_default ());
  tf_test_wait_done (future);
  assert_none (future);
  g_assert_true (g_source_is_destroyed (source));
  g_source_unref (source);
  drop_last (future);
}

static void
test_source_cancel (void)
{
  GSource  *source = g_idle_source_new ();
  TfFuture *future = tf_future_from_source (source);

  g_test_summary ("A cancel destroys the source.");

  g_assert_true (tf_future_cancel (future));
  g_assert_true (g_source_is_destroyed (source));
  g_source_unref (source);
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  drop_last (future);
}

static void
test_source_destroyed (void)
{
  GSource              *source = g_idle_source_new ();
  TfFuture             *future = tf_future_from_source (source);
  g_autoptr (TfTestLog) log = NULL;

  g_test_summary ("Who destroys the source lets the future fail, if anybody holds it.");

  g_source_destroy (source);
  g_source_unref (source);
  tf_test_wait_done (future);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_ABANDONED);
  drop_last (future);

  log = tf_test_log_new (G_LOG_LEVEL_WARNING);
  source = g_idle_source_new ();
  g_object_unref (tf_future_from_source (source));
  g_source_destroy (source);
  g_source_unref (source);
  tf_test_drain (NULL);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 0);
}

/* A source of one's own, which knows nothing of closures, and is always ready. */

static gboolean
own_prepare (GSource *source,
             int     *timeout_ms)
{
  return TRUE;
}

static gboolean
own_dispatch (GSource    *source,
              GSourceFunc func,
              gpointer    data)
{
  return func (data);
}

static void
test_source_kinds (void)
{
  static GSourceFuncs      own_funcs = { own_prepare, NULL, own_dispatch, NULL, NULL, NULL };
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GSource                 *sources[] = {
                    g_source_new (&own_funcs, sizeof (GSource)),
                    g_timeout_source_new (0),
                    g_cancellable_source_new (cancellable),
  };

  g_test_summary ("Sources of all kinds, with callbacks of any type, will do.");

  g_cancellable_cancel (cancellable);
  for (guint i = 0; i < G_N_ELEMENTS (sources); i++)
    {
      TfFuture *future = tf_future_from_source (sources[i]);

      tf_test_wait_done (future);
      assert_none (future);
      g_assert_true (g_source_is_destroyed (sources[i]));
      g_source_unref (sources[i]);
      drop_last (future);
    }
}

static void
test_socket (void)
{
  g_autoptr (GSocket) reader = NULL;
  g_autoptr (GSocket) writer = NULL;
  g_autoptr (GError)  error = NULL;
  GSource            *source;
  TfFuture           *future;
  int                 fds[2];
  char                byte;

  g_test_summary ("A GSocket is waited for by its source.");

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
  reader = g_socket_new_from_fd (fds[0], &error);
  g_assert_no_error (error);
  writer = g_socket_new_from_fd (fds[1], &error);
  g_assert_no_error (error);

  source = g_socket_create_source (reader, G_IO_IN, NULL);
  future = tf_future_from_source (source);
  g_source_unref (source);
  tf_test_drain (NULL);
  tf_test_assert_state (future, TF_FUTURE_STATE_EXECUTING);
  g_assert_cmpint (g_socket_send (writer, "x", 1, NULL, &error), ==, 1);
  tf_test_wait_done (future);
  assert_none (future);
  g_assert_cmpint (g_socket_receive (reader, &byte, 1, NULL, &error), ==, 1);
  drop_last (future);
}

static void
test_source_misuse (void)
{
  g_autoptr (TfTestLog) log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);
  GSource              *source = g_idle_source_new ();

  g_test_summary ("A source that is attached, or destroyed, is refused.");

  g_source_attach (source, NULL);
  g_assert_null (tf_future_from_source (source));
  g_source_destroy (source);
  g_assert_null (tf_future_from_source (source));
  g_source_unref (source);
  g_assert_null (tf_future_from_fd (-1, G_IO_IN));
  g_assert_cmpuint (tf_test_log_count (log, "tf_future_from_*"), ==, 3);
}

static void
test_own_context (void)
{
  GMainContext *context = g_main_context_new ();
  TfFuture     *future;
  GSource      *source = g_idle_source_new ();

  g_test_summary ("The thread-default main context is the one.");

  g_main_context_push_thread_default (context);
  future = tf_future_from_source (source);
  g_assert_true (g_source_get_context (source) == context);
  g_source_unref (source);
  while (!tf_future_is_done (future))
    g_main_context_iteration (context, TRUE);
  assert_none (future);
  tf_test_drain (context);
  g_assert_finalize_object (future);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
}

/* --- File descriptors --- */

typedef struct
{
  int reader;
  int writer;
} Pipe;

static Pipe
pipe_open (void)
{
  int     fds[2];
  GError *error = NULL;

  g_unix_open_pipe (fds, FD_CLOEXEC, &error);
  g_assert_no_error (error);
  return (Pipe){ fds[0], fds[1] };
}

static void
test_fd (void)
{
  Pipe      ends = pipe_open ();
  TfFuture *in = tf_future_from_fd (ends.reader, G_IO_IN);
  TfFuture *out = tf_future_from_fd (ends.writer, G_IO_OUT);

  g_test_summary ("A descriptor that is ready completes the future with the condition.");

  tf_test_wait_done (out);
  tf_test_assert_int64 (out, G_IO_OUT);
  tf_test_assert_state (in, TF_FUTURE_STATE_EXECUTING);
  g_assert_cmpint (write (ends.writer, "x", 1), ==, 1);
  tf_test_wait_done (in);
  tf_test_assert_int64 (in, G_IO_IN);
  drop_last (in);
  drop_last (out);

  /* Still open. */
  g_assert_cmpint (close (ends.writer), ==, 0);
  in = tf_future_from_fd (ends.reader, G_IO_IN);
  tf_test_wait_done (in);
  tf_test_assert_int64 (in, G_IO_IN | G_IO_HUP);
  drop_last (in);
  g_assert_cmpint (close (ends.reader), ==, 0);
}

static void
test_fd_hup (void)
{
  Pipe      ends = pipe_open ();
  TfFuture *hup = tf_future_from_fd (ends.reader, G_IO_IN);
  TfFuture *err = tf_future_from_fd (ends.writer, G_IO_PRI);

  g_test_summary ("The other end has gone: that comes unasked.");

  tf_test_drain (NULL);
  tf_test_assert_state (hup, TF_FUTURE_STATE_EXECUTING);
  g_assert_true (tf_future_cancel (err));
  tf_test_wait_done (err);
  drop_last (err);
  g_assert_cmpint (close (ends.writer), ==, 0);
  tf_test_wait_done (hup);
  tf_test_assert_int64 (hup, G_IO_HUP);
  drop_last (hup);
  g_assert_cmpint (close (ends.reader), ==, 0);

  ends = pipe_open ();
  err = tf_future_from_fd (ends.writer, G_IO_PRI);
  g_assert_cmpint (close (ends.reader), ==, 0);
  tf_test_wait_done (err);
  g_assert_cmpint (tf_future_get_int64 (err, NULL) & G_IO_ERR, ==, G_IO_ERR);
  drop_last (err);
  g_assert_cmpint (close (ends.writer), ==, 0);
}

static void
test_fd_race (void)
{
  Pipe      ends = pipe_open ();
  TfFuture *in = tf_future_from_fd (ends.reader, G_IO_IN);
  TfFuture *limit = tf_future_with_timeout (in, 0, TF_TIMEOUT_ACTION_CANCEL);

  g_test_summary ("With a time limit, the descriptor is left alone when the time is over.");

  tf_test_wait_done (limit);
  tf_test_assert_error (limit, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  tf_test_wait_done (in);
  tf_test_assert_state (in, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpint (write (ends.writer, "x", 1), ==, 1);
  tf_test_drain (NULL);
  drop_last (limit);
  drop_last (in);

  close (ends.reader);
  close (ends.writer);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/sources-fd/source/completes-without-a-value", test_source);
  tf_test_add ("/sources-fd/source/is-destroyed-by-a-cancel", test_source_cancel);
  tf_test_add ("/sources-fd/source/must-not-be-destroyed", test_source_destroyed);
  tf_test_add ("/sources-fd/source/is-of-any-kind", test_source_kinds);
  tf_test_add ("/sources-fd/source/may-be-that-of-a-socket", test_socket);
  tf_test_add ("/sources-fd/source/must-be-new", test_source_misuse);
  tf_test_add ("/sources-fd/source/is-in-the-thread-default-context", test_own_context);
  tf_test_add ("/sources-fd/fd/has-the-condition-as-value", test_fd);
  tf_test_add ("/sources-fd/fd/tells-that-the-other-end-has-gone", test_fd_hup);
  tf_test_add ("/sources-fd/fd/is-left-alone-after-a-cancel", test_fd_race);
  return g_test_run ();
}
