/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Tests of GoogleTest: they know the installed test kit and nothing of this tree. With an argument, failures go to
 * GoogleTest. */

#include <gtest/gtest.h>
#include <tf-testing/tf-testing.h>

class Work : public testing::Test
{
protected:
  TfTestFixture fixture = {};

  void
  SetUp () override
  {
    tf_test_fixture_set_up_stepped (&fixture, nullptr);
  }

  void
  TearDown () override
  {
    tf_test_fixture_tear_down (&fixture, nullptr);
  }
};

static void
run_square (TfTask *task, gpointer user_data)
{
  gint64 n = GPOINTER_TO_INT (user_data);

  tf_task_return_int64 (task, n * n);
}

TEST_F (Work, IsDone)
{
  TfFuture *future = tf_executor_submit_call (fixture.executor, run_square, GINT_TO_POINTER (7), nullptr, nullptr);

  tf_test_context_complete (fixture.context, future);
  EXPECT_EQ (tf_future_get_int64 (future, nullptr), 49);
  g_object_unref (future);
}

TEST_F (Work, IsLeftOver)
{
  g_object_unref (tf_executor_submit_call (fixture.executor, run_square, GINT_TO_POINTER (7), nullptr, nullptr));
}

TEST_F (Work, IsDoneAfterwards)
{
  EXPECT_TRUE (tf_test_clock_is_installed (fixture.clock));
}

static void
add_failure (const char *message, gpointer)
{
  ADD_FAILURE () << message;
}

int
main (int argc, char *argv[])
{
  testing::InitGoogleTest (&argc, argv);
  if (argc > 1)
    tf_test_set_fail_func (add_failure, nullptr);
  return RUN_ALL_TESTS ();
}
