/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <tf/tf-error.h>

#include "core/tf-fork-private.h"
#include "process/tf-process-private.h"

/* A thread with a main loop of its own. */

/* How long the children may take to end by themselves when the minder is freed. A worker takes no more than half of it:
 * then its control thread ends it. */
#define END_PATIENCE_MS (10 * 1000)

/* How often children are looked at that have no descriptor to wait for, in milliseconds. */
#define LOOK_MS 100

/* GLib ends the program if it finds no descriptor for the wake-up of a main context; it needs at most two. */
#define N_WAKE_UP_FDS 2

struct _TfMinder
{
  gint          ref_count; /* [atomic] the owner and the thread */
  guint         n_forks;   /* [const] */
  GMainContext *context;   /* (owned) [const] until it is freed */
  GMainLoop    *loop;      /* (owned) [const] likewise */

  TfLock     lock;
  GCond      changed;
  gboolean   is_over;  /* [lock] nothing is called any more */
  GPtrArray *children; /* (nullable) [lock] of TfChild (owned): those that run */
};

/* The watch of a child. */
typedef struct
{
  TfMinder *minder; /* (unowned) owns the context that has the watch */
  TfChild  *child;  /* (owned) */
} Watch;

static void
minder_unref (TfMinder *self)
{
  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  g_clear_pointer (&self->children, g_ptr_array_unref);
  g_cond_clear (&self->changed);
  tf__lock_clear (&self->lock);
  g_free (self);
}

static void
unref_child (gpointer child)
{
  tf__child_unref (child);
}

/* Children */

/* Waits until one of them ends, or for @timeout_ms. */
static void
wait_for_any (GPtrArray *children,
              int        timeout_ms)
{
  struct pollfd *ends = g_new0 (struct pollfd, children->len);

  for (guint i = 0; i < children->len; i++)
    {
      ends[i] = (struct pollfd){ tf__child_get_fd (children->pdata[i]), POLLIN, 0 };
      if (ends[i].fd < 0)
        timeout_ms = MIN (timeout_ms, LOOK_MS);
    }
  poll (ends, children->len, timeout_ms);
  g_free (ends);
}

/* Nobody else looks after them any more. */
static void
wait_for_children (TfMinder *self)
{
  gint64     end_us = g_get_monotonic_time () + END_PATIENCE_MS * 1000;
  GPtrArray *left;

  tf__lock (&self->lock);
  left = g_steal_pointer (&self->children);
  tf__unlock (&self->lock);

  while (left->len > 0)
    {
      gboolean is_late = g_get_monotonic_time () >= end_us;

      for (guint i = left->len; i-- > 0;)
        {
          if (is_late)
            tf__child_signal (left->pdata[i], SIGKILL);
          if (tf__child_look (left->pdata[i], NULL) != TF_CHILD_RUNS)
            g_ptr_array_remove_index_fast (left, i);
        }
      if (left->len > 0)
        wait_for_any (left, END_PATIENCE_MS / 10);
    }

  g_ptr_array_unref (left);
}

static gboolean
on_child_cb (gpointer data)
{
  Watch *watch = data;

  if (tf__child_look (watch->child, NULL) == TF_CHILD_RUNS)
    return G_SOURCE_CONTINUE;

  tf__lock (&watch->minder->lock);
  g_ptr_array_remove_fast (watch->minder->children, watch->child);
  tf__unlock (&watch->minder->lock);
  return G_SOURCE_REMOVE;
}

static gboolean
on_child_fd_cb (int          fd,
                GIOCondition condition,
                gpointer     data)
{
  return on_child_cb (data);
}

static void
free_watch (gpointer data)
{
  Watch *watch = data;

  tf__child_unref (watch->child);
  g_free (watch);
}

/* The thread */

static gpointer
run (gpointer data)
{
  TfMinder *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);

  tf__lock (&self->lock);
  self->is_over = TRUE;
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);

  wait_for_children (self);
  minder_unref (self);
  return NULL;
}

static gboolean
has_descriptors (GError **error)
{
  int   fds[N_WAKE_UP_FDS];
  guint n = 0;
  int   code;

  while (n < N_WAKE_UP_FDS && (fds[n] = open ("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0)
    n++;
  code = errno;
  for (guint i = 0; i < n; i++)
    close (fds[i]);
  if (n == N_WAKE_UP_FDS)
    return TRUE;

  g_set_error (error, TF_ERROR, TF_ERROR_WORKER_START, "No descriptor for worker processes: %s",
               g_strerror (code));
  return FALSE;
}

TfMinder *
tf__minder_new (GError **error)
{
  g_autoptr (GError) own_error = NULL;
  TfMinder          *self;
  GThread           *thread;

  if (!has_descriptors (error))
    return NULL;

  self = g_new0 (TfMinder, 1);
  self->ref_count = 2;
  self->n_forks = tf__fork_count ();
  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->children = g_ptr_array_new_with_free_func (unref_child);
  tf__lock_init (&self->lock);
  g_cond_init (&self->changed);

  thread = g_thread_try_new ("tf-minder", run, self, &own_error);
  if (thread != NULL)
    {
      g_thread_unref (thread);
      return self;
    }

  g_set_error (error, TF_ERROR, TF_ERROR_WORKER_START, "No thread for worker processes: %s",
               own_error->message);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  minder_unref (self);
  minder_unref (self);
  return NULL;
}

static gboolean
on_end_cb (gpointer loop)
{
  g_main_loop_quit (loop);
  return G_SOURCE_REMOVE;
}

void
tf__minder_free (TfMinder *self)
{
  /* A child of fork() has no such thread, and shares the descriptors of the context. */
  if (self->n_forks != tf__fork_count ())
    return;

  /* In the loop, which may not have begun to run. */
  g_source_unref (tf__minder_add_timeout (self, 0, on_end_cb, self->loop, NULL));

  tf__lock (&self->lock);
  while (!self->is_over)
    tf__lock_wait (&self->lock, &self->changed);
  tf__unlock (&self->lock);

  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  minder_unref (self);
}

static GSource *
add (TfMinder      *self,
     GSource       *source,
     GSourceFunc    func,
     gpointer       data,
     GDestroyNotify data_free)
{
  g_source_set_callback (source, func, data, data_free);
  g_source_attach (source, self->context);
  return source;
}

GSource *
tf__minder_add_timeout (TfMinder      *self,
                        gint64         timeout_us,
                        GSourceFunc    func,
                        gpointer       data,
                        GDestroyNotify data_free)
{
  gint64 ms = timeout_us / 1000 + (timeout_us % 1000 > 0 ? 1 : 0);

  return add (self, g_timeout_source_new ((guint) CLAMP (ms, 0, G_MAXINT)), func, data, data_free);
}

GSource *
tf__minder_add_reader (TfMinder         *self,
                       int               fd,
                       GUnixFDSourceFunc func,
                       gpointer          data,
                       GDestroyNotify    data_free)
{
  return add (self, g_unix_fd_source_new (fd, G_IO_IN | G_IO_HUP), G_SOURCE_FUNC (func), data,
              data_free);
}

void
tf__minder_watch_child (TfMinder *self,
                        TfChild  *child)
{
  Watch   *watch = g_new (Watch, 1);
  int      fd = tf__child_get_fd (child);
  GSource *source;

  *watch = (Watch){ self, tf__child_ref (child) };

  tf__lock (&self->lock);
  g_ptr_array_add (self->children, tf__child_ref (child));
  tf__unlock (&self->lock);

  if (fd >= 0)
    source = add (self, g_unix_fd_source_new (fd, G_IO_IN), G_SOURCE_FUNC (on_child_fd_cb), watch,
                  free_watch);
  else
    source = add (self, g_timeout_source_new (LOOK_MS), on_child_cb, watch, free_watch);
  g_source_unref (source);
}
