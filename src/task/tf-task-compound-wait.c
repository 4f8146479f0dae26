/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "task/tf-task-wait-private.h"

#include <tf/tf-error.h>

#include "future/tf-future-private.h"
#include "message/tf-call-private.h"

/* The walk: what a future needs, seen in its owner context. One turn does all that belongs to it, and what belongs to
 * another one is left to a further walk, which is sent there. */
typedef struct
{
  TfCall      call; /* first */
  TfTaskWait *wait; /* (owned) [const] */
  GPtrArray  *todo; /* (owned) (nullable) of TfFuture (owned): to be looked at */
  GHashTable *seen; /* (owned) (nullable) the futures that were met, for comparison only */
} Walk;

static void
free_walk (TfCall *call)
{
  Walk *self = (Walk *) call;

  g_clear_pointer (&self->todo, g_ptr_array_unref);
  g_clear_pointer (&self->seen, g_hash_table_unref);
  tf__task_wait_unref (self->wait);
  g_free (self);
}

static void run_walk (TfCall *call);

/* Any thread. Sends it to the context of the first future; takes the two collections. */
static void
send_walk (TfTaskWait *wait,
           GPtrArray  *todo,
           GHashTable *seen)
{
  TfFuturePrivate *priv = tf__future_get_private (todo->pdata[0]);
  Walk            *self = g_new0 (Walk, 1);

  self->wait = tf__task_wait_ref (wait);
  self->todo = todo;
  self->seen = seen;
  tf__call_init (&self->call, priv->work->pipe.dispatcher, run_walk, free_walk);
  tf__call_post_last (&self->call);
}

/* With a reference on the future, which is taken. */
TF_FOREGROUND
static void
add (Walk     *self,
     TfFuture *future)
{
  if (g_hash_table_add (self->seen, future))
    g_ptr_array_add (self->todo, future);
  else
    g_object_unref (future);
}

/* TRUE when the way has led back to where it began. */
TF_FOREGROUND
static gboolean
look_at (Walk     *self,
         TfFuture *future)
{
  TfFuturePrivate *priv = tf__future_get_private (future);
  TfTask          *task = tf__task_of (future);
  TfFuture        *need;

  if (tf_future_is_done (future))
    return FALSE;

  if (task != NULL)
    {
      if (tf__task_wait_follow (self->wait, task, &need))
        return TRUE;

      if (need != NULL)
        add (self, need);
      return FALSE;
    }

  if (tf__work_get_class (priv->work)->get_need == NULL)
    return FALSE;

  for (guint i = 0;
       (need = tf__work_get_class (priv->work)->get_need (priv->work, i)) != NULL;
       i++)
    add (self, g_object_ref (need));

  return FALSE;
}

/* Much may have changed on the way: the future that it was sent for has only told where to. */
TF_FOREGROUND
static gboolean
begin_here (Walk *self)
{
  TfFuture *far;
  gboolean  is_back = tf__task_wait_look (self->wait, &far);

  g_ptr_array_set_size (self->todo, 0);
  self->seen = g_hash_table_new (NULL, NULL);
  if (far != NULL)
    add (self, far);

  return is_back;
}

static void
run_walk (TfCall *call)
{
  Walk                 *self = (Walk *) call;
  g_autoptr (GPtrArray) elsewhere = g_ptr_array_new_with_free_func (g_object_unref);
  gboolean              is_back = FALSE;

  tf__enter_foreground ();

  if (self->seen == NULL)
    is_back = begin_here (self);

  while (!is_back && self->todo->len > 0)
    {
      g_autoptr (TfFuture) future = g_ptr_array_steal_index_fast (self->todo, self->todo->len - 1);

      if (tf__future_is_in_owner (future))
        is_back = look_at (self, future);
      else
        g_ptr_array_add (elsewhere, g_steal_pointer (&future));
    }

  if (is_back)
    {
      tf__task_wait_doom (self->wait);
      tf__future_wake_waiters ();
    }
  else if (elsewhere->len > 0)
    {
      send_walk (self->wait, g_steal_pointer (&elsewhere), g_steal_pointer (&self->seen));
    }
}

/* With a reference on the future, which is taken. */
static void
begin_walk (TfTaskWait *wait,
            TfFuture   *future)
{
  GPtrArray *todo = g_ptr_array_new_with_free_func (g_object_unref);

  g_ptr_array_add (todo, future);
  send_walk (wait, todo, NULL);
}

/* Waiting for a task */

gboolean
tf__task_wait_for_task (TfTask  *task,
                        GError **error)
{
  TfTaskWait *wait;
  TfFuture   *far;

  if (!tf__task_wait_begin (task, NULL, &wait, &far, error))
    return FALSE;

  if (wait == NULL)
    return TRUE;

  if (far != NULL)
    begin_walk (wait, far);

  /* Another host has workers of its own, and may have so many and no more. There this thread helps only where its own
   * host could run out of workers by the wait. */
  if (tf__task_may_run_here (task) || !tf__task_block_worker ())
    tf__task_run_if_queued (task);
  return TRUE;
}

void
tf__task_wait_ended (void)
{
  tf__task_wait_end ();
}

/* Waiting for another kind of future */

static gboolean
compound_begin (TfFuture *future,
                GError  **error)
{
  TfTaskWait *wait;
  TfFuture   *far;

  if (!tf__task_wait_begin (NULL, future, &wait, &far, error))
    return FALSE;

  if (wait == NULL)
    return TRUE;

  begin_walk (wait, far);
  tf__task_block_worker ();
  return TRUE;
}

static void
compound_end (TfFuture *future)
{
  tf__task_wait_end ();
}

static TfFuture *
follow (TfFuture *future)
{
  TfTask *task = tf__task_of (future);

  return task == NULL ? NULL : tf__task_wait_get_far (task);
}

static gboolean
is_hopeless (TfFuture *future,
             GError  **error)
{
  if (!tf__task_wait_is_doomed ())
    return FALSE;

  if (error != NULL)
    g_set_error (error, TF_ERROR, TF_ERROR_DEADLOCK,
                 "Task “%s” would wait for itself, by waiting for “%s”",
                 tf__task_get_name (tf_task_get_current ()), tf_future_get_name (future));
  return TRUE;
}

static TfFuture *
dup_awaited (TfFuture *future)
{
  TfTask            *task = tf__task_of (future);
  g_autoptr (TfTask) other = NULL;
  TfFuture          *awaited = NULL;

  if (task == NULL)
    return NULL;

  tf__task_wait_get_next (task, &other, &awaited);
  tf__enter_foreground ();
  if (other != NULL && tf__dispatcher_is_owner (other->work.pipe.dispatcher) &&
      other->work.future != NULL)
    g_set_object (&awaited, other->work.future);

  return awaited;
}

void
tf__task_wait_see_compound (void)
{
  static const TfCompoundWaitClass klass = {
    .begin = compound_begin,
    .end = compound_end,
    .follow = follow,
    .is_hopeless = is_hopeless,
    .dup_awaited = dup_awaited,
  };

  tf__future_set_compound_wait_class (&klass);
}
