/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "board.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define PERIOD_MS   50
#define BAR_COLUMNS 20

/* What the terminal is told. */
#define SAVE_CURSOR    "\0337"
#define RESTORE_CURSOR "\0338"
#define CLEAR_LINE     "\033[K"
#define CLEAR_BELOW    "\033[J"
#define UP_FORMAT      "\r\033[%uA"

struct _Board
{
  gboolean is_typed;
  guint    n_lines; /* above the one where people type */
  Jobs    *jobs;    /* to be painted when the timer rings */
  char    *message;
  guint    timer;
  guint    n_columns;
  guint    n_rows;
};

static void
update_size (Board *self)
{
  struct winsize size = { 0 };

  ioctl (STDOUT_FILENO, TIOCGWINSZ, &size);
  self->n_columns = size.ws_col > 0 ? size.ws_col : 80;
  self->n_rows = size.ws_row > 0 ? size.ws_row : 24;
}

static void
append_line (Board   *self,
             GString *out,
             char    *line)
{
  glong            n_shown = MIN (g_utf8_strlen (line, -1), (glong) self->n_columns - 1);
  g_autofree char *fitted = g_utf8_substring (line, 0, n_shown);

  g_string_append_printf (out, "%s" CLEAR_LINE "\n", fitted);
  g_free (line);
}

static char *
dup_bar (double fraction)
{
  int n_full = (int) (fraction * BAR_COLUMNS);

  return g_strdup_printf ("[%.*s%.*s] %3d%%", n_full, "####################", BAR_COLUMNS - n_full,
                          "....................", (int) (fraction * 100));
}

static void
append_job (Board     *self,
            GString   *out,
            const Job *job)
{
  TfFutureState    state = tf_future_get_state (job->future);
  g_autofree char *text = job_dup_text (job);
  g_autofree char *bar = NULL;

  if (state == TF_FUTURE_STATE_EXECUTING || state == TF_FUTURE_STATE_CANCELLING)
    bar = dup_bar (tf_future_get_fraction (job->future));
  append_line (self, out,
               g_strdup_printf ("%4u  %3" G_GINT64_FORMAT " squared  %-10s  %s", job->number,
                                job->n, text, bar == NULL ? "" : bar));
}

/* The newest ones, if not all fit. Returns the number of lines. */
static guint
append_all (Board   *self,
            GString *out)
{
  guint n_jobs = jobs_get_n_jobs (self->jobs);
  guint n_shown = MIN (n_jobs, MAX (self->n_rows, 6) - 5);

  if (n_shown == n_jobs)
    append_line (self, out, jobs_dup_summary (self->jobs));
  else
    append_line (self, out,
                 g_strdup_printf ("%u more above; %s", n_jobs - n_shown,
                                  jobs_dup_summary (self->jobs)));
  for (guint i = n_jobs - n_shown; i < n_jobs; i++)
    append_job (self, out, jobs_get_job (self->jobs, i));
  append_line (self, out, g_strdup (self->message));

  return n_shown + 2;
}

static void
show (const GString *out)
{
  fwrite (out->str, 1, out->len, stdout);
  fflush (stdout);
}

/* The cursor is where people type, and comes back there: what they have typed stays. */
static void
paint (Board *self)
{
  g_autoptr (GString) lines = g_string_new (NULL);
  g_autoptr (GString) out = g_string_new (SAVE_CURSOR);

  g_clear_handle_id (&self->timer, g_source_remove);
  append_all (self, lines);
  g_string_append_printf (out, UP_FORMAT "%s" RESTORE_CURSOR, self->n_lines, lines->str);
  show (out);
}

static gboolean
on_period_passed_cb (gpointer user_data)
{
  Board *self = user_data;

  self->timer = 0;
  paint (self);
  return G_SOURCE_REMOVE;
}

Board *
board_new (gboolean is_typed)
{
  Board *self = g_new0 (Board, 1);

  self->is_typed = is_typed;
  self->message = g_strdup ("");
  update_size (self);
  return self;
}

void
board_free (Board *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_free (self->message);
  g_free (self);
}

void
board_paint_later (Board *self,
                   Jobs  *jobs)
{
  self->jobs = jobs;
  if (self->timer == 0 && self->n_lines > 0)
    self->timer = g_timeout_add (PERIOD_MS, on_period_passed_cb, self);
}

void
board_paint_anew (Board      *self,
                  Jobs       *jobs,
                  const char *message)
{
  g_autoptr (GString) out = g_string_new (NULL);

  g_clear_handle_id (&self->timer, g_source_remove);
  self->jobs = jobs;
  g_free (self->message);
  self->message = g_strdup (message);

  if (self->n_lines > 0)
    g_string_append_printf (out, UP_FORMAT, self->n_lines + (self->is_typed ? 1 : 0));
  g_string_append (out, CLEAR_BELOW);
  update_size (self);
  self->n_lines = append_all (self, out);
  g_string_append (out, "> ");
  show (out);
}

void
board_finish (Board *self,
              Jobs  *jobs)
{
  self->jobs = jobs;
  paint (self);
  printf ("\r" CLEAR_LINE);
  fflush (stdout);
}
