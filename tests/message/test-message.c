/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

/* One message of every sort. */
static GPtrArray *
all_messages (void)
{
  GPtrArray      *messages = g_ptr_array_new_with_free_func ((GDestroyNotify) tf_message_free);
  GError         *error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_BUSY, "busy");
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, "text");
  g_ptr_array_add (messages, tf_message_new_started ());
  g_ptr_array_add (messages, tf_message_new_returned (&value));
  g_ptr_array_add (messages, tf_message_new_returned (NULL));
  g_ptr_array_add (messages, tf_message_new_raised (error));
  g_ptr_array_add (messages, tf_message_new_failure ("Type", "text", "traceback", &value));
  g_ptr_array_add (messages, tf_message_new_failure ("Type", NULL, NULL, NULL));
  g_ptr_array_add (messages, tf_message_new_dropped ());
  g_ptr_array_add (messages, tf_message_new_progress (&value));
  g_ptr_array_add (messages, tf_message_new_item (NULL));
  g_ptr_array_add (messages, tf_message_new ("own", &value));
  return messages;
}

static void
test_kinds (void)
{
  static const char *const kinds[] = { "started", "returned", "returned", "raised", "raised",
                                       "raised", "abandoned", "progress", "item", "own" };
  g_autoptr (GPtrArray)    messages = all_messages ();

  g_test_summary ("A message says its kind, and whether it is the last one.");

  for (guint i = 0; i < messages->len; i++)
    {
      const char *kind = kinds[i];

      g_assert_cmpstr (tf_message_get_kind (messages->pdata[i]), ==, kind);
      g_assert_cmpint (tf_message_is_final (messages->pdata[i]), ==,
                       g_str_equal (kind, "returned") || g_str_equal (kind, "raised") ||
                         g_str_equal (kind, "abandoned"));
    }
}

static void
free_value (GValue *value)
{
  g_boxed_free (G_TYPE_VALUE, value);
}

/* What a future shows of the end that a message brings. */
static char *
describe_end (TfMessage *message)
{
  g_autoptr (TfFuture) future = tf_future_new_detached (TF_TYPE_FUTURE, NULL, NULL, NULL);
  g_autoptr (GError)   error = NULL;
  GValue              *value;
  GValue              *payload;
  char                *text;

  tf_future_deliver (future, tf_message_new_started (), NULL, NULL);
  g_assert_true (tf_future_deliver (future, message, NULL, NULL));
  value = tf_future_dup_value (future, &error);
  payload = tf_future_dup_failure_payload (future);
  text =
    g_strdup_printf ("%s|%s|%s|%s|%s|%s", value != NULL ? g_value_get_string (value) : "-",
                     error != NULL ? error->message : "-", tf_future_get_failure_type (future),
                     tf_future_get_failure_text (future), tf_future_get_failure_traceback (future),
                     payload != NULL ? g_value_get_string (payload) : "-");
  g_clear_pointer (&value, free_value);
  g_clear_pointer (&payload, free_value);
  return text;
}

static void
test_copies (void)
{
  g_autoptr (GPtrArray) messages = all_messages ();

  g_test_summary ("A copy says the same as the message, and lives without it.");

  for (guint i = 0; i < messages->len; i++)
    {
      TfMessage       *message = g_steal_pointer (&messages->pdata[i]);
      TfMessage       *copy = g_boxed_copy (TF_TYPE_MESSAGE, message);
      g_autofree char *kind = g_strdup (tf_message_get_kind (message));

      g_assert_true (copy != message);
      g_assert_cmpint (tf_message_is_final (copy), ==, tf_message_is_final (message));
      g_assert_cmpstr (tf_message_get_kind (copy), ==, kind);
      if (g_str_equal (kind, "returned") || g_str_equal (kind, "raised"))
        {
          g_autofree char *expected = describe_end (message);
          g_autofree char *found = describe_end (copy);

          g_assert_cmpstr (found, ==, expected);
        }
      else
        {
          tf_message_free (message);
          g_assert_cmpstr (tf_message_get_kind (copy), ==, kind);
          g_boxed_free (TF_TYPE_MESSAGE, copy);
        }
    }
  g_ptr_array_set_free_func (messages, NULL);
}

static void
test_values (void)
{
  GObject        *object = g_object_new (G_TYPE_OBJECT, NULL);
  g_auto (GValue) value = G_VALUE_INIT;
  TfMessage      *messages[6];

  g_test_summary ("A message has a copy of its value, and gives it up when it goes.");

  g_value_init (&value, G_TYPE_OBJECT);
  g_value_set_object (&value, object);
  messages[0] = tf_message_new_returned (&value);
  messages[1] = tf_message_new_progress (&value);
  messages[2] = tf_message_new_item (&value);
  messages[3] = tf_message_new ("own", &value);
  messages[4] = tf_message_new_failure ("Type", NULL, NULL, &value);
  messages[5] = tf_message_copy (messages[4]);
  g_value_unset (&value);
  g_assert_cmpuint (object->ref_count, ==, 1 + G_N_ELEMENTS (messages));
  for (guint i = 0; i < G_N_ELEMENTS (messages); i++)
    tf_message_free (messages[i]);
  g_assert_finalize_object (object);
}

static void
test_misuse (void)
{
  g_test_summary ("Messages without what they are about are refused.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*kind != NULL*");
  g_assert_null (tf_message_new (NULL, NULL));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*error != NULL*");
  g_assert_null (tf_message_new_raised (NULL));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*type != NULL*");
  g_assert_null (tf_message_new_failure (NULL, NULL, NULL, NULL));
  g_test_assert_expected_messages ();
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/message/has-a-kind", test_kinds);
  tf_test_add ("/message/can-be-copied", test_copies);
  tf_test_add ("/message/owns-its-value", test_values);
  tf_test_add ("/message/refuses-misuse", test_misuse);

  return g_test_run ();
}
