/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* The lines of standard input, as they come. */
typedef struct _Commands Commands;

Commands *commands_new (void);
void      commands_free (Commands *self);

/* Returns the next line, without its end and the spaces around it; or NULL if there is none yet. */
char    *commands_take (Commands *self);
gboolean commands_are_at_end (Commands *self);

G_END_DECLS
