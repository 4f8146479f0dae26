/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-parallel-context.h>
#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_THREAD_CONTEXT (tf_thread_context_get_type ())

TF_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TfThreadContext, tf_thread_context, TF, THREAD_CONTEXT, GObject)

TF_AVAILABLE_IN_ALL
TfThreadContext *tf_thread_context_new (guint max_workers) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
guint tf_thread_context_get_max_workers (TfThreadContext *self);
TF_AVAILABLE_IN_ALL
void tf_thread_context_set_max_workers (TfThreadContext *self,
                                        guint            max_workers);

G_END_DECLS
