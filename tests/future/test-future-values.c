/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

static void
test_kinds (void)
{
  GValue             value = G_VALUE_INIT;
  GObject           *object = g_object_new (G_TYPE_OBJECT, NULL);
  TfFuture          *futures[] = { NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL };
  g_autoptr (GError) error = NULL;

  g_test_summary ("There is a function for a future with each kind of value.");

  g_value_init (&value, G_TYPE_UINT);
  g_value_set_uint (&value, 7);
  futures[0] = tf_future_new_for_value (&value);
  futures[1] = tf_future_new_for_value (NULL);
  futures[2] = tf_future_new_for_boolean (TRUE);
  futures[3] = tf_future_new_for_int64 (G_MAXINT64);
  futures[4] = tf_future_new_for_double (-0.5);
  futures[5] = tf_future_new_for_string ("text");
  futures[6] = tf_future_new_for_object (object);
  futures[7] = tf_future_new_for_variant (g_variant_new_int32 (1));

  g_assert_cmpint (tf_future_get_int64 (futures[0], &error), ==, 7);
  g_assert_no_error (error);
  g_assert_null (tf_future_dup_value (futures[1], &error));
  g_assert_no_error (error);
  tf_test_assert_boolean (futures[2], TRUE);
  tf_test_assert_int64 (futures[3], G_MAXINT64);
  tf_test_assert_double (futures[4], -0.5);
  tf_test_assert_string (futures[5], "text");
  g_assert_true (tf_future_dup_object (futures[6], NULL) == object);
  g_object_unref (object);
  tf_test_assert_variant (futures[7], "1");
  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    {
      tf_test_assert_state (futures[i], TF_FUTURE_STATE_COMPLETED);
      finish (&futures[i]);
    }
  g_assert_finalize_object (object);
}

static void
test_error (void)
{
  TfFuture        *future = tf_future_new_for_error (an_error ());
  TfFuture        *unread = tf_future_new_for_error (an_error ());
  g_autofree char *location = tf_future_dup_location (future);
  TfTestLog       *log = tf_test_log_new (G_LOG_LEVEL_WARNING);

  g_test_summary ("One with an error has failed, and the error wants to be read.");

  g_assert_true (g_str_has_prefix (location, "test-future-values+0x"));
  assert_not_found (future);
  finish (&future);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 0);
  finish (&unread);
  g_assert_cmpuint (tf_test_log_count (log, "Task “value”*test-future-values+0x*: not there"), ==,
                    1);
  tf_test_log_free (log);
}

static void
on_never_cb (void)
{
  g_assert_not_reached ();
}

static void
test_done (void)
{
  TfFuture                *future = tf_future_new_for_int64 (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error = NULL;

  g_test_summary ("Such a future is done: waiting returns at once, and it can be neither "
                  "cancelled nor given up.");

  g_signal_connect (future, "done", G_CALLBACK (on_never_cb), NULL);
  g_signal_connect (future, "notify", G_CALLBACK (on_never_cb), NULL);
  g_cancellable_cancel (cancellable);
  g_assert_true (tf_future_wait (future, 0, cancellable, &error));
  g_assert_no_error (error);
  g_assert_false (tf_future_is_cancellable (future));
  g_assert_false (tf_future_cancel (future));
  g_assert_false (tf_future_abort (future, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_DONE);
  g_assert_cmpint (tf_future_get_elapsed (future), ==, 0);
  tf_test_drain (NULL);
  tf_test_assert_int64 (future, 1);
  finish (&future);
}

static gpointer
run_make (gpointer object)
{
  TfFuture          *future = tf_future_new_for_object (object);
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_future_wait (future, -1, NULL, &error));
  g_assert_no_error (error);
  g_assert_false (tf_future_cancel (future));
  return future;
}

static gpointer
run_unref (gpointer future)
{
  g_assert_finalize_object (TF_FUTURE (future));
  return NULL;
}

static void
test_threads (void)
{
  GThread  *gone_in;
  GObject  *object = object_new (&gone_in);
  TfFuture *here = tf_future_new_for_int64 (1);
  TfFuture *future = g_thread_join (g_thread_new ("make", run_make, object));

  g_test_summary ("It may be made and read on any thread; what it holds is freed in the owner "
                  "context.");

  g_object_unref (object);
  tf_test_drain (NULL);
  g_thread_join (g_thread_new ("unref", run_unref, future));
  g_assert_null (gone_in);
  tf_test_drain (NULL);
  g_assert_true (gone_in == g_thread_self ());
  finish (&here);
}

static void
test_derived (void)
{
  TfFuture *future = tf_future_new_for_error (an_error ());
  Step      step = { .returns = tf_future_new_for_string ("mended") };
  TfFuture *catch = tf_future_catch (future, run_step, &step, free_step);

  g_test_summary ("What is derived from it goes on in the next turn.");

  g_assert_cmpuint (step.n_calls, ==, 0);
  tf_test_wait_done (catch);
  tf_test_assert_string (catch, "mended");
  assert_step (&step, 1);
  finish (&catch);
  finish (&future);
}

static void
test_misuse (void)
{
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("An error that is none is refused, and an object that is none.");

  g_assert_null (tf_future_new_for_error (NULL));
  g_assert_null (tf_future_new_for_object ((gpointer) & (GTypeInstance){ 0 }));
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 2);
  tf_test_log_free (log);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/future-values/are-of-all-kinds", test_kinds);
  tf_test_add ("/future-values/may-be-an-error", test_error);
  tf_test_add ("/future-values/are-done", test_done);
  tf_test_add ("/future-values/are-for-all-threads", test_threads);
  tf_test_add ("/future-values/can-be-derived-from", test_derived);
  tf_test_add ("/future-values/misuse-is-refused", test_misuse);

  return g_test_run ();
}
