/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "emitter.h"

static TfValues *
dup_values (TfFuture *future)
{
  g_autoptr (GError) error = NULL;
  TfValues          *values = tf_future_dup_boxed (future, TF_TYPE_VALUES, &error);

  g_assert_no_error (error);
  g_assert_nonnull (values);
  return values;
}

/* A promise that a closure completes with some objects. */
static TfFuture *
complete_with (GObject *const *objects,
               guint           n_objects)
{
  TfPromise         *promise = tf_promise_new (NULL);
  GClosure          *closure = tf_promise_new_closure (promise, FALSE);
  g_autofree GValue *params = g_new0 (GValue, n_objects);

  g_closure_ref (closure);
  g_closure_sink (closure);
  for (guint i = 0; i < n_objects; i++)
    {
      g_value_init (&params[i], G_TYPE_OBJECT);
      g_value_set_object (&params[i], objects[i]);
    }
  g_closure_invoke (closure, NULL, n_objects, params, NULL);
  for (guint i = 0; i < n_objects; i++)
    g_value_unset (&params[i]);
  g_closure_unref (closure);
  tf_test_wait_done (TF_FUTURE (promise));
  return TF_FUTURE (promise);
}

static void
test_order (void)
{
  GObject             *objects[100];
  TfFuture            *future;
  g_autoptr (TfValues) values = NULL;

  g_test_summary ("The values keep their places, their types, and references on what they hold.");

  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    objects[i] = i % 7 == 3 ? NULL : g_object_new (G_TYPE_OBJECT, NULL);
  future = complete_with (objects, G_N_ELEMENTS (objects));
  values = dup_values (future);
  drop_last (future);

  g_assert_cmpuint (tf_values_get_n (values), ==, G_N_ELEMENTS (objects));
  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    {
      const GValue *value = tf_values_get (values, i);

      g_assert_true (G_VALUE_HOLDS (value, G_TYPE_OBJECT));
      g_assert_true (g_value_get_object (value) == objects[i]);
      g_assert_true (objects[i] == NULL || objects[i]->ref_count == 2);
    }

  g_clear_pointer (&values, tf_values_unref);
  for (guint i = 0; i < G_N_ELEMENTS (objects); i++)
    {
      if (objects[i] != NULL)
        g_assert_finalize_object (objects[i]);
    }
}

static void
test_references (void)
{
  GObject        *object = g_object_new (G_TYPE_OBJECT, NULL);
  TfFuture       *future = complete_with ((GObject *[]){ object, object }, 2);
  TfValues       *values = dup_values (future);
  TfValues       *other = dup_values (future);
  g_auto (GValue) value = G_VALUE_INIT;

  g_test_summary ("A copy is a reference: the values are there once, as long as anybody has them.");

  g_assert_true (values == other);
  g_assert_true (tf_values_ref (values) == values);
  tf_values_unref (values);
  tf_values_unref (other);
  g_value_init (&value, TF_TYPE_VALUES);
  g_value_set_boxed (&value, values);
  g_assert_true (g_value_get_boxed (&value) == values);
  tf_values_unref (values);
  g_assert_cmpuint (object->ref_count, ==, 3);
  drop_last (future);
  g_assert_cmpuint (object->ref_count, ==, 3);
  g_value_reset (&value);
  g_assert_finalize_object (object);
}

static gpointer
run_take_and_drop (gpointer values)
{
  for (guint i = 0; i < 1000; i++)
    {
      TfValues *mine = tf_values_ref (values);

      g_assert_cmpuint (tf_values_get_n (mine), ==, 2);
      tf_values_unref (mine);
    }
  tf_values_unref (values);
  return NULL;
}

static void
test_threads (void)
{
  GObject  *object = g_object_new (G_TYPE_OBJECT, NULL);
  TfFuture *future = complete_with ((GObject *[]){ object, NULL }, 2);
  GThread  *threads[4];

  g_test_summary ("Any thread may take and drop references.");

  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("taker", run_take_and_drop, dup_values (future));
  drop_last (future);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_finalize_object (object);
}

static void
test_misuse (void)
{
  TfFuture            *future = complete_with ((GObject *[]){ NULL, NULL }, 2);
  g_autoptr (TfValues) values = dup_values (future);
  g_autoptr (GError)   error = NULL;

  g_test_summary ("There is nothing behind the last value, and values are of no other type.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*index < self->n_values*");
  g_assert_null (tf_values_get (values, 2));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*index < self->n_values*");
  g_assert_null (tf_values_get (values, G_MAXUINT));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*self != NULL*");
  g_assert_cmpuint (tf_values_get_n (NULL), ==, 0);
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*self != NULL*");
  g_assert_null (tf_values_get (NULL, 0));
  g_test_assert_expected_messages ();

  g_assert_null (tf_future_dup_boxed (future, G_TYPE_STRV, &error));
  g_assert_nonnull (error);
  drop_last (future);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/values/keep-their-order", test_order);
  tf_test_add ("/values/are-shared-by-copies", test_references);
  tf_test_add ("/values/may-be-anywhere", test_threads);
  tf_test_add ("/values/refuse-misuse", test_misuse);

  return g_test_run ();
}
