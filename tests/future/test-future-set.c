/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "members.h"

/* All */

static void
test_all (void)
{
  Members                  members;
  g_autoptr (TfTestStates) states = NULL;
  g_autoptr (GError)       error = NULL;

  g_test_summary ("ANY-26, ANY-27: A set of all completes when all have, in whatever order, and "
                  "has them in theirs.");

  members_init (&members, 3, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  states = tf_test_states_new (members.future);
  tf_promise_resolve_int64 (members.promises[2], 2);
  tf_promise_resolve_int64 (members.promises[0], 0);
  tf_test_drain (NULL);
  tf_test_assert_states (states, "EXECUTING");
  tf_promise_resolve_int64 (members.promises[1], 1);
  tf_test_wait_done (members.future);
  tf_test_assert_states (states, "EXECUTING COMPLETED done");
  g_assert_null (tf_future_dup_value (members.future, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, -1);
  g_assert_cmpstr (tf_future_get_name (members.future), ==, "all");
  for (guint i = 0; i < 3; i++)
    tf_test_assert_int64 (tf_future_set_get_future (members.set, i), i);
  g_clear_pointer (&states, tf_test_states_free);
  members_clear (&members);
}

static void
test_all_fails (void)
{
  Members members;

  g_test_summary ("A set of all fails as the first that fails, at once.");

  members_init (&members, 3, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  tf_promise_resolve_none (members.promises[0]);
  tf_promise_reject (members.promises[2], an_error ());
  tf_test_wait_done (members.future);
  assert_not_found (members.future);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 2);
  tf_test_assert_state (TF_FUTURE (members.promises[1]), TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_none (members.promises[1]);
  members_clear (&members);
}

static void
test_all_waits (void)
{
  Members members;

  g_test_summary ("With WAIT_FOR_ALL it waits for the others, and then fails as the first did; "
                  "the others have their own ends.");

  members_init (&members, 4, tf_future_all, TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL);
  tf_promise_resolve_int64 (members.promises[0], 0);
  tf_promise_reject (members.promises[2], an_error ());
  tf_test_drain (NULL);
  tf_promise_reject_new_error (members.promises[1], G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
  tf_test_drain (NULL);
  tf_test_assert_state (members.future, TF_FUTURE_STATE_EXECUTING);
  tf_future_cancel (TF_FUTURE (members.promises[3]));
  tf_test_wait_done (members.future);
  assert_not_found (members.future);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 2);
  tf_test_assert_int64 (tf_future_set_get_future (members.set, 0), 0);
  members_clear (&members);
}

static void
test_all_cancelled_member (void)
{
  Members members;

  g_test_summary ("A member that is cancelled by somebody else cancels a set of all.");

  members_init (&members, 2, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  tf_future_cancel (TF_FUTURE (members.promises[1]));
  tf_test_wait_done (members.future);
  assert_cancelled (members.future, NULL);
  assert_origin (members.future, "1");
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 1);
  tf_promise_resolve_none (members.promises[0]);
  members_clear (&members);
}

/* Any */

static void
test_any (void)
{
  Members members;

  g_test_summary ("ANY-01: A set of any completes with the first that completes, and says which.");

  members_init (&members, 3, tf_future_any, TF_FUTURE_SET_FLAGS_NONE);
  tf_promise_reject (members.promises[0], an_error ());
  tf_test_drain (NULL);
  tf_test_assert_state (members.future, TF_FUTURE_STATE_EXECUTING);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, -1);
  tf_promise_resolve_int64 (members.promises[1], 7);
  tf_promise_resolve_int64 (members.promises[2], 8);
  tf_test_wait_done (members.future);
  tf_test_assert_int64 (members.future, 7);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 1);
  g_assert_cmpstr (tf_future_get_name (members.future), ==, "any");
  members_clear (&members);
}

static void
test_any_fails (void)
{
  Members members;

  g_test_summary ("When none completes, it ends as the last one did.");

  members_init (&members, 3, tf_future_any, TF_FUTURE_SET_FLAGS_NONE);
  tf_promise_reject_new_error (members.promises[2], G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
  tf_future_cancel (TF_FUTURE (members.promises[0]));
  tf_test_drain (NULL);
  tf_promise_reject (members.promises[1], an_error ());
  tf_test_wait_done (members.future);
  assert_not_found (members.future);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 1);
  members_clear (&members);

  members_init (&members, 2, tf_future_any, TF_FUTURE_SET_FLAGS_NONE);
  tf_promise_reject (members.promises[0], an_error ());
  tf_test_drain (NULL);
  tf_future_cancel (TF_FUTURE (members.promises[1]));
  tf_test_wait_done (members.future);
  assert_cancelled (members.future, NULL);
  members_clear (&members);
}

/* Race */

static void
check_race (TfFutureState state)
{
  Members members;

  members_init (&members, 2, tf_future_race, TF_FUTURE_SET_FLAGS_NONE);
  if (state == TF_FUTURE_STATE_COMPLETED)
    tf_promise_resolve_int64 (members.promises[1], 7);
  else if (state == TF_FUTURE_STATE_FAILED)
    tf_promise_reject (members.promises[1], an_error ());
  else
    tf_future_cancel (TF_FUTURE (members.promises[1]));
  tf_test_wait_done (members.future);
  tf_test_assert_state (members.future, state);
  g_clear_error (&(GError *){ tf_future_dup_error (members.future) });
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 1);
  g_assert_cmpstr (tf_future_get_name (members.future), ==, "race");
  tf_promise_resolve_int64 (members.promises[0], 8);
  members_clear (&members);
}

static void
test_race (void)
{
  g_test_summary ("ANY-01: A race ends as the first that is done, however that ended.");

  check_race (TF_FUTURE_STATE_COMPLETED);
  check_race (TF_FUTURE_STATE_FAILED);
  check_race (TF_FUTURE_STATE_CANCELLED);
}

static void
test_race_with_delay (void)
{
  g_autoptr (TfTestClock) clock = tf_test_clock_new (0);
  TfPromise              *promise;
  TfFuture               *delay;
  TfFutureSet            *race;

  g_test_summary ("ANY-38: In a race with a delay, the winner 0 says that time is over.");

  tf_test_clock_install (clock);
  promise = tf_promise_new ("work");
  delay = tf_future_delay (10);
  race = tf_future_race ((TfFuture *[]){ delay, TF_FUTURE (promise) }, 2, 0);
  tf_test_clock_advance (clock, 10);
  tf_test_wait_done (TF_FUTURE (race));
  g_assert_cmpint (tf_future_set_get_winner (race), ==, 0);
  finish_set (&race);
  finish (&delay);
  g_assert_finalize_object (promise);
  tf_test_clock_uninstall (clock);
}

/* Odd sets */

static void
test_empty (void)
{
  TfFutureSet *all = tf_future_all (NULL, 0, TF_FUTURE_SET_FLAGS_NONE);
  TfFutureSet *any = tf_future_any (NULL, 0, TF_FUTURE_SET_FLAGS_NONE);
  TfFutureSet *race = tf_future_race (NULL, 0, TF_FUTURE_SET_FLAGS_NONE);

  g_test_summary ("Of no futures all have completed; and none can be the first.");

  tf_test_assert_state (TF_FUTURE (all), TF_FUTURE_STATE_EXECUTING);
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (all), TF_FUTURE_STATE_COMPLETED);
  tf_test_assert_error (TF_FUTURE (any), TF_ERROR, TF_ERROR_EMPTY);
  tf_test_assert_error (TF_FUTURE (race), TF_ERROR, TF_ERROR_EMPTY);
  g_assert_cmpint (tf_future_set_get_winner (race), ==, -1);
  g_assert_cmpuint (tf_future_set_get_n_futures (all), ==, 0);
  finish_set (&all);
  finish_set (&any);
  finish_set (&race);
}

static void
test_duplicates (void)
{
  TfPromise   *promise = tf_promise_new ("twice");
  TfFuture    *members[] = { TF_FUTURE (promise), TF_FUTURE (promise), TF_FUTURE (promise) };
  TfFutureSet *all = tf_future_all (members, 3, TF_FUTURE_SET_FLAGS_NONE);
  TfFutureSet *race = tf_future_race (members, 3, TF_FUTURE_SET_FLAGS_NONE);

  g_test_summary ("A future that is given several times counts for each of its places.");

  g_assert_cmpuint (tf_future_set_get_n_futures (all), ==, 3);
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (all), TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpint (tf_future_get_completed_steps (TF_FUTURE (all)), ==, 3);
  g_assert_cmpint (tf_future_set_get_winner (race), ==, 0);
  finish_set (&all);
  finish_set (&race);
  finish_promise (&promise);
}

static void
test_done_before (void)
{
  TfPromise   *promise = tf_promise_new ("pending");
  TfFuture    *first = tf_future_new_for_int64 (1);
  TfFuture    *second = tf_future_new_for_int64 (2);
  TfFuture    *members[] = { TF_FUTURE (promise), first, second };
  TfFutureSet *race;
  TfFutureSet *any;
  TfFutureSet *all;

  g_test_summary ("Of members that are done already the first counts, from the loop, also before "
                  "one that is about to be told.");

  tf_promise_resolve_int64 (promise, 0);
  race = tf_future_race (members, 3, TF_FUTURE_SET_FLAGS_NONE);
  any = tf_future_any (members, 3, TF_FUTURE_SET_FLAGS_NONE);
  all = tf_future_all (members, 3, TF_FUTURE_SET_FLAGS_NONE);
  tf_test_assert_state (TF_FUTURE (race), TF_FUTURE_STATE_EXECUTING);
  tf_test_drain (NULL);
  tf_test_assert_int64 (TF_FUTURE (race), 1);
  tf_test_assert_int64 (TF_FUTURE (any), 1);
  tf_test_assert_state (TF_FUTURE (all), TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpint (tf_future_set_get_winner (race), ==, 1);
  finish_set (&race);
  finish_set (&any);
  finish_set (&all);
  finish (&first);
  finish (&second);
  finish_promise (&promise);
}

static void
test_sets_of_sets (void)
{
  TfPromise   *promises[] = { tf_promise_new ("0"), tf_promise_new ("1"), tf_promise_new ("2") };
  TfFuture    *pair[] = { TF_FUTURE (promises[0]), TF_FUTURE (promises[1]) };
  TfFutureSet *inner = tf_future_all (pair, 2, TF_FUTURE_SET_FLAGS_NONE);
  TfFutureSet *outer =
    tf_future_race ((TfFuture *[]){ TF_FUTURE (inner), TF_FUTURE (promises[2]) }, 2, 0);

  g_test_summary ("Sets are members of sets, which hold them.");

  g_object_unref (inner);
  tf_promise_resolve_none (promises[1]);
  tf_promise_resolve_none (promises[0]);
  tf_test_wait_done (TF_FUTURE (outer));
  g_assert_cmpint (tf_future_set_get_winner (outer), ==, 0);
  finish_set (&outer);
  finish_promise (&promises[0]);
  finish_promise (&promises[1]);
  g_assert_finalize_object (promises[2]);
}

/* What it shows */

static void
test_list_model (void)
{
  Members     members;
  GListModel *model;

  g_test_summary ("A set is a list model of its members, which does not change.");

  members_init (&members, 2, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  model = G_LIST_MODEL (members.set);
  g_assert_true (g_list_model_get_item_type (model) == TF_TYPE_FUTURE);
  g_assert_cmpuint (g_list_model_get_n_items (model), ==, 2);
  for (guint round = 0; round < 2; round++)
    {
      for (guint i = 0; i < 2; i++)
        {
          g_autoptr (GObject) item = g_list_model_get_object (model, i);

          g_assert_true (item == G_OBJECT (members.promises[i]));
          g_assert_true (tf_future_set_get_future (members.set, i) == TF_FUTURE (item));
        }
      g_assert_null (g_list_model_get_item (model, 2));
      tf_promise_resolve_none (members.promises[0]);
      tf_promise_resolve_none (members.promises[1]);
      tf_test_drain (NULL);
    }
  members_clear (&members);
}

static void
on_steps_cb (TfFuture   *future,
             GParamSpec *pspec,
             GString    *log)
{
  g_string_append_printf (log, "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT " ",
                          tf_future_get_completed_steps (future),
                          tf_future_get_total_steps (future));
}

static void
test_progress (void)
{
  g_autoptr (TfTestClock) clock = tf_test_clock_new (0);
  g_autoptr (GString)     log = g_string_new (NULL);
  Members                 members;

  g_test_summary ("The progress of a set is how many of its members are done.");

  tf_test_clock_install (clock);
  members_init (&members, 4, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  g_signal_connect (members.set, "notify::completed-steps", G_CALLBACK (on_steps_cb), log);
  for (guint i = 0; i < 4; i++)
    {
      tf_promise_resolve_none (members.promises[i]);
      tf_test_drain (NULL);
      tf_test_clock_advance (clock, G_TIME_SPAN_SECOND);
      tf_test_drain (NULL);
    }
  g_assert_cmpstr (log->str, ==, "1/4 2/4 3/4 4/4 ");
  g_assert_cmpfloat (tf_future_get_fraction (members.future), ==, 1);
  members_clear (&members);
  tf_test_clock_uninstall (clock);
}

static void
test_of (void)
{
  TfPromise   *left = tf_promise_new ("left");
  TfPromise   *right = tf_promise_new ("right");
  TfFutureSet *all = tf_future_all_of (TF_FUTURE (left), right, left, NULL);
  TfFutureSet *any = tf_future_any_of (TF_FUTURE (left), right, NULL);
  TfFutureSet *race = tf_future_race_of (TF_FUTURE (left), right, NULL);
  TfFutureSet *one = tf_future_all_of (TF_FUTURE (left), NULL);

  g_test_summary ("The members may be given one by one.");

  g_assert_cmpuint (tf_future_set_get_n_futures (all), ==, 3);
  g_assert_true (tf_future_set_get_future (all, 1) == TF_FUTURE (right));
  g_assert_true (tf_future_set_get_future (all, 2) == TF_FUTURE (left));
  g_assert_cmpuint (tf_future_set_get_n_futures (any), ==, 2);
  g_assert_cmpuint (tf_future_set_get_n_futures (one), ==, 1);
  g_assert_true (tf_promise_reject (left, an_error ()));
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (all), TF_FUTURE_STATE_FAILED);
  tf_test_assert_state (TF_FUTURE (any), TF_FUTURE_STATE_EXECUTING);
  tf_test_assert_state (TF_FUTURE (race), TF_FUTURE_STATE_FAILED);
  tf_test_assert_state (TF_FUTURE (one), TF_FUTURE_STATE_FAILED);
  g_assert_true (tf_promise_resolve_int64 (right, 8));
  tf_test_wait_done (TF_FUTURE (any));
  tf_test_assert_int64 (TF_FUTURE (any), 8);
  g_assert_cmpint (tf_future_set_get_winner (any), ==, 1);

  finish_set (&all);
  finish_set (&any);
  finish_set (&race);
  finish_set (&one);
  finish_promise (&left);
  finish_promise (&right);
}

static void
test_misuse (void)
{
  TfFuture    *future = tf_future_new_for_int64 (1);
  TfFutureSet *set = tf_future_all (&future, 1, TF_FUTURE_SET_FLAGS_NONE);
  TfPromise   *promise = tf_promise_new ("pending");
  TfFuture    *pending = TF_FUTURE (promise);
  TfTestLog   *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);
  GObject     *object = g_object_new (G_TYPE_OBJECT, NULL);

  g_test_summary ("What is no future is refused, and a place that is not there.");

  g_assert_null (tf_future_all ((TfFuture *[]){ future, NULL }, 2, TF_FUTURE_SET_FLAGS_NONE));
  g_assert_cmpuint (tf_test_log_count (log, "tf_future_all: member 1 is not a future"), ==, 1);
  g_assert_null (
    tf_future_all ((TfFuture *[]){ pending, future, NULL }, 3, TF_FUTURE_SET_FLAGS_NONE));
  g_assert_cmpuint (tf_test_log_count (log, "tf_future_all: member 2 is not a future"), ==, 1);
  g_assert_null (tf_future_any (NULL, 2, TF_FUTURE_SET_FLAGS_NONE));
  g_assert_null (tf_future_any_skipping (&future, 1, TF_FUTURE_SET_FLAGS_NONE, NULL, NULL, NULL));
  g_assert_null (tf_future_race_skipping (&future, 1, TF_FUTURE_SET_FLAGS_NONE, NULL, NULL, NULL));
  g_assert_null (tf_future_set_get_future (set, 1));
  g_assert_null (tf_future_all_of (NULL, future, NULL));
  g_assert_null (tf_future_any_of (TF_FUTURE (set), set, object, NULL));
  g_assert_cmpuint (tf_test_log_count (log, "tf_future_any_of: member 2 is not a future"), ==, 1);
  /* One that was negative: nothing is read. */
  g_assert_null (tf_future_all (&future, G_MAXUINT, TF_FUTURE_SET_FLAGS_NONE));
  g_assert_null (tf_future_race (&future, (guint) G_MAXINT + 1, TF_FUTURE_SET_FLAGS_NONE));
  g_assert_cmpuint (tf_test_log_count (log, "*n_futures <= G_MAXINT*"), ==, 2);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 10);
  tf_test_log_free (log);
  g_assert_finalize_object (object);
  tf_test_drain (NULL);
  /* Nobody listens to it. */
  g_assert_finalize_object (promise);
  finish_set (&set);
  finish (&future);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/set/all/completes-when-all-have", test_all);
  tf_test_add ("/set/all/fails-at-once", test_all_fails);
  tf_test_add ("/set/all/may-wait-for-all", test_all_waits);
  tf_test_add ("/set/all/is-cancelled-by-a-member", test_all_cancelled_member);
  tf_test_add ("/set/any/completes-as-the-first", test_any);
  tf_test_add ("/set/any/ends-as-the-last-when-none-completes", test_any_fails);
  tf_test_add ("/set/race/ends-as-the-first", test_race);
  tf_test_add ("/set/race/may-be-with-time", test_race_with_delay);
  tf_test_add ("/set/members/may-be-none", test_empty);
  tf_test_add ("/set/members/may-be-given-twice", test_duplicates);
  tf_test_add ("/set/members/may-be-done-before", test_done_before);
  tf_test_add ("/set/members/may-be-sets", test_sets_of_sets);
  tf_test_add ("/set/list/is-of-the-members", test_list_model);
  tf_test_add ("/set/progress/is-the-number-of-the-done", test_progress);
  tf_test_add ("/set/members/may-be-given-one-by-one", test_of);
  tf_test_add ("/set/misuse/is-refused", test_misuse);

  return g_test_run ();
}
