/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-executor.h>

typedef enum
{
  TF_EXECUTOR_EVENT_STOP,
  TF_EXECUTOR_EVENT_EMPTIED, /* every future is done */
  TF_N_EXECUTOR_EVENTS,
} TfExecutorEvent;

#define TF_N_EXECUTOR_STATES (TF_EXECUTOR_STATE_STOPPED + 1)

/* FALSE: the move is refused, and @next is left alone. */
gboolean tf__executor_state_after (TfExecutorState  state,
                                   TfExecutorEvent  event,
                                   TfExecutorState *next);
