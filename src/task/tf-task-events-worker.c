/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task/tf-task-private.h"

/* What a task reports: events, of which every one is delivered. */

gboolean
tf__task_send_event (TfTask       *self,
                     TfRoad        road,
                     const char   *kind,
                     const GValue *value,
                     const char   *function)
{
  TfEvent event;

  /* Before anything is copied. A task that was refused has no host. */
  if (!tf__task_is_running (self, function) || !tf__task_is_wanted (self))
    return FALSE;

  if (self->host->sink == NULL)
    return tf__pipe_send (&self->work.pipe, road, kind, value);

  tf__event_init (&event, road, kind, value);
  return self->host->sink->send (self, &event);
}

void
tf__task_send_sized (TfTask       *self,
                     TfRoad        road,
                     const char   *kind,
                     const GValue *value,
                     guint64       size,
                     guint64       max_pending)
{
  guint n_units = (guint) MIN (size / TF_EVENT_UNIT, TF_EVENT_MAX_SIZE);

  if (tf__task_is_running (self, G_STRFUNC) && tf__task_is_wanted (self))
    tf__pipe_send_sized (&self->work.pipe, road, kind, value, n_units, max_pending / TF_EVENT_UNIT);
}

gboolean
tf__task_send_own (TfTask     *self,
                   TfRoad      road,
                   const char *kind,
                   GValue     *value,
                   const char *function)
{
  gboolean is_wanted = tf__task_send_event (self, road, kind, value, function);

  g_value_unset (value);
  return is_wanted;
}

/**
 * tf_task_report_value:
 * @self: the task
 * @value: (nullable): what is to be delivered, which is copied; or `NULL` for nothing
 *
 * Reports something to the foreground, where it becomes [signal@Future::progress].
 *
 * Every report is delivered, in order, before the task is done. For a number that goes up, of which
 * only the latest value counts, use [method@Task.set_progress], which costs much less.
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
tf_task_report_value (TfTask       *self,
                      const GValue *value)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return tf__task_send_event (self, TF_ROAD_PROGRESS, NULL, value, G_STRFUNC);
}

/**
 * tf_task_report_int64:
 * @self: the task
 * @value: the integer
 *
 * Reports an integer of 64 bits: see [method@Task.report_value].
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
tf_task_report_int64 (TfTask *self,
                      gint64  value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);

  g_value_init (&item, G_TYPE_INT64);
  g_value_set_int64 (&item, value);
  return tf__task_send_own (self, TF_ROAD_PROGRESS, NULL, &item, G_STRFUNC);
}

/**
 * tf_task_report_double:
 * @self: the task
 * @value: the number
 *
 * Reports a floating-point number: see [method@Task.report_value].
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
tf_task_report_double (TfTask *self,
                       double  value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);

  g_value_init (&item, G_TYPE_DOUBLE);
  g_value_set_double (&item, value);
  return tf__task_send_own (self, TF_ROAD_PROGRESS, NULL, &item, G_STRFUNC);
}

/**
 * tf_task_report_string:
 * @self: the task
 * @value: (nullable): the string, which is copied
 *
 * Reports a string: see [method@Task.report_value].
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
tf_task_report_string (TfTask     *self,
                       const char *value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);

  g_value_init (&item, G_TYPE_STRING);
  g_value_set_static_string (&item, value);
  return tf__task_send_own (self, TF_ROAD_PROGRESS, NULL, &item, G_STRFUNC);
}

/**
 * tf_task_report_object:
 * @self: the task
 * @value: (type GObject.Object) (nullable): the object, on which a reference is taken; a floating one is sunk
 *
 * Reports an object: see [method@Task.report_value].
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
tf_task_report_object (TfTask  *self,
                       gpointer value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (value == NULL || G_IS_OBJECT (value), FALSE);

  tf__value_init_object (&item, value);
  return tf__task_send_own (self, TF_ROAD_PROGRESS, NULL, &item, G_STRFUNC);
}

/**
 * tf_task_report_variant:
 * @self: the task
 * @value: (nullable): the variant; a floating reference is sunk
 *
 * Reports a variant: see [method@Task.report_value].
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
tf_task_report_variant (TfTask   *self,
                        GVariant *value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);

  g_value_init (&item, G_TYPE_VARIANT);
  g_value_set_variant (&item, value);
  return tf__task_send_own (self, TF_ROAD_PROGRESS, NULL, &item, G_STRFUNC);
}

/**
 * tf_task_yield_value:
 * @self: the task
 * @value: (nullable): what is to be delivered, which is copied; or `NULL` for nothing
 *
 * Yields an item to the foreground, where it becomes [signal@Future::item].
 *
 * Every item is delivered, in order, before the task is done. None is stored.
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
tf_task_yield_value (TfTask       *self,
                     const GValue *value)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return tf__task_send_event (self, TF_ROAD_ITEM, NULL, value, G_STRFUNC);
}

/**
 * tf_task_yield_int64:
 * @self: the task
 * @value: the integer
 *
 * Yields an integer of 64 bits: see [method@Task.yield_value].
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
tf_task_yield_int64 (TfTask *self,
                     gint64  value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);

  g_value_init (&item, G_TYPE_INT64);
  g_value_set_int64 (&item, value);
  return tf__task_send_own (self, TF_ROAD_ITEM, NULL, &item, G_STRFUNC);
}

/**
 * tf_task_yield_double:
 * @self: the task
 * @value: the number
 *
 * Yields a floating-point number: see [method@Task.yield_value].
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
tf_task_yield_double (TfTask *self,
                      double  value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);

  g_value_init (&item, G_TYPE_DOUBLE);
  g_value_set_double (&item, value);
  return tf__task_send_own (self, TF_ROAD_ITEM, NULL, &item, G_STRFUNC);
}

/**
 * tf_task_yield_string:
 * @self: the task
 * @value: (nullable): the string, which is copied
 *
 * Yields a string: see [method@Task.yield_value].
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
tf_task_yield_string (TfTask     *self,
                      const char *value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);

  g_value_init (&item, G_TYPE_STRING);
  g_value_set_static_string (&item, value);
  return tf__task_send_own (self, TF_ROAD_ITEM, NULL, &item, G_STRFUNC);
}

/**
 * tf_task_yield_object:
 * @self: the task
 * @value: (type GObject.Object) (nullable): the object, on which a reference is taken; a floating one is sunk
 *
 * Yields an object: see [method@Task.yield_value].
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
tf_task_yield_object (TfTask  *self,
                      gpointer value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (value == NULL || G_IS_OBJECT (value), FALSE);

  tf__value_init_object (&item, value);
  return tf__task_send_own (self, TF_ROAD_ITEM, NULL, &item, G_STRFUNC);
}

/**
 * tf_task_yield_variant:
 * @self: the task
 * @value: (nullable): the variant; a floating reference is sunk
 *
 * Yields a variant: see [method@Task.yield_value].
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
tf_task_yield_variant (TfTask   *self,
                       GVariant *value)
{
  GValue item = G_VALUE_INIT;

  g_return_val_if_fail (self != NULL, FALSE);

  g_value_init (&item, G_TYPE_VARIANT);
  g_value_set_variant (&item, value);
  return tf__task_send_own (self, TF_ROAD_ITEM, NULL, &item, G_STRFUNC);
}
