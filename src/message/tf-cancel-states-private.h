/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Whether work is still wanted, and whether its outcome is decided. Any thread may move a pipe from one state to the
 * next, through tf__pipe_step() alone. The states after CLOSED are those of cancelled work. */
typedef enum
{
  TF_CANCEL_STATE_OPEN,              /* wanted; nothing is decided */
  TF_CANCEL_STATE_FOLLOWING,         /* wanted; the outcome will be that of another future */
  TF_CANCEL_STATE_SETTLED,           /* the outcome is decided and waits for its delivery */
  TF_CANCEL_STATE_CLOSED,            /* the outcome was delivered */
  TF_CANCEL_STATE_CANCEL_REQUESTED,  /* a cancel was requested; the work may go on until it returns */
  TF_CANCEL_STATE_CANCEL_FOLLOWING,  /* a cancel was requested of work whose outcome will be another future's */
  TF_CANCEL_STATE_CANCEL_SETTLED,    /* an outcome came after the request; delivery is pending */
  TF_CANCEL_STATE_SETTLED_CANCELLED, /* the outcome is a cancel, and nothing is left to stop; delivery is pending */
  TF_CANCEL_STATE_ABORTED,           /* given up; the work may go on unseen until it returns */
  TF_CANCEL_STATE_CANCELLED,         /* the end of cancelled or aborted work was delivered */
  TF_N_CANCEL_STATES,
} TfCancelState;

typedef enum
{
  TF_CANCEL_EVENT_CANCEL,           /* somebody asks the work to stop */
  TF_CANCEL_EVENT_ABORT,            /* the owner gives the work up */
  TF_CANCEL_EVENT_FOLLOW,           /* the outcome will be that of another future */
  TF_CANCEL_EVENT_SETTLE,           /* an outcome is decided: resolve, reject, a derived future's own */
  TF_CANCEL_EVENT_SETTLE_CANCELLED, /* the outcome is a cancel */
  TF_CANCEL_EVENT_LEADER_ENDED,     /* the followed future has an outcome */
  TF_CANCEL_EVENT_LEADER_CANCELLED, /* the followed future was cancelled */
  TF_CANCEL_EVENT_END,              /* the outcome is delivered */
  TF_N_CANCEL_EVENTS,
} TfCancelEvent;

/* Stores the next state in @next. Returns FALSE, and leaves @next alone, if @state refuses @event. */
gboolean tf__cancel_state_after (TfCancelState  state,
                                 TfCancelEvent  event,
                                 TfCancelState *next);

static inline gboolean
tf__cancel_state_is_cancelled (TfCancelState state)
{
  return state > TF_CANCEL_STATE_CLOSED;
}

/* Whether reports and outcomes are still of use. */
static inline gboolean
tf__cancel_state_is_wanted (TfCancelState state)
{
  return state <= TF_CANCEL_STATE_FOLLOWING;
}

/* Whether nothing is delivered any more. */
static inline gboolean
tf__cancel_state_is_over (TfCancelState state)
{
  return state == TF_CANCEL_STATE_CLOSED || state == TF_CANCEL_STATE_CANCELLED;
}
