/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

/* What the program and its workers say to each other, byte by byte: docs/worker-protocol.md. Nothing here has a thread,
 * a descriptor or a state; what cannot be decoded is an error TF_ERROR_PROTOCOL, which says what is wrong. */

#define TF_WIRE_VERSION 1

/* The header of each frame, and what follows it at once in a frame that has bulk: its size. */
#define TF_WIRE_HEADER_SIZE 16
#define TF_WIRE_BULK_SIZE   8

/* The body of a frame is read whole before it is understood; bulk is not looked at. */
#define TF_WIRE_MAX_BODY (64u * 1024 * 1024)
#define TF_WIRE_MAX_BULK (G_GUINT64_CONSTANT (1) << 40)

/* Where a value is at least as large as this, its bytes are bulk. */
#define TF_WIRE_BULK_THRESHOLD (64u * 1024)

/* How many containers may be inside each other in a value of type GVariant. */
#define TF_WIRE_MAX_DEPTH 64

/* Maximum number of letters in the type of a value, with those of the variants inside each other at any place. */
#define TF_WIRE_MAX_TYPE (1024 * 1024)

/* Each has one body, of a fixed type. */
typedef enum
{
  /* From the worker. */
  TF_FRAME_HELLO = 1,     /* "(uuss)": the version, the process id, the token, the version of the library */
  TF_FRAME_PROGRESS = 2,  /* "(xxms)": completed steps, total steps, status */
  TF_FRAME_EVENT = 3,     /* "(ys(sv))": a TfRoad, the kind, the value */
  TF_FRAME_RESULT = 4,    /* "(sv)": the value; final */
  TF_FRAME_ERROR = 5,     /* "(sis)": domain, code, message; final */
  TF_FRAME_FAILURE = 6,   /* "(sss)": type, text, traceback; final */
  TF_FRAME_READY = 7,     /* "()": it has done what CONFIGURE says */
  TF_FRAME_CANCELLED = 8, /* "()": the code has cancelled its own task */
  TF_FRAME_WITHDRAWN = 9, /* "()": none of those after that job, which WITHDRAW speaks of, will be run */

  /* To the worker. */
  TF_FRAME_CONFIGURE = 32, /* "(a{sv})" */
  TF_FRAME_RUN = 33,       /* "(sss(sv))": reference, name, description, argument */
  TF_FRAME_QUIT = 34,      /* "()" */
  TF_FRAME_CANCEL = 35,    /* "()": on the control socket */
  TF_FRAME_WITHDRAW = 36,  /* "(t)": on the control socket: begin no job after that one, up to this one */
} TfFrameType;

typedef enum
{
  TF_FRAME_FLAGS_NONE = 0,
  TF_FRAME_HAS_BULK = 1 << 0,   /* the size of the bulk follows the header, and the bulk follows the body */
  TF_FRAME_BULK_IS_FD = 1 << 1, /* the bulk is in a sealed memfd, which comes with the first byte of the header */
} TfFrameFlags;

/* Limits of what a worker can make the program hold, to which it keeps by itself. Without limits all is 0. */
typedef struct
{
  guint64 max_value; /* bytes of one value that is bulk */
  guint   max_text;  /* bytes of one text: a status, a kind, each part of an error or a failure */
} TfWireLimits;

#define TF_WIRE_USUAL_VALUE (G_GUINT64_CONSTANT (1) << 30)
#define TF_WIRE_USUAL_TEXT  (64u * 1024)
/* The least that can be set: contents up to here are in the body. */
#define TF_WIRE_LEAST_VALUE TF_WIRE_BULK_THRESHOLD
#define TF_WIRE_LEAST_TEXT  1024u
/* The most: three texts fit into a body. */
#define TF_WIRE_MOST_TEXT (16u * 1024 * 1024)

/* Who receives. */
typedef enum
{
  TF_WIRE_TO_PROGRAM,
  TF_WIRE_TO_WORKER,         /* by the stream of the jobs */
  TF_WIRE_TO_WORKER_CONTROL, /* by the other one */
} TfWireEnd;

typedef struct
{
  guint32 body_size;
  guint16 type;  /* a TfFrameType */
  guint16 flags; /* of TfFrameFlags */
  guint64 job;   /* 0 in frames that belong to none */
  guint64 bulk_size;
} TfFrameHeader;

/* Returns how many bytes it has: with or without the size of the bulk. */
gsize tf__wire_pack_header (const TfFrameHeader *header,
                            guint8               bytes[TF_WIRE_HEADER_SIZE + TF_WIRE_BULK_SIZE]);
/* Whether @bytes are a header that @end may get. The size of the bulk is not in it. */
gboolean tf__wire_unpack_header (const guint8   bytes[TF_WIRE_HEADER_SIZE],
                                 TfWireEnd      end,
                                 TfFrameHeader *header,
                                 GError       **error);
gboolean tf__wire_unpack_bulk_size (const guint8   bytes[TF_WIRE_BULK_SIZE],
                                    TfFrameHeader *header,
                                    GError       **error);

/* Whether a frame of that header, with the size of its bulk, keeps to the limits. */
gboolean tf__wire_is_within (const TfFrameHeader *header,
                             const TfWireLimits  *limits);
/* Whether the texts in a body do. */
gboolean tf__wire_has_short_texts (GVariant           *body,
                                   const TfWireLimits *limits);

/* The type that the body of such a frame has. */
const GVariantType *tf__wire_get_body_type (TfFrameType type);
/* The bytes of a body, in the byte order of the wire. @body is consumed if it is floating. */
GBytes *tf__wire_pack_body (GVariant *body);
/* Fails if the body is not of the type of the frame, not in normal form, nested too deeply, or has handles. */
GVariant *tf__wire_unpack_body (const TfFrameHeader *header,
                                GBytes              *bytes,
                                GError             **error);

/* Asks from time to time whether a long check has become useless. */
typedef struct
{
  gboolean (*is_unwanted) (gpointer data);
  gpointer data;
} TfWireStop;

/* Returns why a serialised variant cannot travel, or NULL: it is not in normal form, has handles, also in variants
 * inside, or has more than @max_depth containers inside each other. One that has passed may be read as trusted. Takes
 * time in proportion to @size. @type need not be the string of a type. */
const char *tf__wire_check (const char       *type,
                            gconstpointer     data,
                            gsize             size,
                            guint             max_depth,
                            const TfWireStop *stop);
/* Whether this is no fault: the check was stopped. */
gboolean tf__wire_is_stopped (const char *fault);

/* Values: tf-wire-value.c, tf-wire-unpack.c. They fail with TF_ERROR_NOT_PORTABLE, which names the type. */

/* Whether values of this type may travel. Those of type variant may have handles inside, and fail later. */
gboolean tf__wire_is_portable (GType type);
/* Of type "(sv)", floating: the name of the type, and the contents; no value is an empty name. Where the contents are
 * large, they are in @bulk instead, and what is left in the tuple says of what type they are. */
GVariant *tf__wire_pack_value (const GValue *value,
                               GBytes      **bulk,
                               GError      **error);
/* Text that people read, of type "s", floating: what is not UTF-8 in it is replaced, and what is longer than @max_size
 * bytes is cut off; 0 for any size. NULL is empty. */
GVariant *tf__wire_pack_text (const char *text,
                              gsize       max_size);
/* The same for a GBytes all of which is in the bulk, perhaps in a memfd. */
GVariant *tf__wire_pack_bulk_bytes (void);
/* @value is uninitialised, and stays so if there is none. @bulk: that of the frame, if it has any. Fails with
 * TF_ERROR_PROTOCOL if that does not fit, with TF_ERROR_NOT_PORTABLE if the type is not known in this process, and
 * without an error if it was stopped. */
gboolean tf__wire_unpack_value (GVariant         *packed,
                                GBytes           *bulk,
                                const TfWireStop *stop,
                                GValue           *value,
                                GError          **error);
/* @max_text: as above. */
GVariant *tf__wire_pack_error (const GError *error,
                               gsize         max_text);
/* Of a domain that nobody here knows, too: quarks are not made without limit. */
GError *tf__wire_unpack_error (GVariant *packed);

/* The quark of an error domain: a new one only if not many have been made in this way, else 0. Any thread. */
GQuark tf__wire_get_domain (const char *name);
