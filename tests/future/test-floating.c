/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

/* Objects with a floating reference, in every place where the library takes a value. */

typedef GInitiallyUnowned      Thing;
typedef GInitiallyUnownedClass ThingClass;

static int n_alive;

GType thing_get_type (void);
G_DEFINE_TYPE (Thing, thing, G_TYPE_INITIALLY_UNOWNED)

static void
thing_finalize (GObject *object)
{
  g_atomic_int_add (&n_alive, -1);
  G_OBJECT_CLASS (thing_parent_class)->finalize (object);
}

static void
thing_init (Thing *self)
{
  g_atomic_int_inc (&n_alive);
}

static void
thing_class_init (ThingClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = thing_finalize;
}

static gpointer
thing_new (void)
{
  return g_object_new (thing_get_type (), NULL);
}

/* Initializes a value that owns the floating reference. */
static const GValue *
thing_value (GValue *value)
{
  *value = (GValue) G_VALUE_INIT;
  g_value_init (value, thing_get_type ());
  g_value_take_object (value, thing_new ());
  return value;
}

/* In the background */

typedef void (*Entry) (TfTask *task);

static void
enter_return_object (TfTask *task)
{
  tf_task_return_object (task, thing_new ());
}

static void
enter_return_value (TfTask *task)
{
  g_auto (GValue) value = G_VALUE_INIT;

  tf_task_return_value (task, thing_value (&value));
}

static void
enter_report_object (TfTask *task)
{
  g_assert_true (tf_task_report_object (task, thing_new ()));
  tf_task_return_none (task);
}

static void
enter_report (TfTask *task)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_true (tf_task_report_value (task, thing_value (&value)));
  tf_task_return_none (task);
}

static void
enter_yield_object (TfTask *task)
{
  g_assert_true (tf_task_yield_object (task, thing_new ()));
  tf_task_return_none (task);
}

static void
enter_yield_item (TfTask *task)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_true (tf_task_yield_value (task, thing_value (&value)));
  tf_task_return_none (task);
}

static void
enter_send_object (TfTask *task)
{
  g_assert_true (tf_task_send_object (task, "kind", thing_new ()));
  tf_task_return_none (task);
}

static void
enter_send (TfTask *task)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_true (tf_task_send_value (task, "kind", thing_value (&value)));
  tf_task_return_none (task);
}

static void
enter_failure_payload (TfTask *task)
{
  g_auto (GValue) value = G_VALUE_INIT;

  tf_task_return_failure (task, "Type", "text", NULL, thing_value (&value));
}

static const Entry entries[] = {
  enter_return_object,
  enter_return_value,
  enter_report_object,
  enter_report,
  enter_yield_object,
  enter_yield_item,
  enter_send_object,
  enter_send,
  enter_failure_payload,
};

static void
run_entry (TfTask  *task,
           gpointer entry)
{
  entries[GPOINTER_TO_UINT (entry)](task);
}

static void
assert_is_sunk (const GValue *value,
                guint        *n_seen)
{
  g_assert_true (G_VALUE_HOLDS (value, thing_get_type ()));
  g_assert_false (g_object_is_floating (g_value_get_object (value)));
  (*n_seen)++;
}

static void
on_value_cb (TfFuture     *future,
             const GValue *value,
             guint        *n_seen)
{
  assert_is_sunk (value, n_seen);
}

static void
on_message_cb (TfFuture     *future,
               const char   *kind,
               const GValue *value,
               guint        *n_seen)
{
  assert_is_sunk (value, n_seen);
}

/* Looks at the value or at the payload of the failure, and ends with the future. */
static void
finish (TfFuture *future,
        guint    *n_seen)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_assert_true (tf_future_wait (future, -1, NULL, NULL));
  if (tf_future_get_state (future) == TF_FUTURE_STATE_FAILED)
    g_assert_true (tf_future_get_failure_payload (future, &value));
  else
    g_assert_true (tf_future_get_value (future, &value, NULL));

  if (G_VALUE_HOLDS_OBJECT (&value))
    assert_is_sunk (&value, n_seen);
  g_object_unref (future);
}

static void
test_tasks (void)
{
  TfExecutor *executor = tf_executor_new ();

  g_test_summary ("A floating object that a task returns, reports, yields or sends is sunk.");

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      guint     n_seen = 0;
      TfFuture *future =
        tf_executor_submit_call (executor, run_entry, GUINT_TO_POINTER (i), NULL, NULL);

      g_signal_connect (future, "progress", G_CALLBACK (on_value_cb), &n_seen);
      g_signal_connect (future, "item", G_CALLBACK (on_value_cb), &n_seen);
      g_signal_connect (future, "message", G_CALLBACK (on_message_cb), &n_seen);
      finish (future, &n_seen);
      g_assert_cmpuint (n_seen, ==, 1);
    }

  tf_test_executor_finish (&executor);
  g_assert_cmpint (n_alive, ==, 0);
}

static void
run_until_cancelled (TfTask  *task,
                     gpointer unused)
{
  while (tf_task_report_object (task, thing_new ()))
    g_thread_yield ();
  g_assert_false (tf_task_yield_object (task, thing_new ()));
  tf_task_return_object (task, thing_new ());
}

static void
on_report_cancel_cb (TfFuture *future)
{
  tf_future_cancel (future);
}

static void
test_dropped (void)
{
  TfExecutor *executor = tf_executor_new ();
  TfPromise  *promise = tf_promise_new (NULL);
  TfFuture   *future;

  g_test_summary ("A floating object that is not delivered is freed.");

  future = tf_executor_submit_call (executor, run_until_cancelled, NULL, NULL, NULL);
  g_signal_connect (future, "progress", G_CALLBACK (on_report_cancel_cb), NULL);
  g_assert_true (tf_future_wait (future, -1, NULL, NULL));
  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  g_object_unref (future);

  g_assert_true (tf_promise_resolve_none (promise));
  g_assert_false (tf_promise_resolve_object (promise, thing_new ()));
  g_assert_true (tf_future_wait (TF_FUTURE (promise), -1, NULL, NULL));
  g_object_unref (promise);

  tf_test_executor_finish (&executor);
  g_assert_cmpint (n_alive, ==, 0);
}

/* In the foreground */

static gpointer
thing_finish (gpointer      source,
              GAsyncResult *result,
              GError      **error)
{
  return g_task_propagate_pointer (G_TASK (result), error) == NULL ? thing_new () : NULL;
}

static TfFuture *
make_by_finish (void)
{
  TfPromise *promise =
    tf_promise_new_for_finish (NULL, thing_get_type (), G_CALLBACK (thing_finish));
  g_autoptr (GTask) task = g_task_new (NULL, NULL, tf_promise_ready_cb, g_object_ref (promise));

  g_task_return_pointer (task, NULL, NULL);
  return TF_FUTURE (promise);
}

static TfFuture *
make_by_closure (guint n_params)
{
  TfPromise *promise = tf_promise_new (NULL);
  GClosure  *closure = tf_promise_new_closure (promise, FALSE);
  GValue     params[] = { G_VALUE_INIT, G_VALUE_INIT };

  g_closure_ref (closure);
  g_closure_sink (closure);
  for (guint i = 0; i < n_params; i++)
    thing_value (&params[i]);
  g_closure_invoke (closure, NULL, n_params, params, NULL);
  for (guint i = 0; i < n_params; i++)
    g_value_unset (&params[i]);
  g_closure_unref (closure);
  return TF_FUTURE (promise);
}

static TfFuture *
make_by_message (void)
{
  TfFuture       *future = tf_future_new_detached (TF_TYPE_FUTURE, NULL, NULL, NULL);
  g_auto (GValue) value = G_VALUE_INIT;
  TfMessage      *returned = tf_message_new_returned (thing_value (&value));

  g_assert_true (tf_future_deliver (future, tf_message_new_started (), NULL, NULL));
  g_assert_true (tf_future_deliver (future, returned, NULL, NULL));
  return future;
}

static TfFuture *
make_promise (gboolean is_value)
{
  TfPromise      *promise = tf_promise_new (NULL);
  g_auto (GValue) value = G_VALUE_INIT;

  if (is_value)
    g_assert_true (tf_promise_resolve_value (promise, thing_value (&value)));
  else
    g_assert_true (tf_promise_resolve_object (promise, thing_new ()));
  return TF_FUTURE (promise);
}

static void
test_futures (void)
{
  g_auto (GValue) value = G_VALUE_INIT;
  TfFuture       *futures[8];
  guint           n_seen = 0;

  g_test_summary ("A floating object that becomes the value of a future is sunk.");

  futures[0] = tf_future_new_for_object (thing_new ());
  futures[1] = tf_future_new_for_value (thing_value (&value));
  futures[2] = make_promise (FALSE);
  futures[3] = make_promise (TRUE);
  futures[4] = make_by_message ();
  futures[5] = make_by_closure (1);
  futures[6] = make_by_finish ();
  futures[7] = make_by_closure (2);
  g_value_unset (&value);

  for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
    finish (futures[i], &n_seen);
  g_assert_cmpuint (n_seen, ==, G_N_ELEMENTS (futures) - 1);
  tf_test_drain (NULL);
  g_assert_cmpint (n_alive, ==, 0);
}

static void
test_promise_events (void)
{
  TfPromise *promise = tf_promise_new (NULL);
  guint      n_seen = 0;

  g_test_summary ("A floating object that a promise reports or yields is sunk.");

  g_signal_connect (promise, "progress", G_CALLBACK (on_value_cb), &n_seen);
  g_signal_connect (promise, "item", G_CALLBACK (on_value_cb), &n_seen);
  for (guint i = 0; i < 2; i++)
    {
      g_auto (GValue) value = G_VALUE_INIT;

      if (i == 0)
        g_assert_true (tf_promise_report_value (promise, thing_value (&value)));
      else
        g_assert_true (tf_promise_yield_value (promise, thing_value (&value)));
    }
  g_assert_true (tf_promise_resolve_none (promise));
  finish (TF_FUTURE (promise), &n_seen);
  g_assert_cmpuint (n_seen, ==, 2);
  tf_test_drain (NULL);
  g_assert_cmpint (n_alive, ==, 0);
}

static void
on_sent_cb (TfMessageReceiver *receiver,
            const GValue      *value,
            guint             *n_seen)
{
  assert_is_sunk (value, n_seen);
}

static gboolean
has_seen (gpointer n_seen)
{
  return *(guint *) n_seen > 0;
}

static void
test_sender (void)
{
  TfMessageRouter   *router = TF_MESSAGE_ROUTER (tf_thread_router_new (NULL));
  TfMessageSender   *sender = NULL;
  g_auto (GValue)    value = G_VALUE_INIT;
  guint              n_seen = 0;
  TfMessageReceiver *receiver;

  g_test_summary ("A floating object that goes through a pipe is sunk.");

  g_assert_true (tf_message_router_start (router, NULL));
  receiver = tf_message_router_pipe (router, &sender, NULL);
  g_signal_connect (receiver, "message", G_CALLBACK (on_sent_cb), &n_seen);
  g_assert_true (tf_message_sender_start (sender, NULL));
  g_assert_true (tf_message_sender_send (sender, thing_value (&value), NULL));
  g_assert_true (tf_message_sender_stop (sender, NULL));
  tf_message_sender_unref (sender);
  g_assert_true (tf_message_router_route_until (router, -1, has_seen, &n_seen, NULL));
  g_assert_true (tf_message_router_close_pipe (router, receiver, NULL));
  g_object_unref (receiver);
  g_assert_true (tf_message_router_stop (router, NULL));
  g_assert_finalize_object (router);
  g_value_unset (&value);
  g_assert_cmpint (n_alive, ==, 0);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/floating/tasks", test_tasks);
  tf_test_add ("/floating/dropped", test_dropped);
  tf_test_add ("/floating/futures", test_futures);
  tf_test_add ("/floating/promise-events", test_promise_events);
  tf_test_add ("/floating/sender", test_sender);

  return g_test_run ();
}
