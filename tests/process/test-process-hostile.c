/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

#include <sys/resource.h>

/* Workers that send what no worker sends, played by broken-worker.c; and the limits on what the program holds. */

/* --- What ends a worker --- */

static const char *const hostile[] = {
  "slow-bulk",
  "zeros",
  "abnormal-texts",
  "no-type",
  "huge-value",
  "too-huge-value",
  "huge-body",
  "too-huge-body",
  "holes",
  "unsealed",
  "short-memfd",
  "device",
  "fd-without-frame",
  "fd-is-missing",
  "deep",
  "deeper",
  "no-number",
  "long-error",
  "longer-error",
  "no-road",
  "withdraws",
  "ready-again",
};

static long
get_peak_kib (void)
{
  struct rusage usage;

  g_assert_cmpint (getrusage (RUSAGE_SELF, &usage), ==, 0);
  return usage.ru_maxrss;
}

static void
test_hostile (gconstpointer how)
{
  Workshop         workshop;
  long             peak_kib;
  g_autofree char *text = NULL;

  g_test_summary ("A worker that breaks the protocol or a limit is ended, and fails one task.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, how, NULL);
  peak_kib = get_peak_kib ();
  text = finish_error (workshop_submit (&workshop, body_pid, NULL), TF_ERROR, TF_ERROR_PROTOCOL);
  if (!is_instrumented ())
    g_assert_cmpint (get_peak_kib () - peak_kib, <, 32 * 1024);

  tf_process_context_set_argv (workshop.context, NULL);
  g_assert_cmpint (workshop_get_pid (&workshop), !=, getpid ());
  workshop_close (&workshop);
}

/* --- What is strange, and allowed --- */

static const char *const odd[] = { "many-cancels", "many-kinds", "empty-kind", "closes-control" };

static void
test_odd (gconstpointer how)
{
  Workshop             workshop;
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("A worker that is strange within the protocol is left alone.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, how, NULL);
  future = workshop_submit (&workshop, body_pid, NULL);
  tf_test_wait_done (future);
  if (g_str_equal (how, "many-cancels"))
    g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  else
    g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  g_clear_object (&future);
  workshop_close (&workshop);
}

static void
test_at_the_limits (void)
{
  Workshop             workshop;
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;

  g_test_summary ("What is as deep or as long as allowed arrives.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, "deepest-allowed", NULL);
  future = workshop_submit (&workshop, body_pid, NULL);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  g_clear_object (&future);
  workshop_close (&workshop);

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, "longest-error", NULL);
  future = workshop_submit (&workshop, body_pid, NULL);
  tf_test_wait_done (future);
  error = tf_future_dup_error (future);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_FAILED);
  g_assert_cmpuint (strlen (error->message), ==, 64 * 1024);
  g_clear_object (&future);
  workshop_close (&workshop);
}

static gboolean
has_begun (gpointer journal)
{
  return tf_future_get_state (((Journal *) journal)->future) == TF_FUTURE_STATE_EXECUTING;
}

static void
test_endless (gconstpointer how)
{
  Workshop workshop;
  Journal  journal;

  g_test_summary ("A task that never stops talking is cancelled with its worker.");

  workshop_open (&workshop, 1);
  workshop_set_broken (&workshop, how, NULL);
  tf_process_context_set_grace (workshop.context, 0, 0);
  journal_open (&journal, workshop_submit (&workshop, body_pid, NULL));
  tf_test_run_until (NULL, has_begun, &journal);
  tf_future_cancel (journal.future);
  tf_test_wait_done (journal.future);
  g_assert_cmpint (tf_future_get_state (journal.future), ==, TF_FUTURE_STATE_CANCELLED);
  journal_close (&journal);
  workshop_close (&workshop);
}

/* --- Limits --- */

static void
on_notify_cb (GObject    *context,
              GParamSpec *pspec,
              guint      *n_notified)
{
  ++*n_notified;
}

static void
test_properties (void)
{
  Workshop          workshop;
  guint64           value = 0;
  guint64           pending = 0;
  guint             text = 0;
  guint             n_notified = 0;
  TfProcessContext *context;

  g_test_summary ("The limits are properties, with a usual value, and tell when they change.");

  workshop_open (&workshop, 1);
  context = workshop.context;
  g_object_get (context, "max-value-size", &value, "max-text-size", &text, "max-pending-size",
                &pending, NULL);
  g_assert_cmpuint (value, ==, (guint64) 1 << 30);
  g_assert_cmpuint (text, ==, 64 * 1024);
  g_assert_cmpuint (pending, ==, 64 * 1024 * 1024);

  g_signal_connect (context, "notify", G_CALLBACK (on_notify_cb), &n_notified);
  g_object_set (context, "max-value-size", (guint64) 100000, "max-text-size", 2000,
                "max-pending-size", (guint64) 70000, NULL);
  g_assert_cmpuint (n_notified, ==, 3);
  g_assert_cmpuint (tf_process_context_get_max_value_size (context), ==, 100000);
  g_assert_cmpuint (tf_process_context_get_max_text_size (context), ==, 2000);
  g_assert_cmpuint (tf_process_context_get_max_pending_size (context), ==, 70000);
  tf_process_context_set_max_value_size (context, 100000);
  g_assert_cmpuint (n_notified, ==, 3);
  workshop_close (&workshop);
}

static void
yield_bytes (TfTask *task,
             GBytes *bytes)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_BYTES);
  g_value_set_boxed (&value, bytes);
  tf_task_yield_value (task, &value);
}

/* Returns bytes of that size, or yields them first. */
static void
body_bytes (TfTask  *task,
            gpointer user_data)
{
  g_autoptr (GBytes) bytes = NULL;
  gboolean           is_item;
  guint32            size;

  g_variant_get (tf_task_get_argument (task), "(bu)", &is_item, &size);
  bytes = g_bytes_new_take (g_malloc0 (size), size);
  if (is_item)
    {
      yield_bytes (task, bytes);
      tf_task_return_none (task);
    }
  else
    tf_task_return_boxed (task, G_TYPE_BYTES, bytes);
}

static void
body_in_place (TfTask  *task,
               gpointer user_data)
{
  gsize size = g_variant_get_uint32 (tf_task_get_argument (task));

  g_assert_nonnull (tf_task_allocate_bytes (task, size));
  tf_task_return_allocated (task, size);
}

static void
test_value_limit (void)
{
  const guint32    limit = 100 * 1000;
  Workshop         workshop;
  TfFuture        *future;
  g_autofree char *result = NULL;
  g_autofree char *item = NULL;
  g_autofree char *in_place = NULL;
  int              pid;

  g_test_summary ("A task with a value beyond the limit fails, and its worker goes on.");

  workshop_open (&workshop, 1);
  tf_process_context_set_max_value_size (workshop.context, limit);
  pid = workshop_get_pid (&workshop);
  future = workshop_submit (&workshop, body_bytes, g_variant_new ("(bu)", FALSE, limit));
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  g_object_unref (future);

  result = finish_error (
    workshop_submit (&workshop, body_bytes, g_variant_new ("(bu)", FALSE, limit + 1)), TF_ERROR,
    TF_ERROR_NOT_PORTABLE);
  item = finish_error (
    workshop_submit (&workshop, body_bytes, g_variant_new ("(bu)", TRUE, limit + 1)), TF_ERROR,
    TF_ERROR_NOT_PORTABLE);
  in_place = finish_error (
    workshop_submit (&workshop, body_in_place, g_variant_new_uint32 (limit + 1)), TF_ERROR,
    TF_ERROR_NOT_PORTABLE);
  g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
  workshop_close (&workshop);
}

#define TEXT_LIMIT 1024

/* Texts of two bytes for each letter, so that the limit is within one. */
static char *
make_long_text (void)
{
  GString *text = g_string_new ("x");

  for (guint i = 0; i < TEXT_LIMIT; i++)
    g_string_append (text, "é");
  return g_string_free (text, FALSE);
}

static void
body_talk (TfTask  *task,
           gpointer user_data)
{
  g_autofree char *text = make_long_text ();
  const char      *how = g_variant_get_string (tf_task_get_argument (task), NULL);

  tf_task_set_status (task, text);
  if (g_str_equal (how, "kind"))
    {
      tf_task_send_int64 (task, text, 1);
      tf_task_return_none (task);
    }
  else if (g_str_equal (how, "failure"))
    tf_task_return_failure (task, text, text, text, NULL);
  else
    tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_BUSY, text);
}

static void
assert_cut (const char *text)
{
  g_assert_cmpuint (strlen (text), <=, TEXT_LIMIT);
  g_assert_cmpuint (strlen (text), >, TEXT_LIMIT - 4);
  g_assert_true (g_str_has_suffix (text, "é…"));
  g_assert_true (g_utf8_validate (text, -1, NULL));
}

static void
test_text_limit (void)
{
  Workshop         workshop;
  TfFuture        *future;
  g_autofree char *text = NULL;
  g_autofree char *kind = NULL;
  int              pid;

  g_test_summary ("Texts beyond the limit are cut off; a kind beyond it fails the task.");

  workshop_open (&workshop, 1);
  tf_process_context_set_max_text_size (workshop.context, TEXT_LIMIT);
  pid = workshop_get_pid (&workshop);

  future = workshop_submit (&workshop, body_talk, g_variant_new_string ("error"));
  text = finish_error (g_object_ref (future), G_IO_ERROR, G_IO_ERROR_BUSY);
  assert_cut (text);
  assert_cut (tf_future_get_status (future));
  g_object_unref (future);

  future = workshop_submit (&workshop, body_talk, g_variant_new_string ("failure"));
  tf_test_wait_done (future);
  assert_cut (tf_future_get_failure_type (future));
  assert_cut (tf_future_get_failure_traceback (future));
  g_object_unref (future);

  kind = finish_error (workshop_submit (&workshop, body_talk, g_variant_new_string ("kind")),
                       TF_ERROR, TF_ERROR_NOT_PORTABLE);
  g_assert_cmpint (workshop_get_pid (&workshop), ==, pid);
  workshop_close (&workshop);
}

#define N_ITEMS 50

/* Some of them are larger than the limit. */
static void
body_items (TfTask  *task,
            gpointer user_data)
{
  for (guint i = 0; i < N_ITEMS; i++)
    {
      const gsize        size = (i % 5 + 1) * 40 * 1000;
      guint8            *data = g_malloc0 (size);
      g_autoptr (GBytes) bytes = g_bytes_new_take (data, size);

      data[0] = (guint8) i;
      yield_bytes (task, bytes);
    }

  tf_task_return_none (task);
}

static void
on_item_cb (TfFuture     *future,
            const GValue *value,
            guint        *n_items)
{
  const guint8 *data = g_bytes_get_data (g_value_get_boxed (value), NULL);

  g_assert_cmpuint (data[0], ==, *n_items);
  ++*n_items;
}

static void
test_pending_limit (void)
{
  Workshop  workshop;
  TfFuture *future;
  guint     n_items = 0;

  g_test_summary ("Items that are more than may be on their way arrive, one after another.");

  workshop_open (&workshop, 1);
  tf_process_context_set_max_pending_size (workshop.context, 100 * 1000);
  future = workshop_submit (&workshop, body_items, NULL);
  g_signal_connect (future, "item", G_CALLBACK (on_item_cb), &n_items);
  tf_test_wait_done (future);
  g_assert_cmpuint (n_items, ==, N_ITEMS);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
add (const char   *prefix,
     const char   *how,
     GTestDataFunc func)
{
  g_autofree char *path = g_strconcat (prefix, how, NULL);

  g_test_add_data_func (path, how, func);
}

int
main (int   argc,
      char *argv[])
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (hostile); i++)
    add ("/process-hostile/ended/", hostile[i], test_hostile);
  for (guint i = 0; i < G_N_ELEMENTS (odd); i++)
    add ("/process-hostile/odd/", odd[i], test_odd);
  add ("/process-hostile/cancelled/", "endless-progress", test_endless);
  add ("/process-hostile/cancelled/", "endless-events", test_endless);
  tf_test_add ("/process-hostile/limits/are-inclusive", test_at_the_limits);
  tf_test_add ("/process-hostile/limits/are-properties", test_properties);
  tf_test_add ("/process-hostile/limits/of-values", test_value_limit);
  tf_test_add ("/process-hostile/limits/of-texts", test_text_limit);
  tf_test_add ("/process-hostile/limits/of-what-is-pending", test_pending_limit);

  return g_test_run ();
}
