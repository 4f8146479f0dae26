/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "process/tf-process-states-private.h"

/* Each cell holds the next state plus one; an empty cell (0) refuses the event. */
#define TO(state) (TF_PROCESS_STATE_##state + 1)

/* clang-format off */
static const guint8 moves[TF_N_PROCESS_STATES][TF_N_PROCESS_EVENTS] = {
  [TF_PROCESS_STATE_MADE] = {
    [TF_PROCESS_EVENT_START]     = TO (STARTING),
    [TF_PROCESS_EVENT_LEAVE]     = TO (GONE),
  },
  [TF_PROCESS_STATE_STARTING] = {
    [TF_PROCESS_EVENT_READY]     = TO (TAKEN),
    [TF_PROCESS_EVENT_BREAK_OFF] = TO (BROKEN_OFF),
    [TF_PROCESS_EVENT_LEAVE]     = TO (GONE),
  },
  [TF_PROCESS_STATE_BROKEN_OFF] = {
    [TF_PROCESS_EVENT_LEAVE]     = TO (GONE),
  },
  [TF_PROCESS_STATE_TAKEN] = {
    [TF_PROCESS_EVENT_BEGIN]     = TO (BUSY),
    [TF_PROCESS_EVENT_GIVE_BACK] = TO (IDLE),
    [TF_PROCESS_EVENT_LEAVE]     = TO (GONE),
  },
  [TF_PROCESS_STATE_BUSY] = {
    [TF_PROCESS_EVENT_STOP]      = TO (STOPPING),
    [TF_PROCESS_EVENT_END]       = TO (TAKEN),
  },
  [TF_PROCESS_STATE_STOPPING] = {
    [TF_PROCESS_EVENT_SIGNAL]    = TO (SIGNALLED),
    [TF_PROCESS_EVENT_END]       = TO (TAKEN),
  },
  [TF_PROCESS_STATE_SIGNALLED] = {
    [TF_PROCESS_EVENT_STOP]      = TO (SIGNALLED),
    [TF_PROCESS_EVENT_SIGNAL]    = TO (SIGNALLED),
    [TF_PROCESS_EVENT_END]       = TO (WORN),
  },
  /* A job that was sent ahead may have begun already. */
  [TF_PROCESS_STATE_WORN] = {
    [TF_PROCESS_EVENT_BEGIN]     = TO (SIGNALLED),
    [TF_PROCESS_EVENT_LEAVE]     = TO (GONE),
  },
  [TF_PROCESS_STATE_IDLE] = {
    [TF_PROCESS_EVENT_TAKE]      = TO (TAKEN),
    [TF_PROCESS_EVENT_LEAVE]     = TO (GONE),
  },
};
/* clang-format on */

gboolean
tf__process_state_after (TfProcessState  state,
                         TfProcessEvent  event,
                         TfProcessState *next)
{
  guint8 cell = moves[state][event];

  if (cell == 0)
    return FALSE;

  *next = cell - 1;
  return TRUE;
}
