/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-dispatcher-private.h"

#ifdef __linux__
#include <glib/gstdio.h>
#include <sys/eventfd.h>
#endif

#include "core/tf-clock-private.h"
#include "core/tf-fork-private.h"
#include "message/tf-call-private.h"

void
tf__dispatcher_init_inbox (TfDispatcher *self)
{
  self->inbox = g_async_queue_new ();
  tf__lock_init (&self->turnstile);
}

void
tf__dispatcher_clear_inbox (TfDispatcher *self)
{
  tf__lock_clear (&self->turnstile);
  g_async_queue_unref (self->inbox);
}

/* (unowned) (nullable) Of the executor whose task this thread runs. */
static _Thread_local TfDispatcher *working_for;

void
tf__dispatcher_set_working_for (TfDispatcher *self)
{
  working_for = self;
}

/* The copy of such a thread, in a child by fork(), is the main thread of that. */
static gboolean
is_working (void)
{
  return working_for != NULL && !tf__dispatcher_is_inherited (working_for);
}

/* A thread that makes a dispatcher is likely to run its main context, unless it runs the function of a task: a thread
 * of a pool must not iterate the main context of the program. */
gpointer
tf__dispatcher_choose_owner (GMainContext *context)
{
  if (!is_working () || g_main_context_is_owner (context))
    return tf__current_thread ();

  if (working_for->context == context)
    return tf__load (&working_for->owner);

  return context == g_main_context_default () ? NULL : tf__current_thread ();
}

/* An owner that is not known belongs to the default main context. The main thread of the process may wait before its
 * loop has run for the first time, so it becomes the owner when it is first asked. */
static gboolean
claim (TfDispatcher *self)
{
  if (is_working () || !tf__is_main_thread () || tf__dispatcher_is_inherited (self))
    return FALSE;

  tf__dispatcher_set_owner (self, tf__current_thread ());
  return TRUE;
}

gboolean
tf__dispatcher_is_inherited (TfDispatcher *self)
{
  return tf__is_inherited (self->n_forks);
}

gboolean
tf__dispatcher_is_owner (TfDispatcher *self)
{
  gpointer owner = tf__load (&self->owner);

  return owner == tf__current_thread () || (owner == NULL && claim (self));
}

gboolean
tf__dispatcher_is_held (TfDispatcher *self)
{
  return tf__dispatcher_is_owner (self) && g_main_context_is_owner (self->context);
}

void
tf__dispatcher_set_owner (TfDispatcher *self,
                          gpointer      thread)
{
  if (tf__load (&self->owner) != thread)
    tf__store (&self->owner, thread);
}

/* A wake-up is lost for nobody: the push and the length() of prepare take the lock of the same
 * queue. Push first: prepare sees the pipe. Length first: this thread sees the flag and wakes the
 * loop, or another thread has taken the flag and wakes it, or the loop is awake and prepares again
 * before it sleeps. */
/* (unowned) (nullable) Where this thread has more to push at once. */
static _Thread_local TfDispatcher *held;

void
tf__dispatcher_hold_wakes (TfDispatcher *self)
{
  held = self;
}

void
tf__dispatcher_release_wakes (void)
{
  TfDispatcher *self = g_steal_pointer (&held);

  if (self != NULL)
    tf__dispatcher_wake_if_armed (self);
}

gboolean
tf__dispatcher_push (TfDispatcher *self,
                     TfPipe       *pipe)
{
  gboolean is_closed;

  if (tf__dispatcher_is_inherited (self))
    return FALSE;

  tf__lock (&self->turnstile);
  g_async_queue_lock (self->inbox);
  is_closed = self->is_closed;
  if (!is_closed)
    g_async_queue_push_unlocked (self->inbox, pipe);
  g_async_queue_unlock (self->inbox);
  tf__unlock (&self->turnstile);

  if (!is_closed && held != self)
    tf__dispatcher_wake_if_armed (self);

  return !is_closed;
}

void
tf__dispatcher_wake_if_armed (TfDispatcher *self)
{
  if (tf__load (&self->is_armed) && tf__exchange (&self->is_armed, FALSE))
    tf__dispatcher_wake (self);
}

/* Under the lock, so that a descriptor is not closed, and perhaps given to somebody else, while it is written to. */
void
tf__dispatcher_wake (TfDispatcher *self)
{
  if (tf__dispatcher_is_inherited (self))
    return;

  g_async_queue_lock (self->inbox);
#ifdef __linux__
  if (self->wake_fd >= 0)
    eventfd_write (self->wake_fd, 1);
  else
#endif
    g_main_context_wakeup (self->context);
  g_async_queue_unlock (self->inbox);
}

static void
free_nudge (TfCall *call)
{
  g_free (call);
}

void
tf__dispatcher_nudge (TfDispatcher *self)
{
  TfCall *call = g_new0 (TfCall, 1);

  tf__call_init (call, self, NULL, free_nudge);
  tf__call_post_last (call);
}

#ifdef __linux__

gboolean
tf__dispatcher_open_wake_fd (TfDispatcher *self)
{
  int fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);

  g_async_queue_lock (self->inbox);
  self->wake_fd = fd;
  g_async_queue_unlock (self->inbox);

  return fd >= 0;
}

int
tf__dispatcher_get_wake_fd (TfDispatcher *self)
{
  return self->wake_fd;
}

void
tf__dispatcher_drain_wake_fd (TfDispatcher *self)
{
  eventfd_t count;

  /* Nothing there is as good. */
  (void) eventfd_read (self->wake_fd, &count);
}

void
tf__dispatcher_close_wake_fd (TfDispatcher *self)
{
  int fd;

  g_async_queue_lock (self->inbox);
  fd = self->wake_fd;
  self->wake_fd = -1;
  g_async_queue_unlock (self->inbox);

  if (fd >= 0)
    g_close (fd, NULL);
}

#endif

void
tf__dispatcher_arm (TfDispatcher *self)
{
  tf__store (&self->is_armed, TRUE);
}

void
tf__dispatcher_disarm (TfDispatcher *self)
{
  tf__store (&self->is_armed, FALSE);
}

gboolean
tf__dispatcher_has_inbox (TfDispatcher *self)
{
  return g_async_queue_length (self->inbox) > 0;
}

/* The lock is that of the inbox. */
static TfPipe *
take_all_locked (TfDispatcher *self,
                 TfPipe      **last)
{
  TfPipe *first = NULL;
  TfPipe *pipe;

  *last = NULL;

  while ((pipe = g_async_queue_try_pop_unlocked (self->inbox)) != NULL)
    {
      pipe->next_ready = NULL;
      if (first == NULL)
        first = pipe;
      else
        (*last)->next_ready = pipe;
      *last = pipe;
    }

  return first;
}

TfPipe *
tf__dispatcher_take_inbox (TfDispatcher *self,
                           TfPipe      **last)
{
  TfPipe *first;

  tf__lock (&self->turnstile);
  g_async_queue_lock (self->inbox);
  first = take_all_locked (self, last);
  g_async_queue_unlock (self->inbox);
  tf__unlock (&self->turnstile);

  return first;
}

TfPipe *
tf__dispatcher_close_inbox (TfDispatcher *self,
                            TfPipe      **last)
{
  TfPipe *first;

  g_async_queue_lock (self->inbox);
  self->is_closed = TRUE;
  first = take_all_locked (self, last);
  g_async_queue_unlock (self->inbox);

  return first;
}

TfPipe *
tf__dispatcher_wait_inbox (TfDispatcher *self,
                           gint64        deadline_us)
{
  if (deadline_us == G_MAXINT64)
    return g_async_queue_pop (self->inbox);

  return g_async_queue_timeout_pop (self->inbox, tf__clock_get_sleep (deadline_us));
}
