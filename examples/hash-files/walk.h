/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hash-file.h"

G_BEGIN_DECLS

/* A walk that can be laid aside between two files. One thread at a time may use it: a slice in the
 * background while there is one under way, else the foreground.
 */
typedef struct _Walk Walk;

Walk *walk_new (char **paths);
void  walk_free (Walk *self);

/* Data is the Walk. Returns a pointer: a GQueue of at most WALK_SLICE_FILES HashFiles; fewer are
 * the end.
 */
#define WALK_SLICE_FILES 256
void run_walk_slice (TfTask  *task,
                     gpointer user_data);

/* Data is a Walk of its own, walked to the end. Returns the number of bytes. */
void run_survey (TfTask  *task,
                 gpointer user_data);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Walk, walk_free)

G_END_DECLS
