/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "composing.h"

/* Handlers of "done" that own their data, and handlers that do not. */

typedef struct
{
  TfFuture *future; /* (owned) (nullable) */
  gulong    id;     /* the handler disconnects itself, unless 0 */
  GString  *log;
  guint    *n_freed;
} Data;

static GString *calls;
static guint    n_freed;

static Data *
data_new (TfPromise *promise)
{
  Data *data = g_new0 (Data, 1);

  data->future = g_object_ref (TF_FUTURE (promise));
  data->log = calls;
  data->n_freed = &n_freed;
  return data;
}

static void
data_free (Data *data)
{
  (*data->n_freed)++;
  g_clear_object (&data->future);
  g_free (data);
}

static void
destroy_data (gpointer  data,
              GClosure *closure)
{
  data_free (data);
}

static void
on_done_cb (TfFuture *future,
            Data     *data)
{
  g_assert_true (future == data->future);
  g_string_append_c (data->log, 'd');
  if (data->id != 0)
    g_signal_handler_disconnect (future, data->id);
}

static void
on_done_swapped_cb (Data     *data,
                    TfFuture *future)
{
  on_done_cb (future, data);
}

static void
on_done_plain_cb (TfFuture *future,
                  GString  *log)
{
  g_string_append_c (log, 'p');
}

static void
on_done_object_cb (TfFuture *future,
                   GObject  *object)
{
  g_string_append_c (calls, 'o');
}

static void
resolve (TfPromise *promise)
{
  g_assert_true (tf_promise_resolve_int64 (promise, 1));
  g_assert_true (tf_future_wait (TF_FUTURE (promise), -1, NULL, NULL));
}

static void
begin (void)
{
  calls = g_string_new (NULL);
  n_freed = 0;
}

static void
end (TfPromise  *promise,
     const char *expected_calls,
     guint       expected_n_freed)
{
  g_assert_cmpuint (n_freed, ==, expected_n_freed);
  g_assert_cmpstr (calls->str, ==, expected_calls);
  finish_promise (&promise);
  tf_test_drain (NULL);
  g_string_free (calls, TRUE);
}

static void
test_owning (void)
{
  TfPromise    *promise = tf_promise_new (NULL);
  GConnectFlags flags[] = { 0, G_CONNECT_AFTER, G_CONNECT_SWAPPED };

  g_test_summary ("A handler that owns its data is called once, and its data may hold the future.");

  begin ();
  for (guint i = 0; i < G_N_ELEMENTS (flags); i++)
    g_signal_connect_data (promise, "done",
                           flags[i] == G_CONNECT_SWAPPED ? G_CALLBACK (on_done_swapped_cb)
                                                         : G_CALLBACK (on_done_cb),
                           data_new (promise), destroy_data, flags[i]);
  resolve (promise);
  end (promise, "ddd", 3);
}

static void
test_only_handler (void)
{
  TfPromise *promise = tf_promise_new (NULL);

  g_test_summary ("The only handler may hold the last reference on the future.");

  begin ();
  g_signal_connect_data (promise, "done", G_CALLBACK (on_done_cb), data_new (promise),
                         destroy_data, 0);
  g_assert_true (tf_promise_resolve_int64 (promise, 1));
  g_object_add_weak_pointer (G_OBJECT (promise), (gpointer *) &promise);
  g_object_unref (promise);
  g_assert_nonnull (promise);
  tf_test_drain (NULL);
  g_assert_null (promise);
  g_assert_cmpuint (n_freed, ==, 1);
  g_assert_cmpstr (calls->str, ==, "d");
  g_string_free (calls, TRUE);
}

static void
test_plain (void)
{
  TfPromise *promise = tf_promise_new (NULL);
  GObject   *object = g_object_new (G_TYPE_OBJECT, NULL);
  gulong     ids[2];

  g_test_summary ("A handler that does not own its data stays connected, and its id stays valid.");

  begin ();
  ids[0] = g_signal_connect (promise, "done", G_CALLBACK (on_done_plain_cb), calls);
  ids[1] = g_signal_connect_object (promise, "done", G_CALLBACK (on_done_object_cb), object, 0);
  resolve (promise);
  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    {
      g_assert_true (g_signal_handler_is_connected (promise, ids[i]));
      g_clear_signal_handler (&ids[i], promise);
    }
  g_assert_finalize_object (object);
  end (promise, "po", 0);
}

static void
test_group (void)
{
  TfPromise    *promises[] = { tf_promise_new (NULL), tf_promise_new (NULL) };
  GSignalGroup *group = g_signal_group_new (TF_TYPE_FUTURE);

  g_test_summary ("A group of signals may have done among them, and changes its target.");

  begin ();
  g_signal_group_connect (group, "done", G_CALLBACK (on_done_plain_cb), calls);
  for (guint i = 0; i < G_N_ELEMENTS (promises); i++)
    {
      g_signal_group_set_target (group, promises[i]);
      resolve (promises[i]);
    }
  g_assert_finalize_object (group);
  finish_promise (&promises[0]);
  end (promises[1], "pp", 0);
}

static void
test_disconnects_itself (void)
{
  TfPromise *promise = tf_promise_new (NULL);
  Data      *data = data_new (promise);

  g_test_summary ("A handler that owns its data may disconnect itself.");

  begin ();
  data->log = calls;
  data->id =
    g_signal_connect_data (promise, "done", G_CALLBACK (on_done_cb), data, destroy_data, 0);
  resolve (promise);
  end (promise, "d", 1);
}

static void
test_never_called (void)
{
  TfPromise *promise = tf_promise_new (NULL);
  gulong     id;

  g_test_summary ("A handler that is blocked is not called, and keeps its data.");

  begin ();
  id = g_signal_connect_data (promise, "done", G_CALLBACK (on_done_cb), data_new (promise),
                              destroy_data, 0);
  g_signal_handler_block (promise, id);
  resolve (promise);
  g_assert_cmpuint (n_freed, ==, 0);
  g_clear_signal_handler (&id, promise);
  end (promise, "", 1);
}

static void
run_seven (TfTask  *task,
           gpointer data)
{
  tf_task_return_int64 (task, 7);
}

static void
test_task (void)
{
  TfExecutor *executor = tf_executor_new ();
  TfFuture   *future = tf_executor_submit_call (executor, run_seven, NULL, NULL, NULL);
  Data       *data = g_new0 (Data, 1);

  g_test_summary ("Futures of tasks free the data of their handlers as promises do.");

  begin ();
  data->future = g_object_ref (future);
  data->log = calls;
  data->n_freed = &n_freed;
  g_signal_connect_data (future, "done", G_CALLBACK (on_done_cb), data, destroy_data, 0);
  g_assert_true (tf_future_wait (future, -1, NULL, NULL));
  g_assert_cmpuint (n_freed, ==, 1);
  finish (&future);
  tf_test_executor_finish (&executor);
  g_string_free (calls, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/done-handlers/owning", test_owning);
  tf_test_add ("/done-handlers/only", test_only_handler);
  tf_test_add ("/done-handlers/plain", test_plain);
  tf_test_add ("/done-handlers/group", test_group);
  tf_test_add ("/done-handlers/disconnects-itself", test_disconnects_itself);
  tf_test_add ("/done-handlers/never-called", test_never_called);
  tf_test_add ("/done-handlers/task", test_task);
  return g_test_run ();
}
