/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "message/tf-dispatcher-private.h"

/* A dispatcher that is driven by a loop which is not of GLib: it has a descriptor instead of the source. */

/* Switches to the descriptor, and returns it; -1 with @error set if there is none. */
int  tf__foreign_loop_open (TfDispatcher *self,
                            GError      **error) TF_FOREGROUND;
void tf__foreign_loop_close (TfDispatcher *self) TF_FOREGROUND;
void tf__foreign_loop_dispatch (TfDispatcher *self) TF_FOREGROUND;
