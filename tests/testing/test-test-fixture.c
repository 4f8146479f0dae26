/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

static void
run_nothing (TfTask  *task,
             gpointer user_data)
{
  tf_task_return_none (task);
}

static void
run_error (TfTask  *task,
           gpointer user_data)
{
  tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no moon");
}

static void
run_for_ever (TfTask  *task,
              gpointer user_data)
{
  g_autoptr (TfCancelFlag) flag = tf_cancel_flag_new ();

  tf_cancel_flag_wait (flag, -1);
}

static TfFuture *
submit (TfExecutor *executor,
        TfTaskFunc  func,
        gpointer    user_data)
{
  TfTask *task = tf_task_new (func, user_data, NULL);

  tf_task_set_name (task, "x");
  return tf_executor_submit (executor, task, NULL);
}

/* What is right */

static void
test_set_up (TfTestFixture *fixture,
             gconstpointer  user_data)
{
  g_autoptr (TfFuture) future = submit (fixture->executor, run_nothing, NULL);

  g_test_summary ("A test finds an executor in a main context of its own.");

  g_assert_true (fixture->main_context == g_main_context_get_thread_default ());
  g_assert_true (tf_executor_get_main_context (fixture->executor) == fixture->main_context);
  g_assert_null (fixture->context);
  g_assert_null (fixture->clock);
  tf_test_wait_done (future);
}

static void
test_set_up_stepped (TfTestFixture *fixture,
                     gconstpointer  user_data)
{
  g_autoptr (TfFuture) future = submit (fixture->executor, run_nothing, NULL);

  g_test_summary ("A stepped test finds a clock that stands, and workers that wait.");

  g_assert_true (tf_test_clock_is_installed (fixture->clock));
  g_assert_cmpuint (tf_test_context_get_n_pending (fixture->context), ==, 1);
  tf_test_context_complete (fixture->context, future);
}

static void
test_expected (TfTestFixture *fixture,
               gconstpointer  user_data)
{
  TfFuture *future = submit (fixture->executor, run_error, NULL);

  g_test_summary ("A warning that the test expects is not left over.");

  tf_test_wait_done (future);
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*nobody read the error*");
  g_object_unref (future);
  g_test_assert_expected_messages ();
}

static void
test_read (TfTestFixture *fixture,
           gconstpointer  user_data)
{
  g_autoptr (TfFuture) future = submit (fixture->executor, run_error, NULL);

  g_test_summary ("An error that was read is not left over.");

  tf_test_wait_done (future);
  tf_test_assert_error (future, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static gboolean
on_advance_cb (gpointer user_data)
{
  TfTestFixture *fixture = user_data;

  tf_test_clock_advance (fixture->clock, G_TIME_SPAN_HOUR);
  return G_SOURCE_REMOVE;
}

static void
test_advance (TfTestFixture *fixture,
              gconstpointer  user_data)
{
  g_autoptr (TfFuture) soon = tf_future_delay (G_TIME_SPAN_MINUTE);
  g_autoptr (TfFuture) later = tf_future_delay (G_TIME_SPAN_HOUR);
  g_autoptr (GSource)  source = g_idle_source_new ();

  g_test_summary ("When the fixture has moved the time, what was due has happened, "
                  "and no more.");

  tf_test_fixture_advance (fixture, G_TIME_SPAN_MINUTE - 1);
  g_assert_false (tf_future_is_done (soon));
  tf_test_fixture_advance (fixture, 1);
  g_assert_true (tf_future_is_done (soon));
  g_assert_false (tf_future_is_done (later));

  /* In a handler, the main loop does the rest. */
  g_source_set_callback (source, on_advance_cb, fixture, NULL);
  g_source_attach (source, fixture->main_context);
  tf_test_wait_done (later);
}

static void
test_watch (TfTestFixture *fixture,
            gconstpointer  user_data)
{
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (TfFuture)   future = NULL;
  g_autoptr (GError)     error = NULL;

  g_test_summary ("Objects of the test are looked after too, if the fixture is told.");

  tf_test_fixture_watch (fixture, G_OBJECT (executor), "the other executor");
  future = submit (executor, run_nothing, NULL);
  tf_test_wait_done (future);
  tf_executor_shutdown (executor, -1, &error);
  g_assert_no_error (error);
}

static void
test_stepped_pushes_left (TfTestFixture *fixture,
                          gconstpointer  user_data)
{
  g_autoptr (TfFuture) one = submit (fixture->executor, run_nothing, NULL);
  g_autoptr (TfFuture) two = submit (fixture->executor, run_nothing, NULL);

  g_test_summary ("Workers of a stepped context that find nothing to do need not be run.");

  tf_test_context_run (fixture->context, 0);
  tf_test_context_run (fixture->context, 1);
  tf_test_drain (fixture->main_context);
  g_assert_true (tf_future_is_done (one));
  g_assert_true (tf_future_is_done (two));
}

/* What is left over: each ends in the tear-down. */

static void
leave_unfinished (TfTestFixture *fixture)
{
  g_object_unref (submit (fixture->executor, run_nothing, NULL));
}

static void
leave_future (TfTestFixture *fixture)
{
  TfFuture *future = submit (fixture->executor, run_nothing, NULL);

  tf_test_wait_done (future);
}

static void
leave_future_of_watched (TfTestFixture *fixture)
{
  TfExecutor *executor = tf_executor_new ();
  TfFuture   *future;

  tf_test_fixture_watch (fixture, G_OBJECT (executor), "the other executor");
  future = submit (executor, run_nothing, NULL);
  tf_test_wait_done (future);
  tf_test_executor_finish (&executor);
}

static void
leave_error (TfTestFixture *fixture)
{
  TfFuture *future = submit (fixture->executor, run_error, NULL);

  tf_test_wait_done (future);
  g_object_unref (future);
}

static void
leave_warning (TfTestFixture *fixture)
{
  g_autoptr (TfThreadRouter) router = tf_thread_router_new (NULL);
  TfMessageSender           *sender = NULL;

  tf_message_router_start (TF_MESSAGE_ROUTER (router), NULL);
  g_object_unref (tf_message_router_pipe (TF_MESSAGE_ROUTER (router), &sender, NULL));
  tf_message_sender_unref (sender);
  tf_message_router_stop (TF_MESSAGE_ROUTER (router), NULL);
}

static gboolean
on_source_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
leave_source (TfTestFixture *fixture)
{
  GSource *source = g_timeout_source_new_seconds (3600);

  g_source_set_name (source, "hourly");
  g_source_set_callback (source, on_source_cb, NULL, NULL);
  g_source_attach (source, fixture->main_context);
  g_source_unref (source);
}

/* A future whose function never returns. */
static TfFuture *
start_for_ever (TfTestFixture *fixture)
{
  TfFuture *future = submit (fixture->executor, run_for_ever, NULL);

  while (tf_future_get_state (future) == TF_FUTURE_STATE_WAITING)
    g_main_context_iteration (fixture->main_context, TRUE);

  return future;
}

static void
leave_worker (TfTestFixture *fixture)
{
  g_autoptr (TfFuture) future = start_for_ever (fixture);
  g_autoptr (GError)   error = NULL;

  tf_future_abort (future, "too slow", NULL);
  error = tf_future_dup_error (future);
}

static void
leave_running (TfTestFixture *fixture)
{
  g_object_unref (start_for_ever (fixture));
}

static void
leave_executor (TfTestFixture *fixture)
{
  g_object_ref (fixture->executor);
}

static void
leave_watched (TfTestFixture *fixture)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  tf_test_fixture_watch (fixture, object, "the moon");
}

static void
leave_clock (TfTestFixture *fixture)
{
  g_autoptr (TfTestClock) clock = tf_test_clock_new (0);

  tf_test_clock_install (clock);
}

typedef struct
{
  const char *path;
  const char *text;
  void (*leave) (TfTestFixture *fixture);
} Leak;

static const Leak leaks[] = {
  { "unfinished-future", "nobody waited for the end of ?x?", leave_unfinished },
  { "future", "the future of ?x? is still alive: 1 references", leave_future },
  { "future-of-watched", "the future of ?x? is still alive", leave_future_of_watched },
  { "error", "Task ?x?, submitted at *, failed, and nobody read the error: no moon", leave_error },
  { "warning", "The router was stopped with 1 pipe that was not closed", leave_warning },
  { "source", "the source ?hourly? is still attached", leave_source },
  { "worker", "1 functions still run, though their futures were given up", leave_worker },
  { "running", "1 task still runs: ?x?", leave_running },
  { "executor", "the executor is still alive: 1 references", leave_executor },
  { "watched", "the moon is still alive: 1 references", leave_watched },
  { "clock", "a clock is still installed", leave_clock },
};

static void
test_leak (gconstpointer data)
{
  const Leak      *leak = data;
  g_autofree char *text = g_strdup_printf ("*left over: *%s*", leak->text);
  TfTestFixture    fixture = { NULL };

  g_test_summary ("What is left over lets the test fail, with its name.");

  if (g_test_subprocess ())
    {
      g_setenv ("TF_TEST_TIMEOUT", "1", TRUE);
      tf_test_fixture_set_up (&fixture, NULL);
      leak->leave (&fixture);
      tf_test_fixture_tear_down (&fixture, NULL);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (text);
}

/* --- Outside of a test of GTest --- */

static void
keep_message (const char *message,
              gpointer    user_data)
{
  char **kept = user_data;

  g_assert_null (*kept);
  *kept = g_strdup (message);
}

static void
test_fail_func (void)
{
  TfTestFixture    fixture = { NULL };
  g_autofree char *message = NULL;

  g_test_summary ("A function for another framework gets what is left over, "
                  "and the test goes on.");

  tf_test_set_fail_func (keep_message, &message);
  tf_test_fixture_set_up (&fixture, NULL);
  leave_unfinished (&fixture);
  tf_test_fixture_tear_down (&fixture, NULL);
  tf_test_set_fail_func (NULL, NULL);

  g_assert_nonnull (message);
  g_assert_true (g_str_has_prefix (message, "left over: nobody waited for the end of"));
}

#define OUTSIDE "TF_TEST_OUTSIDE"

static void
leave_outside (void)
{
  TfTestFixture fixture = { NULL };

  tf_test_fixture_set_up (&fixture, NULL);
  leave_unfinished (&fixture);
  tf_test_fixture_tear_down (&fixture, NULL);
}

static void
test_outside (void)
{
  g_test_summary ("Outside of a test of GTest, what is left over aborts the program.");

  /* Once more, and main() leaves something before the first test. */
  g_setenv (OUTSIDE, "1", TRUE);
  g_test_trap_subprocess ("/test-fixture/subprocess/after-outside", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_unsetenv (OUTSIDE);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*left over: nobody waited*");
}

/* Passes: what fails is what main() did before it. */
static void
test_after_outside (void)
{
  g_test_summary ("A test that passes hides nothing that went wrong before it.");

  g_assert_true (g_test_subprocess ());
}

static void
add (const char *path,
     void (*func) (TfTestFixture *fixture,
                   gconstpointer  user_data))
{
  g_test_add (path, TfTestFixture, NULL, tf_test_fixture_set_up, func, tf_test_fixture_tear_down);
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
  if (g_getenv (OUTSIDE) != NULL)
    leave_outside ();

  add ("/test-fixture/has-an-executor", test_set_up);
  add_stepped ("/test-fixture/is-stepped", test_set_up_stepped);
  add ("/test-fixture/takes-what-is-expected", test_expected);
  add ("/test-fixture/takes-an-error-that-was-read", test_read);
  add_stepped ("/test-fixture/advances-the-clock", test_advance);
  add ("/test-fixture/watches-what-it-is-told-of", test_watch);
  add_stepped ("/test-fixture/takes-workers-with-nothing-to-do", test_stepped_pushes_left);
  g_test_add_func ("/test-fixture/calls-the-fail-func", test_fail_func);
  g_test_add_func ("/test-fixture/aborts-outside-of-gtest", test_outside);
  g_test_add_func ("/test-fixture/subprocess/after-outside", test_after_outside);
  for (guint i = 0; i < G_N_ELEMENTS (leaks); i++)
    {
      g_autofree char *path = g_strconcat ("/test-fixture/fails-on-a-leaked-", leaks[i].path, NULL);

      g_test_add_data_func (path, &leaks[i], test_leak);
    }

  return g_test_run ();
}
