/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-text-private.h"
#include "message/tf-event-private.h"

gboolean
tf__value_is_plain (GType type)
{
  switch (type)
    {
    case G_TYPE_BOOLEAN:
    case G_TYPE_INT:
    case G_TYPE_UINT:
    case G_TYPE_INT64:
    case G_TYPE_UINT64:
    case G_TYPE_DOUBLE:
      return TRUE;
    default:
      return FALSE;
    }
}

void
tf__value_init_copy (GValue       *target,
                     const GValue *source)
{
  GType type = source == NULL ? G_TYPE_INVALID : G_VALUE_TYPE (source);

  if (type == G_TYPE_INVALID)
    {
      *target = (GValue) G_VALUE_INIT;
      return;
    }

  if (tf__value_is_plain (type))
    {
      *target = *source;
      return;
    }

  *target = (GValue) G_VALUE_INIT;
  g_value_init (target, type);
  g_value_copy (source, target);
  tf__value_sink (target);
}

void
tf__value_init_object (GValue  *target,
                       gpointer object)
{
  *target = (GValue) G_VALUE_INIT;
  g_value_init (target, object == NULL ? G_TYPE_OBJECT : G_OBJECT_TYPE (object));
  g_value_take_object (target, object == NULL ? NULL : g_object_ref_sink (object));
}

void
tf__value_sink (GValue *value)
{
  GType    fundamental = G_TYPE_FUNDAMENTAL (G_VALUE_TYPE (value));
  gpointer object;

  if (fundamental != G_TYPE_OBJECT && fundamental != G_TYPE_INTERFACE)
    return;

  object = g_value_peek_pointer (value);
  if (object != NULL && g_object_is_floating (object))
    g_object_take_ref (object);
}

void
tf__event_init (TfEvent      *self,
                TfRoad        road,
                const char   *kind,
                const GValue *value)
{
  self->road = road;
  self->size = 0;
  self->kind_text = kind == NULL || g_utf8_validate (kind, -1, NULL) ? NULL : tf__text_dup (kind);
  if (self->kind_text != NULL)
    kind = self->kind_text;
  self->kind = kind == NULL ? 0 : g_quark_try_string (kind);
  if (self->kind != 0)
    g_clear_pointer (&self->kind_text, g_free);
  else if (self->kind_text == NULL)
    self->kind_text = g_strdup (kind);
  tf__value_init_copy (&self->value, value);
}

gboolean
tf__value_is_place (const GValue *place)
{
  return place != NULL &&
         (G_VALUE_TYPE (place) == G_TYPE_INVALID ||
          (G_VALUE_TYPE (place) == G_TYPE_POINTER && g_value_get_pointer (place) == NULL));
}

void
tf__value_set_none (GValue *place)
{
  if (G_VALUE_TYPE (place) == G_TYPE_INVALID)
    g_value_init (place, G_TYPE_POINTER);
}

void
tf__event_clear (TfEvent *self)
{
  GType type = G_VALUE_TYPE (&self->value);

  if (type != G_TYPE_INVALID && !tf__value_is_plain (type))
    g_value_unset (&self->value);

  g_clear_pointer (&self->kind_text, g_free);
}

const char *
tf__event_get_kind (const TfEvent *self)
{
  return self->kind_text != NULL ? self->kind_text : g_quark_to_string (self->kind);
}
