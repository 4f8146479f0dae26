/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "own-context.h"

/* The pool. Its threads hold the crew and not the pool, so that the pool goes where the program drops
 * it.
 */

typedef struct
{
  GMutex lock;
  GCond  is_idle;
  GQueue waiting; /* of Push, while max_workers threads run */
  guint  n_threads;
} Crew;

typedef struct
{
  Crew      *crew; /* (owned) */
  TfPoolFunc func;
  gpointer   user_data;
} Push;

#define OWN_TYPE_POOL (own_pool_get_type ())
G_DECLARE_FINAL_TYPE (OwnPool, own_pool, OWN, POOL, TfWorkerPool)

struct _OwnPool
{
  TfWorkerPool parent_instance;

  Crew *crew; /* (owned) */
};

G_DEFINE_FINAL_TYPE (OwnPool, own_pool, TF_TYPE_WORKER_POOL)

static void
crew_clear (gpointer data)
{
  Crew *crew = data;

  g_cond_clear (&crew->is_idle);
  g_mutex_clear (&crew->lock);
}

static gpointer
run_push (gpointer data)
{
  Push *push = data;

  while (push != NULL)
    {
      Crew *crew = push->crew;

      push->func (push->user_data);
      g_free (push);

      /* What had to wait for a thread is taken over. */
      g_mutex_lock (&crew->lock);
      push = g_queue_pop_head (&crew->waiting);
      if (push == NULL && --crew->n_threads == 0)
        g_cond_broadcast (&crew->is_idle);
      g_mutex_unlock (&crew->lock);
      g_atomic_rc_box_release_full (crew, crew_clear);
    }

  return NULL;
}

/* With the lock held. */
static gboolean
start_or_queue (OwnPool *self,
                Push    *push,
                GError **error)
{
  GThread *thread;

  /* The pool was closed before shutdown() waits for this lock, so what gets in here is waited for. */
  if (tf_worker_pool_is_closed (TF_WORKER_POOL (self)))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_CLOSED, "The pool has been shut down");
      return FALSE;
    }

  if (self->crew->n_threads >= tf_worker_pool_get_max_workers (TF_WORKER_POOL (self)))
    {
      g_queue_push_tail (&self->crew->waiting, push);
      return TRUE;
    }

  thread = g_thread_try_new ("own", run_push, push, error);
  if (thread == NULL)
    return FALSE;

  g_thread_unref (thread);
  self->crew->n_threads++;
  return TRUE;
}

static gboolean
own_pool_push (TfWorkerPool *pool,
               TfPoolFunc    func,
               gpointer      user_data,
               GError      **error)
{
  OwnPool *self = OWN_POOL (pool);
  Push    *push = g_new (Push, 1);
  gboolean is_taken;

  push->crew = g_atomic_rc_box_acquire (self->crew);
  push->func = func;
  push->user_data = user_data;

  g_mutex_lock (&self->crew->lock);
  is_taken = start_or_queue (self, push, error);
  g_mutex_unlock (&self->crew->lock);

  if (!is_taken)
    {
      g_atomic_rc_box_release_full (push->crew, crew_clear);
      g_free (push);
    }

  return is_taken;
}

static gboolean
own_pool_shutdown (TfWorkerPool *pool,
                   gint64        timeout_us,
                   GError      **error)
{
  Crew    *crew = OWN_POOL (pool)->crew;
  gint64   end_us = timeout_us < 0 ? G_MAXINT64 : g_get_monotonic_time () + timeout_us;
  gboolean is_idle = TRUE;

  g_mutex_lock (&crew->lock);
  while (crew->n_threads > 0 && is_idle)
    is_idle = g_cond_wait_until (&crew->is_idle, &crew->lock, end_us);
  is_idle = crew->n_threads == 0;
  g_mutex_unlock (&crew->lock);

  if (!is_idle)
    g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Some threads still run");
  return is_idle;
}

static void
own_pool_finalize (GObject *object)
{
  g_atomic_rc_box_release_full (OWN_POOL (object)->crew, crew_clear);
  G_OBJECT_CLASS (own_pool_parent_class)->finalize (object);
}

static void
own_pool_init (OwnPool *self)
{
  self->crew = g_atomic_rc_box_new0 (Crew);
  g_mutex_init (&self->crew->lock);
  g_cond_init (&self->crew->is_idle);
}

static void
own_pool_class_init (OwnPoolClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = own_pool_finalize;
  TF_WORKER_POOL_CLASS (klass)->push = own_pool_push;
  TF_WORKER_POOL_CLASS (klass)->shutdown = own_pool_shutdown;
}

/* The context. */

struct _OwnContext
{
  GObject parent_instance;

  gint is_closed; /* atomic */
};

static gboolean
own_context_is_closed (TfParallelContext *context)
{
  return g_atomic_int_get (&OWN_CONTEXT (context)->is_closed);
}

static void
own_context_close (TfParallelContext *context)
{
  g_atomic_int_set (&OWN_CONTEXT (context)->is_closed, TRUE);
}

static gboolean
check_open (TfParallelContext *context,
            GError           **error)
{
  if (!own_context_is_closed (context))
    return TRUE;

  g_set_error_literal (error, TF_ERROR, TF_ERROR_CLOSED, "The context has been closed");
  return FALSE;
}

static TfWorkerPool *
own_context_create_pool (TfParallelContext *context,
                         guint              max_workers,
                         GError           **error)
{
  if (!check_open (context, error))
    return NULL;

  return g_object_new (OWN_TYPE_POOL, "max-workers", max_workers, NULL);
}

static TfMessageRouter *
own_context_create_router (TfParallelContext *context,
                           GMainContext      *main_context,
                           GError           **error)
{
  if (!check_open (context, error))
    return NULL;

  return TF_MESSAGE_ROUTER (tf_thread_router_new (main_context));
}

static TfCancelFlag *
own_context_create_flag (TfParallelContext *context)
{
  return tf_cancel_flag_new ();
}

static void
own_context_iface_init (TfParallelContextInterface *iface)
{
  iface->create_pool = own_context_create_pool;
  iface->create_router = own_context_create_router;
  iface->create_flag = own_context_create_flag;
  iface->close = own_context_close;
  iface->is_closed = own_context_is_closed;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (OwnContext, own_context, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TF_TYPE_PARALLEL_CONTEXT,
                                                      own_context_iface_init))

static void
own_context_init (OwnContext *self)
{
}

static void
own_context_class_init (OwnContextClass *klass)
{
}

OwnContext *
own_context_new (void)
{
  return g_object_new (OWN_TYPE_CONTEXT, NULL);
}
