/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "process/tf-process-private.h"

/* The crew, for its two files: tf-process-crew-shared.c has the processes, their starts and their idle time;
 * tf-process-runner-shared.c runs tasks in them. */

struct _TfProcessCrew
{
  TfTaskRunner runner;    /* first */
  gint         ref_count; /* [atomic] */
  guint        n_forks;   /* [const] */
  TfMinder    *minder;    /* (owned) (nullable) [lock] to set, once: made with the first process */

  TfLock            lock;
  GCond             changed;            /* [lock] */
  TfProcessSettings settings;           /* [lock] */
  GPtrArray        *processes;          /* [lock] of TfProcess (owned): all that live */
  GPtrArray        *idle;               /* [lock] of TfProcess (unowned): the next one last */
  GPtrArray        *starting;           /* [lock] of TfProcess (unowned): not ready yet */
  guint             n_starting;         /* [lock] they, and those that are not even made */
  guint             n_failures;         /* [lock] starts that failed in a row, one after another */
  GError           *failure;            /* (owned) (nullable) [lock] of the last one */
  gboolean          is_failure_lasting; /* [lock] another try would not mend it */
  gint64            failing_since_us;   /* [lock] when the first of them failed */
  gint64            failed_us;          /* [lock] when the last of them failed */
  gint64            next_start_us;      /* [lock] */
  gboolean          is_trying;          /* [lock] after failures one start at a time is tried */
  guint             n_queued;           /* [lock] tasks that wait for their turn to start one */
  GThread          *warmer;             /* (owned) (nullable) [lock] the last one */
  gboolean          is_warming;         /* [lock] it has not ended */
  gboolean          is_warm_start;      /* [lock] it starts a process just now */
  gboolean          is_awaited;         /* [lock] and some task waits for that */
  guint             n_warm;             /* [lock] how many there should be */
  GSource          *idle_check;         /* (owned) (nullable) [lock] */
  gboolean          is_closed;          /* [lock] */
};

extern const TfTaskRunnerClass tf__process_runner_class;

/* A new process, for a task or, if that is NULL, for later; NULL with an error, and with @is_final set if the task is
 * not to wait for another try. The caller has counted it as one that starts. */
TfProcess *tf__crew_start_process (TfProcessCrew *self,
                                   TfTask        *task,
                                   gboolean      *is_final,
                                   GError       **error);
/* A process for a task, which is the caller's until he gives it back or buries it; NULL with an error if none can be
 * had, or the task is not wanted any more. Waits for a start. */
TfProcess *tf__crew_take_process (TfProcessCrew *self,
                                  TfTask        *task,
                                  GError       **error);
void       tf__crew_give_back (TfProcessCrew *self,
                               TfProcess     *process);
/* One that has ended, or has to; how it has ended. @is_silent: as for tf__process_bury(). */
GError *tf__crew_bury (TfProcessCrew *self,
                       TfProcess     *process,
                       gboolean       is_silent);
/* Ends a start. It may be ready all the same by then, and even be done with a job: it is of no more use. */
void tf__crew_break_off_locked (TfProcess *process);
/* Nothing comes from it any more. */
gboolean tf__crew_has_hung_up (TfProcess *process);
