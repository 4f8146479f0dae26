/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "future/tf-completion-private.h"

#include "composing.h"
#include "future/tf-promise-private.h"

static TfCompletion *
of (gpointer future)
{
  return tf__completion_of (future);
}

static void
assert_cancel_state (TfPromise    *promise,
                     TfCancelState state)
{
  g_assert_cmpint (tf__pipe_get_cancel_state (&of (promise)->work.pipe), ==, state);
}

static void
test_of (void)
{
  TfPromise *promise = tf_promise_new ("promise");
  TfFuture  *value = tf_future_new_for_int64 (1);
  TfFuture  *detached = tf_future_new_detached (TF_TYPE_FUTURE, NULL, NULL, NULL);

  g_test_summary ("Promises and derived futures are completions; other work is not.");

  g_assert_true (of (promise)->work.future == TF_FUTURE (promise));
  g_assert_true (of (value)->work.future == value);
  g_assert_null (of (detached));
  g_assert_true (tf_future_deliver (detached, tf_message_new_started (), NULL, NULL));
  g_assert_true (tf_future_deliver (detached, tf_message_new_returned (NULL), NULL, NULL));
  finish (&detached);
  g_assert_finalize_object (promise);
  finish (&value);
}

static void
test_settle (void)
{
  TfPromise *promise = tf_promise_new ("settled");

  g_test_summary ("An outcome is settled once; the promise ends when that is delivered.");

  g_assert_true (tf__completion_may_settle (of (promise)));
  g_assert_false (tf__completion_is_settled (of (promise)));
  g_assert_true (tf__completion_settle (of (promise)));
  g_assert_true (tf__completion_is_settled (of (promise)));
  g_assert_false (tf__completion_may_settle (of (promise)));
  g_assert_false (tf__completion_settle (of (promise)));
  g_assert_false (tf_promise_resolve_none (promise));
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  tf__completion_finish (of (promise));
  tf_test_wait_done (TF_FUTURE (promise));
  finish_promise (&promise);
}

static void
test_cancel_state (void)
{
  TfPromise *completed = tf_promise_new ("completed");
  TfPromise *cancelled = tf_promise_new ("cancelled");
  TfPromise *given_up = tf_promise_new ("given up");

  g_test_summary ("The cancel state tells in the end whether the work was cancelled.");

  tf_promise_set_abort_policy (given_up, TF_ABORT_POLICY_ALLOW);
  tf_promise_resolve_none (completed);
  tf_future_cancel (TF_FUTURE (cancelled));
  tf_future_abort (TF_FUTURE (given_up), NULL, NULL);
  assert_cancel_state (completed, TF_CANCEL_STATE_SETTLED);
  assert_cancel_state (cancelled, TF_CANCEL_STATE_SETTLED_CANCELLED);
  assert_cancel_state (given_up, TF_CANCEL_STATE_ABORTED);
  tf_test_drain (NULL);
  assert_cancel_state (completed, TF_CANCEL_STATE_CLOSED);
  assert_cancel_state (cancelled, TF_CANCEL_STATE_CANCELLED);
  assert_cancel_state (given_up, TF_CANCEL_STATE_CANCELLED);
  g_assert_false (tf__work_request (&of (completed)->work, TF_CANCEL_EVENT_ABORT));
  g_assert_false (tf__work_request (&of (cancelled)->work, TF_CANCEL_EVENT_ABORT));
  finish_promise (&completed);
  finish_promise (&cancelled);
  finish_promise (&given_up);
}

static void
test_holder (void)
{
  TfPromise *promise = tf_promise_new ("holder");
  TfFuture  *first = tf_future_shield (TF_FUTURE (promise));
  TfFuture  *second = tf_future_shield (first);

  g_test_summary ("Whoever ends as another does has its outcome from the one that was completed, "
                  "so that there is no chain to be freed.");

  tf_promise_resolve_string (promise, "text");
  tf_test_wait_done (second);
  g_assert_true (of (first)->holder == TF_FUTURE (promise));
  g_assert_true (of (second)->holder == TF_FUTURE (promise));
  finish (&first);
  tf_test_assert_string (second, "text");
  finish (&second);
  finish_promise (&promise);
}

static void
test_reasons (void)
{
  TfPromise *leader = tf_promise_new ("leader");
  TfPromise *follower = tf_promise_new ("follower");

  g_test_summary ("An abort that comes while one from further on is on its way keeps its own "
                  "reason.");

  tf_promise_set_abort_policy (leader, TF_ABORT_POLICY_ALLOW);
  tf_promise_set_abort_policy (follower, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_promise_follow (follower, TF_FUTURE (leader)));
  g_assert_true (tf_future_abort (TF_FUTURE (follower), "from further on", NULL));
  tf__enter_foreground ();
  g_assert_true (tf__completion_is_abort_asked (of (leader)));
  g_assert_true (tf_future_abort (TF_FUTURE (leader), "its own", NULL));
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (follower), "from further on");
  assert_cancelled (TF_FUTURE (leader), "its own");
  finish_promise (&follower);
  finish_promise (&leader);
}

static gpointer
run_cancel (gpointer future)
{
  g_assert_true (tf_future_cancel (future));
  return NULL;
}

static void
test_cancel_and_refused_abort (void)
{
  TfPromise *leader = tf_promise_new ("leader");
  TfPromise *follower = tf_promise_new ("follower");

  g_test_summary ("A cancel of another thread is told also when an abort from further on is "
                  "refused in the same turn.");

  tf_promise_set_abort_policy (follower, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_promise_follow (follower, TF_FUTURE (leader)));
  g_assert_true (tf_future_abort (TF_FUTURE (follower), "because", NULL));
  g_thread_join (g_thread_new ("cancel", run_cancel, leader));
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (leader), NULL);
  assert_cancelled (TF_FUTURE (follower), "because");
  finish_promise (&follower);
  finish_promise (&leader);
}

static gpointer
run_wait (gpointer future)
{
  g_assert_true (tf_future_wait (future, -1, NULL, NULL));
  return NULL;
}

static void
test_listeners (void)
{
  TfPromise *promise = tf_promise_new ("listened to");
  TfFuture  *shield = NULL;
  GThread   *thread;

  g_test_summary ("Listeners are what is derived, and threads that wait.");

  tf__enter_foreground ();
  g_assert_false (tf__completion_has_other_listeners (TF_FUTURE (promise), NULL));
  shield = tf_future_shield (TF_FUTURE (promise));
  g_assert_true (tf__completion_has_other_listeners (TF_FUTURE (promise), NULL));
  g_assert_false (tf__completion_has_other_listeners (
    TF_FUTURE (promise), tf__future_get_private (TF_FUTURE (promise))->continuations));
  thread = g_thread_new ("wait", run_wait, promise);
  while (!tf__future_is_waited_for (TF_FUTURE (promise)))
    g_thread_yield ();
  g_assert_true (tf__completion_has_other_listeners (
    TF_FUTURE (promise), tf__future_get_private (TF_FUTURE (promise))->continuations));
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
  g_thread_join (thread);
  finish (&shield);
  finish_promise (&promise);
}

static TfFuture *
need (TfFutureSet *set,
      guint        index)
{
  TfWork *work = tf__future_get_private (TF_FUTURE (set))->work;

  tf__enter_foreground ();
  return tf__work_get_class (work)->get_need (work, index);
}

static void
test_needs (void)
{
  TfPromise   *promises[] = { tf_promise_new ("0"), tf_promise_new ("1"), tf_promise_new ("2") };
  TfFuture    *members[] = { TF_FUTURE (promises[0]), TF_FUTURE (promises[1]),
                             TF_FUTURE (promises[2]) };
  TfFutureSet *all = tf_future_all (members, 3, TF_FUTURE_SET_FLAGS_NONE);
  TfFutureSet *race = tf_future_race (members, 3, TF_FUTURE_SET_FLAGS_NONE);
  TfFutureSet *lonely = tf_future_race (members, 1, TF_FUTURE_SET_FLAGS_NONE);

  g_test_summary ("A set of all needs its pending members, in any order of asking; a race needs "
                  "none, unless there is one alone.");

  for (guint i = 0; i < 3; i++)
    g_assert_true (need (all, i) == members[i]);
  g_assert_null (need (all, 3));
  g_assert_null (need (all, 4));
  g_assert_true (need (all, 2) == members[2]);
  g_assert_true (need (all, 1) == members[1]);
  g_assert_null (need (race, 0));
  g_assert_true (need (lonely, 0) == members[0]);
  g_assert_null (need (lonely, 1));
  tf_promise_resolve_none (promises[1]);
  tf_test_drain (NULL);
  g_assert_true (need (all, 1) == members[2]);
  g_assert_true (need (all, 0) == members[0]);
  g_assert_true (need (all, 1) == members[2]);
  g_assert_null (need (all, 2));
  tf_promise_resolve_none (promises[0]);
  tf_promise_resolve_none (promises[2]);
  tf_test_drain (NULL);
  finish_set (&all);
  finish_set (&race);
  finish_set (&lonely);
  for (guint i = 0; i < 3; i++)
    finish_promise (&promises[i]);
}

static void
test_wide_needs (void)
{
  guint        n = tf_test_scale (200000);
  TfPromise   *promise = tf_promise_new ("member");
  TfPromise   *other = tf_promise_new ("other");
  TfFuture   **members = g_new (TfFuture *, n);
  TfFutureSet *all;

  g_test_summary ("A wide set is gone through in time that grows with it.");

  for (guint i = 0; i < n; i++)
    members[i] = TF_FUTURE (promise);
  all = tf_future_all (members, n, TF_FUTURE_SET_FLAGS_NONE);
  tf__enter_foreground ();
  g_assert_false (tf__completion_waits_for (TF_FUTURE (all), TF_FUTURE (other)));
  g_assert_true (tf__completion_waits_for (TF_FUTURE (all), TF_FUTURE (promise)));
  g_assert_true (tf_future_cancel (TF_FUTURE (all)));
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (promise), NULL);
  finish_set (&all);
  finish_promise (&promise);
  g_assert_finalize_object (other);
  g_free (members);
}

static void
test_late_final (void)
{
  TfPromise *promise = tf_promise_new ("late");
  GThread   *gone_in = NULL;
  GObject   *object = object_new (&gone_in);

  g_test_summary (
    "An outcome that was settled after a cancel, and written after an abort, is freed.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  tf_promise_get_gcancellable (promise);
  g_assert_true (tf_future_cancel (TF_FUTURE (promise)));
  /* As another thread does that is in the middle of resolving the promise. */
  g_assert_true (tf__completion_settle (of (promise)));
  g_assert_true (tf_future_abort (TF_FUTURE (promise), "because", NULL));
  tf_test_drain (NULL);
  g_value_init (&of (promise)->work.outcome.value, G_TYPE_OBJECT);
  g_value_take_object (&of (promise)->work.outcome.value, object);
  tf__completion_finish (of (promise));
  tf_test_drain (NULL);
  g_assert_true (gone_in == g_thread_self ());
  assert_cancelled (TF_FUTURE (promise), "because");
  finish_promise (&promise);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/completion/is-found-in-its-future", test_of);
  tf_test_add ("/completion/settle/counts-once", test_settle);
  tf_test_add ("/completion/cancel-state/is-kept", test_cancel_state);
  tf_test_add ("/completion/holder/is-the-first-of-a-chain", test_holder);
  tf_test_add ("/completion/abort/keeps-the-reason-that-came-first", test_reasons);
  tf_test_add ("/completion/abort/hides-no-cancel", test_cancel_and_refused_abort);
  tf_test_add ("/completion/abort/frees-what-comes-late", test_late_final);
  tf_test_add ("/completion/listeners/are-counted", test_listeners);
  tf_test_add ("/completion/needs/are-what-it-cannot-do-without", test_needs);
  tf_test_add ("/completion/needs/of-a-wide-set-take-no-long-time", test_wide_needs);

  return g_test_run ();
}
