/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-message-receiver.h>
#include <tf/tf-message-sender.h>
#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_MESSAGE_ROUTER (tf_message_router_get_type ())

/**
 * TfRouteFunc:
 * @user_data: what was given with the function
 *
 * Says whether [method@MessageRouter.route_until] has come to its end. It is called in the owner context, before
 * the first message and after each.
 *
 * Returns: true to end
 *
 * Since: 1.0
 */
typedef gboolean (*TfRouteFunc) (gpointer user_data);

TF_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (TfMessageRouter, tf_message_router, TF, MESSAGE_ROUTER, GObject)

/**
 * TfMessageRouterInterface:
 * @parent_iface: the parent interface
 * @start: begins to route
 * @stop: ends routing
 * @pipe: makes a pipe: a sender for the background and a receiver for the foreground
 * @close_pipe: closes the pipe of a receiver
 * @route_until: routes in the calling thread, and no other way from then on
 * @attach: routes by the main context again
 * @is_running: whether it was started and not stopped
 *
 * What a message router does.
 *
 * Since: 1.0
 */
struct _TfMessageRouterInterface
{
  GTypeInterface parent_iface;

  gboolean (*start) (TfMessageRouter *self,
                     GError         **error);
  gboolean (*stop) (TfMessageRouter *self,
                    GError         **error);
  TfMessageReceiver *(*pipe) (TfMessageRouter  *self,
                              TfMessageSender **sender,
                              GError          **error);
  gboolean (*close_pipe) (TfMessageRouter   *self,
                          TfMessageReceiver *receiver,
                          GError           **error);
  gboolean (*route_until) (TfMessageRouter *self,
                           gint64           timeout_us,
                           TfRouteFunc      condition,
                           gpointer         user_data,
                           GError         **error);
  gboolean (*attach) (TfMessageRouter *self,
                      GError         **error);
  gboolean (*is_running) (TfMessageRouter *self);

  /*< private >*/
  gpointer padding[8];
};

TF_AVAILABLE_IN_ALL
gboolean tf_message_router_is_running (TfMessageRouter *self);
TF_AVAILABLE_IN_ALL
gboolean tf_message_router_start (TfMessageRouter *self,
                                  GError         **error);
TF_AVAILABLE_IN_ALL
gboolean tf_message_router_stop (TfMessageRouter *self,
                                 GError         **error);
TF_AVAILABLE_IN_ALL
TfMessageReceiver *tf_message_router_pipe (TfMessageRouter  *self,
                                           TfMessageSender **sender,
                                           GError          **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
gboolean tf_message_router_close_pipe (TfMessageRouter   *self,
                                       TfMessageReceiver *receiver,
                                       GError           **error);
TF_AVAILABLE_IN_ALL
gboolean tf_message_router_route_until (TfMessageRouter *self,
                                        gint64           timeout_us,
                                        TfRouteFunc      condition,
                                        gpointer         user_data,
                                        GError         **error);
TF_AVAILABLE_IN_ALL
gboolean tf_message_router_attach (TfMessageRouter *self,
                                   GError         **error);

G_END_DECLS
