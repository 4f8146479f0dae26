/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: TfTestFixture */
#include <tf-testing/tf-testing.h>

static void
test_scales (TfTestFixture *fixture,
             gconstpointer  user_data)
{
  g_assert_true (TF_IS_EXECUTOR (fixture->executor));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
#include BLOCK
  return g_test_run ();
}
