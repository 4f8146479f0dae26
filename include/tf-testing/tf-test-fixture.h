/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_TESTING_INSIDE) && !defined(TF_TESTING_COMPILATION)
#error "Only <tf-testing/tf-testing.h> can be included directly."
#endif

#include <tf-testing/tf-test-clock.h>
#include <tf-testing/tf-test-context.h>
#include <tf/tf.h>

G_BEGIN_DECLS

typedef struct _TfTestFixturePrivate TfTestFixturePrivate;

/**
 * TfTestFixture:
 * @main_context: the thread-default main context of the test, which nothing else uses
 * @executor: an executor in it
 * @context: (nullable): what the executor runs on, if it is stepped
 * @clock: (nullable): what all limits go by, if it is stepped
 *
 * What a test of [func@GLib.test_add] finds, and what looks after it that nothing is left.
 *
 * ```c
 * g_test_add ("/thumbnail/scales", TfTestFixture, NULL, tf_test_fixture_set_up, test_scales,
 *             tf_test_fixture_tear_down);
 * ```
 *
 * A fixture of one's own has this one as its first field.
 *
 * Since: 1.0
 */
typedef struct
{
  GMainContext  *main_context;
  TfExecutor    *executor;
  TfTestContext *context;
  TfTestClock   *clock;

  /*< private >*/
  TfTestFixturePrivate *priv;
  gpointer              padding[6];
} TfTestFixture;

/**
 * TfTestFailFunc:
 * @message: what is wrong
 * @user_data: the data of the function
 *
 * Lets the current test of a framework other than GTest fail, and returns.
 *
 * Since: 1.0
 */
typedef void (*TfTestFailFunc) (const char *message,
                                gpointer    user_data);

TF_AVAILABLE_IN_ALL
void tf_test_set_fail_func (TfTestFailFunc func,
                            gpointer       user_data);

TF_AVAILABLE_IN_ALL
void tf_test_fixture_set_up (TfTestFixture *fixture,
                             gconstpointer  user_data);
TF_AVAILABLE_IN_ALL
void tf_test_fixture_set_up_stepped (TfTestFixture *fixture,
                                     gconstpointer  user_data);
TF_AVAILABLE_IN_ALL
void tf_test_fixture_tear_down (TfTestFixture *fixture,
                                gconstpointer  user_data);

TF_AVAILABLE_IN_ALL
void tf_test_fixture_advance (TfTestFixture *fixture,
                              gint64         step_us);
TF_AVAILABLE_IN_ALL
void tf_test_fixture_watch (TfTestFixture *fixture,
                            GObject       *object,
                            const char    *name);

G_END_DECLS
