/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

static gboolean
on_idle_cb (gpointer user_data)
{
  return ++*(guint *) user_data < 3;
}

static gboolean
is_three (gpointer user_data)
{
  return *(guint *) user_data == 3;
}

static void
test_run_until (void)
{
  guint n = 0;

  g_test_summary ("A context runs until the condition holds, and has nothing left to do then.");

  g_idle_add (on_idle_cb, &n);
  tf_test_run_until (NULL, is_three, &n);
  g_assert_cmpuint (tf_test_drain (NULL), ==, 0);
  tf_test_assert_idle (NULL);
}

static void
test_drain (void)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (GSource)      source = g_idle_source_new ();
  guint                    n = 0;

  g_test_summary ("Draining runs what is there, and counts it.");

  g_source_set_callback (source, on_idle_cb, &n, NULL);
  g_source_attach (source, context);
  g_assert_cmpuint (tf_test_drain (context), ==, 3);
  g_assert_cmpuint (n, ==, 3);
  tf_test_assert_idle (context);
}

static gboolean
is_never (gpointer user_data)
{
  return FALSE;
}

/* What runs in a subprocess, and has to fail with a text. */
static void
assert_fails (void (*func) (void),
              const char *text)
{
  if (g_test_subprocess ())
    {
      g_setenv ("TF_TEST_TIMEOUT", "1", TRUE);
      func ();
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (text);
}

static void
run_for_ever (void)
{
  tf_test_run_until (NULL, is_never, NULL);
}

static void
test_run_until_time_limit (void)
{
  g_test_summary ("A test that would hang ends, with the place and what it waited for.");

  assert_fails (run_for_ever, "*test-test-loop.c:*:run_for_ever: is_never did not happen in time*");
}

static void
run_nothing (TfTask  *task,
             gpointer user_data)
{
  tf_task_return_none (task);
}

static void
wait_for_stepped (void)
{
  g_autoptr (TfTestContext) context = tf_test_context_new ();
  g_autoptr (TfExecutor)    executor =
    tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  TfTask              *task = tf_task_new (run_nothing, NULL, NULL);
  g_autoptr (TfFuture) future = NULL;

  tf_task_set_name (task, "the slow one");
  future = tf_executor_submit (executor, task, NULL);
  tf_test_wait_done (future);
}

static void
test_wait_done_time_limit (void)
{
  g_test_summary ("Who waits for a future that does not end is told which one.");

  assert_fails (wait_for_stepped,
                "*wait_for_stepped: the end of ?the slow one? did not happen in time*");
}

static void
test_wait_done (void)
{
  TfExecutor *executor = tf_executor_new ();
  TfFuture   *future = tf_executor_submit_call (executor, run_nothing, NULL, NULL, NULL);

  g_test_summary ("The context runs until the future is done.");

  tf_test_wait_done (future);
  g_assert_true (tf_future_is_done (future));
  g_assert_finalize_object (future);
  tf_test_executor_finish (&executor);
}

static void
assert_busy_idle (void)
{
  guint n = 0;

  g_idle_add (on_idle_cb, &n);
  tf_test_assert_idle (NULL);
}

static void
test_assert_idle (void)
{
  g_test_summary ("A context that has something to do is not idle.");

  assert_fails (assert_busy_idle, "*assert_busy_idle: the main context has something to do*");
}

static void
test_timeout (void)
{
  g_autofree char *before = g_strdup (g_getenv ("TF_TEST_TIMEOUT"));

  g_test_summary ("The safety time limit is 30 seconds, unless the environment says otherwise.");

  g_unsetenv ("TF_TEST_TIMEOUT");
  g_assert_cmpint (tf_test_timeout_us (), ==, 30 * G_TIME_SPAN_SECOND);
  g_setenv ("TF_TEST_TIMEOUT", "7", TRUE);
  g_assert_cmpint (tf_test_timeout_us (), ==, 7 * G_TIME_SPAN_SECOND);
  if (before != NULL)
    g_setenv ("TF_TEST_TIMEOUT", before, TRUE);
  else
    g_unsetenv ("TF_TEST_TIMEOUT");
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/test-loop/run-until/runs-until-the-condition-holds", test_run_until);
  tf_test_add ("/test-loop/run-until/ends-after-the-time", test_run_until_time_limit);
  tf_test_add ("/test-loop/wait-done/runs-until-the-end", test_wait_done);
  tf_test_add ("/test-loop/wait-done/ends-after-the-time", test_wait_done_time_limit);
  tf_test_add ("/test-loop/drain/runs-what-is-there", test_drain);
  tf_test_add ("/test-loop/idle/is-asserted", test_assert_idle);
  tf_test_add ("/test-loop/timeout/is-of-the-environment", test_timeout);

  return g_test_run ();
}
