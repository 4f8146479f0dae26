/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-clock-private.h"

gint64
tf__clock_now (void)
{
  return g_get_monotonic_time ();
}

gint64
tf__clock_deadline (gint64 timeout_us)
{
  gint64 now;

  if (timeout_us < 0)
    return G_MAXINT64;

  now = tf__clock_now ();
  return timeout_us > G_MAXINT64 - now ? G_MAXINT64 : now + timeout_us;
}

static gboolean
dispatch_deadline (GSource    *source,
                   GSourceFunc callback,
                   gpointer    user_data)
{
  g_source_set_ready_time (source, -1);
  return callback == NULL ? G_SOURCE_CONTINUE : callback (user_data);
}

GSource *
tf__clock_source_new (gint64 deadline_us)
{
  static GSourceFuncs funcs = { NULL, NULL, dispatch_deadline, NULL, NULL, NULL };
  GSource            *source = g_source_new (&funcs, sizeof (GSource));

  g_source_set_static_name (source, "[tf] deadline");
  g_source_set_ready_time (source, deadline_us);
  return source;
}
