/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "message/tf-event-private.h"

static void
test_known_kind (void)
{
  TfEvent event;
  GQuark  quark = g_quark_from_static_string ("event-known");

  g_test_summary ("A kind that has a quark travels as one.");

  tf__event_init (&event, TF_ROAD_MESSAGE, "event-known", NULL);
  g_assert_cmpuint (event.kind, ==, quark);
  g_assert_null (event.kind_text);
  g_assert_cmpstr (tf__event_get_kind (&event), ==, "event-known");
  g_assert_true (G_VALUE_TYPE (&event.value) == G_TYPE_INVALID);
  tf__event_clear (&event);
}

static void
test_unknown_kind (void)
{
  TfEvent event;
  char    kind[] = "event-unknown";

  g_test_summary ("A kind that has none travels as a copy of its text, and gets none.");

  tf__event_init (&event, TF_ROAD_MESSAGE, kind, NULL);
  kind[0] = 'X';
  g_assert_cmpuint (event.kind, ==, 0);
  g_assert_cmpstr (tf__event_get_kind (&event), ==, "event-unknown");
  g_assert_cmpuint (g_quark_try_string ("event-unknown"), ==, 0);
  tf__event_clear (&event);
}

static void
test_no_kind (void)
{
  TfEvent event;

  g_test_summary ("Progress and items have no kind.");

  tf__event_init (&event, TF_ROAD_ITEM, NULL, NULL);
  g_assert_cmpint (event.road, ==, TF_ROAD_ITEM);
  g_assert_null (tf__event_get_kind (&event));
  tf__event_clear (&event);
}

static void
check_number (GType type)
{
  GValue source = G_VALUE_INIT;
  GValue seven = G_VALUE_INIT;
  GValue copy;

  g_value_init (&seven, G_TYPE_INT);
  g_value_set_int (&seven, 1);
  g_value_init (&source, type);
  g_assert_true (g_value_transform (&seven, &source));
  tf__value_init_copy (&copy, &source);
  g_assert_true (G_VALUE_HOLDS (&copy, type));
  g_assert_cmpmem (&copy, sizeof copy, &source, sizeof source);
  g_value_unset (&copy);
  g_value_unset (&source);
}

static void
test_numbers (void)
{
  const GType types[] = { G_TYPE_BOOLEAN, G_TYPE_INT, G_TYPE_UINT, G_TYPE_INT64, G_TYPE_UINT64 };

  g_test_summary ("Numbers are copied as they are.");

  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    check_number (types[i]);
}

static void
test_references (void)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);
  GValue   source = G_VALUE_INIT;
  TfEvent  event;

  g_test_summary ("An event holds what it carries until it is cleared.");

  g_value_init (&source, G_TYPE_OBJECT);
  g_value_take_object (&source, object);
  tf__event_init (&event, TF_ROAD_PROGRESS, NULL, &source);
  g_value_unset (&source);
  g_assert_true (g_value_get_object (&event.value) == object);
  g_object_ref (object);
  tf__event_clear (&event);
  g_assert_finalize_object (object);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/event/kind/is-a-quark-when-known", test_known_kind);
  tf_test_add ("/event/kind/is-a-text-when-unknown", test_unknown_kind);
  tf_test_add ("/event/kind/may-be-none", test_no_kind);
  tf_test_add ("/event/value/may-be-a-number", test_numbers);
  tf_test_add ("/event/value/may-be-a-reference", test_references);

  return g_test_run ();
}
