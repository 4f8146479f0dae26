/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "message/tf-outcome-private.h"

static void
count_free (gpointer data)
{
  ++*(guint *) data;
}

static void
test_none (void)
{
  TfOutcome outcome = { 0 };

  g_test_summary ("Nothing set is success without a value.");

  g_assert_false (tf__outcome_has_value (&outcome));
  g_assert_null (tf__outcome_get_failure (&outcome));
  g_assert_false (tf__outcome_is_heavy (&outcome));
  tf__outcome_clear (&outcome);
  tf__outcome_clear (&outcome);
}

static void
test_pointer (void)
{
  TfOutcome outcome = { 0 };
  guint     n_frees = 0;

  g_test_summary ("A pointer is freed once, unless it was taken.");

  tf__outcome_take_pointer (&outcome, &n_frees, count_free);
  g_assert_true (tf__outcome_has_value (&outcome));
  g_assert_null (tf__outcome_get_failure (&outcome));
  g_assert_true (tf__outcome_is_heavy (&outcome));
  tf__outcome_clear (&outcome);
  tf__outcome_clear (&outcome);
  g_assert_cmpuint (n_frees, ==, 1);

  tf__outcome_take_pointer (&outcome, &n_frees, count_free);
  g_assert_true (tf__outcome_steal_pointer (&outcome) == &n_frees);
  g_assert_null (tf__outcome_steal_pointer (&outcome));
  g_assert_true (tf__outcome_has_value (&outcome));
  g_assert_false (tf__outcome_is_heavy (&outcome));
  tf__outcome_clear (&outcome);
  g_assert_cmpuint (n_frees, ==, 1);

  tf__outcome_take_pointer (&outcome, NULL, count_free);
  tf__outcome_clear (&outcome);
  g_assert_cmpuint (n_frees, ==, 1);
}

static void
test_failure (void)
{
  TfOutcome  outcome = { 0 };
  TfFailure *failure;

  g_test_summary ("A failure has an error, and of an exception the detail.");

  tf__outcome_take_error (&outcome, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "no"));
  g_assert_false (tf__outcome_has_value (&outcome));
  g_assert_false (tf__outcome_is_heavy (&outcome));
  failure = tf__outcome_get_failure (&outcome);
  g_assert_error (failure->error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_null (failure->type);
  tf__outcome_clear (&outcome);
  g_assert_null (tf__outcome_get_failure (&outcome));

  tf__outcome_set_failure (&outcome, "Type", "text", "traceback", NULL);
  failure = tf__outcome_get_failure (&outcome);
  g_assert_error (failure->error, TF_ERROR, TF_ERROR_EXCEPTION);
  g_assert_cmpstr (failure->error->message, ==, "Type: text");
  g_assert_cmpstr (failure->traceback, ==, "traceback");
  g_assert_false (tf__outcome_is_heavy (&outcome));
  tf__outcome_clear (&outcome);
}

static gboolean
is_heavy (GType type)
{
  TfOutcome outcome = { 0 };
  GValue    value = G_VALUE_INIT;
  gboolean  result;

  g_value_init (&value, type);
  tf__outcome_set_value (&outcome, &value);
  result = tf__outcome_is_heavy (&outcome);
  tf__outcome_clear (&outcome);
  g_value_unset (&value);
  return result;
}

static void
test_heavy (void)
{
  TfOutcome outcome = { 0 };
  GValue    payload = G_VALUE_INIT;

  g_test_summary ("What may run code of the user's when it is freed is heavy.");

  g_assert_false (is_heavy (G_TYPE_INT64));
  g_assert_false (is_heavy (G_TYPE_STRING));
  g_assert_false (is_heavy (G_TYPE_VARIANT));
  g_assert_false (is_heavy (G_TYPE_POINTER));
  g_assert_true (is_heavy (G_TYPE_OBJECT));
  g_assert_true (is_heavy (G_TYPE_CANCELLABLE));
  g_assert_true (is_heavy (G_TYPE_FILE));
  g_assert_true (is_heavy (G_TYPE_STRV));
  g_assert_true (is_heavy (G_TYPE_PARAM));

  g_value_init (&payload, G_TYPE_INT);
  tf__outcome_set_failure (&outcome, "Type", NULL, NULL, &payload);
  g_assert_true (tf__outcome_is_heavy (&outcome));
  g_assert_cmpstr (tf__outcome_get_failure (&outcome)->error->message, ==, "Type");
  tf__outcome_clear (&outcome);
}

static void
on_weird_free (gpointer data)
{
  TfOutcome *outcome = data;

  /* It is empty by now. */
  g_assert_false (tf__outcome_has_value (outcome));
  tf__outcome_clear (outcome);
}

static void
test_reentrant (void)
{
  TfOutcome outcome = { 0 };

  g_test_summary ("A free function may come back to the outcome.");

  tf__outcome_take_pointer (&outcome, &outcome, on_weird_free);
  tf__outcome_clear (&outcome);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/outcome/none/is-success", test_none);
  tf_test_add ("/outcome/pointer/is-freed-once", test_pointer);
  tf_test_add ("/outcome/failure/has-an-error", test_failure);
  tf_test_add ("/outcome/heavy/is-what-may-run-code", test_heavy);
  tf_test_add ("/outcome/clear/may-come-back", test_reentrant);

  return g_test_run ();
}
