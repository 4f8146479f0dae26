/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../executor/bodies.h"

/* What executors do with contexts of any kind; tests/contract has what contexts do. This one counts what is asked of
 * it, and may have no workers to give. */

#define TEST_TYPE_CONTEXT (test_context_get_type ())
G_DECLARE_FINAL_TYPE (TestContext, test_context, TEST, CONTEXT, GObject)

struct _TestContext
{
  GObject parent_instance;

  gboolean      has_no_workers;
  guint         n_pools;
  guint         max_workers;
  guint         n_closes;
  gint          is_closed; /* [atomic] */
  TfWorkerPool *pool;      /* (owned) (nullable) the last one */
};

static TfWorkerPool *
test_context_create_pool (TfParallelContext *context,
                          guint              max_workers,
                          GError           **error)
{
  TestContext *self = TEST_CONTEXT (context);

  if (self->has_no_workers)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "no workers are left");
      return NULL;
    }

  self->n_pools++;
  self->max_workers = max_workers;
  g_set_object (&self->pool, NULL);
  self->pool = tf_worker_pool_new (max_workers);
  return g_object_ref (self->pool);
}

static TfMessageRouter *
test_context_create_router (TfParallelContext *context,
                            GMainContext      *main_context,
                            GError           **error)
{
  return TF_MESSAGE_ROUTER (tf_thread_router_new (main_context));
}

static TfCancelFlag *
test_context_create_flag (TfParallelContext *context)
{
  return tf_cancel_flag_new ();
}

static void
test_context_close (TfParallelContext *context)
{
  TEST_CONTEXT (context)->n_closes++;
  g_atomic_int_set (&TEST_CONTEXT (context)->is_closed, TRUE);
}

static gboolean
test_context_is_closed (TfParallelContext *context)
{
  return g_atomic_int_get (&TEST_CONTEXT (context)->is_closed);
}

static void
test_context_iface_init (TfParallelContextInterface *iface)
{
  iface->create_pool = test_context_create_pool;
  iface->create_router = test_context_create_router;
  iface->create_flag = test_context_create_flag;
  iface->close = test_context_close;
  iface->is_closed = test_context_is_closed;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestContext, test_context, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TF_TYPE_PARALLEL_CONTEXT,
                                                      test_context_iface_init))

static void
test_context_dispose (GObject *object)
{
  g_clear_object (&TEST_CONTEXT (object)->pool);
  G_OBJECT_CLASS (test_context_parent_class)->dispose (object);
}

static void
test_context_init (TestContext *self)
{
}

static void
test_context_class_init (TestContextClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = test_context_dispose;
}

static TestContext *
test_context_new (void)
{
  return g_object_new (TEST_TYPE_CONTEXT, NULL);
}

static void
test_default (void)
{
  TfExecutor        *executor = tf_executor_new ();
  TfParallelContext *context = g_object_ref (tf_executor_get_parallel_context (executor));

  g_test_summary ("An executor that is given nothing makes a context with threads, owns it, and"
                  " closes it at its end (EXEC-32).");

  g_assert_true (TF_IS_THREAD_CONTEXT (context));
  g_assert_false (tf_parallel_context_is_closed (context));
  g_assert_null (tf_executor_get_worker_pool (executor));
  tf_test_executor_finish (&executor);
  g_assert_true (tf_parallel_context_is_closed (context));
  g_assert_finalize_object (context);
}

static void
test_given (void)
{
  TestContext *context = test_context_new ();
  TfExecutor  *executor =
    tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("An executor makes one pool of a given context, shuts it down at its end, and"
                  " leaves the context open (EXEC-30, EXEC-34).");

  g_assert_cmpuint (context->n_pools, ==, 1);
  g_assert_cmpuint (context->max_workers, ==, 0);
  g_assert_null (tf_executor_get_worker_pool (executor));
  future = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  g_assert_false (tf_worker_pool_is_closed (context->pool));
  tf_test_executor_finish (&executor);
  g_assert_true (tf_worker_pool_is_closed (context->pool));
  g_assert_cmpuint (context->n_pools, ==, 1);
  g_assert_cmpuint (context->n_closes, ==, 0);
  g_assert_finalize_object (context);
}

static void
test_max_workers (void)
{
  TestContext *context = test_context_new ();
  TfExecutor  *executor =
    g_object_new (TF_TYPE_EXECUTOR, "parallel-context", context, "max-workers", 3, NULL);

  g_test_summary ("The pool is made for as many workers as the executor is told.");

  g_assert_cmpuint (context->max_workers, ==, 3);
  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, 3);
  tf_executor_set_max_workers (executor, 2);
  g_assert_cmpuint (tf_executor_get_max_workers (executor), ==, 2);
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (context);
}

static void
test_dropped (void)
{
  TestContext *context =
    test_context_new ();
  TfExecutor *executor =
    tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  g_autoptr (TfFuture) future = submit_call (executor, body_until_cancelled, NULL, NULL);

  g_test_summary ("The pool of an executor that is dropped at work is shut down too, in the end.");

  g_assert_finalize_object (executor);
  tf_test_wait_done (future);
  tf_test_drain (NULL);
  g_assert_true (tf_worker_pool_is_closed (context->pool));
  g_assert_finalize_object (context);
}

static void
test_no_workers (void)
{
  TestContext         *context = test_context_new ();
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  TfExecutor          *executor;

  g_test_summary ("An executor on a context that has no workers warns, and takes no tasks.");

  context->has_no_workers = TRUE;
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*no workers are left*");
  executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  g_test_assert_expected_messages ();
  future = tf_executor_submit_call (executor, body_nothing, NULL, NULL, &error);
  g_assert_null (future);
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (context);
}

static void
test_close_once (void)
{
  TestContext *context = test_context_new ();

  g_test_summary ("A context is asked to close once.");

  tf_parallel_context_close (TF_PARALLEL_CONTEXT (context));
  tf_parallel_context_close (TF_PARALLEL_CONTEXT (context));
  g_assert_cmpuint (context->n_closes, ==, 1);
  g_assert_finalize_object (context);
}

static void
test_misuse (void)
{
  TestContext *context = test_context_new ();

  g_test_summary ("A number of workers that makes no sense is refused.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*max_workers <= G_MAXINT*");
  g_assert_null (tf_parallel_context_create_pool (TF_PARALLEL_CONTEXT (context), G_MAXUINT, NULL));
  g_test_assert_expected_messages ();
  g_assert_finalize_object (context);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/parallel-context/executor/makes-threads-by-default", test_default);
  tf_test_add ("/parallel-context/executor/leaves-a-given-one-open", test_given);
  tf_test_add ("/parallel-context/executor/asks-for-so-many-workers", test_max_workers);
  tf_test_add ("/parallel-context/executor/shuts-its-pool-down-when-dropped", test_dropped);
  tf_test_add ("/parallel-context/executor/warns-when-there-are-no-workers", test_no_workers);
  tf_test_add ("/parallel-context/is-closed-once", test_close_once);
  tf_test_add ("/parallel-context/refuses-misuse", test_misuse);

  return g_test_run ();
}
