/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#define TF_TESTING_INSIDE
#include <tf-testing/tf-test-assert.h>
#include <tf-testing/tf-test-clock.h>
#include <tf-testing/tf-test-context.h>
#include <tf-testing/tf-test-fixture.h>
#include <tf-testing/tf-test-log.h>
#include <tf-testing/tf-test-loop.h>
#undef TF_TESTING_INSIDE
