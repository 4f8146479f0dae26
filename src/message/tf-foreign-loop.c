/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-foreign-loop-private.h"

#ifdef __linux__

#include <errno.h>
#include <glib/gstdio.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/tf-clock-private.h"

static gboolean
fail (GError    **error,
      const char *what)
{
  int code = errno;

  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (code), "%s: %s", what, g_strerror (code));
  return FALSE;
}

static gboolean
watch (int      poll_fd,
       int      fd,
       GError **error)
{
  struct epoll_event event = { .events = EPOLLIN };

  return epoll_ctl (poll_fd, EPOLL_CTL_ADD, fd, &event) == 0 || fail (error, "epoll_ctl");
}

TF_FOREGROUND
static gboolean
open_descriptors (TfDispatcher *self,
                  GError      **error)
{
  if (!tf__dispatcher_open_wake_fd (self))
    return fail (error, "eventfd");

  self->timer_fd = timerfd_create (CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
  if (self->timer_fd < 0)
    return fail (error, "timerfd_create");

  self->poll_fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->poll_fd < 0)
    return fail (error, "epoll_create1");

  return watch (self->poll_fd, tf__dispatcher_get_wake_fd (self), error) &&
         watch (self->poll_fd, self->timer_fd, error);
}

/* Before the foreign loop sleeps, as prepare does for the source: what comes in from here on makes the descriptor
 * readable, and what was there before makes it so now. */
TF_FOREGROUND
static void
prepare (TfDispatcher *self)
{
  gint64            due_us = tf__dispatcher_get_due (self);
  struct itimerspec time = { 0 };

  tf__dispatcher_arm (self);
  if (tf__dispatcher_is_ready (self))
    {
      tf__dispatcher_disarm (self);
      tf__dispatcher_wake (self);
      return;
    }

  if (due_us != G_MAXINT64)
    {
      gint64 left_us = MAX (tf__clock_get_sleep (due_us), 1);

      time.it_value.tv_sec = left_us / G_USEC_PER_SEC;
      time.it_value.tv_nsec = left_us % G_USEC_PER_SEC * 1000;
    }

  timerfd_settime (self->timer_fd, 0, &time, NULL);
}

int
tf__foreign_loop_open (TfDispatcher *self,
                       GError      **error)
{
  if (self->poll_fd >= 0)
    return self->poll_fd;

  if (!open_descriptors (self, error))
    {
      tf__foreign_loop_close (self);
      return -1;
    }

  tf__dispatcher_unplug (self);
  prepare (self);
  return self->poll_fd;
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    g_close (*fd, NULL);
  *fd = -1;
}

void
tf__foreign_loop_close (TfDispatcher *self)
{
  tf__dispatcher_disarm (self);
  close_fd (&self->poll_fd);
  close_fd (&self->timer_fd);
  tf__dispatcher_close_wake_fd (self);
}

void
tf__foreign_loop_dispatch (TfDispatcher *self)
{
  guint64 n_expirations;

  if (self->poll_fd < 0)
    return;

  tf__dispatcher_disarm (self);
  tf__dispatcher_drain_wake_fd (self);
  if (read (self->timer_fd, &n_expirations, sizeof n_expirations) < 0 && errno != EAGAIN)
    g_warning ("The timer of a foreign loop cannot be read: %s", g_strerror (errno));

  tf__dispatcher_set_owner (self, tf__current_thread ());
  if (self->klass->turn_began != NULL)
    self->klass->turn_began (self->host);
  tf__dispatcher_run_turn (self);
  if (self->klass->turn_ended != NULL)
    self->klass->turn_ended (self->host);

  /* A handler may have gone back to the main context. */
  if (self->poll_fd >= 0)
    prepare (self);
}

#else

int
tf__foreign_loop_open (TfDispatcher *self,
                       GError      **error)
{
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED,
                       "This system has no descriptors for foreign loops");
  return -1;
}

void
tf__foreign_loop_close (TfDispatcher *self)
{
}

void
tf__foreign_loop_dispatch (TfDispatcher *self)
{
}

#endif
