/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "context/thread/tf-thread-pool-private.h"

#include "core/tf-fork-private.h"

/* 1 + tf__fork_count() of the first process that made a GThreadPool, or 0. GLib keeps the threads of all pools
 * together, and goes on counting on them in a child by fork(), where they do not run. */
static guint first_pool_forks; /* [atomic] */

struct _TfThreadPool
{
  guint n_forks;   /* [const] of the process that made it: tf__fork_count() */
  gint  ref_count; /* [atomic] */
  gint  n_users;   /* [atomic] executors */
  gint  is_closed; /* [atomic] */
  gint  is_short;  /* [atomic] a job waits for a thread that could not be made */
  gint  has_timer; /* [atomic] a loop tries again */

  TfLock       lock;
  GThreadPool *pool;        /* (owned) (nullable) [lock] made with the first job */
  GQueue       waiting;     /* of TfPoolJob [lock] as long as there is no GThreadPool */
  guint        max_threads; /* [lock] */
  guint        n_blocked;   /* [lock] threads that wait, and do not count */
};

static int      get_limit_locked (TfThreadPool *self) TF_CALLER_HOLDS (self->lock);
static gboolean ensure_pool_locked (TfThreadPool *self,
                                    GError      **error) TF_CALLER_HOLDS (self->lock);
static void     apply_limit_locked (TfThreadPool *self) TF_CALLER_HOLDS (self->lock);
static gboolean push_waiting_locked (TfThreadPool *self) TF_CALLER_HOLDS (self->lock);

static int
get_limit_locked (TfThreadPool *self)
{
  return (int) MIN (self->max_threads + self->n_blocked, G_MAXINT);
}

TfThreadPool *
tf__thread_pool_new (guint max_threads)
{
  TfThreadPool *self = g_new0 (TfThreadPool, 1);

  self->n_forks = tf__fork_count ();
  self->ref_count = 1;
  self->max_threads = max_threads;
  tf__lock_init (&self->lock);
  return self;
}

TfThreadPool *
tf__thread_pool_ref (TfThreadPool *self)
{
  tf__add (&self->ref_count, 1);
  return self;
}

void
tf__thread_pool_unref (TfThreadPool *self)
{
  /* The parent, by fork(), of this process ends its own threads. */
  if (tf__sub (&self->ref_count, 1) != 1 || tf__is_inherited (self->n_forks))
    return;

  /* Neither waits nor drops anything: a job that still comes has its own reference on what it
   * needs, and this may be one of the threads of the pool. */
  if (self->pool != NULL)
    g_thread_pool_free (self->pool, FALSE, FALSE);

  tf__lock_clear (&self->lock);
  g_free (self);
}

guint
tf__thread_pool_get_max_threads (TfThreadPool *self)
{
  guint max_threads;

  /* A thread of the parent may have held the lock. */
  if (tf__is_inherited (self->n_forks))
    return self->max_threads;

  tf__lock (&self->lock);
  max_threads = self->max_threads;
  tf__unlock (&self->lock);

  return max_threads;
}

/* Makes threads for jobs that wait, if there may be more. */
static void
apply_limit_locked (TfThreadPool *self)
{
  if (self->pool != NULL &&
      !g_thread_pool_set_max_threads (self->pool, get_limit_locked (self), NULL))
    tf__store (&self->is_short, TRUE);
}

void
tf__thread_pool_set_max_threads (TfThreadPool *self,
                                 guint         max_threads)
{
  tf__lock (&self->lock);
  self->max_threads = max_threads;
  apply_limit_locked (self);
  tf__unlock (&self->lock);
}

void
tf__thread_pool_block (TfThreadPool *self)
{
  tf__lock (&self->lock);
  self->n_blocked++;
  apply_limit_locked (self);
  tf__unlock (&self->lock);
}

void
tf__thread_pool_unblock (TfThreadPool *self)
{
  tf__lock (&self->lock);
  self->n_blocked--;
  apply_limit_locked (self);
  tf__unlock (&self->lock);
}

static void
run_job (gpointer data,
         gpointer user_data)
{
  TfPoolJob *job = data;

  job->run (job);
}

static gpointer
do_nothing (gpointer data)
{
  return data;
}

/* From version 2.76 on, GLib starts a thread of its own with the first pool of a program, and ends the program if it
 * cannot. So that is only tried when a thread could be made just before. */
static gboolean
can_make_pools (GError **error)
{
  static gint could_before; /* [atomic] */
  GThread    *thread;

  if (tf__load (&could_before))
    return TRUE;

  thread = g_thread_try_new ("tf-probe", do_nothing, NULL, error);
  if (thread == NULL)
    return FALSE;

  g_thread_join (thread);
  tf__store (&could_before, TRUE);
  return TRUE;
}

static gboolean
ensure_pool_locked (TfThreadPool *self,
                    GError      **error)
{
  if (self->pool == NULL && can_make_pools (error))
    {
      guint none = 0;

      tf__cas (&first_pool_forks, &none, tf__fork_count () + 1);
      self->pool = g_thread_pool_new (run_job, NULL, get_limit_locked (self), FALSE, NULL);
    }

  return self->pool != NULL;
}

void
tf__thread_pool_push (TfThreadPool *self,
                      TfPoolJob    *job)
{
  g_autoptr (GError) error = NULL;
  GThreadPool       *pool;

  tf__lock (&self->lock);
  if (!ensure_pool_locked (self, &error))
    g_queue_push_tail (&self->waiting, job);
  pool = self->pool;
  tf__unlock (&self->lock);

  /* The job is in the queue of the pool in any case. */
  if (pool != NULL && g_thread_pool_push (pool, job, &error))
    return;

  tf__store (&self->is_short, TRUE);
  g_warning ("Work has to wait for a thread: %s", error->message);
}

gboolean
tf__thread_pool_is_inherited (TfThreadPool *self)
{
  guint first = tf__load (&first_pool_forks);

  return tf__is_inherited (self->n_forks) || (first != 0 && tf__is_inherited (first - 1));
}

gboolean
tf__thread_pool_is_short (TfThreadPool *self)
{
  return tf__load (&self->is_short);
}

/* FALSE if a thread is missing. */
static gboolean
push_waiting_locked (TfThreadPool *self)
{
  gboolean is_complete = TRUE;

  if (!ensure_pool_locked (self, NULL))
    return FALSE;

  while (!g_queue_is_empty (&self->waiting))
    is_complete &= g_thread_pool_push (self->pool, g_queue_pop_head (&self->waiting), NULL);

  return is_complete && g_thread_pool_set_max_threads (self->pool, get_limit_locked (self), NULL);
}

gboolean
tf__thread_pool_try_again (TfThreadPool *self)
{
  gboolean is_short;

  /* Mostly there are threads. */
  if (!tf__load (&self->is_short))
    return FALSE;

  tf__lock (&self->lock);
  is_short = !push_waiting_locked (self);
  tf__store (&self->is_short, is_short);
  tf__unlock (&self->lock);

  return is_short;
}

static gboolean
on_retry_cb (gpointer user_data)
{
  return tf__thread_pool_try_again (user_data) ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static void
timer_gone (gpointer user_data)
{
  TfThreadPool *self = user_data;

  tf__store (&self->has_timer, FALSE);
  tf__thread_pool_unref (self);
}

void
tf__thread_pool_try_again_later (TfThreadPool *self)
{
  g_autoptr (GMainContext) context = NULL;
  g_autoptr (GSource)      source = NULL;

  if (tf__exchange (&self->has_timer, TRUE))
    return;

  context = g_main_context_ref_thread_default ();
  source = g_timeout_source_new (TF_THREAD_RETRY_US / 1000);
  g_source_set_callback (source, on_retry_cb, tf__thread_pool_ref (self), timer_gone);
  g_source_set_static_name (source, "[tf] threads");
  g_source_attach (source, context);
}

void
tf__thread_pool_enter (TfThreadPool *self)
{
  tf__add (&self->n_users, 1);
}

void
tf__thread_pool_leave (TfThreadPool *self)
{
  tf__sub (&self->n_users, 1);
}

gboolean
tf__thread_pool_is_crowded (TfThreadPool *self)
{
  GThreadPool *pool;

  if (tf__load (&self->n_users) <= 1)
    return FALSE;

  tf__lock (&self->lock);
  pool = self->pool;
  tf__unlock (&self->lock);

  return pool != NULL && g_thread_pool_unprocessed (pool) > 0;
}

void
tf__thread_pool_close (TfThreadPool *self)
{
  tf__store (&self->is_closed, TRUE);
}

gboolean
tf__thread_pool_is_closed (TfThreadPool *self)
{
  return tf__load (&self->is_closed);
}
