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
 * TfTestLog:
 *
 * Collects what the library logs, from any thread, instead of having it printed; none of it is fatal.
 *
 * For messages whose number or order is not known; where it is, use [func@GLib.test_expect_message]. The logs of one
 * program nest: the youngest that wants a level collects it.
 *
 * Since: 1.0
 */
typedef struct _TfTestLog TfTestLog;

TF_AVAILABLE_IN_ALL
TfTestLog *tf_test_log_new (GLogLevelFlags levels) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
void tf_test_log_free (TfTestLog *self);

TF_AVAILABLE_IN_ALL
guint tf_test_log_count (TfTestLog  *self,
                         const char *pattern);
TF_AVAILABLE_IN_ALL
char *tf_test_log_dup_text (TfTestLog *self) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfTestLog, tf_test_log_free)

G_END_DECLS
