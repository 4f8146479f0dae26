/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* Writes down what it hears. */
static void
append_value (GString      *text,
              const GValue *value)
{
  if (value == NULL)
    g_string_append (text, "null ");
  else if (G_VALUE_HOLDS_INT64 (value))
    g_string_append_printf (text, "%" G_GINT64_FORMAT " ", g_value_get_int64 (value));
  else if (G_VALUE_HOLDS_STRING (value))
    g_string_append_printf (text, "'%s' ", g_value_get_string (value));
  else if (G_VALUE_HOLDS_OBJECT (value))
    g_string_append_printf (text, "%s:%s ", G_VALUE_TYPE_NAME (value),
                            g_value_get_object (value) == NULL ? "null" : "object");
  else if (G_VALUE_HOLDS_VARIANT (value))
    {
      g_autofree char *content = g_variant_print (g_value_get_variant (value), FALSE);

      g_string_append_printf (text, "%s ", content);
    }
  else
    {
      g_autofree char *content = g_strdup_value_contents (value);

      g_string_append_printf (text, "%s ", content);
    }
}

static void
on_progress_cb (TfFuture     *future,
                const GValue *value,
                GString      *text)
{
  g_string_append (text, "p:");
  append_value (text, value);
}

static void
on_item_cb (TfFuture     *future,
            const GValue *value,
            GString      *text)
{
  g_string_append (text, "i:");
  append_value (text, value);
}

static void
on_message_cb (TfFuture     *future,
               const char   *kind,
               const GValue *value,
               GString      *text)
{
  g_string_append_printf (text, "%s:", kind);
  append_value (text, value);
}

static void
on_done_cb (TfFuture *future,
            GString  *text)
{
  g_string_append (text, "done");
}

static void
listen (TfFuture *future,
        GString  *text)
{
  g_signal_connect (future, "progress", G_CALLBACK (on_progress_cb), text);
  g_signal_connect (future, "item", G_CALLBACK (on_item_cb), text);
  g_signal_connect (future, "message", G_CALLBACK (on_message_cb), text);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), text);
}

/* Submits, listens, waits, and compares. */
static void
check_heard (TfTaskFunc    func,
             gpointer      data,
             TfFutureState state,
             const char   *expected)
{
  TfExecutor         *executor = executor_new (1);
  TfFuture           *future = submit (executor, func, data);
  g_autoptr (GString) text = g_string_new (NULL);

  listen (future, text);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, state);
  g_assert_cmpstr (text->str, ==, expected);
  g_clear_error (&(GError *){ tf_future_dup_error (future) });

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
run_all_kinds (TfTask  *task,
               gpointer object)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, 1);
  g_assert_true (tf_task_report_value (task, &value));
  g_assert_true (tf_task_report_value (task, NULL));
  g_assert_true (tf_task_report_int64 (task, 2));
  g_assert_true (tf_task_report_double (task, 2.5));
  g_assert_true (tf_task_report_string (task, "three"));
  g_assert_true (tf_task_report_object (task, object));
  g_assert_true (tf_task_report_object (task, NULL));
  g_assert_true (tf_task_report_variant (task, g_variant_new_int32 (4)));
  g_assert_true (tf_task_yield_value (task, &value));
  g_assert_true (tf_task_yield_value (task, NULL));
  g_assert_true (tf_task_yield_int64 (task, 2));
  g_assert_true (tf_task_yield_double (task, 2.5));
  g_assert_true (tf_task_yield_string (task, NULL));
  g_assert_true (tf_task_yield_object (task, object));
  g_assert_true (tf_task_yield_variant (task, g_variant_new_int32 (4)));
  g_assert_true (tf_task_send_value (task, "a", &value));
  g_assert_true (tf_task_send_value (task, "b", NULL));
  g_assert_true (tf_task_send_int64 (task, "c", 2));
  g_assert_true (tf_task_send_double (task, "d", 2.5));
  g_assert_true (tf_task_send_string (task, "e", "three"));
  g_assert_true (tf_task_send_object (task, "f", object));
  g_assert_true (tf_task_send_variant (task, "g", g_variant_new_int32 (4)));
  g_value_unset (&value);
}

static void
test_all_kinds (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  g_test_summary ("PROG-05, PROG-20, ITER-18, EXC-08: values of all types arrive as they were, in "
                  "order, and nothing is a value, too.");

  check_heard (run_all_kinds, object, TF_FUTURE_STATE_COMPLETED,
               "p:1 p:null p:2 p:2.500000 p:'three' p:GObject:object p:GObject:null "
               "p:4 i:1 i:null i:2 i:2.500000 i:'(null)' i:GObject:object "
               "i:4 a:1 b:null c:2 d:2.500000 e:'three' f:GObject:object g:4 done");
  g_assert_finalize_object (object);
}

static void
run_reciprocals (TfTask  *task,
                 gpointer data)
{
  for (gint64 i = 1; i <= 3; i++)
    {
      if (!tf_task_yield_double (task, 1.0 / i))
        return;
    }
}

static void
test_items (void)
{
  g_test_summary ("ITER-01, ITER-02: a task that yields in a loop delivers each item in order, and "
                  "completes without a value.");

  check_heard (run_reciprocals, NULL, TF_FUTURE_STATE_COMPLETED,
               "i:1.000000 i:0.500000 i:0.333333 done");
}

static void
run_items_and_fail (TfTask  *task,
                    gpointer data)
{
  tf_task_yield_int64 (task, 1);
  tf_task_yield_int64 (task, 2);
  tf_task_return_new_error (task, TF_ERROR, TF_ERROR_FAILED, "%d is enough", 2);
}

static void
run_report_and_fail (TfTask  *task,
                     gpointer data)
{
  tf_task_report_int64 (task, 1);
  tf_task_return_new_error (task, TF_ERROR, TF_ERROR_FAILED, "no");
}

static void
test_items_and_failure (void)
{
  g_test_summary ("ITER-03, ITER-04, PROG-12: what was told before a failure is delivered before "
                  "it.");

  check_heard (run_failing, NULL, TF_FUTURE_STATE_FAILED, "done");
  check_heard (run_items_and_fail, NULL, TF_FUTURE_STATE_FAILED, "i:1 i:2 done");
  check_heard (run_report_and_fail, NULL, TF_FUTURE_STATE_FAILED, "p:1 done");
}

static void
run_items_and_return (TfTask  *task,
                      gpointer data)
{
  tf_task_yield_int64 (task, 1);
  tf_task_return_int64 (task, 45);
  g_assert_true (tf_task_yield_int64 (task, 2));
}

static void
test_items_and_result (void)
{
  TfExecutor         *executor = executor_new (1);
  TfFuture           *future = submit (executor, run_items_and_return, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  g_test_summary ("ITER-05: items and a result; what is yielded after the return still is "
                  "delivered.");

  listen (future, text);
  tf_test_wait_done (future);
  g_assert_cmpstr (text->str, ==, "i:1 i:2 done");
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 45);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
run_reports (TfTask  *task,
             gpointer data)
{
  for (int i = 0; i <= 3; i++)
    tf_task_report_variant (task, g_variant_new ("(ii)", i, 3));
  tf_task_return_int64 (task, 1729);
}

static void
test_reports (void)
{
  g_test_summary ("PROG-01, PROG-19: each report becomes one progress, in order, before the end.");

  check_heard (run_reports, NULL, TF_FUTURE_STATE_COMPLETED,
               "p:(0, 3) p:(1, 3) p:(2, 3) p:(3, 3) done");
}

static void
test_late_listener (void)
{
  TfExecutor         *executor = executor_new (1);
  g_autoptr (GString) early = g_string_new (NULL);
  g_autoptr (GString) late = g_string_new (NULL);
  TfFuture           *future = submit (executor, run_items_and_return, NULL);

  g_test_summary ("ITER-20, PROG-25: items and reports are not stored: who listens later hears "
                  "later ones.");

  listen (future, early);
  tf_test_wait_done (future);
  listen (future, late);
  tf_test_drain (NULL);
  g_assert_cmpstr (early->str, ==, "i:1 i:2 done");
  g_assert_cmpstr (late->str, ==, "");

  finish_future (future);
  tf_test_executor_finish (&executor);
}

/* Kinds of messages */

static void
run_fizz_buzz (TfTask  *task,
               gpointer data)
{
  tf_task_send_int64 (task, "fizz", 3);
  tf_task_send_int64 (task, "buzz", 5);
  tf_task_send_int64 (task, "fizz", 6);
}

static void
test_detail (void)
{
  TfExecutor         *executor = executor_new (1);
  TfFuture           *future = submit (executor, run_fizz_buzz, NULL);
  g_autoptr (GString) text = g_string_new (NULL);

  g_test_summary ("FUT-41: who connects with a kind as detail hears that kind alone.");

  g_signal_connect (future, "message::fizz", G_CALLBACK (on_message_cb), text);
  tf_test_wait_done (future);
  g_assert_cmpstr (text->str, ==, "fizz:3 fizz:6 ");

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
run_unknown_kind (TfTask  *task,
                  gpointer kind)
{
  g_assert_true (tf_task_send_int64 (task, kind, 1));
}

static void
test_unknown_kind (void)
{
  char kind[] = "kind-that-nobody-asked-for";

  g_test_summary ("FUT-41: a kind that nobody knows is delivered, and makes no quark.");

  g_assert_cmpuint (g_quark_try_string (kind), ==, 0);
  check_heard (run_unknown_kind, kind, TF_FUTURE_STATE_COMPLETED,
               "kind-that-nobody-asked-for:1 done");
  g_assert_cmpuint (g_quark_try_string (kind), ==, 0);
}

static void
run_late_kind_meeting (TfTask  *task,
                       gpointer meeting)
{
  g_assert_true (tf_task_send_int64 (task, "kind-asked-for-late", 1));
  meeting_attend (meeting);
}

static void
test_late_kind (void)
{
  TfExecutor         *executor = executor_new (1);
  g_autoptr (GString) text = g_string_new (NULL);
  Meeting             meeting;
  TfFuture           *future;

  g_test_summary ("A kind that is asked for after it was sent, and before it is told, is heard.");

  meeting_init (&meeting);
  future = submit (executor, run_late_kind_meeting, &meeting);
  tf_test_gate_wait (&meeting.started);
  g_signal_connect (future, "message::kind-asked-for-late", G_CALLBACK (on_message_cb), text);
  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (future);
  g_assert_cmpstr (text->str, ==, "kind-asked-for-late:1 ");

  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/events/are-values-of-all-types", test_all_kinds);
  tf_test_add ("/future/events/are-items-in-order", test_items);
  tf_test_add ("/future/events/come-before-a-failure", test_items_and_failure);
  tf_test_add ("/future/events/come-with-a-result", test_items_and_result);
  tf_test_add ("/future/events/are-reports-in-order", test_reports);
  tf_test_add ("/future/events/are-not-kept-for-late-listeners", test_late_listener);
  tf_test_add ("/future/events/have-a-kind-as-detail", test_detail);
  tf_test_add ("/future/events/may-be-of-a-kind-that-nobody-knows", test_unknown_kind);
  tf_test_add ("/future/events/may-be-asked-for-late", test_late_kind);

  return g_test_run ();
}
