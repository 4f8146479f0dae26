/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "module.h"

#include <unistd.h>

void
run_square (TfTask  *task,
            gpointer user_data)
{
  gint64 n;
  gint64 caller;

  g_variant_get (tf_task_get_argument (task), "(xx)", &n, &caller);
  g_assert_cmpint (caller, !=, getpid ());
  tf_task_return_int64 (task, n * n);
}
