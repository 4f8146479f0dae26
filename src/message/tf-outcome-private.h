/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

/* How work ended badly. The texts are set for failures of other languages only. */
typedef struct
{
  GError *error;     /* (owned) */
  char   *type;      /* (owned) (nullable) */
  char   *text;      /* (owned) (nullable) */
  char   *traceback; /* (owned) (nullable) */
  GValue  payload;   /* the exception itself, in the same process */
  guint8  is_read;   /* [atomic] somebody has looked at it, through whichever future that has it */
} TfFailure;

/* What work ended with. A value of type pointer has its free function beside it; no value, but a
 * failure, means that it ended badly; neither of them is success without a value. */
typedef struct
{
  GValue value;
  union
  {
    GDestroyNotify value_free;
    TfFailure     *failure; /* (owned) */
  };
} TfOutcome;

gboolean   tf__outcome_has_value (const TfOutcome *self);
TfFailure *tf__outcome_get_failure (const TfOutcome *self);
void       tf__outcome_set_value (TfOutcome    *self,
                                  const GValue *value);
void       tf__outcome_take_pointer (TfOutcome     *self,
                                     gpointer       pointer,
                                     GDestroyNotify pointer_free);
gpointer   tf__outcome_steal_pointer (TfOutcome *self);
void       tf__outcome_take_error (TfOutcome *self,
                                   GError    *error);
void       tf__outcome_set_failure (TfOutcome    *self,
                                    const char   *type,
                                    const char   *text,
                                    const char   *traceback,
                                    const GValue *payload);
/* Whether freeing it may call code of the user's. */
gboolean tf__outcome_is_heavy (const TfOutcome *self);
void     tf__outcome_clear (TfOutcome *self);
