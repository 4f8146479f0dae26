/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

static void
test_vanishes (void)
{
  TfPromise *promise = tf_promise_new ("nobody's");

  g_test_summary ("A pending promise that nobody listens to vanishes with its last reference, "
                  "without a word.");

  g_assert_finalize_object (promise);
  tf_test_assert_idle (NULL);
}

static void
test_abandoned (void)
{
  TfPromise       *promise = tf_promise_new ("abandoned");
  Step             step = { .name = "then" };
  TfFuture        *derived = tf_future_then (TF_FUTURE (promise), run_step, &step, free_step);
  g_autofree char *location = tf_future_dup_location (TF_FUTURE (promise));
  guint            n_done = 0;
  gpointer         weak = promise;

  g_test_summary ("When the last reference of a promise goes that somebody listens to, it fails, "
                  "and lives until that has been told.");

  g_assert_true (g_str_has_prefix (location, "test-promise-life+0x"));
  g_signal_connect (promise, "done", G_CALLBACK (on_done_count_cb), &n_done);
  g_object_weak_ref (G_OBJECT (promise), (GWeakNotify) g_nullify_pointer, &weak);
  g_object_unref (promise);
  g_assert_nonnull (weak);
  g_assert_cmpuint (n_done, ==, 0);

  tf_test_wait_done (derived);
  g_assert_cmpuint (n_done, ==, 1);
  tf_test_assert_error (derived, TF_ERROR, TF_ERROR_ABANDONED);
  assert_step (&step, 0);
  finish (&derived);
  g_assert_null (weak);
}

static gpointer
run_unref (gpointer promise)
{
  g_object_unref (promise);
  return NULL;
}

static void
test_abandoned_elsewhere (void)
{
  TfPromise *promise = tf_promise_new ("abandoned");
  TfPromise *lonely = tf_promise_new ("lonely");
  TfFuture  *derived = tf_future_shield (TF_FUTURE (promise));
  gpointer   weak = lonely;

  g_test_summary ("That is so too when the last reference goes in another thread.");

  g_object_weak_ref (G_OBJECT (lonely), (GWeakNotify) g_nullify_pointer, &weak);
  g_thread_join (g_thread_new ("unref", run_unref, promise));
  g_thread_join (g_thread_new ("unref", run_unref, lonely));
  g_assert_nonnull (weak);
  tf_test_assert_state (derived, TF_FUTURE_STATE_EXECUTING);
  tf_test_drain (NULL);
  g_assert_null (weak);
  tf_test_assert_error (derived, TF_ERROR, TF_ERROR_ABANDONED);
  finish (&derived);
}

typedef struct
{
  GAsyncQueue *queue;
  guint        n;
} Droppers;

static gpointer
run_drop (gpointer data)
{
  Droppers *droppers = data;

  for (guint i = 0; i < droppers->n; i++)
    g_object_unref (g_async_queue_pop (droppers->queue));

  return NULL;
}

static void
test_abandoned_race (void)
{
  Droppers droppers = { g_async_queue_new (), tf_test_scale (20000) };
  GThread *thread = g_thread_new ("drop", run_drop, &droppers);
  gint64   deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();

  g_test_summary ("However the other thread and the loop meet, those who listen are told.");

  for (guint i = 0; i < droppers.n; i++)
    {
      TfPromise *promise = tf_promise_new ("dropped");
      TfFuture  *derived = tf_future_shield (TF_FUTURE (promise));

      g_async_queue_push (droppers.queue, promise);
      /* Without sleeping, so that the loop is there at once. */
      while (!tf_future_is_done (derived))
        {
          g_main_context_iteration (NULL, FALSE);
          g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
        }
      tf_test_assert_error (derived, TF_ERROR, TF_ERROR_ABANDONED);
      finish (&derived);
    }
  g_thread_join (thread);
  g_async_queue_unref (droppers.queue);
}

static void
on_done_drop_cb (TfFuture   *future,
                 TfPromise **promise)
{
  g_assert_true (future == TF_FUTURE (*promise));
  g_clear_object (promise);
}

static void
on_state_drop_cb (TfFuture   *future,
                  GParamSpec *pspec,
                  TfPromise **promise)
{
  g_clear_object (promise);
}

static void
test_dropped_in_handler (void)
{
  TfPromise *in_done = tf_promise_new ("in done");
  TfPromise *in_notify = tf_promise_new ("in notify");
  TfPromise *in_cancel = tf_promise_new ("in cancel");
  TfFuture  *derived = tf_future_shield (TF_FUTURE (in_done));

  g_test_summary ("A handler may drop the last reference.");

  g_signal_connect (in_done, "done", G_CALLBACK (on_done_drop_cb), &in_done);
  g_signal_connect (in_notify, "notify::state", G_CALLBACK (on_state_drop_cb), &in_notify);
  g_signal_connect (in_cancel, "notify::state", G_CALLBACK (on_state_drop_cb), &in_cancel);
  tf_promise_resolve_string (in_done, "text");
  tf_promise_resolve_none (in_notify);
  g_assert_true (tf_future_cancel (TF_FUTURE (in_cancel)));
  g_assert_null (in_cancel);
  tf_test_drain (NULL);
  g_assert_null (in_done);
  g_assert_null (in_notify);
  tf_test_assert_string (derived, "text");
  finish (&derived);
}

static void
on_done_keep_cb (TfFuture  *future,
                 TfFuture **kept)
{
  *kept = g_object_ref (future);
}

static void
test_kept_again (void)
{
  TfPromise *promise = tf_promise_new ("kept again");
  TfFuture  *kept = NULL;

  g_test_summary ("Who hears that a promise was abandoned may keep it: it goes once more later.");

  g_signal_connect (promise, "done", G_CALLBACK (on_done_keep_cb), &kept);
  g_object_unref (promise);
  tf_test_drain (NULL);
  tf_test_assert_error (kept, TF_ERROR, TF_ERROR_ABANDONED);
  finish (&kept);
  tf_test_assert_idle (NULL);
}

static void
test_unread (void)
{
  TfPromise       *promise = tf_promise_new ("the name");
  g_autofree char *location = tf_future_dup_location (TF_FUTURE (promise));
  g_autofree char *pattern = NULL;
  TfTestLog       *log;

  g_test_summary ("A failure that nobody read is logged once, with the name and the place where "
                  "the promise was made.");

  pattern = g_strdup_printf ("Task “the name”, submitted at %s, failed, *: not there", location);
  log = tf_test_log_new (G_LOG_LEVEL_WARNING);
  tf_promise_reject (promise, an_error ());
  tf_test_wait_done (TF_FUTURE (promise));
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 0);
  finish_promise (&promise);
  g_assert_cmpuint (tf_test_log_count (log, pattern), ==, 1);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 1);
  tf_test_log_free (log);
}

static void
test_responsible (void)
{
  TfPromise *promise = tf_promise_new ("upstream");
  TfFuture  *derived = tf_future_shield (TF_FUTURE (promise));
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_WARNING);

  g_test_summary ("A failure that was passed on is logged once, by the future where it began, when the last one "
                  "that has it goes.");

  tf_promise_reject (promise, an_error ());
  tf_test_wait_done (derived);
  g_object_unref (promise);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 0);
  finish (&derived);
  g_assert_cmpuint (tf_test_log_count (log, "Task “upstream”, *: not there"), ==, 1);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 1);
  tf_test_log_free (log);
}

static gpointer
run_unref_done (gpointer promise)
{
  g_assert_finalize_object (TF_PROMISE (promise));
  return NULL;
}

static void
test_values_go_home (void)
{
  TfPromise *promise = tf_promise_new ("with an object");
  GThread   *gone_in = NULL;
  GObject   *object = object_new (&gone_in);

  g_test_summary ("The result of a promise that goes in another thread is freed in the owner "
                  "context.");

  tf_promise_resolve_object (promise, object);
  g_object_unref (object);
  tf_test_wait_done (TF_FUTURE (promise));
  g_thread_join (g_thread_new ("unref", run_unref_done, promise));
  g_assert_null (gone_in);
  tf_test_drain (NULL);
  g_assert_true (gone_in == g_thread_self ());
}

static gpointer
run_in_context (gpointer data)
{
  g_autoptr (GMainContext) context = g_main_context_new ();
  TfPromise               *promise;
  TfFuture                *derived;

  g_main_context_push_thread_default (context);
  promise = tf_promise_new ("elsewhere");
  derived = tf_future_shield (TF_FUTURE (promise));
  g_object_unref (promise);
  tf_test_wait_done (derived);
  tf_test_assert_error (derived, TF_ERROR, TF_ERROR_ABANDONED);
  finish (&derived);
  tf_test_assert_idle (context);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static void
test_own_context (void)
{
  g_test_summary ("A promise belongs to the main context of the thread that made it.");

  g_thread_join (g_thread_new ("elsewhere", run_in_context, NULL));
}

static void
test_owner_object (void)
{
  TfPromise *promise = tf_promise_new ("bound");
  GObject   *owner = g_object_new (G_TYPE_OBJECT, NULL);
  guint      n_done = 0;

  g_test_summary ("A promise that is bound to an object is cancelled with it.");

  g_signal_connect (promise, "done", G_CALLBACK (on_done_count_cb), &n_done);
  tf_future_bind_owner (TF_FUTURE (promise), owner);
  g_object_unref (owner);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLING);
  tf_test_wait_done (TF_FUTURE (promise));
  assert_cancelled (TF_FUTURE (promise), NULL);
  g_assert_cmpuint (n_done, ==, 1);
  finish_promise (&promise);
}

static void
test_unread_place (void)
{
  TfPromise *promise = tf_promise_new ("the name");
  TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_WARNING);

  g_test_summary ("A binding may say where the promise was made.");

  tf_promise_set_location (promise, "elsewhere.py:1");
  tf_promise_set_location (promise, "words.py:12");
  tf_promise_reject (promise, an_error ());
  tf_test_wait_done (TF_FUTURE (promise));
  finish_promise (&promise);
  g_assert_cmpuint (tf_test_log_count (log, "*submitted at words.py:12, failed*"), ==, 1);
  tf_test_log_free (log);
}

static void
on_closure_gone_cb (gpointer  data,
                    GClosure *closure)
{
  (*(guint *) data)++;
}

static void
on_never_cb (void)
{
  g_assert_not_reached ();
}

static void
test_disposed (void)
{
  TfPromise *promise = tf_promise_new ("disposed of");
  guint      n_done = 0;
  guint      n_closures = 0;
  GThread   *gone_in = NULL;

  g_test_summary ("Handlers and weak references go when a promise is disposed of, and with its "
                  "last reference.");

  g_signal_connect (promise, "done", G_CALLBACK (on_done_count_cb), &n_done);
  g_signal_connect_data (promise, "notify::done", G_CALLBACK (on_never_cb), &n_closures,
                         on_closure_gone_cb, 0);
  g_object_weak_ref (G_OBJECT (promise), on_gone_cb, &gone_in);
  tf_promise_resolve_none (promise);
  g_object_run_dispose (G_OBJECT (promise));
  g_assert_cmpuint (n_closures, ==, 1);
  g_assert_true (gone_in == g_thread_self ());

  g_signal_connect_data (promise, "notify::name", G_CALLBACK (on_never_cb), &n_closures,
                         on_closure_gone_cb, 0);
  gone_in = NULL;
  g_object_weak_ref (G_OBJECT (promise), on_gone_cb, &gone_in);
  tf_test_wait_done (TF_FUTURE (promise));
  g_assert_cmpuint (n_done, ==, 0);
  g_assert_cmpuint (n_closures, ==, 1);
  finish_promise (&promise);
  g_assert_cmpuint (n_closures, ==, 2);
  g_assert_true (gone_in == g_thread_self ());
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/promise/life/vanishes-when-nobody-listens", test_vanishes);
  tf_test_add ("/promise/life/fails-when-it-is-abandoned", test_abandoned);
  tf_test_add ("/promise/life/fails-when-it-is-abandoned-elsewhere", test_abandoned_elsewhere);
  tf_test_add ("/promise/life/misses-no-listener-in-a-race", test_abandoned_race);
  tf_test_add ("/promise/life/may-end-in-a-handler", test_dropped_in_handler);
  tf_test_add ("/promise/life/may-be-kept-by-a-handler", test_kept_again);
  tf_test_add ("/promise/unread/is-logged-once", test_unread);
  tf_test_add ("/promise/unread/names-the-place-that-was-set", test_unread_place);
  tf_test_add ("/promise/unread/passes-to-the-derived-one", test_responsible);
  tf_test_add ("/promise/life/frees-its-result-at-home", test_values_go_home);
  tf_test_add ("/promise/life/belongs-to-the-context-of-its-maker", test_own_context);
  tf_test_add ("/promise/life/ends-with-the-object-it-is-bound-to", test_owner_object);
  tf_test_add ("/promise/life/ends-for-those-who-listen", test_disposed);

  return g_test_run ();
}
