/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <tf/tf.h>

/* What the blocks marked "c statements" of the pages may use. Declarations only, so that it can stand outside of a
 * function as well as at the beginning of one. */

extern TfExecutor      *executor;
extern TfThreadContext *context;
extern TfFuture        *future;
extern TfTask          *task;

extern TfProcessContext *processes;

extern GCancellable *cancellable;
extern GError       *error;
extern GObject      *window;
extern GObject      *progress_bar;
extern GObject      *button;
extern GListStore   *store;
extern GVariant     *argument;
extern GValue       *value;

extern const char *text;
extern gboolean    is_ok;

void count_words (TfTask  *background,
                  gpointer user_data);
void on_done (TfFuture *done,
              gpointer  user_data);
void on_item (TfFuture     *source,
              const GValue *item,
              gpointer      user_data);
void on_message (TfFuture     *source,
                 const char   *kind,
                 const GValue *message,
                 gpointer      user_data);
