/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task/tf-task-private.h"

/* What a task returns: stored here, and delivered when its function has come back. */

/* Takes over the contents of @value. */
static void
take_value (TfTask     *self,
            GValue     *value,
            const char *function)
{
  if (tf__task_claim_return (self, function))
    self->work.outcome.value = *value;
  else
    g_value_unset (value);
}

static void
take_error (TfTask     *self,
            GError     *error,
            const char *function)
{
  if (tf__task_claim_return (self, function))
    tf__outcome_take_error (&self->work.outcome, error);
  else
    g_error_free (error);
}

/**
 * tf_task_return_none:
 * @self: the task
 *
 * Returns without a value: the task completes, and its result is none.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_none (TfTask *self)
{
  g_return_if_fail (self != NULL);

  tf__task_claim_return (self, G_STRFUNC);
}

/**
 * tf_task_return_value:
 * @self: the task
 * @value: (nullable): the result, which is copied; or `NULL` for none
 *
 * Returns a value of any type.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_value (TfTask       *self,
                      const GValue *value)
{
  g_return_if_fail (self != NULL);

  if (tf__task_claim_return (self, G_STRFUNC))
    tf__outcome_set_value (&self->work.outcome, value);
}

/**
 * tf_task_return_boolean:
 * @self: the task
 * @value: the result
 *
 * Returns a boolean.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_boolean (TfTask  *self,
                        gboolean value)
{
  GValue result = G_VALUE_INIT;

  g_return_if_fail (self != NULL);

  g_value_init (&result, G_TYPE_BOOLEAN);
  g_value_set_boolean (&result, value);
  take_value (self, &result, G_STRFUNC);
}

/**
 * tf_task_return_int64:
 * @self: the task
 * @value: the result
 *
 * Returns an integer of 64 bits.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_int64 (TfTask *self,
                      gint64  value)
{
  GValue result = G_VALUE_INIT;

  g_return_if_fail (self != NULL);

  g_value_init (&result, G_TYPE_INT64);
  g_value_set_int64 (&result, value);
  take_value (self, &result, G_STRFUNC);
}

/**
 * tf_task_return_double:
 * @self: the task
 * @value: the result
 *
 * Returns a floating-point number.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_double (TfTask *self,
                       double  value)
{
  GValue result = G_VALUE_INIT;

  g_return_if_fail (self != NULL);

  g_value_init (&result, G_TYPE_DOUBLE);
  g_value_set_double (&result, value);
  take_value (self, &result, G_STRFUNC);
}

/**
 * tf_task_return_string:
 * @self: the task
 * @value: (nullable): the result, which is copied
 *
 * Returns a string.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_string (TfTask     *self,
                       const char *value)
{
  GValue result = G_VALUE_INIT;

  g_return_if_fail (self != NULL);

  g_value_init (&result, G_TYPE_STRING);
  g_value_set_string (&result, value);
  take_value (self, &result, G_STRFUNC);
}

/**
 * tf_task_return_object:
 * @self: the task
 * @value: (type GObject.Object) (nullable): the result, on which a reference is taken; a floating one is sunk
 *
 * Returns an object.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_object (TfTask  *self,
                       gpointer value)
{
  GValue result = G_VALUE_INIT;

  g_return_if_fail (self != NULL);
  g_return_if_fail (value == NULL || G_IS_OBJECT (value));

  tf__value_init_object (&result, value);
  take_value (self, &result, G_STRFUNC);
}

/**
 * tf_task_return_variant:
 * @self: the task
 * @value: (nullable): the result; a floating reference is sunk
 *
 * Returns a variant.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_variant (TfTask   *self,
                        GVariant *value)
{
  GValue result = G_VALUE_INIT;

  g_return_if_fail (self != NULL);

  g_value_init (&result, G_TYPE_VARIANT);
  g_value_set_variant (&result, value);
  take_value (self, &result, G_STRFUNC);
}

/**
 * tf_task_return_boxed: (skip)
 * @self: the task
 * @boxed_type: the type of @value
 * @value: (nullable): the result, which is copied
 *
 * Returns a boxed structure.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_boxed (TfTask       *self,
                      GType         boxed_type,
                      gconstpointer value)
{
  GValue result = G_VALUE_INIT;

  g_return_if_fail (self != NULL);
  g_return_if_fail (G_TYPE_IS_BOXED (boxed_type));

  g_value_init (&result, boxed_type);
  g_value_set_boxed (&result, value);
  take_value (self, &result, G_STRFUNC);
}

/**
 * tf_task_return_pointer: (skip)
 * @self: the task
 * @value: (nullable): the result
 * @value_free: (nullable): frees @value, in the owner context, if nobody takes it
 *
 * Returns a pointer, for one taker: see [method@Future.steal_pointer].
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_pointer (TfTask        *self,
                        gpointer       value,
                        GDestroyNotify value_free)
{
  g_return_if_fail (self != NULL);

  if (tf__task_claim_return (self, G_STRFUNC))
    tf__outcome_take_pointer (&self->work.outcome, value, value_free);
  else if (value_free != NULL && value != NULL)
    value_free (value);
}

/**
 * tf_task_allocate_bytes: (skip)
 * @self: the task
 * @size: how many bytes, at least 1
 *
 * Allocates memory in which the function produces its result.
 *
 * In a worker process it is memory that the program gets as it is: nothing is copied, however large it is. Elsewhere
 * it is plain memory. Return it with [method@Task.return_allocated]; otherwise it is freed when the function comes
 * back. A task has one such memory; asking again frees the first.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Returns: (nullable): the memory, full of zeros, which is the task's; or `NULL` if there is not so much
 *
 * Since: 1.0
 */
gpointer
tf_task_allocate_bytes (TfTask *self,
                        gsize   size)
{
  TfTaskFrame *frame;

  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (size > 0 && size <= G_MAXSSIZE, NULL);

  frame = tf__task_check_frame (self, G_STRFUNC);
  if (frame == NULL)
    return NULL;

  if (frame->n_returned >= 0)
    {
      g_critical ("%s: task “%s” has returned before", G_STRFUNC, tf__task_get_name (self));
      return NULL;
    }

  if (self->host->sink != NULL)
    {
      frame->bytes = self->host->sink->allocate (self, size);
    }
  else
    {
      g_free (frame->bytes);
      frame->bytes = g_try_malloc0 (size);
    }

  frame->n_bytes = frame->bytes == NULL ? 0 : size;
  return frame->bytes;
}

/**
 * tf_task_return_allocated: (skip)
 * @self: the task
 * @size: how many of the bytes are the result
 *
 * Returns the memory of [method@Task.allocate_bytes]: the value of the future is a [struct@GLib.Bytes].
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing. The memory must not be
 * touched any more.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_allocated (TfTask *self,
                          gsize   size)
{
  TfTaskFrame *frame;
  GValue       value = G_VALUE_INIT;

  g_return_if_fail (self != NULL);

  frame = tf__task_check_frame (self, G_STRFUNC);
  if (frame == NULL)
    return;

  if (frame->n_returned < 0 && (frame->bytes == NULL || size > frame->n_bytes))
    {
      g_critical ("%s: task “%s” has not allocated %" G_GSIZE_FORMAT " bytes", G_STRFUNC,
                  tf__task_get_name (self), size);
      return;
    }

  if (!tf__task_claim_return (self, G_STRFUNC))
    return;

  frame->n_returned = (gssize) size;
  if (self->host->sink != NULL)
    return;

  g_value_init (&value, G_TYPE_BYTES);
  g_value_take_boxed (&value, g_bytes_new_take (g_steal_pointer (&frame->bytes), size));
  self->work.outcome.value = value;
}

/**
 * tf_task_return_error:
 * @self: the task
 * @error: (transfer full): why the task failed
 *
 * Returns an error: the task fails, unless it was cancelled.
 *
 * A `G_IO_ERROR_CANCELLED` is an error as any other: a task that was not cancelled fails with it.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_error (TfTask *self,
                      GError *error)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (error != NULL);

  take_error (self, error, G_STRFUNC);
}

/**
 * tf_task_return_new_error: (skip)
 * @self: the task
 * @domain: the domain of the error
 * @code: its code
 * @format: the message, in the manner of `printf()`
 * @...: what @format asks for
 *
 * Returns a new error: the task fails, unless it was cancelled.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_new_error (TfTask     *self,
                          GQuark      domain,
                          int         code,
                          const char *format,
                          ...)
{
  va_list arguments;

  g_return_if_fail (self != NULL);
  g_return_if_fail (domain != 0);
  g_return_if_fail (format != NULL);

  va_start (arguments, format);
  take_error (self, g_error_new_valist (domain, code, format, arguments), G_STRFUNC);
  va_end (arguments);
}

/**
 * tf_task_return_new_error_literal: (rename-to tf_task_return_new_error)
 * @self: the task
 * @domain: the domain of the error
 * @code: its code
 * @message: the message
 *
 * Returns a new error with a message that is not a format: the task fails, unless it was cancelled.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_new_error_literal (TfTask     *self,
                                  GQuark      domain,
                                  int         code,
                                  const char *message)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (domain != 0);
  g_return_if_fail (message != NULL);

  take_error (self, g_error_new_literal (domain, code, message), G_STRFUNC);
}

/**
 * tf_task_return_error_if_cancelled:
 * @self: the task
 *
 * Returns a `G_IO_ERROR_CANCELLED` if the task was cancelled, and does nothing otherwise.
 *
 * ```c
 * if (tf_task_return_error_if_cancelled (task))
 *   return;
 * ```
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Returns: true if the task was cancelled, and has returned now
 *
 * Since: 1.0
 */
gboolean
tf_task_return_error_if_cancelled (TfTask *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  if (!tf_task_is_cancelled (self))
    return FALSE;

  take_error (self,
              g_error_new (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Task “%s” was cancelled",
                           tf__task_get_name (self)),
              G_STRFUNC);
  return TRUE;
}

/**
 * tf_task_return_failure:
 * @self: the task
 * @type: the name of the type of the exception, as in "ZeroDivisionError"
 * @text: (nullable): its message
 * @traceback: (nullable): where it was raised, formatted, of several lines
 * @payload: (nullable): the exception itself, which is copied, for readers in the same process
 *
 * Returns an exception of another language: the task fails with `TF_ERROR_EXCEPTION`, unless it was
 * cancelled.
 *
 * The task is done when its function has come back, and what it reports until then is delivered
 * before. A task returns once: a second time is a critical that names it, and changes nothing.
 *
 * ## Threads
 *
 * Call in the thread that runs the task, while it does.
 *
 * Since: 1.0
 */
void
tf_task_return_failure (TfTask       *self,
                        const char   *type,
                        const char   *text,
                        const char   *traceback,
                        const GValue *payload)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (type != NULL);

  if (tf__task_claim_return (self, G_STRFUNC))
    tf__outcome_set_failure (&self->work.outcome, type, text, traceback, payload);
}
