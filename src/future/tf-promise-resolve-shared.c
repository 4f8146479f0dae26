/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-promise-private.h"

#include <tf/tf-error.h>

/* Completing a promise, on any thread. The first outcome wins. */

/* Returns TRUE for the one who may set the outcome now. */
static gboolean
begin (TfPromise *self)
{
  return tf__future_check_process (TF_FUTURE (self), G_STRFUNC) &&
         tf__completion_settle (&tf__promise_get_private (self)->completion);
}

/* Returns whether the outcome counts: that of a promise that was cancelled before ends it, and is dropped. */
static gboolean
end (TfPromise *self)
{
  TfCompletion *completion = &tf__promise_get_private (self)->completion;
  gboolean      is_wanted = !tf__pipe_is_cancelled (&completion->work.pipe);

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

  tf__promise_get_private (self)->completion.work.outcome.value = *value;
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

  tf__outcome_take_error (&tf__promise_get_private (self)->completion.work.outcome, error);
  return end (self);
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
 * tf_promise_resolve_value:
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
tf_promise_resolve_value (TfPromise    *self,
                          const GValue *value)
{
  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);

  if (!begin (self))
    return FALSE;

  tf__outcome_set_value (&tf__promise_get_private (self)->completion.work.outcome, value);
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
 * @value: (type GObject.Object) (nullable): the result, on which a reference is taken; a floating one is sunk
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

  tf__value_init_object (&result, value);
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

  tf__outcome_take_pointer (&tf__promise_get_private (self)->completion.work.outcome, value,
                            value_free);
  return end (self);
}

/**
 * tf_promise_execute:
 * @self: a promise
 * @func: (scope call) (closure user_data): does the work
 * @user_data: data for @func
 *
 * Calls a function at once, and completes the promise with what it returns.
 *
 * ## Threads
 *
 * May be called from any thread, which runs @func.
 *
 * Returns: true if the outcome of @func is that of the promise; false if it was completed before, perhaps by @func
 *
 * Since: 1.0
 */
gboolean
tf_promise_execute (TfPromise    *self,
                    TfExecuteFunc func,
                    gpointer      user_data)
{
  GValue   value = G_VALUE_INIT;
  GError  *error = NULL;
  gboolean is_first;

  g_return_val_if_fail (TF_IS_PROMISE (self), FALSE);
  g_return_val_if_fail (func != NULL, FALSE);

  if (!func (&value, user_data, &error))
    {
      /* What it has set in spite of that. */
      if (G_VALUE_TYPE (&value) != G_TYPE_INVALID)
        g_value_unset (&value);
      if (error == NULL)
        error = g_error_new (TF_ERROR, TF_ERROR_FAILED,
                             "The function of promise “%s” failed without an error",
                             tf_future_get_name (TF_FUTURE (self)));
      return tf_promise_reject (self, error);
    }

  g_clear_error (&error);
  is_first =
    tf_promise_resolve_value (self, G_VALUE_TYPE (&value) == G_TYPE_INVALID ? NULL : &value);
  if (G_VALUE_TYPE (&value) != G_TYPE_INVALID)
    g_value_unset (&value);

  return is_first;
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

  tf__outcome_set_failure (&tf__promise_get_private (self)->completion.work.outcome, type, text,
                           traceback, payload);
  return end (self);
}
