/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "message/tf-dispatcher-private.h"

/* A dispatcher that is driven by a loop which is not of GLib: it has a descriptor instead of the source. With it
 * goes the host of the futures of the same main context that no executor made: whoever does not iterate that could
 * not get at them. */

/* Switches to the descriptor, and returns it; -1 with @error set if there is none. */
int  tf__foreign_loop_open (TfDispatcher *self,
                            GError      **error) TF_FOREGROUND;
void tf__foreign_loop_close (TfDispatcher *self) TF_FOREGROUND;
void tf__foreign_loop_dispatch (TfDispatcher *self) TF_FOREGROUND;
/* Delivers until @is_over says so: FALSE when the deadline came first. Nothing happens but what the foreign loop
 * would be told to dispatch. */
gboolean tf__foreign_loop_run_until (TfDispatcher *self,
                                     gboolean (*is_over) (gpointer data),
                                     gpointer data,
                                     gint64   deadline_us) TF_FOREGROUND;
