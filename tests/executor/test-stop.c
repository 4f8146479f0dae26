/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

static void
assert_refuses (TfExecutor *executor)
{
  g_autoptr (GError) error = NULL;
  TfTestCounter      n_freed;

  tf_test_counter_init (&n_freed);
  g_assert_null (tf_executor_submit_call (executor, body_nothing, &n_freed, free_count, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_assert_cmpint (tf_test_counter_get (&n_freed), ==, 1);
  tf_test_counter_clear (&n_freed);
}

/* --- stop --- */

static void
test_stop_running (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (GString)  states = watch_states (executor);
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  Block                block;

  g_test_summary ("Stop returns at once in STOPPING, and the loop leads to STOPPED (EXEC-02,"
                  " EXEC-05).");

  block_init (&block);
  future = submit_call (executor, body_block, &block, NULL);
  tf_test_gate_wait (&block.started);
  tf_test_drain (NULL);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_EXECUTING);

  g_assert_true (tf_executor_stop (executor, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPING);
  g_assert_false (tf_executor_is_running (executor));
  g_assert_false (tf_executor_is_stopped (executor));
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  assert_refuses (executor);

  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, executor_is_stopped, executor);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpstr (states->str, ==, "RUNNING STOPPING STOPPED");
  assert_refuses (executor);

  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
test_stop_empty (void)
{
  TfExecutor         *executor = tf_executor_new ();
  g_autoptr (GString) states = watch_states (executor);
  guint               n_running = 0;
  guint               n_stopped = 0;

  g_test_summary ("Without tasks stop goes through STOPPING to STOPPED inside the call (EXEC-03).");

  g_signal_connect (executor, "notify::running", G_CALLBACK (on_notify_count_cb), &n_running);
  g_signal_connect (executor, "notify::stopped", G_CALLBACK (on_notify_count_cb), &n_stopped);
  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_cmpstr (states->str, ==, "RUNNING STOPPING STOPPED");
  g_assert_cmpuint (n_running, ==, 1);
  g_assert_cmpuint (n_stopped, ==, 1);
  tf_test_executor_finish (&executor);
}

static void
test_stop_twice (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  Block                block;

  g_test_summary ("A second stop succeeds and changes nothing (EXEC-04).");

  block_init (&block);
  future = submit_call (executor, body_block, &block, NULL);
  tf_test_gate_wait (&block.started);
  g_assert_true (tf_executor_stop (executor, NULL));

  g_assert_true (tf_executor_stop (executor, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPING);

  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, executor_is_stopped, executor);
  g_assert_true (tf_executor_stop (executor, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPED);

  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
on_stopping_stop_again (TfExecutor *executor,
                        GParamSpec *pspec,
                        TfFuture   *future)
{
  g_autoptr (GError) error = NULL;

  if (tf_executor_get_state (executor) != TF_EXECUTOR_STATE_STOPPING)
    return;

  g_assert_true (tf_future_is_cancellable (future));
  g_assert_true (tf_executor_stop (executor, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
}

static void
test_stop_inside_stop (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  Block                block;

  g_test_summary ("A stop in a handler of the first one cancels everything before it returns.");

  block_init (&block);
  future = submit_call (executor, body_block, &block, NULL);
  tf_test_gate_wait (&block.started);
  g_signal_connect (executor, "notify::state", G_CALLBACK (on_stopping_stop_again), future);
  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);

  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, executor_is_stopped, executor);
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
test_stop_cancels_all (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  TfFuture   *futures[3];
  Block       block;

  g_test_summary ("Stop cancels what runs and what is queued, in the order of submission"
                  " (EXEC-05).");

  block_init (&block);
  futures[0] = submit_call (executor, body_block, &block, NULL);
  futures[1] = submit_call (executor, body_return_42, NULL, NULL);
  futures[2] = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_gate_wait (&block.started);

  g_assert_true (tf_executor_stop (executor, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_assert_cmpint (tf_future_get_state (futures[i]), ==, TF_FUTURE_STATE_CANCELLING);

  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, executor_is_stopped, executor);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_assert_cmpint (tf_future_get_state (futures[i]), ==, TF_FUTURE_STATE_CANCELLED);
      g_object_unref (futures[i]);
    }

  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
on_cancelling_submit_cb (TfFuture   *future,
                         GParamSpec *pspec,
                         TfExecutor *executor)
{
  if (tf_future_get_state (future) == TF_FUTURE_STATE_CANCELLING)
    {
      g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPING);
      assert_refuses (executor);
    }
}

static void
on_stopping_submit_cb (TfExecutor *executor,
                       GParamSpec *pspec,
                       gpointer    data)
{
  assert_refuses (executor);
}

static void
test_stop_refuses_in_between (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  g_autoptr (TfFuture) running = NULL;
  g_autoptr (TfFuture) queued = NULL;

  g_test_summary ("While stop cancels no handler can submit: not as EXEC-08 had it (EXEC-21).");

  running = submit_call (executor, body_until_cancelled, NULL, NULL);
  queued = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_signal_connect (running, "notify::state", G_CALLBACK (on_cancelling_submit_cb), executor);
  g_signal_connect (queued, "notify::state", G_CALLBACK (on_cancelling_submit_cb), executor);
  g_signal_connect (executor, "notify::state", G_CALLBACK (on_stopping_submit_cb), NULL);
  g_assert_true (tf_executor_stop (executor, NULL));
  tf_test_run_until (NULL, executor_is_stopped, executor);
  g_assert_true (tf_future_is_done (running));
  g_assert_true (tf_future_is_done (queued));
  tf_test_executor_finish (&executor);
}

static void
on_done_order_cb (TfFuture *future,
                  GString  *text)
{
  g_string_append (text, " done");
}

static void
test_stopped_is_last (void)
{
  TfExecutor         *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);
  g_autoptr (GString) text = watch_states (executor);
  TfFuture           *futures[3];

  g_test_summary ("STOPPED is told after the last done.");

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      futures[i] = submit_call (executor, body_until_cancelled, NULL, NULL);
      g_signal_connect (futures[i], "done", G_CALLBACK (on_done_order_cb), text);
    }
  g_assert_true (tf_executor_stop (executor, NULL));
  tf_test_run_until (NULL, executor_is_stopped, executor);
  g_assert_cmpstr (text->str, ==, "RUNNING STOPPING done done done STOPPED");
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    g_object_unref (futures[i]);
  tf_test_executor_finish (&executor);
}

static void
on_done_stop_cb (TfFuture   *future,
                 TfExecutor *executor)
{
  g_assert_true (tf_executor_stop (executor, NULL));
}

static void
test_stop_in_done (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  g_autoptr (GString)  states = watch_states (executor);
  g_autoptr (TfFuture) first = NULL;
  g_autoptr (TfFuture) second = NULL;

  g_test_summary ("A handler of done may stop the executor.");

  first = submit_call (executor, body_nothing, NULL, NULL);
  second = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_signal_connect (first, "done", G_CALLBACK (on_done_stop_cb), executor);
  tf_test_run_until (NULL, executor_is_stopped, executor);
  g_assert_cmpint (tf_future_get_state (first), ==, TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpint (tf_future_get_state (second), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpstr (states->str, ==, "RUNNING STOPPING STOPPED");
  tf_test_executor_finish (&executor);
}

typedef struct
{
  Block block; /* first: what body_block() is given */
  guint n_freed;
} CountedBlock;

static void
free_counted (gpointer data)
{
  ((CountedBlock *) data)->n_freed++;
}

static gboolean
is_freed (gpointer data)
{
  return ((CountedBlock *) data)->n_freed == 1;
}

static void
test_stop_with_abandoned (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  CountedBlock         counted = { 0 };

  g_test_summary ("Functions that were given up do not keep an executor from STOPPED.");

  block_init (&counted.block);
  future = submit_call (executor, body_block, &counted, free_counted);
  tf_test_gate_wait (&counted.block.started);
  g_assert_true (tf_future_abort (future, NULL, NULL));
  tf_test_wait_done (future);
  g_assert_cmpuint (tf_executor_get_n_aborted (executor), ==, 1);

  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_true (tf_executor_is_stopped (executor));
  g_assert_true (tf_executor_shutdown (executor, -1, NULL));
  g_assert_cmpuint (tf_executor_get_n_aborted (executor), ==, 1);
  g_assert_finalize_object (executor);
  g_assert_cmpuint (counted.n_freed, ==, 0);

  tf_test_gate_open (&counted.block.release);
  tf_test_run_until (NULL, is_freed, &counted);
  block_clear (&counted.block);
}

/* Everything that a future tells, in its order, and where the executor is stopped. */
typedef struct
{
  TfExecutor *executor;
  GString    *told;
  int         where;
} Order;

static void
note (Order      *order,
      const char *what,
      int         where)
{
  g_string_append_printf (order->told, "%s ", what);
  if (where == order->where)
    {
      order->where = -1;
      g_assert_true (tf_executor_stop (order->executor, NULL));
      g_assert_false (tf_executor_is_stopped (order->executor));
    }
}

static void
on_order_state_cb (TfFuture   *future,
                   GParamSpec *pspec,
                   Order      *order)
{
  if (tf_future_is_done (future))
    note (order, "state", 0);
}

static void
on_order_called_back (TfFuture *future,
                      gpointer  order)
{
  note (order, "callback", 1);
}

static void
free_order (gpointer order)
{
  note (order, "free", -2);
}

static void
on_order_done_cb (TfFuture *future,
                  Order    *order)
{
  note (order, "done", 2);
}

static void
on_order_failed_cb (TfExecutor *executor,
                    TfFuture   *future,
                    Order      *order)
{
  g_autoptr (GError) error = tf_future_dup_error (future);

  g_assert_nonnull (error);
  note (order, "failed", 3);
}

static void
on_order_stopped_cb (TfExecutor *executor,
                     GParamSpec *pspec,
                     Order      *order)
{
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 0);
  note (order, "STOPPED", -2);
}

static void
test_stopped_after_everything (void)
{
  g_test_summary (
    "STOPPED is notified after all that the last future has to tell, wherever the stop comes.");

  for (int where = 0; where < 4; where++)
    {
      Order     order = { tf_executor_new (), g_string_new (NULL), where };
      TfTask   *task = tf_task_new (body_fail, &order, free_order);
      TfFuture *future;

      tf_task_set_callback (task, on_order_called_back, &order, NULL);
      g_signal_connect (order.executor, "notify::stopped", G_CALLBACK (on_order_stopped_cb),
                        &order);
      g_signal_connect (order.executor, "task-failed", G_CALLBACK (on_order_failed_cb), &order);
      future = tf_executor_submit (order.executor, task, NULL);
      g_signal_connect (future, "notify::state", G_CALLBACK (on_order_state_cb), &order);
      g_signal_connect (future, "done", G_CALLBACK (on_order_done_cb), &order);
      tf_test_run_until (NULL, executor_is_stopped, order.executor);
      g_assert_cmpstr (order.told->str, ==, "state callback free done failed STOPPED ");

      g_assert_finalize_object (future);
      tf_test_executor_finish (&order.executor);
      g_string_free (order.told, TRUE);
    }
}

static void
on_done_run_loop_cb (TfFuture *first,
                     TfFuture *second)
{
  tf_test_wait_done (second);
  tf_test_drain (NULL);
}

static void
test_stopped_after_outer (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (GString)  states = watch_states (executor);
  g_autoptr (TfFuture) first = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_autoptr (TfFuture) second = submit_call (executor, body_until_cancelled, NULL, NULL);
  Order                order = { executor, g_string_new (NULL), -1 };

  g_test_summary (
    "STOPPED waits for the handlers of a future in which a nested loop has brought the last one "
    "to its "
    "end.");

  g_signal_connect (executor, "notify::stopped", G_CALLBACK (on_order_stopped_cb), &order);
  g_signal_connect (first, "done", G_CALLBACK (on_done_run_loop_cb), second);
  g_signal_connect (first, "done", G_CALLBACK (on_order_done_cb), &order);
  g_assert_true (tf_executor_stop (executor, NULL));
  tf_test_run_until (NULL, executor_is_stopped, executor);
  g_assert_cmpstr (order.told->str, ==, "done STOPPED ");
  g_assert_cmpstr (states->str, ==, "RUNNING STOPPING STOPPED");
  g_string_free (order.told, TRUE);
  tf_test_executor_finish (&executor);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/stop/returns-at-once-and-the-loop-leads-to-stopped", test_stop_running);
  tf_test_add ("/executor/stop/ends-inside-the-call-without-tasks", test_stop_empty);
  tf_test_add ("/executor/stop/may-be-repeated", test_stop_twice);
  tf_test_add ("/executor/stop/may-be-repeated-inside", test_stop_inside_stop);
  tf_test_add ("/executor/stop/cancels-what-runs-and-what-is-queued", test_stop_cancels_all);
  tf_test_add ("/executor/stop/refuses-submissions-while-it-cancels",
               test_stop_refuses_in_between);
  tf_test_add ("/executor/stop/tells-stopped-last", test_stopped_is_last);
  tf_test_add ("/executor/stop/may-be-called-in-a-done-handler", test_stop_in_done);
  tf_test_add ("/executor/stop/does-not-wait-for-what-was-given-up", test_stop_with_abandoned);
  tf_test_add ("/executor/stop/comes-after-everything", test_stopped_after_everything);
  tf_test_add ("/executor/stop/comes-after-outer-handlers", test_stopped_after_outer);

  return g_test_run ();
}
