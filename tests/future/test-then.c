/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

typedef TfFuture *(*Derive) (TfFuture      *self,
                             TfThenFunc     func,
                             gpointer       user_data,
                             GDestroyNotify user_data_free);

/* Then */

static void
test_then_value (void)
{
  TfPromise               *promise = tf_promise_new ("upstream");
  Step                     step = { .returns = tf_future_new_for_string ("next") };
  TfFuture                *then = tf_future_then (TF_FUTURE (promise), run_step, &step, free_step);
  g_autoptr (TfTestStates) states = tf_test_states_new (then);

  g_test_summary ("The function of “then” is called with what has completed, and its value is "
                  "that of the derived future.");

  g_assert_cmpstr (tf_future_get_name (then), ==, "then");
  tf_promise_resolve_int64 (promise, 1);
  g_assert_cmpuint (step.n_calls, ==, 0);
  tf_test_wait_done (then);
  tf_test_assert_states (states, "EXECUTING COMPLETED done");
  tf_test_assert_string (then, "next");
  assert_step (&step, 1);
  g_clear_pointer (&states, tf_test_states_free);
  finish (&then);
  finish_promise (&promise);
}

static void
test_then_none (void)
{
  TfPromise         *promise = tf_promise_new ("upstream");
  Step               step = { .n_calls = 0 };
  TfFuture          *then = tf_future_then (TF_FUTURE (promise), run_step, &step, free_step);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A function that returns nothing completes the derived future without a value.");

  tf_promise_resolve_int64 (promise, 1);
  tf_test_wait_done (then);
  g_assert_null (tf_future_dup_value (then, &error));
  g_assert_no_error (error);
  assert_step (&step, 1);
  finish (&then);
  finish_promise (&promise);
}

static void
test_then_future (void)
{
  TfPromise *promise = tf_promise_new ("upstream");
  TfPromise *inner = tf_promise_new ("inner");
  Step       step = { .returns = g_object_ref (TF_FUTURE (inner)) };
  TfFuture  *then = tf_future_then (TF_FUTURE (promise), run_step, &step, free_step);

  g_test_summary ("A function may return a future that is pending: then that is waited for.");

  tf_promise_resolve_int64 (promise, 1);
  tf_test_drain (NULL);
  g_assert_cmpuint (step.n_calls, ==, 1);
  tf_test_assert_state (then, TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_string (inner, "inner");
  tf_test_wait_done (then);
  tf_test_assert_string (then, "inner");
  assert_step (&step, 1);
  finish (&then);
  finish_promise (&inner);
  finish_promise (&promise);
}

static void
test_then_inner_ends (void)
{
  TfFuture  *value = tf_future_new_for_int64 (1);
  TfPromise *cancelled = tf_promise_new ("cancelled");
  Step       fails = { .returns = tf_future_new_for_error (an_error ()) };
  Step       is_cancelled = { .returns = g_object_ref (TF_FUTURE (cancelled)) };
  TfFuture  *failed = tf_future_then (value, run_step, &fails, free_step);
  TfFuture  *ended = tf_future_then (value, run_step, &is_cancelled, free_step);

  g_test_summary ("What the function returns may fail or be cancelled.");

  tf_test_drain (NULL);
  assert_not_found (failed);
  g_assert_true (tf_future_cancel (TF_FUTURE (cancelled)));
  tf_test_wait_done (ended);
  assert_cancelled (ended, NULL);
  assert_origin (ended, "cancelled");
  finish (&failed);
  finish (&ended);
  finish_promise (&cancelled);
  finish (&value);
}

/* Pass on */

static void
check_passes_on (Derive        derive,
                 TfFutureState state)
{
  TfPromise *promise = tf_promise_new ("upstream");
  Step       step = { .n_calls = 0 };
  TfFuture  *derived = derive (TF_FUTURE (promise), run_step, &step, free_step);

  if (state == TF_FUTURE_STATE_COMPLETED)
    tf_promise_resolve_int64 (promise, 7);
  else if (state == TF_FUTURE_STATE_FAILED)
    tf_promise_reject (promise, an_error ());
  else
    tf_future_cancel (TF_FUTURE (promise));

  tf_test_wait_done (derived);
  tf_test_assert_state (derived, state);
  if (state == TF_FUTURE_STATE_COMPLETED)
    tf_test_assert_int64 (derived, 7);
  else if (state == TF_FUTURE_STATE_FAILED)
    assert_not_found (derived);
  else
    assert_cancelled (derived, NULL);
  assert_step (&step, 0);
  finish (&derived);
  finish_promise (&promise);
}

static void
test_passes_on (void)
{
  g_test_summary ("What a function is not for passes by, with its value or its error.");

  check_passes_on (tf_future_then, TF_FUTURE_STATE_FAILED);
  check_passes_on (tf_future_then, TF_FUTURE_STATE_CANCELLED);
  check_passes_on (tf_future_catch, TF_FUTURE_STATE_COMPLETED);
  check_passes_on (tf_future_catch, TF_FUTURE_STATE_CANCELLED);
}

static void
test_catch (void)
{
  TfPromise *promise = tf_promise_new ("upstream");
  Step       step = { .returns = tf_future_new_for_string ("mended") };
  TfFuture *catch = tf_future_catch (TF_FUTURE (promise), run_step, &step, free_step);
  Step      again = { .returns = tf_future_new_for_error (an_error ()) };
  TfFuture *worse = tf_future_catch (TF_FUTURE (promise), run_step, &again, free_step);

  g_test_summary ("A failure is mended by the function of “catch”, or it fails itself.");

  tf_promise_reject_new_error (promise, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
  tf_test_drain (NULL);
  tf_test_assert_string (catch, "mended");
  assert_step (&step, 1);
  g_assert_cmpint (step.state, ==, TF_FUTURE_STATE_FAILED);
  assert_not_found (worse);
  assert_step (&again, 1);
  finish (&catch);
  finish (&worse);
  finish_promise (&promise);
}

static void
test_chain (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  TfPromise          *promise = tf_promise_new ("upstream");
  Step                first = { .log = log, .name = "first" };
  Step                second = { .log = log, .name = "second" };
  Step                third = { .log = log, .name = "third" };
  Step                fourth = { .log = log, .name = "fourth" };
  Step                other = { .log = log, .name = "other" };
  TfFuture           *chain = tf_future_then (TF_FUTURE (promise), run_step, &first, free_step);
  TfFuture           *branch = tf_future_then (chain, run_step, &other, free_step);
  TfFuture           *next = tf_future_then (chain, run_step, &second, free_step);
  TfFuture           *skipped = tf_future_then (next, run_step, &third, free_step);
  TfFuture           *end = tf_future_catch (skipped, run_step, &fourth, free_step);

  g_test_summary ("A chain goes on link by link, and those of one future in their order; what "
                  "the user gave is freed on the way.");

  first.returns = tf_future_new_for_int64 (2);
  second.returns = tf_future_new_for_error (an_error ());
  fourth.returns = tf_future_new_for_int64 (4);
  tf_promise_resolve_int64 (promise, 1);
  tf_test_wait_done (end);
  tf_test_drain (NULL);
  g_assert_cmpstr (log->str, ==, "first free-first other second free-other free-second "
                                 "free-third fourth free-fourth ");
  tf_test_assert_int64 (end, 4);
  finish (&end);
  g_object_unref (chain);
  g_object_unref (branch);
  finish (&skipped);
  finish (&next);
  finish_promise (&promise);
}

static void
test_done_before (void)
{
  TfFuture *value = tf_future_new_for_int64 (1);
  Step      step = { .returns = tf_future_new_for_int64 (2) };
  TfFuture *then = tf_future_then (value, run_step, &step, free_step);

  g_test_summary ("What is derived from a future that is done goes on from the loop.");

  g_assert_cmpuint (step.n_calls, ==, 0);
  tf_test_assert_state (then, TF_FUTURE_STATE_EXECUTING);
  tf_test_wait_done (then);
  tf_test_assert_int64 (then, 2);
  assert_step (&step, 1);
  finish (&then);
  finish (&value);
}

static void
test_dropped (void)
{
  TfPromise *promise = tf_promise_new ("upstream");
  TfFuture  *value = tf_future_new_for_int64 (1);
  Step       first = { .returns = tf_future_new_for_int64 (2) };
  Step       second = { .n_calls = 0 };
  Step       third = { .n_calls = 0 };
  TfFuture  *link = tf_future_then (TF_FUTURE (promise), run_step, &first, free_step);

  g_test_summary ("Links that nobody holds go on; their upstream does.");

  g_object_unref (tf_future_then (link, run_step, &second, free_step));
  g_object_unref (link);
  g_object_unref (tf_future_then (value, run_step, &third, free_step));
  g_object_unref (value);
  tf_promise_resolve_int64 (promise, 1);
  tf_test_drain (NULL);
  finish_promise (&promise);
  assert_step (&first, 1);
  assert_step (&second, 1);
  assert_step (&third, 1);
}

/* Order */

static void
on_done_log_cb (TfFuture *future,
                GString  *log)
{
  g_string_append (log, "done ");
}

static void
test_freed_before_done (void)
{
  g_autoptr (GString) log = g_string_new (NULL);
  TfPromise          *promise = tf_promise_new ("upstream");
  Step                step = { .log = log, .name = "step" };
  TfFuture           *then = tf_future_then (TF_FUTURE (promise), run_step, &step, free_step);

  g_test_summary ("The data of the user are freed before the derived future says that it is done.");

  g_signal_connect (then, "done", G_CALLBACK (on_done_log_cb), log);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (then);
  g_assert_cmpstr (log->str, ==, "step free-step done ");
  finish (&then);
  finish_promise (&promise);
}

static void
on_done_then_cb (TfFuture *future,
                 Step     *step)
{
  g_object_unref (tf_future_then (future, run_step, step, free_step));
  g_assert_cmpuint (step->n_calls, ==, 0);
}

static void
test_in_handler (void)
{
  TfPromise *promise = tf_promise_new ("upstream");
  Step       step = { .n_calls = 0 };

  g_test_summary ("A handler of the end may derive a future, which goes on later.");

  g_signal_connect (promise, "done", G_CALLBACK (on_done_then_cb), &step);
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
  assert_step (&step, 1);
  finish_promise (&promise);
}

static void
on_done_unref_cb (TfFuture  *future,
                  TfFuture **held)
{
  g_clear_object (held);
}

static void
test_handler_drops (void)
{
  TfPromise *promise = tf_promise_new ("upstream");
  TfFuture  *held = g_object_ref (TF_FUTURE (promise));
  Step       step = { .returns = tf_future_new_for_int64 (2) };
  TfFuture  *then = tf_future_then (held, run_step, &step, free_step);

  g_test_summary ("Handlers may drop the last references, and the chain goes on.");

  g_signal_connect (promise, "done", G_CALLBACK (on_done_unref_cb), &held);
  g_signal_connect (then, "done", G_CALLBACK (on_done_unref_cb), &then);
  tf_promise_resolve_none (promise);
  g_object_unref (promise);
  tf_test_drain (NULL);
  g_assert_null (held);
  g_assert_null (then);
  assert_step (&step, 1);
}

/* Nested loops */

typedef struct
{
  TfFuture *derived;
  TfFuture *inner; /* (owned) (nullable) */
  gboolean  is_freed;
  gboolean  is_cancelled;
  guint     n_calls;
} Nested;

static TfFuture *
run_nested (TfFuture *done,
            gpointer  data)
{
  Nested *nested = data;

  nested->n_calls++;
  if (nested->is_cancelled)
    g_assert_true (tf_future_cancel (nested->derived));
  tf_test_drain (NULL);
  g_assert_false (nested->is_freed);
  return g_steal_pointer (&nested->inner);
}

static void
free_nested (gpointer data)
{
  Nested *nested = data;

  g_assert_false (nested->is_freed);
  nested->is_freed = TRUE;
}

static void
test_nested_loop (void)
{
  TfPromise *promise = tf_promise_new ("upstream");
  Nested     nested = { .inner = tf_future_new_for_int64 (3) };

  g_test_summary ("A function may run a nested loop.");

  nested.derived = tf_future_then (TF_FUTURE (promise), run_nested, &nested, free_nested);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (nested.derived);
  tf_test_assert_int64 (nested.derived, 3);
  g_assert_true (nested.is_freed);
  g_assert_cmpuint (nested.n_calls, ==, 1);
  finish (&nested.derived);
  finish_promise (&promise);
}

static void
test_nested_cancel (void)
{
  TfPromise *promise = tf_promise_new ("upstream");
  TfPromise *inner = tf_promise_new ("inner");
  Nested     nested = { .inner = g_object_ref (TF_FUTURE (inner)), .is_cancelled = TRUE };

  g_test_summary ("When the end comes while the function runs a nested loop, its data live until "
                  "it returns, and what it returns is cancelled.");

  nested.derived = tf_future_then (TF_FUTURE (promise), run_nested, &nested, free_nested);
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
  assert_cancelled (nested.derived, NULL);
  assert_cancelled (TF_FUTURE (inner), NULL);
  assert_origin (TF_FUTURE (inner), "then");
  g_assert_true (nested.is_freed);
  finish (&nested.derived);
  finish_promise (&inner);
  finish_promise (&promise);
}

/* Another thread's, which is done, and on which nobody else has a reference. */
static gpointer
run_promise (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  TfPromise               *promise;

  g_main_context_push_thread_default (context);
  promise = tf_promise_new ("of another context");
  tf_promise_resolve_none (promise);
  tf_test_wait_done (TF_FUTURE (promise));
  g_main_context_pop_thread_default (context);
  return promise;
}

static void
on_inner_gone_cb (gpointer data,
                  GObject *object)
{
  gboolean *is_gone = data;

  *is_gone = TRUE;
  tf_test_drain (NULL);
}

static void
on_done_read_cb (TfFuture *future,
                 gpointer  data)
{
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_WRONG_THREAD);
}

static void
test_nested_end (void)
{
  TfPromise *promise = tf_promise_new ("upstream");
  TfFuture  *inner = g_thread_join (g_thread_new ("inner", run_promise, NULL));
  Nested     nested = { .inner = inner };
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);
  gboolean   is_gone = FALSE;
  guint      n_done = 0;

  g_test_summary ("When the end of what the function returned runs a nested loop, that may bring "
                  "the end, and nobody else hold the derived future.");

  g_object_weak_ref (G_OBJECT (inner), on_inner_gone_cb, &is_gone);
  nested.derived = tf_future_then (TF_FUTURE (promise), run_nested, &nested, free_nested);
  g_signal_connect (nested.derived, "done", G_CALLBACK (on_done_count_cb), &n_done);
  g_signal_connect (nested.derived, "done", G_CALLBACK (on_done_read_cb), NULL);
  g_object_unref (nested.derived);
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
  g_assert_true (is_gone);
  g_assert_true (nested.is_freed);
  g_assert_cmpuint (n_done, ==, 1);
  g_assert_cmpuint (tf_test_log_count (log, "*called outside*"), ==, 1);
  tf_test_log_free (log);
  finish_promise (&promise);
}

static gpointer
run_then (gpointer future)
{
  g_assert_null (tf_future_then (future, run_step, NULL, NULL));
  g_assert_null (tf_future_shield (future));
  g_assert_null (tf_future_with_timeout (future, 1, TF_TIMEOUT_ACTION_LEAVE));
  return NULL;
}

static void
test_misuse (void)
{
  TfFuture  *future = tf_future_new_for_int64 (1);
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("Futures are derived in the owner context only, and with a function.");

  g_thread_join (g_thread_new ("then", run_then, future));
  g_assert_cmpuint (tf_test_log_count (log, "*called outside*"), ==, 3);
  g_assert_null (tf_future_then (future, NULL, NULL, NULL));
  g_assert_null (tf_future_catch (future, NULL, NULL, NULL));
  g_assert_null (tf_future_finally (future, NULL, NULL, NULL));
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 6);
  tf_test_log_free (log);
  finish (&future);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/then/value/is-that-of-the-function", test_then_value);
  tf_test_add ("/then/value/may-be-none", test_then_none);
  tf_test_add ("/then/value/may-come-later", test_then_future);
  tf_test_add ("/then/value/may-be-a-bad-end", test_then_inner_ends);
  tf_test_add ("/then/passes-on/what-it-is-not-for", test_passes_on);
  tf_test_add ("/then/catch/mends-a-failure", test_catch);
  tf_test_add ("/then/chain/goes-on-link-by-link", test_chain);
  tf_test_add ("/then/upstream/may-be-done-before", test_done_before);
  tf_test_add ("/then/upstream/holds-what-is-derived", test_dropped);
  tf_test_add ("/then/order/is-function-free-done", test_freed_before_done);
  tf_test_add ("/then/handler/may-derive", test_in_handler);
  tf_test_add ("/then/handler/may-drop-references", test_handler_drops);
  tf_test_add ("/then/nested-loop/is-allowed", test_nested_loop);
  tf_test_add ("/then/nested-loop/may-bring-the-end", test_nested_cancel);
  tf_test_add ("/then/nested-loop/may-come-from-what-was-returned", test_nested_end);
  tf_test_add ("/then/misuse/is-refused", test_misuse);

  return g_test_run ();
}
