/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_CANCEL_FLAG (tf_cancel_flag_get_type ())

TF_AVAILABLE_IN_ALL
GType tf_cancel_flag_get_type (void) G_GNUC_CONST;
TF_AVAILABLE_IN_ALL
TfCancelFlag *tf_cancel_flag_new (void) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfCancelFlag *tf_cancel_flag_ref (TfCancelFlag *self);
TF_AVAILABLE_IN_ALL
void tf_cancel_flag_unref (TfCancelFlag *self);

TF_AVAILABLE_IN_ALL
void tf_cancel_flag_set (TfCancelFlag *self);
TF_AVAILABLE_IN_ALL
gboolean tf_cancel_flag_is_set (TfCancelFlag *self);
TF_AVAILABLE_IN_ALL
gboolean tf_cancel_flag_wait (TfCancelFlag *self,
                              gint64        timeout_us);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfCancelFlag, tf_cancel_flag_unref)

G_END_DECLS
