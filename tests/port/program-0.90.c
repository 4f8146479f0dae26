/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program for version 0.90, with each name that docs/from-0.90.sed carries over. It is compiled after that. */

#include <tf/tf.h>

static gboolean
skip_first (TfFuture *future,
            guint     index,
            gpointer  user_data)
{
  return index == 0;
}

static void
run_in_pool (gpointer user_data)
{
}

static void
run_reference (TfTask     *task,
               const char *reference,
               gpointer    user_data)
{
  tf_task_return_none (task);
}

static gboolean
is_routed (gpointer user_data)
{
  return TRUE;
}

static void
run (TfTask  *task,
     gpointer user_data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  tf_task_report (task, &value);
  tf_task_yield_item (task, &value);
  tf_task_send (task, "kind", &value);
  tf_task_report_int64 (task, 1);
  tf_task_return_none (task);
}

static void
run_gtask (GTask        *gtask,
           gpointer      source_object,
           gpointer      task_data,
           GCancellable *cancellable)
{
  g_task_return_boolean (gtask, TRUE);
}

int
main (void)
{
  const TfFilterFunc          filter = skip_first;
  const TfRouteCondition      condition = is_routed;
  const TfWorkerFunc          pool_func = run_in_pool;
  const TfWorkerHandler       handler = run_reference;
  g_autoptr (TfThreadContext) context = tf_thread_context_new (2);
  g_autoptr (TfExecutor)      executor =
    tf_executor_new_with_context (TF_PARALLEL_CONTEXT (context));
  g_autoptr (TfThreadRouter) router = tf_thread_router_new (NULL);
  g_autoptr (GCancellable)   cancellable = g_cancellable_new ();
  g_autoptr (TfPromise)      promise = tf_promise_new ("promise");
  g_autoptr (TfFuture)       future = NULL;
  g_autoptr (TfFuture)       other = NULL;
  g_autoptr (TfFutureSet)    first = NULL;
  g_autoptr (TfFutureSet)    last = NULL;
  g_autoptr (TfMessage)      message = tf_message_new_abandoned ();
  g_autoptr (GTask)          gtask = g_task_new (NULL, NULL, NULL, NULL);
  TfTask                    *task = tf_task_new (run, NULL, NULL);
  TfFuture                  *futures[2];
  guint                      n_abandoned;

  tf_task_set_cancellable (task, cancellable);
  future = tf_executor_submit (executor, task, NULL);
  other = tf_executor_run_gtask (executor, gtask, run_gtask, NULL);
  futures[0] = future;
  futures[1] = other;
  first = tf_future_any_filtered (futures, 2, TF_SET_FLAGS_NONE, filter, NULL, NULL);
  last = tf_future_race_filtered (futures, 2, TF_SET_FLAGS_CANCEL_REST, filter, NULL, NULL);

  tf_promise_report (promise, NULL);
  tf_promise_yield_item (promise, NULL);
  g_assert_nonnull (tf_promise_get_cancellable (promise));
  tf_promise_resolve (promise, NULL);

  g_object_get (executor, "n-abandoned", &n_abandoned, NULL);
  g_assert_cmpuint (n_abandoned, ==, tf_executor_get_n_abandoned (executor));
  g_assert_true (tf_executor_get_context (executor) == TF_PARALLEL_CONTEXT (context));
  g_assert_true (tf_executor_get_fd (executor, NULL) >= 0 ||
                 tf_thread_router_get_fd (router, NULL) < 0);
  return condition == NULL || pool_func == NULL || handler == NULL;
}
