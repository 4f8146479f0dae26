/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* Tasks that go on with the result of a future. */

static TfExecutor *
executor_new (guint max_workers)
{
  return g_object_new (TF_TYPE_EXECUTOR, "max-workers", max_workers, NULL);
}

static void
then_add_one (TfTask   *task,
              TfFuture *done,
              gpointer  thread)
{
  g_assert_true (g_thread_self () != thread);
  g_assert_true (tf_task_get_current () == task);
  tf_task_return_int64 (task, tf_future_get_int64 (done, NULL) + 1);
}

static void
then_fail (TfTask   *task,
           TfFuture *done,
           gpointer  data)
{
  tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "not there");
}

static void
then_never (TfTask   *task,
            TfFuture *done,
            gpointer  data)
{
  g_assert_not_reached ();
}

static void
then_block (TfTask   *task,
            TfFuture *done,
            gpointer  block)
{
  body_block (task, block);
}

static void
then_until_cancelled (TfTask   *task,
                      TfFuture *done,
                      gpointer  counter)
{
  body_until_cancelled (task, counter);
}

static void
then_nothing (TfTask   *task,
              TfFuture *done,
              gpointer  data)
{
}

/* Ends the future, and asserts that nobody else holds it. */
static void
finish (TfFuture *future)
{
  tf_test_wait_done (future);
  tf_test_drain (NULL);
  g_assert_finalize_object (future);
}

static void
test_result (void)
{
  TfExecutor *executor = executor_new (2);
  TfFuture   *upstream = submit_call (executor, body_return_42, NULL, NULL);
  TfFuture   *derived;
  TfFuture   *late;

  g_test_summary ("The task runs on a worker and reads the result, also of a future that was "
                  "done before.");

  derived = tf_executor_submit_then (executor, upstream, then_add_one, g_thread_self (), NULL);
  tf_test_wait_done (derived);
  tf_test_assert_int64 (derived, 43);
  late = tf_executor_submit_then (executor, derived, then_add_one, g_thread_self (), NULL);
  tf_test_wait_done (late);
  tf_test_assert_int64 (late, 44);

  finish (late);
  finish (derived);
  finish (upstream);
  tf_test_executor_finish (&executor);
}

static void
test_upstreams (void)
{
  TfExecutor   *executor = executor_new (2);
  TfTestCounter n_frees;
  TfFuture     *failing = submit_call (executor, body_fail, NULL, NULL);
  TfPromise    *promise = tf_promise_new (NULL);
  TfFuture     *after_failing;
  TfFuture     *after_cancel;

  g_test_summary ("A failure and a cancel pass on, without a task, and the data is freed.");

  tf_test_counter_init (&n_frees);
  after_failing = tf_executor_submit_then (executor, failing, then_never, &n_frees, free_count);
  after_cancel =
    tf_executor_submit_then (executor, TF_FUTURE (promise), then_never, &n_frees, free_count);
  tf_future_cancel (TF_FUTURE (promise));
  tf_test_wait_done (after_failing);
  tf_test_wait_done (after_cancel);
  tf_test_assert_error (after_failing, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  tf_test_assert_state (after_cancel, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpint (tf_test_counter_get (&n_frees), ==, 2);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 0);

  finish (after_failing);
  finish (after_cancel);
  finish (failing);
  finish (TF_FUTURE (promise));
  tf_test_executor_finish (&executor);
  tf_test_counter_clear (&n_frees);
}

static void
test_failure (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *upstream = tf_future_new_for_int64 (1);
  TfFuture   *derived = tf_executor_submit_then (executor, upstream, then_fail, NULL, NULL);

  g_test_summary ("The derived future fails as the task does.");

  tf_test_wait_done (derived);
  tf_test_assert_error (derived, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  finish (upstream);
  finish (derived);
  tf_test_executor_finish (&executor);
}

static void
test_binding (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *upstream = tf_future_new_for_int64 (1);
  TfFuture   *plain = tf_executor_submit_then (executor, upstream, then_nothing, NULL, NULL);
  TfFuture   *derived =
    tf_executor_submit_then_for_bindings (executor, upstream, then_nothing, NULL, NULL);

  g_test_summary ("A function of a binding must set a result, and one in C need not.");

  tf_test_wait_done (plain);
  tf_test_assert_state (plain, TF_FUTURE_STATE_COMPLETED);
  tf_test_wait_done (derived);
  tf_test_assert_error (derived, TF_ERROR, TF_ERROR_NO_RESULT);
  finish (upstream);
  finish (plain);
  finish (derived);
  tf_test_executor_finish (&executor);
}

static void
test_cancel_upstream (void)
{
  TfExecutor *executor = executor_new (1);
  TfPromise  *promise = tf_promise_new (NULL);
  TfFuture   *derived =
    tf_executor_submit_then (executor, TF_FUTURE (promise), then_never, NULL, NULL);

  g_test_summary ("Cancelling it before there is a task cancels the upstream.");

  g_assert_true (tf_future_cancel (derived));
  tf_test_wait_done (derived);
  tf_test_assert_state (derived, TF_FUTURE_STATE_CANCELLED);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLED);
  finish (TF_FUTURE (promise));
  finish (derived);
  tf_test_executor_finish (&executor);
}

static void
test_cancel_task (void)
{
  TfExecutor   *executor = executor_new (1);
  TfTestCounter n_begun;
  TfFuture     *upstream = tf_future_new_for_int64 (1);
  TfFuture     *derived;

  g_test_summary ("Cancelling it later cancels the task.");

  tf_test_counter_init (&n_begun);
  derived = tf_executor_submit_then (executor, upstream, then_until_cancelled, &n_begun, NULL);
  tf_test_drain (NULL);
  tf_test_counter_wait (&n_begun, 1);
  g_assert_true (tf_future_cancel (derived));
  tf_test_wait_done (derived);
  tf_test_assert_state (derived, TF_FUTURE_STATE_CANCELLED);
  finish (upstream);
  finish (derived);
  tf_test_executor_finish (&executor);
  tf_test_counter_clear (&n_begun);
}

/* A block that counts how often it is freed. */
typedef struct
{
  Block block; /* first */
  guint n_frees;
} OwnedBlock;

static void
free_owned_block (gpointer data)
{
  OwnedBlock *self = data;

  g_assert_true (tf_test_gate_is_open (&self->block.release));
  self->n_frees++;
}

static gboolean
is_freed (gpointer data)
{
  return ((OwnedBlock *) data)->n_frees > 0;
}

static void
test_abort (void)
{
  TfExecutor *executor = executor_new (1);
  OwnedBlock  owned = { .n_frees = 0 };
  TfFuture   *upstream = tf_future_new_for_int64 (1);
  TfFuture   *derived;

  g_test_summary ("After an abort the function goes on with its data, which is freed when it "
                  "has returned.");

  block_init (&owned.block);
  derived = tf_executor_submit_then (executor, upstream, then_block, &owned, free_owned_block);
  tf_test_drain (NULL);
  tf_test_gate_wait (&owned.block.started);
  g_assert_true (tf_future_abort (derived, "enough", NULL));
  finish (derived);
  g_assert_cmpuint (tf_executor_get_n_aborted (executor), ==, 1);
  tf_test_gate_open (&owned.block.release);
  tf_test_run_until (NULL, is_freed, &owned);
  g_assert_cmpuint (owned.n_frees, ==, 1);
  finish (upstream);
  tf_test_executor_finish (&executor);
  block_clear (&owned.block);
}

static void
test_stopped (void)
{
  TfExecutor   *executor = executor_new (1);
  TfTestCounter n_frees;
  TfPromise    *promise = tf_promise_new (NULL);
  TfFuture     *derived;

  g_test_summary ("If the executor was stopped meanwhile, it fails, and the data is freed.");

  tf_test_counter_init (&n_frees);
  derived =
    tf_executor_submit_then (executor, TF_FUTURE (promise), then_never, &n_frees, free_count);
  tf_test_executor_finish (&executor);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (derived);
  tf_test_assert_error (derived, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_assert_cmpint (tf_test_counter_get (&n_frees), ==, 1);
  finish (TF_FUTURE (promise));
  finish (derived);
  tf_test_counter_clear (&n_frees);
}

static void
test_dropped (void)
{
  TfExecutor   *executor = executor_new (1);
  TfTestCounter n_frees;

  g_test_summary ("A derived future that nobody holds goes on.");

  tf_test_counter_init (&n_frees);
  {
    g_autoptr (TfFuture) upstream = submit_call (executor, body_return_42, NULL, NULL);

    g_object_unref (
      tf_executor_submit_then (executor, upstream, then_nothing, &n_frees, free_count));
  }
  while (tf_test_counter_get (&n_frees) == 0)
    g_main_context_iteration (NULL, TRUE);
  tf_test_drain (NULL);
  tf_test_executor_finish (&executor);
  tf_test_counter_clear (&n_frees);
}

static void
test_shown (void)
{
  TfExecutor *executor = executor_new (1);
  Block       block;
  guint       n_notified = 0;
  TfFuture   *upstream = tf_future_new_for_int64 (1);
  TfFuture   *derived;

  g_test_summary ("The task is in the list of the executor as any other.");

  block_init (&block);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 0);
  g_signal_connect (executor, "notify::n-executing", G_CALLBACK (on_notify_count_cb), &n_notified);
  derived = tf_executor_submit_then (executor, upstream, then_block, &block, NULL);
  tf_test_drain (NULL);
  tf_test_gate_wait (&block.started);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 1);
  tf_test_gate_open (&block.release);
  tf_test_wait_done (derived);
  g_assert_cmpuint (n_notified, >, 0);
  finish (upstream);
  finish (derived);
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
test_chain (void)
{
  TfExecutor *executor = executor_new (2);
  guint       n = tf_test_scale (10000);
  TfFuture   *future = tf_future_new_for_int64 (0);

  g_test_summary ("A long chain of tasks runs one after the other.");

  for (guint i = 0; i < n; i++)
    {
      TfFuture *next =
        tf_executor_submit_then (executor, future, then_add_one, g_thread_self (), NULL);

      g_object_unref (future);
      future = next;
    }
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, n);
  finish (future);
  tf_test_executor_finish (&executor);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/submit-then/reads-the-result", test_result);
  tf_test_add ("/executor/submit-then/passes-other-ends-on", test_upstreams);
  tf_test_add ("/executor/submit-then/fails-as-the-task", test_failure);
  tf_test_add ("/executor/submit-then/must-return-in-bindings", test_binding);
  tf_test_add ("/executor/submit-then/cancels-the-upstream", test_cancel_upstream);
  tf_test_add ("/executor/submit-then/cancels-the-task", test_cancel_task);
  tf_test_add ("/executor/submit-then/keeps-the-data-after-an-abort", test_abort);
  tf_test_add ("/executor/submit-then/fails-after-a-stop", test_stopped);
  tf_test_add ("/executor/submit-then/lives-by-itself", test_dropped);
  tf_test_add ("/executor/submit-then/is-shown", test_shown);
  tf_test_add ("/executor/submit-then/makes-long-chains", test_chain);

  return g_test_run ();
}
