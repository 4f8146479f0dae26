/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

#include "core/tf-clock-private.h"

/* How fast the rate follows: what was two seconds ago counts half. */
#define RATE_MEMORY_S 2.0

/* Nobody waits for that; what takes longer is not known. */
#define MAX_ETA_S (1000.0 * 365 * 24 * 3600)

static void
update_rate (TfProgressView *view,
             gint64          completed,
             gint64          elapsed_us,
             gint64          now_us)
{
  double seconds = (now_us - view->last_us) / (double) G_USEC_PER_SEC;
  double rate = view->rate;

  if (view->last_us == 0)
    {
      /* The first report: the average since the start. */
      rate = elapsed_us > 0 ? completed / (elapsed_us / (double) G_USEC_PER_SEC) : 0;
    }
  else if (seconds > 0)
    {
      double weight = seconds / (seconds + RATE_MEMORY_S);

      rate += weight * (((double) completed - (double) view->completed) / seconds - rate);
    }

  view->rate = MAX (rate, 0);
  view->last_us = now_us;
}

static gint64
get_eta (const TfProgressView *view)
{
  /* Numbers come from anywhere, and their difference may be too large. */
  double left = (double) view->total - (double) view->completed;

  if (view->total < 0)
    return -1;

  if (left <= 0)
    return 0;

  if (view->rate <= 0 || left / view->rate > MAX_ETA_S)
    return -1;

  return (gint64) (left / view->rate * G_USEC_PER_SEC);
}

static double
get_fraction (const TfProgressView *view)
{
  if (view->total <= 0)
    return 0;

  return CLAMP (view->completed / (double) view->total, 0, 1);
}

/* A handler may cancel, and then the rest is not told. */
TF_FOREGROUND
static void
notify_progress (TfFuture             *self,
                 const TfProgressView *old,
                 gboolean              is_status_new)
{
  TfProgressView view = tf__future_ensure_more (self)->progress;

  if (view.completed != old->completed)
    tf__future_notify_if_still (self, TF_PHASE_EXECUTING, TF_FUTURE_PROP_COMPLETED_STEPS);
  if (view.total != old->total)
    tf__future_notify_if_still (self, TF_PHASE_EXECUTING, TF_FUTURE_PROP_TOTAL_STEPS);
  if (get_fraction (&view) != get_fraction (old))
    tf__future_notify_if_still (self, TF_PHASE_EXECUTING, TF_FUTURE_PROP_FRACTION);
  if (is_status_new)
    tf__future_notify_if_still (self, TF_PHASE_EXECUTING, TF_FUTURE_PROP_STATUS);
  if (view.rate != old->rate)
    tf__future_notify_if_still (self, TF_PHASE_EXECUTING, TF_FUTURE_PROP_RATE);
  if (view.eta_us != old->eta_us)
    tf__future_notify_if_still (self, TF_PHASE_EXECUTING, TF_FUTURE_PROP_ETA);
  tf__future_notify_if_still (self, TF_PHASE_EXECUTING, TF_FUTURE_PROP_ELAPSED);
}

/* Takes @status over. */
TF_FOREGROUND
static void
show_progress (TfFuture *self,
               gint64    completed,
               gint64    total,
               char     *status,
               gboolean  is_status_new,
               gint64    now_us)
{
  TfProgressView *view;
  TfProgressView  old;

  if (tf__future_get_phase (self) != TF_PHASE_EXECUTING)
    {
      g_free (status);
      return;
    }

  view = &tf__future_ensure_more (self)->progress;
  old = *view;

  update_rate (view, completed, tf_future_get_elapsed (self), now_us);
  view->completed = completed;
  view->total = total;
  view->eta_us = get_eta (view);

  is_status_new = is_status_new && g_strcmp0 (status, view->status) != 0;
  if (is_status_new)
    {
      /* The old text is kept while handlers may still hold it. */
      view->status = status;
      status = old.status;
    }

  tf__future_begin_telling (self);
  notify_progress (self, &old, is_status_new);
  tf__future_end_telling (self);
  g_free (status);
}

void
tf__future_take_progress (TfFuture *self,
                          TfPipe   *pipe)
{
  TfDispatcher *dispatcher = pipe->dispatcher;
  gint64        completed;
  gint64        total;
  char         *status;
  gboolean      is_status_new;

  tf__pipe_take_slot (pipe, &completed, &total, &status, &is_status_new);
  tf__pipe_get_box (pipe)->due_us = tf__clock_add (dispatcher->now_us, dispatcher->interval_us);

  if (self != NULL && !tf__pipe_is_cancelled (pipe))
    show_progress (self, completed, total, status, is_status_new, dispatcher->now_us);
  else
    g_free (status);
}

static const TfProgressView *
get_view (TfFuture *self)
{
  static const TfProgressView none = { .total = -1, .eta_us = -1 };
  TfFuturePrivate            *priv = tf__future_get_private (self);

  return priv->more == NULL ? &none : &priv->more->progress;
}

/**
 * tf_future_get_fraction: (get-property fraction)
 * @self: a future
 *
 * Gets how much of the work is done.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: completed by total steps, from 0 to 1; 0 while the total is unknown or zero
 *
 * Since: 1.0
 */
double
tf_future_get_fraction (TfFuture *self)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), 0);

  return get_fraction (get_view (self));
}

/**
 * tf_future_get_completed_steps: (get-property completed-steps)
 * @self: a future
 *
 * Gets how many steps of the work are done.
 *
 * The number is the true one, also where it is larger than the total.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: the steps
 *
 * Since: 1.0
 */
gint64
tf_future_get_completed_steps (TfFuture *self)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), 0);

  return get_view (self)->completed;
}

/**
 * tf_future_get_total_steps: (get-property total-steps)
 * @self: a future
 *
 * Gets how many steps the work has.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: the steps, or -1 while nobody knows
 *
 * Since: 1.0
 */
gint64
tf_future_get_total_steps (TfFuture *self)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), -1);

  return get_view (self)->total;
}

/**
 * tf_future_get_status: (get-property status)
 * @self: a future
 *
 * Gets what the work says it is doing.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: (transfer none) (nullable): the text of the last report that had one, valid until the
 *   next one is delivered
 *
 * Since: 1.0
 */
const char *
tf_future_get_status (TfFuture *self)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), NULL);

  return get_view (self)->status;
}

/**
 * tf_future_get_rate: (get-property rate)
 * @self: a future
 *
 * Gets how fast the work goes, smoothed over about two seconds.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: steps in a second; 0 before the first report
 *
 * Since: 1.0
 */
double
tf_future_get_rate (TfFuture *self)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), 0);

  return get_view (self)->rate;
}

/**
 * tf_future_get_eta: (get-property eta)
 * @self: a future
 *
 * Gets how long the rest of the work takes if it goes on as it goes.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: microseconds, or -1 where nobody can tell
 *
 * Since: 1.0
 */
gint64
tf_future_get_eta (TfFuture *self)
{
  g_return_val_if_fail (TF_IS_FUTURE (self), -1);

  return get_view (self)->eta_us;
}

/**
 * tf_future_get_elapsed: (get-property elapsed)
 * @self: a future
 *
 * Gets for how long the work runs, or ran.
 *
 * The property is notified with each progress; it does not tick by itself.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the future is done.
 *
 * Returns: microseconds from the start until now, or until the end was delivered; 0 before the
 *   start
 *
 * Since: 1.0
 */
gint64
tf_future_get_elapsed (TfFuture *self)
{
  TfFuturePrivate *priv = tf__future_get_private (self);

  g_return_val_if_fail (TF_IS_FUTURE (self), 0);

  if (priv->work == NULL || tf__future_get_phase (self) == TF_PHASE_WAITING)
    return 0;

  return tf__work_get_elapsed (priv->work, tf__future_get_phase (self));
}
