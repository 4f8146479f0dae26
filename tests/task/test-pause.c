/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../executor/bodies.h"

typedef struct
{
  TfTestGate started;
  TfTask    *task; /* (owned) (nullable) */
  gint64     duration_us;
} Pause;

static void
body_pause (TfTask  *task,
            gpointer user_data)
{
  Pause *pause = user_data;

  pause->task = tf_task_ref (task);
  tf_test_gate_open (&pause->started);
  tf_task_return_boolean (task, tf_task_pause (task, pause->duration_us));
}

static void
pause_init (Pause *pause,
            gint64 duration_us)
{
  *pause = (Pause){ .duration_us = duration_us };
  tf_test_gate_init (&pause->started);
}

static void
pause_clear (Pause *pause)
{
  tf_task_unref (pause->task);
  tf_test_gate_clear (&pause->started);
}

static void
test_passes (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  Pause                pause;

  g_test_summary ("A pause ends when the time has passed.");

  pause_init (&pause, 1);
  future = submit_call (executor, body_pause, &pause, NULL);
  tf_test_wait_done (future);
  g_assert_true (tf_future_get_boolean (future, NULL));
  tf_test_drain (NULL);
  g_assert_false (tf_task_pause (pause.task, 0));
  g_clear_object (&future);
  tf_test_executor_finish (&executor);
  pause_clear (&pause);
}

static void
test_clock (void)
{
  g_autoptr (TfTestClock) clock = tf_test_clock_new (0);
  g_autoptr (TfFuture)    future = NULL;
  TfExecutor             *executor;
  Pause                   pause;

  g_test_summary ("A pause goes by the clock of the test.");

  tf_test_clock_install (clock);
  executor = tf_executor_new ();
  pause_init (&pause, G_TIME_SPAN_DAY);
  future = submit_call (executor, body_pause, &pause, NULL);
  tf_test_gate_wait (&pause.started);

  /* The function may not have come to its pause before the first step. */
  while (!tf_future_is_done (future))
    {
      tf_test_clock_advance (clock, G_TIME_SPAN_DAY);
      g_main_context_iteration (NULL, FALSE);
    }
  g_assert_true (tf_future_get_boolean (future, NULL));
  g_clear_object (&future);
  tf_test_executor_finish (&executor);
  tf_test_clock_uninstall (clock);
  pause_clear (&pause);
}

static void
check_end (gboolean is_aborted)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  Pause                pause;

  pause_init (&pause, G_MAXINT64);
  future = submit_call (executor, body_pause, &pause, NULL);
  tf_test_gate_wait (&pause.started);
  if (is_aborted)
    g_assert_true (tf_future_abort (future, NULL, NULL));
  else
    g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  /* The code of an aborted task may return later than the future. */
  while (tf_executor_get_n_aborted (executor) > 0)
    g_main_context_iteration (NULL, TRUE);
  g_clear_object (&future);
  tf_test_executor_finish (&executor);
  pause_clear (&pause);
}

static void
test_cancel (void)
{
  g_test_summary ("A cancel and an abort end a pause at once.");

  check_end (FALSE);
  check_end (TRUE);
}

static void
test_misuse (void)
{
  TfTask *task = tf_task_new (body_nothing, NULL, NULL);

  g_test_summary ("A task that was not submitted cannot pause.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*has not been submitted*");
  g_assert_false (tf_task_pause (task, 0));
  g_test_assert_expected_messages ();
  tf_task_unref (task);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/task/pause/passes", test_passes);
  tf_test_add ("/task/pause/goes-by-the-clock-of-the-test", test_clock);
  tf_test_add ("/task/pause/ends-with-a-cancel", test_cancel);
  tf_test_add ("/task/pause/is-for-submitted-tasks", test_misuse);

  return g_test_run ();
}
