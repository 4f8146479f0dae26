/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-future-private.h"

/* One weak reference for each owner, with a list of the futures bound to it: taking one of many
 * weak references off an object walks through all of them. */

typedef struct
{
  TfOwnerLink *first; /* [owners_lock] */
} Owner;

struct _TfOwnerLink
{
  TfFuture    *future;   /* [owners_lock] unbinds itself before it goes */
  gpointer     object;   /* [owners_lock] a key only, once the owner is gone */
  Owner       *owner;    /* (nullable) [owners_lock] NULL once the owner is gone */
  TfOwnerLink *next;     /* [owners_lock] */
  TfOwnerLink *previous; /* [owners_lock] */
};

static TfLock owners_lock;

/* clang-format off */
static G_DEFINE_QUARK (tf-owner, owner)

static void unlink_locked (TfOwnerLink *link) TF_CALLER_HOLDS (owners_lock);
/* clang-format on */

static void
unlink_locked (TfOwnerLink *link)
{
  if (link->owner == NULL)
    return;

  if (link->previous == NULL)
    link->owner->first = link->next;
  else
    link->previous->next = link->next;

  if (link->next != NULL)
    link->next->previous = link->previous;

  link->owner = NULL;
  link->next = NULL;
  link->previous = NULL;
}

/* The futures of an owner that goes, with a reference on each; their links stay with them, without
 * an owner. */
static GPtrArray *
take_futures (Owner *owner)
{
  GPtrArray *futures = g_ptr_array_new_with_free_func (g_object_unref);

  tf__lock (&owners_lock);
  while (owner->first != NULL)
    {
      g_ptr_array_add (futures, g_object_ref (owner->first->future));
      unlink_locked (owner->first);
    }
  tf__unlock (&owners_lock);

  return futures;
}

static void
on_owner_disposed_cb (gpointer data,
                      GObject *object)
{
  Owner     *owner = data;
  GPtrArray *futures;

  g_object_set_qdata (object, owner_quark (), NULL);
  futures = take_futures (owner);
  g_free (owner);

  for (guint i = 0; i < futures->len; i++)
    {
      TfFuture        *future = futures->pdata[i];
      TfFuturePrivate *priv = tf__future_get_private (future);

      if (tf__future_is_in_owner (future))
        {
          tf__enter_foreground ();
          tf__owner_unbind (future);
          tf__future_leave_owner (future, object);
        }
      else
        {
          /* Stops the work now; what the user can see follows in the owner context. The news first,
           * so that it is there before the end that the cancel brings. */
          tf__pipe_post (&priv->work->pipe, TF_NEWS_OWNER_GONE);
          tf__work_cancel (priv->work);
        }
    }

  g_ptr_array_unref (futures);
}

static Owner *
ensure_owner (GObject *object)
{
  Owner *owner;
  Owner *other;

  owner = g_object_get_qdata (object, owner_quark ());
  if (owner != NULL)
    return owner;

  owner = g_new0 (Owner, 1);
  other = NULL;
  if (!g_object_replace_qdata (object, owner_quark (), NULL, owner, NULL, NULL))
    {
      other = g_object_get_qdata (object, owner_quark ());
      g_free (owner);
      return other;
    }

  g_object_weak_ref (object, on_owner_disposed_cb, owner);
  return owner;
}

void
tf__owner_bind (TfFuture *self,
                GObject  *object)
{
  TfOwnerLink  *link = g_new0 (TfOwnerLink, 1);
  TfFutureMore *more;

  /* Whoever makes a future is its foreground as long as nobody else knows it. */
  tf__enter_foreground ();
  more = tf__future_ensure_more (self);
  tf__owner_unbind (self);

  link->future = self;
  link->object = object;
  link->owner = ensure_owner (object);

  tf__lock (&owners_lock);
  link->next = link->owner->first;
  if (link->next != NULL)
    link->next->previous = link;
  link->owner->first = link;
  more->owner_link = link;
  tf__unlock (&owners_lock);
}

void
tf__owner_bind_gone (TfFuture *self,
                     gpointer  key)
{
  TfOwnerLink *link = g_new0 (TfOwnerLink, 1);

  tf__enter_foreground ();
  link->future = self;
  link->object = key;
  tf__future_ensure_more (self)->owner_link = link;
}

void
tf__owner_unbind (TfFuture *self)
{
  TfFutureMore *more = tf__future_get_private (self)->more;
  TfOwnerLink  *link;

  /* Set and cleared by whoever makes the future, and in the owner context after; only the list is
   * shared. */
  if (more == NULL || more->owner_link == NULL)
    return;

  tf__lock (&owners_lock);
  link = g_steal_pointer (&more->owner_link);
  unlink_locked (link);
  tf__unlock (&owners_lock);

  g_free (link);
}

gpointer
tf__owner_take_gone (TfFuture *self)
{
  const TfFutureMore *more = tf__future_get_private (self)->more;
  gpointer            object = NULL;

  if (more == NULL || more->owner_link == NULL)
    return NULL;

  tf__lock (&owners_lock);
  if (more->owner_link->owner == NULL)
    object = more->owner_link->object;
  tf__unlock (&owners_lock);

  if (object != NULL)
    tf__owner_unbind (self);

  return object;
}
