/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "process/tf-wire-private.h"

/* One frame of each type: as text, what it has. */
typedef struct
{
  TfFrameType type;
  TfWireEnd   end;
  guint64     job;
  const char *body; /* as g_variant_parse() reads it */
  gboolean    may_have_bulk;
} SampleFrame;

static const SampleFrame samples[] = {
  { TF_FRAME_HELLO, TF_WIRE_TO_PROGRAM, 0, "(1, 1234, 'token', '1.0.0')", FALSE },
  { TF_FRAME_PROGRESS, TF_WIRE_TO_PROGRAM, 1, "(-1, 0x7fffffffffffffff, 'almost')", FALSE },
  { TF_FRAME_PROGRESS, TF_WIRE_TO_PROGRAM, 1, "(0, 0, nothing)", FALSE },
  { TF_FRAME_EVENT, TF_WIRE_TO_PROGRAM, 2, "(0x02, 'kind', ('gint', <1>))", TRUE },
  { TF_FRAME_RESULT, TF_WIRE_TO_PROGRAM, 3, "('GVariant', <just <{'a': <1>}>>)", TRUE },
  { TF_FRAME_ERROR, TF_WIRE_TO_PROGRAM, 4, "('tf-error-quark', -1, 'what')", FALSE },
  { TF_FRAME_ERROR, TF_WIRE_TO_PROGRAM, 0, "('', 0, '')", FALSE },
  { TF_FRAME_FAILURE, TF_WIRE_TO_PROGRAM, 5, "('ValueError', 'what', 'where')", FALSE },
  { TF_FRAME_READY, TF_WIRE_TO_PROGRAM, 0, "()", FALSE },
  { TF_FRAME_CANCELLED, TF_WIRE_TO_PROGRAM, 7, "()", FALSE },
  { TF_FRAME_WITHDRAWN, TF_WIRE_TO_PROGRAM, 8, "()", FALSE },
  { TF_FRAME_CONFIGURE, TF_WIRE_TO_WORKER, 0, "{'modules': <['a', 'b']>}", FALSE },
  { TF_FRAME_RUN, TF_WIRE_TO_WORKER, 6, "('name:x', '', '', ('gchararray', <@ms nothing>))", TRUE },
  { TF_FRAME_QUIT, TF_WIRE_TO_WORKER, 0, "()", FALSE },
  { TF_FRAME_CANCEL, TF_WIRE_TO_WORKER_CONTROL, G_MAXUINT64, "()", FALSE },
  { TF_FRAME_WITHDRAW, TF_WIRE_TO_WORKER_CONTROL, 9, "(@t 12,)", FALSE },
};

static inline GVariant *
make_sample_body (const SampleFrame *sample)
{
  g_autofree char   *text = sample->type == TF_FRAME_CONFIGURE
                              ? g_strdup_printf ("(%s,)", sample->body)
                              : g_strdup (sample->body);
  g_autoptr (GError) error = NULL;
  GVariant          *body =
    g_variant_parse (tf__wire_get_body_type (sample->type), text, NULL, NULL, &error);

  g_assert_no_error (error);
  return body;
}

/* The whole frame, without bulk. */
static inline GByteArray *
make_sample_bytes (const SampleFrame *sample)
{
  GByteArray          *bytes = g_byte_array_new ();
  guint8               head[TF_WIRE_HEADER_SIZE + TF_WIRE_BULK_SIZE];
  TfFrameHeader        header = { .type = (guint16) sample->type, .job = sample->job };
  g_autoptr (GVariant) variant = make_sample_body (sample);
  g_autoptr (GBytes)   body = tf__wire_pack_body (variant);

  header.body_size = (guint32) g_bytes_get_size (body);
  g_byte_array_append (bytes, head, (guint) tf__wire_pack_header (&header, head));
  g_byte_array_append (bytes, g_bytes_get_data (body, NULL), header.body_size);
  return bytes;
}
