/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "process/tf-wire-private.h"

/* What kinds of values travel. */
typedef enum
{
  TF_WIRE_KIND_NONE,
  TF_WIRE_KIND_BOOLEAN,
  TF_WIRE_KIND_CHAR,
  TF_WIRE_KIND_UCHAR,
  TF_WIRE_KIND_INT,
  TF_WIRE_KIND_UINT,
  TF_WIRE_KIND_LONG,
  TF_WIRE_KIND_ULONG,
  TF_WIRE_KIND_INT64,
  TF_WIRE_KIND_UINT64,
  TF_WIRE_KIND_FLOAT,
  TF_WIRE_KIND_DOUBLE,
  TF_WIRE_KIND_ENUM,
  TF_WIRE_KIND_FLAGS,
  TF_WIRE_KIND_STRING,
  TF_WIRE_KIND_STRV,
  TF_WIRE_KIND_VARIANT,
  TF_WIRE_KIND_BYTES,
  TF_WIRE_KIND_ERROR,
  TF_WIRE_KIND_DATE_TIME,
} TfWireKind;

/* The type of the contents of each kind. */
extern const char *const tf__wire_signatures[];

/* TF_WIRE_KIND_NONE if values of this type do not travel. */
TfWireKind tf__wire_get_kind (GType type);

/* Whether an enum has a value that is in its type, and flags none but those in theirs. */
gboolean tf__wire_is_known_number (const GValue *value);
