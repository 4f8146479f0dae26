/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* hash-files: prints the SHA-256 of every regular file below the given paths, as sha256sum does.
 *
 * * Exit status: 0 all is well; 1 something could not be read; 2 wrong usage, or the output could
 * not be written; 128 and the number of the signal when interrupted, which is 130 after Ctrl-C.
 */

#include "lines.h"
#include "session.h"
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <glib-unix.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define EXIT_UNREADABLE 1
#define EXIT_TROUBLE    2

#define PROGRESS_INTERVAL_US (100 * G_TIME_SPAN_MILLISECOND)
#define SHUTDOWN_LIMIT_US    (2 * G_TIME_SPAN_SECOND)

typedef struct
{
  Session *session;
  Lines   *lines; /* NULL where nobody sees them */
  int      signal_number;
  gboolean has_ended;
} App;

typedef struct
{
  char   **paths;
  int      n_jobs;
  gboolean use_processes;
  gboolean no_progress;
  gboolean show_version;
} Options;

static gboolean
parse_options (Options *options,
               int     *argc,
               char  ***argv,
               GError **error)
{
  const GOptionEntry entries[] = {
    { "jobs", 'j', 0, G_OPTION_ARG_INT, &options->n_jobs,
      "Hash N files at a time (default: one per core)", "N" },
    { "processes", 0, 0, G_OPTION_ARG_NONE, &options->use_processes,
      "Hash in worker processes instead of threads", NULL },
    { "no-progress", 0, 0, G_OPTION_ARG_NONE, &options->no_progress,
      "Do not show progress on a terminal", NULL },
    { "version", 0, 0, G_OPTION_ARG_NONE, &options->show_version,
      "Print the version and exit", NULL },
    { G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &options->paths,
      NULL, "[PATH…]" },
    { NULL }
  };
  g_autoptr (GOptionContext) context = g_option_context_new (NULL);

  g_option_context_set_summary (context,
                                "Prints the SHA-256 of every regular file below each PATH\n"
                                "(default: .), in the format of sha256sum.");
  g_option_context_add_main_entries (context, entries, NULL);
  if (!g_option_context_parse (context, argc, argv, error))
    return FALSE;
  if (options->n_jobs < 0)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "--jobs takes a positive number");
      return FALSE;
    }

  if (options->n_jobs == 0)
    options->n_jobs = (int) g_get_num_processors ();
  if (options->paths == NULL)
    options->paths = g_strsplit (".", " ", 1);
  return TRUE;
}

/* A descriptor that is closed at the start would be given to the next file that is opened, and the
 * results written there. What stands in its place refuses to be written.
 */
static void
reserve_standard_descriptors (void)
{
  int fd;

  do
    fd = open ("/dev/null", O_RDONLY);
  while (fd >= 0 && fd <= STDERR_FILENO);
  if (fd >= 0)
    close (fd);
}

static void
on_will_write_cb (gpointer user_data)
{
  App *app = user_data;

  if (app->lines != NULL)
    lines_hide (app->lines);
}

static void
on_wrote_cb (gpointer user_data)
{
  App *app = user_data;

  if (app->lines != NULL)
    lines_show (app->lines);
}

static void
on_ended_cb (gpointer user_data)
{
  App *app = user_data;

  app->has_ended = TRUE;
}

static gboolean
on_signal (App *app,
           int  signal_number)
{
  if (app->signal_number != 0)
    {
      on_will_write_cb (app);
      _exit (128 + signal_number);
    }

  app->signal_number = signal_number;
  session_cancel (app->session);

  return G_SOURCE_CONTINUE;
}

static gboolean
on_interrupt_cb (gpointer user_data)
{
  return on_signal (user_data, SIGINT);
}

static gboolean
on_terminate_cb (gpointer user_data)
{
  return on_signal (user_data, SIGTERM);
}

/* A reader that has seen enough is no failure: the program ends by the signal, as it would without
 * lines to take away before.
 */
static int
end_by_broken_pipe (const struct sigaction *inherited)
{
  if (inherited->sa_handler != SIG_IGN)
    {
      sigaction (SIGPIPE, inherited, NULL);
      raise (SIGPIPE);
    }

  return EXIT_TROUBLE;
}

static int
get_status (App                    *app,
            const struct sigaction *inherited)
{
  int error_number = session_get_write_error (app->session);

  if (error_number == 0 && close (STDOUT_FILENO) != 0)
    error_number = errno;
  if (error_number == EPIPE)
    end_by_broken_pipe (inherited);
  if (error_number != 0)
    {
      fprintf (stderr, "hash-files: write error: %s\n", g_strerror (error_number));
      return EXIT_TROUBLE;
    }
  if (app->signal_number != 0)
    {
      session_report_left_out (app->session);
      return 128 + app->signal_number;
    }

  return session_has_failed (app->session) ? EXIT_UNREADABLE : EXIT_SUCCESS;
}

static void
set_up_signals (App              *app,
                struct sigaction *inherited)
{
  const struct sigaction ignore = { .sa_handler = SIG_IGN };

  sigaction (SIGPIPE, &ignore, inherited);
  g_unix_signal_add (SIGINT, on_interrupt_cb, app);
  g_unix_signal_add (SIGTERM, on_terminate_cb, app);
}

/* The walk stays in threads, since it hands over memory of this process. */
static TfExecutor *
make_hasher (const Options *options,
             TfExecutor    *walker)
{
  g_autoptr (TfProcessContext) context = NULL;

  if (!options->use_processes)
    return g_object_ref (walker);

  context = tf_process_context_new ((guint) options->n_jobs);
  return tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));
}

/* FALSE if something still runs. */
static gboolean
shut_down (TfExecutor *hasher,
           TfExecutor *walker)
{
  gboolean is_hasher_down = tf_executor_shutdown (hasher, SHUTDOWN_LIMIT_US, NULL);

  return (walker == hasher || tf_executor_shutdown (walker, SHUTDOWN_LIMIT_US, NULL)) &&
         is_hasher_down;
}

static int
run (const Options *options)
{
  const SessionFuncs     funcs = { on_will_write_cb, on_wrote_cb, on_ended_cb };
  g_autoptr (TfExecutor) walker = tf_executor_new ();
  g_autoptr (TfExecutor) hasher = make_hasher (options, walker);
  struct sigaction       inherited;
  App                    app = { NULL };
  int                    status;

  set_up_signals (&app, &inherited);
  tf_executor_set_max_workers (walker, (guint) options->n_jobs);
  tf_executor_set_progress_interval (hasher, PROGRESS_INTERVAL_US);

  app.session = session_new (hasher, walker, options->paths, &funcs, &app);
  if (!options->no_progress && terminal_is_usable ())
    app.lines = lines_new (walker, app.session, options->paths);
  while (!app.has_ended)
    g_main_context_iteration (NULL, TRUE);

  if (app.lines != NULL)
    lines_stop (app.lines);
  status = get_status (&app, &inherited);

  /* After a write error files are still being hashed. They are cancelled here; a thread that the
   * kernel holds in a read is not waited for, and keeps what it uses.
   */
  if (shut_down (hasher, walker))
    {
      session_free (app.session);
      g_clear_pointer (&app.lines, lines_free);
    }

  return status;
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (GError) error = NULL;
  Options            options = { NULL };
  int                status;

  if (tf_worker_requested ())
    return tf_worker_run ();

  reserve_standard_descriptors ();
  setlocale (LC_ALL, "");
  g_set_prgname ("hash-files");

  if (!parse_options (&options, &argc, &argv, &error))
    {
      fprintf (stderr, "hash-files: %s\n", error->message);
      return EXIT_TROUBLE;
    }
  if (options.show_version)
    {
      printf ("hash-files (libtf) %d.%d.%d\n", TF_MAJOR_VERSION,
              TF_MINOR_VERSION, TF_MICRO_VERSION);
      g_strfreev (options.paths);
      return fflush (stdout) == 0 ? EXIT_SUCCESS : EXIT_TROUBLE;
    }

  status = run (&options);
  g_strfreev (options.paths);

  return status;
}
