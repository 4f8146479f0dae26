/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

#include <poll.h>

#include "tf-test-fault.h"

/* Executors when threads, descriptors or memory are short. What GLib itself ends the program for is not tried: see
 * tf-test-fault.c. */

#define ALWAYS G_MAXINT

/* Drops the warnings that tell of a shortage. Another message is as fatal as ever. */
static void
on_logged (const char    *domain,
           GLogLevelFlags level,
           const char    *message,
           gpointer       user_data)
{
  if (!g_str_has_prefix (message, "Work has to wait for a thread"))
    g_log_default_handler (domain, level, message, user_data);
}

/* An unused thread that GLib keeps would serve the next test. */
static gboolean
begin (void)
{
  if (tf_test_fault_get_obstacle () != NULL)
    {
      g_test_skip (tf_test_fault_get_obstacle ());
      return FALSE;
    }

  g_thread_pool_set_max_unused_threads (0);
  g_thread_pool_stop_unused_threads ();
  return TRUE;
}

/* --- No thread for a moment --- */

static void
test_begins_later (void)
{
  TfExecutor *executor;
  TfFuture   *futures[3];

  g_test_summary ("Work that was taken while there was no thread begins when there is one, without "
                  "another call.");

  if (!begin ())
    return;

  executor = tf_executor_new ();
  tf_test_fault_arm (TF_TEST_FAULT_THREAD, 1, ALWAYS);
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    futures[i] = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_drain (NULL);
  g_assert_cmpuint (tf_executor_get_n_waiting (executor), ==, 3);
  g_assert_cmpuint (tf_test_fault_disarm (), >, 0);

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      tf_test_wait_done (futures[i]);
      g_assert_cmpint (tf_future_get_state (futures[i]), ==, TF_FUTURE_STATE_COMPLETED);
      g_assert_finalize_object (futures[i]);
    }
  tf_test_executor_finish (&executor);
}

static void
test_foreign_loop (void)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (TfFuture) future = NULL;
  TfExecutor          *executor;
  struct pollfd        entry = { .events = POLLIN };

  g_test_summary ("An executor of a foreign loop begins what it took without a thread.");

  if (!begin ())
    return;

  executor = tf_executor_new ();
  entry.fd = tf_executor_detach (executor, &error);
  g_assert_no_error (error);
  tf_test_fault_arm (TF_TEST_FAULT_THREAD, 1, ALWAYS);
  future = submit_call (executor, body_return_42, NULL, NULL);
  tf_executor_dispatch (executor);
  g_assert_cmpuint (tf_test_fault_disarm (), >, 0);
  while (!tf_future_is_done (future))
    {
      g_assert_cmpint (poll (&entry, 1, (int) (tf_test_timeout_us () / 1000)), ==, 1);
      tf_executor_dispatch (executor);
    }
  g_assert_true (tf_executor_attach (executor, &error));
  tf_test_executor_finish (&executor);
}

static void
count (gpointer counter)
{
  tf_test_counter_add (counter, 1);
  g_main_context_wakeup (NULL);
}

static gboolean
has_one (gpointer counter)
{
  return tf_test_counter_get (counter) == 1;
}

static void
test_pool (void)
{
  g_autoptr (GError) error = NULL;
  TfTestCounter      counter;
  TfWorkerPool      *pool;

  g_test_summary ("A function that was pushed without a thread runs when the loop has found one, "
                  "or while the pool is shut down.");

  if (!begin ())
    return;

  tf_test_counter_init (&counter);
  pool = tf_worker_pool_new (2);
  tf_test_fault_arm (TF_TEST_FAULT_THREAD, 1, ALWAYS);
  g_assert_true (tf_worker_pool_push (pool, count, &counter, &error));
  g_assert_cmpuint (tf_test_fault_disarm (), >, 0);
  tf_test_run_until (NULL, has_one, &counter);
  g_assert_true (tf_worker_pool_shutdown (pool, tf_test_timeout_us (), &error));
  g_object_unref (pool);

  g_thread_pool_stop_unused_threads ();
  pool = tf_worker_pool_new (2);
  tf_test_fault_arm (TF_TEST_FAULT_THREAD, 1, 1);
  g_assert_true (tf_worker_pool_push (pool, count, &counter, &error));
  g_assert_true (tf_worker_pool_shutdown (pool, tf_test_timeout_us (), &error));
  g_assert_cmpuint (tf_test_fault_disarm (), ==, 1);
  g_assert_cmpint (tf_test_counter_get (&counter), ==, 2);
  g_object_unref (pool);
  tf_test_counter_clear (&counter);
}

static void
test_dropped (void)
{
  TfExecutor          *executor;
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("An executor that goes while its work waits for a thread cancels that work.");

  if (!begin ())
    return;

  executor = tf_executor_new ();
  tf_test_fault_arm (TF_TEST_FAULT_THREAD, 1, ALWAYS);
  future = submit_call (executor, body_return_42, NULL, NULL);
  g_assert_finalize_object (executor);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (tf_test_fault_disarm (), >, 0);
}

/* --- A call that fails at every point of the life of an executor --- */

static void
body_wait (TfTask  *task,
           gpointer executor)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (TfFuture) inner = NULL;

  inner = tf_executor_submit_call (executor, body_nothing, NULL, NULL, &error);
  if (inner == NULL || !tf_future_wait (inner, -1, NULL, &error))
    tf_task_return_error (task, g_steal_pointer (&error));
}

static void
body_bytes (TfTask  *task,
            gpointer user_data)
{
  gpointer bytes = tf_task_allocate_bytes (task, 100);

  if (bytes == NULL)
    tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "too little");
  else
    tf_task_return_allocated (task, 100);
}

static void
use_foreign_loop (TfExecutor *executor)
{
  g_autoptr (GError) error = NULL;

  if (tf_executor_detach (executor, &error) == -1)
    {
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES);
      return;
    }

  tf_executor_dispatch (executor);
  g_assert_true (tf_executor_attach (executor, &error));
}

/* Every future ends, well or with an error. */
static void
live (void)
{
  g_autoptr (GError)    error = NULL;
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  TfThreadContext      *context = tf_thread_context_new (2);
  TfExecutor           *executor;
  TfTestCounter         counter;
  TfWorkerPool         *pool;

  tf_test_counter_init (&counter);
  executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  for (guint i = 0; i < 4; i++)
    {
      g_ptr_array_add (futures, submit_call (executor, body_wait, executor, NULL));
      g_ptr_array_add (futures, submit_call (executor, body_nothing, NULL, NULL));
    }
  g_ptr_array_add (futures, submit_call (executor, body_bytes, NULL, NULL));
  use_foreign_loop (executor);
  for (guint i = 0; i < futures->len; i++)
    {
      g_autoptr (GError) failure = NULL;

      tf_test_wait_done (futures->pdata[i]);
      failure = tf_future_dup_error (futures->pdata[i]);
      if (failure != NULL)
        g_assert_error (failure, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
    }

  pool = tf_worker_pool_new (2);
  g_assert_true (tf_worker_pool_push (pool, count, &counter, &error));
  g_assert_true (tf_worker_pool_push (pool, count, &counter, &error));
  g_assert_true (tf_worker_pool_shutdown (pool, tf_test_timeout_us (), &error));
  g_assert_cmpint (tf_test_counter_get (&counter), ==, 2);
  g_object_unref (pool);

  g_ptr_array_set_size (futures, 0);
  tf_test_executor_finish (&executor);
  g_object_unref (context);
  tf_test_counter_clear (&counter);
  tf_test_drain (NULL);
}

static void
fail_everywhere (TfTestFault fault,
                 guint       n_failures)
{
  guint n_points = 0;

  if (!begin ())
    return;

  do
    {
      n_points++;
      g_thread_pool_stop_unused_threads ();
      tf_test_fault_arm (fault, n_points, n_failures);
      live ();
    }
  while (tf_test_fault_disarm () > 0);

  g_assert_cmpuint (n_points, >, 1);
}

static void
test_threads (void)
{
  g_test_summary ("Whatever thread cannot be made in the life of an executor, its work is done.");

  fail_everywhere (TF_TEST_FAULT_THREAD, 1);
}

static void
test_threads_in_a_row (void)
{
  g_test_summary ("However many threads cannot be made, one after the other, the work is done.");

  fail_everywhere (TF_TEST_FAULT_THREAD, 3);
}

static void
test_descriptors (void)
{
  g_test_summary ("Whatever descriptor is missing in the life of an executor, its work is done.");

  fail_everywhere (TF_TEST_FAULT_DESCRIPTOR, 1);
}

static void
test_memory (void)
{
  g_test_summary ("Memory that may be missing is missed with an error.");

  fail_everywhere (TF_TEST_FAULT_MEMORY, 1);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  /* Warnings are not fatal for GLib itself here, which would end the program before the handler is asked. */
  g_log_set_fatal_mask ("Tf", G_LOG_LEVEL_ERROR);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_log_set_handler ("Tf", G_LOG_LEVEL_WARNING, on_logged, NULL);

  tf_test_add ("/executor/faults/no-thread/begins-later", test_begins_later);
  tf_test_add ("/executor/faults/no-thread/begins-in-a-foreign-loop", test_foreign_loop);
  tf_test_add ("/executor/faults/no-thread/is-found-for-a-pool", test_pool);
  tf_test_add ("/executor/faults/no-thread/is-not-needed-by-who-goes", test_dropped);
  tf_test_add ("/executor/faults/every-point/threads", test_threads);
  tf_test_add ("/executor/faults/every-point/threads-in-a-row", test_threads_in_a_row);
  tf_test_add ("/executor/faults/every-point/descriptors", test_descriptors);
  tf_test_add ("/executor/faults/every-point/memory", test_memory);

  return g_test_run ();
}
