/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "context/thread/tf-thread-context-private.h"

#include <tf/tf-error.h>
#include <tf/tf-thread-router.h>

#include "context/tf-worker-pool-private.h"
#include "core/tf-fork-private.h"

/**
 * TfThreadContext:
 *
 * The threads on which executors run their tasks.
 *
 * An executor makes one for itself, unless it is given one. Give the same one to several executors,
 * in whatever main contexts, to have them share a number of threads: they take turns then, task by
 * task.
 *
 * No thread is started before the first task is submitted. Threads that have been idle for a while
 * end.
 *
 * ## Threads
 *
 * May be used from any thread.
 *
 * Since: 1.0
 */
struct _TfThreadContext
{
  GObject parent_instance;

  TfThreadPool *pool;    /* (owned) [const] */
  guint         n_forks; /* [const] of the process that made it: tf__fork_count() */
};

static void parallel_context_iface_init (TfParallelContextInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfThreadContext, tf_thread_context, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TF_TYPE_PARALLEL_CONTEXT,
                                                      parallel_context_iface_init))

typedef enum
{
  PROP_MAX_WORKERS = 1,
  PROP_CLOSED,
  N_PROPS
} Prop;

static GParamSpec *props[N_PROPS];

static gboolean
check_process (TfThreadContext *self,
               const char      *function)
{
  if (!tf__is_inherited (self->n_forks))
    return TRUE;

  g_critical ("%s: the thread context %p belongs to the process that this one was forked from",
              function, (gpointer) self);
  return FALSE;
}

/**
 * tf_thread_context_new:
 * @max_workers: how many threads work at the same time, or 0 for the number of processors
 *
 * Makes a context.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the context
 *
 * Since: 1.0
 */
TfThreadContext *
tf_thread_context_new (guint max_workers)
{
  return g_object_new (TF_TYPE_THREAD_CONTEXT, "max-workers", max_workers, NULL);
}

TfThreadPool *
tf__thread_context_get_pool (TfThreadContext *self)
{
  return self->pool;
}

/**
 * tf_thread_context_get_max_workers: (get-property max-workers)
 * @self: a context
 *
 * Gets how many threads work at the same time.
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
tf_thread_context_get_max_workers (TfThreadContext *self)
{
  g_return_val_if_fail (TF_IS_THREAD_CONTEXT (self), 0);

  return tf__thread_pool_get_max_threads (self->pool);
}

/**
 * tf_thread_context_set_max_workers: (set-property max-workers)
 * @self: a context
 * @max_workers: how many threads work at the same time, or 0 for the number of processors
 *
 * Sets how many threads work at the same time.
 *
 * When there are fewer, those that are too many end with the task that they are at.
 *
 * ## Threads
 *
 * May be called from any thread. The property is notified in the calling one.
 *
 * Since: 1.0
 */
void
tf_thread_context_set_max_workers (TfThreadContext *self,
                                   guint            max_workers)
{
  g_return_if_fail (TF_IS_THREAD_CONTEXT (self));
  g_return_if_fail (max_workers <= G_MAXINT);

  if (max_workers == 0)
    max_workers = g_get_num_processors ();

  if (!check_process (self, G_STRFUNC) ||
      max_workers == tf__thread_pool_get_max_threads (self->pool))
    return;

  tf__thread_pool_set_max_threads (self->pool, max_workers);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_MAX_WORKERS]);
}

/* The interface */

static gboolean
check_open (TfThreadContext *self,
            GError         **error)
{
  if (!tf__thread_pool_is_closed (self->pool))
    return TRUE;

  g_set_error_literal (error, TF_ERROR, TF_ERROR_CLOSED, "The context has been closed");
  return FALSE;
}

static TfWorkerPool *
context_create_pool (TfParallelContext *context,
                     guint              max_workers,
                     GError           **error)
{
  TfThreadContext *self = TF_THREAD_CONTEXT (context);

  if (!check_open (self, error))
    return NULL;

  if (max_workers == 0)
    max_workers = tf_thread_context_get_max_workers (self);

  return tf__worker_pool_new_on (self->pool, max_workers);
}

static TfMessageRouter *
context_create_router (TfParallelContext *context,
                       GMainContext      *main_context,
                       GError           **error)
{
  if (!check_open (TF_THREAD_CONTEXT (context), error))
    return NULL;

  return TF_MESSAGE_ROUTER (tf_thread_router_new (main_context));
}

static TfCancelFlag *
context_create_flag (TfParallelContext *context)
{
  return tf_cancel_flag_new ();
}

static void
context_close (TfParallelContext *context)
{
  TfThreadContext *self = TF_THREAD_CONTEXT (context);

  if (!check_process (self, "tf_parallel_context_close"))
    return;

  tf__thread_pool_close (self->pool);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CLOSED]);
}

static gboolean
context_is_closed (TfParallelContext *context)
{
  return tf__thread_pool_is_closed (TF_THREAD_CONTEXT (context)->pool);
}

static void
parallel_context_iface_init (TfParallelContextInterface *iface)
{
  iface->create_pool = context_create_pool;
  iface->create_router = context_create_router;
  iface->create_flag = context_create_flag;
  iface->close = context_close;
  iface->is_closed = context_is_closed;
}

static void
tf_thread_context_get_property (GObject    *object,
                                guint       prop_id,
                                GValue     *value,
                                GParamSpec *pspec)
{
  TfThreadContext *self = TF_THREAD_CONTEXT (object);

  switch ((Prop) prop_id)
    {
    case PROP_MAX_WORKERS:
      g_value_set_uint (value, tf_thread_context_get_max_workers (self));
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, tf__thread_pool_is_closed (self->pool));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_thread_context_set_property (GObject      *object,
                                guint         prop_id,
                                const GValue *value,
                                GParamSpec   *pspec)
{
  TfThreadContext *self = TF_THREAD_CONTEXT (object);

  switch ((Prop) prop_id)
    {
    case PROP_MAX_WORKERS:
      tf_thread_context_set_max_workers (self, g_value_get_uint (value));
      break;
    case PROP_CLOSED:
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_thread_context_finalize (GObject *object)
{
  TfThreadContext *self = TF_THREAD_CONTEXT (object);

  tf__thread_pool_unref (self->pool);

  G_OBJECT_CLASS (tf_thread_context_parent_class)->finalize (object);
}

static void
tf_thread_context_init (TfThreadContext *self)
{
  self->n_forks = tf__fork_count ();
  self->pool = tf__thread_pool_new (g_get_num_processors ());
}

/**
 * TfThreadContext:max-workers: (getter get_max_workers) (setter set_max_workers)
 *
 * How many threads work at the same time; setting 0 means the number of processors.
 *
 * Since: 1.0
 */

/**
 * TfThreadContext:closed:
 *
 * Whether the context takes no more work.
 *
 * Since: 1.0
 */
static void
tf_thread_context_class_init (TfThreadContextClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tf_thread_context_get_property;
  object_class->set_property = tf_thread_context_set_property;
  object_class->finalize = tf_thread_context_finalize;

  props[PROP_MAX_WORKERS] =
    g_param_spec_uint ("max-workers", NULL, NULL, 0, G_MAXINT, 0,
                       G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  props[PROP_CLOSED] =
    g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);

  g_object_class_install_properties (object_class, N_PROPS, props);
}
