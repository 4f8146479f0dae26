/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "process/tf-wire-private.h"

#include <string.h>

/* As a frame would carry it: packed, written down, read again. */
static gboolean
travel (const GValue *value,
        GValue       *there,
        GError      **error)
{
  gboolean is_none = value == NULL || !G_IS_VALUE (value) ||
                     (G_VALUE_TYPE (value) == G_TYPE_POINTER &&
                      g_value_get_pointer (value) == NULL);
  g_autoptr (GBytes)   bulk = NULL;
  g_autoptr (GBytes)   bytes = NULL;
  g_autoptr (GVariant) body = NULL;
  TfFrameHeader        header = { .type = TF_FRAME_RESULT };
  GVariant            *packed = tf__wire_pack_value (value, &bulk, error);

  if (packed == NULL)
    {
      g_assert_null (bulk);
      return FALSE;
    }

  /* There is one for all that are none. */
  g_assert_cmpint (g_variant_is_floating (packed), ==, !is_none);
  g_assert_cmpstr (g_variant_get_type_string (packed), ==, "(sv)");
  bytes = tf__wire_pack_body (packed);
  g_assert_cmpuint (g_bytes_get_size (bytes), <, bulk == NULL ? G_MAXSIZE : 100);
  body = tf__wire_unpack_body (&header, bytes, error);
  return body != NULL && tf__wire_unpack_value (body, bulk, NULL, there, error);
}

static void
assert_travels (const GValue *value,
                GValue       *there)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf__wire_is_portable (G_VALUE_TYPE (value)));
  travel (value, there, &error);
  g_assert_no_error (error);
  g_assert_true (G_VALUE_HOLDS (there, G_VALUE_TYPE (value)));
}

static void
assert_refused (const GValue *value,
                const char   *pattern)
{
  g_autoptr (GError) error = NULL;
  GValue             there = G_VALUE_INIT;

  g_assert_false (travel (value, &there, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE);
  g_assert_true (g_pattern_match_simple (pattern, error->message));
  g_assert_true (G_VALUE_TYPE (&there) == G_TYPE_INVALID);
}

static void
test_none (void)
{
  GValue value = G_VALUE_INIT;
  GValue there = G_VALUE_INIT;

  g_test_summary ("No value is no value there, and neither is a pointer to nothing.");

  g_assert_true (travel (&value, &there, NULL));
  g_assert_true (G_VALUE_TYPE (&there) == G_TYPE_INVALID);
  g_assert_true (travel (NULL, &there, NULL));
  g_assert_true (G_VALUE_TYPE (&there) == G_TYPE_INVALID);
  g_value_init (&value, G_TYPE_POINTER);
  g_assert_true (travel (&value, &there, NULL));
  g_assert_true (G_VALUE_TYPE (&there) == G_TYPE_INVALID);
}

/* What is in the value itself is compared as it is in memory. */
static void
check_number (GType   type,
              GValue *value)
{
  GValue there = G_VALUE_INIT;

  g_assert_true (G_VALUE_HOLDS (value, type));
  assert_travels (value, &there);
  g_assert_cmpmem (&there.data[0], sizeof there.data[0], &value->data[0], sizeof value->data[0]);
  g_value_unset (&there);
  g_value_unset (value);
}

#define CHECK_NUMBER(type, set, number) \
  G_STMT_START                          \
  {                                     \
    GValue v = G_VALUE_INIT;            \
                                        \
    g_value_init (&v, type);            \
    set (&v, number);                   \
    check_number (type, &v);            \
  }                                     \
  G_STMT_END

static void
test_numbers (void)
{
  g_test_summary ("Numbers arrive as they are, the smallest and the largest.");

  CHECK_NUMBER (G_TYPE_BOOLEAN, g_value_set_boolean, TRUE);
  CHECK_NUMBER (G_TYPE_BOOLEAN, g_value_set_boolean, FALSE);
  CHECK_NUMBER (G_TYPE_CHAR, g_value_set_schar, G_MININT8);
  CHECK_NUMBER (G_TYPE_CHAR, g_value_set_schar, G_MAXINT8);
  CHECK_NUMBER (G_TYPE_UCHAR, g_value_set_uchar, G_MAXUINT8);
  CHECK_NUMBER (G_TYPE_INT, g_value_set_int, G_MININT);
  CHECK_NUMBER (G_TYPE_INT, g_value_set_int, G_MAXINT);
  CHECK_NUMBER (G_TYPE_UINT, g_value_set_uint, G_MAXUINT);
  CHECK_NUMBER (G_TYPE_LONG, g_value_set_long, G_MINLONG);
  CHECK_NUMBER (G_TYPE_LONG, g_value_set_long, G_MAXLONG);
  CHECK_NUMBER (G_TYPE_ULONG, g_value_set_ulong, G_MAXULONG);
  CHECK_NUMBER (G_TYPE_INT64, g_value_set_int64, G_MININT64);
  CHECK_NUMBER (G_TYPE_INT64, g_value_set_int64, G_MAXINT64);
  CHECK_NUMBER (G_TYPE_UINT64, g_value_set_uint64, G_MAXUINT64);
  CHECK_NUMBER (G_TYPE_FLOAT, g_value_set_float, G_MAXFLOAT);
  CHECK_NUMBER (G_TYPE_FLOAT, g_value_set_float, -0.1f);
  CHECK_NUMBER (G_TYPE_DOUBLE, g_value_set_double, G_MINDOUBLE);
  CHECK_NUMBER (G_TYPE_DOUBLE, g_value_set_double, G_MAXDOUBLE);
}

static void
test_enums (void)
{
  g_test_summary ("Enums and flags arrive with their types.");

  CHECK_NUMBER (TF_TYPE_FUTURE_STATE, g_value_set_enum, TF_FUTURE_STATE_FAILED);
  CHECK_NUMBER (G_TYPE_BINDING_FLAGS, g_value_set_flags,
                G_BINDING_BIDIRECTIONAL | G_BINDING_SYNC_CREATE);
}

static void
check_string (const char *string)
{
  GValue value = G_VALUE_INIT;
  GValue there = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, string);
  assert_travels (&value, &there);
  g_assert_cmpstr (g_value_get_string (&there), ==, string);
  g_value_unset (&there);
  g_value_unset (&value);
}

/* A text of so many bytes, which are not all alike. */
static char *
make_text (gsize size)
{
  char *text = g_malloc (size + 1);

  for (gsize i = 0; i < size; i++)
    text[i] = (char) ('a' + i % 26);
  text[size] = '\0';
  return text;
}

static void
test_strings (void)
{
  const gsize sizes[] = { 1, TF_WIRE_BULK_THRESHOLD - 1, TF_WIRE_BULK_THRESHOLD, 1000 * 1000 };
  GValue      value = G_VALUE_INIT;

  g_test_summary ("Strings arrive, of any size, NULL too; what is not UTF-8 is refused.");

  check_string (NULL);
  check_string ("");
  check_string ("f\303\274r");
  for (guint i = 0; i < G_N_ELEMENTS (sizes); i++)
    {
      g_autofree char *text = make_text (sizes[i]);

      check_string (text);
    }

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_static_string (&value, "\377");
  assert_refused (&value, "*gchararray*UTF-8*");
  g_value_unset (&value);
}

static void
check_strv (const char *const *strv)
{
  GValue value = G_VALUE_INIT;
  GValue there = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRV);
  g_value_set_boxed (&value, strv);
  assert_travels (&value, &there);
  if (strv == NULL)
    g_assert_null (g_value_get_boxed (&there));
  else
    g_assert_true (g_strv_equal (g_value_get_boxed (&there), strv));
  g_value_unset (&there);
  g_value_unset (&value);
}

static void
test_strvs (void)
{
  const char *const        none[] = { NULL };
  const char *const        some[] = { "", "one", "two", NULL };
  const char *const        bad[] = { "one", "\377", NULL };
  GValue                   value = G_VALUE_INIT;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv)           many = NULL;

  g_test_summary ("Arrays of strings arrive, of any size, NULL too; what is not UTF-8 is refused.");

  check_strv (NULL);
  check_strv (none);
  check_strv (some);

  for (guint i = 0; i < 20000; i++)
    g_strv_builder_add (builder, "some text");
  many = g_strv_builder_end (builder);
  check_strv ((const char *const *) many);

  g_value_init (&value, G_TYPE_STRV);
  g_value_set_boxed (&value, bad);
  assert_refused (&value, "*GStrv*UTF-8*");
  g_value_unset (&value);
}

/* Takes the variant. */
static void
check_variant (GVariant *variant)
{
  GValue value = G_VALUE_INIT;
  GValue there = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_VARIANT);
  g_value_take_variant (&value, variant);
  assert_travels (&value, &there);
  if (variant == NULL)
    g_assert_null (g_value_get_variant (&there));
  else
    {
      g_assert_cmpstr (g_variant_get_type_string (g_value_get_variant (&there)), ==,
                       g_variant_get_type_string (variant));
      g_assert_cmpint (g_variant_get_size (g_value_get_variant (&there)), ==,
                       g_variant_get_size (variant));
      g_assert_cmpmem (g_variant_get_data (g_value_get_variant (&there)),
                       g_variant_get_size (variant), g_variant_get_data (variant),
                       g_variant_get_size (variant));
    }
  g_value_unset (&there);
  g_value_unset (&value);
}

static GVariant *
make_numbers (gsize n)
{
  g_autofree gint32 *numbers = g_new (gint32, n);

  for (gsize i = 0; i < n; i++)
    numbers[i] = (gint32) (i * i);
  return g_variant_new_fixed_array (G_VARIANT_TYPE_INT32, numbers, n, sizeof (gint32));
}

/* A dictionary with a variant of @n numbers in it. */
static GVariant *
make_dictionary (gsize n)
{
  GVariantDict dictionary;

  g_variant_dict_init (&dictionary, NULL);
  g_variant_dict_insert (&dictionary, "name", "s", "value");
  g_variant_dict_insert_value (&dictionary, "numbers", make_numbers (n));
  return g_variant_dict_end (&dictionary);
}

/* Arrays inside each other. */
static GVariant *
make_nest (guint depth)
{
  GVariant *nest = g_variant_new_int32 (1);

  for (guint i = 0; i < depth; i++)
    nest = i % 2 == 0 ? g_variant_new_variant (nest) : g_variant_new_tuple (&nest, 1);
  return nest;
}

static void
test_variants (void)
{
  g_test_summary ("Variants arrive, of any size, NULL too.");

  check_variant (NULL);
  check_variant (g_variant_new_tuple (NULL, 0));
  check_variant (g_variant_new_int32 (-1));
  check_variant (g_variant_new_variant (g_variant_new_string ("inside")));
  check_variant (g_variant_new ("(ybnqixtdsogmsmv)", 1, TRUE, 2, 3, 4, (gint64) 5, (guint64) 6, 7.5,
                                "s", "/o", "g", NULL, NULL));
  check_variant (make_dictionary (10));
  check_variant (make_dictionary (100 * 1000));
  check_variant (make_numbers (1000 * 1000));
  check_variant (g_variant_new_maybe (NULL, make_numbers (1000 * 1000)));
  check_variant (make_nest (TF_WIRE_MAX_DEPTH));
}

static void
refuse_variant (GVariant   *variant,
                const char *pattern)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_VARIANT);
  g_value_take_variant (&value, variant);
  assert_refused (&value, pattern);
  g_value_unset (&value);
}

static void
test_handles (void)
{
  GVariantDict dictionary;

  g_test_summary (
    "Variants with handles are refused, wherever these are, and those that are nested too deeply.");

  refuse_variant (g_variant_new_handle (1), "*GVariant*handle*");
  refuse_variant (g_variant_new ("(sah)", "", NULL), "*GVariant*handle*");
  g_variant_dict_init (&dictionary, NULL);
  g_variant_dict_insert (&dictionary, "a", "(sv)", "", g_variant_new_handle (1));
  refuse_variant (g_variant_dict_end (&dictionary), "*GVariant*handle*");

  refuse_variant (make_nest (TF_WIRE_MAX_DEPTH + 1), "*GVariant*deep*");
  refuse_variant (make_nest (200), "*GVariant*deep*");
}

static void
test_broken_variant (void)
{
  const guint8 data[] = { 'a', 'b' };
  GValue       value = G_VALUE_INIT;
  GValue       there = G_VALUE_INIT;

  g_test_summary ("A variant that is not in normal form is sent in it.");

  g_value_init (&value, G_TYPE_VARIANT);
  g_value_set_variant (
    &value, g_variant_new_from_data (G_VARIANT_TYPE ("s"), data, sizeof data, FALSE, NULL, NULL));
  assert_travels (&value, &there);
  g_assert_cmpstr (g_variant_get_string (g_value_get_variant (&there), NULL), ==, "");
  g_value_unset (&there);
  g_value_unset (&value);

  /* Of the wrong size. */
  g_value_init (&value, G_TYPE_VARIANT);
  g_value_set_variant (
    &value, g_variant_new_from_data (G_VARIANT_TYPE ("i"), data, sizeof data, FALSE, NULL, NULL));
  assert_travels (&value, &there);
  g_assert_cmpint (g_variant_get_int32 (g_value_get_variant (&there)), ==, 0);
  g_value_unset (&there);
  g_value_unset (&value);
}

static void
check_bytes (gsize size)
{
  GValue value = G_VALUE_INIT;
  GValue there = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BYTES);
  g_value_take_boxed (&value, g_bytes_new_take (make_text (size), size));
  assert_travels (&value, &there);
  g_assert_true (g_bytes_equal (g_value_get_boxed (&there), g_value_get_boxed (&value)));
  g_assert_cmpint (g_value_get_boxed (&there) == g_value_get_boxed (&value), ==,
                   size >= TF_WIRE_BULK_THRESHOLD);
  g_value_unset (&there);
  g_value_unset (&value);
}

static void
test_bytes (void)
{
  GValue value = G_VALUE_INIT;
  GValue there = G_VALUE_INIT;

  g_test_summary ("Bytes arrive, of any size, NULL too; large ones are not copied.");

  check_bytes (0);
  check_bytes (1);
  check_bytes (TF_WIRE_BULK_THRESHOLD - 1);
  check_bytes (TF_WIRE_BULK_THRESHOLD);
  check_bytes (1000 * 1000);

  g_value_init (&value, G_TYPE_BYTES);
  assert_travels (&value, &there);
  g_assert_null (g_value_get_boxed (&there));
  g_value_unset (&there);
}

static void
test_variant_uncopied (void)
{
  g_autoptr (GVariant) numbers = g_variant_ref_sink (make_numbers (100 * 1000));
  g_autoptr (GVariant) packed = NULL;
  g_autoptr (GBytes)   bulk = NULL;
  GValue               value = G_VALUE_INIT;
  GValue               there = G_VALUE_INIT;

  g_test_summary (
    "The bytes of a large variant are sent from where they are, and read where they arrive.");

  g_value_init (&value, G_TYPE_VARIANT);
  g_value_set_variant (&value, numbers);
  packed = g_variant_ref_sink (tf__wire_pack_value (&value, &bulk, NULL));
  g_assert_true (g_bytes_get_data (bulk, NULL) == g_variant_get_data (numbers));
  g_assert_true (tf__wire_unpack_value (packed, bulk, NULL, &there, NULL));
  g_assert_true (g_variant_get_data (g_value_get_variant (&there)) ==
                 g_bytes_get_data (bulk, NULL));

  /* They stay when everything else has gone. */
  g_value_unset (&value);
  g_clear_pointer (&packed, g_variant_unref);
  g_clear_pointer (&bulk, g_bytes_unref);
  g_assert_true (g_variant_equal (g_value_get_variant (&there), numbers));
  g_value_unset (&there);
}

static void
check_error (const GError *error)
{
  GValue  value = G_VALUE_INIT;
  GValue  there = G_VALUE_INIT;
  GError *found;

  g_value_init (&value, G_TYPE_ERROR);
  g_value_set_boxed (&value, error);
  assert_travels (&value, &there);
  found = g_value_get_boxed (&there);
  if (error == NULL)
    g_assert_null (found);
  else
    {
      g_assert_error (found, error->domain, error->code);
      g_assert_cmpstr (found->message, ==, error->message);
    }
  g_value_unset (&there);
  g_value_unset (&value);
}

static void
test_errors (void)
{
  g_autoptr (GError)   error = g_error_new_literal (TF_ERROR, TF_ERROR_STALLED, "it stalled");
  g_autoptr (GError)   negative = g_error_new_literal (G_IO_ERROR, -7, "");
  g_autoptr (GError)   raw = g_error_new_literal (G_IO_ERROR, 1, "not UTF-8: \377");
  g_autoptr (GVariant) packed = NULL;
  g_autoptr (GError)   there = NULL;

  g_test_summary ("Errors arrive with domain, code and message.");

  check_error (NULL);
  check_error (error);
  check_error (negative);

  packed = g_variant_ref_sink (tf__wire_pack_error (raw, 0));
  there = tf__wire_unpack_error (packed);
  g_assert_error (there, G_IO_ERROR, 1);
  g_assert_true (g_str_has_prefix (there->message, "not UTF-8: "));
}

static GError *
unpack_error (const char *domain)
{
  g_autoptr (GVariant) packed = g_variant_ref_sink (g_variant_new ("(sis)", domain, 5, "what"));

  return tf__wire_unpack_error (packed);
}

static void
test_domains (void)
{
  g_autofree char   *long_name = make_text (300);
  g_autoptr (GError) first = unpack_error ("tf-test-domain-first");
  g_autoptr (GError) empty = unpack_error ("");
  g_autoptr (GError) very_long = unpack_error (long_name);
  g_autoptr (GError) late = NULL;
  g_autoptr (GError) known = NULL;

  g_test_summary ("A domain that is new here is made, but not without limit.");

  g_assert_error (first, g_quark_from_string ("tf-test-domain-first"), 5);
  g_assert_cmpstr (first->message, ==, "what");
  g_assert_error (empty, TF_ERROR, TF_ERROR_FAILED);
  g_assert_error (very_long, TF_ERROR, TF_ERROR_FAILED);
  g_assert_cmpuint (g_quark_try_string (long_name), ==, 0);

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("tf-test-domain-%u", i);

      g_error_free (unpack_error (name));
    }

  late = unpack_error ("tf-test-domain-late");
  g_assert_error (late, TF_ERROR, TF_ERROR_FAILED);
  g_assert_cmpstr (late->message, ==, "what (tf-test-domain-late, 5)");
  g_assert_cmpuint (g_quark_try_string ("tf-test-domain-late"), ==, 0);
  known = unpack_error ("tf-test-domain-first");
  g_assert_error (known, g_quark_from_string ("tf-test-domain-first"), 5);
}

static void
check_date_time (const char *text)
{
  g_autoptr (GDateTime) time = text == NULL ? NULL : g_date_time_new_from_iso8601 (text, NULL);
  g_autofree char      *here_text = NULL;
  g_autofree char      *there_text = NULL;
  GValue                value = G_VALUE_INIT;
  GValue                there = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DATE_TIME);
  g_value_set_boxed (&value, time);
  assert_travels (&value, &there);
  if (text == NULL)
    g_assert_null (g_value_get_boxed (&there));
  else
    {
      here_text = g_date_time_format_iso8601 (time);
      there_text = g_date_time_format_iso8601 (g_value_get_boxed (&there));
      g_assert_cmpstr (there_text, ==, here_text);
    }
  g_value_unset (&there);
  g_value_unset (&value);
}

static void
test_date_times (void)
{
  g_test_summary ("Times arrive to the microsecond, with the offset of their zone.");

  check_date_time (NULL);
  check_date_time ("2026-01-02T03:04:05.678901Z");
  check_date_time ("1969-12-31T23:59:59.999999-11:30");
  check_date_time ("0001-01-01T00:00:00Z");
  check_date_time ("9999-12-31T23:59:59.999999Z");
  check_date_time ("2000-02-29T12:00:00+14:00");
}

static void
refuse_type (GType type)
{
  GValue           value = G_VALUE_INIT;
  g_autofree char *pattern = g_strdup_printf ("*%s*", g_type_name (type));

  g_assert_false (tf__wire_is_portable (type));
  g_value_init (&value, type);
  assert_refused (&value, pattern);
  g_value_unset (&value);
}

static void
test_refused (void)
{
  GValue pointer = G_VALUE_INIT;

  g_test_summary ("What there is no way to write down is refused by name.");

  g_assert_false (tf__wire_is_portable (G_TYPE_INVALID));
  g_assert_false (tf__wire_is_portable (G_TYPE_ENUM));
  g_assert_false (tf__wire_is_portable (G_TYPE_FLAGS));
  refuse_type (G_TYPE_OBJECT);
  refuse_type (TF_TYPE_FUTURE);
  refuse_type (G_TYPE_LIST_MODEL);
  g_value_init (&pointer, G_TYPE_POINTER);
  g_value_set_pointer (&pointer, &pointer);
  assert_refused (&pointer, "*gpointer*");
  refuse_type (G_TYPE_GTYPE);
  refuse_type (G_TYPE_PARAM);
  refuse_type (G_TYPE_PTR_ARRAY);
  refuse_type (G_TYPE_VALUE);
  refuse_type (G_TYPE_CLOSURE);
}

/* What no sender of ours writes */

/* Takes @contents. */
static void
assert_unreadable (const char *name,
                   GVariant   *contents,
                   GBytes     *bulk,
                   int         code)
{
  g_autoptr (GVariant) packed = g_variant_ref_sink (g_variant_new ("(sv)", name, contents));
  g_autoptr (GError)   error = NULL;
  GValue               there = G_VALUE_INIT;

  g_assert_false (tf__wire_unpack_value (packed, bulk, NULL, &there, &error));
  g_assert_error (error, TF_ERROR, code);
  g_assert_true (G_VALUE_TYPE (&there) == G_TYPE_INVALID);
}

static void
test_unknown_types (void)
{
  g_autofree char *long_name = make_text (300);

  g_test_summary ("A type that is not known here, or that cannot travel, is an error.");

  assert_unreadable ("TfNoSuchType", g_variant_new_int32 (1), NULL, TF_ERROR_NOT_PORTABLE);
  assert_unreadable ("GObject", g_variant_new_int32 (1), NULL, TF_ERROR_NOT_PORTABLE);
  assert_unreadable ("gpointer", g_variant_new_uint64 (1), NULL, TF_ERROR_NOT_PORTABLE);
  assert_unreadable (long_name, g_variant_new_int32 (1), NULL, TF_ERROR_PROTOCOL);
}

static void
test_misfits (void)
{
  g_autoptr (GBytes) bulk = g_bytes_new_static ("abc", 4);
  g_autoptr (GBytes) raw = g_bytes_new_static ("\377\377\377", 3);

  g_test_summary ("Contents and bulk that do not fit the type are not in the protocol.");

  assert_unreadable ("", g_variant_new_int32 (1), NULL, TF_ERROR_PROTOCOL);
  assert_unreadable ("", g_variant_new_tuple (NULL, 0), bulk, TF_ERROR_PROTOCOL);
  assert_unreadable ("gint", g_variant_new_int64 (1), NULL, TF_ERROR_PROTOCOL);
  assert_unreadable ("gint", g_variant_new_int32 (1), bulk, TF_ERROR_PROTOCOL);
  assert_unreadable ("gint", g_variant_new_string ("i"), bulk, TF_ERROR_PROTOCOL);
  assert_unreadable ("gchararray", g_variant_new_bytestring (""), NULL, TF_ERROR_PROTOCOL);
  assert_unreadable ("gchararray", g_variant_new_string ("s"), NULL, TF_ERROR_PROTOCOL);
  assert_unreadable ("gchararray", g_variant_new_string ("s"), bulk, TF_ERROR_PROTOCOL);
  assert_unreadable ("gchararray", g_variant_new_string ("s"), raw, TF_ERROR_PROTOCOL);
  assert_unreadable ("gchararray", g_variant_new_string ("ay"), raw, TF_ERROR_PROTOCOL);
  assert_unreadable ("GBytes", g_variant_new_string ("s"), bulk, TF_ERROR_PROTOCOL);
  assert_unreadable ("GStrv", g_variant_new_string ("as"), raw, TF_ERROR_PROTOCOL);
  assert_unreadable ("GStrv", g_variant_new_string ("ay"), raw, TF_ERROR_PROTOCOL);
  assert_unreadable ("GVariant", g_variant_new_string (""), bulk, TF_ERROR_PROTOCOL);
  assert_unreadable ("GVariant", g_variant_new_string ("ii"), bulk, TF_ERROR_PROTOCOL);
  assert_unreadable ("GVariant", g_variant_new_string ("h"), bulk, TF_ERROR_PROTOCOL);
  assert_unreadable ("GVariant", g_variant_new_string ("x"), bulk, TF_ERROR_PROTOCOL);
  assert_unreadable ("GDateTime", g_variant_new ("m(xui)", TRUE, G_MAXINT64, 0, 0), NULL,
                     TF_ERROR_PROTOCOL);
  /* The last second, and an hour more. */
  assert_unreadable ("GDateTime",
                     g_variant_new ("m(xui)", TRUE, G_GINT64_CONSTANT (253402300799), 0, 3600),
                     NULL, TF_ERROR_PROTOCOL);
  assert_unreadable ("GDateTime", g_variant_new ("m(xui)", TRUE, (gint64) 0, 1000000, 0), NULL,
                     TF_ERROR_PROTOCOL);
  assert_unreadable ("GDateTime", g_variant_new ("m(xui)", TRUE, (gint64) 0, 0, 86400), NULL,
                     TF_ERROR_PROTOCOL);
}

static void
test_numbers_of_types (void)
{
  GValue value = G_VALUE_INIT;

  g_test_summary ("A number that an enum or flags do not have is refused by both ends.");

  g_value_init (&value, TF_TYPE_FUTURE_STATE);
  g_value_set_enum (&value, 123456);
  assert_refused (&value, "*TfFutureState*");
  g_value_unset (&value);
  g_value_init (&value, G_TYPE_BINDING_FLAGS);
  g_value_set_flags (&value, G_BINDING_BIDIRECTIONAL | 1u << 20);
  assert_refused (&value, "*GBindingFlags*");
  g_value_unset (&value);

  assert_unreadable ("TfFutureState", g_variant_new_int32 (123456), NULL, TF_ERROR_PROTOCOL);
  assert_unreadable ("TfFutureState", g_variant_new_int32 (-1), NULL, TF_ERROR_PROTOCOL);
  assert_unreadable ("GBindingFlags", g_variant_new_uint32 (1u << 20), NULL, TF_ERROR_PROTOCOL);
}

static void
test_inner_depth (void)
{
  g_autoptr (GVariant) deepest = g_variant_ref_sink (make_nest (TF_WIRE_MAX_DEPTH));
  GVariant            *contents = g_variant_new_maybe (NULL, g_variant_new_variant (deepest));
  GVariant            *too_deep = g_variant_new_tuple (&deepest, 1);
  g_autoptr (GVariant) packed = g_variant_ref_sink (g_variant_new ("(sv)", "GVariant", contents));
  GValue               there = G_VALUE_INIT;

  g_test_summary ("Contents beside the name are not nested more deeply than bulk.");

  g_assert_true (tf__wire_unpack_value (packed, NULL, NULL, &there, NULL));
  g_value_unset (&there);
  assert_unreadable ("GVariant", g_variant_new_maybe (NULL, g_variant_new_variant (too_deep)), NULL,
                     TF_ERROR_PROTOCOL);
}

static void
test_abnormal_bulk (void)
{
  static const guint8 overlap[] = { 0, 0, 0, 0, 0, 1, 1, 1 };
  g_autoptr (GBytes)  zeros = g_bytes_new_take (g_malloc0 (1024), 1024);
  g_autoptr (GBytes)  same = g_bytes_new_static (overlap, sizeof overlap);
  g_autoptr (GBytes)  cut = g_bytes_new_static ("abc", 3);

  g_test_summary ("Bulk that is not in normal form is not in the protocol.");

  assert_unreadable ("GVariant", g_variant_new_string ("av"), zeros, TF_ERROR_PROTOCOL);
  assert_unreadable ("GVariant", g_variant_new_string ("as"), same, TF_ERROR_PROTOCOL);
  assert_unreadable ("GStrv", g_variant_new_string ("as"), same, TF_ERROR_PROTOCOL);
  assert_unreadable ("GVariant", g_variant_new_string ("s"), cut, TF_ERROR_PROTOCOL);
  assert_unreadable ("GVariant", g_variant_new_string ("ab"), cut, TF_ERROR_PROTOCOL);
}

static gboolean
say_yes (gpointer n_asked)
{
  ++*(guint *) n_asked;
  return TRUE;
}

static void
test_stopped (void)
{
  g_autoptr (GBytes)   bulk = g_bytes_new_take (g_malloc0 (100 * 1000), 100 * 1000);
  GVariant            *type = g_variant_new_string ("a(ab)");
  g_autoptr (GVariant) packed = g_variant_ref_sink (g_variant_new ("(sv)", "GVariant", type));
  g_autoptr (GVariant) bools = NULL;
  g_autoptr (GError)   error = NULL;
  guint                n_asked = 0;
  const TfWireStop     stop = { say_yes, &n_asked };
  GValue               there = G_VALUE_INIT;

  g_test_summary ("Reading a large value ends without an error when nobody wants it any more.");

  bools = g_variant_ref_sink (g_variant_new ("(sv)", "GVariant", g_variant_new_string ("ab")));
  g_assert_false (tf__wire_unpack_value (bools, bulk, &stop, &there, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (n_asked, ==, 1);
  g_assert_true (G_VALUE_TYPE (&there) == G_TYPE_INVALID);

  /* What is wrong at once is an error all the same. */
  g_assert_false (tf__wire_unpack_value (packed, bulk, &stop, &there, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_PROTOCOL);
}

static void
test_inner_handles (void)
{
  GVariant            *handle = g_variant_new ("(vi)", g_variant_new_handle (3), 1);
  g_autoptr (GVariant) inner = g_variant_ref_sink (handle);
  g_autoptr (GBytes)   bulk = g_variant_get_data_as_bytes (inner);
  g_autoptr (GVariant) deep = g_variant_ref_sink (make_nest (100));
  g_autoptr (GBytes)   deep_bulk = g_variant_get_data_as_bytes (deep);

  g_test_summary ("Bulk has no handles inside either, and is not nested too deeply.");

  assert_unreadable ("GVariant", g_variant_new_string ("(vi)"), bulk, TF_ERROR_PROTOCOL);
  assert_unreadable ("GVariant", g_variant_new_string (g_variant_get_type_string (deep)), deep_bulk,
                     TF_ERROR_PROTOCOL);
}

static void
test_random_bulk (void)
{
  GRand            *rand = tf_test_rand_new ();
  const char *const types[] = { "v", "a{sv}", "as", "(sai)", "av", "aas", "(ybmv)", "aa{sv}", "s" };

  g_test_summary ("Whatever is in bulk can be read without harm.");

  for (guint i = 0; i < tf_test_scale (5000); i++)
    {
      guint8               data[64];
      gsize                size = (gsize) g_rand_int_range (rand, 1, sizeof data);
      GValue               there = G_VALUE_INIT;
      GVariant            *packed;
      g_autoptr (GBytes)   bulk = NULL;
      g_autoptr (GVariant) own = NULL;

      for (gsize n = 0; n < size; n++)
        data[n] = (guint8) (g_rand_int_range (rand, 0, 2) == 0 ? g_rand_int_range (rand, 0, 8)
                                                               : g_rand_int_range (rand, 0, 256));
      bulk = g_bytes_new (data, size);
      packed = g_variant_new (
        "(sv)", "GVariant",
        g_variant_new_string (types[g_rand_int_range (rand, 0, G_N_ELEMENTS (types))]));
      own = g_variant_ref_sink (packed);
      if (tf__wire_unpack_value (own, bulk, NULL, &there, NULL))
        {
          g_autofree char *text = g_variant_print (g_value_get_variant (&there), TRUE);

          g_assert_nonnull (text);
          g_value_unset (&there);
        }
    }

  g_rand_free (rand);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/wire-value/none/is-none", test_none);
  tf_test_add ("/wire-value/numbers/arrive", test_numbers);
  tf_test_add ("/wire-value/enums/arrive", test_enums);
  tf_test_add ("/wire-value/strings/arrive", test_strings);
  tf_test_add ("/wire-value/strvs/arrive", test_strvs);
  tf_test_add ("/wire-value/variants/arrive", test_variants);
  tf_test_add ("/wire-value/variants/have-no-handles", test_handles);
  tf_test_add ("/wire-value/variants/are-in-normal-form", test_broken_variant);
  tf_test_add ("/wire-value/variants/are-not-copied", test_variant_uncopied);
  tf_test_add ("/wire-value/bytes/arrive", test_bytes);
  tf_test_add ("/wire-value/errors/arrive", test_errors);
  tf_test_add ("/wire-value/errors/make-few-domains", test_domains);
  tf_test_add ("/wire-value/date-times/arrive", test_date_times);
  tf_test_add ("/wire-value/enums/have-their-numbers", test_numbers_of_types);
  tf_test_add ("/wire-value/variants/are-not-too-deep", test_inner_depth);
  tf_test_add ("/wire-value/bulk/is-in-normal-form", test_abnormal_bulk);
  tf_test_add ("/wire-value/bulk/may-be-unwanted", test_stopped);
  tf_test_add ("/wire-value/others/are-refused", test_refused);
  tf_test_add ("/wire-value/read/knows-the-type", test_unknown_types);
  tf_test_add ("/wire-value/read/refuses-misfits", test_misfits);
  tf_test_add ("/wire-value/read/refuses-inner-handles", test_inner_handles);
  tf_test_add ("/wire-value/read/bears-anything", test_random_bulk);

  return g_test_run ();
}
