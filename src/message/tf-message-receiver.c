/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-routing-private.h"

/**
 * TfMessageReceiver:
 *
 * The foreground's end of a pipe of a message router.
 *
 * It is made by [method@MessageRouter.pipe], and kept by the router until [method@MessageRouter.close_pipe].
 *
 * ## Threads
 *
 * A receiver belongs to the main context of its router; its signal is emitted there.
 *
 * Since: 1.0
 */
struct _TfMessageReceiver
{
  GObject parent_instance;

  TfMessageSender *sender; /* (owned) [const] */
};

G_DEFINE_FINAL_TYPE (TfMessageReceiver, tf_message_receiver, G_TYPE_OBJECT)

typedef enum
{
  PROP_CONNECTION_ID = 1,
  N_PROPS
} Prop;

static GParamSpec *props[N_PROPS];
static guint       message_signal;

TfMessageReceiver *
tf__message_receiver_new (TfMessageSender *sender)
{
  TfMessageReceiver *self = g_object_new (TF_TYPE_MESSAGE_RECEIVER, NULL);

  self->sender = tf_message_sender_ref (sender);
  return self;
}

TfMessageSender *
tf__message_receiver_get_sender (TfMessageReceiver *self)
{
  return self->sender;
}

void
tf__message_receiver_emit (TfMessageReceiver *self,
                           const GValue      *value)
{
  g_signal_emit (self, message_signal, 0, value);
}

/**
 * tf_message_receiver_get_connection_id: (get-property connection-id)
 * @self: a receiver
 *
 * Gets the number of the pipe, which its sender has too.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: a number that no other pipe of the router has
 *
 * Since: 1.0
 */
guint64
tf_message_receiver_get_connection_id (TfMessageReceiver *self)
{
  g_return_val_if_fail (TF_IS_MESSAGE_RECEIVER (self), 0);

  return self->sender == NULL ? 0 : self->sender->id;
}

static void
tf_message_receiver_get_property (GObject    *object,
                                  guint       prop_id,
                                  GValue     *value,
                                  GParamSpec *pspec)
{
  TfMessageReceiver *self = TF_MESSAGE_RECEIVER (object);

  switch ((Prop) prop_id)
    {
    case PROP_CONNECTION_ID:
      g_value_set_uint64 (value, tf_message_receiver_get_connection_id (self));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_message_receiver_finalize (GObject *object)
{
  TfMessageReceiver *self = TF_MESSAGE_RECEIVER (object);

  g_clear_pointer (&self->sender, tf_message_sender_unref);

  G_OBJECT_CLASS (tf_message_receiver_parent_class)->finalize (object);
}

static void
tf_message_receiver_init (TfMessageReceiver *self)
{
}

/**
 * TfMessageReceiver:connection-id: (getter get_connection_id)
 *
 * The number of the pipe, which its sender has too.
 *
 * Since: 1.0
 */

/**
 * TfMessageReceiver::message:
 * @self: the receiver
 * @value: (nullable): what was sent
 *
 * A message has come.
 *
 * Every message is delivered, in the order of sending, in the main context of the router.
 *
 * Since: 1.0
 */
static void
tf_message_receiver_class_init (TfMessageReceiverClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tf_message_receiver_get_property;
  object_class->finalize = tf_message_receiver_finalize;

  props[PROP_CONNECTION_ID] =
    g_param_spec_uint64 ("connection-id", NULL, NULL, 0, G_MAXUINT64, 0,
                         G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);

  message_signal = g_signal_new ("message", TF_TYPE_MESSAGE_RECEIVER, G_SIGNAL_RUN_LAST, 0, NULL,
                                 NULL, g_cclosure_marshal_VOID__BOXED, G_TYPE_NONE, 1,
                                 G_TYPE_VALUE | G_SIGNAL_TYPE_STATIC_SCOPE);
  g_signal_set_va_marshaller (message_signal, TF_TYPE_MESSAGE_RECEIVER,
                              g_cclosure_marshal_VOID__BOXEDv);
}
