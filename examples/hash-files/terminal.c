/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "terminal.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define CLEAR_TO_END_OF_LINE   "\033[K"
#define CLEAR_TO_END_OF_SCREEN "\033[J"

struct _Terminal
{
  char *lines; /* what stands there, or would if it were not hidden */
  guint n_shown;
};

gboolean
terminal_is_usable (void)
{
  const char *term = g_getenv ("TERM");

  return isatty (STDERR_FILENO) && term != NULL && *term != '\0' && strcmp (term, "dumb") != 0;
}

Terminal *
terminal_new (void)
{
  return g_new0 (Terminal, 1);
}

void
terminal_free (Terminal *self)
{
  terminal_hide (self);
  g_free (self->lines);
  g_free (self);
}

static struct winsize
get_size (void)
{
  struct winsize size;

  if (ioctl (STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0)
    {
      size.ws_col = 80;
      size.ws_row = 24;
    }

  return size;
}

guint
terminal_get_n_columns (Terminal *self)
{
  return get_size ().ws_col;
}

guint
terminal_get_n_rows (Terminal *self)
{
  return get_size ().ws_row;
}

/* One write for the whole block, so that no half of it is ever seen. */
void
terminal_show (Terminal *self)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char         *p;
  guint               n_lines = 0;

  if (self->lines == NULL)
    return;

  if (self->n_shown > 0)
    g_string_append_printf (out, "\033[%uA\r", self->n_shown);
  for (p = self->lines; *p != '\0'; p++)
    {
      if (*p == '\n')
        {
          g_string_append (out, CLEAR_TO_END_OF_LINE);
          n_lines++;
        }
      g_string_append_c (out, *p);
    }
  g_string_append (out, CLEAR_TO_END_OF_SCREEN);

  fwrite (out->str, 1, out->len, stderr);
  fflush (stderr);
  self->n_shown = n_lines;
}

void
terminal_paint (Terminal   *self,
                const char *lines)
{
  g_free (self->lines);
  self->lines = g_strdup (lines);
  terminal_show (self);
}

void
terminal_hide (Terminal *self)
{
  if (self->n_shown == 0)
    return;

  fprintf (stderr, "\033[%uA\r" CLEAR_TO_END_OF_SCREEN, self->n_shown);
  fflush (stderr);
  self->n_shown = 0;
}

static guint
width_of (gunichar c)
{
  if (g_unichar_iszerowidth (c))
    return 0;
  return g_unichar_iswide (c) ? 2 : 1;
}

void
append_fitted (GString    *out,
               const char *text,
               guint       n_columns)
{
  const char *p = text + strlen (text);
  guint       n_used = 0;

  while (p > text)
    {
      const char *previous = g_utf8_prev_char (p);
      guint       width = width_of (g_utf8_get_char (previous));

      if (n_used + width > n_columns)
        break;
      n_used += width;
      p = previous;
    }

  g_string_append (out, p);
  for (; n_used < n_columns; n_used++)
    g_string_append_c (out, ' ');
}
