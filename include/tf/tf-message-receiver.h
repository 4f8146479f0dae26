/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_MESSAGE_RECEIVER (tf_message_receiver_get_type ())

TF_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TfMessageReceiver, tf_message_receiver, TF, MESSAGE_RECEIVER, GObject)

TF_AVAILABLE_IN_ALL
guint64 tf_message_receiver_get_connection_id (TfMessageReceiver *self);

G_END_DECLS
