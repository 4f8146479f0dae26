/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* What handlers may do: everything. */

typedef struct
{
  TfExecutor *executor;
  TfFuture   *other;
  guint       n_calls;
} Desk;

static gboolean
is_called (gpointer data)
{
  return ((Desk *) data)->n_calls > 0;
}

static void
on_done_count_cb (TfFuture *future,
                  Desk     *desk)
{
  desk->n_calls++;
}

static void
test_kept_until_done (void)
{
  TfExecutor *executor = executor_new (1);
  Meeting     meeting;
  Desk        desk = { 0 };
  TfFuture   *future;
  gpointer    weak;

  g_test_summary ("A future of which nobody has a reference lives until done was told.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  g_signal_connect (future, "done", G_CALLBACK (on_done_count_cb), &desk);
  weak = future;
  g_object_add_weak_pointer (G_OBJECT (future), &weak);
  g_object_unref (future);

  g_assert_nonnull (weak);
  tf_test_gate_open (&meeting.go);
  tf_test_run_until (NULL, is_called, &desk);
  tf_test_drain (NULL);
  g_assert_null (weak);
  g_assert_cmpuint (desk.n_calls, ==, 1);

  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
on_done_unref_cb (TfFuture *future,
                  Desk     *desk)
{
  g_assert_true (future == desk->other);
  g_clear_object (&desk->other);
  desk->n_calls++;
}

static void
test_unref_in_done (void)
{
  TfExecutor *executor = executor_new (1);
  Desk        desk = { .other = submit (executor, run_eight, NULL) };
  gpointer    weak = desk.other;

  g_test_summary ("The last reference may be dropped in a handler of done.");

  g_object_add_weak_pointer (G_OBJECT (desk.other), &weak);
  g_signal_connect (desk.other, "done", G_CALLBACK (on_done_unref_cb), &desk);
  tf_test_run_until (NULL, is_called, &desk);
  tf_test_drain (NULL);
  g_assert_null (weak);

  tf_test_executor_finish (&executor);
}

static void
on_done_drop_executor_cb (TfFuture *future,
                          Desk     *desk)
{
  g_clear_object (&desk->executor);
  desk->n_calls++;
}

static void
test_drop_executor_in_done (void)
{
  Desk        desk = { .executor = executor_new (1) };
  Meeting     meeting;
  TfExecutor *weak = desk.executor;
  TfFuture   *first;
  TfFuture   *second;

  g_test_summary ("The executor may be dropped in a handler of done; what it still has is "
                  "cancelled.");

  meeting_init (&meeting);
  g_object_add_weak_pointer (G_OBJECT (weak), (gpointer *) &weak);
  first = submit (desk.executor, run_eight, NULL);
  second = submit (desk.executor, run_meeting, &meeting);
  g_signal_connect (first, "done", G_CALLBACK (on_done_drop_executor_cb), &desk);
  tf_test_run_until (NULL, is_called, &desk);
  g_assert_null (weak);

  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (second);
  g_assert_cmpint (tf_future_get_state (second), ==, TF_FUTURE_STATE_CANCELLED);
  finish_future (first);
  finish_future (second);
  meeting_clear (&meeting);
}

static void
on_done_submit_cb (TfFuture *future,
                   Desk     *desk)
{
  desk->other = submit (desk->executor, run_eight, NULL);
  desk->n_calls++;
}

static void
test_submit_in_done (void)
{
  Desk      desk = { .executor = executor_new (1) };
  TfFuture *future = submit (desk.executor, run_nothing, NULL);

  g_test_summary ("A handler of done may submit the next task.");

  g_signal_connect (future, "done", G_CALLBACK (on_done_submit_cb), &desk);
  tf_test_run_until (NULL, is_called, &desk);
  tf_test_wait_done (desk.other);
  g_assert_cmpint (tf_future_get_int64 (desk.other, NULL), ==, 8);

  finish_future (desk.other);
  finish_future (future);
  tf_test_executor_finish (&desk.executor);
}

static void
on_executing_cancel_cb (TfFuture   *future,
                        GParamSpec *pspec,
                        gpointer    data)
{
  if (tf_future_get_state (future) == TF_FUTURE_STATE_EXECUTING)
    g_assert_true (tf_future_cancel (future));
}

static void
test_cancel_in_notify (void)
{
  TfExecutor              *executor = executor_new (1);
  TfFuture                *future = submit (executor, run_eight, NULL);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);

  g_test_summary ("A handler that is told of EXECUTING may cancel: the move is told inside.");

  g_signal_connect (future, "notify::state", G_CALLBACK (on_executing_cancel_cb), NULL);
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING CANCELLED done");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
on_cancelling_run_loop_cb (TfFuture   *future,
                           GParamSpec *pspec,
                           gpointer    data)
{
  if (tf_future_get_state (future) == TF_FUTURE_STATE_CANCELLING)
    {
      tf_test_gate_open (&((Meeting *) data)->go);
      tf_test_wait_done (future);
    }
}

static void
on_notify_word_cb (TfFuture   *future,
                   GParamSpec *pspec,
                   GString    *text)
{
  g_string_append_printf (text, "%s ", g_param_spec_get_name (pspec));
}

static void
test_loop_in_cancelling (void)
{
  TfExecutor         *executor = executor_new (1);
  g_autoptr (GString) text = g_string_new (NULL);
  Meeting             meeting;
  TfFuture           *future;

  g_test_summary ("A loop in a handler moves the future on; the rest of the outer move is "
                  "skipped.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);
  g_signal_connect (future, "notify", G_CALLBACK (on_notify_word_cb), text);
  g_signal_connect (future, "notify::state", G_CALLBACK (on_cancelling_run_loop_cb), &meeting);

  g_assert_true (tf_future_cancel (future));
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  /* A notification inside one of the same property restarts the outer one, says GObject: so "state" comes last. */
  g_assert_cmpstr (text->str, ==, "state error done state ");

  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

/* Loops in handlers, while nobody but the executor has the future. */

typedef struct
{
  Meeting  meeting;
  GString *text;
  gpointer weak;
  gboolean is_entered;
  gboolean is_over;
} Orphan;

static gboolean
orphan_is_over (gpointer data)
{
  return ((Orphan *) data)->is_over;
}

static void
on_orphan_done_cb (TfFuture *future,
                   Orphan   *orphan)
{
  orphan->is_over = TRUE;
}

static void
on_orphan_notify_cb (TfFuture   *future,
                     GParamSpec *pspec,
                     Orphan     *orphan)
{
  if (orphan->is_entered)
    return;

  orphan->is_entered = TRUE;
  tf_test_gate_open (&orphan->meeting.go);
  tf_test_run_until (NULL, orphan_is_over, orphan);
  tf_test_drain (NULL);
}

static void
run_progress_meeting (TfTask  *task,
                      gpointer data)
{
  Orphan *orphan = data;

  tf_task_set_progress (task, 1, 3, "one of three");
  meeting_attend (&orphan->meeting);
}

static void
check_orphan (const char *detailed_signal,
              gboolean    with_cancel)
{
  TfExecutor         *executor = executor_new (1);
  Orphan              orphan = { .text = NULL };
  TfFuture           *future;
  g_autoptr (GThread) canceller = NULL;

  meeting_init (&orphan.meeting);
  future = submit (executor, run_progress_meeting, &orphan);
  orphan.weak = future;
  g_object_add_weak_pointer (G_OBJECT (future), &orphan.weak);
  g_signal_connect (future, detailed_signal, G_CALLBACK (on_orphan_notify_cb), &orphan);
  g_signal_connect (future, "done", G_CALLBACK (on_orphan_done_cb), &orphan);
  tf_test_gate_wait (&orphan.meeting.started);
  if (with_cancel)
    {
      canceller = g_thread_new ("canceller", (GThreadFunc) tf_future_cancel, future);
      g_thread_join (g_steal_pointer (&canceller));
    }
  g_object_unref (future);

  tf_test_run_until (NULL, orphan_is_over, &orphan);
  tf_test_drain (NULL);
  g_assert_null (orphan.weak);

  tf_test_executor_finish (&executor);
  meeting_clear (&orphan.meeting);
}

static void
test_loop_without_reference (void)
{
  g_test_summary ("A handler may run the loop until the future is done and nobody has it any "
                  "more.");

  check_orphan ("notify::state", FALSE);
  check_orphan ("notify::completed-steps", FALSE);
  check_orphan ("notify::fraction", FALSE);
  check_orphan ("notify::status", FALSE);
  check_orphan ("notify::state", TRUE);
  check_orphan ("notify::cancellable", TRUE);
}

static void
run_three_items (TfTask  *task,
                 gpointer data)
{
  Orphan *orphan = data;

  for (gint64 i = 1; i <= 3; i++)
    tf_task_yield_int64 (task, i);
  meeting_attend (&orphan->meeting);
  tf_task_yield_int64 (task, 4);
  tf_task_report_int64 (task, 5);
}

static void
on_item_cb (TfFuture     *future,
            const GValue *value,
            Orphan       *orphan)
{
  gint64 number = g_value_get_int64 (value);

  g_string_append_printf (orphan->text, "%" G_GINT64_FORMAT " ", number);
  if (number == 2)
    {
      tf_test_gate_open (&orphan->meeting.go);
      tf_test_run_until (NULL, orphan_is_over, orphan);
      tf_test_drain (NULL);
      g_string_append (orphan->text, "inner-end ");
    }
}

static void
test_loop_in_item (void)
{
  TfExecutor *executor = executor_new (1);
  Orphan      orphan = { .text = g_string_new (NULL) };
  TfFuture   *future;

  g_test_summary ("A loop in a handler goes on with the next event: nothing is lost or overtaken.");

  meeting_init (&orphan.meeting);
  future = submit (executor, run_three_items, &orphan);
  orphan.weak = future;
  g_object_add_weak_pointer (G_OBJECT (future), &orphan.weak);
  g_signal_connect (future, "item", G_CALLBACK (on_item_cb), &orphan);
  g_signal_connect (future, "progress", G_CALLBACK (on_item_cb), &orphan);
  g_signal_connect (future, "done", G_CALLBACK (on_orphan_done_cb), &orphan);
  g_object_unref (future);

  tf_test_run_until (NULL, orphan_is_over, &orphan);
  tf_test_drain (NULL);
  g_assert_cmpstr (orphan.text->str, ==, "1 2 3 4 5 inner-end ");
  g_assert_null (orphan.weak);

  tf_test_executor_finish (&executor);
  g_string_free (orphan.text, TRUE);
  meeting_clear (&orphan.meeting);
}

static void
on_done_shutdown_cb (TfFuture *future,
                     Desk     *desk)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_executor_shutdown (desk->executor, tf_test_timeout_us (), &error));
  g_assert_no_error (error);
  desk->n_calls++;
}

static void
test_shutdown_in_done (void)
{
  Desk      desk = { .executor = executor_new (1) };
  TfFuture *first = submit (desk.executor, run_eight, NULL);
  TfFuture *second = submit (desk.executor, run_eight, NULL);

  g_test_summary ("A handler of done may shut the executor down; its own future is not waited "
                  "for.");

  g_signal_connect (first, "done", G_CALLBACK (on_done_shutdown_cb), &desk);
  tf_test_run_until (NULL, is_called, &desk);
  g_assert_true (tf_executor_is_stopped (desk.executor));
  g_assert_true (tf_future_is_done (second));

  finish_future (first);
  finish_future (second);
  tf_test_executor_finish (&desk.executor);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/lifetime/lasts-until-done-was-told", test_kept_until_done);
  tf_test_add ("/future/lifetime/may-end-in-done", test_unref_in_done);
  tf_test_add ("/future/handler/may-drop-the-executor", test_drop_executor_in_done);
  tf_test_add ("/future/handler/may-submit", test_submit_in_done);
  tf_test_add ("/future/handler/may-cancel", test_cancel_in_notify);
  tf_test_add ("/future/handler/may-run-the-loop-while-cancelling", test_loop_in_cancelling);
  tf_test_add ("/future/handler/may-run-the-loop-without-a-reference", test_loop_without_reference);
  tf_test_add ("/future/handler/may-run-the-loop-between-items", test_loop_in_item);
  tf_test_add ("/future/handler/may-shut-the-executor-down", test_shutdown_in_done);

  return g_test_run ();
}
