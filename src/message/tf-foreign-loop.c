/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-foreign-loop-private.h"

#ifdef __linux__

#include <errno.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "core/tf-clock-private.h"
#include "message/tf-context-host-private.h"

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

  if (self->first_ready != NULL)
    tf__nesting_add_held (self->nesting, self);

  if (due_us != G_MAXINT64)
    {
      gint64 left_us = MAX (tf__clock_get_sleep (due_us), 1);

      time.it_value.tv_sec = left_us / G_USEC_PER_SEC;
      time.it_value.tv_nsec = left_us % G_USEC_PER_SEC * 1000;
    }

  timerfd_settime (self->timer_fd, 0, &time, NULL);
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    g_close (*fd, NULL);
  *fd = -1;
}

TF_FOREGROUND
static void
close_descriptors (TfDispatcher *self)
{
  tf__dispatcher_disarm (self);
  tf__nesting_forget_held (tf__nesting_get (), self);
  close_fd (&self->poll_fd);
  close_fd (&self->timer_fd);
  tf__dispatcher_close_wake_fd (self);
}

TF_FOREGROUND
static gboolean
switch_over (TfDispatcher *self,
             GError      **error)
{
  if (!open_descriptors (self, error))
    {
      close_descriptors (self);
      return FALSE;
    }

  tf__dispatcher_unplug (self);
  prepare (self);
  return TRUE;
}

TF_FOREGROUND
static void
leave_companion (TfDispatcher *self)
{
  TfContextHost *host = g_steal_pointer (&self->companion);
  TfDispatcher  *other = &host->dispatcher;

  g_ptr_array_remove (other->drivers, self);
  if (other->drivers->len == 0)
    {
      g_clear_pointer (&other->drivers, g_ptr_array_unref);
      close_descriptors (other);
      tf__dispatcher_plug (other);
    }

  tf__context_host_leave (host);
}

/* Several loops may drive the same: each has its descriptor in its own. */
TF_FOREGROUND
static gboolean
join_companion (TfDispatcher *self,
                GError      **error)
{
  TfDispatcher *other;

  self->companion = tf__context_host_enter (self->context);
  other = &self->companion->dispatcher;
  if (other->drivers == NULL)
    other->drivers = g_ptr_array_new ();
  g_ptr_array_add (other->drivers, self);

  if ((other->poll_fd >= 0 || switch_over (other, error)) &&
      watch (self->poll_fd, other->poll_fd, error))
    return TRUE;

  leave_companion (self);
  return FALSE;
}

int
tf__foreign_loop_open (TfDispatcher *self,
                       GError      **error)
{
  if (self->poll_fd >= 0)
    return self->poll_fd;

  if (!switch_over (self, error))
    return -1;

  if (!join_companion (self, error))
    {
      close_descriptors (self);
      tf__dispatcher_plug (self);
      return -1;
    }

  return self->poll_fd;
}

void
tf__foreign_loop_close (TfDispatcher *self)
{
  if (self->companion != NULL)
    leave_companion (self);

  close_descriptors (self);
}

TF_FOREGROUND
static void
dispatch (TfDispatcher *self)
{
  guint64 n_expirations;

  tf__dispatcher_disarm (self);
  tf__dispatcher_drain_wake_fd (self);
  if (read (self->timer_fd, &n_expirations, sizeof n_expirations) < 0 && errno != EAGAIN)
    g_warning ("The timer of a foreign loop cannot be read: %s", g_strerror (errno));

  tf__dispatcher_set_owner (self, tf__current_thread ());
  tf__dispatcher_run_turn (self);
  tf__dispatcher_end_turn (self);

  /* A handler may have gone back to the main context. */
  if (self->poll_fd >= 0)
    prepare (self);
}

void
tf__foreign_loop_dispatch (TfDispatcher *self)
{
  TfContextHost *companion;

  if (self->poll_fd < 0)
    return;

  dispatch (self);
  if (self->companion == NULL)
    return;

  companion = tf__context_host_ref (self->companion);
  dispatch (&companion->dispatcher);
  tf__context_host_unref (companion);
}

/* Those whose loops drive @self, each with a reference on its host: handlers may drop whom they like. */
TF_FOREGROUND
static GPtrArray *
ref_drivers (TfDispatcher *self)
{
  GPtrArray *drivers = g_ptr_array_new ();

  if (self->drivers == NULL)
    g_ptr_array_add (drivers, self);
  for (guint i = 0; self->drivers != NULL && i < self->drivers->len; i++)
    g_ptr_array_add (drivers, self->drivers->pdata[i]);

  for (guint i = 0; i < drivers->len; i++)
    {
      TfDispatcher *driver = drivers->pdata[i];

      driver->klass->host_ref (driver->host);
    }

  return drivers;
}

TF_FOREGROUND
static void
unref_drivers (GPtrArray *drivers)
{
  for (guint i = 0; i < drivers->len; i++)
    {
      TfDispatcher *driver = drivers->pdata[i];

      driver->klass->host_unref (driver->host);
    }

  g_ptr_array_unref (drivers);
}

/* A handler further up on the stack may be what is dispatched just now: so nothing is armed yet. */
TF_FOREGROUND
static void
sleep_until (GPtrArray *drivers,
             gint64     deadline_us)
{
  g_autofree struct pollfd *fds = g_new0 (struct pollfd, drivers->len);
  gint64                    sleep_us = tf__clock_get_sleep (deadline_us);

  for (guint i = 0; i < drivers->len; i++)
    {
      TfDispatcher *driver = drivers->pdata[i];

      prepare (driver);
      if (driver->companion != NULL)
        prepare (&driver->companion->dispatcher);
      fds[i] = (struct pollfd){ .fd = driver->poll_fd, .events = POLLIN };
    }

  poll (fds, drivers->len,
        sleep_us == G_MAXINT64 ? -1 : (int) MIN ((sleep_us + 999) / 1000, G_MAXINT));
}

gboolean
tf__foreign_loop_run_until (TfDispatcher *self,
                            gboolean (*is_over) (gpointer data),
                            gpointer data,
                            gint64   deadline_us)
{
  while (!is_over (data))
    {
      GPtrArray *drivers;

      if (tf__clock_now () >= deadline_us)
        return FALSE;

      drivers = ref_drivers (self);
      sleep_until (drivers, deadline_us);
      for (guint i = 0; i < drivers->len; i++)
        tf__foreign_loop_dispatch (drivers->pdata[i]);
      unref_drivers (drivers);
    }

  return TRUE;
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

gboolean
tf__foreign_loop_run_until (TfDispatcher *self,
                            gboolean (*is_over) (gpointer data),
                            gpointer data,
                            gint64   deadline_us)
{
  return is_over (data);
}

#endif
