/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "jobs.h"

G_BEGIN_DECLS

/* The jobs as a table on a terminal, which is painted again where it stands; below it people type. */
typedef struct _Board Board;

/* @is_typed: whether commands are typed there, too, so that each one ends in a new line */
Board *board_new (gboolean is_typed);
void   board_free (Board *self);

/* Soon, however often it is asked for. */
void board_paint_later (Board *self,
                        Jobs  *jobs);
/* After a command, when there may be other lines. */
void board_paint_anew (Board      *self,
                       Jobs       *jobs,
                       const char *message);
/* Leaves what was last to be seen. */
void board_finish (Board *self,
                   Jobs  *jobs);

G_END_DECLS
