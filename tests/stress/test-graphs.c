/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../future/graph-world.h"

/* Ten times as many graphs as ../future/test-graph.c looks at; the seeds are printed in the same way. */

static void
test_one_at_a_time (void)
{
  g_test_summary ("In very many graphs, one thing after the other, all is as the rules say.");

  graph_world_run_many (GRAPH_MODE_ONE_AT_A_TIME, tf_test_scale (25000));
}

static void
test_in_one_turn (void)
{
  g_test_summary ("In very many graphs, many things in one turn, all is as the rules say.");

  graph_world_run_many (GRAPH_MODE_IN_ONE_TURN, tf_test_scale (25000));
}

static void
test_at_once (void)
{
  g_test_summary ("In very many graphs, with threads at the same time, sets fit their members.");

  graph_world_run_many (GRAPH_MODE_AT_ONCE, tf_test_scale (20000));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/stress/graphs/of-one-thing-at-a-time", test_one_at_a_time);
  tf_test_add ("/stress/graphs/of-many-things-in-one-turn", test_in_one_turn);
  tf_test_add ("/stress/graphs/of-threads-at-once", test_at_once);

  return g_test_run ();
}
