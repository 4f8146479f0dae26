/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "future/tf-future-private.h"
#include "task/tf-task-private.h"

/* A GTask that runs on an executor: the user data of the task that runs it. */
typedef struct
{
  gint            ref_count; /* [atomic] of the task, the signal handler, the weak reference and code that runs */
  GTask          *gtask;     /* (owned) (nullable) [foreground] until it is watched, or the end */
  GWeakRef        watched;
  GTaskThreadFunc func;      /* [const] */
  TfTask         *task;      /* [const] whose user data this is; a reference once it has run */
  gulong          handler;   /* [const] of notify::completed */
  GTask          *completed; /* (owned) (nullable) [atomic] the same, once it is completed */
  gboolean        had_error; /* written before @completed */
  gint            has_run;   /* [atomic] or will not run, and @gtask has returned that */

  /* For a function that runs on a thread of GIO. */
  TfLock   lock;
  GCond    is_back;
  gboolean has_come_back; /* [lock] */
} TfGtaskWork;

/* Any thread: tf-gtask-shared.c. */
TfTask *tf__gtask_make_task (GTask          *gtask,
                             GTaskThreadFunc func);
/* In the background, before and after the function. */
void tf__gtask_begin (TfGtaskWork *self);
void tf__gtask_end (TfGtaskWork *self);
/* In the background: the function itself, on a thread of GIO, for which the caller waits. */
void tf__gtask_run_apart (TfGtaskWork *self);
/* Returns a GTask, whose reference it takes, when a future is done. */
TfContinuation *tf__gtask_continuation_new (GTask *gtask);
void            tf__gtask_continuation_free (TfContinuation *continuation);

/* A thread of the background: tf-gtask-worker.c. */
void tf__gtask_run (TfTask  *task,
                    gpointer data);
void tf__gtask_code_returned (gpointer data);
