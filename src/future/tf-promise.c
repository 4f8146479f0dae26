/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-text-private.h"
#include "future/tf-promise-private.h"

#include <tf/tf-enum-types.h>
#include <tf/tf-error.h>

/**
 * TfPromise:
 *
 * A future that is completed by hand.
 *
 * Whoever makes a promise resolves it with a value, or rejects it with an error, on any thread; those who hold it use
 * it as a [class@Future]: signals, properties, [method@Future.then], [method@Future.wait]. The first outcome wins: the
 * call that comes second returns false, and nothing else happens, since losing a race with a cancel or a timeout is
 * normal.
 *
 * A promise begins in the state `EXECUTING`. What it was resolved with is seen when the main context has delivered it,
 * in a later turn of the loop: no handler runs inside of the call.
 *
 * ## Cancelling
 *
 * [method@Promise.get_gcancellable] is cancelled when the promise is: pass it to the operation that the promise stands
 * for. If somebody has asked for it, the state is `CANCELLING` after a cancel until that one resolves or rejects the
 * promise, and then `CANCELLED`, whatever it was given. If nobody has, nobody could end it, and it is `CANCELLED` in
 * the next turn.
 *
 * [method@Future.abort] gives a promise up at once, but only if [property@Promise:abort-policy] allows it. Handlers
 * of [signal@Promise::abort-requested] stop the work, or refuse.
 *
 * ## Life
 *
 * Nothing holds a promise but those who may complete it, and news that are on their way. When the last reference of a
 * pending promise is dropped while somebody listens to it, it fails with `TF_ERROR_ABANDONED`, and lives until that has
 * been told.
 *
 * ## Threads
 *
 * A promise belongs to the main context that was the thread-default one when it was made. The functions that complete
 * it and report its progress may be called from any thread; for the rest see [class@Future].
 *
 * Since: 1.0
 */

typedef enum
{
  PROP_ABORT_POLICY = 1,
  N_PROPS
} Prop;

typedef enum
{
  SIGNAL_ABORT_REQUESTED,
  N_SIGNALS
} Signal;

int tf__promise_private_offset;

static GParamSpec *props[N_PROPS];
static guint       signals[N_SIGNALS];

G_DEFINE_TYPE_WITH_PRIVATE (TfPromise, tf_promise, TF_TYPE_FUTURE)

static TfPromise *
from_work (TfWork *work)
{
  return (TfPromise *) work->future;
}

static TfPromise *
from_completion (TfCompletion *completion)
{
  return (TfPromise *) completion->work.future;
}

static const char *
get_name (TfWork *work)
{
  const TfPromiseMore *more = tf__promise_get_more (from_work (work));

  return more == NULL || more->name == NULL ? "promise" : more->name;
}

static gboolean
is_connected (TfPromise *self)
{
  return g_signal_has_handler_pending (self, signals[SIGNAL_ABORT_REQUESTED], 0, FALSE);
}

static gboolean
has_abort_handler (TfPromise *self)
{
  return TF_PROMISE_GET_CLASS (self)->abort_requested != NULL || is_connected (self);
}

/* The class is asked after the emission, not by it: without a handler of the class the emission would take that for a
 * refusal. */
TF_FOREGROUND
static gboolean
ask (TfPromise    *self,
     const GError *reason)
{
  TfPromiseClass *klass = TF_PROMISE_GET_CLASS (self);
  gboolean        is_allowed = TRUE;

  if (is_connected (self))
    g_signal_emit (self, signals[SIGNAL_ABORT_REQUESTED], 0, reason, &is_allowed);
  if (is_allowed && klass->abort_requested != NULL)
    is_allowed = klass->abort_requested (self, reason);

  return is_allowed;
}

static gboolean
is_refusing (TfWork *work)
{
  return tf_promise_get_abort_policy (from_work (work)) == TF_ABORT_POLICY_REFUSE;
}

/* Whoever is asked may do anything, even complete the promise, or ask for the same abort again. */
static TfAbortAnswer
allow_abort (TfCompletion *completion,
             const GError *reason,
             GError      **error)
{
  TfPromise    *self = from_completion (completion);
  TfAbortPolicy policy = tf_promise_get_abort_policy (self);
  gboolean      has_handler = has_abort_handler (self);
  gboolean      is_allowed;

  tf__enter_foreground ();

  if (completion->is_asking)
    return TF_ABORT_UNDER_WAY;

  if (policy == TF_ABORT_POLICY_REFUSE || (policy == TF_ABORT_POLICY_ASK && !has_handler))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_CANCELLABLE, "Promise “%s” is not abortable",
                   get_name (&completion->work));
      return TF_ABORT_REFUSED;
    }

  if (!has_handler)
    return TF_ABORT_ALLOWED;

  completion->is_asking = TRUE;
  is_allowed = ask (self, reason);
  completion->is_asking = FALSE;
  if (is_allowed)
    return TF_ABORT_ALLOWED;

  g_set_error (error, TF_ERROR, TF_ERROR_NOT_CANCELLABLE, "Promise “%s” refused to be given up",
               get_name (&completion->work));
  return TF_ABORT_REFUSED;
}

/* Nobody could end it who has not been told. */
static void
cancelled (TfWork       *work,
           const GError *reason)
{
  TfPromise     *self = from_work (work);
  TfCompletion  *completion = (TfCompletion *) work;
  TfPromiseMore *more = tf__promise_get_more (self);

  tf__enter_foreground ();

  if (more != NULL && more->leader != NULL)
    {
      if (tf__completion_stop_other (completion, more->leader, &more->continuation, reason))
        return;

      /* An abort ends it in any case. */
      if (reason == NULL && tf__work_request (work, TF_CANCEL_EVENT_LEADER_CANCELLED))
        tf__completion_finish (completion);
      tf__promise_leave_leader (self);
    }
  else if (reason == NULL && !tf__promise_has_worker (self))
    {
      tf__completion_end_cancelled (completion);
    }
}

gboolean
tf__promise_reject_abandoned (TfPromise *self)
{
  TfFuture *future = TF_FUTURE (self);

  if (!tf__completion_is_missed (future))
    return FALSE;

  tf_promise_reject_new_error (self, TF_ERROR, TF_ERROR_ABANDONED,
                               "Promise “%s” was dropped by all who could have completed it",
                               tf_future_get_name (future));
  return TRUE;
}

/* The last reference went on another thread, which may be in the middle of it still: so it is too late to leave this
 * to that of the news. */
static void
look (TfCompletion *completion)
{
  tf__enter_foreground ();
  tf__promise_reject_abandoned (from_completion (completion));
}

static void
ended (TfCompletion *completion)
{
  tf__enter_foreground ();
  tf__promise_leave_leader (from_completion (completion));
}

static TfFuture *
get_need (TfWork *work,
          guint   index)
{
  const TfPromiseMore *more = tf__promise_get_more (from_work (work));

  return index == 0 && more != NULL ? more->leader : NULL;
}

static const char *
get_location (TfWork *work)
{
  const TfPromiseMore *more = tf__promise_get_more (from_work (work));

  return more == NULL ? NULL : more->location;
}

static const TfCompletionClass completion_class = {
  .work = { TF_COMPLETION_WORK, .get_name = get_name, .get_location = get_location,
            .is_refusing = is_refusing, .cancelled = cancelled, .get_need = get_need },
  .ask_abort = allow_abort,
  .look = look,
  .ended = ended,
};

/**
 * tf_promise_set_abort_policy: (set-property abort-policy)
 * @self: a promise
 * @abort_policy: the policy
 *
 * Sets whether the promise can be given up by [method@Future.abort].
 *
 * With `TF_ABORT_POLICY_REFUSE` it refuses [method@Future.cancel] as well.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Since: 1.0
 */
void
tf_promise_set_abort_policy (TfPromise    *self,
                             TfAbortPolicy abort_policy)
{
  gboolean was_cancellable;
  gboolean is_cancellable;

  g_return_if_fail (TF_IS_PROMISE (self));
  g_return_if_fail ((guint) abort_policy <= TF_ABORT_POLICY_REFUSE);
  tf__return_if_not_owner (TF_FUTURE (self));
  tf__enter_foreground ();

  if (tf_promise_get_abort_policy (self) == abort_policy)
    return;

  was_cancellable = tf_future_is_cancellable (TF_FUTURE (self));
  tf__promise_set_abort_policy (self, abort_policy);
  is_cancellable = tf_future_is_cancellable (TF_FUTURE (self));

  g_object_ref (self);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_ABORT_POLICY]);
  if (is_cancellable != was_cancellable)
    g_object_notify (G_OBJECT (self), "cancellable");
  g_object_unref (self);
}

/**
 * tf_promise_get_gcancellable:
 * @self: a promise
 *
 * Gets the cancellable of the promise, for the operation that it stands for.
 *
 * Whoever asks for it takes it upon him to complete the promise when it is cancelled. Cancelling it cancels the
 * promise.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none): the cancellable
 *
 * Since: 1.0
 */
GCancellable *
tf_promise_get_gcancellable (TfPromise *self)
{
  TfPromisePrivate *priv = tf_promise_get_instance_private (self);

  g_return_val_if_fail (TF_IS_PROMISE (self), NULL);

  /* First: a cancel steps the cancel state, and looks at this after it. */
  tf__promise_set_has_worker (self);
  return tf__work_ensure_cancellable (&priv->completion.work, TRUE);
}

/* The class */

static void
tf_promise_get_property (GObject    *object,
                         guint       prop_id,
                         GValue     *value,
                         GParamSpec *pspec)
{
  switch ((Prop) prop_id)
    {
    case PROP_ABORT_POLICY:
      g_value_set_enum (value, (int) tf_promise_get_abort_policy (TF_PROMISE (object)));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_promise_set_property (GObject      *object,
                         guint         prop_id,
                         const GValue *value,
                         GParamSpec   *pspec)
{
  switch ((Prop) prop_id)
    {
    case PROP_ABORT_POLICY:
      tf_promise_set_abort_policy (TF_PROMISE (object), (TfAbortPolicy) g_value_get_enum (value));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_promise_constructed (GObject *object)
{
  TfPromisePrivate *priv = tf_promise_get_instance_private (TF_PROMISE (object));
  GMainContext     *context = g_main_context_ref_thread_default ();

  G_OBJECT_CLASS (tf_promise_parent_class)->constructed (object);

  tf__completion_init (&priv->completion, &completion_class, TF_FUTURE (object), context,
                       __builtin_return_address (0));
  g_main_context_unref (context);
}

/* The last reference goes. Those who listen are told, and that holds the promise until it is done; then it comes here
 * again. */
static void
tf_promise_dispose (GObject *object)
{
  TfPromise *self = TF_PROMISE (object);

  if (tf__promise_abandon (self))
    return;

  G_OBJECT_CLASS (tf_promise_parent_class)->dispose (object);
}

static void
tf_promise_finalize (GObject *object)
{
  TfPromiseMore *more = tf__promise_get_more ((TfPromise *) object);

  /* The last word of the parent has the name and the place in it. */
  G_OBJECT_CLASS (tf_promise_parent_class)->finalize (object);
  if (more != NULL)
    tf__promise_free_more (more);
}

static void
tf_promise_init (TfPromise *self)
{
}

static gboolean
accumulate_refusal (GSignalInvocationHint *hint,
                    GValue                *total,
                    const GValue          *one,
                    gpointer               data)
{
  gboolean is_allowed = g_value_get_boolean (one);

  g_value_set_boolean (total, is_allowed);
  return is_allowed;
}

/**
 * TfPromise:abort-policy: (getter get_abort_policy) (setter set_abort_policy)
 *
 * Whether the promise can be given up by [method@Future.abort].
 *
 * With the default, a promise can be given up when a handler of [signal@Promise::abort-requested] is connected, or its
 * class has one, and the handler allows it.
 *
 * Since: 1.0
 */

/**
 * TfPromise::abort-requested:
 * @self: the promise
 * @reason: why
 *
 * The promise is to be given up.
 *
 * A handler stops the work, and returns true; or it returns false to refuse, and then [method@Future.abort] fails with
 * `TF_ERROR_NOT_CANCELLABLE` and nothing has changed. No further handler is asked after one that refused.
 *
 * A handler may complete the promise: then that is its outcome, and [method@Future.abort] fails with `TF_ERROR_DONE`.
 *
 * Returns: true to go on
 *
 * Since: 1.0
 */
static void
tf_promise_class_init (TfPromiseClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  tf__promise_private_offset = g_type_class_get_instance_private_offset (klass);

  object_class->get_property = tf_promise_get_property;
  object_class->set_property = tf_promise_set_property;
  object_class->constructed = tf_promise_constructed;
  object_class->dispose = tf_promise_dispose;
  object_class->finalize = tf_promise_finalize;

  props[PROP_ABORT_POLICY] =
    g_param_spec_enum ("abort-policy", NULL, NULL, TF_TYPE_ABORT_POLICY, TF_ABORT_POLICY_ASK,
                       G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);

  signals[SIGNAL_ABORT_REQUESTED] = g_signal_new (
    "abort-requested", TF_TYPE_PROMISE, G_SIGNAL_RUN_LAST, 0, accumulate_refusal, NULL, NULL,
    G_TYPE_BOOLEAN, 1, G_TYPE_ERROR | G_SIGNAL_TYPE_STATIC_SCOPE);
}

/**
 * tf_promise_new:
 * @name: (nullable): what it is for, in messages for people; or `NULL`
 *
 * Makes a promise.
 *
 * It belongs to the thread-default main context.
 *
 * ## Threads
 *
 * May be called from any thread, which is then the owner until another one dispatches the main context. The function of
 * a task that does so for the default main context does not become the owner: the main thread is, or the owner of the
 * executor that runs the task.
 *
 * Returns: (transfer full): the promise
 *
 * Since: 1.0
 */
TfPromise *
tf_promise_new (const char *name)
{
  TfPromise *self = g_object_new (TF_TYPE_PROMISE, NULL);

  if (name != NULL)
    tf__promise_ensure_more (self)->name = tf__text_dup (name);
  tf__promise_get_private (self)->completion.work.place = __builtin_return_address (0);
  return self;
}

/**
 * tf_promise_set_location:
 * @self: a promise
 * @location: (nullable): a place in the source, as in "words.py:12"
 *
 * Sets where the promise was made, for the warning about a failure that nobody read.
 *
 * For bindings: by default it is the address of the call of the function that made it.
 *
 * ## Threads
 *
 * Call in the thread that made the promise, before others know it.
 *
 * Since: 1.0
 */
void
tf_promise_set_location (TfPromise  *self,
                         const char *location)
{
  TfPromiseMore *more;

  g_return_if_fail (TF_IS_PROMISE (self));

  more = tf__promise_ensure_more (self);
  g_free (more->location);
  more->location = tf__text_dup (location);
}
