/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hash.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUFFER_BYTES  (128 * 1024)
#define PROGRESS_FROM (1024 * 1024) /* a smaller file is done before anybody could see its bar */

/* The name in raw bytes, and whether it was given. */
#define ARGUMENT_FORMAT "(^&ayb)"

/* What a thread needs again for each file. */
typedef struct
{
  GChecksum *checksum;
  guchar     buffer[BUFFER_BYTES];
} Scratch;

static void
scratch_free (gpointer data)
{
  Scratch *self = data;

  g_checksum_free (self->checksum);
  g_free (self);
}

static GPrivate scratch_of_thread = G_PRIVATE_INIT (scratch_free);

static Scratch *
take_scratch (void)
{
  Scratch *self = g_private_get (&scratch_of_thread);

  if (self == NULL)
    {
      self = g_malloc (sizeof *self);
      self->checksum = g_checksum_new (G_CHECKSUM_SHA256);
      g_private_set (&scratch_of_thread, self);
    }
  else
    g_checksum_reset (self->checksum);

  return self;
}

static void
return_errno (TfTask *task,
              int     error_number)
{
  tf_task_return_new_error_literal (task, G_IO_ERROR, (int) g_io_error_from_errno (error_number),
                                    g_strerror (error_number));
}

/* What the walk saw may be something else by now: O_NONBLOCK keeps a fifo from holding the thread.
 */
static int
open_file (TfTask *task,
           gint64 *size_bytes)
{
  int         flags = O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
  struct stat info;
  const char *name;
  gboolean    is_given;
  int         fd;

  g_variant_get (tf_task_get_argument (task), ARGUMENT_FORMAT, &name, &is_given);
  if (!is_given)
    flags |= O_NOFOLLOW;
  do
    fd = open (name, flags);
  while (fd < 0 && errno == EINTR);
  if (fd < 0 || fstat (fd, &info) != 0)
    {
      return_errno (task, errno);
      if (fd >= 0)
        close (fd);
      return -1;
    }
  if (!S_ISREG (info.st_mode))
    {
      tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                                        "Not a regular file");
      close (fd);
      return -1;
    }

  *size_bytes = info.st_size;
  if (info.st_size > BUFFER_BYTES)
    posix_fadvise (fd, 0, 0, POSIX_FADV_SEQUENTIAL);
  return fd;
}

/* Reads to the end of the file, whatever its size was: it may be growing or shrinking. */
static gboolean
read_file (TfTask  *task,
           Scratch *scratch,
           int      fd,
           gint64   size_bytes)
{
  gint64 done_bytes = 0;

  while (TRUE)
    {
      gssize n_bytes = read (fd, scratch->buffer, BUFFER_BYTES);

      if (n_bytes == 0)
        return TRUE;
      if (n_bytes < 0 && errno == EINTR)
        continue;
      if (n_bytes < 0)
        {
          return_errno (task, errno);
          return FALSE;
        }

      g_checksum_update (scratch->checksum, scratch->buffer, n_bytes);
      done_bytes += n_bytes;
      if (size_bytes < PROGRESS_FROM && done_bytes < PROGRESS_FROM)
        continue;
      if (!tf_task_set_progress (task, done_bytes, MAX (size_bytes, done_bytes), NULL))
        return FALSE;
    }
}

GVariant *
hash_argument_new (const char *name,
                   gboolean    is_given)
{
  return g_variant_new ("(@ayb)", g_variant_new_bytestring (name), is_given);
}

void
run_hash (TfTask  *task,
          gpointer user_data)
{
  Scratch *scratch = take_scratch ();
  gint64   size_bytes;
  int      fd = open_file (task, &size_bytes);

  if (fd < 0)
    return;
  if (read_file (task, scratch, fd, size_bytes))
    tf_task_return_string (task, g_checksum_get_string (scratch->checksum));
  close (fd);
}
