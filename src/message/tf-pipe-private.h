/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/tf-sides-private.h"
#include "message/tf-cancel-states-private.h"
#include "message/tf-event-private.h"

typedef struct _TfDispatcher TfDispatcher;
typedef struct _TfPipe       TfPipe;

/* How many events of one pipe may be on their way before their sender has to wait. */
#define TF_PIPE_HIGH_WATER 1024

/* What a pipe can have to tell, in the order in which it is delivered. */
typedef enum
{
  TF_NEWS_NONE = 0,
  TF_NEWS_CANCEL = 1 << 0,     /* cancelling was asked for outside the owner context */
  TF_NEWS_OWNER_GONE = 1 << 1, /* a bound owner was disposed of outside the owner context */
  TF_NEWS_ABORT = 1 << 2,      /* the owner gave up waiting */
  TF_NEWS_STARTED = 1 << 3,
  TF_NEWS_EVENTS = 1 << 4,
  TF_NEWS_PROGRESS = 1 << 5,
  TF_NEWS_RETURNED = 1 << 6, /* the code has returned, but the work goes on elsewhere */
  TF_NEWS_LOOK = 1 << 7,     /* what the work depends on has changed */
  TF_NEWS_FINAL = 1 << 8,    /* the last thing the background says */
  TF_NEWS_REAP = 1 << 9,     /* the future went outside the owner context: free its values here */
  TF_NEWS_TIMER = 1 << 10,   /* a timer has rung */
  TF_NEWS_CALL = 1 << 11,    /* of a TfCall: run its function */
} TfNews;

typedef struct
{
  /* In the owner context. @event is set for TF_NEWS_EVENTS only; the caller clears it
   * afterwards. */
  void (*deliver) (TfPipe  *self,
                   TfNews   news,
                   TfEvent *event);
  TfPipe *(*ref) (TfPipe *self);
  void (*unref) (TfPipe *self);
  /* Any thread, (nullable) with the next: a sender begins and ends to wait for room that a handler may keep it from,
   * which waits for other work in turn. FALSE if this thread does not keep others from working. */
  gboolean (*sender_blocked) (TfPipe *self);
  void (*sender_unblocked) (TfPipe *self);
} TfPipeClass;

/* The latest state of the progress: newer ones replace older ones, so it never takes room. */
typedef struct
{
  gint64   completed; /* [atomic] */
  gint64   total;     /* [lock] */
  char    *status;    /* (owned) (nullable) [lock] */
  char    *single;    /* (owned) (nullable) the status while one thread alone sets it: only that one
                       * reads or writes this, and without the lock */
  gpointer writer;    /* [lock] to write, [atomic] to read: that thread, or the slot if several do */
  gboolean is_dirty;  /* [atomic] announced, and not taken since */
  gboolean is_new;    /* [atomic] total or status changed, and not taken since */
} TfProgressSlot;

typedef struct _TfChunk TfChunk;

/* What only pipes with progress or events need; made by the first of them. It is not in the lines of the
 * pipe: a sender writes to it with every event, and the foreground reads the pipe for each. */
typedef struct
{
  _Alignas(TF_CACHE_LINE) TfLock lock; /* held for a moment */
  guint n_waiting;                     /* [lock] senders waiting for room */
  guint
           n_events;     /* [lock] to write, [atomic] to read: sent, and not in a chunk that was delivered as a whole */
  guint64  n_units;      /* [lock] sizes of the events that are sent and not delivered */
  TfChunk *first;        /* (owned) [lock] */
  TfChunk *last;         /* [lock] */
  TfChunk *spare;        /* (owned) [lock] */
  guint8   is_told;      /* [lock] the pipe has been told, or is about to be */
  guint8   is_closed;    /* [lock] the final message has been taken */
  gint     is_kept_back; /* [atomic] a handler waits that keeps senders from getting room */
  gint     n_holds;      /* [atomic] added to in the foreground: who wants no events now */
  GCond    room;

  _Alignas(TF_CACHE_LINE) TfProgressSlot slot;

  _Alignas(TF_CACHE_LINE) TfChunk *taken; /* (owned) [foreground] being delivered */
  guint    n_delivered;                   /* [foreground] of the taken chunk */
  gboolean is_due_listed;                 /* [foreground] */
  TfPipe  *next_due;                      /* [foreground] */
  TfPipe  *previous_due;                  /* [foreground] */
  gint64   due_us;                        /* [foreground] when the slot may be taken again */
  gint64   overdue_us;                    /* [foreground] when other news overtake events; 0: none wait */
} TfPipeBox;

/* A mailbox of one task, and the only place where the background hands anything to the
 * foreground. */
struct _TfPipe
{
  const TfPipeClass *klass;      /* [const] */
  TfDispatcher      *dispatcher; /* [const] outlives the pipe */
  TfPipeBox         *box;        /* (owned) (nullable) [atomic] set once */
  TfPipe            *next_ready; /* [foreground] */
  guint              word;       /* [atomic] of TfNews, and what is below */
  guint8             state;      /* [atomic] a TfCancelState; written by tf__pipe_step() alone */
  guint8             is_timed;   /* [foreground] of work: its start is known */
  guint8             is_passed;  /* [foreground] of work: a cancel was passed on */
};

/* The pipe is in the inbox, about to be pushed there, or among the ready. */
#define TF_PIPE_LISTED (1u << 30)
/* The final message has been taken: for a box that is made later. */
#define TF_PIPE_CLOSED (1u << 31)

/* The life of a pipe. */
void tf__pipe_init (TfPipe            *self,
                    const TfPipeClass *klass);
void tf__pipe_clear (TfPipe *self);

/* Any thread. */
TfCancelState tf__pipe_get_cancel_state (TfPipe *self);
/* Whether reports and outcomes are still of use. */
gboolean tf__pipe_is_wanted (TfPipe *self);
/* Whether a cancel or an abort came before the outcome. */
gboolean tf__pipe_is_cancelled (TfPipe *self);
/* Whether the end has been delivered, or is being delivered further up on the stack. */
gboolean tf__pipe_is_over (TfPipe *self);
/* Whether its dispatcher is: see tf__dispatcher_is_inherited(). */
gboolean tf__pipe_is_inherited (TfPipe *self);
/* Moves the pipe along the table of tf-cancel-states.c. Returns FALSE, and changes nothing, if the state refuses the
 * event. */
gboolean tf__pipe_step (TfPipe       *self,
                        TfCancelEvent event);
/* Delivers the end, and returns the state before it. */
TfCancelState tf__pipe_end (TfPipe *self);
/* Whether a message is pending. */
gboolean tf__pipe_has_news (TfPipe *self,
                            TfNews  news);
void     tf__pipe_post (TfPipe *self,
                        TfNews  news);
/* The same, and gives the caller's reference away. */
void tf__pipe_post_last (TfPipe *self,
                         TfNews  news);
/* The same two, by the shorter way if the caller happens to hold the main context. */
void tf__pipe_post_near (TfPipe *self,
                         TfNews  news);
void tf__pipe_post_last_near (TfPipe *self,
                              TfNews  news);
/* That way: the same as tf__pipe_post(), in the owner context, while it dispatches: the pipe goes to the ready without
 * passing through the inbox, and nobody is woken who cannot be asleep. */
void tf__pipe_post_here (TfPipe *self,
                         TfNews  news) TF_FOREGROUND;
/* The same, and gives the caller's reference away. */
void tf__pipe_post_last_here (TfPipe *self,
                              TfNews  news) TF_FOREGROUND;
/* Sends an event with a copy of @value. Returns FALSE if it is not wanted any more. May wait for room. */
gboolean tf__pipe_send (TfPipe       *self,
                        TfRoad        road,
                        const char   *kind,
                        const GValue *value);
/* Sends an event of @size units. It may also wait until the events before it leave room for it below @max_units, or are
 * all delivered. */
gboolean tf__pipe_send_sized (TfPipe       *self,
                              TfRoad        road,
                              const char   *kind,
                              const GValue *value,
                              guint         size,
                              guint64       max_units);
/* Sleeps until @deadline_us. Returns FALSE as soon as the work is not wanted any more. */
gboolean tf__pipe_pause (TfPipe *self,
                         gint64  deadline_us);
/* Wakes senders that wait for room, and sleepers, after the cancel state has changed. */
void tf__pipe_release_senders (TfPipe *self);

/* Progress: FALSE when it is not wanted any more. @total and @status are left as they are when
 * NULL. */
gboolean tf__pipe_set_progress (TfPipe       *self,
                                const gint64 *completed,
                                const gint64 *total,
                                const char   *status);
gboolean tf__pipe_advance (TfPipe *self,
                           gint64  n_steps);

/* What the dispatcher needs, in the foreground. */
TfPipeBox *tf__pipe_get_box (TfPipe *self);
/* Any thread. */
TfPipeBox *tf__pipe_ensure_box (TfPipe *self);
/* The next thing to deliver, in order; the events are in the box then. @is_overdue: events come after all other news
 * but the final message. @has_more: the pipe stays listed. @is_early: there is progress, but its time has not come. */
TfNews tf__pipe_take (TfPipe   *self,
                      gboolean  is_slot_due,
                      gboolean  is_overdue,
                      gboolean *has_more,
                      gboolean *is_early) TF_FOREGROUND;
/* Whether the caller has to put the pipe among the ready, because it was not listed. */
gboolean tf__pipe_list (TfPipe *self) TF_FOREGROUND;
/* FALSE while they are held. */
gboolean tf__pipe_has_taken (TfPipe    *self,
                             TfPipeBox *box) TF_FOREGROUND;
/* Whether there are news that events may delay: all kinds but the final message, which comes after them. */
gboolean tf__pipe_has_delayed (TfPipe *self) TF_FOREGROUND;
/* Moves it out: a nested loop may go on with the chunk while this one is being delivered. */
void tf__pipe_next_taken (TfPipeBox *box,
                          TfEvent   *event) TF_FOREGROUND;
/* Copies the slot; @status is NULL unless it changed, and then owned by the caller. */
void tf__pipe_take_slot (TfPipe   *self,
                         gint64   *completed,
                         gint64   *total,
                         char    **status,
                         gboolean *is_status_new) TF_FOREGROUND;
/* Events stay where they are, and the final message behind them, until nobody holds them or the work is cancelled.
 * Senders wait for room meanwhile. */
void tf__pipe_hold (TfPipe *self) TF_FOREGROUND;
/* Any thread. FALSE if nobody holds them. */
gboolean tf__pipe_let_go (TfPipe *self);
/* A handler waits, and nothing of the pipe is delivered before it returns. */
void tf__pipe_keep_back (TfPipe *self) TF_FOREGROUND;
/* Frees what has been sent and will not be delivered. */
void tf__pipe_drop_events (TfPipe *self) TF_FOREGROUND;
