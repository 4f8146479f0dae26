/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf-testing/tf-testing.h>

/* The clock that is installed, not owned, or NULL. Any thread. */
TfTestClock *tf__test_clock_get_installed (void);
