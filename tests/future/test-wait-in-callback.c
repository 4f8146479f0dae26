/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"
#include "meeting.h"

/* Callbacks and handlers that wait for what cannot end before they return. */

typedef struct
{
  TfFuture *target;
  guint     n_waits;
} Waiter;

static void
wait_in_vain (Waiter *self)
{
  g_autoptr (GError) error = NULL;

  self->n_waits++;
  g_assert_false (tf_future_wait (self->target, tf_test_timeout_us (), NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_DEADLOCK);
}

static void
end_waiter (Waiter *self)
{
  g_assert_cmpuint (self->n_waits, ==, 1);
  g_clear_object (&self->target);
}

static TfFuture *
run_wait_step (TfFuture *done,
               gpointer  data)
{
  wait_in_vain (data);
  return NULL;
}

static TfFuture *
run_no_step (TfFuture *done,
             gpointer  data)
{
  return NULL;
}

static void
on_done_wait_cb (TfFuture *future,
                 Waiter   *waiter)
{
  wait_in_vain (waiter);
}

static void
on_notify_wait_cb (TfFuture   *future,
                   GParamSpec *pspec,
                   Waiter     *waiter)
{
  wait_in_vain (waiter);
}

typedef TfFuture *(*DeriveFunc) (TfFuture      *self,
                                 TfThenFunc     func,
                                 gpointer       user_data,
                                 GDestroyNotify user_data_free);

static void
check_function (DeriveFunc derive,
                gboolean   is_rejected)
{
  TfPromise *promise = tf_promise_new ("beginning");
  Waiter     waiter = { NULL, 0 };

  waiter.target = derive (TF_FUTURE (promise), run_wait_step, &waiter, NULL);
  if (is_rejected)
    tf_promise_reject (promise, an_error ());
  else
    tf_promise_resolve_none (promise);
  tf_test_wait_done (waiter.target);
  tf_test_assert_state (waiter.target, TF_FUTURE_STATE_COMPLETED);
  end_waiter (&waiter);
  finish_promise (&promise);
}

static void
test_functions (void)
{
  g_test_summary ("The function of a derived future cannot wait for that.");

  check_function (tf_future_then, FALSE);
  check_function (tf_future_catch, TRUE);
  check_function (tf_future_finally, FALSE);
}

static void
test_chain (void)
{
  TfPromise           *promise = tf_promise_new ("beginning");
  Waiter               waiter = { NULL, 0 };
  g_autoptr (TfFuture) first = NULL;
  g_autoptr (TfFuture) timeout = NULL;
  TfFuture            *members[2];

  g_test_summary ("The function of a derived future cannot wait for what needs the derived one.");

  first = tf_future_then (TF_FUTURE (promise), run_wait_step, &waiter, NULL);
  timeout = tf_future_delay (0);
  members[0] = timeout;
  members[1] = tf_future_then (first, run_no_step, NULL, NULL);
  waiter.target = TF_FUTURE (tf_future_all (members, 2, TF_FUTURE_SET_FLAGS_NONE));
  g_object_unref (members[1]);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (waiter.target);
  end_waiter (&waiter);
  finish_promise (&promise);
}

static void
test_handlers (void)
{
  static const char *const signals[] = { "done", "notify::done", "notify::state" };

  g_test_summary ("A handler of the end of a future cannot wait for what is derived from it.");

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      TfPromise *promise = tf_promise_new ("beginning");
      Waiter     waiter = { NULL, 0 };

      g_signal_connect (promise, signals[i],
                        i == 0 ? G_CALLBACK (on_done_wait_cb) : G_CALLBACK (on_notify_wait_cb),
                        &waiter);
      waiter.target = tf_future_then (TF_FUTURE (promise), run_no_step, NULL, NULL);
      tf_promise_resolve_none (promise);
      tf_test_wait_done (waiter.target);
      end_waiter (&waiter);
      finish_promise (&promise);
    }
}

static void
on_callback_wait (TfFuture *future,
                  gpointer  data)
{
  wait_in_vain (data);
}

static void
test_task_callback (void)
{
  TfExecutor *executor = executor_new (1);
  TfTask     *task = tf_task_new (run_eight, NULL, NULL);
  Waiter      waiter = { NULL, 0 };
  TfFuture   *future;

  g_test_summary ("The callback of a task cannot wait for what is derived from its future.");

  tf_task_set_callback (task, on_callback_wait, &waiter, NULL);
  future = submit_task (executor, task);
  waiter.target = tf_future_then (future, run_no_step, NULL, NULL);
  tf_test_wait_done (waiter.target);
  end_waiter (&waiter);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

static TfFuture *
on_attempt_wait (guint     number,
                 TfFuture *last,
                 gpointer  data)
{
  wait_in_vain (data);
  return tf_future_new_for_boolean (TRUE);
}

static void
test_retry (void)
{
  Waiter waiter = { NULL, 0 };

  g_test_summary ("The function of a retry cannot wait for the retry.");

  waiter.target = tf_future_retry (1, 0, 0, on_attempt_wait, &waiter, NULL);
  tf_test_wait_done (waiter.target);
  tf_test_assert_state (waiter.target, TF_FUTURE_STATE_COMPLETED);
  end_waiter (&waiter);
}

static TfTask *
make_task_wait (guint    index,
                gpointer data)
{
  Waiter *waiter = data;

  /* The first one is asked for before the set is known. */
  if (waiter->target != NULL && waiter->n_waits == 0)
    wait_in_vain (waiter);
  return tf_task_new (run_eight, NULL, NULL);
}

static void
test_map (void)
{
  TfExecutor *executor = executor_new (1);
  Waiter      waiter = { NULL, 0 };

  g_test_summary ("The function of a map cannot wait for the map.");

  waiter.target = TF_FUTURE (
    tf_executor_map (executor, 3, 1, TF_FUTURE_SET_FLAGS_NONE, make_task_wait, &waiter, NULL));
  tf_test_wait_done (waiter.target);
  end_waiter (&waiter);
  tf_test_drain (NULL);
  tf_test_executor_finish (&executor);
}

static gboolean
on_filter_wait (TfFuture *future,
                guint     index,
                gpointer  data)
{
  wait_in_vain (data);
  return FALSE;
}

static void
test_filter (void)
{
  TfPromise *promise = tf_promise_new ("only");
  TfFuture  *member = TF_FUTURE (promise);
  Waiter     waiter = { NULL, 0 };

  g_test_summary ("The filter of a set cannot wait for the set when no member is left to win.");

  waiter.target = TF_FUTURE (
    tf_future_any_skipping (&member, 1, TF_FUTURE_SET_FLAGS_NONE, on_filter_wait, &waiter, NULL));
  tf_promise_resolve_none (promise);
  tf_test_wait_done (waiter.target);
  tf_test_assert_state (waiter.target, TF_FUTURE_STATE_COMPLETED);
  end_waiter (&waiter);
  finish_promise (&promise);
}

/* A circle that is closed while the wait goes on */

typedef struct
{
  Waiter     waiter; /* first */
  TfPromise *promise;
  TfFuture  *derived;
} Circle;

static gboolean
on_idle_follow_cb (gpointer data)
{
  Circle *circle = data;

  g_assert_true (tf_promise_follow (circle->promise, circle->derived));
  return G_SOURCE_REMOVE;
}

static void
test_closed_later (void)
{
  TfPromise *promise = tf_promise_new ("beginning");
  Circle     circle = { { NULL, 0 }, tf_promise_new ("follower"), NULL };

  g_test_summary ("A wait in a callback ends with an error also if the circle is closed later.");

  circle.derived = tf_future_then (TF_FUTURE (promise), run_wait_step, &circle, NULL);
  circle.waiter.target = TF_FUTURE (g_object_ref (circle.promise));
  g_idle_add_full (G_PRIORITY_LOW, on_idle_follow_cb, &circle, NULL);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (TF_FUTURE (circle.promise));
  end_waiter (&circle.waiter);
  finish (&circle.derived);
  finish_promise (&circle.promise);
  finish_promise (&promise);
}

/* Through a task */

typedef struct
{
  Waiter     waiter; /* first */
  TfFuture  *derived;
  TfTestGate is_waiting;
} Detour;

static void
run_wait_derived (TfTask  *task,
                  gpointer data)
{
  Detour            *detour = data;
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_future_wait (detour->derived, -1, NULL, &error));
  g_assert_no_error (error);
}

static void
run_open (TfTask  *task,
          gpointer gate)
{
  tf_test_gate_open (gate);
}

static void
test_through_task (void)
{
  TfExecutor *executor = executor_new (1);
  TfPromise  *promise = tf_promise_new ("beginning");
  Detour      detour = { .derived = NULL };
  TfFuture   *behind;

  g_test_summary ("The function of a derived future cannot wait for a task that waits for the "
                  "derived future.");

  tf_test_gate_init (&detour.is_waiting);
  detour.derived = tf_future_then (TF_FUTURE (promise), run_wait_step, &detour, NULL);
  detour.waiter.target = submit (executor, run_wait_derived, &detour);
  behind = submit (executor, run_open, &detour.is_waiting);
  /* The only worker gets to the second task when the first one waits. */
  tf_test_gate_wait (&detour.is_waiting);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (detour.waiter.target);
  end_waiter (&detour.waiter);
  finish_future (behind);
  finish (&detour.derived);
  finish_promise (&promise);
  tf_test_executor_finish (&executor);
  tf_test_gate_clear (&detour.is_waiting);
}

/* Waits that may end */

static gboolean
on_idle_resolve_cb (gpointer promise)
{
  tf_promise_resolve_int64 (promise, 7);
  return G_SOURCE_REMOVE;
}

static void
wait_for_answer (TfFuture *target)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_future_wait (target, tf_test_timeout_us (), NULL, &error));
  g_assert_no_error (error);
}

static TfFuture *
run_answer_step (TfFuture *done,
                 gpointer  data)
{
  g_idle_add_full (G_PRIORITY_LOW, on_idle_resolve_cb, data, NULL);
  wait_for_answer (data);
  return NULL;
}

static void
test_other (void)
{
  TfPromise *promise = tf_promise_new ("beginning");
  TfPromise *other = tf_promise_new ("other");
  TfFuture  *derived = tf_future_then (TF_FUTURE (promise), run_answer_step, other, NULL);

  g_test_summary ("A callback may wait for what does not need it.");

  tf_promise_resolve_none (promise);
  tf_test_wait_done (derived);
  tf_test_assert_int64 (TF_FUTURE (other), 7);
  finish (&derived);
  finish_promise (&promise);
  finish_promise (&other);
}

static TfFuture *awaited_set;

static gboolean
on_filter_answer (TfFuture *future,
                  guint     index,
                  gpointer  data)
{
  if (index == 1)
    return FALSE;

  g_idle_add_full (G_PRIORITY_LOW, on_idle_resolve_cb, data, NULL);
  wait_for_answer (awaited_set);
  return TRUE;
}

static void
test_filter_of_two (void)
{
  TfPromise *first = tf_promise_new ("first");
  TfPromise *second = tf_promise_new ("second");
  TfFuture  *members[] = { TF_FUTURE (first), TF_FUTURE (second) };

  g_test_summary ("The filter of a set may wait for the set while another member may win.");

  awaited_set = TF_FUTURE (
    tf_future_any_skipping (members, 2, TF_FUTURE_SET_FLAGS_NONE, on_filter_answer, second, NULL));
  tf_promise_resolve_none (first);
  tf_test_wait_done (awaited_set);
  tf_test_assert_int64 (awaited_set, 7);
  tf_test_drain (NULL);
  finish (&awaited_set);
  finish_promise (&first);
  finish_promise (&second);
}

static gboolean
on_abort_requested_cb (TfPromise    *promise,
                       const GError *reason,
                       gpointer      data)
{
  g_idle_add_full (G_PRIORITY_LOW, on_idle_resolve_cb, promise, NULL);
  wait_for_answer (TF_FUTURE (promise));
  return TRUE;
}

static void
test_abort_requested (void)
{
  TfPromise         *promise = tf_promise_new ("asked");
  g_autoptr (GError) error = NULL;

  g_test_summary ("A handler of abort-requested may wait for the promise, which others may "
                  "complete.");

  g_signal_connect (promise, "abort-requested", G_CALLBACK (on_abort_requested_cb), NULL);
  g_assert_false (tf_future_abort (TF_FUTURE (promise), NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_DONE);
  tf_test_assert_int64 (TF_FUTURE (promise), 7);
  finish_promise (&promise);
}

static void
on_cancelling_wait_cb (TfFuture   *future,
                       GParamSpec *pspec,
                       gpointer    data)
{
  if (tf_future_get_state (future) == TF_FUTURE_STATE_CANCELLING)
    wait_for_answer (future);
}

static void
test_cancelling (void)
{
  TfPromise *promise = tf_promise_new ("beginning");

  g_test_summary ("A handler of the move to CANCELLING may wait for the end of the future.");

  g_signal_connect (promise, "notify::state", G_CALLBACK (on_cancelling_wait_cb), NULL);
  g_assert_true (tf_future_cancel (TF_FUTURE (promise)));
  assert_cancelled (TF_FUTURE (promise), NULL);
  finish_promise (&promise);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/future/wait-in-callback/is-refused-in-functions", test_functions);
  tf_test_add ("/future/wait-in-callback/is-refused-along-a-chain", test_chain);
  tf_test_add ("/future/wait-in-callback/is-refused-in-handlers-of-the-end", test_handlers);
  tf_test_add ("/future/wait-in-callback/is-refused-in-the-callback-of-a-task", test_task_callback);
  tf_test_add ("/future/wait-in-callback/is-refused-in-a-retry", test_retry);
  tf_test_add ("/future/wait-in-callback/is-refused-in-a-map", test_map);
  tf_test_add ("/future/wait-in-callback/is-refused-in-a-filter", test_filter);
  tf_test_add ("/future/wait-in-callback/is-refused-later", test_closed_later);
  tf_test_add ("/future/wait-in-callback/is-refused-through-a-task", test_through_task);
  tf_test_add ("/future/wait-in-callback/may-be-for-others", test_other);
  tf_test_add ("/future/wait-in-callback/may-be-in-a-filter-of-two", test_filter_of_two);
  tf_test_add ("/future/wait-in-callback/may-be-in-abort-requested", test_abort_requested);
  tf_test_add ("/future/wait-in-callback/may-be-while-cancelling", test_cancelling);

  return g_test_run ();
}
