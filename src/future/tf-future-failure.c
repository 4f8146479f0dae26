/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

/* How a future ended that did not complete. */

GError *
tf__future_make_error (TfFuture *self,
                       TfPhase   phase)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  if (phase == TF_PHASE_FAILED)
    return g_error_copy (tf__outcome_get_failure (priv->outcome)->error);

  if (priv->more != NULL && priv->more->reason != NULL)
    return g_error_copy (priv->more->reason);

  return g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Task “%s” was cancelled",
                      tf_future_get_name (self));
}

/**
 * tf_future_dup_error:
 * @self: a future
 *
 * Gets why there is no result.
 *
 * Getting it counts as having seen the failure, which is then not logged.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer full) (nullable): the error that the task failed with; a
 *   `G_IO_ERROR_CANCELLED`, or the error that was given to [method@Future.abort_with_error], if
 *   it was cancelled; `NULL` if it completed or is not done
 *
 * Since: 1.0
 */
GError *
tf_future_dup_error (TfFuture *self)
{
  TfPhase phase;

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);

  phase = tf__future_get_phase (self);
  if (!tf__phase_is_done (phase) || phase == TF_PHASE_COMPLETED)
    return NULL;

  tf__future_mark_read (self);
  return tf__future_make_error (self, phase);
}

/* Whoever looks at the details has seen the failure. */
static const TfFailure *
get_failure (TfFuture *self)
{
  if (tf__future_get_phase (self) != TF_PHASE_FAILED)
    return NULL;

  tf__future_mark_read (self);
  return tf__outcome_get_failure (tf__future_get_private (self)->outcome);
}

/**
 * tf_future_get_failure_type:
 * @self: a future
 *
 * Gets the name of the type of the exception that ended the work, where code of another language
 * raised one.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer none) (nullable): the qualified name, as in "ZeroDivisionError"; `NULL` unless
 *   the state is `FAILED` and [method@Task.return_failure] was used
 *
 * Since: 1.0
 */
const char *
tf_future_get_failure_type (TfFuture *self)
{
  const TfFailure *failure;

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);

  failure = get_failure (self);
  return failure == NULL ? NULL : failure->type;
}

/**
 * tf_future_get_failure_text:
 * @self: a future
 *
 * Gets the message of the exception that ended the work, where code of another language raised one.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer none) (nullable): the message; `NULL` unless the state is `FAILED` and
 *   [method@Task.return_failure] was used
 *
 * Since: 1.0
 */
const char *
tf_future_get_failure_text (TfFuture *self)
{
  const TfFailure *failure;

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);

  failure = get_failure (self);
  return failure == NULL ? NULL : failure->text;
}

/**
 * tf_future_get_failure_traceback:
 * @self: a future
 *
 * Gets the formatted traceback of the exception that ended the work, where code of another language
 * raised one.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer none) (nullable): the traceback, of several lines; `NULL` unless the state is
 *   `FAILED` and [method@Task.return_failure] was used with one
 *
 * Since: 1.0
 */
const char *
tf_future_get_failure_traceback (TfFuture *self)
{
  const TfFailure *failure;

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);

  failure = get_failure (self);
  return failure == NULL ? NULL : failure->traceback;
}

/**
 * tf_future_dup_failure_payload:
 * @self: a future
 *
 * Gets the exception itself, where code of another language in the same process raised one.
 *
 * The exception may keep much alive, such as the frames and locals of its traceback; the future
 * keeps it as long as it lives.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer full) (nullable): the payload that was given to [method@Task.return_failure],
 *   or `NULL`
 *
 * Since: 1.0
 */
GValue *
tf_future_dup_failure_payload (TfFuture *self)
{
  const TfFailure *failure;

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);

  failure = get_failure (self);
  if (failure == NULL || G_VALUE_TYPE (&failure->payload) == G_TYPE_INVALID)
    return NULL;

  return g_boxed_copy (G_TYPE_VALUE, &failure->payload);
}

/**
 * tf_future_get_failure_payload:
 * @self: a future
 * @payload: (out caller-allocates): where the exception is copied to; clear it with `g_value_unset()`
 *
 * Gets the exception that ended the work as a value of the caller, where code of another language raised one.
 *
 * This is [method@Future.dup_failure_payload] for those who have a place for the value already. @payload must be all
 * zeroes before, as `G_VALUE_INIT` makes it. If there is none, it is a `G_TYPE_POINTER` of `NULL`.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: true if there is one
 *
 * Since: 1.0
 */
gboolean
tf_future_get_failure_payload (TfFuture *self,
                               GValue   *payload)
{
  const TfFailure *failure;
  gboolean         has_payload;

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (payload != NULL && G_VALUE_TYPE (payload) == G_TYPE_INVALID, FALSE);

  failure = get_failure (self);
  has_payload = failure != NULL && G_VALUE_TYPE (&failure->payload) != G_TYPE_INVALID;
  g_value_init (payload, has_payload ? G_VALUE_TYPE (&failure->payload) : G_TYPE_POINTER);
  if (has_payload)
    g_value_copy (&failure->payload, payload);

  return has_payload;
}
