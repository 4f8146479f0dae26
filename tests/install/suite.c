/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The tests of somebody else: they know the installed test kit and nothing of this tree. */

#include <tf-testing/tf-testing.h>

static void
run_square (TfTask  *task,
            gpointer user_data)
{
  gint64 n = GPOINTER_TO_INT (user_data);

  tf_test_context_checkpoint ("before");
  tf_task_return_int64 (task, n * n);
}

static void
test_square (TfTestFixture *fixture,
             gconstpointer  user_data)
{
  g_autoptr (TfFuture) future = tf_executor_submit_call (fixture->executor, run_square,
                                                         GINT_TO_POINTER (7), NULL, NULL);

  g_test_summary ("The square of a number is computed in the background.");

  tf_test_context_complete (fixture->context, future);
  tf_test_assert_int64 (future, 49);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/square/squares", TfTestFixture, NULL, tf_test_fixture_set_up_stepped, test_square,
              tf_test_fixture_tear_down);

  return g_test_run ();
}
