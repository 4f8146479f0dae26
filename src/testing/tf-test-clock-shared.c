/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "testing/tf-test-clock-private.h"

/**
 * TfTestClock:
 *
 * A clock that stands still until the test moves it.
 *
 * Once it is installed all limits of the library go by it: waits, the limit of a shut-down, the interval of progress,
 * the time budget of delivery, what futures say of elapsed time. So a test of what happens after an hour takes no hour,
 * and a limit that must not be reached is never reached on a slow machine.
 *
 * Those who wait look at the clock every millisecond of real time, so a limit that the test moves past is seen soon,
 * but not before [method@TestClock.advance] returns: run the main context until what is expected has happened.
 *
 * ## Threads
 *
 * The time may be read on any thread. Move it in the thread of the test.
 *
 * Since: 1.0
 */
struct _TfTestClock
{
  GObject parent_instance;

  GMutex mutex;
  gint64 now_us; /* [mutex] */
};

static void clock_iface_init (TfClockInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfTestClock, tf_test_clock, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TF_TYPE_CLOCK, clock_iface_init))

/* [atomic] not owned: the library holds it */
static TfTestClock *installed;

TfTestClock *
tf__test_clock_get_installed (void)
{
  return g_atomic_pointer_get (&installed);
}

/**
 * tf_test_clock_new:
 * @start_us: what time it is at first, in microseconds
 *
 * Makes a clock. It has to be installed.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the clock
 *
 * Since: 1.0
 */
TfTestClock *
tf_test_clock_new (gint64 start_us)
{
  TfTestClock *self = g_object_new (TF_TYPE_TEST_CLOCK, NULL);

  self->now_us = start_us;
  return self;
}

/**
 * tf_test_clock_advance:
 * @self: a clock
 * @step_us: how far, in microseconds; not negative
 *
 * Moves the time forward, and runs nothing.
 *
 * What is due by then happens when the main context runs: call [func@test_drain] next, or use
 * [func@test_fixture_advance], which does both.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_test_clock_advance (TfTestClock *self,
                       gint64       step_us)
{
  g_return_if_fail (TF_IS_TEST_CLOCK (self));
  g_return_if_fail (step_us >= 0);

  g_mutex_lock (&self->mutex);
  self->now_us = step_us > G_MAXINT64 - self->now_us ? G_MAXINT64 : self->now_us + step_us;
  g_mutex_unlock (&self->mutex);
}

/**
 * tf_test_clock_is_installed:
 * @self: a clock
 *
 * Tells whether the library goes by this clock.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if it does
 *
 * Since: 1.0
 */
gboolean
tf_test_clock_is_installed (TfTestClock *self)
{
  g_return_val_if_fail (TF_IS_TEST_CLOCK (self), FALSE);

  return tf__test_clock_get_installed () == self;
}

/**
 * tf_test_clock_install:
 * @self: a clock
 *
 * Has the library go by this clock, and by no other.
 *
 * Moments of one clock mean nothing to another; so install it before executors are made, and while nothing waits.
 *
 * ## Threads
 *
 * Call while no other thread uses the library.
 *
 * Since: 1.0
 */
void
tf_test_clock_install (TfTestClock *self)
{
  g_return_if_fail (TF_IS_TEST_CLOCK (self));

  tf_clock_set_default (TF_CLOCK (self));
  g_atomic_pointer_set (&installed, self);
}

/**
 * tf_test_clock_uninstall:
 * @self: a clock
 *
 * Has the library go by the clock of the system again. Does nothing if this clock is not installed.
 *
 * ## Threads
 *
 * Call while no other thread uses the library.
 *
 * Since: 1.0
 */
void
tf_test_clock_uninstall (TfTestClock *self)
{
  g_return_if_fail (TF_IS_TEST_CLOCK (self));

  if (g_atomic_pointer_compare_and_exchange (&installed, self, NULL))
    tf_clock_set_default (NULL);
}

static gint64
clock_get_time (TfClock *clock)
{
  TfTestClock *self = TF_TEST_CLOCK (clock);
  gint64       now_us;

  g_mutex_lock (&self->mutex);
  now_us = self->now_us;
  g_mutex_unlock (&self->mutex);

  return now_us;
}

static void
clock_iface_init (TfClockInterface *iface)
{
  iface->get_time = clock_get_time;
}

static void
tf_test_clock_finalize (GObject *object)
{
  g_mutex_clear (&TF_TEST_CLOCK (object)->mutex);

  G_OBJECT_CLASS (tf_test_clock_parent_class)->finalize (object);
}

static void
tf_test_clock_init (TfTestClock *self)
{
  g_mutex_init (&self->mutex);
}

static void
tf_test_clock_class_init (TfTestClockClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tf_test_clock_finalize;
}
