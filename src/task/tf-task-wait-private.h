/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "task/tf-task-private.h"

/* Threads that run a task and block until a future is done. Which task waits for what stands in one table for all, and
 * with a wait that could never end the thread is told TF_ERROR_DEADLOCK.
 *
 * Tasks that wait for tasks are seen in the table. What other futures need is known in their owner context only; so a
 * thread that waits for one of them sends a walk there, and blocks. The walk goes from future to future, and from
 * task to task; if it comes to the task that waits, it wakes it. Of several that wait for each other the last to
 * enter the table finds all the others in it. */

typedef struct _TfTaskWait TfTaskWait;

/* Any thread: tf-task-compound-wait-shared.c. */
TfTaskWait *tf__task_wait_ref (TfTaskWait *self);
void        tf__task_wait_unref (TfTaskWait *self);
/* Enters the table: FALSE with @error set if it is seen at once that the wait would not end. @wait: NULL if the thread
 * runs no task, so that nobody waits for it. @far: the future that another context has to look at, with a reference; or
 * NULL. One of @task and @future is set. */
gboolean tf__task_wait_begin (TfTask      *task,
                              TfFuture    *future,
                              TfTaskWait **wait,
                              TfFuture   **far,
                              GError     **error);
void     tf__task_wait_end (void);
/* Runs the task in this thread, which has nothing better to do, if it is still queued. */
void tf__task_run_if_queued (TfTask *task);
/* Whether this thread may do that: the host of the task has a worker less meanwhile, so that there are never more. */
gboolean tf__task_may_run_here (TfTask *task);
/* Tells the host of the thread that its worker does not count while it waits: FALSE if no other one takes its place. */
gboolean tf__task_block_worker (void);
/* The same for a sender that waits for room, and the end of that. */
gboolean tf__task_lend_worker (TfPipe *pipe);
void     tf__task_take_worker_back (TfPipe *pipe);
/* From a task along the table: TRUE if the task of the wait is met. @far: as above. */
gboolean tf__task_wait_follow (TfTaskWait *self,
                               TfTask     *task,
                               TfFuture  **far);
/* (transfer full) (nullable) The future of another kind at the end of the way from a task along the table. */
TfFuture *tf__task_wait_get_far (TfTask *task);
/* The same from its beginning, as it is now: nothing if it is over. */
gboolean tf__task_wait_look (TfTaskWait *self,
                             TfFuture  **far);
/* What a task waits for, if it does: another task, or another kind of future; each with a reference. */
void tf__task_wait_get_next (TfTask    *waiter,
                             TfTask   **task,
                             TfFuture **future);
/* It cannot end: takes it out of the table. Whoever calls wakes the thread. */
void tf__task_wait_doom (TfTaskWait *self);
/* Whether the wait of this thread cannot end. */
gboolean tf__task_wait_is_doomed (void);

/* For the futures of tasks, and for all others: tf-task-compound-wait.c. */
gboolean tf__task_wait_for_task (TfTask  *task,
                                 GError **error);
void     tf__task_wait_ended (void);
/* Has the futures of other kinds tell when a thread waits for one. */
void tf__task_wait_see_compound (void);
