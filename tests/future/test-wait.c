/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "meeting.h"

/* In the owner thread */

static gboolean
on_idle_open_cb (gpointer gate)
{
  tf_test_gate_open (gate);
  return G_SOURCE_REMOVE;
}

static void
test_owner (void)
{
  TfExecutor        *executor = executor_new (1);
  Meeting            meeting;
  TfFuture          *future;
  g_autoptr (GError) error = NULL;

  g_test_summary ("In the owner thread a wait keeps the loop going, with all its sources.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  g_idle_add_full (G_PRIORITY_LOW, on_idle_open_cb, &meeting.go, NULL);
  g_assert_true (tf_future_wait (future, -1, NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 8);

  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static gboolean
on_idle_never_cb (gpointer data)
{
  g_assert_not_reached ();
  return G_SOURCE_REMOVE;
}

static void
test_done (void)
{
  TfExecutor              *executor = executor_new (1);
  TfFuture                *future = submit (executor, run_eight, NULL);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GError)       error = NULL;
  guint                    id;

  g_test_summary ("A wait for a future that is done returns true at once, without a turn of the "
                  "loop.");

  tf_test_wait_done (future);
  g_cancellable_cancel (cancellable);
  id = g_idle_add (on_idle_never_cb, NULL);
  g_assert_true (tf_future_wait (future, 0, cancellable, &error));
  g_assert_no_error (error);
  g_source_remove (id);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
check_end (TfTaskFunc    func,
           gboolean      with_cancel,
           TfFutureState state)
{
  TfExecutor        *executor = executor_new (1);
  TfFuture          *future = submit (executor, func, NULL);
  g_autoptr (GError) error = NULL;

  if (with_cancel)
    tf_future_cancel (future);
  g_assert_true (tf_future_wait (future, tf_test_timeout_us (), NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_future_get_state (future), ==, state);
  g_clear_error (&(GError *){ tf_future_dup_error (future) });

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_any_end (void)
{
  g_test_summary ("A wait is over whatever the end, and true also for a failure or a cancel.");

  check_end (run_eight, FALSE, TF_FUTURE_STATE_COMPLETED);
  check_end (run_failing, FALSE, TF_FUTURE_STATE_FAILED);
  check_end (run_eight, TRUE, TF_FUTURE_STATE_CANCELLED);
}

static void
test_owner_timeout (void)
{
  TfExecutor              *executor = executor_new (1);
  Meeting                  meeting;
  TfFuture                *future;
  g_autoptr (TfTestStates) states = NULL;
  g_autoptr (GError)       error = NULL;
  g_autoptr (GError)       at_once = NULL;

  g_test_summary ("When the time is over the wait fails, and the future is as it was.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  wait_for_state (future, TF_FUTURE_STATE_EXECUTING);
  states = tf_test_states_new (future);
  g_assert_false (tf_future_wait (future, 1000, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpstr (error->message, ==, "Task “task” was not done in time");
  g_assert_false (tf_future_wait (future, 0, NULL, &at_once));
  g_assert_error (at_once, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  tf_test_assert_states (states, "EXECUTING");

  tf_test_gate_open (&meeting.go);
  g_assert_true (tf_future_wait (future, G_MAXINT64, NULL, NULL));
  tf_test_assert_states (states, "EXECUTING COMPLETED done");

  g_clear_pointer (&states, tf_test_states_free);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static gpointer
run_cancel (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return NULL;
}

static gboolean
on_idle_cancel_cb (gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  return G_SOURCE_REMOVE;
}

static void
test_owner_cancellable (void)
{
  TfExecutor              *executor = executor_new (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  g_autoptr (GCancellable) another = g_cancellable_new ();
  g_autoptr (GError)       error = NULL;
  g_autoptr (GError)       at_once = NULL;
  g_autoptr (GThread)      thread = NULL;
  Meeting                  meeting;
  TfFuture                *future;

  g_test_summary ("Cancelling the waiter ends the waiting, and not the work.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  g_idle_add (on_idle_cancel_cb, cancellable);
  g_assert_false (tf_future_wait (future, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_assert_true (tf_future_is_cancellable (future));
  g_assert_false (tf_future_wait (future, -1, cancellable, &at_once));
  g_assert_error (at_once, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  thread = g_thread_new ("canceller", run_cancel, another);
  g_clear_error (&error);
  g_assert_false (tf_future_wait (future, -1, another, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_thread_join (g_steal_pointer (&thread));

  tf_test_gate_open (&meeting.go);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

typedef struct
{
  TfFuture *other;
  guint     n_calls;
} Desk;

static void
on_done_wait_cb (TfFuture *future,
                 Desk     *desk)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_future_wait (desk->other, -1, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (tf_future_wait (future, -1, NULL, &error));
  g_assert_no_error (error);
  desk->n_calls++;
}

static void
test_in_handler (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit (executor, run_eight, NULL);
  Desk        desk = { submit (executor, run_eight, NULL), 0 };

  g_test_summary ("A handler of done may wait for another future.");

  g_signal_connect (future, "done", G_CALLBACK (on_done_wait_cb), &desk);
  tf_test_wait_done (future);
  g_assert_cmpuint (desk.n_calls, ==, 1);
  g_assert_true (tf_future_is_done (desk.other));

  finish_future (future);
  finish_future (desk.other);
  tf_test_executor_finish (&executor);
}

/* In other threads */

typedef struct
{
  TfFuture     *future;
  GCancellable *cancellable;
  gint64        timeout_us;
  gboolean      is_done;
  GError       *error;
  TfTestGate    is_over;
} Elsewhere;

static gpointer
run_wait (gpointer data)
{
  Elsewhere *self = data;

  self->is_done = tf_future_wait (self->future, self->timeout_us, self->cancellable, &self->error);
  if (self->is_done)
    g_assert_cmpint (tf_future_get_int64 (self->future, NULL), ==, 8);
  tf_test_gate_open (&self->is_over);
  return NULL;
}

#define N_THREADS 4

static void
test_elsewhere (void)
{
  TfExecutor *executor = executor_new (1);
  Meeting     meeting;
  Elsewhere   waits[N_THREADS] = { 0 };
  GThread    *threads[N_THREADS];
  TfFuture   *future;

  g_test_summary ("In other threads a wait blocks, until the loop of the owner has told the end.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  for (guint i = 0; i < N_THREADS; i++)
    {
      waits[i].future = future;
      waits[i].timeout_us = i % 2 == 0 ? -1 : tf_test_timeout_us ();
      tf_test_gate_init (&waits[i].is_over);
      threads[i] = g_thread_new ("waiter", run_wait, &waits[i]);
    }

  tf_test_gate_open (&meeting.go);
  tf_test_wait_done (future);
  for (guint i = 0; i < N_THREADS; i++)
    {
      g_thread_join (threads[i]);
      g_assert_no_error (waits[i].error);
      g_assert_true (waits[i].is_done);
      tf_test_gate_clear (&waits[i].is_over);
    }

  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static void
test_elsewhere_races (void)
{
  TfExecutor *executor = executor_new (2);

  g_test_summary ("No wait in another thread misses the end.");

  for (guint i = 0; i < tf_test_scale (300); i++)
    {
      Elsewhere wait = { .future = submit (executor, run_eight, NULL), .timeout_us = -1 };
      GThread  *thread;

      tf_test_gate_init (&wait.is_over);
      thread = g_thread_new ("waiter", run_wait, &wait);
      tf_test_wait_done (wait.future);
      tf_test_gate_wait (&wait.is_over);
      g_thread_join (thread);
      g_assert_true (wait.is_done);
      finish_future (wait.future);
      tf_test_gate_clear (&wait.is_over);
    }

  tf_test_executor_finish (&executor);
}

static void
test_elsewhere_limits (void)
{
  TfExecutor              *executor = executor_new (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Elsewhere                late = { .timeout_us = 1000 };
  Elsewhere                cancelled = { .timeout_us = -1, .cancellable = cancellable };
  GThread                 *thread;
  Meeting                  meeting;
  TfFuture                *future;

  g_test_summary ("A wait in another thread ends when the time is over, or the waiter is "
                  "cancelled.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  late.future = future;
  cancelled.future = future;
  tf_test_gate_init (&late.is_over);
  tf_test_gate_init (&cancelled.is_over);

  g_thread_join (g_thread_new ("waiter", run_wait, &late));
  g_assert_false (late.is_done);
  g_assert_error (late.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&late.error);

  thread = g_thread_new ("waiter", run_wait, &cancelled);
  g_cancellable_cancel (cancellable);
  g_thread_join (thread);
  g_assert_false (cancelled.is_done);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&cancelled.error);
  g_assert_true (tf_future_is_cancellable (future));

  tf_test_gate_open (&meeting.go);
  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
  tf_test_gate_clear (&late.is_over);
  tf_test_gate_clear (&cancelled.is_over);
}

/* With a callback */

typedef struct
{
  GString *text;
  GError  *error;
  gboolean is_done;
  guint    n_calls;
} Reply;

static void
on_wait_over_cb (GObject      *object,
                 GAsyncResult *result,
                 gpointer      data)
{
  Reply *reply = data;

  reply->is_done = tf_future_wait_finish (TF_FUTURE (object), result, &reply->error);
  reply->n_calls++;
  if (reply->text != NULL)
    g_string_append (reply->text, "callback ");
}

static gboolean
has_replied (gpointer data)
{
  return ((Reply *) data)->n_calls > 0;
}

static void
on_done_word_cb (TfFuture *future,
                 GString  *text)
{
  g_string_append (text, "done ");
}

static void
test_async (void)
{
  TfExecutor         *executor = executor_new (1);
  TfFuture           *future = submit (executor, run_eight, NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  Reply               reply = { .text = text };
  Reply               late_reply = { .text = text };

  g_test_summary ("A callback that waits is called after done, also if it comes too late.");

  tf_future_wait_async (future, NULL, on_wait_over_cb, &reply);
  g_signal_connect (future, "done", G_CALLBACK (on_done_word_cb), text);
  tf_test_run_until (NULL, has_replied, &reply);
  g_assert_no_error (reply.error);
  g_assert_true (reply.is_done);
  g_assert_cmpstr (text->str, ==, "done callback ");

  tf_future_wait_async (future, NULL, on_wait_over_cb, &late_reply);
  g_assert_cmpuint (late_reply.n_calls, ==, 0);
  tf_test_run_until (NULL, has_replied, &late_reply);
  g_assert_true (late_reply.is_done);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

static void
test_async_cancelled (void)
{
  TfExecutor              *executor = executor_new (1);
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Reply                    replies[3] = { 0 };
  Meeting                  meeting;
  TfFuture                *future;

  g_test_summary ("A callback whose waiting is cancelled is called at once; others go on waiting.");

  meeting_init (&meeting);
  future = submit (executor, run_meeting, &meeting);
  tf_future_wait_async (future, NULL, on_wait_over_cb, &replies[0]);
  tf_future_wait_async (future, cancellable, on_wait_over_cb, &replies[1]);
  tf_future_wait_async (future, NULL, on_wait_over_cb, &replies[2]);
  g_cancellable_cancel (cancellable);
  tf_test_run_until (NULL, has_replied, &replies[1]);
  g_assert_false (replies[1].is_done);
  g_assert_error (replies[1].error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_error (&replies[1].error);
  g_assert_true (tf_future_is_cancellable (future));

  tf_test_gate_open (&meeting.go);
  tf_test_run_until (NULL, has_replied, &replies[2]);
  g_assert_cmpuint (replies[0].n_calls, ==, 1);
  g_assert_true (replies[0].is_done);
  g_assert_true (replies[2].is_done);
  g_assert_cmpuint (replies[1].n_calls, ==, 1);

  finish_future (future);
  tf_test_executor_finish (&executor);
  meeting_clear (&meeting);
}

static gpointer
run_wait_async (gpointer future)
{
  tf_future_wait_async (future, NULL, on_wait_over_cb, NULL);
  return NULL;
}

static void
test_async_elsewhere (void)
{
  TfExecutor *executor = executor_new (1);
  TfFuture   *future = submit (executor, run_eight, NULL);
  TfTestLog  *log = tf_test_log_new (G_LOG_LEVEL_CRITICAL);

  g_test_summary ("A callback can be asked for in the owner thread only.");

  g_thread_join (g_thread_new ("other", run_wait_async, future));
  g_assert_cmpuint (tf_test_log_count (log, "tf_future_wait_async: called outside*"), ==, 1);
  tf_test_log_free (log);

  finish_future (future);
  tf_test_executor_finish (&executor);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/future/wait/keeps-the-loop-going", test_owner);
  tf_test_add ("/future/wait/returns-at-once-when-done", test_done);
  tf_test_add ("/future/wait/is-over-whatever-the-end", test_any_end);
  tf_test_add ("/future/wait/fails-after-the-time", test_owner_timeout);
  tf_test_add ("/future/wait/fails-when-the-waiter-is-cancelled", test_owner_cancellable);
  tf_test_add ("/future/wait/is-allowed-in-handlers", test_in_handler);
  tf_test_add ("/future/wait/blocks-other-threads-until-told", test_elsewhere);
  tf_test_add ("/future/wait/misses-no-end-in-a-race", test_elsewhere_races);
  tf_test_add ("/future/wait/has-limits-in-other-threads", test_elsewhere_limits);
  tf_test_add ("/future/wait-async/calls-back-after-done", test_async);
  tf_test_add ("/future/wait-async/calls-back-when-the-waiter-is-cancelled", test_async_cancelled);
  tf_test_add ("/future/wait-async/is-refused-in-another-thread", test_async_elsewhere);

  return g_test_run ();
}
