/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "context/tf-worker-pool-private.h"

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"

/**
 * TfWorkerPool:
 *
 * Workers in the background, which run the functions that are pushed to them.
 *
 * A pool of this class has threads. [iface@ParallelContext] makes pools of other kinds: a class of one's own overrides
 * `push` and `shutdown`.
 *
 * Executors have workers by themselves; give one a pool by [property@Executor:worker-pool] to have several executors, or work that
 * is not a task, share it.
 *
 * ## Threads
 *
 * May be used from any thread.
 *
 * Since: 1.0
 */
typedef struct
{
  TfWorkerFunc func;
  gpointer     user_data;
} Push;

typedef struct
{
  TfPoolJob     job;
  TfWorkerPool *self;        /* [const] not owned: a job that was pushed holds it */
  TfThreadPool *threads;     /* (owned) (nullable) [const] NULL: there are those of the processors, made when needed */
  guint         max_workers; /* [const] */

  TfLock   lock;
  GQueue   pushes;    /* of Push (owned) [lock] */
  guint    n_active;  /* [lock] jobs in the threads, or on their way there */
  gboolean is_closed; /* [lock] */
  GCond    is_idle;   /* [lock] */
} TfWorkerPoolPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (TfWorkerPool, tf_worker_pool, G_TYPE_OBJECT)

typedef enum
{
  PROP_MAX_WORKERS = 1,
  PROP_CLOSED,
  N_PROPS
} Prop;

static GParamSpec *props[N_PROPS];

/* The pool whose function runs in this thread. */
static _Thread_local TfWorkerPool *current_pool;

TfWorkerPool *
tf__worker_pool_new_on (TfThreadPool *threads,
                        guint         max_workers)
{
  TfWorkerPool        *self = g_object_new (TF_TYPE_WORKER_POOL, "max-workers", max_workers, NULL);
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (self);

  priv->threads = tf__thread_pool_ref (threads);
  return self;
}

gboolean
tf__worker_pool_is_own (TfWorkerPool *self)
{
  return TF_WORKER_POOL_GET_CLASS (self)->push == TF_WORKER_POOL_CLASS (g_type_class_peek (TF_TYPE_WORKER_POOL))->push;
}

gboolean
tf__worker_pool_is_crowded (TfWorkerPool *self)
{
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (self);
  gboolean             is_crowded;

  tf__lock (&priv->lock);
  is_crowded = !g_queue_is_empty (&priv->pushes);
  tf__unlock (&priv->lock);

  return is_crowded || (priv->threads != NULL && tf__thread_pool_is_crowded (priv->threads));
}

static TfThreadPool *
ensure_threads (TfWorkerPoolPrivate *priv)
{
  TfThreadPool *threads;

  tf__lock (&priv->lock);
  if (priv->threads == NULL)
    priv->threads = tf__thread_pool_new (priv->max_workers);
  threads = priv->threads;
  tf__unlock (&priv->lock);

  return threads;
}

/* The next push, or NULL when the job leaves. */
static Push *
take_push (TfWorkerPoolPrivate *priv)
{
  Push *push;

  tf__lock (&priv->lock);
  push = g_queue_pop_head (&priv->pushes);
  if (push == NULL && --priv->n_active == 0)
    g_cond_broadcast (&priv->is_idle);
  tf__unlock (&priv->lock);

  return push;
}

static void
run_pushes (TfPoolJob *job)
{
  TfWorkerPoolPrivate *priv = (TfWorkerPoolPrivate *) job;
  TfWorkerPool        *self = priv->self;
  TfWorkerPool        *outer = current_pool;
  Push                *push;

  current_pool = self;
  while ((push = take_push (priv)) != NULL)
    {
      push->func (push->user_data);
      g_free (push);
    }
  current_pool = outer;

  g_object_unref (self);
}

static gboolean
tf_worker_pool_real_push (TfWorkerPool *self,
                          TfWorkerFunc  func,
                          gpointer      user_data,
                          GError      **error)
{
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (self);
  TfThreadPool        *threads = ensure_threads (priv);
  Push                *push = g_new (Push, 1);
  gboolean             is_closed;
  gboolean             is_started = FALSE;

  push->func = func;
  push->user_data = user_data;

  tf__lock (&priv->lock);
  is_closed = priv->is_closed;
  if (!is_closed)
    {
      g_queue_push_tail (&priv->pushes, push);
      is_started = priv->n_active < priv->max_workers;
      if (is_started)
        priv->n_active++;
    }
  tf__unlock (&priv->lock);

  if (is_closed)
    {
      g_free (push);
      g_set_error_literal (error, TF_ERROR, TF_ERROR_CLOSED, "The pool has been shut down");
      return FALSE;
    }

  if (is_started)
    {
      g_object_ref (self);
      tf__thread_pool_push (threads, &priv->job);
    }

  return TRUE;
}

static gboolean
wait_until_idle (TfWorkerPoolPrivate *priv,
                 gint64               deadline_us)
{
  gboolean is_in_time = TRUE;

  tf__lock (&priv->lock);
  while (priv->n_active > 0 && is_in_time)
    is_in_time = tf__clock_wait (&priv->lock, &priv->is_idle, deadline_us);
  is_in_time = priv->n_active == 0;
  tf__unlock (&priv->lock);

  return is_in_time;
}

static gboolean
tf_worker_pool_real_shutdown (TfWorkerPool *self,
                              gint64        timeout_us,
                              GError      **error)
{
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (self);

  if (current_pool == self)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_DEADLOCK, "A worker of the pool would wait for itself");
      return FALSE;
    }

  if (wait_until_idle (priv, tf__clock_deadline (timeout_us)))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "The pool could not be shut down in time");
  return FALSE;
}

/**
 * tf_worker_pool_new:
 * @max_workers: how many functions run at the same time, or 0 for the number of processors
 *
 * Makes a pool of threads. None is started before the first push.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the pool
 *
 * Since: 1.0
 */
TfWorkerPool *
tf_worker_pool_new (guint max_workers)
{
  return g_object_new (TF_TYPE_WORKER_POOL, "max-workers", max_workers, NULL);
}

/**
 * tf_worker_pool_get_max_workers: (get-property max-workers)
 * @self: a pool
 *
 * Gets how many functions run at the same time.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number, which is never 0
 *
 * Since: 1.0
 */
guint
tf_worker_pool_get_max_workers (TfWorkerPool *self)
{
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (self);

  g_return_val_if_fail (TF_IS_WORKER_POOL (self), 0);

  return priv->max_workers;
}

/**
 * tf_worker_pool_is_closed: (get-property closed)
 * @self: a pool
 *
 * Tells whether the pool has been shut down.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if it takes no more functions
 *
 * Since: 1.0
 */
gboolean
tf_worker_pool_is_closed (TfWorkerPool *self)
{
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (self);
  gboolean             is_closed;

  g_return_val_if_fail (TF_IS_WORKER_POOL (self), TRUE);

  tf__lock (&priv->lock);
  is_closed = priv->is_closed;
  tf__unlock (&priv->lock);

  return is_closed;
}

/**
 * tf_worker_pool_push: (skip)
 * @self: a pool
 * @func: what a worker runs
 * @user_data: data for @func, which has to free it
 * @error: return location for an error, or `NULL`
 *
 * Has a worker run a function, in the order of the pushes.
 *
 * ## Errors
 *
 * After an error @func is not called.
 *
 * - `TF_ERROR_CLOSED`: the pool has been shut down.
 *
 * ## Threads
 *
 * May be called from any thread. Never blocks.
 *
 * Returns: true if @func will run; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_worker_pool_push (TfWorkerPool *self,
                     TfWorkerFunc  func,
                     gpointer      user_data,
                     GError      **error)
{
  g_return_val_if_fail (TF_IS_WORKER_POOL (self), FALSE);
  g_return_val_if_fail (func != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (tf_worker_pool_is_closed (self))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_CLOSED, "The pool has been shut down");
      return FALSE;
    }

  return TF_WORKER_POOL_GET_CLASS (self)->push (self, func, user_data, error);
}

/**
 * tf_worker_pool_shutdown:
 * @self: a pool
 * @timeout_us: how long to wait, in microseconds; negative for no limit
 * @error: return location for an error, or `NULL`
 *
 * Has the pool take no more functions, and waits until those that were pushed have returned.
 *
 * It may be called again, after the time was over or not.
 *
 * ## Errors
 *
 * - `G_IO_ERROR_TIMED_OUT`: functions still wait or run after @timeout_us.
 * - `TF_ERROR_DEADLOCK`: the call was made by a function that the pool runs.
 *
 * ## Threads
 *
 * May be called from any thread but the workers of the pool. Blocks.
 *
 * Returns: true if nothing runs any more; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_worker_pool_shutdown (TfWorkerPool *self,
                         gint64        timeout_us,
                         GError      **error)
{
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (self);
  gboolean             was_closed;

  g_return_val_if_fail (TF_IS_WORKER_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  tf__lock (&priv->lock);
  was_closed = priv->is_closed;
  priv->is_closed = TRUE;
  tf__unlock (&priv->lock);

  if (!was_closed)
    g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CLOSED]);

  return TF_WORKER_POOL_GET_CLASS (self)->shutdown (self, timeout_us, error);
}

static void
tf_worker_pool_get_property (GObject    *object,
                             guint       prop_id,
                             GValue     *value,
                             GParamSpec *pspec)
{
  TfWorkerPool *self = TF_WORKER_POOL (object);

  switch ((Prop) prop_id)
    {
    case PROP_MAX_WORKERS:
      g_value_set_uint (value, tf_worker_pool_get_max_workers (self));
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, tf_worker_pool_is_closed (self));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_worker_pool_set_property (GObject      *object,
                             guint         prop_id,
                             const GValue *value,
                             GParamSpec   *pspec)
{
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (TF_WORKER_POOL (object));

  switch ((Prop) prop_id)
    {
    case PROP_MAX_WORKERS:
      priv->max_workers = g_value_get_uint (value);
      if (priv->max_workers == 0)
        priv->max_workers = g_get_num_processors ();
      break;
    case PROP_CLOSED:
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_worker_pool_finalize (GObject *object)
{
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (TF_WORKER_POOL (object));

  /* Every job holds the pool, so none is left, and no push. */
  g_clear_pointer (&priv->threads, tf__thread_pool_unref);
  g_cond_clear (&priv->is_idle);
  tf__lock_clear (&priv->lock);

  G_OBJECT_CLASS (tf_worker_pool_parent_class)->finalize (object);
}

static void
tf_worker_pool_init (TfWorkerPool *self)
{
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (self);

  priv->job.run = run_pushes;
  priv->self = self;
  tf__lock_init (&priv->lock);
  g_cond_init (&priv->is_idle);
}

/**
 * TfWorkerPool:max-workers: (getter get_max_workers)
 *
 * How many functions run at the same time; giving 0 means the number of processors.
 *
 * Since: 1.0
 */

/**
 * TfWorkerPool:closed: (getter is_closed)
 *
 * Whether the pool has been shut down.
 *
 * Since: 1.0
 */
static void
tf_worker_pool_class_init (TfWorkerPoolClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tf_worker_pool_get_property;
  object_class->set_property = tf_worker_pool_set_property;
  object_class->finalize = tf_worker_pool_finalize;

  klass->push = tf_worker_pool_real_push;
  klass->shutdown = tf_worker_pool_real_shutdown;

  props[PROP_MAX_WORKERS] =
    g_param_spec_uint ("max-workers", NULL, NULL, 0, G_MAXINT, 0,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_CLOSED] = g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                                             G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}
