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
G_DEFINE_QUARK (tf-error-quark, tf_error)
/* clang-format on */
