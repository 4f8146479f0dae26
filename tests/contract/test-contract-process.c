/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "contract-context.h"
#include "contract-executor.h"
#include "contract-future.h"
#include "contract-router.h"

static TfParallelContext *
make (void)
{
  return TF_PARALLEL_CONTEXT (tf_process_context_new (4));
}

int
main (int    argc,
      char **argv)
{
  const TfContractFlags declined = TF_CONTRACT_DECLINES_MEMORY | TF_CONTRACT_DECLINES_OBJECTS |
                                   TF_CONTRACT_DECLINES_NESTING | TF_CONTRACT_DECLINES_PUSHES;

  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_contract_add_context ("/contract/process", make, declined);
  tf_contract_add_router ("/contract/process", make, declined);
  tf_contract_add_executor ("/contract/process", make, declined);
  tf_contract_add_future ("/contract/process", make, declined);

  return g_test_run ();
}
