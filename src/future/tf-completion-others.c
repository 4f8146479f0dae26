/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-completion-private.h"

/* What one completion asks of the futures around it: who listens to them, what they wait for, and to stop. */

static gboolean
has_callback (TfWork *work)
{
  const TfWorkClass *klass = tf__work_get_class (work);

  return klass->has_callback != NULL && klass->has_callback (work);
}

gboolean
tf__completion_has_other_listeners (TfFuture       *future,
                                    TfContinuation *own)
{
  TfFuturePrivate *priv = tf__future_get_private (future);

  return tf__future_is_waited_for (future) || priv->continuations != own ||
         (own != NULL && own->next != NULL) ||
         has_callback (priv->work) ||
         tf__future_has_end_handlers (future);
}

gboolean
tf__completion_is_missed (TfFuture *future)
{
  if (tf__completion_has_other_listeners (future, NULL))
    return TRUE;

  if (!tf__future_is_watched (future))
    return FALSE;

  tf__future_mark_read (future);
  return TRUE;
}

TF_FOREGROUND
static TfFuture *
get_need (TfFuture *future,
          guint     index)
{
  TfWork *work = tf__future_get_private (future)->work;

  if (work == NULL || tf__work_get_class (work)->get_need == NULL || tf_future_is_done (future))
    return NULL;

  return tf__work_get_class (work)->get_need (work, index);
}

/* The first of those without which @future cannot end; the others are put among those that are @left. */
TF_FOREGROUND
static TfFuture *
follow_needs (TfFuture   *future,
              GPtrArray  *left,
              GHashTable *seen)
{
  TfFuture *first = get_need (future, 0);
  TfFuture *need;

  for (guint i = 1; first != NULL && (need = get_need (future, i)) != NULL; i++)
    {
      if (g_hash_table_add (seen, need))
        g_ptr_array_add (left, need);
    }

  /* A chain alone has no end in itself, and is not worth remembering. */
  return first == NULL || g_hash_table_size (seen) == 0 || g_hash_table_add (seen, first) ? first
                                                                                          : NULL;
}

gboolean
tf__completion_waits_for (TfFuture *other,
                          TfFuture *future)
{
  GPtrArray  *left = g_ptr_array_new ();
  GHashTable *seen = g_hash_table_new (NULL, NULL);

  while (other != NULL && other != future)
    {
      other = follow_needs (other, left, seen);
      if (other == NULL && left->len > 0)
        other = g_ptr_array_steal_index_fast (left, left->len - 1);
    }

  g_hash_table_unref (seen);
  g_ptr_array_unref (left);
  return other == future;
}

/* Known to be the origin before it is told, since handlers may ask. */
gboolean
tf__completion_cancel_other (TfCompletion *self,
                             TfFuture     *other,
                             const GError *reason)
{
  TfFutureMore *more = tf__future_ensure_more (other);
  gboolean      had_origin = more->origin != NULL;
  gboolean      is_done;

  g_object_ref (other);
  tf__future_set_cancel_origin (other, self->work.future);
  is_done = reason == NULL ? tf_future_cancel (other)
                           : tf_future_abort_with_error (other, g_error_copy (reason), NULL);
  if (!is_done && !had_origin)
    tf__future_forget_cancel_origin (other);
  g_object_unref (other);
  return is_done;
}

gboolean
tf__completion_stop_other (TfCompletion   *self,
                           TfFuture       *other,
                           TfContinuation *own,
                           const GError   *reason)
{
  TfCompletion        *completion = tf__completion_of (other);
  g_autoptr (TfFuture) held = NULL;

  if (tf__completion_has_other_listeners (other, own))
    return FALSE;

  if (completion == NULL)
    return tf__completion_cancel_other (self, other, reason);

  if (tf__work_is_refusing (&completion->work))
    return FALSE;

  /* Handlers of its cancellable may let go of whoever listens to it, and drop it then. */
  held = g_object_ref (other);
  if (reason == NULL)
    {
      if (!tf__work_request (&completion->work, TF_CANCEL_EVENT_CANCEL))
        return FALSE;
    }
  else
    {
      TfFutureMore *more = tf__future_ensure_more (other);

      if (more->asked_reason != NULL || more->reason != NULL)
        return FALSE;

      more->asked_reason = g_error_copy (reason);
    }

  tf__future_set_cancel_origin (other, self->work.future);
  tf__pipe_post (&completion->work.pipe, TF_NEWS_CANCEL);
  return TRUE;
}
