/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

/* A pool alone */

static void
append_letter (GString *text,
               char     letter)
{
  g_string_append_c (text, letter);
}

static void
run_a (gpointer text)
{
  append_letter (text, 'a');
  tf_test_context_checkpoint ("one");
  append_letter (text, 'b');
  tf_test_context_checkpoint ("two");
  append_letter (text, 'c');
}

static void
run_b (gpointer text)
{
  append_letter (text, 'x');
  tf_test_context_checkpoint ("three");
  append_letter (text, 'y');
}

typedef struct
{
  TfTestContext *context;
  TfWorkerPool  *pool;
  GString       *text;
} Stage;

static void
set_up (Stage        *stage,
        gconstpointer user_data)
{
  stage->context = tf_test_context_new ();
  stage->pool = tf_parallel_context_create_pool (TF_PARALLEL_CONTEXT (stage->context),
                                                 GPOINTER_TO_UINT (user_data), NULL);
  stage->text = g_string_new (NULL);
}

static void
tear_down (Stage        *stage,
           gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  tf_worker_pool_shutdown (stage->pool, tf_test_timeout_us (), &error);
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (&stage->pool));
  g_assert_finalize_object (g_steal_pointer (&stage->context));
  g_string_free (stage->text, TRUE);
}

static void
push (Stage     *stage,
      TfPoolFunc func)
{
  g_autoptr (GError) error = NULL;

  tf_worker_pool_push (stage->pool, func, stage->text, &error);
  g_assert_no_error (error);
}

static void
test_run (Stage        *stage,
          gconstpointer user_data)
{
  g_test_summary ("Nothing runs before the test says so, and then in the order that it says.");

  push (stage, run_a);
  push (stage, run_b);
  g_assert_cmpuint (tf_test_context_get_n_workers (stage->context), ==, 2);
  g_assert_cmpuint (tf_test_context_get_n_pending (stage->context), ==, 2);
  g_assert_cmpstr (stage->text->str, ==, "");

  tf_test_context_run (stage->context, 1);
  g_assert_cmpstr (stage->text->str, ==, "xy");
  g_assert_true (tf_test_context_has_ended (stage->context, 1));
  g_assert_false (tf_test_context_has_ended (stage->context, 0));
  g_assert_cmpuint (tf_test_context_get_n_pending (stage->context), ==, 1);

  g_assert_cmpuint (tf_test_context_run_all (stage->context), ==, 1);
  g_assert_cmpstr (stage->text->str, ==, "xyabc");
  g_assert_cmpuint (tf_test_context_get_n_pending (stage->context), ==, 0);
}

static void
test_step (Stage        *stage,
           gconstpointer user_data)
{
  g_test_summary ("A worker runs from checkpoint to checkpoint.");

  push (stage, run_a);
  g_assert_null (tf_test_context_get_checkpoint (stage->context, 0));
  g_assert_true (tf_test_context_step (stage->context, 0));
  g_assert_cmpstr (tf_test_context_get_checkpoint (stage->context, 0), ==, "one");
  g_assert_cmpuint (tf_test_context_get_n_stopped (stage->context), ==, 1);
  g_assert_true (tf_test_context_step (stage->context, 0));
  g_assert_cmpstr (tf_test_context_get_checkpoint (stage->context, 0), ==, "two");
  g_assert_cmpstr (stage->text->str, ==, "ab");
  g_assert_false (tf_test_context_step (stage->context, 0));
  g_assert_null (tf_test_context_get_checkpoint (stage->context, 0));
  g_assert_true (tf_test_context_has_ended (stage->context, 0));
  g_assert_cmpuint (tf_test_context_get_n_stopped (stage->context), ==, 0);
}

static void
run_push (gpointer user_data)
{
  Stage *stage = user_data;

  append_letter (stage->text, 'p');
  push (stage, run_b);
}

static void
test_push_of_worker (Stage        *stage,
                     gconstpointer user_data)
{
  g_test_summary ("What a worker pushes waits for its turn too.");

  tf_worker_pool_push (stage->pool, run_push, stage, NULL);
  tf_test_context_run (stage->context, 0);
  g_assert_cmpstr (stage->text->str, ==, "p");
  g_assert_cmpuint (tf_test_context_run_all (stage->context), ==, 1);
  g_assert_cmpstr (stage->text->str, ==, "pxy");
}

static void
test_limit (Stage        *stage,
            gconstpointer user_data)
{
  g_test_summary ("A pool has no more workers than it may have.");

  push (stage, run_a);
  push (stage, run_b);
  g_assert_cmpuint (tf_test_context_begin_all (stage->context), ==, 1);
  g_assert_cmpuint (tf_test_context_get_n_pending (stage->context), ==, 1);
  tf_test_context_run (stage->context, 0);
  g_assert_cmpuint (tf_test_context_begin_all (stage->context), ==, 1);
  g_assert_cmpstr (stage->text->str, ==, "abcx");
  tf_test_context_run_all (stage->context);
}

static void
run_gate (gpointer gate)
{
  tf_test_context_checkpoint ("before");
  tf_test_gate_wait (gate);
}

static void
test_release (Stage        *stage,
              gconstpointer user_data)
{
  TfTestGate gate;

  g_test_summary ("What is released runs by itself, as many as the pool has workers.");

  tf_test_gate_init (&gate);
  tf_worker_pool_push (stage->pool, run_gate, &gate, NULL);
  tf_worker_pool_push (stage->pool, run_gate, &gate, NULL);
  tf_test_context_step (stage->context, 0);
  tf_test_context_release (stage->context);
  g_assert_cmpuint (tf_test_context_get_n_stopped (stage->context), ==, 0);
  g_assert_cmpuint (tf_test_context_get_n_pending (stage->context), ==, 1);
  tf_worker_pool_push (stage->pool, run_gate, &gate, NULL);
  g_assert_cmpuint (tf_test_context_get_n_pending (stage->context), ==, 2);
  tf_test_gate_open (&gate);
  tf_worker_pool_shutdown (stage->pool, -1, NULL);
  g_assert_cmpuint (tf_test_context_get_n_pending (stage->context), ==, 0);
  tf_test_gate_clear (&gate);
}

static void
run_shutdown (gpointer user_data)
{
  Stage             *stage = user_data;
  g_autoptr (GError) error = NULL;

  g_assert_false (tf_worker_pool_shutdown (stage->pool, -1, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_DEADLOCK);
  append_letter (stage->text, 's');
}

static void
test_shutdown (Stage        *stage,
               gconstpointer user_data)
{
  g_autoptr (GError) error = NULL;

  g_test_summary ("A pool that is shut down without waiting stays stepped, and takes no more.");

  push (stage, run_a);
  tf_worker_pool_push (stage->pool, run_shutdown, stage, NULL);
  g_assert_false (tf_worker_pool_shutdown (stage->pool, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_false (tf_worker_pool_push (stage->pool, run_b, stage->text, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  g_assert_cmpstr (stage->text->str, ==, "");
  tf_test_context_run_all (stage->context);
  g_assert_cmpstr (stage->text->str, ==, "abcs");
  g_assert_true (tf_worker_pool_shutdown (stage->pool, 0, NULL));
}

static void
test_close (void)
{
  TfTestContext           *context = tf_test_context_new ();
  TfParallelContext       *parallel = TF_PARALLEL_CONTEXT (context);
  g_autoptr (TfCancelFlag) flag = tf_parallel_context_create_flag (parallel);
  g_autoptr (GError)       error = NULL;
  TfMessageRouter         *router = tf_parallel_context_create_router (parallel, NULL, NULL);

  g_test_summary ("A context makes pools, routers and flags until it is closed.");

  g_assert_false (tf_cancel_flag_is_set (flag));
  g_assert_finalize_object (router);
  g_assert_false (tf_parallel_context_is_closed (parallel));
  tf_parallel_context_close (parallel);
  tf_parallel_context_close (parallel);
  g_assert_true (tf_parallel_context_is_closed (parallel));
  g_assert_null (tf_parallel_context_create_pool (parallel, 0, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (tf_parallel_context_create_router (parallel, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  g_assert_finalize_object (context);
}

static void
test_checkpoint_elsewhere (void)
{
  g_test_summary ("A checkpoint on another thread is passed.");

  tf_test_context_checkpoint ("here");
}

/* Schedules */

static void
test_next_schedule (void)
{
  guint               schedule[] = { 0, 0, 1, 2 };
  g_autoptr (GString) text = g_string_new (NULL);
  guint               empty[1] = { 0 };

  g_test_summary ("Schedules come in the order of a dictionary, each once.");

  do
    {
      for (guint i = 0; i < G_N_ELEMENTS (schedule); i++)
        g_string_append_printf (text, "%u", schedule[i]);
      g_string_append_c (text, ' ');
    }
  while (tf_test_next_schedule (schedule, G_N_ELEMENTS (schedule)));

  g_assert_cmpstr (text->str, ==,
                   "0012 0021 0102 0120 0201 0210 1002 1020 1200 2001 2010 2100 ");
  g_assert_cmpuint (schedule[0], ==, 0);
  g_assert_cmpuint (schedule[3], ==, 2);
  g_assert_false (tf_test_next_schedule (empty, 1));
  g_assert_false (tf_test_next_schedule (empty, 0));
}

/* What the two functions write when they are played in this order. */
static char *
expect_letters (const guint *schedule,
                gsize        n_steps)
{
  const char *rest[] = { "abc", "xy" };
  GString    *text = g_string_new (NULL);

  for (gsize i = 0; i < n_steps; i++)
    g_string_append_c (text, *rest[schedule[i]]++);

  return g_string_free (text, FALSE);
}

static void
test_all_orders_of_pushes (void)
{
  guint                  schedule[] = { 0, 0, 0, 1, 1 };
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  g_test_summary ("Every order of two functions with two and one checkpoints is played: 5 over 2.");

  do
    {
      g_autofree char *expected = expect_letters (schedule, G_N_ELEMENTS (schedule));
      Stage            stage;

      set_up (&stage, NULL);
      push (&stage, run_a);
      push (&stage, run_b);
      tf_test_context_play (stage.context, schedule, G_N_ELEMENTS (schedule));
      g_assert_cmpstr (stage.text->str, ==, expected);
      g_assert_true (g_hash_table_add (seen, g_steal_pointer (&expected)));
      tear_down (&stage, NULL);
    }
  while (tf_test_next_schedule (schedule, G_N_ELEMENTS (schedule)));

  g_assert_cmpuint (g_hash_table_size (seen), ==, 10);
}

/* Two tasks that add to a number without a lock: read, checkpoint, write. */

static void
run_add (TfTask  *task,
         gpointer number)
{
  tf_test_context_checkpoint ("begin");
  for (int i = 0; i < 2; i++)
    {
      int before = *(int *) number;

      tf_test_context_checkpoint ("read");
      *(int *) number = before + 1;
      if (i == 0)
        tf_test_context_checkpoint ("written");
    }
  tf_task_return_int64 (task, *(int *) number);
}

#define N_STEPS_OF_ADD 4 /* read, write, read, write and the end */

/* What the two tasks return, and what the number is then. */
static void
simulate_adding (const guint *schedule,
                 int          returned[2],
                 int         *number)
{
  int n_steps[2] = { 0, 0 };
  int before[2] = { 0, 0 };

  *number = 0;
  for (guint i = 0; i < 2 * N_STEPS_OF_ADD; i++)
    {
      guint who = schedule[i];

      if (n_steps[who]++ % 2 == 0)
        before[who] = *number;
      else
        returned[who] = *number = before[who] + 1;
    }
}

static int
play_adding (TfTestFixture *fixture,
             const guint   *schedule)
{
  int                  first_worker = (int) tf_test_context_get_n_workers (fixture->context);
  int                  number = 0;
  int                  expected_number;
  int                  returned[2];
  g_autoptr (TfFuture) one = tf_executor_submit_call (fixture->executor, run_add, &number, NULL,
                                                      NULL);
  g_autoptr (TfFuture) two = tf_executor_submit_call (fixture->executor, run_add, &number, NULL,
                                                      NULL);

  g_assert_cmpuint (tf_test_context_begin_all (fixture->context), ==, 2);
  for (guint i = 0; i < 2 * N_STEPS_OF_ADD; i++)
    tf_test_context_step (fixture->context, (guint) first_worker + schedule[i]);
  g_assert_cmpuint (tf_test_context_get_n_stopped (fixture->context), ==, 0);
  tf_test_drain (fixture->main_context);

  simulate_adding (schedule, returned, &expected_number);
  g_assert_cmpint (number, ==, expected_number);
  tf_test_assert_int64 (one, returned[0]);
  tf_test_assert_int64 (two, returned[1]);

  return number;
}

static void
test_all_orders_of_tasks (TfTestFixture *fixture,
                          gconstpointer  user_data)
{
  guint schedule[] = { 0, 0, 0, 0, 1, 1, 1, 1 };
  guint n_schedules = 0;
  guint n_results[5] = { 0 };

  g_test_summary ("Every order of two tasks with three checkpoints each is played: 8 over 4. The "
                  "lost updates are those that were reckoned.");

  do
    {
      n_schedules++;
      n_results[play_adding (fixture, schedule)]++;
    }
  while (tf_test_next_schedule (schedule, G_N_ELEMENTS (schedule)));

  g_assert_cmpuint (n_schedules, ==, 70);
  g_assert_cmpuint (n_results[0] + n_results[1], ==, 0);
  g_assert_cmpuint (n_results[4], ==, 6);
  g_assert_cmpuint (n_results[2] + n_results[3], ==, 64);
}

static void
run_cancelled (TfTask  *task,
               gpointer user_data)
{
  tf_test_context_checkpoint ("before");
  if (tf_task_return_error_if_cancelled (task))
    return;
  tf_test_context_checkpoint ("after");
  tf_task_return_none (task);
}

static void
test_cancel_between_steps (TfTestFixture *fixture,
                           gconstpointer  user_data)
{
  g_test_summary ("A task is cancelled at each place that it can be at.");

  for (guint place = 0; place < 4; place++)
    {
      guint                    n_steps = place;
      guint                    worker = tf_test_context_get_n_workers (fixture->context);
      g_autoptr (TfFuture)     future = tf_executor_submit_call (fixture->executor, run_cancelled,
                                                                 NULL, NULL, NULL);
      g_autoptr (TfTestStates) states = tf_test_states_new (future);

      while (n_steps-- > 0)
        tf_test_context_step (fixture->context, worker);
      tf_test_drain (fixture->main_context);
      g_assert_true (tf_future_cancel (future) == (place < 3));
      tf_test_context_complete (fixture->context, future);
      tf_test_assert_states (states, place == 0  ? "WAITING CANCELLING CANCELLED done"
                                     : place < 3 ? "WAITING EXECUTING CANCELLING CANCELLED done"
                                                 : "WAITING EXECUTING COMPLETED done");
      tf_test_context_run_all (fixture->context);
    }
}

static void
run_nothing (TfTask  *task,
             gpointer user_data)
{
  tf_task_return_none (task);
}

static void
test_executor_pushes (TfTestFixture *fixture,
                      gconstpointer  user_data)
{
  g_autoptr (TfFuture) one = tf_executor_submit_call (fixture->executor, run_nothing, NULL, NULL,
                                                      NULL);
  g_autoptr (TfFuture) two = tf_executor_submit_call (fixture->executor, run_nothing, NULL, NULL,
                                                      NULL);

  g_test_summary ("An executor pushes one worker, and the next when that has begun or ended.");

  g_assert_cmpuint (tf_test_context_get_n_workers (fixture->context), ==, 1);
  tf_test_context_run (fixture->context, 0);
  tf_test_drain (fixture->main_context);
  tf_test_assert_state (one, TF_FUTURE_STATE_COMPLETED);
  tf_test_assert_state (two, TF_FUTURE_STATE_WAITING);
  g_assert_cmpuint (tf_test_context_get_n_pending (fixture->context), >, 0);
  tf_test_context_complete (fixture->context, two);
  tf_test_assert_state (two, TF_FUTURE_STATE_COMPLETED);
}

/* Misuse */

static void
run_for_ever (gpointer user_data)
{
  g_autoptr (TfCancelFlag) flag = tf_cancel_flag_new ();

  tf_cancel_flag_wait (flag, -1);
}

static void
push_for_ever (Stage *stage)
{
  tf_worker_pool_push (stage->pool, run_for_ever, NULL, NULL);
}

static void
fail_no_worker (Stage *stage)
{
  tf_test_context_step (stage->context, 0);
}

static void
fail_ended (Stage *stage)
{
  push (stage, run_b);
  tf_test_context_run (stage->context, 0);
  tf_test_context_step (stage->context, 0);
}

static void
fail_full (Stage *stage)
{
  push (stage, run_a);
  push (stage, run_b);
  tf_test_context_step (stage->context, 0);
  tf_test_context_step (stage->context, 1);
}

static void
fail_released (Stage *stage)
{
  tf_test_context_release (stage->context);
  push_for_ever (stage);
  tf_test_context_step (stage->context, 0);
}

static void
fail_stuck (Stage *stage)
{
  push_for_ever (stage);
  tf_test_context_step (stage->context, 0);
}

static void
run_step (gpointer context)
{
  tf_test_context_step (context, 0);
}

static void
fail_within (Stage *stage)
{
  push (stage, run_a);
  tf_worker_pool_push (stage->pool, run_step, stage->context, NULL);
  tf_test_context_step (stage->context, 1);
}

static void
fail_incomplete (Stage *stage)
{
  g_autoptr (TfFuture) future = tf_future_new_detached (TF_TYPE_FUTURE, NULL, NULL, NULL);

  tf_test_context_complete (stage->context, future);
}

typedef struct
{
  const char *path;
  const char *text;
  guint       max_workers;
  void (*func) (Stage *stage);
} Misuse;

static const Misuse misuses[] = {
  { "no-worker", "*no worker 0: 0 functions have been pushed*", 0, fail_no_worker },
  { "ended", "*worker 0 has ended*", 0, fail_ended },
  { "full", "*worker 1 cannot begin: its pool is full*", 1, fail_full },
  { "released", "*worker 0 has been released*", 0, fail_released },
  { "stuck", "*worker 0 came neither to a checkpoint nor to its end in time*", 0, fail_stuck },
  { "within", "*worker 0 cannot be stepped while another one runs*", 0, fail_within },
  { "incomplete", "*is not done, and nothing is left to run*", 0, fail_incomplete },
};

static void
test_misuse (gconstpointer data)
{
  const Misuse *misuse = data;
  Stage         stage;

  g_test_summary ("A step that cannot be says why.");

  if (g_test_subprocess ())
    {
      g_setenv ("TF_TEST_TIMEOUT", "1", TRUE);
      set_up (&stage, GUINT_TO_POINTER (misuse->max_workers));
      misuse->func (&stage);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (misuse->text);
}

static void
add (const char *path,
     void (*func) (Stage        *stage,
                   gconstpointer user_data),
     guint max_workers)
{
  g_test_add (path, Stage, GUINT_TO_POINTER (max_workers), set_up, func, tear_down);
}

static void
add_stepped (const char *path,
             void (*func) (TfTestFixture *fixture,
                           gconstpointer  user_data))
{
  g_test_add (path, TfTestFixture, NULL, tf_test_fixture_set_up_stepped, func,
              tf_test_fixture_tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("/test-context/run/is-in-the-order-that-the-test-says", test_run, 0);
  add ("/test-context/step/is-from-checkpoint-to-checkpoint", test_step, 0);
  add ("/test-context/push/of-a-worker-waits", test_push_of_worker, 0);
  add ("/test-context/max-workers/are-kept", test_limit, 1);
  add ("/test-context/release/lets-all-run", test_release, 1);
  add ("/test-context/shutdown/without-waiting-stays-stepped", test_shutdown, 0);
  tf_test_add ("/test-context/close/makes-nothing-more", test_close);
  tf_test_add ("/test-context/checkpoint/elsewhere-is-passed", test_checkpoint_elsewhere);
  tf_test_add ("/test-context/schedule/goes-through-all", test_next_schedule);
  tf_test_add ("/test-context/orders/of-two-pushes", test_all_orders_of_pushes);
  add_stepped ("/test-context/orders/of-two-tasks", test_all_orders_of_tasks);
  add_stepped ("/test-context/orders/of-a-cancel", test_cancel_between_steps);
  add_stepped ("/test-context/executor/pushes-one-by-one", test_executor_pushes);
  for (guint i = 0; i < G_N_ELEMENTS (misuses); i++)
    {
      g_autofree char *path = g_strconcat ("/test-context/misuse/", misuses[i].path, NULL);

      g_test_add_data_func (path, &misuses[i], test_misuse);
    }

  return g_test_run ();
}
