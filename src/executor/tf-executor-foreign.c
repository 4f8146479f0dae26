/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-executor-private.h"

#include <tf/tf-error.h>

#include "message/tf-foreign-loop-private.h"

static gboolean
check_owner (TfExecutor *self,
             GError    **error)
{
  if (tf__dispatcher_is_owner (&self->engine->dispatcher))
    return TRUE;

  if (!tf__executor_check_process (self, error))
    return FALSE;

  g_set_error_literal (error, TF_ERROR, TF_ERROR_WRONG_THREAD,
                       "The loop of an executor can be changed in its main context only");
  return FALSE;
}

/**
 * tf_executor_detach:
 * @self: an executor
 * @error: return location for an error, or `NULL`
 *
 * Switches the executor to a foreign loop, and gets the descriptor for it.
 *
 * The descriptor is readable when there is something to deliver, also when it is time for the next progress:
 * poll it for that alone, and call [method@Executor.dispatch] then. The main context delivers nothing any more,
 * until [method@Executor.attach].
 *
 * The descriptor belongs to the executor: do not read or close it, and stop polling it before
 * [method@Executor.attach] and before the executor goes. Whoever drops an executor that is driven by a foreign
 * loop shuts it down first: nobody delivers the end of its futures afterwards.
 *
 * What the library does by the rules of GIO, as [method@Executor.submit_async] and [method@Future.wait_async],
 * needs a main context still.
 *
 * ## Errors
 *
 * - `TF_ERROR_WRONG_THREAD`: the call was made outside the owner context.
 * - `G_IO_ERROR_NOT_SUPPORTED`: the system has no such descriptors; Linux has.
 * - any other code of `G_IO_ERROR`: the system refused one, because there are too many.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: the descriptor; -1 with @error set otherwise
 *
 * Since: 1.0
 */
int
tf_executor_detach (TfExecutor *self,
                    GError    **error)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), -1);
  g_return_val_if_fail (error == NULL || *error == NULL, -1);

  if (!check_owner (self, error))
    return -1;

  tf__enter_foreground ();
  return tf__foreign_loop_open (&self->engine->dispatcher, error);
}

/**
 * tf_executor_dispatch:
 * @self: an executor that was switched to a foreign loop
 *
 * Delivers what has come in, for as long as the source of a main context would: see
 * [property@Executor:dispatch-budget].
 *
 * What is left keeps the descriptor readable. Where no foreign loop drives the executor, nothing happens.
 *
 * ## Threads
 *
 * Call in the thread of the foreign loop, which is the owner of the executor from then on.
 *
 * Since: 1.0
 */
void
tf_executor_dispatch (TfExecutor *self)
{
  TfEngine *engine;

  g_return_if_fail (TF_IS_EXECUTOR (self));

  /* Anyone else becomes the owner. */
  if (tf__dispatcher_is_inherited (&self->engine->dispatcher))
    {
      tf__executor_check_owner (self, G_STRFUNC);
      return;
    }

  /* A handler may drop the executor. */
  engine = tf__engine_ref (self->engine);
  tf__enter_foreground ();
  tf__foreign_loop_dispatch (&engine->dispatcher);
  tf__engine_unref (engine);
}

/**
 * tf_executor_attach:
 * @self: an executor
 * @error: return location for an error, or `NULL`
 *
 * Has the main context deliver again, after [method@Executor.detach]. The descriptor is closed.
 *
 * ## Errors
 *
 * - `TF_ERROR_WRONG_THREAD`: the call was made outside the owner context.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: true if the main context delivers now; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_executor_attach (TfExecutor *self,
                    GError    **error)
{
  g_return_val_if_fail (TF_IS_EXECUTOR (self), FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);

  if (!check_owner (self, error))
    return FALSE;

  tf__enter_foreground ();
  tf__foreign_loop_close (&self->engine->dispatcher);
  tf__dispatcher_plug (&self->engine->dispatcher);
  return TRUE;
}
