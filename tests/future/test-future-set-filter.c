/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "members.h"

/* Sets with a filter: which of the members that are done count. */

/* Any */

typedef struct
{
  GString     *log;
  gint64       wanted;
  guint        n_freed;
  TfFutureSet *set;
  gboolean     is_cancelling;
  gboolean     is_last_only; /* the last place counts, however it ended */
} Filter;

static gboolean
filter (TfFuture *future,
        guint     index,
        gpointer  data)
{
  Filter *self = data;

  g_assert_cmpuint (self->n_freed, ==, 0);
  g_string_append_printf (self->log, "%u ", index);
  if (self->is_cancelling)
    {
      tf_future_cancel (TF_FUTURE (self->set));
      tf_test_drain (NULL);
      g_assert_cmpuint (self->n_freed, ==, 0);
    }

  if (self->is_last_only)
    return index + 1 < tf_future_set_get_n_futures (self->set);

  /* Which does not read it. */
  return tf_future_get_state (future) != TF_FUTURE_STATE_COMPLETED ||
         tf_future_get_int64 (future, NULL) != self->wanted;
}

static void
free_filter (gpointer data)
{
  ((Filter *) data)->n_freed++;
}

typedef TfFutureSet *(*NewFiltered) (TfFuture *const *futures,
                                     guint            n_futures,
                                     TfFutureSetFlags flags,
                                     TfSkipFunc       filter,
                                     gpointer         user_data,
                                     GDestroyNotify   user_data_free);

static void
filtered_init (Members    *members,
               guint       n,
               NewFiltered new_set,
               Filter     *data)
{
  TfFuture **futures = members_make (members, n);

  data->log = g_string_new (NULL);
  members->set = new_set (futures, n, TF_FUTURE_SET_FLAGS_NONE, filter, data, free_filter);
  members->future = TF_FUTURE (members->set);
  data->set = members->set;
  g_free (futures);
}

static void
test_filter (void)
{
  Members members;
  Filter  data = { .wanted = 2 };

  g_test_summary ("ANY-11: A filter may skip results; the others are waited for.");

  filtered_init (&members, 4, tf_future_any_skipping, &data);
  tf_promise_resolve_int64 (members.promises[1], 1);
  tf_promise_reject (members.promises[0], an_error ());
  tf_test_drain (NULL);
  tf_test_assert_state (members.future, TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_int64 (members.promises[2], 2);
  tf_promise_resolve_int64 (members.promises[3], 3);
  tf_test_wait_done (members.future);
  tf_test_assert_int64 (members.future, 2);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 2);
  g_assert_cmpstr (data.log->str, ==, "1 2 ");
  g_assert_cmpuint (data.n_freed, ==, 1);
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

static void
test_filter_all (void)
{
  Members members;
  Filter  data = { .wanted = -1 };

  g_test_summary ("ANY-12: When all were skipped the last of them counts, before any failure.");

  filtered_init (&members, 3, tf_future_any_skipping, &data);
  tf_promise_resolve_int64 (members.promises[1], 1);
  tf_promise_resolve_int64 (members.promises[0], 0);
  tf_test_drain (NULL);
  tf_promise_reject (members.promises[2], an_error ());
  tf_test_wait_done (members.future);
  tf_test_assert_int64 (members.future, 0);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 0);
  g_assert_cmpstr (data.log->str, ==, "1 0 ");
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

static void
check_cancels (NewFiltered new_set)
{
  Members members;
  Filter  data = { .wanted = 1, .is_cancelling = TRUE };

  filtered_init (&members, 2, new_set, &data);
  tf_promise_resolve_int64 (members.promises[1], 1);
  tf_test_drain (NULL);
  assert_cancelled (members.future, NULL);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, -1);
  assert_cancelled (TF_FUTURE (members.promises[0]), NULL);
  g_assert_cmpuint (data.n_freed, ==, 1);
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

static void
test_filter_cancels (void)
{
  g_test_summary ("A filter may cancel the set, and run a nested loop until that has ended.");

  check_cancels (tf_future_any_skipping);
  check_cancels (tf_future_race_skipping);
}

typedef struct
{
  TfPromise *second;
  guint      n_calls;
  guint      n_done;
} Dropped;

static gboolean
resolve_the_other (TfFuture *future,
                   guint     index,
                   gpointer  user_data)
{
  Dropped *data = user_data;

  if (data->n_calls++ == 0)
    {
      tf_promise_resolve_int64 (data->second, 2);
      tf_test_drain (NULL);
      g_assert_cmpuint (data->n_done, ==, 1);
    }

  return index == 0;
}

static void
check_drops (NewFiltered new_set)
{
  Dropped      data = { .second = tf_promise_new ("1") };
  TfPromise   *first = tf_promise_new ("0");
  TfFuture    *futures[] = { TF_FUTURE (first), TF_FUTURE (data.second) };
  TfFutureSet *set = new_set (futures, 2, TF_FUTURE_SET_FLAGS_NONE, resolve_the_other, &data, NULL);
  gpointer     weak = set;

  g_object_weak_ref (G_OBJECT (set), (GWeakNotify) g_nullify_pointer, &weak);
  g_signal_connect (set, "done", G_CALLBACK (on_done_count_cb), &data.n_done);
  g_object_unref (set);
  tf_promise_resolve_int64 (first, 1);
  tf_test_drain (NULL);
  g_assert_cmpuint (data.n_done, ==, 1);
  g_assert_cmpuint (data.n_calls, ==, 2);
  g_assert_null (weak);
  finish_promise (&first);
  finish_promise (&data.second);
}

static void
test_filter_drops (void)
{
  g_test_summary ("A set that nobody holds lives until its filter has returned, also if it ended "
                  "meanwhile.");

  check_drops (tf_future_any_skipping);
  check_drops (tf_future_race_skipping);
}

/* Race */

static void
end_member (Members      *members,
            guint         index,
            TfFutureState state)
{
  TfPromise *promise = members->promises[index];

  if (state == TF_FUTURE_STATE_COMPLETED)
    tf_promise_resolve_int64 (promise, index);
  else if (state == TF_FUTURE_STATE_FAILED)
    tf_promise_reject (promise, an_error ());
  else
    tf_future_cancel (TF_FUTURE (promise));
  tf_test_drain (NULL);
}

static void
check_race_winner (TfFutureState state)
{
  Members members;
  Filter  data = { .is_last_only = TRUE };

  filtered_init (&members, 4, tf_future_race_skipping, &data);
  end_member (&members, 0, TF_FUTURE_STATE_COMPLETED);
  end_member (&members, 2, TF_FUTURE_STATE_FAILED);
  end_member (&members, 1, TF_FUTURE_STATE_CANCELLED);
  tf_test_assert_state (members.future, TF_FUTURE_STATE_EXECUTING);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, -1);
  end_member (&members, 3, state);
  tf_test_assert_state (members.future, state);
  g_clear_error (&(GError *){ tf_future_dup_error (members.future) });
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 3);
  g_assert_cmpstr (tf_future_get_name (members.future), ==, "race");
  g_assert_cmpstr (data.log->str, ==, "0 2 1 3 ");
  g_assert_cmpuint (data.n_freed, ==, 1);
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

static void
test_race (void)
{
  g_test_summary ("ANY-11: The filter of a race is asked about each that is done, however that "
                  "ended, until one wins; a failure that it skips is not logged.");

  check_race_winner (TF_FUTURE_STATE_COMPLETED);
  check_race_winner (TF_FUTURE_STATE_FAILED);
  check_race_winner (TF_FUTURE_STATE_CANCELLED);
}

static void
check_race_all (TfFutureState state)
{
  Members members;
  Filter  data = { .wanted = -1 };

  filtered_init (&members, 3, tf_future_race_skipping, &data);
  end_member (&members, 1, TF_FUTURE_STATE_COMPLETED);
  end_member (&members, 0, TF_FUTURE_STATE_FAILED);
  end_member (&members, 2, state);
  tf_test_assert_state (members.future, state);
  g_clear_error (&(GError *){ tf_future_dup_error (members.future) });
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, 2);
  g_assert_cmpstr (data.log->str, ==, "1 0 2 ");
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

static void
test_race_all (void)
{
  g_test_summary ("ANY-12: When all were skipped the race ends as the last of them, also if "
                  "another one completed.");

  check_race_all (TF_FUTURE_STATE_COMPLETED);
  check_race_all (TF_FUTURE_STATE_FAILED);
  check_race_all (TF_FUTURE_STATE_CANCELLED);
}

static void
test_race_too_late (void)
{
  Members members;
  Filter  data = { .wanted = 0 };

  g_test_summary ("Once one has won, the filter is not asked about the others.");

  filtered_init (&members, 3, tf_future_race_skipping, &data);
  tf_promise_resolve_int64 (members.promises[0], 0);
  tf_promise_reject (members.promises[1], an_error ());
  tf_promise_resolve_int64 (members.promises[2], 2);
  tf_test_drain (NULL);
  tf_test_assert_int64 (members.future, 0);
  g_assert_cmpstr (data.log->str, ==, "0 ");
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

static void
test_race_empty (void)
{
  TfFutureSet *race =
    tf_future_race_skipping (NULL, 0, TF_FUTURE_SET_FLAGS_NONE, filter, &(Filter){ 0 }, NULL);

  g_test_summary ("Of no futures none can be the first, and there is nothing to ask about.");

  tf_test_drain (NULL);
  tf_test_assert_error (TF_FUTURE (race), TF_ERROR, TF_ERROR_EMPTY);
  finish_set (&race);
}

static void
test_race_cancel (void)
{
  Members members;
  Filter  data = { .wanted = -1 };

  g_test_summary ("A race that is cancelled cancels its members, and does not ask about them; the "
                  "data is freed once.");

  filtered_init (&members, 3, tf_future_race_skipping, &data);
  end_member (&members, 1, TF_FUTURE_STATE_COMPLETED);
  tf_future_cancel (members.future);
  tf_test_drain (NULL);
  assert_cancelled (members.future, NULL);
  assert_cancelled (TF_FUTURE (members.promises[0]), NULL);
  assert_cancelled (TF_FUTURE (members.promises[2]), NULL);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, -1);
  g_assert_cmpstr (data.log->str, ==, "1 ");
  g_assert_cmpuint (data.n_freed, ==, 1);
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

static void
test_race_rest (void)
{
  Members    members;
  Filter     data = { .wanted = 1 };
  TfFuture **futures = members_make (&members, 3);

  g_test_summary ("With CANCEL_REST a member that was skipped does not end the others, and one "
                  "that wins does.");

  data.log = g_string_new (NULL);
  members.set =
    tf_future_race_skipping (futures, 3, TF_FUTURE_SET_FLAGS_CANCEL_REST, filter, &data, NULL);
  members.future = TF_FUTURE (members.set);
  g_free (futures);
  end_member (&members, 2, TF_FUTURE_STATE_COMPLETED);
  tf_test_assert_state (TF_FUTURE (members.promises[0]), TF_FUTURE_STATE_EXECUTING);
  end_member (&members, 1, TF_FUTURE_STATE_COMPLETED);
  tf_test_assert_int64 (members.future, 1);
  assert_cancelled (TF_FUTURE (members.promises[0]), NULL);
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

static void
test_race_done_before (void)
{
  TfPromise   *pending = tf_promise_new ("pending");
  TfFuture    *failed = tf_future_new_for_error (an_error ());
  TfFuture    *first = tf_future_new_for_int64 (1);
  TfFuture    *second = tf_future_new_for_int64 (2);
  TfFuture    *futures[] = { TF_FUTURE (pending), failed, first, second, first };
  Filter       data = { .log = g_string_new (NULL), .wanted = 2 };
  TfFutureSet *race =
    tf_future_race_skipping (futures, 5, TF_FUTURE_SET_FLAGS_NONE, filter, &data, free_filter);

  g_test_summary ("Members that were done from the beginning are asked about in their order, from "
                  "the loop, and each place once.");

  g_assert_cmpstr (data.log->str, ==, "");
  tf_test_drain (NULL);
  g_assert_cmpstr (data.log->str, ==, "1 2 3 ");
  tf_test_assert_int64 (TF_FUTURE (race), 2);
  g_assert_cmpint (tf_future_set_get_winner (race), ==, 3);
  g_assert_cmpuint (data.n_freed, ==, 1);
  finish_set (&race);
  finish (&failed);
  finish (&first);
  finish (&second);
  g_assert_finalize_object (pending);
  g_string_free (data.log, TRUE);
}

/* Nested loops: for both kinds */

typedef struct
{
  Members *members;
  GString *log;
  guint    outer;        /* the place in whose call all others are completed */
  guint    skipped;      /* places, as bits */
  gboolean is_failing;   /* the others fail */
  gboolean is_cancelled; /* the set is cancelled as well, and nobody waits */
} Nested;

static gboolean
nested_filter (TfFuture *future,
               guint     index,
               gpointer  user_data)
{
  Nested *data = user_data;

  g_string_append_printf (data->log, "%u ", index);
  if (index == data->outer)
    {
      for (guint i = 0; i < data->members->n; i++)
        {
          if (data->is_failing)
            tf_promise_reject (data->members->promises[i], an_error ());
          else if (!data->is_cancelled)
            tf_promise_resolve_int64 (data->members->promises[i], i);
        }
      if (data->is_cancelled)
        tf_future_cancel (data->members->future);
      else
        tf_test_drain (NULL);
      g_string_append (data->log, tf_future_is_done (data->members->future) ? "done " : "open ");
    }

  return (data->skipped >> index) & 1;
}

static void
nested_init (Members    *members,
             NewFiltered new_set,
             Nested     *data)
{
  TfFuture **futures = members_make (members, 2);

  data->members = members;
  data->log = g_string_new (NULL);
  members->set = new_set (futures, 2, TF_FUTURE_SET_FLAGS_NONE, nested_filter, data, NULL);
  members->future = TF_FUTURE (members->set);
  g_free (futures);
}

static void
check_nested (NewFiltered new_set,
              Nested      data,
              const char *log,
              int         winner)
{
  Members members;

  nested_init (&members, new_set, &data);
  tf_promise_resolve_int64 (members.promises[data.outer], data.outer);
  tf_test_drain (NULL);
  g_assert_cmpstr (data.log->str, ==, log);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, winner);
  tf_test_assert_int64 (members.future, winner);
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

static void
test_nested (void)
{
  g_test_summary ("A member that ends while the filter is asked about another one does not end the "
                  "set in its place, unless it wins.");

  /* The inner one is skipped, or has failed: the outer call has the word. */
  check_nested (tf_future_race_skipping, (Nested){ .skipped = 1 << 1 }, "0 1 open ", 0);
  check_nested (tf_future_any_skipping, (Nested){ .skipped = 1 << 1 }, "0 1 open ", 0);
  check_nested (tf_future_any_skipping, (Nested){ .is_failing = TRUE }, "0 open ", 0);
  /* Both are skipped, and the outer call ends last. */
  check_nested (tf_future_race_skipping, (Nested){ .skipped = 3 }, "0 1 open ", 0);
  check_nested (tf_future_any_skipping, (Nested){ .skipped = 3 }, "0 1 open ", 0);
  /* The inner one wins, and what the outer call says comes too late. */
  check_nested (tf_future_race_skipping, (Nested){ .skipped = 1 }, "0 1 done ", 1);
  check_nested (tf_future_race_skipping, (Nested){ 0 }, "0 1 done ", 1);
  check_nested (tf_future_any_skipping, (Nested){ 0 }, "0 1 done ", 1);
}

static void
test_nested_loser (void)
{
  Members members;
  Nested  data = { 0 };

  g_test_summary ("A failure that would have won, had no other one done so meanwhile, is not "
                  "logged.");

  nested_init (&members, tf_future_race_skipping, &data);
  tf_promise_reject (members.promises[0], an_error ());
  tf_test_drain (NULL);
  g_assert_cmpstr (data.log->str, ==, "0 1 done ");
  tf_test_assert_int64 (members.future, 1);
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

static void
test_nested_cancel (void)
{
  Members       members;
  Nested        data = { .is_cancelled = TRUE };
  GCancellable *cancellable;

  g_test_summary ("A filter that cancels the set and then takes the member does not spare it to "
                  "wait for the others.");

  nested_init (&members, tf_future_race_skipping, &data);
  /* Who has it ends the promise himself after a cancel. */
  cancellable = tf_promise_get_gcancellable (members.promises[1]);
  tf_promise_resolve_int64 (members.promises[0], 0);
  tf_test_drain (NULL);
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  tf_test_assert_state (members.future, TF_FUTURE_STATE_CANCELLING);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, -1);
  tf_promise_resolve_none (members.promises[1]);
  tf_test_drain (NULL);
  assert_cancelled (members.future, NULL);
  g_assert_cmpint (tf_future_set_get_winner (members.set), ==, -1);
  g_assert_cmpstr (data.log->str, ==, "0 open ");
  g_string_free (data.log, TRUE);
  members_clear (&members);
}

/* The first call completes a member that was pending, while others wait that were done from the beginning. */
static void
check_nested_before (NewFiltered new_set)
{
  TfPromise   *pending = tf_promise_new ("0");
  TfFuture    *first = tf_future_new_for_int64 (1);
  TfFuture    *second = tf_future_new_for_int64 (2);
  TfFuture    *futures[] = { TF_FUTURE (pending), first, second };
  Members      members = { .promises = { pending }, .n = 1 };
  Nested       data = { .members = &members, .outer = 1, .skipped = 3, .log = g_string_new (NULL) };
  TfFutureSet *set = new_set (futures, 3, TF_FUTURE_SET_FLAGS_NONE, nested_filter, &data, NULL);

  members.future = TF_FUTURE (set);
  tf_test_drain (NULL);
  g_assert_cmpstr (data.log->str, ==, "1 2 done ");
  tf_test_assert_int64 (TF_FUTURE (set), 2);
  finish_set (&set);
  g_string_truncate (data.log, 0);

  pending = members.promises[0] = tf_promise_new ("0");
  g_assert_finalize_object (TF_PROMISE (futures[0]));
  futures[0] = TF_FUTURE (pending);
  data.skipped = 7;
  set = new_set (futures, 3, TF_FUTURE_SET_FLAGS_NONE, nested_filter, &data, NULL);
  members.future = TF_FUTURE (set);
  tf_test_drain (NULL);
  g_assert_cmpstr (data.log->str, ==, "1 2 0 open ");
  tf_test_assert_int64 (TF_FUTURE (set), 1);
  finish_set (&set);
  finish (&first);
  finish (&second);
  finish_promise (&pending);
  g_string_free (data.log, TRUE);
}

static void
test_nested_before (void)
{
  g_test_summary ("Members that were done from the beginning come before one that is done while "
                  "the filter is asked about the first of them.");

  check_nested_before (tf_future_any_skipping);
  check_nested_before (tf_future_race_skipping);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/set/filter/skips-results", test_filter);
  tf_test_add ("/set/filter/takes-the-last-when-all-were-skipped", test_filter_all);
  tf_test_add ("/set/filter/may-cancel-the-set", test_filter_cancels);
  tf_test_add ("/set/filter/may-be-all-that-holds-the-set", test_filter_drops);
  tf_test_add ("/set/filter-race/asks-about-every-end", test_race);
  tf_test_add ("/set/filter-race/takes-the-last-when-all-were-skipped", test_race_all);
  tf_test_add ("/set/filter-race/does-not-ask-once-it-is-won", test_race_too_late);
  tf_test_add ("/set/filter-race/may-be-of-none", test_race_empty);
  tf_test_add ("/set/filter-race/may-be-cancelled", test_race_cancel);
  tf_test_add ("/set/filter-race/cancels-the-rest-when-it-is-won", test_race_rest);
  tf_test_add ("/set/filter-race/begins-with-those-that-are-done", test_race_done_before);
  tf_test_add ("/set/filter-nested/has-the-word", test_nested);
  tf_test_add ("/set/filter-nested/may-lose-to-another", test_nested_loser);
  tf_test_add ("/set/filter-nested/may-cancel-and-leave", test_nested_cancel);
  tf_test_add ("/set/filter-nested/keeps-the-order-of-the-beginning", test_nested_before);

  return g_test_run ();
}
