/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-parallel-context.h>

/**
 * TfParallelContext:
 *
 * Where background work runs: makes workers, and what leads from them to the foreground.
 *
 * [class@ThreadContext] is the one that executors use by default. A context of another kind
 * implements this interface, with public functions alone, and executors run on it.
 *
 * ## Threads
 *
 * Pools, routers and flags may be made on any thread.
 *
 * Since: 1.0
 */
G_DEFINE_INTERFACE (TfParallelContext, tf_parallel_context, G_TYPE_OBJECT)

static void
tf_parallel_context_default_init (TfParallelContextInterface *iface)
{
}

/**
 * tf_parallel_context_create_pool:
 * @self: a context
 * @max_workers: how many functions may run at the same time, or 0 for as many as suit the context
 * @error: return location for an error, or `NULL`
 *
 * Makes a pool of workers. Whoever makes it shuts it down.
 *
 * ## Errors
 *
 * - `TF_ERROR_CLOSED`: the context has been closed.
 * - any other that the context has for workers that cannot be made.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the pool; `NULL` with @error set otherwise
 *
 * Since: 1.0
 */
TfWorkerPool *
tf_parallel_context_create_pool (TfParallelContext *self,
                                 guint              max_workers,
                                 GError           **error)
{
  g_return_val_if_fail (TF_IS_PARALLEL_CONTEXT (self), NULL);
  g_return_val_if_fail (max_workers <= G_MAXINT, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return TF_PARALLEL_CONTEXT_GET_IFACE (self)->create_pool (self, max_workers, error);
}

/**
 * tf_parallel_context_create_router:
 * @self: a context
 * @main_context: (nullable): where messages are delivered, or `NULL` for the thread-default main
 *   context
 * @error: return location for an error, or `NULL`
 *
 * Makes a router whose pipes lead from the workers of the context to a main context. It has to be
 * started.
 *
 * ## Errors
 *
 * - `TF_ERROR_CLOSED`: the context has been closed.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the router; `NULL` with @error set otherwise
 *
 * Since: 1.0
 */
TfMessageRouter *
tf_parallel_context_create_router (TfParallelContext *self,
                                   GMainContext      *main_context,
                                   GError           **error)
{
  g_return_val_if_fail (TF_IS_PARALLEL_CONTEXT (self), NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  return TF_PARALLEL_CONTEXT_GET_IFACE (self)->create_router (self, main_context, error);
}

/**
 * tf_parallel_context_create_flag:
 * @self: a context
 *
 * Makes a flag that the workers of the context can see, if they are threads of this process.
 *
 * A flag is of one process. That of a [class@ProcessContext] serves the threads of the program, and tasks in its worker
 * processes do not see it: they have [method@Task.is_cancelled].
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the flag, which is not set
 *
 * Since: 1.0
 */
TfCancelFlag *
tf_parallel_context_create_flag (TfParallelContext *self)
{
  g_return_val_if_fail (TF_IS_PARALLEL_CONTEXT (self), NULL);

  return TF_PARALLEL_CONTEXT_GET_IFACE (self)->create_flag (self);
}

/**
 * tf_parallel_context_close:
 * @self: a context
 *
 * Has the context take no more work, and free what it holds.
 *
 * Work that it has runs to its end; so shut the executors down first. Closing twice is allowed. An
 * executor closes the context that it made itself when it has stopped; one that it was given is
 * closed by whoever made it.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_parallel_context_close (TfParallelContext *self)
{
  g_return_if_fail (TF_IS_PARALLEL_CONTEXT (self));

  if (!TF_PARALLEL_CONTEXT_GET_IFACE (self)->is_closed (self))
    TF_PARALLEL_CONTEXT_GET_IFACE (self)->close (self);
}

/**
 * tf_parallel_context_is_closed:
 * @self: a context
 *
 * Tells whether the context has been closed.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if it takes no more work
 *
 * Since: 1.0
 */
gboolean
tf_parallel_context_is_closed (TfParallelContext *self)
{
  g_return_val_if_fail (TF_IS_PARALLEL_CONTEXT (self), TRUE);

  return TF_PARALLEL_CONTEXT_GET_IFACE (self)->is_closed (self);
}
