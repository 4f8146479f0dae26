/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-error.h>

/* clang-format off */
G_DEFINE_QUARK (tf-error-quark, tf_error)
/* clang-format on */
