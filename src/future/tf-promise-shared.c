/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-promise-private.h"

#include <tf/tf-error.h>

/* Completing a promise, on any thread. */

TfPromiseMore *
tf__promise_get_more (TfPromise *self)
{
  return tf__load (&tf__promise_get_private (self)->more);
}

TfPromiseMore *
tf__promise_ensure_more (TfPromise *self)
{
  TfPromisePrivate *priv = tf__promise_get_private (self);
  TfPromiseMore    *more = tf__load (&priv->more);
  TfPromiseMore    *none = NULL;

  if (more != NULL)
    return more;

  more = g_new0 (TfPromiseMore, 1);
  more->promise = self;
  if (tf__cas (&priv->more, &none, more))
    return more;

  g_free (more);
  return none;
}

void
tf__promise_free_more (TfPromiseMore *more)
{
  g_free (more->name);
  g_free (more->location);
  g_free (more);
}

TfAbortable
tf__promise_get_abortable (TfPromise *self)
{
  return tf__load (&tf__promise_get_private (self)->completion.abortable);
}

void
tf__promise_set_abortable (TfPromise  *self,
                           TfAbortable abortable)
{
  tf__store (&tf__promise_get_private (self)->completion.abortable, (guint8) abortable);
}

gboolean
tf__promise_may_end (TfPromise *self)
{
  TfFate fate = tf__pipe_get_fate (&tf__promise_get_private (self)->completion.pipe);

  return fate == TF_FATE_OPEN || fate == TF_FATE_CANCEL_ASKED;
}

/* TRUE for the one who may set the outcome now. */
static gboolean
begin (TfPromise *self)
{
  return tf__promise_may_end (self) &&
         tf__completion_claim (&tf__promise_get_private (self)->completion);
}

/* Whether the outcome counts: that of a promise that was cancelled ends it, and is dropped. */
static gboolean
end (TfPromise *self)
{
  TfCompletion *completion = &tf__promise_get_private (self)->completion;
  gboolean      is_wanted = tf__pipe_get_fate (&completion->pipe) == TF_FATE_OPEN;

  tf__completion_finish (completion);
  return is_wanted;
}

/* Takes over the contents of @value. */
static gboolean
take_value (TfPromise *self,
            GValue    *value)
{
  if (!begin (self))
    {
      g_value_unset (value);
      return FALSE;
    }

  tf__promise_get_private (self)->completion.outcome.value = *value;
  return end (self);
}

static gboolean
take_error (TfPromise *self,
            GError    *error)
{
  if (!begin (self))
    {
      g_error_free (error);
      return FALSE;
    }

  tf__outcome_take_error (&tf__promise_get_private (self)->completion.outcome, error);
  return end (self);
}

gboolean
tf__promise_has_worker (TfPromise *self)
{
  return tf__load (&tf__promise_get_private (self)->completion.has_worker);
}

void
tf__promise_set_has_worker (TfPromise *self)
{
  tf__store (&tf__promise_get_private (self)->completion.has_worker, (guint8) TRUE);
}

/* Only whoever drops the last reference comes here, but the owner context may be about to leave the list of those who
 * listen: so it is looked at there. The news hold the promise meanwhile. */
gboolean
tf__promise_abandon (TfPromise *self)
{
  TfFuture     *future = TF_FUTURE (self);
  TfCompletion *completion = &tf__promise_get_private (self)->completion;

  if (tf__phase_is_done (tf__future_get_phase (future)) || tf__completion_is_claimed (completion))
    return FALSE;

  if (!tf__future_is_in_owner (future))
    {
      tf__completion_look (completion);
      return TRUE;
    }

  tf__enter_foreground ();
  return tf__promise_reject_abandoned (self);
}

/**
 * tf_promise_resolve_none:
 * @self: a promise
 *
 * Completes the promise without a value.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_resolve_none (TfPromise *self)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  return begin (self) && end (self);
}

/**
 * tf_promise_resolve:
 * @self: a promise
 * @value: (nullable): the result, which is copied; or `NULL` for none
 *
 * Completes the promise with a value of any type.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_resolve (TfPromise    *self,
                    const GValue *value)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  if (!begin (self))
    return FALSE;

  tf__outcome_set_value (&tf__promise_get_private (self)->completion.outcome, value);
  return end (self);
}

/**
 * tf_promise_resolve_boolean:
 * @self: a promise
 * @value: the result
 *
 * Completes the promise with a boolean.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_resolve_boolean (TfPromise *self,
                            gboolean   value)
{
  GValue result = G_VALUE_INIT;

  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  g_value_init (&result, G_TYPE_BOOLEAN);
  g_value_set_boolean (&result, value);
  return take_value (self, &result);
}

/**
 * tf_promise_resolve_int64:
 * @self: a promise
 * @value: the result
 *
 * Completes the promise with an integer of 64 bits.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_resolve_int64 (TfPromise *self,
                          gint64     value)
{
  GValue result = G_VALUE_INIT;

  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  g_value_init (&result, G_TYPE_INT64);
  g_value_set_int64 (&result, value);
  return take_value (self, &result);
}

/**
 * tf_promise_resolve_double:
 * @self: a promise
 * @value: the result
 *
 * Completes the promise with a floating-point number.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_resolve_double (TfPromise *self,
                           double     value)
{
  GValue result = G_VALUE_INIT;

  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  g_value_init (&result, G_TYPE_DOUBLE);
  g_value_set_double (&result, value);
  return take_value (self, &result);
}

/**
 * tf_promise_resolve_string:
 * @self: a promise
 * @value: (nullable): the result, which is copied
 *
 * Completes the promise with a string.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_resolve_string (TfPromise  *self,
                           const char *value)
{
  GValue result = G_VALUE_INIT;

  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  g_value_init (&result, G_TYPE_STRING);
  g_value_set_string (&result, value);
  return take_value (self, &result);
}

/**
 * tf_promise_resolve_object:
 * @self: a promise
 * @value: (type GObject.Object) (nullable): the result, on which a reference is taken
 *
 * Completes the promise with an object.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_resolve_object (TfPromise *self,
                           gpointer   value)
{
  GValue result = G_VALUE_INIT;

  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (value == NULL || G_IS_OBJECT (value), FALSE);

  g_value_init (&result, value == NULL ? G_TYPE_OBJECT : G_OBJECT_TYPE (value));
  g_value_set_object (&result, value);
  return take_value (self, &result);
}

/**
 * tf_promise_resolve_boxed: (skip)
 * @self: a promise
 * @boxed_type: a boxed type
 * @value: (nullable): the result, which is copied as its type does
 *
 * Completes the promise with a boxed value.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_resolve_boxed (TfPromise    *self,
                          GType         boxed_type,
                          gconstpointer value)
{
  GValue result = G_VALUE_INIT;

  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (G_TYPE_IS_BOXED (boxed_type), FALSE);

  g_value_init (&result, boxed_type);
  g_value_set_boxed (&result, value);
  return take_value (self, &result);
}

/**
 * tf_promise_resolve_variant:
 * @self: a promise
 * @value: (nullable): the result; a floating reference is sunk
 *
 * Completes the promise with a variant.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_resolve_variant (TfPromise *self,
                            GVariant  *value)
{
  GValue result = G_VALUE_INIT;

  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  g_value_init (&result, G_TYPE_VARIANT);
  g_value_set_variant (&result, value);
  return take_value (self, &result);
}

/**
 * tf_promise_resolve_pointer: (skip)
 * @self: a promise
 * @value: (nullable) (transfer full): the result
 * @value_free: (nullable): frees it
 *
 * Completes the promise with a pointer, which is taken in any case: if it is not the outcome, it is freed in this call.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_resolve_pointer (TfPromise     *self,
                            gpointer       value,
                            GDestroyNotify value_free)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  if (!begin (self))
    {
      if (value != NULL && value_free != NULL)
        value_free (value);
      return FALSE;
    }

  tf__outcome_take_pointer (&tf__promise_get_private (self)->completion.outcome, value, value_free);
  return end (self);
}

/**
 * tf_promise_reject:
 * @self: a promise
 * @error: (transfer full): why
 *
 * Lets the promise fail. The error is taken in any case.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_reject (TfPromise *self,
                   GError    *error)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (error != NULL, FALSE);

  return take_error (self, error);
}

/**
 * tf_promise_reject_new_error:
 * @self: a promise
 * @domain: the domain of the error
 * @code: its code
 * @format: a text for people, as for printf()
 * @...: what the text needs
 *
 * Lets the promise fail.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_reject_new_error (TfPromise  *self,
                             GQuark      domain,
                             int         code,
                             const char *format,
                             ...)
{
  GError *error;
  va_list arguments;

  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (domain != 0, FALSE);
  g_return_val_if_fail (format != NULL, FALSE);

  va_start (arguments, format);
  error = g_error_new_valist (domain, code, format, arguments);
  va_end (arguments);

  return take_error (self, error);
}

/**
 * tf_promise_reject_new_error_literal:
 * @self: a promise
 * @domain: the domain of the error
 * @code: its code
 * @message: a text for people
 *
 * Lets the promise fail: for those who have no variable arguments.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_reject_new_error_literal (TfPromise  *self,
                                     GQuark      domain,
                                     int         code,
                                     const char *message)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (domain != 0, FALSE);
  g_return_val_if_fail (message != NULL, FALSE);

  return take_error (self, g_error_new_literal (domain, code, message));
}

/**
 * tf_promise_reject_failure:
 * @self: a promise
 * @type: the name of the type of the exception
 * @text: (nullable): its text
 * @traceback: (nullable): where it came from
 * @payload: (nullable): the exception itself, which is copied
 *
 * Lets the promise fail with an exception of another language.
 *
 * The error is `TF_ERROR_EXCEPTION`; the parts can be read again from the future.
 *
 * The first outcome wins. What was decided is told by the owner context, in a later turn of its loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if this is the outcome; false if the promise was completed, cancelled or given up before
 *
 * Since: 1.0
 */
gboolean
tf_promise_reject_failure (TfPromise    *self,
                           const char   *type,
                           const char   *text,
                           const char   *traceback,
                           const GValue *payload)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (type != NULL, FALSE);

  if (!begin (self))
    return FALSE;

  tf__outcome_set_failure (&tf__promise_get_private (self)->completion.outcome, type, text,
                           traceback, payload);
  return end (self);
}

/* Progress */

static gboolean
is_open (TfPromise *self)
{
  return !tf__completion_is_claimed (&tf__promise_get_private (self)->completion);
}

/**
 * tf_promise_set_progress:
 * @self: a promise
 * @completed_steps: how many steps are done, at least 0
 * @total_steps: how many there are; -1 if nobody knows
 * @status: (nullable): what is being done, which is copied; or `NULL` to leave it as it was
 *
 * Reports how far the work is, for the properties of the future.
 *
 * Only the latest values are told: see [method@Task.set_progress].
 *
 * ## Threads
 *
 * May be called from any thread. Never blocks.
 *
 * Returns: true if it is wanted; false once the promise was completed, cancelled or given up
 *
 * Since: 1.0
 */
gboolean
tf_promise_set_progress (TfPromise  *self,
                         gint64      completed_steps,
                         gint64      total_steps,
                         const char *status)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (completed_steps >= 0, FALSE);
  g_return_val_if_fail (total_steps >= -1, FALSE);

  return is_open (self) &&
         tf__pipe_set_progress (&tf__promise_get_private (self)->completion.pipe, &completed_steps,
                                &total_steps, status);
}

/**
 * tf_promise_advance:
 * @self: a promise
 * @n_steps: how many more steps are done
 *
 * Adds to the steps that are done.
 *
 * ## Threads
 *
 * May be called from any thread. Never blocks.
 *
 * Returns: true if it is wanted; false once the promise was completed, cancelled or given up
 *
 * Since: 1.0
 */
gboolean
tf_promise_advance (TfPromise *self,
                    gint64     n_steps)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (n_steps >= 0, FALSE);

  return is_open (self) &&
         tf__pipe_advance (&tf__promise_get_private (self)->completion.pipe, n_steps);
}

static gboolean
send_event (TfPromise    *self,
            TfRoad        road,
            const GValue *value)
{
  TfPipe *pipe = &tf__promise_get_private (self)->completion.pipe;
  TfEvent event;

  /* Before anything is copied: a refused value stays as it was. */
  if (!is_open (self) || tf__pipe_get_fate (pipe) != TF_FATE_OPEN)
    return FALSE;

  tf__event_init (&event, road, NULL, value);
  return tf__pipe_send (pipe, &event);
}

/**
 * tf_promise_report:
 * @self: a promise
 * @value: (nullable): what is to be delivered, which is copied; or `NULL` for nothing
 *
 * Reports something, which becomes [signal@Future::progress]. Every report is delivered, in order, before the promise
 * is done.
 *
 * Who is ahead of the owner context by 1024 reports waits here.
 *
 * ## Threads
 *
 * May be called from any thread. May block, but never in the owner context; a cancel ends the waiting.
 *
 * Returns: true if it will be delivered; false once the promise was completed, cancelled or given up
 *
 * Since: 1.0
 */
gboolean
tf_promise_report (TfPromise    *self,
                   const GValue *value)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  return send_event (self, TF_ROAD_PROGRESS, value);
}

/**
 * tf_promise_yield_item:
 * @self: a promise
 * @value: (nullable): the item, which is copied; or `NULL` for nothing
 *
 * Yields an item, which becomes [signal@Future::item]. Every item is delivered, in order, before the promise is done.
 *
 * Who is ahead of the owner context by 1024 items waits here.
 *
 * ## Threads
 *
 * May be called from any thread. May block, but never in the owner context; a cancel ends the waiting.
 *
 * Returns: true if it will be delivered; false once the promise was completed, cancelled or given up
 *
 * Since: 1.0
 */
gboolean
tf_promise_yield_item (TfPromise    *self,
                       const GValue *value)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  return send_event (self, TF_ROAD_ITEM, value);
}
