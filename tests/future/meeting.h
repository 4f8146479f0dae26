/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tf-test-support.h"

/* Where the function of a task meets its test: it opens the first gate, and waits at the second. */
typedef struct
{
  TfTestGate started;
  TfTestGate go;
} Meeting;

static inline void
meeting_init (Meeting *self)
{
  tf_test_gate_init (&self->started);
  tf_test_gate_init (&self->go);
}

static inline void
meeting_clear (Meeting *self)
{
  tf_test_gate_clear (&self->started);
  tf_test_gate_clear (&self->go);
}

/* [worker] */
static inline void
meeting_attend (Meeting *self)
{
  tf_test_gate_open (&self->started);
  tf_test_gate_wait (&self->go);
}

static inline void
run_nothing (TfTask  *task,
             gpointer data)
{
}

static inline void
run_eight (TfTask  *task,
           gpointer data)
{
  tf_task_return_int64 (task, 8);
}

static inline void
run_failing (TfTask  *task,
             gpointer data)
{
  tf_task_return_new_error (task, TF_ERROR, TF_ERROR_FAILED, "no luck");
}

static inline void
run_meeting (TfTask  *task,
             gpointer meeting)
{
  meeting_attend (meeting);
  tf_task_return_int64 (task, 8);
}

static inline void
run_failing_meeting (TfTask  *task,
                     gpointer meeting)
{
  meeting_attend (meeting);
  tf_task_return_new_error (task, TF_ERROR, TF_ERROR_FAILED, "no luck");
}

static inline void
run_never (TfTask  *task,
           gpointer data)
{
  g_assert_not_reached ();
}

static inline TfExecutor *
executor_new (guint max_workers)
{
  return g_object_new (TF_TYPE_EXECUTOR, "max-workers", max_workers, NULL);
}

static inline TfFuture *
submit (TfExecutor *executor,
        TfTaskFunc  func,
        gpointer    data)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future = tf_executor_submit_call (executor, func, data, NULL, &error);

  g_assert_no_error (error);
  g_assert_nonnull (future);
  return future;
}

static inline TfFuture *
submit_task (TfExecutor *executor,
             TfTask     *task)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future = tf_executor_submit (executor, task, &error);

  g_assert_no_error (error);
  g_assert_nonnull (future);
  return future;
}

typedef struct
{
  TfFuture     *future;
  TfFutureState state;
} StateWish;

static inline gboolean
state_is_reached (gpointer data)
{
  StateWish *wish = data;

  return tf_future_get_state (wish->future) == wish->state;
}

/* Runs the loop until the future is in the state. */
static inline void
wait_for_state (TfFuture     *future,
                TfFutureState state)
{
  StateWish wish = { future, state };

  tf_test_run_until (NULL, state_is_reached, &wish);
}

/* Runs the loop until the future is done, and asserts that the caller has the last reference. */
static inline void
finish_future (TfFuture *future)
{
  tf_test_wait_done (future);
  tf_test_drain (NULL);
  g_assert_finalize_object (future);
}
