/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

/* Which signal of the future an event becomes. */
typedef enum
{
  TF_ROAD_PROGRESS,
  TF_ROAD_ITEM,
  TF_ROAD_MESSAGE,
} TfRoad;

/* A message of which every one counts. A kind that no handler has asked for yet has no quark, and
 * gets none in the background: a worker must not be able to grow the table of quarks, which is
 * never freed. */
typedef struct
{
  GValue value;
  char  *kind_text; /* (owned) (nullable): the kind, when it has no quark */
  GQuark kind;
  TfRoad road : 8;
  guint  size : 24; /* of the value in units, where it counts: what another process has sent */
} TfEvent;

#define TF_EVENT_UNIT     4096
#define TF_EVENT_MAX_SIZE ((1u << 24) - 1)

void        tf__event_init (TfEvent      *self,
                            TfRoad        road,
                            const char   *kind,
                            const GValue *value);
void        tf__event_clear (TfEvent *self);
const char *tf__event_get_kind (const TfEvent *self);

/* Whether a value of this type is a number, with nothing to free. */
gboolean tf__value_is_plain (GType type);
/* Copies @source into the uninitialised @target; numbers go without a call. */
void tf__value_init_copy (GValue       *target,
                          const GValue *source);
/* Whether a value may be put into @place: it is all zeroes, or a pointer of NULL. */
gboolean tf__value_is_place (const GValue *place);
/* Puts no value into @place: a pointer of NULL, since GJS converts a place also where there is an error. */
void tf__value_set_none (GValue *place);
/* Initializes @target with a reference on @object, or with %NULL; a floating reference is sunk. */
void tf__value_init_object (GValue  *target,
                            gpointer object);
/* Makes a floating reference that @value owns a normal one, so that no reader takes it over. */
void tf__value_sink (GValue *value);
