/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

G_BEGIN_DECLS

/* What run_square() works on: all of it travels, so the task runs in a thread and in a process
 * alike.
 * @time_scale: 1 for real time, less for impatient people
 * @seed: what the length of the calculation is drawn from
 */
GVariant *square_argument_new (gint64  n,
                               double  time_scale,
                               guint32 seed);

/* Returns an integer: the square. It takes long, and sometimes too long: then it fails. */
void run_square (TfTask  *task,
                 gpointer user_data);

G_END_DECLS
