/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "message/tf-nesting-private.h"
#include "message/tf-pipe-private.h"

/* The foreground end of all pipes of one executor: the queue into which pipes with news are pushed,
 * and the one source that delivers them in the owner context. */

typedef struct
{
  /* (nullable) In the owner context: a turn of the source is over. With what the dispatcher works for. */
  void (*turn_ended) (gpointer host);
  /* The source keeps its host alive, and the host keeps the dispatcher. */
  gpointer (*host_ref) (gpointer host);
  void (*host_unref) (gpointer host);
} TfDispatcherClass;

typedef struct _TfContextHost TfContextHost;
typedef struct _TfTimer       TfTimer;

struct _TfDispatcher
{
  const TfDispatcherClass *klass; /* [const] */
  gpointer                 host;  /* [const] */

  guint         n_forks; /* [const] of the process that made it: tf__fork_count() */
  GMainContext *context; /* (owned) [const] */
  GAsyncQueue  *inbox;   /* (owned) [const] of pipes (owned): once each, when there is first news */
  gpointer      owner;   /* [atomic] (nullable) the thread that made it, then the one that dispatched last */

  TF_CACHE_GAP (before_both);
  TfLock   turnstile; /* around the lock of the inbox, which does not try before it sleeps */
  gboolean is_closed; /* [the lock of the inbox] */
  gint     is_armed;  /* [atomic] the loop is going to sleep, and wants to be woken */
  int      wake_fd;   /* [the lock of the inbox] -1 unless a foreign loop drives */
  TF_CACHE_GAP (after_both);

  int            timer_fd;  /* [foreground] -1 unless a foreign loop drives */
  int            poll_fd;   /* [foreground] the same: readable when one of the two is */
  TfContextHost *companion; /* (nullable) [foreground] a user of that: what else the foreign loop drives */
  GPtrArray     *drivers;   /* (owned) (nullable) [foreground] of a companion: whose loops drive it */

  TfNesting *nesting;      /* [foreground] of the thread that looks at the ready */
  GSource   *source;       /* (owned) (nullable) [foreground] NULL when closed or unplugged */
  GSource   *aged_source;  /* (owned) (nullable) [foreground] the same; NULL also if the priority needs none */
  TfPipe    *first_ready;  /* (owned) [foreground] */
  TfPipe    *last_ready;   /* [foreground] */
  TfPipe    *delivered;    /* (nullable) [foreground] of the delivery under way, whose reference may be taken over */
  TfPipe    *first_due;    /* (owned) [foreground] with progress that is too early */
  TfPipe    *last_due;     /* [foreground] */
  GPtrArray *timers;       /* (owned) (nullable) [foreground] of TfTimer: tf-timers.c */
  guint64    n_timers_set; /* [foreground] */
  gint64     now_us;       /* [foreground] when the clock was last looked at */
  gint64     paused_to_us; /* [foreground] */
  gint64     patience_us;  /* [foreground] for how long the ready wait for more urgent sources */
  gint64     looked_us;    /* [foreground] when the aged source last looked, or a turn ended */
  gint64     waiting_us;   /* [foreground] since when there is something ready; 0: there was nothing */
  gint64     rests_to_us;  /* [foreground] there is no aged turn before */
  gint64     budget_us;    /* [foreground] */
  gint64     interval_us;  /* [foreground] */
  int        priority;     /* [foreground] of the source */
  gboolean   is_attached;  /* [foreground] between attach and detach */
  gboolean   is_resting;   /* [foreground] the aged source leaves one iteration to the others */
  guint      stride;       /* [foreground] how many deliveries between two looks at the clock */
  guint      n_in_row;     /* [foreground] deliveries of the first of the ready */
};

void tf__dispatcher_init (TfDispatcher            *self,
                          const TfDispatcherClass *klass,
                          gpointer                 host,
                          GMainContext            *context);
void tf__dispatcher_clear (TfDispatcher *self);

/* Any thread. */
void tf__dispatcher_init_inbox (TfDispatcher *self);
void tf__dispatcher_clear_inbox (TfDispatcher *self);
/* The thread that owns a new dispatcher of @context, made by this thread: NULL if it is not known yet. */
gpointer tf__dispatcher_choose_owner (GMainContext *context);
/* Whether the process is a child, by fork(), of the one that made the dispatcher. Such a dispatcher takes no pipes,
 * delivers nothing, and has no owner; its locks must not be taken. */
gboolean tf__dispatcher_is_inherited (TfDispatcher *self);
/* This thread runs the function of a task of the executor to which @self belongs; NULL when it runs none. */
void     tf__dispatcher_set_working_for (TfDispatcher *self);
gboolean tf__dispatcher_is_owner (TfDispatcher *self);
/* Whether the caller is the owner, and holds the main context: so nobody else runs it meanwhile. */
gboolean tf__dispatcher_is_held (TfDispatcher *self);
void     tf__dispatcher_set_owner (TfDispatcher *self,
                                   gpointer      thread);
/* Takes the reference, unless the dispatcher is closed or inherited: FALSE then. The pipe may be delivered and
 * freed before this returns, so the caller holds the host of the dispatcher by another
 * reference. */
gboolean tf__dispatcher_push (TfDispatcher *self,
                              TfPipe       *pipe);
/* Ends the sleep of the loop, whichever it is. */
void tf__dispatcher_wake (TfDispatcher *self);
/* The same, if it sleeps or is about to. */
void tf__dispatcher_wake_if_armed (TfDispatcher *self);
/* What this thread pushes does not end the sleep of the loop until it releases that. It must not wait meanwhile. */
void tf__dispatcher_hold_wakes (TfDispatcher *self);
void tf__dispatcher_release_wakes (void);
/* Has tf__dispatcher_run_until() look at its condition. The caller holds the host. */
void     tf__dispatcher_nudge (TfDispatcher *self);
gboolean tf__dispatcher_open_wake_fd (TfDispatcher *self);
int      tf__dispatcher_get_wake_fd (TfDispatcher *self);
void     tf__dispatcher_drain_wake_fd (TfDispatcher *self);
void     tf__dispatcher_close_wake_fd (TfDispatcher *self);
void     tf__dispatcher_arm (TfDispatcher *self);
void     tf__dispatcher_disarm (TfDispatcher *self);
gboolean tf__dispatcher_has_inbox (TfDispatcher *self);
/* The whole inbox, under one lock, in order: the first of a list by next_ready. */
TfPipe *tf__dispatcher_take_inbox (TfDispatcher *self,
                                   TfPipe      **last) TF_FOREGROUND;
/* The same, and nothing comes in any more. */
TfPipe *tf__dispatcher_close_inbox (TfDispatcher *self,
                                    TfPipe      **last) TF_FOREGROUND;
/* Sleeps until something comes in or the time is over: NULL then. */
TfPipe *tf__dispatcher_wait_inbox (TfDispatcher *self,
                                   gint64        deadline_us) TF_FOREGROUND;

/* Owner context. */
void tf__dispatcher_attach (TfDispatcher *self) TF_FOREGROUND;
void tf__dispatcher_detach (TfDispatcher *self) TF_FOREGROUND;
/* Without the source for a while: pipes still come in, and are delivered by tf__dispatcher_run_until() alone. */
void     tf__dispatcher_unplug (TfDispatcher *self) TF_FOREGROUND;
void     tf__dispatcher_plug (TfDispatcher *self) TF_FOREGROUND;
gboolean tf__dispatcher_is_unplugged (TfDispatcher *self) TF_FOREGROUND;
/* For a foreign loop: one turn, as the source would make it. */
void tf__dispatcher_run_turn (TfDispatcher *self) TF_FOREGROUND;

void tf__dispatcher_set_priority (TfDispatcher *self,
                                  int           priority) TF_FOREGROUND;
void tf__dispatcher_list (TfDispatcher *self,
                          TfPipe       *pipe) TF_FOREGROUND;
/* Frees all that is ready, and takes nothing more. */
void tf__dispatcher_drop_all (TfDispatcher *self) TF_FOREGROUND;
/* Takes over the reference that the delivery under way has on this pipe: FALSE if it is one of another pipe. What is
 * on the stack still uses it: the new owner must not give it up before that has returned. */
gboolean tf__dispatcher_keep_delivered (TfDispatcher *self,
                                        TfPipe       *pipe) TF_FOREGROUND;
void     tf__dispatcher_forget_due (TfDispatcher *self,
                                    TfPipe       *pipe) TF_FOREGROUND;
gboolean tf__dispatcher_is_ready (TfDispatcher *self) TF_FOREGROUND;
/* Brings the first pipe that may be delivered now to the front: FALSE if there is none. */
gboolean tf__dispatcher_bring_forward (TfDispatcher *self) TF_FOREGROUND;
/* Moves the whole inbox behind the ready. */
void tf__dispatcher_collect_inbox (TfDispatcher *self) TF_FOREGROUND;
/* After a turn: calls back, as a delivery that no pipe has brought about. */
void tf__dispatcher_end_turn (TfDispatcher *self) TF_FOREGROUND;
/* When the first progress may be taken, or a timer rings, or G_MAXINT64. */
gint64 tf__dispatcher_get_due (TfDispatcher *self) TF_FOREGROUND;
/* Delivers until @is_over says so: FALSE when the deadline came first. Dispatches no other
 * source. */
gboolean tf__dispatcher_run_until (TfDispatcher *self,
                                   gboolean (*is_over) (gpointer data),
                                   gpointer data,
                                   gint64   deadline_us) TF_FOREGROUND;
