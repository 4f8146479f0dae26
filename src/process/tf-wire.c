/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "process/tf-wire-private.h"

#include <string.h>
#include <tf/tf-error.h>

/* The deepest that GLib reads. */
#define MAX_BODY_DEPTH 128

#define KNOWN_FLAGS (TF_FRAME_HAS_BULK | TF_FRAME_BULK_IS_FD)

/* Maximum size of a body beside its texts: for a value the contents that are not bulk, or the type of those that are,
 * with its own name. */
#define PLAIN_ROOM 1024
#define VALUE_ROOM (PLAIN_ROOM + TF_WIRE_MAX_TYPE + TF_WIRE_BULK_THRESHOLD)

/* What a body of type "()" has: one byte. */
#define EMPTY_BODY_SIZE 1

typedef enum
{
  HAS_NO_JOB,
  MAY_HAVE_JOB,
  HAS_JOB,
} JobRule;

typedef struct
{
  const char *body; /* NULL: no such frame */
  TfWireEnd   end;  /* the only one that may get it */
  JobRule     job;
  gboolean    may_have_bulk;
  guint       n_texts; /* in the body, beside the value */
} FrameRule;

/* clang-format off */
static const FrameRule rules[] = {
  [TF_FRAME_HELLO]     = { "(uuss)",    TF_WIRE_TO_PROGRAM,        HAS_NO_JOB,   FALSE, 2 },
  [TF_FRAME_PROGRESS]  = { "(xxms)",    TF_WIRE_TO_PROGRAM,        HAS_JOB,      FALSE, 1 },
  [TF_FRAME_EVENT]     = { "(ys(sv))",  TF_WIRE_TO_PROGRAM,        HAS_JOB,      TRUE, 1 },
  [TF_FRAME_RESULT]    = { "(sv)",      TF_WIRE_TO_PROGRAM,        HAS_JOB,      TRUE, 0 },
  [TF_FRAME_ERROR]     = { "(sis)",     TF_WIRE_TO_PROGRAM,        MAY_HAVE_JOB, FALSE, 2 },
  [TF_FRAME_FAILURE]   = { "(sss)",     TF_WIRE_TO_PROGRAM,        MAY_HAVE_JOB, FALSE, 3 },
  [TF_FRAME_READY]     = { "()",        TF_WIRE_TO_PROGRAM,        HAS_NO_JOB,   FALSE, 0 },
  [TF_FRAME_CANCELLED] = { "()",        TF_WIRE_TO_PROGRAM,        HAS_JOB,      FALSE, 0 },
  [TF_FRAME_WITHDRAWN] = { "()",        TF_WIRE_TO_PROGRAM,        HAS_JOB,      FALSE, 0 },
  [TF_FRAME_CONFIGURE] = { "(a{sv})",   TF_WIRE_TO_WORKER,         HAS_NO_JOB,   FALSE, 0 },
  [TF_FRAME_RUN]       = { "(sss(sv))", TF_WIRE_TO_WORKER,         HAS_JOB,      TRUE, 3 },
  [TF_FRAME_QUIT]      = { "()",        TF_WIRE_TO_WORKER,         HAS_NO_JOB,   FALSE, 0 },
  [TF_FRAME_CANCEL]    = { "()",        TF_WIRE_TO_WORKER_CONTROL, HAS_JOB,      FALSE, 0 },
  [TF_FRAME_WITHDRAW]  = { "(t)",       TF_WIRE_TO_WORKER_CONTROL, HAS_JOB,      FALSE, 0 },
};
/* clang-format on */

static const FrameRule *
find_rule (guint type)
{
  return type < G_N_ELEMENTS (rules) && rules[type].body != NULL ? &rules[type] : NULL;
}

static gboolean
fail (GError    **error,
      const char *format,
      ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError    **error,
      const char *format,
      ...)
{
  va_list arguments;

  va_start (arguments, format);
  if (error != NULL)
    *error = g_error_new_valist (TF_ERROR, TF_ERROR_PROTOCOL, format, arguments);
  va_end (arguments);
  return FALSE;
}

/* The header */

gsize
tf__wire_pack_header (const TfFrameHeader *header,
                      guint8               bytes[TF_WIRE_HEADER_SIZE + TF_WIRE_BULK_SIZE])
{
  const guint32 body_size = GUINT32_TO_LE (header->body_size);
  const guint16 type = GUINT16_TO_LE (header->type);
  const guint16 flags = GUINT16_TO_LE (header->flags);
  const guint64 job = GUINT64_TO_LE (header->job);
  const guint64 bulk_size = GUINT64_TO_LE (header->bulk_size);

  memcpy (bytes, &body_size, 4);
  memcpy (bytes + 4, &type, 2);
  memcpy (bytes + 6, &flags, 2);
  memcpy (bytes + 8, &job, 8);
  if ((header->flags & TF_FRAME_HAS_BULK) == 0)
    return TF_WIRE_HEADER_SIZE;

  memcpy (bytes + TF_WIRE_HEADER_SIZE, &bulk_size, 8);
  return TF_WIRE_HEADER_SIZE + TF_WIRE_BULK_SIZE;
}

static gboolean
check_flags (const TfFrameHeader *header,
             const FrameRule     *rule,
             GError             **error)
{
  if ((header->flags & ~KNOWN_FLAGS) != 0)
    return fail (error, "A frame of type %u has unknown flags: 0x%x", header->type, header->flags);
  if (header->flags == TF_FRAME_BULK_IS_FD)
    return fail (error, "A frame of type %u has a descriptor, and no bulk", header->type);
  if (header->flags != 0 && !rule->may_have_bulk)
    return fail (error, "A frame of type %u has no bulk", header->type);

  return TRUE;
}

static gboolean
check_body_size (const TfFrameHeader *header,
                 const FrameRule     *rule,
                 GError             **error)
{
  if (header->body_size > TF_WIRE_MAX_BODY)
    return fail (error, "The body of a frame of type %u is too large: %u bytes", header->type,
                 header->body_size);
  if (header->body_size == 0 || (rule->body[1] == ')' && header->body_size != EMPTY_BODY_SIZE))
    return fail (error, "The body of a frame of type %u cannot have %u bytes", header->type,
                 header->body_size);

  return TRUE;
}

gboolean
tf__wire_unpack_header (const guint8   bytes[TF_WIRE_HEADER_SIZE],
                        TfWireEnd      end,
                        TfFrameHeader *header,
                        GError       **error)
{
  const FrameRule *rule;
  TfFrameHeader    found = { 0 };

  memcpy (&found.body_size, bytes, 4);
  memcpy (&found.type, bytes + 4, 2);
  memcpy (&found.flags, bytes + 6, 2);
  memcpy (&found.job, bytes + 8, 8);
  found.body_size = GUINT32_FROM_LE (found.body_size);
  found.type = GUINT16_FROM_LE (found.type);
  found.flags = GUINT16_FROM_LE (found.flags);
  found.job = GUINT64_FROM_LE (found.job);

  rule = find_rule (found.type);
  if (rule == NULL)
    return fail (error, "There is no frame of type %u", found.type);
  if (rule->end != end)
    return fail (error, "A frame of type %u does not come here", found.type);
  if (!check_flags (&found, rule, error) || !check_body_size (&found, rule, error))
    return FALSE;
  if (rule->job == HAS_NO_JOB && found.job != 0)
    return fail (error, "A frame of type %u belongs to no job", found.type);
  if (rule->job == HAS_JOB && found.job == 0)
    return fail (error, "A frame of type %u belongs to a job", found.type);

  *header = found;
  return TRUE;
}

gboolean
tf__wire_unpack_bulk_size (const guint8   bytes[TF_WIRE_BULK_SIZE],
                           TfFrameHeader *header,
                           GError       **error)
{
  guint64 bulk_size;

  memcpy (&bulk_size, bytes, 8);
  bulk_size = GUINT64_FROM_LE (bulk_size);
  if (bulk_size == 0 || bulk_size > TF_WIRE_MAX_BULK || bulk_size > G_MAXSSIZE)
    return fail (error, "Bulk cannot have %" G_GUINT64_FORMAT " bytes", bulk_size);

  header->bulk_size = bulk_size;
  return TRUE;
}

gboolean
tf__wire_is_within (const TfFrameHeader *header,
                    const TfWireLimits  *limits)
{
  const FrameRule *rule = find_rule (header->type);
  guint64          max_body;

  if (limits->max_text == 0 || rule == NULL)
    return TRUE;

  max_body = (guint64) rule->n_texts * limits->max_text;
  max_body += rule->may_have_bulk ? VALUE_ROOM : PLAIN_ROOM;
  return header->body_size <= max_body && header->bulk_size <= limits->max_value;
}

/* The body */

gboolean
tf__wire_has_short_texts (GVariant           *body,
                          const TfWireLimits *limits)
{
  /* Most are shorter as a whole. */
  if (limits->max_text == 0 || g_variant_get_size (body) <= limits->max_text)
    return TRUE;

  for (gsize i = 0, n = g_variant_n_children (body); i < n; i++)
    {
      g_autoptr (GVariant) child = g_variant_get_child_value (body, i);
      const char          *type = g_variant_get_type_string (child);

      /* With its zero, and that of what may be nothing. */
      if ((g_str_equal (type, "s") || g_str_equal (type, "ms")) &&
          g_variant_get_size (child) > (gsize) limits->max_text + strlen (type))
        return FALSE;
    }

  return TRUE;
}

const GVariantType *
tf__wire_get_body_type (TfFrameType type)
{
  const FrameRule *rule = find_rule (type);

  return rule == NULL ? NULL : G_VARIANT_TYPE (rule->body);
}

GBytes *
tf__wire_pack_body (GVariant *body)
{
  g_autoptr (GVariant) own = g_variant_ref_sink (body);

#if G_BYTE_ORDER == G_BIG_ENDIAN
  g_autoptr (GVariant) swapped = g_variant_byteswap (own);

  return g_variant_get_data_as_bytes (swapped);
#else
  return g_variant_get_data_as_bytes (own);
#endif
}

GVariant *
tf__wire_unpack_body (const TfFrameHeader *header,
                      GBytes              *bytes,
                      GError             **error)
{
  const FrameRule     *rule = find_rule (header->type);
  g_autoptr (GVariant) body = NULL;
  const char          *fault = "it has no type";
  gconstpointer        data;
  gsize                size;

  data = g_bytes_get_data (bytes, &size);
  if (rule != NULL)
    fault = tf__wire_check (rule->body, data, size, MAX_BODY_DEPTH, NULL);
  if (fault != NULL)
    {
      fail (error, "The body of a frame of type %u cannot be read: %s", header->type, fault);
      return NULL;
    }

  body = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (rule->body), bytes, TRUE));
#if G_BYTE_ORDER == G_BIG_ENDIAN
  return g_variant_byteswap (body);
#else
  return g_steal_pointer (&body);
#endif
}
