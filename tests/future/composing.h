/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tf-test-support.h"

/* A function of the user's, with what it was given and what it is to do. */
typedef struct
{
  guint         n_calls;
  guint         n_freed;
  TfFutureState state;   /* of the future that it was called with */
  TfFuture     *returns; /* (owned) (nullable) */
  GString      *log;     /* (nullable) where it leaves its name */
  const char   *name;
} Step;

static inline TfFuture *
run_step (TfFuture *done,
          gpointer  data)
{
  Step *step = data;

  g_assert_true (tf_future_is_done (done));
  g_assert_cmpuint (step->n_freed, ==, 0);
  step->n_calls++;
  step->state = tf_future_get_state (done);
  if (step->log != NULL)
    g_string_append_printf (step->log, "%s ", step->name);

  return g_steal_pointer (&step->returns);
}

static inline void
free_step (gpointer data)
{
  Step *step = data;

  step->n_freed++;
  if (step->log != NULL)
    g_string_append_printf (step->log, "free-%s ", step->name);
}

static inline void
assert_step (const Step *step,
             guint       n_calls)
{
  g_assert_cmpuint (step->n_calls, ==, n_calls);
  g_assert_cmpuint (step->n_freed, ==, 1);
  g_assert_null (step->returns);
}

/* Ends with the future, which nobody else may hold. */
static inline void
finish (TfFuture **future)
{
  g_assert_true (tf_future_is_done (*future));
  g_assert_finalize_object (g_steal_pointer (future));
}

static inline void
finish_promise (TfPromise **promise)
{
  g_assert_true (tf_future_is_done (TF_FUTURE (*promise)));
  g_assert_finalize_object (g_steal_pointer (promise));
}

static inline void
finish_set (TfFutureSet **set)
{
  g_assert_true (tf_future_is_done (TF_FUTURE (*set)));
  g_assert_finalize_object (g_steal_pointer (set));
}

/* A cancelled future says so, and why. */
static inline void
assert_cancelled (TfFuture   *future,
                  const char *why)
{
  g_autoptr (GError) error = tf_future_dup_error (future);

  tf_test_assert_state (future, TF_FUTURE_STATE_CANCELLED);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  if (why != NULL)
    g_assert_cmpstr (error->message, ==, why);
}

static inline void
assert_origin (TfFuture   *future,
               const char *name)
{
  g_autofree char *origin = tf_future_dup_cancel_origin (future);

  g_assert_cmpstr (origin, ==, name);
}

/* A failure that is looked for. */
static inline GError *
an_error (void)
{
  return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "not there");
}

static inline void
assert_not_found (TfFuture *future)
{
  tf_test_assert_error (future, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
}

/* An object whose end can be waited for, and that says where it came. */
static inline void
on_gone_cb (gpointer data,
            GObject *object)
{
  GThread **thread = data;

  *thread = g_thread_self ();
}

static inline GObject *
object_new (GThread **gone_in)
{
  GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

  *gone_in = NULL;
  g_object_weak_ref (object, on_gone_cb, gone_in);
  return object;
}

static inline void
on_done_count_cb (TfFuture *future,
                  guint    *n)
{
  (*n)++;
}
