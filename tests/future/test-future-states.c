/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "future/tf-future-states-private.h"

/* One letter for each phase, in the order of the enumeration; "-" is a refused move. */
static const char letters[] = "-WEqsaCFXA";

static void
test_matrix (void)
{
  g_autoptr (GString) matrix = g_string_new (NULL);

  g_test_summary ("A future moves as its table says, and in no other way: FUT-09, FUT-10, FUT-36.");

  g_assert_cmpuint (strlen (letters), ==, TF_N_PHASES);

  for (guint phase = TF_PHASE_WAITING; phase < TF_N_PHASES; phase++)
    {
      for (guint event = 0; event < TF_N_FUTURE_EVENTS; event++)
        g_string_append_c (matrix, letters[tf__phase_after (phase, event)]);
      g_string_append_c (matrix, '\n');
    }

  /* started, returned, raised, abandoned, message, cancel, abort, given up */
  g_assert_cmpstr (matrix->str, ==,
                   "E----qa-\n" /* W: waiting */
                   "-CF-Esa-\n" /* E: executing */
                   "s--X--a-\n" /* q: cancelling, queued */
                   "-XX-s-a-\n" /* s: cancelling, started */
                   "aaaaa--A\n" /* a: aborting */
                   "--------\n" /* C: completed */
                   "--------\n" /* F: failed */
                   "--------\n" /* X: cancelled */
                   "AAAAA---\n" /* A: aborted */);
}

static void
test_views (void)
{
  g_autoptr (GString) views = g_string_new (NULL);

  g_test_summary ("Each phase shows one state, and whether it is done and can be cancelled.");

  for (guint phase = TF_PHASE_WAITING; phase < TF_N_PHASES; phase++)
    g_string_append_printf (views, "%c%u%s%s ", letters[phase], tf__phase_get_state (phase),
                            tf__phase_is_done (phase) ? "d" : "",
                            tf__phase_is_cancellable (phase) ? "c" : "");

  g_assert_cmpstr (views->str, ==, "W0c E1c q2 s2 a2 C16d F17d X18d A18d ");
}

static void
test_public (void)
{
  g_test_summary ("The numbers of the states are fixed, and those that are done come last.");

  g_assert_cmpint (TF_FUTURE_STATE_WAITING, ==, 0);
  g_assert_cmpint (TF_FUTURE_STATE_EXECUTING, ==, 1);
  g_assert_cmpint (TF_FUTURE_STATE_CANCELLING, ==, 2);
  g_assert_cmpint (TF_FUTURE_STATE_COMPLETED, ==, 16);
  g_assert_cmpint (TF_FUTURE_STATE_FAILED, ==, 17);
  g_assert_cmpint (TF_FUTURE_STATE_CANCELLED, ==, 18);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future-states/matrix/is-the-table-of-the-docs", test_matrix);
  tf_test_add ("/future-states/phase/shows-one-state", test_views);
  tf_test_add ("/future-states/state/has-a-fixed-number", test_public);

  return g_test_run ();
}
