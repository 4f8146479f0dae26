/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "members.h"

static void
assert_states (Members      *members,
               TfFutureState first,
               TfFutureState second)
{
  tf_test_assert_state (TF_FUTURE (members->promises[0]), first);
  tf_test_assert_state (TF_FUTURE (members->promises[1]), second);
}

static void
test_cancel (void)
{
  Members members;

  g_test_summary ("Cancelling a set cancels its members, and ends when they have.");

  members_init (&members, 2, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  tf_promise_get_gcancellable (members.promises[0]);
  tf_promise_get_gcancellable (members.promises[1]);
  g_assert_true (tf_future_cancel (members.future));
  tf_test_drain (NULL);
  assert_states (&members, TF_FUTURE_STATE_CANCELLING, TF_FUTURE_STATE_CANCELLING);
  tf_promise_resolve_none (members.promises[0]);
  tf_test_drain (NULL);
  tf_test_assert_state (members.future, TF_FUTURE_STATE_CANCELLING);
  tf_promise_resolve_none (members.promises[1]);
  tf_test_wait_done (members.future);
  assert_cancelled (members.future, NULL);
  assert_origin (members.future, NULL);
  assert_origin (TF_FUTURE (members.promises[1]), "all");
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, -1);
  members_clear (&members);
}

static void
test_cancel_shared (void)
{
  Members   members;
  TfFuture *other;

  g_test_summary ("A member that others listen to goes on, and is not waited for.");

  members_init (&members, 2, tf_future_race, TF_FUTURE_SET_FLAGS_NONE);
  other = tf_future_shield (TF_FUTURE (members.promises[1]));
  g_assert_true (tf_future_cancel (members.future));
  tf_test_drain (NULL);
  assert_states (&members, TF_FUTURE_STATE_CANCELLED, TF_FUTURE_STATE_EXECUTING);
  assert_cancelled (members.future, NULL);
  tf_promise_resolve_int64 (members.promises[1], 1);
  tf_test_wait_done (other);
  tf_test_assert_int64 (other, 1);
  finish (&other);
  members_clear (&members);
}

static void
on_done_cb (TfFuture *future,
            gpointer  data)
{
}

static void
test_cancel_nobody (void)
{
  Members members;

  g_test_summary ("If others listen to all of them, the set ends at once.");

  members_init (&members, 2, tf_future_any, TF_FUTURE_SET_FLAGS_NONE);
  g_signal_connect (members.promises[0], "done", G_CALLBACK (on_done_cb), NULL);
  g_signal_connect (members.promises[1], "notify::state", G_CALLBACK (on_done_cb), NULL);
  g_assert_true (tf_future_cancel (members.future));
  tf_test_drain (NULL);
  assert_cancelled (members.future, NULL);
  assert_states (&members, TF_FUTURE_STATE_EXECUTING, TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_none (members.promises[0]);
  tf_promise_resolve_none (members.promises[1]);
  members_clear (&members);
}

static void
test_cancel_twice_given (void)
{
  TfPromise   *promise = tf_promise_new ("twice");
  TfFuture    *members[] = { TF_FUTURE (promise), TF_FUTURE (promise) };
  TfFutureSet *all = tf_future_all (members, 2, TF_FUTURE_SET_FLAGS_NONE);

  g_test_summary ("A member that was given twice is no other listener to itself.");

  g_assert_true (tf_future_cancel (TF_FUTURE (all)));
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (all), NULL);
  assert_cancelled (TF_FUTURE (promise), NULL);
  finish_set (&all);
  finish_promise (&promise);
}

static void
test_cancel_done_before (void)
{
  TfFuture    *value = tf_future_new_for_int64 (1);
  TfFutureSet *race = tf_future_race (&value, 1, TF_FUTURE_SET_FLAGS_NONE);

  g_test_summary ("A cancel that comes before the members are looked at counts.");

  g_assert_true (tf_future_cancel (TF_FUTURE (race)));
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (race), NULL);
  finish_set (&race);
  finish (&value);
}

static void
test_abort (void)
{
  Members members;

  g_test_summary ("Giving a set up gives its members up, with the reason, where they allow it.");

  members_init (&members, 3, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  tf_promise_set_abort_policy (members.promises[0], TF_ABORT_POLICY_ALLOW);
  tf_promise_set_abort_policy (members.promises[1], TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_future_abort (members.future, "because", NULL));
  tf_test_drain (NULL);
  assert_cancelled (members.future, "because");
  assert_cancelled (TF_FUTURE (members.promises[0]), "because");
  assert_cancelled (TF_FUTURE (members.promises[1]), "because");
  tf_test_assert_state (TF_FUTURE (members.promises[2]), TF_FUTURE_STATE_EXECUTING);
  assert_origin (TF_FUTURE (members.promises[2]), NULL);
  tf_promise_resolve_none (members.promises[2]);
  members_clear (&members);
}

static void
test_abort_twice_given (void)
{
  TfPromise   *promise = tf_promise_new ("twice");
  TfFuture    *members[] = { TF_FUTURE (promise), TF_FUTURE (promise) };
  TfFutureSet *all = tf_future_all (members, 2, TF_FUTURE_SET_FLAGS_NONE);

  g_test_summary ("A member that was given twice is given up with the set.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_future_abort (TF_FUTURE (all), "because", NULL));
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (all), "because");
  assert_cancelled (TF_FUTURE (promise), "because");
  finish_set (&all);
  finish_promise (&promise);
}

/* The rest */

static void
check_cancel_rest (NewSet   new_set,
                   gboolean is_failing)
{
  Members   members;
  TfFuture *other;

  members_init (&members, 3, new_set, TF_FUTURE_SET_FLAGS_CANCEL_REST);
  other = tf_future_shield (TF_FUTURE (members.promises[2]));
  if (is_failing)
    tf_promise_reject (members.promises[0], an_error ());
  else
    tf_promise_resolve_none (members.promises[0]);
  tf_test_drain (NULL);
  g_assert_true (tf_future_is_done (members.future));
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 0);
  assert_cancelled (TF_FUTURE (members.promises[1]), NULL);
  tf_test_assert_state (TF_FUTURE (members.promises[2]), TF_FUTURE_STATE_EXECUTING);
  g_clear_error (&(GError *){ tf_future_dup_error (members.future) });
  tf_promise_resolve_none (members.promises[2]);
  tf_test_wait_done (other);
  finish (&other);
  members_clear (&members);
}

static void
test_cancel_rest (void)
{
  g_test_summary ("With CANCEL_REST those members are cancelled that are not needed any more, "
                  "and that nobody else listens to.");

  check_cancel_rest (tf_future_race, FALSE);
  check_cancel_rest (tf_future_any, FALSE);
  check_cancel_rest (tf_future_all, TRUE);
}

static void
test_leave_rest (void)
{
  Members members;

  g_test_summary ("Without it they go on.");

  members_init (&members, 2, tf_future_race, TF_FUTURE_SET_FLAGS_NONE);
  tf_promise_resolve_none (members.promises[0]);
  tf_test_drain (NULL);
  g_assert_true (tf_future_is_done (members.future));
  tf_test_assert_state (TF_FUTURE (members.promises[1]), TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_int64 (members.promises[1], 1);
  tf_test_drain (NULL);
  tf_test_assert_int64 (tf_future_set_get_future (members.set, 1), 1);
  members_clear (&members);
}

static void
on_state_end_cb (GCancellable *cancellable,
                 TfPromise    *promise)
{
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
}

static void
test_ends_inside (void)
{
  Members   members;
  TfFuture *other;

  g_test_summary ("A member that ends in a nested loop while the others are cancelled does not "
                  "leave the set behind.");

  members_init (&members, 2, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  other = tf_future_shield (TF_FUTURE (members.promises[1]));
  g_cancellable_connect (tf_promise_get_gcancellable (members.promises[0]),
                         G_CALLBACK (on_state_end_cb), members.promises[0], NULL);
  g_assert_true (tf_future_cancel (members.future));
  tf_test_drain (NULL);
  assert_cancelled (members.future, NULL);
  tf_promise_resolve_none (members.promises[1]);
  tf_test_wait_done (other);
  finish (&other);
  members_clear (&members);
}

/* With tasks */

static void
run_until_cancelled (TfTask  *task,
                     gpointer data)
{
  tf_test_gate_wait (data);
  tf_task_return_int64 (task, 1);
}

static void
test_tasks (void)
{
  TfExecutor  *executor = tf_executor_new ();
  TfTestGate   gate;
  TfFuture    *futures[3];
  TfFutureSet *all;
  TfFutureSet *race;

  g_test_summary ("Tasks are members as well.");

  tf_test_gate_init (&gate);
  for (guint i = 0; i < 3; i++)
    futures[i] = tf_executor_submit_call (executor, run_until_cancelled, &gate, NULL, NULL);
  all = tf_future_all (futures, 2, TF_FUTURE_SET_FLAGS_NONE);
  race = tf_future_race (&futures[2], 1, TF_FUTURE_SET_FLAGS_NONE);
  g_assert_true (tf_future_cancel (TF_FUTURE (all)));
  tf_test_assert_state (futures[0], TF_FUTURE_STATE_CANCELLING);
  tf_test_assert_state (TF_FUTURE (all), TF_FUTURE_STATE_CANCELLING);
  tf_test_gate_open (&gate);
  tf_test_wait_done (TF_FUTURE (all));
  assert_cancelled (TF_FUTURE (all), NULL);
  assert_origin (futures[1], "all");
  tf_test_wait_done (TF_FUTURE (race));
  tf_test_assert_int64 (TF_FUTURE (race), 1);
  finish_set (&all);
  finish_set (&race);
  for (guint i = 0; i < 3; i++)
    finish (&futures[i]);
  tf_test_executor_finish (&executor);
  tf_test_gate_clear (&gate);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/set/cancel/cancels-and-waits", test_cancel);
  tf_test_add ("/set/cancel/leaves-what-others-listen-to", test_cancel_shared);
  tf_test_add ("/set/cancel/ends-at-once-when-all-are-left", test_cancel_nobody);
  tf_test_add ("/set/cancel/knows-its-own-places", test_cancel_twice_given);
  tf_test_add ("/set/cancel/may-come-before-the-first-look", test_cancel_done_before);
  tf_test_add ("/set/cancel/may-end-a-member-inside", test_ends_inside);
  tf_test_add ("/set/abort/gives-the-members-up", test_abort);
  tf_test_add ("/set/abort/knows-its-own-places", test_abort_twice_given);
  tf_test_add ("/set/rest/is-cancelled", test_cancel_rest);
  tf_test_add ("/set/rest/is-left", test_leave_rest);
  tf_test_add ("/set/members/may-be-tasks", test_tasks);

  return g_test_run ();
}
