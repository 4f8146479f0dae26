/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "process/tf-wire-value-private.h"

#include <string.h>
#include <tf/tf-error.h>

/* The type of the contents. None is an "s": that says that they are bulk, and of what type. */
/* clang-format off */
const char *const tf__wire_signatures[] = {
  [TF_WIRE_KIND_NONE]      = "()",
  [TF_WIRE_KIND_BOOLEAN]   = "b",
  [TF_WIRE_KIND_CHAR]      = "y",
  [TF_WIRE_KIND_UCHAR]     = "y",
  [TF_WIRE_KIND_INT]       = "i",
  [TF_WIRE_KIND_UINT]      = "u",
  [TF_WIRE_KIND_LONG]      = "x",
  [TF_WIRE_KIND_ULONG]     = "t",
  [TF_WIRE_KIND_INT64]     = "x",
  [TF_WIRE_KIND_UINT64]    = "t",
  [TF_WIRE_KIND_FLOAT]     = "d",
  [TF_WIRE_KIND_DOUBLE]    = "d",
  [TF_WIRE_KIND_ENUM]      = "i",
  [TF_WIRE_KIND_FLAGS]     = "u",
  [TF_WIRE_KIND_STRING]    = "ms",
  [TF_WIRE_KIND_STRV]      = "mas",
  [TF_WIRE_KIND_VARIANT]   = "mv",
  [TF_WIRE_KIND_BYTES]     = "may",
  [TF_WIRE_KIND_ERROR]     = "m(sis)",
  [TF_WIRE_KIND_DATE_TIME] = "m(xui)",
};
/* clang-format on */

/* GType is an integer, and those that GLib itself begins with are constants. */
static TfWireKind
get_plain_kind (GType type)
{
  switch (type)
    {
    case G_TYPE_BOOLEAN:
      return TF_WIRE_KIND_BOOLEAN;
    case G_TYPE_CHAR:
      return TF_WIRE_KIND_CHAR;
    case G_TYPE_UCHAR:
      return TF_WIRE_KIND_UCHAR;
    case G_TYPE_INT:
      return TF_WIRE_KIND_INT;
    case G_TYPE_UINT:
      return TF_WIRE_KIND_UINT;
    case G_TYPE_LONG:
      return TF_WIRE_KIND_LONG;
    case G_TYPE_ULONG:
      return TF_WIRE_KIND_ULONG;
    case G_TYPE_INT64:
      return TF_WIRE_KIND_INT64;
    case G_TYPE_UINT64:
      return TF_WIRE_KIND_UINT64;
    case G_TYPE_FLOAT:
      return TF_WIRE_KIND_FLOAT;
    case G_TYPE_DOUBLE:
      return TF_WIRE_KIND_DOUBLE;
    case G_TYPE_STRING:
      return TF_WIRE_KIND_STRING;
    case G_TYPE_VARIANT:
      return TF_WIRE_KIND_VARIANT;
    default:
      return TF_WIRE_KIND_NONE;
    }
}

TfWireKind
tf__wire_get_kind (GType type)
{
  TfWireKind kind = get_plain_kind (type);

  if (kind != TF_WIRE_KIND_NONE)
    return kind;
  if (type == G_TYPE_STRV)
    return TF_WIRE_KIND_STRV;
  if (type == G_TYPE_BYTES)
    return TF_WIRE_KIND_BYTES;
  if (type == G_TYPE_ERROR)
    return TF_WIRE_KIND_ERROR;
  if (type == G_TYPE_DATE_TIME)
    return TF_WIRE_KIND_DATE_TIME;
  if (G_TYPE_IS_ENUM (type) && type != G_TYPE_ENUM)
    return TF_WIRE_KIND_ENUM;
  if (G_TYPE_IS_FLAGS (type) && type != G_TYPE_FLAGS)
    return TF_WIRE_KIND_FLAGS;

  return TF_WIRE_KIND_NONE;
}

gboolean
tf__wire_is_portable (GType type)
{
  return tf__wire_get_kind (type) != TF_WIRE_KIND_NONE;
}

gboolean
tf__wire_is_known_number (const GValue *value)
{
  GTypeClass *klass = g_type_class_ref (G_VALUE_TYPE (value));
  gboolean    is_known;

  if (G_IS_ENUM_CLASS (klass))
    is_known = g_enum_get_value ((GEnumClass *) klass, g_value_get_enum (value)) != NULL;
  else
    is_known = (g_value_get_flags (value) & ~((GFlagsClass *) klass)->mask) == 0;
  g_type_class_unref (klass);

  return is_known;
}

/* Packing */

static GVariant *
new_maybe (TfWireKind kind,
           GVariant  *contents)
{
  const GVariantType *type = G_VARIANT_TYPE (tf__wire_signatures[kind]);

  return g_variant_new_maybe (g_variant_type_element (type), contents);
}

static GVariant *
new_bulk (const char *type)
{
  return g_variant_new_string (type);
}

static GVariant *
refuse (GType       type,
        const char *reason,
        GError    **error)
{
  g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
               "A value of type %s cannot travel to another process: %s", g_type_name (type),
               reason);
  return NULL;
}

static GVariant *
pack_string (const GValue *value,
             GBytes      **bulk,
             GError      **error)
{
  const char *string = g_value_get_string (value);
  gsize       size;

  if (string == NULL)
    return new_maybe (TF_WIRE_KIND_STRING, NULL);

  size = strlen (string);
  if (!g_utf8_validate (string, (gssize) size, NULL))
    return refuse (G_TYPE_STRING, "it is not UTF-8", error);
  if (size < TF_WIRE_BULK_THRESHOLD)
    return new_maybe (TF_WIRE_KIND_STRING, g_variant_new_string (string));

  *bulk = g_bytes_new (string, size);
  return new_bulk ("s");
}

static GVariant *
pack_strv (const GValue *value,
           GBytes      **bulk,
           GError      **error)
{
  const char *const   *strv = g_value_get_boxed (value);
  g_autoptr (GVariant) packed = NULL;

  if (strv == NULL)
    return new_maybe (TF_WIRE_KIND_STRV, NULL);

  for (gsize i = 0; strv[i] != NULL; i++)
    if (!g_utf8_validate (strv[i], -1, NULL))
      return refuse (G_TYPE_STRV, "it is not UTF-8", error);

  packed = g_variant_ref_sink (g_variant_new_strv (strv, -1));
  if (g_variant_get_size (packed) < TF_WIRE_BULK_THRESHOLD)
    return new_maybe (TF_WIRE_KIND_STRV, packed);

  *bulk = tf__wire_pack_body (packed);
  return new_bulk ("as");
}

/* Serialises @variant; NULL with why it cannot travel. */
static GBytes *
serialise (GVariant    *variant,
           const char **fault)
{
  const char        *type = g_variant_get_type_string (variant);
  gsize              size = g_variant_get_size (variant);
  g_autoptr (GBytes) bytes = NULL;

  *fault = tf__wire_check (type, g_variant_get_data (variant), size, TF_WIRE_MAX_DEPTH, NULL);
  if (*fault == NULL)
    bytes = tf__wire_pack_body (variant);
  return g_steal_pointer (&bytes);
}

static GVariant *
pack_variant (const GValue *value,
              GBytes      **bulk,
              GError      **error)
{
  GVariant            *variant = g_value_get_variant (value);
  g_autoptr (GVariant) normal = NULL;
  g_autoptr (GBytes)   bytes = NULL;
  GVariant            *contents;
  const char          *fault;

  if (variant == NULL)
    return new_maybe (TF_WIRE_KIND_VARIANT, NULL);
  /* Whoever packs it takes it from the value. */
  if (g_variant_is_floating (variant))
    return refuse (G_TYPE_VARIANT, "it is floating", error);

  bytes = serialise (variant, &fault);
  if (bytes == NULL)
    {
      normal = g_variant_get_normal_form (variant);
      if (normal != variant)
        bytes = serialise (normal, &fault);
    }
  if (bytes == NULL)
    return refuse (G_TYPE_VARIANT, fault, error);

  if (g_bytes_get_size (bytes) >= TF_WIRE_BULK_THRESHOLD)
    {
      *bulk = g_steal_pointer (&bytes);
      return new_bulk (g_variant_get_type_string (variant));
    }

  contents = g_variant_new_variant (normal == NULL ? variant : normal);
  return new_maybe (TF_WIRE_KIND_VARIANT, contents);
}

static GVariant *
pack_bytes (const GValue *value,
            GBytes      **bulk)
{
  GBytes   *bytes = g_value_get_boxed (value);
  GVariant *contents;

  if (bytes == NULL)
    return new_maybe (TF_WIRE_KIND_BYTES, NULL);

  if (g_bytes_get_size (bytes) < TF_WIRE_BULK_THRESHOLD)
    {
      contents = g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
      return new_maybe (TF_WIRE_KIND_BYTES, contents);
    }

  *bulk = g_bytes_ref (bytes);
  return new_bulk ("ay");
}

GVariant *
tf__wire_pack_text (const char *text,
                    gsize       max_size)
{
  static const char ellipsis[] = "…";

  char *valid = g_utf8_make_valid (text == NULL ? "" : text, -1);

  if (max_size >= sizeof ellipsis && strlen (valid) > max_size)
    {
      char *end = valid + max_size - (sizeof ellipsis - 1);

      /* The beginning of the character that does not fit as a whole. */
      end = g_utf8_find_prev_char (valid, end + 1);
      memcpy (end == NULL ? valid : end, ellipsis, sizeof ellipsis);
    }

  return g_variant_new_take_string (valid);
}

GVariant *
tf__wire_pack_error (const GError *error,
                     gsize         max_text)
{
  return g_variant_new ("(@si@s)",
                        tf__wire_pack_text (g_quark_to_string (error->domain), max_text),
                        error->code, tf__wire_pack_text (error->message, max_text));
}

static GVariant *
pack_error (const GValue *value)
{
  const GError *held = g_value_get_boxed (value);

  return new_maybe (TF_WIRE_KIND_ERROR, held == NULL ? NULL : tf__wire_pack_error (held, 0));
}

static GVariant *
pack_date_time (const GValue *value)
{
  GDateTime *time = g_value_get_boxed (value);

  if (time == NULL)
    return new_maybe (TF_WIRE_KIND_DATE_TIME, NULL);

  return new_maybe (TF_WIRE_KIND_DATE_TIME,
                    g_variant_new ("(xui)", g_date_time_to_unix (time),
                                   (guint32) g_date_time_get_microsecond (time),
                                   (gint32) (g_date_time_get_utc_offset (time) / G_USEC_PER_SEC)));
}

static GVariant *
pack_enum (const GValue *value,
           GError      **error)
{
  if (!tf__wire_is_known_number (value))
    return refuse (G_VALUE_TYPE (value), "there is no such number in it", error);

  return G_VALUE_HOLDS_ENUM (value) ? g_variant_new_int32 (g_value_get_enum (value))
                                    : g_variant_new_uint32 (g_value_get_flags (value));
}

/* The contents; NULL if they cannot travel. */
static GVariant *
pack_contents (const GValue *value,
               GBytes      **bulk,
               GError      **error)
{
  switch (tf__wire_get_kind (G_VALUE_TYPE (value)))
    {
    case TF_WIRE_KIND_BOOLEAN:
      return g_variant_new_boolean (g_value_get_boolean (value));
    case TF_WIRE_KIND_CHAR:
      return g_variant_new_byte ((guint8) g_value_get_schar (value));
    case TF_WIRE_KIND_UCHAR:
      return g_variant_new_byte (g_value_get_uchar (value));
    case TF_WIRE_KIND_INT:
      return g_variant_new_int32 (g_value_get_int (value));
    case TF_WIRE_KIND_UINT:
      return g_variant_new_uint32 (g_value_get_uint (value));
    case TF_WIRE_KIND_LONG:
      return g_variant_new_int64 (g_value_get_long (value));
    case TF_WIRE_KIND_ULONG:
      return g_variant_new_uint64 (g_value_get_ulong (value));
    case TF_WIRE_KIND_INT64:
      return g_variant_new_int64 (g_value_get_int64 (value));
    case TF_WIRE_KIND_UINT64:
      return g_variant_new_uint64 (g_value_get_uint64 (value));
    case TF_WIRE_KIND_FLOAT:
      return g_variant_new_double ((double) g_value_get_float (value));
    case TF_WIRE_KIND_DOUBLE:
      return g_variant_new_double (g_value_get_double (value));
    case TF_WIRE_KIND_ENUM:
    case TF_WIRE_KIND_FLAGS:
      return pack_enum (value, error);
    case TF_WIRE_KIND_STRING:
      return pack_string (value, bulk, error);
    case TF_WIRE_KIND_STRV:
      return pack_strv (value, bulk, error);
    case TF_WIRE_KIND_VARIANT:
      return pack_variant (value, bulk, error);
    case TF_WIRE_KIND_BYTES:
      return pack_bytes (value, bulk);
    case TF_WIRE_KIND_ERROR:
      return pack_error (value);
    case TF_WIRE_KIND_DATE_TIME:
      return pack_date_time (value);
    case TF_WIRE_KIND_NONE:
    default:
      return refuse (G_VALUE_TYPE (value), "there is no way to write it down", error);
    }
}

GVariant *
tf__wire_pack_bulk_bytes (void)
{
  return g_variant_new ("(sv)", g_type_name (G_TYPE_BYTES), new_bulk ("ay"));
}

/* No value, of which there is one for all. It is never floating, so whoever would consume it takes a reference. */
static GVariant *
get_none (void)
{
  static GVariant *none;
  static gsize     is_made;

  if (g_once_init_enter (&is_made))
    {
      none = g_variant_ref_sink (g_variant_new ("(sv)", "", g_variant_new_tuple (NULL, 0)));
      g_once_init_leave (&is_made, TRUE);
    }

  return none;
}

GVariant *
tf__wire_pack_value (const GValue *value,
                     GBytes      **bulk,
                     GError      **error)
{
  GVariant *contents;

  if (bulk != NULL)
    *bulk = NULL;
  /* Some bindings make a NULL pointer of what is nothing to them. */
  if (value == NULL || G_VALUE_TYPE (value) == G_TYPE_INVALID ||
      (G_VALUE_TYPE (value) == G_TYPE_POINTER && g_value_get_pointer (value) == NULL))
    return get_none ();

  contents = pack_contents (value, bulk, error);
  if (contents == NULL)
    return NULL;

  return g_variant_new ("(sv)", G_VALUE_TYPE_NAME (value), contents);
}
