/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "variants.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Gates, ticks, and what the kernel says about memory. */

#define CACHE_LINE   64
#define PERIOD_MS    5
#define ENOUGH_TASKS 20000

void
bench_gate_init (BenchGate *gate)
{
  g_mutex_init (&gate->mutex);
  g_cond_init (&gate->cond);
  gate->n_waiting = 0;
  gate->is_open = FALSE;
}

void
bench_gate_clear (BenchGate *gate)
{
  g_cond_clear (&gate->cond);
  g_mutex_clear (&gate->mutex);
}

void
bench_gate_pass (BenchGate *gate)
{
  g_mutex_lock (&gate->mutex);
  gate->n_waiting++;
  g_cond_broadcast (&gate->cond);
  while (!gate->is_open)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

void
bench_gate_open (BenchGate *gate)
{
  g_mutex_lock (&gate->mutex);
  gate->is_open = TRUE;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

void
bench_gate_wait_for (BenchGate *gate,
                     guint      n_waiting)
{
  g_mutex_lock (&gate->mutex);
  while (gate->n_waiting < n_waiting)
    g_cond_wait (&gate->cond, &gate->mutex);
  g_mutex_unlock (&gate->mutex);
}

gsize
bench_rounds (const BenchSetting *setting)
{
  return MAX (1, ENOUGH_TASKS / setting->n);
}

/* --- Ticks --- */

static gboolean
on_tick_cb (gpointer user_data)
{
  BenchTicks *ticks = user_data;
  gint64      now_ns = bench_now_ns ();
  gint64      late_ns = MAX (0, now_ns - ticks->last_ns - PERIOD_MS * 1000000);

  g_array_append_val (ticks->late_ns, late_ns);
  ticks->last_ns = now_ns;

  if (ticks->is_over)
    g_main_loop_quit (ticks->loop);
  return G_SOURCE_CONTINUE;
}

void
bench_ticks_start (BenchTicks *ticks,
                   GMainLoop  *loop,
                   int         priority)
{
  ticks->loop = loop;
  ticks->late_ns = g_array_new (FALSE, FALSE, sizeof (gint64));
  ticks->is_over = FALSE;
  ticks->timer_id = g_timeout_add_full (priority, PERIOD_MS, on_tick_cb, ticks, NULL);
  ticks->last_ns = bench_now_ns ();
}

static int
compare_times (const void *a,
               const void *b)
{
  gint64 x = *(const gint64 *) a;
  gint64 y = *(const gint64 *) b;

  return (x > y) - (x < y);
}

void
bench_times_finish (GArray *times_ns,
                    double *results)
{
  g_array_sort (times_ns, compare_times);
  results[0] = bench_percentile (times_ns, 0.5) / 1e3;
  results[1] = bench_percentile (times_ns, 0.99) / 1e3;
  results[2] = bench_percentile (times_ns, 1) / 1e3;
  g_array_unref (times_ns);
}

void
bench_ticks_finish (BenchTicks *ticks,
                    double     *results)
{
  g_source_remove (ticks->timer_id);
  bench_times_finish (ticks->late_ns, results);
  for (guint i = 0; i < 3; i++)
    results[i] /= 1000;
}

typedef struct
{
  gint *flag; /* [atomic] */
  guint ms;
} Later;

static gboolean
on_later_cb (gpointer user_data)
{
  g_atomic_int_set (((Later *) user_data)->flag, TRUE);
  return G_SOURCE_REMOVE;
}

/* A context of its own, since the main context may be the one that starves. */
static gpointer
raise_later (gpointer user_data)
{
  g_autofree Later *later = user_data;
  GMainContext     *context = g_main_context_new ();
  GSource          *source = g_timeout_source_new (later->ms);

  g_source_set_priority (source, G_PRIORITY_HIGH);
  g_source_set_callback (source, on_later_cb, later, NULL);
  g_source_attach (source, context);
  while (!g_atomic_int_get (later->flag))
    g_main_context_iteration (context, TRUE);

  g_source_unref (source);
  g_main_context_unref (context);
  return NULL;
}

GThread *
bench_raise_later (gint *flag,
                   guint ms)
{
  Later *later = g_new (Later, 1);

  later->flag = flag;
  later->ms = ms;
  return g_thread_new ("later", raise_later, later);
}

/* --- Memory --- */

static gsize
read_kib (const char *file,
          const char *key)
{
  g_autofree char *text = NULL;
  const char      *line;

  if (!g_file_get_contents (file, &text, NULL, NULL))
    return 0;

  line = strstr (text, key);
  return line != NULL ? strtoul (line + strlen (key), NULL, 10) : 0;
}

/* Counted page by page; the figure in "status" is up to some hundred KiB behind. */
gsize
bench_get_rss (void)
{
  return read_kib ("/proc/self/smaps_rollup", "Rss:") * 1024;
}

void
bench_reset_peak (void)
{
  FILE *file = fopen ("/proc/self/clear_refs", "w");

  if (file == NULL)
    return;

  fputs ("5", file);
  fclose (file);
}

gsize
bench_get_peak (void)
{
  return read_kib ("/proc/self/status", "VmHWM:") * 1024;
}

void
bench_read_lines (const guint8 *data,
                  gsize         size)
{
  guint64 sum = 0;

  for (gsize i = 0; i < size; i += CACHE_LINE)
    sum += data[i];

  /* So that it is not left out. */
  g_assert_cmpuint (sum, <=, 255 * (size / CACHE_LINE + 1));
}
