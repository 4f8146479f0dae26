/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "hash-file.h"

G_BEGIN_DECLS

/* The run of the program: walks, keeps a window of tasks under way, and prints in the order of the
 * walk.
 */
typedef struct _Session Session;

/* Told around everything that is written to the terminal, and at the end. */
typedef struct
{
  void (*will_write) (gpointer user_data);
  void (*wrote) (gpointer user_data);
  void (*ended) (gpointer user_data);
} SessionFuncs;

/* @hasher: where files are hashed, in threads or in processes
 * @walker: where the tree is walked, in threads
 */
Session *session_new (TfExecutor         *hasher,
                      TfExecutor         *walker,
                      char              **paths,
                      const SessionFuncs *funcs,
                      gpointer            user_data);
/* After the executor has been shut down. */
void session_free (Session *self);

void session_cancel (Session *self);

gint64 session_get_done_bytes (Session *self);
void   session_foreach_running (Session *self,
                                GFunc    func,
                                gpointer user_data);

gboolean session_is_cancelled (Session *self);
gboolean session_has_failed (Session *self);
int      session_get_write_error (Session *self);
void     session_report_left_out (Session *self);

G_END_DECLS
