/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Standard output, written from the main loop whenever it takes something, so that a slow reader
 * holds up neither the terminal's lines nor Ctrl-C. Lines are written whole.
 */
typedef struct _Output Output;

typedef enum
{
  OUTPUT_WILL_WRITE,
  OUTPUT_WROTE,
  OUTPUT_FAILED,
} OutputEvent;

typedef void (*OutputFunc) (OutputEvent event,
                            gpointer    user_data);

Output *output_new (int        fd,
                    OutputFunc func,
                    gpointer   user_data);
void    output_free (Output *self);

GString *output_begin_line (Output *self);
void     output_end_line (Output *self);
void     output_flush (Output *self);
gboolean output_is_full (Output *self);
gboolean output_is_empty (Output *self);

/* Zero, or the errno of the write that failed; nothing is written after it. */
int output_get_error_number (Output *self);

G_END_DECLS
