/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-task.h>

#include "core/tf-sides-private.h"
#include "core/tf-task-runner-private.h"
#include "future/tf-work-private.h"

typedef struct _TfTaskHost TfTaskHost;

/* What a task needs of where it was submitted: the engine of an executor. */
typedef struct
{
  TfTaskHost *(*ref) (TfTaskHost *self);
  void (*unref) (TfTaskHost *self);

  /* Any thread. Takes the task out of the queue, with the reference of the queue: FALSE if it is
   * not there. */
  gboolean (*unqueue) (TfTaskHost *self,
                       TfTask     *task);
  /* Any thread. The same, and never stops a task that has begun. */
  gboolean (*take_back) (TfTaskHost *self,
                         TfTask     *task); /* (nullable) with the next: no future stands for the tasks */
  /* Any thread. Moves the task in the queue: FALSE if it is not there. */
  gboolean (*set_priority) (TfTaskHost *self,
                            TfTask     *task,
                            int         priority);
  /* Any thread. A worker of the host begins, and ends, to wait for something that other tasks of the host may have to
   * bring about: another worker may take its place meanwhile. FALSE if none does; then there is no end either. */
  gboolean (*worker_blocked) (TfTaskHost *self); /* (nullable) with the next: nobody misses it */
  void (*worker_unblocked) (TfTaskHost *self);
  /* For a runner, which has a task in work: the next one of the queue, with the reference of the queue, if it has the
   * same priority and there is no other worker to take it. */
  TfTask *(*take_ahead) (TfTaskHost *self,
                         int         priority);
  /* Gives back one that was taken ahead and has not begun, with the reference: it is the first one of its priority. */
  void (*put_back) (TfTaskHost *self,
                    TfTask     *task);

  /* [foreground] Steps in the life of a task, as they are delivered. */
  void (*started) (TfTaskHost *self,
                   TfTask     *task);
  void (*ended) (TfTaskHost *self,
                 TfTask     *task,
                 gboolean    is_given_up);
  void (*given_up) (TfTaskHost *self,
                    TfTask     *task);
  void (*settled) (TfTaskHost *self,
                   TfTask     *task);
  int (*get_failure_report) (TfTaskHost *self);
} TfTaskHostClass;

/* Where a task that this process hands on tells what it has to tell, when it runs in a worker process. Any thread; the
 * functions that report return FALSE when nobody wants it any more. */
typedef struct
{
  gboolean (*set_progress) (TfTask       *task,
                            const gint64 *completed,
                            const gint64 *total,
                            const char   *status);
  gboolean (*advance) (TfTask *task,
                       gint64  n_steps);
  /* Takes the contents of @event. */
  gboolean (*send) (TfTask  *task,
                    TfEvent *event);
  /* The code has cancelled its own task. */
  void (*cancelled) (TfTask *task);
  /* Memory for a result, which need not be copied. The worker process frees it. */
  gpointer (*allocate) (TfTask *task,
                        gsize   size);
} TfTaskSink;

struct _TfTaskHost
{
  const TfTaskHostClass *klass;
  TfDispatcher          *dispatcher; /* (nullable) [const] as long as the host lives; NULL with a sink */
  const TfTaskSink      *sink;       /* (nullable) [const] in a worker process */
  TfTaskRunner          *runner;     /* (owned) (nullable) [const] who runs the tasks elsewhere */
};

/* Where a function that is not done when it returns goes on: a GTask, whose callback comes later.
 * Such a task has two halves, and its final message comes with the end of the second. */
typedef struct
{
  /* [worker] The function has returned. */
  void (*code_returned) (gpointer data);
  /* [foreground] The code has returned, or never will run, and the rest has not ended. Delivered again when the task
   * is cancelled or the executor shut down: the detour may end the task early. */
  void (*told_returned) (gpointer data);
} TfTaskDetour;

typedef enum
{
  TF_TASK_HALF_CODE = 1 << 0,
  TF_TASK_HALF_REST = 1 << 1,
} TfTaskHalf;

/* What few tasks need. Written before the task is submitted, and constant after. */
typedef struct
{
  char               *name;              /* (owned) (nullable) */
  char               *description;       /* (owned) (nullable) */
  char               *location;          /* (owned) (nullable) */
  GCancellable       *cancellable;       /* (owned) (nullable): the user's */
  gulong              cancelled_handler; /* [foreground] after the submission */
  GWeakRef            owner;
  gpointer            owner_key; /* (unowned) (nullable) the owner, for comparison only */
  gboolean            has_owner;
  GType               future_type; /* or G_TYPE_INVALID */
  char               *reference;   /* (owned) (nullable) what stands for the function, which is NULL then */
  const TfTaskDetour *detour;      /* (nullable) */
  guint               ended;       /* [atomic] of a task with a detour: of TfTaskHalf */
} TfTaskExtra;

typedef enum
{
  TF_TASK_PLAIN,
  TF_TASK_OF_BINDING,    /* nothing set is a failure */
  TF_TASK_WITH_ARGUMENT, /* the data is a GVariant */
} TfTaskKind;

/* The record of a task: the specification before it is submitted, the background's handle while it
 * runs, and the mailbox between the two sides. The one structure that both sides use; each field
 * says who may touch it. */
struct _TfTask
{
  TfWork work; /* first: a pipe of this class is the task */

  gint   ref_count;    /* [atomic] */
  int    priority;     /* [lock of the host] while it is queued, and [const] after */
  guint8 kind;         /* [const] a TfTaskKind */
  guint8 is_submitted; /* [const] once submitted */
  guint8 has_started;  /* [worker], and the foreground after the final message */
  guint8 has_returned; /* [atomic] one of the return functions was called */
  guint8 is_queued;    /* [lock of the host] */
  guint8 is_live;      /* [foreground] in the list of the host */
  guint8 is_abandoned; /* [foreground] given up while the code may still run */

  TfTaskFunc     func;      /* [const] */
  gpointer       data;      /* [worker], and the foreground after the final message */
  GDestroyNotify data_free; /* the same */

  TfTaskHost *host; /* (owned) (nullable) [const] once submitted */

  TfTask *next_live;     /* [foreground]; [lock of the host] while it arrives */
  TfTask *previous_live; /* [foreground] */

  TfFutureFunc   callback;           /* [foreground] after the submission */
  gpointer       callback_data;      /* [foreground] after the submission */
  GDestroyNotify callback_data_free; /* [foreground] after the submission */

  TfTaskExtra *extra; /* (owned) (nullable) [const] once submitted */
};

/* Any thread: tf-task-shared.c. */
TfTask *tf__task_alloc (void);
/* The same as tf_task_ref(), cheaper while the caller has the only reference. */
TfTask     *tf__task_ref_new (TfTask *self);
const char *tf__task_get_name (TfTask *self);
/* Whether a result is of use: the task was neither cancelled nor given up, and has not ended. */
gboolean tf__task_is_wanted (TfTask *self);
/* Asks the background to stop, without telling the foreground or, in a worker process, the program. Returns TRUE for
 * the one call that took effect. */
gboolean tf__task_request_cancel (TfTask *self);
gboolean tf__task_request (TfWork       *work,
                           TfCancelEvent event);
void     tf__task_requested (TfWork *work);
/* Cancels the task if it waits in the queue: TRUE for the one call that took effect. */
gboolean tf__task_take_back (TfTask *self);
gboolean tf__task_set_queued_priority (TfTask *self,
                                       int     priority);
/* One half of a task with a detour has ended: TRUE if it was the last one, and the caller has to set
 * the outcome and post the final message. */
const TfTaskDetour *tf__task_get_detour (TfTask *self);
gboolean            tf__task_end_half (TfTask    *self,
                                       TfTaskHalf half);
/* Posts the final message of a task with a detour if its code has returned. */
void tf__task_end_early (TfTask *self);
/* Has the detour of the task told in the owner context that the code has returned, if it has and the rest has not
 * ended. */
void tf__task_tell_returned (TfTask *self);
/* The task was cancelled and its code will not run. Takes the reference of the queue. */
void tf__task_end_unrun (TfTask *self);
/* FALSE, with a critical that names @function, when the task cannot take a result now. */
gboolean tf__task_claim_return (TfTask     *self,
                                const char *function);
gboolean tf__task_is_running (TfTask     *self,
                              const char *function);
/* The frame of the task in the current thread; NULL, with a critical that names @function, outside of its function. */
struct _TfTaskFrame *tf__task_check_frame (TfTask     *self,
                                           const char *function);
/* A thread that runs the task: FALSE if the event is not wanted. The second takes what is in @value. */
gboolean tf__task_send_event (TfTask       *self,
                              TfRoad        road,
                              const char   *kind,
                              const GValue *value,
                              const char   *function);
/* For what comes from another process: waits also until no more than @max_pending bytes are on their way. */
void     tf__task_send_sized (TfTask       *self,
                              TfRoad        road,
                              const char   *kind,
                              const GValue *value,
                              guint64       size,
                              guint64       max_pending);
gboolean tf__task_send_own (TfTask     *self,
                            TfRoad      road,
                            const char *kind,
                            GValue     *value,
                            const char *function);
/* In the submission: gives a task that has a reference instead of a function the function of this process. */
gboolean tf__task_resolve (TfTask  *self,
                           GError **error);
/* Gives up the reference of a future that goes: what it had is freed in the owner context. */
void tf__task_release (TfTask *self);

/* The tasks that the current thread runs, one inside the other. */
typedef struct _TfTaskFrame TfTaskFrame;
struct _TfTaskFrame
{
  TfTask      *task;
  TfTaskFrame *outer;
  gpointer     bytes;      /* (owned) (nullable) of tf_task_allocate_bytes() */
  gsize        n_bytes;    /* as many as were asked for */
  gssize       n_returned; /* of them, or -1 */
};
void         tf__task_push_frame (TfTaskFrame *frame,
                                  TfTask      *task);
void         tf__task_pop_frame (TfTaskFrame *frame);
TfTaskFrame *tf__task_get_frame (void);

/* A thread of the background: tf-task-worker.c. Takes the reference. */
void tf__task_run (TfTask *self) TF_WORKER;
/* For a runner: the task has begun. Its end are tf__task_pop_frame() and the final message. */
void tf__task_begin (TfTask      *self,
                     TfTaskFrame *frame) TF_WORKER;

/* Owner context: tf-task-delivery.c. */
extern const TfWorkClass tf__task_work_class;
/* Makes the future of a task that is being submitted, in whatever thread: nobody else knows the two
 * yet. */
TfFuture *tf__task_make_future (TfTask *self,
                                GType   type);
/* The task that a future stands for, or NULL if it has another kind of work. */
TfTask *tf__task_of (TfFuture *future);
