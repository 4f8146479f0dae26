/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bench.h"

#include <math.h>

/* What is printed: a table to read, or one line of JSON for each row. */

typedef struct
{
  double      value;
  double      floor;
  double      gtask;
  double      ratio;
  double      reach;
  double      aim;
  const char *base;
} Figures;

static double
median_or_nan (BenchSeries *series,
               const char  *variant,
               const char  *otherwise,
               guint        result)
{
  const char *name = variant != NULL ? variant : otherwise;

  return bench_series_find (series, name) < 0 ? NAN : bench_series_median (series, name, result);
}

static Figures
look_up (BenchSeries    *series,
         const BenchRow *row)
{
  Figures figures;

  figures.value = bench_series_median (series, row->variant, row->result);
  figures.floor = median_or_nan (series, row->floor, "floor", row->result);
  figures.gtask = median_or_nan (series, row->gtask, "gtask", row->result);
  figures.base = row->base;
  figures.ratio = row->base == NULL ? NAN
                                    : bench_series_ratio (series, row->variant, row->result,
                                                          row->base, row->base_result);
  figures.reach = row->reach > 0 ? row->reach : NAN;
  figures.aim = row->aim > 0 ? row->aim : NAN;
  return figures;
}

/* --- JSON --- */

static void
append_number (GString    *text,
               const char *name,
               double      number)
{
  char buffer[G_ASCII_DTOSTR_BUF_SIZE];

  g_ascii_formatd (buffer, sizeof buffer, "%.6g", number);
  g_string_append_printf (text, ", \"%s\": %s", name, isfinite (number) ? buffer : "null");
}

static void
print_json (const char     *workload,
            const BenchRow *row,
            const Figures  *figures)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_printf (text, "{\"workload\": \"%s\", \"metric\": \"%s\"", workload, row->metric);
  append_number (text, "value", figures->value);
  append_number (text, "floor", figures->floor);
  append_number (text, "ratio", figures->ratio);
  append_number (text, "reach", figures->reach);
  append_number (text, "aim", figures->aim);
  append_number (text, "gtask", figures->gtask);
  g_print ("%s}\n", text->str);
}

/* --- The table --- */

static const char *
format (char  *buffer,
        gsize  size,
        double number)
{
  if (!isfinite (number))
    g_strlcpy (buffer, "-", size);
  else if (fabs (number) >= 1000)
    g_snprintf (buffer, (gulong) size, "%.0f", number);
  else
    g_snprintf (buffer, (gulong) size, "%.3g", number);

  return buffer;
}

static const char *
judge (const Figures *figures)
{
  double judged = isfinite (figures->ratio) ? figures->ratio : figures->value;

  if (!isfinite (figures->reach))
    return "";
  if (isfinite (figures->aim) && judged <= figures->aim)
    return "reached, aim too";
  return judged <= figures->reach ? "reached" : "not reached";
}

#define PLAIN_TABLE    "%-44s %9s %-6s %9s %9s %8s %-13s %6s %6s  %s\n"
#define MARKDOWN_TABLE "| `%s` | %s | %s | %s | %s | %s | %s | %s | %s | %s |\n"

static void
print_row (const BenchRow *row,
           const Figures  *figures)
{
  char             value[32], base[32], gtask[32], ratio[32], reach[32], aim[32];
  g_autofree char *to = NULL;

  format (value, sizeof value, figures->value);
  format (base, sizeof base, figures->floor);
  format (gtask, sizeof gtask, figures->gtask);
  format (ratio, sizeof ratio, figures->ratio);
  format (reach, sizeof reach, figures->reach);
  format (aim, sizeof aim, figures->aim);
  to = g_strconcat (figures->base != NULL ? "of " : "", figures->base, NULL);

  if (bench_options.is_markdown)
    g_print (MARKDOWN_TABLE, row->metric, value, row->unit, base, gtask, ratio, to, reach, aim,
             judge (figures));
  else
    g_print (PLAIN_TABLE, row->metric, value, row->unit, base, gtask, ratio, to, reach, aim,
             judge (figures));
}

void
bench_report_heading (const char *workload,
                      const char *text)
{
  if (bench_options.is_json)
    return;

  g_print ("\n%s: %s\n", workload, text);
  if (bench_options.is_markdown)
    g_print ("\n| metric | value | unit | floor | GTask | ratio | to | reach | aim | verdict |\n"
             "|---|---:|---|---:|---:|---:|---|---:|---:|---|\n");
  else
    g_print (PLAIN_TABLE, "metric", "value", "unit", "floor", "gtask", "ratio", "to", "reach",
             "aim", "verdict");
}

void
bench_report_rows (const char     *workload,
                   BenchSeries    *series,
                   const BenchRow *rows,
                   guint           n_rows)
{
  for (guint i = 0; i < n_rows; i++)
    {
      Figures figures = look_up (series, &rows[i]);

      if (bench_options.is_json)
        print_json (workload, &rows[i], &figures);
      else
        print_row (&rows[i], &figures);
    }
}
