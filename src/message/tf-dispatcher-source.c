/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-dispatcher-private.h"

#include "core/tf-clock-private.h"
#include "message/tf-foreign-loop-private.h"
#include "message/tf-timers-private.h"

/* The GSource of a dispatcher: when it is ready, its turns, and its life in the main context. */

/* A source of a priority above this one (GTK draws at 120) makes a pause after each turn that used
 * up its budget: without it the source would be ready always, and those below would never be. */
#define PAUSE_PRIORITY 121

/* An aged source is above this one: GTK lays out and draws below, and GLib does not even ask a source while a more
 * urgent one is ready. Sources of timers and input are above both. */
#define AGED_PRIORITY G_PRIORITY_HIGH_IDLE

/* Aged turns take 2 % of the time, and one is never further away than this. */
#define MAX_REST_US 50000
#define REST_FACTOR 50

typedef struct
{
  GSource       source;
  TfDispatcher *dispatcher; /* (nullable) NULL once detached */
} Source;

gboolean
tf__dispatcher_is_ready (TfDispatcher *self)
{
  gint64 due_us;

  self->nesting = tf__nesting_get ();
  if (self->nesting->innermost != NULL)
    tf__dispatcher_collect_inbox (self);
  if (tf__dispatcher_bring_forward (self) ||
      (self->nesting->innermost == NULL && tf__dispatcher_has_inbox (self)))
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
  if (self == NULL || tf__dispatcher_is_inherited (self))
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

  if (self == NULL || tf__dispatcher_is_inherited (self))
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

  if (self->first_ready != NULL && self->priority < PAUSE_PRIORITY)
    self->paused_to_us = tf__clock_add (tf__clock_now (), self->budget_us / 2);

  tf__dispatcher_end_turn (self);

  /* Pipes that are left begin to wait anew. */
  self->looked_us = g_get_monotonic_time ();
  self->waiting_us = 0;
  self->klass->host_unref (host);

  return G_SOURCE_CONTINUE;
}

/* The aged source gives a turn to what a more urgent source keeps out. It has no descriptor, no timeout and no wake-up
 * of its own: while such a source is ready the loop does not sleep, and asks this one in each iteration; otherwise the
 * first source delivers. What is found by a look came after the look before that, so pushing needs no clock. */

TF_FOREGROUND
static gboolean
is_timer_due (TfDispatcher *self)
{
  gint64 next_us = tf__timers_get_next (self);

  return next_us != G_MAXINT64 && next_us <= tf__clock_now ();
}

/* Before the sleep, what is there came while other sources were dispatched; after it, it has just come. */
TF_FOREGROUND
static gboolean
has_aged (TfDispatcher *self,
          gint64        now_us,
          gboolean      is_after_sleep)
{
  gint64 since_us = is_after_sleep ? now_us : self->looked_us;

  self->looked_us = now_us;
  if (!tf__dispatcher_is_ready (self))
    {
      self->waiting_us = 0;
      return FALSE;
    }

  if (self->waiting_us == 0)
    self->waiting_us = since_us;

  if (self->is_resting)
    return FALSE;

  return is_timer_due (self) || (now_us >= tf__clock_add (self->waiting_us, self->patience_us) &&
                                 now_us >= self->rests_to_us);
}

static gboolean
prepare_aged_source (GSource *source,
                     int     *timeout_ms)
{
  TfDispatcher *self = ((Source *) source)->dispatcher;

  tf__enter_foreground ();

  *timeout_ms = -1;
  return self != NULL && !tf__dispatcher_is_inherited (self) &&
         has_aged (self, g_source_get_time (source), FALSE);
}

static gboolean
check_aged_source (GSource *source)
{
  TfDispatcher *self = ((Source *) source)->dispatcher;
  gboolean      is_ready;

  tf__enter_foreground ();

  if (self == NULL || tf__dispatcher_is_inherited (self))
    return FALSE;

  is_ready = has_aged (self, g_source_get_time (source), TRUE);
  self->is_resting = FALSE;
  return is_ready;
}

static gboolean
dispatch_aged_source (GSource    *source,
                      GSourceFunc callback,
                      gpointer    user_data)
{
  TfDispatcher *self = ((Source *) source)->dispatcher;
  gint64        begin_us = g_get_monotonic_time ();
  gpointer      host;

  tf__enter_foreground ();

  if (self == NULL)
    return G_SOURCE_REMOVE;

  host = self->klass->host_ref (self->host);
  dispatch_source (source, callback, user_data);
  self->rests_to_us =
    self->looked_us + MIN (REST_FACTOR * (self->looked_us - begin_us), MAX_REST_US);
  self->is_resting = TRUE;
  self->klass->host_unref (host);

  return G_SOURCE_CONTINUE;
}

TF_FOREGROUND
static GSource *
attach_source (TfDispatcher *self,
               GSourceFuncs *funcs,
               const char   *name,
               int           priority)
{
  GSource *source = g_source_new (funcs, sizeof (Source));

  ((Source *) source)->dispatcher = self;
  g_source_set_static_name (source, name);
  g_source_set_priority (source, priority);
  g_source_set_can_recurse (source, TRUE);
  g_source_attach (source, self->context);
  return source;
}

TF_FOREGROUND
static void
detach_source (GSource *source)
{
  if (source == NULL)
    return;

  ((Source *) source)->dispatcher = NULL;
  g_source_destroy (source);
  g_source_unref (source);
}

/* A source that is above the priority of drawing is not kept out by that. */
TF_FOREGROUND
static void
update_aged_source (TfDispatcher *self)
{
  static GSourceFuncs funcs = {
    prepare_aged_source, check_aged_source, dispatch_aged_source, NULL, NULL, NULL
  };
  gboolean is_needed = self->source != NULL && self->priority >= PAUSE_PRIORITY;

  if (is_needed && self->aged_source == NULL)
    {
      self->looked_us = g_get_monotonic_time ();
      self->waiting_us = 0;
      self->is_resting = FALSE;
      self->aged_source = attach_source (self, &funcs, "[tf] aged dispatcher", AGED_PRIORITY);
    }
  else if (!is_needed)
    {
      detach_source (g_steal_pointer (&self->aged_source));
    }
}

void
tf__dispatcher_plug (TfDispatcher *self)
{
  static GSourceFuncs funcs = { prepare_source, check_source, dispatch_source, NULL, NULL, NULL };

  if (self->source != NULL)
    return;

  self->source = attach_source (self, &funcs, "[tf] dispatcher", self->priority);
  update_aged_source (self);
}

void
tf__dispatcher_unplug (TfDispatcher *self)
{
  if (self->source == NULL)
    return;

  detach_source (g_steal_pointer (&self->source));
  update_aged_source (self);
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
  if (self->source == NULL)
    return;

  g_source_set_priority (self->source, priority);
  update_aged_source (self);
}
