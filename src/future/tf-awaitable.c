/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-sources.h>

#include <tf/tf-composition.h>
#include <tf/tf-error.h>

#include "future/tf-future-private.h"

/* Objects that have a future, and futures that stand behind a GTask. */

/**
 * TfAwaitable:
 *
 * An object that a future represents.
 *
 * Classes implement it for which there is one natural thing to wait for: a window that is closed, a job that ends. Then
 * [func@Future.from_object] takes them, and so do the bindings wherever something is waited for.
 *
 * ## Threads
 *
 * What holds for the object.
 *
 * Since: 1.0
 */
G_DEFINE_INTERFACE (TfAwaitable, tf_awaitable, G_TYPE_OBJECT)

static void
tf_awaitable_default_init (TfAwaitableInterface *iface)
{
}

/**
 * tf_awaitable_to_future:
 * @self: an object
 *
 * Gets the future that represents the object.
 *
 * Whether it is the same each time is up to the object. For an implementation that returns none, there is a future that
 * has failed with `TF_ERROR_NO_RESULT`.
 *
 * ## Threads
 *
 * Call where the object may be used.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_awaitable_to_future (TfAwaitable *self)
{
  TfAwaitableInterface *iface;
  TfFuture             *future = NULL;

  g_return_val_if_fail (TF_IS_AWAITABLE (self), NULL);

  iface = TF_AWAITABLE_GET_IFACE (self);
  if (iface->to_future != NULL)
    future = iface->to_future (self);
  if (future != NULL)
    return future;

  return tf_future_new_for_error (g_error_new (TF_ERROR, TF_ERROR_NO_RESULT,
                                               "Class “%s” returned no future",
                                               G_OBJECT_TYPE_NAME (self)));
}

/**
 * tf_future_from_object:
 * @object: an object
 * @error: return location for an error, or `NULL`
 *
 * Finds or makes the future of an object: a future is one itself, a [iface@Awaitable] is asked, and a
 * [class@Gio.Cancellable] and a [class@Gio.Subprocess] have [func@Future.from_cancellable] and
 * [func@Future.from_subprocess].
 *
 * ## Errors
 *
 * - `TF_ERROR_INVALID_ARGUMENT`: the object is none of these. The message names its class.
 *
 * ## Threads
 *
 * May be called from any thread, if an awaitable allows it.
 *
 * Returns: (transfer full): the future; `NULL` with @error set otherwise
 *
 * Since: 1.0
 */
TfFuture *
tf_future_from_object (GObject *object,
                       GError **error)
{
  g_return_val_if_fail (G_IS_OBJECT (object), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (TF_IS_FUTURE (object))
    return TF_FUTURE (g_object_ref (object));
  if (TF_IS_AWAITABLE (object))
    return tf_awaitable_to_future (TF_AWAITABLE (object));
  if (G_IS_CANCELLABLE (object))
    return tf_future_from_cancellable (G_CANCELLABLE (object));
  if (G_IS_SUBPROCESS (object))
    return tf_future_from_subprocess (G_SUBPROCESS (object));

  g_set_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT,
               "An object of class “%s” has no future", G_OBJECT_TYPE_NAME (object));
  return NULL;
}

/* A GTask */

typedef struct
{
  TfContinuation continuation; /* [foreground] of one that was pending */
  TfFuture      *done;         /* (owned) (nullable) one that was done from the beginning */
  GTask         *gtask;        /* (owned) */
} Return;

static void
return_free (gpointer data)
{
  Return *self = data;

  g_clear_object (&self->done);
  g_object_unref (self->gtask);
  g_free (self);
}

static void
return_outcome (TfFuture *future,
                GTask    *gtask)
{
  GError *error = tf_future_dup_error (future);
  GValue *value;

  if (error != NULL)
    {
      g_task_return_error (gtask, error);
      return;
    }

  value = tf_future_dup_value (future, NULL);
  if (value == NULL)
    {
      g_task_return_boolean (gtask, TRUE);
      return;
    }

  /* Such a value is not copied: the future has it. */
  if (G_VALUE_HOLDS_POINTER (value))
    g_object_set_data_full (G_OBJECT (gtask), "tf-future", g_object_ref (future), g_object_unref);

  g_task_return_value (gtask, value);
  g_boxed_free (G_TYPE_VALUE, value);
}

static void
on_future_done (TfContinuation *continuation,
                TfFuture       *future)
{
  Return *self = (Return *) continuation;

  return_outcome (future, self->gtask);
  return_free (self);
}

static const TfContinuationClass continuation_class = { .run = on_future_done };

static gboolean
on_idle_cb (gpointer data)
{
  Return *self = data;

  return_outcome (self->done, self->gtask);
  return G_SOURCE_REMOVE;
}

/* In the context of the GTask, as if the future had been done a moment later. */
static void
return_later (Return   *self,
              TfFuture *done)
{
  GSource *source = g_idle_source_new ();

  self->done = g_object_ref (done);
  g_source_set_priority (source, g_task_get_priority (self->gtask));
  g_source_set_callback (source, on_idle_cb, self, return_free);
  g_source_set_static_name (source, "[tf] a future returns to a GTask");
  g_source_attach (source, g_task_get_context (self->gtask));
  g_source_unref (source);
}

/**
 * tf_future_return_to_gtask:
 * @self: a future
 * @gtask: (transfer full): a GTask that nobody has returned, nor will
 *
 * Returns in a GTask what a future ends with, when it is done: for functions in the manner of GIO that do their work
 * with futures.
 *
 * A value is returned by [method@Gio.Task.return_value], so the finish function gets it by
 * [method@Gio.Task.propagate_value]. A future without a value returns true, for [method@Gio.Task.propagate_boolean].
 * An error is returned as it is, that of a cancelled future too. A pointer is that of the future, and valid as long as
 * the GTask.
 *
 * A future that is done already returns from the loop. The cancellable of the GTask does not cancel the future:
 * [method@Task.link_cancellable] or [method@Promise.get_gcancellable] are for that.
 *
 * ```c
 * gtask = g_task_new (self, cancellable, callback, user_data);
 * tf_future_return_to_gtask (future, gtask);
 * ```
 *
 * ## Threads
 *
 * Call in the owner context. The GTask calls back in its own.
 *
 * Since: 1.0
 */
void
tf_future_return_to_gtask (TfFuture *self,
                           GTask    *gtask)
{
  Return *back;

  g_return_if_fail (TF_IS_FUTURE (self));
  g_return_if_fail (G_IS_TASK (gtask));
  tf__return_if_not_owner (self);
  tf__enter_foreground ();

  back = g_new0 (Return, 1);
  back->gtask = gtask;
  if (tf_future_is_done (self))
    {
      return_later (back, self);
      return;
    }

  back->continuation.klass = &continuation_class;
  tf__future_continue_with (self, &back->continuation);
}
