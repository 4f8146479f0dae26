/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-work-private.h"

#include "core/tf-place-private.h"
#include "future/tf-future-private.h"

/* Cancelling work, from any thread. */

static void
free_cancellable (TfWorkCancellable *own)
{
  g_object_unref (own->cancellable);
  g_free (own);
}

void
tf__work_clear (TfWork *self)
{
  tf__work_leave_cancellable (self);
  g_clear_pointer (&self->own, free_cancellable);
  tf__pipe_clear (&self->pipe);
}

char *
tf__work_dup_location (TfWork *self)
{
  const TfWorkClass *klass = tf__work_get_class (self);
  const char        *location = NULL;

  if (klass->get_location != NULL)
    location = klass->get_location (self);

  return location == NULL ? tf__place_to_string (self->place) : g_strdup (location);
}

/* A request steps the state first and looks for the cancellable after; whoever makes the cancellable publishes it first
 * and looks at the state after. So at least one of the two sees the other. */
void
tf__work_release (TfWork *self)
{
  TfWorkCancellable *own = tf__load (&self->own);

  tf__pipe_release_senders (&self->pipe);

  /* Handlers of the user may run here, without any lock. */
  if (own != NULL)
    g_cancellable_cancel (own->cancellable);
}

gboolean
tf__work_request (TfWork       *self,
                  TfCancelEvent event)
{
  const TfWorkClass *klass = tf__work_get_class (self);

  if (tf__pipe_is_inherited (&self->pipe) || !tf__pipe_step (&self->pipe, event))
    return FALSE;

  /* Before a final message that the background may post because of the request. */
  if (event == TF_CANCEL_EVENT_ABORT)
    tf__pipe_post (&self->pipe, TF_NEWS_ABORT);

  if (klass->requested != NULL)
    klass->requested (self);
  tf__work_release (self);

  return TRUE;
}

static gboolean
request (TfWork       *self,
         TfCancelEvent event)
{
  const TfWorkClass *klass = tf__work_get_class (self);

  return klass->request == NULL ? tf__work_request (self, event) : klass->request (self, event);
}

gboolean
tf__work_is_refusing (TfWork *self)
{
  const TfWorkClass *klass = tf__work_get_class (self);

  return klass->is_refusing != NULL && klass->is_refusing (self);
}

gboolean
tf__work_cancel (TfWork *self)
{
  return !tf__work_is_refusing (self) && request (self, TF_CANCEL_EVENT_CANCEL);
}

gboolean
tf__work_abort (TfWork *self)
{
  return request (self, TF_CANCEL_EVENT_ABORT);
}

gboolean
tf__work_is_cancel_requested (TfWork *self)
{
  TfCancelState state = tf__pipe_get_cancel_state (&self->pipe);

  return state > TF_CANCEL_STATE_CLOSED && state < TF_CANCEL_STATE_ABORTED;
}

/* The handler of "cancelled" */

/* Data of the handler: work that counts its own references; or the future that a completion is embedded in, weakly,
 * since whoever forgets a promise may keep its cancellable. */
typedef struct
{
  TfWork  *work; /* (owned) (nullable) */
  GWeakRef future;
} Listener;

static void
on_cancelled_cb (GCancellable *cancellable,
                 Listener     *listener)
{
  TfWork              *work = listener->work;
  g_autoptr (TfFuture) future = NULL;

  if (work == NULL)
    {
      future = g_weak_ref_get (&listener->future);
      if (future == NULL)
        return;

      work = tf__future_get_private (future)->work;
    }

  /* In a worker process nobody delivers anything. */
  if (request (work, TF_CANCEL_EVENT_CANCEL) && work->pipe.dispatcher != NULL)
    tf__pipe_post (&work->pipe, TF_NEWS_CANCEL);
}

static void
free_listener (gpointer  data,
               GClosure *closure)
{
  Listener *listener = data;

  if (listener->work != NULL)
    listener->work->pipe.klass->unref (&listener->work->pipe);
  else
    g_weak_ref_clear (&listener->future);
  g_free (listener);
}

static void
join (TfWork            *self,
      TfWorkCancellable *own)
{
  Listener *listener = g_new0 (Listener, 1);

  if (tf__work_get_class (self)->kind == TF_WORK_COMPLETION)
    g_weak_ref_init (&listener->future, self->future);
  else
    listener->work = (TfWork *) self->pipe.klass->ref (&self->pipe);

  tf__store (&own->handler,
             g_signal_connect_data (own->cancellable, "cancelled", G_CALLBACK (on_cancelled_cb),
                                    listener, free_listener, 0));

  /* The end may have come while it was being connected. */
  if (!tf__pipe_is_wanted (&self->pipe))
    tf__work_leave_cancellable (self);
}

/* Not g_cancellable_disconnect(): it would wait for a handler that runs, perhaps further up on this very stack. */
void
tf__work_leave_cancellable (TfWork *self)
{
  TfWorkCancellable *own = tf__load (&self->own);
  gulong             handler = 0;

  if (own != NULL && tf__load (&own->handler) != 0)
    handler = tf__exchange (&own->handler, 0);
  if (handler != 0)
    g_signal_handler_disconnect (own->cancellable, handler);
}

GCancellable *
tf__work_ensure_cancellable (TfWork  *self,
                             gboolean is_joined)
{
  TfWorkCancellable *own = tf__load (&self->own);
  TfWorkCancellable *none = NULL;
  TfCancelState      state;

  if (own != NULL)
    return own->cancellable;

  own = g_new0 (TfWorkCancellable, 1);
  own->cancellable = g_cancellable_new ();
  if (!tf__cas (&self->own, &none, own))
    {
      free_cancellable (own);
      return none->cancellable;
    }

  state = tf__pipe_get_cancel_state (&self->pipe);
  if (tf__cancel_state_is_cancelled (state))
    g_cancellable_cancel (own->cancellable);
  else if (is_joined && tf__cancel_state_is_wanted (state))
    join (self, own);

  return own->cancellable;
}

void
tf__work_set_cancellable (TfWork       *self,
                          GCancellable *cancellable)
{
  self->own = g_new0 (TfWorkCancellable, 1);
  self->own->cancellable = g_object_ref (cancellable);
}

/* Connected first and looked at after, so that no cancel is missed; a cancel that is seen twice counts once. */
void
tf__work_join_cancellable (TfWork *self)
{
  TfWorkCancellable *own = tf__load (&self->own);

  if (own == NULL)
    return;

  join (self, own);
  if (g_cancellable_is_cancelled (own->cancellable))
    tf__work_request (self, TF_CANCEL_EVENT_CANCEL);
}

void
tf__work_close_undelivered (TfWork *self)
{
  tf__pipe_end (&self->pipe);
  tf__work_leave_cancellable (self);
}

gboolean
tf__work_is_outcome_elsewhere (TfWork *self)
{
  return tf__outcome_is_heavy (&self->outcome) && !tf__dispatcher_is_owner (self->pipe.dispatcher);
}
