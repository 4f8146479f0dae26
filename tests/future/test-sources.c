/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "emitter.h"

/* --- Signals --- */

static TfFuture *
from_signal (GObject    *object,
             const char *name)
{
  GError   *error = NULL;
  TfFuture *future = tf_future_from_signal (object, name, &error);

  g_assert_no_error (error);
  g_assert_true (TF_IS_FUTURE (future));
  return future;
}

static void
assert_none (TfFuture *future)
{
  GError *error = NULL;

  g_assert_null (tf_future_dup_value (future, &error));
  g_assert_no_error (error);
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
}

static void
test_values (void)
{
  g_autoptr (GObject) object = emitter_new ();
  TfFuture           *none = from_signal (object, "none");
  TfFuture           *one = from_signal (object, "one");
  TfFuture           *several = from_signal (object, "several");

  g_test_summary ("The arguments of the emission are the value: none, one, or an array of all.");

  tf_test_assert_state (one, TF_FUTURE_STATE_EXECUTING);
  g_assert_cmpstr (tf_future_get_name (one), ==, "one");
  g_signal_emit_by_name (object, "none");
  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (7));
  g_signal_emit_by_name (object, "several", G_GINT64_CONSTANT (8), "eight");
  tf_test_assert_state (one, TF_FUTURE_STATE_EXECUTING);
  tf_test_wait_done (none);
  tf_test_wait_done (one);
  tf_test_wait_done (several);

  assert_none (none);
  tf_test_assert_int64 (one, 7);
  assert_pair (several, 8, "eight");
  g_assert_false (emitter_has_handler (object, "one"));
  drop_last (none);
  drop_last (one);
  drop_last (several);
}

static void
test_detail (void)
{
  g_autoptr (GObject) object = emitter_new ();
  TfFuture           *future = from_signal (object, "one::red");

  g_test_summary ("With a detail, only emissions with that count.");

  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (1));
  g_signal_emit_by_name (object, "one::blue", G_GINT64_CONSTANT (2));
  tf_test_drain (NULL);
  tf_test_assert_state (future, TF_FUTURE_STATE_EXECUTING);
  g_signal_emit_by_name (object, "one::red", G_GINT64_CONSTANT (3));
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 3);
  drop_last (future);
}

static void
test_once (void)
{
  g_autoptr (GObject) object = emitter_new ();
  TfFuture           *future = from_signal (object, "one");

  g_test_summary ("Only the first emission counts, and the handler goes.");

  g_assert_true (emitter_has_handler (object, "one"));
  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (1));
  g_assert_false (emitter_has_handler (object, "one"));
  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (2));
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 1);
  drop_last (future);
}

static void
test_unknown (void)
{
  g_autoptr (GObject) object = emitter_new ();
  g_autoptr (GError)  error = NULL;

  g_test_summary ("A signal that the class has not is an error that names both.");

  g_assert_null (tf_future_from_signal (object, "many", &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT);
  g_assert_nonnull (strstr (error->message, "“Emitter”"));
  g_assert_nonnull (strstr (error->message, "“many”"));
  g_clear_error (&error);

  g_assert_null (tf_future_from_signal (object, "none::detail", &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT);
}

static void
test_object_gone (void)
{
  GObject  *object = emitter_new ();
  TfFuture *future = from_signal (object, "one");

  g_test_summary ("The object is not held: when it goes first, the future fails.");

  g_assert_finalize_object (object);
  tf_test_wait_done (future);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_ABANDONED);
  drop_last (future);
}

static void
test_disconnected (void)
{
  g_autoptr (GObject) object = emitter_new ();
  TfFuture           *future = from_signal (object, "one");
  guint               id = g_signal_lookup ("one", emitter_get_type ());

  g_test_summary ("Who disconnects the handler lets the future fail.");

  g_signal_handler_disconnect (object, g_signal_handler_find (object, G_SIGNAL_MATCH_ID, id, 0,
                                                              NULL, NULL, NULL));
  tf_test_wait_done (future);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_ABANDONED);
  drop_last (future);
}

static void
test_unheld (void)
{
  GObject              *object = emitter_new ();
  g_autoptr (TfTestLog) log = tf_test_log_new (G_LOG_LEVEL_WARNING);

  g_test_summary ("A future that nobody holds goes with the object, in silence.");

  g_object_unref (from_signal (object, "one"));
  tf_test_drain (NULL);
  g_assert_true (emitter_has_handler (object, "one"));
  g_assert_finalize_object (object);
  tf_test_drain (NULL);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 0);
}

static TfFuture *
add_one (TfFuture *done,
         gpointer  data)
{
  return tf_future_new_for_int64 (tf_future_get_int64 (done, NULL) + 1);
}

static void
test_chain (void)
{
  GObject  *object = emitter_new ();
  TfFuture *first = from_signal (object, "one");
  TfFuture *second = tf_future_then (first, add_one, NULL, NULL);
  TfFuture *orphan;

  g_test_summary ("The handler holds the future, and that what was derived from it.");

  g_object_unref (first);
  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (1));
  tf_test_wait_done (second);
  tf_test_assert_int64 (second, 2);
  drop_last (second);

  first = from_signal (object, "one");
  orphan = tf_future_then (first, add_one, NULL, NULL);
  g_object_unref (first);
  g_assert_finalize_object (object);
  tf_test_wait_done (orphan);
  tf_test_assert_error (orphan, TF_ERROR, TF_ERROR_ABANDONED);
  drop_last (orphan);
}

/* --- Cancelling --- */

static void
test_cancel (void)
{
  g_autoptr (GObject)      object = emitter_new ();
  TfFuture                *future = from_signal (object, "one");
  g_autoptr (TfTestStates) states = tf_test_states_new (future);

  g_test_summary ("A cancel disconnects, and ends in the next turn.");

  g_assert_true (tf_future_cancel (future));
  g_assert_false (tf_future_cancel (future));
  g_assert_false (emitter_has_handler (object, "one"));
  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (1));
  tf_test_wait_done (future);
  tf_test_assert_states (states, "EXECUTING CANCELLING CANCELLED done");
  g_clear_pointer (&states, tf_test_states_free);
  drop_last (future);
}

static void
test_abort (void)
{
  g_autoptr (GObject) object = emitter_new ();
  g_autoptr (GError)  error = NULL;
  TfFuture           *future = from_signal (object, "one");

  g_test_summary ("Giving it up disconnects as well, and the reason is the error.");

  g_assert_true (tf_future_abort (future, "enough", &error));
  g_assert_no_error (error);
  g_assert_false (emitter_has_handler (object, "one"));
  tf_test_wait_done (future);
  error = tf_future_dup_error (future);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "enough");
  drop_last (future);
}

static void
test_cancel_of_derived (void)
{
  g_autoptr (GObject) object = emitter_new ();
  TfFuture           *first = from_signal (object, "one");
  TfFuture           *second = tf_future_then (first, add_one, NULL, NULL);

  g_test_summary ("A cancel of what is derived goes up, and disconnects.");

  g_object_unref (first);
  g_assert_true (tf_future_cancel (second));
  tf_test_wait_done (second);
  tf_test_assert_state (second, TF_FUTURE_STATE_CANCELLED);
  g_assert_false (emitter_has_handler (object, "one"));
  drop_last (second);
}

static void
on_one_cancel_cb (GObject   *object,
                  gint64     number,
                  TfFuture **future)
{
  g_assert_true (tf_future_cancel (*future));
}

static void
on_one_cancel_late_cb (GObject   *object,
                       gint64     number,
                       TfFuture **future)
{
  g_assert_false (tf_future_cancel (*future));
}

static void
test_cancel_in_emission (void)
{
  g_autoptr (GObject) object = emitter_new ();
  TfFuture           *after;
  TfFuture           *before = NULL;
  gulong              handler;

  g_test_summary ("A cancel inside the emission wins if its handler is called before the future's, and comes "
                  "too late if it is called after.");

  after = from_signal (object, "one");
  handler = g_signal_connect (object, "one", G_CALLBACK (on_one_cancel_late_cb), &after);
  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (1));
  tf_test_wait_done (after);
  tf_test_assert_int64 (after, 1);
  g_signal_handler_disconnect (object, handler);
  drop_last (after);

  handler = g_signal_connect (object, "one", G_CALLBACK (on_one_cancel_cb), &before);
  before = from_signal (object, "one");
  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (1));
  tf_test_wait_done (before);
  tf_test_assert_state (before, TF_FUTURE_STATE_CANCELLED);
  g_signal_handler_disconnect (object, handler);
  drop_last (before);
}

static void
on_one_dispose_cb (GObject *object,
                   gint64   number,
                   gpointer data)
{
  g_object_run_dispose (object);
}

static void
test_dispose_in_emission (void)
{
  g_autoptr (GObject) object = emitter_new ();
  TfFuture           *first = from_signal (object, "one");
  TfFuture           *second;

  g_test_summary ("A handler disposes of the object: futures before it are complete, others fail.");

  g_signal_connect (object, "one", G_CALLBACK (on_one_dispose_cb), NULL);
  second = from_signal (object, "one");
  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (1));
  tf_test_wait_done (first);
  tf_test_wait_done (second);
  tf_test_assert_int64 (first, 1);
  tf_test_assert_error (second, TF_ERROR, TF_ERROR_ABANDONED);
  drop_last (first);
  drop_last (second);
}

static void
on_one_wait_cb (GObject  *object,
                gint64    number,
                TfFuture *future)
{
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, number);
}

static void
test_nested_loop (void)
{
  g_autoptr (GObject) object = emitter_new ();
  TfFuture           *future = from_signal (object, "one");
  gulong              handler;

  g_test_summary ("A nested loop inside of the emission sees the future done.");

  handler = g_signal_connect (object, "one", G_CALLBACK (on_one_wait_cb), future);
  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (5));
  g_assert_true (tf_future_is_done (future));
  g_signal_handler_disconnect (object, handler);
  drop_last (future);
}

/* --- Other threads --- */

static gpointer
run_emit (gpointer object)
{
  g_signal_emit_by_name (object, "one", G_GINT64_CONSTANT (9));
  return NULL;
}

static gpointer
run_unref (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static void
on_done_check_cb (TfFuture *future,
                  GThread  *owner)
{
  g_assert_true (g_thread_self () == owner);
}

static void
test_emitted_elsewhere (void)
{
  g_autoptr (GObject) object = emitter_new ();
  TfFuture           *future = from_signal (object, "one");
  GThread            *thread;

  g_test_summary ("An emission on another thread counts, and is told in the owner context.");

  g_signal_connect (future, "done", G_CALLBACK (on_done_check_cb), g_thread_self ());
  thread = g_thread_new ("emit", run_emit, object);
  tf_test_wait_done (future);
  g_thread_join (thread);
  tf_test_assert_int64 (future, 9);
  g_assert_false (emitter_has_handler (object, "one"));
  drop_last (future);
}

static void
test_gone_elsewhere (void)
{
  GObject  *object = emitter_new ();
  TfFuture *future = from_signal (object, "one");
  GThread  *thread = g_thread_new ("unref", run_unref, object);

  g_test_summary ("The object goes on another thread, and the owner context is told.");

  tf_test_wait_done (future);
  g_thread_join (thread);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_ABANDONED);
  drop_last (future);
}

static gpointer
run_meet (gpointer data)
{
  gpointer *pair = data;

  tf_test_counter_add (pair[1], 1);
  tf_test_counter_wait (pair[1], 2);
  g_signal_emit_by_name (pair[0], "one", G_GINT64_CONSTANT (9));
  g_object_unref (pair[0]);
  return NULL;
}

static void
test_race (void)
{
  guint n_cancelled = 0;

  g_test_summary ("An emission, the end of the object and a cancel race; the future has one end.");

  for (guint i = 0; i < tf_test_scale (300); i++)
    {
      TfTestCounter counter;
      GObject      *object = emitter_new ();
      TfFuture     *future = from_signal (object, "one");
      gpointer      pair[] = { object, &counter };
      GThread      *thread;

      tf_test_counter_init (&counter);
      thread = g_thread_new ("meet", run_meet, pair);
      tf_test_counter_add (&counter, 1);
      tf_test_counter_wait (&counter, 2);
      if (i % 2 == 0 && tf_future_cancel (future))
        n_cancelled++;
      tf_test_wait_done (future);
      g_thread_join (thread);
      if (tf_future_get_state (future) == TF_FUTURE_STATE_COMPLETED)
        tf_test_assert_int64 (future, 9);
      else
        tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
      drop_last (future);
      tf_test_counter_clear (&counter);
    }

  g_test_message ("%u were cancelled", n_cancelled);
}

/* --- Cancellables --- */

static void
test_cancellable (void)
{
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TfFuture                *later = tf_future_from_cancellable (cancellable);
  TfFuture                *other = tf_future_from_cancellable (cancellable);
  TfFuture                *now;

  g_test_summary ("A future of a cancellable completes when that is cancelled, or has been.");

  g_assert_true (tf_future_cancel (other));
  tf_test_wait_done (other);
  g_assert_false (g_cancellable_is_cancelled (cancellable));
  tf_test_assert_state (later, TF_FUTURE_STATE_EXECUTING);
  g_cancellable_cancel (cancellable);
  now = tf_future_from_cancellable (cancellable);
  tf_test_wait_done (later);
  tf_test_wait_done (now);
  assert_none (later);
  assert_none (now);
  drop_last (later);
  drop_last (other);
  drop_last (now);
}

static void
test_cancellable_gone (void)
{
  GCancellable *cancellable = g_cancellable_new ();
  TfFuture     *future = tf_future_from_cancellable (cancellable);

  g_test_summary ("A cancellable is not held.");

  g_assert_finalize_object (cancellable);
  tf_test_wait_done (future);
  tf_test_assert_error (future, TF_ERROR, TF_ERROR_ABANDONED);
  drop_last (future);
}

static gpointer
run_cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
on_cancelled_drop_cb (GCancellable *cancellable,
                      TfFuture    **future)
{
  /* Disconnects while it is cancelled. */
  g_assert_true (tf_future_cancel (*future));
  g_clear_object (future);
}

static void
test_cancellable_races (void)
{
  g_autoptr (GCancellable) cancellable = NULL;
  TfFuture                *future;

  g_test_summary ("A cancellable may be cancelled on any thread, and a handler may do anything.");

  for (guint i = 0; i < tf_test_scale (300); i++)
    {
      g_autoptr (GCancellable) raced = g_cancellable_new ();
      GThread                 *thread = g_thread_new ("cancel", run_cancel, raced);

      future = tf_future_from_cancellable (raced);
      tf_test_wait_done (future);
      g_thread_join (thread);
      assert_none (future);
      drop_last (future);
    }

  cancellable = g_cancellable_new ();
  g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled_drop_cb), &future);
  future = tf_future_from_cancellable (cancellable);
  g_cancellable_cancel (cancellable);
  g_assert_null (future);
  tf_test_drain (NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/sources/signal/has-the-arguments-as-value", test_values);
  tf_test_add ("/sources/signal/looks-at-the-detail", test_detail);
  tf_test_add ("/sources/signal/counts-once", test_once);
  tf_test_add ("/sources/signal/must-be-known", test_unknown);
  tf_test_add ("/sources/signal/fails-when-the-object-goes", test_object_gone);
  tf_test_add ("/sources/signal/fails-when-disconnected", test_disconnected);
  tf_test_add ("/sources/signal/goes-in-silence-when-nobody-holds-it", test_unheld);
  tf_test_add ("/sources/signal/holds-what-is-derived", test_chain);
  tf_test_add ("/sources/signal/cancel-disconnects", test_cancel);
  tf_test_add ("/sources/signal/abort-disconnects", test_abort);
  tf_test_add ("/sources/signal/is-cancelled-from-below", test_cancel_of_derived);
  tf_test_add ("/sources/signal/may-be-cancelled-in-the-emission", test_cancel_in_emission);
  tf_test_add ("/sources/signal/may-lose-its-object-in-the-emission", test_dispose_in_emission);
  tf_test_add ("/sources/signal/may-be-waited-for-in-the-emission", test_nested_loop);
  tf_test_add ("/sources/signal/may-be-emitted-elsewhere", test_emitted_elsewhere);
  tf_test_add ("/sources/signal/may-lose-its-object-elsewhere", test_gone_elsewhere);
  tf_test_add ("/sources/signal/has-one-end-in-a-race", test_race);
  tf_test_add ("/sources/cancellable/completes-when-cancelled", test_cancellable);
  tf_test_add ("/sources/cancellable/is-not-held", test_cancellable_gone);
  tf_test_add ("/sources/cancellable/may-be-cancelled-anywhere", test_cancellable_races);
  return g_test_run ();
}
