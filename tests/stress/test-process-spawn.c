/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <sys/mman.h>

#include "../process/workers.h"

/* How long a start takes must not depend on how much memory the program has: it is not copied, and neither are the
 * tables of its pages, which a fork() would need tens of milliseconds for. The limit is a generous one. */

#define N_STARTS   5
#define BALLAST    ((gsize) 1024 * 1024 * 1024)
#define MORE_US    2000
#define N_TIMES    3
#define KIB        1024
#define NEEDED_KIB (2 * BALLAST / KIB)

/* What is free without swapping, or 0 where nobody can tell. */
static gsize
get_available_kib (void)
{
  g_autofree char *text = NULL;
  const char      *line;

  if (!g_file_get_contents ("/proc/meminfo", &text, NULL, NULL) ||
      (line = strstr (text, "MemAvailable:")) == NULL)
    return 0;

  return strtoul (line + strlen ("MemAvailable:"), NULL, 10);
}

/* From the submit to the end of a task that does nothing, in a worker that is started for it. */
static gint64
measure_start (void)
{
  Workshop workshop;
  gint64   begin_us;
  gint64   duration_us;

  workshop_open (&workshop, 1);
  begin_us = g_get_monotonic_time ();
  workshop_get_pid (&workshop);
  duration_us = g_get_monotonic_time () - begin_us;
  workshop_close (&workshop);

  return duration_us;
}

/* What disturbs makes it longer, and nothing makes it shorter. */
static gint64
measure_shortest_start (void)
{
  gint64 shortest_us = G_MAXINT64;

  for (guint i = 0; i < N_STARTS; i++)
    shortest_us = MIN (shortest_us, measure_start ());

  return shortest_us;
}

/* In pages of the usual size, of which there are many. */
static char *
new_ballast (void)
{
  char *ballast = mmap (NULL, BALLAST, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

  g_assert_true (ballast != MAP_FAILED);
#ifdef MADV_NOHUGEPAGE
  madvise (ballast, BALLAST, MADV_NOHUGEPAGE);
#endif
  memset (ballast, 1, BALLAST);

  return ballast;
}

static void
test_large_program (void)
{
  char  *ballast;
  gint64 small_us;
  gint64 large_us;

  g_test_summary ("A program with a gigabyte of memory starts a worker as fast as a small one.");

  if (is_instrumented ())
    {
      g_test_skip ("the tool that watches makes starts slow, and memory larger");
      return;
    }
  if (get_available_kib () < NEEDED_KIB)
    {
      g_test_skip ("there are less than 2 GiB of free memory");
      return;
    }

  measure_start ();
  small_us = measure_shortest_start ();

  ballast = new_ballast ();
  large_us = measure_shortest_start ();
  g_test_message ("%" G_GINT64_FORMAT " µs, and %" G_GINT64_FORMAT " µs with a gigabyte", small_us,
                  large_us);
  munmap (ballast, BALLAST);
  g_assert_cmpint (large_us, <, N_TIMES * small_us + MORE_US);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-spawn/does-not-copy-memory", test_large_program);

  return g_test_run ();
}
