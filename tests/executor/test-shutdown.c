/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

static void
shutdown_must_succeed (TfExecutor *executor)
{
  g_autoptr (GError) error = NULL;

  tf_executor_shutdown (executor, tf_test_timeout_us (), &error);
  g_assert_no_error (error);
  g_assert_true (tf_executor_is_stopped (executor));
}

/* It does not wait for the end of the handler, so the executor is STOPPED later. */
static void
shutdown_in_done (TfExecutor *executor)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_executor_shutdown (executor, tf_test_timeout_us (), &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPING);
}

static void
assert_times_out (TfExecutor *executor,
                  gint64      timeout_us,
                  const char *pattern)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_executor_shutdown (executor, timeout_us, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_test_message ("%s", error->message);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPING);
}

static void
test_shutdown (void)
{
  TfExecutor                   *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  g_autoptr (TfParallelContext) context =
    g_object_ref (tf_executor_get_parallel_context (executor));
  g_autoptr (GString)      states = watch_states (executor);
  g_autoptr (TfFuture)     running = NULL;
  g_autoptr (TfFuture)     queued = NULL;
  g_autoptr (TfTestStates) running_states = NULL;
  g_autoptr (TfTestStates) queued_states = NULL;

  g_test_summary ("Shutdown cancels all, waits for all, and ends in STOPPED (EXEC-09, EXEC-10,"
                  " EXEC-30).");

  running = submit_call (executor, body_until_cancelled, NULL, NULL);
  queued = submit_call (executor, body_return_42, NULL, NULL);
  running_states = tf_test_states_new (running);
  queued_states = tf_test_states_new (queued);

  shutdown_must_succeed (executor);
  g_assert_cmpstr (states->str, ==, "RUNNING STOPPING STOPPED");
  g_assert_true (g_str_has_suffix (tf_test_states_get (running_states), "CANCELLED done"));
  tf_test_assert_states (queued_states, "WAITING CANCELLING CANCELLED done");
  g_assert_true (tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (context)));
  tf_test_executor_finish (&executor);
}

typedef struct
{
  TfTestGate started;
  gboolean   has_ended; /* written by the body */
} Slow;

static void
body_slow (TfTask  *task,
           gpointer user_data)
{
  Slow *slow = user_data;

  body_until_cancelled (task, NULL);
  for (guint i = 0; i < 1000; i++)
    g_thread_yield ();
  slow->has_ended = TRUE;
}

static void
test_shutdown_waits (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  Slow                 slow = { 0 };

  g_test_summary ("Shutdown returns only when the function has ended (EXEC-12).");

  future = submit_call (executor, body_slow, &slow, NULL);
  while (tf_future_get_state (future) != TF_FUTURE_STATE_EXECUTING)
    g_main_context_iteration (NULL, TRUE);
  shutdown_must_succeed (executor);
  g_assert_true (slow.has_ended);
  g_assert_true (tf_future_is_done (future));
  tf_test_executor_finish (&executor);
}

static void
test_shutdown_after_stop (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (GString)  states = watch_states (executor);
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("Shutdown completes a stop (EXEC-13), and does nothing on STOPPED (EXEC-14).");

  future = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPING);
  shutdown_must_succeed (executor);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);

  shutdown_must_succeed (executor);
  g_assert_true (tf_executor_shutdown (executor, 0, NULL));
  g_assert_cmpstr (states->str, ==, "RUNNING STOPPING STOPPED");
  tf_test_executor_finish (&executor);
}

static TfFuture *
submit_named (TfExecutor *executor,
              const char *name,
              Block      *block)
{
  TfTask *task = tf_task_new (body_block, block, NULL);

  tf_task_set_name (task, name);
  return submit_task (executor, task);
}

static void
test_shutdown_times_out (void)
{
  TfExecutor                   *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);
  g_autoptr (TfParallelContext) context =
    g_object_ref (tf_executor_get_parallel_context (executor));
  g_autoptr (GString)  states = watch_states (executor);
  g_autoptr (TfFuture) one = NULL;
  g_autoptr (TfFuture) two = NULL;
  gint64               begin_us = g_get_monotonic_time ();
  Block                block;

  g_test_summary ("A shutdown that takes too long fails, names who still runs (EXEC-15), and"
                  " may be repeated (EXEC-16).");

  block_init (&block);
  one = submit_named (executor, "alpha", &block);
  tf_test_gate_wait (&block.started);
  tf_test_gate_close (&block.started);
  two = submit_named (executor, "beta", &block);
  tf_test_gate_wait (&block.started);

  assert_times_out (executor, 20000, "*2 tasks still run: *alpha*, *beta*");
  g_assert_cmpint (g_get_monotonic_time () - begin_us, >=, 20000);
  g_assert_false (tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (context)));
  g_assert_cmpint (tf_future_get_state (one), ==, TF_FUTURE_STATE_CANCELLING);
  assert_times_out (executor, 0, "*2 tasks still run: *alpha*, *beta*");

  tf_test_gate_open (&block.release);
  shutdown_must_succeed (executor);
  g_assert_cmpint (tf_future_get_state (one), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpint (tf_future_get_state (two), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpstr (states->str, ==, "RUNNING STOPPING STOPPED");
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
test_shutdown_names_few (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 7, NULL);
  TfFuture   *futures[7];
  Block       block;

  g_test_summary ("A failed shutdown tells how many still run, and names the first of many.");

  block_init (&block);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_autofree char *name = g_strdup_printf ("t%u", i);

      futures[i] = submit_named (executor, name, &block);
      tf_test_gate_wait (&block.started);
      tf_test_gate_close (&block.started);
    }

  assert_times_out (executor, 0, "*7 tasks still run: *t0*t1*t2*t3*t4*…*");
  tf_test_gate_open (&block.release);
  shutdown_must_succeed (executor);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_object_unref (futures[i]);
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
test_loop_goes_on (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (GString)  states = watch_states (executor);
  g_autoptr (TfFuture) future = NULL;
  Block                block;

  g_test_summary ("After a shutdown that took too long the loop leads to STOPPED by itself.");

  block_init (&block);
  future = submit_named (executor, "alpha", &block);
  tf_test_gate_wait (&block.started);
  assert_times_out (executor, 1000, "*1 task still runs: *alpha*");
  tf_test_drain (NULL);
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPING);

  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, executor_is_stopped, executor);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpstr (states->str, ==, "RUNNING STOPPING STOPPED");
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static gboolean
on_idle_never_cb (gpointer data)
{
  *(gboolean *) data = TRUE;
  return G_SOURCE_REMOVE;
}

static void
test_no_other_source (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = submit_call (executor, body_until_cancelled, NULL, NULL);
  gboolean             has_run = FALSE;

  g_test_summary ("While shutdown waits, no other source of the main loop runs.");

  g_idle_add_full (G_PRIORITY_HIGH, on_idle_never_cb, &has_run, NULL);
  shutdown_must_succeed (executor);
  g_assert_false (has_run);
  g_assert_true (tf_future_is_done (future));
  tf_test_drain (NULL);
  g_assert_true (has_run);
  tf_test_executor_finish (&executor);
}

/* --- In handlers --- */

static void
on_done_shutdown_cb (TfFuture   *future,
                     TfExecutor *executor)
{
  shutdown_in_done (executor);
}

static void
test_in_done (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);
  g_autoptr (GString)  states = watch_states (executor);
  g_autoptr (TfFuture) first = NULL;
  g_autoptr (TfFuture) second = NULL;

  g_test_summary ("Shutdown in a handler of done does not wait for that handler, as EXEC-40 did.");

  first = submit_call (executor, body_return_42, NULL, NULL);
  second = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_signal_connect (first, "done", G_CALLBACK (on_done_shutdown_cb), executor);
  tf_test_run_until (NULL, executor_is_stopped, executor);
  g_assert_cmpint (tf_future_get_state (first), ==, TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpint (tf_future_get_state (second), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpstr (states->str, ==, "RUNNING STOPPING STOPPED");
  tf_test_executor_finish (&executor);
}

static void
on_executing_shutdown_cb (TfFuture   *future,
                          GParamSpec *pspec,
                          TfExecutor *executor)
{
  if (tf_future_get_state (future) == TF_FUTURE_STATE_EXECUTING)
    shutdown_must_succeed (executor);
}

static void
test_in_executing (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = submit_call (executor, body_until_cancelled, NULL, NULL);
  guint                n_done = 0;

  g_test_summary ("Shutdown in a handler of a future that runs brings that future to its end too.");

  g_signal_connect (future, "notify::state", G_CALLBACK (on_executing_shutdown_cb), executor);
  g_signal_connect (future, "done", G_CALLBACK (on_done_count_cb), &n_done);
  tf_test_run_until (NULL, executor_is_stopped, executor);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (n_done, ==, 1);
  tf_test_executor_finish (&executor);
}

static void
on_stopping_shutdown_cb (TfExecutor *executor,
                         GParamSpec *pspec,
                         gpointer    data)
{
  if (tf_executor_get_state (executor) == TF_EXECUTOR_STATE_STOPPING)
    shutdown_must_succeed (executor);
}

static void
test_in_stopping (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  g_autoptr (TfFuture) running = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_autoptr (TfFuture) queued = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_autoptr (GString)  states = watch_states (executor);

  g_test_summary ("Shutdown in a handler of STOPPING cancels all by itself.");

  g_signal_connect (executor, "notify::state", G_CALLBACK (on_stopping_shutdown_cb), NULL);
  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_true (tf_executor_is_stopped (executor));
  g_assert_cmpint (tf_future_get_state (running), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpint (tf_future_get_state (queued), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpstr (states->str, ==, "RUNNING STOPPING STOPPED");
  tf_test_executor_finish (&executor);
}

static void
on_cancelling_shutdown_cb (TfFuture   *future,
                           GParamSpec *pspec,
                           TfExecutor *executor)
{
  if (tf_future_get_state (future) == TF_FUTURE_STATE_CANCELLING)
    shutdown_must_succeed (executor);
}

static void
test_in_cancelling (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);
  g_autoptr (TfFuture) first = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_autoptr (TfFuture) second = submit_call (executor, body_until_cancelled, NULL, NULL);

  g_test_summary ("Shutdown in a handler of the first future that a stop cancels, cancels the"
                  " others.");

  g_signal_connect (first, "notify::state", G_CALLBACK (on_cancelling_shutdown_cb), executor);
  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_true (tf_executor_is_stopped (executor));
  g_assert_cmpint (tf_future_get_state (first), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpint (tf_future_get_state (second), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_executor_finish (&executor);
}

static void
on_done_deadlock_cb (TfFuture   *future,
                     TfExecutor *executor)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_executor_shutdown (executor, -1, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_DEADLOCK);
}

static void
test_inside_itself (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = submit_call (executor, body_until_cancelled, NULL, NULL);
  guint                n_done = 0;

  g_test_summary ("Shutdown in a handler of the same shutdown fails with DEADLOCK, and the"
                  " outer one goes on.");

  g_signal_connect (future, "done", G_CALLBACK (on_done_deadlock_cb), executor);
  g_signal_connect (future, "done", G_CALLBACK (on_done_count_cb), &n_done);
  shutdown_must_succeed (executor);
  g_assert_cmpuint (n_done, ==, 1);
  tf_test_executor_finish (&executor);
}

static void
on_done_shutdown_other_cb (TfFuture   *future,
                           TfExecutor *other)
{
  shutdown_must_succeed (other);
}

static void
test_nested_other (void)
{
  TfExecutor          *executor = tf_executor_new ();
  TfExecutor          *other = tf_executor_new ();
  g_autoptr (TfFuture) future = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_autoptr (TfFuture) its_own = submit_call (other, body_until_cancelled, NULL, NULL);

  g_test_summary ("While one executor is shut down, a handler may shut another one down.");

  g_signal_connect (future, "done", G_CALLBACK (on_done_shutdown_other_cb), other);
  shutdown_must_succeed (executor);
  g_assert_true (tf_executor_is_stopped (other));
  g_assert_true (tf_future_is_done (its_own));
  tf_test_executor_finish (&executor);
  tf_test_executor_finish (&other);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/shutdown/cancels-all-and-waits-for-all", test_shutdown);
  tf_test_add ("/executor/shutdown/returns-when-the-functions-have-ended", test_shutdown_waits);
  tf_test_add ("/executor/shutdown/completes-a-stop", test_shutdown_after_stop);
  tf_test_add ("/executor/shutdown/fails-in-time-and-may-be-repeated", test_shutdown_times_out);
  tf_test_add ("/executor/shutdown/names-the-first-of-many", test_shutdown_names_few);
  tf_test_add ("/executor/shutdown/leaves-the-rest-to-the-loop", test_loop_goes_on);
  tf_test_add ("/executor/shutdown/runs-no-other-source", test_no_other_source);
  tf_test_add ("/executor/shutdown/in-done-does-not-wait-for-itself", test_in_done);
  tf_test_add ("/executor/shutdown/in-executing-ends-that-future-too", test_in_executing);
  tf_test_add ("/executor/shutdown/in-stopping-cancels-by-itself", test_in_stopping);
  tf_test_add ("/executor/shutdown/in-cancelling-cancels-the-others", test_in_cancelling);
  tf_test_add ("/executor/shutdown/inside-itself-is-a-deadlock", test_inside_itself);
  tf_test_add ("/executor/shutdown/may-nest-with-another-executor", test_nested_other);

  return g_test_run ();
}
