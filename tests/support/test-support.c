/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

static gpointer
run_open (gpointer gate)
{
  tf_test_gate_open (gate);
  return NULL;
}

static void
test_gate (void)
{
  TfTestGate gate;
  GThread   *thread;

  g_test_summary ("A gate lets through once another thread opens it.");

  tf_test_gate_init (&gate);
  g_assert_false (tf_test_gate_is_open (&gate));
  thread = g_thread_new ("opener", run_open, &gate);
  tf_test_gate_wait (&gate);
  g_thread_join (thread);
  g_assert_true (tf_test_gate_is_open (&gate));
  tf_test_gate_close (&gate);
  g_assert_false (tf_test_gate_is_open (&gate));
  tf_test_gate_clear (&gate);
}

static gpointer
run_count (gpointer counter)
{
  for (int i = 0; i < 100; i++)
    tf_test_counter_add (counter, 1);

  return NULL;
}

static void
test_counter (void)
{
  TfTestCounter counter;
  GThread      *threads[2];

  g_test_summary ("A counter may be waited for while threads add to it.");

  tf_test_counter_init (&counter);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("counter", run_count, &counter);
  tf_test_counter_wait (&counter, 200);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (tf_test_counter_get (&counter), ==, 200);
  tf_test_counter_clear (&counter);
}

static void
test_random (void)
{
  g_autoptr (GRand) one = NULL;
  g_autoptr (GRand) other = NULL;

  g_test_summary ("The seed gives the same numbers again.");

  g_setenv ("TF_TEST_SEED", "4711", TRUE);
  one = tf_test_rand_new ();
  other = tf_test_rand_new ();
  g_unsetenv ("TF_TEST_SEED");
  g_assert_cmpuint (g_rand_int (one), ==, g_rand_int (other));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/support/gate/lets-through-once-opened", test_gate);
  tf_test_add ("/support/counter/can-be-waited-for", test_counter);
  tf_test_add ("/support/random/can-be-had-again", test_random);

  return g_test_run ();
}
