/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-text-private.h"
#include "future/tf-sources-private.h"

#include "future/tf-promise-private.h"

/* Signals may be emitted, and sources and objects may be destroyed, on any thread. */

TfSourceFuture *
tf__source_future_new (const char *name,
                       gpointer    place)
{
  TfSourceFuture *self = g_object_new (TF_TYPE_SOURCE_FUTURE, NULL);
  GMainContext   *context = g_main_context_ref_thread_default ();

  self->name = tf__text_dup (name);
  tf__completion_init (&self->completion, &tf__source_future_completion_class, TF_FUTURE (self),
                       context, place);
  g_main_context_unref (context);
  return self;
}

void
tf__source_future_complete (TfSourceFuture *self,
                            GValue         *value)
{
  if (!tf__completion_settle (&self->completion))
    {
      if (value != NULL && G_VALUE_TYPE (value) != G_TYPE_INVALID)
        g_value_unset (value);
      return;
    }

  if (value != NULL)
    self->completion.work.outcome.value = *value;
  tf__completion_finish (&self->completion);
}

/* The owner context sees whether somebody is there to be told. */
void
tf__source_future_release (gpointer data)
{
  TfSourceFuture *self = data;

  /* With this reference, not beside it: the owner context counts those that are left. */
  if (tf__completion_may_settle (&self->completion))
    tf__completion_look_last (&self->completion);
  else
    g_object_unref (self);
}

gboolean
tf__source_future_is_held (TfSourceFuture *self)
{
  /* One reference is that of the news which are being delivered. */
  return tf__load (&G_OBJECT (self)->ref_count) > 1;
}

/* Signals */

static TfSourceFuture *
from_completion (TfCompletion *completion)
{
  return (TfSourceFuture *) completion->work.future;
}

static void
on_emission (GClosure     *closure,
             GValue       *return_value,
             guint         n_params,
             const GValue *params,
             gpointer      hint,
             gpointer      marshal_data)
{
  TfSourceFuture *self = from_completion (closure->data);
  GValue          value = G_VALUE_INIT;

  if (!tf__completion_may_settle (&self->completion))
    return;

  /* The first one is the object. */
  tf__value_init_from_params (&value, n_params - 1, params + 1);
  tf__source_future_complete (self, &value);

  /* Here, and not by the owner context, which might do it while the closure is in use. */
  g_weak_ref_set (&self->object, NULL);
  g_signal_handlers_disconnect_matched (g_value_get_object (params),
                                        G_SIGNAL_MATCH_ID | G_SIGNAL_MATCH_DATA, self->signal_id, 0,
                                        NULL, NULL, closure->data);
}

/* Disconnected, or its object was disposed of. */
static void
on_handler_gone (gpointer  data,
                 GClosure *closure)
{
  tf__source_future_release (from_completion (data));
}

TfFuture *
tf__source_future_connect (GObject    *object,
                           guint       signal_id,
                           GQuark      detail,
                           const char *name,
                           gpointer    place)
{
  TfSourceFuture *self = tf__source_future_new (name, place);
  GClosure       *closure = g_closure_new_simple (sizeof *closure, &self->completion);

  g_weak_ref_set (&self->object, object);
  self->signal_id = signal_id;

  g_object_ref (self);
  g_closure_add_finalize_notifier (closure, &self->completion, on_handler_gone);
  g_closure_set_marshal (closure, on_emission);
  g_signal_connect_closure_by_id (object, signal_id, detail, closure, FALSE);
  return TF_FUTURE (self);
}
