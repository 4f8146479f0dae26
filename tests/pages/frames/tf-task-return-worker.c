/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: tf_task_return_error_if_cancelled */
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
