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

static gboolean
on_idle_cb (gpointer user_data)
{
  return ++*(guint *) user_data < 3;
}

static gboolean
is_three (gpointer user_data)
{
  return *(guint *) user_data == 3;
}

static void
test_run_until (void)
{
  guint n = 0;

  g_test_summary ("A context runs until the condition holds, and has nothing left to do then.");

  g_idle_add (on_idle_cb, &n);
  tf_test_run_until (NULL, is_three, &n);
  tf_test_drain (NULL);
  tf_test_assert_idle (NULL);
}

static gboolean
is_never (gpointer user_data)
{
  return FALSE;
}

static void
test_run_until_time_limit (void)
{
  g_test_summary ("A test that would hang ends with what it waited for.");

  if (g_test_subprocess ())
    {
      g_setenv ("TF_TEST_TIMEOUT", "1", TRUE);
      tf_test_run_until (NULL, is_never, NULL);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*did not happen in time*");
}

static void
test_log (void)
{
  g_autoptr (TfTestLog) log = tf_test_log_new (G_LOG_LEVEL_WARNING);
  g_autofree char      *text = NULL;

  g_test_summary ("Warnings that are collected end no test, and can be counted.");

  g_warning ("one of %d", 2);
  g_warning ("two of %d", 2);
  g_assert_cmpuint (tf_test_log_count (log, "* of 2"), ==, 2);
  g_assert_cmpuint (tf_test_log_count (log, "two*"), ==, 1);
  text = tf_test_log_dup_text (log);
  g_assert_cmpstr (text, ==, "one of 2\ntwo of 2\n");
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
  tf_test_add ("/support/run-until/runs-until-the-condition-holds", test_run_until);
  tf_test_add ("/support/run-until/ends-after-the-time", test_run_until_time_limit);
  tf_test_add ("/support/log/collects-warnings", test_log);
  tf_test_add ("/support/random/can-be-had-again", test_random);

  return g_test_run ();
}
