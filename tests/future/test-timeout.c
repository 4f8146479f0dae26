/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

#define LIMIT_US G_TIME_SPAN_SECOND

/* A promise with a limit, by a clock that the test moves. */
typedef struct
{
  TfTestClock *clock;
  TfPromise   *promise;
  TfFuture    *limited;
} Limited;

static void
limited_init (Limited        *self,
              gint64          timeout_us,
              TfTimeoutAction action)
{
  self->clock = tf_test_clock_new (0);
  tf_test_clock_install (self->clock);
  self->promise = tf_promise_new ("original");
  self->limited = tf_future_with_timeout (TF_FUTURE (self->promise), timeout_us, action);
}

static void
limited_clear (Limited *self)
{
  finish (&self->limited);
  finish_promise (&self->promise);
  tf_test_clock_uninstall (self->clock);
  g_assert_finalize_object (self->clock);
}

static void
run_out (Limited *self)
{
  tf_test_clock_advance (self->clock, LIMIT_US);
  tf_test_drain (NULL);
}

static void
assert_timed_out (TfFuture *future)
{
  g_autoptr (GError) error = tf_future_dup_error (future);

  tf_test_assert_state (future, TF_FUTURE_STATE_FAILED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_nonnull (strstr (error->message, "“original”"));
}

static void
test_in_time (void)
{
  Limited limited;

  g_test_summary ("TMO-01: Who is done in time ends the limited future as well.");

  limited_init (&limited, LIMIT_US, TF_TIMEOUT_ACTION_ABORT);
  g_assert_cmpstr (tf_future_get_name (limited.limited), ==, "with timeout");
  tf_test_clock_advance (limited.clock, LIMIT_US - 1);
  tf_test_drain (NULL);
  tf_test_assert_state (limited.limited, TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_int64 (limited.promise, 7);
  tf_test_drain (NULL);
  tf_test_assert_int64 (limited.limited, 7);
  run_out (&limited);
  tf_test_assert_int64 (limited.limited, 7);
  limited_clear (&limited);
}

static void
test_fails_in_time (void)
{
  Limited limited;

  g_test_summary ("TMO-02: So does who fails in time.");

  limited_init (&limited, LIMIT_US, TF_TIMEOUT_ACTION_ABORT);
  tf_promise_reject (limited.promise, an_error ());
  tf_test_drain (NULL);
  assert_not_found (limited.limited);
  limited_clear (&limited);
}

static void
test_leave (void)
{
  Limited limited;

  g_test_summary ("TMO-03: When the time is over the limited future fails, and the original goes "
                  "on.");

  limited_init (&limited, LIMIT_US, TF_TIMEOUT_ACTION_LEAVE);
  run_out (&limited);
  assert_timed_out (limited.limited);
  tf_test_assert_state (TF_FUTURE (limited.promise), TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_int64 (limited.promise, 7);
  tf_test_drain (NULL);
  tf_test_assert_int64 (TF_FUTURE (limited.promise), 7);
  assert_timed_out (limited.limited);
  limited_clear (&limited);
}

static void
test_cancel (void)
{
  Limited limited;

  g_test_summary ("With CANCEL the original is cancelled, and the limited future does not wait "
                  "for it.");

  limited_init (&limited, LIMIT_US, TF_TIMEOUT_ACTION_CANCEL);
  tf_promise_get_gcancellable (limited.promise);
  run_out (&limited);
  assert_timed_out (limited.limited);
  tf_test_assert_state (TF_FUTURE (limited.promise), TF_FUTURE_STATE_CANCELLING);
  assert_origin (TF_FUTURE (limited.promise), "with timeout");
  tf_promise_resolve_none (limited.promise);
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (limited.promise), NULL);
  limited_clear (&limited);
}

static gboolean
on_abort_requested_cb (TfPromise    *promise,
                       const GError *reason,
                       Limited      *limited)
{
  g_assert_error (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_false (tf_future_is_done (limited->limited));
  return TRUE;
}

static void
test_abort (void)
{
  Limited            limited;
  g_autoptr (GError) error = NULL;

  g_test_summary ("TMO-08: With ABORT the original is given up first, by the error of the "
                  "timeout.");

  limited_init (&limited, LIMIT_US, TF_TIMEOUT_ACTION_ABORT);
  g_signal_connect (limited.promise, "abort-requested", G_CALLBACK (on_abort_requested_cb),
                    &limited);
  run_out (&limited);
  assert_timed_out (limited.limited);
  tf_test_assert_state (TF_FUTURE (limited.promise), TF_FUTURE_STATE_CANCELLED);
  error = tf_future_dup_error (TF_FUTURE (limited.promise));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  assert_origin (TF_FUTURE (limited.promise), "with timeout");
  limited_clear (&limited);
}

static void
check_refused (TfTimeoutAction action)
{
  Limited limited;

  limited_init (&limited, LIMIT_US, action);
  tf_promise_set_abort_policy (limited.promise, TF_ABORT_POLICY_REFUSE);
  run_out (&limited);
  assert_timed_out (limited.limited);
  tf_test_assert_state (TF_FUTURE (limited.promise), TF_FUTURE_STATE_EXECUTING);
  assert_origin (TF_FUTURE (limited.promise), NULL);
  tf_promise_resolve_none (limited.promise);
  tf_test_drain (NULL);
  limited_clear (&limited);
}

static void
test_refused (void)
{
  g_test_summary ("An original that refuses goes on, and nobody else hears of that.");

  check_refused (TF_TIMEOUT_ACTION_CANCEL);
  check_refused (TF_TIMEOUT_ACTION_ABORT);
}

/* The function */

typedef struct
{
  Limited *limited;
  GString *log;
  gboolean is_resolving;
  gboolean is_cancelling;
  gboolean is_nesting;
} OnTimeout;

static void
on_timeout (TfFuture *future,
            gpointer  data)
{
  OnTimeout *self = data;

  g_assert_true (future == TF_FUTURE (self->limited->promise));
  tf_test_assert_state (future, TF_FUTURE_STATE_EXECUTING);
  tf_test_assert_state (self->limited->limited, TF_FUTURE_STATE_EXECUTING);
  g_string_append (self->log, "timeout ");
  if (self->is_resolving)
    tf_promise_resolve_int64 (self->limited->promise, 7);
  if (self->is_cancelling)
    tf_future_cancel (self->limited->limited);
  if (self->is_nesting)
    tf_test_drain (NULL);
  g_string_append (self->log, "end ");
}

static void
free_on_timeout (gpointer data)
{
  g_string_append (((OnTimeout *) data)->log, "free ");
}

static void
on_done_log_cb (TfFuture *future,
                GString  *log)
{
  g_string_append_printf (log, "%s ", tf_future_get_name (future));
}

static void
with_function (Limited   *limited,
               OnTimeout *self)
{
  self->limited = limited;
  self->log = g_string_new (NULL);
  limited->clock = tf_test_clock_new (0);
  tf_test_clock_install (limited->clock);
  limited->promise = tf_promise_new ("original");
  limited->limited =
    tf_future_with_timeout_full (TF_FUTURE (limited->promise), LIMIT_US,
                                 TF_TIMEOUT_ACTION_CANCEL, on_timeout, self, free_on_timeout);
  g_signal_connect (limited->promise, "done", G_CALLBACK (on_done_log_cb), self->log);
  g_signal_connect (limited->limited, "done", G_CALLBACK (on_done_log_cb), self->log);
}

static void
assert_log (OnTimeout  *self,
            const char *expected)
{
  g_assert_cmpstr (self->log->str, ==, expected);
  g_string_free (self->log, TRUE);
}

static void
test_function (void)
{
  Limited   limited;
  OnTimeout data = { .limited = NULL };

  g_test_summary ("TMO-05, TMO-07: The function is called right before, with the original.");

  with_function (&limited, &data);
  run_out (&limited);
  assert_timed_out (limited.limited);
  assert_log (&data, "timeout end original free with timeout ");
  limited_clear (&limited);
}

static void
test_function_not_called (void)
{
  Limited   limited;
  OnTimeout data = { .limited = NULL };

  g_test_summary ("The function is not called when there is time, and freed all the same.");

  with_function (&limited, &data);
  tf_promise_resolve_int64 (limited.promise, 7);
  tf_test_drain (NULL);
  run_out (&limited);
  assert_log (&data, "original free with timeout ");
  limited_clear (&limited);
}

static void
test_function_ends_it (void)
{
  Limited   limited;
  OnTimeout data = { .is_resolving = TRUE, .is_nesting = TRUE };

  g_test_summary ("When the original ends in a nested loop of the function, it counts; the data "
                  "live until the function returns.");

  with_function (&limited, &data);
  run_out (&limited);
  tf_test_assert_int64 (limited.limited, 7);
  assert_log (&data, "timeout original with timeout end free ");
  limited_clear (&limited);
}

static void
test_function_cancels (void)
{
  Limited   limited;
  OnTimeout data = { .is_cancelling = TRUE };

  g_test_summary ("The function may cancel the limited future: then that is how it ends.");

  with_function (&limited, &data);
  run_out (&limited);
  assert_cancelled (limited.limited, NULL);
  tf_test_assert_state (TF_FUTURE (limited.promise), TF_FUTURE_STATE_CANCELLED);
  g_assert_nonnull (strstr (data.log->str, "timeout end "));
  g_string_free (data.log, TRUE);
  limited_clear (&limited);
}

/* Times */

static void
test_same_turn (void)
{
  Limited limited;

  g_test_summary ("When the original is done in the turn in which the time is over, it counts.");

  limited_init (&limited, LIMIT_US, TF_TIMEOUT_ACTION_ABORT);
  tf_promise_set_abort_policy (limited.promise, TF_ABORT_POLICY_ALLOW);
  tf_promise_resolve_int64 (limited.promise, 7);
  tf_test_clock_advance (limited.clock, LIMIT_US);
  tf_test_drain (NULL);
  tf_test_assert_int64 (limited.limited, 7);
  limited_clear (&limited);
}

static void
on_done_abort_cb (TfFuture *future,
                  TfFuture *other)
{
  g_assert_true (tf_future_abort (other, "because", NULL));
}

static void
return_seven (TfTask  *task,
              gpointer user_data)
{
  tf_task_return_int64 (task, 7);
}

static void
test_later_turn (void)
{
  TfTestClock   *clock = tf_test_clock_new (0);
  TfTestContext *context = tf_test_context_new ();
  TfExecutor    *executor;
  TfFuture      *future;
  TfFuture      *limited;

  g_test_summary ("When the task has returned before the time is over, it counts, although the "
                  "executor delivers that later.");

  tf_test_clock_install (clock);
  executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
  tf_executor_set_dispatch_priority (executor, G_PRIORITY_LOW);
  future = tf_executor_submit_call (executor, return_seven, NULL, NULL, NULL);
  limited = tf_future_with_timeout (future, LIMIT_US, TF_TIMEOUT_ACTION_CANCEL);
  tf_test_context_run_all (context);
  tf_test_clock_advance (clock, LIMIT_US);
  tf_test_drain (NULL);
  tf_test_assert_int64 (limited, 7);

  finish (&limited);
  finish (&future);
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (context);
  tf_test_clock_uninstall (clock);
  g_assert_finalize_object (clock);
}

static void
test_same_turn_abort (void)
{
  TfPromise *before = tf_promise_new ("before");
  Limited    limited;

  g_test_summary ("So it does when the original is given up in this turn.");

  limited_init (&limited, LIMIT_US, TF_TIMEOUT_ACTION_LEAVE);
  tf_promise_set_abort_policy (limited.promise, TF_ABORT_POLICY_ALLOW);
  g_signal_connect (before, "done", G_CALLBACK (on_done_abort_cb), limited.promise);
  tf_promise_resolve_none (before);
  tf_test_clock_advance (limited.clock, LIMIT_US);
  tf_test_drain (NULL);
  assert_cancelled (limited.limited, "because");
  finish_promise (&before);
  limited_clear (&limited);
}

static void
test_odd_times (void)
{
  Limited   limited;
  TfFuture *never;
  TfFuture *long_one;
  TfFuture *past;
  TfFuture *deadline;

  g_test_summary ("No time is over in the next turn, and a negative time never.");

  limited_init (&limited, 0, TF_TIMEOUT_ACTION_LEAVE);
  never = tf_future_with_timeout (TF_FUTURE (limited.promise), -1, TF_TIMEOUT_ACTION_ABORT);
  long_one =
    tf_future_with_timeout (TF_FUTURE (limited.promise), G_MAXINT64, TF_TIMEOUT_ACTION_ABORT);
  past = tf_future_with_deadline (TF_FUTURE (limited.promise), -5, TF_TIMEOUT_ACTION_LEAVE);
  deadline = tf_future_with_deadline (TF_FUTURE (limited.promise), 50, TF_TIMEOUT_ACTION_LEAVE);
  tf_test_assert_state (limited.limited, TF_FUTURE_STATE_EXECUTING);
  tf_test_drain (NULL);
  assert_timed_out (limited.limited);
  assert_timed_out (past);
  tf_test_assert_state (deadline, TF_FUTURE_STATE_EXECUTING);
  tf_test_clock_advance (limited.clock, 50);
  tf_test_drain (NULL);
  assert_timed_out (deadline);
  tf_test_clock_advance (limited.clock, G_MAXINT64 / 2);
  tf_test_drain (NULL);
  tf_test_assert_state (never, TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_int64 (limited.promise, 7);
  tf_test_drain (NULL);
  tf_test_assert_int64 (never, 7);
  tf_test_assert_int64 (long_one, 7);
  finish (&never);
  finish (&long_one);
  finish (&past);
  finish (&deadline);
  limited_clear (&limited);
}

static void
test_done_before (void)
{
  TfFuture *value = tf_future_new_for_int64 (7);
  TfFuture *limited = tf_future_with_timeout (value, 0, TF_TIMEOUT_ACTION_ABORT);

  g_test_summary ("What is done already is always in time.");

  tf_test_drain (NULL);
  tf_test_assert_int64 (limited, 7);
  finish (&limited);
  finish (&value);
}

/* Cancelling the limited one */

static void
test_cancelled (void)
{
  Limited limited;

  g_test_summary ("TMO-10: Cancelling the limited future cancels the original, whatever the "
                  "action, and the limit holds on.");

  limited_init (&limited, LIMIT_US, TF_TIMEOUT_ACTION_LEAVE);
  tf_promise_get_gcancellable (limited.promise);
  g_assert_true (tf_future_cancel (limited.limited));
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (limited.promise), TF_FUTURE_STATE_CANCELLING);
  tf_test_assert_state (limited.limited, TF_FUTURE_STATE_CANCELLING);
  run_out (&limited);
  assert_cancelled (limited.limited, NULL);
  tf_test_assert_state (TF_FUTURE (limited.promise), TF_FUTURE_STATE_CANCELLING);
  tf_promise_resolve_none (limited.promise);
  tf_test_drain (NULL);
  limited_clear (&limited);
}

static void
test_aborted (void)
{
  Limited limited;

  g_test_summary ("TMO-10: So does giving it up.");

  limited_init (&limited, LIMIT_US, TF_TIMEOUT_ACTION_LEAVE);
  tf_promise_set_abort_policy (limited.promise, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_future_abort (limited.limited, "because", NULL));
  tf_test_drain (NULL);
  assert_cancelled (limited.limited, "because");
  assert_cancelled (TF_FUTURE (limited.promise), "because");
  limited_clear (&limited);
}

static void
test_cancelled_alone (void)
{
  Limited   limited;
  TfFuture *other;

  g_test_summary ("An original that others listen to goes on.");

  limited_init (&limited, LIMIT_US, TF_TIMEOUT_ACTION_LEAVE);
  other = tf_future_shield (TF_FUTURE (limited.promise));
  g_assert_true (tf_future_cancel (limited.limited));
  tf_test_drain (NULL);
  assert_cancelled (limited.limited, NULL);
  run_out (&limited);
  tf_promise_resolve_int64 (limited.promise, 7);
  tf_test_drain (NULL);
  tf_test_assert_int64 (other, 7);
  finish (&other);
  limited_clear (&limited);
}

/* Delays */

static void
on_done_name_cb (TfFuture *future,
                 GString  *log)
{
  g_string_append_printf (log, "%d ", GPOINTER_TO_INT (g_object_get_data (G_OBJECT (future), "n")));
}

static void
add_delay (GString *log,
           gint64   delay_us,
           int      n)
{
  TfFuture *delay = tf_future_delay (delay_us);

  g_object_set_data (G_OBJECT (delay), "n", GINT_TO_POINTER (n));
  g_signal_connect (delay, "done", G_CALLBACK (on_done_name_cb), log);
  g_object_unref (delay);
}

static void
test_delays (void)
{
  g_autoptr (GString)     log = g_string_new (NULL);
  g_autoptr (TfTestClock) clock = tf_test_clock_new (0);

  g_test_summary ("TMO-29: Delays end by their time, and those of the same time in their order, "
                  "whether somebody holds them or not.");

  tf_test_clock_install (clock);
  add_delay (log, 20, 1);
  add_delay (log, 10, 2);
  add_delay (log, 20, 3);
  add_delay (log, 0, 4);
  add_delay (log, 0, 5);
  g_assert_cmpstr (log->str, ==, "");
  tf_test_drain (NULL);
  g_assert_cmpstr (log->str, ==, "4 5 ");
  tf_test_clock_advance (clock, 20);
  tf_test_drain (NULL);
  g_assert_cmpstr (log->str, ==, "4 5 2 1 3 ");
  tf_test_clock_uninstall (clock);
}

static void
test_delay_ends (void)
{
  g_autoptr (TfTestClock) clock = tf_test_clock_new (0);
  TfFuture               *delay;
  TfFuture               *cancelled;
  g_autoptr (GError)      error = NULL;

  g_test_summary ("TMO-29: A delay completes without a value, or is cancelled earlier.");

  tf_test_clock_install (clock);
  delay = tf_future_delay (10);
  cancelled = tf_future_delay (10);
  g_assert_cmpstr (tf_future_get_name (delay), ==, "delay");
  g_assert_true (tf_future_cancel (cancelled));
  tf_test_wait_done (cancelled);
  assert_cancelled (cancelled, NULL);
  finish (&cancelled);
  tf_test_clock_advance (clock, 10);
  tf_test_wait_done (delay);
  g_assert_null (tf_future_dup_value (delay, &error));
  g_assert_no_error (error);
  finish (&delay);

  cancelled = tf_future_delay (0);
  g_assert_true (tf_future_abort (cancelled, "because", NULL));
  tf_test_drain (NULL);
  assert_cancelled (cancelled, "because");
  finish (&cancelled);
  tf_test_clock_uninstall (clock);
}

static gpointer
make_delay (gpointer data)
{
  return tf_future_delay (*(const gint64 *) data);
}

static TfFuture *
delay_of_thread (gint64 delay_us)
{
  return g_thread_join (g_thread_new ("delay", make_delay, &delay_us));
}

static void
test_delay_of_thread (void)
{
  g_autoptr (TfTestClock) clock = tf_test_clock_new (0);
  TfFuture               *delay;
  TfFuture               *cancelled;

  g_test_summary ("A delay may be made on any thread; its time counts from the call.");

  tf_test_clock_install (clock);
  delay = delay_of_thread (10);
  cancelled = delay_of_thread (10);
  g_assert_true (tf_future_cancel (cancelled));
  tf_test_clock_advance (clock, 9);
  tf_test_drain (NULL);
  tf_test_assert_state (delay, TF_FUTURE_STATE_EXECUTING);
  assert_cancelled (cancelled, NULL);
  tf_test_clock_advance (clock, 1);
  tf_test_drain (NULL);
  tf_test_assert_state (delay, TF_FUTURE_STATE_COMPLETED);
  finish (&cancelled);
  finish (&delay);
  tf_test_clock_uninstall (clock);
}

static void
test_delay_misuse (void)
{
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("A negative delay is refused.");

  g_assert_null (tf_future_delay (-1));
  g_assert_cmpuint (tf_test_log_count (log, "*delay_us >= 0*"), ==, 1);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 1);
  tf_test_log_free (log);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/timeout/in-time/completes", test_in_time);
  tf_test_add ("/timeout/in-time/fails", test_fails_in_time);
  tf_test_add ("/timeout/over/leaves-the-original", test_leave);
  tf_test_add ("/timeout/over/cancels-the-original", test_cancel);
  tf_test_add ("/timeout/over/gives-the-original-up", test_abort);
  tf_test_add ("/timeout/over/may-be-refused", test_refused);
  tf_test_add ("/timeout/function/is-called-before", test_function);
  tf_test_add ("/timeout/function/is-not-called-in-time", test_function_not_called);
  tf_test_add ("/timeout/function/may-wait-for-the-end", test_function_ends_it);
  tf_test_add ("/timeout/function/may-cancel", test_function_cancels);
  tf_test_add ("/timeout/time/is-not-over-in-the-same-turn", test_same_turn);
  tf_test_add ("/timeout/time/is-not-over-before-a-later-turn", test_later_turn);
  tf_test_add ("/timeout/time/is-not-over-in-the-turn-of-an-abort", test_same_turn_abort);
  tf_test_add ("/timeout/time/may-be-none-or-negative", test_odd_times);
  tf_test_add ("/timeout/time/is-enough-for-what-is-done", test_done_before);
  tf_test_add ("/timeout/cancel/goes-on-to-the-original", test_cancelled);
  tf_test_add ("/timeout/abort/goes-on-to-the-original", test_aborted);
  tf_test_add ("/timeout/cancel/leaves-what-others-listen-to", test_cancelled_alone);
  tf_test_add ("/delay/ends-in-order", test_delays);
  tf_test_add ("/delay/completes-or-is-cancelled", test_delay_ends);
  tf_test_add ("/delay/is-made-on-any-thread", test_delay_of_thread);
  tf_test_add ("/delay/misuse-is-refused", test_delay_misuse);

  return g_test_run ();
}
