/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* The state of a worker process with its job, as the program sees it. */
typedef enum
{
  TF_PROCESS_STATE_MADE,       /* nobody but its maker knows it */
  TF_PROCESS_STATE_STARTING,   /* not ready yet */
  TF_PROCESS_STATE_BROKEN_OFF, /* killed while it started, since nobody wanted it any more */
  TF_PROCESS_STATE_TAKEN,      /* a thread of the pool has it, without a job */
  TF_PROCESS_STATE_BUSY,       /* it has a job */
  TF_PROCESS_STATE_STOPPING,   /* its job was told to stop; if that does not help, a signal follows */
  TF_PROCESS_STATE_SIGNALLED,  /* it got a signal that may end it after the job */
  TF_PROCESS_STATE_WORN,       /* its job ended after the signal: it gets no other one */
  TF_PROCESS_STATE_IDLE,       /* whoever has a job takes it */
  TF_PROCESS_STATE_GONE,       /* asked to quit, or buried */
  TF_N_PROCESS_STATES,
} TfProcessState;

typedef enum
{
  TF_PROCESS_EVENT_START,
  TF_PROCESS_EVENT_READY,
  TF_PROCESS_EVENT_BREAK_OFF,
  TF_PROCESS_EVENT_BEGIN,  /* a job */
  TF_PROCESS_EVENT_STOP,   /* that job */
  TF_PROCESS_EVENT_SIGNAL, /* is sent */
  TF_PROCESS_EVENT_END,    /* of the job */
  TF_PROCESS_EVENT_GIVE_BACK,
  TF_PROCESS_EVENT_TAKE,
  TF_PROCESS_EVENT_LEAVE,
  TF_N_PROCESS_EVENTS,
} TfProcessEvent;

/* Pure: any thread. Returns FALSE if @state refuses @event. */
gboolean tf__process_state_after (TfProcessState  state,
                                  TfProcessEvent  event,
                                  TfProcessState *next);
