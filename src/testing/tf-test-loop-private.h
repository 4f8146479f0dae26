/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf-testing/tf-testing.h>

/* The thread that runs the context. FALSE when the condition did not hold before the safety time limit. */
gboolean tf__test_try_until (GMainContext       *context,
                             TfTestConditionFunc condition,
                             gpointer            user_data);
