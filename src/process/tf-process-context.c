/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-error.h>
#include <tf/tf-process-context.h>
#include <tf/tf-thread-router.h>

#include "context/tf-worker-pool-private.h"
#include "context/thread/tf-thread-pool-private.h"
#include "process/tf-process-private.h"

/**
 * TfProcessContext:
 *
 * Runs tasks in worker processes.
 *
 * Given to an executor, its tasks run in processes of their own, and their futures are what they are with threads:
 * states, progress, items, messages, cancelling and errors. What differs is what a task can see, and what can be done
 * about it:
 *
 * - The function gets its argument, a variant, and nothing else: no user data, no memory, no open files of the program.
 *   It may be any plain C function: of a module, or of an executable that calls [func@Tf.worker_requested] first
 *   in `main()`; or one with a name that both sides know, see [func@Tf.worker_register].
 * - Values that it reports and returns have to be of a type that can travel: numbers, booleans, strings and arrays of
 *   them, variants, [struct@GLib.Bytes], [struct@GLib.DateTime], enumerations, flags and errors. For anything else the
 *   task fails with `TF_ERROR_NOT_PORTABLE`.
 * - A task that is cancelled and does not end is ended with its process, after a grace.
 * - When a process crashes, the task that it ran fails with `TF_ERROR_WORKER_LOST`, which says how it ended and what it
 *   wrote last to its standard error. No other task is touched, and the next one gets a new process.
 *
 * The processes are fresh programs, started when there is a task and none is idle, and ended when they have been idle
 * for a while. Each runs one task at a time. They end when the program does, however it ends.
 *
 * The functions that set something apply to processes that are started from then on.
 *
 * Since: 1.0
 */
struct _TfProcessContext
{
  GObject parent_instance;

  TfThreadPool  *pool; /* (owned) [const] a thread for each process at work */
  TfProcessCrew *crew; /* (owned) [const] */
};

static void parallel_context_iface_init (TfParallelContextInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfProcessContext, tf_process_context, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TF_TYPE_PARALLEL_CONTEXT,
                                                      parallel_context_iface_init))

typedef enum
{
  PROP_MAX_WORKERS = 1,
  PROP_CLOSED,
  PROP_START_RETRY_TIMEOUT,
  PROP_MAX_VALUE_SIZE,
  PROP_MAX_TEXT_SIZE,
  PROP_MAX_PENDING_SIZE,
  N_PROPS
} Prop;

static GParamSpec *props[N_PROPS];

#define DEFAULT_START_RETRY_US (30 * G_USEC_PER_SEC)

TfProcessCrew *
tf__process_context_get_crew (TfProcessContext *self)
{
  return self->crew;
}

gboolean
tf__process_context_check_process (TfProcessContext *self,
                                   const char       *function)
{
  if (!tf__process_crew_is_inherited (self->crew))
    return TRUE;

  g_critical ("%s: the process context %p belongs to the process that this one was forked from",
              function, (gpointer) self);
  return FALSE;
}

/**
 * tf_process_context_new:
 * @max_workers: how many processes there may be at a time, or 0 for as many as there are processors
 *
 * Makes a context. No process is started yet.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the context
 *
 * Since: 1.0
 */
TfProcessContext *
tf_process_context_new (guint max_workers)
{
  g_return_val_if_fail (max_workers <= G_MAXINT, NULL);

  return g_object_new (TF_TYPE_PROCESS_CONTEXT, "max-workers", max_workers, NULL);
}

/**
 * tf_process_context_get_max_workers: (get-property max-workers)
 * @self: a context
 *
 * Gets how many processes there may be at a time.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_process_context_get_max_workers (TfProcessContext *self)
{
  g_return_val_if_fail (TF_IS_PROCESS_CONTEXT (self), 0);

  return tf__thread_pool_get_max_threads (self->pool);
}

/**
 * tf_process_context_get_n_workers:
 * @self: a context
 *
 * Gets how many processes there are: those at work, and those that are idle.
 *
 * ## Threads
 *
 * May be called from any thread. The answer may be out of date at once.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_process_context_get_n_workers (TfProcessContext *self)
{
  g_return_val_if_fail (TF_IS_PROCESS_CONTEXT (self), 0);

  return tf__process_crew_get_n_processes (self->crew);
}

/**
 * tf_process_context_warm_up:
 * @self: a context
 * @n_workers: how many processes there should be, or 0 for as many as there may be
 *
 * Starts processes before there is work for them, in the background.
 *
 * A start takes some milliseconds, which the first tasks need not wait for then. A start that fails is a warning.
 *
 * ## Threads
 *
 * May be called from any thread. Does not wait.
 *
 * Since: 1.0
 */
void
tf_process_context_warm_up (TfProcessContext *self,
                            guint             n_workers)
{
  guint max_workers;

  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  g_return_if_fail (!tf_parallel_context_is_closed (TF_PARALLEL_CONTEXT (self)));
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  max_workers = tf_process_context_get_max_workers (self);
  tf__process_crew_warm_up (self->crew,
                            n_workers == 0 ? max_workers : MIN (n_workers, max_workers));
}

/**
 * tf_process_context_close:
 * @self: a context
 *
 * Takes no more work.
 *
 * What the executors of the context have runs to its end. Idle processes end.
 * The same as [method@ParallelContext.close].
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_process_context_close (TfProcessContext *self)
{
  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));

  tf_parallel_context_close (TF_PARALLEL_CONTEXT (self));
}

/* The interface */

static gboolean
check_open (TfProcessContext *self,
            GError          **error)
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
  TfProcessContext *self = TF_PROCESS_CONTEXT (context);

  if (!check_open (self, error))
    return NULL;

  if (max_workers == 0)
    max_workers = tf_process_context_get_max_workers (self);

  return tf__worker_pool_new_with_runner (self->pool, max_workers,
                                          tf__process_crew_get_runner (self->crew));
}

/* What comes from the processes passes through threads of this one. */
static TfMessageRouter *
context_create_router (TfParallelContext *context,
                       GMainContext      *main_context,
                       GError           **error)
{
  if (!check_open (TF_PROCESS_CONTEXT (context), error))
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
  TfProcessContext *self = TF_PROCESS_CONTEXT (context);

  if (!tf__process_context_check_process (self, "tf_parallel_context_close"))
    return;

  tf__thread_pool_close (self->pool);
  tf__process_crew_close (self->crew);
  g_object_notify_by_pspec (G_OBJECT (self), props[PROP_CLOSED]);
}

static gboolean
context_is_closed (TfParallelContext *context)
{
  return tf__thread_pool_is_closed (TF_PROCESS_CONTEXT (context)->pool);
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
tf_process_context_get_property (GObject    *object,
                                 guint       prop_id,
                                 GValue     *value,
                                 GParamSpec *pspec)
{
  TfProcessContext *self = TF_PROCESS_CONTEXT (object);

  switch ((Prop) prop_id)
    {
    case PROP_MAX_WORKERS:
      g_value_set_uint (value, tf_process_context_get_max_workers (self));
      break;
    case PROP_CLOSED:
      g_value_set_boolean (value, tf__thread_pool_is_closed (self->pool));
      break;
    case PROP_START_RETRY_TIMEOUT:
      g_value_set_int64 (value, tf_process_context_get_start_retry_timeout (self));
      break;
    case PROP_MAX_VALUE_SIZE:
      g_value_set_uint64 (value, tf_process_context_get_max_value_size (self));
      break;
    case PROP_MAX_TEXT_SIZE:
      g_value_set_uint (value, tf_process_context_get_max_text_size (self));
      break;
    case PROP_MAX_PENDING_SIZE:
      g_value_set_uint64 (value, tf_process_context_get_max_pending_size (self));
      break;
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_process_context_set_property (GObject      *object,
                                 guint         prop_id,
                                 const GValue *value,
                                 GParamSpec   *pspec)
{
  TfProcessContext *self = TF_PROCESS_CONTEXT (object);
  guint             max_workers;

  switch ((Prop) prop_id)
    {
    case PROP_MAX_WORKERS:
      max_workers = g_value_get_uint (value);
      self->pool = tf__thread_pool_new (max_workers == 0 ? g_get_num_processors () : max_workers);
      break;
    case PROP_START_RETRY_TIMEOUT:
      tf_process_context_set_start_retry_timeout (self, g_value_get_int64 (value));
      break;
    case PROP_MAX_VALUE_SIZE:
      tf_process_context_set_max_value_size (self, g_value_get_uint64 (value));
      break;
    case PROP_MAX_TEXT_SIZE:
      tf_process_context_set_max_text_size (self, g_value_get_uint (value));
      break;
    case PROP_MAX_PENDING_SIZE:
      tf_process_context_set_max_pending_size (self, g_value_get_uint64 (value));
      break;
    case PROP_CLOSED:
    case N_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_process_context_finalize (GObject *object)
{
  TfProcessContext *self = TF_PROCESS_CONTEXT (object);

  /* The parent, by fork(), of this process ends its own processes and threads. */
  if (!tf__process_crew_is_inherited (self->crew))
    {
      if (!tf__thread_pool_is_closed (self->pool))
        tf__process_crew_close (self->crew);
      tf__thread_pool_close (self->pool);
      tf__process_crew_unref (self->crew);
      tf__thread_pool_unref (self->pool);
    }

  G_OBJECT_CLASS (tf_process_context_parent_class)->finalize (object);
}

static void
tf_process_context_init (TfProcessContext *self)
{
  TfProcessSettings *settings;

  self->crew = tf__process_crew_new ();
  settings = tf__process_crew_lock_settings (self->crew);
  settings->cancel_grace_us = 2 * G_USEC_PER_SEC;
  settings->terminate_grace_us = G_USEC_PER_SEC;
  settings->idle_us = 30 * G_USEC_PER_SEC;
  settings->start_retry_us = DEFAULT_START_RETRY_US;
  settings->limits = (TfWireLimits){ TF_WIRE_USUAL_VALUE, TF_WIRE_USUAL_TEXT };
  settings->max_pending = TF_PROCESS_USUAL_PENDING;
  tf__process_crew_unlock_settings (self->crew);
}

/**
 * TfProcessContext:max-workers: (getter get_max_workers)
 *
 * How many processes there may be at a time; given as 0, it is the number of processors.
 *
 * Since: 1.0
 */

/**
 * TfProcessContext:closed: (getter is_closed)
 *
 * Whether the context takes no more work.
 *
 * Since: 1.0
 */

/**
 * TfProcessContext:start-retry-timeout: (getter get_start_retry_timeout) (setter set_start_retry_timeout)
 *
 * For how long starts of workers that fail are tried again before the tasks that wait for one fail, in microseconds;
 * negative for no limit. The default is 30 seconds.
 *
 * Since: 1.0
 */

/**
 * TfProcessContext:max-value-size: (getter get_max_value_size) (setter set_max_value_size)
 *
 * How large one value that a worker reports, yields, sends or returns may be, in bytes.
 *
 * See [method@ProcessContext.set_max_value_size].
 *
 * Since: 1.0
 */

/**
 * TfProcessContext:max-text-size: (getter get_max_text_size) (setter set_max_text_size)
 *
 * How long one text that a worker sends may be, in bytes.
 *
 * See [method@ProcessContext.set_max_text_size].
 *
 * Since: 1.0
 */

/**
 * TfProcessContext:max-pending-size: (getter get_max_pending_size) (setter set_max_pending_size)
 *
 * How many bytes of events of one task may be on their way to the main loop.
 *
 * See [method@ProcessContext.set_max_pending_size].
 *
 * Since: 1.0
 */
static void
tf_process_context_class_init (TfProcessContextClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tf_process_context_get_property;
  object_class->set_property = tf_process_context_set_property;
  object_class->finalize = tf_process_context_finalize;

  props[PROP_MAX_WORKERS] =
    g_param_spec_uint ("max-workers", NULL, NULL, 0, G_MAXINT, 0,
                       G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  props[PROP_CLOSED] =
    g_param_spec_boolean ("closed", NULL, NULL, FALSE,
                          G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  props[PROP_START_RETRY_TIMEOUT] =
    g_param_spec_int64 ("start-retry-timeout", NULL, NULL, -1, G_MAXINT64, DEFAULT_START_RETRY_US,
                        G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  props[PROP_MAX_VALUE_SIZE] = g_param_spec_uint64 (
    "max-value-size", NULL, NULL, TF_WIRE_LEAST_VALUE, TF_WIRE_MAX_BULK, TF_WIRE_USUAL_VALUE,
    G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  props[PROP_MAX_TEXT_SIZE] = g_param_spec_uint (
    "max-text-size", NULL, NULL, TF_WIRE_LEAST_TEXT, TF_WIRE_MOST_TEXT, TF_WIRE_USUAL_TEXT,
    G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  props[PROP_MAX_PENDING_SIZE] = g_param_spec_uint64 (
    "max-pending-size", NULL, NULL, TF_PROCESS_LEAST_PENDING, G_MAXUINT64, TF_PROCESS_USUAL_PENDING,
    G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, props);
}
