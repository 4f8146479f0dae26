/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* The marks: so many events may wait in a future, and so many more are on their way to the handlers. */
#define HIGH_WATER 1024

#define N_FLOODS 4

typedef struct
{
  gint64    n_sent;      /* [atomic] */
  gint64    n_delivered; /* in the foreground */
  gint64    most;        /* of events in flight, as seen in the foreground */
  guint     n_ticks;
  guint     n_notifies;
  gboolean  is_over;
  TfFuture *futures[N_FLOODS];
} Flood;

static gint64
get_sent (Flood *flood)
{
  return __atomic_load_n (&flood->n_sent, __ATOMIC_SEQ_CST);
}

static void
body_flood (TfTask  *task,
            gpointer user_data)
{
  Flood *flood = user_data;

  while (tf_task_report_int64 (task, 1))
    __atomic_add_fetch (&flood->n_sent, 1, __ATOMIC_SEQ_CST);
}

static void
body_flood_progress (TfTask  *task,
                     gpointer user_data)
{
  for (gint64 i = 0; tf_task_set_progress (task, i, -1, NULL); i++)
    ;
}

static void
on_progress_cb (TfFuture     *future,
                const GValue *value,
                Flood        *flood)
{
  flood->n_delivered++;
  flood->most = MAX (flood->most, get_sent (flood) - flood->n_delivered);
}

static void
on_notify_steps_cb (TfFuture   *future,
                    GParamSpec *pspec,
                    Flood      *flood)
{
  flood->n_notifies++;
}

static gboolean
on_tick_cb (gpointer data)
{
  ((Flood *) data)->n_ticks++;
  return G_SOURCE_CONTINUE;
}

static gboolean
on_over_cb (gpointer data)
{
  ((Flood *) data)->is_over = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
is_over (gpointer data)
{
  return ((Flood *) data)->is_over;
}

/* For a machine that is so busy that the loop did not get so far. */
static gboolean
has_notified (gpointer data)
{
  return ((Flood *) data)->n_notifies > 0;
}

static gboolean
has_delivered (gpointer data)
{
  return ((Flood *) data)->n_delivered > 0;
}

/* Runs the loop for so long, while a timer of 5 ms ticks, and returns how often it might have. */
static guint
run_for (Flood *flood,
         guint  ms)
{
  gint64 begin_us = g_get_monotonic_time ();
  guint  tick = g_timeout_add (5, on_tick_cb, flood);

  flood->is_over = FALSE;
  g_timeout_add_full (G_PRIORITY_HIGH, ms, on_over_cb, flood, NULL);
  tf_test_run_until (NULL, is_over, flood);
  g_source_remove (tick);
  return (guint) ((g_get_monotonic_time () - begin_us) / 5000);
}

static void
start_floods (Flood      *flood,
              TfExecutor *executor,
              TfTaskFunc  func)
{
  for (guint i = 0; i < N_FLOODS; i++)
    {
      flood->futures[i] = submit_call (executor, func, flood, NULL);
      g_signal_connect (flood->futures[i], "progress", G_CALLBACK (on_progress_cb), flood);
      g_signal_connect (flood->futures[i], "notify::completed-steps",
                        G_CALLBACK (on_notify_steps_cb), flood);
    }
}

static void
end_floods (Flood       *flood,
            TfExecutor **executor)
{
  for (guint i = 0; i < N_FLOODS; i++)
    tf_future_cancel (flood->futures[i]);
  for (guint i = 0; i < N_FLOODS; i++)
    {
      tf_test_wait_done (flood->futures[i]);
      g_object_unref (flood->futures[i]);
    }
  tf_test_executor_finish (executor);
}

static TfExecutor *
new_for_floods (void)
{
  return g_object_new (TF_TYPE_EXECUTOR, "max-workers", N_FLOODS + 1, NULL);
}

static void
flood_at_priority (int priority)
{
  TfExecutor *executor = new_for_floods ();
  Flood       flood = { 0 };
  guint       n_possible;

  tf_executor_set_dispatch_priority (executor, priority);
  start_floods (&flood, executor, body_flood);
  n_possible = run_for (&flood, tf_test_scale (2000));
  g_test_message ("priority %d: %u of %u ticks, %" G_GINT64_FORMAT " events, at most"
                  " %" G_GINT64_FORMAT " in flight",
                  priority, flood.n_ticks, n_possible, flood.n_delivered, flood.most);
  tf_test_run_until (NULL, has_delivered, &flood);
  end_floods (&flood, &executor);

  /* A timer that starves ticks never. How late it is on a quiet machine is for tf-bench. */
  g_assert_cmpuint (flood.n_ticks, >=, MAX (1, n_possible / 40));
  g_assert_cmpint (flood.most, <=, N_FLOODS * HIGH_WATER);
}

static void
test_flood (void)
{
  g_test_summary ("Four threads flood for seconds, memory stays within the marks, and a timer"
                  " of 5 ms goes on.");

  flood_at_priority (G_PRIORITY_DEFAULT_IDLE);
}

static void
test_flood_urgent (void)
{
  g_test_summary ("The same holds when the messages are as urgent as the timer.");

  flood_at_priority (G_PRIORITY_DEFAULT);
}

static void
test_flood_progress (void)
{
  TfExecutor *executor = new_for_floods ();
  Flood       flood = { 0 };
  guint       n_possible;

  g_test_summary ("A flood of progress is told as often as the interval allows, not more.");

  start_floods (&flood, executor, body_flood_progress);
  n_possible = run_for (&flood, tf_test_scale (1000));
  g_test_message ("%u notifications, %u ticks of %u", flood.n_notifies, flood.n_ticks, n_possible);
  tf_test_run_until (NULL, has_notified, &flood);
  end_floods (&flood, &executor);

  /* Once in 5 ms for each, and once at both ends. */
  g_assert_cmpuint (flood.n_notifies, <=, N_FLOODS * (n_possible + 3));
  g_assert_cmpuint (flood.n_ticks, >=, MAX (1, n_possible / 40));
}

/* --- The budget --- */

static void
body_report_many (TfTask  *task,
                  gpointer user_data)
{
  for (gint64 i = 0; i < 100; i++)
    tf_task_report_int64 (task, i);
}

typedef struct
{
  GArray *order;
} Slow;

static void
on_progress_slow_cb (TfFuture     *future,
                     const GValue *value,
                     Slow         *slow)
{
  gint64 number = g_value_get_int64 (value);
  gint64 end_us = g_get_monotonic_time () + 1000;

  g_array_append_val (slow->order, number);
  while (g_get_monotonic_time () < end_us)
    g_thread_yield ();
}

static void
test_budget (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  Slow                 slow = { g_array_new (FALSE, FALSE, sizeof (gint64)) };
  gint64               most_per_turn = 0;

  g_test_summary ("With slow handlers a turn delivers as many as fit into the budget, in order"
                  " over the turns.");

  tf_executor_set_dispatch_budget (executor, 4000);
  future = submit_call (executor, body_report_many, NULL, NULL);
  g_signal_connect (future, "progress", G_CALLBACK (on_progress_slow_cb), &slow);
  while (!tf_future_is_done (future))
    {
      guint before = slow.order->len;

      g_main_context_iteration (NULL, TRUE);
      if (before > 0)
        most_per_turn = MAX (most_per_turn, (gint64) slow.order->len - before);
    }
  g_assert_cmpuint (slow.order->len, ==, 100);
  for (gint64 i = 0; i < 100; i++)
    g_assert_cmpint (g_array_index (slow.order, gint64, i), ==, i);
  /* Each takes a millisecond; the first turn does not know that yet. */
  g_assert_cmpint (most_per_turn, <=, 16);
  tf_test_executor_finish (&executor);
  g_array_unref (slow.order);
}

/* --- Fairness --- */

static void
body_quiet (TfTask  *task,
            gpointer user_data)
{
  for (gint64 i = 0; i < 50; i++)
    tf_task_report_int64 (task, i);
  tf_task_return_int64 (task, 42);
}

static void
test_fair (void)
{
  TfExecutor *executor = new_for_floods ();
  Flood       flood = { 0 };
  gint64      before;

  g_test_summary ("A quiet future comes to its end while others flood.");

  start_floods (&flood, executor, body_flood);
  for (guint i = 0; i < tf_test_scale (50); i++)
    {
      g_autoptr (TfFuture) quiet = NULL;

      quiet = submit_call (executor, body_quiet, NULL, NULL);
      before = flood.n_delivered;
      tf_test_wait_done (quiet);
      g_assert_cmpint (tf_future_get_int64 (quiet, NULL), ==, 42);
      if (i % 10 == 0)
        g_test_message ("%" G_GINT64_FORMAT " events of others", flood.n_delivered - before);
    }
  end_floods (&flood, &executor);
}

static void
on_progress_nested_cb (TfFuture     *future,
                       const GValue *value,
                       guint        *depth)
{
  if (*depth < 5)
    {
      ++*depth;
      g_main_context_iteration (NULL, FALSE);
      --*depth;
    }
}

static void
test_nested (void)
{
  TfExecutor *executor = new_for_floods ();
  Flood       flood = { 0 };
  guint       depth = 0;

  g_test_summary ("Handlers that run the loop are no way around the marks.");

  start_floods (&flood, executor, body_flood);
  g_signal_connect (flood.futures[0], "progress", G_CALLBACK (on_progress_nested_cb), &depth);
  run_for (&flood, tf_test_scale (300));
  g_assert_cmpint (flood.most, <=, N_FLOODS * HIGH_WATER + 5);
  end_floods (&flood, &executor);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/flood/is-bounded-and-lets-timers-fire", test_flood);
  tf_test_add ("/executor/flood/is-bounded-at-the-priority-of-timers", test_flood_urgent);
  tf_test_add ("/executor/flood/merges-progress", test_flood_progress);
  tf_test_add ("/executor/flood/keeps-to-the-budget", test_budget);
  tf_test_add ("/executor/flood/does-not-drown-the-quiet", test_fair);
  tf_test_add ("/executor/flood/stays-bounded-in-nested-loops", test_nested);

  return g_test_run ();
}
