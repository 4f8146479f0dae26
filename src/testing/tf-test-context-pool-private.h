/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "testing/tf-test-context-stage-private.h"

/* The pools of a TfTestContext. Any thread. */
TfWorkerPool *tf__test_pool_new (TfTestStage *stage,
                                 guint        max_workers);
