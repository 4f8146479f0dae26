/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "lines.h"

#include "survey.h"
#include "terminal.h"

#define PERIOD_MS   100
#define BAR_COLUMNS 20
#define SMOOTHING   0.1 /* share of the newest period in the rate */

struct _Lines
{
  TfExecutor *executor;
  Session    *session;
  char      **paths;
  Terminal   *terminal;
  Survey     *survey; /* from the first line on: a short run does not need it */
  guint       timer;
  double      rate; /* bytes per second */
  gint64      seen_bytes;
  gint64      seen_us;
  gint64      running_bytes;
  guint       n_rows_left;
  GString    *text;
};

static void
append_bar (GString *out,
            double   fraction)
{
  int n_full = (int) (fraction * BAR_COLUMNS);

  g_string_append_c (out, '[');
  for (int i = 0; i < BAR_COLUMNS; i++)
    g_string_append_c (out, i < n_full ? '#' : '.');
  g_string_append_printf (out, "] %3d%%", (int) (fraction * 100));
}

static void
append_running_cb (gpointer data,
                   gpointer user_data)
{
  Lines           *self = user_data;
  const HashFile  *file = data;
  guint            n_columns = terminal_get_n_columns (self->terminal);
  g_autofree char *name = NULL;

  self->running_bytes += tf_future_get_completed_steps (file->future);
  if (self->n_rows_left == 0 || n_columns < BAR_COLUMNS + 20)
    return;

  self->n_rows_left--;
  name = display_name (file->name);
  append_fitted (self->text, name, n_columns - BAR_COLUMNS - 10);
  g_string_append_c (self->text, ' ');
  append_bar (self->text, tf_future_get_fraction (file->future));
  g_string_append_c (self->text, '\n');
}

static void
append_time (GString *out,
             gint64   n_seconds)
{
  if (n_seconds >= 3600)
    g_string_append_printf (out, ", %d:%02d:%02d left", (int) (n_seconds / 3600),
                            (int) (n_seconds / 60 % 60), (int) (n_seconds % 60));
  else
    g_string_append_printf (out, ", %d:%02d left", (int) (n_seconds / 60), (int) (n_seconds % 60));
}

static void
append_total (Lines *self,
              gint64 done_bytes)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char    *done = g_format_size (done_bytes);
  g_autofree char    *rate = g_format_size ((guint64) self->rate);
  gint64              total_bytes = survey_get_total_bytes (self->survey);

  if (total_bytes >= 0)
    {
      g_autofree char *total = g_format_size (total_bytes);
      double           fraction = total_bytes > 0 ? (double) done_bytes / (double) total_bytes : 0;

      g_string_append_printf (line, "Total %3d%%, %s of %s, %s/s",
                              (int) (CLAMP (fraction, 0, 1) * 100), done, total, rate);
      if (self->rate >= 1)
        append_time (line, (gint64) ((double) MAX (total_bytes - done_bytes, 0) / self->rate));
    }
  else
    g_string_append_printf (line, "Total --%%, %s, %s/s, counting", done, rate);
  if (session_is_cancelled (self->session))
    g_string_append (line, ", stopping");

  g_string_replace (line, "\302\240", " ", 0); /* the no-break space of g_format_size() */
  append_fitted (self->text, line->str, terminal_get_n_columns (self->terminal) - 1);
  g_string_append_c (self->text, '\n');
}

static void
update_rate (Lines *self,
             gint64 done_bytes)
{
  gint64 now_us = g_get_monotonic_time ();
  double seconds = (double) (now_us - self->seen_us) / G_USEC_PER_SEC;
  double rate = (double) MAX (done_bytes - self->seen_bytes, 0) / MAX (seconds, 1e-6);

  self->rate = self->rate > 0 ? self->rate + (rate - self->rate) * SMOOTHING : rate;
  self->seen_us = now_us;
  self->seen_bytes = done_bytes;
}

static gboolean
on_period_passed_cb (gpointer user_data)
{
  Lines *self = user_data;
  guint  n_rows = terminal_get_n_rows (self->terminal);
  gint64 done_bytes;

  if (self->survey == NULL)
    self->survey = survey_new (self->executor, self->paths);

  g_string_truncate (self->text, 0);
  self->running_bytes = 0;
  self->n_rows_left = n_rows > 2 ? n_rows - 2 : 0;
  session_foreach_running (self->session, append_running_cb, self);

  done_bytes = session_get_done_bytes (self->session) + self->running_bytes;
  update_rate (self, done_bytes);
  append_total (self, done_bytes);
  terminal_paint (self->terminal, self->text->str);

  return G_SOURCE_CONTINUE;
}

Lines *
lines_new (TfExecutor *executor,
           Session    *session,
           char      **paths)
{
  Lines *self = g_new0 (Lines, 1);

  self->executor = g_object_ref (executor);
  self->session = session;
  self->paths = g_strdupv (paths);
  self->terminal = terminal_new ();
  self->text = g_string_new (NULL);
  self->seen_us = g_get_monotonic_time ();
  self->timer = g_timeout_add (PERIOD_MS, on_period_passed_cb, self);

  return self;
}

/* They are not seen any more, nor do they ask the session. */
void
lines_stop (Lines *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  terminal_hide (self->terminal);
}

void
lines_free (Lines *self)
{
  lines_stop (self);
  g_clear_pointer (&self->survey, survey_free);
  terminal_free (self->terminal);
  g_string_free (self->text, TRUE);
  g_strfreev (self->paths);
  g_object_unref (self->executor);
  g_free (self);
}

void
lines_hide (Lines *self)
{
  terminal_hide (self->terminal);
}

void
lines_show (Lines *self)
{
  terminal_show (self->terminal);
}
