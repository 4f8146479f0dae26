/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

#include "process/tf-child-private.h"

/* A child whose standard output is a pipe: that ends when no process of its group is left. */
typedef struct
{
  TfChild *child;  /* (owned) */
  int      output; /* (owned) */
} Fixture;

static void
start (Fixture    *self,
       const char *script)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv)     environment = g_get_environ ();
  const char        *argv[] = { "sh", "-c", script, NULL };
  gboolean           is_lasting = FALSE;
  TfChildFd          output;
  int                ends[2];

  g_assert_true (g_unix_open_pipe (ends, FD_CLOEXEC, &error));
  g_assert_no_error (error);
  self->output = ends[0];
  output = (TfChildFd){ ends[1], STDOUT_FILENO };
  self->child = tf__child_spawn ((char **) argv, environment, &output, 1, &is_lasting, &error);
  g_assert_no_error (error);
  g_assert_false (is_lasting);
  close (ends[1]);
}

/* All of the output, and the end of it. */
static char *
read_all (Fixture *self)
{
  GString *text = g_string_new (NULL);
  char     byte;

  while (read (self->output, &byte, 1) == 1)
    g_string_append_c (text, byte);

  return g_string_free (text, FALSE);
}

static int
read_number (Fixture *self)
{
  GString *text = g_string_new (NULL);
  int      number;
  char     byte;

  while (read (self->output, &byte, 1) == 1 && byte != '\n')
    g_string_append_c (text, byte);
  number = atoi (text->str);
  g_string_free (text, TRUE);
  return number;
}

static void
finish (Fixture *self)
{
  g_assert_true (tf__child_wait (self->child, -1));
  g_assert_cmpint (tf__child_look (self->child, NULL), !=, TF_CHILD_RUNS);
  tf__child_unref (self->child);
  close (self->output);
  wait_until_alone ();
}

static void
test_status (void)
{
  Fixture self;
  int     number;

  g_test_summary ("A child that has ended has an exit status, or the number of a signal.");

  start (&self, "exit 3");
  g_assert_true (tf__child_wait (self.child, -1));
  g_assert_cmpint (tf__child_look (self.child, &number), ==, TF_CHILD_EXITED);
  g_assert_cmpint (number, ==, 3);
  finish (&self);

  start (&self, "kill -SEGV $$");
  g_assert_true (tf__child_wait (self.child, -1));
  g_assert_cmpint (tf__child_look (self.child, &number), ==, TF_CHILD_SIGNALED);
  g_assert_cmpint (number, ==, SIGSEGV);
  finish (&self);
}

static void
test_timeout (void)
{
  Fixture self;

  g_test_summary ("A wait with a limit returns while the child still runs.");

  start (&self, "sleep 1000");
  g_assert_false (tf__child_wait (self.child, 0));
  g_assert_false (tf__child_wait (self.child, 1000));
  tf__child_signal (self.child, SIGTERM);
  finish (&self);
}

/* Newer kernels still know how such a child has ended; no kernel may tell anything else. */
static void
assert_status_or_unknown (TfChild *child,
                          int      expected)
{
  int number;

  g_assert_true (tf__child_wait (child, -1));
  if (tf__child_look (child, &number) != TF_CHILD_UNKNOWN)
    {
      g_assert_cmpint (tf__child_look (child, NULL), ==, TF_CHILD_EXITED);
      g_assert_cmpint (number, ==, expected);
    }
}

static void
test_reaped (void)
{
  Fixture self;
  int     status;

  g_test_summary ("A child that another part of the program has waited for has an unknown end, or "
                  "its true one.");

  start (&self, "exit 3");
  g_free (read_all (&self));
  while (waitpid (-1, &status, 0) < 0)
    g_assert_cmpint (errno, ==, EINTR);
  g_assert_cmpint (WEXITSTATUS (status), ==, 3);
  assert_status_or_unknown (self.child, 3);
  /* Its number may be that of another process now. */
  tf__child_signal (self.child, SIGKILL);
  finish (&self);
}

static void
test_ignored (void)
{
  void (*before) (int) = signal (SIGCHLD, SIG_IGN);
  Fixture self;

  g_test_summary ("A program that ignores SIGCHLD gets the end of a child without a warning.");

  for (guint i = 0; i < tf_test_scale (20); i++)
    {
      start (&self, "exit 3");
      assert_status_or_unknown (self.child, 3);
      finish (&self);
    }
  signal (SIGCHLD, before);
}

static void
test_group (void)
{
  Fixture          self;
  g_autofree char *text = NULL;

  g_test_summary ("A signal reaches what the child has started, also while that is stopped.");

  start (&self, "sleep 1000 & kill -STOP $!; echo $!; wait");
  g_assert_cmpint (read_number (&self), >, 0);
  tf__child_signal (self.child, SIGKILL);
  text = read_all (&self);
  g_assert_cmpstr (text, ==, "");
  finish (&self);
}

static void
test_orphans (void)
{
  Fixture   self;
  siginfo_t stopped;
  int       pid;

  g_test_summary ("What a child has started ends with it, unless the child was released.");

  start (&self, "sleep 1000 & echo $!");
  g_assert_cmpint (read_number (&self), >, 0);
  g_assert_true (tf__child_wait (self.child, -1));
  g_free (read_all (&self));
  finish (&self);

  /* It goes on when it was released. */
  start (&self, "echo $$; kill -STOP $$; sleep 1000 & echo $!");
  pid = read_number (&self);
  g_assert_cmpint (waitid (P_PID, (id_t) pid, &stopped, WSTOPPED | WNOWAIT), ==, 0);
  tf__child_release (self.child);
  g_assert_cmpint (kill (pid, SIGCONT), ==, 0);
  pid = read_number (&self);
  g_assert_true (tf__child_wait (self.child, -1));
  g_assert_cmpint (kill (pid, 0), ==, 0);
  g_assert_cmpint (kill (pid, SIGKILL), ==, 0);
  g_free (read_all (&self));
  finish (&self);
}

static void
test_missing (void)
{
  g_auto (GStrv)     environment = g_get_environ ();
  const char        *argv[] = { "/nonexistent/program", NULL };
  g_autoptr (GError) error = NULL;
  gboolean           is_lasting = FALSE;

  g_test_summary ("A program that is not there is an error that another try does not mend.");

  if (is_instrumented ())
    {
      g_test_skip ("under valgrind it is the new process that finds no program");
      return;
    }

  g_assert_null (
    tf__child_spawn ((char **) argv, environment, NULL, 0, &is_lasting, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_WORKER_START);
  g_assert_true (is_lasting);
  wait_until_alone ();
}

static void
test_fork (void)
{
  Fixture self;
  pid_t   copy;
  int     status = -1;

  g_test_summary ("A copy of the program that fork() made neither signals nor reaps a child.");

  start (&self, "sleep 1000");
  copy = fork ();
  if (copy == 0)
    {
      tf__child_signal (self.child, SIGKILL);
      _exit (tf__child_look (self.child, NULL) == TF_CHILD_UNKNOWN ? 0 : 1);
    }
  g_assert_cmpint (waitpid (copy, &status, 0), ==, copy);
  g_assert_cmpint (status, ==, 0);
  g_assert_cmpint (tf__child_look (self.child, NULL), ==, TF_CHILD_RUNS);
  tf__child_signal (self.child, SIGKILL);
  finish (&self);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/child/end/has-a-status", test_status);
  tf_test_add ("/child/wait/has-a-limit", test_timeout);
  tf_test_add ("/child/end/when-somebody-else-waits", test_reaped);
  tf_test_add ("/child/end/when-sigchld-is-ignored", test_ignored);
  tf_test_add ("/child/group/gets-signals", test_group);
  tf_test_add ("/child/group/ends-with-its-leader", test_orphans);
  tf_test_add ("/child/spawn/without-a-program", test_missing);
  tf_test_add ("/child/fork/leaves-it-alone", test_fork);

  return g_test_run ();
}
