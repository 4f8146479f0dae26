/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* secure_getenv(), struct ucred */
#endif

#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "process/tf-begun-private.h"
#include "process/tf-worker-private.h"

/* Whether this process was started to be a worker. */

typedef enum
{
  NOT_LOOKED,
  NOT_REQUESTED,
  REFUSED, /* the program has more rights than its user, and is nobody's worker */
  REQUESTED,
  TAKEN,
} Answer;

static gint            answer;  /* [atomic] an Answer */
static TfWorkerRequest request; /* written before the answer, which says so */

/* A worker calls whatever function it is sent, so whoever holds the other end needs our rights: our effective user, or
 * root. */
static gboolean
is_trusted (int fd)
{
  struct ucred peer = { 0 };
  socklen_t    size = sizeof peer;

  return getsockopt (fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
         (peer.uid == geteuid () || peer.uid == 0);
}

static gboolean
parse (const char *text)
{
  int n_read = 0;

  if (text == NULL ||
      sscanf (text, "%u:%d:%d:%d:%39[0-9a-f]%n", &request.version, &request.jobs_fd,
              &request.control_fd, &request.parent_pid, request.token, &n_read) != 5)
    return FALSE;

  return text[n_read] == '\0' && is_trusted (request.jobs_fd) && is_trusted (request.control_fd);
}

static void
ignore_signal (int number)
{
}

/* An interrupt is for the program, which decides what becomes of its workers. It is not ignored in the sense of the
 * system: what the worker starts would inherit that. A worker is in a process group of its own, so a terminal with
 * “tostop” would stop one that writes to it. */
static void
survive_terminals (void)
{
  struct sigaction action = { .sa_handler = ignore_signal, .sa_flags = SA_RESTART };

  sigaction (SIGINT, &action, NULL);
  signal (SIGTTOU, SIG_IGN);
}

/* A stopped process does not see that its sockets have been closed. The signal comes when the thread ends that has
 * started this process, and again when the program does; a worker that is not stopped does not notice it. */
static void
go_on_when_orphaned (void)
{
#ifdef __linux__
  prctl (PR_SET_PDEATHSIG, SIGCONT);
#endif
}

/* The worker is about to exit by itself. The signal would get in the way of a tracer that attaches then, as that of
 * LeakSanitizer does: SIGCONT discards the SIGSTOP that a tracer waits for. */
void
tf__worker_leave_parent (void)
{
#ifdef __linux__
  prctl (PR_SET_PDEATHSIG, 0);
#endif
}

/* So that what the worker starts does not take itself for one, nor holds its sockets open. */
static void
hide (void)
{
  const char *begun = getenv (TF_WORKER_BEGUN_VARIABLE);

  if (begun != NULL && atoi (begun) == TF_WORKER_BEGUN_FD)
    tf__begun_join (TF_WORKER_BEGUN_FD);
  unsetenv (TF_WORKER_BEGUN_VARIABLE);
  unsetenv (TF_WORKER_VARIABLE);
  fcntl (request.jobs_fd, F_SETFD, FD_CLOEXEC);
  fcntl (request.control_fd, F_SETFD, FD_CLOEXEC);
}

/**
 * tf_worker_requested:
 *
 * Tells whether this process was started as a worker.
 *
 * Call it first in `main()`, before anything that opens windows, reads options or starts threads:
 *
 * ```c
 * if (tf_worker_requested ())
 *   return tf_worker_run ();
 * ```
 *
 * A [class@Tf.ProcessContext] starts the executable again for its workers, so one that does not ask would start as a
 * whole once more. Therefore the first call also notes that this program does ask; without it, functions of the
 * executable do not run in worker processes.
 *
 * A program that has more rights than its user, by its set-user-ID bit or by capabilities of its file, is never a
 * worker: whoever starts it could have it run any function. For every other program the request has to come from the
 * same effective user, or from root.
 *
 * The answer does not change. The request is taken out of the environment, so that what the worker itself starts is no
 * worker.
 *
 * ## Threads
 *
 * Call in the main thread, while it is the only one.
 *
 * Returns: true if [func@Tf.worker_run] has to be called now, and the process to end after it
 *
 * Since: 1.0
 */
gboolean
tf_worker_requested (void)
{
  gint is_new = NOT_LOOKED;
  gint found;

  if (tf__load (&answer) == NOT_LOOKED)
    {
      found = parse (secure_getenv (TF_WORKER_VARIABLE)) ? REQUESTED : NOT_REQUESTED;
      if (getauxval (AT_SECURE) != 0)
        found = REFUSED;
      if (found == REQUESTED)
        {
          hide ();
          survive_terminals ();
          go_on_when_orphaned ();
        }
      tf__cas (&answer, &is_new, found);
    }

  return tf__load (&answer) >= REQUESTED;
}

gboolean
tf__worker_has_hook (void)
{
  gint found = tf__load (&answer);

  return found != NOT_LOOKED && found != REFUSED;
}

gboolean
tf__worker_take_request (TfWorkerRequest *taken)
{
  gint is_new = REQUESTED;

  tf_worker_requested ();
  if (!tf__cas (&answer, &is_new, TAKEN))
    return FALSE;

  *taken = request;
  return TRUE;
}
