/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-message-private.h"

/**
 * TfMessage:
 *
 * Something that background work tells its future.
 *
 * Work that no executor runs, because a context of another kind does, tells its future by
 * [method@Future.deliver]: first that it was started, then anything of its own, and at the end that
 * it returned, raised, or was abandoned before it started.
 *
 * ## Threads
 *
 * A message is made on any thread, and used on one at a time.
 *
 * Since: 1.0
 */
GType
tf_message_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static (g_intern_static_string ("TfMessage"),
                                                            (GBoxedCopyFunc) tf_message_copy,
                                                            (GBoxedFreeFunc) tf_message_free));

  return type;
}

static TfMessage *
new_message (TfMessageType type)
{
  TfMessage *self = g_new0 (TfMessage, 1);

  self->type = type;
  return self;
}

static TfMessage *
new_event (TfRoad        road,
           const char   *kind,
           const GValue *value)
{
  TfMessage *self = new_message (TF_MESSAGE_EVENT);

  tf__event_init (&self->event, road, kind, value);
  return self;
}

/**
 * tf_message_new_started:
 *
 * Makes the message that the work has started.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
TfMessage *
tf_message_new_started (void)
{
  return new_message (TF_MESSAGE_STARTED);
}

/**
 * tf_message_new_returned:
 * @value: (nullable): the result, which is copied; or `NULL` for none
 *
 * Makes the message that the work has ended well, which is final.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
TfMessage *
tf_message_new_returned (const GValue *value)
{
  TfMessage *self = new_message (TF_MESSAGE_RETURNED);

  tf__outcome_set_value (&self->outcome, value);
  return self;
}

/**
 * tf_message_new_raised:
 * @error: (transfer full): why the work failed
 *
 * Makes the message that the work has ended badly, which is final.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
TfMessage *
tf_message_new_raised (GError *error)
{
  TfMessage *self;

  g_return_val_if_fail (error != NULL, NULL);

  self = new_message (TF_MESSAGE_RAISED);
  tf__outcome_take_error (&self->outcome, error);
  return self;
}

/**
 * tf_message_new_failure:
 * @type: the name of the type of the exception
 * @text: (nullable): its message
 * @traceback: (nullable): where it was raised, formatted
 * @payload: (nullable): the exception itself, which is copied
 *
 * Makes the message that the work has ended by an exception of another language, which is final.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
TfMessage *
tf_message_new_failure (const char   *type,
                        const char   *text,
                        const char   *traceback,
                        const GValue *payload)
{
  TfMessage *self;

  g_return_val_if_fail (type != NULL, NULL);

  self = new_message (TF_MESSAGE_RAISED);
  tf__outcome_set_failure (&self->outcome, type, text, traceback, payload);
  return self;
}

/**
 * tf_message_new_dropped:
 *
 * Makes the message that the work was cancelled before it started, which is final.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
TfMessage *
tf_message_new_dropped (void)
{
  return new_message (TF_MESSAGE_ABANDONED);
}

/**
 * tf_message_new_progress:
 * @value: (nullable): what the work reports, which is copied
 *
 * Makes the message that becomes [signal@Future::progress].
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
TfMessage *
tf_message_new_progress (const GValue *value)
{
  return new_event (TF_ROAD_PROGRESS, NULL, value);
}

/**
 * tf_message_new_item:
 * @value: (nullable): the item, which is copied
 *
 * Makes the message that becomes [signal@Future::item].
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
TfMessage *
tf_message_new_item (const GValue *value)
{
  return new_event (TF_ROAD_ITEM, NULL, value);
}

/**
 * tf_message_new:
 * @kind: the kind of message, which is the detail of the signal
 * @value: (nullable): what is sent, which is copied
 *
 * Makes the message that becomes [signal@Future::message].
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the message
 *
 * Since: 1.0
 */
TfMessage *
tf_message_new (const char   *kind,
                const GValue *value)
{
  g_return_val_if_fail (kind != NULL, NULL);

  return new_event (TF_ROAD_MESSAGE, kind, value);
}

/**
 * tf_message_copy:
 * @self: a message
 *
 * Copies a message.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the copy
 *
 * Since: 1.0
 */
TfMessage *
tf_message_copy (const TfMessage *self)
{
  TfMessage       *copy;
  const TfFailure *failure;

  g_return_val_if_fail (self != NULL, NULL);

  if (self->type == TF_MESSAGE_EVENT)
    {
      copy = new_event (self->event.road, tf__event_get_kind (&self->event), &self->event.value);
      return copy;
    }

  copy = new_message (self->type);
  failure = tf__outcome_get_failure (&self->outcome);
  if (failure == NULL)
    tf__outcome_set_value (&copy->outcome, &self->outcome.value);
  else if (failure->type != NULL)
    tf__outcome_set_failure (&copy->outcome, failure->type, failure->text, failure->traceback,
                             &failure->payload);
  else
    tf__outcome_take_error (&copy->outcome, g_error_copy (failure->error));

  return copy;
}

/**
 * tf_message_free:
 * @self: (transfer full): a message
 *
 * Frees a message.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_message_free (TfMessage *self)
{
  g_return_if_fail (self != NULL);

  tf__outcome_clear (&self->outcome);
  tf__event_clear (&self->event);
  g_free (self);
}

/**
 * tf_message_get_kind:
 * @self: a message
 *
 * Gets what kind of message it is.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none): "started", "returned", "raised", "abandoned", "progress", "item", or the
 *   kind that was given to [ctor@Message.new]
 *
 * Since: 1.0
 */
const char *
tf_message_get_kind (const TfMessage *self)
{
  static const char *const names[] = { "started", "returned", "raised", "abandoned" };

  g_return_val_if_fail (self != NULL, NULL);

  if (self->type != TF_MESSAGE_EVENT)
    return names[self->type];

  switch (self->event.road)
    {
    case TF_ROAD_PROGRESS:
      return "progress";
    case TF_ROAD_ITEM:
      return "item";
    case TF_ROAD_MESSAGE:
    default:
      return tf__event_get_kind (&self->event);
    }
}

/**
 * tf_message_is_final:
 * @self: a message
 *
 * Tells whether nothing may follow the message.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if it says that the work has returned, raised, or was abandoned
 *
 * Since: 1.0
 */
gboolean
tf_message_is_final (const TfMessage *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return self->type == TF_MESSAGE_RETURNED || self->type == TF_MESSAGE_RAISED ||
         self->type == TF_MESSAGE_ABANDONED;
}
