/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

G_BEGIN_DECLS

typedef enum
{
  FILE_HASHING,
  FILE_HASHED,
  FILE_FAILED,
  FILE_LEFT_OUT,
} FileState;

/* One file on its way from the walk to the output. The walk makes it, and hands it over with its
 * batch; what hashes it gets a copy of its name.
 */
typedef struct
{
  gint64    size_bytes; /* [const] as the walk saw it, for the bars only */
  gboolean  is_given;   /* [const] named by the user, who may mean a symbolic link */
  FileState state;      /* [foreground] */
  char     *text;       /* [foreground] (owned) the digest, or the reason of a failure */
  TfFuture *future;     /* [foreground] (owned) while it is being hashed */
  gpointer  session;    /* [foreground] */
  char      name[];     /* [const] raw bytes, as they go to the output */
} HashFile;

HashFile *hash_file_new (const char *name,
                         gint64      size_bytes);
HashFile *hash_file_new_failed (const char *name,
                                const char *reason);
void      hash_file_free (HashFile *self);

void hash_file_fail (HashFile   *self,
                     const char *reason);
void hash_file_take_outcome (HashFile *self);

void  hash_file_append_line (const HashFile *self,
                             GString        *out);
char *display_name (const char *name);

G_END_DECLS
