/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include <string.h>

/* The program tf-worker. It runs functions of modules where the library is installed: tests/install/run. */

static const char *
get_program (void)
{
  const char *program = g_getenv ("TF_WORKER_PROGRAM");

  g_assert_nonnull (program);
  return program;
}

/* Starts it as a person would, or somebody who plays the library. */
static void
assert_refuses (const char *request)
{
  const char                     *argv[] = { get_program (), NULL };
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess)         subprocess = NULL;
  g_autoptr (GError)              error = NULL;
  g_autofree char                *output = NULL;
  g_autofree char                *errors = NULL;

  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                        G_SUBPROCESS_FLAGS_STDERR_PIPE);
  if (request != NULL)
    g_subprocess_launcher_setenv (launcher, "TF_WORKER", request, TRUE);
  subprocess = g_subprocess_launcher_spawnv (launcher, argv, &error);
  g_assert_no_error (error);
  g_subprocess_communicate_utf8 (subprocess, NULL, NULL, &output, &errors, &error);
  g_assert_no_error (error);

  g_assert_cmpstr (output, ==, "");
  g_assert_nonnull (strstr (errors, "is started by programs that use Task Futures"));
  g_assert_true (g_subprocess_get_if_exited (subprocess));
  g_assert_cmpint (g_subprocess_get_exit_status (subprocess), ==, 64);
}

static void
test_by_hand (void)
{
  g_test_summary ("Started by hand, the program says what it is for, and ends.");

  assert_refuses (NULL);
}

static void
test_nonsense (void)
{
  g_test_summary ("A request that the library did not make is none.");

  assert_refuses ("");
  assert_refuses ("nonsense");
  assert_refuses ("1:3:4:1:0123456789abcdef"); /* there are no such descriptors */
  assert_refuses ("1:0:1:1:0123456789abcdef and more");
}

static void
test_works (void)
{
  TfProcessContext *context = tf_process_context_new (1);
  TfExecutor       *executor =
    tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  g_autoptr (TfTask) task = tf_task_new_for_reference ("name:nobody", NULL);
  g_autoptr (GError) error = NULL;
  TfFuture          *future;

  g_test_summary ("A program that is no worker itself has its tasks run by this one.");

  future = tf_executor_submit (executor, g_steal_pointer (&task), &error);
  g_assert_no_error (error);
  tf_test_wait_done (future);
  g_assert_cmpuint (tf_process_context_get_n_workers (context), ==, 1);
  error = tf_future_dup_error (future);
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE);
  g_assert_nonnull (strstr (error->message, "No function is registered as “nobody”"));

  g_assert_finalize_object (future);
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (context);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/program/by-hand/says-what-it-is-for", test_by_hand);
  tf_test_add ("/program/by-hand/believes-no-nonsense", test_nonsense);
  tf_test_add ("/program/works/for-programs-that-are-no-workers", test_works);

  return g_test_run ();
}
