/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "process/tf-process-states-private.h"

#include "tf-test-support.h"

#define NO        -1
#define STARTING  TF_PROCESS_STATE_STARTING
#define BROKEN    TF_PROCESS_STATE_BROKEN_OFF
#define TAKEN     TF_PROCESS_STATE_TAKEN
#define BUSY      TF_PROCESS_STATE_BUSY
#define STOPPING  TF_PROCESS_STATE_STOPPING
#define SIGNALLED TF_PROCESS_STATE_SIGNALLED
#define WORN      TF_PROCESS_STATE_WORN
#define IDLE      TF_PROCESS_STATE_IDLE
#define GONE      TF_PROCESS_STATE_GONE

/* clang-format off */
static const int matrix[TF_N_PROCESS_STATES][TF_N_PROCESS_EVENTS] = {
  /*                START     READY  BREAK   BEGIN      STOP       SIGNAL     END    GIVE_B. TAKE   LEAVE */
  /* MADE      */ { STARTING, NO,    NO,     NO,        NO,        NO,        NO,    NO,     NO,    GONE },
  /* STARTING  */ { NO,       TAKEN, BROKEN, NO,        NO,        NO,        NO,    NO,     NO,    GONE },
  /* BROKEN    */ { NO,       NO,    NO,     NO,        NO,        NO,        NO,    NO,     NO,    GONE },
  /* TAKEN     */ { NO,       NO,    NO,     BUSY,      NO,        NO,        NO,    IDLE,   NO,    GONE },
  /* BUSY      */ { NO,       NO,    NO,     NO,        STOPPING,  NO,        TAKEN, NO,     NO,    NO },
  /* STOPPING  */ { NO,       NO,    NO,     NO,        NO,        SIGNALLED, TAKEN, NO,     NO,    NO },
  /* SIGNALLED */ { NO,       NO,    NO,     NO,        SIGNALLED, SIGNALLED, WORN,  NO,     NO,    NO },
  /* WORN      */ { NO,       NO,    NO,     SIGNALLED, NO,        NO,        NO,    NO,     NO,    GONE },
  /* IDLE      */ { NO,       NO,    NO,     NO,        NO,        NO,        NO,    NO,     TAKEN, GONE },
  /* GONE      */ { NO,       NO,    NO,     NO,        NO,        NO,        NO,    NO,     NO,    NO },
};
/* clang-format on */

static void
test_matrix (void)
{
  g_test_summary ("Each step of a worker process is allowed or refused as the table says.");

  for (guint state = 0; state < TF_N_PROCESS_STATES; state++)
    {
      for (guint event = 0; event < TF_N_PROCESS_EVENTS; event++)
        {
          TfProcessState next = TF_N_PROCESS_STATES;
          gboolean       is_allowed = tf__process_state_after (state, event, &next);

          g_test_message ("state %u, event %u", state, event);
          g_assert_cmpint (is_allowed ? (int) next : NO, ==, matrix[state][event]);
        }
    }
}

/* A signal may arrive after the outcome, so no later job may get to such a process by way of the idle ones. */
static void
test_signalled (void)
{
  g_test_summary ("No step leads from a process that got a signal back to the idle ones.");

  for (guint event = 0; event < TF_N_PROCESS_EVENTS; event++)
    {
      TfProcessState next;

      if (tf__process_state_after (SIGNALLED, event, &next))
        g_assert_true (next == SIGNALLED || next == WORN);
      if (tf__process_state_after (WORN, event, &next))
        g_assert_true (next == SIGNALLED || next == GONE);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-states/steps-are-those-of-the-table", test_matrix);
  tf_test_add ("/process-states/signalled-is-used-up", test_signalled);

  return g_test_run ();
}
