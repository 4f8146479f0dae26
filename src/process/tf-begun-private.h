/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* A number in memory that a worker shares with its program: that of the last job that the worker has begun. A store per
 * job is all that it costs, and the number outlives the worker, however that ends. */
typedef struct _TfBegun TfBegun;

/* In the program. Returns NULL where the system has no such memory. @fd is for the worker; the caller closes it. */
TfBegun *tf__begun_new (int *fd);
void     tf__begun_free (TfBegun *self);
/* Whether the worker may have begun the job: a worker that does not know of this may have. */
gboolean tf__begun_may_have (TfBegun *self,
                             guint64  job);

/* In the worker. Takes the descriptor. */
void tf__begun_join (int fd);
void tf__begun_set (guint64 job);
