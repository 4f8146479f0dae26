/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "message/tf-dispatcher-private.h"

/* When the time comes, its pipe is told TF_NEWS_TIMER, after what came in before. Embedded in what it belongs to, which
 * removes it in time. */
struct _TfTimer
{
  TfPipe *pipe;        /* [foreground] */
  gint64  deadline_us; /* [foreground] of the clock of the library */
  guint64 number;      /* [foreground] those of the same time ring in the order in which they were set */
  guint   index;       /* [foreground] its place, from 1; 0 when it is not set */
};

void   tf__timer_set (TfTimer *self,
                      TfPipe  *pipe,
                      gint64   deadline_us) TF_FOREGROUND;
void   tf__timer_remove (TfTimer *self) TF_FOREGROUND;
gint64 tf__timers_get_next (TfDispatcher *dispatcher) TF_FOREGROUND;
void   tf__timers_ring (TfDispatcher *dispatcher) TF_FOREGROUND;
/* At the very end, on any thread. */
void tf__timers_clear (TfDispatcher *dispatcher);
