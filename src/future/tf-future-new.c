/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-link-private.h"

#include "core/tf-clock-private.h"

/* Futures that are made without another one: a delay, and those that are done from the beginning. */

static TfLink *
new_here (TfLinkKind kind,
          gpointer   place)
{
  GMainContext *context = g_main_context_ref_thread_default ();
  TfLink       *self = tf__link_new (kind, context, place);

  g_main_context_unref (context);
  return self;
}

/**
 * tf_future_delay:
 * @delay_us: microseconds, at least 0, which is the next turn of the loop
 *
 * Makes a future that completes without a value after some time.
 *
 * It belongs to the thread-default main context, and lives until then. Cancelling it ends it earlier.
 *
 * ## Threads
 *
 * May be called from any thread. The time counts from the call.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_delay (gint64 delay_us)
{
  TfLink *self;

  g_return_val_if_fail (delay_us >= 0, NULL);
  /* Nobody else knows the future yet. */
  tf__enter_foreground ();

  self = new_here (TF_LINK_DELAY, __builtin_return_address (0));
  self->limit = g_new0 (TfLinkLimit, 1);
  self->limit->timer.deadline_us = tf__clock_deadline (delay_us);
  tf__link_begin_delay (self);
  return TF_FUTURE (self);
}

/* Done from the beginning; takes over what is in @outcome. */
static TfFuture *
new_done (TfOutcome *outcome,
          gpointer   place)
{
  TfLink *self = new_here (TF_LINK_VALUE, place);

  tf__enter_foreground ();
  tf__completion_preset (&self->completion, outcome);
  return TF_FUTURE (self);
}

/**
 * tf_future_new_for_value:
 * @value: (nullable): the result, which is copied; or `NULL` for none
 *
 * Makes a future that has completed with a value of any type.
 *
 * It belongs to the thread-default main context. What is derived from it goes on in the next turn of the loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_new_for_value (const GValue *value)
{
  TfOutcome outcome = { 0 };

  tf__outcome_set_value (&outcome, value);
  return new_done (&outcome, __builtin_return_address (0));
}

/**
 * tf_future_new_for_boolean:
 * @value: the result
 *
 * Makes a future that has completed with a boolean.
 *
 * It belongs to the thread-default main context. What is derived from it goes on in the next turn of the loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_new_for_boolean (gboolean value)
{
  TfOutcome outcome = { 0 };

  g_value_init (&outcome.value, G_TYPE_BOOLEAN);
  g_value_set_boolean (&outcome.value, value);
  return new_done (&outcome, __builtin_return_address (0));
}

/**
 * tf_future_new_for_int64:
 * @value: the result
 *
 * Makes a future that has completed with an integer of 64 bits.
 *
 * It belongs to the thread-default main context. What is derived from it goes on in the next turn of the loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_new_for_int64 (gint64 value)
{
  TfOutcome outcome = { 0 };

  g_value_init (&outcome.value, G_TYPE_INT64);
  g_value_set_int64 (&outcome.value, value);
  return new_done (&outcome, __builtin_return_address (0));
}

/**
 * tf_future_new_for_double:
 * @value: the result
 *
 * Makes a future that has completed with a floating-point number.
 *
 * It belongs to the thread-default main context. What is derived from it goes on in the next turn of the loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_new_for_double (double value)
{
  TfOutcome outcome = { 0 };

  g_value_init (&outcome.value, G_TYPE_DOUBLE);
  g_value_set_double (&outcome.value, value);
  return new_done (&outcome, __builtin_return_address (0));
}

/**
 * tf_future_new_for_string:
 * @value: (nullable): the result, which is copied
 *
 * Makes a future that has completed with a string.
 *
 * It belongs to the thread-default main context. What is derived from it goes on in the next turn of the loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_new_for_string (const char *value)
{
  TfOutcome outcome = { 0 };

  g_value_init (&outcome.value, G_TYPE_STRING);
  g_value_set_string (&outcome.value, value);
  return new_done (&outcome, __builtin_return_address (0));
}

/**
 * tf_future_new_for_object:
 * @value: (type GObject.Object) (nullable): the result, on which a reference is taken; a floating one is sunk
 *
 * Makes a future that has completed with an object.
 *
 * It belongs to the thread-default main context. What is derived from it goes on in the next turn of the loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_new_for_object (gpointer value)
{
  TfOutcome outcome = { 0 };

  g_return_val_if_fail (value == NULL || G_IS_OBJECT (value), NULL);

  tf__value_init_object (&outcome.value, value);
  return new_done (&outcome, __builtin_return_address (0));
}

/**
 * tf_future_new_for_variant:
 * @value: (nullable): the result; a floating reference is sunk
 *
 * Makes a future that has completed with a variant.
 *
 * It belongs to the thread-default main context. What is derived from it goes on in the next turn of the loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_new_for_variant (GVariant *value)
{
  TfOutcome outcome = { 0 };

  g_value_init (&outcome.value, G_TYPE_VARIANT);
  g_value_set_variant (&outcome.value, value);
  return new_done (&outcome, __builtin_return_address (0));
}

/**
 * tf_future_new_for_error:
 * @error: (transfer full): why
 *
 * Makes a future that has failed.
 *
 * It belongs to the thread-default main context. What is derived from it goes on in the next turn of the loop.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_new_for_error (GError *error)
{
  TfOutcome outcome = { 0 };

  g_return_val_if_fail (error != NULL, NULL);

  tf__outcome_take_error (&outcome, error);
  return new_done (&outcome, __builtin_return_address (0));
}
