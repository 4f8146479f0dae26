/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-executor-compose.h>

#include "executor/tf-compose-private.h"
#include "executor/tf-executor-private.h"
#include "future/tf-link-private.h"

/* Tasks that go on with the result of a future. The derived future knows the engine only, so that it does not keep the
 * executor from its end. */

TfFuture *
tf__engine_submit_here (TfEngine       *self,
                        TfTask         *task,
                        TfContinuation *continuation,
                        gpointer        place,
                        GError        **error)
{
  TfFuture *future = tf__engine_submit (self, task, continuation, place, error);

  if (future == NULL)
    return NULL;

  self->are_counts_new = TRUE;
  tf__live_list_sync (self);

  return future;
}

/* What the derived future has until the task is made. */
typedef struct
{
  TfEngine  *engine;        /* (owned) */
  gpointer   place;         /* where the derived future was made */
  gboolean   is_of_binding; /* nothing set is a failure */
  TfThenTask task;
} Order;

static void
free_then_task (gpointer data)
{
  TfThenTask    *self = data;
  GDestroyNotify user_data_free = self->user_data_free;

  if (user_data_free != NULL)
    user_data_free (self->user_data);
  g_object_unref (self->done);
  g_free (self);
}

static void
free_order (gpointer data)
{
  Order         *self = data;
  GDestroyNotify user_data_free = self->task.user_data_free;

  if (user_data_free != NULL)
    user_data_free (self->task.user_data);
  tf__engine_unref (self->engine);
  g_free (self);
}

/* The task takes the user data over: it may have to go on when the derived future is done. */
static TfFuture *
submit_ordered (TfFuture *done,
                gpointer  data)
{
  Order             *order = data;
  TfThenTask        *work = g_new (TfThenTask, 1);
  TfFuture          *future;
  TfTask            *task;
  g_autoptr (GError) error = NULL;

  tf__enter_foreground ();

  *work = order->task;
  work->done = g_object_ref (done);
  order->task.user_data_free = NULL;
  if (order->is_of_binding)
    task = tf_task_new_for_bindings (tf__then_task_run, work, free_then_task);
  else
    task = tf_task_new (tf__then_task_run, work, free_then_task);

  future = tf__engine_submit_here (order->engine, task, NULL, order->place, &error);
  return future != NULL ? future : tf_future_new_for_error (g_steal_pointer (&error));
}

TF_FOREGROUND
static TfFuture *
submit_then (TfExecutor    *self,
             TfFuture      *upstream,
             TfThenTaskFunc func,
             gpointer       user_data,
             GDestroyNotify user_data_free,
             gboolean       is_of_binding,
             gpointer       place)
{
  TfLink *link = tf__link_new_for (TF_LINK_THEN, upstream, place);
  Order  *order = g_new0 (Order, 1);

  order->engine = tf__engine_ref (tf__executor_get_engine (self));
  order->place = place;
  order->is_of_binding = is_of_binding;
  order->task.func = func;
  order->task.user_data = user_data;
  order->task.user_data_free = user_data_free;

  link->func = submit_ordered;
  link->user_data = order;
  link->user_data_free = free_order;
  return TF_FUTURE (link);
}

/**
 * tf_executor_submit_then: (skip)
 * @self: an executor
 * @upstream: a future of the same main context
 * @func: the work
 * @user_data: data for @func
 * @user_data_free: (nullable): frees @user_data, in the owner context
 *
 * Submits a task when a future has completed, and has it go on with the result.
 *
 * The derived future ends as the task does. If @upstream fails or is cancelled, there is no task, and the derived
 * future ends as @upstream did. If the executor takes no tasks any more by then, the derived future fails with the
 * error of [method@Executor.submit].
 *
 * The derived future is held by @upstream, and then by the task, so it is safe to drop it; the executor is not held
 * by it. Cancelling it cancels @upstream or the task, as for [method@Future.then].
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full): the derived future
 *
 * Since: 1.0
 */
TfFuture *
tf_executor_submit_then (TfExecutor    *self,
                         TfFuture      *upstream,
                         TfThenTaskFunc func,
                         gpointer       user_data,
                         GDestroyNotify user_data_free)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (TF_IS_FUTURE (upstream), NULL);
  g_return_val_if_fail (func != NULL, NULL);
  tf__return_val_if_not_owner (upstream, NULL);
  if (!tf__executor_check_owner (self, G_STRFUNC))
    return NULL;

  tf__enter_foreground ();

  return submit_then (self, upstream, func, user_data, user_data_free, FALSE,
                      __builtin_return_address (0));
}

/**
 * tf_executor_submit_then_for_bindings: (rename-to tf_executor_submit_then)
 * @self: an executor
 * @upstream: a future of the same main context
 * @func: (scope notified) (closure user_data) (destroy user_data_free): the work, which must set a result
 * @user_data: data for @func
 * @user_data_free: (nullable): frees @user_data
 *
 * Submits a task when a future has completed, and has it go on with the result.
 *
 * The derived future ends as the task does. If @upstream fails or is cancelled, there is no task, and the derived
 * future ends as @upstream did. If the executor takes no tasks any more by then, the derived future fails with the
 * error of [method@Executor.submit].
 *
 * The function must set a result, if only by [method@Task.return_none]: one that comes back without has raised an
 * exception, or cannot run in another thread, as in JavaScript, and the future fails with `TF_ERROR_NO_RESULT`.
 *
 * The derived future is held by @upstream, and then by the task, so it is safe to drop it; the executor is not held
 * by it. Cancelling it cancels @upstream or the task, as for [method@Future.then].
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full): the derived future
 *
 * Since: 1.0
 */
TfFuture *
tf_executor_submit_then_for_bindings (TfExecutor    *self,
                                      TfFuture      *upstream,
                                      TfThenTaskFunc func,
                                      gpointer       user_data,
                                      GDestroyNotify user_data_free)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (TF_IS_FUTURE (upstream), NULL);
  g_return_val_if_fail (func != NULL, NULL);
  tf__return_val_if_not_owner (upstream, NULL);
  if (!tf__executor_check_owner (self, G_STRFUNC))
    return NULL;

  tf__enter_foreground ();

  return submit_then (self, upstream, func, user_data, user_data_free, TRUE,
                      __builtin_return_address (0));
}
