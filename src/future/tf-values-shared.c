/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-values-private.h"

#include "core/tf-sides-private.h"
#include "message/tf-event-private.h"

/**
 * TfValues: (ref-func tf_values_ref) (unref-func tf_values_unref)
 *
 * Several values in one: the arguments of a signal, or of a closure, as the value of a future.
 *
 * [func@Future.from_signal] and [method@Promise.new_closure] make them when there is more than one argument. Read them
 * with [method@Future.dup_boxed]:
 *
 * ```c
 * g_autoptr (TfValues) values = tf_future_dup_boxed (future, TF_TYPE_VALUES, &error);
 *
 * if (values != NULL)
 *   g_print ("%u values, the first is a %s\n", tf_values_get_n (values),
 *            G_VALUE_TYPE_NAME (tf_values_get (values, 0)));
 * ```
 *
 * They do not change once they are made. In Python and JavaScript the value of the future is a list of them.
 *
 * ## Threads
 *
 * May be used from any thread. Objects inside are released by the thread that drops the last reference.
 *
 * Since: 1.0
 */
struct _TfValues
{
  gint   ref_count; /* [atomic] */
  guint  n_values;  /* [const] */
  GValue values[];  /* [const] */
};

GType
tf_values_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static (g_intern_static_string ("TfValues"),
                                                            (GBoxedCopyFunc) tf_values_ref,
                                                            (GBoxedFreeFunc) tf_values_unref));

  return type;
}

TfValues *
tf__values_new (guint         n_values,
                const GValue *values)
{
  TfValues *self = g_malloc0 (sizeof *self + n_values * sizeof (GValue));

  self->ref_count = 1;
  self->n_values = n_values;
  for (guint i = 0; i < n_values; i++)
    tf__value_init_copy (&self->values[i], &values[i]);
  return self;
}

/**
 * tf_values_ref:
 * @self: values
 *
 * Takes a reference.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
TfValues *
tf_values_ref (TfValues *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  tf__add (&self->ref_count, 1);
  return self;
}

/**
 * tf_values_unref:
 * @self: (transfer full): values
 *
 * Gives a reference up.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_values_unref (TfValues *self)
{
  g_return_if_fail (self != NULL);

  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  for (guint i = 0; i < self->n_values; i++)
    g_value_unset (&self->values[i]);
  g_free (self);
}

/**
 * tf_values_get_n:
 * @self: values
 *
 * Gets how many values there are.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_values_get_n (const TfValues *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->n_values;
}

/**
 * tf_values_get:
 * @self: values
 * @index: the place, from 0
 *
 * Gets one of the values.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none): the value, which belongs to @self
 *
 * Since: 1.0
 */
const GValue *
tf_values_get (const TfValues *self,
               guint           index)
{
  g_return_val_if_fail (self != NULL, NULL);
  g_return_val_if_fail (index < self->n_values, NULL);

  return &self->values[index];
}
