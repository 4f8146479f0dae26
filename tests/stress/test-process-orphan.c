/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../process/workers.h"

/* A program that is killed while a child of its own, which it has forked, lives on with copies of all that it had open.
 * So no end of a socket tells the worker: it looks for its program itself, every five seconds. */

/* Holds the way to the test open until the worker ends. */
static void
body_hold (TfTask  *task,
           gpointer user_data)
{
  const char *path = g_variant_get_bytestring (tf_task_get_argument (task));
  int         fd = open (path, O_WRONLY | O_CLOEXEC);

  if (write (fd, "x", 1) == 1)
    body_spin (task, NULL);
}

/* The child, which says that it is there, and lives until nobody has the other end of its own gate. */
static void
be_the_child (const char *path,
              const char *child_path)
{
  int  own_fd = open (child_path, O_RDONLY);
  int  fd = open (path, O_WRONLY);
  char byte = 'c';

  if (write (fd, &byte, 1) != 1)
    _exit (1);
  close (fd);

  while (read (own_fd, &byte, 1) > 0)
    ;
  _exit (0);
}

static int
be_the_victim (const char *path,
               const char *child_path)
{
  Workshop workshop;
  Journal  journal;

  workshop_open (&workshop, 1);
  journal_open (&journal,
                workshop_submit (&workshop, body_hold, g_variant_new_bytestring (path)));
  journal_wait_process (&journal);
  if (fork () == 0)
    be_the_child (path, child_path);
  tf_test_wait_done (journal.future);
  return 1;
}

static GSubprocess *
start_victim (Gate *gate,
              Gate *child_gate)
{
  g_autofree char                *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError)              error = NULL;
  GSubprocess                    *victim;

  g_subprocess_launcher_setenv (launcher, "TF_TEST_VICTIM", gate->path, TRUE);
  g_subprocess_launcher_setenv (launcher, "TF_TEST_CHILD", child_gate->path, TRUE);
  victim = g_subprocess_launcher_spawn (launcher, &error, program, NULL);
  g_assert_no_error (error);
  return victim;
}

static void
test_held_by_a_child (void)
{
  g_autoptr (GSubprocess) victim = NULL;
  g_autoptr (GError)      error = NULL;
  Gate                    gate;
  Gate                    child_gate;
  char                    byte;
  int                     fd;

  g_test_summary ("A worker ends when its program has gone, also if a forked copy of that keeps "
                  "the sockets open.");

  gate_init (&gate);
  gate_init (&child_gate);
  fd = open (gate.path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  victim = start_victim (&gate, &child_gate);

  /* The worker and the child are there; from here on only the worker has the other end. */
  g_assert_true (g_unix_set_fd_nonblocking (fd, FALSE, NULL));
  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  g_assert_cmpint (read (fd, &byte, 1), ==, 1);
  close (gate.fd);
  g_subprocess_force_exit (victim);
  g_subprocess_wait (victim, NULL, &error);
  g_assert_no_error (error);

  g_assert_cmpint (read (fd, &byte, 1), ==, 0);
  close (fd);
  gate.fd = open ("/dev/null", O_RDONLY);
  gate_clear (&gate);
  gate_clear (&child_gate);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  if (g_getenv ("TF_TEST_VICTIM") != NULL)
    return be_the_victim (g_getenv ("TF_TEST_VICTIM"), g_getenv ("TF_TEST_CHILD"));

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-orphan/is-seen-by-itself", test_held_by_a_child);

  return g_test_run ();
}
