/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

/* The main() of a frame without windows. The frame defines live(), which uses the block as a program would. It is
 * called twice, in a main context that must be empty at the end. */

#include <string.h>

#include <tf-testing/tf-testing.h>

#include "widget.h"

static void live (TfTestFixture *fixture);

/* Drops the future while its work may be under way, and runs the main context until the executor is idle. */
static gboolean
frame_is_idle (gpointer executor)
{
  return g_list_model_get_n_items (executor) == 0;
}

static void
frame_drop (TfTestFixture *fixture,
            TfFuture      *future)
{
  g_object_unref (future);
  tf_test_run_until (fixture->main_context, frame_is_idle, fixture->executor);
}

/* Waits until the future has completed, and drops it. */
static void
frame_complete (TfFuture *future)
{
  g_assert_nonnull (future);
  tf_test_wait_done (future);
  tf_test_assert_state (future, TF_FUTURE_STATE_COMPLETED);
  g_object_unref (future);
}

/* Work that ends by a cancel only. */
static void
frame_endless (TfTask  *task,
               gpointer user_data)
{
  GCancellable *cancellable = tf_task_get_cancellable (task);
  GPollFD       fd;

  g_assert_true (g_cancellable_make_pollfd (cancellable, &fd));
  g_poll (&fd, 1, -1);
  g_cancellable_release_fd (cancellable);
}

static void
frame_seven (TfTask  *task,
             gpointer user_data)
{
  tf_task_return_int64 (task, 7);
}

static void
frame_fail (TfTask  *task,
            gpointer user_data)
{
  tf_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no answer");
}

static TfFuture *
frame_submit (TfTestFixture *fixture,
              TfTaskFunc     func,
              gpointer       data)
{
  GError   *error = NULL;
  TfFuture *future = tf_executor_submit_call (fixture->executor, func, data, NULL, &error);

  g_assert_no_error (error);
  return future;
}

static void
frame_live_twice (TfTestFixture *fixture,
                  gconstpointer  user_data)
{
  live (fixture);
  live (fixture);
}

int
main (int    argc,
      char **argv)
{
#ifdef FRAME_STEPPED
#define FRAME_SET_UP tf_test_fixture_set_up_stepped
#else
#define FRAME_SET_UP tf_test_fixture_set_up
#endif
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);
  g_test_add ("/page/block", TfTestFixture, NULL, FRAME_SET_UP, frame_live_twice,
              tf_test_fixture_tear_down);
  return g_test_run ();
}
