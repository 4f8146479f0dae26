/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* The block is the function of a task. */
/* frame: task */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture *dropped;

  frame_complete (frame_submit (fixture, FUNCTION, NULL));

  dropped = frame_submit (fixture, FUNCTION, NULL);
  tf_future_cancel (dropped);
  frame_drop (fixture, dropped);
  frame_drop (fixture, frame_submit (fixture, FUNCTION, NULL));
}

/* frame: task-of-path */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture *failed = frame_submit (fixture, FUNCTION, "/there/is/no/such/file");
  TfFuture *cancelled = frame_submit (fixture, FUNCTION, BLOCK);

  tf_future_cancel (cancelled);
  frame_complete (frame_submit (fixture, FUNCTION, BLOCK));
  tf_test_wait_done (failed);
  tf_test_assert_error (failed, G_FILE_ERROR, G_FILE_ERROR_NOENT);
  g_object_unref (failed);
  frame_drop (fixture, cancelled);
}

/* frame: task-of-file */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  g_autoptr (GFile) there = g_file_new_for_path (BLOCK);
  g_autoptr (GFile) missing = g_file_new_for_path ("/there/is/no/such/file");
  TfFuture         *failed = frame_submit (fixture, FUNCTION, missing);
  TfFuture         *cancelled = frame_submit (fixture, FUNCTION, there);

  tf_future_cancel (cancelled);
  frame_complete (frame_submit (fixture, FUNCTION, there));
  tf_test_wait_done (failed);
  tf_test_assert_error (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_object_unref (failed);
  frame_drop (fixture, cancelled);
}

/* frame: task-statements */
static void
run (TfTask  *task,
     gpointer user_data)
{
#include BLOCK
  tf_task_return_none (task);
}

static void
live (TfTestFixture *fixture)
{
  TfFuture *cancelled = frame_submit (fixture, run, NULL);

  tf_future_cancel (cancelled);
  frame_complete (frame_submit (fixture, run, NULL));
  frame_drop (fixture, cancelled);
}

/* frame: header */
#include BLOCK

int
main (void)
{
  g_object_unref (tf_executor_new ());
  return 0;
}
