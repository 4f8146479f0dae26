/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

/* The argument is a number and the process id of the program. Returns the square of the number, in any process but that
 * one. */
void run_square (TfTask  *task,
                 gpointer user_data);
