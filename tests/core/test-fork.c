/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <sys/wait.h>
#include <unistd.h>

#include "core/tf-fork-private.h"
#include "tf-test-support.h"

static gboolean
is_well (pid_t child)
{
  int status = -1;

  return waitpid (child, &status, 0) == child && status == 0;
}

static void
test_count (void)
{
  guint before = tf__fork_count ();
  pid_t child;

  g_test_summary ("A process, its child and its grandchild by fork() have different numbers, and "
                  "the parents keep theirs.");

  child = fork ();
  if (child == 0)
    {
      guint own = tf__fork_count ();
      pid_t grandchild = fork ();

      if (grandchild == 0)
        _exit (tf__fork_count () != own && tf__fork_count () != before ? 0 : 1);
      _exit (own != before && is_well (grandchild) && tf__fork_count () == own ? 0 : 1);
    }

  g_assert_true (is_well (child));
  g_assert_cmpuint (tf__fork_count (), ==, before);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/fork/count/tells-processes-apart", test_count);

  return g_test_run ();
}
