/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Is wrong on purpose: two threads write one variable. The ThreadSanitizer run of .ci/run starts with it, and fails
 * if it is not reported, since a tool that sees nothing proves nothing. It must be the only report: pool, lock and
 * condition around it are GLib's, and would be reported too if GLib were not instrumented. */

#include <glib.h>

static GMutex mutex;
static GCond  cond;
static int    n_here;
static int    raced;

static void
run_write (gpointer data,
           gpointer user_data)
{
  /* Meet first: what comes after is in no order, however the threads are scheduled. */
  g_mutex_lock (&mutex);
  n_here++;
  g_cond_broadcast (&cond);
  while (n_here < 2)
    g_cond_wait (&cond, &mutex);
  g_mutex_unlock (&mutex);

  raced += GPOINTER_TO_INT (data);
}

int
main (void)
{
  GThreadPool *pool = g_thread_pool_new (run_write, NULL, 2, TRUE, NULL);

  for (int i = 1; i <= 2; i++)
    g_thread_pool_push (pool, GINT_TO_POINTER (i), NULL);
  g_thread_pool_free (pool, FALSE, TRUE);
  g_print ("%s\n", raced > 0 ? "ran" : "did not run");

  return 0;
}
