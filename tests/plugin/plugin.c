/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A plug-in, the only module of its host that links the library. With PLUGIN_WITH_KIT it uses the test kit as well. */

#include <tf/tf.h>

#ifdef PLUGIN_WITH_KIT
#include <tf-testing/tf-testing.h>
#endif

gint64 plugin_use (gboolean shuts_down);

static void
run_double (TfTask  *task,
            gpointer user_data)
{
  tf_task_set_progress (task, 1, 2, "halfway");
  tf_task_return_int64 (task, 2 * GPOINTER_TO_INT (user_data));
}

static TfFuture *
add_one (TfFuture *future,
         gpointer  user_data)
{
  return tf_future_new_for_int64 (tf_future_get_int64 (future, NULL) + 1);
}

/* A task, what follows from it, and a promise: each has its own types and sources. */
static gint64
use_executor (gboolean shuts_down)
{
  g_autoptr (GError)     error = NULL;
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (TfFuture)   doubled = NULL;
  g_autoptr (TfFuture)   next = NULL;
  g_autoptr (TfPromise)  promise = tf_promise_new ("promise");
  gint64                 number;

  doubled = tf_executor_submit_call (executor, run_double, GINT_TO_POINTER (20), NULL, &error);
  g_assert_no_error (error);
  next = tf_future_then (doubled, add_one, NULL, NULL);
  tf_future_wait (next, -1, NULL, &error);
  g_assert_no_error (error);
  number = tf_future_get_int64 (next, NULL);

  tf_promise_resolve_int64 (promise, 1);
  tf_future_wait (TF_FUTURE (promise), -1, NULL, &error);
  g_assert_no_error (error);
  number += tf_future_get_int64 (TF_FUTURE (promise), NULL);

  if (shuts_down)
    tf_executor_shutdown (executor, -1, &error);
  g_assert_no_error (error);
  return number;
}

#ifdef PLUGIN_WITH_KIT
static void
use_kit (void)
{
  TfTestFixture fixture = { NULL };

  tf_test_fixture_set_up_stepped (&fixture, NULL);
  {
    g_autoptr (TfFuture) future = tf_executor_submit_call (fixture.executor, run_double,
                                                           GINT_TO_POINTER (4), NULL, NULL);

    tf_test_context_complete (fixture.context, future);
    tf_test_assert_int64 (future, 8);
  }
  tf_test_fixture_tear_down (&fixture, NULL);
}
#endif

gint64
plugin_use (gboolean shuts_down)
{
#ifdef PLUGIN_WITH_KIT
  use_kit ();
#endif
  return use_executor (shuts_down);
}
