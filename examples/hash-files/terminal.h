/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* A block of lines at the bottom of the terminal, on standard error, that can be painted again and
 * again, and taken away while something else is printed.
 */
typedef struct _Terminal Terminal;

gboolean terminal_is_usable (void);

Terminal *terminal_new (void);
void      terminal_free (Terminal *self);

guint terminal_get_n_columns (Terminal *self);
guint terminal_get_n_rows (Terminal *self);

/* Lines end in newlines, and must not be wider than the terminal. */
void terminal_paint (Terminal   *self,
                     const char *lines);
void terminal_hide (Terminal *self);
void terminal_show (Terminal *self);

/* The end of the text if all of it does not fit, padded to the width. */
void append_fitted (GString    *out,
                    const char *text,
                    guint       n_columns);

G_END_DECLS
