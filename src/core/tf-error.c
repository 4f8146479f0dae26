/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-error.h>

/**
 * tf_error_quark:
 *
 * Gets the error domain of the library, `TF_ERROR`.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the domain
 *
 * Since: 1.0
 */
/* clang-format off */
GQuark
tf_error_quark (void)
{
  static gsize quark;

  /* Not G_DEFINE_QUARK(), which may be seen to write twice by threads that come at the same time. */
  if (g_once_init_enter (&quark))
    g_once_init_leave (&quark, g_quark_from_static_string ("tf-error-quark"));

  return (GQuark) quark;
}
/* clang-format on */
