/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: submit */
static void
count_words (TfTask  *task,
             gpointer text)
{
  tf_task_return_int64 (task, g_utf8_strlen (text, -1));
}

static void
on_done (TfFuture *future,
         gpointer  user_data)
{
  tf_test_assert_int64 (future, 5);
}

static void
live (TfTestFixture *fixture)
{
  TfExecutor        *executor = fixture->executor;
  const char        *text = "hello";
  g_autoptr (TfTask) task = NULL;
  TfFuture          *future;
  GError            *error = NULL;

  {
#include BLOCK
  } g_assert_no_error (error);
  frame_drop (fixture, future);
}

/* frame: argument */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future = submit_square (fixture->executor, 7, &error);

  g_assert_no_error (error);
  tf_test_wait_done (future);
  tf_test_assert_int64 (future, 49);
  g_object_unref (future);
  frame_drop (fixture, submit_square (fixture->executor, 7, &error));
}
