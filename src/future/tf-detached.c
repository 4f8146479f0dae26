/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-detached-private.h"

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "message/tf-message-private.h"

/* What the future asks of its work */

static void
unref_work (TfWork *work)
{
  TfDetached *self = (TfDetached *) work;

  /* What the user gave is freed in the owner context. */
  if (tf__work_is_outcome_elsewhere (work))
    {
      TfContextHost *host = tf__context_host_ref (self->host);

      tf__pipe_post_last (&work->pipe, TF_NEWS_REAP);
      tf__context_host_unref (host);
    }
  else
    {
      tf__detached_unref (self);
    }
}

static const char *
get_name (TfWork *work)
{
  return "detached";
}

static const char *
get_location (TfWork *work)
{
  return "a detached future";
}

static gboolean
begin_wait (TfWork  *work,
            GError **error)
{
  return TRUE;
}

static void
end_wait (TfWork *work)
{
}

TF_FOREGROUND
static void
free_data (TfDetached *self)
{
  GDestroyNotify data_free = self->data_free;

  self->data_free = NULL;
  if (data_free != NULL)
    data_free (g_steal_pointer (&self->data));
}

static void
settle (TfWork   *work,
        TfFuture *future)
{
  TfDetached *self = (TfDetached *) work;

  tf__enter_foreground ();

  tf__work_leave_cancellable (work);
  if (tf__detached_leave_data (self))
    free_data (self);
}

/* What the future is told */

static void
deliver (TfPipe  *pipe,
         TfNews   news,
         TfEvent *event)
{
  TfDetached *self = (TfDetached *) pipe;

  tf__enter_foreground ();

  switch (news)
    {
    case TF_NEWS_LOOK:
      /* A call of the cancel function has returned after the end. */
      free_data (self);
      break;
    case TF_NEWS_ABORT:
      tf__work_give_up (&self->work);
      break;
    case TF_NEWS_CANCEL:
    case TF_NEWS_OWNER_GONE:
    case TF_NEWS_REAP:
    case TF_NEWS_STARTED:
    case TF_NEWS_RETURNED:
    case TF_NEWS_CALL:
    case TF_NEWS_EVENTS:
    case TF_NEWS_PROGRESS:
    case TF_NEWS_FINAL:
    case TF_NEWS_TIMER:
    case TF_NEWS_NONE:
    default:
      if (!tf__work_deliver (&self->work, news, event))
        g_assert_not_reached ();
    }
}

static TfPipe *
pipe_ref (TfPipe *pipe)
{
  return &tf__detached_ref ((TfDetached *) pipe)->work.pipe;
}

static void
pipe_unref (TfPipe *pipe)
{
  tf__detached_unref ((TfDetached *) pipe);
}

static const TfWorkClass work_class = {
  .pipe = { deliver, pipe_ref, pipe_unref },
  .kind = TF_WORK_DETACHED,
  .unref = unref_work,
  .get_name = get_name,
  .get_location = get_location,
  .request = tf__detached_request,
  .requested = tf__detached_requested,
  .begin_wait = begin_wait,
  .end_wait = end_wait,
  .settle = settle,
};

/**
 * tf_future_new_detached:
 * @future_type: [class@Future] or a class derived from it
 * @cancel_func: (nullable) (scope notified) (closure user_data) (destroy user_data_free): asks
 *   whoever does the work to stop
 * @user_data: data for @cancel_func
 * @user_data_free: (nullable): frees @user_data, in the owner context, before [signal@Future::done]
 *
 * Makes a future for work that no executor runs.
 *
 * It belongs to the thread-default main context, and is told what becomes of the work by
 * [method@Future.deliver]. It lives until it is done and has told so; a future whose work never ends
 * has to be aborted.
 *
 * @cancel_func is called once, by the first cancel or abort. The state is `CANCELLING` then, until a
 * final message was delivered, unless the future was aborted. If @cancel_func is still running when
 * the future is done, @user_data is freed in the next turn of the main loop after it has returned.
 *
 * ## Threads
 *
 * May be called from any thread, which is then the owner until another one dispatches the main
 * context. The function of a task that does so for the default main context does not become the owner: the main thread
 * is, or the owner of the executor that runs the task. @cancel_func is called on the thread that cancels.
 *
 * Returns: (transfer full): the future
 *
 * Since: 1.0
 */
TfFuture *
tf_future_new_detached (GType          future_type,
                        TfCancelFunc   cancel_func,
                        gpointer       user_data,
                        GDestroyNotify user_data_free)
{
  TfDetached *self;
  TfFuture   *future;

  g_return_val_if_fail (g_type_is_a (future_type, TF_TYPE_FUTURE), NULL);
  g_return_val_if_fail (!G_TYPE_IS_ABSTRACT (future_type), NULL);

  self = tf__detached_new (&work_class);
  self->cancel_func = cancel_func;
  self->data = user_data;
  self->data_free = user_data_free;
  future = tf__future_new (future_type, &self->work);
  self->work.future = g_object_ref (future);
  return future;
}

/* Moves the outcome of the message into the work, where the future finds it. */
TF_FOREGROUND
static void
deliver_final (TfDetached   *self,
               TfFutureEvent event,
               TfOutcome    *outcome)
{
  TfCancelState before;

  /* Given up: told already, or in the next turn. Only the owner context gives up. */
  if (tf__pipe_get_cancel_state (&self->work.pipe) == TF_CANCEL_STATE_ABORTED)
    return;

  before = tf__work_close (&self->work);
  if (!tf__cancel_state_is_cancelled (before))
    {
      self->work.outcome = *outcome;
      *outcome = (TfOutcome){ 0 };
    }

  tf__work_end (&self->work, before, event, &self->work.outcome);
}

static const TfFutureEvent events[] = {
  [TF_MESSAGE_STARTED] = TF_FUTURE_EVENT_STARTED,
  [TF_MESSAGE_RETURNED] = TF_FUTURE_EVENT_RETURNED,
  [TF_MESSAGE_RAISED] = TF_FUTURE_EVENT_RAISED,
  [TF_MESSAGE_ABANDONED] = TF_FUTURE_EVENT_ABANDONED,
  [TF_MESSAGE_EVENT] = TF_FUTURE_EVENT_MESSAGE,
};

/* A request of another thread whose own message has not come yet counts already. */
TF_FOREGROUND
static gboolean
is_legal (TfFuture     *self,
          TfDetached   *work,
          TfFutureEvent event)
{
  tf__work_tell_cancel (&work->work);

  return tf__phase_after (tf__future_get_phase (self), event) != TF_PHASE_REFUSED;
}

TF_FOREGROUND
static void
take_message (TfFuture   *self,
              TfDetached *work,
              TfMessage  *message)
{
  if (message->type == TF_MESSAGE_EVENT)
    {
      tf__future_deliver_event (self, &message->event);
    }
  else if (message->type == TF_MESSAGE_STARTED)
    {
      if (!tf_future_is_done (self))
        {
          work->work.pipe.is_timed = TRUE;
          work->work.time_us = tf__clock_now ();
        }
      tf__future_move (self, TF_FUTURE_EVENT_STARTED, NULL);
    }
  else
    {
      deliver_final (work, events[message->type], &message->outcome);
    }
}

/**
 * tf_future_deliver:
 * @self: a detached future
 * @message: (transfer full): what its work has to tell
 * @is_final: (out) (optional): whether nothing may follow
 * @error: return location for an error, or `NULL`
 *
 * Tells a detached future what becomes of its work, and so moves it on.
 *
 * Of a future that was cancelled, messages that are not final are dropped silently, and of one that
 * was aborted all are.
 *
 * ## Errors
 *
 * After an error the future is as it was.
 *
 * - `TF_ERROR_INVALID_STATE`: the message does not fit the state: as one before "started", a second
 *   "started", an "abandoned" of work that has started or was not cancelled, or any after the end.
 *
 * ## Threads
 *
 * Call in the owner context.
 *
 * Returns: true if the message was accepted; false with @error set otherwise
 *
 * Since: 1.0
 */
gboolean
tf_future_deliver (TfFuture  *self,
                   TfMessage *message,
                   gboolean  *is_final,
                   GError   **error)
{
  TfFuturePrivate *priv = tf__future_get_private (self);
  gboolean         is_accepted;

  g_return_val_if_fail (TF_IS_FUTURE (self), FALSE);
  g_return_val_if_fail (priv->work != NULL && priv->work->pipe.klass == &work_class.pipe, FALSE);
  g_return_val_if_fail (message != NULL, FALSE);
  g_return_val_if_fail (error == NULL || *error == NULL, FALSE);
  tf__enter_foreground ();
  tf__return_val_if_not_owner (self, FALSE);

  g_object_ref (self);
  is_accepted = is_legal (self, (TfDetached *) priv->work, events[message->type]);
  if (!is_accepted)
    g_set_error (error, TF_ERROR, TF_ERROR_INVALID_STATE,
                 "The message “%s” does not fit the state of the future",
                 tf_message_get_kind (message));
  else if (is_final != NULL)
    *is_final = tf_message_is_final (message);

  if (is_accepted)
    take_message (self, (TfDetached *) priv->work, message);
  tf_message_free (message);
  g_object_unref (self);
  return is_accepted;
}
