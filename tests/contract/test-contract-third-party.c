/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "contract-context.h"
#include "contract-executor.h"
#include "contract-future.h"
#include "contract-router.h"
#include "own-context.h"

static TfParallelContext *
make (void)
{
  return TF_PARALLEL_CONTEXT (own_context_new ());
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_contract_add_context ("/contract/third-party", make, TF_CONTRACT_DECLINES_DEADLOCKS);
  tf_contract_add_router ("/contract/third-party", make, TF_CONTRACT_DECLINES_DEADLOCKS);
  tf_contract_add_executor ("/contract/third-party", make, TF_CONTRACT_DECLINES_DEADLOCKS);
  tf_contract_add_future ("/contract/third-party", make, TF_CONTRACT_DECLINES_DEADLOCKS);

  return g_test_run ();
}
