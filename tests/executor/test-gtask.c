/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* What a program that has a GTaskThreadFunc does with it. */
typedef struct
{
  TfTestGate started;
  TfTestGate release;
  GError    *error; /* (owned) */
  gint64     result;
  guint      n_callbacks;
  guint      n_freed;
  GThread   *thread; /* of the callback */
} Work;

static void
work_init (Work *work)
{
  memset (work, 0, sizeof *work);
  tf_test_gate_init (&work->started);
  tf_test_gate_init (&work->release);
}

static void
work_clear (Work *work)
{
  g_clear_error (&work->error);
  tf_test_gate_clear (&work->started);
  tf_test_gate_clear (&work->release);
}

static void
on_finished_cb (GObject      *object,
                GAsyncResult *result,
                gpointer      user_data)
{
  Work *work = user_data;

  g_assert_null (work->error);
  work->result = g_task_propagate_int (G_TASK (result), &work->error);
  work->n_callbacks++;
  work->thread = g_thread_self ();
}

static void
free_task_data (gpointer data)
{
  ((Work *) data)->n_freed++;
}

static GTask *
make_gtask (Work         *work,
            GCancellable *cancellable)
{
  GTask *gtask = g_task_new (NULL, cancellable, on_finished_cb, work);

  g_task_set_task_data (gtask, work, free_task_data);
  return gtask;
}

static TfFuture *
run_gtask (TfExecutor     *executor,
           GTask          *gtask,
           GTaskThreadFunc func)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future = tf_executor_submit_task_func (executor, gtask, func, &error);

  g_assert_no_error (error);
  g_assert_nonnull (future);
  g_object_unref (gtask);
  return future;
}

static gboolean
is_called_back (gpointer data)
{
  return ((Work *) data)->n_callbacks == 1;
}

/* The functions */

static void
thread_return_42 (GTask        *gtask,
                  gpointer      source_object,
                  gpointer      task_data,
                  GCancellable *cancellable)
{
  g_assert_nonnull (cancellable);
  g_assert_nonnull (task_data);
  g_task_return_int (gtask, 42);
}

static void
thread_fail (GTask        *gtask,
             gpointer      source_object,
             gpointer      task_data,
             GCancellable *cancellable)
{
  g_task_return_new_error (gtask, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "no such thing");
}

static void
thread_forget (GTask        *gtask,
               gpointer      source_object,
               gpointer      task_data,
               GCancellable *cancellable)
{
}

static void
thread_block (GTask        *gtask,
              gpointer      source_object,
              gpointer      task_data,
              GCancellable *cancellable)
{
  Work *work = task_data;

  tf_test_gate_open (&work->started);
  tf_test_gate_wait (&work->release);
  g_task_return_int (gtask, 7);
}

/* Returns when it is cancelled, as functions of GIO do. */
static void
thread_until_cancelled (GTask        *gtask,
                        gpointer      source_object,
                        gpointer      task_data,
                        GCancellable *cancellable)
{
  Work      *work = task_data;
  TfTestGate gate;
  gulong     id;

  tf_test_gate_init (&gate);
  id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_open_cb), &gate, NULL);
  tf_test_gate_open (&work->started);
  tf_test_gate_wait (&gate);
  g_cancellable_disconnect (cancellable, id);
  tf_test_gate_clear (&gate);
  g_task_return_new_error (gtask, G_IO_ERROR, G_IO_ERROR_CANCELLED, "stopped");
}

static void
thread_progress (GTask        *gtask,
                 gpointer      source_object,
                 gpointer      task_data,
                 GCancellable *cancellable)
{
  TfTask *task = tf_task_get_current ();

  g_assert_nonnull (task);
  g_assert_cmpstr (tf_task_get_name (task), ==, "copy");
  g_assert_true (tf_task_set_progress (task, 3, 4, "three"));
  g_assert_true (tf_task_report_int64 (task, 17));
  g_task_return_int (gtask, 1);
}

static void
thread_return_and_block (GTask        *gtask,
                         gpointer      source_object,
                         gpointer      task_data,
                         GCancellable *cancellable)
{
  Work *work = task_data;

  g_task_return_int (gtask, 7);
  tf_test_gate_open (&work->started);
  tf_test_gate_wait (&work->release);
}

static void
thread_progress_and_block (GTask        *gtask,
                           gpointer      source_object,
                           gpointer      task_data,
                           GCancellable *cancellable)
{
  g_assert_true (tf_task_set_progress (tf_task_get_current (), 1, 2, NULL));
  thread_block (gtask, source_object, task_data, cancellable);
}

/* --- What it returns --- */

static void
on_done_after_callback_cb (TfFuture *future,
                           Work     *work)
{
  g_assert_cmpuint (work->n_callbacks, ==, 1);
}

static void
test_returns (void)
{
  TfExecutor              *executor = tf_executor_new ();
  g_autoptr (TfFuture)     future = NULL;
  g_autoptr (TfTestStates) states = NULL;
  g_autoptr (GTask)        value = NULL;
  GTask                   *gtask;
  Work                     work;

  g_test_summary ("A GTaskThreadFunc runs unchanged, and its callback and finish work as before.");

  work_init (&work);
  gtask = make_gtask (&work, NULL);
  future = run_gtask (executor, gtask, thread_return_42);
  states = tf_test_states_new (future);
  g_signal_connect (future, "done", G_CALLBACK (on_done_after_callback_cb), &work);
  tf_test_wait_done (future);

  g_assert_no_error (work.error);
  g_assert_cmpint (work.result, ==, 42);
  g_assert_cmpuint (work.n_callbacks, ==, 1);
  g_assert_true (work.thread == g_thread_self ());
  tf_test_assert_states (states, "WAITING EXECUTING COMPLETED done");
  value = tf_future_dup_object (future, NULL);
  g_assert_true (value == gtask);

  g_clear_pointer (&states, tf_test_states_free);
  g_clear_object (&future);
  g_assert_cmpuint (work.n_freed, ==, 0);
  g_assert_finalize_object (g_steal_pointer (&value));
  g_assert_cmpuint (work.n_freed, ==, 1);
  tf_test_executor_finish (&executor);
  work_clear (&work);
}

static void
test_fails (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  Work                 work;

  g_test_summary ("An error goes to the finish function of the GTask, and the future is FAILED.");

  work_init (&work);
  future = run_gtask (executor, make_gtask (&work, NULL), thread_fail);
  tf_test_wait_done (future);
  g_assert_error (work.error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_FAILED);
  error = tf_future_dup_error (future);
  g_assert_error (error, TF_ERROR, TF_ERROR_FAILED);
  g_assert_cmpuint (work.n_freed, ==, 1);
  tf_test_executor_finish (&executor);
  work_clear (&work);
}

static void
test_forgets (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  Work                 work;

  g_test_summary ("A function that forgets to return fails with ABANDONED.");

  g_test_expect_message ("GLib-GIO", G_LOG_LEVEL_CRITICAL, "*finalized without ever returning*");
  work_init (&work);
  future = run_gtask (executor, make_gtask (&work, NULL), thread_forget);
  tf_test_wait_done (future);
  error = tf_future_dup_error (future);
  g_assert_error (error, TF_ERROR, TF_ERROR_ABANDONED);
  g_assert_cmpuint (work.n_callbacks, ==, 0);
  g_assert_cmpuint (work.n_freed, ==, 1);
  tf_test_executor_finish (&executor);
  work_clear (&work);
}

static gboolean
on_return_later_cb (gpointer gtask)
{
  g_task_return_int (gtask, 5);
  g_object_unref (gtask);
  return G_SOURCE_REMOVE;
}

static void
thread_return_later (GTask        *gtask,
                     gpointer      source_object,
                     gpointer      task_data,
                     GCancellable *cancellable)
{
  g_idle_add (on_return_later_cb, g_object_ref (gtask));
}

static void
test_returns_later (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  Work                 work;

  g_test_summary ("A function may leave it to somebody else to return the GTask.");

  work_init (&work);
  future = run_gtask (executor, make_gtask (&work, NULL), thread_return_later);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpint (work.result, ==, 5);
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (g_steal_pointer (&future));
  g_assert_cmpuint (work.n_freed, ==, 1);
  work_clear (&work);
}

static void
on_progress_cb (TfFuture     *future,
                const GValue *value,
                gint64       *number)
{
  *number = g_value_get_int64 (value);
}

static void
test_progress (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  gint64               number = 0;
  GTask               *gtask;
  Work                 work;

  g_test_summary ("A GTaskThreadFunc can tell progress by way of the current task.");

  work_init (&work);
  gtask = make_gtask (&work, NULL);
  g_task_set_name (gtask, "copy");
  future = run_gtask (executor, gtask, thread_progress);
  g_signal_connect (future, "progress", G_CALLBACK (on_progress_cb), &number);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_completed_steps (future), ==, 3);
  g_assert_cmpint (tf_future_get_total_steps (future), ==, 4);
  g_assert_cmpstr (tf_future_get_status (future), ==, "three");
  g_assert_cmpstr (tf_future_get_name (future), ==, "copy");
  g_assert_cmpint (number, ==, 17);
  tf_test_executor_finish (&executor);
  work_clear (&work);
}

static void
check_thread (gpointer data)
{
  g_assert_true (g_thread_self () == data);
}

static void
test_freed_here (void)
{
  TfExecutor *executor = tf_executor_new ();

  g_test_summary ("A GTask that its future has as value goes in the owner context, never on a"
                  " worker.");

  for (guint i = 0; i < tf_test_scale (2000); i++)
    {
      g_autoptr (TfFuture) future = NULL;
      GTask               *gtask = g_task_new (NULL, NULL, NULL, NULL);

      g_task_set_task_data (gtask, g_thread_self (), check_thread);
      future = run_gtask (executor, gtask, thread_return_42);
      tf_test_wait_done (future);
    }
  tf_test_executor_finish (&executor);
}

/* --- Cancelling --- */

static void
test_future_cancels_cancellable (void)
{
  TfExecutor              *executor = tf_executor_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TfFuture)     future = NULL;
  Work                     work;

  g_test_summary ("Cancelling the future cancels the cancellable of the GTask.");

  work_init (&work);
  future = run_gtask (executor, make_gtask (&work, cancellable), thread_until_cancelled);
  tf_test_gate_wait (&work.started);
  g_assert_true (tf_future_cancel (future));
  g_assert_true (g_cancellable_is_cancelled (cancellable));
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_run_until (NULL, is_called_back, &work);
  g_assert_error (work.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tf_test_executor_finish (&executor);
  work_clear (&work);
}

static void
test_cancellable_cancels_future (void)
{
  TfExecutor              *executor = tf_executor_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TfFuture)     future = NULL;
  Work                     work;

  g_test_summary ("Cancelling the cancellable of the GTask cancels the future.");

  work_init (&work);
  future = run_gtask (executor, make_gtask (&work, cancellable), thread_until_cancelled);
  tf_test_gate_wait (&work.started);
  g_cancellable_cancel (cancellable);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_run_until (NULL, is_called_back, &work);
  g_assert_error (work.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tf_test_executor_finish (&executor);
  work_clear (&work);
}

static void
test_makes_cancellable (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  Work                 work;

  g_test_summary ("A GTask without a cancellable has its function see the one of the future.");

  work_init (&work);
  future = run_gtask (executor, make_gtask (&work, NULL), thread_until_cancelled);
  tf_test_gate_wait (&work.started);
  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  tf_test_run_until (NULL, is_called_back, &work);
  g_assert_error (work.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tf_test_executor_finish (&executor);
  work_clear (&work);
}

static void
test_cancelled_before_start (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  g_autoptr (TfFuture) busy = NULL;
  g_autoptr (TfFuture) future = NULL;
  Block                block;
  Work                 work;

  g_test_summary ("A GTask that is cancelled before it starts returns CANCELLED.");

  block_init (&block);
  work_init (&work);
  busy = submit_call (executor, body_block, &block, NULL);
  future = run_gtask (executor, make_gtask (&work, NULL), thread_return_42);
  g_assert_true (tf_future_cancel (future));
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_run_until (NULL, is_called_back, &work);
  g_assert_error (work.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (work.n_freed, ==, 1);

  tf_test_gate_open (&block.release);
  tf_test_executor_finish (&executor);
  block_clear (&block);
  work_clear (&work);
}

static void
assert_no_handler (GCancellable *cancellable)
{
  guint signal_id = g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE);

  g_assert_false (g_signal_has_handler_pending (cancellable, signal_id, 0, TRUE));
}

static void
test_cancelled_before_submission (void)
{
  TfExecutor              *executor = tf_executor_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TfFuture)     future = NULL;
  Work                     work;

  g_test_summary ("A GTask whose cancellable is cancelled already returns CANCELLED, and its "
                  "future is done after that.");

  work_init (&work);
  g_cancellable_cancel (cancellable);
  future = run_gtask (executor, make_gtask (&work, cancellable), thread_return_42);
  g_signal_connect (future, "done", G_CALLBACK (on_done_after_callback_cb), &work);
  g_assert_cmpuint (work.n_callbacks, ==, 0);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_error (work.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_cmpuint (work.n_freed, ==, 1);
  assert_no_handler (cancellable);
  g_clear_object (&future);
  tf_test_drain (NULL);
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (g_steal_pointer (&cancellable));
  work_clear (&work);
}

static void
test_calls_back_before_done (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  g_autoptr (TfFuture) running = NULL;
  g_autoptr (TfFuture) queued = NULL;
  Work                 works[2];

  g_test_summary ("A cancelled future is done after the callback of its GTask, whether that ran or "
                  "not, whatever the priorities are.");

  tf_executor_set_dispatch_priority (executor, G_PRIORITY_HIGH);
  work_init (&works[0]);
  work_init (&works[1]);
  running = run_gtask (executor, make_gtask (&works[0], NULL), thread_until_cancelled);
  queued = run_gtask (executor, make_gtask (&works[1], NULL), thread_return_42);
  g_signal_connect (running, "done", G_CALLBACK (on_done_after_callback_cb), &works[0]);
  g_signal_connect (queued, "done", G_CALLBACK (on_done_after_callback_cb), &works[1]);
  tf_test_gate_wait (&works[0].started);
  g_assert_true (tf_future_cancel (queued));
  g_assert_cmpuint (works[1].n_callbacks, ==, 0);
  tf_test_wait_done (queued);
  g_assert_true (tf_future_cancel (running));
  tf_test_wait_done (running);
  for (guint i = 0; i < G_N_ELEMENTS (works); i++)
    {
      g_assert_cmpuint (works[i].n_callbacks, ==, 1);
      g_assert_error (works[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
    }

  tf_test_executor_finish (&executor);
  work_clear (&works[0]);
  work_clear (&works[1]);
}

static void
test_function_goes_on (void)
{
  TfExecutor              *executor = tf_executor_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TfFuture)     future = NULL;
  Work                     work;

  g_test_summary ("A cancelled future is not done while the function goes on, also if the GTask "
                  "has returned.");

  work_init (&work);
  future = run_gtask (executor, make_gtask (&work, cancellable), thread_return_and_block);
  tf_test_run_until (NULL, is_called_back, &work);
  tf_test_gate_wait (&work.started);
  g_assert_true (tf_future_cancel (future));
  tf_test_drain (NULL);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  g_assert_cmpuint (tf_executor_get_n_executing (executor), ==, 1);

  tf_test_gate_open (&work.release);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_executor_finish (&executor);
  assert_no_handler (cancellable);
  work_clear (&work);
}

static void
test_return_on_cancel (void)
{
  TfExecutor              *executor = tf_executor_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TfFuture)     future = NULL;
  GTask                   *gtask;
  Work                     work;

  g_test_summary ("A GTask that returns on cancel does so while its function goes on, which keeps "
                  "its place until it returns.");

  work_init (&work);
  gtask = make_gtask (&work, cancellable);
  g_task_set_return_on_cancel (gtask, TRUE);
  future = run_gtask (executor, gtask, thread_progress_and_block);
  tf_test_gate_wait (&work.started);
  g_cancellable_cancel (cancellable);
  tf_test_run_until (NULL, is_called_back, &work);
  g_assert_error (work.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tf_test_drain (NULL);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
  g_assert_cmpuint (tf_executor_get_n_executing (executor), ==, 1);

  tf_test_gate_open (&work.release);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (work.n_callbacks, ==, 1);
  tf_test_executor_finish (&executor);
  assert_no_handler (cancellable);
  work_clear (&work);
}

static void
test_return_on_cancel_unused (void)
{
  TfExecutor              *executor = tf_executor_new ();
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (TfFuture)     future = NULL;
  GTask                   *gtask;
  Work                     work;

  g_test_summary ("A GTask that would return on cancel returns as others do.");

  work_init (&work);
  gtask = make_gtask (&work, cancellable);
  g_task_set_return_on_cancel (gtask, TRUE);
  future = run_gtask (executor, gtask, thread_return_42);
  g_signal_connect (future, "done", G_CALLBACK (on_done_after_callback_cb), &work);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_COMPLETED);
  g_assert_no_error (work.error);
  g_assert_cmpint (work.result, ==, 42);
  tf_test_executor_finish (&executor);
  work_clear (&work);
}

static void
test_shutdown_queued (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  g_autoptr (TfFuture) running = NULL;
  g_autoptr (TfFuture) queued = NULL;
  Work                 works[2];

  g_test_summary ("A shutdown does not wait for the callback of a GTask, which comes from the loop "
                  "later.");

  work_init (&works[0]);
  work_init (&works[1]);
  running = run_gtask (executor, make_gtask (&works[0], NULL), thread_until_cancelled);
  queued = run_gtask (executor, make_gtask (&works[1], NULL), thread_return_42);
  tf_test_gate_wait (&works[0].started);
  g_assert_true (tf_executor_shutdown (executor, tf_test_timeout_us (), NULL));
  g_assert_cmpint (tf_future_get_state (queued), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpint (tf_future_get_state (running), ==, TF_FUTURE_STATE_CANCELLED);
  for (guint i = 0; i < G_N_ELEMENTS (works); i++)
    {
      tf_test_run_until (NULL, is_called_back, &works[i]);
      /* The worker may begin the second one between the two cancels. */
      if (i == 0 || works[i].error != NULL)
        g_assert_error (works[i].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      work_clear (&works[i]);
    }

  tf_test_executor_finish (&executor);
}

static void
test_abort (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  Work                 work;

  g_test_summary ("Giving the future up does not take the callback from the GTask.");

  work_init (&work);
  future = run_gtask (executor, make_gtask (&work, NULL), thread_block);
  tf_test_gate_wait (&work.started);
  g_assert_true (tf_future_abort (future, "enough", NULL));
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (work.n_callbacks, ==, 0);
  g_assert_cmpuint (tf_executor_get_n_aborted (executor), ==, 1);

  tf_test_gate_open (&work.release);
  tf_test_run_until (NULL, is_called_back, &work);
  while (tf_executor_get_n_aborted (executor) > 0)
    g_main_context_iteration (NULL, TRUE);
  tf_test_executor_finish (&executor);
  g_assert_cmpuint (work.n_freed, ==, 1);
  work_clear (&work);
}

/* --- Ends --- */

static void
test_shutdown_running (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  Work                 work;

  g_test_summary ("Shutdown while a GTask runs waits for its function, and for nothing that"
                  " needs the loop.");

  work_init (&work);
  future = run_gtask (executor, make_gtask (&work, NULL), thread_until_cancelled);
  tf_test_gate_wait (&work.started);
  tf_executor_shutdown (executor, tf_test_timeout_us () / 4, &error);
  g_assert_no_error (error);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_run_until (NULL, is_called_back, &work);
  g_assert_error (work.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tf_test_executor_finish (&executor);
  work_clear (&work);
}

static void
test_executor_dropped (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;
  Work                 work;

  g_test_summary ("Dropping the executor cancels a GTask that runs, and its callback still comes.");

  work_init (&work);
  future = run_gtask (executor, make_gtask (&work, NULL), thread_until_cancelled);
  tf_test_gate_wait (&work.started);
  g_assert_finalize_object (executor);
  tf_test_wait_done (future);
  tf_test_run_until (NULL, is_called_back, &work);
  g_assert_error (work.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tf_test_drain (NULL);
  g_assert_finalize_object (g_steal_pointer (&future));
  g_assert_cmpuint (work.n_freed, ==, 1);
  work_clear (&work);
}

static void
assert_refused (TfExecutor *executor,
                int         code)
{
  g_autoptr (GTask)  gtask = NULL;
  g_autoptr (GError) error = NULL;
  Work               work;

  work_init (&work);
  gtask = make_gtask (&work, NULL);
  g_assert_null (tf_executor_submit_task_func (executor, gtask, thread_return_42, &error));
  g_assert_error (error, TF_ERROR, code);
  tf_test_drain (NULL);
  g_assert_cmpuint (work.n_callbacks, ==, 0);
  g_assert_false (g_task_get_completed (gtask));
  g_assert_cmpuint (work.n_freed, ==, 0);
  g_assert_cmpint (G_OBJECT (gtask)->ref_count, ==, 1);

  /* It is as good as new. */
  g_task_return_int (gtask, 9);
  tf_test_run_until (NULL, is_called_back, &work);
  g_assert_cmpint (work.result, ==, 9);
  g_assert_finalize_object (g_steal_pointer (&gtask));
  work_clear (&work);
}

static void
test_refused (void)
{
  TfThreadContext *context = tf_thread_context_new (1);
  TfExecutor      *executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (context));

  g_test_summary ("A GTask that is refused is left as it was.");

  tf_parallel_context_close (TF_PARALLEL_CONTEXT (context));
  assert_refused (executor, TF_ERROR_CLOSED);
  tf_test_executor_finish (&executor);

  executor = tf_executor_new ();
  g_assert_true (tf_executor_stop (executor, NULL));
  assert_refused (executor, TF_ERROR_NOT_RUNNING);
  tf_test_executor_finish (&executor);
  g_assert_finalize_object (context);
}

/* --- Other contexts --- */

typedef struct
{
  TfExecutor *executor;
  Work        work;
  GThread    *thread;
} Elsewhere;

static gpointer
run_elsewhere (gpointer data)
{
  Elsewhere               *self = data;
  g_autoptr (GMainContext) context = g_main_context_new ();
  g_autoptr (TfFuture)     future = NULL;
  g_autoptr (GError)       error = NULL;

  self->thread = g_thread_self ();
  g_main_context_push_thread_default (context);
  future = run_gtask (self->executor, make_gtask (&self->work, NULL), thread_return_42);
  tf_test_run_until (context, is_called_back, &self->work);
  tf_test_drain (context);

  /* The future is done when the loop of the executor has seen it. */
  tf_future_wait (future, tf_test_timeout_us (), NULL, &error);
  g_assert_no_error (error);
  g_main_context_pop_thread_default (context);
  return NULL;
}

typedef struct
{
  GThread   *thread;
  TfTestGate over;
  gpointer   data;
} Runner;

static gpointer
run_runner (gpointer data)
{
  Runner *runner = data;

  run_elsewhere (runner->data);
  tf_test_gate_open (&runner->over);
  g_main_context_wakeup (NULL);
  return NULL;
}

static gboolean
is_runner_over (gpointer data)
{
  return tf_test_gate_is_open (&((Runner *) data)->over);
}

static void
test_other_context (void)
{
  Elsewhere elsewhere = { 0 };
  Runner    runner = { 0 };

  g_test_summary ("The callback of a GTask of another thread comes in that thread.");

  elsewhere.executor = tf_executor_new ();
  work_init (&elsewhere.work);
  tf_test_gate_init (&runner.over);
  runner.data = &elsewhere;
  runner.thread = g_thread_new ("elsewhere", run_runner, &runner);
  tf_test_run_until (NULL, is_runner_over, &runner);
  g_thread_join (runner.thread);

  g_assert_cmpint (elsewhere.work.result, ==, 42);
  g_assert_true (elsewhere.work.thread == elsewhere.thread);
  tf_test_executor_finish (&elsewhere.executor);
  tf_test_gate_clear (&runner.over);
  work_clear (&elsewhere.work);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/gtask/returns-to-its-callback", test_returns);
  tf_test_add ("/executor/gtask/keeps-its-error", test_fails);
  tf_test_add ("/executor/gtask/is-abandoned-when-nobody-returns-it", test_forgets);
  tf_test_add ("/executor/gtask/may-be-returned-later", test_returns_later);
  tf_test_add ("/executor/gtask/tells-progress", test_progress);
  tf_test_add ("/executor/gtask/is-freed-in-the-owner-context", test_freed_here);
  tf_test_add ("/executor/gtask/is-cancelled-by-its-future", test_future_cancels_cancellable);
  tf_test_add ("/executor/gtask/cancels-its-future", test_cancellable_cancels_future);
  tf_test_add ("/executor/gtask/sees-a-cancellable-always", test_makes_cancellable);
  tf_test_add ("/executor/gtask/is-cancelled-before-it-starts", test_cancelled_before_start);
  tf_test_add ("/executor/gtask/may-be-cancelled-already", test_cancelled_before_submission);
  tf_test_add ("/executor/gtask/calls-back-before-done", test_calls_back_before_done);
  tf_test_add ("/executor/gtask/is-not-done-while-its-function-goes-on", test_function_goes_on);
  tf_test_add ("/executor/gtask/returns-on-cancel", test_return_on_cancel);
  tf_test_add ("/executor/gtask/may-return-on-cancel", test_return_on_cancel_unused);
  tf_test_add ("/executor/gtask/does-not-hold-up-shutdown-unrun", test_shutdown_queued);
  tf_test_add ("/executor/gtask/calls-back-after-abort", test_abort);
  tf_test_add ("/executor/gtask/does-not-hold-up-shutdown", test_shutdown_running);
  tf_test_add ("/executor/gtask/survives-its-executor", test_executor_dropped);
  tf_test_add ("/executor/gtask/is-left-alone-when-refused", test_refused);
  tf_test_add ("/executor/gtask/calls-back-in-its-own-context", test_other_context);

  return g_test_run ();
}
