/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "task/tf-task-private.h"

/* The tasks that wait for a worker: the most urgent priority first, and within one in the order of their submission.
 * All of it has the lock of the engine, except tf__queue_is_empty(). */
typedef struct
{
  GPtrArray *fifos;   /* (owned) one for each priority in use, by priority; the last one is never taken away */
  gint       n_tasks; /* [atomic] to read without the lock */
} TfQueue;

void tf__queue_init (TfQueue *self);
void tf__queue_clear (TfQueue *self);
void tf__queue_push (TfQueue *self,
                     TfTask  *task);
/* In front of those of the same priority. */
void tf__queue_push_first (TfQueue *self,
                           TfTask  *task);
void tf__queue_unlink (TfQueue *self,
                       TfTask  *task);
/* There must be one. */
TfTask  *tf__queue_get_first (TfQueue *self);
gboolean tf__queue_is_empty (TfQueue *self);
