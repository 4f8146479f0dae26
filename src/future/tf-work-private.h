/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-future.h>

#include "core/tf-sides-private.h"
#include "future/tf-future-states-private.h"
#include "message/tf-dispatcher-private.h"
#include "message/tf-outcome-private.h"

/* The work behind a future: what a task, a promise, a derived future, a set and a detached future have in common.
 * Each of them embeds a TfWork as its first member. The cancel state is that of the pipe; the rules of how work ends
 * stand in tf-work.c, and those of cancelling in tf-work-shared.c. */

typedef struct _TfWork TfWork;

/* Data to be freed when a walk through futures is over: see tf-future-callbacks.c. */
typedef GArray TfRemains;

typedef enum
{
  TF_WORK_TASK,       /* run by an executor; counts its own references, and has one on the future until "done" */
  TF_WORK_DETACHED,   /* done by somebody else; the same */
  TF_WORK_COMPLETION, /* embedded in its future, which it never outlives */
} TfWorkKind;

typedef enum
{
  TF_ABORT_ALLOWED,
  TF_ABORT_REFUSED,
  TF_ABORT_UNDER_WAY, /* a handler further up on the stack is being asked: nothing is left to do */
} TfAbortAnswer;

/* Functions that differ between the kinds of work. Any thread calls them, unless a mark says otherwise. */
typedef struct
{
  TfPipeClass pipe; /* first: a pipe of such a class is work */
  TfWorkKind  kind;

  /* The future goes, and gives its work up. */
  void (*unref) (TfWork *self);
  const char *(*get_name) (TfWork *self);
  const char *(*get_description) (TfWork *self); /* (nullable) */
  /* (nullable) The text of the call site; NULL if the address of the call is all that is known. */
  const char *(*get_location) (TfWork *self);

  /* (nullable) Neither a cancel nor an abort takes effect. */
  gboolean (*is_refusing) (TfWork *self);
  /* (nullable) Called instead of tf__work_request(), which it wraps, when a user cancels or aborts. */
  gboolean (*request) (TfWork       *self,
                       TfCancelEvent event);
  /* (nullable) A request took effect: take the work out of a queue, tell a worker. */
  void (*requested) (TfWork *self);
  /* (nullable) Cancels work that waits in a queue: FALSE, and nothing happens, if it has begun. */
  gboolean (*cancel_queued) (TfWork *self);
  /* (nullable) FALSE if the work does not wait in a queue. */
  gboolean (*set_priority) (TfWork *self,
                            int     priority);
  /* [foreground] (nullable) CANCELLING has been notified. @reason is that of an abort, which ends the work in any case;
   * NULL for a cancel. An outcome may have come meanwhile, but not the end. */
  void (*cancelled) (TfWork       *self,
                     const GError *reason);
  /* [foreground] (nullable) Before an abort: sets @error if it is refused. */
  TfAbortAnswer (*allow_abort) (TfWork       *self,
                                const GError *reason,
                                GError      **error);

  /* Called before and after another thread than the owner's blocks until the work is done. */
  gboolean (*begin_wait) (TfWork  *self,
                          GError **error);
  void (*end_wait) (TfWork *self);

  /* [foreground] The future is done: calls the stored callback, and frees what the user gave. */
  void (*settle) (TfWork   *self,
                  TfFuture *future);
  /* [foreground] (nullable) "done" was delivered; the future still lives. Not of a completion. */
  void (*settled) (TfWork *self);
  /* [foreground] (nullable) Whether there is a stored callback. */
  gboolean (*has_callback) (TfWork *self);
  /* [foreground] (nullable) The owner is gone: callbacks whose data it is must not be called any more. */
  void (*drop_callback) (TfWork    *self,
                         gpointer   owner,
                         TfRemains *remains);
  /* [foreground] (nullable) The futures without which it cannot end, by number, to be asked for one after the other
   * from 0 on; NULL after the last. */
  TfFuture *(*get_need) (TfWork *self,
                         guint   index);
  /* [foreground] (nullable) A function that was given to the work runs further up on the stack, and the work cannot end
   * before the function returns. */
  gboolean (*is_calling) (TfWork *self);
  /* [foreground] (nullable) All futures that may bring about its end, in the same way; these are the needs if NULL. */
  TfFuture *(*get_source) (TfWork *self,
                           guint   index);
  /* [foreground] (nullable) Whether something that the work has said, perhaps its outcome, may be on its way to the
   * pipe. */
  gboolean (*is_arriving) (TfWork *self);
} TfWorkClass;

/* A time limit that is noticed so late: the loop, or the whole program, has stood still meanwhile. */
#define TF_WORK_STALL_US (100 * 1000)

/* How long such a limit waits for what arrived meanwhile, in real time. */
#define TF_WORK_PATIENCE_US G_USEC_PER_SEC

/* The cancellable of work, for those who have asked for it. */
typedef struct
{
  GCancellable *cancellable; /* (owned) [const] */
  gulong        handler;     /* [atomic] of "cancelled", until the work ends */
} TfWorkCancellable;

struct _TfWork
{
  TfPipe             pipe;
  TfFuture          *future; /* a completion: [const]; otherwise [foreground] (owned) until "done" was delivered */
  TfWorkCancellable *own;    /* (owned) (nullable) [atomic] set once */
  gpointer           place;  /* [const] once others know the work: the address of the call that made it */
  gint64
    time_us; /* when it started; [foreground] after the end: how long it took. Valid if the pipe is timed. */
  union
  {
    /* The one who settled it, then the foreground. */
    TfOutcome outcome;
    /* [lock of the host] A task that waits in a queue has no outcome yet. */
    struct
    {
      struct _TfTask *next_queued;
      struct _TfTask *previous_queued;
    };
  };
};

static inline const TfWorkClass *
tf__work_get_class (TfWork *self)
{
  return (const TfWorkClass *) self->pipe.klass;
}

/* Any thread: tf-work-shared.c. */
void  tf__work_clear (TfWork *self);
char *tf__work_dup_location (TfWork *self);
/* Steps the cancel state, and asks the background to stop: TRUE for the one call that took effect. The foreground is
 * not told. */
gboolean tf__work_request (TfWork       *self,
                           TfCancelEvent event);
/* The part of a request that follows when the background was asked: wakes senders, cancels the cancellable. */
void tf__work_release (TfWork *self);
/* The request of a user: goes through the class, which may refuse it. */
gboolean tf__work_cancel (TfWork *self);
/* The owner gives the work up: FALSE if it has ended. */
gboolean tf__work_abort (TfWork *self);
gboolean tf__work_is_refusing (TfWork *self);
/* Whether a cancel took effect, and neither an abort nor the end came after it. */
gboolean tf__work_is_cancel_requested (TfWork *self);
/* The cancellable of the work, made by the first call. It is cancelled with the work; and, if it is joined, the work
 * with it, as long as that has not ended. */
GCancellable *tf__work_ensure_cancellable (TfWork  *self,
                                           gboolean is_joined);
/* Uses @cancellable, which is not joined, for work that nobody else knows yet. */
void tf__work_set_cancellable (TfWork       *self,
                               GCancellable *cancellable);
/* Joins a cancellable that was made or set before others knew the work. */
void tf__work_join_cancellable (TfWork *self);
void tf__work_leave_cancellable (TfWork *self);
/* In the owner context, or once the future is done; @phase is that of the future. */
gint64 tf__work_get_elapsed (TfWork *self,
                             TfPhase phase);
/* Whether freeing the outcome calls code of the user, and this is not the owner context, where that belongs. */
gboolean tf__work_is_outcome_elsewhere (TfWork *self);

/* The end of work that has no owner context in this process: from now on a request is refused. */
void tf__work_close_undelivered (TfWork *self);

/* Owner context: tf-work.c. */
/* CANCELLING was requested: notifies that, and passes the cancel on. Does nothing if there is no request, or it has
 * been told. */
void tf__work_tell_cancel (TfWork *self) TF_FOREGROUND;
/* The part of it that passes a cancel on which has been told. Once. */
void tf__work_pass_cancel (TfWork *self) TF_FOREGROUND;
/* The messages that mean the same for every kind of work. Returns FALSE for those that only one kind knows. */
gboolean tf__work_deliver (TfWork  *self,
                           TfNews   news,
                           TfEvent *event) TF_FOREGROUND;
/* Ends work that was aborted, before its background has. */
void tf__work_give_up (TfWork *self) TF_FOREGROUND;
/* Takes the end of the background, and returns the cancel state before it. */
TfCancelState tf__work_close (TfWork *self) TF_FOREGROUND;
/* Moves the future to its last state after tf__work_close(), which returned @before; never for aborted work. Returns
 * FALSE if the state of the future refuses @event. */
gboolean tf__work_end (TfWork       *self,
                       TfCancelState before,
                       TfFutureEvent event,
                       TfOutcome    *outcome) TF_FOREGROUND;
