/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

static TfFuture *
finally_new (TfPromise **promise,
             Step       *step)
{
  *promise = tf_promise_new ("upstream");
  return tf_future_finally (TF_FUTURE (*promise), run_step, step, free_step);
}

static void
test_keeps_the_end (void)
{
  TfPromise *promise;
  Step       steps[3] = { { .n_calls = 0 } };
  TfFuture  *finally = finally_new (&promise, &steps[0]);

  g_test_summary ("The function is called after any end, and that is the end of the derived "
                  "future too.");

  tf_promise_resolve_int64 (promise, 7);
  tf_test_wait_done (finally);
  tf_test_assert_int64 (finally, 7);
  finish (&finally);
  finish_promise (&promise);

  finally = finally_new (&promise, &steps[1]);
  tf_promise_reject (promise, an_error ());
  tf_test_wait_done (finally);
  assert_not_found (finally);
  finish (&finally);
  finish_promise (&promise);

  finally = finally_new (&promise, &steps[2]);
  tf_future_cancel (TF_FUTURE (promise));
  tf_test_wait_done (finally);
  assert_cancelled (finally, NULL);
  finish (&finally);
  finish_promise (&promise);

  for (guint i = 0; i < G_N_ELEMENTS (steps); i++)
    {
      assert_step (&steps[i], 1);
      g_assert_cmpint (steps[i].state, ==, TF_FUTURE_STATE_COMPLETED + (int) i);
    }
}

static void
test_waits (void)
{
  TfPromise *promise;
  TfPromise *inner = tf_promise_new ("inner");
  Step       step = { .returns = g_object_ref (TF_FUTURE (inner)) };
  TfFuture  *finally = finally_new (&promise, &step);

  g_test_summary ("A future that the function returns is waited for, and its value dropped.");

  tf_promise_resolve_int64 (promise, 7);
  tf_test_drain (NULL);
  tf_test_assert_state (finally, TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_string (inner, "unwanted");
  tf_test_wait_done (finally);
  tf_test_assert_int64 (finally, 7);
  assert_step (&step, 1);
  finish (&finally);
  finish_promise (&inner);
  finish_promise (&promise);
}

static void
test_fails (void)
{
  TfPromise *promise;
  Step       step = { .returns = tf_future_new_for_error (an_error ()) };
  TfFuture  *finally = finally_new (&promise, &step);

  g_test_summary ("A failure of that future is the end, also after a failure.");

  tf_promise_reject_new_error (promise, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
  tf_test_wait_done (finally);
  assert_not_found (finally);
  assert_step (&step, 1);
  finish (&finally);
  finish_promise (&promise);
}

static void
test_cancel_waits (void)
{
  TfPromise *promise;
  Step       step = { .n_calls = 0 };
  TfFuture  *finally = finally_new (&promise, &step);

  g_test_summary ("When it is cancelled, the upstream is, and the function is called when that "
                  "has ended.");

  tf_promise_get_gcancellable (promise);
  g_assert_true (tf_future_cancel (finally));
  tf_test_drain (NULL);
  tf_test_assert_state (finally, TF_FUTURE_STATE_CANCELLING);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLING);
  g_assert_cmpuint (step.n_calls, ==, 0);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (finally);
  g_assert_cmpint (step.state, ==, TF_FUTURE_STATE_CANCELLED);
  assert_step (&step, 1);
  assert_cancelled (finally, NULL);
  finish (&finally);
  finish_promise (&promise);
}

static void
test_cancel_shared (void)
{
  TfPromise *promise;
  Step       step = { .n_calls = 0 };
  TfFuture  *finally = finally_new (&promise, &step);
  TfFuture  *other = tf_future_shield (TF_FUTURE (promise));

  g_test_summary ("It waits for an upstream that others listen to as well.");

  g_assert_true (tf_future_cancel (finally));
  tf_test_drain (NULL);
  tf_test_assert_state (finally, TF_FUTURE_STATE_CANCELLING);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_int64 (promise, 7);
  tf_test_drain (NULL);
  assert_step (&step, 1);
  g_assert_cmpint (step.state, ==, TF_FUTURE_STATE_COMPLETED);
  assert_cancelled (finally, NULL);
  tf_test_assert_int64 (other, 7);
  finish (&other);
  finish (&finally);
  finish_promise (&promise);
}

static void
test_cancel_done_before (void)
{
  TfFuture *value = tf_future_new_for_int64 (1);
  Step      step = { .n_calls = 0 };
  TfFuture *finally = tf_future_finally (value, run_step, &step, free_step);

  g_test_summary ("The function is called also when the cancel comes after the end of the "
                  "upstream.");

  g_assert_true (tf_future_cancel (finally));
  tf_test_wait_done (finally);
  assert_step (&step, 1);
  assert_cancelled (finally, NULL);
  finish (&finally);
  finish (&value);
}

static void
test_cancel_inner (void)
{
  TfPromise *promise;
  TfPromise *inner = tf_promise_new ("inner");
  Step       step = { .returns = g_object_ref (TF_FUTURE (inner)) };
  TfFuture  *finally = finally_new (&promise, &step);

  g_test_summary ("A cancel while the future of the function is waited for goes on to that.");

  tf_promise_get_gcancellable (inner);
  tf_promise_resolve_int64 (promise, 7);
  tf_test_drain (NULL);
  g_assert_true (tf_future_cancel (finally));
  tf_test_drain (NULL);
  tf_test_assert_state (finally, TF_FUTURE_STATE_CANCELLING);
  tf_test_assert_state (TF_FUTURE (inner), TF_FUTURE_STATE_CANCELLING);
  tf_promise_resolve_none (inner);
  tf_test_wait_done (finally);
  assert_cancelled (finally, NULL);
  finish (&finally);
  finish_promise (&inner);
  finish_promise (&promise);
}

typedef struct
{
  TfFuture *finally;
  TfFuture *inner; /* (owned) */
  guint     n_freed;
} Nested;

static TfFuture *
run_cancelling (TfFuture *done,
                gpointer  data)
{
  Nested *nested = data;

  g_assert_true (tf_future_cancel (nested->finally));
  tf_test_drain (NULL);
  tf_test_assert_state (nested->finally, TF_FUTURE_STATE_CANCELLING);
  return g_steal_pointer (&nested->inner);
}

static void
free_nested (gpointer data)
{
  ((Nested *) data)->n_freed++;
}

static void
test_cancel_inside (void)
{
  TfPromise *promise = tf_promise_new ("upstream");
  TfPromise *inner = tf_promise_new ("inner");
  Nested     nested = { .inner = g_object_ref (TF_FUTURE (inner)) };

  g_test_summary ("A cancel inside of the function waits for what that has to clean up.");

  nested.finally =
    tf_future_finally (TF_FUTURE (promise), run_cancelling, &nested, free_nested);
  tf_promise_resolve_int64 (promise, 7);
  tf_test_drain (NULL);
  tf_test_assert_state (nested.finally, TF_FUTURE_STATE_CANCELLING);
  g_assert_cmpuint (nested.n_freed, ==, 0);
  tf_promise_resolve_none (inner);
  tf_test_wait_done (nested.finally);
  assert_cancelled (nested.finally, NULL);
  g_assert_cmpuint (nested.n_freed, ==, 1);
  finish (&nested.finally);
  finish_promise (&inner);
  finish_promise (&promise);
}

static void
test_abort (void)
{
  TfPromise *promise;
  Step       step = { .n_calls = 0 };
  TfFuture  *finally = finally_new (&promise, &step);

  g_test_summary ("Only an abort gives up without the function.");

  g_assert_true (tf_future_abort (finally, "because", NULL));
  tf_test_wait_done (finally);
  assert_cancelled (finally, "because");
  assert_step (&step, 0);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  finish (&finally);
  g_assert_finalize_object (promise);
}

static void
test_abort_late (void)
{
  TfPromise *promise;
  Step       steps[2] = { { .n_calls = 0 } };
  TfFuture  *finally = finally_new (&promise, &steps[0]);
  TfFuture  *value = tf_future_new_for_int64 (1);

  g_test_summary ("It does so too where the upstream has ended already, and that was not told.");

  tf_promise_resolve_int64 (promise, 7);
  g_assert_true (tf_future_abort (finally, "because", NULL));
  tf_test_wait_done (finally);
  assert_cancelled (finally, "because");
  assert_step (&steps[0], 0);
  finish (&finally);
  finish_promise (&promise);

  finally = tf_future_finally (value, run_step, &steps[1], free_step);
  g_assert_true (tf_future_abort (finally, "because", NULL));
  tf_test_wait_done (finally);
  assert_cancelled (finally, "because");
  assert_step (&steps[1], 0);
  finish (&finally);
  finish (&value);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/finally/end/is-kept", test_keeps_the_end);
  tf_test_add ("/finally/function/is-waited-for", test_waits);
  tf_test_add ("/finally/function/may-fail", test_fails);
  tf_test_add ("/finally/cancel/waits-for-the-upstream", test_cancel_waits);
  tf_test_add ("/finally/cancel/waits-for-a-shared-upstream", test_cancel_shared);
  tf_test_add ("/finally/cancel/may-come-late", test_cancel_done_before);
  tf_test_add ("/finally/cancel/goes-on-to-the-future-of-the-function", test_cancel_inner);
  tf_test_add ("/finally/cancel/may-come-inside", test_cancel_inside);
  tf_test_add ("/finally/abort/does-without-the-function", test_abort);
  tf_test_add ("/finally/abort/does-without-the-function-after-the-end-of-the-upstream",
               test_abort_late);

  return g_test_run ();
}
