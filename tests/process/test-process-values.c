/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

#include <float.h>

/* --- Every type that can travel --- */

typedef void (*MakeFunc) (GValue *value);

#define MAKER(name, TYPE, setter, contents) \
  static void                               \
    make_##name (GValue *value)             \
  {                                         \
    g_value_init (value, TYPE);             \
    setter (value, contents);               \
  }

MAKER (true, G_TYPE_BOOLEAN, g_value_set_boolean, TRUE)
MAKER (false, G_TYPE_BOOLEAN, g_value_set_boolean, FALSE)
MAKER (char, G_TYPE_CHAR, g_value_set_schar, -128)
MAKER (uchar, G_TYPE_UCHAR, g_value_set_uchar, 255)
MAKER (int, G_TYPE_INT, g_value_set_int, G_MININT)
MAKER (uint, G_TYPE_UINT, g_value_set_uint, G_MAXUINT)
MAKER (long, G_TYPE_LONG, g_value_set_long, G_MINLONG)
MAKER (ulong, G_TYPE_ULONG, g_value_set_ulong, G_MAXULONG)
MAKER (int64, G_TYPE_INT64, g_value_set_int64, G_MININT64)
MAKER (uint64, G_TYPE_UINT64, g_value_set_uint64, G_MAXUINT64)
MAKER (float, G_TYPE_FLOAT, g_value_set_float, 0.1f)
MAKER (double, G_TYPE_DOUBLE, g_value_set_double, -DBL_MAX)
MAKER (small_double, G_TYPE_DOUBLE, g_value_set_double, DBL_MIN)
MAKER (enum, TF_TYPE_FUTURE_STATE, g_value_set_enum, TF_FUTURE_STATE_CANCELLED)
MAKER (flags,
       G_TYPE_APPLICATION_FLAGS,
       g_value_set_flags,
       G_APPLICATION_IS_SERVICE | G_APPLICATION_NON_UNIQUE)
MAKER (string, G_TYPE_STRING, g_value_set_string, "Grüße, 世界")
MAKER (empty_string, G_TYPE_STRING, g_value_set_string, "")
MAKER (no_string, G_TYPE_STRING, g_value_set_string, NULL)
MAKER (no_strv, G_TYPE_STRV, g_value_set_boxed, NULL)
MAKER (no_variant, G_TYPE_VARIANT, g_value_set_variant, NULL)
MAKER (variant,
       G_TYPE_VARIANT,
       g_value_set_variant,
       g_variant_new_parsed ("{'a': <[1, 2]>, 'b': <(@my nothing, 1.5, %y)>}", 7))
MAKER (no_bytes, G_TYPE_BYTES, g_value_set_boxed, NULL)
MAKER (bytes, G_TYPE_BYTES, g_value_take_boxed, g_bytes_new ("a\0b", 3))
MAKER (empty_bytes, G_TYPE_BYTES, g_value_take_boxed, g_bytes_new (NULL, 0))
MAKER (error,
       G_TYPE_ERROR,
       g_value_take_boxed,
       g_error_new (G_IO_ERROR, G_IO_ERROR_BUSY, "much to do"))
MAKER (date, G_TYPE_DATE_TIME, g_value_take_boxed, g_date_time_new_utc (2026, 2, 28, 23, 59, 1.25))

static void
make_strv (GValue *value)
{
  static const char *const words[] = { "", "one", "zwei", NULL };

  g_value_init (value, G_TYPE_STRV);
  g_value_set_boxed (value, words);
}

static void
make_empty_strv (GValue *value)
{
  static const char *const words[] = { NULL };

  g_value_init (value, G_TYPE_STRV);
  g_value_set_boxed (value, words);
}

/* Larger than what goes into the body of a frame. */
static void
make_long_string (GValue *value)
{
  g_value_init (value, G_TYPE_STRING);
  g_value_take_string (value, g_strnfill (200000, 'x'));
}

static void
make_long_strv (GValue *value)
{
  g_auto (GStrv) words = g_new0 (char *, 15001);

  for (guint i = 0; i < 15000; i++)
    words[i] = g_strdup_printf ("%u", i);
  g_value_init (value, G_TYPE_STRV);
  g_value_set_boxed (value, words);
}

static void
make_long_bytes (GValue *value)
{
  g_value_init (value, G_TYPE_BYTES);
  g_value_take_boxed (value, g_bytes_new_take (g_strnfill (300000, 'y'), 300000));
}

static void
make_long_variant (GValue *value)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a(xs)"));
  for (gint64 i = 0; i < 20000; i++)
    g_variant_builder_add (&builder, "(xs)", i, "many of them");
  g_value_init (value, G_TYPE_VARIANT);
  g_value_set_variant (value, g_variant_builder_end (&builder));
}

/* clang-format off */
static const MakeFunc makers[] = {
  make_true, make_false, make_char, make_uchar, make_int, make_uint, make_long, make_ulong,
  make_int64, make_uint64,
  make_float, make_double, make_small_double, make_enum, make_flags, make_string,
  make_empty_string, make_no_string, make_strv, make_empty_strv, make_no_strv, make_variant,
  make_no_variant, make_bytes, make_empty_bytes, make_no_bytes, make_error, make_date,
  make_long_string, make_long_strv, make_long_bytes, make_long_variant,
};
/* clang-format on */

static gboolean
boxed_equal (GType         type,
             gconstpointer a,
             gconstpointer b)
{
  const GError *error_a = a;
  const GError *error_b = b;

  if (a == NULL || b == NULL)
    return a == b;
  if (type == G_TYPE_STRV)
    return g_strv_equal ((const char *const *) a, (const char *const *) b);
  if (type == G_TYPE_BYTES)
    return g_bytes_equal (a, b);
  if (type == G_TYPE_DATE_TIME)
    return g_date_time_equal (a, b);

  return type == G_TYPE_ERROR && error_a->domain == error_b->domain &&
         error_a->code == error_b->code && g_str_equal (error_a->message, error_b->message);
}

static gboolean
values_equal (const GValue *a,
              const GValue *b)
{
  GType type = G_VALUE_TYPE (a);

  if (G_VALUE_TYPE (b) != type)
    return FALSE;
  if (type == G_TYPE_STRING)
    return g_strcmp0 (g_value_get_string (a), g_value_get_string (b)) == 0;
  if (type == G_TYPE_VARIANT)
    return g_value_get_variant (a) == NULL || g_value_get_variant (b) == NULL
             ? g_value_get_variant (a) == g_value_get_variant (b)
             : g_variant_equal (g_value_get_variant (a), g_value_get_variant (b));
  if (G_TYPE_IS_BOXED (type))
    return boxed_equal (type, g_value_get_boxed (a), g_value_get_boxed (b));
  if (type == G_TYPE_FLOAT)
    return memcmp (&a->data[0].v_float, &b->data[0].v_float, sizeof (float)) == 0;

  return memcmp (&a->data[0], &b->data[0], g_type_is_a (type, G_TYPE_INT) ? 4 : 8) == 0;
}

static void
assert_values_equal (const GValue *value,
                     const GValue *expected)
{
  g_autofree char *text = NULL;

  if (G_IS_VALUE (value) && values_equal (value, expected))
    return;

  text = G_IS_VALUE (value) ? g_strdup_value_contents (value) : g_strdup ("nothing");
  text[MIN (strlen (text), 100)] = '\0';
  g_error ("%s is not the %s that was sent", text, G_VALUE_TYPE_NAME (expected));
}

typedef enum
{
  AS_REPORT,
  AS_ITEM,
  AS_MESSAGE,
  AS_RESULT,
  N_WAYS,
} Way;

static void
body_send (TfTask  *task,
           gpointer user_data)
{
  g_auto (GValue) value = G_VALUE_INIT;
  guint32         maker;
  guint32         way;

  g_variant_get (tf_task_get_argument (task), "(uu)", &maker, &way);
  makers[maker](&value);
  if (way == AS_REPORT)
    tf_task_report_value (task, &value);
  else if (way == AS_ITEM)
    tf_task_yield_value (task, &value);
  else if (way == AS_MESSAGE)
    tf_task_send_value (task, "value", &value);
  else
    tf_task_return_value (task, &value);
}

static void
check_portable (Workshop *workshop,
                guint     maker,
                Way       way)
{
  g_autoptr (GError) error = NULL;
  g_auto (GValue)    expected = G_VALUE_INIT;
  g_auto (GValue)    result = G_VALUE_INIT;
  Journal            journal;

  makers[maker](&expected);
  journal_open (&journal,
                workshop_submit (workshop, body_send, g_variant_new ("(uu)", maker, (guint) way)));
  tf_test_wait_done (journal.future);
  tf_test_assert_states (journal.states, "WAITING EXECUTING COMPLETED done");
  g_assert_cmpuint (journal.n_events, ==, way == AS_RESULT ? 0 : 1);
  if (way == AS_RESULT)
    {
      tf_future_get_value (journal.future, &result, &error);
      g_assert_no_error (error);
      assert_values_equal (&result, &expected);
    }
  else
    {
      assert_values_equal (&journal.last, &expected);
    }
  journal_close (&journal);
}

static void
test_portable (gconstpointer data)
{
  Workshop workshop;

  g_test_summary ("CTX-18: values of every type that can travel arrive as they were.");

  workshop_open (&workshop, 2);
  g_type_ensure (TF_TYPE_FUTURE_STATE);
  g_type_ensure (G_TYPE_APPLICATION_FLAGS);
  for (guint i = 0; i < G_N_ELEMENTS (makers); i++)
    check_portable (&workshop, i, (Way) GPOINTER_TO_INT (data));
  workshop_close (&workshop);
}

/* --- Arguments --- */

static void
body_echo (TfTask  *task,
           gpointer user_data)
{
  tf_task_return_variant (task, tf_task_get_argument (task));
}

static GVariant *
new_large_variant (gsize size)
{
  guint8 *bytes = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    bytes[i] = (guint8) (i * 7 / 3);
  return g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, bytes, size, TRUE, g_free, bytes);
}

static void
check_echo (Workshop *workshop,
            GVariant *argument)
{
  g_autoptr (GVariant) sent = g_variant_ref_sink (argument);
  g_autoptr (GVariant) received = NULL;
  g_autoptr (GError)   error = NULL;
  TfFuture            *future = workshop_submit (workshop, body_echo, sent);

  tf_test_wait_done (future);
  received = tf_future_dup_variant (future, &error);
  g_assert_no_error (error);
  g_assert_true (g_variant_is_of_type (received, g_variant_get_type (sent)));
  g_assert_cmpuint (g_variant_get_size (received), ==, g_variant_get_size (sent));
  g_assert_cmpint (memcmp (g_variant_get_data (received), g_variant_get_data (sent),
                           g_variant_get_size (sent)),
                   ==, 0);
  g_object_unref (future);
}

static void
test_arguments (void)
{
  Workshop workshop;

  g_test_summary ("CTX-18: an argument arrives as it is, small or large.");

  workshop_open (&workshop, 1);
  check_echo (&workshop, g_variant_new_int64 (-1));
  check_echo (&workshop, g_variant_new_string ("Grüße"));
  check_echo (&workshop, g_variant_new ("()"));
  check_echo (&workshop, g_variant_new_parsed ("[{'a': <1>}, {'b': <@ms nothing>, 'c': <2.5>}]"));
  check_echo (&workshop, g_variant_new_variant (g_variant_new_variant (g_variant_new_byte (1))));
  for (gsize size = 65530; size < 65545; size++)
    check_echo (&workshop, new_large_variant (size));
  check_echo (&workshop, new_large_variant (1024 * 1024));
  workshop_close (&workshop);
}

static void
test_large (void)
{
  gsize    size = (gsize) tf_test_scale (100) * 1024 * 1024;
  Workshop workshop;

  g_test_summary ("A hundred megabytes travel there and back.");

  workshop_open (&workshop, 1);
  check_echo (&workshop, new_large_variant (size));
  workshop_close (&workshop);
}

/* --- What cannot travel --- */

static void
make_object (GValue *value)
{
  g_value_init (value, G_TYPE_CANCELLABLE);
  g_value_take_object (value, g_cancellable_new ());
}

static void
make_pointer (GValue *value)
{
  g_value_init (value, G_TYPE_POINTER);
  g_value_set_pointer (value, value);
}

static void
make_type (GValue *value)
{
  g_value_init (value, G_TYPE_GTYPE);
  g_value_set_gtype (value, G_TYPE_INT);
}

static void
make_date_only (GValue *value)
{
  g_value_init (value, G_TYPE_DATE);
  g_value_take_boxed (value, g_date_new_dmy (1, 1, 2026));
}

static void
make_handle (GValue *value)
{
  g_value_init (value, G_TYPE_VARIANT);
  g_value_set_variant (value, g_variant_new ("(v)", g_variant_new_handle (0)));
}

static void
make_latin1 (GValue *value)
{
  g_value_init (value, G_TYPE_STRING);
  g_value_set_string (value, "gr\xfc\xdf");
}

static const struct
{
  MakeFunc    make;
  const char *type;
} odd_makers[] = {
  { make_object, "GCancellable" },
  { make_pointer, "gpointer" },
  { make_type, "GType" },
  { make_date_only, "GDate" },
  { make_handle, "GVariant" },
  { make_latin1, "gchararray" },
};

/* Sends a good value, the odd one, and goes on as if nothing had happened. */
static void
body_send_odd (TfTask  *task,
               gpointer user_data)
{
  g_auto (GValue) value = G_VALUE_INIT;
  guint32         maker;
  guint32         way;

  g_variant_get (tf_task_get_argument (task), "(uu)", &maker, &way);
  odd_makers[maker].make (&value);
  tf_task_report_int64 (task, 1);
  if (way == AS_REPORT)
    tf_task_report_value (task, &value);
  else if (way == AS_ITEM)
    tf_task_yield_value (task, &value);
  else if (way == AS_MESSAGE)
    tf_task_send_value (task, "value", &value);
  tf_task_report_int64 (task, 2);
  if (way == AS_RESULT)
    tf_task_return_value (task, &value);
  else
    tf_task_return_boolean (task, TRUE);
}

static void
test_odd (gconstpointer data)
{
  guint32  way = (guint32) GPOINTER_TO_INT (data);
  Workshop workshop;
  int      pid;

  g_test_summary ("A value that cannot travel fails its task, with the name of its type; the "
                  "worker goes on with the next.");

  workshop_open (&workshop, 1);
  pid = workshop_get_pid (&workshop);
  for (guint32 i = 0; i < G_N_ELEMENTS (odd_makers); i++)
    {
      g_autofree char *text = NULL;
      Journal          journal;

      journal_open (&journal,
                    workshop_submit (&workshop, body_send_odd, g_variant_new ("(uu)", i, way)));
      text = finish_error (g_object_ref (journal.future), TF_ERROR, TF_ERROR_NOT_PORTABLE);
      assert_contains (text, odd_makers[i].type);
      tf_test_assert_states (journal.states, "WAITING EXECUTING FAILED done");
      g_assert_cmpuint (journal.n_events, ==, 2);
      journal_close (&journal);
      g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
    }
  workshop_close (&workshop);
}

static void
make_private_enum (GValue *value)
{
  static const GEnumValue values[] = { { 1, "ONE", "one" }, { 0, NULL, NULL } };

  g_value_init (value, g_enum_register_static ("TfTestPrivateEnum", values));
  g_value_set_enum (value, 1);
}

/* A type of the worker alone. */
static void
body_private_type (TfTask  *task,
                   gpointer user_data)
{
  g_auto (GValue) value = G_VALUE_INIT;

  make_private_enum (&value);
  if (g_variant_get_boolean (tf_task_get_argument (task)))
    tf_task_report_value (task, &value);
  tf_task_report_int64 (task, 1);
  tf_task_return_value (task, &value);
}

static void
test_unknown_type (gconstpointer data)
{
  Workshop         workshop;
  Journal          journal;
  g_autofree char *text = NULL;
  int              pid;

  g_test_summary ("A type that only the worker knows fails its task, and nothing else.");

  workshop_open (&workshop, 1);
  pid = workshop_get_pid (&workshop);
  journal_open (&journal,
                workshop_submit (&workshop, body_private_type,
                                 g_variant_new_boolean (GPOINTER_TO_INT (data) == AS_REPORT)));
  text = finish_error (g_object_ref (journal.future), TF_ERROR, TF_ERROR_NOT_PORTABLE);
  assert_contains (text, "TfTestPrivateEnum");
  journal_close (&journal);
  g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
  workshop_close (&workshop);
}

int
main (int    argc,
      char **argv)
{
  static const char *const ways[] = { "as-report", "as-item", "as-message", "as-result" };

  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  for (int way = 0; way < N_WAYS; way++)
    {
      g_autofree char *path = g_strdup_printf ("/process-values/portable/%s", ways[way]);
      g_autofree char *odd_path = g_strdup_printf ("/process-values/not-portable/%s", ways[way]);

      g_test_add_data_func (path, GINT_TO_POINTER (way), test_portable);
      g_test_add_data_func (odd_path, GINT_TO_POINTER (way), test_odd);
    }
  tf_test_add ("/process-values/argument/arrives-as-it-is", test_arguments);
  tf_test_add ("/process-values/argument/may-be-very-large", test_large);
  g_test_add_data_func ("/process-values/unknown-type/as-report", GINT_TO_POINTER (AS_REPORT),
                        test_unknown_type);
  g_test_add_data_func ("/process-values/unknown-type/as-result", GINT_TO_POINTER (AS_RESULT),
                        test_unknown_type);

  return g_test_run ();
}
