/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"
#include "members.h"

/* Progress of futures that are derived from others. */

typedef TfFuture *(*Derive) (TfFuture *upstream);

static TfFuture *
derive_then (TfFuture *upstream)
{
  static Step step;

  step = (Step){ 0 };
  return tf_future_then (upstream, run_step, &step, NULL);
}

static TfFuture *
derive_catch (TfFuture *upstream)
{
  static Step step;

  step = (Step){ 0 };
  return tf_future_catch (upstream, run_step, &step, NULL);
}

static TfFuture *
derive_finally (TfFuture *upstream)
{
  static Step step;

  step = (Step){ 0 };
  return tf_future_finally (upstream, run_step, &step, NULL);
}

static TfFuture *
derive_timeout (TfFuture *upstream)
{
  return tf_future_with_timeout (upstream, -1, TF_TIMEOUT_ACTION_LEAVE);
}

static TfFuture *
derive_follow (TfFuture *upstream)
{
  TfPromise *promise = tf_promise_new ("follows");

  g_assert_true (tf_promise_follow (promise, upstream));
  return TF_FUTURE (promise);
}

static TfFuture *
attempt_upstream (guint     attempt,
                  TfFuture *last,
                  gpointer  upstream)
{
  return g_object_ref (upstream);
}

static TfFuture *
derive_retry (TfFuture *upstream)
{
  TfFuture *retry = tf_future_retry (1, 0, -1, attempt_upstream, upstream, NULL);

  tf_test_drain (NULL);
  return retry;
}

static TfFuture *
derive_link_of_link (TfFuture *upstream)
{
  TfFuture *first = tf_future_shield (upstream);
  TfFuture *second = tf_future_shield (first);

  g_object_unref (first);
  return second;
}

static const Derive derive[] = {
  derive_then,
  derive_catch,
  derive_finally,
  tf_future_shield,
  derive_timeout,
  derive_link_of_link,
  derive_follow,
  derive_retry,
};

static void
assert_same_progress (TfFuture *a,
                      TfFuture *b)
{
  g_assert_cmpfloat (tf_future_get_fraction (a), ==, tf_future_get_fraction (b));
  g_assert_cmpint (tf_future_get_completed_steps (a), ==, tf_future_get_completed_steps (b));
  g_assert_cmpint (tf_future_get_total_steps (a), ==, tf_future_get_total_steps (b));
  g_assert_cmpstr (tf_future_get_status (a), ==, tf_future_get_status (b));
  g_assert_cmpfloat (tf_future_get_rate (a), ==, tf_future_get_rate (b));
  g_assert_cmpint (tf_future_get_eta (a), ==, tf_future_get_eta (b));
}

static void
on_fraction_cb (TfFuture   *future,
                GParamSpec *pspec,
                GString    *seen)
{
  g_string_append_printf (seen, "%.2f ", tf_future_get_fraction (future));
}

static void
test_carried (void)
{
  g_test_summary (
    "A derived future has the progress, status, rate and ETA of the one that it waits for, "
    "notifies them, "
    "and has the last state before it is done.");

  for (guint i = 0; i < G_N_ELEMENTS (derive); i++)
    {
      TfPromise          *promise = tf_promise_new ("source");
      TfFuture           *derived = derive[i](TF_FUTURE (promise));
      g_autoptr (GString) seen = g_string_new (NULL);

      g_test_message ("kind %u", i);
      g_signal_connect (derived, "notify::fraction", G_CALLBACK (on_fraction_cb), seen);
      tf_promise_set_progress (promise, 1, 4, "one");
      tf_test_drain (NULL);
      assert_same_progress (derived, TF_FUTURE (promise));
      g_assert_cmpfloat (tf_future_get_fraction (derived), ==, 0.25);

      tf_promise_set_progress (promise, 3, 4, "three");
      tf_promise_resolve_none (promise);
      tf_test_wait_done (derived);
      assert_same_progress (derived, TF_FUTURE (promise));
      g_assert_cmpint (tf_future_get_completed_steps (derived), ==, 3);
      g_assert_cmpstr (tf_future_get_status (derived), ==, "three");
      g_assert_cmpstr (seen->str, ==, "0.25 0.75 1.00 ");

      tf_test_drain (NULL);
      finish (&derived);
      finish_promise (&promise);
    }
}

static void
test_before (void)
{
  TfPromise *promise = tf_promise_new ("source");
  TfFuture  *derived;
  TfFuture  *set;

  g_test_summary ("A future that is derived from one with progress has that progress, too.");

  tf_promise_set_progress (promise, 1, 4, "one");
  tf_test_drain (NULL);
  derived = tf_future_shield (TF_FUTURE (promise));
  set = TF_FUTURE (tf_future_all (&derived, 1, 0));
  tf_test_drain (NULL);
  assert_same_progress (derived, TF_FUTURE (promise));
  g_assert_cmpfloat (tf_future_get_fraction (set), ==, 0.25);

  tf_promise_resolve_none (promise);
  tf_test_wait_done (set);
  finish (&set);
  finish (&derived);
  finish_promise (&promise);
}

static void
test_end (void)
{
  TfPromise *promises[] = { tf_promise_new ("completes"), tf_promise_new ("fails"),
                            tf_promise_new ("is cancelled"), tf_promise_new ("completes at once") };

  g_test_summary (
    "A future that completed is at 1 with nothing left to do, and keeps its counts; one that "
    "failed or was "
    "cancelled keeps its fraction.");

  for (guint i = 0; i < 3; i++)
    tf_promise_set_progress (promises[i], 3, 4, NULL);
  tf_test_drain (NULL);
  tf_promise_resolve_none (promises[0]);
  tf_promise_reject_new_error_literal (promises[1], TF_ERROR, TF_ERROR_FAILED, "bad");
  tf_future_cancel (TF_FUTURE (promises[2]));
  tf_promise_resolve_none (promises[3]);

  for (guint i = 0; i < G_N_ELEMENTS (promises); i++)
    {
      gboolean           is_good = i % 3 == 0;
      TfFuture          *future = TF_FUTURE (promises[i]);
      g_autoptr (GError) error = NULL;

      tf_test_wait_done (future);
      error = tf_future_dup_error (future);
      g_assert_cmpint (error == NULL, ==, is_good);
      g_assert_cmpfloat (tf_future_get_fraction (future), ==, is_good ? 1 : 0.75);
      g_assert_cmpint (tf_future_get_completed_steps (future), ==, i == 3 ? 0 : 3);
      g_assert_cmpint (tf_future_get_total_steps (future), ==, i == 3 ? -1 : 4);
      if (is_good)
        g_assert_cmpint (tf_future_get_eta (future), ==, 0);
      finish_promise (&promises[i]);
    }
}

/* Sets */

static void
assert_fraction (Members *members,
                 double   fraction,
                 gint64   n_done)
{
  tf_test_drain (NULL);
  g_assert_cmpfloat_with_epsilon (tf_future_get_fraction (members->future), fraction, 1e-9);
  g_assert_cmpint (tf_future_get_completed_steps (members->future), ==, n_done);
  g_assert_cmpint (tf_future_get_total_steps (members->future), ==, members->n);
}

static void
test_set (void)
{
  g_autoptr (TfTestClock) clock = tf_test_clock_new (0);
  Members                 members;

  g_test_summary (
    "The fraction of a set is the mean of its members' fractions; members that are done count 1.");

  tf_test_clock_install (clock);
  members_init (&members, 4, tf_future_all, TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL);
  tf_promise_set_progress (members.promises[0], 1, 2, NULL);
  tf_test_clock_advance (clock, G_USEC_PER_SEC);
  assert_fraction (&members, 0.125, 0);

  tf_promise_set_progress (members.promises[1], 9, 10, NULL);
  tf_test_clock_advance (clock, G_USEC_PER_SEC);
  assert_fraction (&members, 0.35, 0);

  /* Members that fail, and members that complete before their counts do. */
  tf_promise_reject_new_error_literal (members.promises[0], TF_ERROR, TF_ERROR_FAILED, "bad");
  tf_test_clock_advance (clock, G_USEC_PER_SEC);
  assert_fraction (&members, 0.475, 1);
  tf_promise_resolve_none (members.promises[1]);
  tf_test_clock_advance (clock, G_USEC_PER_SEC);
  assert_fraction (&members, 0.5, 2);
  g_assert_cmpfloat (tf_future_get_rate (members.future), >, 0);
  g_assert_cmpint (tf_future_get_eta (members.future), >, 0);

  /* A member may go back. */
  tf_promise_set_progress (members.promises[2], 4, 5, NULL);
  tf_test_clock_advance (clock, G_USEC_PER_SEC);
  assert_fraction (&members, 0.7, 2);
  tf_promise_set_progress (members.promises[2], 1, 5, NULL);
  tf_test_clock_advance (clock, G_USEC_PER_SEC);
  assert_fraction (&members, 0.55, 2);

  tf_promise_resolve_none (members.promises[2]);
  tf_promise_resolve_none (members.promises[3]);
  tf_test_wait_done (members.future);
  tf_test_assert_error (members.future, TF_ERROR, TF_ERROR_FAILED);
  members_clear (&members);
  tf_test_clock_uninstall (clock);
}

static void
run_half (TfTask  *task,
          gpointer data)
{
  tf_task_set_progress (task, 1, 2, NULL);
  meeting_attend (data);
  tf_task_return_none (task);
}

static TfTask *
make_half (guint    index,
           gpointer meetings)
{
  return tf_task_new (run_half, &((Meeting *) meetings)[index], NULL);
}

static gboolean
is_half (gpointer future)
{
  return tf_future_get_fraction (future) == 0.5;
}

static void
test_map (void)
{
  TfExecutor *executor = executor_new (2);
  Meeting     meetings[2];
  TfFuture   *map;

  g_test_summary ("The fraction of a map is the mean of the fractions of its tasks.");

  for (guint i = 0; i < 2; i++)
    meeting_init (&meetings[i]);
  map = TF_FUTURE (
    tf_executor_map (executor, 2, 0, TF_FUTURE_SET_FLAGS_NONE, make_half, meetings, NULL));
  tf_test_run_until (NULL, is_half, map);
  for (guint i = 0; i < 2; i++)
    tf_test_gate_open (&meetings[i].go);
  tf_test_wait_done (map);
  g_assert_cmpfloat (tf_future_get_fraction (map), ==, 1);

  tf_test_executor_finish (&executor);
  finish (&map);
  for (guint i = 0; i < 2; i++)
    meeting_clear (&meetings[i]);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/future/progress/of-derived-futures-is-that-of-their-source", test_carried);
  tf_test_add ("/future/progress/of-before-is-taken-over", test_before);
  tf_test_add ("/future/progress/is-full-when-completed", test_end);
  tf_test_add ("/future/progress/of-a-set-weighs-its-members", test_set);
  tf_test_add ("/future/progress/of-a-map-weighs-its-tasks", test_map);

  return g_test_run ();
}
