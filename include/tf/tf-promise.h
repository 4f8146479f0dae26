/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-future.h>

G_BEGIN_DECLS

#define TF_TYPE_PROMISE (tf_promise_get_type ())

/**
 * TfExecuteFunc:
 * @value: (out caller-allocates): the result, not initialised; leave it so for none
 * @user_data: what was given with the function
 * @error: (out) (optional): set it, and return false, to fail
 *
 * Does the work of a promise, at once.
 *
 * Returns: true if it went well; false with @error set otherwise
 *
 * Since: 1.0
 */
typedef gboolean (*TfExecuteFunc) (GValue  *value,
                                   gpointer user_data,
                                   GError **error);

/**
 * TfAbortPolicy:
 * @TF_ABORT_POLICY_ASK: handlers of [signal@Promise::abort-requested] decide; if there is none, an abort is refused
 * @TF_ABORT_POLICY_ALLOW: an abort is allowed, unless a handler refuses it
 * @TF_ABORT_POLICY_REFUSE: an abort and a cancel are refused, and no handler is asked
 *
 * Whether a promise can be given up by [method@Future.abort].
 *
 * Since: 1.0
 */
typedef enum
{
  TF_ABORT_POLICY_ASK,
  TF_ABORT_POLICY_ALLOW,
  TF_ABORT_POLICY_REFUSE,
} TfAbortPolicy;

TF_AVAILABLE_IN_ALL
G_DECLARE_DERIVABLE_TYPE (TfPromise, tf_promise, TF, PROMISE, TfFuture)

/**
 * TfPromiseClass:
 * @parent_class: the parent class
 * @abort_requested: class handler of [signal@Promise::abort-requested]
 *
 * The class of promises.
 *
 * Since: 1.0
 */
struct _TfPromiseClass
{
  TfFutureClass parent_class;

  gboolean (*abort_requested) (TfPromise    *self,
                               const GError *reason);

  /*< private >*/
  gpointer padding[8];
};

TF_AVAILABLE_IN_ALL
TfPromise *tf_promise_new (const char *name) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfPromise *tf_promise_new_for_finish (const char *name,
                                      GType       type,
                                      GCallback   finish) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
void tf_promise_set_location (TfPromise  *self,
                              const char *location);

TF_AVAILABLE_IN_ALL
gboolean tf_promise_resolve_value (TfPromise    *self,
                                   const GValue *value);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_resolve_none (TfPromise *self);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_resolve_boolean (TfPromise *self,
                                     gboolean   value);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_resolve_int64 (TfPromise *self,
                                   gint64     value);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_resolve_double (TfPromise *self,
                                    double     value);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_resolve_string (TfPromise  *self,
                                    const char *value);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_resolve_object (TfPromise *self,
                                    gpointer   value);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_resolve_boxed (TfPromise    *self,
                                   GType         boxed_type,
                                   gconstpointer value);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_resolve_variant (TfPromise *self,
                                     GVariant  *value);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_resolve_pointer (TfPromise     *self,
                                     gpointer       value,
                                     GDestroyNotify value_free);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_reject (TfPromise *self,
                            GError    *error);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_reject_new_error (TfPromise  *self,
                                      GQuark      domain,
                                      int         code,
                                      const char *format,
                                      ...) G_GNUC_PRINTF (4, 5);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_reject_new_error_literal (TfPromise  *self,
                                              GQuark      domain,
                                              int         code,
                                              const char *message);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_reject_failure (TfPromise    *self,
                                    const char   *type,
                                    const char   *text,
                                    const char   *traceback,
                                    const GValue *payload);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_execute (TfPromise    *self,
                             TfExecuteFunc func,
                             gpointer      user_data);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_follow (TfPromise *self,
                            TfFuture  *other);

TF_AVAILABLE_IN_ALL
gboolean tf_promise_set_progress (TfPromise  *self,
                                  gint64      completed_steps,
                                  gint64      total_steps,
                                  const char *status);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_advance (TfPromise *self,
                             gint64     n_steps);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_report_value (TfPromise    *self,
                                  const GValue *value);
TF_AVAILABLE_IN_ALL
gboolean tf_promise_yield_value (TfPromise    *self,
                                 const GValue *value);

TF_AVAILABLE_IN_ALL
TfAbortPolicy tf_promise_get_abort_policy (TfPromise *self);
TF_AVAILABLE_IN_ALL
void tf_promise_set_abort_policy (TfPromise    *self,
                                  TfAbortPolicy abort_policy);

TF_AVAILABLE_IN_ALL
GCancellable *tf_promise_get_gcancellable (TfPromise *self);
TF_AVAILABLE_IN_ALL
void tf_promise_ready_cb (GObject      *source,
                          GAsyncResult *result,
                          gpointer      promise);
TF_AVAILABLE_IN_ALL
GClosure *tf_promise_new_closure (TfPromise *self,
                                  gboolean   is_throwable) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
