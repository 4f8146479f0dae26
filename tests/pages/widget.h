/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

/* An object with the properties and signals of widgets that the pages use, for blocks that need no GTK. */

typedef struct
{
  GObject parent_instance;
  GValue  values[6];
} FrameWidget;

typedef struct
{
  GObjectClass parent_class;
} FrameWidgetClass;

static const struct
{
  const char *name;
  GType       type;
} frame_properties[] = {
  { "spinning", G_TYPE_BOOLEAN },
  { "sensitive", G_TYPE_BOOLEAN },
  { "active", G_TYPE_BOOLEAN },
  { "fraction", G_TYPE_DOUBLE },
  { "text", G_TYPE_STRING },
  { "label", G_TYPE_STRING },
};

static const char *const frame_signals[] = { "clicked", "close-request" };

GType frame_widget_get_type (void);
G_DEFINE_TYPE (FrameWidget, frame_widget, G_TYPE_OBJECT)

static void
frame_widget_init (FrameWidget *self)
{
  for (guint i = 0; i < G_N_ELEMENTS (frame_properties); i++)
    g_value_init (&self->values[i], frame_properties[i].type);
}

static void
frame_widget_finalize (GObject *object)
{
  FrameWidget *self = (FrameWidget *) object;

  for (guint i = 0; i < G_N_ELEMENTS (frame_properties); i++)
    g_value_unset (&self->values[i]);
  G_OBJECT_CLASS (frame_widget_parent_class)->finalize (object);
}

static void
frame_widget_get_property (GObject    *object,
                           guint       property_id,
                           GValue     *value,
                           GParamSpec *pspec)
{
  g_value_copy (&((FrameWidget *) object)->values[property_id - 1], value);
}

static void
frame_widget_set_property (GObject      *object,
                           guint         property_id,
                           const GValue *value,
                           GParamSpec   *pspec)
{
  g_value_copy (value, &((FrameWidget *) object)->values[property_id - 1]);
}

static void
frame_widget_class_init (FrameWidgetClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GType         type = G_TYPE_FROM_CLASS (klass);

  object_class->finalize = frame_widget_finalize;
  object_class->get_property = frame_widget_get_property;
  object_class->set_property = frame_widget_set_property;
  for (guint i = 0; i < G_N_ELEMENTS (frame_properties); i++)
    {
      const char *name = frame_properties[i].name;
      GParamSpec *pspec;

      if (frame_properties[i].type == G_TYPE_BOOLEAN)
        pspec = g_param_spec_boolean (name, NULL, NULL, FALSE, G_PARAM_READWRITE);
      else if (frame_properties[i].type == G_TYPE_DOUBLE)
        pspec = g_param_spec_double (name, NULL, NULL, 0, 1, 0, G_PARAM_READWRITE);
      else
        pspec = g_param_spec_string (name, NULL, NULL, NULL, G_PARAM_READWRITE);
      g_object_class_install_property (object_class, i + 1, pspec);
    }
  for (guint i = 0; i < G_N_ELEMENTS (frame_signals); i++)
    g_signal_new (frame_signals[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  g_signal_new ("response", type, 0, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_INT);
}

G_GNUC_UNUSED static GObject *
frame_widget_new (void)
{
  return g_object_new (frame_widget_get_type (), NULL);
}

/* Returns a property as text. */
G_GNUC_UNUSED static char *
frame_widget_dup (GObject    *object,
                  const char *name)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_object_get_property (object, name, &value);
  return g_strdup_value_contents (&value);
}
