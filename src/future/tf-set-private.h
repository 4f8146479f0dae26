/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-future-set.h>

#include "future/tf-completion-private.h"

typedef enum
{
  TF_SET_KIND_ALL,
  TF_SET_KIND_ANY,
  TF_SET_KIND_RACE,
} TfSetKind;

/* The place of a member. First the set listens to it, and the member holds the set. When the member is done, the set
 * holds it. One that is still pending when the set leaves it is watched until then, and nobody holds anybody: so what
 * is done never holds what is pending, and there is no circle of references. */
typedef struct
{
  TfContinuation continuation;
  TfFuture      *future; /* (owned) when the set neither listens to it nor watches it */
  TfFutureSet   *set;    /* (nullable) while it listens */
} TfSetSlot;

struct _TfFutureSet
{
  TfFuture parent_instance;

  TfCompletion     completion;
  TfSetKind        kind;           /* [const] */
  TfFutureSetFlags flags;          /* [const] */
  TfSetSlot       *slots;          /* (owned) [const] the array; [foreground] what is in it */
  guint            n_slots;        /* [const] */
  guint            n_listening;    /* [foreground] slots whose member is listened to */
  guint            n_holders;      /* [foreground] these, and calls under way: all of them have one reference */
  guint            n_done;         /* [foreground] */
  double           n_parts;        /* [foreground] the fractions of the members that are listened to, added up */
  int              winner;         /* [foreground] -1 for none */
  int              last;           /* [foreground] the last that did not win, rather a skipped one; -1 */
  guint            n_looked;       /* [foreground] slots that were looked through for these */
  guint8           is_to_look;     /* [const] some were done from the beginning */
  guint8           is_cancelled;   /* [foreground] waits for the members that were cancelled */
  guint8           has_watched;    /* [foreground] members that were pending when they were left */
  guint            n_filtering;    /* [foreground] calls of the filter that have not returned: they need the data */
  guint            need;           /* [foreground] which need was asked for last */
  guint            need_slot;      /* [foreground] and where it is */
  TfSkipFunc       filter;         /* (nullable) [foreground] */
  gpointer         user_data;      /* [foreground] */
  GDestroyNotify   user_data_free; /* (nullable) [foreground] */
};

/* Any thread: tf-set-members-shared.c. When the set goes: gives its members up. */
void tf__set_free_members (TfFutureSet *self);
/* The place is seen to when its member ends, and that has nothing to do with the set. */
void tf__set_watch_slot (TfFutureSet *self,
                         TfSetSlot   *slot) TF_FOREGROUND;

/* Owner context: tf-set-members.c. */
extern const TfCompletionClass tf__set_completion_class;

/* Members of one dispatcher, one after the other, have the same owner: @checked is that of the one before, or NULL.
 * FALSE after a critical that names @function. */
gboolean tf__set_check_member (TfFuture *const     *futures,
                               guint                index,
                               const TfDispatcher **checked,
                               const char          *function);
/* Checked one by one, so that the memory of many is gone through once: FALSE after a critical, and then it listens to
 * none. */
gboolean tf__set_add_members (TfFutureSet     *self,
                              TfFuture *const *futures,
                              const char      *function) TF_FOREGROUND;
