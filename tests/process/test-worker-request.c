/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

#include <sys/socket.h>

/* Whether a process is a worker: this program asks itself, with many requests. */

#define TOKEN "0123456789abcdef0123456789abcdef"

/* Says what it was told: whether it was requested, twice, and what is left in its environment. */
static int
answer (void)
{
  gboolean    is_first = tf_worker_requested ();
  gboolean    is_second = tf_worker_requested ();
  const char *left = g_getenv ("TF_WORKER");

  g_print ("%d%d%s", is_first, is_second, left == NULL ? "-" : left);
  return 0;
}

/* With two sockets at 3 and 4. Returns what it prints. */
static char *
ask (const char *request,
     gboolean    runs)
{
  g_autofree char                *program = g_file_read_link ("/proc/self/exe", NULL);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess)         subprocess = NULL;
  g_autoptr (GError)              error = NULL;
  char                           *text = NULL;
  int                             jobs[2];
  int                             control[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, jobs), ==, 0);
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, control), ==, 0);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE);
  g_subprocess_launcher_take_fd (launcher, jobs[1], 3);
  g_subprocess_launcher_take_fd (launcher, control[1], 4);
  g_subprocess_launcher_setenv (launcher, "TF_TEST_ROLE", runs ? "run" : "answer", TRUE);
  if (request != NULL)
    g_subprocess_launcher_setenv (launcher, "TF_WORKER", request, TRUE);
  subprocess = g_subprocess_launcher_spawn (launcher, &error, program, NULL);
  g_assert_no_error (error);
  g_clear_object (&launcher);
  close (jobs[0]);
  close (control[0]);

  g_subprocess_communicate_utf8 (subprocess, NULL, NULL, &text, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_get_if_exited (subprocess));
  if (runs)
    {
      g_free (text);
      text = g_strdup_printf ("%d", g_subprocess_get_exit_status (subprocess));
    }
  return text;
}

static void
test_requested (void)
{
  g_autofree char *text = ask ("1:3:4:1:" TOKEN, FALSE);

  g_test_summary ("A request is found, and taken out of the environment.");
  g_assert_cmpstr (text, ==, "11-");
}

static void
test_not_requested (void)
{
  g_autofree char *text = ask (NULL, FALSE);

  g_test_summary ("Usually there is none.");
  g_assert_cmpstr (text, ==, "00-");
}

static void
test_odd_requests (void)
{
  static const char *const requests[] = {
    "",
    "1",
    "yes",
    "1:3:4:1:",
    "1:3:4:1:" TOKEN "x",
    "1:3:4:1:" TOKEN ":",
    "1:3:4:1:" TOKEN TOKEN,
    "1:3:4:1:XYZ",
    "1:99:4:1:" TOKEN,
    "1:3:99:1:" TOKEN,
    "1:-1:4:1:" TOKEN,
  };

  g_test_summary ("What is no request, or names descriptors that are not there, makes no worker.");

  for (guint i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *text = ask (requests[i], FALSE);
      g_autofree char *expected = g_strconcat ("00", requests[i], NULL);

      g_assert_cmpstr (text, ==, expected);
    }
}

static void
test_program_has_gone (void)
{
  g_autofree char *status = ask ("1:3:4:1:" TOKEN, TRUE);

  g_test_summary ("A worker whose program has gone before it says hello ends, and is content.");
  g_assert_cmpstr (status, ==, "0");
}

int
main (int    argc,
      char **argv)
{
  const char *role = g_getenv ("TF_TEST_ROLE");

  if (g_strcmp0 (role, "answer") == 0)
    return answer ();
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/worker-request/is-found", test_requested);
  tf_test_add ("/worker-request/is-missing", test_not_requested);
  tf_test_add ("/worker-request/is-odd", test_odd_requests);
  tf_test_add ("/worker-request/comes-from-one-who-has-gone", test_program_has_gone);

  return g_test_run ();
}
