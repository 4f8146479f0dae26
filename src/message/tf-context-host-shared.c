/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-context-host-private.h"

#include <pthread.h>

static TfLock      hosts_lock;
static GHashTable *hosts;           /* [hosts_lock] GMainContext → TfContextHost, neither owned */
static GHashTable *inherited_hosts; /* of the parent of this process: never looked at, but not leaked either */

/* The only thread of the child of a fork(). Another thread of the parent may have held the lock, and a host of the
 * parent delivers nothing here: the child makes hosts of its own. */
static void
on_child_forked (void)
{
  tf__lock_init (&hosts_lock);
  inherited_hosts = g_steal_pointer (&hosts);
}

TfContextHost *
tf__context_host_ref (TfContextHost *self)
{
  tf__add (&self->ref_count, 1);
  return self;
}

void
tf__context_host_unref (TfContextHost *self)
{
  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  tf__dispatcher_clear (&self->dispatcher);
  g_free (self);
}

static TfContextHost *
new_host (GMainContext *context)
{
  static gsize   is_watching;
  TfContextHost *self = g_new0 (TfContextHost, 1);

  if (g_once_init_enter (&is_watching))
    {
      pthread_atfork (NULL, NULL, on_child_forked);
      g_once_init_leave (&is_watching, 1);
    }

  self->ref_count = 1;
  self->n_users = 1;
  tf__dispatcher_init (&self->dispatcher, &tf__context_host_dispatcher_class, self, context);
  tf__call_init (&self->unused, &self->dispatcher, tf__context_host_on_unused, NULL);
  return self;
}

static void
add_user (TfContextHost *self)
{
  if (tf__add (&self->n_users, 1) == 0)
    tf__context_host_ref (self);
}

TfContextHost *
tf__context_host_enter_too (TfContextHost *self)
{
  tf__add (&self->n_users, 1);
  return self;
}

static TfContextHost *
find_host (GMainContext *context)
{
  TfContextHost *self;

  tf__lock (&hosts_lock);
  self = hosts == NULL ? NULL : g_hash_table_lookup (hosts, context);
  if (self != NULL)
    add_user (self);
  tf__unlock (&hosts_lock);

  return self;
}

/* Of two threads that make one at the same time, one is found by the other. */
static TfContextHost *
publish_host (TfContextHost *self)
{
  GMainContext  *context = self->dispatcher.context;
  TfContextHost *other;

  tf__lock (&hosts_lock);
  if (hosts == NULL)
    hosts = g_hash_table_new (NULL, NULL);
  other = g_hash_table_lookup (hosts, context);
  if (other == NULL)
    {
      g_hash_table_insert (hosts, context, self);
    }
  else
    {
      add_user (other);
    }
  tf__unlock (&hosts_lock);

  return other;
}

TfContextHost *
tf__context_host_enter (GMainContext *context)
{
  TfContextHost *self = find_host (context);
  TfContextHost *other;

  if (self != NULL)
    return self;

  /* Attached before another thread can find it: the owner may be another thread than the maker, and the attaching
   * writes what is the owner's. */
  self = new_host (context);
  tf__enter_foreground ();
  tf__context_host_attach (self);
  other = publish_host (self);
  if (other == NULL)
    return self;

  tf__context_host_leave (self);
  return other;
}

gboolean
tf__context_host_retire (TfContextHost *self)
{
  gboolean is_unused;

  tf__lock (&hosts_lock);
  is_unused = tf__load (&self->n_users) == 0;
  if (is_unused && hosts != NULL && g_hash_table_lookup (hosts, self->dispatcher.context) == self)
    {
      g_hash_table_remove (hosts, self->dispatcher.context);
      if (g_hash_table_size (hosts) == 0)
        g_clear_pointer (&hosts, g_hash_table_unref);
    }
  tf__unlock (&hosts_lock);

  return is_unused;
}

/* The maker is the owner until the loop dispatches, and another thread may be about to: so the source is only touched
 * here while nobody else can run the loop. */
static gboolean
detach_here (TfContextHost *self)
{
  GMainContext *context = self->dispatcher.context;

  if (!tf__dispatcher_is_owner (&self->dispatcher) || !g_main_context_acquire (context))
    return FALSE;

  tf__enter_foreground ();
  g_main_context_ref (context);
  tf__context_host_detach_if_unused (self);
  g_main_context_release (context);
  g_main_context_unref (context);
  return TRUE;
}

void
tf__context_host_leave (TfContextHost *self)
{
  if (tf__sub (&self->n_users, 1) != 1)
    return;

  if (!detach_here (self))
    tf__call_post (&self->unused);

  tf__context_host_unref (self);
}
