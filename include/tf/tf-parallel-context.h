/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-cancel-flag.h>
#include <tf/tf-message-router.h>
#include <tf/tf-types.h>
#include <tf/tf-worker-pool.h>

G_BEGIN_DECLS

#define TF_TYPE_PARALLEL_CONTEXT (tf_parallel_context_get_type ())

TF_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (TfParallelContext, tf_parallel_context, TF, PARALLEL_CONTEXT, GObject)

/**
 * TfParallelContextInterface:
 * @parent_iface: the parent interface
 * @create_pool: makes a pool with at most so many workers, 0 for as many as suit the context
 * @create_router: makes a router whose pipes lead from those workers to a main context
 * @create_flag: makes a flag that those workers can see, if they are threads of this process
 * @close: takes no more work; once
 * @is_closed: whether it was closed
 *
 * What a parallel context supplies. All but @close and @is_closed may be called from any thread.
 *
 * Since: 1.0
 */
struct _TfParallelContextInterface
{
  GTypeInterface parent_iface;

  TfWorkerPool *(*create_pool) (TfParallelContext *self,
                                guint              max_workers,
                                GError           **error);
  TfMessageRouter *(*create_router) (TfParallelContext *self,
                                     GMainContext      *main_context,
                                     GError           **error);
  TfCancelFlag *(*create_flag) (TfParallelContext *self);
  void (*close) (TfParallelContext *self);
  gboolean (*is_closed) (TfParallelContext *self);

  /*< private >*/
  gpointer padding[8];
};

TF_AVAILABLE_IN_ALL
TfWorkerPool *tf_parallel_context_create_pool (TfParallelContext *self,
                                               guint              max_workers,
                                               GError           **error) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfMessageRouter *tf_parallel_context_create_router (TfParallelContext *self,
                                                    GMainContext      *main_context,
                                                    GError           **error)
  G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfCancelFlag *tf_parallel_context_create_flag (TfParallelContext *self) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
void tf_parallel_context_close (TfParallelContext *self);
TF_AVAILABLE_IN_ALL
gboolean tf_parallel_context_is_closed (TfParallelContext *self);

G_END_DECLS
