/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "members.h"

/* Which failures are reported because nobody read them: the usual idioms, each with its number of warnings. */

static void
read_error (TfFuture *future)
{
  g_autoptr (GError) error = tf_future_dup_error (future);

  g_assert_nonnull (error);
}

/* Drops everything that is left of a test of an idiom. */
static void
drop (gpointer *objects,
      guint     n)
{
  tf_test_drain (NULL);
  for (guint i = 0; i < n; i++)
    g_clear_object (&objects[i]);
  tf_test_drain (NULL);
}

static void
fail (TfPromise *promise)
{
  tf_promise_reject (promise, an_error ());
}

static void
leave_alone (void)
{
  gpointer objects[] = { tf_promise_new ("promise") };

  fail (objects[0]);
  drop (objects, 1);
}

static void
read_source (void)
{
  gpointer objects[] = { tf_promise_new ("promise"), NULL };

  objects[1] = tf_future_shield (objects[0]);
  fail (objects[0]);
  tf_test_wait_done (objects[1]);
  read_error (objects[0]);
  drop (objects, 2);
}

static void
read_derived (void)
{
  gpointer objects[] = { tf_promise_new ("promise"), NULL, NULL };

  objects[1] = tf_future_shield (objects[0]);
  objects[2] = tf_future_shield (objects[1]);
  fail (objects[0]);
  tf_test_wait_done (objects[2]);
  read_error (objects[2]);
  drop (objects, 3);
}

static void
read_nothing_derived (void)
{
  gpointer objects[] = { tf_promise_new ("promise"), NULL, NULL };

  objects[1] = tf_future_shield (objects[0]);
  objects[2] = tf_future_shield (objects[0]);
  fail (objects[0]);
  drop (objects, 3);
}

static void
then_catch (void)
{
  Step     then = { 0 };
  Step     handler = { 0 };
  gpointer objects[] = { tf_promise_new ("promise"), NULL, NULL };

  objects[1] = tf_future_then (objects[0], run_step, &then, NULL);
  objects[2] = tf_future_catch (objects[1], run_step, &handler, NULL);
  fail (objects[0]);
  drop (objects, 3);
  g_assert_cmpuint (then.n_calls, ==, 0);
  g_assert_cmpuint (handler.n_calls, ==, 1);
}

static void
finally_read (void)
{
  Step     step = { 0 };
  gpointer objects[] = { tf_promise_new ("promise"), NULL };

  objects[1] = tf_future_finally (objects[0], run_step, &step, NULL);
  fail (objects[0]);
  tf_test_wait_done (objects[1]);
  read_error (objects[1]);
  drop (objects, 2);
  g_assert_cmpuint (step.n_calls, ==, 1);
}

static void
finally_alone (void)
{
  Step     step = { 0 };
  gpointer objects[] = { tf_promise_new ("promise"), NULL };

  objects[1] = tf_future_finally (objects[0], run_step, &step, NULL);
  fail (objects[0]);
  drop (objects, 2);
}

static void
finally_fails (void)
{
  Step     step = { .returns = tf_future_new_for_error (an_error ()) };
  gpointer objects[] = { tf_promise_new ("promise"), NULL };

  objects[1] = tf_future_finally (objects[0], run_step, &step, NULL);
  fail (objects[0]);
  tf_test_wait_done (objects[1]);
  read_error (objects[1]);
  drop (objects, 2);
}

static void
timeout_leaves (void)
{
  gpointer objects[] = { tf_promise_new ("promise"), NULL };

  objects[1] = tf_future_with_timeout (objects[0], 0, TF_TIMEOUT_ACTION_LEAVE);
  tf_test_wait_done (objects[1]);
  read_error (objects[1]);
  fail (objects[0]);
  drop (objects, 2);
}

static void
cancelled_then (void)
{
  Step     step = { 0 };
  gpointer objects[] = { tf_promise_new ("promise"), NULL, NULL };

  objects[1] = tf_future_then (objects[0], run_step, &step, NULL);
  objects[2] = tf_future_shield (objects[0]);
  tf_future_cancel (objects[1]);
  tf_test_wait_done (objects[1]);
  g_clear_object (&objects[2]);
  fail (objects[0]);
  drop (objects, 2);
}

static void
make_set (gpointer *objects,
          NewSet    new_set)
{
  TfFuture *members[2];

  for (guint i = 0; i < 2; i++)
    {
      objects[i] = tf_promise_new ("member");
      members[i] = objects[i];
    }

  objects[2] = new_set (members, 2, TF_FUTURE_SET_FLAGS_NONE);
}

static void
loser_of_race (void)
{
  gpointer objects[3];

  make_set (objects, tf_future_race);
  tf_promise_resolve_none (objects[1]);
  tf_test_wait_done (objects[2]);
  fail (objects[0]);
  drop (objects, 3);
}

static void
loser_of_any (void)
{
  gpointer objects[3];

  make_set (objects, tf_future_any);
  fail (objects[0]);
  tf_test_drain (NULL);
  tf_promise_resolve_none (objects[1]);
  tf_test_wait_done (objects[2]);
  drop (objects, 3);
}

static void
second_of_all (void)
{
  gpointer objects[3];

  make_set (objects, tf_future_all);
  fail (objects[1]);
  tf_test_wait_done (objects[2]);
  read_error (objects[2]);
  fail (objects[0]);
  drop (objects, 3);
}

static void
all_alone (void)
{
  gpointer objects[3];

  make_set (objects, tf_future_all);
  fail (objects[0]);
  fail (objects[1]);
  drop (objects, 3);
}

static void
any_alone (void)
{
  gpointer objects[3];

  make_set (objects, tf_future_any);
  fail (objects[0]);
  fail (objects[1]);
  drop (objects, 3);
}

static void
wait_for_all_members_read (void)
{
  TfFuture *members[2];
  gpointer  objects[] = { tf_promise_new ("0"), tf_promise_new ("1"), NULL };

  members[0] = objects[0];
  members[1] = objects[1];
  objects[2] = tf_future_all (members, 2, TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL);
  fail (objects[0]);
  fail (objects[1]);
  tf_test_wait_done (objects[2]);
  read_error (objects[0]);
  read_error (objects[1]);
  drop (objects, 3);
}

typedef struct
{
  const char *name;
  void (*run) (void);
  guint n_warnings;
} Idiom;

static const Idiom idioms[] = {
  { "left-alone", leave_alone, 1 },
  { "read-in-the-source", read_source, 0 },
  { "read-in-a-derived-future", read_derived, 0 },
  { "passed-on-and-read-nowhere", read_nothing_derived, 1 },
  { "then-and-catch", then_catch, 0 },
  { "finally-and-read", finally_read, 0 },
  { "finally-and-read-nowhere", finally_alone, 1 },
  { "finally-that-fails-itself", finally_fails, 0 },
  { "timed-out-before", timeout_leaves, 0 },
  { "listener-cancelled-before", cancelled_then, 0 },
  { "loser-of-a-race", loser_of_race, 0 },
  { "loser-of-an-any", loser_of_any, 0 },
  { "second-failure-of-an-all", second_of_all, 0 },
  { "all-read-nowhere", all_alone, 1 },
  { "any-read-nowhere", any_alone, 1 },
  { "wait-for-all-members-read", wait_for_all_members_read, 0 },
};

static void
test_idiom (gconstpointer data)
{
  const Idiom *idiom = data;
  TfTestLog   *log = tf_test_log_new (G_LOG_LEVEL_WARNING);

  g_test_summary (
    "A failure is reported once if nobody reads it in any future that has it, and not at all "
    "otherwise.");

  idiom->run ();
  g_assert_cmpuint (tf_test_log_count (log, "*nobody read the error*"), ==, idiom->n_warnings);
  g_assert_cmpuint (tf_test_log_count (log, "*"), ==, idiom->n_warnings);
  tf_test_log_free (log);
  tf_test_assert_idle (NULL);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (idioms); i++)
    {
      g_autofree char *path = g_strdup_printf ("/future/unread/%s", idioms[i].name);

      g_test_add_data_func (path, &idioms[i], test_idiom);
    }

  return g_test_run ();
}
