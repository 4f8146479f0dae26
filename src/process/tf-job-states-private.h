/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* The state of the job desk of a worker process. */
typedef enum
{
  TF_JOB_STATE_NONE,       /* there is no job */
  TF_JOB_STATE_RUNNING,    /* its function or the handler runs */
  TF_JOB_STATE_HANDED_OUT, /* the program runs it, and takes the next one when it is over */
  TF_JOB_STATE_CLOSING,    /* the code is over; other threads may still send something of it */
  TF_N_JOB_STATES,
} TfJobState;

typedef enum
{
  TF_JOB_EVENT_BEGIN,
  TF_JOB_EVENT_HAND_OUT,
  TF_JOB_EVENT_CANCEL,
  TF_JOB_EVENT_RETURN, /* the code is over */
  TF_JOB_EVENT_END,    /* nothing more is sent but the outcome */
  TF_N_JOB_EVENTS,
} TfJobEvent;

/* Pure: any thread. Returns FALSE if @state refuses @event. */
gboolean tf__job_state_after (TfJobState  state,
                              TfJobEvent  event,
                              TfJobState *next);
