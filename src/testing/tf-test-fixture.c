/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf-testing/tf-testing.h>

#include "testing/tf-test-clock-private.h"
#include "testing/tf-test-fixture-leaks-private.h"
#include "testing/tf-test-loop-private.h"

struct _TfTestFixturePrivate
{
  TfTestLeaks   leaks;
  TfTestLog    *log;  /* (owned) */
  TfWorkerPool *pool; /* (owned) where the executor works */
};

static void
begin (TfTestFixture *fixture)
{
  fixture->priv = g_new0 (TfTestFixturePrivate, 1);
  fixture->priv->log = tf_test_log_new (G_LOG_LEVEL_WARNING);
  tf__test_leaks_init (&fixture->priv->leaks);

  fixture->main_context = g_main_context_new ();
  g_main_context_push_thread_default (fixture->main_context);
}

static void
make_executor (TfTestFixture *fixture)
{
  TfTestLeaks *leaks = &fixture->priv->leaks;

  fixture->executor = g_object_new (TF_TYPE_EXECUTOR, "worker-pool", fixture->priv->pool, NULL);
  tf__test_leaks_watch (leaks, G_OBJECT (fixture->executor), "the executor");
  tf__test_leaks_watch_futures (leaks, fixture->executor);
}

/**
 * tf_test_fixture_set_up: (skip)
 * @fixture: a fixture
 * @user_data: not used
 *
 * Sets a test up: a main context that is the thread default, and an executor in it, with threads of its own.
 *
 * ## Threads
 *
 * Call in the thread of the test; by [func@GLib.test_add], as a rule.
 *
 * Since: 1.0
 */
void
tf_test_fixture_set_up (TfTestFixture *fixture,
                        gconstpointer  user_data)
{
  g_return_if_fail (fixture != NULL);

  begin (fixture);
  fixture->priv->pool = tf_worker_pool_new (0);
  make_executor (fixture);
}

/**
 * tf_test_fixture_set_up_stepped: (skip)
 * @fixture: a fixture
 * @user_data: not used
 *
 * Sets a test up in which nothing happens by itself: the executor runs on a [class@TestContext], and a
 * [class@TestClock] is installed.
 *
 * ## Threads
 *
 * Call in the thread of the test; by [func@GLib.test_add], as a rule.
 *
 * Since: 1.0
 */
void
tf_test_fixture_set_up_stepped (TfTestFixture *fixture,
                                gconstpointer  user_data)
{
  g_return_if_fail (fixture != NULL);

  begin (fixture);
  fixture->clock = tf_test_clock_new (0);
  tf_test_clock_install (fixture->clock);
  fixture->context = tf_test_context_new ();
  fixture->priv->pool = tf_parallel_context_create_pool (TF_PARALLEL_CONTEXT (fixture->context), 0,
                                                         NULL);
  make_executor (fixture);
}

/**
 * tf_test_fixture_watch: (skip)
 * @fixture: a fixture
 * @object: an object that the test makes
 * @name: what the object is called
 *
 * Has the fixture fail if an object is alive at the end of the test. If it is an executor, its futures are looked
 * after too.
 *
 * ## Threads
 *
 * Call in the thread of the test.
 *
 * Since: 1.0
 */
void
tf_test_fixture_watch (TfTestFixture *fixture,
                       GObject       *object,
                       const char    *name)
{
  g_return_if_fail (fixture != NULL);
  g_return_if_fail (G_IS_OBJECT (object));
  g_return_if_fail (name != NULL);

  tf__test_leaks_watch (&fixture->priv->leaks, object, name);
  if (TF_IS_EXECUTOR (object))
    tf__test_leaks_watch_futures (&fixture->priv->leaks, TF_EXECUTOR (object));
}

/**
 * tf_test_fixture_advance: (skip)
 * @fixture: a fixture that [func@test_fixture_set_up_stepped] has set up
 * @step_us: how far, in microseconds; not negative
 *
 * Moves the time forward, then runs the main context until it has nothing to do now.
 *
 * So each delay and each time limit that is due has had its effect when the function returns. Call it outside of
 * handlers: within a handler, [method@TestClock.advance] moves the time, and the main loop that called the handler does
 * the rest.
 *
 * ## Threads
 *
 * Call in the thread of the test.
 *
 * Since: 1.0
 */
void
tf_test_fixture_advance (TfTestFixture *fixture,
                         gint64         step_us)
{
  g_return_if_fail (fixture != NULL);
  g_return_if_fail (fixture->clock != NULL);
  g_return_if_fail (step_us >= 0);

  tf_test_clock_advance (fixture->clock, step_us);
  tf_test_drain (fixture->main_context);
}

/**
 * tf_test_set_fail_func: (skip)
 * @func: (nullable): the function, or `NULL` for the default
 * @user_data: data for @func
 *
 * Sets the function that lets a test fail when a fixture finds something left over.
 *
 * By default a test of GTest fails by [func@GLib.test_fail_printf]. Outside of a test of GTest nobody would see that,
 * so the program is aborted. A framework such as GoogleTest has its own way to fail a test and go on with the next:
 *
 * ```cpp
 * tf_test_set_fail_func ([] (const char *message, gpointer) { ADD_FAILURE () << message; }, nullptr);
 * ```
 *
 * ## Threads
 *
 * Call in the thread of the tests, before the first of them.
 *
 * Since: 1.0
 */
void
tf_test_set_fail_func (TfTestFailFunc func,
                       gpointer       user_data)
{
  tf__test_leaks_set_fail_func (func, user_data);
}

/* Time and workers go on by themselves. */
static void
let_go (TfTestFixture *fixture)
{
  TfTestClock *installed = tf__test_clock_get_installed ();

  if (installed != NULL && installed != fixture->clock)
    tf__test_leaks_add (&fixture->priv->leaks, "a clock is still installed");
  if (installed != NULL)
    tf_test_clock_uninstall (installed);
  if (fixture->context != NULL)
    tf_test_context_release (fixture->context);
}

static gboolean
is_none_abandoned (gpointer executor)
{
  return tf_executor_get_n_aborted (executor) == 0;
}

static void
stop_executor (TfTestFixture *fixture)
{
  TfTestLeaks       *leaks = &fixture->priv->leaks;
  g_autoptr (GError) error = NULL;

  tf__test_leaks_find_unfinished (leaks, fixture->executor);
  if (!tf_executor_shutdown (fixture->executor, tf_test_timeout_us (), &error))
    tf__test_leaks_add (leaks, "%s", error->message);
  else if (!tf__test_try_until (fixture->main_context, is_none_abandoned, fixture->executor))
    tf__test_leaks_add (leaks, "%u functions still run, though their futures were given up",
                        tf_executor_get_n_aborted (fixture->executor));
  else if (!tf_worker_pool_shutdown (fixture->priv->pool, tf_test_timeout_us (), NULL))
    tf__test_leaks_add (leaks, "workers are still busy");

  tf__test_leaks_unwatch_futures (leaks, fixture->executor);
  g_clear_object (&fixture->executor);
  g_clear_object (&fixture->priv->pool);
}

static void
collect_warnings (TfTestFixture *fixture)
{
  g_autofree char *text = tf_test_log_dup_text (fixture->priv->log);
  g_auto (GStrv)   lines = g_strsplit (text, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      if (*lines[i] != '\0')
        tf__test_leaks_add (&fixture->priv->leaks, "%s", lines[i]);
    }
}

/**
 * tf_test_fixture_tear_down: (skip)
 * @fixture: a fixture
 * @user_data: not used
 *
 * Ends a test, and lets it fail, with the names, if it has left something; see also [func@test_set_fail_func]:
 *
 * - futures that were not done, and those that are alive when the executor is gone;
 * - failures that nobody read, and whatever else the library warned of;
 * - workers that do not come to their end within [func@test_timeout_us], and functions that were given up and do not;
 * - the executor, if somebody holds it, and what [func@test_fixture_watch] was told of;
 * - sources that are attached to the main context;
 * - a [class@TestClock] that the test installed.
 *
 * ## Threads
 *
 * Call in the thread of the test; by [func@GLib.test_add], as a rule.
 *
 * Since: 1.0
 */
void
tf_test_fixture_tear_down (TfTestFixture *fixture,
                           gconstpointer  user_data)
{
  TfTestLeaks *leaks;

  g_return_if_fail (fixture != NULL);
  g_return_if_fail (fixture->priv != NULL);

  leaks = &fixture->priv->leaks;
  let_go (fixture);
  stop_executor (fixture);
  g_clear_object (&fixture->context);
  g_clear_object (&fixture->clock);
  tf_test_drain (fixture->main_context);

  tf__test_leaks_find_objects (leaks);
  tf__test_leaks_find_sources (leaks, fixture->main_context);
  collect_warnings (fixture);
  tf__test_leaks_tell (leaks);

  g_main_context_pop_thread_default (fixture->main_context);
  g_clear_pointer (&fixture->main_context, g_main_context_unref);
  tf_test_log_free (fixture->priv->log);
  tf__test_leaks_clear (leaks);
  g_clear_pointer (&fixture->priv, g_free);
}
