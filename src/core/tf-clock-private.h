/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* The monotonic clock, in microseconds. Every limit of the library asks here and nowhere else. Any
 * thread. */
gint64 tf__clock_now (void);

/* The moment when @timeout_us from now is over; a negative time is no limit and gives G_MAXINT64.
 * Any thread. */
gint64 tf__clock_deadline (gint64 timeout_us);

/* A source that becomes ready at @deadline_us. Any thread. */
GSource *tf__clock_source_new (gint64 deadline_us);
