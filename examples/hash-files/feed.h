/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hash-file.h"

G_BEGIN_DECLS

/* The files that the walk found ahead of those that take them. It walks a slice at a time, each a
 * task of its own, and only as long as few are left: whoever takes no more holds up the walk.
 */
typedef struct _Feed Feed;

typedef void (*FeedFunc) (gpointer user_data);

/* The function is called whenever there may be something new to take, or the end. */
Feed *feed_new (TfExecutor *executor,
                char      **paths,
                FeedFunc    func,
                gpointer    user_data);

/* After the executor has been shut down. */
void feed_free (Feed *self);

/* NULL if there is nothing yet, or nothing any more. */
HashFile *feed_take (Feed *self);
gboolean  feed_is_at_end (Feed *self);

/* Walks no further. */
void feed_cut_short (Feed *self);

G_END_DECLS
