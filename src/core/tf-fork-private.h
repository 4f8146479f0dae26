/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/tf-sides-private.h"

/* Returns a number that differs between a process and the children that fork() made of it without an exec. An object
 * that keeps the number of its creation knows later whether the process is still its own: in another one its threads do
 * not run, its locks may be held for ever, and its descriptors are shared with the process that made it. From the
 * first call on, the thread of such a child is the owner of nothing that the parent made: tf__current_thread(). Any
 * thread. */
guint tf__fork_count (void);
/* Whether an object with the number @n_forks of its creation was made by an ancestor. */
gboolean tf__is_inherited (guint n_forks);
