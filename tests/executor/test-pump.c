/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* Starting a worker costs, so it is put off; these tests would hang if it were put off for ever. */

static gboolean
has_nothing (gpointer data)
{
  TfExecutor *executor = data;

  return tf_executor_get_n_waiting (executor) + tf_executor_get_n_executing (executor) == 0;
}

static void
body_wait (TfTask  *task,
           gpointer gate)
{
  tf_test_gate_wait (gate);
}

static void
body_open (TfTask  *task,
           gpointer gate)
{
  tf_test_gate_open (gate);
}

static void
test_first_waits_for_second (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);

  g_test_summary ("A task may wait for the next one, which needs a second worker.");

  for (guint i = 0; i < tf_test_scale (200); i++)
    {
      g_autoptr (TfFuture) first = NULL;
      g_autoptr (TfFuture) second = NULL;
      TfTestGate           gate;

      tf_test_gate_init (&gate);
      first = submit_call (executor, body_wait, &gate, NULL);
      second = submit_call (executor, body_open, &gate, NULL);
      tf_test_wait_done (first);
      tf_test_wait_done (second);
      tf_test_gate_clear (&gate);
    }
  tf_test_executor_finish (&executor);
}

typedef struct
{
  TfExecutor *executor;
  TfTestGate  gate;
} Pair;

static void
on_done_submit_pair_cb (TfFuture *future,
                        Pair     *pair)
{
  g_object_unref (submit_call (pair->executor, body_wait, &pair->gate, NULL));
  g_object_unref (submit_call (pair->executor, body_open, &pair->gate, NULL));
}

static void
test_in_handler (void)
{
  g_test_summary ("The same holds for tasks that are submitted in a handler, without another"
                  " turn of the loop.");

  for (guint i = 0; i < tf_test_scale (100); i++)
    {
      Pair                 pair;
      g_autoptr (TfFuture) future = NULL;

      pair.executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);
      tf_test_gate_init (&pair.gate);
      future = submit_call (pair.executor, body_nothing, NULL, NULL);
      g_signal_connect (future, "done", G_CALLBACK (on_done_submit_pair_cb), &pair);
      tf_test_wait_done (future);
      /* Nobody turns the loop here. */
      tf_test_gate_wait (&pair.gate);
      tf_test_run_until (NULL, has_nothing, pair.executor);
      tf_test_executor_finish (&pair.executor);
      tf_test_gate_clear (&pair.gate);
    }
}

static void
on_done_submit_and_block_cb (TfFuture *future,
                             Pair     *pair)
{
  on_done_submit_pair_cb (future, pair);
  tf_test_gate_wait (&pair->gate);
}

static void
test_blocks_in_handler (void)
{
  Pair                 pair;
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("Tasks that a handler submits start while the handler goes on.");

  pair.executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);
  tf_test_gate_init (&pair.gate);
  future = submit_call (pair.executor, body_nothing, NULL, NULL);
  g_signal_connect (future, "done", G_CALLBACK (on_done_submit_and_block_cb), &pair);
  tf_test_run_until (NULL, has_nothing, pair.executor);
  tf_test_executor_finish (&pair.executor);
  tf_test_gate_clear (&pair.gate);
}

static void
test_chain (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 6, NULL);
  TfTestGate  gates[6];

  g_test_summary ("Each of six tasks may wait for the next one.");

  for (guint i = 0; i < G_N_ELEMENTS (gates); i++)
    tf_test_gate_init (&gates[i]);
  for (guint i = 1; i < G_N_ELEMENTS (gates); i++)
    g_object_unref (submit_call (executor, body_wait, &gates[i], NULL));
  g_object_unref (submit_call (executor, body_open, &gates[1], NULL));
  tf_test_gate_wait (&gates[1]);
  for (guint i = 2; i < G_N_ELEMENTS (gates); i++)
    tf_test_gate_open (&gates[i]);
  tf_test_run_until (NULL, has_nothing, executor);
  tf_test_executor_finish (&executor);
  for (guint i = 0; i < G_N_ELEMENTS (gates); i++)
    tf_test_gate_clear (&gates[i]);
}

/* --- Never too many --- */

typedef struct
{
  gint n_now;
  gint n_most;
  gint n_run;
} Crowd;

static void
body_crowd (TfTask  *task,
            gpointer user_data)
{
  Crowd *crowd = user_data;
  gint   n_now = g_atomic_int_add (&crowd->n_now, 1) + 1;
  gint   n_most = g_atomic_int_get (&crowd->n_most);

  while (n_now > n_most && !g_atomic_int_compare_and_exchange (&crowd->n_most, n_most, n_now))
    n_most = g_atomic_int_get (&crowd->n_most);

  g_thread_yield ();
  g_atomic_int_inc (&crowd->n_run);
  g_atomic_int_add (&crowd->n_now, -1);
}

static gpointer
submit_crowd (gpointer data)
{
  gpointer *executor_and_crowd = data;

  for (guint i = 0; i < tf_test_scale (1000); i++)
    g_object_unref (submit_call (executor_and_crowd[0], body_crowd, executor_and_crowd[1], NULL));
  return NULL;
}

static void
test_never_too_many (void)
{
  TfThreadContext *context = tf_thread_context_new (8);
  TfExecutor      *executor = g_object_new (TF_TYPE_EXECUTOR, "parallel-context", context,
                                            "max-workers", 3, NULL);
  GThread         *threads[4];
  Crowd            crowd = { 0 };
  gpointer         data[] = { executor, &crowd };

  g_test_summary ("Never more tasks run at the same time than max-workers, whoever submits.");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("submitter", submit_crowd, data);
  submit_crowd (data);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  tf_test_run_until (NULL, has_nothing, executor);
  g_assert_cmpint (crowd.n_run, ==, (gint) tf_test_scale (1000) * 5);
  g_assert_cmpint (crowd.n_most, <=, 3);
  g_assert_cmpint (crowd.n_most, >, 0);
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (context);
}

/* --- One context, several executors --- */

typedef struct
{
  GMutex   mutex;
  GString *order;
} Turns;

static void
body_a (TfTask  *task,
        gpointer user_data)
{
  Turns *turns = user_data;

  g_mutex_lock (&turns->mutex);
  g_string_append_c (turns->order, 'a');
  g_mutex_unlock (&turns->mutex);
}

static void
body_b (TfTask  *task,
        gpointer user_data)
{
  Turns *turns = user_data;

  g_mutex_lock (&turns->mutex);
  g_string_append_c (turns->order, 'b');
  g_mutex_unlock (&turns->mutex);
}

static void
test_shares_one_thread (void)
{
  TfThreadContext *context = tf_thread_context_new (1);
  TfExecutor      *a = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  TfExecutor      *b = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  Turns            turns;
  Block            block;

  g_test_summary ("Two executors on one thread take turns, task by task.");

  g_mutex_init (&turns.mutex);
  turns.order = g_string_new (NULL);
  block_init (&block);
  g_object_unref (submit_call (a, body_block, &block, NULL));
  tf_test_gate_wait (&block.started);
  for (guint i = 0; i < 50; i++)
    {
      g_object_unref (submit_call (a, body_a, &turns, NULL));
      g_object_unref (submit_call (b, body_b, &turns, NULL));
    }
  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, has_nothing, a);
  tf_test_run_until (NULL, has_nothing, b);
  g_assert_cmpuint (turns.order->len, ==, 100);
  g_assert_null (strstr (turns.order->str, "aaa"));
  g_assert_null (strstr (turns.order->str, "bbb"));

  tf_test_executor_finish (&a);
  tf_test_executor_finish (&b);
  g_assert_finalize_object (context);
  g_string_free (turns.order, TRUE);
  g_mutex_clear (&turns.mutex);
  block_clear (&block);
}

typedef struct
{
  TfThreadContext *context;
  Crowd           *crowd;
} Home;

static gpointer
run_home (gpointer data)
{
  Home                    *home = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  TfExecutor              *executor;

  g_main_context_push_thread_default (context);
  executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (home->context));
  for (guint i = 0; i < tf_test_scale (500); i++)
    g_object_unref (submit_call (executor, body_crowd, home->crowd, NULL));
  tf_test_run_until (context, has_nothing, executor);
  tf_test_executor_finish (&executor);
  tf_test_assert_idle (context);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_shared_by_threads (void)
{
  TfThreadContext *context = tf_thread_context_new (2);
  GThread         *threads[5];
  Crowd            crowd = { 0 };
  Home             home = { context, &crowd };

  g_test_summary ("Executors of several threads' main contexts may share one context.");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("home", run_home, &home);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (crowd.n_run, ==, (gint) tf_test_scale (500) * 5);
  g_assert_cmpint (crowd.n_most, <=, 2);
  g_assert_finalize_object (context);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/pump/starts-a-second-when-the-first-waits-for-it",
               test_first_waits_for_second);
  tf_test_add ("/executor/pump/starts-a-second-from-a-handler", test_in_handler);
  tf_test_add ("/executor/pump/starts-while-a-handler-goes-on", test_blocks_in_handler);
  tf_test_add ("/executor/pump/starts-as-many-as-wait-for-each-other", test_chain);
  tf_test_add ("/executor/pump/is-never-too-many", test_never_too_many);
  tf_test_add ("/executor/pump/takes-turns-with-another-executor", test_shares_one_thread);
  tf_test_add ("/executor/pump/serves-executors-of-several-threads", test_shared_by_threads);

  return g_test_run ();
}
