/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-parallel-context.h>
#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_PROCESS_CONTEXT (tf_process_context_get_type ())

TF_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TfProcessContext, tf_process_context, TF, PROCESS_CONTEXT, GObject)

TF_AVAILABLE_IN_ALL
TfProcessContext *tf_process_context_new (guint max_workers) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
guint tf_process_context_get_max_workers (TfProcessContext *self);
TF_AVAILABLE_IN_ALL
guint tf_process_context_get_n_workers (TfProcessContext *self);
TF_AVAILABLE_IN_ALL
void tf_process_context_warm_up (TfProcessContext *self,
                                 guint             n_workers);
TF_AVAILABLE_IN_ALL
void tf_process_context_close (TfProcessContext *self);

TF_AVAILABLE_IN_ALL
void tf_process_context_set_argv (TfProcessContext  *self,
                                  const char *const *argv);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_modules (TfProcessContext  *self,
                                     const char *const *paths);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_environment (TfProcessContext  *self,
                                         const char *const *environment);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_directory (TfProcessContext *self,
                                       const char       *directory);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_nice (TfProcessContext *self,
                                  int               nice);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_limits (TfProcessContext *self,
                                    guint64           memory,
                                    guint             cpu_seconds);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_grace (TfProcessContext *self,
                                   gint64            cancel_us,
                                   gint64            terminate_us);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_idle_timeout (TfProcessContext *self,
                                          gint64            timeout_us);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_retries (TfProcessContext *self,
                                     guint             n_retries);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_start_retry_timeout (TfProcessContext *self,
                                                 gint64            timeout_us);
TF_AVAILABLE_IN_ALL
gint64 tf_process_context_get_start_retry_timeout (TfProcessContext *self);

TF_AVAILABLE_IN_ALL
void tf_process_context_set_max_value_size (TfProcessContext *self,
                                            guint64           size);
TF_AVAILABLE_IN_ALL
guint64 tf_process_context_get_max_value_size (TfProcessContext *self);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_max_text_size (TfProcessContext *self,
                                           guint             size);
TF_AVAILABLE_IN_ALL
guint tf_process_context_get_max_text_size (TfProcessContext *self);
TF_AVAILABLE_IN_ALL
void tf_process_context_set_max_pending_size (TfProcessContext *self,
                                              guint64           size);
TF_AVAILABLE_IN_ALL
guint64 tf_process_context_get_max_pending_size (TfProcessContext *self);

G_END_DECLS
