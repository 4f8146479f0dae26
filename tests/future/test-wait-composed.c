/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

static gboolean
on_idle_resolve_cb (gpointer promise)
{
  tf_promise_resolve_int64 (promise, 7);
  return G_SOURCE_REMOVE;
}

static gboolean
on_idle_reject_cb (gpointer promise)
{
  tf_promise_reject (promise, an_error ());
  return G_SOURCE_REMOVE;
}

/* A chain and a set at the end of which somebody waits. */
static TfFuture *
composed_new (TfPromise **promise)
{
  g_autoptr (TfFuture) shield = NULL;
  g_autoptr (TfFuture) timeout = NULL;
  TfFuture            *members[2];

  *promise = tf_promise_new ("beginning");
  shield = tf_future_shield (TF_FUTURE (*promise));
  timeout = tf_future_with_timeout (shield, -1, TF_TIMEOUT_ACTION_LEAVE);
  members[0] = shield;
  members[1] = timeout;
  return TF_FUTURE (tf_future_all (members, 2, TF_FUTURE_SET_FLAGS_NONE));
}

static void
test_owner (void)
{
  TfPromise         *promise;
  TfFuture          *future = composed_new (&promise);
  g_autoptr (GError) error = NULL;

  g_test_summary ("TMO-19: The owner context waits for what is composed with its loop going on.");

  g_idle_add (on_idle_resolve_cb, promise);
  g_assert_true (tf_future_wait (future, -1, NULL, &error));
  g_assert_no_error (error);
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
  finish (&future);
  finish_promise (&promise);
}

static void
test_owner_fails (void)
{
  TfPromise         *promise;
  TfFuture          *future = composed_new (&promise);
  g_autoptr (GError) error = NULL;

  g_test_summary ("TMO-22: Who waits has the failure afterwards.");

  g_idle_add (on_idle_reject_cb, promise);
  g_assert_true (tf_future_wait (future, -1, NULL, &error));
  g_assert_no_error (error);
  assert_not_found (future);
  finish (&future);
  finish_promise (&promise);
}

static gboolean
on_idle_cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_owner_limits (void)
{
  TfPromise               *promise;
  TfFuture                *future = composed_new (&promise);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       late = NULL;
  g_autoptr (GError)       cancelled = NULL;

  g_test_summary ("TMO-23: When the waiting ends, what is waited for goes on.");

  g_assert_false (tf_future_wait (future, 0, NULL, &late));
  g_assert_error (late, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (late->message, "“all”"));
  g_idle_add (on_idle_cancel_cb, cancellable);
  g_assert_false (tf_future_wait (future, -1, cancellable, &cancelled));
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tf_test_assert_states (states, "EXECUTING");
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_none (promise);
  g_assert_true (tf_future_wait (future, tf_test_timeout_us (), NULL, NULL));
  tf_test_assert_states (states, "EXECUTING COMPLETED done");
  g_clear_pointer (&states, tf_test_states_free);
  finish (&future);
  finish_promise (&promise);
}

static void
test_nested (void)
{
  TfPromise         *promise;
  TfFuture          *future = composed_new (&promise);
  TfPromise         *other = tf_promise_new ("other");
  TfFuture          *delay = tf_future_delay (0);
  g_autoptr (GError) error = NULL;

  g_test_summary ("Waits may be inside of each other, in any order.");

  g_idle_add (on_idle_resolve_cb, promise);
  g_assert_true (tf_future_wait (delay, -1, NULL, NULL));
  g_assert_true (tf_future_wait (future, -1, NULL, &error));
  g_assert_true (tf_future_cancel (TF_FUTURE (other)));
  g_assert_true (tf_future_wait (TF_FUTURE (other), -1, NULL, &error));
  g_assert_no_error (error);
  finish (&delay);
  finish_promise (&other);
  finish (&future);
  finish_promise (&promise);
}

typedef struct
{
  TfFuture     *future;
  TfTestGate    begun;
  GCancellable *cancellable;
  gint64        timeout_us;
  gboolean      is_done;
  GError       *error;
} Waiter;

static gpointer
run_wait (gpointer data)
{
  Waiter *waiter = data;

  tf_test_gate_open (&waiter->begun);
  waiter->is_done =
    tf_future_wait (waiter->future, waiter->timeout_us, waiter->cancellable, &waiter->error);
  return NULL;
}

static void
test_elsewhere (void)
{
  TfPromise *promise;
  Waiter     waiter = { .future = composed_new (&promise), .timeout_us = -1 };
  GThread   *thread;

  g_test_summary ("TMO-20: Another thread blocks until the owner context has told the end.");

  tf_test_gate_init (&waiter.begun);
  thread = g_thread_new ("wait", run_wait, &waiter);
  tf_test_gate_wait (&waiter.begun);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (waiter.future);
  g_thread_join (thread);
  g_assert_true (waiter.is_done);
  g_assert_no_error (waiter.error);
  finish (&waiter.future);
  finish_promise (&promise);
  tf_test_gate_clear (&waiter.begun);
}

static void
test_elsewhere_limits (void)
{
  TfPromise *promise;
  TfFuture  *future = composed_new (&promise);
  Waiter     late = { .future = future, .timeout_us = 1000 };
  Waiter     cancelled = { .future = future, .timeout_us = -1 };
  GThread   *thread;

  g_test_summary ("TMO-23: Its waiting has the same limits.");

  tf_test_gate_init (&late.begun);
  tf_test_gate_init (&cancelled.begun);
  cancelled.cancellable = g_cancellable_new ();
  g_thread_join (g_thread_new ("late", run_wait, &late));
  g_assert_false (late.is_done);
  g_assert_error (late.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  thread = g_thread_new ("cancelled", run_wait, &cancelled);
  tf_test_gate_wait (&cancelled.begun);
  g_cancellable_cancel (cancelled.cancellable);
  g_thread_join (thread);
  g_assert_false (cancelled.is_done);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (future);
  g_clear_error (&late.error);
  g_clear_error (&cancelled.error);
  g_object_unref (cancelled.cancellable);
  finish (&future);
  finish_promise (&promise);
  tf_test_gate_clear (&late.begun);
  tf_test_gate_clear (&cancelled.begun);
}

static void
on_waited_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  GError **error = data;

  if (tf_future_wait_finish (TF_FUTURE (source), result, error))
    g_assert_true (tf_future_is_done (TF_FUTURE (source)));
}

static void
test_async (void)
{
  TfPromise               *promise;
  TfFuture                *future = composed_new (&promise);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  GError                  *cancelled = NULL;
  GError                  *error = NULL;

  g_test_summary ("A callback is called after the end, or when the waiter is cancelled.");

  tf_future_wait_async (future, NULL, on_waited_cb, &error);
  tf_future_wait_async (future, cancellable, on_waited_cb, &cancelled);
  g_cancellable_cancel (cancellable);
  tf_test_drain (NULL);
  g_assert_error (cancelled, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&cancelled);
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
  g_assert_no_error (error);
  finish (&future);
  finish_promise (&promise);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/wait-composed/owner/keeps-the-loop-going", test_owner);
  tf_test_add ("/wait-composed/owner/has-the-failure-afterwards", test_owner_fails);
  tf_test_add ("/wait-composed/owner/has-limits", test_owner_limits);
  tf_test_add ("/wait-composed/owner/may-nest", test_nested);
  tf_test_add ("/wait-composed/elsewhere/blocks-until-told", test_elsewhere);
  tf_test_add ("/wait-composed/elsewhere/has-limits", test_elsewhere_limits);
  tf_test_add ("/wait-composed/async/calls-back", test_async);

  return g_test_run ();
}
