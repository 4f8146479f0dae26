/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: scanner */
static void
live (TfTestFixture *fixture)
{
#include BLOCK
  TfFuture *future = tf_executor_submit_call (scanner, frame_seven, NULL, NULL, NULL);

  tf_test_wait_done (future);
  g_object_unref (future);
  g_assert_true (tf_executor_shutdown (scanner, -1, NULL));
}

/* frame: count-async */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  GCancellable *cancellable = g_cancellable_new ();

  count_async (fixture->executor, tf_task_new (frame_seven, NULL, NULL), NULL);
  count_async (fixture->executor, tf_task_new (frame_endless, NULL, NULL), cancellable);
  count_async (fixture->executor, tf_task_new (frame_fail, NULL, NULL), NULL);
  g_cancellable_cancel (cancellable);
  g_object_unref (cancellable);
  tf_test_run_until (fixture->main_context, frame_is_idle, fixture->executor);
  tf_test_drain (fixture->main_context);
}

/* frame: list */
static void
live (TfTestFixture *fixture)
{
  TfExecutor *executor = fixture->executor;
  TfFuture   *future = frame_submit (fixture, frame_endless, NULL);

  {
#include BLOCK
  } tf_future_cancel (future);
  frame_drop (fixture, future);
}

/* frame: shutdown */
static void
live (TfTestFixture *fixture)
{
  TfExecutor        *executor = tf_executor_new ();
  TfFuture          *future = tf_executor_submit_call (executor, frame_endless, NULL, NULL, NULL);
  g_autoptr (GError) error = NULL;

  {
#include BLOCK
  } g_assert_no_error (error);
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  g_object_unref (future);
  g_object_unref (executor);
}

/* frame: own-main-context */
#include <dirent.h>

#include BLOCK

static guint
count_descriptors (void)
{
  DIR  *folder = opendir ("/proc/self/fd");
  guint n = 0;

  while (readdir (folder) != NULL)
    n++;
  closedir (folder);
  return n;
}

static gboolean
has_no_more (gpointer n_before)
{
  return count_descriptors () <= *(guint *) n_before;
}

static gboolean
go_on (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

static void
live (TfTestFixture *fixture)
{
  g_autoptr (GSource) ticks = g_timeout_source_new (5);
  g_autoptr (GError)  error = NULL;
  guint               n_before;

  g_assert_cmpint (answer_sync (&error), ==, 42);
  n_before = count_descriptors ();
  for (guint i = 0; i < 50; i++)
    g_assert_cmpint (answer_sync (&error), ==, 42);
  g_assert_no_error (error);

  /* The threads of the pools end a moment later, with their descriptors. */
  g_source_set_callback (ticks, go_on, NULL, NULL);
  g_source_attach (ticks, fixture->main_context);
  tf_test_run_until (fixture->main_context, has_no_more, &n_before);
  g_source_destroy (ticks);
}

/* frame: shared-pool */
static void
live (TfTestFixture *fixture)
{
  TfThreadContext *context;
  TfExecutor      *executor;
  TfFuture        *future;

  {
#include BLOCK
  } future = tf_executor_submit_call (executor, frame_seven, NULL, NULL, NULL);
  tf_test_wait_done (future);
  g_object_unref (future);
  g_assert_true (tf_executor_shutdown (executor, -1, NULL));
  g_object_unref (executor);
  g_object_unref (context);
}
