/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

#include "core/tf-clock-private.h"

/* Threads that block wait at one of a few places: a place in every future would cost 16 bytes for
 * something that hardly any future needs. */
#define N_SITES 16

typedef struct
{
  TfLock lock;
  GCond  is_done;
} WaitSite;

static WaitSite sites[N_SITES];

static const TfCompoundWaitClass *compound_wait_class; /* [atomic] set once, always to the same */

static WaitSite *
get_site (TfFuture *self)
{
  return &sites[(GPOINTER_TO_SIZE (self) >> 6) % N_SITES];
}

static void
wake_site (WaitSite *site)
{
  tf__lock (&site->lock);
  g_cond_broadcast (&site->is_done);
  tf__unlock (&site->lock);
}

TfPhase
tf__future_get_phase (TfFuture *self)
{
  return tf__load (&tf__future_get_private (self)->phase);
}

void
tf__future_store_phase (TfFuture *self,
                        TfPhase   phase)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  if (!tf__phase_is_done (phase))
    {
      tf__store_release (&priv->phase, (guint8) phase);
      return;
    }

  /* A waiter counts itself before it looks at the phase; so either it sees this one, or it is seen
   * here. */
  tf__store (&priv->phase, (guint8) phase);

  if (tf__load (&priv->n_waiters) > 0)
    wake_site (get_site (self));
}

static void
on_wait_cancelled_cb (GCancellable *cancellable,
                      WaitSite     *site)
{
  wake_site (site);
}

void
tf__future_wake_waiters (void)
{
  for (guint i = 0; i < N_SITES; i++)
    wake_site (&sites[i]);
}

static gboolean
is_hopeless (TfFuture *self,
             GError  **error)
{
  const TfCompoundWaitClass *klass = tf__load (&compound_wait_class);

  return klass != NULL && klass->is_hopeless (self, error);
}

static gboolean
wait_at_site (TfFuture     *self,
              WaitSite     *site,
              gint64        deadline_us,
              GCancellable *cancellable)
{
  gboolean is_in_time = TRUE;

  tf__lock (&site->lock);
  while (is_in_time && !tf__phase_is_done (tf__future_get_phase (self)) &&
         !g_cancellable_is_cancelled (cancellable) && !is_hopeless (self, NULL))
    is_in_time = tf__clock_wait (&site->lock, &site->is_done, deadline_us);
  tf__unlock (&site->lock);

  return is_in_time;
}

gboolean
tf__future_block (TfFuture     *self,
                  gint64        deadline_us,
                  GCancellable *cancellable,
                  GError      **error)
{
  WaitSite *site = get_site (self);
  gulong    handler = 0;

  if (cancellable != NULL)
    handler = g_cancellable_connect (cancellable, G_CALLBACK (on_wait_cancelled_cb), site, NULL);

  tf__future_begin_waiting (self);
  wait_at_site (self, site, deadline_us, cancellable);
  tf__future_end_waiting (self);

  g_cancellable_disconnect (cancellable, handler);

  if (tf__phase_is_done (tf__future_get_phase (self)))
    return TRUE;

  if (!is_hopeless (self, error) && !g_cancellable_set_error_if_cancelled (cancellable, error))
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "Task “%s” was not done in time",
                 tf_future_get_name (self));

  return FALSE;
}

void
tf__future_begin_waiting (TfFuture *self)
{
  tf__add (&tf__future_get_private (self)->n_waiters, 1);
}

void
tf__future_end_waiting (TfFuture *self)
{
  tf__sub (&tf__future_get_private (self)->n_waiters, 1);
}

/* The mark belongs to the failure, which derived futures share with the one where it began. */
void
tf__future_mark_read (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  TfPhase          phase = tf__future_get_phase (self);

  if (phase == TF_PHASE_FAILED)
    tf__store (&tf__outcome_get_failure (priv->outcome)->is_read, TRUE);
  else if (!tf__phase_is_done (phase))
    tf__store (&priv->is_handled, TRUE);
}

/* A failure that was handled before it came gets its mark now, at the latest. */
gboolean
tf__future_is_unread (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  if (tf__load (&priv->is_handled))
    tf__future_mark_read (self);

  return priv->outcome == &priv->work->outcome &&
         !tf__load (&tf__outcome_get_failure (priv->outcome)->is_read);
}

/* If another thread drops the last but one at this moment, this is not the last dispose. */
gboolean
tf__future_has_last_reference (TfFuture *self)
{
  return tf__load (&((GObject *) self)->ref_count) == 1;
}

gboolean
tf__future_is_waited_for (TfFuture *self)
{
  return tf__load (&tf__future_get_private (self)->n_waiters) > 0;
}

void
tf__future_set_compound_wait_class (const TfCompoundWaitClass *klass)
{
  if (tf__load_relaxed (&compound_wait_class) != klass)
    tf__store (&compound_wait_class, klass);
}

TfFuture *
tf__future_dup_awaited (TfFuture *self)
{
  const TfCompoundWaitClass *klass = tf__load (&compound_wait_class);

  return klass == NULL ? NULL : klass->dup_awaited (self);
}

gboolean
tf__future_begin_compound_wait (TfFuture *self,
                                GError  **error)
{
  const TfCompoundWaitClass *klass = tf__load (&compound_wait_class);

  return klass == NULL || klass->begin (self, error);
}

void
tf__future_end_compound_wait (TfFuture *self)
{
  const TfCompoundWaitClass *klass = tf__load (&compound_wait_class);

  if (klass != NULL)
    klass->end (self);
}

TfFuture *
tf__future_follow_compound_wait (TfFuture *self)
{
  const TfCompoundWaitClass *klass = tf__load (&compound_wait_class);

  return klass == NULL ? NULL : klass->follow (self);
}
