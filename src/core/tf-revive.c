/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-revive-private.h"

/* Where GLib keeps what it has frozen. A GLib that does so no more has no data of this name. */
#define FROZEN_NAME "GObject-notify-queue"

/* Somebody else may have frozen the object, and not thaw it soon. The other thread needs some instructions only. */
#define LONGEST_WAIT_US (20 * 1000)

void
tf__revive_wait (gpointer object)
{
  GQuark quark = g_quark_try_string (FROZEN_NAME);
  gint64 end_us = 0;

  while (quark != 0 && g_object_get_qdata (object, quark) != NULL)
    {
      gint64 now_us = g_get_monotonic_time ();

      if (end_us == 0)
        end_us = now_us + LONGEST_WAIT_US;
      else if (now_us >= end_us)
        return;

      g_thread_yield ();
    }
}
