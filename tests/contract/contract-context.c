/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "contract-context.h"

/* Functions that workers run. */

typedef struct
{
  TfTestGate    started;
  TfTestGate    release;
  TfTestCounter n_run;
  GThread      *thread;
} Work;

static void
work_init (Work *work)
{
  tf_test_gate_init (&work->started);
  tf_test_gate_init (&work->release);
  tf_test_counter_init (&work->n_run);
  work->thread = NULL;
}

static void
work_clear (Work *work)
{
  tf_test_counter_clear (&work->n_run);
  tf_test_gate_clear (&work->release);
  tf_test_gate_clear (&work->started);
}

static void
run_count (gpointer user_data)
{
  tf_test_counter_add (user_data, 1);
}

static void
run_work (gpointer user_data)
{
  Work *work = user_data;

  work->thread = g_thread_self ();
  tf_test_gate_open (&work->started);
  tf_test_gate_wait (&work->release);
  tf_test_counter_add (&work->n_run, 1);
}

/* How many run at the same time, and the most that ever did. */
typedef struct
{
  GMutex     mutex;
  guint      n_now;
  guint      n_most;
  guint      n_wanted;
  TfTestGate all_there;
} Crowd;

static void
run_in_crowd (gpointer user_data)
{
  Crowd *crowd = user_data;

  g_mutex_lock (&crowd->mutex);
  crowd->n_now++;
  crowd->n_most = MAX (crowd->n_most, crowd->n_now);
  if (crowd->n_now == crowd->n_wanted)
    tf_test_gate_open (&crowd->all_there);
  g_mutex_unlock (&crowd->mutex);

  tf_test_gate_wait (&crowd->all_there);

  g_mutex_lock (&crowd->mutex);
  crowd->n_now--;
  g_mutex_unlock (&crowd->mutex);
}

/* Tests */

static void
test_close (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();

  g_test_summary ("A context is open until it is closed, and closing it again changes nothing.");

  g_assert_false (tf_parallel_context_is_closed (context));
  tf_parallel_context_close (context);
  g_assert_true (tf_parallel_context_is_closed (context));
  tf_contract_finish (&context);
}

static void
test_closed_makes_nothing (const TfContract *contract)
{
  TfParallelContext       *context = contract->make ();
  g_autoptr (TfCancelFlag) flag = NULL;
  g_autoptr (GError)       error = NULL;

  g_test_summary ("A closed context makes no pool and no router; a flag it may still make.");

  tf_parallel_context_close (context);
  g_assert_null (tf_parallel_context_create_pool (context, 1, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_null (tf_parallel_context_create_router (context, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  flag = tf_parallel_context_create_flag (context);
  g_assert_false (tf_cancel_flag_is_set (flag));
  tf_contract_finish (&context);
}

static void
test_number_of_workers (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 7);

  g_test_summary ("A pool has as many workers as it was made for, and some if it was not told.");

  g_assert_cmpuint (tf_worker_pool_get_max_workers (pool), ==, 7);
  g_assert_false (tf_worker_pool_is_closed (pool));
  tf_contract_finish_pool (&pool);
  pool = tf_contract_create_pool (context, 0);
  g_assert_cmpuint (tf_worker_pool_get_max_workers (pool), >, 0);
  tf_contract_finish_pool (&pool);
  tf_contract_finish (&context);
}

static void
test_push (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 1);
  Work               work;

  g_test_summary ("A function that is pushed runs in the background.");

  work_init (&work);
  tf_test_gate_open (&work.release);
  tf_contract_push (pool, run_work, &work);
  tf_test_counter_wait (&work.n_run, 1);
  g_assert_true (work.thread != g_thread_self ());
  tf_contract_finish_pool (&pool);
  g_assert_cmpint (tf_test_counter_get (&work.n_run), ==, 1);
  tf_contract_finish (&context);
  work_clear (&work);
}

static void
test_at_most (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 3);
  Crowd              crowd = { .n_wanted = 3 };
  const guint        n_pushes = 3 * tf_test_scale (100);

  g_test_summary ("As many functions run at the same time as there may be workers, and no more.");

  g_mutex_init (&crowd.mutex);
  tf_test_gate_init (&crowd.all_there);
  for (guint i = 0; i < n_pushes; i++)
    tf_contract_push (pool, run_in_crowd, &crowd);
  tf_contract_finish_pool (&pool);
  g_assert_cmpuint (crowd.n_most, ==, 3);
  g_assert_cmpuint (crowd.n_now, ==, 0);
  tf_contract_finish (&context);
  tf_test_gate_clear (&crowd.all_there);
  g_mutex_clear (&crowd.mutex);
}

static void
test_shutdown_waits (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 2);
  TfTestCounter      n_run;

  g_test_summary (
    "Shutting a pool down waits for all that was pushed; nothing can be pushed afterwards.");

  tf_test_counter_init (&n_run);
  for (guint i = 0; i < 50; i++)
    tf_contract_push (pool, run_count, &n_run);
  g_assert_true (tf_worker_pool_shutdown (pool, tf_test_timeout_us (), NULL));
  g_assert_cmpint (tf_test_counter_get (&n_run), ==, 50);
  g_assert_true (tf_worker_pool_is_closed (pool));
  {
    g_autoptr (GError) error = NULL;

    g_assert_false (tf_worker_pool_push (pool, run_count, &n_run, &error));
    g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  }
  tf_contract_finish_pool (&pool);
  g_assert_cmpint (tf_test_counter_get (&n_run), ==, 50);
  tf_contract_finish (&context);
  tf_test_counter_clear (&n_run);
}

static void
test_shutdown_in_time (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 1);
  g_autoptr (GError) error = NULL;
  Work               work;

  g_test_summary ("A shutdown whose time is over says so, and may be called again.");

  work_init (&work);
  tf_contract_push (pool, run_work, &work);
  tf_contract_push (pool, run_count, &work.n_run);
  g_assert_false (tf_worker_pool_shutdown (pool, 0, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_false (tf_worker_pool_shutdown (pool, 1000, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_true (tf_worker_pool_is_closed (pool));
  g_assert_false (tf_worker_pool_push (pool, run_count, &work.n_run, NULL));
  tf_test_gate_open (&work.release);
  tf_contract_finish_pool (&pool);
  g_assert_cmpint (tf_test_counter_get (&work.n_run), ==, 2);
  tf_contract_finish (&context);
  work_clear (&work);
}

typedef struct
{
  TfWorkerPool *pool;
  GError       *error;
} Suicide;

static void
run_shutdown (gpointer user_data)
{
  Suicide *suicide = user_data;

  g_assert_false (tf_worker_pool_shutdown (suicide->pool, -1, &suicide->error));
}

static void
test_shutdown_in_worker (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 1);
  Suicide            suicide = { .pool = pool };

  g_test_summary ("A worker that shuts its own pool down is told that it would wait for ever.");

  tf_contract_push (pool, run_shutdown, &suicide);
  tf_contract_finish_pool (&pool);
  g_assert_error (suicide.error, TF_ERROR, TF_ERROR_DEADLOCK);
  g_clear_error (&suicide.error);
  tf_contract_finish (&context);
}

static void
test_dropped_pool (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 1);
  Work               work;

  g_test_summary ("A pool that goes while it works neither waits nor drops anything.");

  work_init (&work);
  tf_contract_push (pool, run_work, &work);
  tf_contract_push (pool, run_count, &work.n_run);
  tf_test_gate_wait (&work.started);
  g_object_unref (pool);
  tf_test_gate_open (&work.release);
  tf_test_counter_wait (&work.n_run, 2);
  tf_parallel_context_close (context);
  g_object_unref (context);
  work_clear (&work);
}

typedef struct
{
  TfParallelContext *context;
  TfWorkerPool      *pool;
  TfTestCounter     *n_run;
  guint              n_pushes;
} Pusher;

static gpointer
run_pusher (gpointer data)
{
  Pusher *pusher = data;

  for (guint i = 0; i < pusher->n_pushes; i++)
    tf_contract_push (pusher->pool, run_count, pusher->n_run);

  return NULL;
}

static void
test_push_anywhere (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfTestCounter      n_run;
  Pusher             pusher = { context, NULL, &n_run, tf_test_scale (200) };
  GThread           *threads[4];

  g_test_summary ("Functions may be pushed on any thread; each of them runs once.");

  pusher.pool = tf_contract_create_pool (context, 2);
  tf_test_counter_init (&n_run);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("pusher", run_pusher, &pusher);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  tf_contract_finish_pool (&pusher.pool);
  g_assert_cmpint (tf_test_counter_get (&n_run), ==, 4 * pusher.n_pushes);
  tf_contract_finish (&context);
  tf_test_counter_clear (&n_run);
}

static gpointer
run_until_refused (gpointer data)
{
  Pusher            *pusher = data;
  g_autoptr (GError) error = NULL;

  while (tf_worker_pool_push (pusher->pool, run_count, pusher->n_run, &error))
    g_atomic_int_inc (&pusher->n_pushes);
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  return NULL;
}

static void
test_shutdown_races (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();

  g_test_summary (
    "Of pushes that race with a shutdown, those that were accepted have run when it returns.");

  for (guint round = 0; round < tf_test_scale (20); round++)
    {
      TfTestCounter n_run;
      Pusher        pusher = { context, tf_contract_create_pool (context, 2), &n_run, 0 };
      GThread      *threads[2];

      tf_test_counter_init (&n_run);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("pusher", run_until_refused, &pusher);
      tf_test_counter_wait (&n_run, 5);
      g_assert_true (tf_worker_pool_shutdown (pusher.pool, tf_test_timeout_us (), NULL));
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      g_assert_cmpint (tf_test_counter_get (&n_run), ==, g_atomic_int_get (&pusher.n_pushes));
      tf_contract_finish_pool (&pusher.pool);
      tf_test_counter_clear (&n_run);
    }
  tf_contract_finish (&context);
}

static gpointer
run_maker (gpointer data)
{
  Pusher *pusher = data;

  for (guint i = 0; i < pusher->n_pushes; i++)
    {
      g_autoptr (TfCancelFlag)    flag = tf_parallel_context_create_flag (pusher->context);
      g_autoptr (TfMessageRouter) router =
        tf_parallel_context_create_router (pusher->context, NULL, NULL);
      TfWorkerPool *pool = tf_contract_create_pool (pusher->context, 1);

      g_assert_nonnull (router);
      g_assert_false (tf_cancel_flag_is_set (flag));
      tf_contract_push (pool, run_count, pusher->n_run);
      tf_contract_finish_pool (&pool);
    }

  return NULL;
}

static void
test_made_anywhere (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfTestCounter      n_run;
  Pusher             pusher = { context, NULL, &n_run, tf_test_scale (20) };
  GThread           *threads[4];

  g_test_summary ("Pools, routers and flags are made on any thread.");

  tf_test_counter_init (&n_run);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("maker", run_maker, &pusher);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (tf_test_counter_get (&n_run), ==, 4 * pusher.n_pushes);
  tf_contract_finish (&context);
  tf_test_counter_clear (&n_run);
}

static void
test_flag (const TfContract *contract)
{
  TfParallelContext       *context = contract->make ();
  g_autoptr (TfCancelFlag) flag = tf_parallel_context_create_flag (context);

  g_test_summary ("A flag is not set until it is, and then for good.");

  g_assert_false (tf_cancel_flag_is_set (flag));
  g_assert_false (tf_cancel_flag_wait (flag, 0));
  tf_cancel_flag_set (flag);
  g_assert_true (tf_cancel_flag_is_set (flag));
  g_assert_true (tf_cancel_flag_wait (flag, -1));
  tf_cancel_flag_set (flag);
  g_assert_true (tf_cancel_flag_is_set (flag));
  tf_contract_finish (&context);
}

typedef struct
{
  TfCancelFlag *flag;
  Work         *work;
} FlagWork;

static void
run_wait_for_flag (gpointer user_data)
{
  FlagWork *self = user_data;

  tf_test_gate_open (&self->work->started);
  if (tf_cancel_flag_wait (self->flag, -1))
    tf_test_counter_add (&self->work->n_run, 1);
}

static void
test_flag_in_worker (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 2);
  Work               work;
  FlagWork           flag_work = { tf_parallel_context_create_flag (context), &work };

  g_test_summary ("Workers of the context wait for its flags, and wake when they are set.");

  work_init (&work);
  tf_contract_push (pool, run_wait_for_flag, &flag_work);
  tf_contract_push (pool, run_wait_for_flag, &flag_work);
  tf_test_gate_wait (&work.started);
  g_assert_cmpint (tf_test_counter_get (&work.n_run), ==, 0);
  tf_cancel_flag_set (flag_work.flag);
  tf_contract_finish_pool (&pool);
  g_assert_cmpint (tf_test_counter_get (&work.n_run), ==, 2);
  tf_cancel_flag_unref (flag_work.flag);
  tf_contract_finish (&context);
  work_clear (&work);
}

static void
test_close_lets_run (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 1);
  Work               work;

  g_test_summary ("What a pool was given before its context is closed runs to its end.");

  work_init (&work);
  tf_contract_push (pool, run_work, &work);
  tf_contract_push (pool, run_count, &work.n_run);
  tf_test_gate_wait (&work.started);
  tf_parallel_context_close (context);
  tf_test_gate_open (&work.release);
  tf_contract_finish_pool (&pool);
  g_assert_cmpint (tf_test_counter_get (&work.n_run), ==, 2);
  tf_contract_finish (&context);
  work_clear (&work);
}

void
tf_contract_add_context (const char     *prefix,
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
    { "/context/can-be-closed", test_close, TF_CONTRACT_WHOLE },
    { "/context/makes-nothing-once-closed", test_closed_makes_nothing, TF_CONTRACT_WHOLE },
    { "/context/makes-pools-of-so-many-workers", test_number_of_workers, TF_CONTRACT_WHOLE },
    { "/context/makes-flags", test_flag, TF_CONTRACT_WHOLE },
    { "/context/lets-pools-go-on-when-closed", test_close_lets_run, TF_CONTRACT_DECLINES_PUSHES },
    { "/context/may-be-used-on-any-thread", test_made_anywhere, TF_CONTRACT_DECLINES_PUSHES },
    { "/flag/wakes-workers", test_flag_in_worker, TF_CONTRACT_DECLINES_PUSHES },
    { "/pool/runs-functions", test_push, TF_CONTRACT_DECLINES_PUSHES },
    { "/pool/runs-so-many-at-a-time", test_at_most, TF_CONTRACT_DECLINES_PUSHES },
    { "/pool/takes-functions-of-any-thread", test_push_anywhere, TF_CONTRACT_DECLINES_PUSHES },
    { "/pool/waits-when-it-is-shut-down", test_shutdown_waits, TF_CONTRACT_DECLINES_PUSHES },
    { "/pool/waits-no-longer-than-told", test_shutdown_in_time, TF_CONTRACT_DECLINES_PUSHES },
    { "/pool/has-run-what-it-accepted", test_shutdown_races, TF_CONTRACT_DECLINES_PUSHES },
    { "/pool/may-be-dropped-at-work", test_dropped_pool, TF_CONTRACT_DECLINES_PUSHES },
    { "/pool/does-not-wait-for-itself", test_shutdown_in_worker,
      TF_CONTRACT_DECLINES_PUSHES | TF_CONTRACT_DECLINES_DEADLOCKS },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    tf_contract_add (prefix, tests[i].path, &contract, tests[i].needs, tests[i].test);
}
