/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

/* A future for the first line that a server on the loopback interface sends, as a string. */
TfFuture *fetch_line (guint16 port) G_GNUC_WARN_UNUSED_RESULT;
