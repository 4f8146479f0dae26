/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: module */
#include <tf/tf.h>

#include BLOCK

int
main (void)
{
  if (tf_worker_requested ())
    {
      tf_worker_module_init ();
      return tf_worker_run ();
    }

  tf_worker_module_init ();
  g_autoptr (GError)           error = NULL;
  g_autoptr (TfProcessContext) processes = tf_process_context_new (1);
  g_autoptr (TfExecutor)       executor = NULL;
  g_autoptr (TfFuture)         future = NULL;

  executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (processes));
  future = tf_executor_submit (
    executor, tf_task_new_for_reference ("name:square", g_variant_new_int64 (7)), &error);
  g_assert_no_error (error);
  g_assert_true (tf_future_wait (future, -1, NULL, &error));
  g_assert_cmpint (tf_future_get_int64 (future, &error), ==, 49);
  g_assert_no_error (error);
  return tf_executor_shutdown (executor, -1, NULL) ? 0 : 1;
}

/* frame: submit-reference */
#include BLOCK

static void
square (TfTask  *task,
        gpointer user_data)
{
  tf_task_return_int64 (task, 49);
}

/* The module of the page is not installed, so no worker can load it. */
static void
live (TfTestFixture *fixture)
{
  TfProcessContext *processes = tf_process_context_new (1);
  TfExecutor       *executor =
    tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (processes));
  GError   *error = NULL;
  TfFuture *future;

  future = submit_square (executor, processes, 7, &error);
  g_assert_no_error (error);
  tf_test_wait_done (future);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_WORKER_START);
  g_object_unref (future);
  g_assert_true (tf_executor_shutdown (executor, -1, &error));
  g_object_unref (executor);
  g_object_unref (processes);
}

/* frame: processes */
static void
live (TfTestFixture *fixture)
{
  TfProcessContext *processes = tf_process_context_new (1);

  {
#include BLOCK
  } g_object_unref (processes);
}

/* frame: worker-pool */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  char              *paths[] = { "one", "two", "three", "four", "five", NULL };
  g_autoptr (GError) error = NULL;

  g_assert_true (compress_all (paths, &error));
  g_assert_no_error (error);
}

/* frame: detached */
#include BLOCK

typedef struct
{
  TfFuture     *future; /* the reference that the final message drops */
  TfCancelFlag *flag;
} Device;

static gpointer
run_device (gpointer data)
{
  Device *device = data;

  tell (device->future, tf_message_new_started ());
  tf_cancel_flag_wait (device->flag, -1);
  tell (device->future, tf_message_new_returned (NULL));
  return NULL;
}

/* g_idle_add() is for the default main context, so the future has to belong to that. */
static void
live (TfTestFixture *fixture)
{
  TfCancelFlag *flag = tf_cancel_flag_new ();
  Device        device = { NULL, flag };
  TfFuture     *future;
  GThread      *thread;

  g_main_context_push_thread_default (NULL);
  future = watch_device (flag);
  device.future = g_object_ref (future);
  thread = g_thread_new ("device", run_device, &device);
  tf_future_cancel (future);
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  g_thread_join (thread);
  g_assert_finalize_object (future);
  g_main_context_pop_thread_default (NULL);
  tf_cancel_flag_unref (flag);
}

/* frame: own-pool */
#include BLOCK

static void
run (gpointer user_data)
{
}

static void
live (TfTestFixture *fixture)
{
  TfWorkerPool      *pool = g_object_new (far_pool_get_type (), NULL);
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_worker_pool_push (pool, run, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tf_worker_pool_shutdown (pool, -1, &error));
  g_assert_false (tf_worker_pool_push (pool, run, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  g_object_unref (pool);
}
