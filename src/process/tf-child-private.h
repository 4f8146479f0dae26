/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/tf-sides-private.h"

/* A child process that leads a process group of its own. Any thread.
 *
 * No child watch of GLib is involved: it warns, or reports a false status, when another part of the program waits for
 * all children, or when the program ignores SIGCHLD. Here such an end is TF_CHILD_UNKNOWN. */
typedef struct _TfChild TfChild;

typedef enum
{
  TF_CHILD_RUNS,
  TF_CHILD_EXITED,
  TF_CHILD_SIGNALED,
  TF_CHILD_UNKNOWN, /* it has ended, and somebody else took its status */
} TfChildState;

/* A descriptor of this process and its number in the child. */
typedef struct
{
  int ours;
  int theirs;
} TfChildFd;

/* Starts a program, which is searched for in PATH. The numbers of @fds in this process are above all those in the
 * child. @is_lasting is set if another try would fail as well. NULL with TF_ERROR_WORKER_START. */
TfChild *tf__child_spawn (char           **argv,
                          char           **environment,
                          const TfChildFd *fds,
                          guint            n_fds,
                          gboolean        *is_lasting,
                          GError         **error);
TfChild *tf__child_ref (TfChild *self);
/* The last reference may be dropped only after the child was found to have ended. */
void tf__child_unref (TfChild *self);
/* Returns a descriptor that is readable when the child has ended, or -1 where there is none. It stays the child's. */
int tf__child_get_fd (TfChild *self);
/* Returns what is known of the child, and reaps it if it has ended. @number: (optional): the exit status or signal.
 * Whatever is left of its process group is killed then, unless the child was released. */
TfChildState tf__child_look (TfChild *self,
                             int     *number);
/* Waits; a negative timeout is no limit. Returns FALSE if the child still runs. */
gboolean tf__child_wait (TfChild *self,
                         gint64   timeout_us);
/* Whether this process is a copy, by fork(), of the one that has started the child: the child is not its own. */
gboolean tf__child_is_foreign (TfChild *self);
/* Signals the process group, or only the child if it has left that group. A child that has ended gets no signal. */
void tf__child_signal (TfChild *self,
                       int      number);
/* The child is about to end by itself: the processes that it has started are left alone then. */
void tf__child_release (TfChild *self);
