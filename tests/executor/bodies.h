/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tf-test-support.h"

/* Functions for tasks that do next to nothing, and what the tests of the executor say again and again. */

/* A function that tells when it has started, and goes on until it is let go. */
typedef struct
{
  TfTestGate started;
  TfTestGate release;
} Block;

static inline void
block_init (Block *block)
{
  tf_test_gate_init (&block->started);
  tf_test_gate_init (&block->release);
}

static inline void
block_clear (Block *block)
{
  tf_test_gate_clear (&block->started);
  tf_test_gate_clear (&block->release);
}

static inline void
body_block (TfTask  *task,
            gpointer user_data)
{
  Block *block = user_data;

  tf_test_gate_open (&block->started);
  tf_test_gate_wait (&block->release);
}

static inline void
body_nothing (TfTask  *task,
              gpointer user_data)
{
}

static inline void
body_return_42 (TfTask  *task,
                gpointer user_data)
{
  tf_task_return_int64 (task, 42);
}

static inline void
body_fail (TfTask  *task,
           gpointer user_data)
{
  tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "not there");
}

/* Adds one to a counter. */
static inline void
body_count (TfTask  *task,
            gpointer user_data)
{
  tf_test_counter_add (user_data, 1);
}

static inline void
on_cancelled_open_cb (GCancellable *cancellable,
                      TfTestGate   *gate)
{
  tf_test_gate_open (gate);
}

/* Returns when the task is cancelled, and not before; tells a counter, if there is one, that it has started. */
static inline void
body_until_cancelled (TfTask  *task,
                      gpointer user_data)
{
  GCancellable *cancellable = tf_task_get_cancellable (task);
  TfTestGate    gate;
  gulong        id;

  tf_test_gate_init (&gate);
  id = g_cancellable_connect (cancellable, G_CALLBACK (on_cancelled_open_cb), &gate, NULL);
  if (user_data != NULL)
    tf_test_counter_add (user_data, 1);
  tf_test_gate_wait (&gate);
  g_cancellable_disconnect (cancellable, id);
  tf_test_gate_clear (&gate);
}

static inline void
free_count (gpointer counter)
{
  tf_test_counter_add (counter, 1);
}

/* Waits until the executor is STOPPED, on the loop. */
static inline gboolean
executor_is_stopped (gpointer executor)
{
  return tf_executor_is_stopped (executor);
}

static inline TfFuture *
submit_call (TfExecutor    *executor,
             TfTaskFunc     func,
             gpointer       user_data,
             GDestroyNotify user_data_free)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future;

  future = tf_executor_submit_call (executor, func, user_data, user_data_free, &error);
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

/* Counts how often a signal or a notification comes. */
static inline void
on_notify_count_cb (GObject    *object,
                    GParamSpec *pspec,
                    guint      *n)
{
  ++*n;
}

static inline void
on_done_count_cb (TfFuture *future,
                  guint    *n)
{
  ++*n;
}

/* Shows the states that an executor goes through, as "RUNNING STOPPING STOPPED". */
static inline void
on_executor_state_cb (TfExecutor *executor,
                      GParamSpec *pspec,
                      GString    *text)
{
  g_autoptr (GEnumClass) klass = g_type_class_ref (TF_TYPE_EXECUTOR_STATE);
  GEnumValue            *value = g_enum_get_value (klass, (int) tf_executor_get_state (executor));
  g_autofree char       *word = g_ascii_strup (value->value_nick, -1);

  g_string_append_printf (text, "%s%s", text->len == 0 ? "" : " ", word);
}

static inline GString *
watch_states (TfExecutor *executor)
{
  GString *text = g_string_new (NULL);

  on_executor_state_cb (executor, NULL, text);
  g_signal_connect (executor, "notify::state", G_CALLBACK (on_executor_state_cb), text);
  return text;
}

/* Runs a function in a thread of its own, and waits for its end. */
static inline gpointer
call_in_thread (GThreadFunc func,
                gpointer    data)
{
  return g_thread_join (g_thread_new ("test", func, data));
}
