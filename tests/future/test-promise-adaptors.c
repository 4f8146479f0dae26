/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gstdio.h>

#include "emitter.h"

/* --- Finish functions of all types --- */

/* What an operation ends with: its GTask has an error, or nothing of interest. */
static gboolean
has_error (GAsyncResult *result,
           GError      **error)
{
  return !g_task_propagate_boolean (G_TASK (result), error);
}

static gboolean
boolean_finish (gpointer      source,
                GAsyncResult *result,
                GError      **error)
{
  return !has_error (result, error);
}

static gboolean
false_finish (gpointer      source,
              GAsyncResult *result,
              GError      **error)
{
  has_error (result, error);
  return FALSE;
}

static int
int_finish (gpointer      source,
            GAsyncResult *result,
            GError      **error)
{
  return has_error (result, error) ? -1 : -7;
}

static gssize
size_finish (gpointer      source,
             GAsyncResult *result,
             GError      **error)
{
  return has_error (result, error) ? -1 : 1 << 30;
}

static gint64
int64_finish (gpointer      source,
              GAsyncResult *result,
              GError      **error)
{
  return has_error (result, error) ? -1 : G_GINT64_CONSTANT (1) << 40;
}

static void
none_finish (gpointer      source,
             GAsyncResult *result,
             GError      **error)
{
  has_error (result, error);
}

static char *
string_finish (gpointer      source,
               GAsyncResult *result,
               GError      **error)
{
  return has_error (result, error) ? NULL : g_strdup ("text");
}

static gpointer
null_finish (gpointer      source,
             GAsyncResult *result,
             GError      **error)
{
  has_error (result, error);
  return NULL;
}

static GVariant *
variant_finish (gpointer      source,
                GAsyncResult *result,
                GError      **error)
{
  return has_error (result, error) ? NULL : g_variant_new_int32 (5);
}

static GBytes *
bytes_finish (gpointer      source,
              GAsyncResult *result,
              GError      **error)
{
  return has_error (result, error) ? NULL : g_bytes_new_static ("bytes", 5);
}

static GObject *
object_finish (gpointer      source,
               GAsyncResult *result,
               GError      **error)
{
  return has_error (result, error) ? NULL : emitter_new ();
}

static GFile *
file_finish (gpointer      source,
             GAsyncResult *result,
             GError      **error)
{
  return has_error (result, error) ? NULL : g_file_new_for_path ("/");
}

/* Starts an operation, and ends it well. */
static TfFuture *
run_finish (GType     type,
            GCallback finish)
{
  TfPromise *promise = tf_promise_new_for_finish ("operation", type, finish);
  GTask     *gtask;

  gtask = g_task_new (NULL, tf_promise_get_gcancellable (promise), tf_promise_ready_cb,
                      g_object_ref (promise));
  g_task_return_boolean (gtask, TRUE);
  g_object_unref (gtask);
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_COMPLETED);
  return TF_FUTURE (promise);
}

static TfFuture *
fail_finish (GType     type,
             GCallback finish)
{
  TfPromise *promise = tf_promise_new_for_finish ("operation", type, finish);
  GTask     *gtask = g_task_new (NULL, NULL, tf_promise_ready_cb, g_object_ref (promise));

  g_task_return_new_error (gtask, G_IO_ERROR, G_IO_ERROR_BUSY, "no time");
  g_object_unref (gtask);
  tf_test_wait_done (TF_FUTURE (promise));
  return TF_FUTURE (promise);
}

static void
test_finish_plain (void)
{
  TfFuture *future = run_finish (G_TYPE_BOOLEAN, G_CALLBACK (boolean_finish));

  g_test_summary ("What a finish function returns is the value: truth, numbers and texts.");

  g_assert_cmpstr (tf_future_get_name (future), ==, "operation");
  tf_test_assert_boolean (future, TRUE);
  drop_last (future);
  future = run_finish (G_TYPE_BOOLEAN, G_CALLBACK (false_finish));
  tf_test_assert_boolean (future, FALSE);
  drop_last (future);
  future = run_finish (G_TYPE_INT, G_CALLBACK (int_finish));
  tf_test_assert_int64 (future, -7);
  drop_last (future);
  future = run_finish (G_TYPE_LONG, G_CALLBACK (size_finish));
  tf_test_assert_int64 (future, 1 << 30);
  drop_last (future);
  future = run_finish (G_TYPE_INT64, G_CALLBACK (int64_finish));
  tf_test_assert_int64 (future, G_GINT64_CONSTANT (1) << 40);
  drop_last (future);
  future = run_finish (G_TYPE_STRING, G_CALLBACK (string_finish));
  tf_test_assert_string (future, "text");
  drop_last (future);
  future = run_finish (G_TYPE_STRING, G_CALLBACK (null_finish));
  tf_test_assert_string (future, NULL);
  drop_last (future);
  future = run_finish (G_TYPE_NONE, G_CALLBACK (none_finish));
  g_assert_null (tf_future_dup_value (future, NULL));
  drop_last (future);
}

static void
test_finish_pointers (void)
{
  TfFuture *future = run_finish (G_TYPE_VARIANT, G_CALLBACK (variant_finish));
  GBytes   *bytes;
  GObject  *object;

  g_test_summary ("What it returns is taken: variants, boxed things, objects and interfaces.");

  tf_test_assert_variant (future, "5");
  drop_last (future);

  future = run_finish (G_TYPE_BYTES, G_CALLBACK (bytes_finish));
  bytes = tf_future_dup_boxed (future, G_TYPE_BYTES, NULL);
  g_assert_cmpuint (g_bytes_get_size (bytes), ==, 5);
  g_bytes_unref (bytes);
  drop_last (future);

  future = run_finish (emitter_get_type (), G_CALLBACK (object_finish));
  object = tf_future_dup_object (future, NULL);
  drop_last (future);
  g_assert_finalize_object (object);

  future = run_finish (G_TYPE_FILE, G_CALLBACK (file_finish));
  object = tf_future_dup_object (future, NULL);
  g_assert_true (G_IS_FILE (object));
  drop_last (future);
  g_assert_finalize_object (object);
}

static void
test_finish_errors (void)
{
  struct
  {
    GType     type;
    GCallback finish;
  } const cases[] = {
    { G_TYPE_NONE, G_CALLBACK (none_finish) },
    { G_TYPE_BOOLEAN, G_CALLBACK (boolean_finish) },
    { G_TYPE_INT, G_CALLBACK (int_finish) },
    { G_TYPE_LONG, G_CALLBACK (size_finish) },
    { G_TYPE_INT64, G_CALLBACK (int64_finish) },
    { G_TYPE_STRING, G_CALLBACK (string_finish) },
    { G_TYPE_VARIANT, G_CALLBACK (variant_finish) },
    { G_TYPE_BYTES, G_CALLBACK (bytes_finish) },
    { G_TYPE_FILE, G_CALLBACK (file_finish) },
  };

  g_test_summary ("An error of the finish function is that of the promise.");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      TfFuture *future = fail_finish (cases[i].type, cases[i].finish);

      tf_test_assert_error (future, G_IO_ERROR, G_IO_ERROR_BUSY);
      drop_last (future);
    }
}

static void
test_finish_misuse (void)
{
  g_autoptr (TfTestLog) log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("A type that no finish function returns is refused.");

  g_assert_null (tf_promise_new_for_finish ("x", G_TYPE_PARAM, G_CALLBACK (null_finish)));
  g_assert_null (tf_promise_new_for_finish ("x", G_TYPE_POINTER, G_CALLBACK (null_finish)));
  g_assert_null (tf_promise_new_for_finish ("x", G_TYPE_DOUBLE, G_CALLBACK (null_finish)));
  g_assert_null (tf_promise_new_for_finish ("x", G_TYPE_BYTES, NULL));
  g_assert_cmpuint (tf_test_log_count (log, "tf_promise_new_for_finish: *"), ==, 4);
}

/* --- Operations --- */

static void
test_without_finish (void)
{
  TfPromise *promise = tf_promise_new (NULL);
  GTask     *gtask = g_task_new (NULL, NULL, tf_promise_ready_cb, g_object_ref (promise));
  gpointer   result;

  g_test_summary ("Without a finish function the value is the result of the operation.");

  g_task_return_int (gtask, 3);
  tf_test_wait_done (TF_FUTURE (promise));
  result = tf_future_dup_object (TF_FUTURE (promise), NULL);
  g_assert_true (result == gtask);
  g_assert_cmpint (g_task_propagate_int (result, NULL), ==, 3);
  g_object_unref (result);
  drop_last (TF_FUTURE (promise));
  g_assert_finalize_object (gtask);
}

static void
test_operation_cancel (void)
{
  TfPromise *promise = tf_promise_new_for_finish ("x", G_TYPE_BOOLEAN, G_CALLBACK (boolean_finish));
  GTask     *gtask;
  TfFuture  *failed;

  g_test_summary ("A cancelled promise is CANCELLED when the operation comes back, not before.");

  gtask = g_task_new (NULL, tf_promise_get_gcancellable (promise), tf_promise_ready_cb,
                      g_object_ref (promise));
  g_assert_true (tf_future_cancel (TF_FUTURE (promise)));
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLING);
  g_assert_true (g_task_return_error_if_cancelled (gtask));
  g_object_unref (gtask);
  tf_test_wait_done (TF_FUTURE (promise));
  tf_test_assert_state (TF_FUTURE (promise), TF_FUTURE_STATE_CANCELLED);
  drop_last (TF_FUTURE (promise));

  /* The same error without a cancel is a failure. */
  promise = tf_promise_new_for_finish ("x", G_TYPE_BOOLEAN, G_CALLBACK (boolean_finish));
  gtask = g_task_new (NULL, NULL, tf_promise_ready_cb, g_object_ref (promise));
  g_task_return_new_error (gtask, G_IO_ERROR, G_IO_ERROR_CANCELLED, "odd");
  g_object_unref (gtask);
  failed = TF_FUTURE (promise);
  tf_test_wait_done (failed);
  tf_test_assert_state (failed, TF_FUTURE_STATE_FAILED);
  tf_test_assert_error (failed, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  drop_last (failed);
}

static guint n_objects;

static void
count_object (gpointer data,
              GObject *object)
{
  n_objects--;
}

static GObject *
counted_finish (gpointer      source,
                GAsyncResult *result,
                GError      **error)
{
  GObject *object = emitter_new ();

  n_objects++;
  g_object_weak_ref (object, count_object, NULL);
  return object;
}

static void
test_operation_late (void)
{
  TfPromise *promise;
  GTask     *gtask;

  g_test_summary ("What comes too late is finished nevertheless, and freed.");

  promise =
    tf_promise_new_for_finish ("x", emitter_get_type (), G_CALLBACK (counted_finish));
  gtask = g_task_new (NULL, NULL, tf_promise_ready_cb, g_object_ref (promise));
  g_assert_true (tf_promise_resolve_none (promise));
  tf_test_wait_done (TF_FUTURE (promise));
  n_objects = 0;
  g_task_return_boolean (gtask, TRUE);
  g_object_unref (gtask);
  tf_test_drain (NULL);
  g_assert_cmpuint (n_objects, ==, 0);
  drop_last (TF_FUTURE (promise));
}

static void
test_operation_dropped (void)
{
  TfPromise            *promise;
  GTask                *gtask;
  g_autoptr (TfTestLog) log = tf_test_log_new (G_LOG_LEVEL_WARNING);

  g_test_summary ("Only the operation holds the promise: nobody hears, and nothing is left.");

  promise = tf_promise_new_for_finish ("x", G_TYPE_BOOLEAN, G_CALLBACK (boolean_finish));
  gtask = g_task_new (NULL, NULL, tf_promise_ready_cb, promise);
  g_object_add_weak_pointer (G_OBJECT (promise), (gpointer *) &promise);
  g_task_return_boolean (gtask, TRUE);
  g_object_unref (gtask);
  tf_test_drain (NULL);
  g_assert_null (promise);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, 0);
}

/* --- Files --- */

static GBytes *
load_bytes_finish (GObject      *source,
                   GAsyncResult *result,
                   GError      **error)
{
  return g_file_load_bytes_finish (G_FILE (source), result, NULL, error);
}

static TfFuture *
load (GFile *file)
{
  TfPromise *promise;

  promise = tf_promise_new_for_finish ("load", G_TYPE_BYTES, G_CALLBACK (load_bytes_finish));
  g_file_load_bytes_async (file, tf_promise_get_gcancellable (promise), tf_promise_ready_cb,
                           g_object_ref (promise));
  return TF_FUTURE (promise);
}

static TfFuture *
read_some (TfFuture *done,
           gpointer  data)
{
  TfPromise               *promise;
  g_autoptr (GInputStream) stream = tf_future_dup_object (done, NULL);

  promise = tf_promise_new_for_finish ("bytes", G_TYPE_BYTES,
                                       G_CALLBACK (g_input_stream_read_bytes_finish));
  g_input_stream_read_bytes_async (stream, 4, G_PRIORITY_DEFAULT,
                                   tf_promise_get_gcancellable (promise), tf_promise_ready_cb,
                                   g_object_ref (promise));
  return TF_FUTURE (promise);
}

static void
assert_bytes (TfFuture   *future,
              const char *text)
{
  GError            *error = NULL;
  g_autoptr (GBytes) bytes = tf_future_dup_boxed (future, G_TYPE_BYTES, &error);

  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), text, strlen (text));
}

static void
test_file (void)
{
  g_autofree char  *path = g_build_filename (g_get_tmp_dir (), "tf-adaptors-XXXXXX", NULL);
  g_autoptr (GFile) file = NULL;
  TfPromise        *opened;
  TfFuture         *future;
  int               fd = g_mkstemp (path);

  g_test_summary ("A file is loaded and read by the functions of GIO.");

  g_assert_cmpint (fd, >=, 0);
  g_close (fd, NULL);
  g_assert_true (g_file_set_contents (path, "contents", -1, NULL));
  file = g_file_new_for_path (path);

  future = load (file);
  tf_test_wait_done (future);
  assert_bytes (future, "contents");
  drop_last (future);

  opened = tf_promise_new_for_finish ("read", G_TYPE_FILE_INPUT_STREAM,
                                      G_CALLBACK (g_file_read_finish));
  g_file_read_async (file, G_PRIORITY_DEFAULT, tf_promise_get_gcancellable (opened),
                     tf_promise_ready_cb, g_object_ref (opened));
  future = tf_future_then (TF_FUTURE (opened), read_some, NULL, NULL);
  g_object_unref (opened);
  tf_test_wait_done (future);
  assert_bytes (future, "cont");
  drop_last (future);

  g_assert_cmpint (g_unlink (path), ==, 0);
  future = load (file);
  tf_test_wait_done (future);
  tf_test_assert_error (future, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  drop_last (future);

  future = load (file);
  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  drop_last (future);
}

/* --- Threads --- */

static gpointer
run_operation (gpointer promise)
{
  GMainContext *context = g_main_context_new ();
  GTask        *gtask;

  g_main_context_push_thread_default (context);
  gtask = g_task_new (NULL, NULL, tf_promise_ready_cb, promise);
  g_task_return_boolean (gtask, TRUE);
  g_object_unref (gtask);
  tf_test_drain (context);
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  return NULL;
}

static void
test_operation_elsewhere (void)
{
  TfPromise *promise = tf_promise_new_for_finish ("x", G_TYPE_STRING, G_CALLBACK (string_finish));
  GThread   *thread = g_thread_new ("operation", run_operation, g_object_ref (promise));

  g_test_summary ("An operation may call back on another thread.");

  tf_test_wait_done (TF_FUTURE (promise));
  g_thread_join (thread);
  tf_test_assert_string (TF_FUTURE (promise), "text");
  drop_last (TF_FUTURE (promise));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/promise-adaptors/finish/returns-plain-values", test_finish_plain);
  tf_test_add ("/promise-adaptors/finish/returns-what-is-taken", test_finish_pointers);
  tf_test_add ("/promise-adaptors/finish/fails", test_finish_errors);
  tf_test_add ("/promise-adaptors/finish/must-have-a-type-that-is-known", test_finish_misuse);
  tf_test_add ("/promise-adaptors/operation/is-its-result-without-a-finish-function",
               test_without_finish);
  tf_test_add ("/promise-adaptors/operation/ends-a-cancelled-promise", test_operation_cancel);
  tf_test_add ("/promise-adaptors/operation/is-finished-when-it-is-late", test_operation_late);
  tf_test_add ("/promise-adaptors/operation/may-hold-the-promise-alone", test_operation_dropped);
  tf_test_add ("/promise-adaptors/operation/may-be-that-of-a-file", test_file);
  tf_test_add ("/promise-adaptors/operation/may-be-elsewhere", test_operation_elsewhere);
  return g_test_run ();
}
