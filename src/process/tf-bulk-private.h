/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

/* Bulk that comes in: memory of a size that the other end has chosen. Large ones are memory of their own, and a memfd
 * is read where it is. Any thread. */

/* NULL if there is none. */
guint8 *tf__bulk_allocate (guint64 size);
void    tf__bulk_free (guint8 *memory,
                       guint64 size);
/* Takes the memory. */
GBytes *tf__bulk_to_bytes (guint8 *memory,
                           guint64 size);
/* What is in a sealed memfd of that size, which stays the caller's: fails with TF_ERROR_PROTOCOL if it is not one. */
GBytes *tf__bulk_map (int      fd,
                      guint64  size,
                      GError **error);
