/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-executor-states-private.h"

/* One more than the next state, so that a cell that is not here is a refused move. */
#define TO(state) (TF_EXECUTOR_STATE_##state + 1)

/* clang-format off */
static const guint8 moves[TF_N_EXECUTOR_STATES][TF_N_EXECUTOR_EVENTS] = {
  [TF_EXECUTOR_STATE_RUNNING]  [TF_EXECUTOR_EVENT_STOP]    = TO (STOPPING),
  [TF_EXECUTOR_STATE_STOPPING] [TF_EXECUTOR_EVENT_EMPTIED] = TO (STOPPED),
};
/* clang-format on */

gboolean
tf__executor_state_after (TfExecutorState  state,
                          TfExecutorEvent  event,
                          TfExecutorState *next)
{
  guint8 cell = moves[state][event];

  if (cell == 0)
    return FALSE;

  *next = cell - 1;
  return TRUE;
}
