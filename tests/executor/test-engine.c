/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* --- The order of the queue --- */

typedef struct
{
  GMutex  mutex;
  GArray *order; /* of int, as the tasks began */
} Log;

typedef struct
{
  Log *log;
  int  number;
} Entry;

static void
log_init (Log *log)
{
  g_mutex_init (&log->mutex);
  log->order = g_array_new (FALSE, FALSE, sizeof (int));
}

static void
log_clear (Log *log)
{
  g_mutex_clear (&log->mutex);
  g_array_unref (log->order);
}

static void
body_log (TfTask  *task,
          gpointer user_data)
{
  Entry *entry = user_data;

  g_mutex_lock (&entry->log->mutex);
  g_array_append_val (entry->log->order, entry->number);
  g_mutex_unlock (&entry->log->mutex);
}

static void
submit_entry (TfExecutor *executor,
              Log        *log,
              int         number,
              int         priority)
{
  Entry  *entry = g_new (Entry, 1);
  TfTask *task = tf_task_new (body_log, entry, g_free);

  entry->log = log;
  entry->number = number;
  tf_task_set_priority (task, priority);
  g_object_unref (submit_task (executor, task));
}

static gboolean
has_nothing (gpointer data)
{
  TfExecutor *executor = data;

  return tf_executor_get_n_waiting (executor) + tf_executor_get_n_executing (executor) == 0;
}

/* Lets what is queued behind the block run, and ends the executor. */
static void
run_queue (TfExecutor *executor,
           Block      *block)
{
  tf_test_gate_open (&block->release);
  tf_test_run_until (NULL, has_nothing, executor);
  tf_test_executor_finish (&executor);
  block_clear (block);
}

static TfExecutor *
new_blocked (Block *block)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);

  block_init (block);
  g_object_unref (submit_call (executor, body_block, block, NULL));
  tf_test_gate_wait (&block->started);
  return executor;
}

static void
test_fifo (void)
{
  Block       block;
  Log         log;
  TfExecutor *executor = new_blocked (&block);

  g_test_summary ("Tasks of one priority start in the order of their submission.");

  log_init (&log);
  for (int i = 0; i < 100; i++)
    submit_entry (executor, &log, i, 0);
  run_queue (executor, &block);
  for (int i = 0; i < 100; i++)
    g_assert_cmpint (g_array_index (log.order, int, i), ==, i);
  log_clear (&log);
}

static void
test_priorities (void)
{
  Block       block;
  Log         log;
  TfExecutor *executor = new_blocked (&block);

  g_test_summary ("Lower numbers of priority start first, and equals in the order of submission.");

  log_init (&log);
  submit_entry (executor, &log, 2, G_PRIORITY_DEFAULT);
  submit_entry (executor, &log, 5, G_PRIORITY_LOW);
  submit_entry (executor, &log, 1, G_PRIORITY_HIGH);
  submit_entry (executor, &log, 3, G_PRIORITY_DEFAULT);
  submit_entry (executor, &log, 0, G_MININT);
  submit_entry (executor, &log, 6, G_MAXINT);
  submit_entry (executor, &log, 4, G_PRIORITY_DEFAULT);
  run_queue (executor, &block);
  for (int i = 0; i < 7; i++)
    g_assert_cmpint (g_array_index (log.order, int, i), ==, i);
  log_clear (&log);
}

static void
test_many_priorities (void)
{
  GRand      *rand = tf_test_rand_new ();
  guint       n = tf_test_scale (2000);
  Block       block;
  Log         log;
  TfExecutor *executor = new_blocked (&block);

  g_test_summary ("As many priorities as tasks are kept in order.");

  log_init (&log);
  for (guint i = 0; i < n; i++)
    {
      int priority = g_rand_int_range (rand, -100000, 100000);

      submit_entry (executor, &log, priority, priority);
    }
  run_queue (executor, &block);
  g_assert_cmpuint (log.order->len, ==, n);
  for (guint i = 1; i < n; i++)
    g_assert_cmpint (g_array_index (log.order, int, i - 1), <=, g_array_index (log.order, int, i));
  log_clear (&log);
  g_rand_free (rand);
}

static void
test_cancelled_leaves_queue (void)
{
  TfFuture   *futures[5];
  Block       block;
  TfExecutor *executor = new_blocked (&block);

  g_test_summary ("A cancelled task leaves the queue at once, wherever it is in it.");

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = submit_call (executor, body_return_42, NULL, NULL);
  g_assert_true (tf_future_cancel (futures[4]));
  g_assert_true (tf_future_cancel (futures[0]));
  g_assert_true (tf_future_cancel (futures[2]));
  tf_test_wait_done (futures[4]);
  tf_test_wait_done (futures[0]);
  tf_test_wait_done (futures[2]);
  g_assert_cmpuint (tf_executor_get_n_waiting (executor), ==, 2);

  run_queue (executor, &block);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_assert_cmpint (tf_future_get_state (futures[i]), ==,
                       i % 2 == 0 ? TF_FUTURE_STATE_CANCELLED : TF_FUTURE_STATE_COMPLETED);
      g_object_unref (futures[i]);
    }
}

/* --- Counts --- */

static void
assert_counts (TfExecutor *executor,
               guint       n_waiting,
               guint       n_executing,
               guint       n_abandoned)
{
  g_assert_cmpuint (tf_executor_get_n_waiting (executor), ==, n_waiting);
  g_assert_cmpuint (tf_executor_get_n_executing (executor), ==, n_executing);
  g_assert_cmpuint (tf_executor_get_n_aborted (executor), ==, n_abandoned);
}

static gboolean
is_executing (gpointer executor)
{
  return tf_executor_get_n_executing (executor) == 1;
}

static gboolean
has_none_abandoned (gpointer executor)
{
  return tf_executor_get_n_aborted (executor) == 0;
}

static void
test_counts (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  g_autoptr (TfFuture) running = NULL;
  g_autoptr (TfFuture) queued = NULL;
  Block                block;

  g_test_summary ("The numbers of an executor tell what its futures have been seen to do.");

  block_init (&block);
  assert_counts (executor, 0, 0, 0);
  running = submit_call (executor, body_block, &block, NULL);
  assert_counts (executor, 1, 0, 0);
  tf_test_gate_wait (&block.started);
  assert_counts (executor, 1, 0, 0);
  tf_test_run_until (NULL, is_executing, executor);
  assert_counts (executor, 0, 1, 0);
  queued = submit_call (executor, body_nothing, NULL, NULL);
  assert_counts (executor, 1, 1, 0);

  tf_future_cancel (running);
  assert_counts (executor, 1, 1, 0);
  g_assert_true (tf_future_abort (running, NULL, NULL));
  tf_test_wait_done (running);
  assert_counts (executor, 1, 0, 1);
  g_assert_true (tf_future_abort (queued, NULL, NULL));
  tf_test_wait_done (queued);
  tf_test_drain (NULL);
  assert_counts (executor, 0, 0, 1);

  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, has_none_abandoned, executor);
  assert_counts (executor, 0, 0, 0);
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
test_counts_notify (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  guint       n_waiting = 0;
  guint       n_executing = 0;
  guint       n_submitted;
  Block       block;

  g_test_summary ("The numbers are notified once for many changes, and at last once more.");

  block_init (&block);
  g_signal_connect (executor, "notify::n-waiting", G_CALLBACK (on_notify_count_cb), &n_waiting);
  g_signal_connect (executor, "notify::n-executing", G_CALLBACK (on_notify_count_cb),
                    &n_executing);
  g_object_unref (submit_call (executor, body_block, &block, NULL));
  g_assert_cmpuint (n_waiting, ==, 1);
  for (guint i = 0; i < 500; i++)
    g_object_unref (submit_call (executor, body_nothing, NULL, NULL));
  n_submitted = n_waiting;
  g_assert_cmpuint (n_submitted, <=, 501);

  tf_executor_set_dispatch_budget (executor, G_TIME_SPAN_SECOND);
  tf_test_gate_open (&block.release);
  while (!has_nothing (executor))
    {
      guint before = n_waiting;

      g_main_context_iteration (NULL, TRUE);
      g_assert_cmpuint (n_waiting - before, <=, 1);
    }
  g_assert_cmpuint (n_waiting, >, n_submitted);
  g_assert_cmpuint (n_executing, >, 0);
  g_assert_cmpuint (n_executing, <=, n_waiting);
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

/* --- The number of workers --- */

typedef struct
{
  TfTestCounter n_running;
  TfTestGate    release;
  GMutex        mutex;
  guint         n_now;
  guint         n_most;
} Crowd;

static void
crowd_init (Crowd *crowd)
{
  memset (crowd, 0, sizeof *crowd);
  tf_test_counter_init (&crowd->n_running);
  tf_test_gate_init (&crowd->release);
  g_mutex_init (&crowd->mutex);
}

static void
crowd_clear (Crowd *crowd)
{
  tf_test_counter_clear (&crowd->n_running);
  tf_test_gate_clear (&crowd->release);
  g_mutex_clear (&crowd->mutex);
}

static void
body_crowd (TfTask  *task,
            gpointer user_data)
{
  Crowd *crowd = user_data;

  g_mutex_lock (&crowd->mutex);
  crowd->n_now++;
  crowd->n_most = MAX (crowd->n_most, crowd->n_now);
  g_mutex_unlock (&crowd->mutex);

  tf_test_counter_add (&crowd->n_running, 1);
  tf_test_gate_wait (&crowd->release);

  g_mutex_lock (&crowd->mutex);
  crowd->n_now--;
  g_mutex_unlock (&crowd->mutex);
}

static void
test_max_workers (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 11, NULL);
  Crowd       crowd;

  g_test_summary ("Eleven workers run eleven tasks at the same time, and no more (EXEC-27).");

  crowd_init (&crowd);
  g_assert_cmpuint (tf_thread_context_get_max_workers (
                      TF_THREAD_CONTEXT (tf_executor_get_parallel_context (executor))),
                    ==, 11);
  for (guint i = 0; i < 30; i++)
    g_object_unref (submit_call (executor, body_crowd, &crowd, NULL));
  tf_test_counter_wait (&crowd.n_running, 11);
  tf_test_gate_open (&crowd.release);
  tf_test_run_until (NULL, has_nothing, executor);
  g_assert_cmpuint (crowd.n_most, ==, 11);
  tf_test_executor_finish (&executor);
  crowd_clear (&crowd);
}

static void
test_more_workers (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  Crowd       crowd;

  g_test_summary ("More workers start at once when tasks wait for them.");

  crowd_init (&crowd);
  for (guint i = 0; i < 6; i++)
    g_object_unref (submit_call (executor, body_crowd, &crowd, NULL));
  tf_test_counter_wait (&crowd.n_running, 1);
  tf_executor_set_max_workers (executor, 4);
  tf_test_counter_wait (&crowd.n_running, 4);
  tf_executor_set_max_workers (executor, 6);
  tf_test_counter_wait (&crowd.n_running, 6);
  tf_test_gate_open (&crowd.release);
  tf_test_run_until (NULL, has_nothing, executor);
  g_assert_cmpuint (crowd.n_most, ==, 6);
  tf_test_executor_finish (&executor);
  crowd_clear (&crowd);
}

static void
test_fewer_workers (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 4, NULL);
  Crowd       before;
  Crowd       after;

  g_test_summary ("Workers that are too many end with the task that they are at.");

  crowd_init (&before);
  crowd_init (&after);
  for (guint i = 0; i < 4; i++)
    g_object_unref (submit_call (executor, body_crowd, &before, NULL));
  tf_test_counter_wait (&before.n_running, 4);
  tf_executor_set_max_workers (executor, 1);
  for (guint i = 0; i < 20; i++)
    g_object_unref (submit_call (executor, body_crowd, &after, NULL));
  tf_test_gate_open (&before.release);
  tf_test_gate_open (&after.release);
  tf_test_run_until (NULL, has_nothing, executor);
  g_assert_cmpuint (before.n_most, ==, 4);
  g_assert_cmpuint (after.n_most, ==, 1);
  tf_test_executor_finish (&executor);
  crowd_clear (&before);
  crowd_clear (&after);
}

static void
test_resized_always (void)
{
  TfExecutor   *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  GRand        *rand = tf_test_rand_new ();
  TfTestCounter n_run;
  guint         n = tf_test_scale (5000);

  g_test_summary ("The number of workers may change all the time, and every task runs once.");

  tf_test_counter_init (&n_run);
  for (guint i = 0; i < n; i++)
    {
      g_object_unref (submit_call (executor, body_count, &n_run, NULL));
      tf_executor_set_max_workers (executor, (guint) g_rand_int_range (rand, 1, 9));
      if (i % 16 == 0)
        g_main_context_iteration (NULL, FALSE);
    }
  tf_test_run_until (NULL, has_nothing, executor);
  g_assert_cmpint (tf_test_counter_get (&n_run), ==, n);
  tf_test_executor_finish (&executor);
  tf_test_counter_clear (&n_run);
  g_rand_free (rand);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/queue/is-first-in-first-out", test_fifo);
  tf_test_add ("/executor/queue/goes-by-priority", test_priorities);
  tf_test_add ("/executor/queue/knows-many-priorities", test_many_priorities);
  tf_test_add ("/executor/queue/is-left-by-what-is-cancelled", test_cancelled_leaves_queue);
  tf_test_add ("/executor/counts/tell-what-futures-do", test_counts);
  tf_test_add ("/executor/counts/are-notified-once-for-many-changes", test_counts_notify);
  tf_test_add ("/executor/max-workers/are-as-many-as-were-asked-for", test_max_workers);
  tf_test_add ("/executor/max-workers/may-become-more", test_more_workers);
  tf_test_add ("/executor/max-workers/may-become-fewer", test_fewer_workers);
  tf_test_add ("/executor/max-workers/may-change-all-the-time", test_resized_always);

  return g_test_run ();
}
