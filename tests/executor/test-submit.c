/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* --- Refused --- */

static void
on_never_cb (TfFuture *future,
             gpointer  user_data)
{
  g_assert_not_reached ();
}

static void
assert_refuses_call (TfExecutor *executor,
                     int         code)
{
  g_autoptr (GError) error = NULL;
  TfTestCounter      n_freed;
  TfTask            *task;

  tf_test_counter_init (&n_freed);
  g_assert_null (tf_executor_submit_call (executor, body_nothing, &n_freed, free_count, &error));
  g_assert_error (error, TF_ERROR, code);
  g_assert_cmpint (tf_test_counter_get (&n_freed), ==, 1);

  /* Without a place for the error the same happens. */
  g_assert_null (tf_executor_submit_call (executor, body_nothing, &n_freed, free_count, NULL));
  g_assert_cmpint (tf_test_counter_get (&n_freed), ==, 2);

  task = tf_task_new (body_nothing, &n_freed, free_count);
  tf_task_set_callback (task, on_never_cb, &n_freed, free_count);
  g_assert_null (tf_executor_submit (executor, tf_task_ref (task), NULL));
  g_assert_cmpint (tf_test_counter_get (&n_freed), ==, 4);
  tf_task_unref (task);
  g_assert_cmpint (tf_test_counter_get (&n_freed), ==, 4);

  g_assert_cmpuint (tf_executor_get_n_waiting (executor), ==, 0);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 0);
  tf_test_counter_clear (&n_freed);
}

static void
test_not_running (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  Block                block;

  g_test_summary ("Submitting in STOPPING and STOPPED fails with NOT_RUNNING and queues"
                  " nothing (EXEC-21).");

  tf_executor_stop (executor, NULL);
  assert_refuses_call (executor, TF_ERROR_NOT_RUNNING);
  tf_test_executor_finish (&executor);

  block_init (&block);
  executor = tf_executor_new ();
  future = submit_call (executor, body_block, &block, NULL);
  tf_test_gate_wait (&block.started);
  tf_executor_stop (executor, NULL);
  g_assert_cmpint (tf_executor_get_state (executor), ==, TF_EXECUTOR_STATE_STOPPING);
  g_assert_null (tf_executor_submit_call (executor, body_nothing, NULL, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  tf_test_gate_open (&block.release);
  tf_test_executor_finish (&executor);
  block_clear (&block);
}

static void
test_closed (void)
{
  TfThreadContext *context = tf_thread_context_new (1);
  TfExecutor      *executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));

  g_test_summary ("Submitting on a closed context fails with CLOSED.");

  tf_parallel_context_close (TF_PARALLEL_CONTEXT (context));
  assert_refuses_call (executor, TF_ERROR_CLOSED);
  g_assert_true (tf_executor_is_running (executor));
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (context);
}

static void
test_twice (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  TfTestCounter        n_freed;
  TfTask              *task;

  g_test_summary ("A task can be submitted once; the first submission is not affected by a"
                  " second.");

  tf_test_counter_init (&n_freed);
  task = tf_task_new (body_return_42, &n_freed, free_count);
  future = submit_task (executor, tf_task_ref (task));
  g_assert_null (tf_executor_submit (executor, tf_task_ref (task), &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_ALREADY_SUBMITTED);
  g_clear_error (&error);
  g_assert_cmpint (tf_test_counter_get (&n_freed), ==, 0);

  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  g_assert_cmpint (tf_test_counter_get (&n_freed), ==, 1);
  g_assert_null (tf_executor_submit (executor, task, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_ALREADY_SUBMITTED);
  tf_test_executor_finish (&executor);
  g_assert_cmpint (tf_test_counter_get (&n_freed), ==, 1);
  tf_test_counter_clear (&n_freed);
}

/* A class of future of its own */

typedef struct
{
  TfFuture parent_instance;
} OwnFuture;

typedef struct
{
  TfFutureClass parent_class;
} OwnFutureClass;

static GType own_future_get_type (void);

G_DEFINE_TYPE (OwnFuture, own_future, TF_TYPE_FUTURE)

static void
own_future_class_init (OwnFutureClass *klass)
{
}

static void
own_future_init (OwnFuture *self)
{
}

typedef struct
{
  TfExecutor   *executor;
  TfTestCounter n_freed;
  TfFuture     *future; /* (owned) */
} Submitter;

static gpointer
submit_own_type (gpointer data)
{
  Submitter         *self = data;
  TfTask            *task = tf_task_new (body_nothing, &self->n_freed, free_count);
  g_autoptr (GError) error = NULL;

  tf_task_set_future_type (task, own_future_get_type ());
  g_assert_null (tf_executor_submit (self->executor, task, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_WRONG_THREAD);
  g_assert_cmpint (tf_test_counter_get (&self->n_freed), ==, 1);
  return NULL;
}

static void
test_wrong_thread (void)
{
  Submitter self = { .executor = tf_executor_new () };
  TfTask   *task;

  g_test_summary ("A future class of one's own can be asked for in the owner context only.");

  tf_test_counter_init (&self.n_freed);
  call_in_thread (submit_own_type, &self);

  task = tf_task_new (body_return_42, NULL, NULL);
  tf_task_set_future_type (task, own_future_get_type ());
  self.future = submit_task (self.executor, task);
  g_assert_true (G_TYPE_CHECK_INSTANCE_TYPE (self.future, own_future_get_type ()));
  tf_test_wait_done (self.future);
  tf_test_executor_finish (&self.executor);
  g_clear_object (&self.future);
  tf_test_counter_clear (&self.n_freed);
}

/* --- Other threads --- */

static void
on_future_cb (TfFuture *future,
              gpointer  user_data)
{
  GThread **thread = user_data;

  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  *thread = g_thread_self ();
}

typedef struct
{
  TfExecutor *executor;
  GThread    *called;
  TfTestGate  over;
} OffThread;

static gpointer
submit_with_callback (gpointer data)
{
  OffThread           *self = data;
  TfTask              *task = tf_task_new (body_return_42, NULL, NULL);
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;

  tf_task_set_callback (task, on_future_cb, &self->called, NULL);
  future = submit_task (self->executor, task);
  tf_future_wait (future, tf_test_timeout_us (), NULL, &error);
  g_assert_no_error (error);
  g_assert_true (tf_future_is_done (future));
  g_assert_cmpint (tf_future_get_int64 (future, &error), ==, 42);
  g_assert_no_error (error);

  tf_test_gate_open (&self->over);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
is_over (gpointer data)
{
  return tf_test_gate_is_open (&((OffThread *) data)->over);
}

static void
test_off_thread (void)
{
  OffThread self = { .executor = tf_executor_new () };
  GThread  *thread;

  g_test_summary ("Any thread may submit, and has the result by a callback or by waiting"
                  " (EXEC-22).");

  tf_test_gate_init (&self.over);
  thread = g_thread_new ("submitter", submit_with_callback, &self);
  tf_test_run_until (NULL, is_over, &self);
  g_thread_join (thread);
  g_assert_true (self.called == g_thread_self ());
  tf_test_executor_finish (&self.executor);
  tf_test_gate_clear (&self.over);
}

typedef struct
{
  TfExecutor   *executor;
  TfTestCounter n_run;
  TfTestCounter n_freed;
  TfTestCounter n_called; /* callbacks, in the owner context */
  TfTestCounter n_accepted;
  TfTestCounter n_refused;
  GThread      *owner;
  guint         n_each;
} Many;

static void
many_init (Many *self)
{
  tf_test_counter_init (&self->n_run);
  tf_test_counter_init (&self->n_freed);
  tf_test_counter_init (&self->n_called);
  tf_test_counter_init (&self->n_accepted);
  tf_test_counter_init (&self->n_refused);
  self->executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 4, NULL);
  self->owner = g_thread_self ();
}

static void
many_clear (Many *self)
{
  tf_test_counter_clear (&self->n_run);
  tf_test_counter_clear (&self->n_freed);
  tf_test_counter_clear (&self->n_called);
  tf_test_counter_clear (&self->n_accepted);
  tf_test_counter_clear (&self->n_refused);
}

static void
body_many (TfTask  *task,
           gpointer user_data)
{
  tf_test_counter_add (&((Many *) user_data)->n_run, 1);
}

static void
free_many (gpointer data)
{
  tf_test_counter_add (&((Many *) data)->n_freed, 1);
}

static void
on_many_cb (TfFuture *future,
            gpointer  user_data)
{
  Many *self = user_data;

  g_assert_true (g_thread_self () == self->owner);
  tf_test_counter_add (&self->n_called, 1);
}

static gpointer
submit_many (gpointer data)
{
  Many *self = data;

  for (guint i = 0; i < self->n_each; i++)
    {
      TfTask              *task = tf_task_new (body_many, self, free_many);
      g_autoptr (TfFuture) future = NULL;
      g_autoptr (GError)   error = NULL;

      tf_task_set_callback (task, on_many_cb, self, NULL);
      future = tf_executor_submit (self->executor, task, &error);
      if (future == NULL)
        {
          g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
          tf_test_counter_add (&self->n_refused, 1);
        }
      else
        {
          tf_test_counter_add (&self->n_accepted, 1);
        }
    }
  return NULL;
}

static gboolean
all_called (gpointer data)
{
  Many *self = data;

  return tf_test_counter_get (&self->n_called) == 8 * self->n_each;
}

static void
test_8_threads (void)
{
  GThread *threads[8];
  Many     many = { 0 };

  g_test_summary ("Eight threads that submit at once have all their tasks run, and called back"
                  " in the owner context.");

  many_init (&many);
  many.n_each = tf_test_scale (1000);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    threads[i] = g_thread_new ("submitter", submit_many, &many);
  tf_test_run_until (NULL, all_called, &many);
  for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
    g_thread_join (threads[i]);
  g_assert_cmpint (tf_test_counter_get (&many.n_run), ==, 8 * many.n_each);
  g_assert_cmpint (tf_test_counter_get (&many.n_freed), ==, 8 * many.n_each);
  tf_test_executor_finish (&many.executor);
  many_clear (&many);
}

static void
test_race_with_stop (void)
{
  g_test_summary ("A submission that races with stop is accepted and cancelled, or refused,"
                  " never lost.");

  for (guint round = 0; round < tf_test_scale (50); round++)
    {
      GThread *threads[4];
      Many     many = { 0 };
      gint64   n_accepted;

      many_init (&many);
      many.n_each = 100;
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        threads[i] = g_thread_new ("submitter", submit_many, &many);
      tf_test_counter_wait (&many.n_accepted, round * 8);
      if (round % 2 == 0)
        g_assert_true (tf_executor_stop (many.executor, NULL));
      else
        g_assert_true (tf_executor_shutdown (many.executor, tf_test_timeout_us (), NULL));
      for (guint i = 0; i < G_N_ELEMENTS (threads); i++)
        g_thread_join (threads[i]);
      tf_test_run_until (NULL, executor_is_stopped, many.executor);

      n_accepted = tf_test_counter_get (&many.n_accepted);
      g_assert_cmpint (n_accepted + tf_test_counter_get (&many.n_refused), ==, 400);
      g_assert_cmpint (tf_test_counter_get (&many.n_called), ==, n_accepted);
      g_assert_cmpint (tf_test_counter_get (&many.n_freed), ==, 400);
      g_assert_cmpint (tf_test_counter_get (&many.n_run), <=, n_accepted);
      tf_test_executor_finish (&many.executor);
      tf_test_drain (NULL);
      many_clear (&many);
    }
}

static gpointer
cancel_future (gpointer future)
{
  return GINT_TO_POINTER (tf_future_cancel (future));
}

static void
test_race_of_cancels (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);

  g_test_summary ("Of two cancels at once in two threads exactly one is told that it took effect.");

  for (guint i = 0; i < tf_test_scale (300); i++)
    {
      g_autoptr (TfFuture) future = submit_call (executor, body_until_cancelled, NULL, NULL);
      GThread             *thread = g_thread_new ("canceller", cancel_future, future);
      gboolean             here = tf_future_cancel (future);
      gboolean             there = GPOINTER_TO_INT (g_thread_join (thread));

      g_assert_cmpint (here + there, ==, 1);
      tf_test_wait_done (future);
      g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
    }
  tf_test_executor_finish (&executor);
}

/* --- Misuse --- */

static void
test_misuse (void)
{
  TfExecutor *executor = tf_executor_new ();

  g_test_summary ("Calls without what they need are refused with a critical.");

  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*task != NULL*");
  g_assert_null (tf_executor_submit (executor, NULL, NULL));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*func != NULL*");
  g_assert_null (tf_executor_submit_call (executor, NULL, NULL, NULL, NULL));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*G_IS_TASK*");
  g_assert_null (tf_executor_submit_task_func (executor, NULL, NULL, NULL));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*TF_IS_EXECUTOR*");
  g_assert_false (tf_executor_stop (NULL, NULL));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*TF_IS_EXECUTOR*");
  g_assert_false (tf_executor_shutdown (NULL, -1, NULL));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*TF_IS_PARALLEL_CONTEXT*");
  g_assert_null (tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (NULL)));
  g_test_assert_expected_messages ();
  tf_test_executor_finish (&executor);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/submit/fails-unless-running", test_not_running);
  tf_test_add ("/executor/submit/fails-on-a-closed-context", test_closed);
  tf_test_add ("/executor/submit/fails-the-second-time", test_twice);
  tf_test_add ("/executor/submit/makes-special-futures-in-the-owner-context-only",
               test_wrong_thread);
  tf_test_add ("/executor/submit/is-allowed-from-any-thread", test_off_thread);
  tf_test_add ("/executor/submit/takes-eight-threads-at-once", test_8_threads);
  tf_test_add ("/executor/submit/races-with-stop-and-loses-nothing", test_race_with_stop);
  tf_test_add ("/executor/submit/can-be-cancelled-from-two-threads", test_race_of_cancels);
  tf_test_add ("/executor/submit/refuses-misuse", test_misuse);

  return g_test_run ();
}
