/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-future.h>
#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_TASK (tf_task_get_type ())

/**
 * TfTaskFunc:
 * @task: the background half of the task: what reports, checks for cancelling, and takes the result
 * @user_data: what was given with the function
 *
 * The work of a task. It is called on a background thread.
 *
 * The return of the function is the completion of the task. Set the result before with one of the
 * `tf_task_return_*` functions; a C function that sets nothing completes with no value.
 *
 * Use only @task and what was given in @user_data or as argument: futures, widgets, and objects of
 * the owner context must not be touched here.
 *
 * Since: 1.0
 */
typedef void (*TfTaskFunc) (TfTask  *task,
                            gpointer user_data);

TF_AVAILABLE_IN_ALL
GType tf_task_get_type (void) G_GNUC_CONST;

/* The specification: before the task is submitted. */

TF_AVAILABLE_IN_ALL
TfTask *tf_task_new (TfTaskFunc     func,
                     gpointer       user_data,
                     GDestroyNotify user_data_free) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfTask *tf_task_new_for_bindings (TfTaskFunc     func,
                                  gpointer       user_data,
                                  GDestroyNotify user_data_free) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfTask *tf_task_new_with_argument (TfTaskFunc func,
                                   GVariant  *argument) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfTask *tf_task_new_for_reference (const char *reference,
                                   GVariant   *argument) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfTask *tf_task_ref (TfTask *self);
TF_AVAILABLE_IN_ALL
void tf_task_unref (TfTask *self);

TF_AVAILABLE_IN_ALL
const char *tf_task_get_name (TfTask *self);
TF_AVAILABLE_IN_ALL
void tf_task_set_name (TfTask     *self,
                       const char *name);
TF_AVAILABLE_IN_ALL
const char *tf_task_get_description (TfTask *self);
TF_AVAILABLE_IN_ALL
void tf_task_set_description (TfTask     *self,
                              const char *description);
TF_AVAILABLE_IN_ALL
int tf_task_get_priority (TfTask *self);
TF_AVAILABLE_IN_ALL
void tf_task_set_priority (TfTask *self,
                           int     priority);
TF_AVAILABLE_IN_ALL
void tf_task_link_cancellable (TfTask       *self,
                               GCancellable *cancellable);
TF_AVAILABLE_IN_ALL
void tf_task_set_owner (TfTask  *self,
                        GObject *owner);
TF_AVAILABLE_IN_ALL
void tf_task_set_future_type (TfTask *self,
                              GType   future_type);
TF_AVAILABLE_IN_ALL
void tf_task_set_callback (TfTask        *self,
                           TfFutureFunc   callback,
                           gpointer       user_data,
                           GDestroyNotify user_data_free);
TF_AVAILABLE_IN_ALL
void tf_task_set_location (TfTask     *self,
                           const char *location);

/* The background half: while the function runs. */

TF_AVAILABLE_IN_ALL
TfTask *tf_task_get_current (void);
TF_AVAILABLE_IN_ALL
GVariant *tf_task_get_argument (TfTask *self);
TF_AVAILABLE_IN_ALL
const char *tf_task_get_reference (TfTask *self);

TF_AVAILABLE_IN_ALL
gboolean tf_task_is_cancelled (TfTask *self);
TF_AVAILABLE_IN_ALL
GCancellable *tf_task_get_cancellable (TfTask *self);
TF_AVAILABLE_IN_ALL
gboolean tf_task_pause (TfTask *self,
                        gint64  duration_us);

TF_AVAILABLE_IN_ALL
gboolean tf_task_set_progress (TfTask     *self,
                               gint64      completed_steps,
                               gint64      total_steps,
                               const char *status);
TF_AVAILABLE_IN_ALL
gboolean tf_task_advance (TfTask *self,
                          gint64  n_steps);
TF_AVAILABLE_IN_ALL
gboolean tf_task_set_total (TfTask *self,
                            gint64  total_steps);
TF_AVAILABLE_IN_ALL
gboolean tf_task_set_status (TfTask     *self,
                             const char *status);

TF_AVAILABLE_IN_ALL
gboolean tf_task_report_value (TfTask       *self,
                               const GValue *value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_report_int64 (TfTask *self,
                               gint64  value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_report_double (TfTask *self,
                                double  value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_report_string (TfTask     *self,
                                const char *value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_report_object (TfTask  *self,
                                gpointer value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_report_variant (TfTask   *self,
                                 GVariant *value);

TF_AVAILABLE_IN_ALL
gboolean tf_task_yield_value (TfTask       *self,
                              const GValue *value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_yield_int64 (TfTask *self,
                              gint64  value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_yield_double (TfTask *self,
                               double  value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_yield_string (TfTask     *self,
                               const char *value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_yield_object (TfTask  *self,
                               gpointer value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_yield_variant (TfTask   *self,
                                GVariant *value);

TF_AVAILABLE_IN_ALL
gboolean tf_task_send_value (TfTask       *self,
                             const char   *kind,
                             const GValue *value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_send_int64 (TfTask     *self,
                             const char *kind,
                             gint64      value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_send_double (TfTask     *self,
                              const char *kind,
                              double      value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_send_string (TfTask     *self,
                              const char *kind,
                              const char *value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_send_object (TfTask     *self,
                              const char *kind,
                              gpointer    value);
TF_AVAILABLE_IN_ALL
gboolean tf_task_send_variant (TfTask     *self,
                               const char *kind,
                               GVariant   *value);

TF_AVAILABLE_IN_ALL
void tf_task_return_none (TfTask *self);
TF_AVAILABLE_IN_ALL
void tf_task_return_value (TfTask       *self,
                           const GValue *value);
TF_AVAILABLE_IN_ALL
void tf_task_return_boolean (TfTask  *self,
                             gboolean value);
TF_AVAILABLE_IN_ALL
void tf_task_return_int64 (TfTask *self,
                           gint64  value);
TF_AVAILABLE_IN_ALL
void tf_task_return_double (TfTask *self,
                            double  value);
TF_AVAILABLE_IN_ALL
void tf_task_return_string (TfTask     *self,
                            const char *value);
TF_AVAILABLE_IN_ALL
void tf_task_return_object (TfTask  *self,
                            gpointer value);
TF_AVAILABLE_IN_ALL
void tf_task_return_boxed (TfTask       *self,
                           GType         boxed_type,
                           gconstpointer value);
TF_AVAILABLE_IN_ALL
void tf_task_return_variant (TfTask   *self,
                             GVariant *value);
TF_AVAILABLE_IN_ALL
gpointer tf_task_allocate_bytes (TfTask *self,
                                 gsize   size) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
void tf_task_return_allocated (TfTask *self,
                               gsize   size);
TF_AVAILABLE_IN_ALL
void tf_task_return_pointer (TfTask        *self,
                             gpointer       value,
                             GDestroyNotify value_free);
TF_AVAILABLE_IN_ALL
void tf_task_return_error (TfTask *self,
                           GError *error);
TF_AVAILABLE_IN_ALL
void tf_task_return_new_error (TfTask     *self,
                               GQuark      domain,
                               int         code,
                               const char *format,
                               ...) G_GNUC_PRINTF (4, 5);
TF_AVAILABLE_IN_ALL
void tf_task_return_new_error_literal (TfTask     *self,
                                       GQuark      domain,
                                       int         code,
                                       const char *message);
TF_AVAILABLE_IN_ALL
gboolean tf_task_return_error_if_cancelled (TfTask *self);
TF_AVAILABLE_IN_ALL
void tf_task_return_failure (TfTask       *self,
                             const char   *type,
                             const char   *text,
                             const char   *traceback,
                             const GValue *payload);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfTask, tf_task_unref)

G_END_DECLS
