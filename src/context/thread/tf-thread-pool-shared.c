/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "context/thread/tf-thread-pool-private.h"

struct _TfThreadPool
{
  gint ref_count; /* [atomic] */
  gint n_users;   /* [atomic] executors */
  gint is_closed; /* [atomic] */
  gint is_short;  /* [atomic] a job waits for a thread that could not be made */

  TfLock       lock;
  GThreadPool *pool;        /* (owned) (nullable) [lock] */
  guint        max_threads; /* [lock] */
  guint        n_blocked;   /* [lock] threads that wait, and do not count */
};

static int get_limit_locked (TfThreadPool *self) TF_CALLER_HOLDS (self->lock);

static int
get_limit_locked (TfThreadPool *self)
{
  return (int) MIN (self->max_threads + self->n_blocked, G_MAXINT);
}

TfThreadPool *
tf__thread_pool_new (guint max_threads)
{
  TfThreadPool *self = g_new0 (TfThreadPool, 1);

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
  if (tf__sub (&self->ref_count, 1) != 1)
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

  tf__lock (&self->lock);
  max_threads = self->max_threads;
  tf__unlock (&self->lock);

  return max_threads;
}

void
tf__thread_pool_set_max_threads (TfThreadPool *self,
                                 guint         max_threads)
{
  tf__lock (&self->lock);
  self->max_threads = max_threads;
  if (self->pool != NULL)
    g_thread_pool_set_max_threads (self->pool, get_limit_locked (self), NULL);
  tf__unlock (&self->lock);
}

/* Called by a thread of the pool, so there is one. */
void
tf__thread_pool_block (TfThreadPool *self)
{
  tf__lock (&self->lock);
  self->n_blocked++;
  g_thread_pool_set_max_threads (self->pool, get_limit_locked (self), NULL);
  tf__unlock (&self->lock);
}

void
tf__thread_pool_unblock (TfThreadPool *self)
{
  tf__lock (&self->lock);
  self->n_blocked--;
  g_thread_pool_set_max_threads (self->pool, get_limit_locked (self), NULL);
  tf__unlock (&self->lock);
}

static void
run_job (gpointer data,
         gpointer user_data)
{
  TfPoolJob *job = data;

  job->run (job);
}

static GThreadPool *
ensure_pool (TfThreadPool *self)
{
  GThreadPool *pool;

  tf__lock (&self->lock);
  if (self->pool == NULL)
    self->pool = g_thread_pool_new (run_job, NULL, get_limit_locked (self), FALSE, NULL);
  pool = self->pool;
  tf__unlock (&self->lock);

  return pool;
}

void
tf__thread_pool_push (TfThreadPool *self,
                      TfPoolJob    *job)
{
  g_autoptr (GError) error = NULL;

  /* The job is in the queue of the pool in any case; without a thread it waits until one can be
   * made. */
  if (g_thread_pool_push (ensure_pool (self), job, &error))
    return;

  g_warning ("Work has to wait for a thread: %s", error->message);
  tf__store (&self->is_short, TRUE);
}

void
tf__thread_pool_try_again (TfThreadPool *self)
{
  if (!tf__load (&self->is_short) || !tf__exchange (&self->is_short, FALSE))
    return;

  /* That makes threads for what waits. */
  tf__lock (&self->lock);
  if (!g_thread_pool_set_max_threads (self->pool, get_limit_locked (self), NULL))
    tf__store (&self->is_short, TRUE);
  tf__unlock (&self->lock);
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
  return tf__load (&self->n_users) > 1 && g_thread_pool_unprocessed (ensure_pool (self)) > 0;
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
