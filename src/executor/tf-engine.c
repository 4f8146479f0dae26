/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-engine-private.h"

#include "core/tf-clock-private.h"
#include "message/tf-foreign-loop-private.h"

/* The foreground of an executor: what happens when its tasks tell something. */

/* No weak reference: taking one calls the toggle references of bindings under a lock of GObject, and they wait there
 * for a thread that may want that lock. So an executor that goes in another thread waits for this one. */
gpointer
tf__engine_get_facade (TfEngine *self)
{
  return tf__engine_is_facade_gone (self) ? NULL : g_object_ref (self->facade);
}

void
tf__engine_tell_counts (TfEngine *self)
{
  TfExecutor *facade;

  if (!self->are_counts_new)
    return;

  self->are_counts_new = FALSE;

  facade = tf__engine_get_facade (self);
  if (facade == NULL)
    return;

  tf__executor_notify_counts (facade);
  g_object_unref (facade);
}

gboolean
tf__engine_move (TfEngine       *self,
                 TfExecutorEvent event)
{
  TfExecutorState state;
  TfExecutor     *facade;

  if (!tf__executor_state_after (tf__engine_get_state (self), event, &state))
    return FALSE;

  tf__engine_store_state (self, state);

  facade = tf__engine_get_facade (self);
  if (facade != NULL)
    {
      tf__executor_notify_state (facade);
      g_object_unref (facade);
    }

  return TRUE;
}

void
tf__engine_cancel_all (TfEngine *self)
{
  /* Handlers may do anything, so not along the list itself. */
  GPtrArray *futures = tf__live_tasks_dup_futures (self);

  for (guint i = 0; i < futures->len; i++)
    tf_future_cancel (futures->pdata[i]);

  g_ptr_array_unref (futures);
}

void
tf__engine_check_stopped (TfEngine *self)
{
  if (self->is_shutting_down || tf__engine_get_n_unsettled (self) > 0)
    return;

  if (tf__engine_get_state (self) == TF_EXECUTOR_STATE_STOPPING)
    {
      tf__engine_tell_counts (self);
      tf__engine_move (self, TF_EXECUTOR_EVENT_EMPTIED);
    }
}

/* Nobody is left who could submit, and nothing that could tell anything. */
TF_FOREGROUND
static void
detach_if_over (TfEngine *self)
{
  /* A pump that waits for a thread holds the engine: so that it goes, its thread is tried for. */
  if (tf__engine_is_facade_gone (self) && tf__engine_get_n_open (self) == 0 &&
      self->thread_retry.index == 0)
    {
      tf__dispatcher_detach (&self->dispatcher);
      tf__engine_free_facade (self);
    }
}

TF_FOREGROUND
static void
leave (TfEngine *self)
{
  tf__engine_ref (self);

  /* Nobody is left who could drive it by hand. */
  tf__foreign_loop_close (&self->dispatcher);
  tf__dispatcher_plug (&self->dispatcher);

  tf__engine_move (self, TF_EXECUTOR_EVENT_STOP);
  tf__engine_cancel_all (self);
  tf__engine_check_stopped (self);
  detach_if_over (self);
  tf__engine_unref (self);
}

/* The maker is the owner until the loop dispatches, and another thread may run that: so what belongs to the owner
 * is only touched here while nobody else can. */
void
tf__engine_leave_facade (TfEngine *self)
{
  GMainContext *context = self->dispatcher.context;

  if (tf__dispatcher_is_owner (&self->dispatcher) && g_main_context_acquire (context))
    {
      tf__engine_set_facade_gone (self, FALSE);
      g_main_context_ref (context);
      tf__enter_foreground ();
      leave (self);
      g_main_context_release (context);
      g_main_context_unref (context);
    }
  else
    {
      tf__engine_ref (self);
      tf__engine_set_facade_gone (self, TRUE);
      tf__call_post (&self->departure);
      tf__engine_unref (self);
    }
}

/* A later submission tries again as well, but there may be none. */
TF_FOREGROUND
static void
try_for_threads (TfEngine *self)
{
  tf__timer_remove (&self->thread_retry);
  if (tf__engine_try_again (self))
    tf__timer_set (&self->thread_retry, &self->shortage.pipe,
                   tf__clock_deadline (TF_THREAD_RETRY_US));
}

/* Calls of other threads */

static void
on_arrival (TfCall *call)
{
  TfEngine *self = (TfEngine *) ((char *) call - G_STRUCT_OFFSET (TfEngine, arrival));

  tf__enter_foreground ();
  self->are_counts_new = TRUE;
  tf__live_tasks_welcome (self);
  tf__live_list_sync (self);
}

static void
on_shortage (TfCall *call)
{
  tf__enter_foreground ();
  try_for_threads ((TfEngine *) ((char *) call - G_STRUCT_OFFSET (TfEngine, shortage)));
}

static void
on_departure (TfCall *call)
{
  TfEngine *self = (TfEngine *) ((char *) call - G_STRUCT_OFFSET (TfEngine, departure));

  tf__enter_foreground ();
  leave (self);
  tf__engine_free_facade (self);
}

void
tf__engine_init_calls (TfEngine *self)
{
  tf__call_init (&self->arrival, &self->dispatcher, on_arrival, NULL);
  tf__call_init (&self->shortage, &self->dispatcher, on_shortage, NULL);
  tf__call_init (&self->departure, &self->dispatcher, on_departure, NULL);
}

/* What the dispatcher asks */

static void
turn_ended (gpointer host)
{
  TfEngine *self = host;

  tf__enter_foreground ();

  tf__engine_tell_counts (self);
  detach_if_over (self);
}

static gpointer
ref_engine (gpointer host)
{
  return tf__engine_ref (host);
}

static void
unref_engine (gpointer host)
{
  tf__engine_unref (host);
}

const TfDispatcherClass tf__engine_dispatcher_class = {
  .turn_ended = turn_ended,
  .host_ref = ref_engine,
  .host_unref = unref_engine,
};

/* What the tasks ask */

static TfTaskHost *
host_ref (TfTaskHost *host)
{
  return &tf__engine_ref ((TfEngine *) host)->host;
}

static void
host_unref (TfTaskHost *host)
{
  tf__engine_unref ((TfEngine *) host);
}

static gboolean
host_unqueue (TfTaskHost *host,
              TfTask     *task)
{
  if (tf__engine_unqueue ((TfEngine *) host, task))
    return TRUE;

  if (host->runner != NULL)
    host->runner->klass->stop (host->runner, task);

  return FALSE;
}

static gboolean
host_take_back (TfTaskHost *host,
                TfTask     *task)
{
  return tf__engine_unqueue ((TfEngine *) host, task);
}

static gboolean
host_set_priority (TfTaskHost *host,
                   TfTask     *task,
                   int         priority)
{
  return tf__engine_set_priority ((TfEngine *) host, task, priority);
}

static gboolean
host_worker_blocked (TfTaskHost *host)
{
  return tf__engine_block_worker ((TfEngine *) host);
}

static void
host_worker_unblocked (TfTaskHost *host)
{
  tf__engine_unblock_worker ((TfEngine *) host);
}

static TfTask *
host_take_ahead (TfTaskHost *host,
                 int         priority)
{
  return tf__engine_take_ahead ((TfEngine *) host, priority);
}

static void
host_put_back (TfTaskHost *host,
               TfTask     *task)
{
  tf__engine_put_back ((TfEngine *) host, task);
}

static void
host_started (TfTaskHost *host,
              TfTask     *task)
{
  TfEngine *self = (TfEngine *) host;

  tf__enter_foreground ();
  tf__engine_count (self, &self->n_seen);
}

TF_FOREGROUND
static void
leave_counts (TfEngine *self,
              TfTask   *task)
{
  tf__engine_count (self,
                    task->work.pipe.is_timed ? &self->n_left_executing : &self->n_left_waiting);
}

static void
host_ended (TfTaskHost *host,
            TfTask     *task,
            gboolean    is_given_up)
{
  TfEngine *self = (TfEngine *) host;

  tf__enter_foreground ();

  if (!is_given_up)
    leave_counts (self, task);
  else if (task->is_abandoned)
    tf__engine_count (self, &self->n_late);

  tf__engine_count (self, &self->n_ended);
}

static void
host_given_up (TfTaskHost *host,
               TfTask     *task)
{
  TfEngine *self = (TfEngine *) host;

  tf__enter_foreground ();
  leave_counts (self, task);
  if (task->is_abandoned)
    tf__engine_count (self, &self->n_given_up);
}

static void
host_settled (TfTaskHost *host,
              TfTask     *task)
{
  TfEngine *self = (TfEngine *) host;

  tf__enter_foreground ();

  tf__live_tasks_remove (self, task);
  tf__live_list_remove (self, task);

  if (tf_future_get_state (task->work.future) == TF_FUTURE_STATE_FAILED)
    {
      TfExecutor *facade = tf__engine_get_facade (self);

      if (facade != NULL)
        {
          tf__executor_emit_failed (facade, task->work.future);
          g_object_unref (facade);
        }
    }

  tf__engine_count (self, &self->n_settled);
  tf__engine_check_stopped (self);
}

static int
host_get_failure_report (TfTaskHost *host)
{
  return ((TfEngine *) host)->failure_report;
}

const TfTaskHostClass tf__engine_host_class = {
  .ref = host_ref,
  .unref = host_unref,
  .unqueue = host_unqueue,
  .take_back = host_take_back,
  .set_priority = host_set_priority,
  .worker_blocked = host_worker_blocked,
  .worker_unblocked = host_worker_unblocked,
  .take_ahead = host_take_ahead,
  .put_back = host_put_back,
  .started = host_started,
  .ended = host_ended,
  .given_up = host_given_up,
  .settled = host_settled,
  .get_failure_report = host_get_failure_report,
};
