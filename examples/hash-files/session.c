/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "session.h"

#include "feed.h"
#include "hash.h"
#include "output.h"

#include <stdio.h>
#include <unistd.h>

/* Tasks under way, enough to bridge a turn of the main loop; and files that are hashed but wait for
 * one before them to be printed, some hundred bytes each.
 */
#define MAX_HASHING   128
#define MAX_UNPRINTED 65536

#define COUNT_LIMIT_MS 1000 /* how long Ctrl-C goes on counting what is left out */

struct _Session
{
  TfExecutor  *hasher;
  Output      *output;
  Feed        *feed;
  GQueue       files; /* submitted, not printed, in the order of the walk */
  guint        n_hashing;
  guint        count_timer;
  guint64      n_left_out;
  gint64       done_bytes;
  gboolean     is_cut_short; /* not all that is left out could be counted */
  gboolean     is_cancelled;
  gboolean     has_failed;
  gboolean     has_ended;
  gboolean     shares_terminal; /* standard output goes there, too */
  SessionFuncs funcs;
  gpointer     user_data;
};

static void advance (gpointer user_data);

/* A message of its own line, on standard error. */
static void
complain (Session    *self,
          const char *name,
          const char *reason)
{
  g_autofree char *shown = display_name (name);

  self->has_failed = TRUE;
  self->funcs.will_write (self->user_data);
  fprintf (stderr, "hash-files: %s: %s\n", shown, reason);
  self->funcs.wrote (self->user_data);
}

static void
on_file_done_cb (TfFuture *future,
                 gpointer  user_data)
{
  HashFile *file = user_data;
  Session  *self = file->session;

  hash_file_take_outcome (file);
  if (file->state != FILE_LEFT_OUT)
    self->done_bytes += file->size_bytes;
  self->n_hashing--;
  advance (self);
}

static void
submit_file (Session  *self,
             HashFile *file)
{
  g_autoptr (GError) error = NULL;
  TfTask            *task;

  task = tf_task_new_with_argument (run_hash, hash_argument_new (file->name, file->is_given));
  file->session = self;
  tf_task_set_callback (task, on_file_done_cb, file, NULL);
  file->future = tf_executor_submit (self->hasher, task, &error);
  if (file->future != NULL)
    self->n_hashing++;
  else
    hash_file_fail (file, error->message);
}

static void
print_file (Session  *self,
            HashFile *file)
{
  if (file->state == FILE_HASHED)
    {
      hash_file_append_line (file, output_begin_line (self->output));
      output_end_line (self->output);
    }
  else if (file->state == FILE_FAILED)
    complain (self, file->name, file->text);
  else
    self->n_left_out++;

  hash_file_free (file);
}

static void
print_ready (Session *self)
{
  HashFile *file;

  while ((file = g_queue_peek_head (&self->files)) != NULL && file->future == NULL &&
         !output_is_full (self->output))
    print_file (self, g_queue_pop_head (&self->files));
}

static void
fill_window (Session *self)
{
  HashFile *file;

  while (self->n_hashing < MAX_HASHING && self->files.length < MAX_UNPRINTED &&
         (file = feed_take (self->feed)) != NULL)
    {
      g_queue_push_tail (&self->files, file);
      if (self->is_cancelled && file->state == FILE_HASHING)
        file->state = FILE_LEFT_OUT;
      if (file->state == FILE_HASHING)
        submit_file (self, file);
      if (file->future == NULL)
        print_ready (self);
    }
}

static void
end (Session *self)
{
  self->has_ended = TRUE;
  self->funcs.ended (self->user_data);
}

/* The one place that decides what comes next. */
static void
advance (gpointer user_data)
{
  Session *self = user_data;

  if (self->has_ended)
    return;

  print_ready (self);
  fill_window (self);
  if (self->files.length > 0 || !feed_is_at_end (self->feed))
    return;

  output_flush (self->output);
  if (output_is_empty (self->output))
    end (self);
}

static void
on_output_cb (OutputEvent event,
              gpointer    user_data)
{
  Session *self = user_data;

  if (event == OUTPUT_WILL_WRITE)
    {
      if (self->shares_terminal)
        self->funcs.will_write (self->user_data);
      return;
    }

  if (self->shares_terminal)
    self->funcs.wrote (self->user_data);
  if (event == OUTPUT_WROTE)
    advance (self);
  else if (!self->has_ended)
    end (self);
}

Session *
session_new (TfExecutor         *hasher,
             TfExecutor         *walker,
             char              **paths,
             const SessionFuncs *funcs,
             gpointer            user_data)
{
  Session *self = g_new0 (Session, 1);

  self->hasher = g_object_ref (hasher);
  self->output = output_new (STDOUT_FILENO, on_output_cb, self);
  self->shares_terminal = isatty (STDOUT_FILENO);
  self->feed = feed_new (walker, paths, advance, self);
  g_queue_init (&self->files);
  self->funcs = *funcs;
  self->user_data = user_data;
  advance (self);

  return self;
}

void
session_free (Session *self)
{
  g_clear_handle_id (&self->count_timer, g_source_remove);
  feed_free (self->feed);
  g_queue_clear_full (&self->files, (GDestroyNotify) hash_file_free);
  output_free (self->output);
  g_object_unref (self->hasher);
  g_free (self);
}

static gboolean
on_count_limit_cb (gpointer user_data)
{
  Session *self = user_data;

  self->count_timer = 0;
  if (!feed_is_at_end (self->feed))
    {
      self->is_cut_short = TRUE;
      feed_cut_short (self->feed);
      advance (self);
    }

  return G_SOURCE_REMOVE;
}

/* Hashing ends; the walk goes on for a moment, to say how much is missing. */
void
session_cancel (Session *self)
{
  GList *link;

  self->is_cancelled = TRUE;
  for (link = self->files.head; link != NULL; link = link->next)
    {
      HashFile *file = link->data;

      if (file->future != NULL)
        tf_future_cancel (file->future);
    }
  self->count_timer = g_timeout_add (COUNT_LIMIT_MS, on_count_limit_cb, self);
  advance (self);
}

gint64
session_get_done_bytes (Session *self)
{
  return self->done_bytes;
}

void
session_foreach_running (Session *self,
                         GFunc    func,
                         gpointer user_data)
{
  GList *link;

  for (link = self->files.head; link != NULL; link = link->next)
    {
      HashFile *file = link->data;

      if (file->future != NULL && tf_future_get_state (file->future) == TF_FUTURE_STATE_EXECUTING)
        func (file, user_data);
    }
}

gboolean
session_is_cancelled (Session *self)
{
  return self->is_cancelled;
}

gboolean
session_has_failed (Session *self)
{
  return self->has_failed;
}

int
session_get_write_error (Session *self)
{
  return output_get_error_number (self->output);
}

void
session_report_left_out (Session *self)
{
  fprintf (stderr, "hash-files: interrupted: %s%" G_GUINT64_FORMAT " %s left out\n",
           self->is_cut_short ? "at least " : "", self->n_left_out,
           self->n_left_out == 1 ? "file" : "files");
}
