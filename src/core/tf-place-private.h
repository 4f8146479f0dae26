/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* A place in the code, as module and offset, for tools that know the lines. */
char *tf__place_to_string (gpointer place);
