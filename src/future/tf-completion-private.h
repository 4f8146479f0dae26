/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "future/tf-future-private.h"
#include "message/tf-context-host-private.h"

typedef struct _TfCompletion TfCompletion;

/* Functions of a future that is completed by calls, not by a task. A class begins with TF_COMPLETION_WORK
 * and sets those functions of TfWorkClass that it needs: "get_name" and "cancelled" in any case, "is_refusing" and
 * "get_need" if it has them. */
typedef struct
{
  TfWorkClass work;

  /* [foreground] (nullable) The last word before an abort takes effect. */
  TfAbortAnswer (*ask_abort) (TfCompletion *self,
                              const GError *reason,
                              GError      **error);
  /* [foreground] (nullable) Called by tf__completion_look(), in a step of its own. */
  void (*look) (TfCompletion *self);
  /* [foreground] (nullable) A timer of the completion has expired. */
  void (*on_timer) (TfCompletion *self);
  /* [foreground] (nullable) Before "done": leave those that it listens to, free what the user gave. */
  void (*ended) (TfCompletion *self);
  /* [foreground] (nullable) A function that was given to it runs, and it cannot end before that returns. */
  gboolean (*is_calling) (TfCompletion *self);
} TfCompletionClass;

/* A reference on the future of a caller who ends it and has nothing to do with it afterwards. */
typedef enum
{
  TF_SPARE_NONE, /* there is none, or it went with the news of the end */
  TF_SPARE_FREE, /* for the news of the end */
  TF_SPARE_KEPT, /* not for them: code of the user's runs before the caller is back */
} TfSpare;

/* The work behind such a future, embedded in it. Messages that are pending hold the future. A program may have a
 * hundred thousand of them, so what only few need is kept elsewhere. */
struct _TfCompletion
{
  TfWork work; /* first; its pipe counts as a user of its host */

  guint8 spare; /* [foreground] a TfSpare */

  /* Of a promise alone, where it takes no room. */
  guint8 abort_policy; /* [atomic] a TfAbortPolicy */
  guint8 has_worker;   /* [atomic] somebody has asked for the cancellable, and will end a cancelled promise */
  guint8 is_asking;    /* [foreground] "abort-requested" is being emitted */

  TfFuture *holder; /* (owned) (nullable) [foreground] the future whose outcome this one has, instead of its own */
};

static inline const TfCompletionClass *
tf__completion_get_class (TfCompletion *self)
{
  return (const TfCompletionClass *) self->work.pipe.klass;
}

static inline TfContextHost *
tf__completion_get_host (TfCompletion *self)
{
  return self->work.pipe.dispatcher->host;
}

/* Before anybody else knows the future. @context is its own. */
void tf__completion_init (TfCompletion            *self,
                          const TfCompletionClass *klass,
                          TfFuture                *future,
                          GMainContext            *context,
                          gpointer                 place);
/* Uses the context of @other, and does not look at the clock: a derived future does no work. */
void tf__completion_init_beside (TfCompletion            *self,
                                 const TfCompletionClass *klass,
                                 TfFuture                *future,
                                 TfFuture                *other,
                                 gpointer                 place);

/* Any thread: tf-completion-shared.c. */
/* Decides the outcome: TRUE for the one who may write it, and has to finish then. It does not change any more: a later
 * cancel is too late. */
gboolean tf__completion_settle (TfCompletion *self);
/* Whether an outcome is of use: none is decided, and the completion was not aborted. */
gboolean tf__completion_may_settle (TfCompletion *self);
/* Whether the outcome is decided, or is that of a future that is followed. */
gboolean tf__completion_is_settled (TfCompletion *self);
/* Whether neither a resolve nor a cancel changes anything any more. */
gboolean tf__completion_has_outcome (TfCompletion *self);
/* Has a settled one delivered. */
void tf__completion_finish (TfCompletion *self);
/* Has the class look at the completion in the owner context. */
void tf__completion_look (TfCompletion *self);
/* Gives the caller's reference away to that. */
void tf__completion_look_last (TfCompletion *self);
/* Frees the outcome in the owner context. */
void tf__completion_reap (TfCompletion *self);
/* Calls a function in the owner context of @self, which may have gone by then. */
void tf__completion_free_there (TfCompletion  *self,
                                gpointer       data,
                                GDestroyNotify data_free);

/* Owner context: tf-completion.c. */
void          tf__completion_deliver (TfPipe  *pipe,
                                      TfNews   news,
                                      TfEvent *event);
TfPipe       *tf__completion_ref_pipe (TfPipe *pipe);
void          tf__completion_unref_pipe (TfPipe *pipe);
void          tf__completion_unref_work (TfWork *work);
TfAbortAnswer tf__completion_allow_abort (TfWork       *work,
                                          const GError *reason,
                                          GError      **error);
gboolean      tf__completion_is_calling (TfWork *work);
gboolean      tf__completion_begin_wait (TfWork  *work,
                                         GError **error);
void          tf__completion_end_wait (TfWork *work);
void          tf__completion_settle_work (TfWork   *work,
                                          TfFuture *future);

/* The initializers of TfWorkClass that are the same for all completions. */
#define TF_COMPLETION_WORK                                                                \
  .pipe = { tf__completion_deliver, tf__completion_ref_pipe, tf__completion_unref_pipe }, \
  .kind = TF_WORK_COMPLETION, .unref = tf__completion_unref_work,                         \
  .allow_abort = tf__completion_allow_abort, .begin_wait = tf__completion_begin_wait,     \
  .end_wait = tf__completion_end_wait, .is_calling = tf__completion_is_calling,           \
  .settle = tf__completion_settle_work

/* The completion of a future, or NULL if it has another kind of work. */
TfCompletion *tf__completion_of (TfFuture *future);
/* Whether somebody has asked for an abort that has not been delivered yet. */
gboolean tf__completion_is_abort_asked (TfCompletion *self) TF_FOREGROUND;
/* Lists it without a wake-up: see tf__pipe_post_here(). The news travel with the spare reference, if there is one. */
void tf__completion_finish_here (TfCompletion *self) TF_FOREGROUND;
/* Between the two a reference of the caller's is free. It may go with the news of the end, and these must not be
 * delivered before the second call: so who calls the user's code in between, other than before the end, has it kept. */
void tf__completion_begin_spare (TfCompletion *self) TF_FOREGROUND;
void tf__completion_end_spare (TfCompletion *self) TF_FOREGROUND;
/* Ends as @other has, which is done: FALSE if it was settled before. */
gboolean tf__completion_end_as (TfCompletion *self,
                                TfFuture     *other) TF_FOREGROUND;
/* Ends a completion that follows @other, which is done. */
void tf__completion_end_as_leader (TfCompletion *self,
                                   TfFuture     *other) TF_FOREGROUND;
/* Ends with an error, which is taken: FALSE if it was settled before. */
gboolean tf__completion_end_with_error (TfCompletion *self,
                                        GError       *error) TF_FOREGROUND;
/* Ends without a value: FALSE if it was settled before. */
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
