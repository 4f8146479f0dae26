/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-executor-private.h"

#include <tf/tf-enum-types.h>
#include <tf/tf-error.h>
#include <tf/tf-thread-context.h>

#include "context/thread/tf-thread-context-private.h"

/**
 * TfExecutor:
 *
 * Runs tasks in the background, and tells what becomes of them in the foreground.
 *
 * An executor belongs to a main context, the owner context: the thread-default one where it is
 * made, unless another one is given. There, and only there, its futures emit their signals, change
 * their properties and free the user data of their tasks.
 *
 * | state      | stop       | every future is done |
 * |------------|------------|----------------------|
 * | `RUNNING`  | `STOPPING` | -                    |
 * | `STOPPING` | -          | `STOPPED`            |
 * | `STOPPED`  | -          | -                    |
 *
 * Messages are delivered by one source, for at most [property@Executor:dispatch-budget] in a turn,
 * so that the loop goes on under any flood.
 *
 * As a list model an executor has the futures that it keeps, in the order of their submission,
 * until "done" of each was delivered. The list is kept from the moment on when somebody asks for it:
 * by its length, by an item, or by a handler of [signal@Gio.ListModel::items-changed]. From then on
 * every change is announced, and the length and the items change only together with an
 * announcement, also inside handlers. A change made by a handler of an announcement is announced
 * after that.
 *
 * When the last reference goes, an executor with work in flight cancels it and does not wait;
 * futures that somebody still holds are `CANCELLED` when the loop has run.
 *
 * ## Threads
 *
 * Submitting is allowed from any thread. All else belongs to the owner context, unless it says
 * otherwise.
 *
 * Since: 1.0
 */
static GParamSpec *props[TF_N_EXECUTOR_PROPS];
static guint       task_failed_signal;

G_DEFINE_FINAL_TYPE_WITH_CODE (TfExecutor, tf_executor, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL,
                                                      tf__executor_init_list_model))

TfEngine *
tf__executor_get_engine (TfExecutor *self)
{
  return self->engine;
}

gboolean
tf__executor_check_owner (TfExecutor *self,
                          const char *function)
{
  if (tf__dispatcher_is_owner (&self->engine->dispatcher))
    return TRUE;

  if (tf__dispatcher_is_inherited (&self->engine->dispatcher))
    g_critical ("%s: the executor %p belongs to the process that this one was forked from",
                function, (gpointer) self);
  else
    g_critical ("%s: called outside the main context that owns the executor %p", function,
                (gpointer) self);
  return FALSE;
}

gboolean
tf__executor_check_process (TfExecutor *self,
                            GError    **error)
{
  if (!tf__dispatcher_is_inherited (&self->engine->dispatcher))
    return TRUE;

  g_set_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING,
               "The executor %p belongs to the process that this one was forked from",
               (gpointer) self);
  return FALSE;
}

void
tf__executor_notify (TfExecutor    *self,
                     TfExecutorProp prop)
{
  g_object_notify_by_pspec ((GObject *) self, props[prop]);
}

void
tf__executor_notify_n_waiting (TfExecutor *self)
{
  g_object_notify_by_pspec ((GObject *) self, props[TF_EXECUTOR_PROP_N_WAITING]);
}

void
tf__executor_notify_counts (TfExecutor *self)
{
  GObject *object = (GObject *) self;

  g_object_notify_by_pspec (object, props[TF_EXECUTOR_PROP_N_WAITING]);
  g_object_notify_by_pspec (object, props[TF_EXECUTOR_PROP_N_EXECUTING]);
  g_object_notify_by_pspec (object, props[TF_EXECUTOR_PROP_N_ABORTED]);
}

void
tf__executor_notify_state (TfExecutor *self)
{
  GObject        *object = G_OBJECT (self);
  TfExecutorState state = tf__engine_get_state (self->engine);

  /* What the executor made for itself takes no more work. */
  if (state == TF_EXECUTOR_STATE_STOPPED && self->owns_context)
    tf_parallel_context_close (self->context);

  g_object_notify_by_pspec (object, props[TF_EXECUTOR_PROP_STATE]);
  g_object_notify_by_pspec (object,
                            props[state == TF_EXECUTOR_STATE_STOPPED ? TF_EXECUTOR_PROP_STOPPED
                                                                     : TF_EXECUTOR_PROP_RUNNING]);
}

void
tf__executor_emit_failed (TfExecutor *self,
                          TfFuture   *future)
{
  g_signal_emit (self, task_failed_signal, 0, future);
}

/**
 * tf_executor_new:
 *
 * Makes an executor with threads of its own, as many as there are processors, in the thread-default
 * main context.
 *
 * ## Threads
 *
 * May be called from any thread, which is then the owner until another one dispatches the main
 * context. The function of a task that does so for the default main context does not become the owner: the main thread
 * is, or the owner of the executor that runs the task.
 *
 * Returns: (transfer full): the executor
 *
 * Since: 1.0
 */
TfExecutor *
tf_executor_new (void)
{
  return g_object_new (TF_TYPE_EXECUTOR, NULL);
}

/**
 * tf_executor_new_for_parallel_context:
 * @context: where to run tasks, which other executors may share
 *
 * Makes an executor on a given context, in the thread-default main context.
 *
 * The executor does not close @context.
 *
 * ## Threads
 *
 * May be called from any thread, which is then the owner until another one dispatches the main
 * context. The function of a task that does so for the default main context does not become the owner: the main thread
 * is, or the owner of the executor that runs the task.
 *
 * Returns: (transfer full): the executor
 *
 * Since: 1.0
 */
TfExecutor *
tf_executor_new_for_parallel_context (TfParallelContext *context)
{
  g_return_val_if_fail (TF_IS_PARALLEL_CONTEXT (context), NULL);

  return g_object_new (TF_TYPE_EXECUTOR, "parallel-context", context, NULL);
}

/* The class */

static void
tf_executor_get_property (GObject    *object,
                          guint       prop_id,
                          GValue     *value,
                          GParamSpec *pspec)
{
  TfExecutor *self = TF_EXECUTOR (object);

  switch ((TfExecutorProp) prop_id)
    {
    case TF_EXECUTOR_PROP_STATE:
      g_value_set_enum (value, tf_executor_get_state (self));
      break;
    case TF_EXECUTOR_PROP_RUNNING:
      g_value_set_boolean (value, tf_executor_is_running (self));
      break;
    case TF_EXECUTOR_PROP_STOPPED:
      g_value_set_boolean (value, tf_executor_is_stopped (self));
      break;
    case TF_EXECUTOR_PROP_N_WAITING:
      g_value_set_uint (value, tf_executor_get_n_waiting (self));
      break;
    case TF_EXECUTOR_PROP_N_EXECUTING:
      g_value_set_uint (value, tf_executor_get_n_executing (self));
      break;
    case TF_EXECUTOR_PROP_N_ABORTED:
      g_value_set_uint (value, tf_executor_get_n_aborted (self));
      break;
    case TF_EXECUTOR_PROP_PARALLEL_CONTEXT:
      g_value_set_object (value, self->context);
      break;
    case TF_EXECUTOR_PROP_WORKER_POOL:
      g_value_set_object (value, tf_executor_get_worker_pool (self));
      break;
    case TF_EXECUTOR_PROP_MAIN_CONTEXT:
      g_value_set_boxed (value, self->main_context);
      break;
    case TF_EXECUTOR_PROP_MAX_WORKERS:
      g_value_set_uint (value, tf_executor_get_max_workers (self));
      break;
    case TF_EXECUTOR_PROP_DISPATCH_PRIORITY:
      g_value_set_int (value, tf_executor_get_dispatch_priority (self));
      break;
    case TF_EXECUTOR_PROP_DISPATCH_BUDGET:
      g_value_set_int64 (value, tf_executor_get_dispatch_budget (self));
      break;
    case TF_EXECUTOR_PROP_PROGRESS_INTERVAL:
      g_value_set_int64 (value, tf_executor_get_progress_interval (self));
      break;
    case TF_EXECUTOR_PROP_FAILURE_REPORT:
      g_value_set_enum (value, tf_executor_get_failure_report (self));
      break;
    case TF_N_EXECUTOR_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

static void
tf_executor_set_property (GObject      *object,
                          guint         prop_id,
                          const GValue *value,
                          GParamSpec   *pspec)
{
  TfExecutor *self = TF_EXECUTOR (object);

  switch ((TfExecutorProp) prop_id)
    {
    case TF_EXECUTOR_PROP_PARALLEL_CONTEXT:
      self->context = g_value_dup_object (value);
      break;
    case TF_EXECUTOR_PROP_WORKER_POOL:
      self->worker_pool = g_value_dup_object (value);
      break;
    case TF_EXECUTOR_PROP_MAIN_CONTEXT:
      self->main_context = g_value_dup_boxed (value);
      break;
    case TF_EXECUTOR_PROP_MAX_WORKERS:
      if (self->engine == NULL)
        self->max_workers = g_value_get_uint (value);
      else
        tf_executor_set_max_workers (self, g_value_get_uint (value));
      break;
    case TF_EXECUTOR_PROP_DISPATCH_PRIORITY:
      tf_executor_set_dispatch_priority (self, g_value_get_int (value));
      break;
    case TF_EXECUTOR_PROP_DISPATCH_BUDGET:
      tf_executor_set_dispatch_budget (self, g_value_get_int64 (value));
      break;
    case TF_EXECUTOR_PROP_PROGRESS_INTERVAL:
      tf_executor_set_progress_interval (self, g_value_get_int64 (value));
      break;
    case TF_EXECUTOR_PROP_FAILURE_REPORT:
      tf_executor_set_failure_report (self, g_value_get_enum (value));
      break;
    case TF_EXECUTOR_PROP_STATE:
    case TF_EXECUTOR_PROP_RUNNING:
    case TF_EXECUTOR_PROP_STOPPED:
    case TF_EXECUTOR_PROP_N_WAITING:
    case TF_EXECUTOR_PROP_N_EXECUTING:
    case TF_EXECUTOR_PROP_N_ABORTED:
    case TF_N_EXECUTOR_PROPS:
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, prop_id, pspec);
    }
}

/* Workers of a context that has no threads of ours. */
static void
make_pool (TfExecutor *self)
{
  g_autoptr (GError) error = NULL;

  self->worker_pool = tf_parallel_context_create_pool (self->context, self->max_workers, &error);
  self->owns_pool = self->worker_pool != NULL;
  if (self->worker_pool != NULL)
    return;

  /* An executor that takes no task, as any has whose context is closed. */
  if (!g_error_matches (error, TF_ERROR, TF_ERROR_CLOSED))
    g_warning ("The context has no workers for the executor: %s", error->message);
  self->worker_pool = tf_worker_pool_new (1);
  self->owns_pool = TRUE;
  tf_worker_pool_shutdown (self->worker_pool, 0, NULL);
}

static void
choose_workers (TfExecutor *self)
{
  if (self->worker_pool != NULL && (self->max_workers != 0 || self->context != NULL))
    {
      g_critical (
        "An executor that is given a worker pool cannot be given a context or a number of "
        "workers too");
      g_clear_object (&self->context);
    }

  if (self->worker_pool != NULL)
    return;

  self->owns_context = self->context == NULL;
  if (self->owns_context)
    self->context = TF_PARALLEL_CONTEXT (tf_thread_context_new (self->max_workers));
  else if (!TF_IS_THREAD_CONTEXT (self->context))
    make_pool (self);
}

static void
tf_executor_constructed (GObject *object)
{
  TfExecutor   *self = TF_EXECUTOR (object);
  TfThreadPool *threads = NULL;
  guint         max_workers;

  G_OBJECT_CLASS (tf_executor_parent_class)->constructed (object);

  if (self->main_context == NULL)
    self->main_context = g_main_context_ref_thread_default ();

  choose_workers (self);
  if (self->worker_pool == NULL)
    threads = tf__thread_context_get_pool (TF_THREAD_CONTEXT (self->context));

  if (self->worker_pool != NULL)
    max_workers = tf_worker_pool_get_max_workers (self->worker_pool);
  else if (self->max_workers != 0)
    max_workers = self->max_workers;
  else
    max_workers = tf_thread_context_get_max_workers (TF_THREAD_CONTEXT (self->context));

  self->engine = tf__engine_new (self->main_context, threads, self->worker_pool,
                                 self->owns_pool ? self->context : NULL, max_workers, self);
  tf__enter_foreground ();
  tf__dispatcher_attach (&self->engine->dispatcher);
}

static void
tf_executor_dispose (GObject *object)
{
  TfExecutor *self = TF_EXECUTOR (object);

  /* The parent, by fork(), of this process ends its own copy. This one is never freed: its threads do not run here, and
   * what they had taken is as they left it. */
  if (tf__dispatcher_is_inherited (&self->engine->dispatcher))
    {
      g_object_ref (self);
      return;
    }

  if (!tf__engine_is_facade_gone (self->engine))
    {
      tf__engine_leave_facade (self->engine);
      if (self->owns_context)
        tf__thread_pool_close (tf__thread_context_get_pool (TF_THREAD_CONTEXT (self->context)));
    }

  G_OBJECT_CLASS (tf_executor_parent_class)->dispose (object);
}

static void
tf_executor_finalize (GObject *object)
{
  TfExecutor *self = TF_EXECUTOR (object);

  tf__engine_unref (self->engine);
  g_clear_object (&self->worker_pool);
  g_clear_object (&self->context);
  g_main_context_unref (self->main_context);

  G_OBJECT_CLASS (tf_executor_parent_class)->finalize (object);
}

static void
tf_executor_init (TfExecutor *self)
{
}

/**
 * TfExecutor:state: (getter get_state)
 *
 * Whether the executor takes tasks.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:running: (getter is_running)
 *
 * Whether the executor takes tasks.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:stopped: (getter is_stopped)
 *
 * Whether the executor has come to its end.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:n-waiting: (getter get_n_waiting)
 *
 * How many futures are not done and have not been seen to start.
 *
 * Like the other numbers it is notified at most once in a turn of the loop, but always up to date
 * when it is read.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:n-executing: (getter get_n_executing)
 *
 * How many futures are not done and have been seen to start.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:n-aborted: (getter get_n_aborted)
 *
 * How many functions go on although their future was given up by [method@Future.abort].
 *
 * Since: 1.0
 */

/**
 * TfExecutor:parallel-context: (getter get_parallel_context)
 *
 * The threads that the executor runs on; by default it makes its own.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:worker-pool: (getter get_worker_pool)
 *
 * The pool of workers that the executor runs on, where it is given one; others may share it. The
 * executor does not shut it down. A context or a number of workers cannot be given as well.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:main-context: (getter get_main_context)
 *
 * The main context that the executor belongs to; by default the thread-default one where it is
 * made.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:max-workers: (getter get_max_workers) (setter set_max_workers)
 *
 * How many tasks of the executor run at the same time; setting 0 means the number of processors, and
 * leaving it out as many as the context or the pool that the executor is given has.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:dispatch-priority: (getter get_dispatch_priority) (setter set_dispatch_priority)
 *
 * The priority of the source that delivers messages.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:dispatch-budget: (getter get_dispatch_budget) (setter set_dispatch_budget)
 *
 * How long the source that delivers messages may go on in one turn of the loop, in microseconds.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:progress-interval: (getter get_progress_interval) (setter set_progress_interval)
 *
 * How often the progress of a task is taken over into the properties of its future, in
 * microseconds.
 *
 * Since: 1.0
 */

/**
 * TfExecutor:failure-report: (getter get_failure_report) (setter set_failure_report)
 *
 * What becomes of failures that nobody reads.
 *
 * Since: 1.0
 */
static void
install_properties (GObjectClass *object_class)
{
  const GParamFlags readable = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  const GParamFlags writable = readable | G_PARAM_WRITABLE;

  props[TF_EXECUTOR_PROP_STATE] = g_param_spec_enum ("state", NULL, NULL, TF_TYPE_EXECUTOR_STATE,
                                                     TF_EXECUTOR_STATE_RUNNING, readable);
  props[TF_EXECUTOR_PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, TRUE, readable);
  props[TF_EXECUTOR_PROP_STOPPED] = g_param_spec_boolean ("stopped", NULL, NULL, FALSE, readable);
  props[TF_EXECUTOR_PROP_N_WAITING] =
    g_param_spec_uint ("n-waiting", NULL, NULL, 0, G_MAXUINT, 0, readable);
  props[TF_EXECUTOR_PROP_N_EXECUTING] =
    g_param_spec_uint ("n-executing", NULL, NULL, 0, G_MAXUINT, 0, readable);
  props[TF_EXECUTOR_PROP_N_ABORTED] =
    g_param_spec_uint ("n-aborted", NULL, NULL, 0, G_MAXUINT, 0, readable);
  props[TF_EXECUTOR_PROP_PARALLEL_CONTEXT] = g_param_spec_object (
    "parallel-context", NULL, NULL, TF_TYPE_PARALLEL_CONTEXT, writable | G_PARAM_CONSTRUCT_ONLY);
  props[TF_EXECUTOR_PROP_WORKER_POOL] = g_param_spec_object (
    "worker-pool", NULL, NULL, TF_TYPE_WORKER_POOL, writable | G_PARAM_CONSTRUCT_ONLY);
  props[TF_EXECUTOR_PROP_MAIN_CONTEXT] = g_param_spec_boxed (
    "main-context", NULL, NULL, G_TYPE_MAIN_CONTEXT, writable | G_PARAM_CONSTRUCT_ONLY);
  props[TF_EXECUTOR_PROP_MAX_WORKERS] =
    g_param_spec_uint ("max-workers", NULL, NULL, 0, G_MAXINT, 0, writable | G_PARAM_CONSTRUCT);
  props[TF_EXECUTOR_PROP_DISPATCH_PRIORITY] = g_param_spec_int (
    "dispatch-priority", NULL, NULL, G_MININT, G_MAXINT, G_PRIORITY_DEFAULT_IDLE, writable);
  props[TF_EXECUTOR_PROP_DISPATCH_BUDGET] =
    g_param_spec_int64 ("dispatch-budget", NULL, NULL, 1, G_MAXINT64, 1000, writable);
  props[TF_EXECUTOR_PROP_PROGRESS_INTERVAL] =
    g_param_spec_int64 ("progress-interval", NULL, NULL, 0, G_MAXINT64, 5000, writable);
  props[TF_EXECUTOR_PROP_FAILURE_REPORT] = g_param_spec_enum (
    "failure-report", NULL, NULL, TF_TYPE_FAILURE_REPORT, TF_FAILURE_REPORT_LOG, writable);

  g_object_class_install_properties (object_class, TF_N_EXECUTOR_PROPS, props);
}

/**
 * TfExecutor::task-failed:
 * @self: the executor
 * @future: the future that failed
 *
 * A task failed: for one place in the program that shows errors.
 *
 * It is emitted after [signal@Future::done] of @future. Look at the error there, and it counts as
 * read.
 *
 * Since: 1.0
 */
static void
tf_executor_class_init (TfExecutorClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = tf_executor_get_property;
  object_class->set_property = tf_executor_set_property;
  object_class->constructed = tf_executor_constructed;
  object_class->dispose = tf_executor_dispose;
  object_class->finalize = tf_executor_finalize;

  install_properties (object_class);
  tf__live_list_init_class ();

  task_failed_signal =
    g_signal_new ("task-failed", TF_TYPE_EXECUTOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                  g_cclosure_marshal_VOID__OBJECT, G_TYPE_NONE, 1, TF_TYPE_FUTURE);
  g_signal_set_va_marshaller (task_failed_signal, TF_TYPE_EXECUTOR,
                              g_cclosure_marshal_VOID__OBJECTv);
}
