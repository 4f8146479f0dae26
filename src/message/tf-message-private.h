/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-message.h>

#include "message/tf-event-private.h"
#include "message/tf-outcome-private.h"

typedef enum
{
  TF_MESSAGE_STARTED,
  TF_MESSAGE_RETURNED,
  TF_MESSAGE_RAISED,
  TF_MESSAGE_ABANDONED,
  TF_MESSAGE_EVENT,
} TfMessageType;

struct _TfMessage
{
  TfMessageType type;
  TfOutcome     outcome; /* of a message that is final */
  TfEvent       event;   /* of one that is not */
};
