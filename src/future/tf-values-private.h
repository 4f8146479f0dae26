/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-values.h>

/* Any thread: tf-values-shared.c. Returns copies of the values; floating objects are sunk. */
TfValues *tf__values_new (guint         n_values,
                          const GValue *values);
