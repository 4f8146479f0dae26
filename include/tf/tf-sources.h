/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-future.h>

G_BEGIN_DECLS

#define TF_TYPE_AWAITABLE (tf_awaitable_get_type ())

TF_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (TfAwaitable, tf_awaitable, TF, AWAITABLE, GObject)

/**
 * TfAwaitableInterface:
 * @parent_iface: the parent interface
 * @to_future: makes, or finds, the future
 *
 * The interface of objects that know a future which represents them.
 *
 * Since: 1.0
 */
struct _TfAwaitableInterface
{
  GTypeInterface parent_iface;

  /**
   * TfAwaitableInterface::to_future:
   * @self: an object
   *
   * Gets the future that represents the object.
   *
   * Returns: (transfer full): the future
   */
  TfFuture *(*to_future) (TfAwaitable *self);

  /*< private >*/
  gpointer padding[4];
};

TF_AVAILABLE_IN_ALL
TfFuture *tf_awaitable_to_future (TfAwaitable *self) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_from_object (GObject *object,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
TfFuture *tf_future_from_signal (GObject    *object,
                                 const char *detailed_signal,
                                 GError    **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_from_cancellable (GCancellable *cancellable) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_from_source (GSource *source) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_from_fd (int          fd,
                             GIOCondition condition) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_from_child_watch (GPid pid) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_from_subprocess (GSubprocess *subprocess) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_from_subprocess_output (GSubprocess *subprocess,
                                            GBytes      *input) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
void tf_future_return_to_gtask (TfFuture *self,
                                GTask    *gtask);

G_END_DECLS
