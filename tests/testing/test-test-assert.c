/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

static void
run_int64 (TfTask  *task,
           gpointer user_data)
{
  tf_task_return_int64 (task, 42);
}

static void
run_boolean (TfTask  *task,
             gpointer user_data)
{
  tf_task_return_boolean (task, TRUE);
}

static void
run_double (TfTask  *task,
            gpointer user_data)
{
  tf_task_return_double (task, 0.5);
}

static void
run_string (TfTask  *task,
            gpointer user_data)
{
  tf_task_return_string (task, "moon");
}

static void
run_variant (TfTask  *task,
             gpointer user_data)
{
  tf_task_return_variant (task, g_variant_new ("(su)", "moon", 7));
}

static void
run_none (TfTask  *task,
          gpointer user_data)
{
  tf_task_return_none (task);
}

static void
run_error (TfTask  *task,
           gpointer user_data)
{
  tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no moon");
}

static TfFuture *
submit (TfTestFixture *fixture,
        TfTaskFunc     func)
{
  TfTask *task = tf_task_new (func, NULL, NULL);

  tf_task_set_name (task, "x");
  return tf_executor_submit (fixture->executor, task, NULL);
}

static TfFuture *
finish (TfTestFixture *fixture,
        TfTaskFunc     func)
{
  TfFuture *future = submit (fixture, func);

  tf_test_wait_done (future);
  return future;
}

static void
test_values (TfTestFixture *fixture,
             gconstpointer  user_data)
{
  g_autoptr (TfFuture) number = finish (fixture, run_int64);
  g_autoptr (TfFuture) truth = finish (fixture, run_boolean);
  g_autoptr (TfFuture) real = finish (fixture, run_double);
  g_autoptr (TfFuture) string = finish (fixture, run_string);
  g_autoptr (TfFuture) variant = finish (fixture, run_variant);

  g_test_summary ("The value of each of the usual types can be asserted.");

  tf_test_assert_int64 (number, 42);
  tf_test_assert_boolean (truth, TRUE);
  tf_test_assert_boolean (truth, 7);
  tf_test_assert_double (real, 0.5);
  tf_test_assert_string (string, "moon");
  tf_test_assert_variant (variant, "('moon', 7)");
}

static void
test_ends (TfTestFixture *fixture,
           gconstpointer  user_data)
{
  g_autoptr (TfFuture) none = finish (fixture, run_none);
  g_autoptr (TfFuture) failed = finish (fixture, run_error);

  g_test_summary ("States and errors can be asserted.");

  tf_test_assert_state (none, TF_FUTURE_STATE_COMPLETED);
  tf_test_assert_state (failed, TF_FUTURE_STATE_FAILED);
  tf_test_assert_error (failed, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

static void
test_states (TfTestFixture *fixture,
             gconstpointer  user_data)
{
  g_autoptr (TfFuture)     future = submit (fixture, run_int64);
  g_autoptr (TfTestStates) states = tf_test_states_new (future);

  g_test_summary ("The states that a future goes through are recorded, and its end.");

  tf_test_assert_states (states, "WAITING");
  tf_test_wait_done (future);
  tf_test_assert_states (states, "WAITING EXECUTING COMPLETED done");
  g_assert_cmpstr (tf_test_states_get (states), ==, "WAITING EXECUTING COMPLETED done");
}

/* Each of these is wrong, and says so. */

static void
fail_state (TfTestFixture *fixture)
{
  tf_test_assert_state (finish (fixture, run_error), TF_FUTURE_STATE_CANCELLED);
}

static void
fail_error (TfTestFixture *fixture)
{
  tf_test_assert_error (finish (fixture, run_error), G_IO_ERROR, G_IO_ERROR_EXISTS);
}

static void
fail_no_error (TfTestFixture *fixture)
{
  tf_test_assert_error (finish (fixture, run_none), G_IO_ERROR, G_IO_ERROR_EXISTS);
}

static void
fail_int64 (TfTestFixture *fixture)
{
  tf_test_assert_int64 (finish (fixture, run_int64), 43);
}

static void
fail_type (TfTestFixture *fixture)
{
  tf_test_assert_int64 (finish (fixture, run_string), 43);
}

static void
fail_int64_of_error (TfTestFixture *fixture)
{
  tf_test_assert_int64 (finish (fixture, run_error), 43);
}

static void
fail_boolean (TfTestFixture *fixture)
{
  tf_test_assert_boolean (finish (fixture, run_boolean), FALSE);
}

static void
fail_double (TfTestFixture *fixture)
{
  tf_test_assert_double (finish (fixture, run_double), 0.25);
}

static void
fail_string (TfTestFixture *fixture)
{
  tf_test_assert_string (finish (fixture, run_string), "sun");
}

static void
fail_variant (TfTestFixture *fixture)
{
  tf_test_assert_variant (finish (fixture, run_variant), "('moon', 8)");
}

static void
fail_none (TfTestFixture *fixture)
{
  tf_test_assert_int64 (finish (fixture, run_none), 43);
}

static void
fail_states (TfTestFixture *fixture)
{
  tf_test_assert_states (tf_test_states_new (submit (fixture, run_none)), "EXECUTING");
}

typedef struct
{
  const char *path;
  const char *text;
  void (*func) (TfTestFixture *fixture);
} Failure;

static void
test_failure (gconstpointer data)
{
  const Failure   *failure = data;
  g_autofree char *text = g_strdup_printf ("*test-test-assert.c:*: %s*", failure->text);
  TfTestFixture    fixture = { NULL };

  g_test_summary ("An assertion that does not hold says where, of what, and what it is instead.");

  if (g_test_subprocess ())
    {
      tf_test_fixture_set_up (&fixture, NULL);
      failure->func (&fixture);
      return;
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_failed ();
  g_test_trap_assert_stderr (text);
}

static const Failure failures[] = {
  { "state", "?x? is FAILED (g-io-error-quark, 1: no moon); expected CANCELLED", fail_state },
  { "error", "?x? is FAILED (g-io-error-quark, 1: no moon); expected FAILED (g-io-error-quark, 2)",
    fail_error },
  { "no-error", "?x? is COMPLETED; expected FAILED (g-io-error-quark, 2)", fail_no_error },
  { "int64", "?x? is COMPLETED with 42; expected 43", fail_int64 },
  { "type", "?x? is COMPLETED with \"moon\"; expected 43", fail_type },
  { "int64-of-error", "?x? is FAILED (g-io-error-quark, 1: no moon); expected 43",
    fail_int64_of_error },
  { "boolean", "?x? is COMPLETED with TRUE; expected FALSE", fail_boolean },
  { "double", "?x? is COMPLETED with 0.5*; expected 0.25", fail_double },
  { "string", "?x? is COMPLETED with \"moon\"; expected \"sun\"", fail_string },
  { "variant", "?x? is COMPLETED with ('moon', 7); expected ('moon', 8)", fail_variant },
  { "none", "?x? is COMPLETED with nothing; expected 43", fail_none },
  { "states", "?x? went through WAITING; expected EXECUTING", fail_states },
};

static void
add (const char *path,
     void (*func) (TfTestFixture *fixture,
                   gconstpointer  user_data))
{
  g_test_add (path, TfTestFixture, NULL, tf_test_fixture_set_up, func, tf_test_fixture_tear_down);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  add ("/test-assert/values/are-asserted", test_values);
  add ("/test-assert/ends/are-asserted", test_ends);
  add ("/test-assert/states/are-recorded", test_states);
  for (guint i = 0; i < G_N_ELEMENTS (failures); i++)
    {
      g_autofree char *path = g_strconcat ("/test-assert/failures/", failures[i].path, NULL);

      g_test_add_data_func (path, &failures[i], test_failure);
    }

  return g_test_run ();
}
