/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-engine-private.h"

#include <tf/tf-error.h>

#include "executor/tf-gtask-private.h"

/* Submitting, from any thread. */

static char submit_async_tag;

/* Frees what a refused task was given, in the call, since nobody else will. */
static void
refuse (TfTask *task)
{
  GDestroyNotify data_free = task->data_free;
  GDestroyNotify callback_data_free = task->callback_data_free;

  task->is_submitted = TRUE;
  task->data_free = NULL;
  task->callback_data_free = NULL;
  tf__work_close_undelivered (&task->work);

  if (data_free != NULL)
    data_free (g_steal_pointer (&task->data));
  if (callback_data_free != NULL)
    callback_data_free (g_steal_pointer (&task->callback_data));

  tf_task_unref (task);
}

/* Whether the engine may be stopped while the task is being submitted: by its own thread, or in this one
 * by code of the user's. */
static gboolean
needs_place (TfEngine *self,
             TfTask   *task)
{
  const TfTaskExtra *extra = task->extra;

  return !tf__dispatcher_is_owner (&self->dispatcher) ||
         (extra != NULL &&
          (extra->future_type != G_TYPE_INVALID || extra->cancellable != NULL || extra->has_owner));
}

static gboolean
is_acceptable (TfEngine *self,
               TfTask   *task,
               gboolean *is_reserved,
               GError  **error)
{
  if (tf__dispatcher_is_inherited (&self->dispatcher) || self->has_inherited_workers)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING,
                   "Task “%s” was not accepted: the executor, or its threads, belong to the "
                   "process that this one was forked from",
                   tf__task_get_name (task));
      return FALSE;
    }

  /* A stopped executor has closed its own context too, after it was stopped; that says more. */
  if (tf__engine_is_closed (self) &&
      tf__engine_get_state (self) == TF_EXECUTOR_STATE_RUNNING)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_CLOSED,
                   "Task “%s” was not accepted: the context has been closed",
                   tf__task_get_name (task));
      return FALSE;
    }

  if (self->host.runner != NULL &&
      !self->host.runner->klass->accept (self->host.runner, task, error))
    return FALSE;

  if (task->func == NULL && self->host.runner == NULL && !tf__task_resolve (task, error))
    return FALSE;

  if (task->extra != NULL && task->extra->future_type != G_TYPE_INVALID &&
      task->extra->future_type != TF_TYPE_FUTURE && !tf__dispatcher_is_owner (&self->dispatcher))
    {
      g_set_error (
        error, TF_ERROR, TF_ERROR_WRONG_THREAD,
        "Task “%s” was not accepted: its future of type %s can be made in the owner context only",
        tf__task_get_name (task), g_type_name (task->extra->future_type));
      return FALSE;
    }

  *is_reserved = needs_place (self, task);
  if (*is_reserved ? !tf__engine_reserve (self)
                   : tf__engine_get_state (self) != TF_EXECUTOR_STATE_RUNNING)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING,
                   "Task “%s” was not accepted: the executor has been stopped",
                   tf__task_get_name (task));
      return FALSE;
    }

  return TRUE;
}

static void
on_cancellable_cancelled_cb (GCancellable *cancellable,
                             TfTask       *task)
{
  TfFuture *future = NULL;

  /* The pointer is the owner's, and only there it can be read. The future lives until the handler
   * is taken off there. */
  if (tf__dispatcher_is_owner (task->work.pipe.dispatcher))
    future = task->work.future;

  if (future != NULL)
    tf_future_cancel (future);
  else if (tf__task_request_cancel (task))
    tf__pipe_post (&task->work.pipe, TF_NEWS_CANCEL);
}

static void
unref_task (gpointer  data,
            GClosure *closure)
{
  tf_task_unref (data);
}

/* Not g_cancellable_connect(): its lock is held while an already cancelled one calls the
 * handler. */
static void
join_cancellable (TfTask *task)
{
  TfTaskExtra *extra = task->extra;

  if (extra == NULL || extra->cancellable == NULL)
    return;

  extra->cancelled_handler = g_signal_connect_data (extra->cancellable, "cancelled",
                                                    G_CALLBACK (on_cancellable_cancelled_cb),
                                                    tf_task_ref (task), unref_task, 0);

  /* Connected first and looked at after, so that no cancel is missed; one that is seen twice counts
   * once. */
  if (g_cancellable_is_cancelled (extra->cancellable))
    on_cancellable_cancelled_cb (extra->cancellable, task);
}

/* FALSE if the owner has already gone. */
static gboolean
join_owner (TfTask   *task,
            TfFuture *future)
{
  g_autoptr (GObject) owner = NULL;

  if (task->extra == NULL || !task->extra->has_owner)
    return TRUE;

  owner = g_weak_ref_get (&task->extra->owner);
  if (owner == NULL)
    {
      tf__owner_bind_gone (future, task->extra->owner_key);
      return FALSE;
    }

  tf__owner_bind (future, owner);
  return TRUE;
}

TfFuture *
tf__engine_submit (TfEngine       *self,
                   TfTask         *task,
                   TfContinuation *continuation,
                   gpointer        place,
                   GError        **error)
{
  TfFuture *future;
  GType     type = TF_TYPE_FUTURE;
  gboolean  is_reserved;

  if (task->is_submitted)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_ALREADY_SUBMITTED,
                   "Task “%s” has been submitted before", tf__task_get_name (task));
      tf_task_unref (task);
      return NULL;
    }

  if (!is_acceptable (self, task, &is_reserved, error))
    {
      refuse (task);
      return NULL;
    }

  if (task->extra != NULL && task->extra->future_type != G_TYPE_INVALID)
    type = task->extra->future_type;

  task->is_submitted = TRUE;
  task->host = &tf__engine_ref (self)->host;
  task->work.pipe.dispatcher = &self->dispatcher;
  task->work.place = place;

  /* One reference for the caller, one until "done" was delivered. */
  future = tf__task_make_future (task, type);
  task->work.future = g_object_ref (future);

  /* Nobody else knows the future yet, so whatever thread this is, it is the only one. */
  tf__enter_foreground ();
  if (continuation != NULL)
    tf__future_continue_with (future, continuation);
  if (!join_owner (task, future))
    tf__task_request_cancel (task);
  join_cancellable (task);
  tf__work_join_cancellable (&task->work);

  if (tf__dispatcher_is_owner (&self->dispatcher))
    tf__live_tasks_add (self, task);
  tf__engine_enqueue (self, task, is_reserved);

  return future;
}

/* The executor shows what it has: at once in the owner context, elsewhere when the loop comes to
 * it. */
static void
show_submission (TfExecutor *self,
                 TfEngine   *engine)
{
  if (!tf__dispatcher_is_owner (&engine->dispatcher))
    {
      tf__engine_announce (engine);
      return;
    }

  tf__enter_foreground ();
  engine->are_counts_new = TRUE;
  if (engine->list == NULL)
    {
      tf__executor_notify_n_waiting (self);
      return;
    }

  /* A handler may drop the executor. */
  g_object_ref (self);
  tf__live_list_sync (engine);
  tf__executor_notify_n_waiting (self);
  g_object_unref (self);
}

static TfFuture *
submit (TfExecutor     *self,
        TfTask         *task,
        TfContinuation *continuation,
        gpointer        place,
        GError        **error)
{
  TfEngine *engine = tf__executor_get_engine (self);
  TfFuture *future = tf__engine_submit (engine, task, continuation, place, error);

  if (future != NULL)
    show_submission (self, engine);

  return future;
}

/**
 * tf_executor_submit:
 * @self: an executor
 * @task: (transfer full): a task, which is taken in any case
 * @error: return location for an error, or `NULL`
 *
 * Submits a task.
 *
 * The call returns at once. The executor keeps the future until it is done and has told so; keep a
 * reference only to use the future yourself.
 *
 * ## Errors
 *
 * After an error nothing of the task happens, and its user data has been freed.
 *
 * - `TF_ERROR_NOT_RUNNING`: the executor has been stopped.
 * - `TF_ERROR_CLOSED`: the context of the executor has been closed.
 * - `TF_ERROR_ALREADY_SUBMITTED`: a task can be submitted once only. The first submission is not
 *   affected, nor its user data.
 * - `TF_ERROR_WRONG_THREAD`: the task asks for a class of future of its own, and the call is made
 *   outside the owner context.
 *
 * ## Threads
 *
 * May be called from any thread. Outside the owner context the task may be done before a signal
 * handler can be connected: use [method@Task.set_callback] or [method@Future.wait] there.
 *
 * Returns: (transfer full): the future; `NULL` with @error set otherwise
 *
 * Since: 1.0
 */
TfFuture *
tf_executor_submit (TfExecutor *self,
                    TfTask     *task,
                    GError    **error)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (task != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return submit (self, task, NULL, __builtin_return_address (0), error);
}

/**
 * tf_executor_submit_call: (skip)
 * @self: an executor
 * @func: the work
 * @user_data: data for @func
 * @user_data_free: (nullable): frees @user_data, in the owner context before [signal@Future::done];
 *   or in the call, if it fails
 * @error: return location for an error, or `NULL`
 *
 * Submits a call of a function.
 *
 * ## Errors
 *
 * - `TF_ERROR_NOT_RUNNING`: the executor has been stopped.
 * - `TF_ERROR_CLOSED`: the context of the executor has been closed.
 *
 * ## Threads
 *
 * May be called from any thread. Outside the owner context the task may be done before a signal
 * handler can be connected.
 *
 * Returns: (transfer full): the future; `NULL` with @error set otherwise
 *
 * Since: 1.0
 */
TfFuture *
tf_executor_submit_call (TfExecutor    *self,
                         TfTaskFunc     func,
                         gpointer       user_data,
                         GDestroyNotify user_data_free,
                         GError       **error)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return submit (self, tf_task_new (func, user_data, user_data_free), NULL,
                 __builtin_return_address (0), error);
}

/**
 * tf_executor_submit_call_for_bindings: (rename-to tf_executor_submit_call)
 * @self: an executor
 * @func: (scope notified) (closure user_data) (destroy user_data_free): the work, which must set a
 *   result
 * @user_data: data for @func
 * @user_data_free: (nullable): frees @user_data
 * @error: return location for an error, or `NULL`
 *
 * Submits a call of a function.
 *
 * The function must set a result, if only by [method@Task.return_none]: one that comes back without
 * has raised an exception, or cannot run in another thread, as in JavaScript, and the future fails
 * with `TF_ERROR_NO_RESULT`.
 *
 * ## Errors
 *
 * - `TF_ERROR_NOT_RUNNING`: the executor has been stopped.
 * - `TF_ERROR_CLOSED`: the context of the executor has been closed.
 *
 * ## Threads
 *
 * May be called from any thread. Outside the owner context the task may be done before a signal
 * handler can be connected.
 *
 * Returns: (transfer full): the future; `NULL` with @error set otherwise
 *
 * Since: 1.0
 */
TfFuture *
tf_executor_submit_call_for_bindings (TfExecutor    *self,
                                      TfTaskFunc     func,
                                      gpointer       user_data,
                                      GDestroyNotify user_data_free,
                                      GError       **error)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (func != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return submit (self, tf_task_new_for_bindings (func, user_data, user_data_free), NULL,
                 __builtin_return_address (0), error);
}

/**
 * tf_executor_submit_async:
 * @self: an executor
 * @task: (transfer full): a task, which is taken in any case
 * @cancellable: (nullable): cancels the task, in place of the one of [method@Task.link_cancellable]
 * @callback: (scope async) (closure user_data): called when the task is done
 * @user_data: data for @callback
 *
 * Submits a task in the manner of GIO.
 *
 * All that can be said of the task otherwise holds here too; only the future is not seen.
 *
 * ## Threads
 *
 * May be called from any thread. @callback is called in the thread-default main context of the
 * caller: within the dispatch of the executor if that is the owner context, and by a source of its
 * own otherwise.
 *
 * Since: 1.0
 */
void
tf_executor_submit_async (TfExecutor         *self,
                          TfTask             *task,
                          GCancellable       *cancellable,
                          GAsyncReadyCallback callback,
                          gpointer            user_data)
{
  GTask          *gtask;
  TfContinuation *continuation;
  TfFuture       *future;
  GError         *error = NULL;

  g_return_if_fail (TF_IS_EXECUTOR (self));
  g_return_if_fail (task != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  gtask = tf__gtask_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, &submit_async_tag);
  g_task_set_check_cancellable (gtask, FALSE);

  if (cancellable != NULL && !task->is_submitted)
    tf_task_link_cancellable (task, cancellable);

  continuation = tf__gtask_continuation_new (gtask);
  future = submit (self, task, continuation, __builtin_return_address (0), &error);
  if (future != NULL)
    {
      g_object_unref (future);
      return;
    }

  tf__gtask_continuation_free (continuation);
  g_task_return_error (gtask, error);
  g_object_unref (gtask);
}

/**
 * tf_executor_submit_finish:
 * @self: the executor
 * @result: what the callback was given
 * @value: (out caller-allocates): where the result is copied to; clear it with `g_value_unset()`
 * @error: return location for an error, or `NULL`
 *
 * Ends what [method@Executor.submit_async] began, and gets the result of the task.
 *
 * @value must be all zeroes before, as `G_VALUE_INIT` makes it. If the task completed without a value, or there is an
 * error, it is a `G_TYPE_POINTER` of `NULL`, as with [method@Future.get_value].
 *
 * ## Errors
 *
 * - those of [method@Executor.submit], if the task was not accepted.
 * - `G_IO_ERROR_CANCELLED`: the task was cancelled.
 * - any error that the task returned.
 *
 * ## Threads
 *
 * Call in the callback.
 *
 * Returns: true if the task completed, with a value or without one; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_executor_submit_finish (TfExecutor   *self,
                           GAsyncResult *result,
                           GValue       *value,
                           GError      **error)
{
  g_autoptr (TfFuture) future = NULL;

  g_return_val_if_fail (TF_IS_EXECUTOR (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, &submit_async_tag), FALSE);
  g_return_val_if_fail (tf__value_is_place (value), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  future = g_task_propagate_pointer (G_TASK (result), error);
  if (future != NULL)
    return tf_future_get_value (future, value, error);

  tf__value_set_none (value);
  return FALSE;
}

/**
 * tf_executor_submit_task_func: (skip)
 * @self: an executor
 * @gtask: a task of GIO, which has not returned
 * @func: its function, as for `g_task_run_in_thread()`
 * @error: return location for an error, or `NULL`
 *
 * Runs a [class@Gio.Task] on the executor instead of the threads of GIO.
 *
 * The function is called as it would be by `g_task_run_in_thread()`, and returns by the same
 * functions; the callback and the finish function of @gtask work as they did. What is new: the
 * future, with states, cancelling, waiting, and progress by way of [func@Task.get_current]; a place
 * in the queue of the executor, with the priority of @gtask; and an end with the executor.
 *
 * The cancellable of @gtask and the future are one: cancelling either cancels the other. If @gtask
 * has none, @func gets one that is cancelled with the future. If the future is cancelled before the
 * function starts, @gtask returns `G_IO_ERROR_CANCELLED`.
 *
 * The future is done after the callback of @gtask, and after @func has returned. Its value is @gtask. If @gtask
 * returned an error, the future fails with `TF_ERROR_FAILED`: the error itself belongs to the finish function of
 * @gtask. A future that is cancelled does not wait for the callback if that belongs to another main context, nor
 * during [method@Executor.shutdown], which runs no other source of the loop.
 *
 * A @gtask with `g_task_set_return_on_cancel()` returns at once when it is cancelled, while @func goes on: a thread of
 * GIO calls it then. It keeps its place on the executor, and the future is `CANCELLING`, until @func has returned.
 * That is decided when @func is called.
 *
 * ## Errors
 *
 * After an error @gtask is as it was before, and has not returned.
 *
 * - `TF_ERROR_NOT_RUNNING`: the executor has been stopped.
 * - `TF_ERROR_CLOSED`: the context of the executor has been closed.
 *
 * ## Threads
 *
 * May be called from any thread. @func is called on a background thread.
 *
 * Returns: (transfer full): the future; `NULL` with @error set otherwise
 *
 * Since: 1.0
 */
TfFuture *
tf_executor_submit_task_func (TfExecutor     *self,
                              GTask          *gtask,
                              GTaskThreadFunc func,
                              GError        **error)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), NULL);
  g_return_val_if_fail (G_IS_TASK (gtask), NULL);
  g_return_val_if_fail (func != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return submit (self, tf__gtask_make_task (gtask, func), NULL, __builtin_return_address (0),
                 error);
}
