/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

#include "variants.h"

G_BEGIN_DECLS

/* What our variants share: an executor and a loop. */
typedef struct
{
  TfExecutor         *executor;
  GMainLoop          *loop;
  const BenchSetting *setting;
  gsize               n_submitted;
  gsize               n_total;
  gsize               n_done;
  gsize               n_per_task;
  gint64              n_received;
  gint64              sum;
  gint64              begin_ns;
  gint64              worker_ns;  /* what a worker measured */
  GArray             *times;      /* (owned) (nullable) */
  gint                is_stopped; /* [atomic] */
  BenchGate           gate;
  BenchTicks          ticks;
  BenchTicks          drawing;
} TfRun;

void tf_run_init (TfRun              *self,
                  const BenchSetting *setting);
/* The same in worker processes. */
void tf_run_init_with_context (TfRun              *self,
                               const BenchSetting *setting,
                               TfParallelContext  *context);
void tf_run_clear (TfRun *self);
/* Keeps all workers busy until the gate opens. */
void tf_run_block_workers (TfRun *self);
/* Submits one that somebody listens to as the setting says; n_done counts, and "more" is called. */
TfFuture *tf_run_submit (TfRun     *self,
                         TfTaskFunc func,
                         void (*on_done) (TfFuture *future,
                                          TfRun    *self));
void      tf_run_on_done_count_cb (TfFuture *future,
                                   TfRun    *self);
void      tf_run_body_nothing (TfTask  *task,
                               gpointer user_data);

G_END_DECLS
