/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-promise-private.h"
#include "future/tf-sources-private.h"

/* Futures of processes. */

/* How much of what a process has complained about goes into an error. */
#define TAIL_BYTES 512

static void
on_child_cb (GPid     pid,
             int      wait_status,
             gpointer data)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, wait_status);
  tf__source_future_complete (data, &value);
}

/**
 * tf_future_from_child_watch:
 * @pid: a child process
 *
 * Makes a future of the end of a child process.
 *
 * Its value is an integer of 64 bits: the wait status, for [func@GLib.spawn_check_wait_status]. What holds for
 * [func@GLib.child_watch_source_new] holds here: nobody else may wait for the child.
 *
 * Cancelling the future stops the waiting, and neither ends nor reaps the child.
 *
 * ## Threads
 *
 * May be called from any thread. The future belongs to the thread-default main context.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_from_child_watch (GPid pid)
{
  TfSourceFuture *self;
  GSource        *source;

  g_return_val_if_fail (pid > 0, NULL);

  self = tf__source_future_new ("child", __builtin_return_address (0));
  source = g_child_watch_source_new (pid);
  g_source_set_callback (source, G_SOURCE_FUNC (on_child_cb), g_object_ref (self),
                         tf__source_future_release);
  return tf__source_future_attach (self, source);
}

/* Subprocesses: the operation of GIO holds the promise. */

static TfPromise *
new_promise (const char *name,
             gpointer    place)
{
  TfPromise *promise = tf_promise_new (name);

  /* Who waits may give it up; nobody asks the subprocess. */
  tf__promise_set_abortable (promise, TF_ABORTABLE_YES);
  tf__promise_get_private (promise)->completion.work.place = place;
  return promise;
}

static GError *
new_signal_error (GSubprocess *subprocess)
{
  int number = g_subprocess_get_term_sig (subprocess);

  return g_error_new (G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED,
                      "The process was killed by signal %d (%s)", number, g_strsignal (number));
}

static void
on_waited_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  g_autoptr (TfPromise) promise = data;
  GSubprocess          *subprocess = G_SUBPROCESS (source);
  GError               *error = NULL;

  if (!g_subprocess_wait_finish (subprocess, result, &error))
    tf_promise_reject (promise, error);
  else if (g_subprocess_get_if_exited (subprocess))
    tf_promise_resolve_int64 (promise, g_subprocess_get_exit_status (subprocess));
  else
    tf_promise_reject (promise, new_signal_error (subprocess));
}

/**
 * tf_future_from_subprocess:
 * @subprocess: a subprocess
 *
 * Makes a future of the end of a subprocess.
 *
 * Its value is an integer of 64 bits: the exit status, whatever it is. If the subprocess was killed by a signal, the
 * future fails with `G_SPAWN_ERROR_FAILED`, and the message tells which signal it was.
 *
 * Cancelling the future, or giving it up, stops the waiting. It does not end the subprocess:
 * [method@Gio.Subprocess.force_exit] does.
 *
 * ## Threads
 *
 * May be called from any thread. The future belongs to the thread-default main context.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_from_subprocess (GSubprocess *subprocess)
{
  TfPromise *promise;

  g_return_val_if_fail (G_IS_SUBPROCESS (subprocess), NULL);

  promise = new_promise ("subprocess", __builtin_return_address (0));
  g_subprocess_wait_async (subprocess, tf_promise_get_cancellable (promise), on_waited_cb,
                           g_object_ref (promise));
  return TF_FUTURE (promise);
}

/* The last lines, as text. */
static char *
get_tail (GBytes *bytes)
{
  gsize            size = 0;
  const char      *data = bytes == NULL ? NULL : g_bytes_get_data (bytes, &size);
  const char      *begin = data;
  g_autofree char *text = NULL;

  if (size > TAIL_BYTES)
    {
      const char *line;

      begin = data + size - TAIL_BYTES;
      line = memchr (begin, '\n', TAIL_BYTES - 1);
      if (line != NULL)
        begin = line + 1;
    }

  text = size == 0 ? g_strdup ("")
                   : g_utf8_make_valid (begin, (gssize) (size - (gsize) (begin - data)));
  return g_strdup (g_strstrip (text));
}

static GError *
new_exit_error (GSubprocess *subprocess)
{
  int status = g_subprocess_get_exit_status (subprocess);

  return g_error_new (G_SPAWN_EXIT_ERROR, status, "The process ended with exit status %d", status);
}

static void
on_communicated_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      data)
{
  g_autoptr (TfPromise) promise = data;
  GSubprocess          *subprocess = G_SUBPROCESS (source);
  g_autoptr (GBytes)    output = NULL;
  g_autoptr (GBytes)    complaints = NULL;
  g_autofree char      *tail = NULL;
  GError               *error = NULL;

  if (!g_subprocess_communicate_finish (subprocess, result, &output, &complaints, &error))
    {
      tf_promise_reject (promise, error);
      return;
    }

  if (g_subprocess_get_successful (subprocess))
    {
      tf_promise_resolve_boxed (promise, G_TYPE_BYTES, output);
      return;
    }

  tail = get_tail (complaints);
  error = g_subprocess_get_if_exited (subprocess) ? new_exit_error (subprocess)
                                                  : new_signal_error (subprocess);
  if (*tail != '\0')
    {
      g_autofree char *message = g_steal_pointer (&error->message);

      error->message = g_strconcat (message, ": ", tail, NULL);
    }
  tf_promise_reject (promise, error);
}

/**
 * tf_future_from_subprocess_output:
 * @subprocess: a subprocess, whose standard output is a pipe
 * @input: (nullable): what it reads from its standard input, which must be a pipe then; or `NULL` for nothing
 *
 * Makes a future of what a subprocess writes.
 *
 * Its value is a [struct@GLib.Bytes] with all of the standard output. As with
 * [method@Gio.Subprocess.communicate_async], which this calls, nobody else may read from or write to the subprocess.
 *
 * The future fails if the exit status is not 0, with the exit status as a code of `G_SPAWN_EXIT_ERROR`, and if the
 * subprocess was killed by a signal, with `G_SPAWN_ERROR_FAILED`. If its standard error is a pipe too, the message has
 * the last lines of that.
 *
 * Cancelling the future, or giving it up, stops the reading and the waiting. It does not end the subprocess:
 * [method@Gio.Subprocess.force_exit] does.
 *
 * ## Threads
 *
 * May be called from any thread. The future belongs to the thread-default main context.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_from_subprocess_output (GSubprocess *subprocess,
                                  GBytes      *input)
{
  g_autoptr (GBytes) none = NULL;
  TfPromise         *promise;

  g_return_val_if_fail (G_IS_SUBPROCESS (subprocess), NULL);
  g_return_val_if_fail (g_subprocess_get_stdout_pipe (subprocess) != NULL, NULL);
  g_return_val_if_fail (input == NULL || g_subprocess_get_stdin_pipe (subprocess) != NULL, NULL);

  /* GIO insists on input where there is a pipe for it. */
  if (input == NULL && g_subprocess_get_stdin_pipe (subprocess) != NULL)
    input = none = g_bytes_new_static ("", 0);

  promise = new_promise ("subprocess output", __builtin_return_address (0));
  g_subprocess_communicate_async (subprocess, input, tf_promise_get_cancellable (promise),
                                  on_communicated_cb, g_object_ref (promise));
  return TF_FUTURE (promise);
}
