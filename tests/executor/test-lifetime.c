/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* User data that is freed once, in the thread where it was made. */
typedef struct
{
  GThread *owner;
  guint    n_freed;
} Data;

static void
data_free (gpointer user_data)
{
  Data *data = user_data;

  g_assert_true (g_thread_self () == data->owner);
  g_assert_cmpuint (data->n_freed, ==, 0);
  data->n_freed++;
}

static void
data_init (Data *data)
{
  data->owner = g_thread_self ();
  data->n_freed = 0;
}

static gboolean
is_freed (gpointer user_data)
{
  return ((Data *) user_data)->n_freed == 1;
}

static void
body_until_cancelled_data (TfTask  *task,
                           gpointer user_data)
{
  body_until_cancelled (task, NULL);
}

/* --- In the owner context --- */

static void
test_idle (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("An executor without work goes with its last reference.");

  g_assert_finalize_object (executor);
  tf_test_assert_idle (NULL);

  executor = tf_executor_new ();
  future = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_wait_done (future);
  g_assert_finalize_object (executor);
  tf_test_drain (NULL);
  g_assert_cmpint (tf_future_get_int64 (future, NULL), ==, 42);
  g_assert_false (tf_future_cancel (future));
  g_assert_false (tf_future_abort (future, NULL, NULL));
  g_assert_true (tf_future_wait (future, 0, NULL, NULL));
  g_assert_cmpstr (tf_future_get_name (future), ==, "task");
}

static void
on_executor_notify_cb (TfExecutor *executor,
                       GParamSpec *pspec,
                       guint      *n)
{
  ++*n;
}

static void
test_in_flight (void)
{
  TfExecutor              *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  g_autoptr (TfFuture)     running = NULL;
  g_autoptr (TfFuture)     queued = NULL;
  g_autoptr (TfTestStates) states = NULL;
  guint                    n_done = 0;
  Data                     data[2];
  Block                    block;

  g_test_summary ("The last reference cancels what is in flight, does not block, and held"
                  " futures end under the loop.");

  block_init (&block);
  data_init (&data[0]);
  data_init (&data[1]);
  running = submit_call (executor, body_block, &block, NULL);
  tf_test_gate_wait (&block.started);
  queued = submit_call (executor, body_nothing, &data[0], data_free);
  g_object_unref (submit_call (executor, body_nothing, &data[1], data_free));
  states = tf_test_states_new (queued);
  g_signal_connect (running, "done", G_CALLBACK (on_done_count_cb), &n_done);

  g_assert_finalize_object (executor);
  g_assert_cmpint (tf_future_get_state (running), ==, TF_FUTURE_STATE_CANCELLING);
  g_assert_cmpint (tf_future_get_state (queued), ==, TF_FUTURE_STATE_CANCELLING);
  g_assert_cmpuint (data[0].n_freed, ==, 0);
  tf_test_wait_done (queued);
  tf_test_assert_states (states, "WAITING CANCELLING CANCELLED done");
  tf_test_run_until (NULL, is_freed, &data[1]);
  g_assert_cmpuint (data[0].n_freed, ==, 1);
  g_assert_cmpuint (n_done, ==, 0);

  tf_test_gate_open (&block.release);
  tf_test_wait_done (running);
  g_assert_cmpuint (n_done, ==, 1);
  g_assert_cmpint (tf_future_get_state (running), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_drain (NULL);
  g_clear_pointer (&states, tf_test_states_free);
  g_assert_finalize_object (g_steal_pointer (&running));
  g_assert_finalize_object (g_steal_pointer (&queued));
  block_clear (&block);
}

static void
test_silent (void)
{
  TfExecutor          *executor = tf_executor_new ();
  g_autoptr (TfFuture) future = submit_call (executor, body_until_cancelled, NULL, NULL);
  guint                n = 0;

  g_test_summary ("An executor that goes tells nothing more of itself.");

  tf_test_drain (NULL);
  g_signal_connect (executor, "notify", G_CALLBACK (on_executor_notify_cb), &n);
  g_assert_finalize_object (executor);
  g_assert_cmpuint (n, ==, 0);
  tf_test_wait_done (future);
  tf_test_drain (NULL);
}

/* --- In handlers --- */

static void
on_done_drop_cb (TfFuture    *future,
                 TfExecutor **executor)
{
  g_assert_finalize_object (g_steal_pointer (executor));
}

static void
on_started_drop_cb (TfFuture    *future,
                    GParamSpec  *pspec,
                    TfExecutor **executor)
{
  if (tf_future_get_state (future) == TF_FUTURE_STATE_EXECUTING)
    {
      g_assert_finalize_object (g_steal_pointer (executor));
      g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLING);
    }
}

static void
test_in_handlers (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);
  g_autoptr (TfFuture) first = NULL;
  g_autoptr (TfFuture) second = NULL;
  Data                 data;

  g_test_summary ("The last reference may go in a handler of a future.");

  data_init (&data);
  first = submit_call (executor, body_nothing, NULL, NULL);
  second = submit_call (executor, body_until_cancelled_data, &data, data_free);
  g_signal_connect (first, "done", G_CALLBACK (on_done_drop_cb), &executor);
  tf_test_wait_done (first);
  tf_test_wait_done (second);
  g_assert_cmpint (tf_future_get_state (first), ==, TF_FUTURE_STATE_COMPLETED);
  g_assert_cmpint (tf_future_get_state (second), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (data.n_freed, ==, 1);
  tf_test_drain (NULL);

  executor = tf_executor_new ();
  g_set_object (&first, NULL);
  first = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_signal_connect (first, "notify::state", G_CALLBACK (on_started_drop_cb), &executor);
  tf_test_wait_done (first);
  g_assert_cmpint (tf_future_get_state (first), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_drain (NULL);
}

static void
on_notify_drop_cb (TfExecutor  *executor,
                   GParamSpec  *pspec,
                   TfExecutor **place)
{
  g_clear_object (place);
}

static void
on_failed_drop_cb (TfExecutor  *executor,
                   TfFuture    *future,
                   TfExecutor **place)
{
  g_clear_object (place);
  g_error_free (tf_future_dup_error (future));
}

static void
on_items_changed_drop_cb (GListModel  *model,
                          guint        position,
                          guint        n_removed,
                          guint        n_added,
                          TfExecutor **place)
{
  if (n_removed > 0)
    g_clear_object (place);
}

static void
test_in_own_handlers (void)
{
  static const char *const signals[] = { "notify::n-executing", "task-failed", "items-changed" };
  static const GCallback   handlers[] = { G_CALLBACK (on_notify_drop_cb),
                                          G_CALLBACK (on_failed_drop_cb),
                                          G_CALLBACK (on_items_changed_drop_cb) };

  g_test_summary ("The last reference may go in a handler of the executor itself.");

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      TfExecutor          *executor = tf_executor_new ();
      gpointer             weak = executor;
      g_autoptr (TfFuture) future = NULL;

      g_object_add_weak_pointer (G_OBJECT (executor), &weak);
      g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 0);
      future = submit_call (executor, body_fail, NULL, NULL);
      g_signal_connect (executor, signals[i], handlers[i], &executor);
      tf_test_wait_done (future);
      tf_test_drain (NULL);
      g_assert_null (weak);
      if (tf_future_get_state (future) == TF_FUTURE_STATE_FAILED)
        g_error_free (tf_future_dup_error (future));
    }
}

static void
on_stopping_drop_cb (TfExecutor  *executor,
                     GParamSpec  *pspec,
                     TfExecutor **place)
{
  g_clear_object (place);
}

static void
test_in_stop (void)
{
  TfExecutor          *executor = tf_executor_new ();
  gpointer             weak = executor;
  g_autoptr (TfFuture) future = submit_call (executor, body_until_cancelled, NULL, NULL);

  g_test_summary ("The last reference may go while stop or shutdown tells of it.");

  g_object_add_weak_pointer (G_OBJECT (executor), &weak);
  g_signal_connect (executor, "notify::state", G_CALLBACK (on_stopping_drop_cb), &executor);
  g_assert_true (tf_executor_stop (executor, NULL));
  g_assert_null (weak);
  tf_test_wait_done (future);
  tf_test_drain (NULL);

  weak = executor = tf_executor_new ();
  g_object_add_weak_pointer (G_OBJECT (executor), &weak);
  g_set_object (&future, NULL);
  future = submit_call (executor, body_until_cancelled, NULL, NULL);
  g_signal_connect (executor, "notify::state", G_CALLBACK (on_stopping_drop_cb), &executor);
  g_assert_true (tf_executor_shutdown (executor, tf_test_timeout_us (), NULL));
  g_assert_null (weak);
  g_assert_true (tf_future_is_done (future));
  tf_test_drain (NULL);
}

typedef struct
{
  TfExecutor *executor;
  TfFuture   *other;
} Nested;

static gboolean
on_idle_drop_cb (gpointer data)
{
  Nested *nested = data;

  g_clear_object (&nested->executor);
  return G_SOURCE_REMOVE;
}

static void
on_done_nest_cb (TfFuture *future,
                 Nested   *nested)
{
  g_idle_add (on_idle_drop_cb, nested);
  tf_test_wait_done (nested->other);
}

static void
test_in_nested_loop (void)
{
  Nested               nested = { 0 };
  g_autoptr (TfFuture) future = NULL;
  gpointer             weak;

  g_test_summary ("The last reference may go in a loop inside a handler.");

  weak = nested.executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL);
  g_object_add_weak_pointer (G_OBJECT (nested.executor), &weak);
  future = submit_call (nested.executor, body_nothing, NULL, NULL);
  nested.other = submit_call (nested.executor, body_until_cancelled, NULL, NULL);
  g_signal_connect (future, "done", G_CALLBACK (on_done_nest_cb), &nested);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (nested.other), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_drain (NULL);
  g_assert_null (weak);
  g_object_unref (nested.other);
}

/* --- In other threads --- */

static gpointer
drop (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static void
test_off_thread (void)
{
  g_test_summary ("Another thread may drop the last reference; what users see follows in the"
                  " owner context.");

  for (guint i = 0; i < tf_test_scale (100); i++)
    {
      TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
      gpointer             weak = executor;
      g_autoptr (TfFuture) running = NULL;
      g_autoptr (TfFuture) queued = NULL;
      GThread             *thread;
      Data                 data[3];

      for (guint k = 0; k < G_N_ELEMENTS (data); k++)
        data_init (&data[k]);
      running = submit_call (executor, body_until_cancelled_data, &data[0], data_free);
      queued = submit_call (executor, body_until_cancelled_data, &data[1], data_free);
      g_object_unref (submit_call (executor, body_nothing, &data[2], data_free));
      g_object_add_weak_pointer (G_OBJECT (executor), &weak);
      thread = g_thread_new ("dropper", drop, executor);
      tf_test_wait_done (running);
      tf_test_wait_done (queued);
      tf_test_run_until (NULL, is_freed, &data[2]);
      g_thread_join (thread);
      g_assert_null (weak);
      g_assert_cmpint (tf_future_get_state (running), ==, TF_FUTURE_STATE_CANCELLED);
      g_assert_cmpint (tf_future_get_state (queued), ==, TF_FUTURE_STATE_CANCELLED);
      for (guint k = 0; k < G_N_ELEMENTS (data); k++)
        g_assert_cmpuint (data[k].n_freed, ==, 1);
      tf_test_drain (NULL);
    }
}

typedef struct
{
  TfExecutor *executor; /* (owned) */
  TfTestGate  gate;
} Dropper;

static void
body_drop (TfTask  *task,
           gpointer user_data)
{
  Dropper *self = user_data;

  tf_test_gate_wait (&self->gate);
  g_object_unref (self->executor);
}

static void
test_in_body (void)
{
  Dropper              self = { 0 };
  gpointer             weak;
  g_autoptr (TfFuture) dropper = NULL;
  g_autoptr (TfFuture) queued = NULL;
  Data                 data;

  g_test_summary ("The function of a task may drop the last reference of the executor that"
                  " runs it.");

  weak = self.executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  data_init (&data);
  tf_test_gate_init (&self.gate);
  g_object_add_weak_pointer (G_OBJECT (self.executor), &weak);
  dropper = submit_call (self.executor, body_drop, &self, NULL);
  queued = submit_call (self.executor, body_until_cancelled_data, &data, data_free);
  tf_test_gate_open (&self.gate);
  tf_test_wait_done (dropper);
  tf_test_wait_done (queued);
  g_assert_null (weak);
  g_assert_cmpint (tf_future_get_state (queued), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (data.n_freed, ==, 1);
  tf_test_drain (NULL);
  tf_test_gate_clear (&self.gate);
}

static void
count_notify (guint *n_notified)
{
  (*n_notified)++;
}

static void
on_toggled_cb (gpointer data,
               GObject *executor,
               gboolean is_last)
{
  GWeakRef *weak = data;

  g_weak_ref_set (weak, is_last ? NULL : executor);
}

static void
test_toggled (void)
{
  TfExecutor          *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  GWeakRef             weak;
  guint                n_notified = 0;
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("No lock of GObject is held when the executor is looked for: a toggle reference,"
                  " such as a binding has, may do with weak references what it likes.");

  g_weak_ref_init (&weak, NULL);
  g_signal_connect_swapped (executor, "notify::n-executing", G_CALLBACK (count_notify),
                            &n_notified);
  g_object_add_toggle_ref (G_OBJECT (executor), on_toggled_cb, &weak);
  g_object_unref (executor);
  future = submit_call (executor, body_nothing, NULL, NULL);
  tf_test_wait_done (future);
  tf_test_drain (NULL);
  g_assert_cmpuint (n_notified, >, 0);
  g_object_remove_toggle_ref (G_OBJECT (executor), on_toggled_cb, &weak);
  g_weak_ref_clear (&weak);
  tf_test_drain (NULL);
}

static void
test_future_off_thread (void)
{
  TfExecutor *executor = tf_executor_new ();

  g_test_summary ("The object that a future has as value goes in the owner context, wherever"
                  " the future goes.");

  for (guint i = 0; i < tf_test_scale (500); i++)
    {
      GCancellable *object = g_cancellable_new ();
      TfFuture     *future;
      TfTask       *task;
      Data          data;

      data_init (&data);
      g_object_set_data_full (G_OBJECT (object), "data", &data, data_free);
      task = tf_task_new ((TfTaskFunc) tf_task_return_object, object, NULL);
      future = submit_task (executor, task);
      tf_test_wait_done (future);
      g_object_unref (object);
      call_in_thread (drop, future);
      tf_test_run_until (NULL, is_freed, &data);
    }
  tf_test_executor_finish (&executor);
}

static gpointer
make_elsewhere (gpointer user_data)
{
  gpointer                *executor_and_future = user_data;
  g_autoptr (GMainContext) context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  executor_and_future[0] = tf_executor_new ();
  executor_and_future[1] = submit_call (executor_and_future[0], body_until_cancelled, NULL, NULL);
  g_main_context_pop_thread_default (context);
  return NULL;
}

static gboolean
is_done (gpointer future)
{
  return tf_future_is_done (future);
}

static void
test_nobody_runs (void)
{
  gpointer                 executor_and_future[2] = { NULL };
  g_autoptr (GMainContext) context = NULL;

  g_test_summary ("In a main context that nobody runs nothing blocks, and all is told when"
                  " somebody does.");

  call_in_thread (make_elsewhere, executor_and_future);
  context = g_main_context_ref (tf_executor_get_main_context (executor_and_future[0]));
  g_assert_finalize_object (executor_and_future[0]);
  g_assert_false (tf_future_is_done (executor_and_future[1]));

  tf_test_run_until (context, is_done, executor_and_future[1]);
  g_assert_cmpint (tf_future_get_state (executor_and_future[1]), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_drain (context);
  g_assert_finalize_object (executor_and_future[1]);
}

typedef struct
{
  GMainContext *context;
  gint          is_over; /* [atomic] */
} Runner;

static gpointer
run_context (gpointer user_data)
{
  Runner *self = user_data;

  while (!g_atomic_int_get (&self->is_over))
    g_main_context_iteration (self->context, TRUE);
  return NULL;
}

static void
test_loop_elsewhere (void)
{
  Runner   self = { g_main_context_new (), FALSE };
  GThread *thread = g_thread_new ("runner", run_context, &self);

  g_test_summary ("An executor may be made and dropped on a thread other than the one that runs its"
                  " main context all the while.");

  for (guint i = 0; i < tf_test_scale (200); i++)
    {
      TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "main-context", self.context, NULL);

      g_object_unref (executor);
      g_main_context_wakeup (self.context);
    }

  g_atomic_int_set (&self.is_over, TRUE);
  g_main_context_wakeup (self.context);
  g_thread_join (thread);
  tf_test_drain (self.context);
  g_main_context_unref (self.context);
}

static void
test_context_dropped (void)
{
  GMainContext *context = g_main_context_new ();
  TfExecutor   *executor = g_object_new (TF_TYPE_EXECUTOR, "main-context", context, NULL);

  g_test_summary ("An executor that never worked leaves its main context when it goes.");

  g_main_context_unref (context);
  g_assert_finalize_object (executor);
}

static void
test_at_exit (void)
{
  static TfExecutor *executor;
  static Block       block;

  g_test_summary ("A program may end while tasks run, though it had better shut down before"
                  " (EXEC-46).");

  if (g_test_subprocess ())
    {
      block_init (&block);
      executor = tf_executor_new ();
      g_object_unref (submit_call (executor, body_block, &block, NULL));
      g_object_unref (submit_call (executor, body_nothing, NULL, NULL));
      tf_test_gate_wait (&block.started);
      exit (0);
    }

  g_test_trap_subprocess (NULL, 0, G_TEST_SUBPROCESS_DEFAULT);
  g_test_trap_assert_passed ();
}

static void
on_added_drop_cb (GListModel  *model,
                  guint        position,
                  guint        n_removed,
                  guint        n_added,
                  TfExecutor **place)
{
  g_clear_object (place);
}

static void
test_in_submit (void)
{
  TfExecutor          *executor = tf_executor_new ();
  gpointer             weak = executor;
  g_autoptr (TfFuture) future = NULL;

  g_test_summary ("The last reference may go in a handler while a task is submitted.");

  g_object_add_weak_pointer (G_OBJECT (executor), &weak);
  g_assert_cmpuint (g_list_model_get_n_items (G_LIST_MODEL (executor)), ==, 0);
  g_signal_connect (executor, "items-changed", G_CALLBACK (on_added_drop_cb), &executor);
  future = submit_call (executor, body_nothing, NULL, NULL);
  g_assert_null (weak);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  tf_test_drain (NULL);
}

static void
on_workers_drop_cb (TfThreadContext *context,
                    GParamSpec      *pspec,
                    TfExecutor     **place)
{
  g_clear_object (place);
}

static void
test_in_set_max_workers (void)
{
  TfExecutor *executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 1, NULL);
  gpointer    weak = executor;

  g_test_summary ("The last reference may go in a handler of the context, while the executor sets "
                  "its workers.");

  g_object_add_weak_pointer (G_OBJECT (executor), &weak);
  g_signal_connect (tf_executor_get_parallel_context (executor), "notify::max-workers",
                    G_CALLBACK (on_workers_drop_cb), &executor);
  tf_executor_set_max_workers (executor, 2);
  g_assert_null (weak);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/lifetime/ends-with-the-last-reference", test_idle);
  tf_test_add ("/executor/lifetime/cancels-what-is-in-flight", test_in_flight);
  tf_test_add ("/executor/lifetime/tells-nothing-more", test_silent);
  tf_test_add ("/executor/lifetime/may-end-in-a-handler-of-a-future", test_in_handlers);
  tf_test_add ("/executor/lifetime/may-end-in-a-handler-of-its-own", test_in_own_handlers);
  tf_test_add ("/executor/lifetime/may-end-in-a-handler-of-stop", test_in_stop);
  tf_test_add ("/executor/lifetime/may-end-in-a-handler-of-submit", test_in_submit);
  tf_test_add ("/executor/lifetime/may-end-in-a-handler-of-its-context", test_in_set_max_workers);
  tf_test_add ("/executor/lifetime/may-end-in-a-nested-loop", test_in_nested_loop);
  tf_test_add ("/executor/lifetime/may-end-in-another-thread", test_off_thread);
  tf_test_add ("/executor/lifetime/may-end-in-a-task", test_in_body);
  tf_test_add ("/executor/lifetime/locks-nothing-of-gobject", test_toggled);
  tf_test_add ("/executor/lifetime/frees-values-in-the-owner-context", test_future_off_thread);
  tf_test_add ("/executor/lifetime/needs-nobody-to-run-the-context", test_nobody_runs);
  tf_test_add ("/executor/lifetime/may-end-while-another-thread-runs-the-context",
               test_loop_elsewhere);
  tf_test_add ("/executor/lifetime/leaves-its-main-context", test_context_dropped);
  tf_test_add ("/executor/lifetime/may-be-left-at-exit", test_at_exit);

  return g_test_run ();
}
