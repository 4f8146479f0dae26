/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

typedef struct
{
  GValue   value;
  GError  *error; /* (owned) (nullable) */
  gboolean is_good;
  guint    n_calls;
  GThread *thread;
} Answer;

static void
on_submitted_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      user_data)
{
  Answer *answer = user_data;

  answer->is_good =
    tf_executor_submit_finish (TF_EXECUTOR (object), result, &answer->value, &answer->error);
  g_assert_cmpint (answer->is_good, ==, answer->error == NULL);
  g_assert_true (G_IS_VALUE (&answer->value));
  g_assert_true (answer->is_good || G_VALUE_HOLDS_POINTER (&answer->value));
  answer->n_calls++;
  answer->thread = g_thread_self ();
}

static void
answer_clear (Answer *answer)
{
  g_value_unset (&answer->value);
  g_clear_error (&answer->error);
}

static gboolean
is_answered (gpointer data)
{
  return ((Answer *) data)->n_calls == 1;
}

static void
ask (TfExecutor   *executor,
     TfTaskFunc    func,
     GCancellable *cancellable,
     Answer       *answer)
{
  tf_executor_submit_async (executor, tf_task_new (func, NULL, NULL), cancellable,
                            on_submitted_cb, answer);
}

static void
test_value (void)
{
  TfExecutor *executor = tf_executor_new ();
  Answer      answer = { 0 };

  g_test_summary ("The finish function gives the value of the task.");

  ask (executor, body_return_42, NULL, &answer);
  g_assert_cmpuint (answer.n_calls, ==, 0);
  tf_test_run_until (NULL, is_answered, &answer);
  g_assert_no_error (answer.error);
  g_assert_true (G_VALUE_HOLDS_INT64 (&answer.value));
  g_assert_cmpint (g_value_get_int64 (&answer.value), ==, 42);
  tf_test_executor_finish (&executor);
  answer_clear (&answer);
}

static void
test_none (void)
{
  TfExecutor *executor = tf_executor_new ();
  Answer      answer = { 0 };

  g_test_summary ("The finish function gives a pointer of NULL, and no error, for a task "
                  "without a value.");

  ask (executor, body_nothing, NULL, &answer);
  tf_test_run_until (NULL, is_answered, &answer);
  g_assert_no_error (answer.error);
  g_assert_true (answer.is_good);
  g_assert_true (G_VALUE_HOLDS_POINTER (&answer.value));
  g_assert_null (g_value_get_pointer (&answer.value));
  tf_test_executor_finish (&executor);
  answer_clear (&answer);
}

static void
on_misuse_cb (GObject      *object,
              GAsyncResult *result,
              gpointer      user_data)
{
  TfExecutor     *executor = TF_EXECUTOR (object);
  g_auto (GValue) used = G_VALUE_INIT;

  g_value_init (&used, G_TYPE_INT);
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*tf_executor_submit_finish*value*");
  g_assert_false (tf_executor_submit_finish (executor, result, NULL, NULL));
  g_test_expect_message ("Tf", G_LOG_LEVEL_CRITICAL, "*tf_executor_submit_finish*value*");
  g_assert_false (tf_executor_submit_finish (executor, result, &used, NULL));
  g_test_assert_expected_messages ();
  on_submitted_cb (object, result, user_data);
}

static void
test_misuse (void)
{
  TfExecutor *executor = tf_executor_new ();
  Answer      answer = { 0 };

  g_test_summary ("A place that is missing, or has a value, is refused, and the result is "
                  "still there.");

  tf_executor_submit_async (executor, tf_task_new (body_return_42, NULL, NULL), NULL, on_misuse_cb,
                            &answer);
  tf_test_run_until (NULL, is_answered, &answer);
  g_assert_true (answer.is_good);
  g_assert_cmpint (g_value_get_int64 (&answer.value), ==, 42);
  tf_test_executor_finish (&executor);
  answer_clear (&answer);
}

static void
test_error (void)
{
  TfExecutor *executor = tf_executor_new ();
  Answer      answer = { 0 };

  g_test_summary ("The finish function gives the error of the task, which counts as read.");

  ask (executor, body_fail, NULL, &answer);
  tf_test_run_until (NULL, is_answered, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_false (answer.is_good);
  tf_test_executor_finish (&executor);
  answer_clear (&answer);
}

static void
test_cancelled (void)
{
  TfExecutor              *executor = tf_executor_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Answer                   answer = { 0 };
  TfTestCounter            n_started;
  TfTask                  *task;

  g_test_summary ("The cancellable cancels the task, and the answer comes when it has ended.");

  tf_test_counter_init (&n_started);
  task = tf_task_new (body_until_cancelled, &n_started, NULL);
  tf_executor_submit_async (executor, task, cancellable, on_submitted_cb, &answer);
  tf_test_counter_wait (&n_started, 1);
  g_cancellable_cancel (cancellable);
  g_assert_cmpuint (answer.n_calls, ==, 0);
  tf_test_run_until (NULL, is_answered, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  answer_clear (&answer);
  answer = (Answer){ 0 };

  /* Cancelled before: accepted, and never run. */
  ask (executor, body_return_42, cancellable, &answer);
  g_assert_cmpuint (answer.n_calls, ==, 0);
  tf_test_run_until (NULL, is_answered, &answer);
  g_assert_error (answer.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  answer_clear (&answer);
  tf_test_executor_finish (&executor);
  tf_test_counter_clear (&n_started);
}

static void
test_refused (void)
{
  TfExecutor   *executor = tf_executor_new ();
  Answer        answer = { 0 };
  TfTestCounter n_freed;
  TfTask       *task;

  g_test_summary ("A refused task is answered from the loop, and freed in the call.");

  tf_test_counter_init (&n_freed);
  tf_executor_stop (executor, NULL);
  task = tf_task_new (body_nothing, &n_freed, free_count);
  tf_executor_submit_async (executor, task, NULL, on_submitted_cb, &answer);
  g_assert_cmpint (tf_test_counter_get (&n_freed), ==, 1);
  g_assert_cmpuint (answer.n_calls, ==, 0);
  tf_test_run_until (NULL, is_answered, &answer);
  g_assert_error (answer.error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  tf_test_executor_finish (&executor);
  answer_clear (&answer);
  tf_test_counter_clear (&n_freed);
}

static void
test_without_callback (void)
{
  TfExecutor   *executor = tf_executor_new ();
  TfTestCounter n;

  g_test_summary ("Nobody has to wait for the answer.");

  tf_test_counter_init (&n);
  tf_executor_submit_async (executor, tf_task_new (body_count, &n, NULL), NULL, NULL, NULL);
  tf_test_counter_wait (&n, 1);
  /* What GIO was asked is over when the loop has run. */
  g_assert_true (tf_executor_shutdown (executor, tf_test_timeout_us (), NULL));
  tf_test_drain (NULL);
  tf_test_executor_finish (&executor);
  tf_test_counter_clear (&n);
}

static void
test_executor_kept (void)
{
  TfExecutor *executor = tf_executor_new ();
  gpointer    weak = executor;
  Answer      answer = { 0 };

  g_test_summary ("What was asked keeps its executor, as with all of GIO, and is answered.");

  g_object_add_weak_pointer (G_OBJECT (executor), &weak);
  ask (executor, body_return_42, NULL, &answer);
  g_object_unref (executor);
  g_assert_nonnull (weak);
  tf_test_run_until (NULL, is_answered, &answer);
  g_assert_no_error (answer.error);
  g_assert_cmpint (g_value_get_int64 (&answer.value), ==, 42);
  tf_test_drain (NULL);
  g_assert_null (weak);
  answer_clear (&answer);
}

/* --- Other threads --- */

typedef struct
{
  TfExecutor *executor;
  TfTestGate  over;
} Asker;

static gpointer
ask_elsewhere (gpointer data)
{
  Asker                   *self = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  Answer                   answer = { 0 };

  g_main_context_push_thread_default (context);
  ask (self->executor, body_return_42, NULL, &answer);
  tf_test_run_until (context, is_answered, &answer);
  g_assert_cmpint (g_value_get_int64 (&answer.value), ==, 42);
  g_assert_true (answer.thread == g_thread_self ());
  g_main_context_pop_thread_default (context);
  answer_clear (&answer);

  tf_test_gate_open (&self->over);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
is_over (gpointer data)
{
  return tf_test_gate_is_open (&((Asker *) data)->over);
}

static void
test_elsewhere (void)
{
  Asker    self = { .executor = tf_executor_new () };
  GThread *thread;

  g_test_summary ("A thread that asks has its answer in its own main context.");

  tf_test_gate_init (&self.over);
  thread = g_thread_new ("asker", ask_elsewhere, &self);
  tf_test_run_until (NULL, is_over, &self);
  g_thread_join (thread);
  tf_test_drain (NULL);
  tf_test_executor_finish (&self.executor);
  tf_test_gate_clear (&self.over);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/submit-async/answers-with-the-value", test_value);
  tf_test_add ("/executor/submit-async/answers-with-nothing", test_none);
  tf_test_add ("/executor/submit-async/needs-a-place-for-the-value", test_misuse);
  tf_test_add ("/executor/submit-async/answers-with-the-error", test_error);
  tf_test_add ("/executor/submit-async/is-cancelled-by-the-cancellable", test_cancelled);
  tf_test_add ("/executor/submit-async/is-answered-when-refused", test_refused);
  tf_test_add ("/executor/submit-async/needs-no-callback", test_without_callback);
  tf_test_add ("/executor/submit-async/keeps-its-executor", test_executor_kept);
  tf_test_add ("/executor/submit-async/answers-in-the-thread-that-asked", test_elsewhere);

  return g_test_run ();
}
