/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-sources-private.h"

#include <glib-unix.h>
#include <tf/tf-error.h>

/* Futures of things that happen in a main context: signals, cancellables, sources. */

G_DEFINE_FINAL_TYPE (TfSourceFuture, tf__source_future, TF_TYPE_FUTURE)

static TfSourceFuture *
from_work (TfWork *work)
{
  return (TfSourceFuture *) work->future;
}

static TfSourceFuture *
from_completion (TfCompletion *completion)
{
  return (TfSourceFuture *) completion->work.future;
}

static const char *
get_name (TfWork *work)
{
  return from_work (work)->name;
}

TF_FOREGROUND
static void
detach (TfSourceFuture *self)
{
  g_autoptr (GObject) object = g_weak_ref_get (&self->object);
  GSource            *source = g_steal_pointer (&self->source);

  /* Not by the number of the handler: an object that is being disposed of elsewhere may have forgotten it. */
  if (object != NULL)
    g_signal_handlers_disconnect_matched (object, G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_DATA,
                                          self->signal_id, 0, NULL, NULL, &self->completion);

  if (source != NULL)
    {
      g_source_destroy (source);
      g_source_unref (source);
    }
}

static void
cancelled (TfWork       *work,
           const GError *reason)
{
  tf__enter_foreground ();

  if (reason == NULL)
    tf__completion_end_cancelled ((TfCompletion *) work);
  detach (from_work (work));
}

static void
ended (TfCompletion *completion)
{
  tf__enter_foreground ();
  detach (from_completion (completion));
}

/* What would have completed it went away. One that nobody holds any more goes in silence. */
static void
look (TfCompletion *completion)
{
  TfSourceFuture *self = from_completion (completion);

  tf__enter_foreground ();

  if (!tf__source_future_is_held (self) && !tf__completion_is_missed (TF_FUTURE (self)))
    return;

  tf__completion_end_with_error (completion,
                                 g_error_new (TF_ERROR, TF_ERROR_ABANDONED,
                                              "What “%s” waits for went away before it happened",
                                              self->name));
}

const TfCompletionClass tf__source_future_completion_class = {
  .work = { TF_COMPLETION_WORK, .get_name = get_name, .cancelled = cancelled },
  .look = look,
  .ended = ended,
};

static void
tf__source_future_init (TfSourceFuture *self)
{
  g_weak_ref_init (&self->object, NULL);
}

static void
tf__source_future_finalize (GObject *object)
{
  TfSourceFuture *self = (TfSourceFuture *) object;
  char           *name = g_steal_pointer (&self->name);

  g_weak_ref_clear (&self->object);
  g_clear_pointer (&self->source, g_source_unref);
  G_OBJECT_CLASS (tf__source_future_parent_class)->finalize (object);
  g_free (name);
}

static void
tf__source_future_class_init (TfSourceFutureClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tf__source_future_finalize;
}

/* Signals */

/**
 * tf_future_from_signal:
 * @object: an object
 * @detailed_signal: the name of one of its signals, perhaps with a detail: `notify::title`
 * @error: return location for an error, or `NULL`
 *
 * Makes a future of the next emission of a signal.
 *
 * Its value is what the emission has as arguments, without the object itself: no value if there is none, the argument
 * if there is one, and a [struct@Values] of all of them if there are several; in Python and JavaScript that is a list.
 * Where a handler should return something, this one returns what an empty function would: false, 0 or `NULL`.
 *
 * The handler holds the future, and is disconnected by the emission or when the future ends otherwise: cancel what is
 * not waited for any more. The object is not held. If it is disposed of first, or somebody disconnects the handler, the
 * future fails with `TF_ERROR_ABANDONED`.
 *
 * ```c
 * g_autoptr (TfFuture) closed = tf_future_from_signal (G_OBJECT (window), "close-request", &error);
 * ```
 *
 * ## Errors
 *
 * - `TF_ERROR_INVALID_ARGUMENT`: the class of @object has no such signal, or one without details.
 *
 * ## Threads
 *
 * May be called from any thread, and the signal may be emitted on any. The future belongs to the thread-default main
 * context.
 *
 * Returns: (transfer full): the future; `NULL` with @error set otherwise
 *
 * Since: 1.0
 */
TfFuture *
tf_future_from_signal (GObject    *object,
                       const char *detailed_signal,
                       GError    **error)
{
  guint  signal_id;
  GQuark detail;

  g_return_val_if_fail (G_IS_OBJECT (object), NULL);
  g_return_val_if_fail (detailed_signal != NULL, NULL);
  g_return_val_if_fail (error == NULL || *error == NULL, NULL);

  if (!g_signal_parse_name (detailed_signal, G_OBJECT_TYPE (object), &signal_id, &detail, TRUE))
    {
      g_set_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT, "Class “%s” has no signal “%s”",
                   G_OBJECT_TYPE_NAME (object), detailed_signal);
      return NULL;
    }

  return tf__source_future_connect (object, signal_id, detail, detailed_signal,
                                    __builtin_return_address (0));
}

/**
 * tf_future_from_cancellable:
 * @cancellable: (not nullable): a cancellable
 *
 * Makes a future that completes, without a value, when a cancellable is cancelled, or has been already.
 *
 * The cancellable is not held: if it goes first, the future fails with `TF_ERROR_ABANDONED`. Cancelling the future
 * leaves it as it is.
 *
 * ## Threads
 *
 * May be called from any thread, and the cancellable may be cancelled on any. The future belongs to the thread-default
 * main context.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_from_cancellable (GCancellable *cancellable)
{
  TfFuture *self;

  g_return_val_if_fail (G_IS_CANCELLABLE (cancellable), NULL);

  self = tf__source_future_connect (G_OBJECT (cancellable),
                                    g_signal_lookup ("cancelled", G_TYPE_CANCELLABLE), 0,
                                    "cancelled", __builtin_return_address (0));

  /* Connected before it is looked at: so nothing is missed, and what happens twice counts once. */
  if (g_cancellable_is_cancelled (cancellable))
    tf__source_future_complete (TF_SOURCE_FUTURE (self), NULL);
  return self;
}

/* Sources */

TfFuture *
tf__source_future_attach (TfSourceFuture *self,
                          GSource        *source)
{
  self->source = source;
  g_source_attach (source, self->completion.work.pipe.dispatcher->context);
  return TF_FUTURE (self);
}

static gboolean
on_source_cb (gpointer data)
{
  tf__source_future_complete (data, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_source_closure (GClosure     *closure,
                   GValue       *return_value,
                   guint         n_params,
                   const GValue *params,
                   gpointer      hint,
                   gpointer      marshal_data)
{
  tf__source_future_complete (closure->data, NULL);
  if (return_value != NULL && G_VALUE_HOLDS_BOOLEAN (return_value))
    g_value_set_boolean (return_value, G_SOURCE_REMOVE);
}

static void
on_closure_gone (gpointer  data,
                 GClosure *closure)
{
  tf__source_future_release (data);
}

/* Those of GIO have callbacks of types of their own, and each knows how to call a closure. */
static gboolean
takes_closure (GSource *source)
{
  const GSourceFuncs *funcs = source->source_funcs;

  return funcs->closure_callback != NULL || funcs == &g_unix_fd_source_funcs ||
         funcs == &g_io_watch_funcs || funcs == &g_child_watch_funcs;
}

/**
 * tf_future_from_source:
 * @source: a source that is not attached
 *
 * Makes a future that completes, without a value, when a source is dispatched for the first time.
 *
 * The source is attached to the thread-default main context, with its priority, and is destroyed when the future is
 * done, however it ended. Its callback is replaced. It may be of any kind that takes a closure, as all of GLib and GIO
 * do, or whose callback is a [callback@GLib.SourceFunc]. The caller keeps its reference; if somebody destroys the
 * source, the future fails with `TF_ERROR_ABANDONED`.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_from_source (GSource *source)
{
  TfSourceFuture *self;
  const char     *name;

  g_return_val_if_fail (source != NULL, NULL);
  g_return_val_if_fail (!g_source_is_destroyed (source), NULL);
  g_return_val_if_fail (g_source_get_context (source) == NULL, NULL);

  name = g_source_get_name (source);
  self = tf__source_future_new (name == NULL ? "source" : name, __builtin_return_address (0));
  g_object_ref (self);

  if (takes_closure (source))
    {
      GClosure *closure = g_closure_new_simple (sizeof *closure, self);

      g_closure_add_finalize_notifier (closure, self, on_closure_gone);
      g_closure_set_marshal (closure, on_source_closure);
      g_source_set_closure (source, closure);
    }
  else
    {
      g_source_set_callback (source, on_source_cb, self, tf__source_future_release);
    }

  return tf__source_future_attach (self, g_source_ref (source));
}

static gboolean
on_fd_cb (int          fd,
          GIOCondition condition,
          gpointer     data)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, condition);
  tf__source_future_complete (data, &value);
  return G_SOURCE_REMOVE;
}

/**
 * tf_future_from_fd:
 * @fd: a file descriptor
 * @condition: what is waited for
 *
 * Makes a future of the next time that a file descriptor is ready.
 *
 * Its value is an integer of 64 bits: the [flags@GLib.IOCondition] that holds. `G_IO_HUP`, `G_IO_ERR` and `G_IO_NVAL`
 * come also if nobody asked for them. The descriptor stays the caller's, who closes it after the future is done.
 *
 * ## Threads
 *
 * May be called from any thread. The future belongs to the thread-default main context, which polls the descriptor.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_from_fd (int          fd,
                   GIOCondition condition)
{
  TfSourceFuture *self;
  GSource        *source;

  g_return_val_if_fail (fd >= 0, NULL);

  self = tf__source_future_new ("file descriptor", __builtin_return_address (0));
  source = g_unix_fd_source_new (fd, condition);
  g_source_set_callback (source, G_SOURCE_FUNC (on_fd_cb), g_object_ref (self),
                         tf__source_future_release);
  return tf__source_future_attach (self, source);
}
