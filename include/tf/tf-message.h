/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_MESSAGE (tf_message_get_type ())

TF_AVAILABLE_IN_ALL
GType tf_message_get_type (void) G_GNUC_CONST;
TF_AVAILABLE_IN_ALL
TfMessage *tf_message_new_started (void) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfMessage *tf_message_new_returned (const GValue *value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfMessage *tf_message_new_raised (GError *error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfMessage *tf_message_new_failure (const char   *type,
                                   const char   *text,
                                   const char   *traceback,
                                   const GValue *payload) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfMessage *tf_message_new_dropped (void) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfMessage *tf_message_new_progress (const GValue *value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfMessage *tf_message_new_item (const GValue *value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfMessage *tf_message_new (const char   *kind,
                           const GValue *value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfMessage *tf_message_copy (const TfMessage *self) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
void tf_message_free (TfMessage *self);

TF_AVAILABLE_IN_ALL
const char *tf_message_get_kind (const TfMessage *self);
TF_AVAILABLE_IN_ALL
gboolean tf_message_is_final (const TfMessage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfMessage, tf_message_free)

G_END_DECLS
