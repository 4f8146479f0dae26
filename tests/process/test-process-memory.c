/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

/* tf_task_allocate_bytes() in a thread and in a process. */

typedef enum
{
  USE_ALL,
  USE_HALF,
  USE_NONE,
  USE_TWICE,
  USE_OTHER_RESULT,
  USE_ERROR,
  USE_NO_RESULT,
} Use;

#define SIZE ((gsize) 3 * 1024 * 1024 + 5)

static void
fill (guint8 *memory,
      gsize   size)
{
  for (gsize i = 0; i < size; i++)
    memory[i] = (guint8) (i * 5 / 3);
}

static void
body_allocate (TfTask  *task,
               gpointer user_data)
{
  Use     use = (Use) g_variant_get_int32 (tf_task_get_argument (task));
  guint8 *memory = tf_task_allocate_bytes (task, SIZE);

  if (memory == NULL || memory[0] != 0 || memory[SIZE - 1] != 0)
    g_error ("the memory is not there, or not empty");

  fill (memory, SIZE);
  if (use == USE_TWICE)
    {
      memory = tf_task_allocate_bytes (task, SIZE / 2);
      if (memory[0] != 0)
        g_error ("the memory is not new");
      fill (memory, SIZE / 2);
    }

  switch (use)
    {
    case USE_ALL:
      tf_task_return_allocated (task, SIZE);
      break;
    case USE_HALF:
    case USE_TWICE:
      tf_task_return_allocated (task, SIZE / 2);
      break;
    case USE_NONE:
      tf_task_return_allocated (task, 0);
      break;
    case USE_OTHER_RESULT:
      tf_task_return_int64 (task, 42);
      break;
    case USE_ERROR:
      tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "nothing there");
      break;
    case USE_NO_RESULT:
    default:
      break;
    }
}

static TfFuture *
run (TfExecutor *executor,
     Use         use)
{
  TfFuture *future = submit_to (executor, tf_task_new_with_argument (body_allocate,
                                                                     g_variant_new_int32 (use)));

  tf_test_wait_done (future);
  return future;
}

static GBytes *
run_for_bytes (TfExecutor *executor,
               Use         use)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future = run (executor, use);
  GBytes            *bytes = tf_future_dup_boxed (future, G_TYPE_BYTES, &error);

  g_assert_no_error (error);
  g_object_unref (future);
  return bytes;
}

static void
check_bytes (TfExecutor *executor,
             Use         use,
             gsize       expected_size)
{
  g_autoptr (GBytes) bytes = run_for_bytes (executor, use);
  g_autofree guint8 *expected = g_malloc (expected_size + 1);
  gsize              size;
  const guint8      *data = g_bytes_get_data (bytes, &size);

  fill (expected, expected_size);
  g_assert_cmpmem (data, size, expected, expected_size);
}

static void
check_uses (TfExecutor *executor)
{
  g_autofree char *text = NULL;
  TfFuture        *future;

  check_bytes (executor, USE_ALL, SIZE);
  check_bytes (executor, USE_HALF, SIZE / 2);
  check_bytes (executor, USE_NONE, 0);
  check_bytes (executor, USE_TWICE, SIZE / 2);

  future = run (executor, USE_OTHER_RESULT);
  tf_test_assert_int64 (future, 42);
  g_object_unref (future);

  text = finish_error (run (executor, USE_ERROR), G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpstr (text, ==, "nothing there");

  future = run (executor, USE_NO_RESULT);
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
  g_object_unref (future);
  check_bytes (executor, USE_ALL, SIZE);
}

static void
test_threads (void)
{
  TfExecutor *executor = tf_executor_new ();

  g_test_summary ("A task produces its result in place: all of the memory, some, or none.");

  check_uses (executor);
  tf_test_executor_finish (&executor);
}

static void
test_processes (void)
{
  Workshop workshop;

  g_test_summary ("A task in a worker produces its result in place: all of the memory, some, or "
                  "none.");

  workshop_open (&workshop, 1);
  check_uses (workshop.executor);
  g_assert_cmpuint (tf_process_context_get_n_workers (workshop.context), ==, 1);
  workshop_close (&workshop);
}

/* The line of /proc/self/maps for an address. */
static char *
dup_mapping (gconstpointer address)
{
  g_autofree char *text = NULL;
  g_auto (GStrv)   lines = NULL;

  g_assert_true (g_file_get_contents ("/proc/self/maps", &text, NULL, NULL));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      char   *rest;
      guint64 begin = g_ascii_strtoull (lines[i], &rest, 16);
      guint64 end = *rest == '-' ? g_ascii_strtoull (rest + 1, NULL, 16) : 0;

      if ((guintptr) address >= begin && (guintptr) address < end)
        return g_strdup (lines[i]);
    }

  return NULL;
}

static void
test_nothing_is_copied (void)
{
  Workshop           workshop;
  g_autoptr (GBytes) bytes = NULL;
  g_autofree char   *mapping = NULL;
  g_autofree char   *later = NULL;
  gconstpointer      address;

  g_test_summary ("What the program gets is the memory of the worker itself, read-only, until "
                  "it is let go; it outlives the worker.");

  workshop_open (&workshop, 1);
  bytes = run_for_bytes (workshop.executor, USE_ALL);
  workshop_close (&workshop);

  address = g_bytes_get_data (bytes, NULL);
  mapping = dup_mapping (address);
  g_assert_nonnull (mapping);
  assert_contains (mapping, "memfd:");
  assert_contains (mapping, " r--");
  g_assert_cmpint (((const guint8 *) address)[SIZE - 1], ==, (guint8) ((SIZE - 1) * 5 / 3));

  g_clear_pointer (&bytes, g_bytes_unref);
  later = dup_mapping (address);
  g_assert_true (later == NULL || strstr (later, "memfd:") == NULL);
}

static void
body_too_much (TfTask  *task,
               gpointer user_data)
{
  tf_task_return_boolean (task, tf_task_allocate_bytes (task, G_MAXSSIZE / 2) == NULL);
}

static void
test_too_much (void)
{
  Workshop  workshop;
  TfFuture *future;

  g_test_summary ("There is not always as much memory as a task wants.");

  workshop_open (&workshop, 1);
  future = workshop_submit (&workshop, body_too_much, NULL);
  tf_test_wait_done (future);
  tf_test_assert_boolean (future, TRUE);
  g_object_unref (future);
  workshop_close (&workshop);
}

static void
body_return_twice (TfTask  *task,
                   gpointer user_data)
{
  fill (tf_task_allocate_bytes (task, SIZE), SIZE);
  tf_task_return_allocated (task, SIZE);
  tf_task_return_int64 (task, 1);
}

static void
test_return_twice (void)
{
  TfExecutor *executor = tf_executor_new ();
  TfFuture   *future;

  g_test_summary ("Returning something else after it is a critical, and changes nothing.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*return*");
  future = submit_to (executor, tf_task_new (body_return_twice, NULL, NULL));
  tf_test_wait_done (future);
  g_test_assert_expected_messages ();
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
  g_object_unref (future);
  tf_test_executor_finish (&executor);
}

/* Another process can still write into it, until this one ends. */
static void
body_share (TfTask  *task,
            gpointer user_data)
{
  guint8 *memory = tf_task_allocate_bytes (task, SIZE);
  int     ends[2];
  char    byte;

  fill (memory, SIZE);
  if (pipe (ends) != 0)
    g_error ("there is no pipe");
  if (fork () == 0)
    {
      close (ends[1]);
      _exit (read (ends[0], &byte, 1) < 0);
    }

  close (ends[0]);
  tf_task_return_allocated (task, SIZE);
}

static void
test_shared (void)
{
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree guint8 *expected = g_malloc (SIZE);
  TfFuture          *future;
  Workshop           workshop;

  g_test_summary ("Memory that a child of the worker has, too, arrives all the same.");

  workshop_open (&workshop, 1);
  future = workshop_submit (&workshop, body_share, NULL);
  tf_test_wait_done (future);
  bytes = tf_future_dup_boxed (future, G_TYPE_BYTES, &error);
  g_assert_no_error (error);
  fill (expected, SIZE);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), expected, SIZE);
  g_object_unref (future);
  workshop_close (&workshop);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-memory/result/in-a-thread", test_threads);
  tf_test_add ("/process-memory/result/in-a-process", test_processes);
  tf_test_add ("/process-memory/result/is-not-copied", test_nothing_is_copied);
  tf_test_add ("/process-memory/result/is-copied-if-shared", test_shared);
  tf_test_add ("/process-memory/result/too-much", test_too_much);
  tf_test_add ("/process-memory/result/is-returned-once", test_return_twice);

  return g_test_run ();
}
