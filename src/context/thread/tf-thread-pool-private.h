/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

#include "core/tf-sides-private.h"

/* Something that runs on a thread of the pool; embedded in what it works for. The same job may be
 * pushed several times. */
typedef struct _TfPoolJob TfPoolJob;
struct _TfPoolJob
{
  void (*run) (TfPoolJob *self);
};

/* How often a thread is tried again while none can be made, in microseconds. */
#define TF_THREAD_RETRY_US (100 * 1000)

/* The threads that one or more executors share. The GThreadPool is made with the first job; its
 * threads end when they have been idle for a while, as those of GLib do. Any thread.
 *
 * While the system has no thread to give, jobs wait, and the pool is short of threads. It has no loop of its own: who
 * pushes a job tries again later, for as long as the pool is short. */
typedef struct _TfThreadPool TfThreadPool;

TfThreadPool *tf__thread_pool_new (guint max_threads);
TfThreadPool *tf__thread_pool_ref (TfThreadPool *self);
void          tf__thread_pool_unref (TfThreadPool *self);

guint tf__thread_pool_get_max_threads (TfThreadPool *self);
void  tf__thread_pool_set_max_threads (TfThreadPool *self,
                                       guint         max_threads);
void  tf__thread_pool_push (TfThreadPool *self,
                            TfPoolJob    *job);
/* Whether a job may have to wait for a thread that could not be made. */
gboolean tf__thread_pool_is_short (TfThreadPool *self);
/* Whether no job would run: an ancestor of this process, by fork(), made the pool, or the threads that GLib shares
 * between all pools. */
gboolean tf__thread_pool_is_inherited (TfThreadPool *self);
/* Makes the threads that are missing, if it can. Returns whether the pool is short of threads still. */
gboolean tf__thread_pool_try_again (TfThreadPool *self);
/* Has the loop of the thread-default main context try again, until the pool is not short of threads any more. */
void tf__thread_pool_try_again_later (TfThreadPool *self);

/* For a thread that waits: another one takes its place meanwhile. */
void tf__thread_pool_block (TfThreadPool *self);
void tf__thread_pool_unblock (TfThreadPool *self);

/* Executors count themselves, so that a pump knows whether others may be waiting for its thread. */
void     tf__thread_pool_enter (TfThreadPool *self);
void     tf__thread_pool_leave (TfThreadPool *self);
gboolean tf__thread_pool_is_crowded (TfThreadPool *self);

void     tf__thread_pool_close (TfThreadPool *self);
gboolean tf__thread_pool_is_closed (TfThreadPool *self);
