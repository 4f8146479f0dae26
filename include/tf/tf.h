/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#define TF_INSIDE
#include <tf/tf-cancel-flag.h>
#include <tf/tf-clock.h>
#include <tf/tf-composition.h>
#include <tf/tf-enum-types.h>
#include <tf/tf-error.h>
#include <tf/tf-executor-compose.h>
#include <tf/tf-executor.h>
#include <tf/tf-future-set.h>
#include <tf/tf-future.h>
#include <tf/tf-message-receiver.h>
#include <tf/tf-message-router.h>
#include <tf/tf-message-sender.h>
#include <tf/tf-message.h>
#include <tf/tf-parallel-context.h>
#include <tf/tf-process-context.h>
#include <tf/tf-promise.h>
#include <tf/tf-sources.h>
#include <tf/tf-task.h>
#include <tf/tf-thread-context.h>
#include <tf/tf-thread-router.h>
#include <tf/tf-types.h>
#include <tf/tf-values.h>
#include <tf/tf-version.h>
#include <tf/tf-worker-pool.h>
#include <tf/tf-worker.h>
#undef TF_INSIDE
