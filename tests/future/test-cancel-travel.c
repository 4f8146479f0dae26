/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <pthread.h>

#include "composing.h"

/* Deep enough that a frame for each link would not fit into the stack of the test. */
#define N_LINKS      100000
#define N_STACK_SIZE 256 * 1024

static TfFuture *
run_nothing (TfFuture *done,
             gpointer  data)
{
  return NULL;
}

static TfFuture *
then_new (TfFuture *upstream)
{
  return tf_future_then (upstream, run_nothing, NULL, NULL);
}

static void
test_chain (void)
{
  TfPromise *promise = tf_promise_new ("beginning");
  TfFuture  *first = then_new (TF_FUTURE (promise));
  TfFuture  *second = tf_future_catch (first, run_nothing, NULL, NULL);
  TfFuture  *last = tf_future_with_timeout (second, -1, TF_TIMEOUT_ACTION_LEAVE);

  g_test_summary ("A cancel of the end of a chain travels to the beginning, and comes back when "
                  "that has ended.");

  tf_promise_get_gcancellable (promise);
  g_assert_true (tf_future_cancel (last));
  tf_test_assert_state (last, TF_FUTURE_STATE_CANCELLING);
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLING);
  tf_test_assert_state (first, TF_FUTURE_STATE_CANCELLING);
  g_assert_false (tf_future_is_done (last));
  tf_promise_resolve_none (promise);
  tf_test_wait_done (last);
  assert_cancelled (first, NULL);
  assert_cancelled (last, NULL);
  assert_origin (TF_FUTURE (promise), "with timeout");
  assert_origin (first, "with timeout");
  assert_origin (last, NULL);
  finish (&last);
  finish (&second);
  finish (&first);
  finish_promise (&promise);
}

static void
test_down (void)
{
  TfPromise         *promise = tf_promise_new ("beginning");
  TfFuture          *first = then_new (TF_FUTURE (promise));
  TfFuture          *last = then_new (first);
  GError            *reason = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "too busy");
  g_autoptr (GError) error = NULL;

  g_test_summary ("ABT-10: The end of a chain knows the reason for which its beginning was given "
                  "up, and where that was.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_future_abort_with_error (TF_FUTURE (promise), reason, NULL));
  tf_test_wait_done (last);
  tf_test_assert_state (last, TF_FUTURE_STATE_CANCELLED);
  error = tf_future_dup_error (last);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BUSY);
  assert_origin (TF_FUTURE (promise), NULL);
  assert_origin (first, "beginning");
  assert_origin (last, "beginning");
  finish (&last);
  finish (&first);
  finish_promise (&promise);
}

static void
test_diamond (void)
{
  TfPromise   *promise = tf_promise_new ("beginning");
  TfFuture    *left = then_new (TF_FUTURE (promise));
  TfFuture    *right = then_new (TF_FUTURE (promise));
  TfFutureSet *join = tf_future_all ((TfFuture *[]){ left, right }, 2, TF_FUTURE_SET_FLAGS_NONE);

  g_test_summary ("In a diamond the last one that leaves cancels the beginning.");

  tf_promise_get_gcancellable (promise);
  g_assert_true (tf_future_cancel (left));
  tf_test_drain (NULL);
  assert_cancelled (left, NULL);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  assert_cancelled (TF_FUTURE (join), NULL);
  finish_set (&join);
  finish (&left);

  left = then_new (TF_FUTURE (promise));
  join = tf_future_all ((TfFuture *[]){ left, right }, 2, TF_FUTURE_SET_FLAGS_NONE);
  g_assert_true (tf_future_cancel (TF_FUTURE (join)));
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLING);
  assert_origin (TF_FUTURE (promise), "all");
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
  finish_set (&join);
  finish (&left);
  finish (&right);
  finish_promise (&promise);
}

static void
test_diamond_abort (void)
{
  TfPromise   *promise = tf_promise_new ("beginning");
  TfFuture    *left = then_new (TF_FUTURE (promise));
  TfFuture    *right = then_new (TF_FUTURE (promise));
  TfFutureSet *join = tf_future_all ((TfFuture *[]){ left, right }, 2, TF_FUTURE_SET_FLAGS_NONE);

  g_test_summary ("So does an abort, with its reason.");

  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_future_abort (TF_FUTURE (join), "because", NULL));
  tf_test_drain (NULL);
  assert_cancelled (TF_FUTURE (join), "because");
  assert_cancelled (left, "because");
  assert_cancelled (right, "because");
  assert_cancelled (TF_FUTURE (promise), "because");
  finish_set (&join);
  finish (&left);
  finish (&right);
  finish_promise (&promise);
}

/* Who listens */

static void
on_done_cb (TfFuture *future,
            gpointer  data)
{
}

static void
on_waited_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      data)
{
  guint *n = data;

  g_assert_true (tf_future_wait_finish (TF_FUTURE (source), result, NULL));
  (*n)++;
}

static void
check_listener (const char *signal,
                gboolean    is_heard)
{
  TfPromise *promise = tf_promise_new ("listened to");
  TfFuture  *then = then_new (TF_FUTURE (promise));
  gulong     id = g_signal_connect (promise, signal, G_CALLBACK (on_done_cb), NULL);

  g_assert_true (tf_future_cancel (then));
  tf_test_drain (NULL);
  assert_cancelled (then, NULL);
  tf_test_assert_state (TF_FUTURE (promise), is_heard ? TF_FUTURE_STATE_EXECUTING
                                                      : TF_FUTURE_STATE_CANCELLED);
  g_signal_handler_disconnect (promise, id);
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
  finish (&then);
  finish_promise (&promise);
}

static void
test_handlers_listen (void)
{
  g_test_summary ("Handlers that hear of the end are listeners, others are not.");

  check_listener ("done", TRUE);
  check_listener ("notify::state", TRUE);
  check_listener ("notify::done", TRUE);
  check_listener ("notify::value", TRUE);
  check_listener ("notify::error", TRUE);
  check_listener ("notify::cancellable", TRUE);
  check_listener ("notify", TRUE);
  check_listener ("notify::fraction", FALSE);
  check_listener ("progress", FALSE);
}

static void
test_waiters_listen (void)
{
  TfPromise *promise = tf_promise_new ("waited for");
  TfFuture  *then = then_new (TF_FUTURE (promise));
  guint      n_waited = 0;

  g_test_summary ("Who waits for a future listens to it.");

  tf_future_wait_async (TF_FUTURE (promise), NULL, on_waited_cb, &n_waited);
  g_assert_true (tf_future_cancel (then));
  tf_test_drain (NULL);
  assert_cancelled (then, NULL);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
  g_assert_cmpuint (n_waited, ==, 1);
  finish (&then);
  finish_promise (&promise);
}

static gboolean
on_idle_cancel_cb (gpointer future)
{
  g_assert_true (tf_future_cancel (future));
  return G_SOURCE_REMOVE;
}

static gboolean
on_idle_resolve_cb (gpointer promise)
{
  tf_promise_resolve_int64 (promise, 7);
  return G_SOURCE_REMOVE;
}

static void
test_waiting_owner_listens (void)
{
  TfPromise         *promise = tf_promise_new ("waited for");
  TfFuture          *then = then_new (TF_FUTURE (promise));
  g_autoptr (GError) error = NULL;

  g_test_summary ("So does the owner context, while it waits.");

  g_idle_add (on_idle_cancel_cb, then);
  g_idle_add_full (G_PRIORITY_LOW, on_idle_resolve_cb, promise, NULL);
  g_assert_true (tf_future_wait (TF_FUTURE (promise), tf_test_timeout_us (), NULL, &error));
  g_assert_no_error (error);
  assert_cancelled (then, NULL);
  tf_test_assert_int64 (TF_FUTURE (promise), 7);
  finish (&then);
  finish_promise (&promise);
}

/* Many */

typedef void (*Many) (TfPromise *promise,
                      TfFuture  *last);

static void
cancel_end (TfPromise *promise,
            TfFuture  *last)
{
  g_assert_true (tf_future_cancel (last));
}

static void
abort_end (TfPromise *promise,
           TfFuture  *last)
{
  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_future_abort (last, "because", NULL));
}

static void
abort_beginning (TfPromise *promise,
                 TfFuture  *last)
{
  tf_promise_set_abort_policy (promise, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_future_abort (TF_FUTURE (promise), "because", NULL));
}

static void
resolve (TfPromise *promise,
         TfFuture  *last)
{
  tf_promise_resolve_int64 (promise, 7);
}

static void
reject (TfPromise *promise,
        TfFuture  *last)
{
  tf_promise_reject (promise, an_error ());
}

static const struct
{
  const char   *name;
  Many          act;
  TfFutureState state;
} ways[] = {
  { "cancel", cancel_end, TF_FUTURE_STATE_CANCELLED },
  { "abort the end", abort_end, TF_FUTURE_STATE_CANCELLED },
  { "abort the beginning", abort_beginning, TF_FUTURE_STATE_CANCELLED },
  { "resolve", resolve, TF_FUTURE_STATE_COMPLETED },
  { "reject", reject, TF_FUTURE_STATE_FAILED },
  { "abandon", NULL, TF_FUTURE_STATE_FAILED },
};

static void
end_many (TfPromise *promise,
          TfFuture  *last,
          guint      way)
{
  if (ways[way].act != NULL)
    ways[way].act (promise, last);
  else
    g_clear_object (&promise);
  tf_test_wait_done (last);
  tf_test_drain (g_main_context_get_thread_default ());
  tf_test_assert_state (last, ways[way].state);
  g_clear_error (&(GError *){ tf_future_dup_error (last) });
  finish (&last);
  if (promise != NULL)
    finish_promise (&promise);
}

static void
run_chain (guint way)
{
  guint      n = tf_test_scale (N_LINKS);
  TfPromise *promise = tf_promise_new ("beginning");
  TfFuture  *last = g_object_ref (TF_FUTURE (promise));

  for (guint i = 0; i < n; i++)
    {
      TfFuture *next;

      /* Those that pass the end on. */
      if (i % 2 == 0)
        next = tf_future_with_timeout (last, -1, TF_TIMEOUT_ACTION_LEAVE);
      else if (ways[way].state == TF_FUTURE_STATE_FAILED)
        next = then_new (last);
      else
        next = tf_future_catch (last, run_nothing, NULL, NULL);
      g_object_unref (last);
      last = next;
    }
  end_many (promise, last, way);
}

static void
run_followers (guint way)
{
  guint      n = tf_test_scale (N_LINKS);
  TfPromise *promise = tf_promise_new ("beginning");
  TfFuture  *last = g_object_ref (TF_FUTURE (promise));

  /* A look for cycles goes along the whole chain each time. */
  for (guint i = 0; i < MIN (n, 2000); i++)
    {
      TfPromise *next = tf_promise_new ("follower");

      tf_promise_set_abort_policy (next, TF_ABORT_POLICY_ALLOW);
      g_assert_true (tf_promise_follow (next, last));
      g_object_unref (last);
      last = TF_FUTURE (next);
    }
  end_many (promise, last, way);
}

static void
run_wide (guint way)
{
  guint        n = tf_test_scale (N_LINKS);
  TfPromise   *promise = tf_promise_new ("beginning");
  TfFuture   **members = g_new (TfFuture *, n);
  TfFutureSet *all;
  TfPromise   *follower = tf_promise_new ("follower");

  for (guint i = 0; i < n; i++)
    members[i] = tf_future_with_timeout (TF_FUTURE (promise), -1, TF_TIMEOUT_ACTION_LEAVE);
  all = tf_future_all (members, n, TF_FUTURE_SET_FLAGS_NONE);
  for (guint i = 0; i < n; i++)
    g_object_unref (members[i]);
  tf_promise_set_abort_policy (follower, TF_ABORT_POLICY_ALLOW);
  g_assert_true (tf_promise_follow (follower, TF_FUTURE (all)));
  g_object_unref (all);
  end_many (promise, TF_FUTURE (follower), way);
  g_free (members);
}

typedef struct
{
  void (*run) (guint way);
  guint way;
} Job;

static gpointer
run_job (gpointer data)
{
  Job                     *job = data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  job->run (job->way);
  tf_test_assert_idle (context);
  g_main_context_pop_thread_default (context);
  return NULL;
}

/* GThread has no stack size. */
static void
run_on_small_stack (void (*run) (guint way))
{
  for (guint i = 0; i < G_N_ELEMENTS (ways); i++)
    {
      Job            job = { run, i };
      pthread_attr_t attributes;
      pthread_t      thread;
      gint64         begin_us = g_get_monotonic_time ();

      pthread_attr_init (&attributes);
      g_assert_cmpint (pthread_attr_setstacksize (&attributes, N_STACK_SIZE), ==, 0);
      g_assert_cmpint (pthread_create (&thread, &attributes, run_job, &job), ==, 0);
      g_assert_cmpint (pthread_join (thread, NULL), ==, 0);
      pthread_attr_destroy (&attributes);
      g_test_message ("%s: %.0f ms", ways[i].name, (g_get_monotonic_time () - begin_us) / 1e3);
    }
}

static void
test_long_chain (void)
{
  g_test_summary ("A long chain ends in any way with a small stack, in time that grows with it.");

  run_on_small_stack (run_chain);
}

static void
test_long_following (void)
{
  g_test_summary ("So do promises that follow each other.");

  run_on_small_stack (run_followers);
}

typedef struct
{
  TfPromise *promise;
  TfFuture  *derived;
} Dropped;

static void
on_cancelled_drop_cb (GCancellable *cancellable,
                      Dropped      *self)
{
  g_assert_true (tf_future_abort (self->derived, NULL, NULL));
  tf_test_drain (NULL);
  tf_test_assert_state (self->derived, TF_FUTURE_STATE_CANCELLED);
  g_clear_object (&self->promise);
}

static void
test_dropped_on_the_way (void)
{
  Dropped                  dropped = { .promise = tf_promise_new ("dropped") };
  g_autoptr (GCancellable) cancellable = NULL;

  g_test_summary ("A handler of the cancellable of what is cancelled from below may give up what "
                  "listens to it, and drop it.");

  dropped.derived = then_new (TF_FUTURE (dropped.promise));
  cancellable = g_object_ref (tf_promise_get_gcancellable (dropped.promise));
  g_signal_connect (cancellable, "cancelled", G_CALLBACK (on_cancelled_drop_cb), &dropped);
  tf_future_cancel (dropped.derived);
  tf_test_drain (NULL);
  finish (&dropped.derived);
}

static void
test_wide_set (void)
{
  g_test_summary ("So does a wide set, and a diamond of it.");

  run_on_small_stack (run_wide);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/cancel-travel/chain/up-and-back", test_chain);
  tf_test_add ("/cancel-travel/chain/down-with-the-reason", test_down);
  tf_test_add ("/cancel-travel/diamond/by-the-last-that-leaves", test_diamond);
  tf_test_add ("/cancel-travel/diamond/with-the-reason-of-an-abort", test_diamond_abort);
  tf_test_add ("/cancel-travel/listeners/are-handlers-of-the-end", test_handlers_listen);
  tf_test_add ("/cancel-travel/listeners/are-those-who-wait", test_waiters_listen);
  tf_test_add ("/cancel-travel/listeners/are-waiting-owners", test_waiting_owner_listens);
  tf_test_add ("/cancel-travel/chain/may-be-dropped-on-the-way", test_dropped_on_the_way);
  tf_test_add ("/cancel-travel/many/in-a-chain", test_long_chain);
  tf_test_add ("/cancel-travel/many/that-follow", test_long_following);
  tf_test_add ("/cancel-travel/many/in-a-set", test_wide_set);

  return g_test_run ();
}
