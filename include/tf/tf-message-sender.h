/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_MESSAGE_SENDER (tf_message_sender_get_type ())

TF_AVAILABLE_IN_ALL
GType tf_message_sender_get_type (void) G_GNUC_CONST;
TF_AVAILABLE_IN_ALL
TfMessageSender *tf_message_sender_ref (TfMessageSender *self);
TF_AVAILABLE_IN_ALL
void tf_message_sender_unref (TfMessageSender *self);

TF_AVAILABLE_IN_ALL
guint64 tf_message_sender_get_connection_id (TfMessageSender *self);
TF_AVAILABLE_IN_ALL
gboolean tf_message_sender_start (TfMessageSender *self,
                                  GError         **error);
TF_AVAILABLE_IN_ALL
gboolean tf_message_sender_send (TfMessageSender *self,
                                 const GValue    *value,
                                 GError         **error);
TF_AVAILABLE_IN_ALL
gboolean tf_message_sender_stop (TfMessageSender *self,
                                 GError         **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfMessageSender, tf_message_sender_unref)

G_END_DECLS
