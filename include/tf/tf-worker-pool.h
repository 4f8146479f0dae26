/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_WORKER_POOL (tf_worker_pool_get_type ())

/**
 * TfPoolFunc:
 * @user_data: what was given with the function
 *
 * What a worker of a pool runs, on a background thread.
 *
 * Since: 1.0
 */
typedef void (*TfPoolFunc) (gpointer user_data);

TF_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (TfWorkerPool, tf_worker_pool, TF, WORKER_POOL, GObject)

/**
 * TfWorkerPoolClass:
 * @parent_class: the parent class
 * @push: runs a function on a worker, soon; false with an error when the pool takes none any more. May be
 *   called from any thread
 * @shutdown: takes no more functions, and waits until those that were pushed have returned
 *
 * The class structure of worker pools.
 *
 * Since: 1.0
 */
struct _TfWorkerPoolClass
{
  GObjectClass parent_class;

  gboolean (*push) (TfWorkerPool *self,
                    TfPoolFunc    func,
                    gpointer      user_data,
                    GError      **error);
  gboolean (*shutdown) (TfWorkerPool *self,
                        gint64        timeout_us,
                        GError      **error);

  /*< private >*/
  gpointer padding[8];
};

TF_AVAILABLE_IN_ALL
TfWorkerPool *tf_worker_pool_new (guint max_workers) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
guint tf_worker_pool_get_max_workers (TfWorkerPool *self);
TF_AVAILABLE_IN_ALL
gboolean tf_worker_pool_is_closed (TfWorkerPool *self);
TF_AVAILABLE_IN_ALL
gboolean tf_worker_pool_push (TfWorkerPool *self,
                              TfPoolFunc    func,
                              gpointer      user_data,
                              GError      **error);
TF_AVAILABLE_IN_ALL
gboolean tf_worker_pool_shutdown (TfWorkerPool *self,
                                  gint64        timeout_us,
                                  GError      **error);

G_END_DECLS
