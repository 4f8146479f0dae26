/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "executor/tf-engine-private.h"

/* The façade on the engine: what the user holds. */
struct _TfExecutor
{
  GObject parent_instance;

  TfEngine          *engine;       /* (owned) [const] */
  TfParallelContext *context;      /* (owned) (nullable) [const] */
  TfWorkerPool      *worker_pool;  /* (owned) (nullable) [const] unless threads are used directly */
  gboolean           owns_context; /* [const] */
  gboolean           owns_pool;    /* [const] made from a context that has no threads */
  GMainContext      *main_context; /* (owned) [const] */
  guint              max_workers;  /* until the engine is made */
};

typedef enum
{
  TF_EXECUTOR_PROP_STATE = 1,
  TF_EXECUTOR_PROP_RUNNING,
  TF_EXECUTOR_PROP_STOPPED,
  TF_EXECUTOR_PROP_N_WAITING,
  TF_EXECUTOR_PROP_N_EXECUTING,
  TF_EXECUTOR_PROP_N_ABORTED,
  TF_EXECUTOR_PROP_PARALLEL_CONTEXT,
  TF_EXECUTOR_PROP_WORKER_POOL,
  TF_EXECUTOR_PROP_MAIN_CONTEXT,
  TF_EXECUTOR_PROP_MAX_WORKERS,
  TF_EXECUTOR_PROP_DISPATCH_PRIORITY,
  TF_EXECUTOR_PROP_DISPATCH_BUDGET,
  TF_EXECUTOR_PROP_PROGRESS_INTERVAL,
  TF_EXECUTOR_PROP_FAILURE_REPORT,
  TF_N_EXECUTOR_PROPS
} TfExecutorProp;

/* The executor as a list model: tf-executor-list.c. */
void tf__executor_init_list_model (GListModelInterface *iface);
/* FALSE, with a critical that names the function, outside the owner context. */
gboolean tf__executor_check_owner (TfExecutor *self,
                                   const char *function);
/* FALSE with TF_ERROR_NOT_RUNNING in a child by fork() of the process that made the executor. */
gboolean tf__executor_check_process (TfExecutor *self,
                                     GError    **error);
void     tf__executor_notify (TfExecutor    *self,
                              TfExecutorProp prop) TF_FOREGROUND;
