/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

/* What the attempts do, one character each; the last one again and again:
 * f fails at once, F in the loop; c completes at once, C in the loop; x is cancelled; p is pending; n is none; s is the
 * retry itself, and d what is derived from it. */
typedef struct
{
  const char *plan;
  guint       n_calls;
  guint       n_frees;
  TfFuture   *retry;   /* (nullable) */
  TfFuture   *pending; /* (owned) (nullable) the last that was pending */
  gboolean    cancels; /* the function cancels the retry */
  gboolean    runs_loop;
} Plan;

static char
get_step (Plan *plan)
{
  gsize n = strlen (plan->plan);

  return plan->plan[MIN (plan->n_calls - 1, n - 1)];
}

static TfFuture *
new_ended (char step)
{
  TfPromise *promise = tf_promise_new ("attempt");

  if (step == 'F')
    tf_promise_reject_new_error_literal (promise, G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
  else
    tf_promise_resolve_int64 (promise, 7);

  return TF_FUTURE (promise);
}

static void
check_arguments (Plan     *plan,
                 guint     attempt,
                 TfFuture *last)
{
  g_assert_cmpuint (attempt, ==, plan->n_calls);
  if (attempt == 1)
    g_assert_null (last);
  else
    tf_test_assert_error (last, G_IO_ERROR, G_IO_ERROR_BUSY);
}

static TfFuture *
attempt_planned (guint     attempt,
                 TfFuture *last,
                 gpointer  data)
{
  Plan *plan = data;

  plan->n_calls++;
  check_arguments (plan, attempt, last);
  g_assert_cmpuint (plan->n_frees, ==, 0);

  if (plan->cancels)
    g_assert_true (tf_future_cancel (plan->retry));
  if (plan->runs_loop)
    tf_test_drain (NULL);
  g_assert_cmpuint (plan->n_frees, ==, 0);

  switch (get_step (plan))
    {
    case 'f':
      return tf_future_new_for_error (g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "busy"));
    case 'c':
      return tf_future_new_for_int64 (7);
    case 'n':
      return NULL;
    case 's':
      return g_object_ref (plan->retry);
    case 'd':
      plan->pending = tf_future_shield (plan->retry);
      return g_object_ref (plan->pending);
    case 'x':
    case 'p':
      g_clear_object (&plan->pending);
      plan->pending = TF_FUTURE (tf_promise_new ("attempt"));
      if (get_step (plan) == 'x')
        tf_future_cancel (plan->pending);
      return g_object_ref (plan->pending);
    default:
      return new_ended (get_step (plan));
    }
}

static void
free_plan (gpointer data)
{
  ((Plan *) data)->n_frees++;
}

static TfFuture *
retry (Plan *plan,
       guint max_attempts)
{
  plan->retry = tf_future_retry (max_attempts, 0, -1, attempt_planned, plan, free_plan);
  return plan->retry;
}

static void
finish (TfFuture *future,
        Plan     *plan)
{
  tf_test_wait_done (future);
  tf_test_drain (NULL);
  g_assert_cmpuint (plan->n_frees, ==, 1);
  g_assert_finalize_object (future);
  g_clear_object (&plan->pending);
}

static void
test_first (void)
{
  Plan      plan = { .plan = "c" };
  TfFuture *future = retry (&plan, 3);

  g_test_summary ("The first attempt begins in the loop, and if it completes there is no other.");

  g_assert_cmpuint (plan.n_calls, ==, 0);
  g_assert_cmpstr (tf_future_get_name (future), ==, "retry");
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 7);
  g_assert_cmpuint (plan.n_calls, ==, 1);
  finish (future, &plan);
}

static void
check_end (const char *steps,
           guint       max_attempts,
           guint       n_calls)
{
  Plan      plan = { .plan = steps };
  TfFuture *future = retry (&plan, max_attempts);

  tf_test_wait_done (future);
  if (strchr ("cC", get_step (&plan)) != NULL)
    tf_test_assert_int64 (future, 7);
  else
    tf_test_assert_error (future, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpuint (plan.n_calls, ==, n_calls);
  finish (future, &plan);
}

static void
test_ends (void)
{
  g_test_summary ("Failures are tried again until one attempt completes, or there were enough; "
                  "the function may give up too, and then the last error stays.");

  check_end ("ffc", 0, 3);
  check_end ("FfFC", 0, 4);
  check_end ("f", 4, 4);
  check_end ("F", 1, 1);
  check_end ("FFn", 0, 3);
  check_end ("fffc", 4, 4);
}

static void
test_none (void)
{
  Plan      plan = { .plan = "n" };
  TfFuture *future = retry (&plan, 0);

  g_test_summary ("Without a single attempt it fails.");

  tf_test_wait_done (future);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_EMPTY);
  finish (future, &plan);
}

static void
test_itself (void)
{
  g_test_summary ("A function that returns the future itself, or what needs it, ends it.");

  for (const char *step = "sd"; *step != '\0'; step++)
    {
      Plan      plan = { .plan = step };
      TfFuture *future = retry (&plan, 0);

      tf_test_wait_done (future);
      tf_test_assert_error (future, TF_ERROR, TF_ERROR_DEADLOCK);
      if (plan.pending != NULL)
        {
          tf_test_wait_done (plan.pending);
          tf_test_assert_error (plan.pending, TF_ERROR, TF_ERROR_DEADLOCK);
        }
      g_clear_object (&plan.pending);
      finish (future, &plan);
    }
}

static void
test_cancelled_attempt (void)
{
  Plan      plan = { .plan = "Fx" };
  TfFuture *future = retry (&plan, 0);

  g_test_summary ("An attempt that was cancelled is not tried again.");

  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (plan.n_calls, ==, 2);
  finish (future, &plan);
}

static gboolean
has_called (gpointer data)
{
  Plan *plan = data;

  return plan->n_calls > 0 && plan->pending != NULL;
}

static void
test_cancel_attempt (void)
{
  Plan                     plan = { .plan = "fp" };
  TfFuture                *future = retry (&plan, 0);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);

  g_test_summary ("A cancel goes on to the attempt that is under way.");

  tf_test_run_until (NULL, has_called, &plan);
  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  tf_test_assert_states (states, "EXECUTING CANCELLING CANCELLED done");
  tf_test_assert_state (plan.pending, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (plan.n_calls, ==, 2);
  g_clear_pointer (&states, tf_test_states_free);
  finish (future, &plan);
}

static void
on_done_cb (TfFuture *future,
            gpointer  data)
{
}

static void
test_cancel_shared (void)
{
  Plan      plan = { .plan = "p" };
  TfFuture *future = retry (&plan, 0);

  g_test_summary ("An attempt that somebody else listens to goes on, and the future ends "
                  "without it.");

  tf_test_run_until (NULL, has_called, &plan);
  g_signal_connect (plan.pending, "done", G_CALLBACK (on_done_cb), NULL);
  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  tf_test_assert_state (plan.pending, TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_none (TF_PROMISE (plan.pending));
  tf_test_wait_done (plan.pending);
  finish (future, &plan);
}

static void
test_cancel_before (void)
{
  Plan      plan = { .plan = "f" };
  TfFuture *future = retry (&plan, 0);

  g_test_summary ("One that is cancelled at once makes no attempt.");

  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (plan.n_calls, ==, 0);
  finish (future, &plan);
}

static void
test_cancel_inside (void)
{
  static const char *const plans[] = { "f", "F", "c", "p", "n" };

  g_test_summary ("The function may cancel the future, even with a loop of its own, and its "
                  "data lives until it has returned.");

  for (gsize i = 0; i < 2 * G_N_ELEMENTS (plans); i++)
    {
      Plan      plan = { .plan = plans[i / 2], .cancels = TRUE, .runs_loop = i % 2 == 1 };
      TfFuture *future = retry (&plan, 0);

      tf_test_wait_done (future);
      tf_test_drain (NULL);
      tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
      g_assert_cmpuint (plan.n_calls, ==, 1);
      if (plan.pending != NULL)
        tf_test_assert_state (plan.pending, TF_FUTURE_STATE_CANCELLED);
      finish (future, &plan);
    }
}

static void
test_abort (void)
{
  Plan               plan = { .plan = "p" };
  TfFuture          *future = retry (&plan, 0);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An abort ends it, whatever the attempt does.");

  tf_test_run_until (NULL, has_called, &plan);
  g_assert_true (tf_future_abort (future, "enough", &error));
  g_assert_no_error (error);
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (plan.n_calls, ==, 1);
  tf_promise_resolve_none (TF_PROMISE (plan.pending));
  finish (future, &plan);
}

static void
test_dropped (void)
{
  Plan plan = { .plan = "ffc" };

  g_test_summary ("A future that nobody holds makes its attempts all the same.");

  g_object_unref (retry (&plan, 0));
  while (plan.n_frees == 0)
    g_main_context_iteration (NULL, TRUE);
  tf_test_drain (NULL);
  g_assert_cmpuint (plan.n_calls, ==, 3);
}

/* Time */

static void
iterate (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

/* Moves the clock until the next attempt, in steps; returns how far. */
static gint64
measure_pause (TfTestClock *clock,
               Plan        *plan,
               gint64       step_us)
{
  guint  n_calls = plan->n_calls;
  gint64 pause_us = 0;

  while (plan->n_calls == n_calls)
    {
      tf_test_clock_advance (clock, step_us);
      pause_us += step_us;
      iterate ();
    }

  return pause_us;
}

static void
test_back_off (void)
{
  TfTestClock *clock = tf_test_clock_new (1000);
  const gint64 full_us[] = { 1000, 2000, 4000, 5000, 5000, 5000 };
  Plan         plan = { .plan = "F" };
  TfFuture    *future;

  g_test_summary ("The delays double up to the longest, and each is between the half and the "
                  "whole.");

  tf_test_clock_install (clock);
  future = tf_future_retry (0, 1000, 5000, attempt_planned, &plan, free_plan);
  iterate ();
  g_assert_cmpuint (plan.n_calls, ==, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (full_us); i++)
    {
      gint64 pause_us = measure_pause (clock, &plan, 50);

      g_assert_cmpint (pause_us, >=, full_us[i] / 2);
      g_assert_cmpint (pause_us, <=, full_us[i] + 50);
    }

  g_assert_true (tf_future_cancel (future));
  finish (future, &plan);
  tf_test_clock_uninstall (clock);
  g_assert_finalize_object (clock);
}

static void
test_jitter (void)
{
  TfTestClock *clock = tf_test_clock_new (1000);
  Plan         plan = { .plan = "f" };
  TfFuture    *future;
  gint64       least_us = G_MAXINT64;
  gint64       most_us = 0;

  g_test_summary ("The delays differ by chance, over the whole of their range.");

  tf_test_clock_install (clock);
  future = tf_future_retry (0, 1000, 1000, attempt_planned, &plan, free_plan);
  iterate ();
  for (int i = 0; i < 200; i++)
    {
      gint64 pause_us = measure_pause (clock, &plan, 10);

      least_us = MIN (least_us, pause_us);
      most_us = MAX (most_us, pause_us);
    }
  g_assert_cmpint (least_us, >=, 500);
  g_assert_cmpint (least_us, <, 600);
  g_assert_cmpint (most_us, >, 900);
  g_assert_cmpint (most_us, <=, 1010);

  g_assert_true (tf_future_cancel (future));
  finish (future, &plan);
  tf_test_clock_uninstall (clock);
  g_assert_finalize_object (clock);
}

static void
test_endless_delay (void)
{
  TfTestClock *clock = tf_test_clock_new (1000);
  Plan         plan = { .plan = "F" };
  TfFuture    *future;

  g_test_summary ("The longest delay there is does not come round to a short one.");

  tf_test_clock_install (clock);
  future = tf_future_retry (0, G_MAXINT64, -1, attempt_planned, &plan, free_plan);
  iterate ();
  tf_test_clock_advance (clock, G_MAXINT64 / 4);
  iterate ();
  g_assert_cmpuint (plan.n_calls, ==, 1);

  g_assert_true (tf_future_cancel (future));
  finish (future, &plan);
  tf_test_clock_uninstall (clock);
  g_assert_finalize_object (clock);
}

static void
test_cancel_pause (void)
{
  TfTestClock *clock = tf_test_clock_new (1000);
  Plan         plan = { .plan = "f" };
  TfFuture    *future;

  g_test_summary ("A cancel ends the delay, also in the turn in which the time has come.");

  tf_test_clock_install (clock);
  for (int i = 0; i < 2; i++)
    {
      plan.n_calls = 0;
      plan.n_frees = 0;
      future = tf_future_retry (0, 1000, -1, attempt_planned, &plan, free_plan);
      iterate ();
      tf_test_clock_advance (clock, i == 0 ? 1 : 5000);
      g_assert_true (tf_future_cancel (future));
      tf_test_wait_done (future);
      tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
      g_assert_cmpuint (plan.n_calls, ==, 1);
      finish (future, &plan);
    }
  tf_test_clock_uninstall (clock);
  g_assert_finalize_object (clock);
}

/* Many */

static TfFuture *
attempt_failing (guint     attempt,
                 TfFuture *last,
                 gpointer  n_calls)
{
  ++*(guint *) n_calls;
  g_assert_true (last == NULL || G_OBJECT (last)->ref_count <= 2);
  return tf_future_new_for_error (g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "busy"));
}

static void
test_many (void)
{
  guint     n = tf_test_scale (100000);
  guint     n_calls = 0;
  TfFuture *future = tf_future_retry (n, 0, 0, attempt_failing, &n_calls, NULL);

  g_test_summary ("100,000 attempts that fail at once take no more than one at a time.");

  tf_test_wait_done (future);
  tf_test_assert_error (future, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpuint (n_calls, ==, n);
  tf_test_drain (NULL);
  g_assert_finalize_object (future);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/future/retry/begins-in-the-loop", test_first);
  tf_test_add ("/future/retry/ends-as-the-last-attempt", test_ends);
  tf_test_add ("/future/retry/fails-without-an-attempt", test_none);
  tf_test_add ("/future/retry/cannot-wait-for-itself", test_itself);
  tf_test_add ("/future/retry/leaves-a-cancelled-attempt", test_cancelled_attempt);
  tf_test_add ("/future/retry/cancels-the-attempt", test_cancel_attempt);
  tf_test_add ("/future/retry/leaves-an-attempt-of-others", test_cancel_shared);
  tf_test_add ("/future/retry/may-be-cancelled-before", test_cancel_before);
  tf_test_add ("/future/retry/may-be-cancelled-by-its-function", test_cancel_inside);
  tf_test_add ("/future/retry/can-be-given-up", test_abort);
  tf_test_add ("/future/retry/lives-by-itself", test_dropped);
  tf_test_add ("/future/retry/waits-longer-and-longer", test_back_off);
  tf_test_add ("/future/retry/waits-by-chance", test_jitter);
  tf_test_add ("/future/retry/has-no-overflow", test_endless_delay);
  tf_test_add ("/future/retry/ends-a-delay", test_cancel_pause);
  tf_test_add ("/future/retry/makes-many-attempts", test_many);

  return g_test_run ();
}
