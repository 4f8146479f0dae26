/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-process-context.h>

#include "process/tf-process-private.h"

/* Limits of the memory that workers can make the program hold. */

/**
 * tf_process_context_set_max_value_size: (set-property max-value-size)
 * @self: a context
 * @size: the limit, in bytes, 65536 at least and 1 TiB at most
 *
 * Sets how large one value that a worker sends may be.
 *
 * Values are a result, an item, a report, and the value of a message. The limit is one gibibyte, unless it is set. It
 * is compared with the size that the worker announces, before there is memory for the value. Values of less than 64
 * KiB always pass.
 *
 * A worker of this library knows the limit, and fails the task with `TF_ERROR_NOT_PORTABLE` if a value is larger. A
 * worker that sends such a value all the same is ended, and the task fails with `TF_ERROR_PROTOCOL`. The limit applies
 * to processes that are started from then on.
 *
 * ## Threads
 *
 * May be called from any thread, where also the notification is emitted.
 *
 * Since: 1.0
 */
void
tf_process_context_set_max_value_size (TfProcessContext *self,
                                       guint64           size)
{
  TfProcessSettings *settings;
  gboolean           is_changed;

  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  g_return_if_fail (size >= TF_WIRE_LEAST_VALUE && size <= TF_WIRE_MAX_BULK);
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  settings = tf__process_crew_lock_settings (tf__process_context_get_crew (self));
  is_changed = settings->limits.max_value != size;
  settings->limits.max_value = size;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));

  if (is_changed)
    g_object_notify (G_OBJECT (self), "max-value-size");
}

/**
 * tf_process_context_get_max_value_size: (get-property max-value-size)
 * @self: a context
 *
 * Gets how large one value that a worker sends may be.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the limit, in bytes
 *
 * Since: 1.0
 */
guint64
tf_process_context_get_max_value_size (TfProcessContext *self)
{
  guint64 size;

  g_return_val_if_fail (TF_IS_PROCESS_CONTEXT (self), 0);

  size = tf__process_crew_lock_settings (tf__process_context_get_crew (self))->limits.max_value;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));

  return size;
}

/**
 * tf_process_context_set_max_text_size: (set-property max-text-size)
 * @self: a context
 * @size: the limit, in bytes, 1024 at least and 16 MiB at most
 *
 * Sets how long one text that a worker sends may be.
 *
 * Texts are a status, the kind of a message, the domain and the message of an error, and the type, the text and the
 * traceback of a failure. The limit is 64 KiB, unless it is set. Texts that are values, such as a result that is a
 * string, are not meant: see [method@ProcessContext.set_max_value_size].
 *
 * A worker of this library knows the limit: it cuts longer texts off, with an ellipsis at the end, and fails a task
 * that sends a message of a longer kind with `TF_ERROR_NOT_PORTABLE`. A worker that sends a longer text all the same
 * is ended, and the task fails with `TF_ERROR_PROTOCOL`. The limit applies to processes that are started from then on.
 *
 * ## Threads
 *
 * May be called from any thread, where also the notification is emitted.
 *
 * Since: 1.0
 */
void
tf_process_context_set_max_text_size (TfProcessContext *self,
                                      guint             size)
{
  TfProcessSettings *settings;
  gboolean           is_changed;

  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  g_return_if_fail (size >= TF_WIRE_LEAST_TEXT && size <= TF_WIRE_MOST_TEXT);
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  settings = tf__process_crew_lock_settings (tf__process_context_get_crew (self));
  is_changed = settings->limits.max_text != size;
  settings->limits.max_text = size;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));

  if (is_changed)
    g_object_notify (G_OBJECT (self), "max-text-size");
}

/**
 * tf_process_context_get_max_text_size: (get-property max-text-size)
 * @self: a context
 *
 * Gets how long one text that a worker sends may be.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the limit, in bytes
 *
 * Since: 1.0
 */
guint
tf_process_context_get_max_text_size (TfProcessContext *self)
{
  guint size;

  g_return_val_if_fail (TF_IS_PROCESS_CONTEXT (self), 0);

  size = tf__process_crew_lock_settings (tf__process_context_get_crew (self))->limits.max_text;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));

  return size;
}

/**
 * tf_process_context_set_max_pending_size: (set-property max-pending-size)
 * @self: a context
 * @size: the limit, in bytes, 65536 at least
 *
 * Sets how many bytes of reports, items and messages of one task may be on their way to the main loop.
 *
 * The limit is 64 MiB, unless it is set. When the main loop does not keep up, the worker waits in its function that
 * reports, yields or sends, as it does with 1024 events; a cancel ends the waiting. Nothing fails and nothing is lost.
 * An event that is larger than the limit waits until those before it are delivered, and passes alone. Events of less
 * than 4096 bytes are not counted. Neither are results: a task has one, see
 * [method@ProcessContext.set_max_value_size]. The limit applies to processes that are started from then on.
 *
 * ## Threads
 *
 * May be called from any thread, where also the notification is emitted.
 *
 * Since: 1.0
 */
void
tf_process_context_set_max_pending_size (TfProcessContext *self,
                                         guint64           size)
{
  TfProcessSettings *settings;
  gboolean           is_changed;

  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  g_return_if_fail (size >= TF_PROCESS_LEAST_PENDING);
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  settings = tf__process_crew_lock_settings (tf__process_context_get_crew (self));
  is_changed = settings->max_pending != size;
  settings->max_pending = size;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));

  if (is_changed)
    g_object_notify (G_OBJECT (self), "max-pending-size");
}

/**
 * tf_process_context_get_max_pending_size: (get-property max-pending-size)
 * @self: a context
 *
 * Gets how many bytes of events of one task may be on their way to the main loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the limit, in bytes
 *
 * Since: 1.0
 */
guint64
tf_process_context_get_max_pending_size (TfProcessContext *self)
{
  guint64 size;

  g_return_val_if_fail (TF_IS_PROCESS_CONTEXT (self), 0);

  size = tf__process_crew_lock_settings (tf__process_context_get_crew (self))->max_pending;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));

  return size;
}
