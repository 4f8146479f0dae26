/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

static void
test_domain (void)
{
  g_test_summary ("The domain has its name.");

  g_assert_cmpstr (g_quark_to_string (TF_ERROR), ==, "tf-error-quark");
}

static void
test_codes (void)
{
  static const char *const nicks[] = {
    "failed",
    "exception",
    "no-result",
    "pending",
    "done",
    "not-cancellable",
    "invalid-state",
    "invalid-argument",
    "not-running",
    "already-running",
    "already-submitted",
    "closed",
    "wrong-thread",
    "deadlock",
    "abandoned",
    "empty",
    "queue-full",
    "stalled",
    "not-portable",
    "worker-start",
    "worker-lost",
    "protocol",
  };
  g_autoptr (GEnumClass) klass = g_type_class_ref (TF_TYPE_ERROR);

  g_test_summary ("The numbers of the codes never change.");

  g_assert_cmpuint (klass->n_values, ==, G_N_ELEMENTS (nicks));
  for (guint i = 0; i < G_N_ELEMENTS (nicks); i++)
    g_assert_cmpstr (g_enum_get_value (klass, (int) i)->value_nick, ==, nicks[i]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/error/domain/has-its-name", test_domain);
  tf_test_add ("/error/codes/never-change", test_codes);

  return g_test_run ();
}
