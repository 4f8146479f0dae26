/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "core/tf-clock-private.h"

static void
test_now (void)
{
  gint64 before = g_get_monotonic_time ();
  gint64 now = tf__clock_now ();

  g_test_summary ("The clock is the monotonic one, in microseconds.");

  g_assert_cmpint (now, >=, before);
  g_assert_cmpint (now, <=, g_get_monotonic_time ());
}

static void
test_deadline (void)
{
  gint64 before = tf__clock_now ();

  g_test_summary ("A deadline is a time from now; a negative time is no limit, and none is too "
                  "long.");

  g_assert_cmpint (tf__clock_deadline (0), >=, before);
  g_assert_cmpint (tf__clock_deadline (1000), >=, before + 1000);
  g_assert_cmpint (tf__clock_deadline (1000), <=, tf__clock_now () + 1000);
  g_assert_cmpint (tf__clock_deadline (-1), ==, G_MAXINT64);
  g_assert_cmpint (tf__clock_deadline (G_MININT64), ==, G_MAXINT64);
  g_assert_cmpint (tf__clock_deadline (G_MAXINT64), ==, G_MAXINT64);
  g_assert_cmpint (tf__clock_deadline (G_MAXINT64 - 1), ==, G_MAXINT64);
}

static gboolean
on_deadline_cb (gpointer data)
{
  gint64 *reached_us = data;

  *reached_us = tf__clock_now ();
  return G_SOURCE_CONTINUE;
}

static gboolean
is_reached (gpointer data)
{
  return *(gint64 *) data > 0;
}

static void
test_source (void)
{
  gint64   deadline_us = tf__clock_deadline (2000);
  gint64   reached_us = 0;
  GSource *source = tf__clock_source_new (deadline_us);

  g_test_summary ("A source becomes ready at its deadline, once.");

  g_source_set_callback (source, on_deadline_cb, &reached_us, NULL);
  g_source_attach (source, NULL);
  tf_test_run_until (NULL, is_reached, &reached_us);
  g_assert_cmpint (reached_us, >=, deadline_us);
  g_assert_cmpuint (tf_test_drain (NULL), ==, 0);
  g_source_destroy (source);
  g_source_unref (source);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/clock/now/is-monotonic", test_now);
  tf_test_add ("/clock/deadline/is-a-time-from-now", test_deadline);
  tf_test_add ("/clock/source/is-ready-at-its-deadline", test_source);

  return g_test_run ();
}
