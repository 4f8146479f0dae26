/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "future/tf-future-private.h"
#include "message/tf-context-host-private.h"

typedef struct _TfCompletion TfCompletion;

/* What a future that is completed by calls, not by a task, has of its own. */
typedef struct
{
  TfPipeClass pipe; /* first: TF_COMPLETION_PIPE */

  const char *(*get_name) (TfCompletion *self);
  /* (nullable) The place where it was made, if that is known better than by the address of the call. */
  const char *(*get_location) (TfCompletion *self);

  /* Any thread: neither cancel nor abort takes effect. */
  gboolean (*is_refusing) (TfCompletion *self);

  /* [foreground] (nullable) The last word before an abort takes effect. */
  TfAbortAnswer (*allow_abort) (TfCompletion *self,
                                const GError *reason,
                                GError      **error);
  /* [foreground] Once, after CANCELLING has been told: ask those who work for it to stop, or end it. With the reason of
   * an abort, which ends it in any case; NULL for a cancel. */
  void (*cancelled) (TfCompletion *self,
                     const GError *reason);
  /* [foreground] (nullable) Told by tf__completion_look(): in a step of its own. */
  void (*look) (TfCompletion *self);
  /* [foreground] (nullable) A timer has rung. */
  void (*rang) (TfCompletion *self);
  /* [foreground] (nullable) Before "done": leave those that it listens to, free what the user gave. */
  void (*ended) (TfCompletion *self);
  /* [foreground] (nullable) The owner is gone: a function whose data it is must not be called any more. */
  void (*drop_callback) (TfCompletion *self,
                         gpointer      owner,
                         TfRemains    *remains);
  /* [foreground] (nullable) The futures without which it cannot end, by number, to be asked for one after the other
   * from 0 on; NULL after the last. */
  TfFuture *(*get_need) (TfCompletion *self,
                         guint         index);

  /* [foreground] (nullable) A function that was given to it runs, and it cannot end before that returns. */
  gboolean (*is_calling) (TfCompletion *self);

  gboolean is_foreground_only; /* nobody but the foreground ends it */
} TfCompletionClass;

/* A reference on the future of a caller who ends it and has nothing to do with it afterwards. */
typedef enum
{
  TF_SPARE_NONE, /* there is none, or it went with the news of the end */
  TF_SPARE_FREE, /* for the news of the end */
  TF_SPARE_KEPT, /* not for them: code of the user's runs before the caller is back */
} TfSpare;

/* The cancellable of one, for those who have asked for it. */
typedef struct
{
  GCancellable *cancellable; /* (owned) [const] */
  gulong        handler;     /* [atomic] of "cancelled" */
} TfOwnCancellable;

/* The work behind such a future, embedded in it. News on their way hold the future. A hundred thousand of them are a
 * matter of the memory that is gone through, so what few of them have is elsewhere. */
struct _TfCompletion
{
  TfPipe    pipe;   /* first: a pipe of such a class is a completion; it counts as a user of its host */
  TfFuture *future; /* [const] in which it is embedded */

  guint8 is_claimed;       /* [atomic] the outcome is decided */
  guint8 is_cancel_spread; /* [foreground] */
  guint8 is_over;          /* [foreground] */
  guint8 spare;            /* [foreground] a TfSpare */

  /* Of a promise alone, where it takes no room. */
  guint8 abortable;  /* [atomic] a TfAbortable */
  guint8 has_worker; /* [atomic] somebody has asked for the cancellable, and will end a cancelled one */
  guint8 is_asking;  /* [foreground] "abort-requested" is being emitted */

  gpointer          place;   /* [const] where it was made */
  TfOwnCancellable *own;     /* (owned) (nullable) [atomic] set once */
  TfOutcome         outcome; /* whoever has claimed it, then the foreground */
  TfFuture         *holder;  /* (owned) (nullable) the same: whose outcome it is, instead */
  gint64            time_us; /* [foreground] when it was made, 0 if it does no work itself; then how long it took */
};

static inline const TfCompletionClass *
tf__completion_get_class (TfCompletion *self)
{
  return (const TfCompletionClass *) self->pipe.klass;
}

static inline TfContextHost *
tf__completion_get_host (TfCompletion *self)
{
  return self->pipe.dispatcher->host;
}

/* Before anybody else knows the future. @context is its own. */
void tf__completion_init (TfCompletion            *self,
                          const TfCompletionClass *klass,
                          TfFuture                *future,
                          GMainContext            *context,
                          gpointer                 place);
/* The same in the context of @other, without looking at the clock: what is derived from another future does no work. */
void tf__completion_init_beside (TfCompletion            *self,
                                 const TfCompletionClass *klass,
                                 TfFuture                *future,
                                 TfFuture                *other,
                                 gpointer                 place);

/* Any thread: tf-completion-shared.c. */
/* TRUE for the one who may set the outcome, and finish then. The foreground, if the class says that nobody else may. */
gboolean tf__completion_claim (TfCompletion *self);
gboolean tf__completion_is_claimed (TfCompletion *self);
void     tf__completion_finish (TfCompletion *self);
void     tf__completion_look (TfCompletion *self);
/* The same, and gives the caller's reference away. */
void          tf__completion_look_last (TfCompletion *self);
gboolean      tf__completion_request (TfCompletion *self,
                                      TfFate        fate);
GCancellable *tf__completion_ensure_cancellable (TfCompletion *self);
GCancellable *tf__completion_peek_cancellable (TfCompletion *self);
void          tf__completion_leave_cancellable (TfCompletion *self);
/* Frees an outcome in the owner context. */
void tf__completion_reap (TfCompletion *self);
void tf__completion_free_cancellable (TfCompletion *self);
/* Calls a function in the owner context of @self, which may have gone by then. */
void tf__completion_free_there (TfCompletion  *self,
                                gpointer       data,
                                GDestroyNotify data_free);

/* Owner context: tf-completion.c. */
extern const TfWorkClass tf__completion_work_class;

void    tf__completion_deliver (TfPipe  *pipe,
                                TfNews   news,
                                TfEvent *event);
TfPipe *tf__completion_ref_pipe (TfPipe *pipe);
void    tf__completion_unref_pipe (TfPipe *pipe);

/* What the class of a completion begins with. */
#define TF_COMPLETION_PIPE                                                     \
  {                                                                            \
    tf__completion_deliver, tf__completion_ref_pipe, tf__completion_unref_pipe \
  }

/* The completion of a future, or NULL if it has another kind of work. */
TfCompletion *tf__completion_of (TfFuture *future);
/* Whether neither a cancel nor an abort takes effect. */
gboolean tf__completion_is_refusing (TfCompletion *self);
/* Whether somebody has asked for an abort that has not been delivered yet. */
gboolean tf__completion_is_abort_asked (TfCompletion *self) TF_FOREGROUND;
/* Whether it ends without anything else having to happen: one that follows another is decided, but does not. */
gboolean tf__completion_has_outcome (TfCompletion *self) TF_FOREGROUND;
/* Lists it without a wake-up: see tf__pipe_post_here(). The news travel with the spare reference, if there is one. */
void tf__completion_finish_here (TfCompletion *self) TF_FOREGROUND;
/* Between the two a reference of the caller's is free. It may go with the news of the end, and these must not be
 * delivered before the second call: so who calls the user's code in between, other than before the end, has it kept. */
void tf__completion_begin_spare (TfCompletion *self) TF_FOREGROUND;
void tf__completion_end_spare (TfCompletion *self) TF_FOREGROUND;
/* Ends a claimed one as another future has, which is done. */
void tf__completion_end_claimed_as (TfCompletion *self,
                                    TfFuture     *other) TF_FOREGROUND;
/* Claims, and ends as another future has, which is done: FALSE if it was claimed before. */
gboolean tf__completion_end_as (TfCompletion *self,
                                TfFuture     *other) TF_FOREGROUND;
/* The same, with an error, which is taken. */
gboolean tf__completion_end_with_error (TfCompletion *self,
                                        GError       *error) TF_FOREGROUND;
/* The same, without a value. */
gboolean tf__completion_end_with_none (TfCompletion *self) TF_FOREGROUND;
/* Ends it cancelled: nobody works for it any more. */
void tf__completion_end_cancelled (TfCompletion *self) TF_FOREGROUND;
/* Makes it done, with @outcome's contents, before anybody knows it. */
void tf__completion_preset (TfCompletion *self,
                            TfOutcome    *outcome) TF_FOREGROUND;
/* Whether anybody else than @own has an interest in how it ends. */
gboolean tf__completion_has_other_listeners (TfFuture       *future,
                                             TfContinuation *own) TF_FOREGROUND;
/* Whether somebody has to learn that it will never happen. A watcher alone does not need to be warned of that. */
gboolean tf__completion_is_missed (TfFuture *future) TF_FOREGROUND;
/* Whether @other cannot end before @future does. */
gboolean tf__completion_waits_for (TfFuture *other,
                                   TfFuture *future) TF_FOREGROUND;
/* Cancels a future, or gives it up with a reason, on behalf of this one: FALSE if it refuses. */
gboolean tf__completion_cancel_other (TfCompletion *self,
                                      TfFuture     *other,
                                      const GError *reason) TF_FOREGROUND;
/* Asks a future to stop that only @own listens to: FALSE if others do, or it refuses. The state follows
 * in a step of its own, so that chains of any length are asked. */
gboolean tf__completion_stop_other (TfCompletion   *self,
                                    TfFuture       *other,
                                    TfContinuation *own,
                                    const GError   *reason) TF_FOREGROUND;
