/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: watch-the-loop */
#include <tf-testing/tf-testing.h>

#include BLOCK

int
main (void)
{
  watch_the_loop ();
  for (guint i = 0; i < 3; i++)
    g_main_context_iteration (NULL, TRUE);
  return 0;
}
