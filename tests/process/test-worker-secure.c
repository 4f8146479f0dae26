/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "tf-test-support.h"

/* Who may make a process a worker. The program that is asked is a copy of this one, which only says whether it was
 * requested; it has users of its own, so only root can prepare all that. */

#define OWNER    65534
#define ATTACKER 65533

#define REQUEST "TF_WORKER=1:3:4:0:abc"

/* Exit statuses of the child. The last two: it could not become the program; valgrind, which runs this test, cannot
 * work as the other user. */
#define ANSWER_NO    20
#define ANSWER_YES   21
#define CANNOT_RUN   93
#define VALGRIND_END 1

/* What the answer is after "--ask". */
static int
answer (void)
{
  return tf_worker_requested () ? ANSWER_YES : ANSWER_NO;
}

/* A copy that everybody may run. */
static char *
copy_program (mode_t mode)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *contents = NULL;
  char              *path;
  gsize              size;
  char              *folder = g_dir_make_tmp ("tf-test-XXXXXX", &error);

  g_assert_no_error (error);
  g_assert_cmpint (g_chmod (folder, 0755), ==, 0);
  path = g_build_filename (folder, "program", NULL);
  g_assert_true (g_file_get_contents ("/proc/self/exe", &contents, &size, &error));
  g_assert_true (g_file_set_contents (path, contents, (gssize) size, &error));
  g_assert_no_error (error);
  g_assert_cmpint (chown (path, OWNER, OWNER), ==, 0);
  g_assert_cmpint (g_chmod (path, mode), ==, 0);
  g_free (folder);
  return path;
}

static void
remove_program (char *path)
{
  g_autofree char *folder = g_path_get_dirname (path);

  g_unlink (path);
  g_rmdir (folder);
  g_free (path);
}

/* In a child: both sockets are made by @maker; @user runs the program. */
static void
run_as (const char *path,
        uid_t       maker,
        uid_t       user)
{
  char  ask[] = "--ask";
  char  request[] = REQUEST;
  char *arguments[] = { (char *) path, ask, NULL };
  char *environment[] = { request, NULL };
  int   ends[2][2];

  if (seteuid (maker) != 0)
    _exit (90);
  for (guint i = 0; i < 2; i++)
    {
      if (socketpair (AF_UNIX, SOCK_STREAM, 0, ends[i]) != 0)
        _exit (91);
      ends[i][1] = fcntl (ends[i][1], F_DUPFD, 20);
    }
  if (seteuid (0) != 0 || setgid (user) != 0 || setuid (user) != 0)
    _exit (92);

  dup2 (ends[0][1], 3);
  dup2 (ends[1][1], 4);
  execve (path, arguments, environment);
  _exit (CANNOT_RUN);
}

static int
get_answer (const char *path,
            uid_t       maker,
            uid_t       user)
{
  pid_t child = fork ();
  int   status = -1;

  if (child == 0)
    run_as (path, maker, user);
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_true (WIFEXITED (status));
  return WEXITSTATUS (status);
}

static gboolean
is_requested (const char *path,
              uid_t       maker,
              uid_t       user)
{
  int answer = get_answer (path, maker, user);

  g_assert_true (answer == ANSWER_NO || answer == ANSWER_YES);
  return answer == ANSWER_YES;
}

/* NULL if the test is skipped. */
static char *
prepare_program (mode_t mode)
{
  char *path;
  int   answer;

  if (geteuid () != 0)
    {
      g_test_skip ("only root can make programs of other users");
      return NULL;
    }

  path = copy_program (mode);
  answer = get_answer (path, ATTACKER, ATTACKER);
  if (answer != CANNOT_RUN && answer != VALGRIND_END)
    return path;

  g_test_skip ("valgrind runs no program as another user");
  remove_program (path);
  return NULL;
}

static void
test_set_uid (void)
{
  char *path;

  g_test_summary ("A program with more rights than its user believes no request.");

  path = prepare_program (04755);
  if (path == NULL)
    return;

  g_assert_false (is_requested (path, ATTACKER, ATTACKER));
  /* Its owner has no more rights by it. */
  g_assert_true (is_requested (path, OWNER, OWNER));
  remove_program (path);
}

static void
test_peer (void)
{
  char *path;

  g_test_summary ("A request counts if the sockets are of the same effective user, or of root.");

  path = prepare_program (0755);
  if (path == NULL)
    return;

  g_assert_true (is_requested (path, OWNER, OWNER));
  g_assert_true (is_requested (path, 0, OWNER));
  g_assert_false (is_requested (path, ATTACKER, OWNER));
  g_assert_false (is_requested (path, ATTACKER, 0));
  remove_program (path);
}

int
main (int    argc,
      char **argv)
{
  if (argc == 2 && g_str_equal (argv[1], "--ask"))
    /* Without what runs at exit: LeakSanitizer does not work in a set-uid program. */
    _exit (answer ());

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/worker-secure/set-uid/is-no-worker", test_set_uid);
  tf_test_add ("/worker-secure/peer/is-the-user", test_peer);

  return g_test_run ();
}
