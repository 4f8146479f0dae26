/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../executor/bodies.h"

/* What can be done with work that waits in a queue, and not with any other. */

/* An executor whose only worker is busy until the block is released. */
typedef struct
{
  TfExecutor *executor;
  TfFuture   *busy;
  Block       block;
} Counter;

static void
counter_open (Counter *self)
{
  block_init (&self->block);
  self->executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  self->busy = submit_call (self->executor, body_block, &self->block, NULL);
  tf_test_gate_wait (&self->block.started);
}

static void
counter_close (Counter *self)
{
  tf_test_gate_open (&self->block.release);
  tf_test_wait_done (self->busy);
  g_object_unref (self->busy);
  tf_test_executor_finish (&self->executor);
  block_clear (&self->block);
}

/* --- Cancelling --- */

static void
test_waiting (void)
{
  Counter       counter;
  TfTestCounter n;
  TfFuture     *future;

  g_test_summary ("Work that waits is cancelled, and never begins.");

  tf_test_counter_init (&n);
  counter_open (&counter);
  future = submit_call (counter.executor, body_count, &n, NULL);
  g_assert_true (tf_future_cancel_if_waiting (future));
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  g_assert_false (tf_future_cancel_if_waiting (future));
  g_assert_false (tf_future_cancel (future));
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_false (tf_future_cancel_if_waiting (future));
  tf_test_drain (NULL);
  g_assert_finalize_object (future);
  counter_close (&counter);
  g_assert_cmpint (tf_test_counter_get (&n), ==, 0);
  tf_test_counter_clear (&n);
}

static void
test_begun (void)
{
  Counter counter;

  g_test_summary ("Work that has begun goes on, also if its start has not been told.");

  counter_open (&counter);
  g_assert_cmpint (tf_future_get_state (counter.busy), ==, TF_FUTURE_STATE_WAITING);
  g_assert_false (tf_future_cancel_if_waiting (counter.busy));
  tf_test_drain (NULL);
  g_assert_cmpint (tf_future_get_state (counter.busy), ==, TF_FUTURE_STATE_EXECUTING);
  g_assert_false (tf_future_cancel_if_waiting (counter.busy));
  tf_test_gate_open (&counter.block.release);
  tf_test_wait_done (counter.busy);
  g_assert_cmpint (tf_future_get_state (counter.busy), ==, TF_FUTURE_STATE_COMPLETED);
  g_assert_false (tf_future_cancel_if_waiting (counter.busy));
  counter_close (&counter);
}

static gpointer
take_back (gpointer future)
{
  return GINT_TO_POINTER (tf_future_cancel_if_waiting (future));
}

static void
test_other_thread (void)
{
  Counter       counter;
  TfTestCounter n;
  TfFuture     *future;

  g_test_summary ("Another thread may take work back; its state follows in the owner context.");

  tf_test_counter_init (&n);
  counter_open (&counter);
  future = submit_call (counter.executor, body_count, &n, NULL);
  g_assert_true (GPOINTER_TO_INT (call_in_thread (take_back, future)));
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_WAITING);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_drain (NULL);
  g_assert_finalize_object (future);
  counter_close (&counter);
  g_assert_cmpint (tf_test_counter_get (&n), ==, 0);
  tf_test_counter_clear (&n);
}

/* Takes back all that it can, and counts that. */
static gpointer
take_all_back (gpointer data)
{
  GPtrArray *futures = data;
  guint      n = 0;

  for (guint i = futures->len; i > 0; i--)
    n += tf_future_cancel_if_waiting (futures->pdata[i - 1]) ? 1 : 0;

  return GUINT_TO_POINTER (n);
}

static void
test_race (void)
{
  TfExecutor           *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  const guint           n_tasks = tf_test_scale (2000);
  TfTestCounter         n_runs;
  GThread              *thread;
  guint                 n_taken;

  g_test_summary ("While workers and another thread race for the tasks, each of them either runs "
                  "or is taken back.");

  tf_test_counter_init (&n_runs);
  for (guint i = 0; i < n_tasks; i++)
    g_ptr_array_add (futures, submit_call (executor, body_count, &n_runs, NULL));
  thread = g_thread_new ("test", take_all_back, futures);
  n_taken = GPOINTER_TO_UINT (take_all_back (futures));
  n_taken += GPOINTER_TO_UINT (g_thread_join (thread));
  for (guint i = 0; i < n_tasks; i++)
    tf_test_wait_done (futures->pdata[i]);
  g_assert_cmpint (tf_test_counter_get (&n_runs), ==, n_tasks - n_taken);
  for (guint i = 0; i < n_tasks; i++)
    n_taken -= tf_future_get_state (futures->pdata[i]) == TF_FUTURE_STATE_CANCELLED ? 1 : 0;
  g_assert_cmpuint (n_taken, ==, 0);

  tf_test_executor_finish (&executor);
  tf_test_counter_clear (&n_runs);
}

/* --- Priorities --- */

static void
body_note (TfTask  *task,
           gpointer text)
{
  /* There is one worker, so one after the other. */
  g_string_append (text, tf_task_get_name (task));
}

static TfFuture *
submit_named (Counter    *counter,
              const char *name,
              GString    *text)
{
  TfTask *task = tf_task_new (body_note, text, NULL);

  tf_task_set_name (task, name);
  return submit_task (counter->executor, task);
}

static gpointer
set_to_minus_one (gpointer future)
{
  return GINT_TO_POINTER (tf_future_set_priority (future, -1));
}

static void
test_priority (void)
{
  static const char *const names[] = { "a", "b", "c", "d", "e" };
  g_autoptr (GString)      text = g_string_new (NULL);
  Counter                  counter;
  TfFuture                *futures[G_N_ELEMENTS (names)];

  g_test_summary ("Work that waits moves in front of all that is less urgent, and behind its "
                  "equals.");

  counter_open (&counter);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    futures[i] = submit_named (&counter, names[i], text);
  g_assert_true (tf_future_set_priority (futures[3], -1));
  g_assert_true (GPOINTER_TO_INT (call_in_thread (set_to_minus_one, futures[2])));
  g_assert_true (tf_future_set_priority (futures[0], 1));
  g_assert_true (tf_future_set_priority (futures[1], 0));
  g_assert_false (tf_future_set_priority (counter.busy, -5));

  tf_test_gate_open (&counter.block.release);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    tf_test_wait_done (futures[i]);
  g_assert_cmpstr (text->str, ==, "dcbea");
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_assert_false (tf_future_set_priority (futures[i], 0));
      g_object_unref (futures[i]);
    }
  counter_close (&counter);
}

/* --- Futures without a queue --- */

static TfFuture *
go_on (TfFuture *future,
       gpointer  user_data)
{
  return g_object_ref (future);
}

static void
assert_without_queue (TfFuture *future)
{
  TfFutureState state = tf_future_get_state (future);

  g_assert_false (tf_future_cancel_if_waiting (future));
  g_assert_false (tf_future_set_priority (future, -1));
  g_assert_cmpint (tf_future_get_state (future), ==, state);
}

static void
test_others (void)
{
  Counter              counter;
  TfFuture            *queued;
  g_autoptr (TfFuture) derived = NULL;
  g_autoptr (TfFuture) set = NULL;
  TfPromise           *promise = tf_promise_new (NULL);

  g_test_summary ("Promises, derived futures and sets wait in no queue: nothing happens to them, "
                  "nor to the task behind them.");

  counter_open (&counter);
  queued = submit_call (counter.executor, body_return_42, NULL, NULL);
  derived = tf_future_then (queued, go_on, NULL, NULL);
  set = TF_FUTURE (tf_future_all (&queued, 1, TF_FUTURE_SET_FLAGS_NONE));
  assert_without_queue (derived);
  assert_without_queue (set);
  assert_without_queue (TF_FUTURE (promise));
  tf_promise_resolve_none (promise);
  tf_test_wait_done (TF_FUTURE (promise));
  assert_without_queue (TF_FUTURE (promise));

  tf_test_gate_open (&counter.block.release);
  tf_test_wait_done (derived);
  tf_test_wait_done (set);
  g_assert_cmpint (tf_future_get_state (derived), ==, TF_FUTURE_STATE_COMPLETED);
  g_object_unref (promise);
  g_object_unref (queued);
  counter_close (&counter);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/future/queued/is-taken-back", test_waiting);
  tf_test_add ("/future/queued/is-not-taken-back-once-it-has-begun", test_begun);
  tf_test_add ("/future/queued/is-taken-back-by-other-threads", test_other_thread);
  tf_test_add ("/future/queued/is-taken-back-or-runs", test_race);
  tf_test_add ("/future/queued/changes-its-priority", test_priority);
  tf_test_add ("/future/queued/is-no-matter-of-other-futures", test_others);

  return g_test_run ();
}
