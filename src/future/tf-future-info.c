/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

/**
 * tf_future_get_state: (get-property state)
 * @self: a future
 *
 * Gets how far the work is, as the owner context has been told.
 *
 * ## Threads
 *
 * May be called from any thread. Outside the owner context the state may be out of date when it is
 * returned, unless it is one of those that are done: these never change.
 *
 * Returns: the state
 *
 * Since: 1.0
 */
TfFutureState
tf_future_get_state (TfFuture *self)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), TF_FUTURE_STATE_WAITING);

  return tf__phase_get_state (tf__future_get_phase (self));
}

/**
 * tf_future_is_done: (get-property done)
 * @self: a future
 *
 * Tells whether the work has ended, well, badly or by a cancel.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if the state is `COMPLETED`, `FAILED` or `CANCELLED`
 *
 * Since: 1.0
 */
gboolean
tf_future_is_done (TfFuture *self)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);

  return tf__phase_is_done (tf__future_get_phase (self));
}

/**
 * tf_future_is_cancellable: (get-property cancellable)
 * @self: a future
 *
 * Tells whether [method@Future.cancel] could take effect.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if the state is `WAITING` or `EXECUTING`
 *
 * Since: 1.0
 */
gboolean
tf_future_is_cancellable (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);

  if (priv->work != NULL && tf__work_is_refusing (priv->work))
    return FALSE;

  return tf__phase_is_cancellable (tf__future_get_phase (self));
}

/**
 * tf_future_get_name: (get-property name)
 * @self: a future
 *
 * Gets the name of the task: that of [method@Task.set_name], or "task" where none was given.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none): the name, which lives as long as the future
 *
 * Since: 1.0
 */
const char *
tf_future_get_name (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);

  return priv->work == NULL ? "task" : tf__work_get_class (priv->work)->get_name (priv->work);
}

/**
 * tf_future_get_description: (get-property description)
 * @self: a future
 *
 * Gets the text for people that was given by [method@Task.set_description].
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the description, which lives as long as the future
 *
 * Since: 1.0
 */
const char *
tf_future_get_description (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);

  if (priv->work == NULL || tf__work_get_class (priv->work)->get_description == NULL)
    return NULL;

  return tf__work_get_class (priv->work)->get_description (priv->work);
}

/**
 * tf_future_dup_location:
 * @self: a future
 *
 * Gets where in the program the task was submitted.
 *
 * That is the text of [method@Task.set_location], or else the module and the offset of the call in
 * it, as `module+0x12ab`, which addr2line and debuggers turn into a line.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the place
 *
 * Since: 1.0
 */
char *
tf_future_dup_location (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);

  return priv->work == NULL ? g_strdup ("") : tf__work_dup_location (priv->work);
}
