/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-dispatcher-private.h"

#include "core/tf-clock-private.h"
#include "message/tf-foreign-loop-private.h"

/* The GSource of a dispatcher: when it is ready, its turns, and its life in the main context. */

/* A source of a priority above this one (GTK draws at 120) makes a pause after each turn that used
 * up its budget: without it the source would be ready always, and those below would never be. */
#define PAUSE_PRIORITY 121

typedef struct
{
  GSource       source;
  TfDispatcher *dispatcher; /* (nullable) NULL once detached */
} Source;

gboolean
tf__dispatcher_is_ready (TfDispatcher *self)
{
  gint64 due_us;

  if (self->first_ready != NULL || tf__dispatcher_has_inbox (self))
    return TRUE;

  due_us = tf__dispatcher_get_due (self);
  return due_us != G_MAXINT64 && due_us <= tf__clock_now ();
}

TF_FOREGROUND
static int
get_sleep_ms (TfDispatcher *self)
{
  gint64 due_us = tf__dispatcher_get_due (self);

  if (due_us == G_MAXINT64)
    return -1;

  return (int) MIN ((tf__clock_get_sleep (due_us) + 999) / 1000, G_MAXINT);
}

TF_FOREGROUND
static gboolean
is_paused (TfDispatcher *self)
{
  if (self->paused_to_us == 0)
    return FALSE;

  if (tf__clock_now () < self->paused_to_us)
    return TRUE;

  self->paused_to_us = 0;
  return FALSE;
}

static gboolean
prepare_source (GSource *source,
                int     *timeout_ms)
{
  TfDispatcher *self = ((Source *) source)->dispatcher;

  tf__enter_foreground ();

  *timeout_ms = -1;
  if (self == NULL)
    return FALSE;

  if (is_paused (self))
    {
      *timeout_ms = (int) (tf__clock_get_sleep (self->paused_to_us) / 1000 + 1);
      return FALSE;
    }

  /* From here on a push wakes the loop; the look into the inbox has to come after. */
  tf__dispatcher_arm (self);
  if (tf__dispatcher_is_ready (self))
    {
      tf__dispatcher_disarm (self);
      return TRUE;
    }

  *timeout_ms = get_sleep_ms (self);
  return FALSE;
}

static gboolean
check_source (GSource *source)
{
  TfDispatcher *self = ((Source *) source)->dispatcher;

  tf__enter_foreground ();

  if (self == NULL)
    return FALSE;

  tf__dispatcher_disarm (self);
  return !is_paused (self) && tf__dispatcher_is_ready (self);
}

static gboolean
dispatch_source (GSource    *source,
                 GSourceFunc callback,
                 gpointer    user_data)
{
  TfDispatcher *self = ((Source *) source)->dispatcher;
  gpointer      host;

  tf__enter_foreground ();

  if (self == NULL)
    return G_SOURCE_REMOVE;

  host = self->klass->host_ref (self->host);
  tf__dispatcher_set_owner (self, tf__current_thread ());
  tf__dispatcher_run_turn (self);

  if (self->first_ready != NULL && g_source_get_priority (source) < PAUSE_PRIORITY)
    self->paused_to_us = tf__clock_add (tf__clock_now (), self->budget_us / 2);

  if (self->klass->turn_ended != NULL)
    self->klass->turn_ended (host);
  self->klass->host_unref (host);

  return G_SOURCE_CONTINUE;
}

void
tf__dispatcher_plug (TfDispatcher *self)
{
  static GSourceFuncs funcs = { prepare_source, check_source, dispatch_source, NULL, NULL, NULL };

  if (self->source != NULL)
    return;

  self->source = g_source_new (&funcs, sizeof (Source));
  ((Source *) self->source)->dispatcher = self;
  g_source_set_static_name (self->source, "[tf] dispatcher");
  g_source_set_priority (self->source, self->priority);
  g_source_set_can_recurse (self->source, TRUE);
  g_source_attach (self->source, self->context);
}

void
tf__dispatcher_unplug (TfDispatcher *self)
{
  GSource *source = g_steal_pointer (&self->source);

  if (source == NULL)
    return;

  ((Source *) source)->dispatcher = NULL;
  g_source_destroy (source);
  g_source_unref (source);
  tf__dispatcher_disarm (self);
}

gboolean
tf__dispatcher_is_unplugged (TfDispatcher *self)
{
  return self->is_attached && self->source == NULL;
}

void
tf__dispatcher_attach (TfDispatcher *self)
{
  self->is_attached = TRUE;
  self->klass->host_ref (self->host);
  tf__dispatcher_plug (self);
}

void
tf__dispatcher_detach (TfDispatcher *self)
{
  if (!self->is_attached)
    return;

  self->is_attached = FALSE;
  tf__foreign_loop_close (self);
  tf__dispatcher_unplug (self);

  tf__dispatcher_drop_all (self);
  self->klass->host_unref (self->host);
}

void
tf__dispatcher_set_priority (TfDispatcher *self,
                             int           priority)
{
  self->priority = priority;
  if (self->source != NULL)
    g_source_set_priority (self->source, priority);
}
