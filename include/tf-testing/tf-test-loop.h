/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_TESTING_INSIDE) && !defined(TF_TESTING_COMPILATION)
#error "Only <tf-testing/tf-testing.h> can be included directly."
#endif

#include <tf/tf.h>

G_BEGIN_DECLS

/**
 * TfTestConditionFunc:
 * @user_data: what was given with the function
 *
 * Says whether what a test waits for has happened. It is called after each iteration of the main context.
 *
 * Returns: true to end
 *
 * Since: 1.0
 */
typedef gboolean (*TfTestConditionFunc) (gpointer user_data);

/**
 * tf_test_run_until:
 * @context: (nullable): a main context, or `NULL` for the thread-default one
 * @condition: what is waited for
 * @user_data: data for @condition
 *
 * Runs a main context until a condition holds: [func@run_until_at] with the place of the call.
 *
 * Since: 1.0
 */
#define tf_test_run_until(context, condition, user_data)                                  \
  tf_test_run_until_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, #condition, context, \
                        condition, user_data)

/**
 * tf_test_wait_done:
 * @future: a future
 *
 * Runs the thread-default main context until a future is done: [func@wait_done_at] with the place of the call.
 *
 * Since: 1.0
 */
#define tf_test_wait_done(future) \
  tf_test_wait_done_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, future)

/**
 * tf_test_assert_idle:
 * @context: (nullable): a main context, or `NULL` for the global default one
 *
 * Asserts that a main context has nothing to do now.
 *
 * Since: 1.0
 */
#define tf_test_assert_idle(context) \
  tf_test_assert_idle_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, context)

TF_AVAILABLE_IN_ALL
gint64 tf_test_timeout_us (void);

TF_AVAILABLE_IN_ALL
void tf_test_run_until_at (const char         *domain,
                           const char         *file,
                           int                 line,
                           const char         *func,
                           const char         *what,
                           GMainContext       *context,
                           TfTestConditionFunc condition,
                           gpointer            user_data);
TF_AVAILABLE_IN_ALL
void tf_test_wait_done_at (const char *domain,
                           const char *file,
                           int         line,
                           const char *func,
                           TfFuture   *future);
TF_AVAILABLE_IN_ALL
guint tf_test_drain (GMainContext *context);
TF_AVAILABLE_IN_ALL
void tf_test_assert_idle_at (const char   *domain,
                             const char   *file,
                             int           line,
                             const char   *func,
                             GMainContext *context);

G_END_DECLS
