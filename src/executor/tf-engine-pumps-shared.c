/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-engine-private.h"

#include "context/tf-worker-pool-private.h"
#include "core/tf-clock-private.h"

/* How long a pump looks for the next task before it gives its thread back. */
#define SPIN_US 20

/* Pumps: jobs in the thread pool, at most as many as there may be workers, which take one task after
 * the other.
 *
 * Starting one costs system calls and often the processor of whoever starts it, so:
 *
 * - a pump without a task, on its way from the pool or looking for one, is coming. Whoever appends a
 *   task starts a pump only if none is coming; but the first one always.
 * - a pump that took a task and leaves others behind, with none coming, starts the next before it
 *   runs. So tasks never wait for a free worker longer than that, also when the first of them waits
 *   for the second.
 * - a pump that finds no task looks for one for a moment before it leaves; one at a time. */

static void     add_arrival_locked (TfEngine *self,
                                    TfTask   *task) TF_CALLER_HOLDS (self->lock);
static guint    get_n_allowed_locked (TfEngine *self) TF_CALLER_HOLDS (self->lock);
static gboolean claim_pump_locked (TfEngine *self) TF_CALLER_HOLDS (self->lock);
static gboolean append_locked (TfEngine *self,
                               TfTask   *task,
                               gboolean  is_first,
                               gboolean *start_pump) TF_CALLER_HOLDS (self->lock);
static void     pump_leaves_locked (TfEngine *self) TF_CALLER_HOLDS (self->lock);

/* How many there may be: a pump whose task waits for others does not count. */
static guint
get_n_allowed_locked (TfEngine *self)
{
  return self->max_workers + self->n_blocked;
}

/* TRUE if one is needed, which the caller has to start: it is counted from now on. */
static gboolean
claim_pump_locked (TfEngine *self)
{
  if (tf__queue_is_empty (&self->queue) || self->n_coming > 0 ||
      self->n_pumps >= get_n_allowed_locked (self))
    return FALSE;

  self->n_pumps++;
  tf__store (&self->n_coming, self->n_coming + 1);
  return TRUE;
}

static void
pump_leaves_locked (TfEngine *self)
{
  self->n_pumps--;
  if (self->is_awaited)
    g_cond_broadcast (&self->pump_left);
}

/* The queue */

static void
add_arrival_locked (TfEngine *self,
                    TfTask   *task)
{
  if (self->last_arrival == NULL)
    tf__store (&self->first_arrival, task);
  else
    self->last_arrival->next_live = task;
  self->last_arrival = task;
}

/* Returns FALSE if the task was cancelled. A cancel steps the cancel state first, and takes the task out of the queue
 * after, under this lock. */
static gboolean
append_locked (TfEngine *self,
               TfTask   *task,
               gboolean  is_first,
               gboolean *start_pump)
{
  if (!tf__task_is_wanted (task))
    return FALSE;

  if (is_first)
    tf__queue_push_first (&self->queue, task);
  else
    tf__queue_push (&self->queue, task);
  *start_pump = claim_pump_locked (self);
  return TRUE;
}

/* Without the lock. A task that is not queued ends here, with its reference. */
static void
appended (TfEngine *self,
          TfTask   *task,
          gboolean  is_queued,
          gboolean  start_pump)
{
  if (start_pump)
    tf__engine_start_pump (self);
  else if (!is_queued)
    tf__task_end_unrun (task);
  else
    tf__engine_try_again (self);
}

gboolean
tf__engine_try_again (TfEngine *self)
{
  if (self->pool != NULL)
    return tf__thread_pool_try_again (self->pool);

  return tf__worker_pool_is_own (self->worker_pool) &&
         tf__worker_pool_try_again (self->worker_pool);
}

void
tf__engine_watch_shortage (TfEngine *self)
{
  gboolean is_short;

  if (self->pool != NULL)
    is_short = tf__thread_pool_is_short (self->pool);
  else
    is_short = tf__worker_pool_is_own (self->worker_pool) &&
               tf__worker_pool_is_short (self->worker_pool);

  if (is_short)
    tf__call_post (&self->shortage);
}

void
tf__engine_enqueue (TfEngine *self,
                    TfTask   *task,
                    gboolean  is_reserved)
{
  gboolean is_queued;
  gboolean start_pump = FALSE;

  tf__lock (&self->lock);
  if (!task->is_live)
    add_arrival_locked (self, task);
  if (!is_reserved)
    tf__store_relaxed (&self->n_submitted, self->n_submitted + 1);

  /* Stopped on its own thread since the reservation: accepted, and cancelled as those before it
   * were. */
  if (self->state != TF_EXECUTOR_STATE_RUNNING)
    tf__pipe_step (&task->work.pipe, TF_CANCEL_EVENT_CANCEL);

  is_queued = append_locked (self, task, FALSE, &start_pump);
  tf__unlock (&self->lock);

  appended (self, task, is_queued, start_pump);
}

gboolean
tf__engine_unqueue (TfEngine *self,
                    TfTask   *task)
{
  gboolean is_queued;

  tf__lock (&self->lock);
  is_queued = task->is_queued;
  if (is_queued)
    tf__queue_unlink (&self->queue, task);
  tf__unlock (&self->lock);

  return is_queued;
}

gboolean
tf__engine_set_priority (TfEngine *self,
                         TfTask   *task,
                         int       priority)
{
  gboolean is_queued;

  tf__lock (&self->lock);
  is_queued = task->is_queued;
  if (is_queued && task->priority != priority)
    {
      tf__queue_unlink (&self->queue, task);
      task->priority = priority;
      tf__queue_push (&self->queue, task);
    }
  tf__unlock (&self->lock);

  return is_queued;
}

/* The life of a pump */

static void
run_pump (gpointer data)
{
  TfPoolJob *job = data;

  job->run (job);
}

/* The pool was shut down although tasks wait: nobody will run them. */
static void
give_up_queue (TfEngine *self,
               GError   *error)
{
  g_autoptr (GPtrArray) tasks = g_ptr_array_new ();

  /* Taken out of the queue with its reference, so that each is given up once. */
  tf__lock (&self->lock);
  self->n_pumps--;
  tf__store (&self->n_coming, self->n_coming - 1);
  while (self->n_pumps == 0 && !tf__queue_is_empty (&self->queue))
    {
      TfTask *task = tf__queue_get_first (&self->queue);

      tf__queue_unlink (&self->queue, task);
      g_ptr_array_add (tasks, task);
    }
  tf__unlock (&self->lock);

  if (tasks->len > 0)
    g_warning ("%u tasks are cancelled, since no worker can run them: %s", tasks->len,
               error->message);
  for (guint i = 0; i < tasks->len; i++)
    {
      TfTask *task = tasks->pdata[i];

      tf__task_request_cancel (task);
      tf__task_end_unrun (task);
    }

  tf__engine_unref (self);
}

/* With the reference of the pump, which may have come and gone when this returns. */
static void
push_pump (TfEngine *self)
{
  g_autoptr (GError) error = NULL;

  tf__engine_ref (self);
  if (self->pool != NULL)
    tf__thread_pool_push (self->pool, &self->job);
  else if (!tf__worker_pool_push_pump (self->worker_pool, run_pump, &self->job, &error))
    give_up_queue (self, error);
  tf__engine_watch_shortage (self);
  tf__engine_unref (self);
}

void
tf__engine_start_pump (TfEngine *self)
{
  push_pump (tf__engine_ref (self));
}

gboolean
tf__engine_is_crowded (TfEngine *self)
{
  if (self->pool != NULL)
    return tf__thread_pool_is_crowded (self->pool);

  /* A pool of somebody else's is given one task for each push. */
  return !tf__worker_pool_is_own (self->worker_pool) ||
         tf__worker_pool_is_crowded (self->worker_pool);
}

static gboolean
is_pool_context_closed (TfEngine *self)
{
  TfParallelContext *pool_context = NULL;
  gboolean           is_closed;

  tf__lock (&self->lock);
  g_set_object (&pool_context, self->pool_context);
  tf__unlock (&self->lock);

  is_closed = pool_context != NULL && tf_parallel_context_is_closed (pool_context);
  g_clear_object (&pool_context);
  return is_closed;
}

gboolean
tf__engine_is_closed (TfEngine *self)
{
  if (self->pool != NULL)
    return tf__thread_pool_is_closed (self->pool);

  return tf_worker_pool_is_closed (self->worker_pool) || is_pool_context_closed (self);
}

static TfTask *take_task_locked (TfEngine *self,
                                 gboolean *start_next) TF_CALLER_HOLDS (self->lock);

static TfTask *
take_task_locked (TfEngine *self,
                  gboolean *start_next)
{
  TfTask *task = tf__queue_get_first (&self->queue);

  tf__queue_unlink (&self->queue, task);
  *start_next = claim_pump_locked (self);

  return task;
}

/* Waits a moment for a task, since one often comes. It yields the processor: its own wake-up may have
 * put the owner on the same one. */
static void
look_for_task (TfEngine *self)
{
  gint64 end_us = g_get_monotonic_time () + SPIN_US;

  while (tf__queue_is_empty (&self->queue) && g_get_monotonic_time () < end_us)
    g_thread_yield ();
}

TfTask *
tf__engine_take_task (TfEngine *self,
                      gboolean  has_arrived,
                      gboolean *start_next)
{
  TfTask  *task = NULL;
  gboolean is_looking;

  *start_next = FALSE;

  tf__lock (&self->lock);
  if (has_arrived)
    tf__store (&self->n_coming, self->n_coming - 1);

  is_looking = tf__queue_is_empty (&self->queue) && self->n_coming == 0 &&
               self->n_pumps <= get_n_allowed_locked (self);
  if (is_looking)
    {
      tf__store (&self->n_coming, self->n_coming + 1);
      tf__unlock (&self->lock);
      look_for_task (self);
      tf__lock (&self->lock);
      tf__store (&self->n_coming, self->n_coming - 1);
    }

  if (tf__queue_is_empty (&self->queue) || self->n_pumps > get_n_allowed_locked (self))
    pump_leaves_locked (self);
  else
    task = take_task_locked (self, start_next);
  tf__unlock (&self->lock);

  return task;
}

/* Whether the first task of the queue is nobody else's. With several workers it never is: if the one in front of it
 * takes its time, another worker could begin a later one before it. */
static gboolean may_take_ahead_locked (TfEngine *self,
                                       int       priority) TF_CALLER_HOLDS (self->lock);

static gboolean
may_take_ahead_locked (TfEngine *self,
                       int       priority)
{
  return !tf__queue_is_empty (&self->queue) && self->n_coming == 0 && self->n_pumps == 1 &&
         get_n_allowed_locked (self) == 1 &&
         tf__queue_get_first (&self->queue)->priority == priority;
}

TfTask *
tf__engine_take_ahead (TfEngine *self,
                       int       priority)
{
  TfTask *task = NULL;

  if (tf__queue_is_empty (&self->queue) || tf__engine_is_crowded (self))
    return NULL;

  tf__lock (&self->lock);
  if (may_take_ahead_locked (self, priority))
    {
      task = tf__queue_get_first (&self->queue);
      tf__queue_unlink (&self->queue, task);
    }
  tf__unlock (&self->lock);

  return task;
}

void
tf__engine_put_back (TfEngine *self,
                     TfTask   *task)
{
  gboolean is_queued;
  gboolean start_pump = FALSE;

  tf__lock (&self->lock);
  is_queued = append_locked (self, task, TRUE, &start_pump);
  tf__unlock (&self->lock);

  appended (self, task, is_queued, start_pump);
}

/* To the end of the queue of the pool, so that the pumps of other executors have their turn. */
gboolean
tf__engine_return_pump (TfEngine *self)
{
  gboolean is_needed;

  tf__lock (&self->lock);
  is_needed = !tf__queue_is_empty (&self->queue) && self->n_pumps <= get_n_allowed_locked (self);
  if (is_needed)
    tf__store (&self->n_coming, self->n_coming + 1);
  else
    pump_leaves_locked (self);
  tf__unlock (&self->lock);

  if (is_needed)
    push_pump (self);

  return is_needed;
}

guint
tf__engine_get_max_workers (TfEngine *self)
{
  guint max_workers;

  tf__lock (&self->lock);
  max_workers = self->max_workers;
  tf__unlock (&self->lock);

  return max_workers;
}

void
tf__engine_set_max_workers (TfEngine *self,
                            guint     max_workers)
{
  gboolean start_pump;

  tf__lock (&self->lock);
  self->max_workers = max_workers;
  start_pump = claim_pump_locked (self);
  tf__unlock (&self->lock);

  if (start_pump)
    tf__engine_start_pump (self);
}

/* Pools of other makers have as many workers as they have. */
static gboolean
may_have_more_workers (TfEngine *self)
{
  return self->pool != NULL || tf__worker_pool_is_own (self->worker_pool);
}

gboolean
tf__engine_block_worker (TfEngine *self)
{
  gboolean start_pump;

  if (!may_have_more_workers (self))
    return FALSE;

  if (self->pool != NULL)
    tf__thread_pool_block (self->pool);
  else
    tf__worker_pool_block (self->worker_pool);
  tf__engine_watch_shortage (self);

  tf__lock (&self->lock);
  self->n_blocked++;
  start_pump = claim_pump_locked (self);
  tf__unlock (&self->lock);

  if (start_pump)
    tf__engine_start_pump (self);
  return TRUE;
}

/* The pump that came in its place leaves when it has done what it is doing. */
void
tf__engine_unblock_worker (TfEngine *self)
{
  tf__lock (&self->lock);
  self->n_blocked--;
  tf__unlock (&self->lock);

  if (self->pool != NULL)
    tf__thread_pool_unblock (self->pool);
  else
    tf__worker_pool_unblock (self->worker_pool);
}

/* Those that have not arrived are not waited for: they may be behind the long work of another
 * executor. */
gboolean
tf__engine_wait_for_pumps (TfEngine *self,
                           gint64    deadline_us)
{
  gboolean is_in_time = TRUE;

  tf__lock (&self->lock);
  self->is_awaited = TRUE;
  while (self->n_pumps > (guint) self->n_coming && is_in_time)
    is_in_time = tf__clock_wait (&self->lock, &self->pump_left, deadline_us);
  self->is_awaited = FALSE;
  is_in_time = self->n_pumps <= (guint) self->n_coming;
  tf__unlock (&self->lock);

  return is_in_time;
}
