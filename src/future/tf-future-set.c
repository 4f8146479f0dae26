/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-set-private.h"

/**
 * TfFutureSet:
 *
 * A future that stands for several others: all of them, or the first.
 *
 * - [func@Future.all] completes, without a value, when all members have; the results are read from the members. It
 *   fails or is cancelled as the first member that does, at once or, with `TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL`, when all
 *   are done.
 * - [func@Future.any] completes with the value of the first member that completes; when none has, it ends as the last
 *   one did.
 * - [func@Future.race] ends as the first member that is done, well, badly or by a cancel.
 *
 * [func@Future.any_skipping] and [func@Future.race_skipping] ask a function of yours which of them count.
 *
 * The members keep their places: the set is a [iface@Gio.ListModel] of them, which does not change, and
 * [method@FutureSet.get_winner] tells which one decided. A future that is given twice counts once for each place. The
 * progress of a set is the number of its members that are done.
 *
 * Cancelling a set cancels those members that nobody else listens to, and ends when they have; if there are none, it
 * ends at once.
 *
 * ## Life
 *
 * Each member holds the set as long as both are pending, so it is safe to drop it; and the set holds the members that
 * are done. One that is still pending when the set is done keeps its place, but the set does not hold it: if everybody
 * else drops it, it ends as a promise does that somebody listens to, with `TF_ERROR_ABANDONED`, and counts as read.
 * So futures and sets never hold each other in a circle.
 *
 * ## Threads
 *
 * All members belong to the same main context, and so does the set. Call all functions in this context, or on any
 * thread once the set is done.
 *
 * Since: 1.0
 */

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfFutureSet, tf_future_set, TF_TYPE_FUTURE,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static void
tf_future_set_init (TfFutureSet *self)
{
  self->winner = -1;
  self->last = -1;
}

static void
tf_future_set_finalize (GObject *object)
{
  TfFutureSet *self = (TfFutureSet *) object;

  tf__set_free_members (self);
  G_OBJECT_CLASS (tf_future_set_parent_class)->finalize (object);
}

static void
tf_future_set_class_init (TfFutureSetClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = tf_future_set_finalize;
}

static GType
get_item_type (GListModel *model)
{
  return TF_TYPE_FUTURE;
}

static guint
get_n_items (GListModel *model)
{
  return TF_FUTURE_SET (model)->n_slots;
}

static gpointer
get_item (GListModel *model,
          guint       position)
{
  TfFutureSet *self = TF_FUTURE_SET (model);

  return position < self->n_slots ? g_object_ref (self->slots[position].future) : NULL;
}

static void
list_model_init (GListModelInterface *iface)
{
  iface->get_item_type = get_item_type;
  iface->get_n_items = get_n_items;
  iface->get_item = get_item;
}

/* Making them */

static GMainContext *
ref_context (TfFuture *const *futures,
             guint            n_futures)
{
  const TfFuturePrivate *priv;

  if (n_futures == 0)
    return g_main_context_ref_thread_default ();

  priv = tf__future_get_private (futures[0]);
  return g_main_context_ref (priv->work->pipe.dispatcher->context);
}

TF_FOREGROUND
static TfFutureSet *
make (TfSetKind        kind,
      TfFuture *const *futures,
      guint            n_futures,
      TfFutureSetFlags flags,
      TfSkipFunc       filter,
      gpointer         user_data,
      GDestroyNotify   user_data_free,
      gpointer         place,
      const char      *function)
{
  const TfDispatcher *checked = NULL;
  GMainContext       *context;
  TfFutureSet        *self;

  if (n_futures > 0 && !tf__set_check_member (futures, 0, &checked, function))
    return NULL;

  context = ref_context (futures, n_futures);
  self = g_object_new (TF_TYPE_FUTURE_SET, NULL);
  self->kind = kind;
  self->flags = flags;
  self->slots = g_new0 (TfSetSlot, n_futures);
  self->n_slots = n_futures;
  self->filter = filter;
  self->user_data = user_data;
  self->user_data_free = user_data_free;
  tf__completion_init (&self->completion, &tf__set_completion_class, TF_FUTURE (self), context,
                       place);
  g_main_context_unref (context);

  if (!tf__set_add_members (self, futures, function))
    {
      g_object_unref (self);
      return NULL;
    }

  self->is_to_look = self->is_to_look || n_futures == 0;
  if (self->is_to_look)
    tf__completion_look (&self->completion);
  return self;
}

/* The members of a list that ends with NULL. */
TF_FOREGROUND
static TfFutureSet *
make_of (TfSetKind   kind,
         TfFuture   *first,
         va_list     others,
         gpointer    place,
         const char *function)
{
  g_autoptr (GPtrArray) futures = g_ptr_array_new ();

  for (TfFuture *future = first; future != NULL; future = va_arg (others, TfFuture *))
    g_ptr_array_add (futures, future);

  return make (kind, (TfFuture *const *) futures->pdata, futures->len, TF_FUTURE_SET_FLAGS_NONE,
               NULL, NULL, NULL, place, function);
}

/**
 * tf_future_all:
 * @futures: (array length=n_futures): the members, all of the same main context
 * @n_futures: how many there are
 * @flags: what to do with them
 *
 * Makes a future that completes, without a value, when all of several others have.
 *
 * It fails, or is cancelled, as the first member that does not complete: at once or, with
 * `TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL`, when all members are done. A set without members completes.
 *
 * ## Threads
 *
 * Call in the owner context of the members.
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
TfFutureSet *
tf_future_all (TfFuture *const *futures,
               guint            n_futures,
               TfFutureSetFlags flags)
{
  g_return_val_if_fail (futures != NULL || n_futures == 0, NULL);
  g_return_val_if_fail (n_futures <= G_MAXINT, NULL);
  tf__enter_foreground ();

  return make (TF_SET_KIND_ALL, futures, n_futures, flags, NULL, NULL, NULL,
               __builtin_return_address (0), G_STRFUNC);
}

/**
 * tf_future_all_of: (skip)
 * @first: a member
 * @...: the other members, all of the same main context, and `NULL` at the end
 *
 * Makes a future that completes, without a value, when all of several others have; for C.
 *
 * For all else see [func@Future.all]. The set has no flags. A member that is `NULL` ends the list: check each future
 * before.
 *
 * ## Threads
 *
 * Call in the owner context of the members.
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
TfFutureSet *
tf_future_all_of (TfFuture *first,
                  ...)
{
  TfFutureSet *self;
  va_list      others;

  g_return_val_if_fail (TF_IS_FUTURE (first), NULL);
  tf__enter_foreground ();

  va_start (others, first);
  self = make_of (TF_SET_KIND_ALL, first, others, __builtin_return_address (0), G_STRFUNC);
  va_end (others);
  return self;
}

/**
 * tf_future_any:
 * @futures: (array length=n_futures): the members, all of the same main context
 * @n_futures: how many there are
 * @flags: what to do with them
 *
 * Makes a future that completes with the value of the first of several others that completes.
 *
 * When none has, it ends as the last one did. A set without members fails with `TF_ERROR_EMPTY`.
 *
 * ## Threads
 *
 * Call in the owner context of the members.
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
TfFutureSet *
tf_future_any (TfFuture *const *futures,
               guint            n_futures,
               TfFutureSetFlags flags)
{
  g_return_val_if_fail (futures != NULL || n_futures == 0, NULL);
  g_return_val_if_fail (n_futures <= G_MAXINT, NULL);
  tf__enter_foreground ();

  return make (TF_SET_KIND_ANY, futures, n_futures, flags, NULL, NULL, NULL,
               __builtin_return_address (0), G_STRFUNC);
}

/**
 * tf_future_any_of: (skip)
 * @first: a member
 * @...: the other members, all of the same main context, and `NULL` at the end
 *
 * Makes a future that completes with the value of the first of several others that completes; for C.
 *
 * For all else see [func@Future.any]. The set has no flags. A member that is `NULL` ends the list: check each future
 * before.
 *
 * ## Threads
 *
 * Call in the owner context of the members.
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
TfFutureSet *
tf_future_any_of (TfFuture *first,
                  ...)
{
  TfFutureSet *self;
  va_list      others;

  g_return_val_if_fail (TF_IS_FUTURE (first), NULL);
  tf__enter_foreground ();

  va_start (others, first);
  self = make_of (TF_SET_KIND_ANY, first, others, __builtin_return_address (0), G_STRFUNC);
  va_end (others);
  return self;
}

/**
 * tf_future_any_skipping:
 * @futures: (array length=n_futures): the members, all of the same main context
 * @n_futures: how many there are
 * @flags: what to do with them
 * @filter: (scope notified) (closure user_data) (destroy user_data_free): decides which results count
 * @user_data: data for @filter
 * @user_data_free: (nullable): frees @user_data, in the owner context
 *
 * The same as [func@Future.any], with a function that may skip a result.
 *
 * @filter is called once for each member that completes, until one wins. When all are done, and some were skipped, the
 * set completes with the last that was skipped.
 *
 * ## Threads
 *
 * Call in the owner context of the members.
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
TfFutureSet *
tf_future_any_skipping (TfFuture *const *futures,
                        guint            n_futures,
                        TfFutureSetFlags flags,
                        TfSkipFunc       filter,
                        gpointer         user_data,
                        GDestroyNotify   user_data_free)
{
  g_return_val_if_fail (futures != NULL || n_futures == 0, NULL);
  g_return_val_if_fail (n_futures <= G_MAXINT, NULL);
  g_return_val_if_fail (filter != NULL, NULL);
  tf__enter_foreground ();

  return make (TF_SET_KIND_ANY, futures, n_futures, flags, filter, user_data, user_data_free,
               __builtin_return_address (0), G_STRFUNC);
}

/**
 * tf_future_race:
 * @futures: (array length=n_futures): the members, all of the same main context
 * @n_futures: how many there are
 * @flags: what to do with them
 *
 * Makes a future that ends as the first of several others that is done, well, badly or by a cancel.
 *
 * A set without members fails with `TF_ERROR_EMPTY`.
 *
 * ## Threads
 *
 * Call in the owner context of the members.
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
TfFutureSet *
tf_future_race (TfFuture *const *futures,
                guint            n_futures,
                TfFutureSetFlags flags)
{
  g_return_val_if_fail (futures != NULL || n_futures == 0, NULL);
  g_return_val_if_fail (n_futures <= G_MAXINT, NULL);
  tf__enter_foreground ();

  return make (TF_SET_KIND_RACE, futures, n_futures, flags, NULL, NULL, NULL,
               __builtin_return_address (0), G_STRFUNC);
}

/**
 * tf_future_race_of: (skip)
 * @first: a member
 * @...: the other members, all of the same main context, and `NULL` at the end
 *
 * Makes a future that ends as the first of several others that is done; for C.
 *
 * For all else see [func@Future.race]. The set has no flags. A member that is `NULL` ends the list: check each future
 * before.
 *
 * ## Threads
 *
 * Call in the owner context of the members.
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
TfFutureSet *
tf_future_race_of (TfFuture *first,
                   ...)
{
  TfFutureSet *self;
  va_list      others;

  g_return_val_if_fail (TF_IS_FUTURE (first), NULL);
  tf__enter_foreground ();

  va_start (others, first);
  self = make_of (TF_SET_KIND_RACE, first, others, __builtin_return_address (0), G_STRFUNC);
  va_end (others);
  return self;
}

/**
 * tf_future_race_skipping:
 * @futures: (array length=n_futures): the members, all of the same main context
 * @n_futures: how many there are
 * @flags: what to do with them
 * @filter: (scope notified) (closure user_data) (destroy user_data_free): decides which ends count
 * @user_data: data for @filter
 * @user_data_free: (nullable): frees @user_data, in the owner context
 *
 * The same as [func@Future.race], with a function that may skip a member.
 *
 * @filter is called once for each member that is done, well, badly or by a cancel, until one wins. When all are done,
 * and all were skipped, the set ends as the last that was skipped. The failure of a member that is skipped counts as
 * read.
 *
 * ## Threads
 *
 * Call in the owner context of the members.
 *
 * Returns: (transfer full): the set
 *
 * Since: 1.0
 */
TfFutureSet *
tf_future_race_skipping (TfFuture *const *futures,
                         guint            n_futures,
                         TfFutureSetFlags flags,
                         TfSkipFunc       filter,
                         gpointer         user_data,
                         GDestroyNotify   user_data_free)
{
  g_return_val_if_fail (futures != NULL || n_futures == 0, NULL);
  g_return_val_if_fail (n_futures <= G_MAXINT, NULL);
  g_return_val_if_fail (filter != NULL, NULL);
  tf__enter_foreground ();

  return make (TF_SET_KIND_RACE, futures, n_futures, flags, filter, user_data, user_data_free,
               __builtin_return_address (0), G_STRFUNC);
}

/**
 * tf_future_set_get_n_futures:
 * @self: a set
 *
 * Gets how many members the set has.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_future_set_get_n_futures (TfFutureSet *self)
{
  g_return_val_if_fail (TF_IS_FUTURE_SET (self), 0);

  return self->n_slots;
}

/**
 * tf_future_set_get_future:
 * @self: a set
 * @index: the place, from 0
 *
 * Gets a member of the set.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the set is done.
 *
 * Returns: (transfer none): the member
 *
 * Since: 1.0
 */
TfFuture *
tf_future_set_get_future (TfFutureSet *self,
                          guint        index)
{
  g_return_val_if_fail (TF_IS_FUTURE_SET (self), NULL);
  g_return_val_if_fail (index < self->n_slots, NULL);

  return self->slots[index].future;
}

/**
 * tf_future_set_get_winner:
 * @self: a set
 *
 * Gets which member decided how the set ended.
 *
 * ## Threads
 *
 * Call in the owner context, or on any thread once the set is done.
 *
 * Returns: the place of the member, from 0; -1 as long as nothing is decided, and if nothing but all of them was
 *
 * Since: 1.0
 */
int
tf_future_set_get_winner (TfFutureSet *self)
{
  g_return_val_if_fail (TF_IS_FUTURE_SET (self), -1);

  return self->winner;
}
