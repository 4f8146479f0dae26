/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-engine-private.h"

#include "context/tf-worker-pool-private.h"
#include "core/tf-clock-private.h"
#include "core/tf-revive-private.h"

/* How long a pump looks for the next task before it gives its thread back. */
#define SPIN_US 20

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
  tf__pipe_init (&self->pipe, &tf__engine_pipe_class);
  self->pipe.dispatcher = &self->dispatcher;
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
  g_set_object (&self->worker_pool, worker_pool);
  g_set_object (&self->pool_context, pool_context);
  self->max_workers = max_workers;
  self->fifos = g_ptr_array_new ();
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
  for (guint i = 0; i < self->fifos->len; i++)
    g_free (self->fifos->pdata[i]);
  g_ptr_array_unref (self->fifos);
  if (self->pool != NULL)
    {
      tf__thread_pool_leave (self->pool);
      tf__thread_pool_unref (self->pool);
    }
  g_clear_object (&self->worker_pool);
  g_clear_object (&self->pool_context);
  if (self->host.runner != NULL)
    self->host.runner->klass->unref (self->host.runner);
  tf__pipe_clear (&self->pipe);
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
tf__engine_get_n_abandoned (TfEngine *self)
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
  return tf__engine_get_n_open (self) - tf__engine_get_n_abandoned (self);
}

void
tf__engine_count (TfEngine *self,
                  guint    *number)
{
  tf__store_relaxed (number, *number + 1);
  self->are_counts_new = TRUE;
}

gboolean
tf__engine_is_list_wanted (TfEngine *self)
{
  return tf__load (&self->is_list_wanted);
}

void
tf__engine_want_list (TfEngine *self)
{
  tf__store (&self->is_list_wanted, TRUE);
}

void
tf__engine_announce (TfEngine *self)
{
  tf__pipe_post (&self->pipe, TF_NEWS_STARTED);
}

/* The queue: one FIFO for each priority in use. */

static guint    find_fifo_locked (TfEngine *self,
                                  int       priority) TF_CALLER_HOLDS (self->lock);
static void     queue_push_locked (TfEngine *self,
                                   TfTask   *task) TF_CALLER_HOLDS (self->lock);
static void     queue_push_first_locked (TfEngine *self,
                                         TfTask   *task) TF_CALLER_HOLDS (self->lock);
static TfFifo  *ensure_fifo_locked (TfEngine *self,
                                    int       priority) TF_CALLER_HOLDS (self->lock);
static void     queue_unlink_locked (TfEngine *self,
                                     TfTask   *task) TF_CALLER_HOLDS (self->lock);
static void     add_arrival_locked (TfEngine *self,
                                    TfTask   *task) TF_CALLER_HOLDS (self->lock);
static guint    get_n_allowed_locked (TfEngine *self) TF_CALLER_HOLDS (self->lock);
static gboolean needs_pump_locked (TfEngine *self) TF_CALLER_HOLDS (self->lock);
static void     announce_pump_locked (TfEngine *self) TF_CALLER_HOLDS (self->lock);
static void     pump_leaves_locked (TfEngine *self) TF_CALLER_HOLDS (self->lock);

/* The index of the FIFO of a priority, or where it belongs. */
static guint
find_fifo_locked (TfEngine *self,
                  int       priority)
{
  guint low = 0;
  guint high = self->fifos->len;

  while (low < high)
    {
      guint         middle = (low + high) / 2;
      const TfFifo *fifo = self->fifos->pdata[middle];

      if (fifo->priority == priority)
        return middle;

      if (fifo->priority < priority)
        low = middle + 1;
      else
        high = middle;
    }

  return low;
}

static TfFifo *
ensure_fifo_locked (TfEngine *self,
                    int       priority)
{
  guint   index = find_fifo_locked (self, priority);
  TfFifo *fifo = index < self->fifos->len ? self->fifos->pdata[index] : NULL;

  if (self->n_queued == 0 && self->fifos->len == 1)
    {
      fifo = self->fifos->pdata[0];
      fifo->priority = priority;
    }
  else if (fifo == NULL || fifo->priority != priority)
    {
      fifo = g_new0 (TfFifo, 1);
      fifo->priority = priority;
      g_ptr_array_insert (self->fifos, (int) index, fifo);
    }

  return fifo;
}

static void
queue_push_locked (TfEngine *self,
                   TfTask   *task)
{
  TfFifo *fifo = ensure_fifo_locked (self, task->priority);

  task->previous_queued = fifo->last;
  if (fifo->last == NULL)
    fifo->first = task;
  else
    fifo->last->next_queued = task;
  fifo->last = task;

  task->is_queued = TRUE;
  tf__store (&self->n_queued, self->n_queued + 1);
}

static void
queue_push_first_locked (TfEngine *self,
                         TfTask   *task)
{
  TfFifo *fifo = ensure_fifo_locked (self, task->priority);

  task->next_queued = fifo->first;
  if (fifo->first == NULL)
    fifo->last = task;
  else
    fifo->first->previous_queued = task;
  fifo->first = task;

  task->is_queued = TRUE;
  tf__store (&self->n_queued, self->n_queued + 1);
}

static void
queue_unlink_locked (TfEngine *self,
                     TfTask   *task)
{
  guint   index = find_fifo_locked (self, task->priority);
  TfFifo *fifo = self->fifos->pdata[index];

  if (task->previous_queued == NULL)
    fifo->first = task->next_queued;
  else
    task->previous_queued->next_queued = task->next_queued;

  if (task->next_queued == NULL)
    fifo->last = task->previous_queued;
  else
    task->next_queued->previous_queued = task->previous_queued;

  task->next_queued = NULL;
  task->previous_queued = NULL;
  task->is_queued = FALSE;
  tf__store (&self->n_queued, self->n_queued - 1);

  /* The last one is kept, since the queue runs empty often. */
  if (fifo->first == NULL && self->fifos->len > 1)
    g_free (g_ptr_array_remove_index (self->fifos, index));
}

/* The tasks that were submitted on other threads since the last call, in order, linked by next_live. */
TfTask *
tf__engine_take_arrivals (TfEngine *self)
{
  TfTask *first;

  tf__lock (&self->lock);
  first = g_steal_pointer (&self->first_arrival);
  self->last_arrival = NULL;
  tf__unlock (&self->lock);

  return first;
}

static void
add_arrival_locked (TfEngine *self,
                    TfTask   *task)
{
  if (self->last_arrival == NULL)
    self->first_arrival = task;
  else
    self->last_arrival->next_live = task;
  self->last_arrival = task;
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
    tf__pipe_move_fate (&task->pipe, TF_FATE_OPEN, TF_FATE_CANCEL_ASKED);

  /* Whoever cancels writes the fate first and takes the task out of the queue after, under this
   * lock. */
  is_queued = tf__pipe_get_fate (&task->pipe) == TF_FATE_OPEN;
  if (is_queued)
    {
      queue_push_locked (self, task);
      start_pump = needs_pump_locked (self);
      if (start_pump)
        announce_pump_locked (self);
    }
  tf__unlock (&self->lock);

  if (start_pump)
    tf__engine_start_pump (self);
  else if (!is_queued)
    tf__pipe_post_last (&task->pipe, TF_NEWS_FINAL);
}

gboolean
tf__engine_unqueue (TfEngine *self,
                    TfTask   *task)
{
  gboolean is_queued;

  tf__lock (&self->lock);
  is_queued = task->is_queued;
  if (is_queued)
    queue_unlink_locked (self, task);
  tf__unlock (&self->lock);

  return is_queued;
}

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

/* How many there may be: a pump whose task waits for others does not count. */
static guint
get_n_allowed_locked (TfEngine *self)
{
  return self->max_workers + self->n_blocked;
}

static gboolean
needs_pump_locked (TfEngine *self)
{
  return self->n_queued > 0 && self->n_coming == 0 && self->n_pumps < get_n_allowed_locked (self);
}

static void
announce_pump_locked (TfEngine *self)
{
  self->n_pumps++;
  tf__store (&self->n_coming, self->n_coming + 1);
}

static void
pump_leaves_locked (TfEngine *self)
{
  self->n_pumps--;
  if (self->is_awaited)
    g_cond_broadcast (&self->pump_left);
}

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
  while (self->n_pumps == 0 && self->n_queued > 0)
    {
      TfTask *task = ((TfFifo *) self->fifos->pdata[0])->first;

      queue_unlink_locked (self, task);
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
      tf__pipe_post_last (&task->pipe, TF_NEWS_FINAL);
    }

  tf__engine_unref (self);
}

/* With the reference of the pump. */
static void
push_pump (TfEngine *self)
{
  g_autoptr (GError) error = NULL;

  if (self->pool != NULL)
    tf__thread_pool_push (self->pool, &self->job);
  else if (!tf__worker_pool_push_pump (self->worker_pool, run_pump, &self->job, &error))
    give_up_queue (self, error);
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
  TfTask *task = ((TfFifo *) self->fifos->pdata[0])->first;

  queue_unlink_locked (self, task);
  *start_next = needs_pump_locked (self);
  if (*start_next)
    announce_pump_locked (self);

  return task;
}

/* Waits a moment for a task, since one often comes. It yields the processor: its own wake-up may have
 * put the owner on the same one. */
static void
look_for_task (TfEngine *self)
{
  gint64 end_us = g_get_monotonic_time () + SPIN_US;

  while (tf__load (&self->n_queued) == 0 && g_get_monotonic_time () < end_us)
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

  is_looking = self->n_queued == 0 && self->n_coming == 0 &&
               self->n_pumps <= get_n_allowed_locked (self);
  if (is_looking)
    {
      tf__store (&self->n_coming, self->n_coming + 1);
      tf__unlock (&self->lock);
      look_for_task (self);
      tf__lock (&self->lock);
      tf__store (&self->n_coming, self->n_coming - 1);
    }

  if (self->n_queued == 0 || self->n_pumps > get_n_allowed_locked (self))
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
  return self->n_queued > 0 && self->n_coming == 0 && self->n_pumps == 1 &&
         get_n_allowed_locked (self) == 1 &&
         ((TfFifo *) self->fifos->pdata[0])->priority == priority;
}

TfTask *
tf__engine_take_ahead (TfEngine *self,
                       int       priority)
{
  TfTask *task = NULL;

  if (tf__load (&self->n_queued) == 0 || tf__engine_is_crowded (self))
    return NULL;

  tf__lock (&self->lock);
  if (may_take_ahead_locked (self, priority))
    {
      task = ((TfFifo *) self->fifos->pdata[0])->first;
      queue_unlink_locked (self, task);
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
  /* As in tf__engine_enqueue(). */
  is_queued = tf__pipe_get_fate (&task->pipe) == TF_FATE_OPEN;
  if (is_queued)
    {
      queue_push_first_locked (self, task);
      start_pump = needs_pump_locked (self);
      if (start_pump)
        announce_pump_locked (self);
    }
  tf__unlock (&self->lock);

  if (start_pump)
    tf__engine_start_pump (self);
  else if (!is_queued)
    tf__pipe_post_last (&task->pipe, TF_NEWS_FINAL);
}

/* To the end of the queue of the pool, so that the pumps of other executors have their turn. */
gboolean
tf__engine_return_pump (TfEngine *self)
{
  gboolean is_needed;

  tf__lock (&self->lock);
  is_needed = self->n_queued > 0 && self->n_pumps <= get_n_allowed_locked (self);
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
  start_pump = needs_pump_locked (self);
  if (start_pump)
    announce_pump_locked (self);
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

void
tf__engine_block_worker (TfEngine *self)
{
  gboolean start_pump;

  if (!may_have_more_workers (self))
    return;

  if (self->pool != NULL)
    tf__thread_pool_block (self->pool);
  else
    tf__worker_pool_block (self->worker_pool);

  tf__lock (&self->lock);
  self->n_blocked++;
  start_pump = needs_pump_locked (self);
  if (start_pump)
    announce_pump_locked (self);
  tf__unlock (&self->lock);

  if (start_pump)
    tf__engine_start_pump (self);
}

/* The pump that came in its place leaves when it has done what it is doing. */
void
tf__engine_unblock_worker (TfEngine *self)
{
  if (!may_have_more_workers (self))
    return;

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
