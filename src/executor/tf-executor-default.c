/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-executor-private.h"

/* The default executors of a thread: GMainContext → TfExecutor. */
static void
unref_defaults (gpointer data)
{
  g_hash_table_unref (data);
}

static GPrivate default_executors = G_PRIVATE_INIT (unref_defaults);

/**
 * tf_executor_get_default:
 *
 * Gets the executor of the thread-default main context, for code that has no other.
 *
 * The executor is made by the first call, and stopped when the thread ends. If it was stopped before, the next call
 * makes a new one.
 *
 * It runs as many tasks at the same time as the machine has processors. Give tasks that take long, or that wait for a
 * disk or a network, an executor of their own: [ctor@Tf.Executor.new].
 *
 * ## Threads
 *
 * May be called from any thread; each has its own.
 *
 * Returns: (transfer none): the executor
 *
 * Since: 1.0
 */
TfExecutor *
tf_executor_get_default (void)
{
  g_autoptr (GMainContext) context = g_main_context_ref_thread_default ();
  GHashTable              *executors = g_private_get (&default_executors);
  TfExecutor              *self;

  if (executors == NULL)
    {
      executors = g_hash_table_new_full (NULL, NULL, (GDestroyNotify) g_main_context_unref,
                                         (GDestroyNotify) g_object_unref);
      g_private_set (&default_executors, executors);
    }

  self = g_hash_table_lookup (executors, context);
  if (self == NULL || tf_executor_get_state (self) != TF_EXECUTOR_STATE_RUNNING)
    {
      self = tf_executor_new ();
      g_hash_table_replace (executors, g_main_context_ref (context), self);
    }

  return self;
}
