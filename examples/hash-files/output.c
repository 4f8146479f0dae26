/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "output.h"

#include <errno.h>
#include <glib-unix.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define FULL_BYTES  (256 * 1024)
#define EAGER_BYTES (32 * 1024)
#define DELAY_MS    50 /* how long a line may wait for others to be written with it */

struct _Output
{
  int        fd;
  gboolean   is_regular;
  GString   *text;
  guint      timer;
  guint      writer;
  int        error_number;
  OutputFunc func;
  gpointer   user_data;
};

Output *
output_new (int        fd,
            OutputFunc func,
            gpointer   user_data)
{
  Output     *self = g_new0 (Output, 1);
  struct stat info;

  self->fd = fd;
  self->is_regular = fstat (fd, &info) == 0 && S_ISREG (info.st_mode);
  self->text = g_string_new (NULL);
  self->func = func;
  self->user_data = user_data;

  return self;
}

void
output_free (Output *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->writer, g_source_remove);
  g_string_free (self->text, TRUE);
  g_free (self);
}

/* A pipe that poll() calls writable takes PIPE_BUF bytes without blocking, and whole. */
static gsize
next_chunk (Output *self)
{
  gsize       n_bytes = self->text->len;
  const char *end;

  if (self->is_regular || n_bytes <= PIPE_BUF)
    return n_bytes;
  end = g_strrstr_len (self->text->str, PIPE_BUF, "\n");
  return end != NULL ? (gsize) (end + 1 - self->text->str) : PIPE_BUF;
}

static gboolean
on_writable_cb (int          fd,
                GIOCondition condition,
                gpointer     user_data)
{
  Output  *self = user_data;
  gssize   n_bytes;
  gboolean goes_on;

  self->func (OUTPUT_WILL_WRITE, self->user_data);
  n_bytes = write (self->fd, self->text->str, next_chunk (self));
  if (n_bytes < 0 && (errno == EINTR || errno == EAGAIN))
    n_bytes = 0;
  if (n_bytes < 0)
    {
      self->error_number = errno;
      g_string_truncate (self->text, 0);
    }
  else
    g_string_erase (self->text, 0, n_bytes);

  /* Settled before others are told, as they may add lines and ask for a flush. */
  goes_on = self->text->len > 0;
  if (!goes_on)
    self->writer = 0;
  self->func (self->error_number == 0 ? OUTPUT_WROTE : OUTPUT_FAILED, self->user_data);

  return goes_on ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

static gboolean
on_delay_passed_cb (gpointer user_data)
{
  Output *self = user_data;

  self->timer = 0;
  output_flush (self);

  return G_SOURCE_REMOVE;
}

void
output_flush (Output *self)
{
  g_clear_handle_id (&self->timer, g_source_remove);
  if (self->writer == 0 && self->text->len > 0)
    self->writer = g_unix_fd_add (self->fd, G_IO_OUT | G_IO_ERR | G_IO_HUP | G_IO_NVAL,
                                  on_writable_cb, self);
}

GString *
output_begin_line (Output *self)
{
  return self->text;
}

void
output_end_line (Output *self)
{
  if (self->error_number != 0)
    g_string_truncate (self->text, 0);
  else if (self->text->len >= EAGER_BYTES)
    output_flush (self);
  else if (self->timer == 0 && self->writer == 0)
    self->timer = g_timeout_add (DELAY_MS, on_delay_passed_cb, self);
}

gboolean
output_is_full (Output *self)
{
  return self->text->len >= FULL_BYTES;
}

gboolean
output_is_empty (Output *self)
{
  return self->text->len == 0;
}

int
output_get_error_number (Output *self)
{
  return self->error_number;
}
