/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

static void
test_set (void)
{
  g_autoptr (TfCancelFlag) flag = tf_cancel_flag_new ();

  g_test_summary ("A flag is set for good.");

  g_assert_false (tf_cancel_flag_is_set (flag));
  tf_cancel_flag_set (flag);
  g_assert_true (tf_cancel_flag_is_set (flag));
  tf_cancel_flag_set (flag);
  g_assert_true (tf_cancel_flag_is_set (flag));
}

static void
test_wait (void)
{
  g_autoptr (TfCancelFlag) flag = tf_cancel_flag_new ();
  gint64                   begin_us = g_get_monotonic_time ();

  g_test_summary ("Waiting ends when the time is over, and at once on a flag that is set.");

  g_assert_false (tf_cancel_flag_wait (flag, 0));
  g_assert_false (tf_cancel_flag_wait (flag, 2000));
  g_assert_cmpint (g_get_monotonic_time () - begin_us, >=, 2000);
  tf_cancel_flag_set (flag);
  g_assert_true (tf_cancel_flag_wait (flag, 0));
  g_assert_true (tf_cancel_flag_wait (flag, -1));
}

typedef struct
{
  TfCancelFlag *flag;
  TfTestCounter n_here;
} Waiting;

static gpointer
run_waiter (gpointer data)
{
  Waiting *waiting = data;

  tf_test_counter_add (&waiting->n_here, 1);
  return GINT_TO_POINTER (tf_cancel_flag_wait (waiting->flag, tf_test_timeout_us ()));
}

static void
test_wakes (void)
{
  g_test_summary ("All threads that wait are woken, whether they wait already or only come to it.");

  for (guint round = 0; round < tf_test_scale (100); round++)
    {
      Waiting  waiting = { .flag = tf_cancel_flag_new () };
      GThread *threads[3];

      tf_test_counter_init (&waiting.n_here);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("waiter", run_waiter, &waiting);
      tf_test_counter_wait (&waiting.n_here, 1 + round % 3);
      tf_cancel_flag_set (waiting.flag);
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_assert_nonnull (g_thread_join (threads[i]));
      tf_cancel_flag_unref (waiting.flag);
      tf_test_counter_clear (&waiting.n_here);
    }
}

static gpointer
run_last_reference (gpointer data)
{
  TfCancelFlag *flag = data;

  g_assert_true (tf_cancel_flag_wait (flag, tf_test_timeout_us ()));
  tf_cancel_flag_unref (flag);
  return NULL;
}

static void
test_references (void)
{
  g_test_summary ("A flag goes with its last reference, on whichever thread that is.");

  for (guint round = 0; round < tf_test_scale (100); round++)
    {
      TfCancelFlag *flag = tf_cancel_flag_new ();
      GThread      *thread = g_thread_new ("last", run_last_reference, tf_cancel_flag_ref (flag));

      tf_cancel_flag_set (flag);
      tf_cancel_flag_unref (flag);
      g_thread_join (thread);
    }
}

static void
test_boxed (void)
{
  g_autoptr (TfCancelFlag) flag = tf_cancel_flag_new ();
  TfCancelFlag            *copy = g_boxed_copy (TF_TYPE_CANCEL_FLAG, flag);

  g_test_summary ("A flag is a boxed type whose copies are the flag itself.");

  g_assert_true (copy == flag);
  g_boxed_free (TF_TYPE_CANCEL_FLAG, copy);
  g_assert_false (tf_cancel_flag_is_set (flag));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/cancel-flag/is-set-for-good", test_set);
  tf_test_add ("/cancel-flag/wait/ends-in-time", test_wait);
  tf_test_add ("/cancel-flag/wait/is-woken", test_wakes);
  tf_test_add ("/cancel-flag/goes-with-the-last-reference", test_references);
  tf_test_add ("/cancel-flag/is-boxed", test_boxed);

  return g_test_run ();
}
