/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf.h>

/* tf-worker: a worker process for tasks whose functions are in modules. A TfProcessContext starts it. */

int
main (int    argc G_GNUC_UNUSED,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_printerr ("%s is started by programs that use Task Futures, for their worker processes. "
              "By hand it has nothing to do.\n",
              argv[0]);
  return 64;
}
