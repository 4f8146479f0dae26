/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-cancel-states-private.h"

/* Each cell holds the next state plus one; an empty cell (0) refuses the event. */
#define TO(state) (TF_CANCEL_STATE_##state + 1)

/* clang-format off */
static const guint8 moves[TF_N_CANCEL_STATES][TF_N_CANCEL_EVENTS] = {
  [TF_CANCEL_STATE_OPEN] = {
    [TF_CANCEL_EVENT_CANCEL]           = TO (CANCEL_REQUESTED),
    [TF_CANCEL_EVENT_ABORT]            = TO (ABORTED),
    [TF_CANCEL_EVENT_FOLLOW]           = TO (FOLLOWING),
    [TF_CANCEL_EVENT_SETTLE]           = TO (SETTLED),
    [TF_CANCEL_EVENT_SETTLE_CANCELLED] = TO (SETTLED_CANCELLED),
    [TF_CANCEL_EVENT_END]              = TO (CLOSED),
  },
  [TF_CANCEL_STATE_FOLLOWING] = {
    [TF_CANCEL_EVENT_CANCEL]           = TO (CANCEL_FOLLOWING),
    [TF_CANCEL_EVENT_ABORT]            = TO (ABORTED),
    [TF_CANCEL_EVENT_LEADER_ENDED]     = TO (SETTLED),
    [TF_CANCEL_EVENT_LEADER_CANCELLED] = TO (SETTLED_CANCELLED),
  },
  [TF_CANCEL_STATE_SETTLED] = {
    [TF_CANCEL_EVENT_END]              = TO (CLOSED),
  },
  [TF_CANCEL_STATE_CANCEL_REQUESTED] = {
    [TF_CANCEL_EVENT_ABORT]            = TO (ABORTED),
    [TF_CANCEL_EVENT_FOLLOW]           = TO (CANCEL_FOLLOWING),
    [TF_CANCEL_EVENT_SETTLE]           = TO (CANCEL_SETTLED),
    [TF_CANCEL_EVENT_SETTLE_CANCELLED] = TO (SETTLED_CANCELLED),
    [TF_CANCEL_EVENT_END]              = TO (CANCELLED),
  },
  [TF_CANCEL_STATE_CANCEL_FOLLOWING] = {
    [TF_CANCEL_EVENT_ABORT]            = TO (ABORTED),
    [TF_CANCEL_EVENT_LEADER_ENDED]     = TO (CANCEL_SETTLED),
    [TF_CANCEL_EVENT_LEADER_CANCELLED] = TO (SETTLED_CANCELLED),
  },
  [TF_CANCEL_STATE_CANCEL_SETTLED] = {
    [TF_CANCEL_EVENT_ABORT]            = TO (ABORTED),
    [TF_CANCEL_EVENT_END]              = TO (CANCELLED),
  },
  [TF_CANCEL_STATE_SETTLED_CANCELLED] = {
    [TF_CANCEL_EVENT_ABORT]            = TO (ABORTED),
    [TF_CANCEL_EVENT_END]              = TO (CANCELLED),
  },
  [TF_CANCEL_STATE_ABORTED] = {
    [TF_CANCEL_EVENT_END]              = TO (CANCELLED),
  },
};
/* clang-format on */

gboolean
tf__cancel_state_after (TfCancelState  state,
                        TfCancelEvent  event,
                        TfCancelState *next)
{
  guint8 cell = moves[state][event];

  if (cell == 0)
    return FALSE;

  *next = cell - 1;
  return TRUE;
}
