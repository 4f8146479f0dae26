/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "members.h"

/* Who holds whom, and what becomes of members that the set does not listen to any more. */

static void
test_dropped_set (void)
{
  Members  members;
  gpointer weak;
  guint    n_done = 0;

  g_test_summary ("A set that nobody holds goes on, held by its members.");

  members_init (&members, 2, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  weak = members.set;
  g_object_weak_ref (weak, (GWeakNotify) g_nullify_pointer, &weak);
  g_signal_connect (members.set, "done", G_CALLBACK (on_done_count_cb), &n_done);
  g_object_unref (members.set);
  g_assert_nonnull (weak);
  tf_promise_resolve_none (members.promises[0]);
  tf_test_drain (NULL);
  g_assert_nonnull (weak);
  tf_promise_resolve_none (members.promises[1]);
  tf_test_drain (NULL);
  g_assert_null (weak);
  g_assert_cmpuint (n_done, ==, 1);
  finish_promise (&members.promises[0]);
  finish_promise (&members.promises[1]);
}

static void
test_dropped_member (void)
{
  Members members;

  g_test_summary ("A set does not keep its members from being abandoned.");

  members_init (&members, 2, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  g_clear_object (&members.promises[0]);
  tf_test_drain (NULL);
  tf_test_assert_error (members.future, TF_ERROR, TF_ERROR_ABANDONED);
  tf_promise_resolve_none (members.promises[1]);
  members_clear (&members);
}

static void
test_dropped_rest (void)
{
  Members members;

  g_test_summary ("A member that was pending when the set ended keeps its place, and is abandoned "
                  "there when everybody else drops it, without a warning.");

  members_init (&members, 2, tf_future_race, TF_FUTURE_SET_FLAGS_NONE);
  tf_promise_resolve_none (members.promises[0]);
  tf_test_drain (NULL);
  tf_test_assert_state (tf_future_set_get_future (members.set, 1), TF_FUTURE_STATE_EXECUTING);
  g_clear_object (&members.promises[1]);
  tf_test_drain (NULL);
  tf_test_assert_error (tf_future_set_get_future (members.set, 1), TF_ERROR, TF_ERROR_ABANDONED);
  members_clear (&members);
}

static void
test_late_rest (void)
{
  Members  members;
  gpointer weak;

  g_test_summary ("A member that ends after the set has is held by the set.");

  members_init (&members, 2, tf_future_race, TF_FUTURE_SET_FLAGS_NONE);
  weak = members.promises[1];
  g_object_weak_ref (weak, (GWeakNotify) g_nullify_pointer, &weak);
  tf_promise_resolve_none (members.promises[0]);
  tf_test_drain (NULL);
  tf_promise_resolve_int64 (members.promises[1], 7);
  tf_test_drain (NULL);
  g_clear_object (&members.promises[1]);
  g_assert_nonnull (weak);
  tf_test_assert_state (tf_future_set_get_future (members.set, 1), TF_FUTURE_STATE_COMPLETED);
  members_clear (&members);
  g_assert_null (weak);
}

static void
on_done_check_abandoned (TfFuture *future,
                         guint    *n_done)
{
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_ABANDONED);
  (*n_done)++;
}

static void
test_circle (void)
{
  TfFuture    *done = tf_future_new_for_boolean (TRUE);
  TfPromise   *promise = tf_promise_new ("never");
  TfFutureSet *inner;
  TfFutureSet *outer;
  gpointer     weak[3];
  guint        n_done = 0;

  g_test_summary ("A set that waits for a promise, and for another set that is done before the "
                  "promise, is no circle of references.");

  inner = tf_future_race ((TfFuture *[]){ TF_FUTURE (promise), done }, 2, TF_FUTURE_SET_FLAGS_NONE);
  outer = tf_future_all ((TfFuture *[]){ TF_FUTURE (promise), TF_FUTURE (inner) }, 2,
                         TF_FUTURE_SET_FLAGS_NONE);
  g_signal_connect (outer, "done", G_CALLBACK (on_done_check_abandoned), &n_done);
  weak[0] = promise;
  weak[1] = inner;
  weak[2] = outer;
  for (guint i = 0; i < G_N_ELEMENTS (weak); i++)
    g_object_weak_ref (weak[i], (GWeakNotify) g_nullify_pointer, &weak[i]);
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (inner), TF_FUTURE_STATE_COMPLETED);
  tf_test_assert_state (TF_FUTURE (outer), TF_FUTURE_STATE_EXECUTING);

  g_object_unref (done);
  g_object_unref (inner);
  g_object_unref (outer);
  tf_test_drain (NULL);
  g_assert_nonnull (weak[2]);
  g_object_unref (promise);
  tf_test_drain (NULL);
  for (guint i = 0; i < G_N_ELEMENTS (weak); i++)
    g_assert_null (weak[i]);
  g_assert_cmpuint (n_done, ==, 1);
}

static void
test_left_by_cancel (void)
{
  Members   members;
  TfFuture *other;

  g_test_summary ("A member that refuses to be cancelled with the set is not held by it either.");

  members_init (&members, 2, tf_future_all, TF_FUTURE_SET_FLAGS_NONE);
  tf_promise_get_gcancellable (members.promises[0]);
  other = tf_future_shield (TF_FUTURE (members.promises[1]));
  g_assert_true (tf_future_cancel (members.future));
  tf_test_drain (NULL);
  tf_test_assert_state (members.future, TF_FUTURE_STATE_CANCELLING);

  g_clear_object (&members.promises[1]);
  tf_test_drain (NULL);
  tf_test_assert_error (other, TF_ERROR, TF_ERROR_ABANDONED);
  tf_test_assert_error (tf_future_set_get_future (members.set, 1), TF_ERROR, TF_ERROR_ABANDONED);
  tf_promise_resolve_none (members.promises[0]);
  tf_test_drain (NULL);
  assert_cancelled (members.future, NULL);
  g_object_unref (other);
  members_clear (&members);
}

static gpointer
unref_in_thread (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

/* Many times, so that the end of the promise and those of the sets meet. */
static void
test_dropped_elsewhere (void)
{
  TfFuture *done = tf_future_new_for_boolean (TRUE);

  g_test_summary ("A set that is done may go on another thread while a member that it left ends.");

  for (guint round = 0; round < 100; round++)
    {
      TfPromise *promise = tf_promise_new (NULL);
      GThread   *threads[3];
      gpointer   weak = promise;

      g_object_weak_ref (weak, (GWeakNotify) g_nullify_pointer, &weak);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        {
          TfFutureSet *set = tf_future_race ((TfFuture *[]){ TF_FUTURE (promise), done }, 2,
                                             TF_FUTURE_SET_FLAGS_NONE);

          tf_test_drain (NULL);
          threads[i] = g_thread_new ("unref", unref_in_thread, set);
        }
      if (round % 2 == 0)
        tf_promise_resolve_none (promise);
      g_object_unref (promise);
      tf_test_drain (NULL);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      tf_test_drain (NULL);
      g_assert_null (weak);
    }

  g_object_unref (done);
}

/* A thread that has the main context. */
typedef struct
{
  GMainContext *context;
  TfTestGate    is_held;
  TfTestGate    may_run;
} Holder;

static gpointer
hold_context (gpointer data)
{
  Holder *self = data;

  g_assert_true (g_main_context_acquire (self->context));
  tf_test_gate_open (&self->is_held);
  tf_test_gate_wait (&self->may_run);
  while (g_main_context_iteration (self->context, FALSE))
    ;
  g_main_context_release (self->context);
  return NULL;
}

/* A promise that is pending, and a race that it has lost against a future that nobody else holds. */
static TfFutureSet *
lose_race (GMainContext *context,
           TfPromise   **promise,
           gpointer     *winner)
{
  TfFutureSet *set;

  g_main_context_push_thread_default (context);
  *promise = tf_promise_new (NULL);
  *winner = tf_future_new_for_boolean (TRUE);
  g_object_weak_ref (*winner, (GWeakNotify) g_nullify_pointer, winner);
  set =
    tf_future_race ((TfFuture *[]){ TF_FUTURE (*promise), *winner }, 2, TF_FUTURE_SET_FLAGS_NONE);
  g_object_unref (*winner);
  tf_test_drain (context);
  tf_test_assert_state (TF_FUTURE (set), TF_FUTURE_STATE_COMPLETED);
  g_main_context_pop_thread_default (context);
  return set;
}

static void
test_dropped_by_former_owner (void)
{
  Holder       holder = { .context = g_main_context_new () };
  TfPromise   *promise;
  gpointer     winner;
  TfFutureSet *set = lose_race (holder.context, &promise, &winner);
  GThread     *thread;

  g_test_summary ("Who ran the loop, and does not any more, leaves the members that are pending to "
                  "the thread that has it now.");

  tf_test_gate_init (&holder.is_held);
  tf_test_gate_init (&holder.may_run);
  thread = g_thread_new ("holder", hold_context, &holder);
  tf_test_gate_wait (&holder.is_held);

  g_assert_finalize_object (set);
  g_assert_nonnull (winner);
  tf_test_gate_open (&holder.may_run);
  g_thread_join (thread);
  g_assert_null (winner);

  tf_promise_resolve_none (promise);
  tf_test_drain (holder.context);
  finish_promise (&promise);
  tf_test_gate_clear (&holder.is_held);
  tf_test_gate_clear (&holder.may_run);
  g_main_context_unref (holder.context);
}

static gpointer
lose_race_in_thread (gpointer context)
{
  TfPromise   *promise;
  gpointer     winner;
  TfFutureSet *set = lose_race (context, &promise, &winner);

  tf_promise_resolve_none (promise);
  tf_test_drain (context);
  g_object_unref (promise);
  g_object_weak_unref (winner, (GWeakNotify) g_nullify_pointer, &winner);
  return set;
}

static void
test_dropped_without_loop (void)
{
  GMainContext *context = g_main_context_new ();
  TfFutureSet  *set;
  gpointer      weak[2];

  g_test_summary ("Members that have all ended go with the set, though nobody runs the loop.");

  set = g_thread_join (g_thread_new ("loop", lose_race_in_thread, context));
  for (guint i = 0; i < G_N_ELEMENTS (weak); i++)
    {
      weak[i] = tf_future_set_get_future (set, i);
      g_object_weak_ref (weak[i], (GWeakNotify) g_nullify_pointer, &weak[i]);
    }
  g_object_unref (set);
  g_assert_null (weak[0]);
  g_assert_null (weak[1]);
  tf_test_drain (context);
  g_main_context_unref (context);
}

static void
test_many_races (void)
{
  TfFuture  *done = tf_future_new_for_boolean (TRUE);
  TfPromise *promise = tf_promise_new (NULL);
  gpointer   weak;

  g_test_summary ("Races that a long-lived member has lost leave nothing behind at it.");

  for (guint i = 0; i < 1000; i++)
    {
      TfFutureSet *set = tf_future_race ((TfFuture *[]){ TF_FUTURE (promise), done }, 2,
                                         TF_FUTURE_SET_FLAGS_NONE);

      weak = set;
      g_object_weak_ref (weak, (GWeakNotify) g_nullify_pointer, &weak);
      tf_test_drain (NULL);
      g_object_unref (set);
      g_assert_null (weak);
    }

  /* Nobody is left who would have to be told: it goes at once. */
  weak = promise;
  g_object_weak_ref (weak, (GWeakNotify) g_nullify_pointer, &weak);
  g_object_unref (promise);
  g_assert_null (weak);
  g_object_unref (done);
}

static void
on_done_unref_set_cb (TfFuture *future,
                      Members  *members)
{
  g_clear_object (&members->set);
  g_clear_object (&members->promises[0]);
  g_clear_object (&members->promises[1]);
}

static void
check_drops_all (gboolean is_member)
{
  Members members;

  members_init (&members, 2, tf_future_race, TF_FUTURE_SET_FLAGS_CANCEL_REST);
  g_signal_connect (is_member ? TF_FUTURE (members.promises[0]) : members.future, "done",
                    G_CALLBACK (on_done_unref_set_cb), &members);
  tf_promise_resolve_none (members.promises[0]);
  tf_test_drain (NULL);
  g_assert_null (members.set);
}

static void
test_handler_drops (void)
{
  g_test_summary ("Handlers of a member or of the set may drop all references.");

  check_drops_all (TRUE);
  check_drops_all (FALSE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/set-members/is-held-by-the-members", test_dropped_set);
  tf_test_add ("/set-members/lets-members-be-abandoned", test_dropped_member);
  tf_test_add ("/set-members/lets-members-that-it-left-be-abandoned", test_dropped_rest);
  tf_test_add ("/set-members/holds-members-that-end-later", test_late_rest);
  tf_test_add ("/set-members/is-no-circle", test_circle);
  tf_test_add ("/set-members/does-not-hold-who-refused", test_left_by_cancel);
  tf_test_add ("/set-members/may-end-elsewhere", test_dropped_elsewhere);
  tf_test_add ("/set-members/are-left-to-who-has-the-loop", test_dropped_by_former_owner);
  tf_test_add ("/set-members/need-no-loop-when-done", test_dropped_without_loop);
  tf_test_add ("/set-members/leaves-nothing-behind", test_many_races);
  tf_test_add ("/set-members/may-end-in-a-handler", test_handler_drops);

  return g_test_run ();
}
