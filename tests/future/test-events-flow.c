/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* How events and cancels, floods and threads go together. */

#define HIGH_WATER 1024

typedef struct
{
  Meeting       meeting;
  TfTestCounter n_sent;
  guint         n_wanted;
  guint         n_heard;
  gint64        last;
  gboolean      was_refused;
} Flow;

static void
flow_init (Flow *self,
           guint n_wanted)
{
  *self = (Flow){ .n_wanted = n_wanted };
  meeting_init (&self->meeting);
  tf_test_counter_init (&self->n_sent);
}

static void
flow_clear (Flow *self)
{
  meeting_clear (&self->meeting);
  tf_test_counter_clear (&self->n_sent);
}

static void
on_event_cb (TfFuture     *future,
             const GValue *value,
             Flow         *flow)
{
  g_assert_cmpint (g_value_get_int64 (value), ==, flow->last + 1);
  flow->last++;
  flow->n_heard++;
}

static void
run_flow (TfTask  *task,
          gpointer data)
{
  Flow *flow = data;

  for (gint64 i = 1; i <= flow->n_wanted; i++)
    {
      if (!tf_task_report_int64 (task, i))
        {
          flow->was_refused = TRUE;
          return;
        }
      tf_test_counter_add (&flow->n_sent, 1);
    }
}

static TfFuture *
submit_flow (TfExecutor *executor,
             Flow       *flow)
{
  TfFuture *future = submit (executor, run_flow, flow);

  g_signal_connect (future, "progress", G_CALLBACK (on_event_cb), flow);
  return future;
}

static void
test_high_water (void)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;

  g_test_summary ("ITER-19: a task that is 1024 events ahead waits for the loop; nothing is lost.");

  flow_init (&flow, 10 * HIGH_WATER);
  future = submit_flow (executor, &flow);
  tf_test_counter_wait (&flow.n_sent, HIGH_WATER);
  g_assert_cmpint (tf_test_counter_get (&flow.n_sent), ==, HIGH_WATER);
  tf_test_wait_done (future);
  g_assert_cmpuint (flow.n_heard, ==, 10 * HIGH_WATER);
  g_assert_false (flow.was_refused);

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

static gpointer
run_abort_here (gpointer future)
{
  g_assert_true (tf_future_abort (future, NULL, NULL));
  return NULL;
}

static gpointer
run_cancel_elsewhere (gpointer future)
{
  return g_thread_join (g_thread_new ("canceller", run_cancel, future));
}

static void
check_waking (gpointer (*wake) (gpointer))
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;

  flow_init (&flow, 10 * HIGH_WATER);
  future = submit_flow (executor, &flow);
  tf_test_counter_wait (&flow.n_sent, HIGH_WATER);
  wake (future);

  /* Not by the loop: it does not run. */
  tf_executor_shutdown (executor, tf_test_timeout_us (), NULL);
  g_assert_true (flow.was_refused);
  g_assert_cmpuint (flow.n_heard, ==, 0);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);

  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
}

static void
test_waking (void)
{
  g_test_summary ("PROG-15: a cancel wakes a task that waits for room, and drops what is queued.");

  check_waking (run_cancel);
  check_waking (run_cancel_elsewhere);
}

static void
test_waking_by_abort (void)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;
  TfFuture   *next;

  g_test_summary ("An abort wakes a task that waits for room.");

  flow_init (&flow, 10 * HIGH_WATER);
  future = submit_flow (executor, &flow);
  next = submit (executor, run_eight, NULL);
  tf_test_counter_wait (&flow.n_sent, HIGH_WATER);
  run_abort_here (future);
  tf_test_wait_done (next);
  g_assert_true (flow.was_refused);
  g_assert_cmpuint (flow.n_heard, ==, 0);

  finish_future (next);
  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
}

typedef struct
{
  Meeting meeting;
  TfTask *task;
  guint   n_heard;
} Loan;

static void
run_loan (TfTask  *task,
          gpointer data)
{
  Loan *loan = data;

  loan->task = task;
  meeting_attend (&loan->meeting);
}

static void
on_loan_event_cb (TfFuture     *future,
                  const GValue *value,
                  Loan         *loan)
{
  loan->n_heard++;
}

static void
test_owner_never_waits (void)
{
  TfExecutor *executor = executor_new (1);
  Loan        loan = { .task = NULL };
  TfFuture   *future;

  g_test_summary ("The owner thread never waits for room: it would wait for itself.");

  meeting_init (&loan.meeting);
  future = submit (executor, run_loan, &loan);
  g_signal_connect (future, "progress", G_CALLBACK (on_loan_event_cb), &loan);
  tf_test_gate_wait (&loan.meeting.started);
  for (guint i = 0; i < 3 * HIGH_WATER; i++)
    g_assert_true (tf_task_report_int64 (loan.task, i));
  tf_test_gate_open (&loan.meeting.go);
  tf_test_wait_done (future);
  g_assert_cmpuint (loan.n_heard, ==, 3 * HIGH_WATER);

  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&loan.meeting);
}

/* Cancels */

static void
run_two_rounds (TfTask  *task,
                gpointer data)
{
  Flow *flow = data;

  g_assert_true (tf_task_report_int64 (task, 1));
  meeting_attend (&flow->meeting);
  flow->was_refused = !tf_task_report_int64 (task, 2) && !tf_task_yield_int64 (task, 2) &&
                      !tf_task_send_int64 (task, "kind", 2) && !tf_task_report_value (task, NULL);
}

static gboolean
has_heard (gpointer data)
{
  return ((Flow *) data)->n_heard > 0;
}

static void
test_refused (void)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;

  g_test_summary ("PROG-06, PROG-07, PROG-08, ITER-08: after a cancel every report is refused, so "
                  "each is a place where the task can stop.");

  flow_init (&flow, 0);
  future = submit (executor, run_two_rounds, &flow);
  g_signal_connect (future, "progress", G_CALLBACK (on_event_cb), &flow);
  tf_test_run_until (NULL, has_heard, &flow);
  tf_future_cancel (future);
  tf_test_gate_open (&flow.meeting.go);
  tf_test_wait_done (future);
  g_assert_true (flow.was_refused);
  g_assert_cmpuint (flow.n_heard, ==, 1);

  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
}

static void
test_queued (void)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  Meeting     meeting;
  TfFuture   *future;
  TfFuture   *next;

  g_test_summary ("PROG-15: what is queued when the cancel comes does not reach the handlers.");

  flow_init (&flow, 2);
  meeting_init (&meeting);
  future = submit_flow (executor, &flow);
  next = submit (executor, run_meeting, &meeting);
  tf_test_gate_wait (&meeting.started);
  tf_future_cancel (future);
  tf_test_wait_done (future);
  g_assert_cmpuint (flow.n_heard, ==, 0);

  tf_test_gate_open (&meeting.go);
  finish_future (next);
  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
  meeting_clear (&meeting);
}

static void
on_event_cancel_cb (TfFuture     *future,
                    const GValue *value,
                    Flow         *flow)
{
  if (flow->last == 10)
    g_assert_true (tf_future_cancel (future));
}

static void
on_event_cancel_elsewhere_cb (TfFuture     *future,
                              const GValue *value,
                              Flow         *flow)
{
  if (flow->last == 10)
    run_cancel_elsewhere (future);
}

static void
check_cancel_in_handler (GCallback cancel_cb)
{
  TfExecutor *executor = executor_new (1);
  Flow        flow;
  TfFuture   *future;

  flow_init (&flow, 5 * HIGH_WATER);
  future = submit_flow (executor, &flow);
  g_signal_connect (future, "progress", cancel_cb, &flow);
  tf_test_wait_done (future);
  g_assert_cmpuint (flow.n_heard, ==, 10);

  finish_future (future);
  tf_test_executor_finish (&executor);
  flow_clear (&flow);
}

static void
test_cancel_in_handler (void)
{
  g_test_summary ("A cancel during one event, here or on another thread, is the end of them, "
                  "also of "
                  "the batch.");

  check_cancel_in_handler (G_CALLBACK (on_event_cancel_cb));
  check_cancel_in_handler (G_CALLBACK (on_event_cancel_elsewhere_cb));
}

/* Threads */

#define N_HELPERS 4

typedef struct
{
  TfTask *task;
  gint64  first;
  guint   n_events;
} Helper;

static gpointer
run_helper (gpointer data)
{
  Helper *helper = data;

  for (guint i = 0; i < helper->n_events; i++)
    g_assert_true (tf_task_yield_int64 (helper->task, helper->first + i));

  return NULL;
}

#define N_EACH 3000

static void
run_helpers (TfTask  *task,
             gpointer data)
{
  Helper   helpers[N_HELPERS];
  GThread *threads[N_HELPERS];

  for (guint i = 0; i < N_HELPERS; i++)
    {
      helpers[i] = (Helper){ task, (gint64) i << 32, *(guint *) data };
      threads[i] = g_thread_new ("helper", run_helper, &helpers[i]);
    }
  for (guint i = 0; i < N_HELPERS; i++)
    g_thread_join (threads[i]);
}

static void
on_helper_item_cb (TfFuture     *future,
                   const GValue *value,
                   guint        *n_heard)
{
  gint64 number = g_value_get_int64 (value);
  guint  helper = (guint) (number >> 32);

  g_assert_cmpint (number & G_MAXUINT32, ==, n_heard[helper]);
  n_heard[helper]++;
}

static void
test_threads (void)
{
  TfExecutor *executor = executor_new (1);
  guint       n_each = tf_test_scale (N_EACH);
  guint       n_heard[N_HELPERS] = { 0 };
  TfFuture   *future = submit (executor, run_helpers, &n_each);

  g_test_summary ("Several threads of one task may yield; what comes from one thread keeps its "
                  "order.");

  g_signal_connect (future, "item", G_CALLBACK (on_helper_item_cb), n_heard);
  tf_test_wait_done (future);
  for (guint i = 0; i < N_HELPERS; i++)
    g_assert_cmpuint (n_heard[i], ==, n_each);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_storm (void)
{
  g_autoptr (GRand) rand = tf_test_rand_new ();
  TfExecutor       *executor = executor_new (2);

  g_test_summary ("Cancels and aborts at any moment of a flood end it, and leave nothing.");

  for (guint i = 0; i < tf_test_scale (200); i++)
    {
      Flow      flow;
      TfFuture *future;
      guint     n_turns = (guint) g_rand_int_range (rand, 0, 4);
      guint     how = (guint) g_rand_int_range (rand, 0, 3);

      flow_init (&flow, 3 * HIGH_WATER);
      future = submit_flow (executor, &flow);
      for (guint j = 0; j < n_turns; j++)
        g_main_context_iteration (NULL, FALSE);
      if (how == 0)
        tf_future_cancel (future);
      else if (how == 1)
        tf_future_abort (future, NULL, NULL);
      tf_test_wait_done (future);
      /* The code of an aborted one goes on, and has the flow. */
      while (tf_executor_get_n_aborted (executor) > 0)
        g_main_context_iteration (NULL, TRUE);
      finish_future (future);
      flow_clear (&flow);
    }

  tf_test_executor_finish (&executor);
}

/* A value that counts on which side it is copied and freed. */

static gint     n_copies; /* [atomic] in the background */
static gint     n_frees;  /* [atomic] the same */
static GThread *owner;

static gpointer
copy_counted (gpointer value)
{
  if (g_thread_self () != owner)
    g_atomic_int_inc (&n_copies);
  return g_memdup2 (value, sizeof (int));
}

static void
free_counted (gpointer value)
{
  if (g_thread_self () != owner)
    g_atomic_int_inc (&n_frees);
  g_free (value);
}

typedef struct
{
  GType         type;
  TfTestCounter n_taken;
} Flood;

static void
run_flood (TfTask  *task,
           gpointer data)
{
  Flood *flood = data;
  GValue value = G_VALUE_INIT;
  int    number = 7;

  g_value_init (&value, flood->type);
  g_value_set_static_boxed (&value, &number);
  while (tf_task_report_value (task, &value))
    tf_test_counter_add (&flood->n_taken, 1);
  g_value_unset (&value);
}

static void
test_refused_value (void)
{
  TfExecutor *executor = executor_new (1);
  GType       type = g_boxed_type_register_static ("TfTestCounted", copy_counted, free_counted);
  Flood       flood = { .type = type };
  TfFuture   *future;

  g_test_summary (
    "A value that is refused was not copied; one that was copied is freed in the owner context.");

  owner = g_thread_self ();
  tf_test_counter_init (&flood.n_taken);
  future = submit (executor, run_flood, &flood);
  tf_test_counter_wait (&flood.n_taken, HIGH_WATER);
  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  g_assert_cmpint (g_atomic_int_get (&n_copies), ==, tf_test_counter_get (&flood.n_taken));
  g_assert_cmpint (g_atomic_int_get (&n_frees), ==, 0);

  finish_future (future);
  tf_test_executor_finish (&executor);
  g_assert_cmpint (g_atomic_int_get (&n_frees), ==, 0);
  tf_test_counter_clear (&flood.n_taken);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/flow/waits-at-the-high-water-mark", test_high_water);
  tf_test_add ("/future/flow/is-woken-by-a-cancel", test_waking);
  tf_test_add ("/future/flow/is-woken-by-an-abort", test_waking_by_abort);
  tf_test_add ("/future/flow/never-stops-the-owner-thread", test_owner_never_waits);
  tf_test_add ("/future/flow/is-refused-after-a-cancel", test_refused);
  tf_test_add ("/future/flow/is-dropped-by-a-cancel", test_queued);
  tf_test_add ("/future/flow/copies-no-refused-value", test_refused_value);
  tf_test_add ("/future/flow/ends-with-a-cancel-in-a-handler", test_cancel_in_handler);
  tf_test_add ("/future/flow/keeps-the-order-of-each-thread", test_threads);
  tf_test_add ("/future/flow/ends-at-any-moment", test_storm);

  return g_test_run ();
}
