/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <sys/mman.h>
#include <unistd.h>

#include "process/tf-begun-private.h"
#include "tf-test-support.h"

static void
test_number (void)
{
  TfBegun *begun;
  int      fd;

  g_test_summary ("A program knows which job its worker has begun, if the worker says so.");

  begun = tf__begun_new (&fd);
  g_assert_nonnull (begun);
  g_assert_true (tf__begun_may_have (begun, 1));

  tf__begun_join (fd);
  g_assert_false (tf__begun_may_have (begun, 1));
  tf__begun_set (1);
  g_assert_true (tf__begun_may_have (begun, 1));
  g_assert_false (tf__begun_may_have (begun, 2));
  tf__begun_set (7);
  g_assert_true (tf__begun_may_have (begun, 2));
  g_assert_true (tf__begun_may_have (begun, 7));
  g_assert_false (tf__begun_may_have (begun, 8));
  tf__begun_free (begun);
}

static void
test_size (void)
{
  TfBegun *begun;
  int      fd;

  g_test_summary ("A worker cannot take the memory away under its program.");

  begun = tf__begun_new (&fd);
  g_assert_nonnull (begun);
  g_assert_cmpint (ftruncate (fd, 0), ==, -1);
  g_assert_true (tf__begun_may_have (begun, 1));
  close (fd);
  tf__begun_free (begun);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/begun/number/is-that-of-the-last-job", test_number);
  tf_test_add ("/begun/memory/keeps-its-size", test_size);

  return g_test_run ();
}
