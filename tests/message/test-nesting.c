/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "future/meeting.h"

/* Handlers that run the main loop, and handlers that wait, inside each other. */

#define N             1000
#define MAX_OF_FUTURE 16
#define MAX_OF_THREAD 64

typedef struct
{
  TfExecutor   *executor;
  TfFuture     *awaited; /* (unowned) (nullable) what handlers wait for */
  TfTestCounter n_sent;
  guint         n_wanted;
  guint         n_calls;
  guint         n_refused; /* waits that ended as deadlocks */
  guint         depth;
  guint         deepest;
  gint64        last;
} Nest;

static void
nest_init (Nest *self,
           guint n_workers)
{
  *self = (Nest){ .executor = executor_new (n_workers), .n_wanted = N };
  tf_test_counter_init (&self->n_sent);
}

static void
nest_clear (Nest *self)
{
  tf_test_executor_finish (&self->executor);
  tf_test_counter_clear (&self->n_sent);
}

static void
enter (Nest *nest)
{
  nest->n_calls++;
  nest->depth++;
  nest->deepest = MAX (nest->deepest, nest->depth);
}

static void
run_loop (Nest *nest)
{
  enter (nest);
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
  nest->depth--;
}

static void
on_event_loop_cb (TfFuture     *future,
                  const GValue *value,
                  Nest         *nest)
{
  g_assert_cmpint (g_value_get_int64 (value), ==, ++nest->last);
  run_loop (nest);
}

static void
on_message_loop_cb (TfFuture     *future,
                    const char   *kind,
                    const GValue *value,
                    Nest         *nest)
{
  on_event_loop_cb (future, value, nest);
}

static void
on_done_loop_cb (TfFuture *future,
                 Nest     *nest)
{
  run_loop (nest);
}

static void
on_notify_loop_cb (TfFuture   *future,
                   GParamSpec *pspec,
                   Nest       *nest)
{
  run_loop (nest);
}

static TfFuture *
on_then_loop_cb (TfFuture *future,
                 gpointer  nest)
{
  run_loop (nest);
  return NULL;
}

static gboolean
report_item (TfTask *task,
             gint64  value)
{
  return tf_task_yield_int64 (task, value);
}

static gboolean
report_progress (TfTask *task,
                 gint64  value)
{
  return tf_task_report_int64 (task, value);
}

static gboolean
report_message (TfTask *task,
                gint64  value)
{
  return tf_task_send_int64 (task, "kind", value);
}

static void
send_all (TfTask *task,
          Nest   *nest,
          gboolean (*report) (TfTask *task, gint64 value))
{
  for (gint64 i = 1; i <= nest->n_wanted && report (task, i); i++)
    tf_test_counter_add (&nest->n_sent, 1);
}

static void
run_items (TfTask  *task,
           gpointer nest)
{
  send_all (task, nest, report_item);
}

static void
run_progress (TfTask  *task,
              gpointer nest)
{
  send_all (task, nest, report_progress);
}

static void
run_messages (TfTask  *task,
              gpointer nest)
{
  send_all (task, nest, report_message);
}

static void
check_events (TfTaskFunc  func,
              const char *signal,
              GCallback   handler)
{
  Nest      nest;
  TfFuture *future;

  nest_init (&nest, 1);
  future = submit (nest.executor, func, &nest);
  g_signal_connect (future, signal, handler, &nest);
  tf_test_counter_wait (&nest.n_sent, N);
  tf_test_wait_done (future);
  g_assert_cmpuint (nest.n_calls, ==, N);
  g_assert_cmpuint (nest.deepest, ==, MAX_OF_FUTURE);

  g_assert_finalize_object (future);
  nest_clear (&nest);
}

static void
test_events (void)
{
  g_test_summary ("Handlers of events that run the loop nest 16 deep, and events keep "
                  "their order.");

  check_events (run_items, "item", G_CALLBACK (on_event_loop_cb));
  check_events (run_progress, "progress", G_CALLBACK (on_event_loop_cb));
  check_events (run_messages, "message", G_CALLBACK (on_message_loop_cb));
}

static void
check_ends (const char *signal,
            GCallback   handler)
{
  Nest      nest;
  TfFuture *futures[N];

  nest_init (&nest, 1);
  for (guint i = 0; i < N; i++)
    {
      futures[i] = submit (nest.executor, run_nothing, NULL);
      g_signal_connect (futures[i], signal, handler, &nest);
    }
  for (guint i = 0; i < N; i++)
    {
      tf_test_wait_done (futures[i]);
      g_object_unref (futures[i]);
    }
  g_assert_cmpuint (nest.n_calls, >=, N);
  g_assert_cmpuint (nest.deepest, <=, MAX_OF_THREAD);

  nest_clear (&nest);
}

static void
test_ends (void)
{
  g_test_summary ("Handlers of many futures that run the loop nest 64 deep at most.");

  check_ends ("done", G_CALLBACK (on_done_loop_cb));
  check_ends ("notify::state", G_CALLBACK (on_notify_loop_cb));
}

static void
test_then (void)
{
  Nest      nest;
  TfFuture *futures[N];

  g_test_summary ("Functions of tf_future_then() that run the loop nest 64 deep at most.");

  nest_init (&nest, 1);
  for (guint i = 0; i < N; i++)
    {
      g_autoptr (TfFuture) source = tf_future_new_for_int64 (i);

      futures[i] = tf_future_then (source, on_then_loop_cb, &nest, NULL);
    }
  for (guint i = 0; i < N; i++)
    {
      tf_test_wait_done (futures[i]);
      g_object_unref (futures[i]);
    }
  g_assert_cmpuint (nest.n_calls, ==, N);
  g_assert_cmpuint (nest.deepest, ==, MAX_OF_THREAD);

  nest_clear (&nest);
}

/* Waits */

static TfFuture *
on_finally_cb (TfFuture *future,
               gpointer  data)
{
  return NULL;
}

static void
on_item_submit_cb (TfFuture     *future,
                   const GValue *value,
                   Nest         *nest)
{
  g_autoptr (TfFuture) other = submit (nest->executor, run_eight, NULL);
  g_autoptr (TfFuture) then = tf_future_finally (other, on_finally_cb, NULL, NULL);
  g_autoptr (GError)   error = NULL;

  g_assert_cmpint (g_value_get_int64 (value), ==, ++nest->last);
  enter (nest);
  g_assert_true (tf_future_wait (then, tf_test_timeout_us (), NULL, &error));
  g_assert_no_error (error);
  nest->depth--;
}

static void
check_submit_and_wait (guint n_workers)
{
  Nest      nest;
  TfFuture *future;

  nest_init (&nest, n_workers);
  nest.n_wanted = tf_test_scale (5 * N);
  future = submit (nest.executor, run_items, &nest);
  g_signal_connect (future, "item", G_CALLBACK (on_item_submit_cb), &nest);
  tf_test_counter_wait (&nest.n_sent, MIN (nest.n_wanted, N));
  g_assert_true (tf_future_wait (future, -1, NULL, NULL));
  g_assert_cmpuint (nest.n_calls, ==, nest.n_wanted);
  g_assert_cmpuint (nest.deepest, <=, MAX_OF_FUTURE);

  g_assert_finalize_object (future);
  nest_clear (&nest);
}

static void
test_submit_and_wait (void)
{
  g_test_summary ("A handler may submit and wait for what it has submitted, however many "
                  "events there are.");

  check_submit_and_wait (2);
}

static void
test_one_worker (void)
{
  g_test_summary ("A task that a waiting handler keeps from sending does not keep the only "
                  "worker.");

  check_submit_and_wait (1);
}

static void
on_item_wait_cb (TfFuture     *future,
                 const GValue *value,
                 Nest         *nest)
{
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_value_get_int64 (value), ==, ++nest->last);
  enter (nest);
  if (!tf_future_wait (nest->awaited, -1, NULL, &error))
    {
      g_assert_error (error, TF_ERROR, TF_ERROR_DEADLOCK);
      nest->n_refused++;
    }
  nest->depth--;
}

static void
check_wait_for (TfFuture *(*derive) (TfFuture *future, TfFuture *other))
{
  Nest                  nest;
  TfFuture             *future;
  g_autoptr (TfPromise) other = tf_promise_new (NULL);
  TfFuture             *awaited;

  nest_init (&nest, 1);
  future = submit (nest.executor, run_items, &nest);
  g_signal_connect (future, "item", G_CALLBACK (on_item_wait_cb), &nest);
  tf_test_counter_wait (&nest.n_sent, N);
  awaited = derive (future, TF_FUTURE (other));
  nest.awaited = awaited;
  g_assert_true (tf_future_wait (awaited, -1, NULL, NULL));
  g_assert_cmpuint (nest.n_calls, ==, N);
  g_assert_cmpuint (nest.deepest, ==, MAX_OF_FUTURE + 1);
  g_assert_cmpuint (nest.n_refused, ==, N - MAX_OF_FUTURE);

  tf_promise_resolve_value (other, NULL);
  tf_test_wait_done (TF_FUTURE (other));
  g_object_unref (awaited);
  g_object_unref (future);
  nest_clear (&nest);
}

static TfFuture *
derive_nothing (TfFuture *future,
                TfFuture *other)
{
  return g_object_ref (future);
}

static TfFuture *
derive_then (TfFuture *future,
             TfFuture *other)
{
  g_autoptr (TfFuture) first = tf_future_finally (future, on_finally_cb, NULL, NULL);

  return tf_future_with_timeout (first, tf_test_timeout_us (), TF_TIMEOUT_ACTION_LEAVE);
}

static TfFuture *
derive_race (TfFuture *future,
             TfFuture *other)
{
  TfFuture *members[] = { other, future };

  return TF_FUTURE (tf_future_race (members, G_N_ELEMENTS (members), TF_FUTURE_SET_FLAGS_NONE));
}

static void
test_wait_for_itself (void)
{
  g_test_summary ("What a handler waits for is delivered beyond the bound, once: a wait "
                  "inside that is a deadlock.");

  check_wait_for (derive_nothing);
  check_wait_for (derive_then);
  check_wait_for (derive_race);
}

static void
on_item_shut_down_cb (TfFuture     *future,
                      const GValue *value,
                      Nest         *nest)
{
  g_autoptr (GError) error = NULL;

  run_loop (nest);
  if (nest->n_calls < MAX_OF_FUTURE || nest->n_refused > 0)
    return;

  nest->n_refused++;
  g_assert_true (tf_executor_shutdown (nest->executor, -1, &error));
  g_assert_no_error (error);
}

static void
test_shutdown (void)
{
  Nest      nest;
  TfFuture *future;

  g_test_summary ("A handler as deep as may be can shut the executor down.");

  nest_init (&nest, 1);
  future = submit (nest.executor, run_items, &nest);
  g_signal_connect (future, "item", G_CALLBACK (on_item_shut_down_cb), &nest);
  tf_test_counter_wait (&nest.n_sent, N);
  tf_test_wait_done (future);
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (nest.n_calls, ==, MAX_OF_FUTURE);

  g_object_unref (future);
  nest_clear (&nest);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/nesting/loops/of-events", test_events);
  tf_test_add ("/nesting/loops/of-ends", test_ends);
  tf_test_add ("/nesting/loops/of-then", test_then);
  tf_test_add ("/nesting/waits/for-what-is-submitted", test_submit_and_wait);
  tf_test_add ("/nesting/waits/leave-the-worker-to-others", test_one_worker);
  tf_test_add ("/nesting/waits/for-the-future-itself", test_wait_for_itself);
  tf_test_add ("/nesting/shutdown/in-the-innermost-handler", test_shutdown);

  return g_test_run ();
}
