/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-message-router.h>

/**
 * TfMessageRouter:
 *
 * Routes messages from the background to the foreground, by pipes.
 *
 * A pipe has a sender for the background and a receiver for the foreground. A router is started, makes pipes,
 * and is stopped; while it runs its main context delivers what the senders sent, each message to the receiver of
 * its pipe, in the order of sending.
 *
 * Executors have all this inside; a router of one's own is for background work that is not a task.
 *
 * ## Threads
 *
 * A router and its receivers belong to the thread that owns the main context. Calls on other threads fail with
 * `TF_ERROR_WRONG_THREAD`.
 *
 * Since: 1.0
 */
G_DEFINE_INTERFACE (TfMessageRouter, tf_message_router, G_TYPE_OBJECT)

static void
tf_message_router_default_init (TfMessageRouterInterface *iface)
{
}

/**
 * tf_message_router_is_running:
 * @self: a router
 *
 * Tells whether the router was started and not stopped.
 *
 * ## Threads
 *
 * Call in the thread that owns the router.
 *
 * Returns: true if it runs
 *
 * Since: 1.0
 */
gboolean
tf_message_router_is_running (TfMessageRouter *self)
{
  g_return_val_if_fail (TF_IS_MESSAGE_ROUTER (self), FALSE);

  return TF_MESSAGE_ROUTER_GET_IFACE (self)->is_running (self);
}

/**
 * tf_message_router_start:
 * @self: a router
 * @error: return location for an error, or `NULL`
 *
 * Starts to route.
 *
 * ## Errors
 *
 * - `TF_ERROR_ALREADY_RUNNING`: it runs already.
 *
 * ## Threads
 *
 * Call in the thread that owns the router.
 *
 * Returns: true if it runs now; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_message_router_start (TfMessageRouter *self,
                         GError         **error)
{
  g_return_val_if_fail (TF_IS_MESSAGE_ROUTER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return TF_MESSAGE_ROUTER_GET_IFACE (self)->start (self, error);
}

/**
 * tf_message_router_stop:
 * @self: a router
 * @error: return location for an error, or `NULL`
 *
 * Ends routing.
 *
 * Messages that have not been delivered are dropped, and senders fail from now on. Pipes that are open are
 * closed, with a warning that counts them.
 *
 * ## Errors
 *
 * - `TF_ERROR_NOT_RUNNING`: it does not run.
 * - `TF_ERROR_WRONG_THREAD`: the call was made outside the thread that owns the router, or while another one runs
 *   the main context.
 *
 * ## Threads
 *
 * Call in the thread that owns the router.
 *
 * Returns: true if it ran; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_message_router_stop (TfMessageRouter *self,
                        GError         **error)
{
  g_return_val_if_fail (TF_IS_MESSAGE_ROUTER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return TF_MESSAGE_ROUTER_GET_IFACE (self)->stop (self, error);
}

/**
 * tf_message_router_pipe:
 * @self: a router
 * @sender: (out) (transfer full): the sender of the pipe
 * @error: return location for an error, or `NULL`
 *
 * Makes a pipe.
 *
 * ## Errors
 *
 * - `TF_ERROR_NOT_RUNNING`: the router does not run.
 * - `TF_ERROR_WRONG_THREAD`: the call was made outside the thread that owns the router.
 *
 * ## Threads
 *
 * Call in the thread that owns the router.
 *
 * Returns: (transfer full): the receiver of the pipe; `NULL` with @error set otherwise
 *
 * Since: 1.0
 */
TfMessageReceiver *
tf_message_router_pipe (TfMessageRouter  *self,
                        TfMessageSender **sender,
                        GError          **error)
{
  g_return_val_if_fail (TF_IS_MESSAGE_ROUTER (self), NULL);
  g_return_val_if_fail (sender != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return TF_MESSAGE_ROUTER_GET_IFACE (self)->pipe (self, sender, error);
}

/**
 * tf_message_router_close_pipe:
 * @self: a router
 * @receiver: the receiver of an open pipe of this router
 * @error: return location for an error, or `NULL`
 *
 * Closes a pipe.
 *
 * A message that its sender still sends is dropped, with a warning.
 *
 * ## Errors
 *
 * - `TF_ERROR_NOT_RUNNING`: the router does not run.
 * - `TF_ERROR_INVALID_ARGUMENT`: the pipe was closed before, or belongs to another router.
 * - `TF_ERROR_WRONG_THREAD`: the call was made outside the thread that owns the router.
 *
 * ## Threads
 *
 * Call in the thread that owns the router.
 *
 * Returns: true if the pipe is closed now; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_message_router_close_pipe (TfMessageRouter   *self,
                              TfMessageReceiver *receiver,
                              GError           **error)
{
  g_return_val_if_fail (TF_IS_MESSAGE_ROUTER (self), FALSE);
  g_return_val_if_fail (TF_IS_MESSAGE_RECEIVER (receiver), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return TF_MESSAGE_ROUTER_GET_IFACE (self)->close_pipe (self, receiver, error);
}

/**
 * tf_message_router_route_until:
 * @self: a router
 * @timeout_us: how long to go on, in microseconds; negative for no limit
 * @condition: (scope call) (closure user_data): says when to end; called before the first message and after each
 * @user_data: data for @condition
 * @error: return location for an error, or `NULL`
 *
 * Delivers messages in this call, and nothing else of the main loop, until a condition holds.
 *
 * The router stays in this manual mode: its main context delivers nothing any more, until
 * [method@MessageRouter.attach]. With no time at all, what is queued is delivered before the call fails.
 *
 * A handler may route again, and stop the router.
 *
 * ## Errors
 *
 * - `G_IO_ERROR_TIMED_OUT`: the condition did not hold after @timeout_us.
 * - `TF_ERROR_NOT_RUNNING`: the router does not run, or was stopped by a handler.
 * - `TF_ERROR_WRONG_THREAD`: the call was made outside the thread that owns the router.
 * - `TF_ERROR_DEADLOCK`: the call was made inside more than 16 handlers of a pipe that make such a call as well.
 *
 * ## Threads
 *
 * Call in the thread that owns the router.
 *
 * Returns: true if the condition holds; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_message_router_route_until (TfMessageRouter *self,
                               gint64           timeout_us,
                               TfRouteFunc      condition,
                               gpointer         user_data,
                               GError         **error)
{
  g_return_val_if_fail (TF_IS_MESSAGE_ROUTER (self), FALSE);
  g_return_val_if_fail (condition != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return TF_MESSAGE_ROUTER_GET_IFACE (self)->route_until (self, timeout_us, condition, user_data,
                                                          error);
}

/**
 * tf_message_router_attach:
 * @self: a router
 * @error: return location for an error, or `NULL`
 *
 * Has the main context deliver again, after [method@MessageRouter.route_until] or a foreign loop.
 *
 * ## Errors
 *
 * - `TF_ERROR_NOT_RUNNING`: the router does not run.
 * - `TF_ERROR_WRONG_THREAD`: the call was made outside the thread that owns the router.
 *
 * ## Threads
 *
 * Call in the thread that owns the router.
 *
 * Returns: true if the main context delivers now; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_message_router_attach (TfMessageRouter *self,
                          GError         **error)
{
  g_return_val_if_fail (TF_IS_MESSAGE_ROUTER (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  return TF_MESSAGE_ROUTER_GET_IFACE (self)->attach (self, error);
}
