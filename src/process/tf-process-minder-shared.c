/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "process/tf-process-private.h"

/* A thread with a main loop of its own. */
struct _TfMinder
{
  GMainContext *context; /* (owned) [const] */
  GMainLoop    *loop;    /* (owned) [const] */
  GThread      *thread;  /* (owned) [const] */
};

static gpointer
run (gpointer data)
{
  TfMinder *self = data;

  g_main_context_push_thread_default (self->context);
  g_main_loop_run (self->loop);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

TfMinder *
tf__minder_new (void)
{
  TfMinder *self = g_new0 (TfMinder, 1);

  self->context = g_main_context_new ();
  self->loop = g_main_loop_new (self->context, FALSE);
  self->thread = g_thread_new ("tf-minder", run, self);
  return self;
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
  /* In the loop, which may not have begun to run. */
  g_source_unref (tf__minder_add_timeout (self, 0, on_end_cb, self->loop, NULL));
  g_thread_join (self->thread);
  g_main_loop_unref (self->loop);
  g_main_context_unref (self->context);
  g_free (self);
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
