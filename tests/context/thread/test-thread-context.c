/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../../executor/bodies.h"

static void
test_defaults (void)
{
  TfThreadContext *context = tf_thread_context_new (0);
  guint            max_workers = 0;
  gboolean         closed = TRUE;

  g_test_summary ("A context has as many threads as there are processors, unless it is told.");

  g_object_get (context, "max-workers", &max_workers, "closed", &closed, NULL);
  g_assert_cmpuint (max_workers, ==, g_get_num_processors ());
  g_assert_false (closed);
  g_assert_cmpuint (tf_thread_context_get_max_workers (context), ==, max_workers);
  g_assert_finalize_object (context);

  context = g_object_new (TF_TYPE_THREAD_CONTEXT, NULL);
  g_assert_cmpuint (tf_thread_context_get_max_workers (context), ==, g_get_num_processors ());
  g_assert_finalize_object (context);

  context = tf_thread_context_new (17);
  g_assert_cmpuint (tf_thread_context_get_max_workers (context), ==, 17);
  g_assert_finalize_object (context);
}

static void
test_max_workers (void)
{
  TfThreadContext *context = tf_thread_context_new (2);
  guint            n = 0;

  g_test_summary ("The number of threads can be set, and notifies when it is another one.");

  g_signal_connect (context, "notify::max-workers", G_CALLBACK (on_notify_count_cb), &n);
  tf_thread_context_set_max_workers (context, 2);
  g_assert_cmpuint (n, ==, 0);
  tf_thread_context_set_max_workers (context, 3);
  g_object_set (context, "max-workers", 4, NULL);
  g_assert_cmpuint (n, ==, 2);
  g_assert_cmpuint (tf_thread_context_get_max_workers (context), ==, 4);
  tf_thread_context_set_max_workers (context, 0);
  g_assert_cmpuint (tf_thread_context_get_max_workers (context), ==, g_get_num_processors ());
  g_assert_finalize_object (context);
}

static void
test_close (void)
{
  TfThreadContext *context = tf_thread_context_new (1);
  guint            n = 0;

  g_test_summary ("A context can be closed, once; a second time changes nothing.");

  g_signal_connect (context, "notify::closed", G_CALLBACK (on_notify_count_cb), &n);
  tf_parallel_context_close (TF_PARALLEL_CONTEXT (context));
  g_assert_true (tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (context)));
  tf_parallel_context_close (TF_PARALLEL_CONTEXT (context));
  g_assert_cmpuint (n, ==, 1);
  g_assert_finalize_object (context);
}

static void
test_close_lets_run (void)
{
  TfThreadContext *context = tf_thread_context_new (1);
  TfExecutor      *executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  TfFuture        *futures[3];
  Block            block;

  g_test_summary ("What was submitted before a context is closed runs to its end.");

  block_init (&block);
  futures[0] = submit_call (executor, body_block, &block, NULL);
  futures[1] = submit_call (executor, body_return_42, NULL, NULL);
  futures[2] = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_gate_wait (&block.started);
  tf_parallel_context_close (TF_PARALLEL_CONTEXT (context));
  tf_test_gate_open (&block.release);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      tf_test_wait_done (futures[i]);
      g_assert_cmpint (tf_future_get_state (futures[i]), ==, TF_FUTURE_STATE_COMPLETED);
      g_object_unref (futures[i]);
    }
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (context);
  block_clear (&block);
}

static void
test_resize_in_use (void)
{
  TfThreadContext *context = tf_thread_context_new (1);
  TfExecutor      *executor = g_object_new (TF_TYPE_EXECUTOR, "parallel-context", context,
                                            "max-workers", 3, NULL);
  TfTestCounter    n_started;

  g_test_summary ("Threads that are added to a context serve the tasks that wait.");

  tf_test_counter_init (&n_started);
  for (guint i = 0; i < 3; i++)
    g_object_unref (submit_call (executor, body_until_cancelled, &n_started, NULL));
  tf_test_counter_wait (&n_started, 1);
  tf_thread_context_set_max_workers (context, 3);
  tf_test_counter_wait (&n_started, 3);
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (context);
  tf_test_counter_clear (&n_started);
}

static void
test_dropped_in_use (void)
{
  TfThreadContext *context = tf_thread_context_new (1);
  TfExecutor      *executor =
    tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  g_autoptr (TfFuture) future = NULL;
  gpointer             weak = context;
  Block                block;

  g_test_summary ("A context lives as long as an executor on it, and its threads as long as"
                  " their task.");

  block_init (&block);
  future = submit_call (executor, body_block, &block, NULL);
  tf_test_gate_wait (&block.started);
  g_object_add_weak_pointer (G_OBJECT (context), &weak);
  g_object_unref (context);
  g_assert_nonnull (weak);
  g_assert_finalize_object (executor);
  g_assert_null (weak);
  tf_test_gate_open (&block.release);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_drain (NULL);
  block_clear (&block);
}

static void
test_misuse (void)
{
  TfThreadContext *context = tf_thread_context_new (1);

  g_test_summary ("Numbers that make no sense are refused.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*max_workers <= G_MAXINT*");
  tf_thread_context_set_max_workers (context, G_MAXUINT);
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*TF_IS_PARALLEL_CONTEXT*");
  tf_parallel_context_close (TF_PARALLEL_CONTEXT (NULL));
  g_test_assert_expected_messages ();
  g_assert_cmpuint (tf_thread_context_get_max_workers (context), ==, 1);
  g_assert_finalize_object (context);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/context/thread/has-as-many-threads-as-processors", test_defaults);
  tf_test_add ("/context/thread/can-be-resized", test_max_workers);
  tf_test_add ("/context/thread/can-be-closed", test_close);
  tf_test_add ("/context/thread/lets-run-what-it-had-when-closed", test_close_lets_run);
  tf_test_add ("/context/thread/serves-waiting-tasks-when-it-grows", test_resize_in_use);
  tf_test_add ("/context/thread/may-be-dropped-in-use", test_dropped_in_use);
  tf_test_add ("/context/thread/refuses-misuse", test_misuse);

  return g_test_run ();
}
