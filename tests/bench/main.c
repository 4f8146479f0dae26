/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <locale.h>
#include <tf/tf.h>

#include "bench.h"

/* tf-bench [WORKLOAD…] [--json] [--markdown] [--quick] [--list] */

static gboolean is_list;
static char   **names;

#define FLAG(name, where, text)                      \
  {                                                  \
    name, 0, 0, G_OPTION_ARG_NONE, where, text, NULL \
  }

static const GOptionEntry entries[] = {
  FLAG ("json", &bench_options.is_json, "One line of JSON for each figure"),
  FLAG ("markdown", &bench_options.is_markdown, "The tables as docs/performance.md has them"),
  FLAG ("quick", &bench_options.is_quick, "Smaller numbers: less than 50 s"),
  FLAG ("samples", &bench_options.has_samples, "Also what each repetition measured, on stderr"),
  FLAG ("list", &is_list, "Show the names of the workloads"),
  { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, &names, NULL, "[WORKLOAD…]" },
  { NULL }
};

static gboolean
is_known (const char *name)
{
  for (const BenchWorkload *workload = bench_workloads; workload->name != NULL; workload++)
    {
      if (g_ascii_strcasecmp (workload->name, name) == 0)
        return TRUE;
    }

  return FALSE;
}

static gboolean
is_wanted (const BenchWorkload *workload)
{
  if (names == NULL)
    return !workload->is_extra;

  for (char **name = names; *name != NULL; name++)
    {
      if (g_ascii_strcasecmp (workload->name, *name) == 0)
        return TRUE;
    }

  return FALSE;
}

/* A process of its own: what one workload does with the heap and the caches is not seen in the next. */
static int
run_in_process (const BenchWorkload *workload)
{
  g_autofree char        *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GPtrArray)   argv = g_ptr_array_new ();
  g_autoptr (GSubprocess) process = NULL;
  g_autoptr (GError)      error = NULL;

  g_ptr_array_add (argv, program);
  if (bench_options.is_json)
    g_ptr_array_add (argv, (gpointer) "--json");
  if (bench_options.is_markdown)
    g_ptr_array_add (argv, (gpointer) "--markdown");
  if (bench_options.is_quick)
    g_ptr_array_add (argv, (gpointer) "--quick");
  if (bench_options.has_samples)
    g_ptr_array_add (argv, (gpointer) "--samples");
  g_ptr_array_add (argv, (gpointer) workload->name);
  g_ptr_array_add (argv, NULL);

  process = g_subprocess_newv ((const char *const *) argv->pdata,
                               G_SUBPROCESS_FLAGS_STDIN_INHERIT, &error);
  if (process == NULL || !g_subprocess_wait_check (process, NULL, &error))
    {
      g_printerr ("%s: %s\n", workload->name, error->message);
      return 1;
    }

  return 0;
}

static void
list_all (void)
{
  for (const BenchWorkload *workload = bench_workloads; workload->name != NULL; workload++)
    g_print ("%-8s %s%s\n", workload->name, workload->text,
             workload->is_extra ? " (only when asked for)" : "");
}

static int
run_all (void)
{
  int   status = 0;
  guint n_wanted = 0;

  for (char **name = names; name != NULL && *name != NULL; name++)
    {
      if (!is_known (*name))
        {
          g_printerr ("No workload is called “%s”; --list shows them.\n", *name);
          return 2;
        }
    }

  for (const BenchWorkload *workload = bench_workloads; workload->name != NULL; workload++)
    n_wanted += is_wanted (workload) ? 1 : 0;

  for (const BenchWorkload *workload = bench_workloads; workload->name != NULL; workload++)
    {
      if (!is_wanted (workload))
        continue;

      if (n_wanted > 1)
        {
          if (run_in_process (workload) != 0)
            status = 1;
        }
      else
        {
          bench_report_heading (workload->name, workload->text);
          workload->run (workload->name);
        }
    }

  return status;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GOptionContext) options = g_option_context_new (NULL);
  g_autoptr (GError)         error = NULL;

  int floor_status = -1;

  if (tf_worker_requested ())
    return tf_worker_run ();

  floor_status = bench_be_floor_worker (argc, argv);
  if (floor_status >= 0)
    return floor_status;

  setlocale (LC_ALL, "");
  if (argc == 4 && g_strcmp0 (argv[1], "--child") == 0)
    return bench_be_child (argv[2], argv[3]);

  g_option_context_set_summary (options, "Measures the library against a floor and against GTask.");
  g_option_context_add_main_entries (options, entries, NULL);
  if (!g_option_context_parse (options, &argc, &argv, &error))
    {
      g_printerr ("%s\n", error->message);
      return 2;
    }

  if (is_list)
    {
      list_all ();
      return 0;
    }

  return run_all ();
}
