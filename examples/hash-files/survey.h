/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

G_BEGIN_DECLS

/* Counts the whole tree in a thread of its own, beside those that hash. Free it after the executor
 * has been shut down.
 */
typedef struct _Survey Survey;

Survey *survey_new (TfExecutor *executor,
                    char      **paths);
void    survey_free (Survey *self);

/* -1 as long as it counts. */
gint64 survey_get_total_bytes (Survey *self);

G_END_DECLS
