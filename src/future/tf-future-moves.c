/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

/* What the owner context is told, and how: moves from one state to the next, and events. */

/* Emissions and callbacks on the stack of this thread. */
static _Thread_local guint n_calling;

void
tf__future_begin_calling (void)
{
  n_calling++;
}

void
tf__future_end_calling (void)
{
  n_calling--;
}

gboolean
tf__future_is_in_callback (void)
{
  return n_calling > 0;
}

/* A future that is derived from one that is done goes on when the emission is over: until then it needs a future that
 * is done. The other needs of @self are added to those that are @left. */
TF_FOREGROUND
static gboolean
is_blocked (TfFuture   *self,
            GPtrArray  *left,
            GHashTable *seen)
{
  TfWork            *work = tf__future_get_private (self)->work;
  const TfWorkClass *klass = tf__work_get_class (work);
  TfFuture          *need = NULL;

  if (tf__phase_is_done (tf__future_get_phase (self)))
    return TRUE;

  if (klass->is_calling != NULL && klass->is_calling (work))
    return TRUE;

  for (guint i = 0; klass->get_need != NULL && (need = klass->get_need (work, i)) != NULL; i++)
    {
      if (g_hash_table_add (seen, need))
        g_ptr_array_add (left, g_object_ref (need));
    }

  need = tf__future_follow_compound_wait (self);
  if (need != NULL && tf__future_is_in_owner (need) && g_hash_table_add (seen, need))
    g_ptr_array_add (left, g_steal_pointer (&need));
  g_clear_object (&need);
  return FALSE;
}

gboolean
tf__future_is_blocked_here (TfFuture *self)
{
  g_autoptr (GPtrArray)  left = NULL;
  g_autoptr (GHashTable) seen = NULL;

  if (n_calling == 0 || tf_future_is_done (self))
    return FALSE;

  left = g_ptr_array_new_with_free_func (g_object_unref);
  seen = g_hash_table_new (NULL, NULL);
  g_ptr_array_add (left, g_object_ref (self));
  while (left->len > 0)
    {
      g_autoptr (TfFuture) future = g_ptr_array_steal_index_fast (left, left->len - 1);

      if (is_blocked (future, left, seen))
        return TRUE;
    }

  return FALSE;
}

void
tf__future_begin_telling (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  priv->n_emitting++;
  tf__future_begin_calling ();
}

void
tf__future_end_telling (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  tf__future_end_calling ();
  if (--priv->n_emitting > 0 || !priv->is_owed)
    return;

  priv->is_owed = FALSE;
  g_object_unref (self);
}

void
tf__future_release (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  if (priv->n_emitting > 0)
    priv->is_owed = TRUE;
  else
    g_object_unref (self);
}

void
tf__future_notify_if_still (TfFuture    *self,
                            TfPhase      phase,
                            TfFutureProp prop)
{
  if (tf__future_get_phase (self) == phase)
    g_object_notify_by_pspec ((GObject *) self, tf__future_props[prop]);
}

TF_FOREGROUND
static void
emit_done (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  g_object_notify_by_pspec ((GObject *) self, tf__future_props[TF_FUTURE_PROP_DONE]);
  tf__owner_unbind (self);
  tf__work_get_class (priv->work)->settle (priv->work, self);
  g_signal_emit (self, tf__future_signals[TF_FUTURE_SIGNAL_DONE], 0);
  TF_FUTURE_GET_CLASS (self)->done (self);
  tf__future_run_continuations (self);
}

/* COMPLETED is a full bar and nothing left to do, whatever was reported. */
TF_FOREGROUND
static void
notify_full_progress (TfFuture *self)
{
  const TfFutureMore *more = tf__future_get_private (self)->more;

  if (tf__future_get_counted_fraction (self) != 1)
    g_object_notify_by_pspec ((GObject *) self, tf__future_props[TF_FUTURE_PROP_FRACTION]);
  if (more == NULL || more->progress.eta_us != 0)
    g_object_notify_by_pspec ((GObject *) self, tf__future_props[TF_FUTURE_PROP_ETA]);
}

TF_FOREGROUND
static void
emit_move (TfFuture *self,
           TfPhase   from,
           TfPhase   to)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  gboolean         is_done = tf__phase_is_done (to);

  if (to == TF_PHASE_COMPLETED)
    {
      if (tf__outcome_has_value (priv->outcome))
        g_object_notify_by_pspec ((GObject *) self, tf__future_props[TF_FUTURE_PROP_VALUE]);
      notify_full_progress (self);
    }
  else if (is_done)
    g_object_notify_by_pspec ((GObject *) self, tf__future_props[TF_FUTURE_PROP_ERROR]);

  if (tf__phase_get_state (from) != tf__phase_get_state (to))
    tf__future_notify_if_still (self, to, TF_FUTURE_PROP_STATE);
  if (tf__phase_is_cancellable (from) != tf__phase_is_cancellable (to) &&
      !tf__work_is_refusing (priv->work))
    tf__future_notify_if_still (self, to, TF_FUTURE_PROP_CANCELLABLE);

  if (is_done)
    emit_done (self);
}

gboolean
tf__future_move (TfFuture     *self,
                 TfFutureEvent event,
                 TfOutcome    *outcome)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  TfPhase          from;
  TfPhase          to;

  /* The owner may have gone on another thread, and that be the reason of the cancel, while the news of it are still on
   * their way: what is the owner's must not hear of the cancel. */
  if (event == TF_FUTURE_EVENT_CANCEL)
    tf__future_leave_gone_owner (self);

  from = tf__future_get_phase (self);
  to = tf__phase_after (from, event);

  if (to == TF_PHASE_REFUSED)
    return FALSE;

  if (to == from)
    return TRUE;

  if (to == TF_PHASE_COMPLETED || to == TF_PHASE_FAILED)
    priv->outcome = outcome;

  tf__future_store_phase (self, to);

  tf__future_begin_telling (self);
  emit_move (self, from, to);
  tf__future_end_telling (self);
  return TRUE;
}

void
tf__future_deliver_event (TfFuture *self,
                          TfEvent  *event)
{
  TfFutureClass *klass = TF_FUTURE_GET_CLASS (self);
  const GValue  *value = G_VALUE_TYPE (&event->value) == G_TYPE_INVALID ? NULL : &event->value;
  const char    *kind;

  if (tf__future_get_phase (self) != TF_PHASE_EXECUTING)
    return;

  tf__future_begin_telling (self);

  switch (event->road)
    {
    case TF_ROAD_PROGRESS:
      g_signal_emit (self, tf__future_signals[TF_FUTURE_SIGNAL_PROGRESS], 0, value);
      klass->progress (self, value);
      break;
    case TF_ROAD_ITEM:
      g_signal_emit (self, tf__future_signals[TF_FUTURE_SIGNAL_ITEM], 0, value);
      klass->item (self, value);
      break;
    case TF_ROAD_MESSAGE:
    default:
      kind = tf__event_get_kind (event);
      g_signal_emit (self, tf__future_signals[TF_FUTURE_SIGNAL_MESSAGE],
                     event->kind != 0 ? event->kind : g_quark_try_string (kind), kind, value);
      klass->message (self, kind, value);
      break;
    }

  tf__future_end_telling (self);
}
