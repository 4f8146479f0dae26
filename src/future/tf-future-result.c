/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

#include <tf/tf-error.h>

/* What the future completed with, or NULL with @error set. */
static TfOutcome *
get_outcome (TfFuture *self,
             GError  **error)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  TfPhase          phase = tf__future_get_phase (self);

  if (phase == TF_PHASE_COMPLETED)
    return priv->outcome;

  if (!tf__phase_is_done (phase))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_PENDING, "Task “%s” is not done yet",
                   tf_future_get_name (self));
      return NULL;
    }

  tf__future_mark_read (self);
  if (error != NULL)
    *error = tf__future_make_error (self, phase);

  return NULL;
}

/* The value of a result of the given type, converted if need be. */
static gboolean
get_value_as (TfFuture *self,
              GType     type,
              GValue   *value,
              GError  **error)
{
  const TfOutcome *outcome = get_outcome (self, error);
  const char      *found = "no value";

  if (outcome == NULL)
    return FALSE;

  g_value_init (value, type);

  if (tf__outcome_has_value (outcome))
    {
      if (g_value_transform (&outcome->value, value))
        return TRUE;

      found = G_VALUE_TYPE_NAME (&outcome->value);
    }

  g_set_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT,
               "The result of task “%s” is not of type %s, but %s", tf_future_get_name (self),
               g_type_name (type), found);
  g_value_unset (value);
  return FALSE;
}

/**
 * tf_future_dup_value:
 * @self: a future
 * @error: return location for an error, or `NULL`
 *
 * Gets the result of the work.
 *
 * It may be got any number of times. Getting the error counts as having seen the failure, which is
 * then not logged.
 *
 * ## Errors
 *
 * - `TF_ERROR_PENDING`: the work is not done yet. Wait, or connect to [signal@Future::done].
 * - `G_IO_ERROR_CANCELLED`: the work was cancelled; or the error given to
 *   [method@Future.abort_with_error].
 * - any error that the task returned, if it failed.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer full) (nullable): a copy of the result, to be freed with `g_boxed_free
 *   (G_TYPE_VALUE, …)`; `NULL` without @error if the work completed without a value; `NULL` with
 *   @error set otherwise
 *
 * Since: 1.0
 */
GValue *
tf_future_dup_value (TfFuture *self,
                     GError  **error)
{
  TfOutcome *outcome;

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  outcome = get_outcome (self, error);
  if (outcome == NULL || !tf__outcome_has_value (outcome))
    return NULL;

  return g_boxed_copy (G_TYPE_VALUE, &outcome->value);
}

/**
 * tf_future_get_value:
 * @self: a future
 * @value: (out caller-allocates): where the result is copied to; clear it with `g_value_unset()`
 * @error: return location for an error, or `NULL`
 *
 * Gets the result of the work as a value of the caller.
 *
 * This is [method@Future.dup_value] for those who have a place for the value already. @value must be all zeroes before,
 * as `G_VALUE_INIT` makes it. If the work completed without a value, or there is an error, it is a `G_TYPE_POINTER` of
 * `NULL`, since a binding cannot read a value that has no type; it may be given again.
 *
 * ## Errors
 *
 * Those of [method@Future.dup_value].
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: true if the work completed, with a value or without one; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_future_get_value (TfFuture *self,
                     GValue   *value,
                     GError  **error)
{
  TfOutcome *outcome;

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (tf__value_is_place (value), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  outcome = get_outcome (self, error);
  if (outcome != NULL && tf__outcome_has_value (outcome))
    {
      *value = (GValue) G_VALUE_INIT;
      g_value_init (value, G_VALUE_TYPE (&outcome->value));
      g_value_copy (&outcome->value, value);
    }
  else
    {
      tf__value_set_none (value);
    }

  return outcome != NULL;
}

/**
 * tf_future_get_boolean:
 * @self: a future
 * @error: return location for an error, or `NULL`
 *
 * Gets the result of the work as a boolean.
 *
 * ## Errors
 *
 * Those of [method@Future.dup_value], and
 *
 * - `TF_ERROR_INVALID_ARGUMENT`: the result is of another type, which cannot be converted.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: the result; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_future_get_boolean (TfFuture *self,
                       GError  **error)
{
  GValue value = G_VALUE_INIT;

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return get_value_as (self, G_TYPE_BOOLEAN, &value, error) && g_value_get_boolean (&value);
}

/**
 * tf_future_get_int64:
 * @self: a future
 * @error: return location for an error, or `NULL`
 *
 * Gets the result of the work as an integer of 64 bits.
 *
 * ## Errors
 *
 * Those of [method@Future.dup_value], and
 *
 * - `TF_ERROR_INVALID_ARGUMENT`: the result is of another type, which cannot be converted.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: the result; 0 with @error set otherwise
 *
 * Since: 1.0
 */
gint64
tf_future_get_int64 (TfFuture *self,
                     GError  **error)
{
  GValue value = G_VALUE_INIT;

  g_return_val_if_fail (TF_IS_FUTURE (self), 0);
  g_return_val_if_fail (error == NULL || *error == NULL, 0);

  return get_value_as (self, G_TYPE_INT64, &value, error) ? g_value_get_int64 (&value) : 0;
}

/**
 * tf_future_get_double:
 * @self: a future
 * @error: return location for an error, or `NULL`
 *
 * Gets the result of the work as a floating-point number.
 *
 * ## Errors
 *
 * Those of [method@Future.dup_value], and
 *
 * - `TF_ERROR_INVALID_ARGUMENT`: the result is of another type, which cannot be converted.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: the result; 0 with @error set otherwise
 *
 * Since: 1.0
 */
double
tf_future_get_double (TfFuture *self,
                      GError  **error)
{
  GValue value = G_VALUE_INIT;

  g_return_val_if_fail (TF_IS_FUTURE (self), 0);
  g_return_val_if_fail (error == NULL || *error == NULL, 0);

  return get_value_as (self, G_TYPE_DOUBLE, &value, error) ? g_value_get_double (&value) : 0;
}

/* Takes what is in a value of type @type out of the result. */
static gpointer
dup_content (TfFuture *self,
             GType     type,
             gpointer (*dup) (const GValue *value),
             GError **error)
{
  GValue   value = G_VALUE_INIT;
  gpointer content;

  if (!get_value_as (self, type, &value, error))
    return NULL;

  content = dup (&value);
  g_value_unset (&value);
  return content;
}

/**
 * tf_future_dup_string:
 * @self: a future
 * @error: return location for an error, or `NULL`
 *
 * Gets the result of the work as a string.
 *
 * Numbers and booleans are converted.
 *
 * ## Errors
 *
 * Those of [method@Future.dup_value], and
 *
 * - `TF_ERROR_INVALID_ARGUMENT`: the result is of another type, which cannot be converted.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer full) (nullable): a copy of the result; `NULL` if that is `NULL`, or with
 *   @error set
 *
 * Since: 1.0
 */
char *
tf_future_dup_string (TfFuture *self,
                      GError  **error)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dup_content (self, G_TYPE_STRING, (gpointer (*) (const GValue *)) g_value_dup_string,
                      error);
}

/**
 * tf_future_dup_object:
 * @self: a future
 * @error: return location for an error, or `NULL`
 *
 * Gets the result of the work as an object.
 *
 * ## Errors
 *
 * Those of [method@Future.dup_value], and
 *
 * - `TF_ERROR_INVALID_ARGUMENT`: the result is not an object.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (type GObject.Object) (transfer full) (nullable): a reference on the result; `NULL` if
 *   that is `NULL`, or with @error set
 *
 * Since: 1.0
 */
gpointer
tf_future_dup_object (TfFuture *self,
                      GError  **error)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dup_content (self, G_TYPE_OBJECT, g_value_dup_object, error);
}

/**
 * tf_future_dup_variant:
 * @self: a future
 * @error: return location for an error, or `NULL`
 *
 * Gets the result of the work as a variant.
 *
 * ## Errors
 *
 * Those of [method@Future.dup_value], and
 *
 * - `TF_ERROR_INVALID_ARGUMENT`: the result is not a variant.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer full) (nullable): a reference on the result; `NULL` if that is `NULL`, or with
 *   @error set
 *
 * Since: 1.0
 */
GVariant *
tf_future_dup_variant (TfFuture *self,
                       GError  **error)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dup_content (self, G_TYPE_VARIANT, (gpointer (*) (const GValue *)) g_value_dup_variant,
                      error);
}

/**
 * tf_future_dup_boxed: (skip)
 * @self: a future
 * @boxed_type: the type that the result is expected to have
 * @error: return location for an error, or `NULL`
 *
 * Gets the result of the work as a boxed structure.
 *
 * ## Errors
 *
 * Those of [method@Future.dup_value], and
 *
 * - `TF_ERROR_INVALID_ARGUMENT`: the result is not of @boxed_type.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer full) (nullable): a copy of the result, to be freed with `g_boxed_free()`;
 *   `NULL` if that is `NULL`, or with @error set
 *
 * Since: 1.0
 */
gpointer
tf_future_dup_boxed (TfFuture *self,
                     GType     boxed_type,
                     GError  **error)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (G_TYPE_IS_BOXED (boxed_type), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return dup_content (self, boxed_type, g_value_dup_boxed, error);
}

/**
 * tf_future_steal_pointer: (skip)
 * @self: a future
 * @error: return location for an error, or `NULL`
 *
 * Takes the pointer that the task returned with [method@Task.return_pointer].
 *
 * It can be taken once; from then on it belongs to the caller, and the result is `NULL`. A pointer
 * that nobody takes is freed with the future.
 *
 * ## Errors
 *
 * Those of [method@Future.dup_value], and
 *
 * - `TF_ERROR_INVALID_ARGUMENT`: the result is not a pointer.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full) (nullable): the pointer; `NULL` if it has been taken before, or with
 *   @error set
 *
 * Since: 1.0
 */
gpointer
tf_future_steal_pointer (TfFuture *self,
                         GError  **error)
{
  TfOutcome *outcome;

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  outcome = get_outcome (self, error);
  if (outcome == NULL)
    return NULL;

  if (G_VALUE_TYPE (&outcome->value) != G_TYPE_POINTER)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT,
                   "The result of task “%s” is not a pointer", tf_future_get_name (self));
      return NULL;
    }

  tf__return_val_if_not_owner (self, NULL);

  return tf__outcome_steal_pointer (outcome);
}
