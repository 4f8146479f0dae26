/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "message/tf-cancel-states-private.h"

#include "tf-test-support.h"

#define NO        -1
#define FOLLOWS   TF_CANCEL_STATE_FOLLOWING
#define SETTLED   TF_CANCEL_STATE_SETTLED
#define CLOSED    TF_CANCEL_STATE_CLOSED
#define REQUESTED TF_CANCEL_STATE_CANCEL_REQUESTED
#define C_FOLLOWS TF_CANCEL_STATE_CANCEL_FOLLOWING
#define C_SETTLED TF_CANCEL_STATE_CANCEL_SETTLED
#define SETTLED_C TF_CANCEL_STATE_SETTLED_CANCELLED
#define ABORTED   TF_CANCEL_STATE_ABORTED
#define CANCELLED TF_CANCEL_STATE_CANCELLED

/* clang-format off */
static const int matrix[TF_N_CANCEL_STATES][TF_N_CANCEL_EVENTS] = {
  /*               CANCEL     ABORT    FOLLOW     SETTLE     SETTLE_C.  L._ENDED   L._CANC.   END */
  /* OPEN      */ { REQUESTED, ABORTED, FOLLOWS,   SETTLED,   SETTLED_C, NO,        NO,        CLOSED },
  /* FOLLOWING */ { C_FOLLOWS, ABORTED, NO,        NO,        NO,        SETTLED,   SETTLED_C, NO },
  /* SETTLED   */ { NO,        NO,      NO,        NO,        NO,        NO,        NO,        CLOSED },
  /* CLOSED    */ { NO,        NO,      NO,        NO,        NO,        NO,        NO,        NO },
  /* REQUESTED */ { NO,        ABORTED, C_FOLLOWS, C_SETTLED, SETTLED_C, NO,        NO,        CANCELLED },
  /* C_FOLLOWS */ { NO,        ABORTED, NO,        NO,        NO,        C_SETTLED, SETTLED_C, NO },
  /* C_SETTLED */ { NO,        ABORTED, NO,        NO,        NO,        NO,        NO,        CANCELLED },
  /* SETTLED_C */ { NO,        ABORTED, NO,        NO,        NO,        NO,        NO,        CANCELLED },
  /* ABORTED   */ { NO,        NO,      NO,        NO,        NO,        NO,        NO,        CANCELLED },
  /* CANCELLED */ { NO,        NO,      NO,        NO,        NO,        NO,        NO,        NO },
};
/* clang-format on */

static void
test_matrix (void)
{
  g_test_summary ("Each step of the cancel state is allowed or refused as the table says.");

  for (guint state = 0; state < TF_N_CANCEL_STATES; state++)
    {
      for (guint event = 0; event < TF_N_CANCEL_EVENTS; event++)
        {
          int           expected = matrix[state][event];
          TfCancelState next = TF_N_CANCEL_STATES;
          gboolean      is_allowed = tf__cancel_state_after (state, event, &next);

          g_test_message ("state %u, event %u", state, event);
          g_assert_cmpint (is_allowed, ==, expected != NO);
          g_assert_cmpint (next, ==, expected == NO ? TF_N_CANCEL_STATES : (guint) expected);
        }
    }
}

static void
test_cancelled_stays (void)
{
  g_test_summary ("No step leads from cancelled work back to work that is wanted.");

  for (guint state = 0; state < TF_N_CANCEL_STATES; state++)
    {
      g_assert_false (tf__cancel_state_is_cancelled (state) && tf__cancel_state_is_wanted (state));

      for (guint event = 0; event < TF_N_CANCEL_EVENTS; event++)
        {
          TfCancelState next;

          if (tf__cancel_state_is_cancelled (state) && tf__cancel_state_after (state, event, &next))
            g_assert_true (tf__cancel_state_is_cancelled (next));
        }
    }
}

static void
test_over (void)
{
  g_test_summary ("Work is over in the two states that nothing leads out of.");

  for (guint state = 0; state < TF_N_CANCEL_STATES; state++)
    {
      gboolean has_next = FALSE;

      for (guint event = 0; event < TF_N_CANCEL_EVENTS; event++)
        {
          TfCancelState next;

          has_next = has_next || tf__cancel_state_after (state, event, &next);
        }

      g_assert_cmpint (tf__cancel_state_is_over (state), ==, !has_next);
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/message/cancel-states/steps-are-those-of-the-table", test_matrix);
  tf_test_add ("/message/cancel-states/cancelled-stays-cancelled", test_cancelled_stays);
  tf_test_add ("/message/cancel-states/over-is-final", test_over);

  return g_test_run ();
}
