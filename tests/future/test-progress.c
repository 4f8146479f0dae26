/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* A task that makes one step each time it is told to. */
typedef struct
{
  TfTestCounter n_asked;
  TfTestCounter n_made;
  void (*step) (TfTask *task,
                guint   n);
  guint    n_steps;
  gboolean was_wanted;
} Stairs;

static void
stairs_init (Stairs *self,
             void (*step) (TfTask *task, guint n),
             guint n_steps)
{
  *self = (Stairs){ .step = step, .n_steps = n_steps };
  tf_test_counter_init (&self->n_asked);
  tf_test_counter_init (&self->n_made);
}

static void
stairs_clear (Stairs *self)
{
  tf_test_counter_clear (&self->n_asked);
  tf_test_counter_clear (&self->n_made);
}

static void
run_stairs (TfTask  *task,
            gpointer data)
{
  Stairs *stairs = data;

  for (guint i = 0; i < stairs->n_steps; i++)
    {
      tf_test_counter_wait (&stairs->n_asked, i + 1);
      stairs->step (task, i);
      tf_test_counter_add (&stairs->n_made, 1);
    }
}

/* The next step is made, and told. */
static void
climb (Stairs *stairs)
{
  tf_test_counter_wait (&stairs->n_made, tf_test_counter_add (&stairs->n_asked, 1));
  tf_test_drain (NULL);
}

/* No pause between two looks at the progress, so that draining the loop is enough. */
static TfExecutor *
prompt_executor_new (void)
{
  TfExecutor *executor = executor_new (1);

  tf_executor_set_progress_interval (executor, 0);
  return executor;
}

static void
assert_progress (TfFuture   *future,
                 gint64      completed,
                 gint64      total,
                 double      fraction,
                 const char *status)
{
  gint64           completed_property;
  gint64           total_property;
  double           fraction_property;
  g_autofree char *status_property = NULL;

  g_object_get (future, "completed-steps", &completed_property, "total-steps", &total_property,
                "fraction", &fraction_property, "status", &status_property, NULL);
  g_assert_cmpint (completed_property, ==, completed);
  g_assert_cmpint (total_property, ==, total);
  g_assert_cmpfloat (fraction_property, ==, fraction);
  g_assert_cmpstr (status_property, ==, status);

  g_assert_cmpint (tf_future_get_completed_steps (future), ==, completed);
  g_assert_cmpint (tf_future_get_total_steps (future), ==, total);
  g_assert_cmpfloat (tf_future_get_fraction (future), ==, fraction);
  g_assert_cmpstr (tf_future_get_status (future), ==, status);
}

static void
make_any_step (TfTask *task,
               guint   n)
{
  gboolean is_wanted = FALSE;

  switch (n)
    {
    case 0:
      is_wanted = tf_task_set_progress (task, 1, 4, "one");
      break;
    case 1:
      is_wanted = tf_task_advance (task, 2);
      break;
    case 2:
      is_wanted = tf_task_set_status (task, "three");
      break;
    case 3:
      is_wanted = tf_task_set_total (task, 12);
      break;
    case 4:
      is_wanted = tf_task_set_progress (task, 15, 10, NULL);
      break;
    case 5:
      is_wanted = tf_task_set_total (task, 0);
      break;
    case 6:
      is_wanted = tf_task_set_total (task, -1);
      break;
    case 7:
      is_wanted = tf_task_set_status (task, NULL);
      break;
    case 8:
      is_wanted = tf_task_set_progress (task, 0, 4, "");
      break;
    default:
      g_assert_not_reached ();
    }
  g_assert_true (is_wanted);
}

static void
test_values (void)
{
  TfExecutor *executor = prompt_executor_new ();
  Stairs      stairs;
  TfFuture   *future;

  g_test_summary ("What the task tells is what the properties say; the fraction stays from 0 to "
                  "1.");

  stairs_init (&stairs, make_any_step, 9);
  future = submit (executor, run_stairs, &stairs);
  assert_progress (future, 0, -1, 0, NULL);
  climb (&stairs);
  assert_progress (future, 1, 4, 0.25, "one");
  climb (&stairs);
  assert_progress (future, 3, 4, 0.75, "one");
  climb (&stairs);
  assert_progress (future, 3, 4, 0.75, "three");
  climb (&stairs);
  assert_progress (future, 3, 12, 0.25, "three");
  climb (&stairs);
  assert_progress (future, 15, 10, 1, "three");
  climb (&stairs);
  assert_progress (future, 15, 0, 0, "three");
  climb (&stairs);
  assert_progress (future, 15, -1, 0, "three");
  climb (&stairs);
  assert_progress (future, 15, -1, 0, "three");

  /* The last step, after which the task completes. */
  climb (&stairs);
  tf_test_wait_done (future);
  assert_progress (future, 0, 4, 1, "");
  g_assert_cmpint (tf_future_get_eta (future), ==, 0);
  finish_future (future);
  tf_test_executor_finish (&executor);
  stairs_clear (&stairs);
}

/* The latest, and always the last one */

#define N_FLOOD 20000

static void
run_flood (TfTask  *task,
           gpointer data)
{
  for (gint64 i = 1; i <= N_FLOOD; i++)
    g_assert_true (tf_task_set_progress (task, i, N_FLOOD, i == N_FLOOD ? "ready" : "busy"));
}

static void
on_notify_count_cb (TfFuture   *future,
                    GParamSpec *pspec,
                    guint      *n_calls)
{
  ++*n_calls;
}

static void
on_done_full_cb (TfFuture *future,
                 gpointer  data)
{
  assert_progress (future, N_FLOOD, N_FLOOD, 1, "ready");
}

static void
test_latest (void)
{
  TfExecutor *executor = executor_new (1);
  Meeting     meeting;
  TfFuture   *future;
  TfFuture   *next;
  guint       n_calls = 0;

  g_test_summary ("Of many values the latest counts, told once; and the last one before done, also "
                  "where its time has not come.");

  meeting_init (&meeting);
  tf_executor_set_progress_interval (executor, G_MAXINT64 / 2);
  future = submit (executor, run_flood, NULL);
  next = submit (executor, run_meeting, &meeting);
  g_signal_connect (future, "notify::completed-steps", G_CALLBACK (on_notify_count_cb), &n_calls);
  g_signal_connect (future, "done", G_CALLBACK (on_done_full_cb), NULL);
  tf_test_gate_wait (&meeting.started);
  tf_test_wait_done (future);
  g_assert_cmpuint (n_calls, ==, 1);

  tf_test_gate_open (&meeting.go);
  finish_future (next);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
make_step_one (TfTask *task,
               guint   n)
{
  g_assert_true (tf_task_advance (task, 1));
}

static void
test_interval (void)
{
  TfExecutor *executor = executor_new (1);
  Stairs      stairs;
  TfFuture   *future;
  guint       n_calls = 0;

  g_test_summary ("Between two looks at the progress lies the interval; the first look is at "
                  "once.");

  tf_executor_set_progress_interval (executor, G_MAXINT64 / 2);
  stairs_init (&stairs, make_step_one, 3);
  future = submit (executor, run_stairs, &stairs);
  g_signal_connect (future, "notify::completed-steps", G_CALLBACK (on_notify_count_cb), &n_calls);
  climb (&stairs);
  g_assert_cmpint (tf_future_get_completed_steps (future), ==, 1);
  climb (&stairs);
  g_assert_cmpint (tf_future_get_completed_steps (future), ==, 1);
  climb (&stairs);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_completed_steps (future), ==, 3);
  g_assert_cmpuint (n_calls, ==, 2);

  finish_future (future);
  tf_test_executor_finish (&executor);
  stairs_clear (&stairs);
}

static gboolean
has_two_steps (gpointer future)
{
  return tf_future_get_completed_steps (future) == 2;
}

static void
test_due (void)
{
  TfExecutor *executor = executor_new (1);
  Stairs      stairs;
  TfFuture   *future;

  g_test_summary ("What was too early is told when its time has come, without a new report.");

  tf_executor_set_progress_interval (executor, 20000);
  stairs_init (&stairs, make_step_one, 3);
  future = submit (executor, run_stairs, &stairs);
  climb (&stairs);
  climb (&stairs);
  tf_test_run_until (NULL, has_two_steps, future);
  climb (&stairs);

  finish_future (future);
  tf_test_executor_finish (&executor);
  stairs_clear (&stairs);
}

static void
on_any_notify_cb (TfFuture   *future,
                  GParamSpec *pspec,
                  GString    *text)
{
  g_string_append_printf (text, "%s ", g_param_spec_get_name (pspec));
}

static void
make_quiet_step (TfTask *task,
                 guint   n)
{
  if (n == 0)
    tf_task_set_progress (task, 1, 2, "half");
  else if (n == 1)
    tf_task_set_progress (task, 1, 2, "half");
  else
    tf_task_set_status (task, "more");
}

static void
test_notifies (void)
{
  TfExecutor         *executor = prompt_executor_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  Stairs              stairs;
  TfFuture           *future;

  g_test_summary ("What has not changed is not notified.");

  stairs_init (&stairs, make_quiet_step, 3);
  future = submit (executor, run_stairs, &stairs);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);
  g_signal_connect (future, "notify", G_CALLBACK (on_any_notify_cb), text);
  climb (&stairs);
  g_assert_true (
    g_str_has_prefix (text->str, "completed-steps total-steps fraction status "));
  g_assert_true (g_str_has_suffix (text->str, "elapsed "));
  g_string_truncate (text, 0);
  climb (&stairs);
  g_assert_null (strstr (text->str, "steps"));
  g_assert_null (strstr (text->str, "fraction"));
  g_assert_null (strstr (text->str, "status"));
  g_string_truncate (text, 0);
  climb (&stairs);
  g_assert_nonnull (strstr (text->str, "status"));
  g_assert_null (strstr (text->str, "steps"));

  finish_future (future);
  tf_test_executor_finish (&executor);
  stairs_clear (&stairs);
}

/* Cancel */

static void
make_step_or_not (TfTask *task,
                  guint   n)
{
  g_assert_cmpint (tf_task_set_progress (task, n + 1, 10, n == 0 ? "one" : "two"), ==, n == 0);
  g_assert_cmpint (tf_task_advance (task, 0), ==, n == 0);
  g_assert_cmpint (tf_task_set_total (task, 10), ==, n == 0);
  g_assert_cmpint (tf_task_set_status (task, "one"), ==, n == 0);
}

static void
test_frozen (void)
{
  TfExecutor *executor = prompt_executor_new ();
  Stairs      stairs;
  TfFuture   *future;

  g_test_summary ("PROG-06: from the cancel on the progress stays as it is, and the task is told "
                  "so.");

  stairs_init (&stairs, make_step_or_not, 2);
  future = submit (executor, run_stairs, &stairs);
  climb (&stairs);
  assert_progress (future, 1, 10, 0.1, "one");
  tf_future_cancel (future);
  climb (&stairs);
  tf_test_wait_done (future);
  assert_progress (future, 1, 10, 0.1, "one");

  finish_future (future);
  tf_test_executor_finish (&executor);
  stairs_clear (&stairs);
}

static void
test_dropped (void)
{
  TfExecutor *executor = executor_new (1);
  Meeting     meeting;
  TfFuture   *future;
  TfFuture   *next;

  g_test_summary ("Progress that was not told before the cancel is not told after it.");

  meeting_init (&meeting);
  future = submit (executor, run_flood, NULL);
  next = submit (executor, run_meeting, &meeting);
  tf_test_gate_wait (&meeting.started);
  tf_future_cancel (future);
  tf_test_wait_done (future);
  assert_progress (future, 0, -1, 0, NULL);

  tf_test_gate_open (&meeting.go);
  finish_future (next);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
on_steps_cancel_cb (TfFuture   *future,
                    GParamSpec *pspec,
                    GString    *text)
{
  g_assert_true (tf_future_cancel (future));
}

static void
test_cancel_in_notify (void)
{
  TfExecutor         *executor = prompt_executor_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  Stairs              stairs;
  TfFuture           *future;

  g_test_summary ("A handler of the progress may cancel; then the rest of this report is not "
                  "told.");

  stairs_init (&stairs, make_quiet_step, 1);
  future = submit (executor, run_stairs, &stairs);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);
  g_signal_connect (future, "notify", G_CALLBACK (on_any_notify_cb), text);
  g_signal_connect (future, "notify::completed-steps", G_CALLBACK (on_steps_cancel_cb), NULL);
  climb (&stairs);
  tf_test_wait_done (future);
  g_assert_cmpstr (text->str, ==, "completed-steps state cancellable error state done ");

  finish_future (future);
  tf_test_executor_finish (&executor);
  stairs_clear (&stairs);
}

/* Threads */

#define N_HELPERS  4
#define N_ADVANCES 5000

static gpointer
run_helper (gpointer task)
{
  for (guint i = 0; i < N_ADVANCES; i++)
    g_assert_true (tf_task_advance (task, 1));

  return NULL;
}

static void
run_helpers (TfTask  *task,
             gpointer data)
{
  GThread *threads[N_HELPERS];

  tf_task_set_total (task, N_HELPERS * N_ADVANCES);
  for (guint i = 0; i < N_HELPERS; i++)
    threads[i] = g_thread_new ("helper", run_helper, task);
  for (guint i = 0; i < N_HELPERS; i++)
    g_thread_join (threads[i]);
}

static void
on_steps_grow_cb (TfFuture   *future,
                  GParamSpec *pspec,
                  gint64     *last)
{
  gint64 completed = tf_future_get_completed_steps (future);

  g_assert_cmpint (completed, >, *last);
  *last = completed;
}

static void
test_threads (void)
{
  TfExecutor *executor = prompt_executor_new ();
  TfFuture   *future = submit (executor, run_helpers, NULL);
  gint64      last = 0;

  g_test_summary ("Several threads of one task may advance it: no step is lost, none goes back.");

  g_signal_connect (future, "notify::completed-steps", G_CALLBACK (on_steps_grow_cb), &last);
  tf_test_wait_done (future);
  assert_progress (future, N_HELPERS * N_ADVANCES, N_HELPERS * N_ADVANCES, 1, NULL);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

/* Time */

static void
make_timed_step (TfTask *task,
                 guint   n)
{
  tf_task_set_progress (task, n == 0 ? 0 : n == 1 ? 10
                                                  : 20,
                        20, NULL);
}

static void
test_time (void)
{
  TfExecutor *executor = prompt_executor_new ();
  Stairs      stairs;
  TfFuture   *future;
  gint64      elapsed;

  g_test_summary ("The rate and the time that is left follow the steps; the clock stops at the "
                  "end.");

  stairs_init (&stairs, make_timed_step, 3);
  future = submit (executor, run_stairs, &stairs);
  g_assert_cmpfloat (tf_future_get_rate (future), ==, 0);
  g_assert_cmpint (tf_future_get_eta (future), ==, -1);
  g_assert_cmpint (tf_future_get_elapsed (future), ==, 0);
  climb (&stairs);
  g_assert_cmpfloat (tf_future_get_rate (future), ==, 0);
  g_assert_cmpint (tf_future_get_eta (future), ==, -1);
  climb (&stairs);
  g_assert_cmpfloat (tf_future_get_rate (future), >, 0);
  g_assert_cmpint (tf_future_get_eta (future), >, 0);
  climb (&stairs);
  g_assert_cmpint (tf_future_get_eta (future), ==, 0);

  tf_test_wait_done (future);
  g_object_get (future, "elapsed", &elapsed, NULL);
  g_assert_cmpint (elapsed, >, 0);
  g_assert_cmpint (tf_future_get_elapsed (future), ==, elapsed);

  finish_future (future);
  tf_test_executor_finish (&executor);
  stairs_clear (&stairs);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/progress/is-what-the-task-tells", test_values);
  tf_test_add ("/future/progress/has-the-last-value-before-done", test_latest);
  tf_test_add ("/future/progress/is-looked-at-once-in-an-interval", test_interval);
  tf_test_add ("/future/progress/comes-when-its-time-has-come", test_due);
  tf_test_add ("/future/progress/notifies-what-has-changed", test_notifies);
  tf_test_add ("/future/progress/is-frozen-by-a-cancel", test_frozen);
  tf_test_add ("/future/progress/is-dropped-by-a-cancel", test_dropped);
  tf_test_add ("/future/progress/may-be-cancelled-in-a-handler", test_cancel_in_notify);
  tf_test_add ("/future/progress/counts-the-steps-of-all-threads", test_threads);
  tf_test_add ("/future/progress/has-a-rate-and-a-clock", test_time);

  return g_test_run ();
}
