/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "executor/tf-executor-states-private.h"

#include "tf-test-support.h"

#define NO -1

/* clang-format off */
static const int matrix[TF_N_EXECUTOR_STATES][TF_N_EXECUTOR_EVENTS] = {
  /*             STOP                          EMPTIED */
  /* RUNNING  */ { TF_EXECUTOR_STATE_STOPPING, NO },
  /* STOPPING */ { NO,                         TF_EXECUTOR_STATE_STOPPED },
  /* STOPPED  */ { NO,                         NO },
};
/* clang-format on */

static void
test_matrix (void)
{
  g_test_summary ("Each move of an executor is allowed or refused as the table says.");

  for (guint state = 0; state < TF_N_EXECUTOR_STATES; state++)
    {
      for (guint event = 0; event < TF_N_EXECUTOR_EVENTS; event++)
        {
          int             expected = matrix[state][event];
          TfExecutorState next = TF_EXECUTOR_STATE_RUNNING;
          gboolean        is_allowed = tf__executor_state_after (state, event, &next);

          g_test_message ("state %u, event %u", state, event);
          g_assert_cmpint (is_allowed, ==, expected != NO);
          g_assert_cmpint (next, ==, expected == NO ? TF_EXECUTOR_STATE_RUNNING : expected);
        }
    }
}

static void
test_numbers (void)
{
  g_test_summary ("The numbers of the states are part of the API.");

  g_assert_cmpint (TF_EXECUTOR_STATE_RUNNING, ==, 0);
  g_assert_cmpint (TF_EXECUTOR_STATE_STOPPING, ==, 1);
  g_assert_cmpint (TF_EXECUTOR_STATE_STOPPED, ==, 2);
  g_assert_cmpint (TF_N_EXECUTOR_STATES, ==, 3);
  g_assert_cmpint (TF_N_EXECUTOR_EVENTS, ==, 2);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/states/moves-are-those-of-the-table", test_matrix);
  tf_test_add ("/executor/states/numbers-never-change", test_numbers);

  return g_test_run ();
}
