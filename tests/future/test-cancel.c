/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

static void
assert_no_outcome (TfFuture *future)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) same_error = tf_future_dup_error (future);

  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_null (tf_future_dup_value (future, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_error (same_error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_null (tf_future_get_failure_type (future));
  g_assert_null (tf_future_get_failure_text (future));
  g_assert_null (tf_future_get_failure_traceback (future));
  g_assert_null (tf_future_dup_failure_payload (future));
}

static void
count_free (gpointer data)
{
  ++*(guint *) data;
}

static void
test_waiting (void)
{
  TfExecutor              *executor = executor_new (1);
  Meeting                  meeting;
  guint                    n_freed = 0;
  TfFuture                *busy;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("CALL-06, ITER-10, PROG-14, EXC-07: a task that is cancelled while it waits "
                  "never "
                  "runs, and ends in the next turn of the loop.");

  meeting_init (&meeting);
  busy = submit (executor, run_meeting, &meeting);
  future = tf_executor_submit_call (executor, run_never, &n_freed, count_free, NULL);
  states = tf_test_states_new (future);

  g_assert_true (tf_future_cancel (future));
  tf_test_assert_states (states, "WAITING CANCELLING");
  g_assert_cmpuint (n_freed, ==, 0);

  /* It does not wait for the worker. */
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING CANCELLING CANCELLED done");
  g_assert_cmpuint (n_freed, ==, 1);
  assert_no_outcome (future);

  tf_test_gate_open (&meeting.go);
  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  finish_future (busy);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

/* What the body does after the cancel makes no difference. */
static void
check_executing (TfTaskFunc func)
{
  TfExecutor              *executor = executor_new (1);
  Meeting                  meeting;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;

  meeting_init (&meeting);
  future = submit (executor, func, &meeting);
  states = tf_test_states_new (future);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);
  tf_test_gate_wait (&meeting.started);

  g_assert_true (tf_future_cancel (future));
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  g_assert_false (tf_future_is_cancellable (future));
  g_assert_false (tf_future_is_done (future));
  tf_test_drain (NULL);
  g_assert_false (tf_future_is_done (future));

  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING CANCELLED done");
  assert_no_outcome (future);

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
run_silent_meeting (TfTask  *task,
                    gpointer meeting)
{
  meeting_attend (meeting);
  g_assert_true (tf_task_is_cancelled (task));
}

static void
run_obedient_meeting (TfTask  *task,
                      gpointer meeting)
{
  g_assert_false (tf_task_return_error_if_cancelled (task));
  meeting_attend (meeting);
  g_assert_true (tf_task_return_error_if_cancelled (task));
}

static void
test_executing (void)
{
  g_test_summary ("FUT-07, FUT-08, FUT-27, FUT-28, FUT-29, CALL-07, CALL-08, CALL-13, PROG-09, "
                  "PROG-16: cancel only asks; the end is CANCELLED whatever the code then does.");

  check_executing (run_meeting);
  check_executing (run_failing_meeting);
  check_executing (run_silent_meeting);
  check_executing (run_obedient_meeting);
}

static void
test_started_and_not_told (void)
{
  TfExecutor              *executor = executor_new (1);
  Meeting                  meeting;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("FUT-10: a start that is told after the cancel is not notified.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  states = tf_test_states_new (future);
  tf_test_gate_wait (&meeting.started);

  g_assert_true (tf_future_cancel (future));
  tf_test_drain (NULL);
  tf_test_assert_states (states, "WAITING CANCELLING");
  g_assert_cmpuint (tf_executor_get_n_executing (executor), ==, 1);
  g_assert_cmpuint (tf_executor_get_n_waiting (executor), ==, 0);

  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING CANCELLING CANCELLED done");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
count_free_in_owner (gpointer data)
{
  gpointer *thread_and_count = data;

  g_assert_true (thread_and_count[0] == g_thread_self ());
  thread_and_count[1] = GUINT_TO_POINTER (GPOINTER_TO_UINT (thread_and_count[1]) + 1);
}

static void
run_return_pointer (TfTask  *task,
                    gpointer data)
{
  tf_task_return_pointer (task, data, count_free_in_owner);
}

static void
test_returned_and_not_told (void)
{
  TfExecutor              *executor = executor_new (1);
  gpointer                 freed[2] = { g_thread_self (), NULL };
  Meeting                  meeting;
  TfFuture                *future;
  TfFuture                *next;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("FUT-27: a cancel takes effect as long as the result was not told; the result is "
                  "freed in the owner thread.");

  meeting_init (&meeting);
  future = submit (executor, run_return_pointer, freed);
  next = submit (executor, run_meeting, &meeting);
  states = tf_test_states_new (future);
  tf_test_gate_wait (&meeting.started);

  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING CANCELLING CANCELLED done");
  assert_no_outcome (future);
  g_assert_cmpuint (GPOINTER_TO_UINT (freed[1]), ==, 1);

  tf_test_gate_open (&meeting.go);
  g_clear_pointer (&states, tf_test_states_free);
  finish_future (next);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_after_end (void)
{
  TfExecutor        *executor = executor_new (1);
  TfFuture          *well = submit (executor, run_eight, NULL);
  TfFuture          *badly = submit (executor, run_failing, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("FUT-30, CALL-09, CALL-10, ITER-13: there is nothing to cancel after the end.");

  tf_test_wait_done (well);
  tf_test_wait_done (badly);
  g_assert_false (tf_future_cancel (well));
  g_assert_false (tf_future_cancel (badly));
  g_assert_cmpint (tf_future_get_int64 (well, NULL), ==, 8);
  g_assert_cmpint (tf_future_get_state (badly), ==, TF_FUTURE_STATE_FAILED);
  error = tf_future_dup_error (badly);
  g_assert_error (error, TF_ERROR, TF_ERROR_FAILED);

  finish_future (well);
  finish_future (badly);
  tf_test_executor_finish (&executor);
}

static void
test_twice (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit (executor, run_nothing, NULL);

  g_test_summary ("CALL-11, ITER-13, PROG-18: cancel takes effect once.");

  g_assert_true (tf_future_cancel (future));
  g_assert_false (tf_future_is_cancellable (future));
  g_assert_false (tf_future_cancel (future));
  tf_test_wait_done (future);
  g_assert_false (tf_future_cancel (future));

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
on_notify_cb (TfFuture   *future,
              GParamSpec *pspec,
              GString    *text)
{
  g_string_append_printf (text, "%s(%d%d%d) ", g_param_spec_get_name (pspec),
                          (int) tf_future_get_state (future), tf_future_is_cancellable (future),
                          tf_future_is_done (future));
}

static void
test_notifications (void)
{
  TfExecutor         *executor = executor_new (1);
  TfFuture           *future = submit (executor, run_nothing, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  g_test_summary ("FUT-29: state and cancellable are told before cancel returns.");

  g_signal_connect (future, "notify", G_CALLBACK (on_notify_cb), text);
  tf_future_cancel (future);
  g_assert_cmpstr (text->str, ==, "state(200) cancellable(200) ");
  g_string_truncate (text, 0);
  tf_test_wait_done (future);
  g_assert_cmpstr (text->str, ==, "error(1801) state(1801) done(1801) ");

  finish_future (future);
  tf_test_executor_finish (&executor);
}

/* Other threads */

static gpointer
run_cancel (gpointer future)
{
  return GINT_TO_POINTER (tf_future_cancel (future));
}

static void
test_elsewhere (void)
{
  TfExecutor              *executor = executor_new (1);
  Meeting                  meeting;
  TfFuture                *future;
  GThread                 *thread;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("FUT-31: cancelled on another thread, the code hears of it at once, and the "
                  "state "
                  "follows in the loop.");

  meeting_init (&meeting);
  future = submit (executor, run_silent_meeting, &meeting);
  states = tf_test_states_new (future);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);

  thread = g_thread_new ("canceller", run_cancel, future);
  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
  tf_test_assert_states (states, "WAITING EXECUTING");
  tf_test_drain (NULL);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING");

  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING CANCELLED done");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_elsewhere_then_here (void)
{
  TfExecutor              *executor = executor_new (1);
  Meeting                  meeting;
  TfFuture                *future;
  GThread                 *thread;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("A second cancel in the owner thread tells at once what the first one did.");

  meeting_init (&meeting);
  future = submit (executor, run_silent_meeting, &meeting);
  states = tf_test_states_new (future);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);

  thread = g_thread_new ("canceller", run_cancel, future);
  g_assert_true (GPOINTER_TO_INT (g_thread_join (thread)));
  g_assert_false (tf_future_cancel (future));
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING");

  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING CANCELLED done");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

#define N_THREADS 4

static void
test_race (void)
{
  TfExecutor *executor = executor_new (2);

  g_test_summary ("Of several threads that cancel at the same time one takes effect, or none if "
                  "the "
                  "task was faster.");

  for (guint i = 0; i < tf_test_scale (200); i++)
    {
      TfFuture *future = submit (executor, run_eight, NULL);
      GThread  *threads[N_THREADS];
      guint     n_effects = 0;

      for (guint j = 0; j < N_THREADS; j++)
        threads[j] = g_thread_new ("canceller", run_cancel, future);
      if (i % 2 == 0)
        tf_test_wait_done (future);
      for (guint j = 0; j < N_THREADS; j++)
        n_effects += GPOINTER_TO_INT (g_thread_join (threads[j])) ? 1 : 0;
      tf_test_wait_done (future);

      g_assert_cmpint (tf_future_get_state (future), ==,
                       n_effects == 1 ? TF_FUTURE_STATE_CANCELLED : TF_FUTURE_STATE_COMPLETED);
      g_assert_cmpuint (n_effects, <=, 1);
      finish_future (future);
    }

  tf_test_executor_finish (&executor);
}

/* GCancellable */

static void
test_gcancellable (void)
{
  TfExecutor              *executor = executor_new (1);
  TfFuture                *future = submit (executor, run_nothing, NULL);
  TfFuture                *other = submit (executor, run_nothing, NULL);
  g_autoptr (GCancellable) before = tf_future_dup_gcancellable (future);
  g_autoptr (GCancellable) again = tf_future_dup_gcancellable (future);
  g_autoptr (GCancellable) after = NULL;

  g_test_summary ("The cancellable of a future is cancelled with it, also if it is asked for "
                  "later.");

  g_assert_true (before == again);
  g_assert_false (g_cancellable_is_cancelled (before));
  tf_future_cancel (future);
  g_assert_true (g_cancellable_is_cancelled (before));
  tf_future_cancel (other);
  after = tf_future_dup_gcancellable (other);
  g_assert_true (g_cancellable_is_cancelled (after));

  finish_future (future);
  finish_future (other);
  tf_test_executor_finish (&executor);
}

static void
test_gcancellable_given_back (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  TfTask              *task = tf_task_new (run_nothing, NULL, NULL);

  g_test_summary ("The cancellable that a task has by itself may be set as the one that cancels "
                  "it.");

  tf_task_link_cancellable (task, tf_task_get_cancellable (task));
  g_cancellable_cancel (tf_task_get_cancellable (task));
  future = tf_executor_submit (executor, task, &error);
  g_assert_no_error (error);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_executor_finish (&executor);
}

static void
test_gcancellable_after_end (void)
{
  TfExecutor              *executor = executor_new (1);
  TfFuture                *future = submit (executor, run_nothing, NULL);
  g_autoptr (GCancellable) cancellable = NULL;

  g_test_summary ("The cancellable of a future that ended cancelled is cancelled.");

  tf_future_cancel (future);
  tf_test_wait_done (future);
  cancellable = tf_future_dup_gcancellable (future);
  g_assert_true (g_cancellable_is_cancelled (cancellable));

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
on_state_cancel_cb (TfFuture   *future,
                    GParamSpec *pspec,
                    GString    *log)
{
  TfFutureState state = tf_future_get_state (future);

  g_string_append_printf (log, "first:%d ", state);
  if (state != TF_FUTURE_STATE_EXECUTING)
    return;

  g_string_append (log, "cancel( ");
  g_assert_true (tf_future_cancel (future));
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLING);
  g_string_append (log, ") ");
}

static void
on_notify_write_cb (TfFuture   *future,
                    GParamSpec *pspec,
                    GString    *log)
{
  g_string_append_printf (log, "%s:%d ", pspec->name, tf_future_get_state (future));
}

static void
test_in_notification (void)
{
  TfExecutor         *executor = executor_new (1);
  TfFuture           *future;
  Meeting             meeting;
  g_autoptr (GString) log = g_string_new (NULL);
  g_autofree char    *expected = NULL;

  g_test_summary ("A cancel in a handler of notify::state notifies the cancellable within the "
                  "call, and the state, to all handlers, when the handler has returned.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  g_signal_connect (future, "notify::state", G_CALLBACK (on_state_cancel_cb), log);
  g_signal_connect (future, "notify::state", G_CALLBACK (on_notify_write_cb), log);
  g_signal_connect (future, "notify::cancellable", G_CALLBACK (on_notify_write_cb), log);
  wait_for_state (future, TF_FUTURE_STATE_CANCELLING);
  expected = g_strdup_printf ("first:%d cancel( cancellable:%d ) first:%d state:%d ",
                              TF_FUTURE_STATE_EXECUTING, TF_FUTURE_STATE_CANCELLING,
                              TF_FUTURE_STATE_CANCELLING, TF_FUTURE_STATE_CANCELLING);
  g_assert_cmpstr (log->str, ==, expected);

  tf_test_gate_open (&meeting.go);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/cancel/keeps-a-waiting-task-from-running", test_waiting);
  tf_test_add ("/future/cancel/ends-cancelled-whatever-the-code-does", test_executing);
  tf_test_add ("/future/cancel/hides-a-start-that-comes-later", test_started_and_not_told);
  tf_test_add ("/future/cancel/drops-a-result-that-was-not-told", test_returned_and_not_told);
  tf_test_add ("/future/cancel/has-no-effect-after-the-end", test_after_end);
  tf_test_add ("/future/cancel/takes-effect-once", test_twice);
  tf_test_add ("/future/cancel/tells-before-it-returns", test_notifications);
  tf_test_add ("/future/cancel/may-be-asked-in-a-notification", test_in_notification);
  tf_test_add ("/future/cancel/follows-in-the-loop-from-another-thread", test_elsewhere);
  tf_test_add ("/future/cancel/tells-what-another-thread-asked-for", test_elsewhere_then_here);
  tf_test_add ("/future/cancel/takes-effect-once-in-a-race", test_race);
  tf_test_add ("/future/cancel/cancels-the-gcancellable", test_gcancellable);
  tf_test_add ("/future/cancel/may-come-by-the-own-gcancellable", test_gcancellable_given_back);
  tf_test_add ("/future/cancel/is-seen-by-a-late-gcancellable", test_gcancellable_after_end);

  return g_test_run ();
}
