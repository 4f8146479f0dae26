/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-future.h>

G_BEGIN_DECLS

/**
 * TfThenFunc:
 * @done: the future that is done
 * @user_data: what was given with the function
 *
 * Goes on when a future is done.
 *
 * A value is returned as a future that has it: [ctor@Future.new_for_value] and its like.
 *
 * Returns: (transfer full) (nullable): a future whose outcome becomes that of the derived one, when
 *   it is done; or `NULL`, whose meaning depends on the function that was called
 *
 * Since: 1.0
 */
typedef TfFuture *(*TfThenFunc) (TfFuture *done,
                                 gpointer  user_data);

/**
 * TfRetryFunc:
 * @attempt: which attempt this is, from 1
 * @last: (nullable): the attempt before, which has failed; `NULL` for the first one
 * @user_data: what was given with the function
 *
 * Starts an attempt.
 *
 * Returns: (transfer full) (nullable): the future of the attempt; `NULL` to give up
 *
 * Since: 1.0
 */
typedef TfFuture *(*TfRetryFunc) (guint     attempt,
                                  TfFuture *last,
                                  gpointer  user_data);

/**
 * TfTimeoutAction:
 * @TF_TIMEOUT_ACTION_LEAVE: nothing: it goes on
 * @TF_TIMEOUT_ACTION_CANCEL: it is cancelled
 * @TF_TIMEOUT_ACTION_ABORT: it is given up, with the error of the timeout as the reason
 *
 * What becomes of a future whose time is over.
 *
 * Since: 1.0
 */
typedef enum
{
  TF_TIMEOUT_ACTION_LEAVE,
  TF_TIMEOUT_ACTION_CANCEL,
  TF_TIMEOUT_ACTION_ABORT,
} TfTimeoutAction;

TF_AVAILABLE_IN_ALL
TfFuture *tf_future_then (TfFuture      *self,
                          TfThenFunc     func,
                          gpointer       user_data,
                          GDestroyNotify user_data_free) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_catch (TfFuture      *self,
                           TfThenFunc     func,
                           gpointer       user_data,
                           GDestroyNotify user_data_free) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_finally (TfFuture      *self,
                             TfThenFunc     func,
                             gpointer       user_data,
                             GDestroyNotify user_data_free) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_shield (TfFuture *self) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
TfFuture *tf_future_with_timeout (TfFuture       *self,
                                  gint64          timeout_us,
                                  TfTimeoutAction action) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_with_timeout_full (TfFuture       *self,
                                       gint64          timeout_us,
                                       TfTimeoutAction action,
                                       TfFutureFunc    on_timeout,
                                       gpointer        user_data,
                                       GDestroyNotify  user_data_free) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_with_deadline (TfFuture       *self,
                                   gint64          deadline_us,
                                   TfTimeoutAction action) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_delay (gint64 delay_us) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_retry (guint          max_attempts,
                           gint64         first_delay_us,
                           gint64         max_delay_us,
                           TfRetryFunc    func,
                           gpointer       user_data,
                           GDestroyNotify user_data_free) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
TfFuture *tf_future_new_for_value (const GValue *value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_new_for_boolean (gboolean value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_new_for_int64 (gint64 value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_new_for_double (double value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_new_for_string (const char *value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_new_for_object (gpointer value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_new_for_variant (GVariant *value) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_new_for_error (GError *error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
char *tf_future_dup_cancel_origin (TfFuture *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
