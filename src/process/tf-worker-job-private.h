/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "process/tf-job-states-private.h"
#include "process/tf-worker-private.h"

/* Jobs after the first number, up to the last. */
typedef struct
{
  guint64 after;
  guint64 last;
} TfJobRange;

/* What a RUN says, which often is the same as the last time. */
typedef struct
{
  GVariant  *body; /* (owned) (nullable) */
  char      *reference;
  char      *name;
  char      *description;
  gboolean   has_argument;
  TfTaskFunc func; /* (nullable) */
} TfJobOrder;

struct _TfJobDesk
{
  TfTaskHost host; /* first: of all tasks */

  TfChannel   *channel;   /* [const] */
  TfWorkerFunc handler;   /* (nullable) [main thread] */
  gpointer     user_data; /* [main thread] */
  GThread     *ticker;    /* (owned) (nullable) [lock] made when something is kept back first */

  TfLock     lock;
  GCond      changed;    /* [lock] */
  TfJobState state;      /* [lock] and [main thread] to write: step_locked() alone; either of them to read */
  TfTask    *task;       /* (owned) (nullable) the same: of the job, until its code is over */
  guint64    job;        /* [lock] the last one */
  GArray    *cancelled;  /* (owned) [lock] of guint64: jobs that are still to come */
  GArray    *withdrawn;  /* (owned) [lock] of TfJobRange: the same */
  gboolean   is_ending;  /* [lock] */
  gboolean   is_awaited; /* [lock] somebody waits for the end of the job */
  gboolean   is_kept;    /* [lock] the channel may keep events back */
  gboolean   is_sending; /* [lock] somebody has taken the progress, and sends it */
  guint      n_sending;  /* [lock] threads that send something else of the task just now */
  gboolean   is_dirty;   /* [lock] progress has not been sent */
  gint64     sent_us;    /* [lock] when progress was last taken */
  gint64     completed;  /* [lock] */
  gint64     total;      /* [lock] */
  char      *status;     /* (owned) (nullable) [lock] new */
  GError    *error;      /* (owned) (nullable) [lock] something that the job told cannot travel */

  TfJobOrder  order; /* [main thread] the last one */
  TfTaskFrame frame; /* [main thread] of the task that runs */

  gpointer memory;      /* (nullable) [main thread] mapped for the result */
  gsize    memory_size; /* [main thread] */
  int      memory_fd;   /* (owned) [main thread] or -1 */
};

/* The progress as it is sent. */
typedef struct
{
  guint64 job;
  gint64  completed;
  gint64  total;
  char   *status; /* (owned) (nullable) */
} TfJobProgress;

/* What a job tells: tf-worker-sink-shared.c. Any thread of the worker. */
extern const TfTaskSink tf__job_sink;

/* FALSE if there is none. The caller sends it, and then says so: the outcome waits for that. */
gboolean tf__job_desk_take_progress_locked (TfJobDesk     *self,
                                            TfJobProgress *progress) TF_CALLER_HOLDS (self->lock);
void     tf__job_desk_send_progress (TfJobDesk     *self,
                                     TfJobProgress *progress,
                                     TfSendWhen     when);
/* The job fails with the first of them, which are taken, whatever it returns. */
void tf__job_desk_take_error (TfJobDesk *self,
                              GError    *error);
/* The main thread: the memory that the job has for its result. */
void tf__job_desk_free_memory (TfJobDesk *self);

/* What a job ends with: tf-worker-outcome-shared.c. The main thread. */
gboolean tf__job_desk_send_error (TfJobDesk    *self,
                                  guint64       job,
                                  const GError *reason,
                                  GError      **error);
/* @n_returned: how many bytes of the memory are the result; negative for none. */
gboolean tf__job_desk_send_outcome (TfJobDesk *self,
                                    TfTask    *task,
                                    guint64    job,
                                    gssize     n_returned,
                                    GError   **error);
