/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-engine-private.h"

#include "context/tf-worker-pool-private.h"
#include "core/tf-revive-private.h"

TfEngine *
tf__engine_new (GMainContext      *context,
                TfThreadPool      *pool,
                TfWorkerPool      *worker_pool,
                TfParallelContext *pool_context,
                guint              max_workers,
                gpointer           facade)
{
  TfEngine *self = g_new0 (TfEngine, 1);

  self->ref_count = 1;
  self->host.klass = &tf__engine_host_class;
  self->host.dispatcher = &self->dispatcher;
  tf__dispatcher_init (&self->dispatcher, &tf__engine_dispatcher_class, self, context);
  tf__engine_init_calls (self);
  self->job.run = tf__pump_run;
  if (worker_pool != NULL && tf__worker_pool_get_runner (worker_pool) != NULL)
    {
      self->host.runner = tf__worker_pool_get_runner (worker_pool);
      self->host.runner->klass->ref (self->host.runner);
    }
  if (pool != NULL)
    {
      self->pool = tf__thread_pool_ref (pool);
      tf__thread_pool_enter (pool);
    }
  if (pool != NULL)
    self->has_inherited_workers = tf__thread_pool_is_inherited (pool);
  else if (tf__worker_pool_is_own (worker_pool))
    self->has_inherited_workers = tf__worker_pool_is_inherited (worker_pool);
  g_set_object (&self->worker_pool, worker_pool);
  g_set_object (&self->pool_context, pool_context);
  self->max_workers = max_workers;
  tf__queue_init (&self->queue);
  tf__lock_init (&self->lock);
  g_cond_init (&self->pump_left);
  self->facade = facade;
  return self;
}

TfEngine *
tf__engine_ref (TfEngine *self)
{
  tf__add (&self->ref_count, 1);
  return self;
}

void
tf__engine_unref (TfEngine *self)
{
  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  g_clear_pointer (&self->list, tf__live_list_free);
  g_cond_clear (&self->pump_left);
  tf__lock_clear (&self->lock);
  tf__queue_clear (&self->queue);
  if (self->pool != NULL)
    {
      tf__thread_pool_leave (self->pool);
      tf__thread_pool_unref (self->pool);
    }
  g_clear_object (&self->worker_pool);
  g_clear_object (&self->pool_context);
  if (self->host.runner != NULL)
    self->host.runner->klass->unref (self->host.runner);
  tf__dispatcher_clear (&self->dispatcher);
  g_free (self);
}

/* State */

TfExecutorState
tf__engine_get_state (TfEngine *self)
{
  return tf__load (&self->state);
}

void
tf__engine_store_state (TfEngine       *self,
                        TfExecutorState state)
{
  TfParallelContext *pool_context = NULL;

  /* Under the lock, so that a submission on another thread comes before, and is cancelled, or
   * after, and is refused. */
  tf__lock (&self->lock);
  tf__store (&self->state, state);
  if (state == TF_EXECUTOR_STATE_STOPPED)
    pool_context = g_steal_pointer (&self->pool_context);
  tf__unlock (&self->lock);

  if (pool_context == NULL)
    return;

  /* Nothing is wanted any more, so there is nothing to wait for. */
  tf_worker_pool_shutdown (self->worker_pool, 0, NULL);
  g_object_unref (pool_context);
}

gboolean
tf__engine_is_facade_gone (TfEngine *self)
{
  return tf__load (&self->is_facade_gone);
}

void
tf__engine_set_facade_gone (TfEngine *self,
                            gboolean  keep)
{
  if (keep)
    tf__store (&self->leaving, g_object_ref (self->facade));

  tf__store (&self->is_facade_gone, TRUE);
}

void
tf__engine_free_facade (TfEngine *self)
{
  gpointer facade = tf__exchange (&self->leaving, NULL);

  if (facade == NULL)
    return;

  tf__revive_wait (facade);
  g_object_unref (facade);
}

/* Counts */

static guint
get_difference (const guint *all,
                const guint *gone)
{
  return tf__load_relaxed (all) - tf__load_relaxed (gone);
}

guint
tf__engine_get_n_waiting (TfEngine *self)
{
  return get_difference (&self->n_submitted, &self->n_seen) -
         tf__load_relaxed (&self->n_left_waiting);
}

guint
tf__engine_get_n_executing (TfEngine *self)
{
  return get_difference (&self->n_seen, &self->n_left_executing);
}

guint
tf__engine_get_n_aborted (TfEngine *self)
{
  return get_difference (&self->n_given_up, &self->n_late);
}

guint
tf__engine_get_n_open (TfEngine *self)
{
  return get_difference (&self->n_submitted, &self->n_ended);
}

guint
tf__engine_get_n_pending (TfEngine *self)
{
  return tf__engine_get_n_open (self) - tf__engine_get_n_aborted (self);
}

guint
tf__engine_get_n_unsettled (TfEngine *self)
{
  return get_difference (&self->n_submitted, &self->n_settled);
}

void
tf__engine_count (TfEngine *self,
                  guint    *number)
{
  tf__store_relaxed (number, *number + 1);
  self->are_counts_new = TRUE;
}

void
tf__engine_announce (TfEngine *self)
{
  tf__call_post (&self->arrival);
}

gboolean
tf__engine_has_arrivals (TfEngine *self)
{
  return tf__load (&self->first_arrival) != NULL;
}

/* The tasks that were submitted on other threads since the last call, in order, linked by next_live. */
TfTask *
tf__engine_take_arrivals (TfEngine *self)
{
  TfTask *first;

  tf__lock (&self->lock);
  first = self->first_arrival;
  tf__store (&self->first_arrival, NULL);
  self->last_arrival = NULL;
  tf__unlock (&self->lock);

  return first;
}

gboolean
tf__engine_reserve (TfEngine *self)
{
  gboolean is_running;

  tf__lock (&self->lock);
  is_running = self->state == TF_EXECUTOR_STATE_RUNNING;
  if (is_running)
    tf__store_relaxed (&self->n_submitted, self->n_submitted + 1);
  tf__unlock (&self->lock);

  return is_running;
}
