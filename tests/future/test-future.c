/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* States */

static void
test_new_is_waiting (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit (executor, run_nothing, NULL);

  g_test_summary ("FUT-01, CALL-04: submitting returns at once, and a new future is WAITING.");

  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_WAITING);
  g_assert_true (tf_future_is_cancellable (future));
  g_assert_false (tf_future_is_done (future));

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_waiting_while_busy (void)
{
  TfExecutor *executor = executor_new (1);
  Meeting     meeting;
  TfFuture   *first;
  TfFuture   *second;

  g_test_summary ("FUT-02: a task that is queued because all workers are busy stays WAITING.");

  meeting_init (&meeting);
  first = submit (executor, run_meeting, &meeting);
  second = submit (executor, run_nothing, NULL);
  wait_for_state (first, TF_FUTURE_STATE_EXECUTING);
  tf_test_drain (NULL);
  g_assert_cmpint (tf_future_get_state (second), ==, TF_FUTURE_STATE_WAITING);

  tf_test_gate_open (&meeting.go);
  finish_future (second);
  finish_future (first);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_executing_once_told (void)
{
  TfExecutor *executor = executor_new (1);
  Meeting     meeting;
  TfFuture   *future;

  g_test_summary ("FUT-03, FUT-04, FUT-09: EXECUTING is what the loop has told, not what is.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  tf_test_gate_wait (&meeting.started);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_WAITING);

  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);
  g_assert_true (tf_future_is_cancellable (future));
  g_assert_false (tf_future_is_done (future));

  tf_test_gate_open (&meeting.go);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_completed (void)
{
  TfExecutor              *executor = executor_new (1);
  TfFuture                *future = submit (executor, run_eight, NULL);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);
  g_autoptr (GError)       error = NULL;

  g_test_summary ("FUT-05, CALL-01: a task that returns shows every state, also if it is short.");

  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING EXECUTING COMPLETED done");
  g_assert_true (tf_future_is_done (future));
  g_assert_false (tf_future_is_cancellable (future));
  g_assert_cmpint (tf_future_get_int64 (future, &error), ==, 8);
  g_assert_no_error (error);
  g_assert_null (tf_future_dup_error (future));

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_failed (void)
{
  TfExecutor              *executor = executor_new (1);
  TfFuture                *future = submit (executor, run_failing, NULL);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);
  g_autoptr (GError)       error = NULL;

  g_test_summary ("FUT-06, CALL-02: a task that returns an error ends FAILED, without a result.");

  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING EXECUTING FAILED done");
  g_assert_true (tf_future_is_done (future));
  g_assert_false (tf_future_is_cancellable (future));
  g_assert_null (tf_future_dup_value (future, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_FAILED);
  g_assert_cmpstr (error->message, ==, "no luck");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_still_without_loop (void)
{
  TfExecutor              *executor = executor_new (1);
  Meeting                  meeting;
  TfFuture                *first;
  TfFuture                *second;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("FUT-46: a future does not change until the loop runs.");

  meeting_init (&meeting);
  first = submit (executor, run_eight, NULL);
  second = submit (executor, run_meeting, &meeting);
  states = tf_test_states_new (first);

  /* One worker: when the second task has started, the first one has said its last word. */
  tf_test_gate_wait (&meeting.started);
  g_assert_cmpint (tf_future_get_state (first), ==, TF_FUTURE_STATE_WAITING);
  tf_test_assert_states (states, "WAITING");

  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (first);
  tf_test_assert_states (states, "WAITING EXECUTING COMPLETED done");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (second);
  finish_future (first);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_done_never_changes (void)
{
  TfExecutor              *executor = executor_new (1);
  TfFuture                *future = submit (executor, run_eight, NULL);
  g_autoptr (TfTestStates) states = NULL;
  g_autoptr (GError)       error = NULL;

  g_test_summary ("FUT-30: a future that is done does not change, whatever is asked of it.");

  tf_test_wait_done (future);
  states = tf_test_states_new (future);
  g_assert_false (tf_future_cancel (future));
  g_assert_false (tf_future_abort (future, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_DONE);
  tf_test_drain (NULL);
  tf_test_assert_states (states, "COMPLETED");
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 8);

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

/* Notifications */

typedef struct
{
  GString *text;
  GThread *owner;
} Witness;

static void
on_notify_cb (TfFuture   *future,
              GParamSpec *pspec,
              Witness    *witness)
{
  g_assert_true (g_thread_self () == witness->owner);
  g_string_append_printf (witness->text, "%s(%d%d%d) ", g_param_spec_get_name (pspec),
                          (int) tf_future_get_state (future), tf_future_is_cancellable (future),
                          tf_future_is_done (future));
}

static void
on_done_cb (TfFuture *future,
            Witness  *witness)
{
  g_assert_true (g_thread_self () == witness->owner);
  g_assert_true (tf_future_is_done (future));
  g_string_append (witness->text, "done");
}

static void
check_notifications (TfTaskFunc  func,
                     const char *expected)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit (executor, func, NULL);
  Witness     witness = { g_string_new (NULL), g_thread_self () };

  g_signal_connect (future, "notify", G_CALLBACK (on_notify_cb), &witness);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), &witness);
  tf_test_wait_done (future);
  g_assert_cmpstr (witness.text->str, ==, expected);
  g_clear_error (&(GError *){ tf_future_dup_error (future) });

  finish_future (future);
  tf_test_executor_finish (&executor);
  g_string_free (witness.text, TRUE);
}

static void
test_notifications (void)
{
  g_test_summary ("FUT-21, FUT-45: each move is told once, in order, with the final values, "
                  "in the owner thread.");

  check_notifications (run_eight, "state(110) value(1601) fraction(1601) eta(1601) state(1601) "
                                  "cancellable(1601) done(1601) done");
  check_notifications (run_nothing, "state(110) fraction(1601) eta(1601) state(1601) "
                                    "cancellable(1601) done(1601) done");
  check_notifications (run_failing, "state(110) error(1701) state(1701) cancellable(1701) "
                                    "done(1701) done");
}

static void
test_read_only (void)
{
  g_autoptr (GTypeClass)  klass = g_type_class_ref (TF_TYPE_FUTURE);
  g_autofree GParamSpec **props = NULL;
  guint                   n_props;

  g_test_summary ("FUT-22: no property of a future can be written.");

  props = g_object_class_list_properties (G_OBJECT_CLASS (klass), &n_props);
  g_assert_cmpuint (n_props, ==, 14);
  for (guint i = 0; i < n_props; i++)
    g_assert_cmpuint (props[i]->flags & (G_PARAM_READWRITE | G_PARAM_CONSTRUCT), ==,
                      G_PARAM_READABLE);
}

static void
test_properties (void)
{
  TfExecutor      *executor = executor_new (1);
  TfTask          *task = tf_task_new (run_eight, NULL, NULL);
  TfFuture        *future;
  g_autofree char *name = NULL;
  g_autofree char *description = NULL;
  g_autofree char *place = NULL;
  TfFutureState    state;
  gboolean         is_cancellable;
  gboolean         is_done;

  g_test_summary ("The properties of a future are what its functions say.");

  tf_task_set_name (task, "eight");
  tf_task_set_description (task, "Finds out what eight is");
  tf_task_set_location (task, "here:1");
  future = submit_task (executor, task);
  g_object_get (future, "name", &name, "description", &description, "state", &state,
                "cancellable", &is_cancellable, "done", &is_done, NULL);
  g_assert_cmpstr (name, ==, "eight");
  g_assert_cmpstr (description, ==, "Finds out what eight is");
  g_assert_cmpint (state, ==, TF_FUTURE_STATE_WAITING);
  g_assert_true (is_cancellable);
  g_assert_false (is_done);
  g_assert_cmpstr (tf_future_get_name (future), ==, "eight");
  g_assert_cmpstr (tf_future_get_description (future), ==, "Finds out what eight is");
  place = tf_future_dup_location (future);
  g_assert_cmpstr (place, ==, "here:1");

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_plain_properties (void)
{
  TfExecutor      *executor = executor_new (1);
  TfFuture        *future = submit (executor, run_eight, NULL);
  g_autofree char *place = tf_future_dup_location (future);

  g_test_summary ("A task without a name is called task, and its place is that of the call.");

  g_assert_cmpstr (tf_future_get_name (future), ==, "task");
  g_assert_null (tf_future_get_description (future));
  g_assert_true (g_pattern_match_simple ("test-future+0x*", place));

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_unmade (void)
{
  g_autoptr (TfFuture) future = g_object_new (TF_TYPE_FUTURE, NULL);
  g_autofree char     *place = tf_future_dup_location (future);
  g_autoptr (GError)   error = NULL;

  g_test_summary ("A future that no executor made waits for ever, and refuses politely.");

  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_WAITING);
  g_assert_false (tf_future_cancel (future));
  g_assert_cmpstr (tf_future_get_name (future), ==, "task");
  g_assert_cmpstr (place, ==, "");
  g_assert_null (tf_future_get_description (future));
  g_assert_cmpint (tf_future_get_elapsed (future), ==, 0);
  g_assert_null (tf_future_dup_value (future, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_PENDING);

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL,
                         "tf_future_bind_owner: the future * was not made by an executor");
  tf_future_bind_owner (future, G_OBJECT (future));
  g_test_assert_expected_messages ();
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/state/new-is-waiting", test_new_is_waiting);
  tf_test_add ("/future/state/stays-waiting-while-workers-are-busy", test_waiting_while_busy);
  tf_test_add ("/future/state/is-executing-once-told", test_executing_once_told);
  tf_test_add ("/future/state/goes-to-completed-step-by-step", test_completed);
  tf_test_add ("/future/state/goes-to-failed-step-by-step", test_failed);
  tf_test_add ("/future/state/does-not-change-without-the-loop", test_still_without_loop);
  tf_test_add ("/future/state/never-changes-once-done", test_done_never_changes);
  tf_test_add ("/future/notify/tells-each-move-once-in-order", test_notifications);
  tf_test_add ("/future/property/cannot-be-written", test_read_only);
  tf_test_add ("/future/property/is-what-the-functions-say", test_properties);
  tf_test_add ("/future/property/has-a-default", test_plain_properties);
  tf_test_add ("/future/unmade/refuses-politely", test_unmade);

  return g_test_run ();
}
