/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-thread-context.h>

#include "context/thread/tf-thread-pool-private.h"

/* Any thread: the pool never changes. */
TfThreadPool *tf__thread_context_get_pool (TfThreadContext *self);
