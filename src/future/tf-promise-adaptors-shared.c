/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-promise-private.h"
#include "future/tf-values-private.h"

/* What completes a promise for others: callbacks of GIO, and closures. They may be called on any thread. */

/* Finish functions */

typedef gboolean (*BooleanFinish) (gpointer      source,
                                   GAsyncResult *result,
                                   GError      **error);
typedef int (*IntFinish) (gpointer      source,
                          GAsyncResult *result,
                          GError      **error);
typedef long (*LongFinish) (gpointer      source,
                            GAsyncResult *result,
                            GError      **error);
typedef gint64 (*Int64Finish) (gpointer      source,
                               GAsyncResult *result,
                               GError      **error);
typedef gpointer (*PointerFinish) (gpointer      source,
                                   GAsyncResult *result,
                                   GError      **error);
typedef void (*NoneFinish) (gpointer      source,
                            GAsyncResult *result,
                            GError      **error);

static gboolean
is_finish_type (GType type)
{
  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_NONE:
    case G_TYPE_BOOLEAN:
    case G_TYPE_INT:
    case G_TYPE_LONG:
    case G_TYPE_INT64:
    case G_TYPE_STRING:
    case G_TYPE_OBJECT:
    case G_TYPE_BOXED:
    case G_TYPE_VARIANT:
      return TRUE;
    case G_TYPE_INTERFACE:
      return g_type_is_a (type, G_TYPE_OBJECT);
    default:
      return FALSE;
    }
}

static void
take_pointer (GValue  *value,
              GType    type,
              gpointer pointer)
{
  g_value_init (value, type);
  switch (G_TYPE_FUNDAMENTAL (type))
    {
    case G_TYPE_STRING:
      g_value_take_string (value, pointer);
      break;
    case G_TYPE_BOXED:
      g_value_take_boxed (value, pointer);
      break;
    case G_TYPE_VARIANT:
      g_value_take_variant (value, pointer);
      break;
    default:
      g_value_take_object (value, pointer);
      tf__value_sink (value);
      break;
    }
}

/* With an error there is nothing in what was returned. */
static void
call_finish (const TfPromiseMore *more,
             gpointer             source,
             GAsyncResult        *result,
             GValue              *value,
             GError             **error)
{
  gint64   number;
  gpointer pointer;

  switch (G_TYPE_FUNDAMENTAL (more->finish_type))
    {
    case G_TYPE_NONE:
      ((NoneFinish) more->finish) (source, result, error);
      return;
    case G_TYPE_BOOLEAN:
      number = ((BooleanFinish) more->finish) (source, result, error);
      g_value_init (value, G_TYPE_BOOLEAN);
      g_value_set_boolean (value, number != 0);
      return;
    case G_TYPE_INT:
      number = ((IntFinish) more->finish) (source, result, error);
      break;
    case G_TYPE_LONG:
      number = ((LongFinish) more->finish) (source, result, error);
      break;
    case G_TYPE_INT64:
      number = ((Int64Finish) more->finish) (source, result, error);
      break;
    default:
      pointer = ((PointerFinish) more->finish) (source, result, error);
      if (*error == NULL)
        take_pointer (value, more->finish_type, pointer);
      return;
    }

  g_value_init (value, G_TYPE_INT64);
  g_value_set_int64 (value, number);
}

/**
 * tf_promise_new_for_finish: (skip)
 * @name: (nullable): what it is for, in messages for people; or `NULL`
 * @type: what @finish returns, see below
 * @finish: the function that ends an operation of GIO
 *
 * Makes a promise for an asynchronous operation in the manner of GIO: [func@Promise.ready_cb] is its callback.
 *
 * ```c
 * promise = tf_promise_new_for_finish ("read", G_TYPE_FILE_INPUT_STREAM,
 *                                      G_CALLBACK (g_file_read_finish));
 * g_file_read_async (file, G_PRIORITY_DEFAULT, tf_promise_get_gcancellable (promise),
 *                    tf_promise_ready_cb, g_object_ref (promise));
 * ```
 *
 * The finish function is called as `T finish (gpointer source, GAsyncResult *result, GError **error)`. If it sets an
 * error, the promise is rejected with that; otherwise it is resolved with what it returns:
 *
 * | @type | `T` | value |
 * |---|---|---|
 * | `G_TYPE_NONE` | `void` | none |
 * | `G_TYPE_BOOLEAN` | `gboolean` | a boolean |
 * | `G_TYPE_INT` | `int` | an integer of 64 bits |
 * | `G_TYPE_LONG` | `long`, `gssize` | an integer of 64 bits |
 * | `G_TYPE_INT64` | `gint64` | an integer of 64 bits |
 * | `G_TYPE_STRING` | `char *`, which is taken | a string |
 * | `G_TYPE_VARIANT` | `GVariant *`, which is taken | a variant |
 * | a boxed type, such as `G_TYPE_BYTES` | a pointer, which is taken | of that type |
 * | a type of objects, or an interface | a pointer, whose reference is taken | of that type |
 *
 * A finish function that has more arguments, as `g_file_load_bytes_finish()`, needs a small function around it that has
 * these three.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the promise
 *
 * Since: 1.0
 */
TfPromise *
tf_promise_new_for_finish (const char *name,
                           GType       type,
                           GCallback   finish)
{
  TfPromise     *self;
  TfPromiseMore *more;

  g_return_val_if_fail (finish != NULL, NULL);
  g_return_val_if_fail (is_finish_type (type), NULL);

  self = tf_promise_new (name);
  more = tf__promise_ensure_more (self);
  more->finish_type = type;
  more->finish = finish;
  tf__promise_get_private (self)->completion.work.place = __builtin_return_address (0);
  return self;
}

/**
 * tf_promise_ready_cb: (skip)
 * @source: (nullable): the object whose operation it was
 * @result: its result
 * @promise: (transfer full): a promise, on which the operation has a reference
 *
 * Completes a promise when an asynchronous operation of GIO is ready: a [callback@Gio.AsyncReadyCallback] whose user
 * data is the promise.
 *
 * One of [ctor@Promise.new_for_finish] gets what its finish function returns. Any other gets the
 * [iface@Gio.AsyncResult] itself, for a handler that finishes it.
 *
 * An operation that was given [method@Promise.get_gcancellable] ends a cancelled promise: it is `CANCELLED` when the
 * operation calls back, whatever came out of that.
 *
 * ## Threads
 *
 * Called on the thread where the operation calls back.
 *
 * Since: 1.0
 */
void
tf_promise_ready_cb (GObject      *source,
                     GAsyncResult *result,
                     gpointer      promise)
{
  g_autoptr (TfPromise) self = NULL;
  const TfPromiseMore  *more;
  GValue                value = G_VALUE_INIT;
  GError               *error = NULL;

  g_return_if_fail (TF_IS_PROMISE (promise));
  g_return_if_fail (G_IS_ASYNC_RESULT (result));

  self = promise;
  more = tf__promise_get_more (self);
  if (more == NULL || more->finish == NULL)
    {
      tf_promise_resolve_object (self, result);
      return;
    }

  /* Also if nobody wants it any more: it frees what the operation has. */
  call_finish (more, source, result, &value, &error);
  if (error != NULL)
    tf_promise_reject (self, error);
  else
    tf_promise_resolve_value (self, G_VALUE_TYPE (&value) == G_TYPE_INVALID ? NULL : &value);

  if (G_VALUE_TYPE (&value) != G_TYPE_INVALID)
    g_value_unset (&value);
}

/* Closures */

void
tf__value_init_from_params (GValue       *value,
                            guint         n_params,
                            const GValue *params)
{
  if (n_params == 0)
    return;

  if (n_params == 1)
    {
      tf__value_init_copy (value, params);
      return;
    }

  g_value_init (value, TF_TYPE_VALUES);
  g_value_take_boxed (value, tf__values_new (n_params, params));
}

static gboolean
holds_error (const GValue *value)
{
  return G_VALUE_HOLDS (value, G_TYPE_ERROR) && g_value_get_boxed (value) != NULL;
}

/* An emission has the instance as the first argument, and is known by its hint. */
static void
complete (TfPromise    *self,
          guint         n_params,
          const GValue *params,
          gboolean      is_emission,
          gboolean      is_throwable)
{
  guint  n_left_out = is_emission && n_params > 0 ? 1 : 0;
  GValue value = G_VALUE_INIT;

  n_params -= n_left_out;
  params += n_left_out;
  if (n_params == 0)
    {
      tf_promise_resolve_none (self);
      return;
    }

  if (is_throwable && n_params == 1 && holds_error (params))
    {
      tf_promise_reject (self, g_value_dup_boxed (params));
      return;
    }

  tf__value_init_from_params (&value, n_params, params);
  tf_promise_resolve_value (self, &value);
  g_value_unset (&value);
}

static void
on_invoked (GClosure     *closure,
            GValue       *return_value,
            guint         n_params,
            const GValue *params,
            gpointer      hint,
            gpointer      marshal_data)
{
  complete (closure->data, n_params, params, hint != NULL, FALSE);
}

static void
on_invoked_throwable (GClosure     *closure,
                      GValue       *return_value,
                      guint         n_params,
                      const GValue *params,
                      gpointer      hint,
                      gpointer      marshal_data)
{
  complete (closure->data, n_params, params, hint != NULL, TRUE);
}

static void
on_closure_gone (gpointer  data,
                 GClosure *closure)
{
  g_object_unref (data);
}

/**
 * tf_promise_new_closure: (skip)
 * @self: a promise
 * @is_throwable: whether an error as the only argument lets the promise fail
 *
 * Makes a closure that completes the promise when it is invoked: wherever a callback is wanted that is called with the
 * result.
 *
 * Without arguments the promise completes without a value, with one argument it has that as its value, and with several
 * it has a [struct@Values] of all of them, which is a list in Python and JavaScript. If @is_throwable is true and the
 * only argument is a [struct@GLib.Error], the promise is rejected with it.
 *
 * When the closure is a handler of a signal, the object that emits it is not counted as an argument.
 *
 * The closure holds the promise. It may be invoked often, but only the first time counts. If it goes without having
 * been invoked and nobody else holds the promise, that fails with `TF_ERROR_ABANDONED` for those who listen.
 *
 * ## Threads
 *
 * May be called from any thread, and so may the closure.
 *
 * Returns: (transfer none): a closure with a floating reference, which whoever uses it takes
 *
 * Since: 1.0
 */
GClosure *
tf_promise_new_closure (TfPromise *self,
                        gboolean   is_throwable)
{
  GClosure *closure;

  g_return_val_if_fail (TF_IS_PROMISE (self), NULL);

  closure = g_closure_new_simple (sizeof *closure, g_object_ref (self));
  g_closure_add_finalize_notifier (closure, self, on_closure_gone);
  g_closure_set_marshal (closure, is_throwable ? on_invoked_throwable : on_invoked);
  return closure;
}
