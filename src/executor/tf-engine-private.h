/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-executor.h>
#include <tf/tf-worker-pool.h>

#include "context/thread/tf-thread-pool-private.h"
#include "core/tf-sides-private.h"
#include "executor/tf-executor-states-private.h"
#include "executor/tf-queue-private.h"
#include "future/tf-future-private.h"
#include "message/tf-call-private.h"
#include "message/tf-dispatcher-private.h"
#include "message/tf-timers-private.h"
#include "task/tf-task-private.h"

/* The machine behind an executor, which works, its threads and its source hold while there is
 * something to do. The executor is a façade on it, so that dropping the last reference of the
 * executor can be seen, and stops it. */

/* The list model of the executor; made when somebody asks for it. */
typedef struct
{
  GSequence  *items;       /* (owned) of TfFuture (owned) */
  GHashTable *iters;       /* (owned) live TfTask → GSequenceIter */
  GQueue     *removed;     /* (owned) of GSequenceIter: of tasks that have ended, which nobody was told yet */
  gboolean    is_emitting; /* handlers of a change run */
} TfLiveList;

typedef struct
{
  TfTaskHost    host;                  /* first: a host of this class is the engine */
  TfPoolJob     job;                   /* a pump */
  TfCall        arrival;               /* another thread has submitted */
  TfCall        shortage;              /* workers are short of threads */
  TfCall        departure;             /* the executor has gone on another thread */
  gint          ref_count;             /* [atomic] */
  gboolean      has_inherited_workers; /* [const] its threads are those of an ancestor by fork() */
  TfDispatcher  dispatcher;
  TfThreadPool *pool;        /* (owned) (nullable) [const] the threads, or: */
  TfWorkerPool *worker_pool; /* (owned) (nullable) [const] workers of any kind */

  TF_CACHE_GAP (before_both);
  TfLock             lock;
  TfParallelContext *pool_context;  /* (owned) (nullable) [lock] that made the pool */
  TfExecutorState    state;         /* [lock] and [atomic]; written in the foreground */
  TfQueue            queue;         /* [lock] */
  guint              n_pumps;       /* [lock] jobs in the pool, or on their way there */
  gint               n_coming;      /* the same: jobs without a task, coming or looking for one */
  guint              n_blocked;     /* [lock] workers that wait for other tasks, and do not count */
  guint              max_workers;   /* [lock] */
  GCond              pump_left;     /* [lock] */
  gboolean           is_awaited;    /* [lock] somebody waits for the pumps to leave */
  TfTask            *first_arrival; /* [lock] to write, [atomic] to read: of other threads, and not live yet */
  TfTask            *last_arrival;  /* [lock] */

  /* Numbers that only grow, each with one writer, so that a difference of two is a count that any
   * thread may read. [lock] writes the first, the foreground the others. */
  guint n_submitted;
  TF_CACHE_GAP (after_both);
  guint n_seen;           /* were told to have started */
  guint n_left_waiting;   /* done or given up, and not seen to start */
  guint n_left_executing; /* done or given up after that */
  guint n_ended;          /* whose final message was taken */
  guint n_given_up;       /* abandoned: given up while their code may still run */
  guint n_late;           /* abandoned, and ended since */
  guint n_settled;        /* whose future was done, with "done" and everything before STOPPED delivered */
  gint  is_facade_gone;   /* [atomic] */

  TfTask         *first_live;       /* [foreground] in the order of submission, until "done" was delivered */
  TfTask         *last_live;        /* [foreground] */
  gpointer        facade;           /* (unowned) [foreground] the executor, unless it is gone */
  gpointer        leaving;          /* (owned) (nullable) [atomic] an executor that went in another thread */
  TfLiveList     *list;             /* (owned) (nullable) [foreground] */
  TfFailureReport failure_report;   /* [foreground] */
  gboolean        is_shutting_down; /* [foreground] */
  gboolean        are_counts_new;   /* [foreground] the counts have not been notified */
  TfTimer         thread_retry;     /* [foreground] set while workers are short of threads */
} TfEngine;

/* Any thread: tf-engine-shared.c, and tf-engine-pumps-shared.c for the queue and the pumps. */
/* With a @pool_context the engine shuts the worker pool down at its end. */
TfEngine       *tf__engine_new (GMainContext      *context,
                                TfThreadPool      *pool,
                                TfWorkerPool      *worker_pool,
                                TfParallelContext *pool_context,
                                guint              max_workers,
                                gpointer           facade);
TfEngine       *tf__engine_ref (TfEngine *self);
void            tf__engine_unref (TfEngine *self);
TfExecutorState tf__engine_get_state (TfEngine *self);
guint           tf__engine_get_max_workers (TfEngine *self);
void            tf__engine_set_max_workers (TfEngine *self,
                                            guint     max_workers);
/* A place for a task that is being submitted: FALSE if the engine takes none any more. It does not
 * come to its end before the place is used. */
gboolean tf__engine_reserve (TfEngine *self);
/* Links a task whose future is made, and queues it, with the reference of the queue. Without a place
 * only in the owner context, where nobody can have stopped the engine since it was looked at. */
void     tf__engine_enqueue (TfEngine *self,
                             TfTask   *task,
                             gboolean  is_reserved);
gboolean tf__engine_unqueue (TfEngine *self,
                             TfTask   *task);
gboolean tf__engine_set_priority (TfEngine *self,
                                  TfTask   *task,
                                  int       priority);
gboolean tf__engine_has_arrivals (TfEngine *self);
TfTask  *tf__engine_take_arrivals (TfEngine *self);
void     tf__engine_start_pump (TfEngine *self);
/* Whether a pump has to give its worker back after each task. */
gboolean tf__engine_is_crowded (TfEngine *self);
gboolean tf__engine_is_closed (TfEngine *self);
/* For a pump: the next task, or NULL when it has to leave. @has_arrived: it comes from the pool.
 * @start_next: another one must be started before the task is run. */
TfTask *tf__engine_take_task (TfEngine *self,
                              gboolean  has_arrived,
                              gboolean *start_next);
/* FALSE: it was not needed any more, and has left; its reference is the caller's still. */
gboolean tf__engine_return_pump (TfEngine *self);
/* For a pump that is busy: see TfTaskHostClass. */
TfTask *tf__engine_take_ahead (TfEngine *self,
                               int       priority);
void    tf__engine_put_back (TfEngine *self,
                             TfTask   *task);
/* A worker waits for something that other tasks may have to bring about: FALSE if no other may take its place. */
gboolean tf__engine_block_worker (TfEngine *self);
void     tf__engine_unblock_worker (TfEngine *self);
gboolean tf__engine_wait_for_pumps (TfEngine *self,
                                    gint64    deadline_us);
guint    tf__engine_get_n_waiting (TfEngine *self);
guint    tf__engine_get_n_executing (TfEngine *self);
guint    tf__engine_get_n_aborted (TfEngine *self);
guint    tf__engine_get_n_open (TfEngine *self);
/* Adds one to a number of the foreground. */
void tf__engine_count (TfEngine *self,
                       guint    *number) TF_FOREGROUND;
/* The executor goes. With @keep, it is held until the owner context has seen that: tf__engine_free_facade(). */
gboolean tf__engine_is_facade_gone (TfEngine *self);
void     tf__engine_set_facade_gone (TfEngine *self,
                                     gboolean  keep);
void     tf__engine_free_facade (TfEngine *self) TF_FOREGROUND;
guint    tf__engine_get_n_pending (TfEngine *self);
/* Tasks whose future has something to deliver yet, also in an emission that is in progress. */
guint tf__engine_get_n_unsettled (TfEngine *self);
void  tf__engine_store_state (TfEngine       *self,
                              TfExecutorState state);
/* After a submission in another thread than the owner's. */
void tf__engine_announce (TfEngine *self);

/* A thread of the pool: tf-pump-worker.c. */
void tf__pump_run (TfPoolJob *job);

/* Owner context: tf-engine.c. */
extern const TfTaskHostClass   tf__engine_host_class;
extern const TfDispatcherClass tf__engine_dispatcher_class;
gboolean                       tf__engine_move (TfEngine       *self,
                                                TfExecutorEvent event) TF_FOREGROUND;
void                           tf__engine_cancel_all (TfEngine *self) TF_FOREGROUND;
void                           tf__engine_tell_counts (TfEngine *self) TF_FOREGROUND;
void                           tf__engine_check_stopped (TfEngine *self) TF_FOREGROUND;
void                           tf__engine_init_calls (TfEngine *self);
/* The executor goes: stops everything. In the owner thread at once, elsewhere by a message. */
void tf__engine_leave_facade (TfEngine *self);
/* The executor, with a reference, or NULL when it is gone or going. */
gpointer tf__engine_get_facade (TfEngine *self) TF_FOREGROUND;

/* Owner context: tf-live-tasks.c. */
void tf__live_tasks_add (TfEngine *self, TfTask *task) TF_FOREGROUND;
void tf__live_tasks_remove (TfEngine *self, TfTask *task) TF_FOREGROUND;
/* Takes over the tasks that other threads have submitted. */
void tf__live_tasks_welcome (TfEngine *self) TF_FOREGROUND;
/* With a reference on each. */
GPtrArray *tf__live_tasks_dup_futures (TfEngine *self) TF_FOREGROUND;
/* Has the detours of tasks whose code has returned look whether the tasks end early. */
void tf__live_tasks_tell_returned (TfEngine *self) TF_FOREGROUND;
/* The tasks that are not in the table, in the order of submission. Does not look for those of other threads. */
GPtrArray *tf__live_tasks_dup_unlisted (TfEngine *self, GHashTable *listed) TF_FOREGROUND;
char      *tf__live_tasks_describe (TfEngine *self) TF_FOREGROUND;

/* Owner context: tf-live-list.c. */
void tf__live_list_init_class (void);
/* Call before the live tasks change: makes the list if a handler of "items-changed" is connected. */
void tf__live_list_before_change (TfEngine *self) TF_FOREGROUND;
/* Announces the tasks that were added. */
void     tf__live_list_sync (TfEngine *self) TF_FOREGROUND;
void     tf__live_list_remove (TfEngine *self,
                               TfTask   *task) TF_FOREGROUND;
guint    tf__live_list_get_n_items (TfEngine *self) TF_FOREGROUND;
gpointer tf__live_list_get_item (TfEngine *self,
                                 guint     position) TF_FOREGROUND;
void     tf__live_list_free (TfLiveList *list);

/* Any thread, after a job was pushed or more of them were allowed: has the owner context try again if the workers are
 * short of threads. The caller holds the engine. */
void tf__engine_watch_shortage (TfEngine *self);
/* Returns whether the workers are short of threads still. */
gboolean tf__engine_try_again (TfEngine *self);

/* Submitting: tf-submit-shared.c. Takes the task; the continuation goes on when it is done. */
TfFuture *tf__engine_submit (TfEngine       *self,
                             TfTask         *task,
                             TfContinuation *continuation,
                             gpointer        place,
                             GError        **error);
TfEngine *tf__executor_get_engine (TfExecutor *self);
/* tf__engine_submit() in the owner context, for who has the engine only; shown with the next turn:
 * tf-executor-compose.c. */
TfFuture *tf__engine_submit_here (TfEngine       *self,
                                  TfTask         *task,
                                  TfContinuation *continuation,
                                  gpointer        place,
                                  GError        **error) TF_FOREGROUND;
void      tf__executor_notify_n_waiting (TfExecutor *self) TF_FOREGROUND;
void      tf__executor_notify_counts (TfExecutor *self) TF_FOREGROUND;
void      tf__executor_notify_state (TfExecutor *self) TF_FOREGROUND;
void      tf__executor_emit_failed (TfExecutor *self,
                                    TfFuture   *future) TF_FOREGROUND;
