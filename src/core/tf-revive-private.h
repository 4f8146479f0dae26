/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib-object.h>

/* An object whose last reference goes in another thread than its owner's takes a new one in its dispose(), which
 * the owner gives up later. GLib 2.74 goes on working on the object after that: it has frozen the notifications
 * for the time of dispose(), and thaws them when its own reference has been given up already. So before the owner
 * gives up what may be the last reference, it waits here until the other thread has done that. */
void tf__revive_wait (gpointer object);
