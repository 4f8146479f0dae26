/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-future.h>

/* What happened to a future. */
typedef enum
{
  TF_FUTURE_EVENT_STARTED,
  TF_FUTURE_EVENT_RETURNED,
  TF_FUTURE_EVENT_RAISED,
  TF_FUTURE_EVENT_ABANDONED, /* cancelled before it started */
  TF_FUTURE_EVENT_MESSAGE,   /* progress, an item, a message of any kind */
  TF_FUTURE_EVENT_CANCEL,
  TF_FUTURE_EVENT_ABORT,
  TF_FUTURE_EVENT_GIVEN_UP, /* the next dispatch after an abort */
  TF_N_FUTURE_EVENTS,
} TfFutureEvent;

/* What holds; finer than the public state. The done ones come last. */
typedef enum
{
  TF_PHASE_REFUSED, /* never held: marks a refused move */
  TF_PHASE_WAITING,
  TF_PHASE_EXECUTING,
  TF_PHASE_CANCELLING_QUEUED,  /* cancelled, and not seen to start */
  TF_PHASE_CANCELLING_STARTED, /* cancelled, and seen to start before or after */
  TF_PHASE_ABORTING,
  TF_PHASE_COMPLETED,
  TF_PHASE_FAILED,
  TF_PHASE_CANCELLED,
  TF_PHASE_ABORTED,
  TF_N_PHASES,
} TfPhase;

TfPhase       tf__phase_after (TfPhase       phase,
                               TfFutureEvent event);
TfFutureState tf__phase_get_state (TfPhase phase);
gboolean      tf__phase_is_done (TfPhase phase);
gboolean      tf__phase_is_cancellable (TfPhase phase);
