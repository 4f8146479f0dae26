/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-clock-private.h"

#include <tf/tf-clock.h>

/* How often those who wait look at a clock that is not the system's: it may jump, and wakes nobody. */
#define LOOK_US 1000

/**
 * TfClock:
 *
 * The time that all limits of the library go by.
 *
 * By default that is the monotonic clock of the system. A test puts a clock of its own in its place
 * with `tf_clock_set_default()`, and moves it forward as it likes.
 *
 * ## Threads
 *
 * A clock is asked on any thread.
 *
 * Since: 1.0
 */
G_DEFINE_INTERFACE (TfClock, tf_clock, G_TYPE_OBJECT)

static void
tf_clock_default_init (TfClockInterface *iface)
{
}

/* (owned) (nullable) [atomic] NULL: that of the system */
static TfClock *default_clock;

/**
 * tf_clock_get_time:
 * @self: a clock
 *
 * Gets what time it is.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: microseconds since some moment; it never goes back
 *
 * Since: 1.0
 */
gint64
tf_clock_get_time (TfClock *self)
{
  g_return_val_if_fail (TF_IS_CLOCK (self), 0);

  return TF_CLOCK_GET_IFACE (self)->get_time (self);
}

/**
 * tf_clock_set_default:
 * @clock: (nullable): the clock that all limits go by, or `NULL` for that of the system
 *
 * Sets the clock of the library: for tests.
 *
 * Moments of the one clock mean nothing to the other; so set it while nothing waits, and before
 * executors are made.
 *
 * ## Threads
 *
 * Call while no other thread uses the library.
 *
 * Since: 1.0
 */
void
tf_clock_set_default (TfClock *clock)
{
  TfClock *old;

  g_return_if_fail (clock == NULL || TF_IS_CLOCK (clock));

  if (clock != NULL)
    g_object_ref (clock);

  old = tf__exchange (&default_clock, clock);
  g_clear_object (&old);
}

gboolean
tf__clock_is_system (void)
{
  return tf__load (&default_clock) == NULL;
}

gint64
tf__clock_now (void)
{
  TfClock *clock = tf__load (&default_clock);

  return clock == NULL ? g_get_monotonic_time () : tf_clock_get_time (clock);
}

gint64
tf__clock_add (gint64 time_us,
               gint64 duration_us)
{
  return duration_us > G_MAXINT64 - time_us ? G_MAXINT64 : time_us + duration_us;
}

gint64
tf__clock_deadline (gint64 timeout_us)
{
  return timeout_us < 0 ? G_MAXINT64 : tf__clock_add (tf__clock_now (), timeout_us);
}

gboolean
tf__clock_wait (TfLock *lock,
                GCond  *cond,
                gint64  deadline_us)
{
  if (deadline_us == G_MAXINT64)
    {
      tf__lock_wait (lock, cond);
      return TRUE;
    }

  if (tf__clock_is_system ())
    return tf__lock_wait_until (lock, cond, deadline_us);

  tf__lock_wait_until (lock, cond, g_get_monotonic_time () + LOOK_US);
  return tf__clock_now () < deadline_us;
}

gint64
tf__clock_get_sleep (gint64 deadline_us)
{
  gint64 sleep_us = G_MAXINT64;

  if (deadline_us != G_MAXINT64)
    sleep_us = MAX (deadline_us - tf__clock_now (), 0);

  return tf__clock_is_system () ? sleep_us : MIN (sleep_us, LOOK_US);
}

/* The source */

typedef struct
{
  GSource source;
  gint64  deadline_us; /* or G_MAXINT64 once it was reached */
} DeadlineSource;

static gboolean
prepare_deadline (GSource *source,
                  int     *timeout_ms)
{
  gint64 deadline_us = ((DeadlineSource *) source)->deadline_us;

  *timeout_ms = -1;
  if (deadline_us == G_MAXINT64)
    return FALSE;

  *timeout_ms = (int) MIN ((tf__clock_get_sleep (deadline_us) + 999) / 1000, G_MAXINT);
  return *timeout_ms == 0;
}

static gboolean
check_deadline (GSource *source)
{
  gint64 deadline_us = ((DeadlineSource *) source)->deadline_us;

  return deadline_us != G_MAXINT64 && tf__clock_now () >= deadline_us;
}

static gboolean
dispatch_deadline (GSource    *source,
                   GSourceFunc callback,
                   gpointer    user_data)
{
  ((DeadlineSource *) source)->deadline_us = G_MAXINT64;
  return callback == NULL ? G_SOURCE_CONTINUE : callback (user_data);
}

GSource *
tf__clock_source_new (gint64 deadline_us)
{
  static GSourceFuncs funcs = { prepare_deadline, check_deadline, dispatch_deadline, NULL };
  GSource            *source = g_source_new (&funcs, sizeof (DeadlineSource));

  g_source_set_static_name (source, "[tf] deadline");
  ((DeadlineSource *) source)->deadline_us = deadline_us;
  return source;
}
