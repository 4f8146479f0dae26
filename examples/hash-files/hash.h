/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

G_BEGIN_DECLS

/* What run_hash() works on. It may travel, so the task runs in a thread and in a process alike.
 * @is_given: whether the user named the file, who may mean a symbolic link
 */
GVariant *hash_argument_new (const char *name,
                             gboolean    is_given);

/* Returns a string: the SHA-256 in hexadecimal. */
void run_hash (TfTask  *task,
               gpointer user_data);

G_END_DECLS
