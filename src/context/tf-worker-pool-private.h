/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-worker-pool.h>

#include "context/thread/tf-thread-pool-private.h"
#include "core/tf-task-runner-private.h"

/* Any thread. */

/* A pool that shares the threads of another one, at most @max_workers of them at a time. */
TfWorkerPool *tf__worker_pool_new_on (TfThreadPool *threads,
                                      guint         max_workers);
/* The same, for tasks only, which @runner runs. */
TfWorkerPool *tf__worker_pool_new_with_runner (TfThreadPool *threads,
                                               guint         max_workers,
                                               TfTaskRunner *runner);
/* (transfer none) (nullable) */
TfTaskRunner *tf__worker_pool_get_runner (TfWorkerPool *self);
/* The same as tf_worker_pool_push(), for a function that does nothing but run tasks. */
gboolean tf__worker_pool_push_pump (TfWorkerPool *self,
                                    TfPoolFunc    func,
                                    gpointer      user_data,
                                    GError      **error);
/* Whether the pool is one of this library, whose workers may go on with the next piece of work by themselves. */
gboolean tf__worker_pool_is_own (TfWorkerPool *self);
/* Whether other pushes wait for a worker. */
gboolean tf__worker_pool_is_crowded (TfWorkerPool *self);
/* As tf__thread_pool_is_short() and tf__thread_pool_try_again(), for a pool of this library. */
gboolean tf__worker_pool_is_short (TfWorkerPool *self);
/* As tf__thread_pool_is_inherited(), for a pool of this library. */
gboolean tf__worker_pool_is_inherited (TfWorkerPool *self);
gboolean tf__worker_pool_try_again (TfWorkerPool *self);
/* For a worker of a pool of this library that waits: another one takes its place meanwhile. */
void tf__worker_pool_block (TfWorkerPool *self);
void tf__worker_pool_unblock (TfWorkerPool *self);
