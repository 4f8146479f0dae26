/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "process/tf-job-states-private.h"

#include "tf-test-support.h"

#define NO      -1
#define NONE    TF_JOB_STATE_NONE
#define RUNNING TF_JOB_STATE_RUNNING
#define HANDED  TF_JOB_STATE_HANDED_OUT
#define CLOSING TF_JOB_STATE_CLOSING

/* clang-format off */
static const int matrix[TF_N_JOB_STATES][TF_N_JOB_EVENTS] = {
  /*              BEGIN    HAND_O. CANCEL   RETURN   END */
  /* NONE    */ { RUNNING, NO,     NO,      NO,      NO },
  /* RUNNING */ { NO,      HANDED, RUNNING, CLOSING, NO },
  /* HANDED  */ { NO,      NO,     HANDED,  CLOSING, NO },
  /* CLOSING */ { NO,      NO,     NO,      NO,      NONE },
};
/* clang-format on */

static void
test_matrix (void)
{
  g_test_summary ("Each step of a job in a worker is allowed or refused as the table says.");

  for (guint state = 0; state < TF_N_JOB_STATES; state++)
    {
      for (guint event = 0; event < TF_N_JOB_EVENTS; event++)
        {
          TfJobState next = TF_N_JOB_STATES;
          gboolean   is_allowed = tf__job_state_after (state, event, &next);

          g_test_message ("state %u, event %u", state, event);
          g_assert_cmpint (is_allowed ? (int) next : NO, ==, matrix[state][event]);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/job-states/steps-are-those-of-the-table", test_matrix);

  return g_test_run ();
}
