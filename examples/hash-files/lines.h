/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "session.h"

G_BEGIN_DECLS

/* The live lines: one with a bar for each file that is being hashed, and one for all of them
 * together.
 */
typedef struct _Lines Lines;

/* It is freed after the executor has been shut down. */
Lines *lines_new (TfExecutor *executor,
                  Session    *session,
                  char      **paths);
void   lines_stop (Lines *self);
void   lines_free (Lines *self);

void lines_hide (Lines *self);
void lines_show (Lines *self);

G_END_DECLS
