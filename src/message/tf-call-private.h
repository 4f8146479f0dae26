/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "message/tf-pipe-private.h"

/* A function that any thread has the owner context of a dispatcher run. The call is part of what it is for: it is
 * embedded there, or begins a structure that lives for one call. It comes in its turn among the messages of the
 * dispatcher, and holds the host of the dispatcher while it is pending. */

typedef struct _TfCall TfCall;

typedef void (*TfCallFunc) (TfCall *self);

struct _TfCall
{
  TfPipe     pipe; /* first: what the dispatcher lists */
  TfCallFunc run;  /* [const] (nullable) in the owner context */
  TfCallFunc free; /* [const] (nullable) after it, or instead of it once the dispatcher is closed; then on any thread */
};

/* Any thread. @free is NULL if the call is embedded in the host of the dispatcher. */
void tf__call_init (TfCall       *self,
                    TfDispatcher *dispatcher,
                    TfCallFunc    run,
                    TfCallFunc    free);
/* Any thread. A call that is pending already is made once. The caller holds the host. */
void tf__call_post (TfCall *self);
/* Any thread. The same once, for a call that is freed by it. */
void tf__call_post_last (TfCall *self);
