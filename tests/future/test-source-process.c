/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "emitter.h"

/* --- Children --- */

static GPid
spawn (const char *script)
{
  const char *arguments[] = { "/bin/sh", "-c", script, NULL };
  GError     *error = NULL;
  GPid        pid = 0;

  g_spawn_async (NULL, (char **) arguments, NULL, G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
                 &error);
  g_assert_no_error (error);
  return pid;
}

static void
test_child (void)
{
  TfFuture *future = tf_future_from_child_watch (spawn ("exit 3"));
  int       status;

  g_test_summary ("The value is the wait status of the child.");

  tf_test_wait_done (future);
  status = (int) tf_future_get_int64 (future, NULL);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 3);
  drop_last (future);
}

static void
test_child_cancel (void)
{
  GPid      pid = spawn ("kill -STOP $$");
  TfFuture *future = tf_future_from_child_watch (pid);
  int       status;

  g_test_summary ("After a cancel the child is still there to be waited for.");

  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  drop_last (future);

  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFSIGNALED (status));
}

/* --- Subprocesses --- */

static GSubprocess *
launch (GSubprocessFlags flags,
        const char      *script)
{
  GError      *error = NULL;
  GSubprocess *subprocess = g_subprocess_new (flags, &error, "/bin/sh", "-c", script, NULL);

  g_assert_no_error (error);
  return subprocess;
}

static void
test_status (void)
{
  g_autoptr (GSubprocess) subprocess = launch (G_SUBPROCESS_FLAGS_NONE, "exit 3");
  TfFuture               *first = tf_future_from_subprocess (subprocess);
  TfFuture               *second = tf_future_from_subprocess (subprocess);
  TfFuture               *late;

  g_test_summary ("The value is the exit status, for as many as wait, and afterwards too.");

  tf_test_wait_done (first);
  tf_test_wait_done (second);
  tf_test_assert_int64 (first, 3);
  tf_test_assert_int64 (second, 3);
  late = tf_future_from_subprocess (subprocess);
  tf_test_wait_done (late);
  tf_test_assert_int64 (late, 3);
  drop_last (first);
  drop_last (second);
  drop_last (late);
}

static void
test_killed (void)
{
  g_autoptr (GSubprocess) subprocess = launch (G_SUBPROCESS_FLAGS_NONE, "kill -TERM $$");
  TfFuture               *future = tf_future_from_subprocess (subprocess);
  g_autoptr (GError)      error = NULL;

  g_test_summary ("A subprocess that a signal killed lets the future fail with its name.");

  tf_test_wait_done (future);
  error = tf_future_dup_error (future);
  g_assert_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "signal 15 (Terminated)"));
  drop_last (future);
}

static void
test_cancel (void)
{
  g_autoptr (GSubprocess) subprocess = launch (G_SUBPROCESS_FLAGS_STDIN_PIPE, "read line; exit 4");
  TfFuture               *cancelled = tf_future_from_subprocess (subprocess);
  TfFuture               *aborted = tf_future_from_subprocess (subprocess);
  TfFuture               *future;
  g_autoptr (GError)      error = NULL;

  g_test_summary ("A cancel stops the waiting, and the subprocess goes on.");

  g_assert_true (tf_future_cancel (cancelled));
  g_assert_true (tf_future_abort (aborted, "enough", &error));
  g_assert_no_error (error);
  tf_test_wait_done (cancelled);
  tf_test_wait_done (aborted);
  tf_test_assert_state (cancelled, TF_FUTURE_STATE_CANCELLED);
  tf_test_assert_state (aborted, TF_FUTURE_STATE_CANCELLED);
  drop_last (cancelled);
  drop_last (aborted);

  future = tf_future_from_subprocess (subprocess);
  g_output_stream_write_all (g_subprocess_get_stdin_pipe (subprocess), "\n", 1, NULL, NULL, &error);
  g_assert_no_error (error);
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 4);
  drop_last (future);
}

/* --- What they write --- */

static void
assert_output (TfFuture   *future,
               const char *text)
{
  GError            *error = NULL;
  g_autoptr (GBytes) bytes = tf_future_dup_boxed (future, G_TYPE_BYTES, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

static void
test_output (void)
{
  g_autoptr (GBytes)      input = g_bytes_new_static ("hello", 5);
  g_autoptr (GSubprocess) first = NULL;
  g_autoptr (GSubprocess) second = NULL;
  g_autoptr (GSubprocess) third = NULL;
  TfFuture               *with_input;
  TfFuture               *without;

  g_test_summary ("The value is what the subprocess wrote, after what it was given.");

  first = launch (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                  "printf 'got: '; cat");
  second = launch (G_SUBPROCESS_FLAGS_STDOUT_PIPE, "true");
  with_input = tf_future_from_subprocess_output (first, input);
  third = launch (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, "cat");
  without = tf_future_from_subprocess_output (second, NULL);
  tf_test_wait_done (with_input);
  tf_test_wait_done (without);
  assert_output (with_input, "got: hello");
  assert_output (without, "");
  drop_last (with_input);
  drop_last (without);

  /* A pipe that nothing is written to is closed. */
  without = tf_future_from_subprocess_output (third, NULL);
  tf_test_wait_done (without);
  assert_output (without, "");
  drop_last (without);
}

/* Runs it to its end, which is a failure. */
static GError *
run_badly (GSubprocessFlags flags,
           const char      *script)
{
  g_autoptr (GSubprocess) subprocess = launch (flags | G_SUBPROCESS_FLAGS_STDOUT_PIPE, script);
  TfFuture               *future = tf_future_from_subprocess_output (subprocess, NULL);
  GError                 *error;

  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_FAILED);
  error = tf_future_dup_error (future);
  drop_last (future);
  return error;
}

static void
test_output_failure (void)
{
  GError *error;

  g_test_summary ("A bad end is an error with the status and the last lines of complaint.");

  error = run_badly (G_SUBPROCESS_FLAGS_STDERR_PIPE, "echo some; echo ' no luck' >&2; exit 3");
  g_assert_error (error, G_SPAWN_EXIT_ERROR, 3);
  g_assert_cmpstr (error->message, ==, "The process ended with exit status 3: no luck");
  g_error_free (error);

  error = run_badly (G_SUBPROCESS_FLAGS_STDERR_SILENCE, "echo unseen >&2; exit 4");
  g_assert_error (error, G_SPAWN_EXIT_ERROR, 4);
  g_assert_cmpstr (error->message, ==, "The process ended with exit status 4");
  g_error_free (error);

  error = run_badly (G_SUBPROCESS_FLAGS_STDERR_PIPE, "printf 'a\\377b' >&2; kill -KILL $$");
  g_assert_error (error, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED);
  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  g_assert_nonnull (strstr (error->message, "signal 9 (Killed): a"));
  g_error_free (error);

  /* The last lines only, from the beginning of one. */
  error = run_badly (G_SUBPROCESS_FLAGS_STDERR_PIPE,
                     "for i in 1 2 3 4 5; do printf '%0200d\\n' $i >&2; done; exit 5");
  g_assert_error (error, G_SPAWN_EXIT_ERROR, 5);
  g_assert_true (g_str_has_suffix (error->message, "5"));
  g_assert_cmpuint (strlen (error->message), ==,
                    strlen ("The process ended with exit status 5: ") + 401);
  g_error_free (error);
}

static gboolean
is_gone (gpointer weak)
{
  g_autoptr (GObject) object = g_weak_ref_get (weak);

  return object == NULL;
}

static gboolean
go_on (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Kills the subprocess, takes the reference, and waits until GIO has dropped its own. */
static void
end_and_forget (GSubprocess *subprocess)
{
  TfFuture *future = tf_future_from_subprocess (subprocess);
  GWeakRef  weak;
  guint     ticks;

  g_subprocess_force_exit (subprocess);
  tf_test_wait_done (future);
  tf_test_assert_error (future, G_SPAWN_ERROR, G_SPAWN_ERROR_FAILED);
  drop_last (future);

  g_weak_ref_init (&weak, subprocess);
  g_object_unref (subprocess);
  ticks = g_timeout_add (5, go_on, NULL);
  tf_test_run_until (NULL, is_gone, &weak);
  g_source_remove (ticks);
  g_weak_ref_clear (&weak);
  tf_test_drain (NULL);
}

static void
test_output_cancel (void)
{
  GSubprocess *subprocess;
  TfFuture    *future;

  g_test_summary ("A cancel stops the reading; the subprocess is ended by who wants that.");

  subprocess = launch (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                       "kill -STOP $$");
  future = tf_future_from_subprocess_output (subprocess, NULL);
  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  drop_last (future);

  end_and_forget (subprocess);
}

/* More than any pipe holds. */
#define MUCH (2 * 1024 * 1024)

static TfFuture *
write_much (GSubprocess *subprocess)
{
  g_autoptr (GBytes) input = g_bytes_new_take (g_malloc0 (MUCH), MUCH);

  return tf_future_from_subprocess_output (subprocess, input);
}

static TfFuture *
start_with_much (const char *script)
{
  g_autoptr (GSubprocess) subprocess = NULL;

  subprocess = launch (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE, script);
  return write_much (subprocess);
}

static void
test_output_large_input (void)
{
  TfFuture          *future = start_with_much ("cat");
  g_autoptr (GBytes) output = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Input that is larger than the pipe arrives in full.");

  tf_test_wait_done (future);
  output = tf_future_dup_boxed (future, G_TYPE_BYTES, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (output), ==, MUCH);
  drop_last (future);
}

static void
test_output_unread_input (void)
{
  TfFuture *future;
  sigset_t  pending;

  g_test_summary ("Input that the subprocess does not read is dropped, and raises no SIGPIPE.");

  /* The default action of the signal would end this program. */
  g_assert_true (signal (SIGPIPE, SIG_DFL) != SIG_ERR);

  future = start_with_much ("exec <&-; echo enough");
  tf_test_wait_done (future);
  assert_output (future, "enough\n");
  drop_last (future);

  future = start_with_much ("exit 3");
  tf_test_wait_done (future);
  tf_test_assert_error (future, G_SPAWN_EXIT_ERROR, 3);
  drop_last (future);

  g_assert_cmpint (sigpending (&pending), ==, 0);
  g_assert_cmpint (sigismember (&pending, SIGPIPE), ==, 0);
}

static void
test_output_cancelled_input (void)
{
  GSubprocess *subprocess = launch (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                    "kill -STOP $$");
  TfFuture    *future = write_much (subprocess);

  g_test_summary ("A cancel while the input is written ends the writing.");

  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  drop_last (future);
  end_and_forget (subprocess);
}

static void
test_output_no_descriptor (void)
{
  GSubprocess  *subprocess = launch (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE,
                                     "cat");
  TfFuture     *future;
  struct rlimit limit;
  struct rlimit low;

  g_test_summary ("Without a descriptor for the input the future fails, and the program goes on.");

  g_assert_cmpint (getrlimit (RLIMIT_NOFILE, &limit), ==, 0);
  low = limit;
  low.rlim_cur = 4;
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &low), ==, 0);
  future = write_much (subprocess);
  g_assert_cmpint (setrlimit (RLIMIT_NOFILE, &limit), ==, 0);

  tf_test_wait_done (future);
  tf_test_assert_error (future, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
  drop_last (future);
  end_and_forget (subprocess);
}

static void
test_output_misuse (void)
{
  g_autoptr (TfTestLog)   log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);
  g_autoptr (GBytes)      input = g_bytes_new_static ("hello", 5);
  g_autoptr (GSubprocess) silent = launch (G_SUBPROCESS_FLAGS_NONE, "true");
  g_autoptr (GSubprocess) deaf = launch (G_SUBPROCESS_FLAGS_STDOUT_PIPE, "true");

  g_test_summary ("A subprocess without the pipes that it needs is refused.");

  g_assert_null (tf_future_from_subprocess_output (silent, NULL));
  g_assert_null (tf_future_from_subprocess_output (deaf, input));
  g_assert_cmpuint (tf_test_log_count (log, "tf_future_from_subprocess_output*"), ==, 2);
  g_subprocess_wait (silent, NULL, NULL);
  g_subprocess_wait (deaf, NULL, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/source-process/child/has-its-wait-status", test_child);
  tf_test_add ("/source-process/child/is-left-alone-after-a-cancel", test_child_cancel);
  tf_test_add ("/source-process/wait/has-its-exit-status", test_status);
  tf_test_add ("/source-process/wait/fails-when-killed", test_killed);
  tf_test_add ("/source-process/wait/goes-on-after-a-cancel", test_cancel);
  tf_test_add ("/source-process/output/is-the-value", test_output);
  tf_test_add ("/source-process/output/fails-with-the-complaints", test_output_failure);
  tf_test_add ("/source-process/output/goes-on-after-a-cancel", test_output_cancel);
  tf_test_add ("/source-process/output/takes-large-input", test_output_large_input);
  tf_test_add ("/source-process/output/survives-unread-input", test_output_unread_input);
  tf_test_add ("/source-process/output/drops-input-after-a-cancel", test_output_cancelled_input);
  tf_test_add ("/source-process/output/fails-without-descriptors", test_output_no_descriptor);
  tf_test_add ("/source-process/output/needs-pipes", test_output_misuse);
  return g_test_run ();
}
