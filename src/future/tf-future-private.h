/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-future.h>

#include "core/tf-sides-private.h"
#include "future/tf-work-private.h"

typedef struct _TfContinuation TfContinuation;
typedef struct _TfOwnerLink    TfOwnerLink;

/* Data to be freed when a walk through futures is over, since a free function may run any code. */
void tf__remains_add (TfRemains     *self,
                      gpointer       data,
                      GDestroyNotify data_free);
/* Sets @data_free to NULL. */
void tf__remains_take (TfRemains      *self,
                       gpointer        data,
                       GDestroyNotify *data_free);

/* A wait, on a thread that runs a task, for a future that is not a task: the task room sees that it costs no worker,
 * and that it can end. */
typedef struct
{
  gboolean (*begin) (TfFuture *future,
                     GError  **error);
  void (*end) (TfFuture *future);
  /* [foreground] (transfer full) (nullable) What the task of @future waits for, perhaps through other tasks. */
  TfFuture *(*follow) (TfFuture *future);
  /* Whether it has been found meanwhile that a wait of this thread, also one for a task, cannot end: TRUE with @error
   * set. Called with the lock of a place where threads wait. */
  gboolean (*is_hopeless) (TfFuture *future,
                           GError  **error);
  /* [foreground] What the code behind @future waits for; NULL if it does not wait, or for something elsewhere. */
  TfFuture *(*dup_awaited) (TfFuture *future);
} TfCompoundWaitClass;

/* Called in the owner context. */
typedef struct
{
  /* After "done". The continuation is out of the list by then. */
  void (*run) (TfContinuation *self,
               TfFuture       *future);
  /* (nullable) Returns the future that goes on. */
  TfFuture *(*get_target) (TfContinuation *self);
  /* (nullable) The progress of @future was notified; its fraction was @old before. Must not run code of the user. */
  void (*progressed) (TfContinuation *self,
                      TfFuture       *future,
                      double          old);
  /* (nullable) The owner is gone. A continuation that calls a callback whose data it is takes itself out of the
   * list. */
  void (*drop_callback) (TfContinuation *self,
                         TfFuture       *future,
                         gpointer        owner,
                         TfRemains      *remains);
} TfContinuationClass;

/* Code of the library that goes on when a future is done; embedded in what it belongs to. */
struct _TfContinuation
{
  const TfContinuationClass *klass;
  TfContinuation            *next;
  TfContinuation            *previous;
};

/* [foreground] The progress as it was last notified, for the properties. */
typedef struct
{
  gint64   completed;
  gint64   total;
  double   exact;  /* completed steps, with parts of a step; behind the fraction */
  char    *status; /* (owned) (nullable) */
  double   rate;
  gint64   eta_us;
  gint64   last_us;
  gboolean is_reported; /* the rate and the ETA are those of a report; FALSE before the first one */
} TfProgressView;

/* [foreground] What few futures need. */
typedef struct
{
  TfProgressView  progress;
  TfProgressView *passed;       /* (owned) (nullable) passed on by other futures, and not notified yet */
  GError         *reason;       /* (owned) (nullable): of an abort, here or where the cancel came from */
  GError         *asked_reason; /* (owned) (nullable): of an abort that is on its way here, and may be refused */
  char           *origin;       /* (owned) (nullable) the name of the future where the cancel began: a GRefString */
  TfContinuation *watchers;     /* who wants to see the end, and is no listener otherwise */
  TfOwnerLink    *owner_link;   /* (owned) (nullable) what is in it has the lock of the owners */
} TfFutureMore;

typedef struct
{
  TfWork         *work;          /* (owned) (nullable) [const] NULL: made by nobody who works for it */
  TfOutcome      *outcome;       /* (nullable) part of some work; set before the phase is a done one */
  TfContinuation *continuations; /* [foreground] */
  TfFutureMore   *more;          /* (owned) (nullable) [foreground] */
  guint8          phase;         /* [atomic] a TfPhase, written in the foreground only */
  guint8          is_handled;    /* [atomic] a failure of this future is nothing to report */
  guint8          report;        /* [foreground, until it is done] a TfFailureReport */
  guint8          is_owed;       /* [foreground] the work has given its reference up meanwhile */
  guint16         n_waiters;     /* [atomic] threads that wait until it is done, that of the owner too */
  guint16         n_emitting;    /* [foreground] emissions in progress, one inside the other */
} TfFuturePrivate;

/* The memory of a hundred thousand futures is gone through several times on their way: what few of them have is
 * elsewhere. */
G_STATIC_ASSERT (sizeof (gpointer) != 8 || sizeof (TfFuturePrivate) <= 40);

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
TfFuture *tf__future_new (GType   type,
                          TfWork *work);

/* Any thread: tf-future-shared.c. */
TfPhase  tf__future_get_phase (TfFuture *self);
void     tf__future_store_phase (TfFuture *self,
                                 TfPhase   phase) TF_FOREGROUND;
gboolean tf__future_block (TfFuture     *self,
                           gint64        deadline_us,
                           GCancellable *cancellable,
                           GError      **error);
/* The failure, or one that may still come, is nothing to report. */
void tf__future_mark_read (TfFuture *self);
/* When a failed future goes: whether its failure began here, and nobody has looked at it in any future that has it. */
gboolean tf__future_is_unread (TfFuture *self);

/* Whoever waits in between listens, and is woken when it is done. */
void     tf__future_begin_waiting (TfFuture *self);
void     tf__future_end_waiting (TfFuture *self);
gboolean tf__future_is_waited_for (TfFuture *self);
void     tf__future_set_compound_wait_class (const TfCompoundWaitClass *klass);
gboolean tf__future_begin_compound_wait (TfFuture *self,
                                         GError  **error);
void     tf__future_end_compound_wait (TfFuture *self);
/* In the owner context: what the code of a task waits for, if that belongs to the same thread. */
TfFuture *tf__future_dup_awaited (TfFuture *self) TF_FOREGROUND;
/* (transfer full) (nullable) If @self is of a task: the future of another kind that the task waits for. */
TfFuture *tf__future_follow_compound_wait (TfFuture *self) TF_FOREGROUND;
/* Has all threads that wait look whether that is of any use still. */
void tf__future_wake_waiters (void);
/* In dispose: whether that is because the last reference goes. */
gboolean tf__future_has_last_reference (TfFuture *self);

/* Any thread, once it is done: the error that one which did not complete ends with; a new copy. */
GError *tf__future_make_error (TfFuture *self,
                               TfPhase   phase);

/* Owner context. */
/* Between the two the future lives, also if a handler runs a nested loop that brings it to its end:
 * the reference of the work is given up by tf__future_release(). */
void tf__future_begin_telling (TfFuture *self) TF_FOREGROUND;
void tf__future_end_telling (TfFuture *self) TF_FOREGROUND;
void tf__future_release (TfFuture *self) TF_FOREGROUND;
/* A callback of the user's is called in between, other than a handler. */
void     tf__future_begin_calling (void) TF_FOREGROUND;
void     tf__future_end_calling (void) TF_FOREGROUND;
gboolean tf__future_is_in_callback (void) TF_FOREGROUND;
/* Whether @self cannot end before a callback returns that is further up on the stack of this thread. */
gboolean tf__future_is_blocked_here (TfFuture *self) TF_FOREGROUND;
/* Whether a future that is not done, or one that may bring about its end, has ended already, and that has only to be
 * delivered. With @has_stalled also if it may be on its way from a worker process. */
gboolean tf__future_is_arriving (TfFuture *self,
                                 gboolean  has_stalled) TF_FOREGROUND;
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
void tf__future_take_progress (TfFuture *self,
                               TfPipe   *pipe) TF_FOREGROUND;
/* Has @view, of which the status is copied, notified as the progress of a derived future, in a step of its own. */
void tf__future_pass_progress (TfFuture             *self,
                               const TfProgressView *view) TF_FOREGROUND;
/* Passes the progress of another future on. */
void tf__future_pass_progress_of (TfFuture *self,
                                  TfFuture *other) TF_FOREGROUND;
/* The fraction by the counts alone, also of a future that completed. */
double tf__future_get_counted_fraction (TfFuture *self) TF_FOREGROUND;
/* Tells the continuations of new progress. */
void          tf__future_tell_progress (TfFuture *self,
                                        double    old) TF_FOREGROUND;
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
/* FALSE, after a critical, in a child by fork() of the process that made a future which is not done. Such a future
 * neither ends nor can be cancelled here, and its locks must not be taken. Any thread. */
gboolean tf__future_check_process (TfFuture   *self,
                                   const char *function);
/* The same with an error, TF_ERROR_NOT_RUNNING, instead of the critical. @action: what cannot be done with it. */
gboolean tf__future_check_process_error (TfFuture   *self,
                                         const char *action,
                                         GError    **error);
/* In the owner context, when the owner object has gone: cancels, and takes its handlers off. */
void tf__future_leave_owner (TfFuture *self,
                             gpointer  owner) TF_FOREGROUND;
/* The same, if it went on another thread, and has not been left since. */
void tf__future_leave_gone_owner (TfFuture *self) TF_FOREGROUND;

/* The owner is gone: drops the callbacks and handlers whose data it is, here and at all that is derived from @self. */
void tf__future_drop_callbacks (TfFuture *self,
                                gpointer  owner) TF_FOREGROUND;

/* Returns a GTask whose callback can be dropped: its task data is taken. */
GTask *tf__gtask_new (gpointer            source,
                      GCancellable       *cancellable,
                      GAsyncReadyCallback callback,
                      gpointer            user_data);
/* TRUE if @owner is the data of the callback, which will not be called then. The caller returns the GTask. */
gboolean tf__gtask_drop_callback (GTask   *gtask,
                                  gpointer owner);

/* Owners: tf-owner-shared.c. */
void tf__owner_bind (TfFuture *self,
                     GObject  *owner);
/* The owner has gone before: @key is its address. */
void tf__owner_bind_gone (TfFuture *self,
                          gpointer  key);
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
