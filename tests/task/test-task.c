/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../future/meeting.h"

/* The specification */

static void
test_settings (void)
{
  TfTask *task = tf_task_new (run_nothing, NULL, NULL);

  g_test_summary ("EXC-06: what is set is what is got, and may be set again.");

  g_assert_cmpstr (tf_task_get_name (task), ==, "task");
  g_assert_null (tf_task_get_description (task));
  g_assert_cmpint (tf_task_get_priority (task), ==, 0);
  g_assert_null (tf_task_get_argument (task));

  tf_task_set_name (task, "first");
  tf_task_set_name (task, "second");
  tf_task_set_description (task, "one");
  tf_task_set_description (task, "two");
  tf_task_set_priority (task, -5);
  tf_task_set_location (task, "a:1");
  tf_task_set_location (task, "b:2");
  tf_task_set_future_type (task, TF_TYPE_FUTURE);
  g_assert_cmpstr (tf_task_get_name (task), ==, "second");
  g_assert_cmpstr (tf_task_get_description (task), ==, "two");
  g_assert_cmpint (tf_task_get_priority (task), ==, -5);

  tf_task_set_name (task, NULL);
  tf_task_set_description (task, NULL);
  g_assert_cmpstr (tf_task_get_name (task), ==, "task");
  g_assert_null (tf_task_get_description (task));
  tf_task_unref (task);
}

static void
test_boxed (void)
{
  TfTask *task = tf_task_new (run_nothing, NULL, NULL);
  TfTask *same = g_boxed_copy (TF_TYPE_TASK, task);

  g_test_summary ("A task is a boxed type: a copy is a reference.");

  g_assert_true (same == task);
  g_boxed_free (TF_TYPE_TASK, same);
  g_assert_cmpstr (g_type_name (TF_TYPE_TASK), ==, "TfTask");
  tf_task_unref (task);
}

static void
count_free (gpointer data)
{
  ++*(guint *) data;
}

static void
on_never_cb (TfFuture *future,
             gpointer  data)
{
  g_assert_not_reached ();
}

static void
test_unsubmitted (void)
{
  guint                    counts[3] = { 0 };
  GObject                 *owner = g_object_new (G_TYPE_OBJECT, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  TfTask                  *task = tf_task_new (run_never, &counts[0], count_free);

  g_test_summary ("A task that is never submitted frees what it was given with the last "
                  "reference.");

  tf_task_set_callback (task, on_never_cb, &counts[1], count_free);
  tf_task_set_callback (task, on_never_cb, &counts[2], count_free);
  g_assert_cmpuint (counts[1], ==, 1);
  tf_task_set_owner (task, owner);
  tf_task_link_cancellable (task, cancellable);
  tf_task_ref (task);
  tf_task_unref (task);
  g_assert_cmpuint (counts[0], ==, 0);
  g_assert_finalize_object (owner);
  tf_task_unref (task);
  g_assert_cmpuint (counts[0], ==, 1);
  g_assert_cmpuint (counts[2], ==, 1);
}

/* Running */

static void
run_argument (TfTask  *task,
              gpointer data)
{
  GVariant *argument = tf_task_get_argument (task);

  g_assert_null (data);
  if (argument == NULL)
    tf_task_return_int64 (task, -1);
  else
    tf_task_return_int64 (task, g_variant_get_int32 (argument) * 2);
}

static void
test_argument (void)
{
  TfExecutor *executor = executor_new (1);
  TfTask     *task = tf_task_new_with_argument (run_argument, g_variant_new_int32 (21));
  TfTask     *kept = tf_task_ref (task);
  TfFuture   *future;
  TfFuture   *none;

  g_test_summary ("CALL-03: the argument of a task reaches its function, and goes with the end.");

  g_assert_cmpint (g_variant_get_int32 (tf_task_get_argument (task)), ==, 21);
  future = submit_task (executor, task);
  none = submit_task (executor, tf_task_new_with_argument (run_argument, NULL));
  tf_test_wait_done (future);
  tf_test_wait_done (none);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  g_assert_cmpint (tf_future_get_int64 (none, NULL), ==, -1);
  g_assert_null (tf_task_get_argument (kept));
  tf_task_unref (kept);

  finish_future (future);
  finish_future (none);
  tf_test_executor_finish (&executor);
}

static void
run_user_data (TfTask  *task,
               gpointer data)
{
  tf_task_return_int64 (task, *(int *) data);
}

static void
test_user_data (void)
{
  TfExecutor *executor = executor_new (1);
  int         number = 7;
  TfFuture   *future = submit (executor, run_user_data, &number);

  g_test_summary ("CALL-03: the user data reaches the function unchanged.");

  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 7);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

/* The end, step by step */

typedef struct
{
  GString *text;
  GThread *owner;
  char     name;
} Step;

static void
free_step (gpointer data)
{
  Step *step = data;

  g_assert_true (g_thread_self () == step->owner);
  g_string_append_printf (step->text, "free-%c ", step->name);
}

static void
on_end_cb (TfFuture *future,
           gpointer  data)
{
  Step *step = data;

  g_assert_true (g_thread_self () == step->owner);
  g_assert_true (tf_future_is_done (future));
  g_string_append (step->text, "callback ");
}

static void
on_notify_done_cb (TfFuture   *future,
                   GParamSpec *pspec,
                   GString    *text)
{
  g_string_append (text, "notify ");
}

static void
on_done_cb (TfFuture *future,
            GString  *text)
{
  g_string_append (text, "done");
}

static void
check_end (TfTaskFunc func,
           gboolean   with_cancel)
{
  TfExecutor         *executor = executor_new (1);
  g_autoptr (GString) text = g_string_new (NULL);
  Step                data = { text, g_thread_self (), 'u' };
  Step                callback_data = { text, g_thread_self (), 'c' };
  TfTask             *task = tf_task_new (func, &data, free_step);
  TfTask             *kept = tf_task_ref (task);
  TfFuture           *future;

  tf_task_set_callback (task, on_end_cb, &callback_data, free_step);
  future = submit_task (executor, task);
  g_signal_connect (future, "notify::done", G_CALLBACK (on_notify_done_cb), text);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), text);
  if (with_cancel)
    tf_future_cancel (future);
  tf_test_wait_done (future);
  g_assert_cmpstr (text->str, ==, "notify callback free-c free-u done");
  g_clear_error (&(GError *){ tf_future_dup_error (future) });

  finish_future (future);
  tf_test_executor_finish (&executor);
  tf_task_unref (kept);
  g_assert_cmpstr (text->str, ==, "notify callback free-c free-u done");
}

static void
test_end (void)
{
  g_test_summary ("At the end come the callback, what is freed, and done; in the owner thread, "
                  "whoever still has the task.");

  check_end (run_nothing, FALSE);
  check_end (run_failing, FALSE);
  check_end (run_nothing, TRUE);
}

static void
test_after_end (void)
{
  TfExecutor *executor = executor_new (1);
  TfTask     *task = tf_task_ref (tf_task_new (run_eight, NULL, NULL));
  TfFuture   *future = submit_task (executor, task);

  g_test_summary ("A reference that is kept after the end is harmless: all that is told is "
                  "refused.");

  finish_future (future);
  g_assert_false (tf_task_is_cancelled (task));
  g_assert_false (tf_task_report_int64 (task, 1));
  g_assert_false (tf_task_yield_value (task, NULL));
  g_assert_false (tf_task_send_string (task, "kind", "text"));
  g_assert_false (tf_task_set_progress (task, 1, 2, "text"));
  g_assert_false (tf_task_advance (task, 1));
  g_assert_false (tf_task_set_total (task, 1));
  g_assert_false (tf_task_set_status (task, "text"));
  g_assert_cmpstr (tf_task_get_name (task), ==, "task");
  tf_test_executor_finish (&executor);
  g_assert_false (tf_task_report_int64 (task, 1));
  tf_task_unref (task);
}

/* Cancellables */

static void
run_watch_cancellable (TfTask  *task,
                       gpointer data)
{
  GCancellable *cancellable = tf_task_get_cancellable (task);

  g_assert_true (cancellable == tf_task_get_cancellable (task));
  g_assert_false (g_cancellable_is_cancelled (cancellable));
  meeting_attend (data);
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  g_assert_true (tf_task_is_cancelled (task));
}

static void
test_cancellable (void)
{
  TfExecutor *executor = executor_new (1);
  Meeting     meeting;
  TfFuture   *future;

  g_test_summary ("The cancellable of a task is cancelled with it.");

  meeting_init (&meeting);
  future = submit (executor, run_watch_cancellable, &meeting);
  tf_test_gate_wait (&meeting.started);
  tf_future_cancel (future);
  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);

  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
run_cancel_itself (TfTask  *task,
                   gpointer data)
{
  g_cancellable_cancel (tf_task_get_cancellable (task));
  g_assert_true (tf_task_is_cancelled (task));
  g_assert_false (tf_task_report_int64 (task, 1));
}

static void
test_cancellable_cancels (void)
{
  TfExecutor              *executor = executor_new (1);
  Meeting                  meeting;
  TfFuture                *here;
  TfFuture                *inside = submit (executor, run_cancel_itself, NULL);
  g_autoptr (GCancellable) cancellable = NULL;

  g_test_summary ("Cancelling the cancellable of a task cancels it, here and in the background.");

  tf_test_wait_done (inside);
  g_assert_cmpint (tf_future_get_state (inside), ==, TF_FUTURE_STATE_CANCELLED);

  meeting_init (&meeting);
  here = submit (executor, run_meeting, &meeting);
  wait_for_state (here, TF_FUTURE_STATE_EXECUTING);
  cancellable = tf_future_dup_gcancellable (here);
  g_cancellable_cancel (cancellable);
  tf_test_drain (NULL);
  g_assert_cmpint (tf_future_get_state (here), ==, TF_FUTURE_STATE_CANCELLING);
  tf_test_gate_open (&meeting.go);
  finish_future (here);
  finish_future (inside);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_cancellable_before (void)
{
  TfExecutor              *executor = executor_new (1);
  TfTask                  *task = tf_task_new (run_nothing, NULL, NULL);
  g_autoptr (GCancellable) cancellable = g_object_ref (tf_task_get_cancellable (task));
  TfFuture                *future;

  g_test_summary ("The cancellable that a task gives before it is submitted is its own, too.");

  g_cancellable_cancel (cancellable);
  future = submit_task (executor, task);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static TfFuture *
submit_with_cancellable (TfExecutor   *executor,
                         TfTaskFunc    func,
                         gpointer      data,
                         GCancellable *cancellable)
{
  TfTask *task = tf_task_new (func, data, NULL);

  tf_task_link_cancellable (task, cancellable);
  return submit_task (executor, task);
}

static void
test_user_cancellable (void)
{
  TfExecutor              *executor = executor_new (1);
  GCancellable            *cancellable = g_cancellable_new ();
  Meeting                  meeting;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;

  g_test_summary ("A cancellable of the user cancels at once, and is not cancelled by the task.");

  meeting_init (&meeting);
  future = submit_with_cancellable (executor, run_meeting, &meeting, cancellable);
  states = tf_test_states_new (future);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);
  g_cancellable_cancel (cancellable);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING");
  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING CANCELLED done");
  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);

  g_cancellable_reset (cancellable);
  future = submit_with_cancellable (executor, run_eight, NULL, cancellable);
  tf_future_cancel (future);
  g_assert_false (g_cancellable_is_cancelled (cancellable));
  finish_future (future);
  g_cancellable_cancel (cancellable);

  tf_test_executor_finish (&executor);
  g_assert_finalize_object (cancellable);
  meeting_clear (&meeting);
}

static gpointer
run_g_cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static void
test_user_cancellable_before (void)
{
  TfExecutor   *executor = executor_new (1);
  GCancellable *cancellable = g_cancellable_new ();
  TfFuture     *future;

  g_test_summary ("CALL-06: a task whose cancellable was cancelled before is accepted, and never "
                  "runs.");

  g_cancellable_cancel (cancellable);
  future = submit_with_cancellable (executor, run_never, NULL, cancellable);
  g_assert_false (tf_future_is_done (future));
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);

  finish_future (future);
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (cancellable);
}

static void
test_user_cancellable_races (void)
{
  TfExecutor *executor = executor_new (2);

  g_test_summary ("A cancellable of many tasks may be cancelled on another thread at any moment.");

  for (guint i = 0; i < tf_test_scale (200); i++)
    {
      GCancellable *cancellable = g_cancellable_new ();
      GThread      *thread = g_thread_new ("canceller", run_g_cancel, cancellable);
      TfFuture     *futures[8];

      for (guint j = 0; j < G_N_ELEMENTS (futures); j++)
        futures[j] = submit_with_cancellable (executor, run_eight, NULL, cancellable);
      for (guint j = 0; j < G_N_ELEMENTS (futures); j++)
        finish_future (futures[j]);
      g_thread_join (thread);
      g_object_unref (cancellable);
    }

  tf_test_executor_finish (&executor);
}

/* Priorities */

static void
run_append (TfTask  *task,
            gpointer text)
{
  /* One worker: nobody else writes. */
  g_string_append_printf (text, "%s ", tf_task_get_name (task));
}

static void
test_priority (void)
{
  static const int    priorities[] = { 0, 10, -10, 0, -10, G_MININT, 10, G_MAXINT };
  TfExecutor         *executor = executor_new (1);
  g_autoptr (GString) text = g_string_new (NULL);
  Meeting             meeting;
  TfFuture           *futures[G_N_ELEMENTS (priorities)];
  TfFuture           *busy;

  g_test_summary ("Of those that wait lower numbers start first, equal ones in order.");

  meeting_init (&meeting);
  busy = submit (executor, run_meeting, &meeting);
  tf_test_gate_wait (&meeting.started);
  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      TfTask    *task = tf_task_new (run_append, text, NULL);
      const char name[] = { (char) ('a' + i), '\0' };

      tf_task_set_name (task, name);
      tf_task_set_priority (task, priorities[i]);
      futures[i] = submit_task (executor, task);
    }
  tf_test_gate_open (&meeting.go);
  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    finish_future (futures[i]);
  g_assert_cmpstr (text->str, ==, "f c e a d b g h ");

  finish_future (busy);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/task/specification/is-what-was-set", test_settings);
  tf_test_add ("/task/specification/is-a-boxed-type", test_boxed);
  tf_test_add ("/task/specification/frees-all-if-never-submitted", test_unsubmitted);
  tf_test_add ("/task/run/has-its-argument", test_argument);
  tf_test_add ("/task/run/has-its-user-data", test_user_data);
  tf_test_add ("/task/end/comes-step-by-step", test_end);
  tf_test_add ("/task/end/leaves-a-harmless-reference", test_after_end);
  tf_test_add ("/task/cancellable/is-cancelled-with-the-task", test_cancellable);
  tf_test_add ("/task/cancellable/cancels-the-task", test_cancellable_cancels);
  tf_test_add ("/task/cancellable/may-be-asked-for-early", test_cancellable_before);
  tf_test_add ("/task/user-cancellable/cancels-the-task", test_user_cancellable);
  tf_test_add ("/task/user-cancellable/may-be-cancelled-before", test_user_cancellable_before);
  tf_test_add ("/task/user-cancellable/may-be-cancelled-in-a-race", test_user_cancellable_races);
  tf_test_add ("/task/priority/decides-who-starts", test_priority);

  return g_test_run ();
}
