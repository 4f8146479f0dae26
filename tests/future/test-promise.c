/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

static void
test_new (void)
{
  TfPromise         *promise = tf_promise_new ("the promise");
  TfPromise         *nameless = tf_promise_new (NULL);
  TfFuture          *future = TF_FUTURE (promise);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A new promise executes, and has neither a result nor an error.");

  tf_test_assert_state (future, TF_FUTURE_STATE_EXECUTING);
  g_assert_false (tf_future_is_done (future));
  g_assert_true (tf_future_is_cancellable (future));
  g_assert_cmpstr (tf_future_get_name (future), ==, "the promise");
  g_assert_cmpstr (tf_future_get_name (TF_FUTURE (nameless)), ==, "promise");
  g_assert_null (tf_future_get_description (future));
  g_assert_null (tf_future_dup_value (future, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_PENDING);
  g_assert_null (tf_future_dup_error (future));
  g_assert_finalize_object (promise);
  g_assert_finalize_object (nameless);
}

static void
test_resolve (void)
{
  TfPromise               *promise = tf_promise_new ("resolved");
  TfFuture                *future = TF_FUTURE (promise);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);
  GValue                   value = G_VALUE_INIT;
  guint                    n_done = 0;

  g_test_summary ("A promise is resolved at once, and that is told from the loop, once.");

  g_signal_connect (promise, "done", G_CALLBACK (on_done_count_cb), &n_done);
  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, 42);
  g_assert_true (tf_promise_resolve_value (promise, &value));
  tf_test_assert_states (states, "EXECUTING");
  g_assert_false (tf_future_is_done (future));

  tf_test_wait_done (future);
  tf_test_assert_states (states, "EXECUTING COMPLETED done");
  tf_test_assert_int64 (future, 42);
  g_assert_null (tf_future_dup_error (future));
  g_assert_false (tf_future_is_cancellable (future));
  g_assert_cmpuint (n_done, ==, 1);
  g_clear_pointer (&states, tf_test_states_free);
  finish_promise (&promise);
}

static void
test_primed (void)
{
  TfPromise *promise = tf_promise_new ("primed");
  guint      n_done = 0;

  g_test_summary ("Who looks at a promise after it was resolved, and before it was told, misses "
                  "nothing.");

  tf_promise_resolve_string (promise, "text");
  g_signal_connect (promise, "done", G_CALLBACK (on_done_count_cb), &n_done);
  tf_test_drain (NULL);
  g_assert_cmpuint (n_done, ==, 1);
  tf_test_assert_string (TF_FUTURE (promise), "text");
  finish_promise (&promise);
}

static TfPromise *
told (TfPromise *promise)
{
  tf_test_wait_done (TF_FUTURE (promise));
  return promise;
}

static void
test_plain_kinds (void)
{
  TfPromise         *promises[7];
  g_autoptr (GError) error = NULL;

  g_test_summary ("There is a function for each kind of plain value, and for none.");

  for (guint i = 0; i < G_N_ELEMENTS (promises); i++)
    promises[i] = tf_promise_new ("plain");
  g_assert_true (tf_promise_resolve_boolean (promises[0], TRUE));
  tf_test_assert_boolean (TF_FUTURE (told (promises[0])), TRUE);
  g_assert_true (tf_promise_resolve_int64 (promises[1], G_MININT64));
  tf_test_assert_int64 (TF_FUTURE (told (promises[1])), G_MININT64);
  g_assert_true (tf_promise_resolve_double (promises[2], 0.5));
  tf_test_assert_double (TF_FUTURE (told (promises[2])), 0.5);
  g_assert_true (tf_promise_resolve_string (promises[3], NULL));
  tf_test_assert_string (TF_FUTURE (told (promises[3])), NULL);
  g_assert_true (tf_promise_resolve_variant (promises[4], g_variant_new ("(is)", 1, "a")));
  tf_test_assert_variant (TF_FUTURE (told (promises[4])), "(1, 'a')");
  g_assert_true (tf_promise_resolve_none (promises[5]));
  g_assert_null (tf_future_dup_value (TF_FUTURE (told (promises[5])), &error));
  g_assert_no_error (error);
  g_assert_true (tf_promise_resolve_value (promises[6], NULL));
  g_assert_null (tf_future_dup_value (TF_FUTURE (told (promises[6])), &error));
  g_assert_no_error (error);

  for (guint i = 0; i < G_N_ELEMENTS (promises); i++)
    finish_promise (&promises[i]);
}

static void
test_held_kinds (void)
{
  TfPromise          *with_object = tf_promise_new ("object");
  TfPromise          *with_boxed = tf_promise_new ("boxed");
  TfPromise          *with_pointer = tf_promise_new ("pointer");
  GThread            *gone_in = NULL;
  GObject            *object = object_new (&gone_in);
  g_autoptr (GObject) same = NULL;
  g_autoptr (GBytes)  bytes = g_bytes_new_static ("abc", 3);
  g_autoptr (GBytes)  again = NULL;
  g_autofree char    *text = NULL;

  g_test_summary ("An object and a boxed value are held, and a pointer is taken.");

  g_assert_true (tf_promise_resolve_object (with_object, object));
  same = tf_future_dup_object (TF_FUTURE (told (with_object)), NULL);
  g_assert_true (same == object);
  g_clear_object (&same);
  g_object_unref (object);
  g_assert_null (gone_in);
  finish_promise (&with_object);
  g_assert_true (gone_in == g_thread_self ());

  g_assert_true (tf_promise_resolve_boxed (with_boxed, G_TYPE_BYTES, bytes));
  again = tf_future_dup_boxed (TF_FUTURE (told (with_boxed)), G_TYPE_BYTES, NULL);
  g_assert_true (g_bytes_equal (again, bytes));
  finish_promise (&with_boxed);

  g_assert_true (tf_promise_resolve_pointer (with_pointer, g_strdup ("mine"), g_free));
  text = tf_future_steal_pointer (TF_FUTURE (told (with_pointer)), NULL);
  g_assert_cmpstr (text, ==, "mine");
  finish_promise (&with_pointer);
}

static void
test_reject (void)
{
  TfPromise               *promise = tf_promise_new ("rejected");
  TfPromise               *with_text = tf_promise_new ("with text");
  TfPromise               *literal = tf_promise_new ("literal");
  g_autoptr (TfTestStates) states = tf_test_states_new (TF_FUTURE (promise));
  g_autoptr (GError)       error = NULL;
  g_autoptr (GError)       read = NULL;

  g_test_summary ("A rejected promise fails with its error, which whoever asks for the result "
                  "gets.");

  g_assert_true (tf_promise_reject (promise, an_error ()));
  g_assert_null (tf_future_dup_error (TF_FUTURE (promise)));
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_states (states, "EXECUTING FAILED done");
  g_assert_null (tf_future_dup_value (TF_FUTURE (promise), &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);

  g_assert_true (tf_promise_reject_new_error (with_text, G_IO_ERROR, G_IO_ERROR_BUSY, "%d", 7));
  g_object_get (told (with_text), "error", &read, NULL);
  g_assert_error (read, G_IO_ERROR, G_IO_ERROR_BUSY);
  g_assert_cmpstr (read->message, ==, "7");

  g_assert_true (
    tf_promise_reject_new_error_literal (literal, G_IO_ERROR, G_IO_ERROR_BUSY, "100 %"));
  tf_test_assert_error (TF_FUTURE (told (literal)), G_IO_ERROR, G_IO_ERROR_BUSY);

  g_clear_pointer (&states, tf_test_states_free);
  finish_promise (&promise);
  finish_promise (&with_text);
  finish_promise (&literal);
}

static void
test_reject_failure (void)
{
  TfPromise *promise = tf_promise_new ("foreign");
  TfFuture  *future = TF_FUTURE (promise);
  GValue     payload = G_VALUE_INIT;
  GValue    *again;

  g_test_summary ("An exception of another language keeps its parts.");

  g_value_init (&payload, G_TYPE_INT);
  g_value_set_int (&payload, 7);
  g_assert_true (tf_promise_reject_failure (promise, "ValueError", "bad", "line 1", &payload));
  tf_test_assert_error (TF_FUTURE (told (promise)), TF_ERROR, TF_ERROR_EXCEPTION);
  g_assert_cmpstr (tf_future_get_failure_type (future), ==, "ValueError");
  g_assert_cmpstr (tf_future_get_failure_text (future), ==, "bad");
  g_assert_cmpstr (tf_future_get_failure_traceback (future), ==, "line 1");
  again = tf_future_dup_failure_payload (future);
  g_assert_cmpint (g_value_get_int (again), ==, 7);
  g_value_unset (again);
  g_free (again);
  finish_promise (&promise);
}

static guint n_pointers_freed;

static void
on_pointer_free (gpointer data)
{
  g_assert_cmpstr (data, ==, "pointer");
  n_pointers_freed++;
}

static void
assert_refuses (TfPromise *promise)
{
  GThread            *gone_in = NULL;
  g_autoptr (GObject) object = object_new (&gone_in);
  GValue              value = G_VALUE_INIT;
  guint               n_before = n_pointers_freed;

  g_value_init (&value, G_TYPE_OBJECT);
  g_value_set_object (&value, object);
  g_assert_false (tf_promise_resolve_value (promise, &value));
  g_assert_cmpuint (object->ref_count, ==, 2);
  g_value_unset (&value);
  g_assert_false (tf_promise_resolve_object (promise, object));
  g_assert_cmpuint (object->ref_count, ==, 1);
  g_assert_false (tf_promise_resolve_pointer (promise, (char[]){ "pointer" }, on_pointer_free));
  g_assert_cmpuint (n_pointers_freed, ==, n_before + 1);
  g_assert_false (tf_promise_resolve_variant (promise, g_variant_new_string ("floating")));
  g_assert_false (tf_promise_resolve_string (promise, "text"));
  g_assert_false (tf_promise_resolve_boxed (promise, G_TYPE_VARIANT_TYPE, NULL));
  g_assert_false (tf_promise_resolve_none (promise));
  g_assert_false (tf_promise_reject (promise, an_error ()));
  g_assert_false (tf_promise_reject_failure (promise, "Type", NULL, NULL, NULL));
}

static void
test_first_wins (void)
{
  TfPromise               *promise = tf_promise_new ("first");
  g_autoptr (TfTestStates) states = tf_test_states_new (TF_FUTURE (promise));

  g_test_summary ("The first outcome wins; what comes later is refused without a word, and freed.");

  g_assert_true (tf_promise_resolve_int64 (promise, 1));
  assert_refuses (promise);
  tf_test_wait_done (TF_FUTURE (promise));
  assert_refuses (promise);
  tf_test_drain (NULL);
  tf_test_assert_states (states, "EXECUTING COMPLETED done");
  tf_test_assert_int64 (TF_FUTURE (promise), 1);
  g_clear_pointer (&states, tf_test_states_free);
  finish_promise (&promise);
}

typedef struct
{
  TfPromise    *promise;
  TfTestGate    go;
  TfTestCounter n_wins;
} Contest;

static gpointer
run_contest (gpointer data)
{
  Contest *contest = data;

  tf_test_gate_wait (&contest->go);
  if (tf_promise_resolve_string (contest->promise, "text"))
    tf_test_counter_add (&contest->n_wins, 1);
  if (tf_promise_reject (contest->promise, an_error ()))
    tf_test_counter_add (&contest->n_wins, 1);
  return NULL;
}

static void
test_threads (void)
{
  g_test_summary ("Of several threads that complete a promise at the same time one wins.");

  for (guint i = 0; i < tf_test_scale (200); i++)
    {
      Contest  contest = { .promise = tf_promise_new ("contest") };
      GThread *threads[3];

      tf_test_gate_init (&contest.go);
      tf_test_counter_init (&contest.n_wins);
      for (guint k = 0; k < G_N_ELEMENTS (threads); k++)
        threads[k] = g_thread_new ("contest", run_contest, &contest);
      tf_test_gate_open (&contest.go);
      tf_test_wait_done (TF_FUTURE (contest.promise));
      for (guint k = 0; k < G_N_ELEMENTS (threads); k++)
        g_thread_join (threads[k]);
      g_assert_cmpint (tf_test_counter_get (&contest.n_wins), ==, 1);
      tf_test_assert_string (TF_FUTURE (contest.promise), "text");
      finish_promise (&contest.promise);
      tf_test_gate_clear (&contest.go);
      tf_test_counter_clear (&contest.n_wins);
    }
}

static void
on_done_thread_cb (TfFuture *future,
                   GThread **thread)
{
  *thread = g_thread_self ();
}

static gpointer
run_resolve (gpointer promise)
{
  tf_promise_set_progress (promise, 1, 2, "half");
  tf_promise_report_value (promise, NULL);
  g_assert_true (tf_promise_resolve_int64 (promise, 7));
  g_assert_false (tf_promise_report_value (promise, NULL));
  g_assert_false (tf_promise_set_progress (promise, 2, 2, NULL));
  g_assert_false (tf_promise_advance (promise, 1));
  return NULL;
}

static void
on_progress_count_cb (TfFuture *future,
                      GValue   *value,
                      guint    *n)
{
  g_assert_false (tf_future_is_done (future));
  (*n)++;
}

static void
test_thread (void)
{
  TfPromise *promise = tf_promise_new ("elsewhere");
  GThread   *done_in = NULL;
  guint      n_reports = 0;

  g_test_summary ("What another thread says is told in the owner context, reports before the end.");

  g_signal_connect (promise, "done", G_CALLBACK (on_done_thread_cb), &done_in);
  g_signal_connect (promise, "progress", G_CALLBACK (on_progress_count_cb), &n_reports);
  g_thread_join (g_thread_new ("resolve", run_resolve, promise));
  g_assert_null (done_in);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_EXECUTING);
  tf_test_wait_done (TF_FUTURE (promise));
  g_assert_true (done_in == g_thread_self ());
  g_assert_cmpuint (n_reports, ==, 1);
  g_assert_cmpfloat (tf_future_get_fraction (TF_FUTURE (promise)), ==, 1);
  g_assert_cmpstr (tf_future_get_status (TF_FUTURE (promise)), ==, "half");
  tf_test_assert_int64 (TF_FUTURE (promise), 7);
  finish_promise (&promise);
}

/* Executing */

static gboolean
execute_well (GValue  *value,
              gpointer user_data,
              GError **error)
{
  g_value_init (value, G_TYPE_INT64);
  g_value_set_int64 (value, *(gint64 *) user_data);
  return TRUE;
}

static gboolean
execute_none (GValue  *value,
              gpointer user_data,
              GError **error)
{
  /* Success counts, whatever is there. */
  g_propagate_error (error, an_error ());
  return TRUE;
}

static gboolean
execute_badly (GValue  *value,
               gpointer user_data,
               GError **error)
{
  g_value_init (value, G_TYPE_OBJECT);
  g_value_set_object (value, user_data);
  g_propagate_error (error, an_error ());
  return FALSE;
}

static gboolean
execute_without_error (GValue  *value,
                       gpointer user_data,
                       GError **error)
{
  return FALSE;
}

static gboolean
execute_itself (GValue  *value,
                gpointer promise,
                GError **error)
{
  g_assert_true (tf_promise_resolve_string (promise, "itself"));
  g_value_init (value, G_TYPE_STRING);
  g_value_set_string (value, "returned");
  return TRUE;
}

static void
test_execute (void)
{
  TfPromise         *promises[] = { tf_promise_new ("well"), tf_promise_new ("none"),
                                    tf_promise_new ("badly"), tf_promise_new ("without error"),
                                    tf_promise_new ("itself") };
  gint64             number = 42;
  GThread           *gone_in = NULL;
  GObject           *object = object_new (&gone_in);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A function is executed at once, and its end is that of the promise.");

  g_assert_true (tf_promise_execute (promises[0], execute_well, &number));
  g_assert_true (tf_promise_execute (promises[1], execute_none, NULL));
  g_assert_true (tf_promise_execute (promises[2], execute_badly, object));
  g_object_unref (object);
  g_assert_true (gone_in == g_thread_self ());
  g_assert_true (tf_promise_execute (promises[3], execute_without_error, NULL));
  g_assert_false (tf_promise_execute (promises[4], execute_itself, promises[4]));
  g_assert_false (tf_promise_execute (promises[0], execute_without_error, NULL));
  tf_test_drain (NULL);

  tf_test_assert_int64 (TF_FUTURE (promises[0]), 42);
  tf_test_assert_state (TF_FUTURE (promises[1]), TF_FUTURE_STATE_COMPLETED);
  assert_not_found (TF_FUTURE (promises[2]));
  error = tf_future_dup_error (TF_FUTURE (promises[3]));
  g_assert_error (error, TF_ERROR, TF_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, "without error"));
  tf_test_assert_string (TF_FUTURE (promises[4]), "itself");

  for (guint i = 0; i < G_N_ELEMENTS (promises); i++)
    finish_promise (&promises[i]);
}

static void
test_misuse (void)
{
  TfPromise *promise = tf_promise_new ("misuse");
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("Arguments that make no sense are refused, and the promise goes on.");

  g_assert_false (tf_promise_reject (promise, NULL));
  g_assert_false (tf_promise_set_progress (promise, -1, 0, NULL));
  g_assert_false (tf_promise_set_progress (promise, 0, -2, NULL));
  g_assert_false (tf_promise_advance (promise, -1));
  g_assert_false (tf_promise_resolve_object (promise, (gpointer) & (GTypeInstance){ 0 }));
  g_assert_false (tf_promise_resolve_boxed (promise, G_TYPE_OBJECT, NULL));
  g_assert_false (tf_promise_execute (promise, NULL, NULL));
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 7);
  tf_test_log_free (log);
  g_assert_true (tf_promise_resolve_none (promise));
  tf_test_wait_done (TF_FUTURE (promise));
  finish_promise (&promise);
}

static void
on_item_sum_cb (TfFuture     *future,
                const GValue *value,
                gint64       *sum)
{
  g_assert_false (tf_future_is_done (future));
  *sum = *sum * 10 + g_value_get_int64 (value);
}

static void
test_items (void)
{
  TfPromise *promise = tf_promise_new ("items");
  GValue     value = G_VALUE_INIT;
  gint64     sum = 0;

  g_test_summary ("A promise yields items, in order, all before its end, and none after.");

  g_signal_connect (promise, "item", G_CALLBACK (on_item_sum_cb), &sum);
  g_value_init (&value, G_TYPE_INT64);
  for (gint64 i = 1; i <= 3; i++)
    {
      g_value_set_int64 (&value, i);
      g_assert_true (tf_promise_yield_value (promise, &value));
    }
  g_assert_true (tf_promise_resolve_none (promise));
  g_assert_false (tf_promise_yield_value (promise, &value));
  tf_test_wait_done (TF_FUTURE (promise));
  g_assert_cmpint (sum, ==, 123);
  g_object_unref (promise);
}

typedef struct
{
  TfTestClock *clock;
  gint64       elapsed_us;
} Stopped;

static void
on_notify_state_advance_cb (TfFuture   *future,
                            GParamSpec *pspec,
                            Stopped    *self)
{
  tf_test_clock_advance (self->clock, 1000);
  self->elapsed_us = tf_future_get_elapsed (future);
}

static void
test_elapsed (void)
{
  TfPromise *promise;
  TfFuture  *future;
  Stopped    stopped = { .clock = tf_test_clock_new (5000) };

  g_test_summary ("The time that it took stands still as soon as it is done.");

  tf_test_clock_install (stopped.clock);
  promise = tf_promise_new (NULL);
  future = TF_FUTURE (promise);
  g_signal_connect (promise, "notify::state", G_CALLBACK (on_notify_state_advance_cb), &stopped);
  tf_test_clock_advance (stopped.clock, 70);
  tf_promise_resolve_none (promise);
  tf_test_drain (NULL);
  g_assert_cmpint (stopped.elapsed_us, ==, 70);
  g_assert_cmpint (tf_future_get_elapsed (future), ==, 70);
  g_object_unref (promise);
  tf_test_clock_uninstall (stopped.clock);
  g_object_unref (stopped.clock);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/promise/new/executes", test_new);
  tf_test_add ("/promise/resolve/is-told-from-the-loop", test_resolve);
  tf_test_add ("/promise/resolve/may-come-before-anybody-looks", test_primed);
  tf_test_add ("/promise/resolve/has-all-plain-kinds", test_plain_kinds);
  tf_test_add ("/promise/resolve/holds-or-takes-the-others", test_held_kinds);
  tf_test_add ("/promise/reject/fails-with-the-error", test_reject);
  tf_test_add ("/promise/reject/keeps-the-parts-of-an-exception", test_reject_failure);
  tf_test_add ("/promise/end/is-the-first-outcome", test_first_wins);
  tf_test_add ("/promise/end/is-one-of-several-threads", test_threads);
  tf_test_add ("/promise/end/is-told-in-the-owner-context", test_thread);
  tf_test_add ("/promise/execute/runs-at-once", test_execute);
  tf_test_add ("/promise/misuse/is-refused", test_misuse);
  tf_test_add ("/promise/items/are-told-in-order", test_items);
  tf_test_add ("/promise/elapsed/stands-still-at-the-end", test_elapsed);

  return g_test_run ();
}
