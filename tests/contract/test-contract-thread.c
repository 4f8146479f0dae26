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
  return TF_PARALLEL_CONTEXT (tf_thread_context_new (4));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_contract_add_context ("/contract/thread", make, TF_CONTRACT_WHOLE);
  tf_contract_add_router ("/contract/thread", make, TF_CONTRACT_WHOLE);
  tf_contract_add_executor ("/contract/thread", make, TF_CONTRACT_WHOLE);
  tf_contract_add_future ("/contract/thread", make, TF_CONTRACT_WHOLE);

  return g_test_run ();
}
