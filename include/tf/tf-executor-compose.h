/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-executor.h>
#include <tf/tf-future-set.h>
#include <tf/tf-future.h>
#include <tf/tf-task.h>

G_BEGIN_DECLS

/**
 * TfThenTaskFunc:
 * @task: the background half of the task
 * @done: the future that has completed: its result may be read
 * @user_data: what was given with the function
 *
 * The work of a task that goes on with the result of a future. It is called on a background thread.
 *
 * For all else see [callback@TaskFunc].
 *
 * Since: 1.0
 */
typedef void (*TfThenTaskFunc) (TfTask   *task,
                                TfFuture *done,
                                gpointer  user_data);

/**
 * TfMapFunc:
 * @index: the number of the item, from 0
 * @user_data: what was given with the function
 *
 * Makes the task for an item, in the owner context.
 *
 * Returns: (transfer full) (nullable): the task, which has not been submitted
 *
 * Since: 1.0
 */
typedef TfTask *(*TfMapFunc) (guint    index,
                              gpointer user_data);

/**
 * TfMapItemFunc:
 * @item: (type GObject.Object): the item
 * @index: its number, from 0
 * @user_data: what was given with the function
 *
 * Makes the task for an item, in the owner context.
 *
 * Returns: (transfer full) (nullable): the task, which has not been submitted
 *
 * Since: 1.0
 */
typedef TfTask *(*TfMapItemFunc) (gpointer item,
                                  guint    index,
                                  gpointer user_data);

TF_AVAILABLE_IN_ALL
TfFuture *tf_executor_submit_then (TfExecutor    *self,
                                   TfFuture      *upstream,
                                   TfThenTaskFunc func,
                                   gpointer       user_data,
                                   GDestroyNotify user_data_free) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFuture *tf_executor_submit_then_for_bindings (TfExecutor    *self,
                                                TfFuture      *upstream,
                                                TfThenTaskFunc func,
                                                gpointer       user_data,
                                                GDestroyNotify user_data_free)
  G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
TfFutureSet *tf_executor_map (TfExecutor      *self,
                              guint            n_items,
                              guint            limit,
                              TfFutureSetFlags flags,
                              TfMapFunc        make_task,
                              gpointer         user_data,
                              GDestroyNotify   user_data_free) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFutureSet *tf_executor_map_model (TfExecutor      *self,
                                    GListModel      *items,
                                    guint            limit,
                                    TfFutureSetFlags flags,
                                    TfMapItemFunc    make_task,
                                    gpointer         user_data,
                                    GDestroyNotify   user_data_free) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
