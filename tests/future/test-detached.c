/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "detached.h"

/* The whole table: how to get there, and what is accepted; every other message is refused. */
typedef struct
{
  const char *path;     /* words: names of messages, "cancel", "abort", "turn" */
  const char *accepted; /* name>STATE */
  const char *state;
} Row;

static const Row rows[] = {
  { "", "started>EXECUTING", "WAITING" },
  { "started", "returned>COMPLETED raised>FAILED progress>EXECUTING item>EXECUTING own>EXECUTING",
    "EXECUTING" },
  { "cancel", "started>CANCELLING abandoned>CANCELLED", "CANCELLING" },
  { "cancel started",
    "returned>CANCELLED raised>CANCELLED progress>CANCELLING item>CANCELLING own>CANCELLING",
    "CANCELLING" },
  { "started cancel",
    "returned>CANCELLED raised>CANCELLED progress>CANCELLING item>CANCELLING own>CANCELLING",
    "CANCELLING" },
  { "started returned", "", "COMPLETED" },
  { "started raised", "", "FAILED" },
  { "started cancel returned", "", "CANCELLED" },
  { "cancel abandoned", "", "CANCELLED" },
  { "abort",
    "started>CANCELLING returned>CANCELLING raised>CANCELLING abandoned>CANCELLING "
    "progress>CANCELLING item>CANCELLING own>CANCELLING",
    "CANCELLING" },
  { "started cancel abort",
    "started>CANCELLING returned>CANCELLING raised>CANCELLING abandoned>CANCELLING "
    "progress>CANCELLING item>CANCELLING own>CANCELLING",
    "CANCELLING" },
  { "started abort turn",
    "started>CANCELLED returned>CANCELLED raised>CANCELLED abandoned>CANCELLED "
    "progress>CANCELLED item>CANCELLED own>CANCELLED",
    "CANCELLED" },
};

static void
walk (TfFuture   *future,
      const char *path)
{
  g_auto (GStrv) words = g_strsplit (path, " ", -1);

  for (guint i = 0; words[i] != NULL; i++)
    {
      if (g_str_equal (words[i], "cancel"))
        g_assert_true (tf_future_cancel (future));
      else if (g_str_equal (words[i], "abort"))
        g_assert_true (tf_future_abort (future, NULL, NULL));
      else if (g_str_equal (words[i], "turn"))
        tf_test_wait_done (future);
      else
        deliver (future, words[i]);
    }
}

static void
assert_state (TfFuture   *future,
              const char *name)
{
  g_autoptr (TfTestStates) states = tf_test_states_new (future);

  tf_test_assert_states (states, name);
}

static const char *
find_accepted (const Row  *row,
               const char *name)
{
  g_autofree char *key = g_strconcat (name, ">", NULL);
  const char      *found = strstr (row->accepted, key);

  return found == NULL ? NULL : found + strlen (key);
}

static void
check_cell (const Row  *row,
            const char *name)
{
  Work        work;
  TfFuture   *future;
  const char *accepted = find_accepted (row, name);
  GError     *failure;

  work_init (&work);
  future = new_future (&work);
  walk (future, row->path);
  assert_state (future, row->state);
  if (accepted == NULL)
    {
      assert_refused (future, name);
    }
  else
    {
      g_autofree char *expected = g_strndup (accepted, strcspn (accepted, " "));

      deliver (future, name);
      assert_state (future, expected);
    }

  if (!tf_future_is_done (future))
    tf_future_abort (future, NULL, NULL);
  tf_test_wait_done (future);
  failure = tf_future_dup_error (future);
  g_clear_error (&failure);
  tf_test_drain (NULL);
  finish (&future, &work);
}

static void
test_table (void)
{
  static const char *const names[] = { "started", "returned", "raised", "abandoned",
                                       "progress", "item", "own" };

  g_test_summary (
    "In every state, every message moves the future as the table says, or is refused and changes"
    " nothing.");

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      for (guint k = 0; k < G_N_ELEMENTS (names); k++)
        check_cell (&rows[i], names[k]);
    }
}

static void
test_completes (void)
{
  Work                     work;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;
  g_autoptr (GError)       error = NULL;

  g_test_summary ("A detached future goes through the states that it is told, and has the result.");

  work_init (&work);
  future = new_future (&work);
  states = tf_test_states_new (future);
  g_assert_cmpstr (tf_future_get_name (future), ==, "detached");
  deliver (future, "started");
  deliver (future, "returned");
  tf_test_assert_states (states, "WAITING EXECUTING COMPLETED done");
  g_assert_cmpint (tf_future_get_int64 (future, &error), ==, 8);
  g_assert_no_error (error);
  g_assert_cmpint (tf_test_counter_get (&work.n_cancelled), ==, 0);
  g_assert_false (tf_future_cancel (future));
  g_assert_false (tf_future_abort (future, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_DONE);
  g_clear_pointer (&states, tf_test_states_free);
  finish (&future, &work);
}

static void
test_fails (void)
{
  g_autoptr (TfFuture) future = tf_future_new_detached (TF_TYPE_FUTURE, NULL, NULL, NULL);
  g_autoptr (GError)   error = NULL;

  g_test_summary ("An exception of another language keeps its detail.");

  deliver (future, "started");
  g_assert_true (tf_future_deliver (
    future, tf_message_new_failure ("ValueError", "bad", "line 1", NULL), NULL, NULL));
  error = tf_future_dup_error (future);
  g_assert_error (error, TF_ERROR, TF_ERROR_EXCEPTION);
  g_assert_cmpstr (tf_future_get_failure_type (future), ==, "ValueError");
  g_assert_cmpstr (tf_future_get_failure_traceback (future), ==, "line 1");
  g_assert_finalize_object (g_steal_pointer (&future));
  tf_test_assert_idle (NULL);
}

static void
on_event_cb (TfFuture     *future,
             const GValue *value,
             guint        *n)
{
  g_assert_cmpint (g_value_get_int64 (value), ==, 8);
  ++*n;
}

static void
on_message_cb (TfFuture     *future,
               const char   *kind,
               const GValue *value,
               guint        *n)
{
  g_assert_cmpstr (kind, ==, "own");
  ++*n;
}

static void
test_events (void)
{
  Work      work;
  TfFuture *future;
  guint     n = 0;

  g_test_summary ("Progress, items and messages are emitted at once, and not after a cancel.");

  work_init (&work);
  future = new_future (&work);
  g_signal_connect (future, "progress", G_CALLBACK (on_event_cb), &n);
  g_signal_connect (future, "item", G_CALLBACK (on_event_cb), &n);
  g_signal_connect (future, "message::own", G_CALLBACK (on_message_cb), &n);
  deliver (future, "started");
  deliver (future, "progress");
  deliver (future, "item");
  deliver (future, "own");
  g_assert_cmpuint (n, ==, 3);
  g_assert_true (tf_future_cancel (future));
  deliver (future, "progress");
  deliver (future, "item");
  deliver (future, "own");
  g_assert_cmpuint (n, ==, 3);
  deliver (future, "returned");
  finish (&future, &work);
}

static gpointer
unref_in_thread (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static void
test_owner (void)
{
  Work     work;
  GObject *owner;

  g_test_summary ("A bound owner that goes cancels the work, in its own thread or in another.");

  for (guint in_thread = 0; in_thread < 2; in_thread++)
    {
      TfFuture *future;

      work_init (&work);
      future = new_future (&work);
      owner = g_object_new (G_TYPE_OBJECT, NULL);
      tf_future_bind_owner (future, owner);
      deliver (future, "started");
      if (in_thread)
        g_thread_join (g_thread_new ("owner", unref_in_thread, owner));
      else
        g_object_unref (owner);
      tf_test_drain (NULL);
      g_assert_cmpint (tf_test_counter_get (&work.n_cancelled), ==, 1);
      g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
      deliver (future, "returned");
      finish (&future, &work);
    }
}

static gpointer
wait_in_thread (gpointer future)
{
  return GINT_TO_POINTER (tf_future_wait (future, tf_test_timeout_us (), NULL, NULL) &&
                          tf_future_get_int64 (future, NULL) == 8);
}

static gboolean
deliver_end_cb (gpointer future)
{
  deliver (future, "returned");
  return G_SOURCE_REMOVE;
}

static void
test_wait (void)
{
  Work               work;
  TfFuture          *future;
  GThread           *thread;
  g_autoptr (GError) error = NULL;

  g_test_summary ("A detached future is waited for in the loop, and in other threads.");

  work_init (&work);
  future = new_future (&work);
  deliver (future, "started");
  g_assert_false (tf_future_wait (future, 1000, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  thread = g_thread_new ("waiter", wait_in_thread, future);
  g_idle_add (deliver_end_cb, future);
  g_assert_true (tf_future_wait (future, tf_test_timeout_us (), NULL, NULL));
  g_assert_nonnull (g_thread_join (thread));
  finish (&future, &work);
}

static void
test_result_freed (void)
{
  Work            work;
  TfFuture       *future;
  GObject        *object = g_object_new (G_TYPE_OBJECT, NULL);
  g_auto (GValue) value = G_VALUE_INIT;

  g_test_summary (
    "A result is freed in the owner context, wherever the last reference of the future goes.");

  g_value_init (&value, G_TYPE_OBJECT);
  g_value_set_object (&value, object);
  work_init (&work);
  future = new_future (&work);
  deliver (future, "started");
  g_assert_true (tf_future_deliver (future, tf_message_new_returned (&value), NULL, NULL));
  g_value_unset (&value);
  g_thread_join (g_thread_new ("last", unref_in_thread, future));
  g_assert_cmpuint (object->ref_count, ==, 2);
  tf_test_drain (NULL);
  g_assert_finalize_object (object);
  tf_test_assert_idle (NULL);
  work_clear (&work);
}

static void
test_own_reference (void)
{
  Work      work;
  TfFuture *future;
  gpointer  weak;

  g_test_summary ("A detached future lives until it is done, whoever lets go of it.");

  work_init (&work);
  future = weak = new_future (&work);
  g_object_add_weak_pointer (G_OBJECT (future), &weak);
  g_object_unref (future);
  g_assert_nonnull (weak);
  deliver (future, "started");
  deliver (future, "returned");
  g_assert_null (weak);
  g_assert_cmpint (tf_test_counter_get (&work.n_freed), ==, 1);
  tf_test_assert_idle (NULL);
  work_clear (&work);
}

typedef struct
{
  GMainContext *context;
  TfFuture     *future;
} Loop;

static gpointer
run_loop (gpointer data)
{
  Loop               *loop = data;
  g_autoptr (GSource) source = g_idle_source_new ();

  g_main_context_push_thread_default (loop->context);
  g_source_set_callback (source, deliver_end_cb, loop->future, NULL);
  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_attach (source, loop->context);
  while (!tf_future_is_done (loop->future))
    g_main_context_iteration (loop->context, TRUE);
  g_assert_cmpint (tf_future_get_int64 (loop->future, NULL), ==, 8);
  g_clear_object (&loop->future);
  while (g_main_context_iteration (loop->context, FALSE))
    continue;
  g_main_context_pop_thread_default (loop->context);
  return NULL;
}

static void
test_other_loop (void)
{
  Loop loop = { .context = g_main_context_new () };

  g_test_summary ("A future may be made for a main context that another thread will run.");

  g_main_context_push_thread_default (loop.context);
  loop.future = tf_future_new_detached (TF_TYPE_FUTURE, NULL, NULL, NULL);
  g_main_context_pop_thread_default (loop.context);
  deliver (loop.future, "started");
  g_thread_join (g_thread_new ("loop", run_loop, &loop));
  tf_test_assert_idle (loop.context);
  g_main_context_unref (loop.context);
}

static gpointer
deliver_in_thread (gpointer future)
{
  g_autoptr (TfMessage) message = tf_message_new_started ();

  g_assert_false (tf_future_deliver (future, message, NULL, NULL));
  return NULL;
}

static void
run_nothing (TfTask  *task,
             gpointer user_data)
{
}

static void
test_misuse (void)
{
  g_autoptr (TfFuture)   future = tf_future_new_detached (TF_TYPE_FUTURE, NULL, NULL, NULL);
  g_autoptr (TfMessage)  message = tf_message_new_started ();
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (TfFuture)   other = NULL;

  g_test_summary ("Another thread's messages, those for other futures, and none at all are refused"
                  " with a critical.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL,
                         "*tf_future_deliver*outside the main context*");
  g_thread_join (g_thread_new ("wrong", deliver_in_thread, future));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*message != NULL*");
  g_assert_false (tf_future_deliver (future, NULL, NULL, NULL));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*g_type_is_a*");
  g_assert_null (tf_future_new_detached (G_TYPE_OBJECT, NULL, NULL, NULL));
  other = tf_executor_submit_call (executor, run_nothing, NULL, NULL, NULL);
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*work_class*");
  g_assert_false (tf_future_deliver (other, message, NULL, NULL));
  g_test_assert_expected_messages ();
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_WAITING);
  g_assert_true (tf_future_abort (future, NULL, NULL));
  tf_test_wait_done (future);
  tf_test_executor_finish (&executor);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/detached/table/is-that-of-the-docs", test_table);
  tf_test_add ("/detached/completes-as-it-is-told", test_completes);
  tf_test_add ("/detached/fails-with-the-detail", test_fails);
  tf_test_add ("/detached/events/are-emitted-at-once", test_events);
  tf_test_add ("/detached/owner/cancels-when-it-goes", test_owner);
  tf_test_add ("/detached/wait/is-allowed-in-any-thread", test_wait);
  tf_test_add ("/detached/result/is-freed-in-the-owner-context", test_result_freed);
  tf_test_add ("/detached/lives-until-it-is-done", test_own_reference);
  tf_test_add ("/detached/belongs-to-the-loop-of-its-context", test_other_loop);
  tf_test_add ("/detached/refuses-misuse", test_misuse);

  return g_test_run ();
}
