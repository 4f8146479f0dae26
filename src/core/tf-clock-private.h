/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/tf-sides-private.h"

/* The clock that every limit of the library goes by, in microseconds: the monotonic one of the
 * system, unless a test has put its own in its place. Any thread. */
gint64   tf__clock_now (void);
gboolean tf__clock_is_system (void);

/* The end of a time that is not negative; G_MAXINT64 if it is too far. */
gint64 tf__clock_add (gint64 time_us,
                      gint64 duration_us);

/* The moment when @timeout_us from now is over; a negative time is no limit and gives G_MAXINT64. */
gint64 tf__clock_deadline (gint64 timeout_us);

/* How long, in real time, somebody may sleep who waits for @deadline_us; he looks again then. */
gint64 tf__clock_get_sleep (gint64 deadline_us);

/* Waits for a condition: FALSE when the time is over. Like all such waits it may return early. */
gboolean tf__clock_wait (TfLock *lock,
                         GCond  *cond,
                         gint64  deadline_us) TF_CALLER_HOLDS (*lock);

/* A source that becomes ready at @deadline_us, once. */
GSource *tf__clock_source_new (gint64 deadline_us);
