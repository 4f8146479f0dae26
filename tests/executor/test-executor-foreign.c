/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

/* An executor that plain poll() drives. */
typedef struct
{
  TfExecutor *executor;
  int         fd;
  guint       n_polls;
} Drive;

static void
drive_init (Drive *self)
{
  g_autoptr (GError) error = NULL;

  self->executor = tf_executor_new ();
  self->n_polls = 0;
  self->fd = tf_executor_detach (self->executor, &error);
  g_assert_no_error (error);
  g_assert_cmpint (self->fd, >=, 0);
}

static void
drive_clear (Drive *self)
{
  tf_test_executor_finish (&self->executor);
  g_assert_cmpint (fcntl (self->fd, F_GETFD), ==, -1);
  g_assert_cmpint (errno, ==, EBADF);
}

static gboolean
is_readable (int fd)
{
  struct pollfd poll_fd = { .fd = fd, .events = POLLIN };

  return poll (&poll_fd, 1, 0) == 1;
}

static void
run_until (Drive              *self,
           TfTestConditionFunc condition,
           gpointer            user_data)
{
  while (!condition (user_data))
    {
      struct pollfd poll_fd = { .fd = self->fd, .events = POLLIN };

      g_assert_cmpint (poll (&poll_fd, 1, (int) (tf_test_timeout_us () / 1000)), ==, 1);
      self->n_polls++;
      tf_executor_dispatch (self->executor);
    }
}

static gboolean
is_done (gpointer future)
{
  return tf_future_is_done (future);
}

/* --- Delivering --- */

static void
test_result (void)
{
  g_autoptr (TfFuture)     future = NULL;
  g_autoptr (TfTestStates) states = NULL;
  Drive                    drive;

  g_test_summary ("A task comes to its end under poll(), by the same states (LOOP-13), and nothing"
                  " else is needed.");

  drive_init (&drive);
  g_assert_false (is_readable (drive.fd));
  future = submit_call (drive.executor, body_return_42, NULL, NULL);
  states = tf_test_states_new (future);
  run_until (&drive, is_done, future);
  tf_test_assert_states (states, "WAITING EXECUTING COMPLETED done");
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  g_assert_cmpuint (tf_test_drain (NULL), ==, 0);
  drive_clear (&drive);
}

static void
body_yield (TfTask  *task,
            gpointer n_items)
{
  for (gint64 i = 0; i < GPOINTER_TO_INT (n_items); i++)
    {
      if (!tf_task_yield_int64 (task, i))
        return;
    }
}

static void
on_item_cb (TfFuture     *future,
            const GValue *value,
            gint64       *next)
{
  g_assert_cmpint (g_value_get_int64 (value), ==, *next);
  ++*next;
}

static void
test_events (void)
{
  g_autoptr (TfFuture) future = NULL;
  gint64               next = 0;
  Drive                drive;

  g_test_summary ("Events come in order, past the high-water mark too; poll() does not return again"
                  " and again for nothing.");

  drive_init (&drive);
  future = submit_call (drive.executor, body_yield, GINT_TO_POINTER (5000), NULL);
  g_signal_connect (future, "item", G_CALLBACK (on_item_cb), &next);
  run_until (&drive, is_done, future);
  g_assert_cmpint (next, ==, 5000);
  g_assert_cmpuint (drive.n_polls, <=, 2 * 5002);
  g_test_message ("%u polls", drive.n_polls);
  drive_clear (&drive);
}

/* Reports once at each of two gates. */
typedef struct
{
  TfTestGate first;
  TfTestGate second;
  TfTestGate reported;
  TfTestGate end;
} Reporter;

static void
body_report_twice (TfTask  *task,
                   gpointer user_data)
{
  Reporter *self = user_data;

  tf_test_gate_wait (&self->first);
  tf_task_set_progress (task, 1, 10, NULL);
  tf_test_gate_wait (&self->second);
  tf_task_set_progress (task, 2, 10, NULL);
  tf_test_gate_open (&self->reported);
  tf_test_gate_wait (&self->end);
}

static gboolean
has_step_one (gpointer future)
{
  return tf_future_get_completed_steps (future) == 1;
}

static gboolean
has_step_two (gpointer future)
{
  return tf_future_get_completed_steps (future) == 2;
}

static void
test_progress (void)
{
  g_autoptr (TfFuture) future = NULL;
  gint64               begin_us;
  Reporter             reporter;
  Drive                drive;

  g_test_summary ("Progress that comes too early makes the descriptor readable when its time has"
                  " come, though nothing else happens; until then poll() sleeps.");

  tf_test_gate_init (&reporter.first);
  tf_test_gate_init (&reporter.second);
  tf_test_gate_init (&reporter.reported);
  tf_test_gate_init (&reporter.end);
  drive_init (&drive);
  tf_executor_set_progress_interval (drive.executor, 50 * G_TIME_SPAN_MILLISECOND);
  future = submit_call (drive.executor, body_report_twice, &reporter, NULL);
  begin_us = g_get_monotonic_time ();
  tf_test_gate_open (&reporter.first);
  run_until (&drive, has_step_one, future);
  tf_test_gate_open (&reporter.second);
  tf_test_gate_wait (&reporter.reported);
  drive.n_polls = 0;
  run_until (&drive, has_step_two, future);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, >=, 50 * G_TIME_SPAN_MILLISECOND);

  /* One for the news that was too early, one for its time. */
  g_assert_cmpuint (drive.n_polls, <=, 3);
  g_assert_false (is_readable (drive.fd));
  tf_test_gate_open (&reporter.end);
  run_until (&drive, is_done, future);
  drive_clear (&drive);
  tf_test_gate_clear (&reporter.first);
  tf_test_gate_clear (&reporter.second);
  tf_test_gate_clear (&reporter.reported);
  tf_test_gate_clear (&reporter.end);
}

static void
test_cancel (void)
{
  g_autoptr (TfFuture)     future = NULL;
  g_autoptr (TfTestStates) states = NULL;
  TfTestCounter            n_started;
  Drive                    drive;

  g_test_summary ("A task may be cancelled.");

  tf_test_counter_init (&n_started);
  drive_init (&drive);
  future = submit_call (drive.executor, body_until_cancelled, &n_started, NULL);
  states = tf_test_states_new (future);
  tf_test_counter_wait (&n_started, 1);
  g_assert_true (is_readable (drive.fd));
  tf_executor_dispatch (drive.executor);
  g_assert_false (is_readable (drive.fd));
  g_assert_true (tf_future_cancel (future));
  run_until (&drive, is_done, future);
  tf_test_assert_states (states, "WAITING EXECUTING CANCELLING CANCELLED done");
  drive_clear (&drive);
  tf_test_counter_clear (&n_started);
}

static void
test_no_news (void)
{
  g_autoptr (TfFuture) future = NULL;
  Block                block;
  Drive                drive;

  g_test_summary ("While a task runs and says nothing, the descriptor is not readable.");

  block_init (&block);
  drive_init (&drive);
  future = submit_call (drive.executor, body_block, &block, NULL);
  tf_test_gate_wait (&block.started);
  tf_executor_dispatch (drive.executor);
  for (guint i = 0; i < 100; i++)
    g_assert_false (is_readable (drive.fd));
  tf_test_gate_open (&block.release);
  run_until (&drive, is_done, future);
  drive_clear (&drive);
  block_clear (&block);
}

static gpointer
run_submit (gpointer executor)
{
  return submit_call (executor, body_return_42, NULL, NULL);
}

static void
test_submit_elsewhere (void)
{
  g_autoptr (TfFuture) future = NULL;
  guint                n_notified = 0;
  Drive                drive;

  g_test_summary ("A submit in another thread makes the descriptor readable, and the numbers are"
                  " notified.");

  drive_init (&drive);
  g_signal_connect (drive.executor, "notify::n-waiting", G_CALLBACK (on_notify_count_cb),
                    &n_notified);
  g_signal_connect (drive.executor, "notify::n-executing", G_CALLBACK (on_notify_count_cb),
                    &n_notified);
  future = call_in_thread (run_submit, drive.executor);
  run_until (&drive, is_done, future);
  g_assert_cmpuint (n_notified, >, 0);
  drive_clear (&drive);
}

/* --- The end --- */

static void
test_shutdown (void)
{
  g_autoptr (TfFuture) running = NULL;
  g_autoptr (TfFuture) queued = NULL;
  g_autoptr (GError)   error = NULL;
  Drive                drive;

  g_test_summary ("A shutdown brings everything to its end.");

  drive_init (&drive);
  tf_executor_set_max_workers (drive.executor, 1);
  running = submit_call (drive.executor, body_until_cancelled, NULL, NULL);
  queued = submit_call (drive.executor, body_return_42, NULL, NULL);
  g_assert_true (tf_executor_shutdown (drive.executor, tf_test_timeout_us (), &error));
  g_assert_no_error (error);
  g_assert_true (tf_executor_is_stopped (drive.executor));
  g_assert_cmpint (tf_future_get_state (running), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpint (tf_future_get_state (queued), ==, TF_FUTURE_STATE_CANCELLED);
  drive_clear (&drive);
}

static void
test_shutdown_late (void)
{
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  Block                block;
  Drive                drive;

  g_test_summary ("After a shutdown that took too long, and after a stop, the descriptor delivers"
                  " the rest.");

  block_init (&block);
  drive_init (&drive);
  future = submit_call (drive.executor, body_block, &block, NULL);
  tf_test_gate_wait (&block.started);
  g_assert_false (tf_executor_shutdown (drive.executor, 1000, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  tf_test_gate_open (&block.release);
  run_until (&drive, executor_is_stopped, drive.executor);
  g_assert_true (tf_future_is_done (future));
  drive_clear (&drive);
  block_clear (&block);
}

static void
on_done_unref_cb (TfFuture *future,
                  Drive    *drive)
{
  g_clear_object (&drive->executor);
}

static void
test_dropped_in_handler (void)
{
  g_autoptr (TfFuture) future = NULL;
  Drive                drive;
  TfExecutor          *executor;

  g_test_summary ("A handler may drop the executor that delivers to it.");

  drive_init (&drive);
  executor = drive.executor;
  future = submit_call (drive.executor, body_return_42, NULL, NULL);
  g_signal_connect (future, "done", G_CALLBACK (on_done_unref_cb), &drive);
  while (drive.executor != NULL)
    {
      struct pollfd poll_fd = { .fd = drive.fd, .events = POLLIN };

      g_assert_cmpint (poll (&poll_fd, 1, (int) (tf_test_timeout_us () / 1000)), ==, 1);
      tf_executor_dispatch (executor);
    }
  g_assert_cmpint (fcntl (drive.fd, F_GETFD), ==, -1);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
}

/* --- Waiting --- */

static void
test_wait (void)
{
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  guint                n_notified = 0;
  Drive                drive;

  g_test_summary ("To wait in the owner thread delivers without the main context.");

  drive_init (&drive);
  g_signal_connect (drive.executor, "notify::n-executing", G_CALLBACK (on_notify_count_cb),
                    &n_notified);
  future = submit_call (drive.executor, body_return_42, NULL, NULL);
  g_assert_true (tf_future_wait (future, tf_test_timeout_us (), NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  g_clear_object (&future);

  /* The descriptor is as good as before. */
  future = submit_call (drive.executor, body_return_42, NULL, NULL);
  run_until (&drive, is_done, future);
  g_clear_object (&future);
  future = submit_call (drive.executor, body_return_42, NULL, NULL);
  g_assert_true (tf_future_wait (future, -1, NULL, NULL));
  g_assert_cmpuint (n_notified, >, 0);
  drive_clear (&drive);
}

static void
test_wait_late (void)
{
  g_autoptr (TfFuture)     future = NULL;
  g_autoptr (GError)       error = NULL;
  g_autoptr (GCancellable) cancellable = g_cancellable_new ();
  Block                    block;
  Drive                    drive;

  g_test_summary ("Such waiting has its limit, and does not begin when it was cancelled before.");

  block_init (&block);
  drive_init (&drive);
  future = submit_call (drive.executor, body_block, &block, NULL);
  tf_test_gate_wait (&block.started);
  g_assert_false (tf_future_wait (future, 2000, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_EXECUTING);
  g_assert_false (tf_future_wait (future, 0, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_clear_error (&error);

  g_cancellable_cancel (cancellable);
  g_assert_false (tf_future_wait (future, -1, cancellable, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  tf_test_gate_open (&block.release);
  run_until (&drive, is_done, future);
  drive_clear (&drive);
  block_clear (&block);
}

/* Cancels while the owner waits: the task that it waits for does so. */
static void
body_cancel_waiter (TfTask  *task,
                    gpointer cancellable)
{
  g_cancellable_cancel (cancellable);
  body_until_cancelled (task, NULL);
}

static void
test_wait_cancelled (void)
{
  Drive drive;

  g_test_summary ("Such waiting ends when it is cancelled in another thread.");

  drive_init (&drive);
  for (guint i = 0; i < tf_test_scale (200); i++)
    {
      g_autoptr (GCancellable) cancellable = g_cancellable_new ();
      g_autoptr (TfFuture)     future = NULL;
      g_autoptr (GError)       error = NULL;

      future = submit_call (drive.executor, body_cancel_waiter, cancellable, NULL);
      g_assert_false (tf_future_wait (future, tf_test_timeout_us (), cancellable, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
      tf_future_cancel (future);
      run_until (&drive, is_done, future);
    }
  drive_clear (&drive);
}

static void
on_item_switch_cb (TfFuture     *future,
                   const GValue *value,
                   Drive        *drive)
{
  if (g_value_get_int64 (value) % 2 == 0)
    drive->fd = tf_executor_detach (drive->executor, NULL);
  else
    tf_executor_attach (drive->executor, NULL);
}

static void
test_wait_switches (void)
{
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (GError)   error = NULL;
  Drive                drive;

  g_test_summary ("While the owner waits, handlers may go over to a foreign loop and back.");

  drive_init (&drive);
  for (gint n = 9; n <= 10; n++)
    {
      future = submit_call (drive.executor, body_yield, GINT_TO_POINTER (n), NULL);
      g_signal_connect (future, "item", G_CALLBACK (on_item_switch_cb), &drive);
      g_assert_true (tf_future_wait (future, tf_test_timeout_us (), NULL, &error));
      g_assert_no_error (error);
      g_clear_object (&future);
    }
  drive_clear (&drive);
}

static void
on_done_wait_cb (TfFuture *future,
                 TfFuture *other)
{
  g_assert_true (tf_future_wait (other, tf_test_timeout_us (), NULL, NULL));
}

static void
test_wait_in_handler (void)
{
  g_autoptr (TfFuture) first = NULL;
  g_autoptr (TfFuture) second = NULL;
  Drive                drive;

  g_test_summary ("A handler may wait for another future.");

  drive_init (&drive);
  first = submit_call (drive.executor, body_return_42, NULL, NULL);
  second = submit_call (drive.executor, body_return_42, NULL, NULL);
  g_signal_connect (first, "done", G_CALLBACK (on_done_wait_cb), second);
  run_until (&drive, is_done, first);
  g_assert_true (tf_future_is_done (second));
  drive_clear (&drive);
}

/* --- The mode --- */

static void
test_attach (void)
{
  g_autoptr (TfFuture) future = NULL;
  Drive                drive;

  g_test_summary ("Attached, the main context delivers, also what came before.");

  drive_init (&drive);
  future = submit_call (drive.executor, body_return_42, NULL, NULL);
  g_assert_true (tf_executor_attach (drive.executor, NULL));
  g_assert_true (tf_executor_attach (drive.executor, NULL));
  g_assert_cmpint (fcntl (drive.fd, F_GETFD), ==, -1);
  tf_executor_dispatch (drive.executor);
  g_assert_false (tf_future_is_done (future));
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  drive_clear (&drive);
}

static gpointer
run_stranger (gpointer executor)
{
  GError *error = NULL;

  g_assert_cmpint (tf_executor_detach (executor, &error), ==, -1);
  g_assert_error (error, TF_ERROR, TF_ERROR_WRONG_THREAD);
  g_clear_error (&error);
  g_assert_false (tf_executor_attach (executor, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_WRONG_THREAD);
  g_clear_error (&error);
  g_assert_false (tf_executor_attach (executor, NULL));
  return NULL;
}

static void
test_wrong_thread (void)
{
  Drive drive;

  g_test_summary ("Other threads cannot change the mode.");

  drive_init (&drive);
  call_in_thread (run_stranger, drive.executor);
  g_assert_cmpint (tf_executor_detach (drive.executor, NULL), ==, drive.fd);
  drive_clear (&drive);
}

/* --- Composition --- */

static TfFuture *
add_one (TfFuture *done,
         gpointer  user_data)
{
  return tf_future_new_for_int64 (tf_future_get_int64 (done, NULL) + 1);
}

static void
test_derived (void)
{
  g_autoptr (TfFuture) future = NULL;
  g_autoptr (TfFuture) derived = NULL;
  g_autoptr (TfFuture) late = NULL;
  Drive                drive;

  g_test_summary ("What is derived from a task, and a delay, are driven by the same descriptor.");

  drive_init (&drive);
  future = submit_call (drive.executor, body_return_42, NULL, NULL);
  derived = tf_future_then (future, add_one, NULL, NULL);
  run_until (&drive, is_done, derived);
  g_assert_cmpint (tf_future_get_int64 (derived, NULL), ==, 43);

  late = tf_future_delay (2000);
  run_until (&drive, is_done, late);
  g_assert_cmpint (tf_future_get_state (late), ==, TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpuint (tf_test_drain (NULL), ==, 0);
  drive_clear (&drive);
}

static gpointer
resolve_in_thread (gpointer promise)
{
  g_assert_true (tf_promise_resolve_int64 (promise, 7));
  g_object_unref (promise);
  return NULL;
}

static void
test_promise (void)
{
  TfPromise *promise = tf_promise_new ("foreign");
  GThread   *thread;
  Drive      drive;

  g_test_summary ("A promise from before that another thread resolves is delivered, and again by"
                  " the main context afterwards.");

  drive_init (&drive);
  thread = g_thread_new ("resolver", resolve_in_thread, g_object_ref (promise));
  run_until (&drive, is_done, promise);
  g_thread_join (thread);
  g_assert_cmpint (tf_future_get_int64 (TF_FUTURE (promise), NULL), ==, 7);
  g_object_unref (promise);
  drive_clear (&drive);

  promise = tf_promise_new ("at home");
  tf_promise_resolve_none (promise);
  g_assert_cmpuint (tf_test_drain (NULL), >, 0);
  g_assert_true (tf_future_is_done (TF_FUTURE (promise)));
  g_object_unref (promise);
}

static void
test_wait_derived (void)
{
  g_autoptr (TfFuture)    first = NULL;
  g_autoptr (TfFuture)    second = NULL;
  g_autoptr (TfFutureSet) all = NULL;
  g_autoptr (GError)      error = NULL;
  TfFuture               *members[2];
  Drive                   drive;
  Drive                   other;

  g_test_summary ("Waiting for futures of two executors drives both.");

  drive_init (&drive);
  drive_init (&other);
  first = submit_call (drive.executor, body_return_42, NULL, NULL);
  second = submit_call (other.executor, body_return_42, NULL, NULL);
  members[0] = first;
  members[1] = second;
  all = tf_future_all (members, 2, TF_FUTURE_SET_FLAGS_NONE);
  g_assert_true (tf_future_wait (TF_FUTURE (all), tf_test_timeout_us (), NULL, &error));
  g_assert_no_error (error);
  g_assert_cmpint (tf_future_get_int64 (second, NULL), ==, 42);
  drive_clear (&drive);
  drive_clear (&other);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

#ifdef __linux__
  tf_test_add ("/executor/foreign/delivers-results", test_result);
  tf_test_add ("/executor/foreign/delivers-events", test_events);
  tf_test_add ("/executor/foreign/delivers-progress-in-time", test_progress);
  tf_test_add ("/executor/foreign/cancels", test_cancel);
  tf_test_add ("/executor/foreign/sleeps-without-news", test_no_news);
  tf_test_add ("/executor/foreign/wakes-up-for-a-submit-elsewhere", test_submit_elsewhere);
  tf_test_add ("/executor/foreign/shuts-down", test_shutdown);
  tf_test_add ("/executor/foreign/goes-on-after-a-late-shutdown", test_shutdown_late);
  tf_test_add ("/executor/foreign/may-be-dropped-in-a-handler", test_dropped_in_handler);
  tf_test_add ("/executor/foreign/waits", test_wait);
  tf_test_add ("/executor/foreign/waits-for-a-limited-time", test_wait_late);
  tf_test_add ("/executor/foreign/waits-until-cancelled", test_wait_cancelled);
  tf_test_add ("/executor/foreign/waits-while-handlers-switch", test_wait_switches);
  tf_test_add ("/executor/foreign/waits-in-a-handler", test_wait_in_handler);
  tf_test_add ("/executor/foreign/drives-what-is-derived", test_derived);
  tf_test_add ("/executor/foreign/drives-promises", test_promise);
  tf_test_add ("/executor/foreign/waits-for-a-set-of-two", test_wait_derived);
  tf_test_add ("/executor/foreign/ends-with-attach", test_attach);
  tf_test_add ("/executor/foreign/is-of-the-owner", test_wrong_thread);
#endif

  return g_test_run ();
}
