/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "graph-world.h"

/* Graphs of futures that nobody has thought of. The seed of the first one is printed, and TF_TEST_SEED sets it; that of
 * each other one is the next number, and is printed when it fails. */

static void
test_one_at_a_time (void)
{
  g_test_summary ("Where one thing happens after the other, everything ends as the rules say.");

  graph_world_run_many (GRAPH_MODE_ONE_AT_A_TIME, tf_test_scale (2500));
}

static void
test_in_one_turn (void)
{
  g_test_summary ("Where many things happen in one turn, everything ends as the rules say.");

  graph_world_run_many (GRAPH_MODE_IN_ONE_TURN, tf_test_scale (2500));
}

static void
test_at_once (void)
{
  g_test_summary ("With threads at the same time sets fit their members, and nothing is left.");

  graph_world_run_many (GRAPH_MODE_AT_ONCE, tf_test_scale (2000));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/graph/ends-as-the-rules-say/one-at-a-time", test_one_at_a_time);
  tf_test_add ("/graph/ends-as-the-rules-say/in-one-turn", test_in_one_turn);
  tf_test_add ("/graph/is-consistent/when-threads-act-at-once", test_at_once);

  return g_test_run ();
}
