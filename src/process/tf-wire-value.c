/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "process/tf-wire-private.h"

#include <string.h>
#include <tf/tf-error.h>

/* What no name of a type is longer than. */
#define MAX_NAME_SIZE 255

/* The first and the last second that a GDateTime can say. */
#define FIRST_SECOND G_GINT64_CONSTANT (-62135596800)
#define LAST_SECOND  G_GINT64_CONSTANT (253402300799)
#define DAY_SECONDS  (24 * 60 * 60)

typedef enum
{
  KIND_NONE,
  KIND_BOOLEAN,
  KIND_CHAR,
  KIND_UCHAR,
  KIND_INT,
  KIND_UINT,
  KIND_LONG,
  KIND_ULONG,
  KIND_INT64,
  KIND_UINT64,
  KIND_FLOAT,
  KIND_DOUBLE,
  KIND_ENUM,
  KIND_FLAGS,
  KIND_STRING,
  KIND_STRV,
  KIND_VARIANT,
  KIND_BYTES,
  KIND_ERROR,
  KIND_DATE_TIME,
} Kind;

/* The type of the contents. None is an "s": that says that they are bulk, and of what type. */
/* clang-format off */
static const char *const signatures[] = {
  [KIND_NONE]      = "()",
  [KIND_BOOLEAN]   = "b",
  [KIND_CHAR]      = "y",
  [KIND_UCHAR]     = "y",
  [KIND_INT]       = "i",
  [KIND_UINT]      = "u",
  [KIND_LONG]      = "x",
  [KIND_ULONG]     = "t",
  [KIND_INT64]     = "x",
  [KIND_UINT64]    = "t",
  [KIND_FLOAT]     = "d",
  [KIND_DOUBLE]    = "d",
  [KIND_ENUM]      = "i",
  [KIND_FLAGS]     = "u",
  [KIND_STRING]    = "ms",
  [KIND_STRV]      = "mas",
  [KIND_VARIANT]   = "mv",
  [KIND_BYTES]     = "may",
  [KIND_ERROR]     = "m(sis)",
  [KIND_DATE_TIME] = "m(xui)",
};
/* clang-format on */

/* GType is an integer, and those that GLib itself begins with are constants. */
static Kind
get_plain_kind (GType type)
{
  switch (type)
    {
    case G_TYPE_BOOLEAN:
      return KIND_BOOLEAN;
    case G_TYPE_CHAR:
      return KIND_CHAR;
    case G_TYPE_UCHAR:
      return KIND_UCHAR;
    case G_TYPE_INT:
      return KIND_INT;
    case G_TYPE_UINT:
      return KIND_UINT;
    case G_TYPE_LONG:
      return KIND_LONG;
    case G_TYPE_ULONG:
      return KIND_ULONG;
    case G_TYPE_INT64:
      return KIND_INT64;
    case G_TYPE_UINT64:
      return KIND_UINT64;
    case G_TYPE_FLOAT:
      return KIND_FLOAT;
    case G_TYPE_DOUBLE:
      return KIND_DOUBLE;
    case G_TYPE_STRING:
      return KIND_STRING;
    case G_TYPE_VARIANT:
      return KIND_VARIANT;
    default:
      return KIND_NONE;
    }
}

static Kind
get_kind (GType type)
{
  Kind kind = get_plain_kind (type);

  if (kind != KIND_NONE)
    return kind;
  if (type == G_TYPE_STRV)
    return KIND_STRV;
  if (type == G_TYPE_BYTES)
    return KIND_BYTES;
  if (type == G_TYPE_ERROR)
    return KIND_ERROR;
  if (type == G_TYPE_DATE_TIME)
    return KIND_DATE_TIME;
  if (G_TYPE_IS_ENUM (type) && type != G_TYPE_ENUM)
    return KIND_ENUM;
  if (G_TYPE_IS_FLAGS (type) && type != G_TYPE_FLAGS)
    return KIND_FLAGS;

  return KIND_NONE;
}

gboolean
tf__wire_is_portable (GType type)
{
  return get_kind (type) != KIND_NONE;
}

/* Packing */

static GVariant *
new_maybe (Kind      kind,
           GVariant *contents)
{
  return g_variant_new_maybe (g_variant_type_element (G_VARIANT_TYPE (signatures[kind])), contents);
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
    return new_maybe (KIND_STRING, NULL);

  size = strlen (string);
  if (!g_utf8_validate (string, (gssize) size, NULL))
    return refuse (G_TYPE_STRING, "it is not UTF-8", error);
  if (size < TF_WIRE_BULK_THRESHOLD)
    return new_maybe (KIND_STRING, g_variant_new_string (string));

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
    return new_maybe (KIND_STRV, NULL);

  for (gsize i = 0; strv[i] != NULL; i++)
    if (!g_utf8_validate (strv[i], -1, NULL))
      return refuse (G_TYPE_STRV, "it is not UTF-8", error);

  packed = g_variant_ref_sink (g_variant_new_strv (strv, -1));
  if (g_variant_get_size (packed) < TF_WIRE_BULK_THRESHOLD)
    return new_maybe (KIND_STRV, packed);

  *bulk = tf__wire_pack_body (packed);
  return new_bulk ("as");
}

static GVariant *
pack_variant (const GValue *value,
              GBytes      **bulk,
              GError      **error)
{
  GVariant            *variant = g_value_get_variant (value);
  g_autoptr (GVariant) normal = NULL;
  const char          *fault;

  if (variant == NULL)
    return new_maybe (KIND_VARIANT, NULL);
  /* Whoever packs it takes it from the value. */
  if (g_variant_is_floating (variant))
    return refuse (G_TYPE_VARIANT, "it is floating", error);

  fault = tf__wire_find_fault (variant, TF_WIRE_MAX_DEPTH);
  if (fault != NULL)
    return refuse (G_TYPE_VARIANT, fault, error);

  if (g_variant_get_size (variant) >= TF_WIRE_BULK_THRESHOLD)
    {
      *bulk = tf__wire_pack_body (variant);
      return new_bulk (g_variant_get_type_string (variant));
    }

  normal = g_variant_get_normal_form (variant);
  return new_maybe (KIND_VARIANT, g_variant_new_variant (normal));
}

static GVariant *
pack_bytes (const GValue *value,
            GBytes      **bulk)
{
  GBytes   *bytes = g_value_get_boxed (value);
  GVariant *contents;

  if (bytes == NULL)
    return new_maybe (KIND_BYTES, NULL);

  if (g_bytes_get_size (bytes) < TF_WIRE_BULK_THRESHOLD)
    {
      contents = g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
      return new_maybe (KIND_BYTES, contents);
    }

  *bulk = g_bytes_ref (bytes);
  return new_bulk ("ay");
}

GVariant *
tf__wire_pack_error (const GError *error)
{
  g_autofree char *domain = g_utf8_make_valid (g_quark_to_string (error->domain), -1);
  g_autofree char *message = g_utf8_make_valid (error->message, -1);

  return g_variant_new ("(sis)", domain, error->code, message);
}

static GVariant *
pack_error (const GValue *value)
{
  const GError *held = g_value_get_boxed (value);

  return new_maybe (KIND_ERROR, held == NULL ? NULL : tf__wire_pack_error (held));
}

static GVariant *
pack_date_time (const GValue *value)
{
  GDateTime *time = g_value_get_boxed (value);

  if (time == NULL)
    return new_maybe (KIND_DATE_TIME, NULL);

  return new_maybe (KIND_DATE_TIME,
                    g_variant_new ("(xui)", g_date_time_to_unix (time),
                                   (guint32) g_date_time_get_microsecond (time),
                                   (gint32) (g_date_time_get_utc_offset (time) / G_USEC_PER_SEC)));
}

/* The contents; NULL if they cannot travel. */
static GVariant *
pack_contents (const GValue *value,
               GBytes      **bulk,
               GError      **error)
{
  switch (get_kind (G_VALUE_TYPE (value)))
    {
    case KIND_BOOLEAN:
      return g_variant_new_boolean (g_value_get_boolean (value));
    case KIND_CHAR:
      return g_variant_new_byte ((guint8) g_value_get_schar (value));
    case KIND_UCHAR:
      return g_variant_new_byte (g_value_get_uchar (value));
    case KIND_INT:
      return g_variant_new_int32 (g_value_get_int (value));
    case KIND_UINT:
      return g_variant_new_uint32 (g_value_get_uint (value));
    case KIND_LONG:
      return g_variant_new_int64 (g_value_get_long (value));
    case KIND_ULONG:
      return g_variant_new_uint64 (g_value_get_ulong (value));
    case KIND_INT64:
      return g_variant_new_int64 (g_value_get_int64 (value));
    case KIND_UINT64:
      return g_variant_new_uint64 (g_value_get_uint64 (value));
    case KIND_FLOAT:
      return g_variant_new_double ((double) g_value_get_float (value));
    case KIND_DOUBLE:
      return g_variant_new_double (g_value_get_double (value));
    case KIND_ENUM:
      return g_variant_new_int32 (g_value_get_enum (value));
    case KIND_FLAGS:
      return g_variant_new_uint32 (g_value_get_flags (value));
    case KIND_STRING:
      return pack_string (value, bulk, error);
    case KIND_STRV:
      return pack_strv (value, bulk, error);
    case KIND_VARIANT:
      return pack_variant (value, bulk, error);
    case KIND_BYTES:
      return pack_bytes (value, bulk);
    case KIND_ERROR:
      return pack_error (value);
    case KIND_DATE_TIME:
      return pack_date_time (value);
    case KIND_NONE:
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

/* Unpacking */

static gboolean
fail (GError    **error,
      const char *name,
      const char *reason)
{
  g_set_error (error, TF_ERROR, TF_ERROR_PROTOCOL, "A value of type %s cannot be read: %s", name,
               reason);
  return FALSE;
}

static GType
find_type (const char *name)
{
  /* Those that are registered when somebody first asks for them. */
  g_type_ensure (G_TYPE_STRV);
  g_type_ensure (G_TYPE_BYTES);
  g_type_ensure (G_TYPE_ERROR);
  g_type_ensure (G_TYPE_DATE_TIME);

  return g_type_from_name (name);
}

static gboolean
unpack_date_time (GVariant *contents,
                  GValue   *value,
                  GError  **error)
{
  g_autoptr (GDateTime) seconds = NULL;
  g_autoptr (GDateTime) utc = NULL;
  g_autoptr (GTimeZone) zone = NULL;
  gint64                unix_s;
  guint32               microsecond;
  gint32                offset;

  g_variant_get (contents, "(xui)", &unix_s, &microsecond, &offset);
  if (unix_s < FIRST_SECOND || unix_s > LAST_SECOND || microsecond >= G_USEC_PER_SEC ||
      offset <= -DAY_SECONDS || offset >= DAY_SECONDS)
    return fail (error, "GDateTime", "there is no such time");

  seconds = g_date_time_new_from_unix_utc (unix_s);
  utc = seconds == NULL ? NULL : g_date_time_add (seconds, microsecond);
  if (utc == NULL)
    return fail (error, "GDateTime", "there is no such time");

  zone = offset == 0 ? g_time_zone_new_utc () : g_time_zone_new_offset (offset);
  g_value_take_boxed (value, g_date_time_to_timezone (utc, zone));
  return TRUE;
}

/* What is not NULL. */
static gboolean
unpack_present (Kind      kind,
                GVariant *contents,
                GValue   *value,
                GError  **error)
{
  if (kind == KIND_STRING)
    g_value_set_string (value, g_variant_get_string (contents, NULL));
  else if (kind == KIND_STRV)
    g_value_take_boxed (value, g_variant_dup_strv (contents, NULL));
  else if (kind == KIND_BYTES)
    g_value_take_boxed (value, g_variant_get_data_as_bytes (contents));
  else if (kind == KIND_ERROR)
    g_value_take_boxed (value, tf__wire_unpack_error (contents));
  else if (kind == KIND_DATE_TIME)
    return unpack_date_time (contents, value, error);
  else
    g_value_take_variant (value, g_variant_get_variant (contents));

  return TRUE;
}

static gboolean
unpack_long (Kind      kind,
             GVariant *contents,
             GValue   *value,
             GError  **error)
{
  if (kind == KIND_LONG)
    {
      gint64 number = g_variant_get_int64 (contents);

      g_value_set_long (value, (long) number);
      if (g_value_get_long (value) == number)
        return TRUE;
    }
  else
    {
      guint64 number = g_variant_get_uint64 (contents);

      g_value_set_ulong (value, (gulong) number);
      if (g_value_get_ulong (value) == number)
        return TRUE;
    }

  g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
               "A value of type %s is larger than what that has here", G_VALUE_TYPE_NAME (value));
  return FALSE;
}

/* @value is initialised; @contents are of the type that goes with @kind. */
static gboolean
unpack_contents (Kind      kind,
                 GVariant *contents,
                 GValue   *value,
                 GError  **error)
{
  g_autoptr (GVariant) present = NULL;

  switch (kind)
    {
    case KIND_BOOLEAN:
      g_value_set_boolean (value, g_variant_get_boolean (contents));
      return TRUE;
    case KIND_CHAR:
      g_value_set_schar (value, (gint8) g_variant_get_byte (contents));
      return TRUE;
    case KIND_UCHAR:
      g_value_set_uchar (value, g_variant_get_byte (contents));
      return TRUE;
    case KIND_INT:
      g_value_set_int (value, g_variant_get_int32 (contents));
      return TRUE;
    case KIND_UINT:
      g_value_set_uint (value, g_variant_get_uint32 (contents));
      return TRUE;
    case KIND_LONG:
    case KIND_ULONG:
      return unpack_long (kind, contents, value, error);
    case KIND_INT64:
      g_value_set_int64 (value, g_variant_get_int64 (contents));
      return TRUE;
    case KIND_UINT64:
      g_value_set_uint64 (value, g_variant_get_uint64 (contents));
      return TRUE;
    case KIND_FLOAT:
      g_value_set_float (value, (float) g_variant_get_double (contents));
      return TRUE;
    case KIND_DOUBLE:
      g_value_set_double (value, g_variant_get_double (contents));
      return TRUE;
    case KIND_ENUM:
      g_value_set_enum (value, g_variant_get_int32 (contents));
      return TRUE;
    case KIND_FLAGS:
      g_value_set_flags (value, g_variant_get_uint32 (contents));
      return TRUE;
    case KIND_NONE:
    case KIND_STRING:
    case KIND_STRV:
    case KIND_VARIANT:
    case KIND_BYTES:
    case KIND_ERROR:
    case KIND_DATE_TIME:
    default:
      present = g_variant_get_maybe (contents);
      return present == NULL || unpack_present (kind, present, value, error);
    }
}

/* The bytes of a variant, which stay where they are. Its elements are not looked at one by one: what is wrong with them
 * is read as zero. */
static GVariant *
new_variant (const char *type,
             GBytes     *bulk)
{
  g_autoptr (GVariant) variant = NULL;

  if (!g_variant_type_string_is_valid (type) || !g_variant_type_is_definite (G_VARIANT_TYPE (type)))
    return NULL;

  variant = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bulk, FALSE));
  if (g_variant_get_size (variant) != g_bytes_get_size (bulk) ||
      tf__wire_find_fault (variant, TF_WIRE_MAX_DEPTH) != NULL)
    return NULL;

#if G_BYTE_ORDER == G_BIG_ENDIAN
  return g_variant_byteswap (variant);
#else
  return g_steal_pointer (&variant);
#endif
}

static gboolean
unpack_bulk (Kind        kind,
             const char *type,
             GBytes     *bulk,
             GValue     *value,
             GError    **error)
{
  const char          *name = G_VALUE_TYPE_NAME (value);
  g_autoptr (GVariant) variant = NULL;
  gconstpointer        data;
  gsize                size;

  if (kind == KIND_VARIANT)
    {
      variant = new_variant (type, bulk);
      if (variant == NULL)
        return fail (error, name, "its bulk does not fit");
      g_value_set_variant (value, variant);
    }
  else if (kind == KIND_STRV && strcmp (type, "as") == 0)
    {
      g_autoptr (GVariant) trusted = NULL;
      g_autoptr (GBytes)   bytes = NULL;

      variant = new_variant (type, bulk);
      if (variant == NULL || !g_variant_is_normal_form (variant))
        return fail (error, name, "its bulk does not fit");
      /* Its elements need not be checked a second time. */
      bytes = g_variant_get_data_as_bytes (variant);
      trusted = g_variant_ref_sink (
        g_variant_new_from_bytes (G_VARIANT_TYPE_STRING_ARRAY, bytes, TRUE));
      g_value_take_boxed (value, g_variant_dup_strv (trusted, NULL));
    }
  else if (kind == KIND_BYTES && strcmp (type, "ay") == 0)
    g_value_set_boxed (value, bulk);
  else if (kind == KIND_STRING && strcmp (type, "s") == 0)
    {
      data = g_bytes_get_data (bulk, &size);
      if (!g_utf8_validate (data, (gssize) size, NULL))
        return fail (error, name, "it is not UTF-8");
      g_value_take_string (value, g_strndup (data, size));
    }
  else
    return fail (error, name, "it has no such bulk");

  return TRUE;
}

static gboolean
unpack_into (GVariant *contents,
             GBytes   *bulk,
             GValue   *value,
             GError  **error)
{
  const char *name = G_VALUE_TYPE_NAME (value);
  Kind        kind = get_kind (G_VALUE_TYPE (value));

  if (g_variant_is_of_type (contents, G_VARIANT_TYPE_STRING) != (bulk != NULL))
    return fail (error, name, bulk == NULL ? "its bulk is missing" : "its contents came twice");
  if (bulk != NULL)
    return unpack_bulk (kind, g_variant_get_string (contents, NULL), bulk, value, error);
  if (!g_variant_is_of_type (contents, G_VARIANT_TYPE (signatures[kind])))
    return fail (error, name, "its contents are of another type");

  return unpack_contents (kind, contents, value, error);
}

gboolean
tf__wire_unpack_value (GVariant *packed,
                       GBytes   *bulk,
                       GValue   *value,
                       GError  **error)
{
  g_autoptr (GVariant) contents = NULL;
  const char          *name;
  GType                type;
  GValue               found = G_VALUE_INIT;

  g_variant_get (packed, "(&sv)", &name, &contents);
  if (*name == '\0')
    return (bulk == NULL && g_variant_is_of_type (contents, G_VARIANT_TYPE_UNIT)) ||
           fail (error, "none", "it has contents");
  if (strlen (name) > MAX_NAME_SIZE)
    return fail (error, "of a very long name", "there is none");

  type = find_type (name);
  if (get_kind (type) == KIND_NONE)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE, "The type %s %s", name,
                   type == 0 ? "is not known in this process" : "cannot travel to another process");
      return FALSE;
    }

  g_value_init (&found, type);
  if (!unpack_into (contents, bulk, &found, error))
    {
      g_value_unset (&found);
      return FALSE;
    }

  *value = found;
  return TRUE;
}

GError *
tf__wire_unpack_error (GVariant *packed)
{
  const char *name;
  const char *message;
  int         code;
  GQuark      domain;

  g_variant_get (packed, "(&si&s)", &name, &code, &message);
  domain = tf__wire_get_domain (name);
  if (domain == 0)
    return g_error_new (TF_ERROR, TF_ERROR_FAILED, "%s (%s, %d)", message, name, code);

  return g_error_new_literal (domain, code, message);
}
