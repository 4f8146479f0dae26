/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf-testing/tf-testing.h>

#include "testing/tf-test-context-pool-private.h"

/* What a pool has when nobody says how many: enough for each task of a test to have its own worker. */
#define MANY_WORKERS 256

/**
 * TfTestContext:
 *
 * Where nothing runs until the test says so, and then in the order that the test says.
 *
 * Whatever is pushed to a pool of this context waits. Each push has a *worker*, a thread of its own; the
 * workers are numbered from 0 in the order of the pushes, and no number is used twice. The test steps a
 * worker: it runs up to its next [func@TestContext.checkpoint], or to its end, and waits there. One of
 * the test and the workers runs at any time, so a test of several tasks has no race, and the same order of steps
 * gives the same result every time.
 *
 * ## Tasks of an executor
 *
 * An executor pushes *workers*, not tasks: a worker takes the first task of the queue when it begins, and one task
 * only. The next worker is pushed when one has begun and more tasks wait, or when one ends and more tasks
 * wait. So the tasks are begun in the order of the queue, and workers may be pushed that find nothing to
 * do. To choose in which order tasks do what they do, let each have a checkpoint in its first line, bring all to it
 * by [method@TestContext.begin_all], and step them in any order then: after that the worker 0 has the first task, the
 * worker 1 the second, and so on.
 *
 * ## Threads
 *
 * Call in the thread of the test, one at a time. Pools, routers and flags may be made and used on any thread.
 *
 * Since: 1.0
 */
struct _TfTestContext
{
  GObject parent_instance;

  TfTestStage *stage;     /* (owned) [const] */
  gint         is_closed; /* [atomic] */
};

static void parallel_context_iface_init (TfParallelContextInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfTestContext, tf_test_context, G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (TF_TYPE_PARALLEL_CONTEXT,
                                                      parallel_context_iface_init))

/**
 * tf_test_context_new:
 *
 * Makes a context.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the context
 *
 * Since: 1.0
 */
TfTestContext *
tf_test_context_new (void)
{
  return g_object_new (TF_TYPE_TEST_CONTEXT, NULL);
}

/**
 * tf_test_context_get_n_workers:
 * @self: a context
 *
 * Gets how many functions have been pushed so far. Their workers have the numbers below this one.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_test_context_get_n_workers (TfTestContext *self)
{
  g_return_val_if_fail (TF_IS_TEST_CONTEXT (self), 0);

  return tf__test_stage_count (self->stage, TF_TEST_COUNT_ALL);
}

/**
 * tf_test_context_get_n_pending:
 * @self: a context
 *
 * Gets how many workers have not begun.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_test_context_get_n_pending (TfTestContext *self)
{
  g_return_val_if_fail (TF_IS_TEST_CONTEXT (self), 0);

  return tf__test_stage_count (self->stage, TF_TEST_COUNT_PENDING);
}

/**
 * tf_test_context_get_n_stopped:
 * @self: a context
 *
 * Gets how many workers wait at a checkpoint.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_test_context_get_n_stopped (TfTestContext *self)
{
  g_return_val_if_fail (TF_IS_TEST_CONTEXT (self), 0);

  return tf__test_stage_count (self->stage, TF_TEST_COUNT_STOPPED);
}

/**
 * tf_test_context_has_ended:
 * @self: a context
 * @worker: the number of a worker
 *
 * Tells whether the function of a worker has returned.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if it has
 *
 * Since: 1.0
 */
gboolean
tf_test_context_has_ended (TfTestContext *self,
                           guint          worker)
{
  g_return_val_if_fail (TF_IS_TEST_CONTEXT (self), FALSE);

  return tf__test_stage_has_ended (self->stage, worker);
}

/**
 * tf_test_context_get_checkpoint:
 * @self: a context
 * @worker: the number of a worker
 *
 * Gets where a worker waits.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (nullable): the name of the checkpoint, or `NULL` if it waits at none
 *
 * Since: 1.0
 */
const char *
tf_test_context_get_checkpoint (TfTestContext *self,
                                guint          worker)
{
  g_return_val_if_fail (TF_IS_TEST_CONTEXT (self), NULL);

  return tf__test_stage_get_checkpoint (self->stage, worker);
}

/**
 * tf_test_context_step:
 * @self: a context
 * @worker: the number of a worker
 *
 * Lets a worker run up to its next checkpoint, or to its end.
 *
 * It ends the program if the worker has ended before, if its pool has as many workers as it may have already, and if
 * the worker comes neither to a checkpoint nor to its end within [func@test_timeout_us]: a worker must not wait
 * for the test, or for a worker that waits for its next step.
 *
 * ## Threads
 *
 * Call in the thread of the test. Blocks while the worker runs.
 *
 * Returns: true if the worker waits at a checkpoint; false if it has ended
 *
 * Since: 1.0
 */
gboolean
tf_test_context_step (TfTestContext *self,
                      guint          worker)
{
  g_return_val_if_fail (TF_IS_TEST_CONTEXT (self), FALSE);

  return tf__test_stage_step (self->stage, worker);
}

/**
 * tf_test_context_run:
 * @self: a context
 * @worker: the number of a worker
 *
 * Lets a worker run to its end, step by step.
 *
 * ## Threads
 *
 * Call in the thread of the test. Blocks while the worker runs.
 *
 * Since: 1.0
 */
void
tf_test_context_run (TfTestContext *self,
                     guint          worker)
{
  g_return_if_fail (TF_IS_TEST_CONTEXT (self));

  while (tf__test_stage_step (self->stage, worker))
    ;
}

/**
 * tf_test_context_run_all:
 * @self: a context
 *
 * Lets all workers run to their end, one after another in the order of their numbers, also those that are pushed
 * meanwhile.
 *
 * ## Threads
 *
 * Call in the thread of the test. Blocks while the workers run.
 *
 * Returns: how many workers ended
 *
 * Since: 1.0
 */
guint
tf_test_context_run_all (TfTestContext *self)
{
  guint worker;
  guint n = 0;

  g_return_val_if_fail (TF_IS_TEST_CONTEXT (self), 0);

  while ((worker = tf__test_stage_find_ready (self->stage)) != G_MAXUINT)
    n += tf__test_stage_step (self->stage, worker) ? 0 : 1;

  return n;
}

/**
 * tf_test_context_begin_all:
 * @self: a context
 *
 * Steps all workers that have not begun, in the order of their numbers, once each, also those that are pushed
 * meanwhile.
 *
 * Those whose pool is full are left alone.
 *
 * ## Threads
 *
 * Call in the thread of the test. Blocks while the workers run.
 *
 * Returns: how many workers have begun
 *
 * Since: 1.0
 */
guint
tf_test_context_begin_all (TfTestContext *self)
{
  guint worker;
  guint n = 0;

  g_return_val_if_fail (TF_IS_TEST_CONTEXT (self), 0);

  for (; (worker = tf__test_stage_find_pending (self->stage)) != G_MAXUINT; n++)
    tf__test_stage_step (self->stage, worker);

  return n;
}

/**
 * tf_test_context_complete:
 * @self: a context
 * @future: a future
 *
 * Lets all workers run, and the thread-default main context, in turns until a future is done.
 *
 * No time is waited for: it ends the program if nothing is left to run and to deliver, and the future is not done.
 *
 * ## Threads
 *
 * Call in the thread of the test. Blocks while the workers run.
 *
 * Since: 1.0
 */
void
tf_test_context_complete (TfTestContext *self,
                          TfFuture      *future)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  guint                    n;

  g_return_if_fail (TF_IS_TEST_CONTEXT (self));
  g_return_if_fail (TF_IS_FUTURE (future));

  while (!tf_future_is_done (future))
    {
      n = tf_test_context_run_all (self);
      n += tf_test_drain (context);
      if (n == 0 && !tf_future_is_done (future))
        g_error ("“%s” is not done, and nothing is left to run", tf_future_get_name (future));
    }
}

/**
 * tf_test_context_release:
 * @self: a context
 *
 * Lets everything run by itself from now on, at the same time: the workers that wait, and those that are pushed later.
 *
 * Checkpoints are passed. It happens too when the context goes, and, for the workers of one pool, when that pool is
 * shut down with a time to wait.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_test_context_release (TfTestContext *self)
{
  g_return_if_fail (TF_IS_TEST_CONTEXT (self));

  tf__test_stage_release (self->stage);
}

/**
 * tf_test_context_play:
 * @self: a context
 * @schedule: (array length=n_steps): the numbers of the workers to be stepped, in this order
 * @n_steps: how many steps there are
 *
 * Steps workers in a given order.
 *
 * ## Threads
 *
 * Call in the thread of the test. Blocks while the workers run.
 *
 * Since: 1.0
 */
void
tf_test_context_play (TfTestContext *self,
                      const guint   *schedule,
                      gsize          n_steps)
{
  g_return_if_fail (TF_IS_TEST_CONTEXT (self));
  g_return_if_fail (schedule != NULL || n_steps == 0);

  for (gsize i = 0; i < n_steps; i++)
    tf__test_stage_step (self->stage, schedule[i]);
}

static void
swap_steps (guint *schedule,
            gsize  i,
            gsize  j)
{
  guint step = schedule[i];

  schedule[i] = schedule[j];
  schedule[j] = step;
}

/**
 * tf_test_next_schedule: (skip)
 * @schedule: (array length=n_steps) (inout): numbers of workers
 * @n_steps: how many there are
 *
 * Turns a schedule into the next one of the same steps, in the order of a dictionary.
 *
 * Begin with the steps in ascending order, such as 0, 0, 1, 1, 1, to go through every order that there is.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if there is a next one; false if this was the last, and the first one is back
 *
 * Since: 1.0
 */
gboolean
tf_test_next_schedule (guint *schedule,
                       gsize  n_steps)
{
  gsize head = n_steps;
  gsize other;

  g_return_val_if_fail (schedule != NULL || n_steps == 0, FALSE);

  /* What never ascends at the end is the last of its orders: turned around it is the first. */
  while (head > 1 && schedule[head - 2] >= schedule[head - 1])
    head--;
  head = head == 0 ? 0 : head - 1;
  for (gsize i = head, j = n_steps; i + 1 < j; i++, j--)
    swap_steps (schedule, i, j - 1);

  if (head == 0)
    return FALSE;

  /* The step before it is replaced by the next greater one. */
  other = head;
  while (schedule[other] <= schedule[head - 1])
    other++;
  swap_steps (schedule, head - 1, other);
  return TRUE;
}

/**
 * tf_test_context_checkpoint:
 * @name: what the place is called
 *
 * Waits for the next step, if the calling thread is a worker of a test context; does nothing otherwise.
 *
 * ## Threads
 *
 * May be called from any thread, with no lock held that others take.
 *
 * Since: 1.0
 */
void
tf_test_context_checkpoint (const char *name)
{
  g_return_if_fail (name != NULL);

  tf__test_stage_checkpoint (name);
}

/* The interface */

static gboolean
check_open (TfParallelContext *context,
            GError           **error)
{
  if (!tf_parallel_context_is_closed (context))
    return TRUE;

  g_set_error_literal (error, TF_ERROR, TF_ERROR_CLOSED, "The context has been closed");
  return FALSE;
}

static TfWorkerPool *
context_create_pool (TfParallelContext *context,
                     guint              max_workers,
                     GError           **error)
{
  if (!check_open (context, error))
    return NULL;

  return tf__test_pool_new (TF_TEST_CONTEXT (context)->stage,
                            max_workers == 0 ? MANY_WORKERS : max_workers);
}

static TfMessageRouter *
context_create_router (TfParallelContext *context,
                       GMainContext      *main_context,
                       GError           **error)
{
  if (!check_open (context, error))
    return NULL;

  return TF_MESSAGE_ROUTER (tf_thread_router_new (main_context));
}

static TfCancelFlag *
context_create_flag (TfParallelContext *context)
{
  return tf_cancel_flag_new ();
}

static void
context_close (TfParallelContext *context)
{
  g_atomic_int_set (&TF_TEST_CONTEXT (context)->is_closed, TRUE);
}

static gboolean
context_is_closed (TfParallelContext *context)
{
  return g_atomic_int_get (&TF_TEST_CONTEXT (context)->is_closed);
}

static void
parallel_context_iface_init (TfParallelContextInterface *iface)
{
  iface->create_pool = context_create_pool;
  iface->create_router = context_create_router;
  iface->create_flag = context_create_flag;
  iface->close = context_close;
  iface->is_closed = context_is_closed;
}

static void
tf_test_context_finalize (GObject *object)
{
  TfTestContext *self = TF_TEST_CONTEXT (object);

  tf__test_stage_release (self->stage);
  tf__test_stage_unref (self->stage);

  G_OBJECT_CLASS (tf_test_context_parent_class)->finalize (object);
}

static void
tf_test_context_init (TfTestContext *self)
{
  self->stage = tf__test_stage_new ();
}

static void
tf_test_context_class_init (TfTestContextClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tf_test_context_finalize;
}
