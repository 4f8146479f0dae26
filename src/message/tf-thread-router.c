/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-thread-router.h>

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "message/tf-foreign-loop-private.h"
#include "message/tf-routing-private.h"

/**
 * TfThreadRouter:
 *
 * A message router for senders on threads of the same process.
 *
 * It has the same machinery as an executor: one queue, one source of the priority `G_PRIORITY_DEFAULT_IDLE` that
 * delivers for at most four milliseconds in a turn, and a high-water mark of 1024 messages for each pipe.
 *
 * A router that goes while it runs is stopped. If its last reference is given up outside the thread that owns
 * it, or while another thread runs the main context, its senders fail at once, and the rest is left to the main
 * context: pipes are closed when that comes to it.
 *
 * ## Threads
 *
 * A router belongs to the thread that starts it, and then to the one that dispatches its main context.
 *
 * Since: 1.0
 */
struct _TfThreadRouter
{
  GObject parent_instance;

  GMainContext *main_context; /* (owned) [const] */
  TfRouting    *routing;      /* (owned) (nullable) while it runs */
  GHashTable   *open;         /* (owned) of TfMessageReceiver */
  guint64       last_id;      /* of a pipe */
};

static void router_iface_init (TfMessageRouterInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfThreadRouter, tf_thread_router, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TF_TYPE_MESSAGE_ROUTER, router_iface_init))

typedef enum
{
  PROP_MAIN_CONTEXT = 1,
  PROP_RUNNING,
  N_PROPS
} Prop;

static GParamSpec *props[N_PROPS];

/* Delivering */

static void
deliver (TfPipe  *pipe,
         TfNews   news,
         TfEvent *event)
{
  TfMessageSender   *sender = (TfMessageSender *) pipe;
  const GValue      *value = G_VALUE_TYPE (&event->value) == G_TYPE_INVALID ? NULL : &event->value;
  TfMessageReceiver *receiver;

  tf__enter_foreground ();

  if (sender->receiver == NULL)
    {
      g_warning ("A message of the closed pipe %" G_GUINT64_FORMAT " was dropped", sender->id);
      return;
    }

  receiver = g_object_ref (sender->receiver);
  tf__message_receiver_emit (receiver, value);
  g_object_unref (receiver);
}

static TfPipe *
pipe_ref (TfPipe *pipe)
{
  return &tf_message_sender_ref ((TfMessageSender *) pipe)->pipe;
}

static void
pipe_unref (TfPipe *pipe)
{
  tf_message_sender_unref ((TfMessageSender *) pipe);
}

const TfPipeClass tf__message_pipe_class = { deliver, pipe_ref, pipe_unref };

static gpointer
ref_routing (gpointer host)
{
  return tf__routing_ref (host);
}

static void
unref_routing (gpointer host)
{
  tf__routing_unref (host);
}

const TfDispatcherClass tf__routing_dispatcher_class = { .host_ref = ref_routing,
                                                         .host_unref = unref_routing };

/* Calls */

static void
set_wrong_thread (GError **error)
{
  g_set_error_literal (error, TF_ERROR, TF_ERROR_WRONG_THREAD,
                       "A router can be used in the thread of its main context only");
}

/* In a child by fork(): the router runs in the parent. */
static gboolean
is_inherited (TfThreadRouter *self)
{
  return self->routing != NULL && tf__dispatcher_is_inherited (&self->routing->dispatcher);
}

static void
set_inherited (TfThreadRouter *self,
               GError        **error)
{
  g_set_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING,
               "The router %p belongs to the process that this one was forked from",
               (gpointer) self);
}

/* Running, and in the thread that owns it. */
static gboolean
check (TfThreadRouter *self,
       GError        **error)
{
  if (self->routing == NULL)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_NOT_RUNNING, "The router does not run");
      return FALSE;
    }

  if (is_inherited (self))
    {
      set_inherited (self, error);
      return FALSE;
    }

  if (!tf__dispatcher_is_owner (&self->routing->dispatcher))
    {
      set_wrong_thread (error);
      return FALSE;
    }

  return TRUE;
}

static gboolean
router_is_running (TfMessageRouter *router)
{
  return TF_THREAD_ROUTER (router)->routing != NULL;
}

static gboolean
router_start (TfMessageRouter *router,
              GError         **error)
{
  TfThreadRouter *self = TF_THREAD_ROUTER (router);

  if (is_inherited (self))
    {
      set_inherited (self, error);
      return FALSE;
    }

  if (self->routing != NULL)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_ALREADY_RUNNING, "The router runs already");
      return FALSE;
    }

  self->routing = tf__routing_new (self->main_context);
  tf__enter_foreground ();
  tf__dispatcher_attach (&self->routing->dispatcher);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUNNING]);
  return TRUE;
}

static void
close_receiver (gpointer key)
{
  TfMessageReceiver *receiver = key;

  tf__enter_foreground ();
  tf__message_receiver_get_sender (receiver)->receiver = NULL;
  g_object_unref (receiver);
}

/* Takes the routing, and empties the table. */
TF_FOREGROUND
static void
end_routing (TfRouting  *routing,
             GHashTable *open)
{
  guint n_open = g_hash_table_size (open);

  if (n_open > 0)
    g_warning ("The router was stopped with %u pipe%s that %s not closed", n_open,
               n_open == 1 ? "" : "s", n_open == 1 ? "was" : "were");

  tf__routing_close_senders (routing);
  g_hash_table_remove_all (open);
  tf__routing_drop_messages (routing);
  tf__dispatcher_detach (&routing->dispatcher);
  tf__routing_unref (routing);
}

/* Whoever started it is the owner until the loop dispatches, and another thread may run that: so the source is only
 * touched while nobody else can. */
static gboolean
end_routing_here (TfThreadRouter *self)
{
  GMainContext *context = self->main_context;

  if (!tf__dispatcher_is_owner (&self->routing->dispatcher) || !g_main_context_acquire (context))
    return FALSE;

  tf__enter_foreground ();
  g_main_context_ref (context);
  end_routing (g_steal_pointer (&self->routing), self->open);
  g_main_context_release (context);
  g_main_context_unref (context);
  return TRUE;
}

static gboolean
router_stop (TfMessageRouter *router,
             GError         **error)
{
  TfThreadRouter *self = TF_THREAD_ROUTER (router);
  gboolean        is_ended;

  if (!check (self, error))
    return FALSE;

  /* What is freed may drop the router. */
  g_object_ref (self);
  is_ended = end_routing_here (self);
  if (is_ended)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_RUNNING]);
  else
    set_wrong_thread (error);
  g_object_unref (self);
  return is_ended;
}

static TfMessageReceiver *
router_pipe (TfMessageRouter  *router,
             TfMessageSender **sender,
             GError          **error)
{
  TfThreadRouter    *self = TF_THREAD_ROUTER (router);
  TfMessageReceiver *receiver;

  if (!check (self, error))
    return NULL;

  tf__enter_foreground ();
  *sender = tf__message_sender_new (self->routing, ++self->last_id);
  receiver = tf__message_receiver_new (*sender);
  (*sender)->receiver = receiver;
  g_hash_table_add (self->open, g_object_ref (receiver));
  return receiver;
}

static gboolean
router_close_pipe (TfMessageRouter   *router,
                   TfMessageReceiver *receiver,
                   GError           **error)
{
  TfThreadRouter *self = TF_THREAD_ROUTER (router);
  gboolean        is_open;

  if (!check (self, error))
    return FALSE;

  /* A receiver that goes may drop the router. */
  g_object_ref (self);
  is_open = g_hash_table_remove (self->open, receiver);
  g_object_unref (self);
  if (is_open)
    return TRUE;

  g_set_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT,
               "The pipe %" G_GUINT64_FORMAT " is not an open one of this router",
               tf_message_receiver_get_connection_id (receiver));
  return FALSE;
}

typedef struct
{
  TfThreadRouter *router;
  TfRouting      *routing;
  TfRouteFunc     condition;
  gpointer        user_data;
} RouteCall;

/* A handler may stop the router, and so may the condition: then there is nothing to route for. */
static gboolean
is_route_over (gpointer data)
{
  RouteCall *call = data;

  return call->router->routing != call->routing ||
         call->condition (call->user_data) ||
         call->router->routing != call->routing;
}

static gboolean
router_route_until (TfMessageRouter *router,
                    gint64           timeout_us,
                    TfRouteFunc      condition,
                    gpointer         user_data,
                    GError         **error)
{
  TfThreadRouter *self = TF_THREAD_ROUTER (router);
  RouteCall       call = { self, self->routing, condition, user_data };
  TfAwait         await = { 0 };
  gint64          deadline_us = tf__clock_deadline (timeout_us);
  gboolean        is_possible;
  gboolean        is_over = FALSE;

  if (!check (self, error))
    return FALSE;

  tf__enter_foreground ();
  g_object_ref (self);
  tf__routing_ref (call.routing);
  await.dispatcher = &call.routing->dispatcher;
  is_possible = tf__await_begin (&await);
  if (is_possible)
    {
      tf__dispatcher_unplug (await.dispatcher);
      is_over = tf__dispatcher_run_until (await.dispatcher, is_route_over, &call, deadline_us);
    }
  tf__await_end (&await);

  if (!is_possible)
    g_set_error_literal (error, TF_ERROR, TF_ERROR_DEADLOCK,
                         "The router is driven by too many of its handlers, one inside the other");
  else if (!is_over)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                         "The condition did not come true in time");
  else if (self->routing != call.routing)
    g_set_error_literal (error, TF_ERROR, TF_ERROR_NOT_RUNNING, "The router was stopped meanwhile");

  is_over = is_over && self->routing == call.routing;
  tf__routing_unref (call.routing);
  g_object_unref (self);
  return is_over;
}

static gboolean
router_attach (TfMessageRouter *router,
               GError         **error)
{
  TfThreadRouter *self = TF_THREAD_ROUTER (router);

  if (!check (self, error))
    return FALSE;

  tf__enter_foreground ();
  tf__foreign_loop_close (&self->routing->dispatcher);
  tf__dispatcher_plug (&self->routing->dispatcher);
  return TRUE;
}

static void
router_iface_init (TfMessageRouterInterface *iface)
{
  iface->start = router_start;
  iface->stop = router_stop;
  iface->pipe = router_pipe;
  iface->close_pipe = router_close_pipe;
  iface->route_until = router_route_until;
  iface->attach = router_attach;
  iface->is_running = router_is_running;
}

/**
 * tf_thread_router_new:
 * @main_context: (nullable): where messages are delivered, or `NULL` for the thread-default main context
 *
 * Makes a router, which has to be started.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the router
 *
 * Since: 1.0
 */
TfThreadRouter *
tf_thread_router_new (GMainContext *main_context)
{
  return g_object_new (TF_TYPE_THREAD_ROUTER, "main-context", main_context, NULL);
}

/**
 * tf_thread_router_get_main_context: (get-property main-context)
 * @self: a router
 *
 * Gets where messages are delivered.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none): the main context
 *
 * Since: 1.0
 */
GMainContext *
tf_thread_router_get_main_context (TfThreadRouter *self)
{
  g_return_val_if_fail (TF_IS_THREAD_ROUTER (self), NULL);

  return self->main_context;
}

/**
 * tf_thread_router_detach:
 * @self: a running router
 * @error: return location for an error, or `NULL`
 *
 * Switches the router to a foreign loop, and gets the descriptor for it.
 *
 * The descriptor is readable when there is something to deliver: poll it for that alone, and call
 * [method@ThreadRouter.dispatch] then. The main context delivers nothing any more, until
 * [method@MessageRouter.attach]. The descriptor belongs to the router and is closed with its stop.
 *
 * ## Errors
 *
 * - `TF_ERROR_NOT_RUNNING`: the router does not run.
 * - `TF_ERROR_WRONG_THREAD`: the call was made outside the thread of the main context.
 * - `G_IO_ERROR_NOT_SUPPORTED`: the system has no such descriptors.
 * - any other code of `G_IO_ERROR`: the system refused one, because there are too many.
 *
 * ## Threads
 *
 * Call in the thread that owns the router.
 *
 * Returns: the descriptor; -1 with @error set otherwise
 *
 * Since: 1.0
 */
int
tf_thread_router_detach (TfThreadRouter *self,
                         GError        **error)
{
  g_return_val_if_fail (TF_IS_THREAD_ROUTER (self), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  if (!check (self, error))
    return -1;

  tf__enter_foreground ();
  return tf__foreign_loop_open (&self->routing->dispatcher, error);
}

/**
 * tf_thread_router_dispatch:
 * @self: a router that was switched to a foreign loop
 *
 * Delivers what has come in, for as long as the source of a main context would: four milliseconds.
 *
 * What is left keeps the descriptor readable.
 *
 * ## Threads
 *
 * Call in the thread of the foreign loop, which owns the router from then on.
 *
 * Since: 1.0
 */
void
tf_thread_router_dispatch (TfThreadRouter *self)
{
  TfRouting *routing;

  g_return_if_fail (TF_IS_THREAD_ROUTER (self));

  if (self->routing == NULL)
    return;

  if (is_inherited (self))
    {
      g_critical ("%s: the router %p belongs to the process that this one was forked from",
                  G_STRFUNC, (gpointer) self);
      return;
    }

  routing = tf__routing_ref (self->routing);
  tf__enter_foreground ();
  tf__foreign_loop_dispatch (&routing->dispatcher);
  tf__routing_unref (routing);
}

/* The class */

static void
tf_thread_router_get_property (GObject    *object,
                               guint       prop_id,
                               GValue     *value,
                               GParamSpec *pspec)
{
  TfThreadRouter *self = TF_THREAD_ROUTER (object);

  switch ((Prop) prop_id)
    {
    case PROP_MAIN_CONTEXT:
      g_value_set_boxed (value, self->main_context);
      break;
    case PROP_RUNNING:
      g_value_set_boolean (value, self->routing != NULL);
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_thread_router_set_property (GObject      *object,
                               guint         prop_id,
                               const GValue *value,
                               GParamSpec   *pspec)
{
  TfThreadRouter *self = TF_THREAD_ROUTER (object);

  switch ((Prop) prop_id)
    {
    case PROP_MAIN_CONTEXT:
      self->main_context = g_value_dup_boxed (value);
      if (self->main_context == NULL)
        self->main_context = g_main_context_ref_thread_default ();
      break;
    case PROP_RUNNING:
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

typedef struct
{
  TfRouting  *routing; /* (owned) */
  GHashTable *open;    /* (owned) */
} Remains;

static gboolean
on_remains_cb (gpointer data)
{
  Remains *remains = data;

  tf__enter_foreground ();
  tf__dispatcher_set_owner (&remains->routing->dispatcher, tf__current_thread ());
  end_routing (g_steal_pointer (&remains->routing), remains->open);
  g_hash_table_unref (remains->open);
  g_free (remains);
  return G_SOURCE_REMOVE;
}

/* In another thread, while the owner may be delivering: nothing but the senders can be closed here. */
static void
leave_remains (TfThreadRouter *self)
{
  Remains *remains = g_new (Remains, 1);
  GSource *source = g_idle_source_new ();

  remains->routing = g_steal_pointer (&self->routing);
  remains->open = g_hash_table_ref (self->open);
  tf__routing_close_senders (remains->routing);

  g_source_set_static_name (source, "[tf] router");
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, on_remains_cb, remains, NULL);
  g_source_attach (source, self->main_context);
  g_source_unref (source);
}

static void
tf_thread_router_finalize (GObject *object)
{
  TfThreadRouter *self = TF_THREAD_ROUTER (object);

  /* The parent ends its own copy of the routing. */
  if (is_inherited (self))
    {
      G_OBJECT_CLASS (tf_thread_router_parent_class)->finalize (object);
      return;
    }

  if (self->routing != NULL && !end_routing_here (self))
    leave_remains (self);

  g_hash_table_unref (self->open);
  g_main_context_unref (self->main_context);

  G_OBJECT_CLASS (tf_thread_router_parent_class)->finalize (object);
}

static void
tf_thread_router_init (TfThreadRouter *self)
{
  self->open = g_hash_table_new_full (NULL, NULL, close_receiver, NULL);
}

/**
 * TfThreadRouter:main-context: (getter get_main_context)
 *
 * Where messages are delivered; by default the thread-default main context where the router is made.
 *
 * Since: 1.0
 */

/**
 * TfThreadRouter:running:
 *
 * Whether the router was started and not stopped.
 *
 * Since: 1.0
 */
static void
tf_thread_router_class_init (TfThreadRouterClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tf_thread_router_get_property;
  object_class->set_property = tf_thread_router_set_property;
  object_class->finalize = tf_thread_router_finalize;

  props[PROP_MAIN_CONTEXT] =
    g_param_spec_boxed ("main-context", NULL, NULL, G_TYPE_MAIN_CONTEXT,
                        G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_RUNNING] =
    g_param_spec_boolean ("running", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}
