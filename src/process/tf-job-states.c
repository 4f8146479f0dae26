/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "process/tf-job-states-private.h"

/* Each cell holds the next state plus one; an empty cell (0) refuses the event. */
#define TO(state) (TF_JOB_STATE_##state + 1)

/* clang-format off */
static const guint8 moves[TF_N_JOB_STATES][TF_N_JOB_EVENTS] = {
  [TF_JOB_STATE_NONE] = {
    [TF_JOB_EVENT_BEGIN]    = TO (RUNNING),
  },
  [TF_JOB_STATE_RUNNING] = {
    [TF_JOB_EVENT_HAND_OUT] = TO (HANDED_OUT),
    [TF_JOB_EVENT_CANCEL]   = TO (RUNNING),
    [TF_JOB_EVENT_RETURN]   = TO (CLOSING),
  },
  [TF_JOB_STATE_HANDED_OUT] = {
    [TF_JOB_EVENT_CANCEL]   = TO (HANDED_OUT),
    [TF_JOB_EVENT_RETURN]   = TO (CLOSING),
  },
  [TF_JOB_STATE_CLOSING] = {
    [TF_JOB_EVENT_END]      = TO (NONE),
  },
};
/* clang-format on */

gboolean
tf__job_state_after (TfJobState  state,
                     TfJobEvent  event,
                     TfJobState *next)
{
  guint8 cell = moves[state][event];

  if (cell == 0)
    return FALSE;

  *next = cell - 1;
  return TRUE;
}
