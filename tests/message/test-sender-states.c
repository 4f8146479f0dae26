/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "message/tf-sender-states-private.h"

#include "tf-test-support.h"

#define OPEN    TF_SENDER_STATE_OPEN
#define STOPPED TF_SENDER_STATE_STOPPED

/* The next state, or minus the code of the refusal. */
/* clang-format off */
static const int matrix[TF_N_SENDER_STATES][TF_N_SENDER_EVENTS] = {
  /*             START                       SEND                   STOP */
  /* INITIAL */ { OPEN,                      -TF_ERROR_NOT_RUNNING, -TF_ERROR_NOT_RUNNING },
  /* OPEN    */ { -TF_ERROR_ALREADY_RUNNING, OPEN,                  STOPPED },
  /* STOPPED */ { -TF_ERROR_CLOSED,          -TF_ERROR_CLOSED,      -TF_ERROR_CLOSED },
};
/* clang-format on */

static void
test_matrix (void)
{
  g_test_summary ("Each step of a sender is allowed or refused as the table says.");

  for (guint state = 0; state < TF_N_SENDER_STATES; state++)
    {
      for (guint event = 0; event < TF_N_SENDER_EVENTS; event++)
        {
          int           expected = matrix[state][event];
          TfSenderState next = TF_N_SENDER_STATES;
          TfError       code = 0;
          gboolean      is_allowed = tf__sender_state_after (state, event, &next, &code);

          g_test_message ("state %u, event %u", state, event);
          g_assert_cmpint (is_allowed, ==, expected > 0);
          g_assert_cmpint (is_allowed ? (int) next : -(int) code, ==, expected);
        }
    }
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/message/sender-states/steps-are-those-of-the-table", test_matrix);

  return g_test_run ();
}
