/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task/tf-task-private.h"

/* What a task sends under a name of its own. */

/**
 * tf_task_send_value:
 * @self: the task
 * @kind: the kind of message, in UTF-8, which is the detail of the signal
 * @value: (nullable): what is to be delivered, which is copied; or `NULL` for nothing
 *
 * Sends a message of a kind of its own to the foreground, where it becomes
 * [signal@Future::message].
 *
 * Every message is delivered, in order, before the task is done.
 *
 * A task that is ahead of the foreground by 1024 events waits here.
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. May block, but never in the owner context; a
 * cancel ends the waiting.
 *
 * Returns: true if it will be delivered; false if the task was cancelled, given up, or has ended:
 *   return then
 *
 * Since: 1.0
 */
gboolean
tf_task_send_value (TfTask       *self,
                    const char   *kind,
                    const GValue *value)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (kind != NULL, FALSE);

  return tf__task_send_event (self, TF_ROAD_MESSAGE, kind, value, G_STRFUNC);
}

/**
 * tf_task_send_int64:
 * @self: the task
 * @kind: the kind of message, which is the detail of the signal
 * @value: the integer
 *
 * Sends an integer of 64 bits: see [method@Task.send_value].
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. May block, but never in the owner context; a
 * cancel ends the waiting.
 *
 * Returns: true if it will be delivered; false if the task was cancelled, given up, or has ended:
 *   return then
 *
 * Since: 1.0
 */
gboolean
tf_task_send_int64 (TfTask     *self,
                    const char *kind,
                    gint64      value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (kind != NULL, FALSE);

  g_value_init (&item, G_TYPE_INT64);
  g_value_set_int64 (&item, value);
  return tf__task_send_own (self, TF_ROAD_MESSAGE, kind, &item, G_STRFUNC);
}

/**
 * tf_task_send_double:
 * @self: the task
 * @kind: the kind of message, which is the detail of the signal
 * @value: the number
 *
 * Sends a floating-point number: see [method@Task.send_value].
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. May block, but never in the owner context; a
 * cancel ends the waiting.
 *
 * Returns: true if it will be delivered; false if the task was cancelled, given up, or has ended:
 *   return then
 *
 * Since: 1.0
 */
gboolean
tf_task_send_double (TfTask     *self,
                     const char *kind,
                     double      value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (kind != NULL, FALSE);

  g_value_init (&item, G_TYPE_DOUBLE);
  g_value_set_double (&item, value);
  return tf__task_send_own (self, TF_ROAD_MESSAGE, kind, &item, G_STRFUNC);
}

/**
 * tf_task_send_string:
 * @self: the task
 * @kind: the kind of message, which is the detail of the signal
 * @value: (nullable): the string, which is copied
 *
 * Sends a string: see [method@Task.send_value].
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. May block, but never in the owner context; a
 * cancel ends the waiting.
 *
 * Returns: true if it will be delivered; false if the task was cancelled, given up, or has ended:
 *   return then
 *
 * Since: 1.0
 */
gboolean
tf_task_send_string (TfTask     *self,
                     const char *kind,
                     const char *value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (kind != NULL, FALSE);

  g_value_init (&item, G_TYPE_STRING);
  g_value_set_static_string (&item, value);
  return tf__task_send_own (self, TF_ROAD_MESSAGE, kind, &item, G_STRFUNC);
}

/**
 * tf_task_send_object:
 * @self: the task
 * @kind: the kind of message, which is the detail of the signal
 * @value: (type GObject.Object) (nullable): the object, on which a reference is taken; a floating one is sunk
 *
 * Sends an object: see [method@Task.send_value].
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. May block, but never in the owner context; a
 * cancel ends the waiting.
 *
 * Returns: true if it will be delivered; false if the task was cancelled, given up, or has ended:
 *   return then
 *
 * Since: 1.0
 */
gboolean
tf_task_send_object (TfTask     *self,
                     const char *kind,
                     gpointer    value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (kind != NULL, FALSE);
  g_return_val_if_fail (value == NULL || G_IS_OBJECT (value), FALSE);

  tf__value_init_object (&item, value);
  return tf__task_send_own (self, TF_ROAD_MESSAGE, kind, &item, G_STRFUNC);
}

/**
 * tf_task_send_variant:
 * @self: the task
 * @kind: the kind of message, which is the detail of the signal
 * @value: (nullable): the variant; a floating reference is sunk
 *
 * Sends a variant: see [method@Task.send_value].
 *
 * ## Threads
 *
 * May be called from any thread while the task runs. May block, but never in the owner context; a
 * cancel ends the waiting.
 *
 * Returns: true if it will be delivered; false if the task was cancelled, given up, or has ended:
 *   return then
 *
 * Since: 1.0
 */
gboolean
tf_task_send_variant (TfTask     *self,
                      const char *kind,
                      GVariant   *value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (kind != NULL, FALSE);

  g_value_init (&item, G_TYPE_VARIANT);
  g_value_set_variant (&item, value);
  return tf__task_send_own (self, TF_ROAD_MESSAGE, kind, &item, G_STRFUNC);
}
