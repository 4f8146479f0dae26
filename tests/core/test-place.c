/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "core/tf-place-private.h"

static void
test_code (void)
{
  g_autofree char *here = tf__place_to_string (__extension__(gpointer) test_code);
  g_autofree char *there = tf__place_to_string (__extension__(gpointer) g_free);

  g_test_summary ("A place in code is a module and an offset in it.");

  g_assert_true (g_str_has_prefix (here, "test-place+0x"));
  g_assert_true (g_str_has_prefix (there, "libglib-2.0.so"));
  g_assert_nonnull (strstr (there, "+0x"));
}

static void
test_nowhere (void)
{
  int              local = 0;
  g_autofree char *place = tf__place_to_string (&local);
  g_autofree char *as_number = g_strdup_printf ("%p", (gpointer) &local);

  g_test_summary ("What is in no module is a number.");

  g_assert_cmpstr (place, ==, as_number);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/place/is-a-module-and-an-offset", test_code);
  tf_test_add ("/place/is-a-number-elsewhere", test_nowhere);

  return g_test_run ();
}
