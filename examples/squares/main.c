/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* squares: calculates squares, slowly and unreliably, in threads or in worker processes: nothing
 * but the context of the executor is different. It takes commands from standard input; on a
 * terminal it shows all jobs as they go on, elsewhere it prints a line for each new state.
 */

#include "board.h"
#include "commands.h"

#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXIT_USAGE 2

#define MAX_N 3000000000 /* whose square is an integer, too */

typedef struct
{
  Jobs     *jobs;
  Board    *board; /* NULL where there is no terminal */
  Commands *commands;
  gboolean  is_waiting; /* for all jobs, before the next command */
  gboolean  has_quit;
} App;

typedef struct
{
  gboolean use_processes;
  gboolean use_threads;
  int      n_workers;
  double   time_scale;
  gint64   seed;
} Options;

static gboolean
parse_options (Options *options,
               int     *argc,
               char  ***argv,
               GError **error)
{
  const GOptionEntry entries[] = {
    { "processes", 0, 0, G_OPTION_ARG_NONE, &options->use_processes,
      "Calculate in worker processes", NULL },
    { "threads", 0, 0, G_OPTION_ARG_NONE, &options->use_threads,
      "Calculate in threads (default)", NULL },
    { "workers", 0, 0, G_OPTION_ARG_INT, &options->n_workers,
      "Calculate N squares at a time (default: 4)", "N" },
    { "time-scale", 0, 0, G_OPTION_ARG_DOUBLE, &options->time_scale,
      "Take F seconds for a second (default: 1)", "F" },
    { "seed", 0, 0, G_OPTION_ARG_INT64, &options->seed,
      "Draw the same numbers and delays each time", "N" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
                                "Calculates squares, slowly and unreliably.\n\n"
                                "Commands, on standard input:\n"
                                "  add [N]  ask for the square of N, or of any number up to 100\n"
                                "  cancel   cancel all that are not done\n"
                                "  clear    forget those that are done\n"
                                "  wait     wait for all before the next command\n"
                                "  quit     cancel all, and end");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;

  if (options->use_processes && options->use_threads)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         "--processes and --threads exclude each other");
  else if (options->n_workers < 1)
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         "--workers takes a positive number");
  else if (!(options->time_scale >= 0 && options->time_scale <= 1000))
    g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                         "--time-scale takes a number from 0 to 1000");
  else
    return TRUE;

  return FALSE;
}

static void
on_moved_cb (Job     *job,
             gpointer user_data)
{
  App             *app = user_data;
  g_autofree char *text = NULL;

  if (app->board != NULL)
    return;

  text = job_dup_text (job);
  printf ("%u: %" G_GINT64_FORMAT " squared, %s\n", job->number, job->n, text);
  fflush (stdout);
}

static void
on_changed_cb (gpointer user_data)
{
  App *app = user_data;

  if (app->board != NULL)
    board_paint_later (app->board, app->jobs);
}

static const char *
add (App        *app,
     const char *number)
{
  gint64 n;

  if (number[0] == '\0')
    jobs_add (app->jobs, -1);
  else if (g_ascii_string_to_signed (number, 10, 0, MAX_N, &n, NULL))
    jobs_add (app->jobs, n);
  else
    return "add takes a number";
  return "";
}

/* Returns what there is to say. */
static const char *
run_command (App        *app,
             const char *line)
{
  if (strcmp (line, "add") == 0 || g_str_has_prefix (line, "add "))
    return add (app, line[3] == '\0' ? "" : line + 4);

  if (strcmp (line, "cancel") == 0)
    jobs_cancel_all (app->jobs);
  else if (strcmp (line, "clear") == 0)
    jobs_clear_done (app->jobs);
  else if (strcmp (line, "wait") == 0)
    app->is_waiting = TRUE;
  else if (strcmp (line, "quit") == 0)
    app->has_quit = TRUE;
  else if (line[0] != '\0')
    return "Commands: add [N], cancel, clear, wait, quit";
  return "";
}

/* FALSE when all is over: that is when all that was asked for is done. */
static gboolean
advance (App *app)
{
  while (!app->has_quit && !(app->is_waiting && !jobs_are_done (app->jobs)))
    {
      g_autofree char *line = commands_take (app->commands);
      const char      *message;

      app->is_waiting = FALSE;
      if (line == NULL)
        return !commands_are_at_end (app->commands) || !jobs_are_done (app->jobs);

      message = run_command (app, line);
      if (app->board != NULL)
        board_paint_anew (app->board, app->jobs, message);
      else if (message[0] != '\0')
        fprintf (stderr, "squares: %s\n", message);
    }

  return !app->has_quit;
}

static gboolean
on_interrupt_cb (gpointer user_data)
{
  App *app = user_data;

  app->has_quit = TRUE;
  return G_SOURCE_CONTINUE;
}

static TfExecutor *
make_executor (const Options *options)
{
  g_autoptr (TfParallelContext) context = NULL;

  if (options->use_processes)
    context = TF_PARALLEL_CONTEXT (tf_process_context_new ((guint) options->n_workers));
  else
    context = TF_PARALLEL_CONTEXT (tf_thread_context_new ((guint) options->n_workers));

  return tf_executor_new_for_parallel_context (context);
}

static void
finish (App *app)
{
  g_autofree char *summary = jobs_dup_summary (app->jobs);

  if (app->board != NULL)
    board_finish (app->board, app->jobs);
  else
    printf ("%s\n", summary);
  fflush (stdout);
}

static int
run (const Options *options)
{
  const JobsFuncs        funcs = { on_moved_cb, on_changed_cb };
  g_autoptr (TfExecutor) executor = make_executor (options);
  guint32                seed = options->seed < 0 ? g_random_int () : (guint32) options->seed;
  App                    app = { NULL };
  guint                  signal_source = g_unix_signal_add (SIGINT, on_interrupt_cb, &app);

  app.commands = commands_new ();
  app.jobs = jobs_new (executor, options->time_scale, seed, &funcs, &app);
  if (isatty (STDOUT_FILENO))
    {
      app.board = board_new (isatty (STDIN_FILENO));
      board_paint_anew (app.board, app.jobs, "Commands: add [N], cancel, clear, wait, quit");
    }

  while (advance (&app))
    g_main_context_iteration (NULL, TRUE);
  jobs_cancel_all (app.jobs);
  tf_executor_shutdown (executor, -1, NULL);
  finish (&app);

  g_source_remove (signal_source);
  jobs_free (app.jobs);
  commands_free (app.commands);
  g_clear_pointer (&app.board, board_free);
  return ferror (stdout) ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  Options            options = { .n_workers = 4, .time_scale = 1, .seed = -1 };

  /* First of all: a worker process is this program, too. */
  if (tf_worker_requested ())
    return tf_worker_run ();

  if (!parse_options (&options, &argc, &argv, &error))
    {
      fprintf (stderr, "squares: %s\n", error->message);
      return EXIT_USAGE;
    }

  return run (&options);
}
