/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* Clock, medians, and the running of variants by turns. */

#define N_REPS 7

BenchOptions bench_options = { .n_reps = N_REPS };

gint64
bench_now_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_MONOTONIC, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

void
bench_busy_us (guint us)
{
  gint64 end_ns = us > 0 ? bench_now_ns () + (gint64) us * 1000 : 0;

  while (end_ns > 0 && bench_now_ns () < end_ns)
    ;
}

gsize
bench_size (gsize full,
            gsize quick)
{
  return bench_options.is_quick ? quick : full;
}

guint
bench_workers (const BenchSetting *setting)
{
  return setting->n_workers > 0 ? setting->n_workers : BENCH_N_WORKERS;
}

static int
compare_doubles (const void *a,
                 const void *b)
{
  double x = *(const double *) a;
  double y = *(const double *) b;

  return (x > y) - (x < y);
}

double
bench_median (const double *values,
              guint         n)
{
  g_autofree double *sorted = g_memdup2 (values, n * sizeof *values);

  if (n == 0)
    return NAN;

  qsort (sorted, n, sizeof *sorted, compare_doubles);
  return n % 2 == 1 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}

double
bench_percentile (GArray *sorted_ns,
                  double  fraction)
{
  guint position = (guint) (fraction * sorted_ns->len);

  if (sorted_ns->len == 0)
    return NAN;

  return (double) g_array_index (sorted_ns, gint64, MIN (position, sorted_ns->len - 1));
}

/* --- Series --- */

static double *
get_samples (BenchSeries *self,
             guint        variant,
             guint        result)
{
  return self->samples + ((gsize) variant * BENCH_MAX_RESULTS + result) * self->n_reps;
}

static void
warm_up (const BenchVariant *variant)
{
  BenchSetting setting = variant->setting;
  double       results[BENCH_MAX_RESULTS];

  /* A child is fresh on purpose, and a flood warms itself up. */
  if (setting.child != NULL || setting.duration_ms > 0)
    return;

  setting.n = MAX (setting.n / 10, MAX (setting.n_senders, 1));
  variant->run (&setting, results);
}

/* For who wonders how far a median can be trusted. */
static void
print_samples (BenchSeries *self)
{
  for (guint i = 0; i < self->n_variants; i++)
    {
      for (guint result = 0; result < BENCH_MAX_RESULTS; result++)
        {
          const double *samples = get_samples (self, i, result);

          if (isnan (samples[0]))
            continue;
          g_printerr ("%-20s %u:", self->variants[i].name, result);
          for (guint rep = 0; rep < self->n_reps; rep++)
            g_printerr (" %9.4g", samples[rep]);
          g_printerr ("\n");
        }
    }
}

void
bench_series_run (BenchSeries        *self,
                  const BenchVariant *variants,
                  guint               n_variants)
{
  g_return_if_fail (n_variants <= BENCH_MAX_VARIANTS);

  self->variants = variants;
  self->n_variants = n_variants;
  self->n_reps = bench_options.n_reps;
  self->samples = g_new (double, (gsize) n_variants *BENCH_MAX_RESULTS * self->n_reps);

  for (guint i = 0; i < n_variants; i++)
    warm_up (&variants[i]);

  for (guint rep = 0; rep < self->n_reps; rep++)
    {
      for (guint turn = 0; turn < n_variants; turn++)
        {
          guint  i = (turn + rep) % n_variants;
          double results[BENCH_MAX_RESULTS] = { NAN, NAN, NAN, NAN, NAN, NAN };

          variants[i].run (&variants[i].setting, results);
          for (guint result = 0; result < BENCH_MAX_RESULTS; result++)
            get_samples (self, i, result)[rep] = results[result];
        }
    }

  if (bench_options.has_samples)
    print_samples (self);
}

void
bench_series_clear (BenchSeries *self)
{
  g_clear_pointer (&self->samples, g_free);
}

int
bench_series_find (BenchSeries *self,
                   const char  *variant)
{
  for (guint i = 0; i < self->n_variants; i++)
    {
      if (g_strcmp0 (self->variants[i].name, variant) == 0)
        return (int) i;
    }

  return -1;
}

static guint
find (BenchSeries *self,
      const char  *variant)
{
  int position = bench_series_find (self, variant);

  if (position < 0)
    g_error ("no variant is called “%s”", variant);
  return (guint) position;
}

double
bench_series_median (BenchSeries *self,
                     const char  *variant,
                     guint        result)
{
  return bench_median (get_samples (self, find (self, variant), result), self->n_reps);
}

/* The median of the ratios, and not the ratio of the medians: what slows one repetition down slows
 * down both. */
double
bench_series_ratio (BenchSeries *self,
                    const char  *variant,
                    guint        result,
                    const char  *base,
                    guint        base_result)
{
  const double      *values = get_samples (self, find (self, variant), result);
  const double      *bases = get_samples (self, find (self, base), base_result);
  g_autofree double *ratios = g_new (double, self->n_reps);

  for (guint rep = 0; rep < self->n_reps; rep++)
    ratios[rep] = values[rep] / bases[rep];

  return bench_median (ratios, self->n_reps);
}
