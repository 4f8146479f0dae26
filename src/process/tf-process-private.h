/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-unix.h>

#include "core/tf-task-runner-private.h"
#include "process/tf-channel-private.h"
#include "task/tf-task-private.h"

/* Worker processes, seen from the program.
 *
 * A context has a crew: its processes, and how they are made. A thread of the pool that has a task takes a process
 * from the
 * crew, sends the job, reads what comes until the outcome, and gives it back. So there is one thread for each
 * process at
 * work, which blocks on its socket, and nothing has to be told apart. One more thread, the minder, looks after what
 * takes
 * its time: what the processes write to their standard error, the grace of those that are told to stop, and those that
 * nobody has needed for long. */

typedef struct _TfProcess     TfProcess;
typedef struct _TfProcessCrew TfProcessCrew;

/* How processes are made, and ended. Copied when one is made. */
typedef struct
{
  char  **argv;        /* (owned) (nullable) */
  char  **modules;     /* (owned) (nullable) */
  char  **environment; /* (owned) (nullable) of "NAME=value" */
  char   *directory;   /* (owned) (nullable) */
  int     nice;        /* 0: as it is */
  guint64 memory;      /* bytes; 0: no limit */
  guint   cpu_seconds; /* 0: no limit */
  guint   n_retries;
  gint64  cancel_grace_us;    /* between the cancel and SIGTERM; negative: for ever */
  gint64  terminate_grace_us; /* between SIGTERM and SIGKILL */
  gint64  idle_us;            /* negative: for ever */
} TfProcessSettings;

/* One process: tf-process-shared.c. */
struct _TfProcess
{
  gint         ref_count;  /* [atomic] */
  GSubprocess *subprocess; /* (owned) [const] */
  char        *token;      /* (owned) [const] which it has to repeat */
  TfChannel    jobs;
  TfChannel    control;
  guint64      last_job; /* [who has taken it] */

  TfLock   lock;
  int      error_fd;     /* (owned) [lock] -1 at its end */
  GString *error_tail;   /* (owned) [lock] the last lines of its standard error */
  GSource *error_source; /* (owned) (nullable) [lock] of the minder */

  /* [lock of the crew] */
  TfTask  *task;       /* (unowned) (nullable) what it runs, as long as somebody may want to stop it */
  guint64  job;        /* of that task, or 0 */
  gint64   idle_since; /* while it is idle */
  GSource *stopping;   /* (owned) (nullable) the next step of ending a job */
  gboolean is_doomed;  /* it got a signal that may end it later than the job */
};

TfProcess *tf__process_spawn (const TfProcessSettings *settings,
                              GError                 **error);
/* Waits until a new one is ready for jobs. FALSE if it does not get there: it is buried then. */
gboolean   tf__process_greet (TfProcess               *self,
                              const TfProcessSettings *settings,
                              GError                 **error);
TfProcess *tf__process_ref (TfProcess *self);
void       tf__process_unref (TfProcess *self);
/* How a process has ended, and what it said last. Waits for it, after killing it. @is_silent: it has closed its
 * sockets, as one that ends does by itself. */
GError *tf__process_bury (TfProcess *self,
                          gboolean   is_silent);
/* Whether the process itself has ended; its socket may be open still. */
gboolean tf__process_is_gone (TfProcess *self);
/* Asks it to end; for one that has no job. */
void tf__process_quit (TfProcess *self);
void tf__process_signal (TfProcess *self,
                         int        signal);
/* Reads what there is of its standard error, and passes it on; FALSE at its end. Does not wait. */
gboolean tf__process_drain (TfProcess *self);
/* A new job: what was written before it is not its last words. */
void tf__process_forget_words (TfProcess *self);

/* Runs a task: tf-process-run-worker.c. FALSE if the process is lost, with how. */
gboolean tf__process_run (TfProcess  *self,
                          guint64     job,
                          const char *reference,
                          TfTask     *task,
                          GError    **error) TF_WORKER;

/* The crew: tf-process-crew-shared.c. It is a runner, and as such counts its users; the last of them ends it. */
TfProcessCrew *tf__process_crew_new (void);
TfTaskRunner  *tf__process_crew_get_runner (TfProcessCrew *self);
void           tf__process_crew_unref (TfProcessCrew *self);
/* Changes apply to processes that are made from now on; times at once. */
TfProcessSettings *tf__process_crew_lock_settings (TfProcessCrew *self);
void               tf__process_crew_unlock_settings (TfProcessCrew *self);
guint              tf__process_crew_get_n_processes (TfProcessCrew *self);
/* Makes processes until there are as many, in a thread of its own. */
void tf__process_crew_warm_up (TfProcessCrew *self,
                               guint          n_processes);
/* Those that are idle end; others do when they are. */
void tf__process_crew_close (TfProcessCrew *self);

/* Ending what does not end by itself, and other things that take time: tf-process-minder-shared.c. */
typedef struct _TfMinder TfMinder;

TfMinder *tf__minder_new (void);
/* Waits until its thread has ended. */
void tf__minder_free (TfMinder *self);
/* Any thread. @func is called by the minder when the time is over, once; g_source_destroy() prevents it. */
GSource *tf__minder_add_timeout (TfMinder      *self,
                                 gint64         timeout_us,
                                 GSourceFunc    func,
                                 gpointer       data,
                                 GDestroyNotify data_free);
/* The same, again and again until it returns FALSE, when @fd has something to read or is at its end. */
GSource *tf__minder_add_reader (TfMinder         *self,
                                int               fd,
                                GUnixFDSourceFunc func,
                                gpointer          data,
                                GDestroyNotify    data_free);
