/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-future.h>

#include "core/tf-sides-private.h"
#include "future/tf-future-states-private.h"
#include "message/tf-dispatcher-private.h"
#include "message/tf-outcome-private.h"

typedef struct _TfContinuation TfContinuation;
typedef struct _TfOwnerLink    TfOwnerLink;

typedef enum
{
  TF_ABORT_ALLOWED,
  TF_ABORT_REFUSED,
  TF_ABORT_UNDER_WAY, /* it is being asked for further up on the stack: there is nothing more to do */
} TfAbortAnswer;

/* What a future needs of the work that it stands for. Any thread, unless a mark says otherwise. */
typedef struct
{
  void (*unref) (gpointer work);
  TfDispatcher *(*get_dispatcher) (gpointer work);
  /* (nullable) Where its events wait. */
  TfPipe *(*get_pipe) (gpointer work);
  const char *(*get_name) (gpointer work);
  const char *(*get_description) (gpointer work);
  char *(*dup_location) (gpointer work);

  /* (nullable) Neither a cancel nor an abort takes effect. */
  gboolean (*is_refusing) (gpointer work);
  /* Asks the background to stop: TRUE for the one call that took effect. */
  gboolean (*cancel) (gpointer work);
  gboolean (*is_cancel_asked) (gpointer work);
  /* (nullable) The same as cancel, for work that waits in a queue: FALSE, and nothing happens, if it has begun. */
  gboolean (*cancel_queued) (gpointer work);
  /* (nullable) FALSE if the work does not wait in a queue. */
  gboolean (*set_priority) (gpointer work,
                            int      priority);
  /* [foreground] (nullable) CANCELLING has been told. */
  void (*cancelled) (gpointer work);
  /* [foreground] (nullable) Before an abort: sets @error if it is refused. */
  TfAbortAnswer (*allow_abort) (gpointer      work,
                                const GError *reason,
                                GError      **error);
  /* Tells the background that nobody waits any more: FALSE when it has already ended. */
  gboolean (*abort) (gpointer work);
  GCancellable *(*dup_gcancellable) (gpointer work);

  /* Called before and after another thread than the owner's blocks until the work is done. */
  gboolean (*begin_wait) (gpointer work,
                          GError **error);
  void (*end_wait) (gpointer work);

  /* [foreground] Microseconds from the start until now, or until the end. */
  gint64 (*get_elapsed) (gpointer work);
  /* [foreground] The future is done: calls the stored callback, and frees what the user gave. */
  void (*settle) (gpointer  work,
                  TfFuture *future);
  /* [foreground] (nullable) Whether there is a stored callback. */
  gboolean (*has_callback) (gpointer work);
  /* [foreground] The owner is gone: the callback must not be called any more. */
  void (*drop_callback) (gpointer work);
  /* Something has to be done for the future in the owner context. */
  void (*post) (gpointer work,
                TfNews   news);
  /* [foreground] (nullable) The futures without which it cannot end, by number, to be asked for one after the other
   * from 0 on; NULL after the last. */
  TfFuture *(*get_need) (gpointer work,
                         guint    index);
} TfWorkClass;

/* A wait, on a thread that runs a task, for a future that is not a task: the task room sees that it costs no worker,
 * and that it can end. */
typedef struct
{
  gboolean (*begin) (TfFuture *future,
                     GError  **error);
  void (*end) (TfFuture *future);
  /* Whether it has been found meanwhile that a wait of this thread, also one for a task, cannot end: TRUE with @error
   * set. Called with the lock of a place where threads wait. */
  gboolean (*is_hopeless) (TfFuture *future,
                           GError  **error);
} TfCompoundWaitClass;

/* Code of the library that goes on when a future is done; embedded in what it belongs to. */
struct _TfContinuation
{
  /* In the owner context, after "done". The continuation is out of the list by then. */
  void (*run) (TfContinuation *self,
               TfFuture       *future);
  TfContinuation *next;
  TfContinuation *previous;
};

/* [foreground] The progress as it was last told, for the properties. */
typedef struct
{
  gint64 completed;
  gint64 total;
  char  *status; /* (owned) (nullable) */
  double rate;
  gint64 eta_us;
  gint64 last_us;
} TfProgressView;

/* [foreground] What few futures need. */
typedef struct
{
  TfProgressView  progress;
  GError         *reason;       /* (owned) (nullable): of an abort, here or where the cancel came from */
  GError         *asked_reason; /* (owned) (nullable): of an abort that is on its way here, and may be refused */
  char           *origin;       /* (owned) (nullable) the name of the future where the cancel began: a GRefString */
  TfContinuation *watchers;     /* who wants to see the end, and is no listener otherwise */
  TfOwnerLink    *owner_link;   /* (owned) (nullable) what is in it has the lock of the owners */
} TfFutureMore;

typedef struct
{
  const TfWorkClass *work_class;    /* [const] NULL: made by nobody who works for it */
  gpointer           work;          /* (owned) [const] */
  TfOutcome         *outcome;       /* (nullable) part of the work; set before the phase is a done one */
  TfContinuation    *continuations; /* [foreground] */
  TfFutureMore      *more;          /* (owned) (nullable) [foreground] */
  guint8             phase;         /* [atomic] a TfPhase, written in the foreground only */
  guint8             is_read;       /* [atomic] somebody has looked at the failure */
  guint8             report;        /* [foreground, until it is done] a TfFailureReport */
  guint8             is_owed;       /* [foreground] the work has given its reference up meanwhile */
  guint16            n_waiters;     /* [atomic] threads that wait until it is done, that of the owner too */
  guint16            n_emitting;    /* [foreground] what is being told, one inside the other */
} TfFuturePrivate;

/* The memory of a hundred thousand futures is gone through several times on their way: what few of them have is
 * elsewhere. */
G_STATIC_ASSERT (sizeof (gpointer) != 8 || sizeof (TfFuturePrivate) <= 48);

typedef enum
{
  TF_FUTURE_PROP_STATE = 1,
  TF_FUTURE_PROP_CANCELLABLE,
  TF_FUTURE_PROP_DONE,
  TF_FUTURE_PROP_NAME,
  TF_FUTURE_PROP_DESCRIPTION,
  TF_FUTURE_PROP_VALUE,
  TF_FUTURE_PROP_ERROR,
  TF_FUTURE_PROP_FRACTION,
  TF_FUTURE_PROP_COMPLETED_STEPS,
  TF_FUTURE_PROP_TOTAL_STEPS,
  TF_FUTURE_PROP_STATUS,
  TF_FUTURE_PROP_RATE,
  TF_FUTURE_PROP_ETA,
  TF_FUTURE_PROP_ELAPSED,
  TF_N_FUTURE_PROPS
} TfFutureProp;

typedef enum
{
  TF_FUTURE_SIGNAL_PROGRESS,
  TF_FUTURE_SIGNAL_ITEM,
  TF_FUTURE_SIGNAL_MESSAGE,
  TF_FUTURE_SIGNAL_DONE,
  TF_N_FUTURE_SIGNALS
} TfFutureSignal;

/* [const] once there is a future */
extern int         tf__future_private_offset;
extern GParamSpec *tf__future_props[TF_N_FUTURE_PROPS];
extern guint       tf__future_signals[TF_N_FUTURE_SIGNALS];

static inline TfFuturePrivate *
tf__future_get_private (TfFuture *self)
{
  return (TfFuturePrivate *) ((char *) self + tf__future_private_offset);
}

/* @work is taken. */
TfFuture *tf__future_new (GType              type,
                          const TfWorkClass *work_class,
                          gpointer           work);

/* Any thread: tf-future-shared.c. */
TfPhase  tf__future_get_phase (TfFuture *self);
void     tf__future_store_phase (TfFuture *self,
                                 TfPhase   phase) TF_FOREGROUND;
gboolean tf__future_block (TfFuture     *self,
                           gint64        deadline_us,
                           GCancellable *cancellable,
                           GError      **error);
void     tf__future_mark_read (TfFuture *self);
/* Whoever waits in between listens, and is woken when it is done. */
void     tf__future_begin_waiting (TfFuture *self);
void     tf__future_end_waiting (TfFuture *self);
gboolean tf__future_is_waited_for (TfFuture *self);
void     tf__future_set_compound_wait_class (const TfCompoundWaitClass *klass);
gboolean tf__future_begin_compound_wait (TfFuture *self,
                                         GError  **error);
void     tf__future_end_compound_wait (TfFuture *self);
/* Has all threads that wait look whether that is of any use still. */
void     tf__future_wake_waiters (void);
gboolean tf__future_is_read (TfFuture *self);
/* In dispose: whether that is because the last reference goes. */
gboolean tf__future_has_last_reference (TfFuture *self);

/* Any thread, once it is done: the error that one which did not complete ends with; a new copy. */
GError *tf__future_make_error (TfFuture *self,
                               TfPhase   phase);

/* Owner context. */
/* Between the two the future lives, also if a handler runs a nested loop that brings it to its end:
 * the reference of the work is given up by tf__future_release(). */
void     tf__future_begin_telling (TfFuture *self) TF_FOREGROUND;
void     tf__future_end_telling (TfFuture *self) TF_FOREGROUND;
void     tf__future_release (TfFuture *self) TF_FOREGROUND;
gboolean tf__future_move (TfFuture     *self,
                          TfFutureEvent event,
                          TfOutcome    *outcome) TF_FOREGROUND;
/* Notifies, unless a handler has moved the future on: then the newer move has told all there is to
 * tell. */
void tf__future_notify_if_still (TfFuture    *self,
                                 TfPhase      phase,
                                 TfFutureProp prop) TF_FOREGROUND;
void tf__future_deliver_event (TfFuture *self,
                               TfEvent  *event) TF_FOREGROUND;
/* The latest progress of a pipe, for the properties; dropped if there is no future, or nobody wants it any more. */
void          tf__future_take_progress (TfFuture *self,
                                        TfPipe   *pipe) TF_FOREGROUND;
void          tf__future_set_report (TfFuture *self,
                                     int       report) TF_FOREGROUND;
TfFutureMore *tf__future_ensure_more (TfFuture *self) TF_FOREGROUND;
/* Whether a handler is connected that hears of the end. */
gboolean tf__future_has_end_handlers (TfFuture *self) TF_FOREGROUND;
/* The cancel began where that of @other did; or there, if @other is not cancelled. Remembers the first. */
void tf__future_set_cancel_origin (TfFuture *self,
                                   TfFuture *other) TF_FOREGROUND;
/* It was not where the cancel began, nor was it stopped by that. */
void tf__future_forget_cancel_origin (TfFuture *self) TF_FOREGROUND;
void tf__future_run_continuations (TfFuture *self) TF_FOREGROUND;
void tf__future_continue_with (TfFuture       *self,
                               TfContinuation *continuation) TF_FOREGROUND;
void tf__future_forget_continuation (TfFuture       *self,
                                     TfContinuation *continuation) TF_FOREGROUND;
/* The same for those who do not count as listeners: a cancel does not spare the future for them. It must not vanish
 * without an end, either. */
void     tf__future_watch (TfFuture       *self,
                           TfContinuation *continuation) TF_FOREGROUND;
void     tf__future_unwatch (TfFuture       *self,
                             TfContinuation *continuation) TF_FOREGROUND;
gboolean tf__future_is_watched (TfFuture *self) TF_FOREGROUND;
gboolean tf__future_is_in_owner (TfFuture *self);
/* In the owner context, when the owner object has gone: cancels, and takes its handlers off. */
void tf__future_leave_owner (TfFuture *self,
                             gpointer  owner) TF_FOREGROUND;
/* The same, if it went on another thread, and has not been left since. */
void tf__future_leave_gone_owner (TfFuture *self) TF_FOREGROUND;

/* Owners: tf-owner-shared.c. */
void tf__owner_bind (TfFuture *self,
                     GObject  *owner);
void tf__owner_unbind (TfFuture *self);
/* What the owner was, if it went away outside the owner context: it is gone, and serves as a key
 * only. */
gpointer tf__owner_take_gone (TfFuture *self);

/* A critical that names the function and the future, unless the caller is in the owner context. */
#define tf__return_if_not_owner(self)                \
  G_STMT_START                                       \
  {                                                  \
    if (!tf__future_check_owner ((self), G_STRFUNC)) \
      return;                                        \
  }                                                  \
  G_STMT_END
#define tf__return_val_if_not_owner(self, val)       \
  G_STMT_START                                       \
  {                                                  \
    if (!tf__future_check_owner ((self), G_STRFUNC)) \
      return (val);                                  \
  }                                                  \
  G_STMT_END
gboolean tf__future_check_owner (TfFuture   *self,
                                 const char *function);
