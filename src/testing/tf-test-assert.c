/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf-testing/tf-testing.h>

/* "COMPLETED", the last word of the name. */
static const char *
name_state (TfFutureState state)
{
  static const char *const names[] = {
    [TF_FUTURE_STATE_WAITING] = "WAITING",
    [TF_FUTURE_STATE_EXECUTING] = "EXECUTING",
    [TF_FUTURE_STATE_CANCELLING] = "CANCELLING",
    [TF_FUTURE_STATE_COMPLETED] = "COMPLETED",
    [TF_FUTURE_STATE_FAILED] = "FAILED",
    [TF_FUTURE_STATE_CANCELLED] = "CANCELLED",
  };

  return (guint) state < G_N_ELEMENTS (names) && names[state] != NULL ? names[state]
                                                                      : "in no known state";
}

/* "“x” is FAILED (tf-error-quark 3: why)" */
static char *
describe (TfFuture *future)
{
  TfFutureState       state = tf_future_get_state (future);
  g_autoptr (GError)  error = NULL;
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "“%s” is %s", tf_future_get_name (future), name_state (state));
  if (state == TF_FUTURE_STATE_FAILED)
    error = tf_future_dup_error (future);
  if (error != NULL)
    g_string_append_printf (text, " (%s, %d: %s)", g_quark_to_string (error->domain), error->code,
                            error->message);

  return g_string_free (g_steal_pointer (&text), FALSE);
}

/* The states */

struct _TfTestStates
{
  TfFuture *future; /* (owned) */
  GString  *text;   /* (owned) */
  gulong    on_state_id;
  gulong    on_done_id;
};

static void
append_word (TfTestStates *self,
             const char   *word)
{
  if (self->text->len > 0)
    g_string_append_c (self->text, ' ');
  g_string_append (self->text, word);
}

static void
on_state_changed_cb (TfFuture     *future,
                     GParamSpec   *pspec,
                     TfTestStates *self)
{
  append_word (self, name_state (tf_future_get_state (future)));
}

static void
on_done_cb (TfFuture     *future,
            TfTestStates *self)
{
  append_word (self, "done");
}

/**
 * tf_test_states_new: (skip)
 * @future: a future
 *
 * Begins to record the states of a future.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: (transfer full): the recorder
 *
 * Since: 1.0
 */
TfTestStates *
tf_test_states_new (TfFuture *future)
{
  TfTestStates *self;

  g_return_val_if_fail (TF_IS_FUTURE (future), NULL);

  self = g_new0 (TfTestStates, 1);
  self->future = g_object_ref (future);
  self->text = g_string_new (name_state (tf_future_get_state (future)));
  self->on_state_id = g_signal_connect (future, "notify::state", G_CALLBACK (on_state_changed_cb),
                                        self);
  self->on_done_id = g_signal_connect (future, "done", G_CALLBACK (on_done_cb), self);
  return self;
}

/**
 * tf_test_states_free: (skip)
 * @self: a recorder
 *
 * Ends recording.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_test_states_free (TfTestStates *self)
{
  g_return_if_fail (self != NULL);

  g_clear_signal_handler (&self->on_state_id, self->future);
  g_clear_signal_handler (&self->on_done_id, self->future);
  g_clear_object (&self->future);
  g_string_free (self->text, TRUE);
  g_free (self);
}

/**
 * tf_test_states_get: (skip)
 * @self: a recorder
 *
 * Gets what was recorded.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: the states, such as "WAITING EXECUTING COMPLETED done"
 *
 * Since: 1.0
 */
const char *
tf_test_states_get (TfTestStates *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->text->str;
}

/**
 * tf_test_assert_states_at: (skip)
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @states: a recorder
 * @expected: what it has to have recorded
 *
 * Asserts which states a future has gone through; the macro `tf_test_assert_states()` gives the place.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_test_assert_states_at (const char   *domain,
                          const char   *file,
                          int           line,
                          const char   *func,
                          TfTestStates *states,
                          const char   *expected)
{
  g_autofree char *message = NULL;

  g_return_if_fail (states != NULL);
  g_return_if_fail (expected != NULL);

  if (strcmp (states->text->str, expected) == 0)
    return;

  message = g_strdup_printf ("“%s” went through %s; expected %s",
                             tf_future_get_name (states->future), states->text->str, expected);
  g_assertion_message (domain, file, line, func, message);
}

/* The ends */

/**
 * tf_test_assert_state_at: (skip)
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @future: a future
 * @state: the state that it has to be in
 *
 * Asserts that a future is in a state; the macro `tf_test_assert_state()` gives the place.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_test_assert_state_at (const char   *domain,
                         const char   *file,
                         int           line,
                         const char   *func,
                         TfFuture     *future,
                         TfFutureState state)
{
  g_autofree char *is = NULL;
  g_autofree char *message = NULL;

  g_return_if_fail (TF_IS_FUTURE (future));

  if (tf_future_get_state (future) == state)
    return;

  is = describe (future);
  message = g_strdup_printf ("%s; expected %s", is, name_state (state));
  g_assertion_message (domain, file, line, func, message);
}

/**
 * tf_test_assert_error_at: (skip)
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @future: a future
 * @error_domain: an error domain
 * @code: a code of it
 *
 * Asserts that a future failed with an error; the macro `tf_test_assert_error()` gives the place.
 *
 * The error counts as read.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_test_assert_error_at (const char *domain,
                         const char *file,
                         int         line,
                         const char *func,
                         TfFuture   *future,
                         GQuark      error_domain,
                         int         code)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *is = NULL;
  g_autofree char   *message = NULL;

  g_return_if_fail (TF_IS_FUTURE (future));

  if (tf_future_get_state (future) == TF_FUTURE_STATE_FAILED)
    error = tf_future_dup_error (future);
  if (g_error_matches (error, error_domain, code))
    return;

  is = describe (future);
  message = g_strdup_printf ("%s; expected FAILED (%s, %d)", is, g_quark_to_string (error_domain),
                             code);
  g_assertion_message (domain, file, line, func, message);
}

/* "“x” is COMPLETED with 42", or how it ended instead. */
static char *
describe_end (TfFuture *future)
{
  g_autofree char *contents = NULL;
  GValue          *value;

  if (tf_future_get_state (future) != TF_FUTURE_STATE_COMPLETED)
    return describe (future);

  value = tf_future_dup_value (future, NULL);
  if (value == NULL)
    contents = g_strdup ("nothing");
  else if (G_VALUE_HOLDS_VARIANT (value) && g_value_get_variant (value) != NULL)
    contents = g_variant_print (g_value_get_variant (value), FALSE);
  else
    contents = g_strdup_value_contents (value);
  if (value != NULL)
    g_boxed_free (G_TYPE_VALUE, value);

  return g_strdup_printf ("“%s” is COMPLETED with %s", tf_future_get_name (future), contents);
}

static void
fail_value (const char *domain,
            const char *file,
            int         line,
            const char *func,
            TfFuture   *future,
            const char *expected)
{
  g_autofree char *is = describe_end (future);
  g_autofree char *message = g_strdup_printf ("%s; expected %s", is, expected);

  g_assertion_message (domain, file, line, func, message);
}

/**
 * tf_test_assert_boolean_at: (skip)
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @future: a future
 * @expected: a truth value
 *
 * Asserts what a future completed with; the macro `tf_test_assert_boolean()` gives the place.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_test_assert_boolean_at (const char *domain,
                           const char *file,
                           int         line,
                           const char *func,
                           TfFuture   *future,
                           gboolean    expected)
{
  g_autofree char   *text = NULL;
  g_autoptr (GError) error = NULL;
  gboolean           value;

  g_return_if_fail (TF_IS_FUTURE (future));

  value = tf_future_get_boolean (future, &error);
  if (error == NULL && !value == !expected)
    return;

  text = g_strdup (expected ? "TRUE" : "FALSE");
  fail_value (domain, file, line, func, future, text);
}

/**
 * tf_test_assert_int64_at: (skip)
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @future: a future
 * @expected: a number
 *
 * Asserts what a future completed with; the macro `tf_test_assert_int64()` gives the place.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_test_assert_int64_at (const char *domain,
                         const char *file,
                         int         line,
                         const char *func,
                         TfFuture   *future,
                         gint64      expected)
{
  g_autofree char   *text = NULL;
  g_autoptr (GError) error = NULL;
  gint64             value;

  g_return_if_fail (TF_IS_FUTURE (future));

  value = tf_future_get_int64 (future, &error);
  if (error == NULL && value == expected)
    return;

  text = g_strdup_printf ("%" G_GINT64_FORMAT, expected);
  fail_value (domain, file, line, func, future, text);
}

/**
 * tf_test_assert_double_at: (skip)
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @future: a future
 * @expected: a number
 *
 * Asserts what a future completed with; the macro `tf_test_assert_double()` gives the place.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_test_assert_double_at (const char *domain,
                          const char *file,
                          int         line,
                          const char *func,
                          TfFuture   *future,
                          double      expected)
{
  g_autofree char   *text = NULL;
  g_autoptr (GError) error = NULL;
  double             value;

  g_return_if_fail (TF_IS_FUTURE (future));

  value = tf_future_get_double (future, &error);
  if (error == NULL && value >= expected && value <= expected)
    return;

  text = g_strdup_printf ("%.17g", expected);
  fail_value (domain, file, line, func, future, text);
}

/**
 * tf_test_assert_string_at: (skip)
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @future: a future
 * @expected: (nullable): a text
 *
 * Asserts what a future completed with; the macro `tf_test_assert_string()` gives the place.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_test_assert_string_at (const char *domain,
                          const char *file,
                          int         line,
                          const char *func,
                          TfFuture   *future,
                          const char *expected)
{
  g_autofree char   *value = NULL;
  g_autofree char   *text = NULL;
  g_autoptr (GError) error = NULL;

  g_return_if_fail (TF_IS_FUTURE (future));

  value = tf_future_dup_string (future, &error);
  if (error == NULL && g_strcmp0 (value, expected) == 0)
    return;

  text = expected == NULL ? g_strdup ("NULL") : g_strdup_printf ("\"%s\"", expected);
  fail_value (domain, file, line, func, future, text);
}

/**
 * tf_test_assert_variant_at: (skip)
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @future: a future
 * @expected: the text of a variant, as [func@GLib.Variant.parse] reads it
 *
 * Asserts what a future completed with; the macro `tf_test_assert_variant()` gives the place.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_test_assert_variant_at (const char *domain,
                           const char *file,
                           int         line,
                           const char *func,
                           TfFuture   *future,
                           const char *expected)
{
  g_autoptr (GVariant) value = NULL;
  g_autoptr (GVariant) wanted = NULL;
  g_autoptr (GError)   error = NULL;

  g_return_if_fail (TF_IS_FUTURE (future));
  g_return_if_fail (expected != NULL);

  value = tf_future_dup_variant (future, &error);
  wanted = g_variant_parse (value == NULL ? NULL : g_variant_get_type (value), expected, NULL, NULL,
                            NULL);
  if (value != NULL && wanted != NULL && g_variant_equal (value, wanted))
    return;

  fail_value (domain, file, line, func, future, expected);
}
