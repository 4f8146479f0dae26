/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-routing-private.h"

#include <tf/tf-error.h>

/**
 * TfMessageSender: (ref-func tf_message_sender_ref) (unref-func tf_message_sender_unref)
 *
 * The background's end of a pipe of a message router.
 *
 * A sender is used once: started, used to send any number of messages, and stopped. The messages arrive at the
 * [class@MessageReceiver] of the same pipe in the order of sending.
 *
 * ## Threads
 *
 * One thread uses a sender at a time; any thread may. References may be taken and given up on any thread.
 *
 * Since: 1.0
 */
GType
tf_message_sender_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    {
      GType new_type = g_boxed_type_register_static (g_intern_static_string ("TfMessageSender"),
                                                     (GBoxedCopyFunc) tf_message_sender_ref,
                                                     (GBoxedFreeFunc) tf_message_sender_unref);

      g_once_init_leave (&type, new_type);
    }

  return type;
}

TfRouting *
tf__routing_new (GMainContext *context)
{
  TfRouting *self = g_new0 (TfRouting, 1);

  self->ref_count = 1;
  tf__lock_init (&self->lock);
  tf__dispatcher_init (&self->dispatcher, &tf__routing_dispatcher_class, self, context);
  return self;
}

TfRouting *
tf__routing_ref (TfRouting *self)
{
  tf__add (&self->ref_count, 1);
  return self;
}

void
tf__routing_unref (TfRouting *self)
{
  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  tf__dispatcher_clear (&self->dispatcher);
  tf__lock_clear (&self->lock);
  g_free (self);
}

/* A sender in the list whose last reference has just been given up is left to whoever gave it. */
static gboolean
try_ref (TfMessageSender *sender)
{
  gint count = tf__load (&sender->ref_count);

  while (count > 0)
    {
      if (tf__cas (&sender->ref_count, &count, count + 1))
        return TRUE;
    }

  return FALSE;
}

static GPtrArray *
dup_senders (TfRouting *self)
{
  GPtrArray *senders = g_ptr_array_new_with_free_func ((GDestroyNotify) tf_message_sender_unref);

  tf__lock (&self->lock);
  for (TfMessageSender *sender = self->first; sender != NULL; sender = sender->next)
    {
      if (try_ref (sender))
        g_ptr_array_add (senders, sender);
    }
  tf__unlock (&self->lock);

  return senders;
}

void
tf__routing_close_senders (TfRouting *self)
{
  GPtrArray *senders = dup_senders (self);

  for (guint i = 0; i < senders->len; i++)
    {
      TfMessageSender *sender = senders->pdata[i];

      tf__pipe_end (&sender->pipe);
      tf__pipe_release_senders (&sender->pipe);
    }

  g_ptr_array_unref (senders);
}

void
tf__routing_drop_messages (TfRouting *self)
{
  GPtrArray *senders = dup_senders (self);

  for (guint i = 0; i < senders->len; i++)
    tf__pipe_drop_events (&((TfMessageSender *) senders->pdata[i])->pipe);

  g_ptr_array_unref (senders);
}

TfMessageSender *
tf__message_sender_new (TfRouting *routing,
                        guint64    id)
{
  TfMessageSender *self = g_new0 (TfMessageSender, 1);

  tf__pipe_init (&self->pipe, &tf__message_pipe_class);
  self->pipe.dispatcher = &routing->dispatcher;
  self->ref_count = 1;
  self->routing = tf__routing_ref (routing);
  self->id = id;

  tf__lock (&routing->lock);
  self->next = routing->first;
  if (self->next != NULL)
    self->next->previous = self;
  routing->first = self;
  tf__unlock (&routing->lock);

  return self;
}

/**
 * tf_message_sender_ref:
 * @self: a sender
 *
 * Takes a reference.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
TfMessageSender *
tf_message_sender_ref (TfMessageSender *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  tf__add (&self->ref_count, 1);
  return self;
}

/**
 * tf_message_sender_unref:
 * @self: (transfer full): a sender
 *
 * Gives a reference up.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_message_sender_unref (TfMessageSender *self)
{
  TfRouting *routing;

  g_return_if_fail (self != NULL);

  /* The sender of another process stays in the list of its routing, whose lock must not be taken. */
  if (tf__sub (&self->ref_count, 1) != 1 || tf__pipe_is_inherited (&self->pipe))
    return;

  routing = self->routing;
  tf__lock (&routing->lock);
  if (self->previous == NULL)
    routing->first = self->next;
  else
    self->previous->next = self->next;
  if (self->next != NULL)
    self->next->previous = self->previous;
  tf__unlock (&routing->lock);

  tf__pipe_clear (&self->pipe);
  g_free (self);
  tf__routing_unref (routing);
}

/**
 * tf_message_sender_get_connection_id:
 * @self: a sender
 *
 * Gets the number of the pipe, which its receiver has too.
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
tf_message_sender_get_connection_id (TfMessageSender *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->id;
}

static const char *
describe_refusal (TfError code)
{
  switch ((guint) code)
    {
    case TF_ERROR_NOT_RUNNING:
      return "has not been started";
    case TF_ERROR_ALREADY_RUNNING:
      return "has been started before";
    case TF_ERROR_CLOSED:
    default:
      return "has been stopped";
    }
}

static gboolean
check_process (TfMessageSender *self,
               GError         **error)
{
  if (!tf__pipe_is_inherited (&self->pipe))
    return TRUE;

  g_set_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING,
               "Sender %" G_GUINT64_FORMAT
               " belongs to the process that this one was forked from",
               self->id);
  return FALSE;
}

static gboolean
step (TfMessageSender *self,
      TfSenderEvent    event,
      GError         **error)
{
  TfSenderState next;
  TfError       code;

  if (!check_process (self, error))
    return FALSE;

  if (tf__sender_state_after (self->state, event, &next, &code))
    {
      self->state = next;
      return TRUE;
    }

  g_set_error (error, TF_ERROR, (gint) code, "Sender %" G_GUINT64_FORMAT " %s", self->id,
               describe_refusal (code));
  return FALSE;
}

static void
set_router_stopped (TfMessageSender *self,
                    GError         **error)
{
  g_set_error (error, TF_ERROR, TF_ERROR_CLOSED,
               "The router of sender %" G_GUINT64_FORMAT " has been stopped", self->id);
}

/**
 * tf_message_sender_start:
 * @self: a sender
 * @error: return location for an error, or `NULL`
 *
 * Opens the sender.
 *
 * ## Errors
 *
 * - `TF_ERROR_ALREADY_RUNNING`: it was started before.
 * - `TF_ERROR_NOT_RUNNING`: this process was forked from the one that the sender belongs to.
 * - `TF_ERROR_CLOSED`: it was stopped before, and a sender is used once; or the router was stopped.
 *
 * ## Threads
 *
 * Call on the thread that uses the sender.
 *
 * Returns: true if the sender is open now; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_message_sender_start (TfMessageSender *self,
                         GError         **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (self->state == TF_SENDER_STATE_INITIAL && tf__pipe_is_over (&self->pipe))
    {
      set_router_stopped (self, error);
      return FALSE;
    }

  return step (self, TF_SENDER_EVENT_START, error);
}

/**
 * tf_message_sender_send:
 * @self: an open sender
 * @value: (nullable): the message, which is copied
 * @error: return location for an error, or `NULL`
 *
 * Sends a message to the foreground.
 *
 * The message is queued when the call returns, and arrives when the main context of the router comes to it. If
 * the pipe has been closed there meanwhile, it is dropped with a warning.
 *
 * A sender that is ahead of the foreground by 1024 messages waits here.
 *
 * ## Errors
 *
 * - `TF_ERROR_NOT_RUNNING`: the sender has not been started.
 * - `TF_ERROR_CLOSED`: the sender has been stopped, or the router has. Nobody will read this message or a later one.
 *
 * ## Threads
 *
 * Call on the thread that uses the sender. May block, but never in the owner context of the router; its stop
 * ends the waiting.
 *
 * Returns: true if the message was queued; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_message_sender_send (TfMessageSender *self,
                        const GValue    *value,
                        GError         **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!step (self, TF_SENDER_EVENT_SEND, error))
    return FALSE;

  if (tf__pipe_send (&self->pipe, TF_ROAD_MESSAGE, NULL, value))
    return TRUE;

  set_router_stopped (self, error);
  return FALSE;
}

/**
 * tf_message_sender_stop:
 * @self: an open sender
 * @error: return location for an error, or `NULL`
 *
 * Closes the sender for good. What was sent still arrives.
 *
 * ## Errors
 *
 * - `TF_ERROR_NOT_RUNNING`: the sender has not been started.
 * - `TF_ERROR_CLOSED`: the sender has been stopped before.
 *
 * ## Threads
 *
 * Call on the thread that uses the sender.
 *
 * Returns: true if the sender was open; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_message_sender_stop (TfMessageSender *self,
                        GError         **error)
{
  g_return_val_if_fail (self != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return step (self, TF_SENDER_EVENT_STOP, error);
}
