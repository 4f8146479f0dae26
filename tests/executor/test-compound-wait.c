/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* Tasks that wait for futures that are not tasks. */

static TfExecutor *
executor_new (guint max_workers)
{
  return g_object_new (TF_TYPE_EXECUTOR, "max-workers", max_workers, NULL);
}

static void
finish (TfExecutor **executor)
{
  tf_test_drain (NULL);
  tf_test_executor_finish (executor);
  tf_test_drain (NULL);
}

/* A task that waits for a future, when it is let go, and keeps how that went. */
typedef struct
{
  TfTestGate    go;
  TfFuture     *future; /* the task's own (owned) */
  TfFuture     *target; /* for which it waits (owned) */
  TfTestGate   *after;  /* (nullable) opened before it waits */
  gint64        timeout_us;
  GCancellable *cancellable; /* (nullable) */
  gboolean      result;
  GError       *error; /* (owned) (nullable) */
} Waiter;

static void
run_waiter (TfTask  *task,
            gpointer data)
{
  Waiter *self = data;

  tf_test_gate_wait (&self->go);
  if (self->after != NULL)
    tf_test_gate_open (self->after);
  self->result = tf_future_wait (self->target, self->timeout_us, self->cancellable, &self->error);
}

static void
waiter_init (Waiter     *self,
             TfExecutor *executor)
{
  *self = (Waiter){ .timeout_us = -1 };
  tf_test_gate_init (&self->go);
  self->future = submit_call (executor, run_waiter, self, NULL);
}

static void
waiter_go (Waiter   *self,
           TfFuture *target)
{
  self->target = target;
  tf_test_gate_open (&self->go);
}

/* Frees what there is, and says what the wait said. */
static int
waiter_clear (Waiter *self)
{
  int code = -1;

  tf_test_wait_done (self->future);
  g_assert_true (self->result == (self->error == NULL));
  if (self->error != NULL)
    {
      g_assert_true (self->error->domain == TF_ERROR || self->error->domain == G_IO_ERROR);
      code = self->error->code;
    }
  g_clear_error (&self->error);
  g_clear_object (&self->target);
  g_clear_object (&self->future);
  tf_test_gate_clear (&self->go);
  return code;
}

static void
check_deadlock (Waiter *self)
{
  tf_test_wait_done (self->future);
  g_assert_error (self->error, TF_ERROR, TF_ERROR_DEADLOCK);
  g_assert_true (g_str_has_prefix (self->error->message,
                                   "Task “task” would wait for itself, by waiting for “"));
  waiter_clear (self);
}

static void
check_good (Waiter *self)
{
  tf_test_wait_done (self->future);
  g_assert_no_error (self->error);
  waiter_clear (self);
}

static TfFuture *
then_none (TfFuture *done,
           gpointer  data)
{
  return NULL;
}

static TfFuture *
new_then (TfFuture *future)
{
  return tf_future_then (future, then_none, NULL, NULL);
}

static TfFuture *
new_all (TfFuture *first,
         TfFuture *second)
{
  TfFuture *futures[] = { first, second };

  return TF_FUTURE (tf_future_all (futures, second == NULL ? 1 : 2, TF_FUTURE_SET_FLAGS_NONE));
}

/* Workers */

static void
check_all_of_queued (TfExecutor *executor)
{
  Waiter    waiter;
  TfFuture *first;
  TfFuture *second;

  waiter_init (&waiter, executor);
  first = submit_call (executor, body_return_42, NULL, NULL);
  second = submit_call (executor, body_return_42, NULL, NULL);
  waiter_go (&waiter, new_all (first, second));
  check_good (&waiter);
  tf_test_assert_int64 (first, 42);
  tf_test_assert_int64 (second, 42);
  g_object_unref (first);
  g_object_unref (second);
}

static void
test_one_worker (void)
{
  TfExecutor *executor = executor_new (1);

  g_test_summary ("The only worker waits for two tasks that are queued behind it, again and "
                  "again.");

  for (int i = 0; i < 20; i++)
    check_all_of_queued (executor);
  finish (&executor);
}

static void
test_pool (void)
{
  g_autoptr (TfWorkerPool) pool = tf_worker_pool_new (1);
  TfExecutor              *executor = g_object_new (TF_TYPE_EXECUTOR, "worker-pool", pool, NULL);

  g_test_summary ("The same with the only worker of a pool that was given.");

  for (int i = 0; i < 20; i++)
    check_all_of_queued (executor);
  finish (&executor);
  g_assert_true (tf_worker_pool_shutdown (pool, -1, NULL));
}

static void
test_shared (void)
{
  g_autoptr (TfParallelContext) context = TF_PARALLEL_CONTEXT (tf_thread_context_new (1));
  TfExecutor                   *one = tf_executor_new_for_parallel_context (context);
  TfExecutor                   *other = tf_executor_new_for_parallel_context (context);
  Waiter                        waiter;
  TfFuture                     *future;

  g_test_summary ("The only thread of two executors waits for a task of the other one.");

  waiter_init (&waiter, one);
  future = submit_call (other, body_return_42, NULL, NULL);
  waiter_go (&waiter, new_then (future));
  check_good (&waiter);
  g_object_unref (future);
  finish (&one);
  finish (&other);
  tf_parallel_context_close (context);
}

static void
test_queued_later (void)
{
  TfExecutor *executor = executor_new (1);
  TfTestGate  waits;
  Waiter      waiter;
  TfPromise  *promise = tf_promise_new (NULL);
  TfFuture   *future;

  g_test_summary ("What is queued while the only worker waits has a worker too.");

  tf_test_gate_init (&waits);
  waiter_init (&waiter, executor);
  waiter.after = &waits;
  waiter_go (&waiter, g_object_ref (TF_FUTURE (promise)));
  tf_test_gate_wait (&waits);
  future = submit_call (executor, body_return_42, NULL, NULL);
  tf_test_wait_done (future);
  g_object_unref (future);
  tf_promise_resolve_none (promise);
  check_good (&waiter);
  g_object_unref (promise);
  finish (&executor);
  tf_test_gate_clear (&waits);
}

static void
test_depth (void)
{
  TfExecutor *executor = executor_new (1);
  Waiter      waiters[50];
  TfFuture   *last;

  g_test_summary ("Tasks that wait for sets of tasks, 50 deep, and one worker.");

  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    waiter_init (&waiters[i], executor);
  last = submit_call (executor, body_return_42, NULL, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    waiter_go (&waiters[i], i + 1 < G_N_ELEMENTS (waiters) ? new_all (waiters[i + 1].future, last)
                                                           : new_then (last));
  for (guint i = 0; i < G_N_ELEMENTS (waiters); i++)
    check_good (&waiters[i]);
  g_object_unref (last);
  finish (&executor);
}

/* How many run at the same time, at most. */
typedef struct
{
  TfTestCounter n_running;
  gint64        most;
} Load;

static void
run_load (TfTask  *task,
          gpointer data)
{
  Load  *load = data;
  gint64 n_running = tf_test_counter_add (&load->n_running, 1);

  load->most = MAX (load->most, n_running);
  tf_test_counter_add (&load->n_running, -1);
}

static void
test_again_one (void)
{
  TfExecutor *executor = executor_new (1);
  Load        load = { .most = 0 };
  TfFuture   *last = NULL;

  g_test_summary ("After the waiting there are no more workers than before.");

  tf_test_counter_init (&load.n_running);
  check_all_of_queued (executor);
  for (int i = 0; i < 200; i++)
    {
      g_clear_object (&last);
      last = submit_call (executor, run_load, &load, NULL);
    }
  tf_test_wait_done (last);
  g_assert_cmpint (load.most, ==, 1);
  g_object_unref (last);
  finish (&executor);
  tf_test_counter_clear (&load.n_running);
}

static void
test_limits (void)
{
  TfExecutor *executor = executor_new (1);
  TfPromise  *promise = tf_promise_new (NULL);
  Waiter      late;
  Waiter      cancelled;

  g_test_summary ("A wait of a task may be in vain, or be cancelled.");

  waiter_init (&late, executor);
  late.timeout_us = 1000;
  waiter_go (&late, g_object_ref (TF_FUTURE (promise)));
  tf_test_wait_done (late.future);
  g_assert_error (late.error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  waiter_clear (&late);

  waiter_init (&cancelled, executor);
  cancelled.cancellable = g_cancellable_new ();
  waiter_go (&cancelled, g_object_ref (TF_FUTURE (promise)));
  g_cancellable_cancel (cancelled.cancellable);
  tf_test_wait_done (cancelled.future);
  g_assert_error (cancelled.error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  g_clear_object (&cancelled.cancellable);
  waiter_clear (&cancelled);

  g_object_unref (promise);
  finish (&executor);
}

/* Deadlocks */

static void
test_own_then (void)
{
  TfExecutor *executor = executor_new (1);
  Waiter      waiter;

  g_test_summary ("A task cannot wait for what is derived from its own future, at any distance.");

  for (int i = 0; i < 3; i++)
    {
      TfFuture *target;

      waiter_init (&waiter, executor);
      target = new_then (waiter.future);
      for (int j = 0; j < 1000 * i; j++)
        {
          TfFuture *next = new_then (target);

          g_object_unref (target);
          target = next;
        }
      waiter_go (&waiter, target);
      check_deadlock (&waiter);
    }
  finish (&executor);
}

static void
test_own_all (void)
{
  TfExecutor *executor = executor_new (2);
  TfPromise  *promise = tf_promise_new (NULL);
  Waiter      waiter;

  g_test_summary ("A task cannot wait for a set of all that its own future is in.");

  waiter_init (&waiter, executor);
  waiter_go (&waiter, new_all (TF_FUTURE (promise), waiter.future));
  check_deadlock (&waiter);
  tf_promise_resolve_none (promise);
  tf_test_wait_done (TF_FUTURE (promise));
  g_object_unref (promise);
  finish (&executor);
}

static void
test_own_follower (void)
{
  TfExecutor *executor = executor_new (1);
  TfPromise  *promise = tf_promise_new (NULL);
  Waiter      waiter;

  g_test_summary ("A task cannot wait for a promise that follows its own future.");

  waiter_init (&waiter, executor);
  g_assert_true (tf_promise_follow (promise, waiter.future));
  waiter_go (&waiter, TF_FUTURE (promise));
  check_deadlock (&waiter);
  finish (&executor);
}

/* Waits until exactly one of the waits is told, and all have ended. */
static void
check_one_deadlock (Waiter *waiters,
                    guint   n_waiters)
{
  guint n_deadlocks = 0;

  for (guint i = 0; i < n_waiters; i++)
    tf_test_wait_done (waiters[i].future);
  for (guint i = 0; i < n_waiters; i++)
    {
      int code = waiter_clear (&waiters[i]);

      if (code != -1)
        {
          g_assert_cmpint (code, ==, TF_ERROR_DEADLOCK);
          n_deadlocks++;
        }
    }
  g_assert_cmpuint (n_deadlocks, ==, 1);
}

static void
test_ring (void)
{
  TfExecutor *executor = executor_new (4);

  g_test_summary ("Of tasks that wait for sets of each other one is told, and the others end "
                  "well.");

  for (guint n = 2; n <= 4; n++)
    {
      for (guint round = 0; round < tf_test_scale (50); round++)
        {
          Waiter    waiters[4];
          TfFuture *targets[4];

          for (guint i = 0; i < n; i++)
            waiter_init (&waiters[i], executor);
          for (guint i = 0; i < n; i++)
            targets[i] = new_all (waiters[(i + 1) % n].future, NULL);
          for (guint i = 0; i < n; i++)
            waiter_go (&waiters[i], targets[i]);
          check_one_deadlock (waiters, n);
        }
    }
  finish (&executor);
}

static void
test_mixed (void)
{
  TfExecutor *executor = executor_new (4);

  g_test_summary ("The same where some wait for tasks, in any order.");

  for (guint round = 0; round < tf_test_scale (100); round++)
    {
      Waiter    waiters[3];
      TfFuture *targets[3];

      for (guint i = 0; i < 3; i++)
        waiter_init (&waiters[i], executor);
      for (guint i = 0; i < 3; i++)
        targets[i] = (round >> i) & 1 ? new_all (waiters[(i + 1) % 3].future, NULL)
                                      : g_object_ref ((gpointer) waiters[(i + 1) % 3].future);
      for (guint i = 0; i < 3; i++)
        waiter_go (&waiters[i], targets[i]);
      check_one_deadlock (waiters, 3);
    }
  finish (&executor);
}

static void
test_inside (void)
{
  TfExecutor *executor = executor_new (1);
  Waiter      outer;
  Waiter      inner;

  g_test_summary ("A task that another one runs while it waits for it cannot wait for that one.");

  waiter_init (&outer, executor);
  waiter_init (&inner, executor);
  inner.target = new_all (outer.future, NULL);
  tf_test_gate_open (&inner.go);
  waiter_go (&outer, g_object_ref (inner.future));
  tf_test_wait_done (outer.future);
  check_deadlock (&inner);
  check_good (&outer);
  finish (&executor);
}

static void
test_followed_later (void)
{
  TfExecutor *executor = executor_new (2);

  g_test_summary ("A promise may come to follow while tasks wait: one of those in the ring is "
                  "told.");

  for (guint round = 0; round < tf_test_scale (50); round++)
    {
      TfPromise *promise = tf_promise_new (NULL);
      Waiter     waiters[2];
      TfFuture  *target;

      waiter_init (&waiters[0], executor);
      waiter_init (&waiters[1], executor);
      target = new_then (waiters[0].future);
      waiter_go (&waiters[0], g_object_ref (TF_FUTURE (promise)));
      tf_test_drain (NULL);
      tf_promise_follow (promise, waiters[1].future);
      waiter_go (&waiters[1], target);
      check_one_deadlock (waiters, 2);
      g_object_unref (promise);
    }
  finish (&executor);
}

/* No deadlocks */

static void
test_race (void)
{
  TfExecutor *executor = executor_new (2);
  TfPromise  *promise = tf_promise_new (NULL);
  Waiter      waiters[2];
  TfFuture   *members[2];

  g_test_summary ("A race, or a set of any, may end without the own future: that is no deadlock.");

  for (int i = 0; i < 2; i++)
    waiter_init (&waiters[i], executor);
  members[0] = waiters[0].future;
  members[1] = TF_FUTURE (promise);
  waiter_go (&waiters[0], TF_FUTURE (tf_future_race (members, 2, TF_FUTURE_SET_FLAGS_NONE)));
  members[0] = waiters[1].future;
  waiter_go (&waiters[1], TF_FUTURE (tf_future_any (members, 2, TF_FUTURE_SET_FLAGS_NONE)));
  tf_test_drain (NULL);
  tf_promise_resolve_none (promise);
  check_good (&waiters[0]);
  check_good (&waiters[1]);
  g_object_unref (promise);
  finish (&executor);
}

static void
test_own_timeout (void)
{
  TfExecutor *executor = executor_new (1);
  Waiter      waiter;
  TfFuture   *limited;

  g_test_summary ("What is derived with a limit ends in any case.");

  waiter_init (&waiter, executor);
  limited = tf_future_with_timeout (waiter.future, 1000, TF_TIMEOUT_ACTION_LEAVE);
  waiter_go (&waiter, g_object_ref (limited));
  check_good (&waiter);
  tf_test_assert_error (limited, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_object_unref (limited);
  finish (&executor);
}

static void
test_same (void)
{
  TfExecutor *executor = executor_new (4);
  TfPromise  *promise = tf_promise_new (NULL);
  TfFuture   *derived = new_then (TF_FUTURE (promise));
  Waiter      waiters[6];

  g_test_summary ("Several may wait for the same, and for those who do.");

  for (guint i = 0; i < 6; i++)
    waiter_init (&waiters[i], executor);
  for (guint i = 0; i < 6; i++)
    waiter_go (&waiters[i], i < 3 ? g_object_ref (derived)
                                  : new_all (waiters[i - 3].future, waiters[(i - 2) % 3].future));
  tf_test_drain (NULL);
  tf_promise_resolve_none (promise);
  for (guint i = 0; i < 6; i++)
    check_good (&waiters[i]);
  g_object_unref (derived);
  g_object_unref (promise);
  finish (&executor);
}

static void
test_many (void)
{
  TfExecutor           *executor = executor_new (1);
  guint                 n = tf_test_scale (100000);
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  TfFuture             *set;
  Waiter                waiter;

  g_test_summary ("A set of 100,000 members is looked through in a time that grows with their "
                  "number.");

  waiter_init (&waiter, executor);
  for (guint i = 0; i < n; i++)
    g_ptr_array_add (futures, tf_promise_new (NULL));
  g_ptr_array_add (futures, g_object_ref (waiter.future));
  set = TF_FUTURE (
    tf_future_all ((TfFuture **) futures->pdata, futures->len, TF_FUTURE_SET_FLAGS_NONE));
  waiter_go (&waiter, g_object_ref (set));
  check_deadlock (&waiter);
  tf_future_cancel (set);
  tf_test_wait_done (set);
  g_object_unref (set);
  finish (&executor);
}

/* Two contexts */

typedef struct
{
  TfTestGate  ready;
  TfTestGate  has_target;
  TfExecutor *executor; /* of the other thread */
  Waiter      waiter;
  TfFuture   *derived; /* from the task there */
  TfFuture   *target;  /* for which that one waits */
} Abroad;

static gpointer
run_abroad (gpointer data)
{
  Abroad       *self = data;
  GMainContext *context = g_main_context_new ();

  g_main_context_push_thread_default (context);
  self->executor = executor_new (1);
  waiter_init (&self->waiter, self->executor);
  self->derived = new_then (self->waiter.future);
  tf_test_gate_open (&self->ready);
  tf_test_gate_wait (&self->has_target);
  waiter_go (&self->waiter, self->target);
  g_assert_true (tf_future_wait (self->waiter.future, tf_test_timeout_us (), NULL, NULL));
  g_assert_true (tf_future_wait (self->derived, tf_test_timeout_us (), NULL, NULL));
  g_assert_true (tf_executor_shutdown (self->executor, tf_test_timeout_us (), NULL));
  g_clear_object (&self->executor);
  while (g_main_context_iteration (context, FALSE))
    ;
  g_main_context_pop_thread_default (context);
  g_main_context_unref (context);
  return NULL;
}

static void
test_abroad (void)
{
  TfExecutor *executor = executor_new (1);
  Abroad      abroad = { 0 };
  Waiter      waiter;
  GThread    *thread;

  g_test_summary ("A ring through futures of two main contexts is found too.");

  tf_test_gate_init (&abroad.ready);
  tf_test_gate_init (&abroad.has_target);
  thread = g_thread_new ("abroad", run_abroad, &abroad);
  tf_test_gate_wait (&abroad.ready);
  waiter_init (&waiter, executor);
  abroad.target = new_then (waiter.future);
  tf_test_gate_open (&abroad.has_target);
  waiter_go (&waiter, g_object_ref (abroad.derived));
  tf_test_wait_done (waiter.future);
  tf_test_wait_done (abroad.target);
  g_thread_join (thread);

  /* Both, if each context sees the ring at the same time. */
  g_assert_true (waiter.error != NULL || abroad.waiter.error != NULL);
  if (waiter.error != NULL)
    g_assert_error (waiter.error, TF_ERROR, TF_ERROR_DEADLOCK);
  if (abroad.waiter.error != NULL)
    g_assert_error (abroad.waiter.error, TF_ERROR, TF_ERROR_DEADLOCK);
  waiter_clear (&waiter);
  waiter_clear (&abroad.waiter);
  g_object_unref (abroad.derived);
  finish (&executor);
  tf_test_gate_clear (&abroad.ready);
  tf_test_gate_clear (&abroad.has_target);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/compound-wait/costs-no-worker", test_one_worker);
  tf_test_add ("/executor/compound-wait/costs-no-worker-of-a-pool", test_pool);
  tf_test_add ("/executor/compound-wait/costs-no-shared-thread", test_shared);
  tf_test_add ("/executor/compound-wait/leaves-room-for-what-comes", test_queued_later);
  tf_test_add ("/executor/compound-wait/may-be-deep", test_depth);
  tf_test_add ("/executor/compound-wait/gives-the-worker-back", test_again_one);
  tf_test_add ("/executor/compound-wait/may-have-a-limit", test_limits);
  tf_test_add ("/executor/compound-wait/is-not-for-what-comes-after", test_own_then);
  tf_test_add ("/executor/compound-wait/is-not-for-a-set-with-itself", test_own_all);
  tf_test_add ("/executor/compound-wait/is-not-for-a-follower", test_own_follower);
  tf_test_add ("/executor/compound-wait/is-not-in-a-ring", test_ring);
  tf_test_add ("/executor/compound-wait/is-not-in-a-mixed-ring", test_mixed);
  tf_test_add ("/executor/compound-wait/is-not-for-the-outer-task", test_inside);
  tf_test_add ("/executor/compound-wait/is-told-when-a-ring-closes", test_followed_later);
  tf_test_add ("/executor/compound-wait/may-be-for-a-race", test_race);
  tf_test_add ("/executor/compound-wait/may-be-for-a-limit", test_own_timeout);
  tf_test_add ("/executor/compound-wait/may-be-shared", test_same);
  tf_test_add ("/executor/compound-wait/looks-through-many", test_many);
  tf_test_add ("/executor/compound-wait/is-not-in-a-ring-of-two-contexts", test_abroad);

  return g_test_run ();
}
