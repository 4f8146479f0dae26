/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tf-test-support.h"

/* What the one who does the work of a future sees. */
typedef struct
{
  TfTestCounter n_cancelled;
  TfTestCounter n_freed;
  GThread      *freed_in;
  TfTestGate
             *entered; /* (nullable) opened by the cancel function, which waits for the other one then */
  TfTestGate *release;
} Work;

static inline void
work_init (Work *work)
{
  *work = (Work){ 0 };
  tf_test_counter_init (&work->n_cancelled);
  tf_test_counter_init (&work->n_freed);
}

static inline void
work_clear (Work *work)
{
  tf_test_counter_clear (&work->n_cancelled);
  tf_test_counter_clear (&work->n_freed);
}

static inline void
on_cancel (gpointer user_data)
{
  Work *work = user_data;

  g_assert_cmpint (tf_test_counter_get (&work->n_freed), ==, 0);
  tf_test_counter_add (&work->n_cancelled, 1);
  if (work->entered != NULL)
    {
      tf_test_gate_open (work->entered);
      tf_test_gate_wait (work->release);
      g_assert_cmpint (tf_test_counter_get (&work->n_freed), ==, 0);
    }
}

static inline void
on_free (gpointer user_data)
{
  Work *work = user_data;

  work->freed_in = g_thread_self ();
  tf_test_counter_add (&work->n_freed, 1);
}

static inline TfFuture *
new_future (Work *work)
{
  return tf_future_new_detached (TF_TYPE_FUTURE, on_cancel, work, on_free);
}

/* A message by the name that it has in the tables. */
static inline TfMessage *
new_message (const char *name)
{
  g_autoptr (GError) error = g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "not there");
  g_auto (GValue)    value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, 8);

  if (g_str_equal (name, "started"))
    return tf_message_new_started ();
  if (g_str_equal (name, "returned"))
    return tf_message_new_returned (&value);
  if (g_str_equal (name, "raised"))
    return tf_message_new_raised (g_steal_pointer (&error));
  if (g_str_equal (name, "abandoned"))
    return tf_message_new_dropped ();
  if (g_str_equal (name, "progress"))
    return tf_message_new_progress (&value);
  if (g_str_equal (name, "item"))
    return tf_message_new_item (&value);
  return tf_message_new (name, &value);
}

static inline void
deliver (TfFuture   *future,
         const char *name)
{
  g_autoptr (GError) error = NULL;
  gboolean           is_final = -1;

  g_assert_true (tf_future_deliver (future, new_message (name), &is_final, &error));
  g_assert_no_error (error);
  g_assert_cmpint (is_final, ==,
                   g_str_equal (name, "returned") || g_str_equal (name, "raised") ||
                     g_str_equal (name, "abandoned"));
}

static inline void
assert_refused (TfFuture   *future,
                const char *name)
{
  g_autoptr (GError) error = NULL;
  TfFutureState      state = tf_future_get_state (future);
  gboolean           is_final = -1;

  g_assert_false (tf_future_deliver (future, new_message (name), &is_final, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID_STATE);
  g_assert_nonnull (strstr (error->message, name));
  g_assert_cmpint (is_final, ==, -1);
  g_assert_cmpint (tf_future_get_state (future), ==, state);
}

static inline void
finish (TfFuture **future,
        Work      *work)
{
  g_assert_true (tf_future_is_done (*future));
  g_assert_cmpint (tf_test_counter_get (&work->n_freed), ==, 1);
  g_assert_finalize_object (g_steal_pointer (future));
  tf_test_assert_idle (NULL);
  work_clear (work);
}
