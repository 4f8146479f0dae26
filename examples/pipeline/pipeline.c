/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Stages: each file given is read by GIO, counted on a thread of the pool as soon as it is there,
 * and summed up when all are counted. While one file is read another one is counted, and nobody
 * waits in between. What cannot be read is named, and counts for nothing.
 */

#include <tf/tf.h>

/* The first stage: read. */

static void
on_read_cb (GObject      *file,
            GAsyncResult *result,
            gpointer      user_data)
{
  g_autoptr (TfPromise) promise = user_data;
  g_autoptr (GBytes)    bytes = NULL;
  GError               *error = NULL;

  bytes = g_file_load_bytes_finish (G_FILE (file), result, NULL, &error);
  if (bytes != NULL)
    tf_promise_resolve_boxed (promise, G_TYPE_BYTES, bytes);
  else
    tf_promise_reject (promise, error);
}

static TfFuture *
read_file (const char *path)
{
  TfPromise        *promise = tf_promise_new (path);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  g_file_load_bytes_async (file, tf_promise_get_gcancellable (promise), on_read_cb,
                           g_object_ref (promise));
  return TF_FUTURE (promise);
}

/* The second stage: count, in the background. What has completed does not change any more, so any
 * thread may look at it.
 */

static void
run_count (TfTask   *task,
           TfFuture *contents,
           gpointer  user_data)
{
  g_autoptr (GBytes) bytes = tf_future_dup_boxed (contents, G_TYPE_BYTES, NULL);
  gsize              size;
  const char        *text = g_bytes_get_data (bytes, &size);
  gint64             n_lines = 0;
  gint64             n_words = 0;
  gboolean           is_in_word = FALSE;

  for (gsize i = 0; i < size; i++)
    {
      gboolean is_space = g_ascii_isspace (text[i]);

      n_lines += text[i] == '\n';
      n_words += !is_space && !is_in_word;
      is_in_word = !is_space;
    }

  tf_task_return_variant (task, g_variant_new ("(xx)", n_lines, n_words));
}

static TfFuture *
skip (TfFuture *failed,
      gpointer  user_data)
{
  g_autoptr (GError) error = tf_future_dup_error (failed);

  g_printerr ("pipeline: %s\n", error->message);
  return tf_future_new_for_variant (g_variant_new ("(xx)", (gint64) 0, (gint64) 0));
}

static TfFuture *
count_file (TfExecutor *executor,
            const char *path)
{
  g_autoptr (TfFuture) contents = read_file (path);
  g_autoptr (TfFuture) counts = NULL;

  counts = tf_executor_submit_then (executor, contents, run_count, NULL, NULL);
  return tf_future_catch (counts, skip, NULL, NULL);
}

/* The third stage: sum up. */

static TfFuture *
sum_up (TfFuture *all,
        gpointer  user_data)
{
  TfFutureSet *set = TF_FUTURE_SET (all);
  char       **paths = user_data;
  gint64       n_lines = 0;
  gint64       n_words = 0;

  for (guint i = 0; i < tf_future_set_get_n_futures (set); i++)
    {
      g_autoptr (GVariant) counts = tf_future_dup_variant (tf_future_set_get_future (set, i), NULL);
      gint64               lines;
      gint64               words;

      g_variant_get (counts, "(xx)", &lines, &words);
      g_print ("%8" G_GINT64_FORMAT " %8" G_GINT64_FORMAT " %s\n", lines, words, paths[i]);
      n_lines += lines;
      n_words += words;
    }

  return tf_future_new_for_variant (g_variant_new ("(xx)", n_lines, n_words));
}

static TfFuture *
start (TfExecutor *executor,
       char      **paths,
       guint       n_paths)
{
  g_autoptr (GPtrArray)   files = g_ptr_array_new_with_free_func (g_object_unref);
  g_autoptr (TfFutureSet) all = NULL;

  for (guint i = 0; i < n_paths; i++)
    g_ptr_array_add (files, count_file (executor, paths[i]));

  all = tf_future_all ((TfFuture *const *) files->pdata, files->len, TF_FUTURE_SET_FLAGS_NONE);
  return tf_future_then (TF_FUTURE (all), sum_up, paths, NULL);
}

int
main (int    argc,
      char **argv)
{
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (TfFuture)   total = start (executor, argv + 1, (guint) argc - 1);
  g_autoptr (GError)     error = NULL;
  g_autoptr (GVariant)   counts = NULL;
  gint64                 n_lines;
  gint64                 n_words;

  if (!tf_future_wait (total, -1, NULL, &error) ||
      (counts = tf_future_dup_variant (total, &error)) == NULL)
    {
      g_printerr ("pipeline: %s\n", error->message);
      return 1;
    }

  g_variant_get (counts, "(xx)", &n_lines, &n_words);
  g_print ("%8" G_GINT64_FORMAT " %8" G_GINT64_FORMAT " total\n", n_lines, n_words);
  return tf_executor_shutdown (executor, -1, NULL) ? 0 : 1;
}
