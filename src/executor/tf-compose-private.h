/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-executor-compose.h>

/* A task that goes on with the result of a future. */
typedef struct
{
  TfThenTaskFunc func;           /* [const] */
  TfFuture      *done;           /* (owned) [const] */
  gpointer       user_data;      /* [const] */
  GDestroyNotify user_data_free; /* (nullable) [const] */
} TfThenTask;

/* A thread of the background: tf-compose-worker.c. */
void tf__then_task_run (TfTask  *task,
                        gpointer data);
