/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memfd_create() */
#endif

#include "config.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/tf-sides-private.h"
#include "process/tf-begun-private.h"

/* The worker writes 1 when it starts, which says that it will write, and then the number of each job plus 1. */
#define JOINED 1

/* The program must not meet the end of a file that its worker has made shorter. */
#define SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL)

struct _TfBegun
{
  guint64 number; /* [atomic] */
};

static TfBegun *own; /* (nullable) of this worker */

static TfBegun *
map (int fd)
{
  TfBegun *self = mmap (NULL, sizeof (TfBegun), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

  return self == MAP_FAILED ? NULL : self;
}

TfBegun *
tf__begun_new (int *fd)
{
  TfBegun *self = NULL;

  *fd = memfd_create ("tf-begun", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (*fd < 0)
    return NULL;

  if (ftruncate (*fd, sizeof (TfBegun)) == 0 && fcntl (*fd, F_ADD_SEALS, SEALS) == 0)
    self = map (*fd);
  if (self == NULL)
    {
      close (*fd);
      *fd = -1;
    }

  return self;
}

void
tf__begun_free (TfBegun *self)
{
  munmap (self, sizeof (TfBegun));
}

gboolean
tf__begun_may_have (TfBegun *self,
                    guint64  job)
{
  guint64 number = tf__load (&self->number);

  return number < JOINED || number - JOINED >= job;
}

void
tf__begun_join (int fd)
{
  if ((fcntl (fd, F_GET_SEALS) & SEALS) == SEALS)
    own = map (fd);
  close (fd);
  tf__begun_set (0);
}

void
tf__begun_set (guint64 job)
{
  if (own != NULL)
    tf__store_release (&own->number, job + JOINED);
}
