/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

static void
test_advance (void)
{
  TfTestClock *clock = tf_test_clock_new (100);

  g_test_summary ("A test clock stands still until it is moved, and never goes back.");

  g_assert_cmpint (tf_clock_get_time (TF_CLOCK (clock)), ==, 100);
  tf_test_clock_advance (clock, 5);
  tf_test_clock_advance (clock, 0);
  g_assert_cmpint (tf_clock_get_time (TF_CLOCK (clock)), ==, 105);
  tf_test_clock_advance (clock, G_MAXINT64);
  g_assert_cmpint (tf_clock_get_time (TF_CLOCK (clock)), ==, G_MAXINT64);
  g_assert_finalize_object (clock);
}

static void
test_advance_backwards (void)
{
  g_test_summary ("Moving a clock back is refused.");

  if (g_test_subprocess ())
    {
      g_autoptr (TfTestClock) clock = tf_test_clock_new (100);

      tf_test_clock_advance (clock, -1);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*step_us >= 0*");
}

static void
test_install (void)
{
  TfTestClock *clock = tf_test_clock_new (0);
  TfTestClock *other = tf_test_clock_new (0);

  g_test_summary ("One clock is installed at a time, and only that one can be uninstalled.");

  g_assert_false (tf_test_clock_is_installed (clock));
  tf_test_clock_install (clock);
  g_assert_true (tf_test_clock_is_installed (clock));
  tf_test_clock_install (other);
  g_assert_false (tf_test_clock_is_installed (clock));
  tf_test_clock_uninstall (clock);
  g_assert_true (tf_test_clock_is_installed (other));
  tf_test_clock_uninstall (other);
  g_assert_false (tf_test_clock_is_installed (other));
  g_assert_finalize_object (clock);
  g_assert_finalize_object (other);
}

static gpointer
run_advance (gpointer clock)
{
  for (int i = 0; i < 1000; i++)
    tf_test_clock_advance (clock, 1);

  return NULL;
}

static void
test_threads (void)
{
  TfTestClock *clock = tf_test_clock_new (0);
  GThread     *thread = g_thread_new ("advance", run_advance, clock);
  gint64       now_us = 0;

  g_test_summary ("The time may be read while another thread moves it.");

  while (now_us < 1000)
    {
      gint64 next_us = tf_clock_get_time (TF_CLOCK (clock));

      g_assert_cmpint (next_us, >=, now_us);
      now_us = next_us;
    }
  g_thread_join (thread);
  g_assert_finalize_object (clock);
}

/* The limits of the library */

static void
run_checkpoint (TfTask  *task,
                gpointer user_data)
{
  tf_test_context_checkpoint ("work");
  tf_task_return_int64 (task, 42);
}

static gboolean
on_hour_cb (gpointer clock)
{
  tf_test_clock_advance (clock, G_TIME_SPAN_HOUR);
  return G_SOURCE_REMOVE;
}

/* What happens when the main context runs. */
static void
let_an_hour_pass (TfTestFixture *fixture)
{
  g_autoptr (GSource) source = g_idle_source_new ();

  g_source_set_callback (source, on_hour_cb, fixture->clock, NULL);
  g_source_attach (source, fixture->main_context);
}

static void
test_wait (TfTestFixture *fixture,
           gconstpointer  user_data)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (TfFuture) future = tf_executor_submit_call (fixture->executor, run_checkpoint, NULL,
                                                         NULL, NULL);

  g_test_summary ("The limit of a wait goes by the test clock.");

  let_an_hour_pass (fixture);
  g_assert_false (tf_future_wait (future, G_TIME_SPAN_HOUR, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  tf_test_context_complete (fixture->context, future);
  tf_test_assert_int64 (future, 42);
}

static void
on_state_changed_cb (TfExecutor  *executor,
                     GParamSpec  *pspec,
                     TfTestClock *clock)
{
  if (tf_executor_get_state (executor) == TF_EXECUTOR_STATE_STOPPING)
    tf_test_clock_advance (clock, G_TIME_SPAN_HOUR);
}

static void
test_shutdown (TfTestFixture *fixture,
               gconstpointer  user_data)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (TfFuture) future = tf_executor_submit_call (fixture->executor, run_checkpoint, NULL,
                                                         NULL, NULL);

  g_test_summary ("The limit of a shut-down goes by the test clock.");

  g_assert_true (tf_test_context_step (fixture->context, 0));
  g_signal_connect (fixture->executor, "notify::state", G_CALLBACK (on_state_changed_cb),
                    fixture->clock);
  g_assert_false (tf_executor_shutdown (fixture->executor, G_TIME_SPAN_HOUR, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  tf_test_context_complete (fixture->context, future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
}

static gpointer
run_wait_for_flag (gpointer flag)
{
  return GINT_TO_POINTER (tf_cancel_flag_wait (flag, G_TIME_SPAN_HOUR));
}

static void
test_flag (void)
{
  g_autoptr (TfCancelFlag) flag = tf_cancel_flag_new ();
  TfTestClock             *clock = tf_test_clock_new (0);
  GThread                 *thread;

  g_test_summary ("A wait on another thread goes by the test clock.");

  tf_test_clock_install (clock);
  thread = g_thread_new ("wait", run_wait_for_flag, flag);
  /* Whether it waits already or not: it has an hour from when it looks first. */
  tf_test_clock_advance (clock, G_TIME_SPAN_HOUR - 1);
  tf_cancel_flag_set (flag);
  g_assert_nonnull (g_thread_join (thread));
  tf_test_clock_uninstall (clock);
  g_assert_finalize_object (clock);
}

static void
run_progress (TfTask  *task,
              gpointer user_data)
{
  tf_task_set_progress (task, 1, 3, NULL);
  tf_test_context_checkpoint ("first");
  tf_task_set_progress (task, 2, 3, NULL);
  tf_test_context_checkpoint ("second");
  tf_task_return_none (task);
}

static gboolean
is_second (gpointer future)
{
  return tf_future_get_completed_steps (future) == 2;
}

static void
test_progress (TfTestFixture *fixture,
               gconstpointer  user_data)
{
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("The interval of progress goes by the test clock.");

  tf_executor_set_progress_interval (fixture->executor, G_TIME_SPAN_MINUTE);
  tf_test_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
  future = tf_executor_submit_call (fixture->executor, run_progress, NULL, NULL, NULL);

  tf_test_context_step (fixture->context, 0);
  tf_test_drain (fixture->main_context);
  g_assert_cmpint (tf_future_get_completed_steps (future), ==, 1);

  tf_test_context_step (fixture->context, 0);
  tf_test_clock_advance (fixture->clock, G_TIME_SPAN_MINUTE - 1);
  tf_test_drain (fixture->main_context);
  g_assert_cmpint (tf_future_get_completed_steps (future), ==, 1);

  tf_test_clock_advance (fixture->clock, 1);
  tf_test_run_until (fixture->main_context, is_second, future);
  tf_test_context_complete (fixture->context, future);
}

static void
test_elapsed (TfTestFixture *fixture,
              gconstpointer  user_data)
{
  g_autoptr (TfFuture) future = tf_executor_submit_call (fixture->executor, run_checkpoint, NULL,
                                                         NULL, NULL);

  g_test_summary ("What a future says of the time that has passed goes by the test clock.");

  tf_test_context_step (fixture->context, 0);
  tf_test_drain (fixture->main_context);
  tf_test_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
  g_assert_cmpint (tf_future_get_elapsed (future), ==, G_TIME_SPAN_HOUR);
  tf_test_context_complete (fixture->context, future);
}

static void
add_stepped (const char *path,
             void (*func) (TfTestFixture *fixture,
                           gconstpointer  user_data))
{
  g_test_add (path, TfTestFixture, NULL, tf_test_fixture_set_up_stepped, func,
              tf_test_fixture_tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/test-clock/advance/moves-the-time", test_advance);
  tf_test_add ("/test-clock/advance/does-not-go-back", test_advance_backwards);
  tf_test_add ("/test-clock/install/is-for-one-clock", test_install);
  tf_test_add ("/test-clock/threads/may-read-it", test_threads);
  add_stepped ("/test-clock/limits/of-a-wait", test_wait);
  add_stepped ("/test-clock/limits/of-a-shutdown", test_shutdown);
  tf_test_add ("/test-clock/limits/of-another-thread", test_flag);
  add_stepped ("/test-clock/limits/of-progress", test_progress);
  add_stepped ("/test-clock/limits/of-elapsed-time", test_elapsed);

  return g_test_run ();
}
