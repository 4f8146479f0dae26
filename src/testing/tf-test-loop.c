/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* secure_getenv() */
#endif

#include "config.h"

#include <stdlib.h>

#include "testing/tf-test-loop-private.h"

#define DEFAULT_TIMEOUT_SECONDS 30

/**
 * tf_test_timeout_us:
 *
 * Gets the safety time limit of all that the test kit waits for: 30 seconds, or as many as the environment variable
 * `TF_TEST_TIMEOUT` says.
 *
 * It goes by real time, whatever clock is installed. A test that works never comes near it.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the limit, in microseconds
 *
 * Since: 1.0
 */
gint64
tf_test_timeout_us (void)
{
  const char *text = secure_getenv ("TF_TEST_TIMEOUT");
  gint64      seconds;
  char       *end;

  if (text == NULL || *text == '\0')
    return DEFAULT_TIMEOUT_SECONDS * G_TIME_SPAN_SECOND;

  /* Not g_ascii_string_to_unsigned(), which takes any errno for its own: two threads that meet at the first number make
   * one. */
  seconds = g_ascii_strtoll (text, &end, 10);
  if (*end != '\0' || seconds < 1 || seconds > G_MAXINT / 1000)
    g_error ("TF_TEST_TIMEOUT is not a positive number: %s", text);

  return seconds * G_TIME_SPAN_SECOND;
}

static gboolean
on_time_over_cb (gpointer user_data)
{
  gboolean *is_over = user_data;

  *is_over = TRUE;
  return G_SOURCE_CONTINUE;
}

gboolean
tf__test_try_until (GMainContext       *context,
                    TfTestConditionFunc condition,
                    gpointer            user_data)
{
  g_autoptr (GSource) limit = g_timeout_source_new ((guint) (tf_test_timeout_us () / 1000));
  gboolean            is_over = FALSE;
  gboolean            has_happened;

  g_source_set_static_name (limit, "[tf] safety time limit");
  g_source_set_priority (limit, G_PRIORITY_HIGH);
  g_source_set_callback (limit, on_time_over_cb, &is_over, NULL);
  g_source_attach (limit, context);

  while (!(has_happened = condition (user_data)) && !is_over)
    g_main_context_iteration (context, TRUE);

  g_source_destroy (limit);
  return has_happened;
}

/**
 * tf_test_run_until_at:
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @what: what is waited for, for the message
 * @context: (nullable): a main context, or `NULL` for the thread-default one
 * @condition: (scope call) (closure user_data): what is waited for
 * @user_data: data for @condition
 *
 * Runs a main context, blocking between its sources, until a condition holds; the macro `tf_test_run_until()` gives the
 * place.
 *
 * The condition is looked at after each iteration and by nothing else: a lost wake-up shows as a hang, so no test can
 * pass without it. After [func@timeout_us] the test fails.
 *
 * ## Threads
 *
 * Call in the thread that runs the main context.
 *
 * Since: 1.0
 */
void
tf_test_run_until_at (const char         *domain,
                      const char         *file,
                      int                 line,
                      const char         *func,
                      const char         *what,
                      GMainContext       *context,
                      TfTestConditionFunc condition,
                      gpointer            user_data)
{
  g_autoptr (GMainContext) here = NULL;
  g_autofree char         *message = NULL;

  g_return_if_fail (what != NULL);
  g_return_if_fail (condition != NULL);

  here = context != NULL ? g_main_context_ref (context) : g_main_context_ref_thread_default ();
  if (tf__test_try_until (here, condition, user_data))
    return;

  message = g_strdup_printf ("%s did not happen in time", what);
  g_assertion_message (domain, file, line, func, message);
}

static gboolean
future_is_done (gpointer user_data)
{
  return tf_future_is_done (user_data);
}

/**
 * tf_test_wait_done_at:
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @future: a future
 *
 * Runs the thread-default main context until a future is done; the macro `tf_test_wait_done()` gives the place.
 *
 * After [func@timeout_us] the test fails.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_test_wait_done_at (const char *domain,
                      const char *file,
                      int         line,
                      const char *func,
                      TfFuture   *future)
{
  g_autofree char *what = NULL;

  g_return_if_fail (TF_IS_FUTURE (future));

  what = g_strdup_printf ("the end of “%s”", tf_future_get_name (future));
  tf_test_run_until_at (domain, file, line, func, what, NULL, future_is_done, future);
}

/**
 * tf_test_drain:
 * @context: (nullable): a main context, or `NULL` for the global default one
 *
 * Runs a main context until it has nothing to do now.
 *
 * It ends the program if there is always something to do for as long as [func@timeout_us].
 *
 * ## Threads
 *
 * Call in the thread that runs the main context.
 *
 * Returns: the number of iterations that did something
 *
 * Since: 1.0
 */
guint
tf_test_drain (GMainContext *context)
{
  gint64 deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();
  guint  n = 0;

  while (g_main_context_iteration (context, FALSE))
    {
      n++;
      if (g_get_monotonic_time () > deadline_us)
        g_error ("a main context always has something to do");
    }

  return n;
}

/**
 * tf_test_assert_idle_at:
 * @domain: (nullable): the log domain of the test
 * @file: the file of the call
 * @line: the line of the call
 * @func: the function of the call
 * @context: (nullable): a main context, or `NULL` for the global default one
 *
 * Asserts that a main context has nothing to do now; the macro `tf_test_assert_idle()` gives the place.
 *
 * ## Threads
 *
 * Call in the thread that runs the main context.
 *
 * Since: 1.0
 */
void
tf_test_assert_idle_at (const char   *domain,
                        const char   *file,
                        int           line,
                        const char   *func,
                        GMainContext *context)
{
  if (g_main_context_pending (context))
    g_assertion_message (domain, file, line, func, "the main context has something to do");
}
