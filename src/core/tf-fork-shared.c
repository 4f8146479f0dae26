/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <pthread.h>

#include "core/tf-fork-private.h"

static guint n_forks; /* [atomic] from the first process of the program to this one */

static void
on_child_forked (void)
{
  n_forks++;
  tf__forget_thread ();
}

guint
tf__fork_count (void)
{
  static gsize is_watching;

  if (g_once_init_enter (&is_watching))
    {
      pthread_atfork (NULL, NULL, on_child_forked);
      g_once_init_leave (&is_watching, 1);
    }

  return tf__load_relaxed (&n_forks);
}

gboolean
tf__is_inherited (guint of_creation)
{
  return of_creation != tf__load_relaxed (&n_forks);
}
