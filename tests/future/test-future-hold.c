/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* Events that are held back. */

#define HIGH_WATER 1024
#define MANY       (10 * HIGH_WATER)
#define HOLD_AT    7

typedef struct
{
  TfTestCounter n_sent;
  Meeting       meeting;
  gboolean      has_meeting;
  gint64        n_wanted;
  gint64        last;
  gint64        hold_at;
  gint64        last_at_done;
  gboolean      was_refused;
} Flow;

static void
flow_init (Flow  *self,
           gint64 n_wanted)
{
  *self = (Flow){ .n_wanted = n_wanted, .last_at_done = -1 };
  tf_test_counter_init (&self->n_sent);
  meeting_init (&self->meeting);
}

static void
flow_clear (Flow *self)
{
  tf_test_counter_clear (&self->n_sent);
  meeting_clear (&self->meeting);
}

static void
on_item_cb (TfFuture     *future,
            const GValue *value,
            Flow         *flow)
{
  g_assert_cmpint (g_value_get_int64 (value), ==, flow->last + 1);
  flow->last++;
  if (flow->last == flow->hold_at)
    g_assert_true (tf_future_hold_events (future));
}

static void
on_done_cb (TfFuture *future,
            Flow     *flow)
{
  flow->last_at_done = flow->last;
}

static void
run_flow (TfTask  *task,
          gpointer data)
{
  Flow *flow = data;

  if (flow->has_meeting)
    meeting_attend (&flow->meeting);

  for (gint64 i = 1; i <= flow->n_wanted && !flow->was_refused; i++)
    {
      flow->was_refused = !tf_task_yield_int64 (task, i);
      tf_test_counter_add (&flow->n_sent, 1);
    }

  tf_task_return_int64 (task, 8);
}

static TfFuture *
submit_flow (TfExecutor *executor,
             Flow       *flow)
{
  TfFuture *future = submit (executor, run_flow, flow);

  g_signal_connect (future, "item", G_CALLBACK (on_item_cb), flow);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), flow);
  return future;
}

static void
turn (guint n)
{
  for (guint i = 0; i < n; i++)
    g_main_context_iteration (NULL, FALSE);
}

static void
test_stops_at_once (void)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;

  g_test_summary ("A hold in a handler lets nothing more out, and the sender waits; a release goes"
                  " on, in order.");

  flow_init (&flow, MANY);
  flow.hold_at = HOLD_AT;
  future = submit_flow (executor, &flow);
  while (flow.last < HOLD_AT)
    g_main_context_iteration (NULL, TRUE);
  turn (1000);
  g_assert_cmpint (flow.last, ==, HOLD_AT);
  g_assert_cmpint (tf_test_counter_get (&flow.n_sent), <=, 2 * HIGH_WATER);

  tf_future_release_events (future);
  tf_test_wait_done (future);
  g_assert_cmpint (flow.last, ==, MANY);
  g_assert_cmpint (flow.last_at_done, ==, MANY);
  g_assert_false (flow.was_refused);

  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
}

static void
test_end_comes_after (void)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;

  g_test_summary ("The end of the task stays behind the items that are held; twice held is released"
                  " twice.");

  flow_init (&flow, 3);
  future = submit_flow (executor, &flow);
  g_assert_true (tf_future_hold_events (future));
  g_assert_true (tf_future_hold_events (future));
  tf_test_counter_wait (&flow.n_sent, 3);
  turn (1000);
  g_assert_cmpint (flow.last, ==, 0);
  g_assert_false (tf_future_is_done (future));

  tf_future_release_events (future);
  turn (1000);
  g_assert_cmpint (flow.last, ==, 0);

  tf_future_release_events (future);
  tf_test_wait_done (future);
  g_assert_cmpint (flow.last_at_done, ==, 3);
  g_assert_false (tf_future_hold_events (future));

  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
}

static void
test_without_events (void)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;

  g_test_summary ("A future that is held and has no events ends.");

  flow_init (&flow, 0);
  future = submit_flow (executor, &flow);
  g_assert_true (tf_future_hold_events (future));
  tf_test_wait_done (future);
  tf_future_release_events (future);

  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
}

static gpointer
run_cancel (gpointer future)
{
  g_assert_true (tf_future_cancel (future));
  return NULL;
}

static void
check_cancel (gint64   n_wanted,
              gint64   hold_at,
              gboolean is_elsewhere)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;

  flow_init (&flow, n_wanted);
  flow.hold_at = hold_at;
  future = submit_flow (executor, &flow);
  if (hold_at == 0)
    g_assert_true (tf_future_hold_events (future));
  else
    while (flow.last < hold_at)
      g_main_context_iteration (NULL, TRUE);
  tf_test_counter_wait (&flow.n_sent, MIN (n_wanted, HIGH_WATER));
  turn (1000);

  if (is_elsewhere)
    g_thread_join (g_thread_new ("canceller", run_cancel, future));
  else
    g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpint (flow.last, ==, hold_at);
  tf_future_release_events (future);

  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
}

static void
test_cancel (void)
{
  g_test_summary ("A cancel ends a future that is held, and drops what is held.");

  for (guint i = 0; i < 2; i++)
    {
      check_cancel (MANY, 0, i);
      check_cancel (MANY, HOLD_AT, i);
      check_cancel (3, 0, i);
    }
}

static void
test_abort (void)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;
  TfFuture   *next;

  g_test_summary ("An abort ends a future that is held.");

  flow_init (&flow, MANY);
  future = submit_flow (executor, &flow);
  next = submit (executor, run_eight, NULL);
  g_assert_true (tf_future_hold_events (future));
  tf_test_counter_wait (&flow.n_sent, HIGH_WATER);
  g_assert_true (tf_future_abort (future, NULL, NULL));
  tf_test_wait_done (future);
  tf_future_release_events (future);

  /* The one worker has come back. */
  finish_future (next);
  g_assert_true (flow.was_refused);
  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
}

static void
test_shutdown (void)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;

  g_test_summary ("A shutdown does not wait for who holds.");

  flow_init (&flow, MANY);
  future = submit_flow (executor, &flow);
  g_assert_true (tf_future_hold_events (future));
  tf_test_counter_wait (&flow.n_sent, HIGH_WATER);
  g_assert_true (tf_executor_shutdown (executor, tf_test_timeout_us (), NULL));
  tf_future_release_events (future);

  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
}

static void
test_promise (void)
{
  TfPromise *promise = tf_promise_new ("held");
  TfFuture  *future = TF_FUTURE (promise);
  Flow       flow;

  g_test_summary ("A promise is held as well, and lives meanwhile.");

  flow_init (&flow, 0);
  g_signal_connect (promise, "item", G_CALLBACK (on_item_cb), &flow);
  g_signal_connect (promise, "done", G_CALLBACK (on_done_cb), &flow);
  g_assert_true (tf_future_hold_events (future));
  for (gint64 i = 1; i <= 100; i++)
    {
      GValue value = G_VALUE_INIT;

      g_value_init (&value, G_TYPE_INT64);
      g_value_set_int64 (&value, i);
      g_assert_true (tf_promise_yield_value (promise, &value));
    }
  g_assert_true (tf_promise_resolve_none (promise));
  g_object_unref (promise);
  turn (100);
  g_assert_cmpint (flow.last, ==, 0);

  g_object_add_weak_pointer (G_OBJECT (future), (gpointer *) &future);
  tf_future_release_events (future);
  while (future != NULL)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (flow.last_at_done, ==, 100);
  flow_clear (&flow);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/future-hold/stops-at-once", test_stops_at_once);
  tf_test_add ("/future-hold/end-comes-after", test_end_comes_after);
  tf_test_add ("/future-hold/without-events", test_without_events);
  tf_test_add ("/future-hold/cancel", test_cancel);
  tf_test_add ("/future-hold/abort", test_abort);
  tf_test_add ("/future-hold/shutdown", test_shutdown);
  tf_test_add ("/future-hold/promise", test_promise);

  return g_test_run ();
}
