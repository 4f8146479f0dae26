/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

static void
test_ends (void)
{
  TfPromise *promise = tf_promise_new ("original");
  TfPromise *failing = tf_promise_new ("failing");
  TfFuture  *shield = tf_future_shield (TF_FUTURE (promise));
  TfFuture  *failed = tf_future_shield (TF_FUTURE (failing));

  g_test_summary ("ABT-19: A shield ends as the original does.");

  tf_promise_resolve_int64 (promise, 7);
  tf_promise_reject (failing, an_error ());
  tf_test_drain (NULL);
  tf_test_assert_int64 (shield, 7);
  assert_not_found (failed);
  finish (&shield);
  finish (&failed);
  finish_promise (&promise);
  finish_promise (&failing);
}

static gpointer
run_cancel (gpointer future)
{
  g_assert_false (tf_future_cancel (future));
  return NULL;
}

static void
test_refuses (void)
{
  TfPromise         *promise = tf_promise_new ("original");
  TfFuture          *shield = tf_future_shield (TF_FUTURE (promise));
  gboolean           is_cancellable = TRUE;
  g_autoptr (GError) error = NULL;

  g_test_summary ("ABT-19: A shield refuses to be cancelled or given up, and the original hears "
                  "nothing of it.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  g_object_get (shield, "cancellable", &is_cancellable, NULL);
  g_assert_false (is_cancellable);
  g_assert_false (tf_future_cancel (shield));
  g_thread_join (g_thread_new ("cancel", run_cancel, shield));
  g_assert_false (tf_future_abort (shield, "because", &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_CANCELLABLE);
  tf_test_drain (NULL);
  tf_test_assert_state (shield, TF_FUTURE_STATE_EXECUTING);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (shield);
  finish (&shield);
  finish_promise (&promise);
}

static void
test_original_is_not_shielded (void)
{
  TfPromise *promise = tf_promise_new ("original");
  TfFuture  *shield = tf_future_shield (TF_FUTURE (promise));

  g_test_summary ("The original can be cancelled as before, and then the shield is.");

  g_assert_true (tf_future_cancel (TF_FUTURE (promise)));
  tf_test_wait_done (shield);
  assert_cancelled (shield, NULL);
  assert_origin (shield, "original");
  finish (&shield);
  finish_promise (&promise);
}

static void
test_stops_a_cancel (void)
{
  TfPromise *promise = tf_promise_new ("original");
  TfFuture  *shield = tf_future_shield (TF_FUTURE (promise));
  TfFuture  *derived = tf_future_with_timeout (shield, -1, TF_TIMEOUT_ACTION_LEAVE);
  TfFuture  *given_up = tf_future_with_timeout (shield, -1, TF_TIMEOUT_ACTION_LEAVE);

  g_test_summary ("What is derived from a shield can be cancelled, and only that is.");

  g_assert_true (tf_future_cancel (derived));
  g_assert_true (tf_future_abort (given_up, "because", NULL));
  tf_test_drain (NULL);
  assert_cancelled (derived, NULL);
  assert_cancelled (given_up, "because");
  tf_test_assert_state (shield, TF_FUTURE_STATE_EXECUTING);
  assert_origin (shield, NULL);
  tf_promise_resolve_int64 (promise, 7);
  tf_test_wait_done (shield);
  tf_test_assert_int64 (shield, 7);
  finish (&derived);
  finish (&given_up);
  finish (&shield);
  finish_promise (&promise);
}

static TfFuture *
run_nothing (TfFuture *done,
             gpointer  data)
{
  return NULL;
}

static void
test_bound (void)
{
  TfPromise *promise = tf_promise_new ("original");
  TfFuture  *shield = tf_future_shield (TF_FUTURE (promise));
  TfFuture  *then = tf_future_then (shield, run_nothing, NULL, NULL);
  GObject   *owner = g_object_new (G_TYPE_OBJECT, NULL);

  g_test_summary ("A shield does not end with the object that it is bound to.");

  tf_future_bind_owner (shield, owner);
  g_object_unref (owner);
  tf_test_drain (NULL);
  tf_test_assert_state (shield, TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (then);
  finish (&then);
  finish (&shield);
  finish_promise (&promise);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/shield/ends-as-the-original", test_ends);
  tf_test_add ("/shield/refuses", test_refuses);
  tf_test_add ("/shield/leaves-the-original-as-it-is", test_original_is_not_shielded);
  tf_test_add ("/shield/stops-what-comes-from-further-on", test_stops_a_cancel);
  tf_test_add ("/shield/does-not-end-with-an-owner", test_bound);

  return g_test_run ();
}
