/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

static void
on_owner_hears_cb (GObject  *object,
                   TfFuture *future)
{
  guint n_heard = GPOINTER_TO_UINT (g_object_get_data (object, "n-heard"));

  g_object_set_data (object, "n-heard", GUINT_TO_POINTER (n_heard + 1));
}

static void
connect_owner (TfFuture *future,
               GObject  *owner)
{
  g_signal_connect_swapped (future, "notify", G_CALLBACK (on_owner_hears_cb), owner);
  g_signal_connect_swapped (future, "progress", G_CALLBACK (on_owner_hears_cb), owner);
  g_signal_connect_swapped (future, "done", G_CALLBACK (on_owner_hears_cb), owner);
}

static gpointer
run_unref (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static void
on_callback (TfFuture *future,
             gpointer  data)
{
  ++((guint *) data)[0];
}

static void
count_free (gpointer data)
{
  ++((guint *) data)[1];
}

/* A task with a callback, bound to a new owner that hears of it. */
static TfFuture *
submit_bound (TfExecutor *executor,
              TfTaskFunc  func,
              gpointer    data,
              guint      *callback_counts,
              GObject    *owner)
{
  TfTask   *task = tf_task_new (func, data, NULL);
  TfFuture *future;

  tf_task_set_callback (task, on_callback, callback_counts, count_free);
  future = submit_task (executor, task);
  connect_owner (future, owner);
  tf_future_bind_owner (future, owner);
  return future;
}

static void
run_report_meeting (TfTask  *task,
                    gpointer meeting)
{
  tf_task_report_int64 (task, 1);
  meeting_attend (meeting);
  tf_task_report_int64 (task, 2);
}

/* @moment: 0 before the loop ran, 1 executing. */
static void
check_disposed (gboolean is_executing,
                gboolean is_elsewhere)
{
  TfExecutor              *executor = executor_new (1);
  GObject                 *owner = g_object_new (G_TYPE_OBJECT, NULL);
  guint                    counts[2] = { 0 };
  Meeting                  meeting;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;

  meeting_init (&meeting);
  future = submit_bound (executor, run_report_meeting, &meeting, counts, owner);
  states = tf_test_states_new (future);
  tf_test_gate_wait (&meeting.started);
  if (is_executing)
    wait_for_state (future, TF_FUTURE_STATE_EXECUTING);

  if (is_elsewhere)
    g_thread_join (g_thread_new ("disposer", run_unref, owner));
  else
    g_object_unref (owner);
  if (!is_elsewhere)
    g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);

  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (future);
  tf_test_assert_states (states, is_executing ? "WAITING EXECUTING CANCELLING CANCELLED done"
                                              : "WAITING CANCELLING CANCELLED done");
  g_assert_cmpuint (counts[0], ==, 1);
  g_assert_cmpuint (counts[1], ==, 1);

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_disposed (void)
{
  g_test_summary ("When the owner goes the work is cancelled and its handlers are dropped; others, "
                  "and the callback, whose data is not the owner, still see the end.");

  check_disposed (FALSE, FALSE);
  check_disposed (TRUE, FALSE);
}

static void
test_disposed_elsewhere (void)
{
  g_test_summary ("The same where the owner goes on another thread: the rest follows in the loop.");

  check_disposed (FALSE, TRUE);
  check_disposed (TRUE, TRUE);
}

static void
test_waiting_disposed_elsewhere (void)
{
  TfExecutor              *executor = executor_new (1);
  GObject                 *owner = g_object_new (G_TYPE_OBJECT, NULL);
  guint                    counts[2] = { 0 };
  Meeting                  meeting;
  TfFuture                *busy;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("A task that waits never runs when its owner goes, on whatever thread.");

  meeting_init (&meeting);
  busy = submit (executor, run_meeting, &meeting);
  future = submit_bound (executor, run_never, NULL, counts, owner);
  states = tf_test_states_new (future);
  g_thread_join (g_thread_new ("disposer", run_unref, owner));
  tf_test_assert_states (states, "WAITING");
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING CANCELLING CANCELLED done");
  g_assert_cmpuint (counts[0], ==, 1);
  g_assert_cmpuint (counts[1], ==, 1);

  tf_test_gate_open (&meeting.go);
  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  finish_future (busy);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_disposal_races (void)
{
  TfExecutor *executor = executor_new (2);

  g_test_summary ("An owner that goes on another thread while the loop runs hears nothing after "
                  "it.");

  for (guint i = 0; i < tf_test_scale (500); i++)
    {
      GObject  *owner = g_object_new (G_TYPE_OBJECT, NULL);
      guint     counts[2] = { 0 };
      TfFuture *futures[8];
      GThread  *thread;

      for (guint j = 0; j < G_N_ELEMENTS (futures); j++)
        futures[j] = submit_bound (executor, run_eight, NULL, counts, owner);
      /* Only the weak references count here: the handlers would keep nothing alive. */
      for (guint j = 0; j < G_N_ELEMENTS (futures); j++)
        g_signal_handlers_disconnect_by_data (futures[j], owner);
      thread = g_thread_new ("disposer", run_unref, owner);
      for (guint j = 0; j < G_N_ELEMENTS (futures); j++)
        tf_test_wait_done (futures[j]);
      g_thread_join (thread);
      tf_test_drain (NULL);
      g_assert_cmpuint (counts[1], ==, G_N_ELEMENTS (futures));
      for (guint j = 0; j < G_N_ELEMENTS (futures); j++)
        finish_future (futures[j]);
    }

  tf_test_executor_finish (&executor);
}

static guint n_cancelled_calls;

static void
on_callback_count (TfFuture *future,
                   gpointer  data)
{
  if (tf_future_get_state (future) == TF_FUTURE_STATE_CANCELLED)
    n_cancelled_calls++;
}

static void
test_callback_races (void)
{
  TfExecutor *executor = executor_new (1);

  g_test_summary ("The callback of a task whose data is the owner is never called after a cancel "
                  "because the owner went.");

  for (guint i = 0; i < tf_test_scale (2000); i++)
    {
      GObject  *owner = g_object_new (G_TYPE_OBJECT, NULL);
      TfTask   *task = tf_task_new (run_eight, NULL, NULL);
      GThread  *thread;
      TfFuture *future;

      tf_task_set_callback (task, on_callback_count, owner, NULL);
      tf_task_set_owner (task, owner);
      future = submit_task (executor, task);
      thread = g_thread_new ("disposer", run_unref, owner);
      tf_test_wait_done (future);
      g_thread_join (thread);
      finish_future (future);
    }

  g_assert_cmpuint (n_cancelled_calls, ==, 0);
  tf_test_executor_finish (&executor);
}

static void
test_after_done (void)
{
  TfExecutor              *executor = executor_new (1);
  GObject                 *owner = g_object_new (G_TYPE_OBJECT, NULL);
  guint                    counts[2] = { 0 };
  TfFuture                *future = submit_bound (executor, run_eight, NULL, counts, owner);
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("An owner that goes after the end changes nothing; binding then does nothing.");

  tf_test_wait_done (future);
  g_assert_cmpuint (GPOINTER_TO_UINT (g_object_get_data (owner, "n-heard")), ==, 8);
  g_assert_cmpuint (counts[0], ==, 1);
  states = tf_test_states_new (future);
  g_signal_handlers_disconnect_by_data (future, owner);
  tf_future_bind_owner (future, owner);
  g_assert_finalize_object (owner);
  tf_test_drain (NULL);
  tf_test_assert_states (states, "COMPLETED");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_disposed_alive (void)
{
  TfExecutor *executor = executor_new (1);
  GObject    *owner = g_object_new (G_TYPE_OBJECT, NULL);
  guint       counts[2] = { 0 };
  TfFuture   *future = submit_bound (executor, run_eight, NULL, counts, owner);

  g_test_summary ("Being disposed of is enough, also where somebody keeps the owner.");

  g_object_run_dispose (owner);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_null (g_object_get_data (owner, "n-heard"));

  finish_future (future);
  g_assert_finalize_object (owner);
  tf_test_executor_finish (&executor);
}

static void
test_last_counts (void)
{
  TfExecutor *executor = executor_new (1);
  GObject    *first = g_object_new (G_TYPE_OBJECT, NULL);
  GObject    *second = g_object_new (G_TYPE_OBJECT, NULL);
  TfFuture   *future = submit (executor, run_nothing, NULL);

  g_test_summary ("A future has one owner: the last one that was bound.");

  tf_future_bind_owner (future, first);
  tf_future_bind_owner (future, second);
  tf_future_bind_owner (future, second);
  g_assert_finalize_object (first);
  g_assert_true (tf_future_is_cancellable (future));
  g_assert_finalize_object (second);
  g_assert_false (tf_future_is_cancellable (future));

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_unbound (void)
{
  TfExecutor *executor = executor_new (1);
  GObject    *owner = g_object_new (G_TYPE_OBJECT, NULL);
  guint       counts[2] = { 0 };
  TfFuture   *future = submit_bound (executor, run_eight, NULL, counts, owner);
  Meeting     meeting;

  g_test_summary ("NULL unbinds the owner: the work goes on without it, and its handlers stay.");

  tf_future_bind_owner (future, NULL);
  tf_future_bind_owner (future, NULL);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  g_assert_nonnull (g_object_get_data (owner, "n-heard"));
  g_assert_cmpuint (counts[0], ==, 1);
  tf_future_bind_owner (future, NULL);
  finish_future (future);

  future = submit_bound (executor, run_eight, NULL, counts, owner);
  g_signal_handlers_disconnect_by_data (future, owner);
  tf_future_bind_owner (future, NULL);
  g_assert_finalize_object (owner);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  finish_future (future);

  /* Bound again after that. */
  meeting_init (&meeting);
  owner = g_object_new (G_TYPE_OBJECT, NULL);
  future = submit_bound (executor, run_report_meeting, &meeting, counts, owner);
  tf_future_bind_owner (future, NULL);
  tf_future_bind_owner (future, owner);
  g_object_unref (owner);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  tf_test_gate_open (&meeting.go);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_unbound_too_late (void)
{
  TfExecutor *executor = executor_new (1);

  g_test_summary ("An owner that went on another thread has no callback, although it is unbound or "
                  "replaced after that.");

  for (guint i = 0; i < 2; i++)
    {
      GObject  *owner = g_object_new (G_TYPE_OBJECT, NULL);
      GObject  *other = i == 0 ? NULL : g_object_new (G_TYPE_OBJECT, NULL);
      guint     counts[2] = { 0 };
      Meeting   meeting;
      TfFuture *future;

      meeting_init (&meeting);
      future = submit_bound (executor, run_report_meeting, &meeting, counts, owner);
      g_thread_join (g_thread_new ("disposer", run_unref, owner));
      tf_future_bind_owner (future, other);
      g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
      tf_test_gate_open (&meeting.go);
      tf_test_wait_done (future);
      g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
      g_assert_cmpuint (counts[0], ==, 1);
      finish_future (future);
      meeting_clear (&meeting);
      g_clear_object (&other);
    }
  tf_test_executor_finish (&executor);
}

static void
test_many (void)
{
  TfExecutor *executor = executor_new (1);
  GObject    *owner = g_object_new (G_TYPE_OBJECT, NULL);
  guint       n_futures = tf_test_scale (500);
  TfFuture  **futures = g_new0 (TfFuture *, n_futures);
  Meeting     meeting;
  TfFuture   *busy;

  g_test_summary ("Many futures may have one owner, and leave it in any order.");

  meeting_init (&meeting);
  busy = submit (executor, run_meeting, &meeting);
  for (guint i = 0; i < n_futures; i++)
    {
      futures[i] = submit (executor, run_never, NULL);
      tf_future_bind_owner (futures[i], owner);
      if (i % 3 == 0)
        tf_future_cancel (futures[i]);
    }
  for (guint i = 0; i < n_futures; i += 3)
    finish_future (futures[i]);

  g_object_unref (owner);
  for (guint i = 0; i < n_futures; i++)
    {
      if (i % 3 != 0)
        g_assert_cmpint (tf_future_get_state (futures[i]), ==, TF_FUTURE_STATE_CANCELLING);
    }
  for (guint i = 0; i < n_futures; i++)
    {
      if (i % 3 != 0)
        finish_future (futures[i]);
    }

  tf_test_gate_open (&meeting.go);
  finish_future (busy);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
  g_free (futures);
}

static void
test_task_owner (void)
{
  TfExecutor *executor = executor_new (1);
  GObject    *owner = g_object_new (G_TYPE_OBJECT, NULL);
  TfTask     *task = tf_task_new (run_never, NULL, NULL);
  Meeting     meeting;
  TfFuture   *busy;
  TfFuture   *future;

  g_test_summary ("An owner that is set on the task is bound by the submission.");

  meeting_init (&meeting);
  busy = submit (executor, run_meeting, &meeting);
  tf_task_set_owner (task, owner);
  future = submit_task (executor, task);
  g_assert_finalize_object (owner);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  finish_future (future);

  tf_test_gate_open (&meeting.go);
  finish_future (busy);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_task_owner_gone (void)
{
  TfExecutor              *executor = executor_new (1);
  GObject                 *owner = g_object_new (G_TYPE_OBJECT, NULL);
  TfTask                  *task = tf_task_new (run_never, NULL, NULL);
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("A task whose owner is gone when it is submitted never runs.");

  tf_task_set_owner (task, owner);
  g_assert_finalize_object (owner);
  future = submit_task (executor, task);
  states = tf_test_states_new (future);
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING CANCELLING CANCELLED done");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_task_owner_changes (void)
{
  TfExecutor *executor = executor_new (1);
  GObject    *first = g_object_new (G_TYPE_OBJECT, NULL);
  GObject    *second = g_object_new (G_TYPE_OBJECT, NULL);
  TfTask     *task = tf_task_new (run_eight, NULL, NULL);
  TfFuture   *future;

  g_test_summary ("The owner of a task may be changed, and taken away, before it is submitted.");

  tf_task_set_owner (task, first);
  tf_task_set_owner (task, second);
  g_assert_finalize_object (first);
  tf_task_set_owner (task, NULL);
  g_assert_finalize_object (second);
  future = submit_task (executor, task);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

typedef struct
{
  TfFuture *future;
  GObject  *owner;
} Binding;

static gpointer
run_bind (gpointer data)
{
  Binding *binding = data;

  tf_future_bind_owner (binding->future, binding->owner);
  return NULL;
}

static void
test_elsewhere (void)
{
  TfExecutor *executor = executor_new (1);
  Binding     binding = { submit (executor, run_eight, NULL), g_object_new (G_TYPE_OBJECT, NULL) };
  TfTestLog  *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("An owner can be bound in the owner thread only.");

  g_thread_join (g_thread_new ("other", run_bind, &binding));
  g_assert_cmpuint (tf_test_log_count (log, "tf_future_bind_owner: called outside*"), ==, 1);
  tf_test_log_free (log);
  g_assert_finalize_object (binding.owner);
  g_assert_true (tf_future_is_cancellable (binding.future));

  finish_future (binding.future);
  tf_test_executor_finish (&executor);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/owner/cancels-when-it-goes", test_disposed);
  tf_test_add ("/future/owner/may-go-on-another-thread", test_disposed_elsewhere);
  tf_test_add ("/future/owner/keeps-a-waiting-task-from-running", test_waiting_disposed_elsewhere);
  tf_test_add ("/future/owner/may-go-on-another-thread-in-a-race", test_disposal_races);
  tf_test_add ("/future/owner/has-no-callback-once-gone", test_callback_races);
  tf_test_add ("/future/owner/makes-no-difference-after-the-end", test_after_done);
  tf_test_add ("/future/owner/need-not-be-finalized", test_disposed_alive);
  tf_test_add ("/future/owner/is-the-last-one-bound", test_last_counts);
  tf_test_add ("/future/owner/may-be-unbound", test_unbound);
  tf_test_add ("/future/owner/is-not-unbound-too-late", test_unbound_too_late);
  tf_test_add ("/future/owner/may-have-many-futures", test_many);
  tf_test_add ("/future/owner/may-be-set-on-the-task", test_task_owner);
  tf_test_add ("/future/owner/may-be-gone-at-submission", test_task_owner_gone);
  tf_test_add ("/future/owner/may-change-before-submission", test_task_owner_changes);
  tf_test_add ("/future/owner/is-refused-in-another-thread", test_elsewhere);

  return g_test_run ();
}
