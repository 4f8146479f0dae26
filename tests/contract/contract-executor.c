/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "contract-executor.h"

static gboolean
executor_is_stopped (gpointer executor)
{
  return tf_executor_is_stopped (executor);
}

static gboolean
all_execute (gpointer executor)
{
  return tf_executor_get_n_executing (executor) == g_list_model_get_n_items (executor);
}

static gboolean
one_executes (gpointer executor)
{
  return tf_executor_get_n_executing (executor) > 0;
}

static TfTask *
new_task (gint64 number)
{
  return tf_task_new_with_argument (tf_contract_double, g_variant_new_int64 (number));
}

static TfFuture *
submit_number (TfExecutor *executor,
               gint64      number)
{
  return tf_contract_submit (executor, tf_contract_double, g_variant_new_int64 (number));
}

static void
assert_doubled (TfFuture *future,
                gint64    number)
{
  g_autoptr (GError) error = NULL;

  gint64 result;

  tf_test_wait_done (future);
  result = tf_future_get_int64 (future, &error);
  g_assert_no_error (error);
  g_assert_cmpint (result, ==, 2 * number);
}

static void
test_runs (const TfContract *contract)
{
  TfParallelContext   *context = contract->make ();
  TfExecutor          *executor = tf_executor_new_for_parallel_context (context);
  g_autoptr (TfFuture) future = submit_number (executor, 21);

  g_test_summary ("An executor runs a task on the context.");

  g_assert_true (tf_executor_get_parallel_context (executor) == context);
  assert_doubled (future, 21);
  tf_test_executor_finish (&executor);
  tf_contract_finish (&context);
}

static void
test_runs_many (const TfContract *contract)
{
  TfParallelContext    *context = contract->make ();
  TfExecutor           *executor = tf_contract_executor_new (context, 3);
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);

  g_test_summary ("Every one of many tasks runs, and each has its own result.");

  for (guint i = 0; i < tf_test_scale (500); i++)
    g_ptr_array_add (futures, submit_number (executor, i));
  for (guint i = 0; i < futures->len; i++)
    assert_doubled (futures->pdata[i], i);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 0);
  tf_test_executor_finish (&executor);
  tf_contract_finish (&context);
}

static void
test_max_workers (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfExecutor        *executor = tf_contract_executor_new (context, 3);
  TfFuture          *futures[3];

  g_test_summary (
    "An executor has as many workers as it was told, and they work at the same time.");

  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = tf_contract_submit (executor, tf_contract_until_cancelled, NULL);
  tf_test_run_until (NULL, all_execute, executor);
  g_assert_cmpuint (tf_executor_get_n_executing (executor), ==, 3);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      tf_future_cancel (futures[i]);
      tf_test_wait_done (futures[i]);
      g_object_unref (futures[i]);
    }
  tf_test_executor_finish (&executor);
  tf_contract_finish (&context);
}

static void
append_name (TfFuture *future,
             gpointer  text)
{
  g_string_append (text, tf_future_get_name (future));
}

static void
test_order (const TfContract *contract)
{
  static const char *const names[] = { "c", "d", "a", "e", "b" };
  static const int         priorities[] = { 0, 0, -5, 7, -5 };
  TfParallelContext       *context = contract->make ();
  TfExecutor              *executor = tf_contract_executor_new (context, 1);
  g_autoptr (TfFuture)     first = tf_contract_submit (executor, tf_contract_until_cancelled, NULL);
  g_autoptr (GString)      text = g_string_new (NULL);

  g_test_summary (
    "Tasks that wait for the one worker run by their priority, and then as they came.");

  tf_test_run_until (NULL, all_execute, executor);
  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      TfTask *task = new_task (i);

      tf_task_set_name (task, names[i]);
      tf_task_set_priority (task, priorities[i]);
      tf_task_set_callback (task, append_name, text, NULL);
      g_object_unref (tf_executor_submit (executor, task, NULL));
    }
  tf_future_cancel (first);
  while (g_list_model_get_n_items (G_LIST_MODEL (executor)) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpstr (text->str, ==, "abcde");
  tf_test_executor_finish (&executor);
  tf_contract_finish (&context);
}

static void
test_stop (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfExecutor        *executor = tf_contract_executor_new (context, 2);
  TfFuture          *futures[6];

  g_test_summary ("Stopping cancels what runs and what waits, and ends when it has ended.");

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = tf_contract_submit (executor, tf_contract_until_cancelled, NULL);
  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPING);
  tf_test_run_until (NULL, executor_is_stopped, executor);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      g_assert_cmpint (tf_future_get_state (futures[i]), ==, TF_FUTURE_STATE_CANCELLED);
      g_object_unref (futures[i]);
    }
  g_assert_finalize_object (executor);
  tf_contract_finish (&context);
}

static void
test_shutdown (const TfContract *contract)
{
  TfParallelContext   *context = contract->make ();
  TfExecutor          *executor = tf_contract_executor_new (context, 2);
  g_autoptr (TfFuture) running = tf_contract_submit (executor, tf_contract_until_cancelled, NULL);
  g_autoptr (TfFuture) late = NULL;
  g_autoptr (GError)   error = NULL;

  g_test_summary ("Shutting down waits for all tasks; afterwards none is taken.");

  tf_test_run_until (NULL, all_execute, executor);
  g_assert_true (tf_executor_shutdown (executor, tf_test_timeout_us (), &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_future_get_state (running), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPED);
  late = tf_executor_submit (executor, new_task (1), &error);
  g_assert_null (late);
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_assert_finalize_object (executor);
  tf_contract_finish (&context);
}

static void
run_at_gate (TfTask  *task,
             gpointer gate)
{
  tf_test_gate_wait (gate);
}

static void
test_shutdown_in_time (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfExecutor        *executor = tf_contract_executor_new (context, 1);
  g_autoptr (GError) error = NULL;
  TfTestGate         gate;

  g_test_summary ("A shutdown whose time is over says what still runs, and may be called again.");

  tf_test_gate_init (&gate);
  g_object_unref (tf_executor_submit_call (executor, run_at_gate, &gate, NULL, NULL));
  tf_test_run_until (NULL, all_execute, executor);
  g_assert_false (tf_executor_shutdown (executor, 1000, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPING);
  tf_test_gate_open (&gate);
  tf_test_executor_finish (&executor);
  tf_contract_finish (&context);
  tf_test_gate_clear (&gate);
}

static void
test_dropped (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfExecutor        *executor = tf_contract_executor_new (context, 1);
  TfFuture          *futures[3];

  g_test_summary ("An executor that is dropped at work cancels it, and does not wait.");

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = tf_contract_submit (executor, tf_contract_until_cancelled, NULL);
  tf_test_run_until (NULL, one_executes, executor);
  g_assert_finalize_object (executor);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      tf_test_wait_done (futures[i]);
      g_assert_cmpint (tf_future_get_state (futures[i]), ==, TF_FUTURE_STATE_CANCELLED);
      g_object_unref (futures[i]);
    }
  g_assert_false (tf_parallel_context_is_closed (context));
  tf_test_drain (NULL);
  tf_parallel_context_close (context);
  g_object_unref (context);
}

static void
test_shares_context (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfExecutor        *executors[3];
  TfFuture          *futures[3][20];

  g_test_summary ("Several executors run on one context, which is open after the last of them.");

  for (guint i = 0; i < G_N_ELEMENTS (executors); i++)
    executors[i] = tf_contract_executor_new (context, 2);
  for (guint k = 0; k < G_N_ELEMENTS (futures[0]); k++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (executors); i++)
        futures[i][k] = submit_number (executors[i], 100 * i + k);
    }
  for (guint i = 0; i < G_N_ELEMENTS (executors); i++)
    {
      for (guint k = 0; k < G_N_ELEMENTS (futures[0]); k++)
        {
          assert_doubled (futures[i][k], 100 * i + k);
          g_object_unref (futures[i][k]);
        }
      tf_test_executor_finish (&executors[i]);
      g_assert_false (tf_parallel_context_is_closed (context));
    }
  tf_contract_finish (&context);
}

static void
test_closed_context (const TfContract *contract)
{
  TfParallelContext   *context = contract->make ();
  TfExecutor          *executor = tf_contract_executor_new (context, 1);
  TfTask              *task = new_task (1);
  g_autoptr (TfFuture) running = tf_contract_submit (executor, tf_contract_until_cancelled, NULL);
  g_autoptr (TfFuture) waiting = submit_number (executor, 4);
  g_autoptr (TfFuture) late = NULL;
  g_autoptr (GError)   error = NULL;

  g_test_summary ("On a closed context nothing can be submitted; what was, runs to its end.");

  tf_test_run_until (NULL, one_executes, executor);
  tf_parallel_context_close (context);
  late = tf_executor_submit (executor, task, &error);
  g_assert_null (late);
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  tf_future_cancel (running);
  assert_doubled (waiting, 4);
  tf_test_executor_finish (&executor);
  tf_contract_finish (&context);
}

static void
test_made_on_closed (const TfContract *contract)
{
  TfParallelContext   *context = contract->make ();
  TfTask              *task = new_task (1);
  TfExecutor          *executor;
  g_autoptr (TfFuture) late = NULL;
  g_autoptr (GError)   error = NULL;

  g_test_summary ("An executor that is made on a closed context takes no tasks.");

  tf_parallel_context_close (context);
  executor = tf_executor_new_for_parallel_context (context);
  late = tf_executor_submit (executor, task, &error);
  g_assert_null (late);
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  tf_test_executor_finish (&executor);
  tf_contract_finish (&context);
}

typedef struct
{
  TfExecutor *executor;
  guint       n_tasks;
} Submitter;

static void
run_submitter (Submitter *submitter)
{
  for (guint i = 0; i < submitter->n_tasks; i++)
    {
      g_autoptr (TfFuture) future = submit_number (submitter->executor, i);

      g_assert_true (tf_future_wait (future, tf_test_timeout_us (), NULL, NULL));
      g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 2 * i);
    }
}

static gboolean
no_items (gpointer model)
{
  return g_list_model_get_n_items (model) == 0;
}

typedef struct
{
  TfTestCounter n_over;
  Submitter     submitter;
} Crowd;

static gpointer
run_in_crowd (gpointer data)
{
  Crowd *crowd = data;

  run_submitter (&crowd->submitter);
  tf_test_counter_add (&crowd->n_over, 1);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
crowd_is_over (gpointer data)
{
  return tf_test_counter_get (&((Crowd *) data)->n_over) == 4;
}

static void
test_submit_anywhere (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfExecutor        *executor = tf_contract_executor_new (context, 2);
  Crowd              crowd = { .submitter = { executor, tf_test_scale (50) } };
  GThread           *threads[4];

  g_test_summary ("Tasks are submitted, and waited for, on any thread.");

  tf_test_counter_init (&crowd.n_over);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("submitter", run_in_crowd, &crowd);
  tf_test_run_until (NULL, crowd_is_over, &crowd);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  tf_test_run_until (NULL, no_items, executor);
  tf_test_executor_finish (&executor);
  tf_contract_finish (&context);
  tf_test_counter_clear (&crowd.n_over);
}

/* As deep as the number says, each waiting for the next. */
static void
run_nested (TfTask  *task,
            gpointer user_data)
{
  Submitter           *submitter = user_data;
  g_autoptr (TfFuture) next = NULL;
  guint                n_left = submitter->n_tasks--;

  if (n_left == 0)
    return;

  next = tf_executor_submit_call (submitter->executor, run_nested, submitter, NULL, NULL);
  g_assert_true (tf_future_wait (next, tf_test_timeout_us (), NULL, NULL));
  tf_task_return_int64 (task, n_left);
}

static void
test_nested (const TfContract *contract)
{
  TfParallelContext   *context = contract->make ();
  TfExecutor          *executor = tf_contract_executor_new (context, 1);
  Submitter            submitter = { executor, 10 };
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("Tasks that wait for tasks come to their end with one worker.");

  future = tf_executor_submit_call (executor, run_nested, &submitter, NULL, NULL);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 10);
  tf_test_executor_finish (&executor);
  tf_contract_finish (&context);
}

static void
test_storm (const TfContract *contract)
{
  TfParallelContext    *context = contract->make ();
  g_autoptr (GRand)     rand = tf_test_rand_new ();
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);

  g_test_summary (
    "Executors that are stopped, shut down or dropped in the middle leave nothing behind.");

  for (guint round = 0; round < tf_test_scale (40); round++)
    {
      TfExecutor *executor = tf_contract_executor_new (context, 1 + round % 3);
      guint       n_turns = (guint) g_rand_int_range (rand, 0, 6);

      for (guint i = 0; i < 10; i++)
        g_ptr_array_add (
          futures, i % 3 == 0 ? tf_contract_submit (executor, tf_contract_until_cancelled, NULL)
                              : submit_number (executor, i));
      for (guint i = 0; i < n_turns; i++)
        g_main_context_iteration (NULL, FALSE);
      if (round % 3 == 0)
        g_assert_true (tf_executor_shutdown (executor, tf_test_timeout_us (), NULL));
      else if (round % 3 == 1)
        g_assert_true (tf_executor_stop (executor, NULL));
      g_assert_finalize_object (executor);
    }
  for (guint i = 0; i < futures->len; i++)
    tf_test_wait_done (futures->pdata[i]);
  tf_parallel_context_close (context);
  g_object_unref (context);
}

void
tf_contract_add_executor (const char     *prefix,
                          TfContractMake  make,
                          TfContractFlags declined)
{
  const TfContract contract = { make, declined };
  const struct
  {
    const char     *path;
    TfContractTest  test;
    TfContractFlags needs;
  } tests[] = {
    { "/executor/runs-a-task", test_runs, TF_CONTRACT_WHOLE },
    { "/executor/runs-many-tasks", test_runs_many, TF_CONTRACT_WHOLE },
    { "/executor/has-so-many-workers", test_max_workers, TF_CONTRACT_WHOLE },
    { "/executor/runs-by-priority", test_order, TF_CONTRACT_WHOLE },
    { "/executor/stops", test_stop, TF_CONTRACT_WHOLE },
    { "/executor/shuts-down", test_shutdown, TF_CONTRACT_WHOLE },
    { "/executor/shuts-down-in-time-or-says-so", test_shutdown_in_time,
      TF_CONTRACT_DECLINES_MEMORY },
    { "/executor/may-be-dropped-at-work", test_dropped, TF_CONTRACT_WHOLE },
    { "/executor/shares-its-context-and-leaves-it-open", test_shares_context, TF_CONTRACT_WHOLE },
    { "/executor/takes-nothing-once-its-context-is-closed", test_closed_context,
      TF_CONTRACT_WHOLE },
    { "/executor/takes-nothing-on-a-closed-context", test_made_on_closed, TF_CONTRACT_WHOLE },
    { "/executor/takes-tasks-of-any-thread", test_submit_anywhere, TF_CONTRACT_WHOLE },
    { "/executor/runs-tasks-that-wait-for-tasks", test_nested,
      TF_CONTRACT_DECLINES_NESTING | TF_CONTRACT_DECLINES_MEMORY },
    { "/executor/ends-well-at-any-moment", test_storm, TF_CONTRACT_WHOLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    tf_contract_add (prefix, tests[i].path, &contract, tests[i].needs, tests[i].test);
}
