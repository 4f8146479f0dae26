/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_TESTING_INSIDE) && !defined(TF_TESTING_COMPILATION)
#error "Only <tf-testing/tf-testing.h> can be included directly."
#endif

#include <tf/tf.h>

G_BEGIN_DECLS

#define TF_TYPE_TEST_CONTEXT (tf_test_context_get_type ())

TF_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TfTestContext, tf_test_context, TF, TEST_CONTEXT, GObject)

TF_AVAILABLE_IN_ALL
TfTestContext *tf_test_context_new (void) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
guint tf_test_context_get_n_workers (TfTestContext *self);
TF_AVAILABLE_IN_ALL
guint tf_test_context_get_n_pending (TfTestContext *self);
TF_AVAILABLE_IN_ALL
guint tf_test_context_get_n_stopped (TfTestContext *self);
TF_AVAILABLE_IN_ALL
gboolean tf_test_context_has_ended (TfTestContext *self,
                                    guint          worker);
TF_AVAILABLE_IN_ALL
const char *tf_test_context_get_checkpoint (TfTestContext *self,
                                            guint          worker);

TF_AVAILABLE_IN_ALL
gboolean tf_test_context_step (TfTestContext *self,
                               guint          worker);
TF_AVAILABLE_IN_ALL
void tf_test_context_run (TfTestContext *self,
                          guint          worker);
TF_AVAILABLE_IN_ALL
guint tf_test_context_run_all (TfTestContext *self);
TF_AVAILABLE_IN_ALL
guint tf_test_context_begin_all (TfTestContext *self);
TF_AVAILABLE_IN_ALL
void tf_test_context_complete (TfTestContext *self,
                               TfFuture      *future);
TF_AVAILABLE_IN_ALL
void tf_test_context_release (TfTestContext *self);

TF_AVAILABLE_IN_ALL
void tf_test_context_play (TfTestContext *self,
                           const guint   *schedule,
                           gsize          n_steps);
TF_AVAILABLE_IN_ALL
gboolean tf_test_next_schedule (guint *schedule,
                                gsize  n_steps);

TF_AVAILABLE_IN_ALL
void tf_test_context_checkpoint (const char *name);

G_END_DECLS
