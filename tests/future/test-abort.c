/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

typedef struct
{
  Meeting  meeting;
  GThread *owner;
  guint    n_frees;
  guint    n_events;
  gboolean was_cancelled;
  gboolean could_report;
} Room;

static void
room_init (Room *self)
{
  *self = (Room){ .owner = g_thread_self () };
  meeting_init (&self->meeting);
}

static void
count_free (gpointer data)
{
  Room *room = data;

  g_assert_true (g_thread_self () == room->owner);
  room->n_frees++;
}

static void
run_room (TfTask  *task,
          gpointer data)
{
  Room *room = data;

  tf_task_report_int64 (task, 1);
  tf_task_set_progress (task, 1, 2, "half");
  meeting_attend (&room->meeting);
  room->was_cancelled = tf_task_is_cancelled (task);
  room->could_report = tf_task_report_int64 (task, 2) || tf_task_yield_int64 (task, 2) ||
                       tf_task_send_int64 (task, "kind", 2) || tf_task_advance (task, 1) ||
                       tf_task_set_status (task, "late") || tf_task_set_total (task, 3);
  tf_task_return_int64 (task, 8);
}

static void
on_progress_cb (TfFuture     *future,
                const GValue *value,
                Room         *room)
{
  room->n_events++;
}

static gboolean
room_is_free (gpointer data)
{
  return ((Room *) data)->n_frees > 0;
}

static void
test_executing (void)
{
  TfExecutor              *executor = executor_new (1);
  Room                     room;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;
  g_autoptr (GError)       error = NULL;

  g_test_summary ("Abort does not wait for the code: CANCELLING at once, CANCELLED in the next "
                  "turn.");

  room_init (&room);
  future = tf_executor_submit_call (executor, run_room, &room, count_free, NULL);
  states = tf_test_states_new (future);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);

  g_assert_true (tf_future_abort (future, "enough of it", &error));
  g_assert_no_error (error);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING");
  tf_test_drain (NULL);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING CANCELLED done");
  error = tf_future_dup_error (future);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "enough of it");
  g_assert_cmpuint (tf_executor_get_n_aborted (executor), ==, 1);
  g_assert_cmpuint (tf_executor_get_n_executing (executor), ==, 0);

  /* The code goes on, and has its data. */
  g_assert_cmpuint (room.n_frees, ==, 0);
  tf_test_gate_open (&room.meeting.go);
  tf_test_run_until (NULL, room_is_free, &room);
  g_assert_cmpuint (tf_executor_get_n_aborted (executor), ==, 0);
  g_assert_true (room.was_cancelled);
  g_assert_false (room.could_report);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING CANCELLED done");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
  g_assert_cmpuint (room.n_frees, ==, 1);
  meeting_clear (&room.meeting);
}

static void
test_drops_events (void)
{
  TfExecutor *executor = executor_new (1);
  Room        room;
  TfFuture   *future;

  g_test_summary ("What the task has reported before an abort is not delivered after it.");

  room_init (&room);
  future = tf_executor_submit_call (executor, run_room, &room, count_free, NULL);
  g_signal_connect (future, "progress", G_CALLBACK (on_progress_cb), &room);
  tf_test_gate_wait (&room.meeting.started);

  g_assert_true (tf_future_abort (future, NULL, NULL));
  tf_test_wait_done (future);
  tf_test_gate_open (&room.meeting.go);
  tf_test_run_until (NULL, room_is_free, &room);
  tf_test_drain (NULL);
  g_assert_cmpuint (room.n_events, ==, 0);
  g_assert_cmpint (tf_future_get_completed_steps (future), ==, 0);
  g_assert_null (tf_future_get_status (future));

  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&room.meeting);
}

static void
test_waiting (void)
{
  TfExecutor              *executor = executor_new (1);
  Room                     room;
  TfFuture                *busy;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("A task that is given up while it waits never runs, and is not counted as "
                  "running.");

  room_init (&room);
  busy = submit (executor, run_room, &room);
  future = tf_executor_submit_call (executor, run_never, &room, count_free, NULL);
  states = tf_test_states_new (future);
  g_assert_true (tf_future_abort (future, NULL, NULL));
  tf_test_wait_done (future);
  tf_test_drain (NULL);
  tf_test_assert_states (states, "WAITING CANCELLING CANCELLED done");
  g_assert_cmpuint (tf_executor_get_n_aborted (executor), ==, 0);
  g_assert_cmpuint (room.n_frees, ==, 1);

  tf_test_gate_open (&room.meeting.go);
  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  finish_future (busy);
  tf_test_executor_finish (&executor);
  meeting_clear (&room.meeting);
}

static void
test_after_cancel (void)
{
  TfExecutor              *executor = executor_new (1);
  Room                     room;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;
  g_autoptr (GError)       error = NULL;

  g_test_summary ("Who has cancelled may still give up; then there is nothing left to give up.");

  room_init (&room);
  future = tf_executor_submit_call (executor, run_room, &room, count_free, NULL);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);
  states = tf_test_states_new (future);
  g_assert_true (tf_future_cancel (future));
  g_assert_true (tf_future_abort (future, NULL, NULL));
  g_assert_false (tf_future_cancel (future));
  g_assert_false (tf_future_abort (future, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_DONE);
  tf_test_wait_done (future);
  tf_test_assert_states (states, "EXECUTING CANCELLING CANCELLED done");
  g_assert_false (tf_future_abort (future, NULL, NULL));

  tf_test_gate_open (&room.meeting.go);
  tf_test_run_until (NULL, room_is_free, &room);
  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&room.meeting);
}

static void
on_done_freed_cb (TfFuture *future,
                  Room     *room)
{
  g_assert_true (room_is_free (room));
}

static void
test_never_ran (void)
{
  TfExecutor *executor = executor_new (1);
  Room        room;
  Meeting     meeting;
  TfFuture   *busy;
  TfFuture   *future;

  g_test_summary (
    "A task that was aborted before it ran is not abandoned, and its data is freed before "
    "\"done\".");

  meeting_init (&meeting);
  room_init (&room);
  busy = submit (executor, run_meeting, &meeting);
  future = tf_executor_submit_call (executor, run_room, &room, count_free, NULL);
  g_signal_connect (future, "done", G_CALLBACK (on_done_freed_cb), &room);
  g_assert_true (tf_future_abort (future, NULL, NULL));
  while (!tf_future_is_done (future))
    {
      g_assert_cmpuint (tf_executor_get_n_aborted (executor), ==, 0);
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_cmpuint (tf_executor_get_n_aborted (executor), ==, 0);
  g_assert_true (room_is_free (&room));

  tf_test_gate_open (&meeting.go);
  finish_future (busy);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
  meeting_clear (&room.meeting);
}

/* Futures without a task: each is pending, and ends only by the cancel. @upstream has another listener. */

static TfFuture *
new_promise (TfFuture *upstream)
{
  TfPromise *promise = tf_promise_new ("promise");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  return TF_FUTURE (promise);
}

static TfFuture *
new_delay (TfFuture *upstream)
{
  return tf_future_delay (G_TIME_SPAN_DAY);
}

static TfFuture *
new_of_cancellable (TfFuture *upstream)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();

  return tf_future_from_cancellable (cancellable);
}

static TfFuture *
pass_nothing (TfFuture *done,
              gpointer  data)
{
  return NULL;
}

static TfFuture *
new_then (TfFuture *upstream)
{
  return tf_future_then (upstream, pass_nothing, NULL, NULL);
}

static TfFuture *
new_set (TfFuture *upstream)
{
  return TF_FUTURE (tf_future_all (&upstream, 1, TF_FUTURE_SET_FLAGS_NONE));
}

static TfFuture *
fail_attempt (guint     attempt,
              TfFuture *last,
              gpointer  data)
{
  return tf_future_new_for_error (g_error_new_literal (TF_ERROR, TF_ERROR_FAILED, "busy"));
}

static TfFuture *
new_retry (TfFuture *upstream)
{
  TfFuture *retry = tf_future_retry (0, G_TIME_SPAN_DAY, -1, fail_attempt, NULL, NULL);

  tf_test_drain (NULL);
  return retry;
}

static TfFuture *
new_follower (TfFuture *upstream)
{
  TfFuture *promise = new_promise (upstream);

  g_assert_true (tf_promise_follow (TF_PROMISE (promise), upstream));
  return promise;
}

static TfFuture *
new_timeout (TfFuture *upstream)
{
  return tf_future_with_timeout (upstream, -1, TF_TIMEOUT_ACTION_LEAVE);
}

static TfFuture *(*const makers[]) (TfFuture *upstream) = {
  new_promise,
  new_delay,
  new_of_cancellable,
  new_then,
  new_set,
  new_retry,
  new_follower,
  new_timeout,
};

static void
test_after_cancel_of_all_kinds (void)
{
  g_test_summary (
    "A future of any kind that is CANCELLING accepts an abort once, and ends with its reason.");

  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    {
      TfPromise               *upstream = tf_promise_new ("upstream");
      TfFuture                *listener = tf_future_shield (TF_FUTURE (upstream));
      TfFuture                *future = makers[i](TF_FUTURE (upstream));
      g_autoptr (TfTestStates) states = tf_test_states_new (future);
      g_autoptr (GError)       error = NULL;
      g_autoptr (GError)       late = NULL;

      g_test_message ("kind %u", i);
      g_assert_true (tf_future_cancel (future));
      tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLING);
      g_assert_true (tf_future_abort (future, "the reason", NULL));
      g_assert_false (tf_future_abort (future, "another", &late));
      g_assert_error (late, TF_ERROR, TF_ERROR_DONE);
      tf_test_wait_done (future);
      error = tf_future_dup_error (future);
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      g_assert_cmpstr (error->message, ==, "the reason");
      tf_test_assert_states (states, "EXECUTING CANCELLING CANCELLED done");

      g_clear_pointer (&states, tf_test_states_free);
      tf_promise_resolve_none (upstream);
      tf_test_wait_done (listener);
      tf_test_drain (NULL);
      g_assert_finalize_object (future);
      g_assert_finalize_object (listener);
      g_assert_finalize_object (upstream);
    }
}

static void
test_with_error (void)
{
  TfExecutor        *executor = executor_new (1);
  TfFuture          *future = submit (executor, run_nothing, NULL);
  GError            *reason = g_error_new_literal (TF_ERROR, TF_ERROR_STALLED, "stuck");
  g_autoptr (GError) error = NULL;

  g_test_summary ("The error of an abort may be any; the state is CANCELLED all the same.");

  g_assert_true (tf_future_abort_with_error (future, reason, &error));
  g_assert_no_error (error);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_null (tf_future_dup_value (future, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_STALLED);
  g_assert_cmpstr (error->message, ==, "stuck");
  g_assert_null (tf_future_get_failure_type (future));
  g_clear_error (&error);

  /* Too late: the reason is taken all the same, which the sanitizer checks. */
  g_assert_false (tf_future_abort_with_error (
    future, g_error_new_literal (TF_ERROR, TF_ERROR_STALLED, "stuck"), &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_DONE);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
on_state_abort_cb (TfFuture   *future,
                   GParamSpec *pspec,
                   gpointer    data)
{
  if (tf_future_get_state (future) == TF_FUTURE_STATE_CANCELLING)
    g_assert_cmpint (tf_future_abort (future, "inside", NULL), ==, !*(gboolean *) data);
}

static void
check_inside (gboolean is_abort)
{
  TfExecutor              *executor = executor_new (1);
  TfFuture                *future = submit (executor, run_nothing, NULL);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);
  g_autoptr (GError)       error = NULL;

  g_signal_connect (future, "notify::state", G_CALLBACK (on_state_abort_cb), &is_abort);
  if (is_abort)
    g_assert_true (tf_future_abort (future, "outside", NULL));
  else
    g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING CANCELLING CANCELLED done");
  error = tf_future_dup_error (future);
  g_assert_cmpstr (error->message, ==, is_abort ? "outside" : "inside");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_inside (void)
{
  g_test_summary ("A handler that is told of CANCELLING may abort: once.");

  check_inside (FALSE);
  check_inside (TRUE);
}

static void
test_shutdown (void)
{
  TfExecutor *executor = executor_new (1);
  Room        room;
  TfFuture   *future;

  g_test_summary ("A shutdown does not wait for code that was given up; its data is freed when it "
                  "returns, also after the executor is gone.");

  room_init (&room);
  future = tf_executor_submit_call (executor, run_room, &room, count_free, NULL);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);
  g_assert_true (tf_future_abort (future, NULL, NULL));
  tf_test_executor_finish (&executor);
  g_assert_true (tf_future_is_done (future));
  g_assert_cmpuint (room.n_frees, ==, 0);

  tf_test_gate_open (&room.meeting.go);
  tf_test_run_until (NULL, room_is_free, &room);
  finish_future (future);
  meeting_clear (&room.meeting);
}

static void
run_return_room (TfTask  *task,
                 gpointer room)
{
  tf_task_return_pointer (task, room, count_free);
}

static void
test_result_is_freed (void)
{
  TfExecutor *executor = executor_new (1);
  Room        room;
  TfFuture   *future;
  TfFuture   *next;

  g_test_summary ("A result that was returned and not told is freed in the owner thread.");

  room_init (&room);
  future = submit (executor, run_return_room, &room);
  next = submit (executor, run_room, &room);
  tf_test_gate_wait (&room.meeting.started);
  g_assert_true (tf_future_abort (future, NULL, NULL));
  tf_test_wait_done (future);
  tf_test_run_until (NULL, room_is_free, &room);

  tf_test_gate_open (&room.meeting.go);
  finish_future (next);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&room.meeting);
}

static gpointer
run_abort (gpointer future)
{
  return GINT_TO_POINTER (tf_future_abort (future, NULL, NULL));
}

static void
test_elsewhere (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit (executor, run_nothing, NULL);
  TfTestLog  *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("Abort belongs to the owner thread: elsewhere it is a critical without effect.");

  g_assert_false (GPOINTER_TO_INT (g_thread_join (g_thread_new ("other", run_abort, future))));
  g_assert_cmpuint (tf_test_log_count (log, "tf_future_abort: called outside the main context that "
                                            "owns the future of task “task”"),
                    ==, 1);
  tf_test_log_free (log);

  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/abort/does-not-wait-for-the-code", test_executing);
  tf_test_add ("/future/abort/drops-what-was-reported", test_drops_events);
  tf_test_add ("/future/abort/keeps-a-waiting-task-from-running", test_waiting);
  tf_test_add ("/future/abort/may-follow-a-cancel", test_after_cancel);
  tf_test_add ("/future/abort/leaves-nothing-of-a-task-that-never-ran", test_never_ran);
  tf_test_add ("/future/abort/may-follow-a-cancel-of-any-kind", test_after_cancel_of_all_kinds);
  tf_test_add ("/future/abort/may-have-any-error", test_with_error);
  tf_test_add ("/future/abort/may-be-called-in-a-handler", test_inside);
  tf_test_add ("/future/abort/is-not-waited-for-by-a-shutdown", test_shutdown);
  tf_test_add ("/future/abort/frees-a-result-that-was-not-told", test_result_is_freed);
  tf_test_add ("/future/abort/is-refused-in-another-thread", test_elsewhere);

  return g_test_run ();
}
