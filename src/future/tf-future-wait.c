/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "message/tf-foreign-loop-private.h"

static char wait_async_tag;

static gboolean
on_deadline_reached_cb (gpointer data)
{
  gboolean *is_late = data;

  *is_late = TRUE;
  return G_SOURCE_REMOVE;
}

static gboolean
on_waiter_cancelled_cb (GCancellable *cancellable,
                        gpointer      data)
{
  return G_SOURCE_REMOVE;
}

static GSource *
attach_source (GSource      *source,
               GSourceFunc   callback,
               gpointer      data,
               GMainContext *context)
{
  g_source_set_callback (source, callback, data, NULL);
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_attach (source, context);
  return source;
}

static void
drop_source (GSource *source)
{
  if (source == NULL)
    return;

  g_source_destroy (source);
  g_source_unref (source);
}

/* A wait of the owner, which keeps deliveries going. */
typedef struct
{
  TfAwait       await; /* first */
  TfFuture     *future;
  TfDispatcher *dispatcher;
  GCancellable *cancellable; /* (nullable) */
  gint64        deadline_us;
  gboolean      is_late;
  gboolean      is_blocked; /* by a callback further up on the stack */
} LoopWait;

static gboolean
is_over (LoopWait *wait)
{
  return tf_future_is_done (wait->future) || g_cancellable_is_cancelled (wait->cancellable);
}

static gboolean
is_over_or_plugged (gpointer data)
{
  LoopWait *wait = data;

  tf__enter_foreground ();

  wait->is_blocked = tf__future_is_blocked_here (wait->future);
  return wait->is_blocked || is_over (wait) || !tf__dispatcher_is_unplugged (wait->dispatcher);
}

static void
on_waiter_cancelled_nudge_cb (GCancellable *cancellable,
                              TfDispatcher *dispatcher)
{
  tf__dispatcher_nudge (dispatcher);
}

TF_FOREGROUND
static void
add_source (TfFuture   *future,
            GHashTable *seen,
            GPtrArray  *todo)
{
  if (g_hash_table_add (seen, future))
    g_ptr_array_add (todo, g_object_ref (future));
}

TF_FOREGROUND
static void
add_sources (TfFuture   *future,
             GHashTable *seen,
             GPtrArray  *todo)
{
  TfFuturePrivate     *priv = tf__future_get_private (future);
  const TfWorkClass   *klass = tf__work_get_class (priv->work);
  g_autoptr (TfFuture) awaited = tf__future_dup_awaited (future);
  TfFuture *(*get_source) (TfWork * work, guint index);
  TfFuture *source;

  if (awaited != NULL)
    add_source (awaited, seen, todo);

  get_source = klass->get_source != NULL ? klass->get_source : klass->get_need;
  if (get_source == NULL)
    return;

  for (guint i = 0; (source = get_source (priv->work, i)) != NULL; i++)
    add_source (source, seen, todo);
}

/* Calls @visit for the work of the future, and of all that may bring about its end, until it returns TRUE. */
TF_FOREGROUND
static gboolean
visit_sources (TfFuture *self,
               gboolean (*visit) (TfWork  *work,
                                  gpointer data),
               gpointer data)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);
  g_autoptr (GPtrArray)  todo = g_ptr_array_new_with_free_func (g_object_unref);

  add_source (self, seen, todo);
  while (todo->len > 0)
    {
      g_autoptr (TfFuture) future = g_ptr_array_steal_index_fast (todo, todo->len - 1);

      if (tf_future_is_done (future) || !tf__future_is_in_owner (future))
        continue;

      if (visit (tf__future_get_private (future)->work, data))
        return TRUE;
      add_sources (future, seen, todo);
    }

  return FALSE;
}

static gboolean
collect_pipe (TfWork  *work,
              gpointer pipes)
{
  g_hash_table_add (pipes, &work->pipe);
  return FALSE;
}

static void
collect_sources (TfAwait    *await,
                 GHashTable *pipes)
{
  tf__enter_foreground ();
  visit_sources (((LoopWait *) await)->future, collect_pipe, pipes);
}

/* The final message is looked for last: what was on its way before may have become one meanwhile. */
static gboolean
is_work_arriving (TfWork  *work,
                  gpointer has_stalled)
{
  const TfWorkClass *klass = tf__work_get_class (work);

  return (*(gboolean *) has_stalled && klass->is_arriving != NULL && klass->is_arriving (work)) ||
         tf__pipe_has_news (&work->pipe, TF_NEWS_FINAL);
}

gboolean
tf__future_is_arriving (TfFuture *self,
                        gboolean  has_stalled)
{
  return visit_sources (self, is_work_arriving, &has_stalled);
}

/* While a foreign loop has taken the place of the main context: the executor delivers, and nothing else happens. */
TF_FOREGROUND
static void
run_unplugged (LoopWait *wait)
{
  gulong id = 0;

  if (wait->cancellable != NULL)
    id = g_cancellable_connect (wait->cancellable, G_CALLBACK (on_waiter_cancelled_nudge_cb),
                                wait->dispatcher, NULL);

  wait->is_late = !tf__foreign_loop_run_until (wait->dispatcher, is_over_or_plugged, wait,
                                               wait->deadline_us);

  if (id != 0)
    g_cancellable_disconnect (wait->cancellable, id);
}

/* Looks for a deadlock before it sleeps, since any handler may have closed the circle. */
TF_FOREGROUND
static void
iterate (LoopWait *wait)
{
  GMainContext *context = wait->dispatcher->context;

  if (!tf__future_is_in_callback ())
    {
      g_main_context_iteration (context, TRUE);
      return;
    }

  if (g_main_context_iteration (context, FALSE))
    return;

  wait->is_blocked = tf__future_is_blocked_here (wait->future);
  if (!wait->is_blocked)
    g_main_context_iteration (context, TRUE);
}

/* The limit was noticed late because the program stood still: what arrived before is delivered first. */
TF_FOREGROUND
static void
take_arrivals (LoopWait *wait)
{
  gint64 end_us = g_get_monotonic_time () + TF_WORK_PATIENCE_US;

  if (tf__clock_now () - wait->deadline_us < TF_WORK_STALL_US)
    return;

  while (!is_over (wait) && !wait->is_blocked && g_get_monotonic_time () < end_us &&
         tf__future_is_arriving (wait->future, TRUE))
    {
      g_main_context_iteration (wait->dispatcher->context, FALSE);
      wait->is_blocked = tf__future_is_blocked_here (wait->future);
    }
}

/* The two sources do nothing but end the sleep of an iteration. A handler may go over to a foreign loop, and back. */
TF_FOREGROUND
static void
run_loop (LoopWait *wait)
{
  GMainContext *context = wait->dispatcher->context;
  GSource      *timer = NULL;
  GSource      *canceller = NULL;

  if (wait->deadline_us != G_MAXINT64)
    timer = attach_source (tf__clock_source_new (wait->deadline_us),
                           on_deadline_reached_cb, &wait->is_late, context);
  if (wait->cancellable != NULL)
    canceller = attach_source (g_cancellable_source_new (wait->cancellable),
                               G_SOURCE_FUNC (on_waiter_cancelled_cb), NULL, context);

  wait->is_blocked = tf__future_is_blocked_here (wait->future);
  while (!is_over (wait) && !wait->is_late && !wait->is_blocked)
    {
      if (tf__dispatcher_is_unplugged (wait->dispatcher))
        run_unplugged (wait);
      else
        iterate (wait);
    }

  if (wait->is_late)
    take_arrivals (wait);
  drop_source (timer);
  drop_source (canceller);
}

static gboolean
wait_in_loop (TfFuture     *self,
              gint64        timeout_us,
              GCancellable *cancellable,
              GError      **error)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  TfDispatcher    *dispatcher = priv->work->pipe.dispatcher;
  LoopWait         wait = { .await.collect = collect_sources,
                            .future = self,
                            .dispatcher = dispatcher,
                            .cancellable = cancellable,
                            .deadline_us = tf__clock_deadline (timeout_us) };
  gpointer         host = dispatcher->klass->host_ref (dispatcher->host);
  gboolean         is_possible;
  gboolean         is_done;

  tf__enter_foreground ();

  g_object_ref (self);
  tf__future_begin_waiting (self);
  /* In a notification of the cancel, which comes before the cancel is passed on. */
  tf__work_pass_cancel (priv->work);
  is_possible = tf__await_begin (&wait.await);
  if (is_possible)
    run_loop (&wait);
  tf__await_end (&wait.await);
  tf__future_end_waiting (self);
  dispatcher->klass->host_unref (host);

  is_done = tf_future_is_done (self);
  if (!is_done && wait.is_blocked)
    g_set_error (error, TF_ERROR, TF_ERROR_DEADLOCK,
                 "“%s” cannot end before the callback returns that waits for it",
                 tf_future_get_name (self));
  else if (!is_possible)
    g_set_error (error, TF_ERROR, TF_ERROR_DEADLOCK,
                 "Task “%s” is waited for in too many of its handlers, one inside the other",
                 tf_future_get_name (self));
  else if (!is_done && !g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Task “%s” was not done in time",
                 tf_future_get_name (self));

  g_object_unref (self);
  return is_done;
}

/**
 * tf_future_wait:
 * @self: a future
 * @timeout_us: how long to wait, in microseconds; negative for no limit
 * @cancellable: (nullable): ends the waiting, not the work
 * @error: return location for an error, or `NULL`
 *
 * Waits until the work has ended, well, badly or by a cancel.
 *
 * In the owner context the main loop goes on meanwhile, with all its sources; so anything may
 * happen before the call returns. If a foreign loop drives the executor, it delivers in this call,
 * and nothing else happens. In any other thread the call blocks, until the owner context has
 * delivered the end.
 *
 * The function of a task may wait without using up the workers. If it waits for a task of the same
 * executor that is still queued, it runs that itself. While it waits for a task of another executor,
 * or for anything else than a task, such as a set or what was derived by [method@Future.then], the
 * executor has another worker in its place. A pool of another maker's has as many workers as before,
 * and may run out of them; there the queued task of another executor is run in the waiting one too.
 *
 * A task cannot wait for what cannot end before the task itself does: its own future, what is
 * derived from that, a set of all that it is in, or anything that needs another task which waits
 * for this one in turn. Such a wait ends with an error, whatever its limit; of several tasks that
 * wait for each other the last one is told, and the others go on. Where futures other than tasks
 * are concerned the owner context looks, so its loop must run, and it looks when the wait begins:
 * what comes to need the task later is found when the next of those concerned begins to wait.
 *
 * A callback or handler in the owner context cannot wait for what cannot end before it returns: the
 * function of a derived future, of a retry or of a map for that or for what needs it, and a handler
 * of the end of a future for what is derived from this one. Such a wait ends with an error as well.
 *
 * The future is left as it is when the time is over or the waiting is cancelled.
 *
 * ## Errors
 *
 * - `G_IO_ERROR_TIMED_OUT`: the work was not done after @timeout_us.
 * - `G_IO_ERROR_CANCELLED`: @cancellable was cancelled.
 * - `TF_ERROR_DEADLOCK`: the call was made in the function of a task, or in a callback or handler,
 *   without which the future cannot end; or in a handler of the future, or of one that it needs, inside
 *   16 others of its handlers that wait for it as well.
 * - `TF_ERROR_NOT_RUNNING`: this process was forked from the one that the future belongs to.
 *
 * ## Threads
 *
 * May be called from any thread. May block.
 *
 * Returns: true if the work is done; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_future_wait (TfFuture     *self,
                gint64        timeout_us,
                GCancellable *cancellable,
                GError      **error)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  gint64           deadline_us;
  gboolean         is_done;

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);
  g_return_val_if_fail (priv->work != NULL, FALSE);

  if (tf_future_is_done (self))
    return TRUE;

  if (!tf__future_check_process_error (self, "waited for", error))
    return FALSE;

  if (tf__future_is_in_owner (self))
    return wait_in_loop (self, timeout_us, cancellable, error);

  deadline_us = tf__clock_deadline (timeout_us);
  if (!tf__work_get_class (priv->work)->begin_wait (priv->work, error))
    return FALSE;

  is_done = tf__future_block (self, deadline_us, cancellable, error);
  tf__work_get_class (priv->work)->end_wait (priv->work);
  return is_done;
}

typedef struct
{
  TfContinuation continuation;
  GTask         *gtask;     /* (owned) */
  GSource       *canceller; /* (owned) (nullable) */
} Waiter;

static void
free_waiter (Waiter *self)
{
  drop_source (self->canceller);
  g_object_unref (self->gtask);
  g_free (self);
}

static void
on_future_done (TfContinuation *continuation,
                TfFuture       *future)
{
  Waiter *self = (Waiter *) continuation;

  g_task_return_boolean (self->gtask, TRUE);
  free_waiter (self);
}

static void
return_dropped (gpointer data)
{
  Waiter *self = data;

  g_task_return_boolean (self->gtask, TRUE);
  free_waiter (self);
}

static void
drop_callback (TfContinuation *continuation,
               TfFuture       *future,
               gpointer        owner,
               TfRemains      *remains)
{
  Waiter *self = (Waiter *) continuation;

  tf__enter_foreground ();

  if (!tf__gtask_drop_callback (self->gtask, owner))
    return;

  tf__future_forget_continuation (future, continuation);
  if (self->canceller != NULL)
    g_source_destroy (self->canceller);
  tf__remains_add (remains, self, return_dropped);
}

static const TfContinuationClass waiter_class = {
  .run = on_future_done,
  .drop_callback = drop_callback,
};

static gboolean
on_wait_async_cancelled_cb (GCancellable *cancellable,
                            gpointer      data)
{
  Waiter *self = data;

  tf__enter_foreground ();

  tf__future_forget_continuation (g_task_get_source_object (self->gtask), &self->continuation);
  g_task_return_new_error (self->gtask, G_IO_ERROR, G_IO_ERROR_CANCELLED,
                           "The waiting was cancelled");
  free_waiter (self);
  return G_SOURCE_REMOVE;
}

/**
 * tf_future_wait_async:
 * @self: a future
 * @cancellable: (nullable): ends the waiting, not the work
 * @callback: (scope async) (closure user_data): called when the work has ended
 * @user_data: data for @callback
 *
 * Waits until the work has ended, and then calls back, after [signal@Future::done].
 *
 * For `yield` in Vala, and for promises in JavaScript. A future that is done calls back from the
 * loop.
 *
 * ## Threads
 *
 * Call in the owner context. @callback is called in the thread-default main context of the caller.
 *
 * Since: 1.0
 */
void
tf_future_wait_async (TfFuture           *self,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  GTask           *gtask;
  Waiter          *waiter;

  g_return_if_fail (TF_IS_FUTURE (self));
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));
  tf__return_if_not_owner (self);
  tf__enter_foreground ();

  gtask = tf__gtask_new (self, cancellable, callback, user_data);
  g_task_set_source_tag (gtask, &wait_async_tag);
  g_task_set_check_cancellable (gtask, FALSE);

  if (tf_future_is_done (self))
    {
      g_task_return_boolean (gtask, TRUE);
      g_object_unref (gtask);
      return;
    }

  waiter = g_new0 (Waiter, 1);
  waiter->continuation.klass = &waiter_class;
  waiter->gtask = gtask;
  tf__future_continue_with (self, &waiter->continuation);

  if (cancellable != NULL)
    waiter->canceller = attach_source (g_cancellable_source_new (cancellable),
                                       G_SOURCE_FUNC (on_wait_async_cancelled_cb), waiter,
                                       priv->work->pipe.dispatcher->context);
}

/**
 * tf_future_wait_finish:
 * @self: a future
 * @result: what the callback was given
 * @error: return location for an error, or `NULL`
 *
 * Ends what [method@Future.wait_async] began.
 *
 * ## Errors
 *
 * - `G_IO_ERROR_CANCELLED`: the waiting was cancelled.
 *
 * ## Threads
 *
 * Call in the callback.
 *
 * Returns: true if the work is done, however it ended; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_future_wait_finish (TfFuture     *self,
                       GAsyncResult *result,
                       GError      **error)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (g_task_is_valid (result, self), FALSE);
  g_return_val_if_fail (g_async_result_is_tagged (result, &wait_async_tag), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return g_task_propagate_boolean (G_TASK (result), error);
}
