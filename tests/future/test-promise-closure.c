/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "emitter.h"

static GClosure *
new_closure (TfPromise *promise,
             gboolean   is_throwable)
{
  GClosure *closure = tf_promise_new_closure (promise, is_throwable);

  g_closure_ref (closure);
  g_closure_sink (closure);
  return closure;
}

/* Calls with the first @n of an int64 and a string, as bindings do. */
static void
invoke (GClosure *closure,
        guint     n)
{
  GValue values[2] = { G_VALUE_INIT, G_VALUE_INIT };

  g_value_init (&values[0], G_TYPE_INT64);
  g_value_set_int64 (&values[0], 7);
  g_value_init (&values[1], G_TYPE_STRING);
  g_value_set_string (&values[1], "seven");
  g_closure_invoke (closure, NULL, n, values, NULL);
  g_value_unset (&values[1]);
}

static void
invoke_with_error (GClosure *closure)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_ERROR);
  g_value_take_boxed (&value, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "no time"));
  g_closure_invoke (closure, NULL, 1, &value, NULL);
  g_value_unset (&value);
}

static TfFuture *
run_closure (guint n)
{
  TfPromise *promise = tf_promise_new (NULL);
  GClosure  *closure = new_closure (promise, TRUE);

  invoke (closure, n);
  g_closure_unref (closure);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_COMPLETED);
  return TF_FUTURE (promise);
}

static void
test_none (void)
{
  TfFuture *future = run_closure (0);
  GError   *error = NULL;

  g_test_summary ("Without arguments there is no value.");

  g_assert_null (tf_future_dup_value (future, &error));
  g_assert_no_error (error);
  drop_last (future);
}

static void
test_one (void)
{
  TfFuture *future = run_closure (1);

  g_test_summary ("One argument is the value.");

  tf_test_assert_int64 (future, 7);
  drop_last (future);
}

static void
test_several (void)
{
  TfFuture *future = run_closure (2);

  g_test_summary ("Several arguments are an array.");

  assert_pair (future, 7, "seven");
  drop_last (future);
}

static void
test_throwable (void)
{
  TfPromise *promise = tf_promise_new (NULL);
  GClosure  *closure = new_closure (promise, TRUE);

  g_test_summary ("A closure that is throwable takes an error as the failure.");

  invoke_with_error (closure);
  g_closure_unref (closure);
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_error (TF_FUTURE (promise), G_IO_ERROR, G_IO_ERROR_BUSY);
  drop_last (TF_FUTURE (promise));
}

static void
test_not_throwable (void)
{
  TfPromise         *promise = tf_promise_new (NULL);
  GClosure          *closure = new_closure (promise, FALSE);
  g_autoptr (GError) value = NULL;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A closure that is not takes an error as the value.");

  invoke_with_error (closure);
  g_closure_unref (closure);
  tf_test_wait_done (TF_FUTURE (promise));
  value = tf_future_dup_boxed (TF_FUTURE (promise), G_TYPE_ERROR, &error);
  g_assert_no_error (error);
  g_assert_error (value, G_IO_ERROR, G_IO_ERROR_BUSY);
  drop_last (TF_FUTURE (promise));
}

static void
test_once (void)
{
  TfPromise *promise = tf_promise_new (NULL);
  GClosure  *closure = new_closure (promise, TRUE);

  g_test_summary ("Only the first call counts; the closure may outlive the end.");

  invoke (closure, 1);
  invoke_with_error (closure);
  tf_test_wait_done (TF_FUTURE (promise));
  invoke (closure, 2);
  tf_test_assert_int64 (TF_FUTURE (promise), 7);
  g_closure_unref (closure);
  drop_last (TF_FUTURE (promise));
}

static void
test_signal (void)
{
  static const char *const names[] = { "none", "one", "several" };
  g_autoptr (GObject)      object = emitter_new ();

  g_test_summary ("As a handler of a signal it does not count the object.");

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      TfPromise *promise = tf_promise_new (NULL);
      gulong     handler;

      handler = g_signal_connect_closure (object, names[i], tf_promise_new_closure (promise, FALSE),
                                          FALSE);
      g_signal_emit_by_name (object, names[i], G_GINT64_CONSTANT (1), "one");
      tf_test_wait_done (TF_FUTURE (promise));
      if (i == 0)
        g_assert_null (tf_future_dup_value (TF_FUTURE (promise), NULL));
      else if (i == 1)
        tf_test_assert_int64 (TF_FUTURE (promise), 1);
      else
        assert_pair (TF_FUTURE (promise), 1, "one");
      g_signal_handler_disconnect (object, handler);
      drop_last (TF_FUTURE (promise));
    }
}

static TfFuture *
pass (TfFuture *done,
      gpointer  data)
{
  return NULL;
}

static void
test_dropped (void)
{
  TfPromise            *promise = tf_promise_new (NULL);
  GClosure             *closure = new_closure (promise, TRUE);
  TfFuture             *derived = tf_future_then (TF_FUTURE (promise), pass, NULL, NULL);
  g_autoptr (TfTestLog) log = NULL;

  g_test_summary ("A closure that goes uncalled fails the promise for those who listen.");

  g_object_unref (promise);
  tf_test_drain (NULL);
  tf_test_assert_state (derived, TF_FUTURE_STATE_EXECUTING);
  g_closure_unref (closure);
  tf_test_wait_done (derived);
  tf_test_assert_error (derived, TF_ERROR, TF_ERROR_ABANDONED);
  drop_last (derived);

  log = tf_test_log_new (G_LOG_LEVEL_WARNING);
  promise = tf_promise_new (NULL);
  closure = new_closure (promise, TRUE);
  g_closure_unref (closure);
  drop_last (TF_FUTURE (promise));
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 0);
}

static gpointer
run_invoke (gpointer closure)
{
  invoke (closure, 2);
  g_closure_unref (closure);
  return NULL;
}

static void
test_elsewhere (void)
{
  TfPromise *promise = tf_promise_new (NULL);
  GThread   *thread = g_thread_new ("invoke", run_invoke, new_closure (promise, TRUE));

  g_test_summary ("A closure may be called on any thread.");

  tf_test_wait_done (TF_FUTURE (promise));
  g_thread_join (thread);
  assert_pair (TF_FUTURE (promise), 7, "seven");
  drop_last (TF_FUTURE (promise));
}

/* --- What else Kaa has of it --- */

static gboolean
execute_once (GValue  *value,
              gpointer user_data,
              GError **error)
{
  TfPromise **promise = user_data;

  g_assert_true (TF_IS_PROMISE (*promise));
  g_value_init (value, G_TYPE_INT64);
  g_value_set_int64 (value, 8);
  g_assert_true (tf_promise_resolve_value (*promise, value));
  return TRUE;
}

static void
test_execute (void)
{
  TfPromise *promise = tf_promise_new (NULL);

  g_test_summary ("A function is called at once, and may complete the promise that it is given.");

  g_assert_false (tf_promise_execute (promise, execute_once, &promise));
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_int64 (TF_FUTURE (promise), 8);
  drop_last (TF_FUTURE (promise));
}

static void
test_abort (void)
{
  TfPromise         *promise = g_object_new (TF_TYPE_PROMISE, "abort-policy",
                                             TF_ABORT_POLICY_ALLOW, NULL);
  GClosure          *closure = new_closure (promise, TRUE);
  g_autoptr (GError) error = NULL;

  g_test_summary ("The promise behind a closure can be aborted as any other.");

  g_assert_true (tf_future_abort (TF_FUTURE (promise), "enough", &error));
  g_assert_no_error (error);
  invoke (closure, 1);
  g_closure_unref (closure);
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLED);
  drop_last (TF_FUTURE (promise));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/promise-closure/arguments/none-is-no-value", test_none);
  tf_test_add ("/promise-closure/arguments/one-is-the-value", test_one);
  tf_test_add ("/promise-closure/arguments/several-are-an-array", test_several);
  tf_test_add ("/promise-closure/error/is-the-failure-when-throwable", test_throwable);
  tf_test_add ("/promise-closure/error/is-the-value-otherwise", test_not_throwable);
  tf_test_add ("/promise-closure/life/counts-once", test_once);
  tf_test_add ("/promise-closure/life/may-be-a-signal-handler", test_signal);
  tf_test_add ("/promise-closure/life/abandons-when-it-goes-uncalled", test_dropped);
  tf_test_add ("/promise-closure/life/may-be-called-elsewhere", test_elsewhere);
  tf_test_add ("/promise-closure/execute/calls-at-once", test_execute);
  tf_test_add ("/promise-closure/abort/is-that-of-the-promise", test_abort);
  return g_test_run ();
}
