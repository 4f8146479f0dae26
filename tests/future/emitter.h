/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tf-test-support.h"

G_BEGIN_DECLS

/* An object with signals of 0, 1 and 2 arguments: "none", "one" (an int64, with details) and "several" (an int64 and a
 * string). */

typedef struct
{
  GObject parent_instance;
} Emitter;

typedef struct
{
  GObjectClass parent_class;
} EmitterClass;

GType emitter_get_type (void);

G_DEFINE_TYPE (Emitter, emitter, G_TYPE_OBJECT)

static inline void
emitter_init (Emitter *self)
{
}

static inline void
emitter_class_init (EmitterClass *klass)
{
  g_signal_new ("none", emitter_get_type (), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE,
                0);
  g_signal_new ("one", emitter_get_type (), G_SIGNAL_RUN_LAST | G_SIGNAL_DETAILED, 0, NULL, NULL,
                NULL, G_TYPE_NONE, 1, G_TYPE_INT64);
  g_signal_new ("several", emitter_get_type (), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 2, G_TYPE_INT64, G_TYPE_STRING);
}

static inline GObject *
emitter_new (void)
{
  return g_object_new (emitter_get_type (), NULL);
}

static inline gboolean
emitter_has_handler (GObject    *emitter,
                     const char *name)
{
  guint id = g_signal_lookup (name, emitter_get_type ());

  return g_signal_has_handler_pending (emitter, id, 0, TRUE);
}

/* The value is a pair of an int64 and a string. */
static inline void
assert_pair (TfFuture   *future,
             gint64      number,
             const char *text)
{
  g_autoptr (GError)   error = NULL;
  g_autoptr (TfValues) values = tf_future_dup_boxed (future, TF_TYPE_VALUES, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (tf_values_get_n (values), ==, 2);
  g_assert_cmpint (g_value_get_int64 (tf_values_get (values, 0)), ==, number);
  g_assert_cmpstr (g_value_get_string (tf_values_get (values, 1)), ==, text);
}

/* Lets the future go, which nobody else holds. */
static inline void
drop_last (TfFuture *future)
{
  tf_test_drain (NULL);
  g_assert_finalize_object (future);
}

G_END_DECLS
