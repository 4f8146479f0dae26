/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "detached.h"

static void
test_cancel (void)
{
  Work      work;
  TfFuture *future;

  g_test_summary ("The cancel function is called once, by the first cancel or abort.");

  work_init (&work);
  future = new_future (&work);
  g_assert_true (tf_future_cancel (future));
  g_assert_cmpint (tf_test_counter_get (&work.n_cancelled), ==, 1);
  g_assert_false (tf_future_cancel (future));
  g_assert_true (tf_future_abort (future, "enough", NULL));
  g_assert_false (tf_future_cancel (future));
  g_assert_cmpint (tf_test_counter_get (&work.n_cancelled), ==, 1);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_test_counter_get (&work.n_cancelled), ==, 1);
  finish (&future, &work);
}

static void
test_abort (void)
{
  Work               work;
  TfFuture          *future;
  g_autoptr (GError) error = NULL;

  g_test_summary (
    "An aborted future ends in the next turn; late messages are dropped, however many come.");

  work_init (&work);
  future = new_future (&work);
  deliver (future, "started");
  g_assert_true (tf_future_abort (future, "enough", NULL));
  g_assert_cmpint (tf_test_counter_get (&work.n_cancelled), ==, 1);
  deliver (future, "returned");
  deliver (future, "raised");
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  tf_test_wait_done (future);
  deliver (future, "item");
  deliver (future, "returned");
  deliver (future, "returned");
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  error = tf_future_dup_error (future);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "enough");
  finish (&future, &work);
}

static gpointer
cancel_in_thread (gpointer future)
{
  return GINT_TO_POINTER (tf_future_cancel (future));
}

static void
test_cancel_in_thread (void)
{
  Work      work;
  TfFuture *future;

  g_test_summary ("A cancel in another thread asks there, and the state follows, with the loop or"
                  " the next message.");

  for (guint with_loop = 0; with_loop < 2; with_loop++)
    {
      g_autoptr (TfTestStates) states = NULL;

      work_init (&work);
      future = new_future (&work);
      states = tf_test_states_new (future);
      deliver (future, "started");
      g_assert_nonnull (g_thread_join (g_thread_new ("cancel", cancel_in_thread, future)));
      g_assert_cmpint (tf_test_counter_get (&work.n_cancelled), ==, 1);
      g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_EXECUTING);
      if (with_loop)
        tf_test_drain (NULL);
      deliver (future, "returned");
      tf_test_assert_states (states, "WAITING EXECUTING CANCELLING CANCELLED done");
      g_clear_pointer (&states, tf_test_states_free);
      tf_test_drain (NULL);
      finish (&future, &work);
    }
}

static void
test_cancel_meets_end (void)
{
  Work       work;
  TfFuture  *future;
  TfTestGate entered;
  TfTestGate release;
  GThread   *thread;

  g_test_summary (
    "A cancel function that runs in another thread while the future ends keeps its data until it"
    " returns.");

  work_init (&work);
  tf_test_gate_init (&entered);
  tf_test_gate_init (&release);
  work.entered = &entered;
  work.release = &release;
  future = new_future (&work);
  deliver (future, "started");
  thread = g_thread_new ("cancel", cancel_in_thread, future);
  tf_test_gate_wait (&entered);
  deliver (future, "returned");
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpint (tf_test_counter_get (&work.n_freed), ==, 0);
  tf_test_gate_open (&release);
  g_thread_join (thread);
  tf_test_drain (NULL);
  g_assert_true (work.freed_in == g_thread_self ());
  finish (&future, &work);
  tf_test_gate_clear (&release);
  tf_test_gate_clear (&entered);
}

static void
test_cancel_race (void)
{
  guint n_won = 0;

  g_test_summary (
    "Of a cancel and an end that race, the cancel is true exactly if the future is cancelled.");

  for (guint i = 0; i < tf_test_scale (300); i++)
    {
      Work      work;
      TfFuture *future;
      GThread  *thread;
      gboolean  is_cancelled;

      work_init (&work);
      future = new_future (&work);
      deliver (future, "started");
      thread = g_thread_new ("cancel", cancel_in_thread, future);
      if (i % 2 == 0)
        g_thread_yield ();
      deliver (future, "returned");
      is_cancelled = tf_future_get_state (future) == TF_FUTURE_STATE_CANCELLED;
      g_assert_cmpint (GPOINTER_TO_INT (g_thread_join (thread)), ==, is_cancelled);
      g_assert_cmpint (tf_test_counter_get (&work.n_cancelled), ==, is_cancelled);
      n_won += is_cancelled ? 1 : 0;
      tf_test_drain (NULL);
      g_assert_true (work.freed_in == g_thread_self ());
      finish (&future, &work);
    }
  g_test_message ("the cancel won %u times", n_won);
}

/* Ends the future at once when it is asked to stop. */
static void
on_cancel_deliver (gpointer user_data)
{
  TfFuture **future = user_data;

  deliver (*future, "abandoned");
}

static void
on_free_count (gpointer user_data)
{
  ((TfFuture **) user_data)[1] = NULL;
}

static void
test_end_in_cancel (void)
{
  TfFuture                *futures[2] = { NULL, (gpointer) 1 };
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("The cancel function may deliver the end; its data is there until it returns.");

  futures[0] = tf_future_new_detached (TF_TYPE_FUTURE, on_cancel_deliver, futures, on_free_count);
  states = tf_test_states_new (futures[0]);
  g_assert_true (tf_future_cancel (futures[0]));
  tf_test_assert_states (states, "WAITING CANCELLING CANCELLED done");
  tf_test_drain (NULL);
  g_assert_null (futures[1]);
  g_clear_pointer (&states, tf_test_states_free);
  g_assert_finalize_object (futures[0]);
  tf_test_assert_idle (NULL);
}

static void
on_state_deliver_cb (TfFuture *future)
{
  if (tf_future_get_state (future) == TF_FUTURE_STATE_CANCELLING)
    deliver (future, "returned");
}

static void
test_end_in_handler (void)
{
  Work               work;
  TfFuture          *future;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A handler of the cancel that a message brings may deliver the end before it.");

  work_init (&work);
  future = new_future (&work);
  deliver (future, "started");
  g_thread_join (g_thread_new ("cancel", cancel_in_thread, future));
  g_signal_connect (future, "notify::state", G_CALLBACK (on_state_deliver_cb), NULL);
  g_assert_false (tf_future_deliver (future, new_message ("returned"), NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID_STATE);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_drain (NULL);
  finish (&future, &work);
}

static void
test_cancellable (void)
{
  Work                     work;
  TfFuture                *future;
  g_autoptr (GCancellable) cancellable = NULL;

  g_test_summary ("The cancellable of a future cancels it, and is cancelled with it.");

  work_init (&work);
  future = new_future (&work);
  cancellable = tf_future_dup_gcancellable (future);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (tf_test_counter_get (&work.n_cancelled), ==, 1);
  tf_test_drain (NULL);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  deliver (future, "abandoned");
  finish (&future, &work);

  work_init (&work);
  future = new_future (&work);
  g_set_object (&cancellable, NULL);
  cancellable = tf_future_dup_gcancellable (future);
  g_assert_true (tf_future_cancel (future));
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  deliver (future, "abandoned");
  finish (&future, &work);

  /* Nothing of a future that is done hangs on it. */
  work_init (&work);
  future = new_future (&work);
  g_set_object (&cancellable, NULL);
  cancellable = tf_future_dup_gcancellable (future);
  deliver (future, "started");
  deliver (future, "returned");
  finish (&future, &work);
  g_cancellable_cancel (cancellable);
  g_assert_finalize_object (g_steal_pointer (&cancellable));
}

/* One thread asks for the cancellable of each future that is set here. */
typedef struct
{
  TfFuture     *future; /* [atomic] NULL once it has asked */
  GCancellable *cancellable;
  gint          is_over; /* [atomic] */
} Asker;

static gpointer
run_asker (gpointer data)
{
  Asker *asker = data;

  while (!g_atomic_int_get (&asker->is_over))
    {
      TfFuture *future = g_atomic_pointer_get (&asker->future);

      if (future == NULL)
        continue;

      asker->cancellable = tf_future_dup_gcancellable (future);
      g_atomic_pointer_set (&asker->future, NULL);
    }

  return NULL;
}

static void
test_cancellable_meets_end (void)
{
  Asker    asker = { NULL, NULL, 0 };
  GThread *thread = g_thread_new ("asker", run_asker, &asker);

  g_test_summary (
    "Whoever asks for the cancellable of a future that was cancelled gets one that is "
    "cancelled, also "
    "while the end is delivered.");

  for (guint i = 0; i < tf_test_scale (10000); i++)
    {
      TfFuture *future = tf_future_new_detached (TF_TYPE_FUTURE, NULL, NULL, NULL);

      deliver (future, "started");
      g_assert_true (tf_future_cancel (future));
      g_atomic_pointer_set (&asker.future, future);
      for (guint spin = i % 100; spin > 0; spin--)
        g_assert_nonnull (future);
      deliver (future, "returned");
      while (g_atomic_pointer_get (&asker.future) != NULL)
        g_thread_yield ();
      g_assert_true (g_cancellable_is_cancelled (asker.cancellable));
      g_clear_object (&asker.cancellable);
      g_assert_finalize_object (future);
    }

  g_atomic_int_set (&asker.is_over, 1);
  g_thread_join (thread);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/detached/cancel/asks-once", test_cancel);
  tf_test_add ("/detached/cancel/is-allowed-in-any-thread", test_cancel_in_thread);
  tf_test_add ("/detached/cancel/keeps-its-data-while-it-asks", test_cancel_meets_end);
  tf_test_add ("/detached/cancel/tells-the-truth-in-a-race", test_cancel_race);
  tf_test_add ("/detached/cancel/may-deliver-the-end", test_end_in_cancel);
  tf_test_add ("/detached/cancel/has-handlers-that-deliver-the-end", test_end_in_handler);
  tf_test_add ("/detached/cancel/has-a-cancellable", test_cancellable);
  tf_test_add ("/detached/cancel/has-a-cancelled-cancellable-at-its-end",
               test_cancellable_meets_end);
  tf_test_add ("/detached/abort/drops-what-comes-late", test_abort);

  return g_test_run ();
}
