/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "executor/tf-queue-private.h"

#define N_TASKS 6

typedef struct
{
  TfQueue queue;
  TfTask *tasks[N_TASKS];
} Line;

static void
body_none (TfTask  *task,
           gpointer user_data)
{
}

/* The tasks 0, 1 and 2 of the usual priority, 3 and 4 before them, 5 behind them; in no order. */
static void
line_init (Line *self)
{
  static const int   priorities[N_TASKS] = { 0, 0, 0, -10, -10, 10 };
  static const guint order[N_TASKS] = { 5, 0, 3, 1, 4, 2 };

  tf__queue_init (&self->queue);
  for (guint i = 0; i < N_TASKS; i++)
    {
      self->tasks[i] = tf_task_new (body_none, NULL, NULL);
      tf_task_set_priority (self->tasks[i], priorities[i]);
    }
  for (guint i = 0; i < N_TASKS; i++)
    tf__queue_push (&self->queue, self->tasks[order[i]]);
}

static void
line_clear (Line *self)
{
  g_assert_true (tf__queue_is_empty (&self->queue));
  tf__queue_clear (&self->queue);
  for (guint i = 0; i < N_TASKS; i++)
    tf_task_unref (self->tasks[i]);
}

/* Empties the queue, whose tasks are expected in this order. */
static void
assert_order (Line       *self,
              const char *numbers)
{
  for (const char *at = numbers; *at != '\0'; at++)
    {
      TfTask *task = self->tasks[*at - '0'];

      g_assert_false (tf__queue_is_empty (&self->queue));
      g_assert_true (tf__queue_get_first (&self->queue) == task);
      g_assert_true (task->is_queued);
      tf__queue_unlink (&self->queue, task);
      g_assert_false (task->is_queued);
    }
  g_assert_true (tf__queue_is_empty (&self->queue));
}

static void
test_order (void)
{
  Line line;

  g_test_summary ("The most urgent come first, and those of the same priority in their order.");

  line_init (&line);
  assert_order (&line, "340125");
  line_clear (&line);
}

static void
test_unlink (void)
{
  Line line;

  g_test_summary ("Any task may be taken out: the first, the last, one in between, all of a "
                  "priority.");

  line_init (&line);
  tf__queue_unlink (&line.queue, line.tasks[1]);
  tf__queue_unlink (&line.queue, line.tasks[3]);
  tf__queue_unlink (&line.queue, line.tasks[4]);
  tf__queue_unlink (&line.queue, line.tasks[2]);
  assert_order (&line, "05");
  line_clear (&line);
}

static void
test_push_first (void)
{
  Line line;

  g_test_summary ("What is put back comes before those of its priority, and not before others.");

  line_init (&line);
  tf__queue_unlink (&line.queue, line.tasks[1]);
  tf__queue_push_first (&line.queue, line.tasks[1]);
  tf__queue_unlink (&line.queue, line.tasks[5]);
  tf__queue_push_first (&line.queue, line.tasks[5]);
  assert_order (&line, "341025");
  line_clear (&line);
}

static void
test_again (void)
{
  Line line;

  g_test_summary ("A queue that ran empty takes tasks of any priority again.");

  line_init (&line);
  assert_order (&line, "340125");
  tf__queue_push_first (&line.queue, line.tasks[5]);
  assert_order (&line, "5");
  tf__queue_push (&line.queue, line.tasks[0]);
  tf__queue_push (&line.queue, line.tasks[3]);
  assert_order (&line, "30");
  line_clear (&line);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/queue/order/is-by-priority", test_order);
  tf_test_add ("/queue/order/lets-any-go", test_unlink);
  tf_test_add ("/queue/order/takes-back", test_push_first);
  tf_test_add ("/queue/order/begins-anew", test_again);

  return g_test_run ();
}
