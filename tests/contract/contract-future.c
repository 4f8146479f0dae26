/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "contract-future.h"

/* Each test has a context with an executor of one worker. */
typedef struct
{
  TfParallelContext *context;
  TfExecutor        *executor;
} Stage;

static Stage
stage_new (const TfContract *contract)
{
  Stage stage;

  stage.context = contract->make ();
  stage.executor = tf_contract_executor_new (stage.context, 1);
  return stage;
}

static void
stage_clear (Stage *stage)
{
  tf_test_executor_finish (&stage->executor);
  tf_contract_finish (&stage->context);
}

static gboolean
is_executing (gpointer future)
{
  return tf_future_get_state (future) == TF_FUTURE_STATE_EXECUTING;
}

static void
run_failing (TfTask  *task,
             gpointer user_data)
{
  tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "not there");
}

static void
run_exception (TfTask  *task,
               gpointer user_data)
{
  tf_task_return_failure (task, "ValueError", "no such thing", "line 1\nline 2", NULL);
}

/* Says everything that can be said, and returns a text. */
static void
run_talking (TfTask  *task,
             gpointer user_data)
{
  tf_task_report_string (task, "first");
  tf_task_yield_int64 (task, 2);
  tf_task_send_double (task, "third", 3.0);
  tf_task_yield_int64 (task, 4);
  tf_task_return_string (task, "the end");
}

static void
run_echo (TfTask  *task,
          gpointer user_data)
{
  tf_task_return_variant (task, tf_task_get_argument (task));
}

static void
run_counting (TfTask  *task,
              gpointer user_data)
{
  gint64 n_items = g_variant_get_int64 (tf_task_get_argument (task));

  for (gint64 i = 0; i < n_items; i++)
    {
      if (!tf_task_yield_int64 (task, i))
        return;
    }
  tf_task_return_int64 (task, n_items);
}

static void
run_steps (TfTask  *task,
           gpointer user_data)
{
  for (gint64 i = 1; i <= 100; i++)
    tf_task_set_progress (task, i, 100, i < 100 ? "going on" : "there");
}

static void
run_object (TfTask  *task,
            gpointer user_data)
{
  g_autoptr (GListStore) store = g_list_store_new (G_TYPE_OBJECT);

  tf_task_yield_object (task, store);
  tf_task_return_object (task, store);
}

/* Reports until that is not wanted any more. */
static void
run_until_refused (TfTask  *task,
                   gpointer user_data)
{
  while (tf_task_report_int64 (task, 1))
    continue;
  tf_task_return_int64 (task, 8);
}

static void
assert_states (const TfContract *contract,
               TfTaskFunc        func,
               const char       *expected)
{
  Stage                    stage = stage_new (contract);
  TfFuture                *future = tf_contract_submit (stage.executor, func, NULL);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);
  g_autoptr (GError)       error = NULL;

  tf_test_wait_done (future);
  tf_test_assert_states (states, expected);
  error = tf_future_dup_error (future);
  g_assert_true ((error == NULL) == (tf_future_get_state (future) == TF_FUTURE_STATE_COMPLETED));
  g_object_unref (future);
  stage_clear (&stage);
}

static void
test_completes (const TfContract *contract)
{
  g_test_summary ("A future goes through the states one by one to COMPLETED.");

  assert_states (contract, run_steps, "WAITING EXECUTING COMPLETED done");
}

static void
test_fails (const TfContract *contract)
{
  g_test_summary ("A future goes through the states one by one to FAILED.");

  assert_states (contract, run_failing, "WAITING EXECUTING FAILED done");
}

static void
test_failure (const TfContract *contract)
{
  Stage                stage = stage_new (contract);
  g_autoptr (TfFuture) failing = tf_contract_submit (stage.executor, run_failing, NULL);
  g_autoptr (TfFuture) exception = tf_contract_submit (stage.executor, run_exception, NULL);
  g_autoptr (GError)   error = NULL;

  g_test_summary (
    "A failure keeps domain, code and text; an exception its type, text and traceback.");

  tf_test_wait_done (failing);
  g_assert_null (tf_future_dup_value (failing, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpstr (error->message, ==, "not there");
  g_clear_error (&error);
  tf_test_wait_done (exception);
  error = tf_future_dup_error (exception);
  g_assert_error (error, TF_ERROR, TF_ERROR_EXCEPTION);
  g_assert_cmpstr (tf_future_get_failure_type (exception), ==, "ValueError");
  g_assert_cmpstr (tf_future_get_failure_text (exception), ==, "no such thing");
  g_assert_cmpstr (tf_future_get_failure_traceback (exception), ==, "line 1\nline 2");
  stage_clear (&stage);
}

static void
test_argument (const TfContract *contract)
{
  Stage                stage = stage_new (contract);
  GVariant            *argument = g_variant_new_parsed ("{'a': <[1, 2]>, 'b': <(true, 'x', 2.5)>}");
  g_autoptr (GVariant) expected = g_variant_ref_sink (argument);
  g_autoptr (TfFuture) future = tf_contract_submit (stage.executor, run_echo, argument);
  g_autoptr (GVariant) result = NULL;

  g_test_summary ("An argument of any shape arrives as it was, and comes back as result.");

  tf_test_wait_done (future);
  result = tf_future_dup_variant (future, NULL);
  g_assert_true (g_variant_equal (result, expected));
  stage_clear (&stage);
}

static void
on_progress_cb (TfFuture     *future,
                const GValue *value,
                GString      *text)
{
  g_string_append_printf (text, "progress:%s ", g_value_get_string (value));
}

static void
on_item_cb (TfFuture     *future,
            const GValue *value,
            GString      *text)
{
  g_string_append_printf (text, "item:%d ", (int) g_value_get_int64 (value));
}

static void
on_message_cb (TfFuture     *future,
               const char   *kind,
               const GValue *value,
               GString      *text)
{
  g_string_append_printf (text, "%s:%.0f ", kind, g_value_get_double (value));
}

static void
on_done_cb (TfFuture *future,
            GString  *text)
{
  g_string_append (text, "done");
}

static void
test_events (const TfContract *contract)
{
  Stage                stage = stage_new (contract);
  g_autoptr (TfFuture) future = tf_contract_submit (stage.executor, run_talking, NULL);
  g_autoptr (GString)  text = g_string_new (NULL);
  g_autofree char     *value = NULL;

  g_test_summary ("Progress, items and messages come in the order of sending, all before done.");

  g_signal_connect (future, "progress", G_CALLBACK (on_progress_cb), text);
  g_signal_connect (future, "item", G_CALLBACK (on_item_cb), text);
  g_signal_connect (future, "message::third", G_CALLBACK (on_message_cb), text);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), text);
  tf_test_wait_done (future);
  g_assert_cmpstr (text->str, ==, "progress:first item:2 third:3 item:4 done");
  value = tf_future_dup_string (future, NULL);
  g_assert_cmpstr (value, ==, "the end");
  stage_clear (&stage);
}

static void
on_next_item_cb (TfFuture     *future,
                 const GValue *value,
                 gint64       *next)
{
  g_assert_cmpint (g_value_get_int64 (value), ==, *next);
  ++*next;
}

static void
test_flood (const TfContract *contract)
{
  Stage                stage = stage_new (contract);
  gint64               n_items = tf_test_scale (5000);
  gint64               next = 0;
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("A flood of items arrives whole and in order.");

  future = tf_contract_submit (stage.executor, run_counting, g_variant_new_int64 (n_items));
  g_signal_connect (future, "item", G_CALLBACK (on_next_item_cb), &next);
  tf_test_wait_done (future);
  g_assert_cmpint (next, ==, n_items);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, n_items);
  stage_clear (&stage);
}

static void
test_progress (const TfContract *contract)
{
  Stage                stage = stage_new (contract);
  g_autoptr (TfFuture) future = tf_contract_submit (stage.executor, run_steps, NULL);

  g_test_summary ("The last state of the progress is there at the end.");

  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_completed_steps (future), ==, 100);
  g_assert_cmpint (tf_future_get_total_steps (future), ==, 100);
  g_assert_cmpfloat (tf_future_get_fraction (future), ==, 1.0);
  g_assert_cmpstr (tf_future_get_status (future), ==, "there");
  stage_clear (&stage);
}

static void
on_object_cb (TfFuture     *future,
              const GValue *value,
              gpointer     *object)
{
  *object = g_value_dup_object (value);
}

static void
test_objects (const TfContract *contract)
{
  Stage                stage = stage_new (contract);
  g_autoptr (TfFuture) future = tf_contract_submit (stage.executor, run_object, NULL);
  g_autoptr (GObject)  item = NULL;
  g_autoptr (GObject)  result = NULL;

  g_test_summary ("Objects are handed over, and stay the same ones.");

  g_signal_connect (future, "item", G_CALLBACK (on_object_cb), &item);
  tf_test_wait_done (future);
  result = tf_future_dup_object (future, NULL);
  g_assert_true (G_IS_LIST_STORE (result));
  g_assert_true (item == result);
  stage_clear (&stage);
}

static void
test_cancel_waiting (const TfContract *contract)
{
  Stage                stage = stage_new (contract);
  g_autoptr (TfFuture) running =
    tf_contract_submit (stage.executor, tf_contract_until_cancelled, NULL);
  g_autoptr (TfFuture)     waiting = NULL;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary (
    "A task that is cancelled in the queue ends without having run, and without a worker.");

  tf_test_run_until (NULL, is_executing, running);
  waiting = tf_contract_submit (stage.executor, run_counting, g_variant_new_int64 (1));
  states = tf_test_states_new (waiting);
  g_assert_true (tf_future_cancel (waiting));
  g_assert_false (tf_future_cancel (waiting));
  tf_test_wait_done (waiting);
  tf_test_assert_states (states, "WAITING CANCELLING CANCELLED done");
  g_assert_true (is_executing (running));
  tf_future_cancel (running);
  g_clear_pointer (&states, tf_test_states_free);
  stage_clear (&stage);
}

static void
on_late_event_cb (void)
{
  g_assert_not_reached ();
}

static void
test_cancel_running (const TfContract *contract)
{
  Stage                    stage = stage_new (contract);
  g_autoptr (TfFuture)     future = tf_contract_submit (stage.executor, run_until_refused, NULL);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);
  g_autoptr (GError)       error = NULL;

  g_test_summary (
    "A task that runs is told of a cancel by its reports, none of which comes after it.");

  tf_test_run_until (NULL, is_executing, future);
  g_assert_true (tf_future_cancel (future));
  g_signal_connect (future, "progress", G_CALLBACK (on_late_event_cb), NULL);
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING CANCELLED done");
  error = tf_future_dup_error (future);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_pointer (&states, tf_test_states_free);
  stage_clear (&stage);
}

static gboolean
is_nothing_abandoned (gpointer executor)
{
  return tf_executor_get_n_aborted (executor) == 0;
}

static void
test_abort (const TfContract *contract)
{
  Stage                stage = stage_new (contract);
  g_autoptr (TfFuture) future =
    tf_contract_submit (stage.executor, tf_contract_until_cancelled, NULL);
  g_autoptr (GError) error = NULL;

  g_test_summary ("An aborted future ends in the next turn, with the reason.");

  tf_test_run_until (NULL, is_executing, future);
  g_assert_true (tf_future_abort (future, "enough", NULL));
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  tf_test_wait_done (future);
  error = tf_future_dup_error (future);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpstr (error->message, ==, "enough");

  /* Nobody waits for what was given up: its end would come after the test. */
  tf_test_run_until (NULL, is_nothing_abandoned, stage.executor);
  stage_clear (&stage);
}

static void
test_cancellable (const TfContract *contract)
{
  Stage                stage = stage_new (contract);
  g_autoptr (TfFuture) future =
    tf_contract_submit (stage.executor, tf_contract_until_cancelled, NULL);
  g_autoptr (TfFuture)     other = NULL;
  g_autoptr (GCancellable) cancellable = tf_future_dup_gcancellable (future);
  g_autoptr (GCancellable) given = g_cancellable_new ();
  TfTask                  *task = tf_task_new_with_argument (tf_contract_until_cancelled, NULL);

  g_test_summary (
    "Cancelling the cancellable of a future, or the one that its task was given, cancels it.");

  tf_test_run_until (NULL, is_executing, future);
  g_cancellable_cancel (cancellable);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);

  tf_task_link_cancellable (task, given);
  other = tf_executor_submit (stage.executor, task, NULL);
  tf_test_run_until (NULL, is_executing, other);
  g_cancellable_cancel (given);
  tf_test_wait_done (other);
  g_assert_cmpint (tf_future_get_state (other), ==, TF_FUTURE_STATE_CANCELLED);
  stage_clear (&stage);
}

static gpointer
wait_in_thread (gpointer future)
{
  gboolean is_done = tf_future_wait (future, tf_test_timeout_us (), NULL, NULL);

  g_main_context_wakeup (NULL);
  return GINT_TO_POINTER (is_done && tf_future_get_int64 (future, NULL) == 42);
}

static void
test_wait (const TfContract *contract)
{
  Stage                stage = stage_new (contract);
  g_autoptr (TfFuture) future = NULL;
  GThread             *thread;

  g_test_summary ("Another thread waits for a future, and reads the result.");

  future = tf_contract_submit (stage.executor, tf_contract_double, g_variant_new_int64 (21));
  thread = g_thread_new ("waiter", wait_in_thread, future);
  tf_test_wait_done (future);
  g_assert_nonnull (g_thread_join (thread));
  stage_clear (&stage);
}

void
tf_contract_add_future (const char     *prefix,
                        TfContractMake  make,
                        TfContractFlags declined)
{
  const TfContract contract = { make, declined };
  const struct
  {
    const char     *path;
    TfContractTest  test;
    TfContractFlags needs;
  } tests[] = {
    { "/future/completes-step-by-step", test_completes, TF_CONTRACT_WHOLE },
    { "/future/fails-step-by-step", test_fails, TF_CONTRACT_WHOLE },
    { "/future/keeps-the-failure", test_failure, TF_CONTRACT_WHOLE },
    { "/future/keeps-the-shape-of-values", test_argument, TF_CONTRACT_WHOLE },
    { "/future/tells-events-in-order", test_events, TF_CONTRACT_WHOLE },
    { "/future/bears-a-flood", test_flood, TF_CONTRACT_WHOLE },
    { "/future/shows-progress", test_progress, TF_CONTRACT_WHOLE },
    { "/future/hands-objects-over", test_objects, TF_CONTRACT_DECLINES_OBJECTS },
    { "/future/cancels-what-waits", test_cancel_waiting, TF_CONTRACT_WHOLE },
    { "/future/cancels-what-runs", test_cancel_running, TF_CONTRACT_WHOLE },
    { "/future/gives-up", test_abort, TF_CONTRACT_WHOLE },
    { "/future/is-cancelled-by-cancellables", test_cancellable, TF_CONTRACT_WHOLE },
    { "/future/is-waited-for-in-threads", test_wait, TF_CONTRACT_WHOLE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    tf_contract_add (prefix, tests[i].path, &contract, tests[i].needs, tests[i].test);
}
