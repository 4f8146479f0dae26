/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-message-router.h>
#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_THREAD_ROUTER (tf_thread_router_get_type ())

TF_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TfThreadRouter, tf_thread_router, TF, THREAD_ROUTER, GObject)

TF_AVAILABLE_IN_ALL
TfThreadRouter *tf_thread_router_new (GMainContext *main_context) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
GMainContext *tf_thread_router_get_main_context (TfThreadRouter *self);
TF_AVAILABLE_IN_ALL
int tf_thread_router_detach (TfThreadRouter *self,
                             GError        **error);
TF_AVAILABLE_IN_ALL
void tf_thread_router_dispatch (TfThreadRouter *self);

G_END_DECLS
