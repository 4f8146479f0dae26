/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

/* A server on the loopback interface, for the examples to fetch from: it accepts any connection,
 * and writes one line to it after a while.
 */
typedef struct _Server Server;

Server *server_new (const char *line,
                    gint64      delay_us);
void    server_free (Server *self);
guint16 server_get_port (Server *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Server, server_free)
