/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_TESTING_INSIDE) && !defined(TF_TESTING_COMPILATION)
#error "Only <tf-testing/tf-testing.h> can be included directly."
#endif

#include <tf/tf.h>

G_BEGIN_DECLS

#define TF_TYPE_TEST_CLOCK (tf_test_clock_get_type ())

TF_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TfTestClock, tf_test_clock, TF, TEST_CLOCK, GObject)

TF_AVAILABLE_IN_ALL
TfTestClock *tf_test_clock_new (gint64 start_us) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
void tf_test_clock_advance (TfTestClock *self,
                            gint64       step_us);

TF_AVAILABLE_IN_ALL
gboolean tf_test_clock_is_installed (TfTestClock *self);
TF_AVAILABLE_IN_ALL
void tf_test_clock_install (TfTestClock *self);
TF_AVAILABLE_IN_ALL
void tf_test_clock_uninstall (TfTestClock *self);

G_END_DECLS
