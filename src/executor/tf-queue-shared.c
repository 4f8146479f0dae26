/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-queue-private.h"

/* The tasks of one priority. */
typedef struct
{
  int     priority;
  TfTask *first;
  TfTask *last;
} TfFifo;

void
tf__queue_init (TfQueue *self)
{
  *self = (TfQueue){ .fifos = g_ptr_array_new_with_free_func (g_free) };
}

void
tf__queue_clear (TfQueue *self)
{
  g_ptr_array_unref (self->fifos);
}

TfTask *
tf__queue_get_first (TfQueue *self)
{
  return ((const TfFifo *) self->fifos->pdata[0])->first;
}

gboolean
tf__queue_is_empty (TfQueue *self)
{
  return tf__load (&self->n_tasks) == 0;
}

/* The index of the FIFO of a priority, or where it belongs. */
static guint
find_fifo (TfQueue *self,
           int      priority)
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
ensure_fifo (TfQueue *self,
             int      priority)
{
  guint   index = find_fifo (self, priority);
  TfFifo *fifo = index < self->fifos->len ? self->fifos->pdata[index] : NULL;

  if (self->n_tasks == 0 && self->fifos->len == 1)
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

void
tf__queue_push (TfQueue *self,
                TfTask  *task)
{
  TfFifo *fifo = ensure_fifo (self, task->priority);

  task->work.previous_queued = fifo->last;
  if (fifo->last == NULL)
    fifo->first = task;
  else
    fifo->last->work.next_queued = task;
  fifo->last = task;

  task->is_queued = TRUE;
  tf__store (&self->n_tasks, self->n_tasks + 1);
}

void
tf__queue_push_first (TfQueue *self,
                      TfTask  *task)
{
  TfFifo *fifo = ensure_fifo (self, task->priority);

  task->work.next_queued = fifo->first;
  if (fifo->first == NULL)
    fifo->last = task;
  else
    fifo->first->work.previous_queued = task;
  fifo->first = task;

  task->is_queued = TRUE;
  tf__store (&self->n_tasks, self->n_tasks + 1);
}

void
tf__queue_unlink (TfQueue *self,
                  TfTask  *task)
{
  guint   index = find_fifo (self, task->priority);
  TfFifo *fifo = self->fifos->pdata[index];

  if (task->work.previous_queued == NULL)
    fifo->first = task->work.next_queued;
  else
    task->work.previous_queued->work.next_queued = task->work.next_queued;

  if (task->work.next_queued == NULL)
    fifo->last = task->work.previous_queued;
  else
    task->work.next_queued->work.previous_queued = task->work.previous_queued;

  task->work.next_queued = NULL;
  task->work.previous_queued = NULL;
  task->is_queued = FALSE;
  tf__store (&self->n_tasks, self->n_tasks - 1);

  /* The last one is kept, since the queue runs empty often. */
  if (fifo->first == NULL && self->fifos->len > 1)
    g_ptr_array_remove_index (self->fifos, index);
}
