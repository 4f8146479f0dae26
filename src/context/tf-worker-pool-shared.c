/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "context/tf-worker-pool-private.h"

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "core/tf-fork-private.h"

/**
 * TfWorkerPool:
 *
 * Workers in the background, which run the functions that are pushed to them.
 *
 * A pool of this class has threads. [iface@ParallelContext] makes pools of other kinds: a class of one's own overrides
 * `push` and `shutdown`.
 *
 * A pool that goes without having been shut down neither waits for the functions that it was given, nor drops them.
 *
 * Executors have workers by themselves; give one a pool by [property@Executor:worker-pool] to have
 * several executors, or work that is not a task, share it.
 *
 * ## Threads
 *
 * May be used from any thread.
 *
 * Since: 1.0
 */
typedef struct
{
  TfPoolFunc func;
  gpointer   user_data;
} Push;

/* What the workers need. They hold it, and not the pool, so that the pool goes where its last reference is dropped. */
typedef struct
{
  TfPoolJob job;       /* first: what the threads are given */
  gint      ref_count; /* [atomic] */
  guint     n_forks;   /* [const] of the process that made it: tf__fork_count() */
  gpointer  pool;      /* (unowned) [const] for messages */

  TfLock        lock;
  TfThreadPool *threads;     /* (owned) (nullable) [lock] made when needed */
  guint         max_workers; /* [const] once it is constructed */
  GQueue        pushes;      /* of Push (owned) [lock] */
  guint         n_active;    /* [lock] jobs in the threads, or on their way there */
  guint         n_blocked;   /* [lock] those of them that wait, and do not count */
  gboolean      is_shared;   /* [const] others use the same threads */
  TfTaskRunner *runner;      /* (owned) (nullable) [const] */
  gboolean      is_closed;   /* [lock] */
  GCond         is_idle;     /* [lock] */
} Crew;

typedef struct
{
  Crew *crew; /* (owned) [const] */
} TfWorkerPoolPrivate;

G_DEFINE_TYPE_WITH_PRIVATE (TfWorkerPool, tf_worker_pool, G_TYPE_OBJECT)

typedef enum
{
  PROP_MAX_WORKERS = 1,
  PROP_CLOSED,
  N_PROPS
} Prop;

static GParamSpec *props[N_PROPS];

/* The one whose function runs in this thread. */
static _Thread_local Crew *current_crew;

static void
crew_unref (Crew *crew)
{
  if (tf__sub (&crew->ref_count, 1) != 1 || tf__is_inherited (crew->n_forks))
    return;

  /* Every job holds the crew, so none is left, and no push. */
  if (crew->is_shared)
    tf__thread_pool_leave (crew->threads);
  g_clear_pointer (&crew->threads, tf__thread_pool_unref);
  if (crew->runner != NULL)
    crew->runner->klass->unref (crew->runner);
  g_cond_clear (&crew->is_idle);
  tf__lock_clear (&crew->lock);
  g_free (crew);
}

static Crew *
get_crew (TfWorkerPool *self)
{
  return ((TfWorkerPoolPrivate *) tf_worker_pool_get_instance_private (self))->crew;
}

TfWorkerPool *
tf__worker_pool_new_on (TfThreadPool *threads,
                        guint         max_workers)
{
  TfWorkerPool *self = g_object_new (TF_TYPE_WORKER_POOL, "max-workers", max_workers, NULL);
  Crew         *crew = get_crew (self);

  crew->threads = tf__thread_pool_ref (threads);
  crew->is_shared = TRUE;
  tf__thread_pool_enter (threads);
  return self;
}

TfWorkerPool *
tf__worker_pool_new_with_runner (TfThreadPool *threads,
                                 guint         max_workers,
                                 TfTaskRunner *runner)
{
  TfWorkerPool *self = tf__worker_pool_new_on (threads, max_workers);

  get_crew (self)->runner = runner->klass->ref (runner);
  return self;
}

TfTaskRunner *
tf__worker_pool_get_runner (TfWorkerPool *self)
{
  return get_crew (self)->runner;
}

gboolean
tf__worker_pool_is_own (TfWorkerPool *self)
{
  return TF_WORKER_POOL_GET_CLASS (self)->push ==
         TF_WORKER_POOL_CLASS (g_type_class_peek (TF_TYPE_WORKER_POOL))->push;
}

gboolean
tf__worker_pool_is_crowded (TfWorkerPool *self)
{
  Crew    *crew = get_crew (self);
  gboolean is_crowded;

  tf__lock (&crew->lock);
  is_crowded = !g_queue_is_empty (&crew->pushes);
  tf__unlock (&crew->lock);

  return is_crowded || (crew->is_shared && tf__thread_pool_is_crowded (crew->threads));
}

static TfThreadPool *
ensure_threads (Crew *crew)
{
  TfThreadPool *threads;

  tf__lock (&crew->lock);
  if (crew->threads == NULL)
    crew->threads = tf__thread_pool_new (crew->max_workers);
  threads = crew->threads;
  tf__unlock (&crew->lock);

  return threads;
}

/* The lock of an inherited pool must not be taken. */
static gboolean
check_process (Crew    *crew,
               GError **error)
{
  if (!tf__is_inherited (crew->n_forks) && !tf__thread_pool_is_inherited (ensure_threads (crew)))
    return TRUE;

  g_set_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING,
               "The threads of worker pool %p belong to the process that this one was forked from",
               (gpointer) crew->pool);
  return FALSE;
}

gboolean
tf__worker_pool_is_inherited (TfWorkerPool *self)
{
  return !check_process (get_crew (self), NULL);
}

gboolean
tf__worker_pool_is_short (TfWorkerPool *self)
{
  return tf__thread_pool_is_short (ensure_threads (get_crew (self)));
}

gboolean
tf__worker_pool_try_again (TfWorkerPool *self)
{
  return tf__thread_pool_try_again (ensure_threads (get_crew (self)));
}

/* The next push, or NULL when the job leaves. */
static Push *
take_push (Crew *crew)
{
  Push *push = NULL;

  tf__lock (&crew->lock);
  if (crew->n_active <= crew->max_workers + crew->n_blocked)
    push = g_queue_pop_head (&crew->pushes);
  if (push == NULL && --crew->n_active == 0)
    g_cond_broadcast (&crew->is_idle);
  tf__unlock (&crew->lock);

  return push;
}

/* With the reference of the job. */
static void
run_pushes (TfPoolJob *job)
{
  Crew *crew = (Crew *) job;
  Crew *outer = current_crew;
  Push *push;

  while ((push = take_push (crew)) != NULL)
    {
      current_crew = crew;
      push->func (push->user_data);
      current_crew = outer;
      g_free (push);

      /* To the end of the queue of the threads, so that others who share them have their turn. */
      if (crew->is_shared && tf__thread_pool_is_crowded (crew->threads))
        {
          tf__thread_pool_push (crew->threads, job);
          return;
        }
    }

  crew_unref (crew);
}

static void
start_job (Crew *crew)
{
  tf__add (&crew->ref_count, 1);
  tf__thread_pool_push (crew->threads, &crew->job);
}

static gboolean
tf_worker_pool_real_push (TfWorkerPool *self,
                          TfPoolFunc    func,
                          gpointer      user_data,
                          GError      **error)
{
  Crew    *crew = get_crew (self);
  Push    *push = g_new (Push, 1);
  gboolean is_closed;
  gboolean is_started = FALSE;

  if (!check_process (crew, error))
    {
      g_free (push);
      return FALSE;
    }

  push->func = func;
  push->user_data = user_data;

  tf__lock (&crew->lock);
  is_closed = crew->is_closed;
  if (!is_closed)
    {
      g_queue_push_tail (&crew->pushes, push);
      is_started = crew->n_active < crew->max_workers + crew->n_blocked;
      if (is_started)
        crew->n_active++;
    }
  tf__unlock (&crew->lock);

  if (is_closed)
    {
      g_free (push);
      g_set_error_literal (error, TF_ERROR, TF_ERROR_CLOSED, "The pool has been shut down");
      return FALSE;
    }

  if (is_started)
    start_job (crew);
  else
    tf__thread_pool_try_again (crew->threads);

  return TRUE;
}

/* By a worker, so there are threads. */
void
tf__worker_pool_block (TfWorkerPool *self)
{
  Crew    *crew = get_crew (self);
  gboolean is_started;

  tf__thread_pool_block (crew->threads);

  tf__lock (&crew->lock);
  crew->n_blocked++;
  is_started = !g_queue_is_empty (&crew->pushes) &&
               crew->n_active < crew->max_workers + crew->n_blocked;
  if (is_started)
    crew->n_active++;
  tf__unlock (&crew->lock);

  if (is_started)
    start_job (crew);
}

void
tf__worker_pool_unblock (TfWorkerPool *self)
{
  Crew *crew = get_crew (self);

  tf__lock (&crew->lock);
  crew->n_blocked--;
  tf__unlock (&crew->lock);

  tf__thread_pool_unblock (crew->threads);
}

static gboolean
wait_until_idle_or_late (Crew  *crew,
                         gint64 deadline_us)
{
  gboolean is_in_time = TRUE;

  tf__lock (&crew->lock);
  while (crew->n_active > 0 && is_in_time)
    is_in_time = tf__clock_wait (&crew->lock, &crew->is_idle, deadline_us);
  is_in_time = crew->n_active == 0;
  tf__unlock (&crew->lock);

  return is_in_time;
}

static gboolean
wait_until_idle (Crew  *crew,
                 gint64 deadline_us)
{
  TfThreadPool *threads = ensure_threads (crew);

  /* Nobody else may be there to make the threads that are missing. */
  while (tf__thread_pool_try_again (threads) && tf__clock_now () < deadline_us)
    {
      if (wait_until_idle_or_late (
            crew, MIN (deadline_us, tf__clock_deadline (TF_THREAD_RETRY_US))))
        return TRUE;
    }

  return wait_until_idle_or_late (crew, deadline_us);
}

static gboolean
tf_worker_pool_real_shutdown (TfWorkerPool *self,
                              gint64        timeout_us,
                              GError      **error)
{
  Crew *crew = get_crew (self);

  if (current_crew == crew)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_DEADLOCK,
                           "A worker of the pool would wait for itself");
      return FALSE;
    }

  if (!check_process (crew, error))
    return FALSE;

  if (wait_until_idle (crew, tf__clock_deadline (timeout_us)))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                       "The pool could not be shut down in time");
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
  g_return_val_if_fail (TF_IS_WORKER_POOL (self), 0);

  return get_crew (self)->max_workers;
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
  Crew    *crew;
  gboolean is_closed;

  g_return_val_if_fail (TF_IS_WORKER_POOL (self), TRUE);

  crew = get_crew (self);
  tf__lock (&crew->lock);
  is_closed = crew->is_closed;
  tf__unlock (&crew->lock);

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
 * While the system has no thread to give, @func waits, and the loop of the thread-default main context tries again;
 * so does every later push, and [method@WorkerPool.shutdown] while it waits.
 *
 * ## Errors
 *
 * After an error @func is not called.
 *
 * - `TF_ERROR_CLOSED`: the pool has been shut down.
 * - `TF_ERROR_NOT_RUNNING`: this process was forked from the one that the threads belong to.
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
                     TfPoolFunc    func,
                     gpointer      user_data,
                     GError      **error)
{
  g_return_val_if_fail (TF_IS_WORKER_POOL (self), FALSE);
  g_return_val_if_fail (func != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (get_crew (self)->runner != NULL)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
                           "The workers of the pool are processes, which run tasks of executors "
                           "only");
      return FALSE;
    }

  if (!tf__worker_pool_push_pump (self, func, user_data, error))
    return FALSE;

  if (tf__worker_pool_is_own (self) && tf__worker_pool_is_short (self))
    tf__thread_pool_try_again_later (ensure_threads (get_crew (self)));
  return TRUE;
}

gboolean
tf__worker_pool_push_pump (TfWorkerPool *self,
                           TfPoolFunc    func,
                           gpointer      user_data,
                           GError      **error)
{
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
 * - `TF_ERROR_NOT_RUNNING`: this process was forked from the one that the threads belong to.
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
  Crew                    *crew;
  gboolean                 was_closed;
  g_autoptr (TfWorkerPool) kept = NULL;

  g_return_val_if_fail (TF_IS_WORKER_POOL (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  crew = get_crew (self);
  tf__lock (&crew->lock);
  was_closed = crew->is_closed;
  crew->is_closed = TRUE;
  tf__unlock (&crew->lock);

  kept = g_object_ref (self); /* a handler may drop it */
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
  Crew *crew = get_crew (TF_WORKER_POOL (object));

  switch ((Prop) prop_id)
    {
    case PROP_MAX_WORKERS:
      crew->max_workers = g_value_get_uint (value);
      if (crew->max_workers == 0)
        crew->max_workers = g_get_num_processors ();
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
  crew_unref (get_crew (TF_WORKER_POOL (object)));

  G_OBJECT_CLASS (tf_worker_pool_parent_class)->finalize (object);
}

static void
tf_worker_pool_init (TfWorkerPool *self)
{
  TfWorkerPoolPrivate *priv = tf_worker_pool_get_instance_private (self);

  priv->crew = g_new (Crew, 1);
  *priv->crew = (Crew){
    .job.run = run_pushes, .ref_count = 1, .n_forks = tf__fork_count (), .pool = self
  };
  tf__lock_init (&priv->crew->lock);
  g_cond_init (&priv->crew->is_idle);
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
  props[PROP_CLOSED] =
    g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}
