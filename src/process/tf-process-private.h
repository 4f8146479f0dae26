/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-unix.h>

#include "core/tf-task-runner-private.h"
#include "process/tf-begun-private.h"
#include "process/tf-channel-private.h"
#include "process/tf-child-private.h"
#include "process/tf-process-states-private.h"
#include "task/tf-task-private.h"

/* Worker processes, seen from the program.
 *
 * A context has a crew: its processes, and how they are made. A thread of the pool that has a task takes a process
 * from the crew, sends the job, reads what comes until the outcome, and gives it back. So there is one thread for
 * each process at work, which blocks on its socket, and nothing has to be told apart; if jobs are short, both go on
 * with the next ones that were sent ahead. One more thread, the minder, looks after what takes its time: what the
 * processes write to their standard error, the grace of those that are told to stop, and those that nobody has needed
 * for long. */

typedef struct _TfProcess     TfProcess;
typedef struct _TfProcessCrew TfProcessCrew;

/* How processes are made, and ended. Copied when one is made. */
typedef struct
{
  char       **argv;        /* (owned) (nullable) */
  char       **modules;     /* (owned) (nullable) */
  char       **environment; /* (owned) (nullable) of "NAME=value" */
  char        *directory;   /* (owned) (nullable) */
  int          nice;        /* 0: as it is */
  guint64      memory;      /* bytes; 0: no limit */
  guint        cpu_seconds; /* 0: no limit */
  guint        n_retries;
  gint64       cancel_grace_us;    /* between the cancel and SIGTERM; negative: for ever */
  gint64       terminate_grace_us; /* between SIGTERM and SIGKILL */
  gint64       idle_us;            /* negative: for ever */
  gint64       start_retry_us;     /* negative: for ever */
  TfWireLimits limits;
  guint64      max_pending; /* bytes of the events of one task that are on their way to the owner */
} TfProcessSettings;

/* Of the events of one task that are on their way, in bytes. */
#define TF_PROCESS_USUAL_PENDING ((guint64) 64 * 1024 * 1024)
#define TF_PROCESS_LEAST_PENDING ((guint64) TF_WIRE_BULK_THRESHOLD)

/* How many jobs may be sent ahead. */
#define TF_PROCESS_MAX_AHEAD 32

typedef struct
{
  TfTask *task; /* (owned) */
  guint64 job;
  guint64 n_words; /* bytes of the standard error that came before it was sent */
} TfSentJob;

/* One process: tf-process-shared.c. */
struct _TfProcess
{
  gint      ref_count; /* [atomic] */
  TfChild  *child;     /* (owned) [const] */
  char     *token;     /* (owned) [const] which it has to repeat */
  TfBegun  *begun;     /* (owned) (nullable) [const] */
  TfChannel jobs;
  TfChannel control;
  guint64   max_pending; /* [const] of the settings */
  guint64   last_job;    /* [who has taken it] */

  /* The body of the last job without argument and description, which often is that of the next. */
  GVariant   *plain_run;       /* (owned) (nullable) [who has taken it] */
  const char *plain_reference; /* (unowned) [who has taken it] only compared */
  char       *plain_name;      /* (owned) [who has taken it] */

  /* Jobs that were sent ahead: tf-process-ahead-shared.c. */
  TfSentJob ahead[TF_PROCESS_MAX_AHEAD]; /* [lock] to write; read by who has taken it, too */
  guint     n_ahead;                     /* the same */
  gboolean  is_ahead_ended;              /* [lock] nothing is sent ahead any more */
  guint     n_short;                     /* [who has taken it] how many jobs may be sent ahead */
  gint64    busy_us;                     /* [who has taken it] since when the first of its jobs may have run */
  gboolean  is_withdrawing;              /* [who has taken it] an answer is still to come */
  gboolean  has_early;                   /* [who has taken it] */
  TfFrame   early;                       /* [who has taken it] came before that answer: of the next job */

  TfLock   lock;
  int      error_fd;     /* (owned) [lock] -1 at its end */
  GString *error_tail;   /* (owned) [lock] the last lines of its standard error */
  guint64  n_words;      /* [lock] bytes of it so far */
  GSource *error_source; /* (owned) (nullable) [lock] of the minder */

  /* [lock of the crew] */
  TfProcessState state;      /* written by tf__process_step() alone */
  TfTask        *task;       /* (unowned) (nullable) what it runs, as long as somebody may want to stop it */
  guint64        job;        /* of that task, or 0 */
  gint64         idle_since; /* while it is idle */
  GSource       *stopping;   /* (owned) (nullable) the next step of ending a job */
};

/* Starts a process. After an error @is_lasting is set if another try would fail as well: there is no such program. */
TfProcess *tf__process_spawn (const TfProcessSettings *settings,
                              gboolean                *is_lasting,
                              GError                 **error);
/* Waits until a new process is ready for jobs. FALSE if it does not get there: it is buried then. @is_lasting is set if
 * the process said that it cannot work, or is of another version. */
gboolean   tf__process_greet (TfProcess               *self,
                              const TfProcessSettings *settings,
                              gboolean                *is_lasting,
                              GError                 **error);
TfProcess *tf__process_ref (TfProcess *self);
void       tf__process_unref (TfProcess *self);
/* How a process has ended, and what it said last. Waits for it, after killing it. @is_silent: it has closed its
 * sockets, as one that ends does by itself. */
GError *tf__process_bury (TfProcess *self,
                          gboolean   is_silent);
/* With the lock of the crew: moves the process along the table of tf-process-states.c. FALSE, and nothing changes, if
 * its state refuses the event. */
gboolean tf__process_step (TfProcess     *self,
                           TfProcessEvent event);
/* The same for an event that no state may refuse. */
void tf__process_move (TfProcess     *self,
                       TfProcessEvent event);
/* Whether the process itself has ended; its socket may be open still. */
gboolean tf__process_is_gone (TfProcess *self);
/* Asks it to end; for one that has no job. */
void tf__process_quit (TfProcess *self);
void tf__process_signal (TfProcess *self,
                         int        signal);

/* Its standard error: tf-process-words-shared.c. Reads what there is, but not without end, and passes it on; FALSE at
 * its end. Does not wait. */
gboolean tf__process_drain (TfProcess *self);
/* The last lines, whole ones, and of what may be printed. */
char *tf__process_dup_last_words (TfProcess *self);
/* What is said of one that a signal has ended. */
char *tf__process_describe_signal (int number);
/* A new job: what was written before it is not its last words. How much that was so far; and to forget so much. */
guint64 tf__process_count_words (TfProcess *self);
void    tf__process_forget_words (TfProcess *self,
                                  guint64    n_words);

/* Runs a task: tf-process-run-worker.c. FALSE with TF_ERROR_NOT_PORTABLE if nothing was sent; else the process is
 * lost. */
gboolean tf__process_send (TfProcess *self,
                           guint64    job,
                           TfTask    *task,
                           TfSendWhen when,
                           GError   **error);
/* For a job that was sent ahead: waits a moment, so that its beginning and its end are told at once if it is short. */
void tf__process_linger (TfProcess *self);
/* Waits for the outcome: FALSE if the process is lost, with how. Without a task nobody wants to know. */
gboolean tf__process_wait (TfProcess *self,
                           guint64    job,
                           TfTask    *task,
                           GError   **error) TF_WORKER;
/* Between two jobs: waits until it is known whether the next one has begun. FALSE as above. */
gboolean tf__process_settle (TfProcess *self,
                             GError   **error) TF_WORKER;

/* Jobs that are sent ahead: tf-process-ahead-shared.c. For who has taken the process, if it does not say otherwise. */
/* After each outcome. */
void tf__process_time_job (TfProcess *self);
/* What may be sent ahead behind @task. */
void    tf__process_send_ahead (TfProcess *self,
                                TfTask    *task);
TfTask *tf__process_peek_ahead (TfProcess *self,
                                guint64   *job);
/* It begins. The reference is the caller's. */
void tf__process_pop_ahead (TfProcess *self);
/* Any thread: 0 if it is not there. */
guint64 tf__process_find_ahead (TfProcess *self,
                                TfTask    *task);
/* Those after @after go back to where they came from. */
void tf__process_take_back (TfProcess *self,
                            guint64    after);
/* Asks the process not to begin any of them; it has @job. */
void tf__process_withdraw (TfProcess *self,
                           guint64    job);
/* Any thread: TRUE if there are none, and there will be none. */
gboolean tf__process_end_ahead (TfProcess *self);
/* Any thread; does not wait. */
void tf__process_cancel_job (TfProcess *self,
                             guint64    job);

/* Any thread. The crew of a context, which that owns. */
TfProcessCrew *tf__process_context_get_crew (TfProcessContext *self);
/* FALSE, after a critical, in a child by fork() of the process that made the context. */
gboolean tf__process_context_check_process (TfProcessContext *self,
                                            const char       *function);

/* The crew: tf-process-crew-shared.c. It is a runner, and as such counts its users; the last of them ends it. */
TfProcessCrew *tf__process_crew_new (void);
TfTaskRunner  *tf__process_crew_get_runner (TfProcessCrew *self);
void           tf__process_crew_unref (TfProcessCrew *self);
/* Changes apply to processes that are made from now on; times at once. */
TfProcessSettings *tf__process_crew_lock_settings (TfProcessCrew *self);
void               tf__process_crew_unlock_settings (TfProcessCrew *self);
gint64             tf__process_crew_get_start_retry (TfProcessCrew *self);
guint              tf__process_crew_get_n_processes (TfProcessCrew *self);
/* Whether this process is a child, by fork(), of the one that made the crew. */
gboolean tf__process_crew_is_inherited (TfProcessCrew *self);
/* Makes processes until there are as many, in a thread of its own. */
void tf__process_crew_warm_up (TfProcessCrew *self,
                               guint          n_processes);
/* Those that are idle end; others do when they are. */
void tf__process_crew_close (TfProcessCrew *self);

/* Ending what does not end by itself, and other things that take time: tf-process-minder-shared.c. */
typedef struct _TfMinder TfMinder;

/* NULL with TF_ERROR_WORKER_START if there is no thread or no descriptor for it. */
TfMinder *tf__minder_new (GError **error);
/* Nothing is called any more when this returns. The thread stays until all watched children have ended, and kills those
 * that do not end by themselves. */
void tf__minder_free (TfMinder *self);
/* Any thread. Reaps the child when it ends, whoever else looks after it. */
void tf__minder_watch_child (TfMinder *self,
                             TfChild  *child);
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
