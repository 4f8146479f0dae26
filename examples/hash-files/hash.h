/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hash-file.h"

G_BEGIN_DECLS

/* Data is the HashFile. Returns a string: the SHA-256 in hexadecimal. */
void run_hash (TfTask  *task,
               gpointer user_data);

G_END_DECLS
