/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "future/tf-future-private.h"
#include "task/tf-task-private.h"

/* A GTask that runs on an executor: the user data of the task that runs it. */
typedef struct
{
  GTask          *gtask;   /* (owned) while @is_held, weak while @is_watched */
  GTaskThreadFunc func;    /* [const] */
  TfTask         *task;    /* while it runs a reference, which goes with the final message */
  gulong          handler; /* of notify::completed */
  gint            n_left;  /* [atomic] 2: the function, and the callback of the GTask */
  gboolean        is_held;
  gboolean        is_watched;
  gboolean        is_completed;
  gboolean        had_error;
  gboolean        has_run;
} TfGtaskWork;

/* Any thread: tf-gtask-shared.c. */
TfTask *tf__gtask_make_task (GTask          *gtask,
                             GTaskThreadFunc func);
/* The function has returned, or the GTask is completed or gone: the second of them ends the
 * task. */
gboolean tf__gtask_end_half (TfGtaskWork *self);
/* Returns a GTask, whose reference it takes, when a future is done. */
TfContinuation *tf__gtask_continuation_new (GTask *gtask);
void            tf__gtask_continuation_free (TfContinuation *continuation);

/* A thread of the background: tf-gtask-worker.c. */
void tf__gtask_run (TfTask  *task,
                    gpointer data);
void tf__gtask_code_returned (gpointer data);
