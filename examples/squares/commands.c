/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "commands.h"

#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <unistd.h>

struct _Commands
{
  GString *text; /* read, and not taken */
  guint    source;
};

static gboolean
on_readable_cb (int          fd,
                GIOCondition condition,
                gpointer     user_data)
{
  Commands *self = user_data;
  char      buffer[4096];
  gssize    n_read = read (fd, buffer, sizeof buffer);

  if (n_read < 0 && (errno == EINTR || errno == EAGAIN))
    return G_SOURCE_CONTINUE;
  if (n_read > 0)
    {
      g_string_append_len (self->text, buffer, n_read);
      return G_SOURCE_CONTINUE;
    }

  /* The last line may have no end. */
  if (self->text->len > 0 && self->text->str[self->text->len - 1] != '\n')
    g_string_append_c (self->text, '\n');
  self->source = 0;
  return G_SOURCE_REMOVE;
}

Commands *
commands_new (void)
{
  Commands *self = g_new0 (Commands, 1);

  self->text = g_string_new (NULL);
  self->source =
    g_unix_fd_add (STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_readable_cb, self);
  return self;
}

void
commands_free (Commands *self)
{
  g_clear_handle_id (&self->source, g_source_remove);
  g_string_free (self->text, TRUE);
  g_free (self);
}

char *
commands_take (Commands *self)
{
  const char *end = memchr (self->text->str, '\n', self->text->len);
  char       *line;

  if (end == NULL)
    return NULL;

  line = g_strndup (self->text->str, (gsize) (end - self->text->str));
  g_string_erase (self->text, 0, end - self->text->str + 1);
  return g_strstrip (line);
}

gboolean
commands_are_at_end (Commands *self)
{
  return self->source == 0 && self->text->len == 0;
}
