/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-message.h>
#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_FUTURE (tf_future_get_type ())

/**
 * TfFutureState:
 * @TF_FUTURE_STATE_WAITING: queued; the function has not started, as far as the owner context was
 *   told
 * @TF_FUTURE_STATE_EXECUTING: the function runs
 * @TF_FUTURE_STATE_CANCELLING: cancelling was asked for; ends when the code has really returned
 * @TF_FUTURE_STATE_COMPLETED: ended well; there is a result
 * @TF_FUTURE_STATE_FAILED: ended badly; there is an error
 * @TF_FUTURE_STATE_CANCELLED: ended after a cancel, whatever the code returned
 *
 * What the owner context has been told about the work.
 *
 * The states that are done come last: `state >= TF_FUTURE_STATE_COMPLETED` means done. The numbers before them are for
 * states that later versions may add.
 *
 * Since: 1.0
 */
typedef enum
{
  TF_FUTURE_STATE_WAITING,
  TF_FUTURE_STATE_EXECUTING,
  TF_FUTURE_STATE_CANCELLING,
  TF_FUTURE_STATE_COMPLETED = 16,
  TF_FUTURE_STATE_FAILED,
  TF_FUTURE_STATE_CANCELLED,
} TfFutureState;

/**
 * TfFutureFunc:
 * @future: the future that is done
 * @user_data: what was given with the function
 *
 * Called once, in the owner context, right before [signal@Future::done].
 *
 * The owner context is the main context that the future belongs to: that of the executor that made
 * it.
 *
 * Since: 1.0
 */
typedef void (*TfFutureFunc) (TfFuture *future,
                              gpointer  user_data);

/**
 * TfCancelFunc:
 * @user_data: what was given with the function
 *
 * Asks whoever does the work of a detached future to stop.
 *
 * It is called on the thread that cancels, and must not block.
 *
 * Since: 1.0
 */
typedef void (*TfCancelFunc) (gpointer user_data);

TF_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (TfFuture, tf_future, TF, FUTURE, GObject)

/**
 * TfFutureClass:
 * @parent_class: the parent class
 * @progress: class handler of [signal@Future::progress]
 * @item: class handler of [signal@Future::item]
 * @message: class handler of [signal@Future::message]: where a subclass handles its own kinds of
 *   message
 * @done: class handler of [signal@Future::done]
 *
 * The class structure of futures. All handlers run in the owner context.
 *
 * Since: 1.0
 */
struct _TfFutureClass
{
  GObjectClass parent_class;

  /**
   * TfFutureClass::progress:
   * @self: the future
   * @value: (nullable): what the task reported; `NULL` if it reported nothing
   *
   * Called in the owner context when the task reported something.
   *
   * Since: 1.0
   */
  void (*progress) (TfFuture     *self,
                    const GValue *value);
  /**
   * TfFutureClass::item:
   * @self: the future
   * @value: (nullable): the item; `NULL` if it yielded nothing
   *
   * Called in the owner context when the task yielded an item.
   *
   * Since: 1.0
   */
  void (*item) (TfFuture     *self,
                const GValue *value);
  /**
   * TfFutureClass::message:
   * @self: the future
   * @kind: what kind of message it is
   * @value: (nullable): what was sent; `NULL` if nothing was sent
   *
   * Called in the owner context when the task sent a message of a kind of its own.
   *
   * Since: 1.0
   */
  void (*message) (TfFuture     *self,
                   const char   *kind,
                   const GValue *value);
  void (*done) (TfFuture *self);

  /*< private >*/
  gpointer padding[12];
};

TF_AVAILABLE_IN_ALL
TfFuture *tf_future_new_detached (GType          future_type,
                                  TfCancelFunc   cancel_func,
                                  gpointer       user_data,
                                  GDestroyNotify user_data_free) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
gboolean tf_future_deliver (TfFuture  *self,
                            TfMessage *message,
                            gboolean  *is_final,
                            GError   **error);

TF_AVAILABLE_IN_ALL
TfFutureState tf_future_get_state (TfFuture *self);
TF_AVAILABLE_IN_ALL
gboolean tf_future_is_done (TfFuture *self);
TF_AVAILABLE_IN_ALL
gboolean tf_future_is_cancellable (TfFuture *self);

TF_AVAILABLE_IN_ALL
const char *tf_future_get_name (TfFuture *self);
TF_AVAILABLE_IN_ALL
const char *tf_future_get_description (TfFuture *self);
TF_AVAILABLE_IN_ALL
char *tf_future_dup_location (TfFuture *self) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
gboolean tf_future_cancel (TfFuture *self);
TF_AVAILABLE_IN_ALL
gboolean tf_future_cancel_if_waiting (TfFuture *self);
TF_AVAILABLE_IN_ALL
gboolean tf_future_set_priority (TfFuture *self,
                                 int       priority);
TF_AVAILABLE_IN_ALL
gboolean tf_future_abort (TfFuture   *self,
                          const char *reason,
                          GError    **error);
TF_AVAILABLE_IN_ALL
gboolean tf_future_abort_with_error (TfFuture *self,
                                     GError   *reason,
                                     GError  **error);
TF_AVAILABLE_IN_ALL
GCancellable *tf_future_dup_gcancellable (TfFuture *self) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
void tf_future_bind_owner (TfFuture *self,
                           GObject  *owner);

TF_AVAILABLE_IN_ALL
gboolean tf_future_hold_events (TfFuture *self) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
void tf_future_release_events (TfFuture *self);

TF_AVAILABLE_IN_ALL
gboolean tf_future_wait (TfFuture     *self,
                         gint64        timeout_us,
                         GCancellable *cancellable,
                         GError      **error);
TF_AVAILABLE_IN_ALL
void tf_future_wait_async (TfFuture           *self,
                           GCancellable       *cancellable,
                           GAsyncReadyCallback callback,
                           gpointer            user_data);
TF_AVAILABLE_IN_ALL
gboolean tf_future_wait_finish (TfFuture     *self,
                                GAsyncResult *result,
                                GError      **error);

TF_AVAILABLE_IN_ALL
GValue *tf_future_dup_value (TfFuture *self,
                             GError  **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
gboolean tf_future_get_value (TfFuture *self,
                              GValue   *value,
                              GError  **error);
TF_AVAILABLE_IN_ALL
gboolean tf_future_get_boolean (TfFuture *self,
                                GError  **error);
TF_AVAILABLE_IN_ALL
gint64 tf_future_get_int64 (TfFuture *self,
                            GError  **error);
TF_AVAILABLE_IN_ALL
double tf_future_get_double (TfFuture *self,
                             GError  **error);
TF_AVAILABLE_IN_ALL
char *tf_future_dup_string (TfFuture *self,
                            GError  **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
gpointer tf_future_dup_object (TfFuture *self,
                               GError  **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
GVariant *tf_future_dup_variant (TfFuture *self,
                                 GError  **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
gpointer tf_future_dup_boxed (TfFuture *self,
                              GType     boxed_type,
                              GError  **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
gpointer tf_future_steal_pointer (TfFuture *self,
                                  GError  **error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
GError *tf_future_dup_error (TfFuture *self) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
const char *tf_future_get_failure_type (TfFuture *self);
TF_AVAILABLE_IN_ALL
const char *tf_future_get_failure_text (TfFuture *self);
TF_AVAILABLE_IN_ALL
const char *tf_future_get_failure_traceback (TfFuture *self);
TF_AVAILABLE_IN_ALL
GValue *tf_future_dup_failure_payload (TfFuture *self) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
gboolean tf_future_get_failure_payload (TfFuture *self,
                                        GValue   *payload);

TF_AVAILABLE_IN_ALL
double tf_future_get_fraction (TfFuture *self);
TF_AVAILABLE_IN_ALL
gint64 tf_future_get_completed_steps (TfFuture *self);
TF_AVAILABLE_IN_ALL
gint64 tf_future_get_total_steps (TfFuture *self);
TF_AVAILABLE_IN_ALL
const char *tf_future_get_status (TfFuture *self);
TF_AVAILABLE_IN_ALL
double tf_future_get_rate (TfFuture *self);
TF_AVAILABLE_IN_ALL
gint64 tf_future_get_eta (TfFuture *self);
TF_AVAILABLE_IN_ALL
gint64 tf_future_get_elapsed (TfFuture *self);

G_END_DECLS
