/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "variants.h"

#include <stdlib.h>
#include <unistd.h>

/* Memory is measured in fresh processes: what an earlier run has left in the heap would serve the next one. */

#define WARM_UP 20000

typedef struct
{
  const char  *name;
  BenchRun     run;
  BenchSetting setting;
  gboolean     is_stream; /* measure how much the peak grows, from outside of the run */
} Child;

static const Child children[] = {
  { "floor-bytes", floor_bytes },
  { "gtask-bytes", gtask_bytes },
  { "tf-bytes-none", tf_bytes },
  { "tf-bytes-handler", tf_bytes, { .listen = BENCH_LISTEN_HANDLER } },
  { "floor-stream-1", floor_events, { .n_senders = 1 }, TRUE },
  { "gtask-stream-1", gtask_events, { .n_senders = 1 }, TRUE },
  { "tf-stream-1", tf_events, { .n_senders = 1, .listen = BENCH_LISTEN_HANDLER }, TRUE },
  { "tf-stream-4", tf_events, { .n_senders = 4, .listen = BENCH_LISTEN_HANDLER }, TRUE },
};

static void
measure_stream (const Child *child,
                gsize        n,
                double       results[BENCH_MAX_RESULTS])
{
  BenchSetting setting = child->setting;
  gsize        before;

  setting.n = WARM_UP;
  child->run (&setting, results);

  bench_reset_peak ();
  before = bench_get_rss ();
  setting.n = n;
  child->run (&setting, results);

  results[0] = MAX (0, (double) bench_get_peak () - (double) before) / (1 << 20) /
               MAX (1, setting.n_senders);
}

int
bench_be_child (const char *name,
                const char *n)
{
  double results[BENCH_MAX_RESULTS] = { 0 };

  for (guint i = 0; i < G_N_ELEMENTS (children); i++)
    {
      BenchSetting setting = children[i].setting;

      if (g_strcmp0 (children[i].name, name) != 0)
        continue;

      setting.n = strtoul (n, NULL, 10);
      if (children[i].is_stream)
        measure_stream (&children[i], setting.n, results);
      else
        children[i].run (&setting, results);

      g_print ("%.9g\n", results[0]);
      /* Tasks may still stand before a gate. */
      _exit (0);
    }

  g_printerr ("no child is called “%s”\n", name);
  return 2;
}

void
bench_run_child (const BenchSetting *setting,
                 double              results[BENCH_MAX_RESULTS])
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *n = g_strdup_printf ("%" G_GSIZE_FORMAT, setting->n);
  g_autofree char   *output = NULL;
  const char        *argv[] = { "/proc/self/exe", "--child", setting->child, n, NULL };
  int                status;

  if (!g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_DEFAULT, NULL, NULL, &output, NULL,
                     &status, &error) ||
      !g_spawn_check_wait_status (status, &error))
    g_error ("%s: %s", setting->child, error->message);

  results[0] = g_ascii_strtod (output, NULL);
}
