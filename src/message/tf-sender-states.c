/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-sender-states-private.h"

/* A cell holds the next state plus one, or 0 and the code of the refusal. */
typedef struct
{
  guint8 next;
  guint8 code;
} Cell;

#define TO(state)                  \
  {                                \
    TF_SENDER_STATE_##state + 1, 0 \
  }
#define REFUSE(code)   \
  {                    \
    0, TF_ERROR_##code \
  }

/* clang-format off */
static const Cell moves[TF_N_SENDER_STATES][TF_N_SENDER_EVENTS] = {
  [TF_SENDER_STATE_INITIAL] = {
    [TF_SENDER_EVENT_START] = TO (OPEN),
    [TF_SENDER_EVENT_SEND]  = REFUSE (NOT_RUNNING),
    [TF_SENDER_EVENT_STOP]  = REFUSE (NOT_RUNNING),
  },
  [TF_SENDER_STATE_OPEN] = {
    [TF_SENDER_EVENT_START] = REFUSE (ALREADY_RUNNING),
    [TF_SENDER_EVENT_SEND]  = TO (OPEN),
    [TF_SENDER_EVENT_STOP]  = TO (STOPPED),
  },
  [TF_SENDER_STATE_STOPPED] = {
    [TF_SENDER_EVENT_START] = REFUSE (CLOSED),
    [TF_SENDER_EVENT_SEND]  = REFUSE (CLOSED),
    [TF_SENDER_EVENT_STOP]  = REFUSE (CLOSED),
  },
};
/* clang-format on */

gboolean
tf__sender_state_after (TfSenderState  state,
                        TfSenderEvent  event,
                        TfSenderState *next,
                        TfError       *code)
{
  const Cell *cell = &moves[state][event];

  if (cell->next == 0)
    {
      *code = cell->code;
      return FALSE;
    }

  *next = cell->next - 1;
  return TRUE;
}
