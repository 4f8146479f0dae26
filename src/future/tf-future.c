/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

#include <tf/tf-enum-types.h>
#include <tf/tf-error.h>
#include <tf/tf-executor.h>

/**
 * TfFuture:
 *
 * What the foreground holds of work that goes on in the background.
 *
 * A future is made by an executor when a task is submitted. It says how far the work is, in
 * properties that can be bound to widgets; it tells what the work reports, by signals; it cancels
 * the work; and it has the result in the end.
 *
 * | state        | started      | returned    | raised      | abandoned   | cancel       | abort        |
 * |--------------|--------------|-------------|-------------|-------------|--------------|--------------|
 * | `WAITING`    | `EXECUTING`  | -           | -           | -           | `CANCELLING` | `CANCELLING` |
 * | `EXECUTING`  | -            | `COMPLETED` | `FAILED`    | -           | `CANCELLING` | `CANCELLING` |
 * | `CANCELLING` | stays        | `CANCELLED` | `CANCELLED` | `CANCELLED` | stays        | stays        |
 *
 * After an abort the next turn of the main loop moves to `CANCELLED`, whether the code has returned
 * or not. A state that is done never changes any more.
 *
 * With each move the new values are stored first. Then `notify::value` or `notify::error`,
 * `notify::state`, `notify::cancellable` and `notify::done` are emitted in this order, those that
 * changed, and at the end, when the future is done, [signal@Future::done].
 *
 * The executor keeps a reference until "done" has been emitted, so it is safe to keep none.
 *
 * Data of your own may go with a future, by [method@GObject.Object.set_data_full] in the owner
 * context. It is freed with the last reference, on the thread where that goes.
 *
 * ## Threads
 *
 * A future belongs to the main context of its executor, the owner context: all signals are emitted
 * there, and all functions are to be called there, unless they say otherwise.
 * [method@Future.cancel] and [method@Future.wait] may be called from any thread. A future that is
 * done does not change, and may be read from any thread.
 *
 * Since: 1.0
 */

G_DEFINE_TYPE_WITH_PRIVATE (TfFuture, tf_future, G_TYPE_OBJECT)

int         tf__future_private_offset;
GParamSpec *tf__future_props[TF_N_FUTURE_PROPS];
guint       tf__future_signals[TF_N_FUTURE_SIGNALS];

TfFuture *
tf__future_new (GType   type,
                TfWork *work)
{
  TfFuture        *self = g_object_new (type, NULL);
  TfFuturePrivate *priv = tf_future_get_instance_private (self);

  priv->work = work;
  return self;
}

/* The thread that holds the main context is its owner, also when it has had nothing to dispatch for the library so
 * far. */
gboolean
tf__future_is_in_owner (TfFuture *self)
{
  TfFuturePrivate *priv = tf_future_get_instance_private (self);
  TfDispatcher    *dispatcher;

  if (priv->work == NULL)
    return FALSE;

  dispatcher = priv->work->pipe.dispatcher;
  if (tf__dispatcher_is_owner (dispatcher))
    return TRUE;

  if (!g_main_context_is_owner (dispatcher->context) || tf__dispatcher_is_inherited (dispatcher))
    return FALSE;

  tf__dispatcher_set_owner (dispatcher, tf__current_thread ());
  return TRUE;
}

static gboolean
is_inherited (TfFuture *self)
{
  TfFuturePrivate *priv = tf_future_get_instance_private (self);

  return priv->work != NULL && tf__dispatcher_is_inherited (priv->work->pipe.dispatcher);
}

static void
log_inherited (TfFuture   *self,
               const char *function)
{
  g_critical ("%s: the future of task “%s” belongs to the process that this one was forked from",
              function, tf_future_get_name (self));
}

gboolean
tf__future_check_process (TfFuture   *self,
                          const char *function)
{
  if (!is_inherited (self) || tf_future_is_done (self))
    return TRUE;

  log_inherited (self, function);
  return FALSE;
}

gboolean
tf__future_check_process_error (TfFuture   *self,
                                const char *action,
                                GError    **error)
{
  if (!is_inherited (self) || tf_future_is_done (self))
    return TRUE;

  g_set_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING,
               "Task “%s” cannot be %s: it belongs to the process that this one was forked from",
               tf_future_get_name (self), action);
  return FALSE;
}

gboolean
tf__future_check_owner (TfFuture   *self,
                        const char *function)
{
  TfFuturePrivate *priv = tf_future_get_instance_private (self);

  if (priv->work == NULL)
    {
      g_critical ("%s: the future %p was not made by an executor", function, (gpointer) self);
      return FALSE;
    }

  if (is_inherited (self))
    {
      log_inherited (self, function);
      return FALSE;
    }

  if (!tf__future_is_in_owner (self))
    {
      g_critical ("%s: called outside the main context that owns the future of task “%s”", function,
                  tf_future_get_name (self));
      return FALSE;
    }

  return TRUE;
}

TfFutureMore *
tf__future_ensure_more (TfFuture *self)
{
  TfFuturePrivate *priv = tf_future_get_instance_private (self);

  if (priv->more == NULL)
    {
      priv->more = g_new0 (TfFutureMore, 1);
      priv->more->progress.total = -1;
      priv->more->progress.eta_us = -1;
    }

  return priv->more;
}

gboolean
tf__future_has_end_handlers (TfFuture *self)
{
  static const char *const names[] = { "state", "done", "cancellable", "value", "error" };
  static guint             notify_id;
  gboolean                 is_found;

  if (notify_id == 0)
    notify_id = g_signal_lookup ("notify", G_TYPE_OBJECT);

  /* A look without a detail finds those handlers only that have none. */
  is_found =
    g_signal_has_handler_pending (self, tf__future_signals[TF_FUTURE_SIGNAL_DONE], 0, FALSE) ||
    g_signal_has_handler_pending (self, notify_id, 0, FALSE);

  for (guint i = 0; i < G_N_ELEMENTS (names) && !is_found; i++)
    is_found = g_signal_has_handler_pending (self, notify_id, g_quark_try_string (names[i]), FALSE);

  return is_found;
}

void
tf__future_set_cancel_origin (TfFuture *self,
                              TfFuture *other)
{
  TfFutureMore          *more = tf__future_ensure_more (self);
  const TfFuturePrivate *from = tf__future_get_private (other);

  if (more->origin != NULL)
    return;

  if (from->more != NULL && from->more->origin != NULL)
    more->origin = g_ref_string_acquire (from->more->origin);
  else
    more->origin = g_ref_string_new (tf_future_get_name (other));
}

void
tf__future_forget_cancel_origin (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  g_clear_pointer (&priv->more->origin, g_ref_string_release);
}

void
tf__future_set_report (TfFuture *self,
                       int       report)
{
  TfFuturePrivate *priv = tf_future_get_instance_private (self);

  priv->report = report;
}

static void
tf_future_get_property (GObject    *object,
                        guint       prop_id,
                        GValue     *value,
                        GParamSpec *pspec)
{
  TfFuture *self = TF_FUTURE (object);

  switch ((TfFutureProp) prop_id)
    {
    case TF_FUTURE_PROP_STATE:
      g_value_set_enum (value, tf_future_get_state (self));
      break;
    case TF_FUTURE_PROP_CANCELLABLE:
      g_value_set_boolean (value, tf_future_is_cancellable (self));
      break;
    case TF_FUTURE_PROP_DONE:
      g_value_set_boolean (value, tf_future_is_done (self));
      break;
    case TF_FUTURE_PROP_NAME:
      g_value_set_string (value, tf_future_get_name (self));
      break;
    case TF_FUTURE_PROP_DESCRIPTION:
      g_value_set_string (value, tf_future_get_description (self));
      break;
    case TF_FUTURE_PROP_VALUE:
      if (tf_future_get_state (self) == TF_FUTURE_STATE_COMPLETED)
        g_value_take_boxed (value, tf_future_dup_value (self, NULL));
      break;
    case TF_FUTURE_PROP_ERROR:
      g_value_take_boxed (value, tf_future_dup_error (self));
      break;
    case TF_FUTURE_PROP_FRACTION:
      g_value_set_double (value, tf_future_get_fraction (self));
      break;
    case TF_FUTURE_PROP_COMPLETED_STEPS:
      g_value_set_int64 (value, tf_future_get_completed_steps (self));
      break;
    case TF_FUTURE_PROP_TOTAL_STEPS:
      g_value_set_int64 (value, tf_future_get_total_steps (self));
      break;
    case TF_FUTURE_PROP_STATUS:
      g_value_set_string (value, tf_future_get_status (self));
      break;
    case TF_FUTURE_PROP_RATE:
      g_value_set_double (value, tf_future_get_rate (self));
      break;
    case TF_FUTURE_PROP_ETA:
      g_value_set_int64 (value, tf_future_get_eta (self));
      break;
    case TF_FUTURE_PROP_ELAPSED:
      g_value_set_int64 (value, tf_future_get_elapsed (self));
      break;
    case TF_N_FUTURE_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* Reports a failure that nobody has looked at, at the last moment. A derived future that only passed it on has held the
 * future where it began until now, and leaves the report to that. */
static void
report_unread (TfFuture *self)
{
  TfFuturePrivate *priv = tf_future_get_instance_private (self);
  const TfFailure *failure;
  g_autofree char *location = NULL;
  GLogLevelFlags   level;

  if (priv->work == NULL || tf__future_get_phase (self) != TF_PHASE_FAILED ||
      !tf__future_is_unread (self) || priv->report == TF_FAILURE_REPORT_SIGNAL)
    return;

  failure = tf__outcome_get_failure (priv->outcome);

  location = tf__work_dup_location (priv->work);
  level = priv->report == TF_FAILURE_REPORT_FATAL ? G_LOG_LEVEL_ERROR : G_LOG_LEVEL_WARNING;
  g_log (
    G_LOG_DOMAIN, level, "Task “%s”, submitted at %s, failed, and nobody read the error: %s%s%s",
    tf_future_get_name (self), location, failure->error->message,
    failure->traceback == NULL ? "" : "\n", failure->traceback == NULL ? "" : failure->traceback);
}

/* What GObject does here, taking off handlers and weak references, g_object_unref() does once more when the last
 * reference goes, whether it was done or not: a sixth of the cost of a short life. So it is left to that; anybody else
 * who disposes of a future, as g_object_run_dispose() does, holds a reference himself. */
static void
tf_future_dispose (GObject *object)
{
  if (!tf__future_has_last_reference ((TfFuture *) object))
    G_OBJECT_CLASS (tf_future_parent_class)->dispose (object);
}

static void
tf_future_finalize (GObject *object)
{
  TfFuture        *self = (TfFuture *) object;
  TfFuturePrivate *priv = tf_future_get_instance_private (self);

  report_unread (self);
  tf__owner_unbind (self);

  if (priv->more != NULL)
    {
      g_warn_if_fail (priv->more->watchers == NULL);
      g_free (priv->more->progress.status);
      if (priv->more->passed != NULL)
        g_free (priv->more->passed->status);
      g_free (priv->more->passed);
      g_clear_error (&priv->more->reason);
      g_clear_error (&priv->more->asked_reason);
      g_clear_pointer (&priv->more->origin, g_ref_string_release);
      g_free (priv->more);
    }

  if (priv->work != NULL)
    tf__work_get_class (priv->work)->unref (priv->work);

  G_OBJECT_CLASS (tf_future_parent_class)->finalize (object);
}

static void
tf_future_init (TfFuture *self)
{
  TfFuturePrivate *priv = tf_future_get_instance_private (self);

  priv->phase = TF_PHASE_WAITING;
}

/**
 * TfFuture:state: (getter get_state)
 *
 * How far the work is, as the owner context has been told.
 *
 * Since: 1.0
 */

/**
 * TfFuture:cancellable: (getter is_cancellable)
 *
 * Whether [method@Future.cancel] could take effect: for the sensitivity of a button.
 *
 * Since: 1.0
 */

/**
 * TfFuture:done: (getter is_done)
 *
 * Whether the work has ended, well, badly or by a cancel.
 *
 * Since: 1.0
 */

/**
 * TfFuture:name: (getter get_name)
 *
 * The name of the task.
 *
 * Since: 1.0
 */

/**
 * TfFuture:description: (getter get_description)
 *
 * A text for people that says what the task is for.
 *
 * Since: 1.0
 */

/**
 * TfFuture:value:
 *
 * The result; `NULL` unless the work has ended well, and with a value.
 *
 * Since: 1.0
 */

/**
 * TfFuture:error:
 *
 * Why there is no result; `NULL` unless the work failed or was cancelled.
 *
 * Reading it counts as having seen the failure.
 *
 * Since: 1.0
 */

/**
 * TfFuture:fraction: (getter get_fraction)
 *
 * How much of the work is done, from 0 to 1; 0 while the total is unknown or zero.
 *
 * Like all properties of the progress it takes the latest value only, as often as
 * [property@Executor:progress-interval] allows, and stays as it is from the moment of a cancel on.
 *
 * Since: 1.0
 */

/**
 * TfFuture:completed-steps: (getter get_completed_steps)
 *
 * How many steps of the work are done; may be larger than the total.
 *
 * Since: 1.0
 */

/**
 * TfFuture:total-steps: (getter get_total_steps)
 *
 * How many steps the work has, or -1 while nobody knows.
 *
 * Since: 1.0
 */

/**
 * TfFuture:status: (getter get_status)
 *
 * What the work says it is doing.
 *
 * Since: 1.0
 */

/**
 * TfFuture:rate: (getter get_rate)
 *
 * How fast the work goes, in steps per second, smoothed over about two seconds.
 *
 * Since: 1.0
 */

/**
 * TfFuture:eta: (getter get_eta)
 *
 * How long the rest of the work takes if it goes on as it goes, in microseconds; -1 where nobody
 * can tell.
 *
 * Since: 1.0
 */

/**
 * TfFuture:elapsed: (getter get_elapsed)
 *
 * For how long the work runs, or ran, in microseconds.
 *
 * Since: 1.0
 */
static void
install_properties (GObjectClass *object_class)
{
  GParamSpec      **props = tf__future_props;
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;

  props[TF_FUTURE_PROP_STATE] =
    g_param_spec_enum ("state", NULL, NULL, TF_TYPE_FUTURE_STATE, TF_FUTURE_STATE_WAITING, flags);
  props[TF_FUTURE_PROP_CANCELLABLE] = g_param_spec_boolean ("cancellable", NULL, NULL, TRUE, flags);
  props[TF_FUTURE_PROP_DONE] = g_param_spec_boolean ("done", NULL, NULL, FALSE, flags);
  props[TF_FUTURE_PROP_NAME] = g_param_spec_string ("name", NULL, NULL, NULL, flags);
  props[TF_FUTURE_PROP_DESCRIPTION] = g_param_spec_string ("description", NULL, NULL, NULL, flags);
  props[TF_FUTURE_PROP_VALUE] = g_param_spec_boxed ("value", NULL, NULL, G_TYPE_VALUE, flags);
  props[TF_FUTURE_PROP_ERROR] = g_param_spec_boxed ("error", NULL, NULL, G_TYPE_ERROR, flags);
  props[TF_FUTURE_PROP_FRACTION] = g_param_spec_double ("fraction", NULL, NULL, 0, 1, 0, flags);
  props[TF_FUTURE_PROP_COMPLETED_STEPS] =
    g_param_spec_int64 ("completed-steps", NULL, NULL, G_MININT64, G_MAXINT64, 0, flags);
  props[TF_FUTURE_PROP_TOTAL_STEPS] =
    g_param_spec_int64 ("total-steps", NULL, NULL, -1, G_MAXINT64, -1, flags);
  props[TF_FUTURE_PROP_STATUS] = g_param_spec_string ("status", NULL, NULL, NULL, flags);
  props[TF_FUTURE_PROP_RATE] = g_param_spec_double ("rate", NULL, NULL, 0, G_MAXDOUBLE, 0, flags);
  props[TF_FUTURE_PROP_ETA] = g_param_spec_int64 ("eta", NULL, NULL, -1, G_MAXINT64, -1, flags);
  props[TF_FUTURE_PROP_ELAPSED] =
    g_param_spec_int64 ("elapsed", NULL, NULL, 0, G_MAXINT64, 0, flags);

  g_object_class_install_properties (object_class, TF_N_FUTURE_PROPS, props);
}

/* The class handlers are called after the emission, not by it: so those of the base class, which do
 * nothing and are there to be chained up to, cost nothing. */

static void
tf_future_real_event (TfFuture     *self,
                      const GValue *value)
{
}

static void
tf_future_real_message (TfFuture     *self,
                        const char   *kind,
                        const GValue *value)
{
}

static void
tf_future_real_done (TfFuture *self)
{
}

/* The value of an event is not copied for the handlers: it stays where it is while they run. */
#define EVENT_VALUE (G_TYPE_VALUE | G_SIGNAL_TYPE_STATIC_SCOPE)

/**
 * TfFuture::progress:
 * @self: the future
 * @value: (nullable): what the task reported
 *
 * The task reported something, by [method@Task.report_value].
 *
 * Every report is delivered, in order, and all before [signal@Future::done]. The value is not
 * interpreted; it must not be changed.
 *
 * Since: 1.0
 */

/**
 * TfFuture::item:
 * @self: the future
 * @value: (nullable): the item
 *
 * The task yielded an item, by [method@Task.yield_value].
 *
 * Every item is delivered, in order; none is stored, so a handler connected later sees later items
 * only.
 *
 * Since: 1.0
 */

/**
 * TfFuture::message:
 * @self: the future
 * @kind: what kind of message it is
 * @value: (nullable): what was sent
 *
 * The task sent a message of a kind of its own, by [method@Task.send_value].
 *
 * Connect with the kind as detail, as in `message::fizz`, to get one kind only.
 *
 * Since: 1.0
 */

/**
 * TfFuture::done:
 * @self: the future
 *
 * Emitted once, after every other event of the future, however the work ended.
 *
 * A cancel and a failure emit it too: check [property@Tf.Future:state], or the error that the readers of the value set.
 *
 * After the call a handler that was connected with a function that frees its data is disconnected, and the data is
 * freed, so the data may hold the future. Such a handler forgets its id. All other handlers stay connected.
 *
 * Since: 1.0
 */

/* Disconnects a handler of "done" that owns its data, after its only call: data that holds the future would keep it,
 * and itself, for ever. A handler that does not own its data stays connected, because the program may have stored its
 * id. Closures of bindings have marshallers of their own, and collectors that find such circles. */
static void
disconnect_if_owning (TfFuture *self,
                      GClosure *closure)
{
  gulong id;

  if (closure->n_fnotifiers == 0 || !tf_future_is_done (self))
    return;

  id = g_signal_handler_find (self, G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_CLOSURE,
                              tf__future_signals[TF_FUTURE_SIGNAL_DONE], 0, closure, NULL, NULL);
  if (id != 0)
    g_signal_handler_disconnect (self, id);
}

static void
marshal_done (GClosure     *closure,
              GValue       *return_value,
              guint         n_params,
              const GValue *params,
              gpointer      hint,
              gpointer      data)
{
  g_cclosure_marshal_VOID__VOID (closure, return_value, n_params, params, hint, data);
  disconnect_if_owning (g_value_get_object (params), closure);
}

static void
marshal_done_va (GClosure *closure,
                 GValue   *return_value,
                 gpointer  instance,
                 va_list   args,
                 gpointer  data,
                 int       n_params,
                 GType    *param_types)
{
  g_cclosure_marshal_VOID__VOIDv (closure, return_value, instance, args, data, n_params,
                                  param_types);
  disconnect_if_owning (instance, closure);
}

static void
install_signals (void)
{
  guint *signals = tf__future_signals;

  signals[TF_FUTURE_SIGNAL_PROGRESS] = g_signal_new (
    "progress", TF_TYPE_FUTURE, G_SIGNAL_RUN_LAST, 0, NULL,
    NULL, g_cclosure_marshal_VOID__BOXED, G_TYPE_NONE, 1, EVENT_VALUE);
  g_signal_set_va_marshaller (signals[TF_FUTURE_SIGNAL_PROGRESS], TF_TYPE_FUTURE,
                              g_cclosure_marshal_VOID__BOXEDv);

  signals[TF_FUTURE_SIGNAL_ITEM] =
    g_signal_new ("item", TF_TYPE_FUTURE, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, g_cclosure_marshal_VOID__BOXED, G_TYPE_NONE, 1, EVENT_VALUE);
  g_signal_set_va_marshaller (signals[TF_FUTURE_SIGNAL_ITEM], TF_TYPE_FUTURE,
                              g_cclosure_marshal_VOID__BOXEDv);

  signals[TF_FUTURE_SIGNAL_MESSAGE] =
    g_signal_new ("message", TF_TYPE_FUTURE, G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED,
                  0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                  G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, EVENT_VALUE);

  signals[TF_FUTURE_SIGNAL_DONE] =
    g_signal_new ("done", TF_TYPE_FUTURE, G_SIGNAL_RUN_LAST, 0,
                  NULL, NULL, marshal_done, G_TYPE_NONE, 0);
  g_signal_set_va_marshaller (signals[TF_FUTURE_SIGNAL_DONE], TF_TYPE_FUTURE, marshal_done_va);
}

static void
tf_future_class_init (TfFutureClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  tf__future_private_offset = g_type_class_get_instance_private_offset (klass);

  object_class->get_property = tf_future_get_property;
  object_class->dispose = tf_future_dispose;
  object_class->finalize = tf_future_finalize;

  klass->progress = tf_future_real_event;
  klass->item = tf_future_real_event;
  klass->message = tf_future_real_message;
  klass->done = tf_future_real_done;

  install_properties (object_class);
  install_signals ();
}
