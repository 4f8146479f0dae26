/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-error.h>

/* The state of a sender, as its user moves it. Whether the router has been stopped is in the cancel state of the pipe:
 * another thread does that. */
typedef enum
{
  TF_SENDER_STATE_INITIAL,
  TF_SENDER_STATE_OPEN,
  TF_SENDER_STATE_STOPPED,
  TF_N_SENDER_STATES,
} TfSenderState;

typedef enum
{
  TF_SENDER_EVENT_START,
  TF_SENDER_EVENT_SEND,
  TF_SENDER_EVENT_STOP,
  TF_N_SENDER_EVENTS,
} TfSenderEvent;

/* Pure: any thread. Returns FALSE with the code of the error if @state refuses @event. */
gboolean tf__sender_state_after (TfSenderState  state,
                                 TfSenderEvent  event,
                                 TfSenderState *next,
                                 TfError       *code);
