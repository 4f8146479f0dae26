/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* Tasks that wait for tasks. */

typedef struct
{
  TfExecutor *executor;
  TfTask     *task;
  TfFuture   *own;
  TfFuture   *other;
  TfTestGate  is_set;
  TfTestGate  is_waiting;
  GError     *error;
  gint        depth;
} Ring;

static void
ring_init (Ring *self)
{
  *self = (Ring){ .executor = executor_new (1) };
  tf_test_gate_init (&self->is_set);
  tf_test_gate_init (&self->is_waiting);
}

static void
ring_clear (Ring *self)
{
  tf_test_gate_clear (&self->is_set);
  tf_test_gate_clear (&self->is_waiting);
  tf_test_executor_finish (&self->executor);
}

/* Returns what the other one returned. */
static void
run_wait_other (TfTask  *task,
                gpointer data)
{
  Ring *ring = data;

  tf_test_gate_wait (&ring->is_set);
  if (tf_future_wait (ring->other, tf_test_timeout_us (), NULL, &ring->error))
    tf_task_return_int64 (task, tf_future_get_int64 (ring->other, NULL) + 1);
}

static void
test_self (void)
{
  Ring ring;

  g_test_summary ("A task that waits for itself gets an error instead.");

  ring_init (&ring);
  ring.own = submit (ring.executor, run_wait_other, &ring);
  ring.other = ring.own;
  tf_test_gate_open (&ring.is_set);
  tf_test_wait_done (ring.own);
  g_assert_error (ring.error, TF_ERROR, TF_ERROR_DEADLOCK);
  g_assert_cmpstr (ring.error->message, ==,
                   "Task “task” would wait for itself, by waiting for “task”");
  g_clear_error (&ring.error);

  finish_future (ring.own);
  ring_clear (&ring);
}

static void
run_wait_cycle (TfTask  *task,
                gpointer data)
{
  Ring *ring = data;

  tf_test_gate_wait (&ring->is_set);
  if (!tf_future_wait (ring->other, tf_test_timeout_us (), NULL, &ring->error))
    g_assert_error (ring->error, TF_ERROR, TF_ERROR_DEADLOCK);
}

static void
test_cycle (void)
{
  g_test_summary ("Two tasks that wait for each other: the one that closes the circle gets an "
                  "error.");

  for (guint i = 0; i < tf_test_scale (50); i++)
    {
      TfExecutor *executor = executor_new (2);
      Ring        rings[2] = { 0 };

      for (guint j = 0; j < 2; j++)
        {
          tf_test_gate_init (&rings[j].is_set);
          rings[j].own = submit (executor, run_wait_cycle, &rings[j]);
        }
      for (guint j = 0; j < 2; j++)
        {
          rings[j].other = rings[1 - j].own;
          tf_test_gate_open (&rings[j].is_set);
        }

      tf_test_wait_done (rings[0].own);
      tf_test_wait_done (rings[1].own);
      g_assert_true ((rings[0].error == NULL) != (rings[1].error == NULL));

      for (guint j = 0; j < 2; j++)
        {
          g_clear_error (&rings[j].error);
          finish_future (rings[j].own);
          tf_test_gate_clear (&rings[j].is_set);
        }
      tf_test_executor_finish (&executor);
    }
}

static void
test_runs_queued (void)
{
  Ring ring;

  g_test_summary ("A task that waits for one that is queued runs it itself: one worker is enough.");

  ring_init (&ring);
  ring.own = submit (ring.executor, run_wait_other, &ring);
  ring.other = submit (ring.executor, run_eight, NULL);
  tf_test_gate_open (&ring.is_set);
  tf_test_wait_done (ring.own);
  g_assert_no_error (ring.error);
  g_assert_cmpint (tf_future_get_int64 (ring.own, NULL), ==, 9);

  finish_future (ring.own);
  finish_future (ring.other);
  ring_clear (&ring);
}

static void
run_leaf (TfTask  *task,
          gpointer data)
{
  Ring *ring = data;

  g_assert_true (tf_task_get_current () == task);
  g_assert_false (tf_future_wait (ring->own, -1, NULL, &ring->error));
  g_assert_error (ring->error, TF_ERROR, TF_ERROR_DEADLOCK);
  g_clear_error (&ring->error);
  tf_task_return_int64 (task, 1);
}

static void
run_root (TfTask  *task,
          gpointer data)
{
  Ring *ring = data;

  g_assert_true (tf_task_get_current () == task);
  tf_test_gate_wait (&ring->is_set);
  g_assert_true (tf_future_wait (ring->other, -1, NULL, &ring->error));
  g_assert_no_error (ring->error);
  g_assert_true (tf_task_get_current () == task);
  tf_task_return_int64 (task, 2);
}

static void
test_nested (void)
{
  Ring ring;

  g_test_summary ("Inside the one that is run meanwhile, it is the current one; and it cannot wait "
                  "for the outer one.");

  g_assert_null (tf_task_get_current ());
  ring_init (&ring);
  ring.own = submit (ring.executor, run_root, &ring);
  ring.other = submit (ring.executor, run_leaf, &ring);
  tf_test_gate_open (&ring.is_set);
  tf_test_wait_done (ring.own);
  g_assert_cmpint (tf_future_get_int64 (ring.own, NULL), ==, 2);
  g_assert_cmpint (tf_future_get_int64 (ring.other, NULL), ==, 1);
  g_assert_null (tf_task_get_current ());

  finish_future (ring.own);
  finish_future (ring.other);
  ring_clear (&ring);
}

static void
run_depth (TfTask  *task,
           gpointer data)
{
  Ring              *ring = data;
  int                depth = g_atomic_int_add (&ring->depth, 1);
  g_autoptr (GError) error = NULL;
  TfFuture          *next;

  if (depth == 20)
    {
      tf_task_return_int64 (task, 0);
      return;
    }

  next = tf_executor_submit_call (ring->executor, run_depth, ring, NULL, &error);
  g_assert_no_error (error);
  g_assert_true (tf_future_wait (next, -1, NULL, &error));
  g_assert_no_error (error);
  tf_task_return_int64 (task, 1 + tf_future_get_int64 (next, NULL));
  g_object_unref (next);
}

static void
test_deep (void)
{
  Ring ring;

  g_test_summary ("Tasks may submit tasks and wait for them, to any depth, on one worker.");

  ring_init (&ring);
  ring.own = submit (ring.executor, run_depth, &ring);
  tf_test_wait_done (ring.own);
  g_assert_cmpint (tf_future_get_int64 (ring.own, NULL), ==, 20);

  finish_future (ring.own);
  ring_clear (&ring);
}

static void
run_wait_with_limit (TfTask  *task,
                     gpointer data)
{
  Ring *ring = data;

  tf_test_gate_wait (&ring->is_set);
  g_assert_false (tf_future_wait (ring->other, 1000, NULL, &ring->error));
}

static void
test_limit (void)
{
  Ring    ring;
  Meeting meeting;

  g_test_summary ("A task whose waiting has ended may be waited for by the other one.");

  ring_init (&ring);
  meeting_init (&meeting);
  tf_executor_set_max_workers (ring.executor, 2);
  ring.own = submit (ring.executor, run_wait_with_limit, &ring);
  ring.other = submit (ring.executor, run_meeting, &meeting);
  tf_test_gate_wait (&meeting.started);
  tf_test_gate_open (&ring.is_set);
  tf_test_wait_done (ring.own);
  g_assert_error (ring.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&ring.error);

  tf_test_gate_open (&meeting.go);
  finish_future (ring.own);
  finish_future (ring.other);
  ring_clear (&ring);
  meeting_clear (&meeting);
}

static void
run_cancelled_wait (TfTask  *task,
                    gpointer data)
{
  Ring *ring = data;

  tf_test_gate_wait (&ring->is_set);
  g_assert_false (
    tf_future_wait (ring->other, -1, tf_task_get_cancellable (task), &ring->error));
  tf_task_return_error_if_cancelled (task);
}

static void
test_cancel_waiter (void)
{
  Ring    ring;
  Meeting meeting;

  g_test_summary ("A task that waits with its own cancellable stops waiting when it is cancelled.");

  ring_init (&ring);
  meeting_init (&meeting);
  tf_executor_set_max_workers (ring.executor, 2);
  ring.own = submit (ring.executor, run_cancelled_wait, &ring);
  ring.other = submit (ring.executor, run_meeting, &meeting);
  tf_test_gate_wait (&meeting.started);
  tf_test_gate_open (&ring.is_set);
  wait_for_state (ring.own, TF_FUTURE_STATE_EXECUTING);
  g_assert_true (tf_future_cancel (ring.own));
  tf_test_wait_done (ring.own);
  g_assert_error (ring.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&ring.error);
  g_assert_cmpint (tf_future_get_state (ring.other), ==, TF_FUTURE_STATE_EXECUTING);

  tf_test_gate_open (&meeting.go);
  finish_future (ring.own);
  finish_future (ring.other);
  ring_clear (&ring);
  meeting_clear (&meeting);
}

static void
test_other_limit (void)
{
  Ring        ring;
  Meeting     meeting;
  TfExecutor *other;
  TfFuture   *first;
  TfFuture   *behind;

  g_test_summary ("A queued task of another executor is left to its workers, of which there are so "
                  "many and no more; another worker takes the place of the one that waits.");

  ring_init (&ring);
  meeting_init (&meeting);
  other = executor_new (1);
  first = submit (other, run_meeting, &meeting);
  tf_test_gate_wait (&meeting.started);
  ring.other = submit (other, run_eight, NULL);
  ring.own = submit (ring.executor, run_wait_other, &ring);
  behind = submit (ring.executor, run_nothing, NULL);
  tf_test_gate_open (&ring.is_set);

  /* It has a worker only since the one in front of it waits. */
  tf_test_wait_done (behind);
  g_assert_cmpint (tf_future_get_state (ring.other), ==, TF_FUTURE_STATE_WAITING);
  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (ring.own);
  g_assert_no_error (ring.error);
  g_assert_cmpint (tf_future_get_int64 (ring.own, NULL), ==, 9);

  finish_future (first);
  finish_future (ring.other);
  finish_future (ring.own);
  finish_future (behind);
  tf_test_executor_finish (&other);
  ring_clear (&ring);
  meeting_clear (&meeting);
}

typedef struct
{
  TfExecutor *executors[2];
  gint        depth;
} Seesaw;

static void
run_seesaw (TfTask  *task,
            gpointer data)
{
  Seesaw            *seesaw = data;
  int                depth = g_atomic_int_add (&seesaw->depth, 1);
  g_autoptr (GError) error = NULL;
  TfFuture          *next;

  if (depth == 20)
    return;

  next = submit (seesaw->executors[(depth + 1) % 2], run_seesaw, seesaw);
  g_assert_true (tf_future_wait (next, tf_test_timeout_us (), NULL, &error));
  g_assert_no_error (error);
  g_object_unref (next);
}

static void
test_other_depth (void)
{
  Seesaw    seesaw = { { executor_new (1), executor_new (1) }, 0 };
  TfFuture *future = submit (seesaw.executors[0], run_seesaw, &seesaw);

  g_test_summary ("Two executors of one worker each wait for each other to any depth.");

  tf_test_wait_done (future);
  g_assert_cmpint (seesaw.depth, ==, 21);
  finish_future (future);
  tf_test_executor_finish (&seesaw.executors[0]);
  tf_test_executor_finish (&seesaw.executors[1]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/wait-worker/is-refused-for-itself", test_self);
  tf_test_add ("/future/wait-worker/is-refused-in-a-circle", test_cycle);
  tf_test_add ("/future/wait-worker/runs-what-is-queued", test_runs_queued);
  tf_test_add ("/future/wait-worker/has-an-inner-current-task", test_nested);
  tf_test_add ("/future/wait-worker/goes-to-any-depth", test_deep);
  tf_test_add ("/future/wait-worker/leaves-other-executors-their-limit", test_other_limit);
  tf_test_add ("/future/wait-worker/goes-to-and-fro-to-any-depth", test_other_depth);
  tf_test_add ("/future/wait-worker/may-have-a-limit", test_limit);
  tf_test_add ("/future/wait-worker/ends-with-a-cancel-of-the-waiter", test_cancel_waiter);

  return g_test_run ();
}
