/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_VALUES (tf_values_get_type ())

TF_AVAILABLE_IN_ALL
GType tf_values_get_type (void) G_GNUC_CONST;
TF_AVAILABLE_IN_ALL
TfValues *tf_values_ref (TfValues *self);
TF_AVAILABLE_IN_ALL
void tf_values_unref (TfValues *self);

TF_AVAILABLE_IN_ALL
guint tf_values_get_n (const TfValues *self);
TF_AVAILABLE_IN_ALL
const GValue *tf_values_get (const TfValues *self,
                             guint           index);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfValues, tf_values_unref)

G_END_DECLS
