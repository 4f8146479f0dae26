/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

G_BEGIN_DECLS

/* A parallel context that starts a thread for each piece of work. */
#define OWN_TYPE_CONTEXT (own_context_get_type ())
G_DECLARE_FINAL_TYPE (OwnContext, own_context, OWN, CONTEXT, GObject)

OwnContext *own_context_new (void);

G_END_DECLS
