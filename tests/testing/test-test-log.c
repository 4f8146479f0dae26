/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

static void
test_collect (void)
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
test_nest (void)
{
  TfTestLog *outer = tf_test_log_new (G_LOG_LEVEL_WARNING);
  TfTestLog *inner = tf_test_log_new (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL);

  g_test_summary ("The youngest log that wants a level collects it.");

  g_warning ("inner");
  g_critical ("inner");
  tf_test_log_free (inner);
  g_warning ("outer");
  g_assert_cmpuint (tf_test_log_count (outer, "*"), ==, 1);
  g_assert_cmpuint (tf_test_log_count (outer, "outer"), ==, 1);
  tf_test_log_free (outer);
}

static void
test_afterwards (void)
{
  g_test_summary ("When the last log is gone, warnings are fatal again.");

  if (g_test_subprocess ())
    {
      TfTestLog *log = tf_test_log_new (G_LOG_LEVEL_WARNING);

      tf_test_log_free (log);
      g_warning ("at the end");
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*at the end*");
}

static void
test_other_level (void)
{
  g_test_summary ("A level that is not collected stays fatal.");

  if (g_test_subprocess ())
    {
      g_autoptr (TfTestLog) log = tf_test_log_new (G_LOG_LEVEL_WARNING);

      g_assert_nonnull (log);

      g_critical ("too much");
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*too much*");
}

static gpointer
run_warn (gpointer user_data)
{
  for (int i = 0; i < 100; i++)
    g_warning ("from a thread");

  return NULL;
}

static void
test_threads (void)
{
  g_autoptr (TfTestLog) log = tf_test_log_new (G_LOG_LEVEL_WARNING);
  GThread              *threads[2];

  g_test_summary ("Every thread may log.");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("log", run_warn, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (tf_test_log_count (log, "from a thread"), ==, 200);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/test-log/collects-warnings", test_collect);
  tf_test_add ("/test-log/nests", test_nest);
  tf_test_add ("/test-log/ends", test_afterwards);
  tf_test_add ("/test-log/leaves-other-levels-fatal", test_other_level);
  tf_test_add ("/test-log/collects-from-threads", test_threads);

  return g_test_run ();
}
