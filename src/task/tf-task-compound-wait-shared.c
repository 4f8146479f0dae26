/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task/tf-task-wait-private.h"

#include <tf/tf-error.h>

struct _TfTaskWait
{
  gint        ref_count; /* [atomic] the thread, the table, and a walk */
  TfTask     *waiter;    /* [const] without reference, as the others: each is held by who waits, as long as it waits */
  TfTask     *task;      /* (nullable) [const] for which it waits; or: */
  TfFuture   *future;    /* (nullable) [const] another kind of future */
  guint8      is_doomed; /* [atomic] it cannot end */
  guint8      is_apart;  /* the thread that waits: another worker has its place */
  TfTaskWait *outer;     /* [const] of the same thread */
};

/* What this thread waits for, one inside the other: a wait for a queued task runs it. */
static _Thread_local TfTaskWait *current_wait;

/* Which task waits, in threads that run one: TfTask → TfTaskWait (owned). */
static TfLock      waits_lock;
static GHashTable *waits; /* (nullable) [waits_lock] */

static gboolean    follow_locked (TfTask    *task,
                                  TfTask    *goal,
                                  TfFuture **far) TF_CALLER_HOLDS (waits_lock);
static TfTaskWait *leave_table_locked (TfTaskWait *self) TF_CALLER_HOLDS (waits_lock);

TfTaskWait *
tf__task_wait_ref (TfTaskWait *self)
{
  tf__add (&self->ref_count, 1);
  return self;
}

void
tf__task_wait_unref (TfTaskWait *self)
{
  if (tf__sub (&self->ref_count, 1) == 1)
    g_free (self);
}

static gboolean
is_in_frames (TfTask *task)
{
  for (TfTaskFrame *frame = tf__task_get_frame (); frame != NULL; frame = frame->outer)
    {
      if (frame->task == task)
        return TRUE;
    }

  return FALSE;
}

/* Along the tasks that wait for tasks; that way leads nowhere, to @goal, to one that this thread runs if there is
 * no goal, or to another kind of future. No task on it waits for itself, since that is seen here before it begins. */
static gboolean
follow_locked (TfTask    *task,
               TfTask    *goal,
               TfFuture **far)
{
  *far = NULL;

  while (task != NULL)
    {
      const TfTaskWait *wait = waits == NULL ? NULL : g_hash_table_lookup (waits, task);

      if (goal == NULL ? is_in_frames (task) : task == goal)
        return TRUE;

      if (wait != NULL && wait->future != NULL)
        *far = g_object_ref (wait->future);
      task = wait == NULL ? NULL : wait->task;
    }

  return FALSE;
}

gboolean
tf__task_wait_follow (TfTaskWait *self,
                      TfTask     *task,
                      TfFuture  **far)
{
  gboolean is_met;

  tf__lock (&waits_lock);
  is_met = follow_locked (task, self->waiter, far);
  tf__unlock (&waits_lock);

  return is_met;
}

void
tf__task_wait_get_next (TfTask    *waiter,
                        TfTask   **task,
                        TfFuture **future)
{
  const TfTaskWait *wait;

  tf__lock (&waits_lock);
  wait = waits == NULL ? NULL : g_hash_table_lookup (waits, waiter);
  *task = wait == NULL || wait->task == NULL ? NULL : tf_task_ref (wait->task);
  *future = wait == NULL || wait->future == NULL ? NULL : g_object_ref (wait->future);
  tf__unlock (&waits_lock);
}

TfFuture *
tf__task_wait_get_far (TfTask *task)
{
  TfFuture *far;

  tf__lock (&waits_lock);
  follow_locked (task, NULL, &far);
  tf__unlock (&waits_lock);

  return far;
}

gboolean
tf__task_wait_look (TfTaskWait *self,
                    TfFuture  **far)
{
  gboolean is_met = FALSE;

  *far = NULL;

  tf__lock (&waits_lock);
  if (waits != NULL && g_hash_table_lookup (waits, self->waiter) == self)
    {
      if (self->future != NULL)
        *far = g_object_ref (self->future);
      else
        is_met = follow_locked (self->task, self->waiter, far);
    }
  tf__unlock (&waits_lock);

  return is_met;
}

static TfTaskWait *
wait_new (TfTask   *waiter,
          TfTask   *task,
          TfFuture *future)
{
  TfTaskWait *self = g_new0 (TfTaskWait, 1);

  self->ref_count = 2;
  self->waiter = waiter;
  self->task = task;
  self->future = future;
  self->outer = current_wait;
  return self;
}

gboolean
tf__task_wait_begin (TfTask      *task,
                     TfFuture    *future,
                     TfTaskWait **wait,
                     TfFuture   **far,
                     GError     **error)
{
  const TfTaskFrame *frame = tf__task_get_frame ();
  TfTaskWait        *self;
  gboolean           is_deadlock;

  *wait = NULL;
  *far = NULL;
  if (frame == NULL)
    return TRUE;

  self = wait_new (frame->task, task, future);
  tf__lock (&waits_lock);
  is_deadlock = follow_locked (task, NULL, far);
  if (!is_deadlock)
    {
      if (waits == NULL)
        waits = g_hash_table_new (NULL, NULL);
      g_hash_table_insert (waits, frame->task, self);
    }
  tf__unlock (&waits_lock);

  if (is_deadlock)
    {
      g_free (self);
      g_set_error (error, TF_ERROR, TF_ERROR_DEADLOCK,
                   "Task “%s” would wait for itself, by waiting for “%s”",
                   tf__task_get_name (frame->task), tf__task_get_name (task));
      return FALSE;
    }

  if (future != NULL)
    *far = g_object_ref (future);
  *wait = current_wait = self;
  return TRUE;
}

/* The reference of the table, if it was there. */
static TfTaskWait *
leave_table_locked (TfTaskWait *self)
{
  if (waits == NULL || g_hash_table_lookup (waits, self->waiter) != self)
    return NULL;

  g_hash_table_remove (waits, self->waiter);
  if (g_hash_table_size (waits) == 0)
    g_clear_pointer (&waits, g_hash_table_unref);

  return self;
}

static void
leave_table (TfTaskWait *self)
{
  TfTaskWait *tables;

  tf__lock (&waits_lock);
  tables = leave_table_locked (self);
  tf__unlock (&waits_lock);

  if (tables != NULL)
    tf__task_wait_unref (tables);
}

/* The task that a pump of the pool has brought into this thread: those inside were run here by the way. */
static TfTaskHost *
get_host_of_thread (void)
{
  const TfTaskFrame *frame = tf__task_get_frame ();

  while (frame->outer != NULL)
    frame = frame->outer;

  return frame->task->host;
}

gboolean
tf__task_block_worker (void)
{
  TfTaskHost *host = get_host_of_thread ();

  /* A worker process has one. */
  if (host->klass->worker_blocked == NULL)
    return TRUE;

  current_wait->is_apart = host->klass->worker_blocked (host);
  return current_wait->is_apart;
}

gboolean
tf__task_lend_worker (TfPipe *pipe)
{
  TfTaskHost *host;

  if (tf__task_get_frame () == NULL)
    return FALSE;

  host = get_host_of_thread ();
  return host->klass->worker_blocked != NULL && host->klass->worker_blocked (host);
}

void
tf__task_take_worker_back (TfPipe *pipe)
{
  TfTaskHost *host = get_host_of_thread ();

  host->klass->worker_unblocked (host);
}

gboolean
tf__task_may_run_here (TfTask *task)
{
  for (const TfTaskFrame *frame = tf__task_get_frame (); frame != NULL; frame = frame->outer)
    {
      if (frame->task->host == task->host)
        return TRUE;
    }

  return FALSE;
}

void
tf__task_wait_end (void)
{
  TfTaskWait *self = current_wait;
  TfTaskHost *host;
  gboolean    is_apart;

  if (tf__task_get_frame () == NULL)
    return;

  host = get_host_of_thread ();
  is_apart = self->is_apart;
  current_wait = self->outer;
  leave_table (self);
  tf__task_wait_unref (self);
  if (is_apart)
    host->klass->worker_unblocked (host);
}

void
tf__task_wait_doom (TfTaskWait *self)
{
  /* Others that waited for this one do not wait in vain any more. */
  leave_table (self);
  tf__store (&self->is_doomed, TRUE);
}

gboolean
tf__task_wait_is_doomed (void)
{
  return current_wait != NULL && tf__load (&current_wait->is_doomed);
}

void
tf__task_run_if_queued (TfTask *task)
{
  tf__enter_worker ();

  if (task->host->klass->unqueue (task->host, task))
    tf__task_run (task);
}
