/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* For the seals of a memfd. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "config.h"

#include "process/tf-bulk-private.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <tf/tf-error.h>

/* From this size on they stay in memory of their own, which is found only when they come. */
#define MAP_SIZE ((guint64) 16 * 1024 * 1024)

guint8 *
tf__bulk_allocate (guint64 size)
{
  void *memory;

  if (size < MAP_SIZE)
    return g_try_malloc (size);

  memory =
    mmap (NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? NULL : memory;
}

void
tf__bulk_free (guint8 *memory,
               guint64 size)
{
  if (memory == NULL)
    return;

  if (size < MAP_SIZE)
    g_free (memory);
  else
    munmap (memory, size);
}

typedef struct
{
  guint8 *memory;
  guint64 size;
} Mapping;

static void
free_mapping (gpointer data)
{
  Mapping *mapping = data;

  tf__bulk_free (mapping->memory, mapping->size);
  g_free (mapping);
}

GBytes *
tf__bulk_to_bytes (guint8 *memory,
                   guint64 size)
{
  Mapping *mapping;

  if (size < MAP_SIZE)
    return g_bytes_new_take (memory, size);

  mapping = g_new (Mapping, 1);
  mapping->memory = memory;
  mapping->size = size;
  return g_bytes_new_with_free_func (memory, size, free_mapping, mapping);
}

/* What nobody can change or cut off any more, neither by accident: reading it could raise SIGBUS. */
static gboolean
is_sealed (int     fd,
           guint64 size)
{
#ifdef F_GET_SEALS
  const int   wanted = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
  int         seals = fcntl (fd, F_GET_SEALS);
  struct stat status;

  return seals != -1 && (seals & wanted) == wanted && fstat (fd, &status) == 0 &&
         S_ISREG (status.st_mode) && (guint64) status.st_size == size;
#else
  return FALSE;
#endif
}

static gpointer
unref_file (gpointer file)
{
  g_mapped_file_unref (file);
  return NULL;
}

/* The kernel takes its time to free that many pages, so not in the thread that happens to be the last to want them: it
 * may be that of a main loop. */
static void
let_go (gpointer file)
{
  GThread *thread = g_thread_try_new ("tf-unmap", unref_file, file, NULL);

  if (thread == NULL)
    unref_file (file);
  else
    g_thread_unref (thread);
}

GBytes *
tf__bulk_map (int      fd,
              guint64  size,
              GError **error)
{
  g_autoptr (GMappedFile) file = NULL;
  const char             *contents;

  if (!is_sealed (fd, size))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_PROTOCOL,
                           "A descriptor is not a sealed memfd of the size that was announced");
      return NULL;
    }

  file = g_mapped_file_new_from_fd (fd, FALSE, NULL);
  if (file == NULL)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_PROTOCOL, "A memfd cannot be mapped");
      return NULL;
    }

  if (size < MAP_SIZE)
    return g_mapped_file_get_bytes (file);

  contents = g_mapped_file_get_contents (file);
  return g_bytes_new_with_free_func (contents, size, let_go, g_steal_pointer (&file));
}
