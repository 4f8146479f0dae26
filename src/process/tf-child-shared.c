/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syscall() */
#endif

#include "config.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <tf/tf-error.h>

#include "core/tf-fork-private.h"
#include "process/tf-child-private.h"

/* Linux has pidfds since 5.3 and waits for them since 5.4. They are numbers of processes that are never used again, so
 * neither a signal nor a wait can reach a stranger after somebody else has reaped the child. */

/* Values of newer kernels than the headers may know. */
#define ID_OF_PIDFD   3
#define SEND_TO_GROUP (1U << 2)
#define GET_INFO      _IOWR (0xff, 11, PidfdInfo)
#define INFO_HAS_EXIT (G_GUINT64_CONSTANT (1) << 3)

/* Longest pause between two looks at a child without a pidfd, in milliseconds. */
#define LONGEST_PAUSE_MS 8

/* The first version of struct pidfd_info. */
typedef struct
{
  guint64 mask;
  guint64 cgroup;
  guint32 ids[11];
  gint32  wait_status;
} PidfdInfo;

struct _TfChild
{
  gint  ref_count; /* [atomic] */
  guint n_forks;   /* [const] */
  pid_t pid;       /* [const] */
  int   fd;        /* (owned) [const] a pidfd, or -1 */

  TfLock       lock;
  TfChildState state;       /* [lock] */
  int          number;      /* [lock] the exit status or the signal */
  gboolean     is_released; /* [lock] */
};

/* Starting */

static gboolean
is_passing (int code)
{
  return code == EAGAIN || code == ENOMEM || code == EMFILE || code == ENFILE || code == ETXTBSY ||
         code == EINTR;
}

static int
open_pidfd (pid_t pid)
{
#ifdef SYS_pidfd_open
  return (int) syscall (SYS_pidfd_open, pid, 0);
#else
  return -1;
#endif
}

/* The signals that have handlers in many programs; the exec would set them to their defaults. Ignored ones stay ignored
 * over an exec, and a child must not inherit that. */
static void
set_default_signals (posix_spawnattr_t *attributes)
{
  static const int numbers[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP };
  sigset_t         signals;

  sigemptyset (&signals);
  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    sigaddset (&signals, numbers[i]);
  posix_spawnattr_setsigdefault (attributes, &signals);
}

/* Returns 0 or a code of errno. Nothing here needs a copy of the memory of this process. */
static int
spawn (char           **argv,
       char           **environment,
       const TfChildFd *fds,
       guint            n_fds,
       pid_t           *pid)
{
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t          attributes;
  int                        code;

  if (posix_spawn_file_actions_init (&actions) != 0)
    return ENOMEM;
  if (posix_spawnattr_init (&attributes) != 0)
    {
      posix_spawn_file_actions_destroy (&actions);
      return ENOMEM;
    }

  code = 0;
  for (guint i = 0; i < n_fds && code == 0; i++)
    code = posix_spawn_file_actions_adddup2 (&actions, fds[i].ours, fds[i].theirs);
  set_default_signals (&attributes);
  posix_spawnattr_setpgroup (&attributes, 0);
  posix_spawnattr_setflags (&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  if (code == 0)
    code = posix_spawnp (pid, argv[0], &actions, &attributes, argv, environment);

  posix_spawnattr_destroy (&attributes);
  posix_spawn_file_actions_destroy (&actions);
  return code;
}

TfChild *
tf__child_spawn (char           **argv,
                 char           **environment,
                 const TfChildFd *fds,
                 guint            n_fds,
                 gboolean        *is_lasting,
                 GError         **error)
{
  TfChild *self;
  pid_t    pid;
  int      code = spawn (argv, environment, fds, n_fds, &pid);

  if (code != 0)
    {
      *is_lasting = !is_passing (code);
      g_set_error (error, TF_ERROR, TF_ERROR_WORKER_START,
                   "A worker could not be started: the program “%s” cannot be run: %s", argv[0],
                   g_strerror (code));
      return NULL;
    }

  self = g_new (TfChild, 1);
  *self = (TfChild){ .ref_count = 1, .n_forks = tf__fork_count (), .pid = pid };
  tf__lock_init (&self->lock);
  self->fd = open_pidfd (pid);
  /* A child that somebody else has reaped so soon is found out here, before its number can be that of another one. */
  tf__child_look (self, NULL);
  return self;
}

TfChild *
tf__child_ref (TfChild *self)
{
  tf__add (&self->ref_count, 1);
  return self;
}

void
tf__child_unref (TfChild *self)
{
  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  if (self->fd >= 0)
    close (self->fd);
  tf__lock_clear (&self->lock);
  g_free (self);
}

int
tf__child_get_fd (TfChild *self)
{
  return self->fd;
}

gboolean
tf__child_is_foreign (TfChild *self)
{
  return self->n_forks != tf__fork_count ();
}

/* Signals */

static gboolean
send_by_pidfd (TfChild *self,
               int      number,
               guint    flags)
{
#ifdef SYS_pidfd_send_signal
  return self->fd >= 0 && syscall (SYS_pidfd_send_signal, self->fd, number, NULL, flags) == 0;
#else
  return FALSE;
#endif
}

/* Until the child is reaped its number stands for its group, and for nothing else. @is_reaped: only the newer way is
 * safe. */
static gboolean
signal_group (TfChild *self,
              int      number,
              gboolean is_reaped)
{
  return send_by_pidfd (self, number, SEND_TO_GROUP) ||
         (!is_reaped && kill (-self->pid, number) == 0);
}

static TfChildState look_locked (TfChild *self) TF_CALLER_HOLDS (self->lock);

void
tf__child_signal (TfChild *self,
                  int      number)
{
  if (tf__child_is_foreign (self))
    return;

  tf__lock (&self->lock);
  if (look_locked (self) == TF_CHILD_RUNS)
    {
      gboolean is_leader = getpgid (self->pid) == self->pid;

      signal_group (self, number, FALSE);
      if (!is_leader && !send_by_pidfd (self, number, 0))
        kill (self->pid, number);
    }
  tf__unlock (&self->lock);
}

void
tf__child_release (TfChild *self)
{
  tf__lock (&self->lock);
  self->is_released = TRUE;
  tf__unlock (&self->lock);
}

/* The end */

static int
wait_at_once (TfChild   *self,
              siginfo_t *info,
              int        flags)
{
  int result = -1;

  memset (info, 0, sizeof *info);
  if (self->fd >= 0)
    result = waitid ((idtype_t) ID_OF_PIDFD, (id_t) self->fd, info, WEXITED | WNOHANG | flags);
  if (self->fd < 0 || (result < 0 && errno == EINVAL))
    result = waitid (P_PID, (id_t) self->pid, info, WEXITED | WNOHANG | flags);

  return result;
}

static void
take_status_locked (TfChild *self,
                    int      status) TF_CALLER_HOLDS (self->lock)
{
  self->state = WIFSIGNALED (status) ? TF_CHILD_SIGNALED : TF_CHILD_EXITED;
  self->number = WIFSIGNALED (status) ? WTERMSIG (status) : WEXITSTATUS (status);
}

/* Linux keeps the status for those that have a pidfd, since 6.15. */
static void
take_reaped_locked (TfChild *self) TF_CALLER_HOLDS (self->lock)
{
  PidfdInfo info = { .mask = INFO_HAS_EXIT };

  self->state = TF_CHILD_UNKNOWN;
  if (self->fd >= 0 && ioctl (self->fd, GET_INFO, &info) == 0 && (info.mask & INFO_HAS_EXIT) != 0)
    take_status_locked (self, info.wait_status);
}

static TfChildState
look_locked (TfChild *self)
{
  siginfo_t info;
  int       result;

  if (tf__child_is_foreign (self))
    return TF_CHILD_UNKNOWN;
  if (self->state != TF_CHILD_RUNS)
    return self->state;

  /* Not reaped yet: the number of the group is its own until then. */
  result = wait_at_once (self, &info, WNOWAIT);
  if (result == 0 && info.si_pid == 0)
    return self->state;

  if (!self->is_released)
    signal_group (self, SIGKILL, result != 0);
  if (result != 0)
    {
      take_reaped_locked (self);
    }
  else
    {
      self->state = info.si_code == CLD_EXITED ? TF_CHILD_EXITED : TF_CHILD_SIGNALED;
      self->number = info.si_status;
      wait_at_once (self, &info, 0);
    }

  return self->state;
}

TfChildState
tf__child_look (TfChild *self,
                int     *number)
{
  TfChildState state;

  tf__lock (&self->lock);
  state = look_locked (self);
  if (number != NULL)
    *number = self->number;
  tf__unlock (&self->lock);

  return state;
}

gboolean
tf__child_wait (TfChild *self,
                gint64   timeout_us)
{
  gint64 end_us = g_get_monotonic_time () + timeout_us;
  int    pause_ms = 1;

  while (tf__child_look (self, NULL) == TF_CHILD_RUNS)
    {
      struct pollfd end = { self->fd, POLLIN, 0 };
      gint64        left_us = timeout_us < 0 ? G_MAXINT64 : end_us - g_get_monotonic_time ();
      gint64        left_ms = left_us / 1000 + 1;

      if (left_us <= 0)
        return FALSE;

      if (self->fd < 0)
        {
          left_ms = MIN (left_ms, pause_ms);
          pause_ms = MIN (2 * pause_ms, LONGEST_PAUSE_MS);
        }
      poll (&end, 1, timeout_us < 0 && self->fd >= 0 ? -1 : (int) MIN (left_ms, G_MAXINT));
    }

  return TRUE;
}
