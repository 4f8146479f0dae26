/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

/* A follower and its leader. */
static TfPromise *
follower_new (TfPromise **leader)
{
  TfPromise *follower = tf_promise_new ("follower");

  *leader = tf_promise_new ("leader");
  g_assert_true (tf_promise_follow (follower, TF_FUTURE (*leader)));
  return follower;
}

static void
finish_both (TfPromise **follower,
             TfPromise **leader)
{
  finish_promise (follower);
  finish_promise (leader);
}

static void
test_pending (void)
{
  TfPromise               *leader;
  TfPromise               *follower = follower_new (&leader);
  g_autoptr (TfTestStates) states = tf_test_states_new (TF_FUTURE (follower));

  g_test_summary ("A promise that follows another future ends when that does, and as that does.");

  tf_test_drain (NULL);
  tf_test_assert_states (states, "EXECUTING");
  g_assert_false (tf_promise_resolve_none (follower));
  g_assert_false (tf_promise_reject (follower, an_error ()));
  tf_promise_resolve_string (leader, "text");
  tf_test_wait_done (TF_FUTURE (follower));
  tf_test_assert_states (states, "EXECUTING COMPLETED done");
  tf_test_assert_string (TF_FUTURE (follower), "text");
  g_clear_pointer (&states, tf_test_states_free);
  finish_both (&follower, &leader);
}

static void
test_held (void)
{
  TfPromise *leader;
  TfPromise *follower = follower_new (&leader);
  gpointer   weak = follower;
  guint      n_done = 0;

  g_test_summary ("The leader holds the follower.");

  g_object_weak_ref (G_OBJECT (follower), (GWeakNotify) g_nullify_pointer, &weak);
  g_signal_connect (follower, "done", G_CALLBACK (on_done_count_cb), &n_done);
  g_object_unref (follower);
  g_assert_nonnull (weak);
  tf_promise_resolve_none (leader);
  tf_test_drain (NULL);
  g_assert_cmpuint (n_done, ==, 1);
  g_assert_null (weak);
  finish_promise (&leader);
}

static void
test_done (void)
{
  TfPromise               *follower = tf_promise_new ("follower");
  TfFuture                *leader = tf_future_new_for_int64 (8);
  g_autoptr (TfTestStates) states = tf_test_states_new (TF_FUTURE (follower));

  g_test_summary ("A leader that is done is followed from the loop.");

  g_assert_true (tf_promise_follow (follower, leader));
  tf_test_assert_states (states, "EXECUTING");
  tf_test_wait_done (TF_FUTURE (follower));
  tf_test_assert_states (states, "EXECUTING COMPLETED done");
  tf_test_assert_int64 (TF_FUTURE (follower), 8);
  g_clear_pointer (&states, tf_test_states_free);
  finish_promise (&follower);
  finish (&leader);
}

static void
test_failed (void)
{
  TfPromise *leader;
  TfPromise *follower = follower_new (&leader);
  TfPromise *second = tf_promise_new ("second");

  g_test_summary ("A failure is that of the follower too, which is to be read there.");

  tf_promise_reject_failure (leader, "Type", "text", "trace", NULL);
  tf_test_wait_done (TF_FUTURE (follower));
  g_assert_true (tf_promise_follow (second, TF_FUTURE (leader)));
  tf_test_wait_done (TF_FUTURE (second));
  tf_test_assert_error (TF_FUTURE (follower), TF_ERROR, TF_ERROR_EXCEPTION);
  tf_test_assert_error (TF_FUTURE (second), TF_ERROR, TF_ERROR_EXCEPTION);
  g_assert_cmpstr (tf_future_get_failure_traceback (TF_FUTURE (second)), ==, "trace");
  finish_promise (&second);
  finish_both (&follower, &leader);
}

static void
test_cancelled (void)
{
  TfPromise               *leader;
  TfPromise               *follower = follower_new (&leader);
  TfPromise               *late = tf_promise_new ("late");
  g_autoptr (TfTestStates) states = tf_test_states_new (TF_FUTURE (follower));

  g_test_summary ("A leader that is cancelled cancels the follower, with its reason.");

  tf_promise_set_abort_policy (leader, TF_ABORT_POLICY_ALLOW);
  tf_future_abort (TF_FUTURE (leader), "because", NULL);
  tf_test_wait_done (TF_FUTURE (follower));
  tf_test_assert_states (states, "EXECUTING CANCELLING CANCELLED done");
  assert_cancelled (TF_FUTURE (follower), "because");
  assert_origin (TF_FUTURE (follower), "leader");
  assert_origin (TF_FUTURE (leader), NULL);
  tf_promise_follow (late, TF_FUTURE (leader));
  tf_test_wait_done (TF_FUTURE (late));
  assert_cancelled (TF_FUTURE (late), "because");
  g_clear_pointer (&states, tf_test_states_free);
  finish_promise (&late);
  finish_both (&follower, &leader);
}

static void
test_twice (void)
{
  TfPromise *leader;
  TfPromise *follower = follower_new (&leader);
  TfPromise *other = tf_promise_new ("other");
  TfPromise *resolved = tf_promise_new ("resolved");

  g_test_summary ("A promise follows one other, and none once it was completed.");

  g_assert_false (tf_promise_follow (follower, TF_FUTURE (other)));
  g_assert_false (tf_promise_follow (follower, TF_FUTURE (leader)));
  tf_promise_resolve_none (resolved);
  g_assert_false (tf_promise_follow (resolved, TF_FUTURE (other)));
  tf_promise_resolve_none (leader);
  tf_promise_resolve_string (other, "other");
  tf_test_drain (NULL);
  g_assert_false (tf_promise_follow (follower, TF_FUTURE (other)));
  finish_promise (&resolved);
  finish_promise (&other);
  finish_both (&follower, &leader);
}

/* Cycles */

static void
assert_deadlock (TfPromise *promise)
{
  tf_test_drain (NULL);
  tf_test_assert_error (TF_FUTURE (promise), TF_ERROR, TF_ERROR_DEADLOCK);
}

static void
test_itself (void)
{
  TfPromise *promise = tf_promise_new ("itself");
  TfPromise *first = tf_promise_new ("first");
  TfPromise *second = tf_promise_new ("second");

  g_test_summary ("A promise that would follow itself fails instead, also through others.");

  g_assert_true (tf_promise_follow (promise, TF_FUTURE (promise)));
  assert_deadlock (promise);
  g_assert_true (tf_promise_follow (first, TF_FUTURE (second)));
  g_assert_true (tf_promise_follow (second, TF_FUTURE (first)));
  assert_deadlock (second);
  assert_deadlock (first);
  finish_promise (&promise);
  finish_promise (&first);
  finish_promise (&second);
}

static void
test_cycle_then (void)
{
  TfPromise *promise = tf_promise_new ("then");
  Step       step = { .name = "step" };
  TfFuture  *then = tf_future_then (TF_FUTURE (promise), run_step, &step, free_step);
  TfFuture  *shield = tf_future_shield (then);

  g_test_summary ("A cycle through derived futures is seen.");

  g_assert_true (tf_promise_follow (promise, shield));
  assert_deadlock (promise);
  tf_test_assert_error (shield, TF_ERROR, TF_ERROR_DEADLOCK);
  assert_step (&step, 0);
  finish (&shield);
  finish (&then);
  finish_promise (&promise);
}

static void
test_cycle_all (void)
{
  TfPromise   *promise = tf_promise_new ("all");
  TfPromise   *other = tf_promise_new ("other");
  TfFuture    *shield = tf_future_shield (TF_FUTURE (promise));
  TfFutureSet *inner = tf_future_all ((TfFuture *[]){ TF_FUTURE (other), shield }, 2, 0);
  TfFutureSet *all =
    tf_future_all ((TfFuture *[]){ TF_FUTURE (other), TF_FUTURE (other), TF_FUTURE (inner) }, 3, 0);

  g_test_summary ("A cycle through any member of a set that waits for all is seen.");

  g_assert_true (tf_promise_follow (promise, TF_FUTURE (all)));
  assert_deadlock (promise);
  tf_test_assert_error (TF_FUTURE (all), TF_ERROR, TF_ERROR_DEADLOCK);
  tf_promise_resolve_none (other);
  tf_test_drain (NULL);
  finish_set (&all);
  finish_set (&inner);
  finish (&shield);
  finish_promise (&promise);
  finish_promise (&other);
}

static void
test_no_cycle (void)
{
  TfPromise   *promise = tf_promise_new ("race");
  TfPromise   *other = tf_promise_new ("other");
  TfFuture    *members[] = { TF_FUTURE (promise), TF_FUTURE (other) };
  TfFutureSet *race = tf_future_race (members, 2, 0);

  g_test_summary ("What can end without the promise is no cycle.");

  g_assert_true (tf_promise_follow (promise, TF_FUTURE (race)));
  tf_promise_resolve_string (other, "text");
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_string (TF_FUTURE (promise), "text");
  finish_set (&race);
  finish_promise (&promise);
  finish_promise (&other);
}

static TfFuture *
layer_new (TfFuture *below)
{
  TfFuture *left = tf_future_shield (below);
  TfFuture *right = tf_future_shield (below);
  TfFuture *all = TF_FUTURE (tf_future_all ((TfFuture *[]){ left, right }, 2, 0));

  g_object_unref (left);
  g_object_unref (right);
  return all;
}

static void
test_cycle_of_diamonds (void)
{
  TfPromise *promise = tf_promise_new ("bottom");
  TfPromise *lookup = tf_promise_new ("lookup");
  TfFuture  *top = g_object_ref (TF_FUTURE (promise));

  g_test_summary ("A cycle is looked for in time that grows with the futures, not with the ways.");

  for (guint i = 0; i < 60; i++)
    {
      TfFuture *below = top;

      top = layer_new (below);
      g_object_unref (below);
    }
  g_assert_true (tf_promise_follow (lookup, top));
  g_assert_true (tf_promise_follow (promise, TF_FUTURE (lookup)));
  assert_deadlock (promise);
  assert_deadlock (lookup);
  finish_promise (&lookup);
  finish (&top);
  finish_promise (&promise);
}

static TfFuture *
run_cycle (TfFuture *done,
           gpointer  data)
{
  TfFuture **self = data;

  return tf_future_shield (*self);
}

static TfFuture *
run_itself (TfFuture *done,
            gpointer  data)
{
  TfFuture **self = data;

  return g_object_ref (*self);
}

static void
test_cycle_inside (void)
{
  TfFuture  *value = tf_future_new_for_int64 (1);
  TfFuture  *itself = NULL;
  TfFuture  *through = NULL;
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_WARNING);

  g_test_summary ("A function that returns what waits for its own end makes that fail.");

  itself = tf_future_then (value, run_itself, &itself, NULL);
  through = tf_future_then (value, run_cycle, &through, NULL);
  tf_test_drain (NULL);
  tf_test_assert_error (itself, TF_ERROR, TF_ERROR_DEADLOCK);
  tf_test_assert_error (through, TF_ERROR, TF_ERROR_DEADLOCK);
  /* The future that the function returned has failed with the same failure, which was read. */
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 0);
  tf_test_log_free (log);
  finish (&itself);
  finish (&through);
  finish (&value);
}

/* Cancelling */

static void
test_cancel_travels (void)
{
  TfPromise *leader;
  TfPromise *follower = follower_new (&leader);

  g_test_summary ("A cancel of the follower goes on to the leader, and ends when that has.");

  tf_promise_get_gcancellable (leader);
  g_assert_true (tf_future_cancel (TF_FUTURE (follower)));
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (follower), TF_FUTURE_STATE_CANCELLING);
  tf_test_assert_state (TF_FUTURE (leader), TF_FUTURE_STATE_CANCELLING);
  tf_promise_resolve_none (leader);
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (follower), NULL);
  assert_cancelled (TF_FUTURE (leader), NULL);
  assert_origin (TF_FUTURE (leader), "follower");
  assert_origin (TF_FUTURE (follower), NULL);
  finish_both (&follower, &leader);
}

static void
test_abort_travels (void)
{
  TfPromise         *leader;
  TfPromise         *follower = follower_new (&leader);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An abort goes on with its reason; whether it is allowed is asked again there.");

  g_assert_false (tf_future_abort (TF_FUTURE (follower), "because", &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_CANCELLABLE);
  tf_promise_set_abort_policy (follower, TF_ABORT_POLICY_ALLOW);
  tf_promise_set_abort_policy (leader, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_future_abort (TF_FUTURE (follower), "because", NULL));
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (follower), "because");
  assert_cancelled (TF_FUTURE (leader), "because");
  assert_origin (TF_FUTURE (leader), "follower");
  finish_both (&follower, &leader);
}

static void
test_abort_refused (void)
{
  TfPromise *leader;
  TfPromise *follower = follower_new (&leader);

  g_test_summary ("A leader that refuses goes on, without the follower.");

  tf_promise_set_abort_policy (follower, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_future_abort (TF_FUTURE (follower), "because", NULL));
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (follower), "because");
  tf_test_assert_state (TF_FUTURE (leader), TF_FUTURE_STATE_EXECUTING);
  assert_origin (TF_FUTURE (leader), NULL);
  finish_promise (&follower);
  tf_promise_resolve_none (leader);
  tf_test_drain (NULL);
  finish_promise (&leader);
}

static void
test_other_listeners (void)
{
  TfPromise *leader;
  TfPromise *follower = follower_new (&leader);
  TfFuture  *other = tf_future_shield (TF_FUTURE (leader));

  g_test_summary ("A leader that others listen to goes on, and the follower ends at once.");

  tf_promise_get_gcancellable (follower);
  g_assert_true (tf_future_cancel (TF_FUTURE (follower)));
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (follower), NULL);
  tf_test_assert_state (TF_FUTURE (leader), TF_FUTURE_STATE_EXECUTING);
  finish_promise (&follower);
  tf_promise_resolve_string (leader, "text");
  tf_test_wait_done (other);
  tf_test_assert_string (other, "text");
  finish (&other);
  finish_promise (&leader);
}

static void
test_abandoned_leader (void)
{
  TfPromise *leader;
  TfPromise *follower = follower_new (&leader);

  g_test_summary ("A leader that is abandoned fails, and the follower with it.");

  g_object_unref (leader);
  tf_test_wait_done (TF_FUTURE (follower));
  tf_test_assert_error (TF_FUTURE (follower), TF_ERROR, TF_ERROR_ABANDONED);
  finish_promise (&follower);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/promise/follow/ends-as-the-leader", test_pending);
  tf_test_add ("/promise/follow/is-held-by-the-leader", test_held);
  tf_test_add ("/promise/follow/takes-a-leader-that-is-done", test_done);
  tf_test_add ("/promise/follow/fails-as-the-leader", test_failed);
  tf_test_add ("/promise/follow/is-cancelled-as-the-leader", test_cancelled);
  tf_test_add ("/promise/follow/counts-once", test_twice);
  tf_test_add ("/promise/cycle/fails", test_itself);
  tf_test_add ("/promise/cycle/fails-through-derived-ones", test_cycle_then);
  tf_test_add ("/promise/cycle/fails-through-sets", test_cycle_all);
  tf_test_add ("/promise/cycle/is-none-where-there-is-a-way-out", test_no_cycle);
  tf_test_add ("/promise/cycle/is-found-among-many-ways", test_cycle_of_diamonds);
  tf_test_add ("/promise/cycle/fails-through-functions", test_cycle_inside);
  tf_test_add ("/promise/follow/passes-a-cancel-on", test_cancel_travels);
  tf_test_add ("/promise/follow/passes-an-abort-on", test_abort_travels);
  tf_test_add ("/promise/follow/ends-when-the-leader-refuses", test_abort_refused);
  tf_test_add ("/promise/follow/leaves-a-leader-to-others", test_other_listeners);
  tf_test_add ("/promise/follow/fails-when-the-leader-is-abandoned", test_abandoned_leader);

  return g_test_run ();
}
