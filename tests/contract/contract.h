/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tf-test-support.h"

G_BEGIN_DECLS

/* What every parallel context has to hold, whoever writes it. A program adds the suites for its context, and says
 * what that one declines; a test that needs it is not added, and a message says so. */
typedef enum
{
  TF_CONTRACT_WHOLE = 0,

  /* Work runs elsewhere than in this process: it sees its argument and its task, and no memory of the test. So
   * pools take no functions with data, and gates and counters do not work in tasks. */
  TF_CONTRACT_DECLINES_MEMORY = 1 << 0,

  /* Only values that a GVariant can have cross from tasks to futures: no objects, no boxed types. */
  TF_CONTRACT_DECLINES_OBJECTS = 1 << 1,

  /* A task cannot submit to the executor that it runs on, nor wait for its tasks. */
  TF_CONTRACT_DECLINES_NESTING = 1 << 2,

  /* A worker that shuts its own pool down is not told TF_ERROR_DEADLOCK. */
  TF_CONTRACT_DECLINES_DEADLOCKS = 1 << 3,

  /* Pools made by create_pool() are not for the functions of the program, only for executors. */
  TF_CONTRACT_DECLINES_PUSHES = 1 << 4,
} TfContractFlags;

/* Makes a context of the kind that is tested, for as many workers as it likes. */
typedef TfParallelContext *(*TfContractMake) (void);

typedef struct
{
  TfContractMake  make;
  TfContractFlags declined;
} TfContract;

typedef void (*TfContractTest) (const TfContract *contract);

/* For the suites. @needs: what the test is skipped without. */
void tf_contract_add (const char       *prefix,
                      const char       *path,
                      const TfContract *contract,
                      TfContractFlags   needs,
                      TfContractTest    test);

/* A context that the test closes and finalizes. */
void tf_contract_finish (TfParallelContext **context);

TfWorkerPool *tf_contract_create_pool (TfParallelContext *context,
                                       guint              max_workers) G_GNUC_WARN_UNUSED_RESULT;
void          tf_contract_push (TfWorkerPool *pool,
                                TfPoolFunc    func,
                                gpointer      user_data);
/* Shuts the pool down and asserts that the reference was the last one. */
void tf_contract_finish_pool (TfWorkerPool **pool);

TfExecutor *tf_contract_executor_new (TfParallelContext *context,
                                      guint              max_workers) G_GNUC_WARN_UNUSED_RESULT;
/* @argument may be floating. */
TfFuture *tf_contract_submit (TfExecutor *executor,
                              TfTaskFunc  func,
                              GVariant   *argument) G_GNUC_WARN_UNUSED_RESULT;
/* Runs until the task is cancelled, by nothing but its task. */
void tf_contract_until_cancelled (TfTask  *task,
                                  gpointer user_data);
/* Returns twice the number that it is given. */
void tf_contract_double (TfTask  *task,
                         gpointer user_data);

G_END_DECLS
