/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: run-until */
#include BLOCK

static void
half (TfTask  *task,
      gpointer user_data)
{
  tf_task_set_progress (task, 1, 2, NULL);
  frame_endless (task, NULL);
}

static void
live (TfTestFixture *fixture)
{
  TfFuture *future = frame_submit (fixture, half, NULL);

  wait_for_half (future);
  tf_future_cancel (future);
  frame_drop (fixture, future);
}

/* frame: states */
#define FRAME_STEPPED
#include "frame.h"
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture *future = frame_submit (fixture, frame_seven, NULL);

  assert_cancelled (future);
  frame_drop (fixture, future);
}

/* frame: clock */
#define FRAME_STEPPED
#include "frame.h"
#include BLOCK

void
count (TfTask  *task,
       gpointer text)
{
  tf_task_return_int64 (task, g_utf8_strlen (text, -1));
}

static void
live (TfTestFixture *fixture)
{
  test_gives_up_after_an_hour (fixture, NULL);
}

/* frame: advance */
#define FRAME_STEPPED
#include "frame.h"
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  test_delay (fixture, NULL);
}

/* frame: checkpoints */
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  int number = 6;

  frame_complete (frame_submit (fixture, add_one, &number));
  g_assert_cmpint (number, ==, 7);
}

/* frame: schedules */
#include <tf-testing/tf-testing.h>

#include BLOCK

void
add_one (TfTask  *task,
         gpointer number)
{
  int before;

  tf_test_context_checkpoint ("begin");
  before = *(int *) number;
  tf_test_context_checkpoint ("read");
  *(int *) number = before + 1;
  tf_task_return_none (task);
}

/* The test of the page fails, as the page says. */
static void
test_fails (void)
{
  g_test_trap_subprocess ("/page/block/subprocess", 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr ("*number == 2*");
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/page/block", test_fails);
  g_test_add ("/page/block/subprocess", TfTestFixture, NULL, tf_test_fixture_set_up_stepped,
              test_loses_no_update, tf_test_fixture_tear_down);
  return g_test_run ();
}
