/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "contract.h"

typedef struct
{
  TfContract     contract;
  TfContractTest test;
} Entry;

static void
run_entry (gconstpointer data)
{
  const Entry *self = data;

  self->test (&self->contract);
  tf_test_drain (NULL);
  tf_test_assert_idle (NULL);
}

void
tf_contract_add (const char       *prefix,
                 const char       *path,
                 const TfContract *contract,
                 TfContractFlags   needs,
                 TfContractTest    test)
{
  g_autofree char *full_path = g_strconcat (prefix, path, NULL);
  Entry           *self;

  if ((needs & contract->declined) != TF_CONTRACT_WHOLE)
    {
      g_test_message ("%s: declined", full_path);
      return;
    }

  self = g_new (Entry, 1);
  self->contract = *contract;
  self->test = test;
  g_test_add_data_func_full (full_path, self, run_entry, g_free);
}

void
tf_contract_finish (TfParallelContext **context)
{
  tf_parallel_context_close (*context);
  g_assert_true (tf_parallel_context_is_closed (*context));
  g_assert_finalize_object (g_steal_pointer (context));
}

TfWorkerPool *
tf_contract_create_pool (TfParallelContext *context,
                         guint              max_workers)
{
  g_autoptr (GError) error = NULL;
  TfWorkerPool      *pool = tf_parallel_context_create_pool (context, max_workers, &error);

  g_assert_no_error (error);
  g_assert_true (TF_IS_WORKER_POOL (pool));
  return pool;
}

void
tf_contract_push (TfWorkerPool *pool,
                  TfPoolFunc    func,
                  gpointer      user_data)
{
  g_autoptr (GError) error = NULL;

  tf_worker_pool_push (pool, func, user_data, &error);
  g_assert_no_error (error);
}

void
tf_contract_finish_pool (TfWorkerPool **pool)
{
  g_autoptr (GError) error = NULL;

  tf_worker_pool_shutdown (*pool, tf_test_timeout_us (), &error);
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (pool));
}

TfExecutor *
tf_contract_executor_new (TfParallelContext *context,
                          guint              max_workers)
{
  return g_object_new (TF_TYPE_EXECUTOR, "parallel-context", context, "max-workers", max_workers,
                       NULL);
}

TfFuture *
tf_contract_submit (TfExecutor *executor,
                    TfTaskFunc  func,
                    GVariant   *argument)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future = NULL;

  future = tf_executor_submit (executor, tf_task_new_with_argument (func, argument), &error);
  g_assert_no_error (error);
  g_assert_nonnull (future);
  return future;
}

void
tf_contract_until_cancelled (TfTask  *task,
                             gpointer user_data)
{
  GCancellable *cancellable = tf_task_get_cancellable (task);
  GPollFD       poll_fd;

  if (!g_cancellable_make_pollfd (cancellable, &poll_fd))
    g_error ("no descriptor is left");
  while (!tf_task_is_cancelled (task))
    g_poll (&poll_fd, 1, -1);
  g_cancellable_release_fd (cancellable);
}

void
tf_contract_double (TfTask  *task,
                    gpointer user_data)
{
  tf_task_return_int64 (task, 2 * g_variant_get_int64 (tf_task_get_argument (task)));
}
