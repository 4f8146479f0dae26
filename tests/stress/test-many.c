/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../executor/bodies.h"

#define A_MILLION 1000000

typedef struct
{
  TfExecutor *executor;
  gint        n_run; /* [atomic] */
  guint       n_freed;
  guint       n_done;
  guint       n_submitted;
  guint       n_wanted;
  guint       n_in_flight; /* to be kept up */
} Million;

static void
body_add (TfTask  *task,
          gpointer user_data)
{
  g_atomic_int_inc (&((Million *) user_data)->n_run);
}

static void
free_add (gpointer data)
{
  ((Million *) data)->n_freed++;
}

static void
on_done_cb (TfFuture *future,
            Million  *self)
{
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  self->n_done++;
}

static void
submit_one (Million *self)
{
  TfFuture *future = submit_call (self->executor, body_add, self, free_add);

  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), self);
  g_object_unref (future);
  self->n_submitted++;
}

static void
assert_all (Million *self)
{
  g_assert_cmpint (g_atomic_int_get (&self->n_run), ==, (gint) self->n_wanted);
  g_assert_cmpuint (self->n_freed, ==, self->n_wanted);
  g_assert_cmpuint (self->n_done, ==, self->n_wanted);
  g_assert_cmpuint (tf_executor_get_n_waiting (self->executor), ==, 0);
  g_assert_cmpuint (tf_executor_get_n_executing (self->executor), ==, 0);
  tf_test_executor_finish (&self->executor);
}

static gboolean
are_all_done (gpointer data)
{
  Million *self = data;

  return self->n_done == self->n_wanted;
}

static void
test_one_after_the_other (void)
{
  Million self = { .n_wanted = tf_test_scale (A_MILLION) };

  g_test_summary ("A million tasks go through one executor, a hundred at a time.");

  self.executor = tf_executor_new ();
  while (self.n_done < self.n_wanted)
    {
      while (self.n_submitted < self.n_wanted && self.n_submitted - self.n_done < 100)
        submit_one (&self);
      g_main_context_iteration (NULL, TRUE);
    }
  assert_all (&self);
}

static void
test_all_at_once (void)
{
  Million self = { .n_wanted = tf_test_scale (A_MILLION) };

  g_test_summary ("A million tasks may be queued at once.");

  self.executor = tf_executor_new ();
  while (self.n_submitted < self.n_wanted)
    submit_one (&self);
  g_assert_cmpuint (tf_executor_get_n_waiting (self.executor), ==, self.n_wanted);
  tf_test_run_until (NULL, are_all_done, &self);
  assert_all (&self);
}

static void
on_cancelled_cb (TfFuture *future,
                 Million  *self)
{
  self->n_done++;
}

static void
test_all_cancelled (void)
{
  Million self = { .n_wanted = tf_test_scale (A_MILLION) };
  Block   block;

  g_test_summary ("A million queued tasks are cancelled by one shutdown.");

  block_init (&block);
  self.executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  g_object_unref (submit_call (self.executor, body_block, &block, NULL));
  tf_test_gate_wait (&block.started);
  for (guint i = 0; i < self.n_wanted; i++)
    {
      TfFuture *future = submit_call (self.executor, body_add, &self, free_add);

      g_signal_connect (future, "done", G_CALLBACK (on_cancelled_cb), &self);
      g_object_unref (future);
    }
  g_assert_true (tf_executor_stop (self.executor, NULL));
  tf_test_gate_open (&block.release);
  tf_test_run_until (NULL, executor_is_stopped, self.executor);
  g_assert_cmpint (self.n_run, ==, 0);
  g_assert_cmpuint (self.n_done, ==, self.n_wanted);
  g_assert_cmpuint (self.n_freed, ==, self.n_wanted);
  tf_test_executor_finish (&self.executor);
  block_clear (&block);
}

/* --- Eight threads --- */

static void
on_called_cb (TfFuture *future,
              gpointer  user_data)
{
  ((Million *) user_data)->n_done++;
}

static gpointer
submit_eighth (gpointer data)
{
  Million *self = data;

  for (guint i = 0; i < self->n_wanted / 8; i++)
    {
      TfTask *task = tf_task_new (body_add, self, free_add);

      tf_task_set_callback (task, on_called_cb, self, NULL);
      g_object_unref (submit_task (self->executor, task));
    }
  return NULL;
}

static void
test_from_8_threads (void)
{
  Million  self = { .n_wanted = tf_test_scale (400000) / 8 * 8 };
  GThread *threads[8];

  g_test_summary ("Eight threads submit to one executor at the same time.");

  self.executor = tf_executor_new ();
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("submitter", submit_eighth, &self);
  tf_test_run_until (NULL, are_all_done, &self);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  tf_test_drain (NULL);
  assert_all (&self);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/stress/many/go-through-one-executor", test_one_after_the_other);
  tf_test_add ("/stress/many/are-queued-at-once", test_all_at_once);
  tf_test_add ("/stress/many/are-cancelled-at-once", test_all_cancelled);
  tf_test_add ("/stress/many/come-from-eight-threads", test_from_8_threads);

  return g_test_run ();
}
