/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

static void
test_cancel (void)
{
  TfPromise               *promise = tf_promise_new ("cancelled");
  TfFuture                *future = TF_FUTURE (promise);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);

  g_test_summary ("A promise that nobody works for by its cancellable is cancelled in the next "
                  "turn.");

  g_assert_true (tf_future_cancel (future));
  tf_test_assert_states (states, "EXECUTING CANCELLING");
  g_assert_false (tf_future_cancel (future));
  g_assert_false (tf_future_is_cancellable (future));
  g_assert_false (tf_promise_resolve_none (promise));
  g_assert_false (tf_promise_set_progress (promise, 1, 2, NULL));
  g_assert_false (tf_promise_report_value (promise, NULL));
  tf_test_wait_done (future);
  tf_test_assert_states (states, "EXECUTING CANCELLING CANCELLED done");
  assert_cancelled (future, NULL);
  assert_origin (future, NULL);
  g_assert_false (tf_future_cancel (future));
  g_clear_pointer (&states, tf_test_states_free);
  finish_promise (&promise);
}

static void
test_with_cancellable (void)
{
  TfPromise          *promise = tf_promise_new ("with cancellable");
  TfFuture           *future = TF_FUTURE (promise);
  GCancellable       *cancellable = tf_promise_get_gcancellable (promise);
  GThread            *gone_in = NULL;
  g_autoptr (GObject) object = object_new (&gone_in);

  g_test_summary ("Who has the cancellable ends a promise that was cancelled, and his result is "
                  "dropped.");

  g_assert_true (tf_promise_get_gcancellable (promise) == cancellable);
  g_assert_false (g_cancellable_is_cancelled (cancellable));
  g_assert_true (tf_future_cancel (future));
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  tf_test_drain (NULL);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLING);
  g_assert_false (tf_promise_resolve_object (promise, object));
  g_assert_false (tf_promise_resolve_object (promise, object));
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLING);
  tf_test_wait_done (future);
  assert_cancelled (future, NULL);
  g_assert_cmpuint (object->ref_count, ==, 1);
  finish_promise (&promise);
}

static void
test_fails_when_cancelled (void)
{
  TfPromise *promise = tf_promise_new ("fails");

  g_test_summary ("An error that comes after a cancel is no failure.");

  tf_promise_get_gcancellable (promise);
  tf_future_cancel (TF_FUTURE (promise));
  g_assert_false (tf_promise_reject (promise, an_error ()));
  tf_test_wait_done (TF_FUTURE (promise));
  assert_cancelled (TF_FUTURE (promise), NULL);
  finish_promise (&promise);
}

static void
test_listener_cancellable (void)
{
  TfPromise    *promise = tf_promise_new ("listened to");
  GCancellable *cancellable = tf_future_dup_gcancellable (TF_FUTURE (promise));

  g_test_summary ("A listener who asks for the cancellable does not take the work upon him.");

  g_cancellable_cancel (cancellable);
  tf_test_wait_done (TF_FUTURE (promise));
  assert_cancelled (TF_FUTURE (promise), NULL);
  g_object_unref (cancellable);
  finish_promise (&promise);
}

static void
test_cancellable_cancelled (void)
{
  TfPromise               *promise = tf_promise_new ("by the cancellable");
  g_autoptr (TfTestStates) states = tf_test_states_new (TF_FUTURE (promise));
  g_autoptr (GCancellable) kept = g_object_ref (tf_promise_get_gcancellable (promise));

  g_test_summary ("Cancelling the cancellable cancels the promise, and means nothing afterwards.");

  g_cancellable_cancel (kept);
  g_assert_false (tf_future_cancel (TF_FUTURE (promise)));
  g_assert_false (tf_promise_resolve_none (promise));
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_states (states, "EXECUTING CANCELLING CANCELLED done");
  g_clear_pointer (&states, tf_test_states_free);
  finish_promise (&promise);
  g_cancellable_reset (kept);
  g_cancellable_cancel (kept);
}

static void
test_cancellable_outlives (void)
{
  TfPromise               *promise = tf_promise_new ("gone");
  g_autoptr (GCancellable) kept = g_object_ref (tf_promise_get_gcancellable (promise));

  g_test_summary ("The cancellable may outlive the promise.");

  g_assert_finalize_object (promise);
  g_cancellable_cancel (kept);
}

static void
test_cancellable_late (void)
{
  TfPromise *cancelled = tf_promise_new ("cancelled");
  TfPromise *resolved = tf_promise_new ("resolved");

  g_test_summary ("A cancellable that is asked for late is as the promise is.");

  tf_future_cancel (TF_FUTURE (cancelled));
  g_assert_true (g_cancellable_is_cancelled (tf_promise_get_gcancellable (cancelled)));
  tf_promise_resolve_none (resolved);
  tf_test_drain (NULL);
  g_assert_false (g_cancellable_is_cancelled (tf_promise_get_gcancellable (resolved)));
  g_cancellable_cancel (tf_promise_get_gcancellable (resolved));
  tf_test_assert_state (TF_FUTURE (resolved), TF_FUTURE_STATE_COMPLETED);
  tf_test_assert_state (TF_FUTURE (cancelled), TF_FUTURE_STATE_CANCELLED);
  finish_promise (&cancelled);
  finish_promise (&resolved);
}

static gpointer
run_cancel (gpointer future)
{
  g_assert_true (tf_future_cancel (future));
  g_assert_false (tf_future_cancel (future));
  return NULL;
}

static void
test_cancel_elsewhere (void)
{
  TfPromise               *promise = tf_promise_new ("elsewhere");
  TfPromise               *worked_for = tf_promise_new ("worked for");
  g_autoptr (TfTestStates) states = tf_test_states_new (TF_FUTURE (promise));
  GCancellable            *cancellable = tf_promise_get_gcancellable (worked_for);

  g_test_summary ("A cancel of another thread takes effect there, and is told by the loop.");

  g_thread_join (g_thread_new ("cancel", run_cancel, promise));
  tf_test_assert_states (states, "EXECUTING");
  g_assert_false (tf_promise_report_value (promise, NULL));
  g_thread_join (g_thread_new ("cancel", run_cancel, worked_for));
  g_assert_true (g_cancellable_is_cancelled (cancellable));

  /* Here it is told at once. */
  g_assert_false (tf_future_cancel (TF_FUTURE (promise)));
  tf_test_assert_states (states, "EXECUTING CANCELLING");
  tf_test_drain (NULL);
  tf_test_assert_states (states, "EXECUTING CANCELLING CANCELLED done");
  tf_test_assert_state (TF_FUTURE (worked_for), TF_FUTURE_STATE_CANCELLING);
  tf_promise_resolve_none (worked_for);
  tf_test_wait_done (TF_FUTURE (worked_for));
  g_clear_pointer (&states, tf_test_states_free);
  finish_promise (&promise);
  finish_promise (&worked_for);
}

static void
test_cancel_after_resolve (void)
{
  TfPromise          *promise = tf_promise_new ("resolved");
  GThread            *gone_in = NULL;
  g_autoptr (GObject) object = object_new (&gone_in);
  g_autoptr (GError)  error = NULL;

  g_test_summary (
    "A cancel or an abort that comes after the result is too late, also before the result is "
    "delivered.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_promise_resolve_object (promise, object));
  g_assert_false (tf_future_cancel (TF_FUTURE (promise)));
  g_assert_false (tf_future_abort (TF_FUTURE (promise), NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_DONE);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpuint (object->ref_count, ==, 2);
  finish_promise (&promise);
}

typedef struct
{
  TfPromise *promise;
  TfTestGate go;
  gboolean   is_resolved;
  GObject   *object;
} Race;

static gpointer
run_race (gpointer data)
{
  Race *race = data;

  tf_test_gate_wait (&race->go);
  tf_promise_get_gcancellable (race->promise);
  tf_promise_report_value (race->promise, NULL);
  race->is_resolved = tf_promise_resolve_object (race->promise, race->object);
  return NULL;
}

static void
test_race (void)
{
  g_test_summary ("A cancel, an abort and a result of another thread that meet end a promise "
                  "once, and leave nothing behind.");

  for (guint i = 0; i < tf_test_scale (600); i++)
    {
      Race     race = { .promise = tf_promise_new ("race") };
      GThread *gone_in;
      GThread *thread;
      guint    n_done = 0;

      race.object = object_new (&gone_in);
      tf_promise_set_abort_policy (race.promise, TF_ABORT_POLICY_ALLOW);
      g_signal_connect (race.promise, "done", G_CALLBACK (on_done_count_cb), &n_done);
      tf_test_gate_init (&race.go);
      thread = g_thread_new ("race", run_race, &race);
      tf_test_gate_open (&race.go);
      if (i % 3 == 0)
        tf_future_cancel (TF_FUTURE (race.promise));
      else if (i % 3 == 1)
        tf_future_abort (TF_FUTURE (race.promise), NULL, NULL);
      tf_test_wait_done (TF_FUTURE (race.promise));
      g_thread_join (thread);
      tf_test_drain (NULL);
      g_assert_cmpuint (n_done, ==, 1);
      if (tf_future_get_state (TF_FUTURE (race.promise)) == TF_FUTURE_STATE_COMPLETED)
        g_assert_true (race.is_resolved);
      finish_promise (&race.promise);
      g_assert_cmpuint (race.object->ref_count, ==, 1);
      g_object_unref (race.object);
      tf_test_gate_clear (&race.go);
    }
}

static void
on_cancelled_drop_cb (GCancellable *cancellable,
                      TfPromise   **promise)
{
  g_clear_object (promise);
}

/* The cancellable of a promise, which is dropped when that is cancelled. */
static GCancellable *
drop_when_cancelled (TfPromise **promise)
{
  GCancellable *cancellable = g_object_ref (tf_promise_get_gcancellable (*promise));

  g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled_drop_cb), promise);
  return cancellable;
}

static void
test_handler_drops (void)
{
  TfPromise    *promise = tf_promise_new (NULL);
  GCancellable *cancellable = drop_when_cancelled (&promise);

  g_test_summary ("A handler of the cancellable may drop the last reference.");

  g_assert_true (tf_future_cancel (TF_FUTURE (promise)));
  g_assert_null (promise);
  tf_test_drain (NULL);
  g_object_unref (cancellable);
}

static void
test_handler_drops_follower (void)
{
  TfPromise    *leader = tf_promise_new (NULL);
  TfPromise    *promise = tf_promise_new (NULL);
  GCancellable *cancellable = drop_when_cancelled (&promise);

  g_test_summary ("So it may where the promise begins to follow one that is cancelled.");

  g_assert_true (tf_future_cancel (TF_FUTURE (leader)));
  tf_test_wait_done (TF_FUTURE (leader));
  g_assert_true (tf_promise_follow (promise, TF_FUTURE (leader)));
  g_assert_null (promise);
  tf_test_drain (NULL);
  finish_promise (&leader);
  g_object_unref (cancellable);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/promise/cancel/ends-in-the-next-turn", test_cancel);
  tf_test_add ("/promise/cancel/waits-for-who-has-the-cancellable", test_with_cancellable);
  tf_test_add ("/promise/cancel/makes-no-failure-of-an-error", test_fails_when_cancelled);
  tf_test_add ("/promise/cancel/does-not-wait-for-listeners", test_listener_cancellable);
  tf_test_add ("/promise/cancellable/cancels-the-promise", test_cancellable_cancelled);
  tf_test_add ("/promise/cancellable/may-outlive-the-promise", test_cancellable_outlives);
  tf_test_add ("/promise/cancellable/may-be-asked-for-late", test_cancellable_late);
  tf_test_add ("/promise/cancel/follows-in-the-loop-from-another-thread", test_cancel_elsewhere);
  tf_test_add ("/promise/cancel/drops-a-result-that-was-not-told", test_cancel_after_resolve);
  tf_test_add ("/promise/cancel/may-race-with-the-result", test_race);
  tf_test_add ("/promise/cancel/may-drop-the-promise", test_handler_drops);
  tf_test_add ("/promise/cancel/may-drop-a-follower", test_handler_drops_follower);

  return g_test_run ();
}
