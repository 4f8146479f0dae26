/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <glib-unix.h>

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
  tf__promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
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
  g_subprocess_wait_async (subprocess, tf_promise_get_gcancellable (promise), on_waited_cb,
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

/* The rest of the input of a subprocess. GIO would write it without protection from SIGPIPE, which ends the program
 * when the subprocess stops reading. So GIO is given no input, and this writes to a descriptor of its own. */
typedef struct
{
  GBytes *bytes;  /* (owned) */
  gsize   offset; /* number of bytes written */
  int     fd;     /* (owned) non-blocking */
} Input;

/* The user data of one g_subprocess_communicate_async(). */
typedef struct
{
  TfPromise *promise; /* (owned) */
  GSource   *source;  /* (owned) (nullable) writes the input */
} Communication;

static void
input_free (gpointer data)
{
  Input *input = data;

  close (input->fd);
  g_bytes_unref (input->bytes);
  g_free (input);
}

/* Calls write() and turns the SIGPIPE that it may raise into a plain EPIPE, whatever the program does with that
 * signal. */
static gssize
write_without_signal (int           fd,
                      gconstpointer data,
                      gsize         size)
{
  const struct timespec none = { 0 };
  sigset_t              pipe_signal;
  sigset_t              mask;
  sigset_t              pending;
  gssize                n_written;
  int                   number;

  sigemptyset (&pipe_signal);
  sigaddset (&pipe_signal, SIGPIPE);
  sigpending (&pending);
  pthread_sigmask (SIG_BLOCK, &pipe_signal, &mask);
  n_written = write (fd, data, size);
  number = errno;
  if (n_written < 0 && number == EPIPE && sigismember (&pending, SIGPIPE) == 0)
    while (sigtimedwait (&pipe_signal, NULL, &none) < 0 && errno == EINTR)
      ;
  pthread_sigmask (SIG_SETMASK, &mask, NULL);
  errno = number;
  return n_written;
}

static gboolean
on_writable_cb (int          fd,
                GIOCondition condition,
                gpointer     data)
{
  Input      *input = data;
  gsize       size;
  const char *bytes = g_bytes_get_data (input->bytes, &size);
  gssize      n_written;

  n_written = write_without_signal (fd, bytes + input->offset, size - input->offset);
  if (n_written < 0)
    {
      /* After any other error the subprocess reads no more, and its exit status decides. */
      return errno == EAGAIN || errno == EINTR;
    }

  input->offset += (gsize) n_written;
  return input->offset < size;
}

/* Returns a source, attached to the thread-default main context, that writes the input and closes the pipe. */
static GSource *
write_input (GSubprocess *subprocess,
             GBytes      *bytes,
             GError     **error)
{
  GSource *source;
  Input   *input;
  int      fd = -1;

  /* By the property: the header of the stream's type is in a package of its own. */
  g_object_get (g_subprocess_get_stdin_pipe (subprocess), "fd", &fd, NULL);
  fd = fcntl (fd, F_DUPFD_CLOEXEC, 3);

  if (fd < 0 || !g_unix_set_fd_nonblocking (fd, TRUE, NULL))
    {
      int number = errno;

      if (fd >= 0)
        close (fd);
      g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (number),
                   "The pipe to the process could not be duplicated: %s", g_strerror (number));
      return NULL;
    }

  input = g_new (Input, 1);
  input->bytes = g_bytes_ref (bytes);
  input->offset = 0;
  input->fd = fd;
  source = g_unix_fd_source_new (fd, G_IO_OUT);
  g_source_set_static_name (source, "[tf] input of a subprocess");
  g_source_set_callback (source, G_SOURCE_FUNC (on_writable_cb), input, input_free);
  g_source_attach (source, g_main_context_get_thread_default ());
  return source;
}

static void
on_communicated_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      data)
{
  Communication        *communication = data;
  g_autoptr (TfPromise) promise = communication->promise;
  GSubprocess          *subprocess = G_SUBPROCESS (source);
  g_autoptr (GBytes)    output = NULL;
  g_autoptr (GBytes)    complaints = NULL;
  g_autofree char      *tail = NULL;
  GError               *error = NULL;

  if (communication->source != NULL)
    {
      g_source_destroy (communication->source);
      g_source_unref (communication->source);
    }
  g_free (communication);

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
 * A subprocess need not read all of its input. When it closes the pipe or ends, the rest of @input is dropped, and the
 * exit status decides how the future ends. The program gets no `SIGPIPE`, whatever it does with that signal.
 *
 * The future fails if the exit status is not 0, with the exit status as a code of `G_SPAWN_EXIT_ERROR`, and if the
 * subprocess was killed by a signal, with `G_SPAWN_ERROR_FAILED`. If its standard error is a pipe too, the message has
 * the last lines of that. It fails with an error of `G_IO_ERROR`, such as `G_IO_ERROR_TOO_MANY_OPEN_FILES`, if there is
 * no descriptor left for writing @input.
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
  GOutputStream     *stdin_pipe;
  TfPromise         *promise;
  Communication     *communication;

  g_return_val_if_fail (G_IS_SUBPROCESS (subprocess), NULL);
  g_return_val_if_fail (g_subprocess_get_stdout_pipe (subprocess) != NULL, NULL);
  stdin_pipe = g_subprocess_get_stdin_pipe (subprocess);
  g_return_val_if_fail (input == NULL || stdin_pipe != NULL, NULL);

  promise = new_promise ("subprocess output", __builtin_return_address (0));
  communication = g_new0 (Communication, 1);
  communication->promise = g_object_ref (promise);
  if (input != NULL && g_bytes_get_size (input) > 0)
    {
      GError *error = NULL;

      communication->source = write_input (subprocess, input, &error);
      if (communication->source == NULL)
        {
          tf_promise_reject (promise, error);
          g_object_unref (communication->promise);
          g_free (communication);
          return TF_FUTURE (promise);
        }
    }

  /* GIO insists on input where there is a pipe for it. With no bytes it only closes its end of the pipe. */
  if (stdin_pipe != NULL)
    none = g_bytes_new_static ("", 0);
  g_subprocess_communicate_async (subprocess, none, tf_promise_get_gcancellable (promise),
                                  on_communicated_cb, communication);
  return TF_FUTURE (promise);
}
