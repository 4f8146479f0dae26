/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-types.h>

G_BEGIN_DECLS

/**
 * TF_ERROR:
 *
 * The error domain of the library; its codes are those of [error@Tf.Error].
 *
 * Cancelling and time limits are told as everywhere in GLib, by `G_IO_ERROR_CANCELLED` and
 * `G_IO_ERROR_TIMED_OUT`.
 *
 * Since: 1.0
 */
#define TF_ERROR (tf_error_quark ())

/**
 * TfError:
 * @TF_ERROR_FAILED: no code says it better; the message does
 * @TF_ERROR_EXCEPTION: code of another language raised; the future has type, text and traceback
 * @TF_ERROR_NO_RESULT: a function that must return a result came back without one
 * @TF_ERROR_PENDING: the future is not done yet
 * @TF_ERROR_DONE: the future is done and cannot be changed any more
 * @TF_ERROR_NOT_CANCELLABLE: the work cannot be given up, or refused to be
 * @TF_ERROR_INVALID_STATE: the message does not fit the state that the future is in
 * @TF_ERROR_INVALID_ARGUMENT: an argument, or the type of a value, does not fit
 * @TF_ERROR_NOT_RUNNING: the executor or router has been stopped, or was never started
 * @TF_ERROR_ALREADY_RUNNING: it has been started before
 * @TF_ERROR_ALREADY_SUBMITTED: a task can be submitted once only
 * @TF_ERROR_CLOSED: the other end is closed
 * @TF_ERROR_WRONG_THREAD: the call belongs to the thread that owns the main context
 * @TF_ERROR_DEADLOCK: the caller would wait for itself
 * @TF_ERROR_ABANDONED: whoever should have completed the future went away
 * @TF_ERROR_EMPTY: a set that needs a member has none
 * @TF_ERROR_QUEUE_FULL: the queue has reached its limit
 * @TF_ERROR_STALLED: the work showed no progress for too long
 * @TF_ERROR_NOT_PORTABLE: the value or function cannot travel to another process
 * @TF_ERROR_WORKER_START: a worker could not be started
 * @TF_ERROR_WORKER_LOST: the worker went away while it worked
 * @TF_ERROR_PROTOCOL: a worker sent something that is not in the protocol
 *
 * The codes of the `TF_ERROR` domain.
 *
 * The numbers never change; new codes are added at the end.
 *
 * Since: 1.0
 */
typedef enum
{
  TF_ERROR_FAILED,
  TF_ERROR_EXCEPTION,
  TF_ERROR_NO_RESULT,
  TF_ERROR_PENDING,
  TF_ERROR_DONE,
  TF_ERROR_NOT_CANCELLABLE,
  TF_ERROR_INVALID_STATE,
  TF_ERROR_INVALID_ARGUMENT,
  TF_ERROR_NOT_RUNNING,
  TF_ERROR_ALREADY_RUNNING,
  TF_ERROR_ALREADY_SUBMITTED,
  TF_ERROR_CLOSED,
  TF_ERROR_WRONG_THREAD,
  TF_ERROR_DEADLOCK,
  TF_ERROR_ABANDONED,
  TF_ERROR_EMPTY,
  TF_ERROR_QUEUE_FULL,
  TF_ERROR_STALLED,
  TF_ERROR_NOT_PORTABLE,
  TF_ERROR_WORKER_START,
  TF_ERROR_WORKER_LOST,
  TF_ERROR_PROTOCOL,
} TfError;

TF_AVAILABLE_IN_ALL
GQuark tf_error_quark (void);

G_END_DECLS
