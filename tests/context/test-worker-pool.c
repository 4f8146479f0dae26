/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../executor/bodies.h"

static void
run_count (gpointer user_data)
{
  tf_test_counter_add (user_data, 1);
}

static void
run_block (gpointer user_data)
{
  Block *block = user_data;

  tf_test_gate_open (&block->started);
  tf_test_gate_wait (&block->release);
}

static void
push (TfWorkerPool *pool,
      TfPoolFunc    func,
      gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  tf_worker_pool_push (pool, func, user_data, &error);
  g_assert_no_error (error);
}

static void
pool_finish (TfWorkerPool **pool)
{
  g_assert_true (tf_worker_pool_shutdown (*pool, tf_test_timeout_us (), NULL));
  g_assert_finalize_object (g_steal_pointer (pool));
}

static TfExecutor *
executor_new (TfWorkerPool *pool)
{
  return g_object_new (TF_TYPE_EXECUTOR, "worker-pool", pool, NULL);
}

static void
test_defaults (void)
{
  TfWorkerPool *pool = tf_worker_pool_new (0);
  guint         max_workers = 0;
  gboolean      closed = TRUE;

  g_test_summary ("A pool has as many workers as there are processors, unless it is told.");

  g_object_get (pool, "max-workers", &max_workers, "closed", &closed, NULL);
  g_assert_cmpuint (max_workers, ==, g_get_num_processors ());
  g_assert_false (closed);
  g_assert_finalize_object (pool);
  pool = tf_worker_pool_new (17);
  g_assert_cmpuint (tf_worker_pool_get_max_workers (pool), ==, 17);
  g_assert_finalize_object (pool);
}

static void
test_shutdown_unused (void)
{
  TfWorkerPool *pool = tf_worker_pool_new (1);
  guint         n = 0;

  g_test_summary ("A pool that was never used is shut down at once, and notifies once.");

  g_signal_connect (pool, "notify::closed", G_CALLBACK (on_notify_count_cb), &n);
  g_assert_true (tf_worker_pool_shutdown (pool, 0, NULL));
  g_assert_true (tf_worker_pool_shutdown (pool, 0, NULL));
  g_assert_cmpuint (n, ==, 1);
  g_assert_finalize_object (pool);
}

typedef struct
{
  GString      *text;
  TfWorkerPool *pool;
  char          letter;
} Letter;

static void
run_letter (gpointer user_data)
{
  Letter *letter = user_data;

  g_string_append_c (letter->text, letter->letter);
}

static void
run_push_letter (gpointer user_data)
{
  Letter *letter = user_data;

  push (letter->pool, run_letter, letter);
}

static void
test_order (void)
{
  TfWorkerPool       *pool = tf_worker_pool_new (1);
  g_autoptr (GString) text = g_string_new (NULL);
  Letter              letters[5];
  Block               block;
  Block               last;

  g_test_summary (
    "One worker runs functions in the order of the pushes, those of other functions too.");

  block_init (&block);
  push (pool, run_block, &block);
  for (guint i = 0; i < G_N_ELEMENTS (letters); i++)
    {
      letters[i] = (Letter){ text, pool, (char) ('a' + i) };
      push (pool, i == 1 ? run_push_letter : run_letter, &letters[i]);
    }
  tf_test_gate_open (&block.release);

  /* The letter that a worker pushes has to be in before the pool is shut down. */
  block_init (&last);
  tf_test_gate_open (&last.release);
  push (pool, run_block, &last);
  tf_test_gate_wait (&last.started);
  pool_finish (&pool);
  g_assert_cmpstr (text->str, ==, "acdeb");
  block_clear (&last);
  block_clear (&block);
}

static void
test_given (void)
{
  TfWorkerPool        *pool = tf_worker_pool_new (2);
  TfExecutor          *executor = executor_new (pool);
  g_autoptr (TfFuture) future = submit_call (executor, body_return_42, NULL, NULL);
  TfTestCounter        n_run;

  g_test_summary ("An executor runs on the pool that it is given, and leaves it open (EXEC-31).");

  tf_test_counter_init (&n_run);
  g_assert_true (tf_executor_get_worker_pool (executor) == pool);
  g_assert_null (tf_executor_get_parallel_context (executor));
  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, 2);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  g_clear_object (&future);
  tf_test_executor_finish (&executor);
  g_assert_false (tf_worker_pool_is_closed (pool));

  executor = executor_new (pool);
  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_true (tf_executor_is_stopped (executor));
  g_assert_finalize_object (executor);
  g_assert_false (tf_worker_pool_is_closed (pool));
  push (pool, run_count, &n_run);
  pool_finish (&pool);
  g_assert_cmpint (tf_test_counter_get (&n_run), ==, 1);
  tf_test_counter_clear (&n_run);
}

static void
test_given_with_more (void)
{
  TfWorkerPool    *pool = tf_worker_pool_new (2);
  TfThreadContext *context = tf_thread_context_new (3);
  TfExecutor      *executor;

  g_test_summary (
    "A pool and a number of workers, or a context, exclude each other; the pool counts (EXEC-28).");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*worker pool cannot be given*");
  executor = g_object_new (TF_TYPE_EXECUTOR, "worker-pool", pool, "max-workers", 3, NULL);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, 2);
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*is that of the pool*");
  tf_executor_set_max_workers (executor, 5);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, 2);
  tf_test_executor_finish (&executor);

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*worker pool cannot be given*");
  executor =
    g_object_new (TF_TYPE_EXECUTOR, "worker-pool", pool, "parallel-context", context, NULL);
  g_test_assert_expected_messages ();
  g_assert_null (tf_executor_get_parallel_context (executor));
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (context);
  pool_finish (&pool);
}

static void
test_shared (void)
{
  TfWorkerPool *pool = tf_worker_pool_new (1);
  TfExecutor   *executors[2] = { executor_new (pool), executor_new (pool) };
  TfFuture     *futures[2][10];
  TfTestCounter n_run;

  g_test_summary (
    "Executors and functions share the one worker of a pool, and all come to their turn (CTX-20).");

  tf_test_counter_init (&n_run);
  for (guint k = 0; k < G_N_ELEMENTS (futures[0]); k++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (executors); i++)
        futures[i][k] = submit_call (executors[i], body_return_42, NULL, NULL);
      push (pool, run_count, &n_run);
    }
  for (guint i = 0; i < G_N_ELEMENTS (executors); i++)
    {
      for (guint k = 0; k < G_N_ELEMENTS (futures[0]); k++)
        {
          tf_test_wait_done (futures[i][k]);
          g_assert_cmpint (tf_future_get_int64 (futures[i][k], NULL), ==, 42);
          g_object_unref (futures[i][k]);
        }
      tf_test_executor_finish (&executors[i]);
    }
  pool_finish (&pool);
  g_assert_cmpint (tf_test_counter_get (&n_run), ==, 10);
  tf_test_counter_clear (&n_run);
}

/* Submits the next one itself, until the test has had its turn. */
typedef struct
{
  TfExecutor   *executor;
  TfTestCounter n_pushed;
  TfTestCounter n_tasks;
} Endless;

static void
body_endless (TfTask  *task,
              gpointer user_data)
{
  Endless           *endless = user_data;
  g_autoptr (GError) error = NULL;
  TfFuture          *future;

  tf_test_counter_add (&endless->n_tasks, 1);
  if (tf_test_counter_get (&endless->n_pushed) > 0)
    return;

  future = tf_executor_submit_call (endless->executor, body_endless, endless, NULL, &error);
  g_assert_no_error (error);
  g_object_unref (future);
}

static gboolean
model_is_empty (gpointer model)
{
  return g_list_model_get_n_items (model) == 0;
}

static void
test_takes_turns (void)
{
  TfThreadContext *context = tf_thread_context_new (1);
  TfExecutor      *executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  Endless          endless = { .executor = executor };
  TfWorkerPool    *pool = tf_parallel_context_create_pool (TF_PARALLEL_CONTEXT (context), 1, NULL);

  g_test_summary (
    "A pool of a context has its turn on the thread, whatever an executor on it has to do.");

  tf_test_counter_init (&endless.n_pushed);
  tf_test_counter_init (&endless.n_tasks);
  g_object_unref (submit_call (endless.executor, body_endless, &endless, NULL));
  tf_test_counter_wait (&endless.n_tasks, 3);
  push (pool, run_count, &endless.n_pushed);
  tf_test_counter_wait (&endless.n_pushed, 1);
  tf_test_run_until (NULL, model_is_empty, endless.executor);
  pool_finish (&pool);
  tf_test_executor_finish (&endless.executor);
  g_assert_finalize_object (context);
  tf_test_counter_clear (&endless.n_tasks);
  tf_test_counter_clear (&endless.n_pushed);
}

static void
test_shut_down_below (void)
{
  TfWorkerPool        *pool = tf_worker_pool_new (1);
  TfExecutor          *executor = executor_new (pool);
  g_autoptr (TfFuture) running = NULL;
  g_autoptr (TfFuture) late = NULL;
  g_autoptr (GError)   error = NULL;
  Block                block;

  g_test_summary ("On a pool that was shut down nothing can be submitted (EXEC-30).");

  block_init (&block);
  running = submit_call (executor, body_block, &block, NULL);
  tf_test_gate_wait (&block.started);
  g_assert_false (tf_worker_pool_shutdown (pool, 0, NULL));
  late = tf_executor_submit_call (executor, body_nothing, NULL, NULL, &error);
  g_assert_null (late);
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  tf_test_gate_open (&block.release);
  tf_test_wait_done (running);
  g_assert_cmpint (tf_future_get_state (running), ==, TF_FUTURE_STATE_COMPLETED);
  g_clear_object (&running);
  tf_test_executor_finish (&executor);
  pool_finish (&pool);
  block_clear (&block);
}

static void
test_queue_given_up (void)
{
  TfWorkerPool        *pool = tf_worker_pool_new (1);
  TfExecutor          *executor = executor_new (pool);
  g_autoptr (TfFuture) running = NULL;
  g_autoptr (TfFuture) waiting = NULL;
  TfTestCounter        n_run;
  Block                block;

  g_test_summary (
    "Tasks whose pool goes while others wait for it too are cancelled, with a warning.");

  block_init (&block);
  tf_test_counter_init (&n_run);
  running = submit_call (executor, body_block, &block, NULL);
  waiting = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_gate_wait (&block.started);
  push (pool, run_count, &n_run);
  g_assert_false (tf_worker_pool_shutdown (pool, 0, NULL));
  {
    g_autoptr (TfTestLog) log = tf_test_log_new (G_LOG_LEVEL_WARNING);

    tf_test_gate_open (&block.release);
    tf_test_wait_done (waiting);
    g_assert_cmpuint (tf_test_log_count (log, "1 tasks are cancelled*shut down*"), ==, 1);
  }
  tf_test_wait_done (running);
  g_assert_cmpint (tf_future_get_state (running), ==, TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpint (tf_future_get_state (waiting), ==, TF_FUTURE_STATE_CANCELLED);
  g_clear_object (&waiting);
  g_clear_object (&running);
  tf_test_executor_finish (&executor);
  pool_finish (&pool);
  g_assert_cmpint (tf_test_counter_get (&n_run), ==, 1);
  tf_test_counter_clear (&n_run);
  block_clear (&block);
}

static void
test_misuse (void)
{
  TfWorkerPool *pool = tf_worker_pool_new (1);

  g_test_summary ("A push without a function is refused.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*func != NULL*");
  g_assert_false (tf_worker_pool_push (pool, NULL, NULL, NULL));
  g_test_assert_expected_messages ();
  g_assert_finalize_object (pool);
}

static void
on_closed_drop_cb (TfWorkerPool  *pool,
                   GParamSpec    *pspec,
                   TfWorkerPool **place)
{
  g_clear_object (place);
}

static void
test_dropped_in_shutdown (void)
{
  TfWorkerPool *pool = tf_worker_pool_new (1);
  gpointer      weak = pool;

  g_test_summary ("The last reference may go in the handler that is told of the shutdown.");

  g_object_add_weak_pointer (G_OBJECT (pool), &weak);
  g_signal_connect (pool, "notify::closed", G_CALLBACK (on_closed_drop_cb), &pool);
  g_assert_true (tf_worker_pool_shutdown (weak, -1, NULL));
  g_assert_null (weak);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/worker-pool/has-as-many-workers-as-processors", test_defaults);
  tf_test_add ("/worker-pool/may-be-shut-down-unused", test_shutdown_unused);
  tf_test_add ("/worker-pool/may-go-while-it-is-shut-down", test_dropped_in_shutdown);
  tf_test_add ("/worker-pool/keeps-the-order", test_order);
  tf_test_add ("/worker-pool/executor/leaves-a-given-pool-open", test_given);
  tf_test_add ("/worker-pool/executor/takes-nothing-beside-a-pool", test_given_with_more);
  tf_test_add ("/worker-pool/executor/shares-its-pool", test_shared);
  tf_test_add ("/worker-pool/executor/takes-turns-with-a-pool", test_takes_turns);
  tf_test_add ("/worker-pool/executor/takes-nothing-on-a-closed-pool", test_shut_down_below);
  tf_test_add ("/worker-pool/executor/gives-up-what-no-worker-can-run", test_queue_given_up);
  tf_test_add ("/worker-pool/refuses-misuse", test_misuse);

  return g_test_run ();
}
