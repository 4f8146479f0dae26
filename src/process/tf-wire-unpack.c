/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "process/tf-wire-value-private.h"

#include <string.h>
#include <tf/tf-error.h>

/* Values that come in. Nothing that the other end has sent is believed. */

/* What no name of a type is longer than. */
#define MAX_NAME_SIZE 255

/* The first and the last second that a GDateTime can say. */
#define FIRST_SECOND G_GINT64_CONSTANT (-62135596800)
#define LAST_SECOND  G_GINT64_CONSTANT (253402300799)
#define DAY_SECONDS  (24 * 60 * 60)

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
  g_autoptr (GDateTime) local = NULL;
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
  local = g_date_time_to_timezone (utc, zone);
  if (local == NULL)
    return fail (error, "GDateTime", "there is no such time");

  g_value_take_boxed (value, g_steal_pointer (&local));
  return TRUE;
}

/* The contents are in normal form, but may be nested more deeply than bulk may be. */
static gboolean
unpack_variant (GVariant *contents,
                GValue   *value,
                GError  **error)
{
  g_autoptr (GVariant) variant = g_variant_get_variant (contents);
  const char          *type = g_variant_get_type_string (variant);
  const char          *fault;

  /* Most are plain. */
  fault = type[1] == '\0' && type[0] != 'v'
            ? NULL
            : tf__wire_check (type, g_variant_get_data (variant), g_variant_get_size (variant),
                              TF_WIRE_MAX_DEPTH, NULL);
  if (fault != NULL)
    return fail (error, G_VALUE_TYPE_NAME (value), fault);

  g_value_set_variant (value, variant);
  return TRUE;
}

/* What is not NULL. */
static gboolean
unpack_present (TfWireKind kind,
                GVariant  *contents,
                GValue    *value,
                GError   **error)
{
  if (kind == TF_WIRE_KIND_STRING)
    g_value_set_string (value, g_variant_get_string (contents, NULL));
  else if (kind == TF_WIRE_KIND_STRV)
    g_value_take_boxed (value, g_variant_dup_strv (contents, NULL));
  else if (kind == TF_WIRE_KIND_BYTES)
    g_value_take_boxed (value, g_variant_get_data_as_bytes (contents));
  else if (kind == TF_WIRE_KIND_ERROR)
    g_value_take_boxed (value, tf__wire_unpack_error (contents));
  else if (kind == TF_WIRE_KIND_DATE_TIME)
    return unpack_date_time (contents, value, error);
  else
    return unpack_variant (contents, value, error);

  return TRUE;
}

static gboolean
unpack_long (TfWireKind kind,
             GVariant  *contents,
             GValue    *value,
             GError   **error)
{
  if (kind == TF_WIRE_KIND_LONG)
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

/* A number that is none of the type would reach the switch statements of the user. */
static gboolean
unpack_enum (TfWireKind kind,
             GVariant  *contents,
             GValue    *value,
             GError   **error)
{
  if (kind == TF_WIRE_KIND_ENUM)
    g_value_set_enum (value, g_variant_get_int32 (contents));
  else
    g_value_set_flags (value, g_variant_get_uint32 (contents));

  return tf__wire_is_known_number (value) ||
         fail (error, G_VALUE_TYPE_NAME (value), "there is no such number in it");
}

/* @value is initialised; @contents are of the type that goes with @kind. */
static gboolean
unpack_contents (TfWireKind kind,
                 GVariant  *contents,
                 GValue    *value,
                 GError   **error)
{
  g_autoptr (GVariant) present = NULL;

  switch (kind)
    {
    case TF_WIRE_KIND_BOOLEAN:
      g_value_set_boolean (value, g_variant_get_boolean (contents));
      return TRUE;
    case TF_WIRE_KIND_CHAR:
      g_value_set_schar (value, (gint8) g_variant_get_byte (contents));
      return TRUE;
    case TF_WIRE_KIND_UCHAR:
      g_value_set_uchar (value, g_variant_get_byte (contents));
      return TRUE;
    case TF_WIRE_KIND_INT:
      g_value_set_int (value, g_variant_get_int32 (contents));
      return TRUE;
    case TF_WIRE_KIND_UINT:
      g_value_set_uint (value, g_variant_get_uint32 (contents));
      return TRUE;
    case TF_WIRE_KIND_LONG:
    case TF_WIRE_KIND_ULONG:
      return unpack_long (kind, contents, value, error);
    case TF_WIRE_KIND_INT64:
      g_value_set_int64 (value, g_variant_get_int64 (contents));
      return TRUE;
    case TF_WIRE_KIND_UINT64:
      g_value_set_uint64 (value, g_variant_get_uint64 (contents));
      return TRUE;
    case TF_WIRE_KIND_FLOAT:
      g_value_set_float (value, (float) g_variant_get_double (contents));
      return TRUE;
    case TF_WIRE_KIND_DOUBLE:
      g_value_set_double (value, g_variant_get_double (contents));
      return TRUE;
    case TF_WIRE_KIND_ENUM:
    case TF_WIRE_KIND_FLAGS:
      return unpack_enum (kind, contents, value, error);
    case TF_WIRE_KIND_NONE:
    case TF_WIRE_KIND_STRING:
    case TF_WIRE_KIND_STRV:
    case TF_WIRE_KIND_VARIANT:
    case TF_WIRE_KIND_BYTES:
    case TF_WIRE_KIND_ERROR:
    case TF_WIRE_KIND_DATE_TIME:
    default:
      present = g_variant_get_maybe (contents);
      return present == NULL || unpack_present (kind, present, value, error);
    }
}

/* A variant whose bytes stay where they are. NULL with an error, or without one if the check was stopped. */
static GVariant *
new_variant (const char       *name,
             const char       *type,
             GBytes           *bulk,
             const TfWireStop *stop,
             GError          **error)
{
  gsize                size;
  gconstpointer        data = g_bytes_get_data (bulk, &size);
  const char          *fault = tf__wire_check (type, data, size, TF_WIRE_MAX_DEPTH, stop);
  g_autoptr (GVariant) variant = NULL;

  if (fault != NULL)
    {
      if (!tf__wire_is_stopped (fault))
        fail (error, name, fault);
      return NULL;
    }

  /* Trusted: otherwise each child would be looked for from the first one on, also by the user. */
  variant = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bulk, TRUE));
#if G_BYTE_ORDER == G_BIG_ENDIAN
  return g_variant_byteswap (variant);
#else
  return g_steal_pointer (&variant);
#endif
}

static gboolean
unpack_bulk (TfWireKind        kind,
             const char       *type,
             GBytes           *bulk,
             const TfWireStop *stop,
             GValue           *value,
             GError          **error)
{
  const char          *name = G_VALUE_TYPE_NAME (value);
  g_autoptr (GVariant) variant = NULL;
  gconstpointer        data;
  gsize                size;

  if (kind == TF_WIRE_KIND_VARIANT || (kind == TF_WIRE_KIND_STRV && strcmp (type, "as") == 0))
    {
      variant = new_variant (name, type, bulk, stop, error);
      if (variant == NULL)
        return FALSE;
      if (kind == TF_WIRE_KIND_VARIANT)
        g_value_set_variant (value, variant);
      else
        g_value_take_boxed (value, g_variant_dup_strv (variant, NULL));
    }
  else if (kind == TF_WIRE_KIND_BYTES && strcmp (type, "ay") == 0)
    g_value_set_boxed (value, bulk);
  else if (kind == TF_WIRE_KIND_STRING && strcmp (type, "s") == 0)
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
unpack_into (GVariant         *contents,
             GBytes           *bulk,
             const TfWireStop *stop,
             GValue           *value,
             GError          **error)
{
  const char *name = G_VALUE_TYPE_NAME (value);
  TfWireKind  kind = tf__wire_get_kind (G_VALUE_TYPE (value));

  if (g_variant_is_of_type (contents, G_VARIANT_TYPE_STRING) != (bulk != NULL))
    return fail (error, name, bulk == NULL ? "its bulk is missing" : "its contents came twice");
  if (bulk != NULL)
    return unpack_bulk (kind, g_variant_get_string (contents, NULL), bulk, stop, value, error);
  if (!g_variant_is_of_type (contents, G_VARIANT_TYPE (tf__wire_signatures[kind])))
    return fail (error, name, "its contents are of another type");

  return unpack_contents (kind, contents, value, error);
}

gboolean
tf__wire_unpack_value (GVariant         *packed,
                       GBytes           *bulk,
                       const TfWireStop *stop,
                       GValue           *value,
                       GError          **error)
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
  if (tf__wire_get_kind (type) == TF_WIRE_KIND_NONE)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE, "The type %s %s", name,
                   type == 0 ? "is not known in this process" : "cannot travel to another process");
      return FALSE;
    }

  g_value_init (&found, type);
  if (!unpack_into (contents, bulk, stop, &found, error))
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
