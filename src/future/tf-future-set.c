/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-error.h>
#include <tf/tf-future-set.h>

#include "future/tf-completion-private.h"

/**
 * TfFutureSet:
 *
 * A future that stands for several others: all of them, or the first.
 *
 * - [func@Future.all] completes, without a value, when all members have; the results are read from the members. It
 *   fails or is cancelled as the first member that does, at once or, with `TF_SET_FLAGS_WAIT_FOR_ALL`, when all are
 *   done.
 * - [func@Future.any] completes with the value of the first member that completes; when none has, it ends as the last
 *   one did.
 * - [func@Future.race] ends as the first member that is done, well, badly or by a cancel.
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
 * are done. A set that is done itself holds all of them: a promise that is still pending then is not abandoned as long
 * as somebody holds the set.
 *
 * ## Threads
 *
 * All members belong to the same main context, and so does the set. Call all functions in this context, or on any
 * thread once the set is done.
 *
 * Since: 1.0
 */

typedef enum
{
  KIND_ALL,
  KIND_ANY,
  KIND_RACE,
} Kind;

typedef struct
{
  TfContinuation continuation;
  TfFuture      *future; /* (owned) when the set is not listening any more */
  TfFutureSet   *set;    /* (nullable) as long as the member is listened to, which then is one of its holders */
} Slot;

struct _TfFutureSet
{
  TfFuture parent_instance;

  TfCompletion   completion;
  Kind           kind;           /* [const] */
  TfSetFlags     flags;          /* [const] */
  Slot          *slots;          /* (owned) [const] the array; [foreground] what is in it */
  guint          n_slots;        /* [const] */
  guint          n_listening;    /* [foreground] slots whose member is listened to */
  guint          n_holders;      /* [foreground] these, and calls under way: all of them have one reference */
  guint          n_done;         /* [foreground] */
  int            winner;         /* [foreground] -1 for none */
  int            last;           /* [foreground] an "any": the last that did not win, rather a skipped one; -1 */
  guint8         is_to_look;     /* [foreground] some were done from the beginning, and have not been counted */
  guint8         is_cancelled;   /* [foreground] waits for the members that were cancelled */
  guint          n_filtering;    /* [foreground] calls of the filter that have not returned: they need the data */
  guint          need;           /* [foreground] which need was asked for last */
  guint          need_slot;      /* [foreground] and where it is */
  TfFilterFunc   filter;         /* (nullable) [foreground] */
  gpointer       user_data;      /* [foreground] */
  GDestroyNotify user_data_free; /* (nullable) [foreground] */
};

static void list_model_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (TfFutureSet, tf_future_set, TF_TYPE_FUTURE,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_init))

static TfFutureSet *
from_completion (TfCompletion *completion)
{
  return (TfFutureSet *) completion->future;
}

static const char *
get_name (TfCompletion *completion)
{
  static const char *const names[] = { "all", "any", "race" };

  return names[from_completion (completion)->kind];
}

TF_FOREGROUND
static void
hold (TfFutureSet *self)
{
  if (self->n_holders++ == 0)
    g_object_ref (self);
}

TF_FOREGROUND
static void
let_go (TfFutureSet *self)
{
  if (--self->n_holders == 0)
    g_object_unref (self);
}

/* The reference of the news that the member is done, if nothing comes after this set, here or there, that could run
 * code of the user's before the delivery is over: nobody drops the set in between. */
TF_FOREGROUND
static gboolean
keep_delivered (TfFutureSet *self,
                TfFuture    *member)
{
  TfCompletion *completion = tf__completion_of (member);

  return completion != NULL && self->filter == NULL &&
         tf__future_get_private (member)->continuations == NULL &&
         tf__dispatcher_keep_delivered (completion->pipe.dispatcher, &completion->pipe);
}

/* From now on the set holds the member, and not the other way round. The caller holds the set otherwise. */
TF_FOREGROUND
static void
leave (TfFutureSet *self,
       Slot        *slot,
       gboolean     is_listed)
{
  if (slot->set == NULL)
    return;

  slot->set = NULL;
  self->n_listening--;
  if (is_listed)
    tf__future_forget_continuation (slot->future, &slot->continuation);
  if (is_listed || !keep_delivered (self, slot->future))
    g_object_ref (slot->future);
  let_go (self);
}

/* Before "done"; or, when that comes while the filter runs a nested loop, after it. */
TF_FOREGROUND
static void
free_user_data (TfFutureSet *self)
{
  GDestroyNotify user_data_free = self->user_data_free;

  if (self->n_filtering > 0)
    return;

  self->user_data_free = NULL;
  if (user_data_free != NULL)
    user_data_free (self->user_data);
}

/* With the end of the set: nobody of the rest is wanted any more. */
static void
ended (TfCompletion *completion)
{
  TfFutureSet *self = from_completion (completion);

  tf__enter_foreground ();

  for (guint i = 0; i < self->n_slots; i++)
    {
      Slot *slot = &self->slots[i];

      if (slot->set == NULL)
        continue;

      if (self->flags & TF_SET_FLAGS_CANCEL_REST)
        tf__completion_stop_other (completion, slot->future, &slot->continuation, NULL);
      leave (self, slot, TRUE);
    }

  free_user_data (self);
}

/* Those that only this set listens to are asked to stop; the others are left. */
TF_FOREGROUND
static void
stop_members (TfFutureSet  *self,
              const GError *reason)
{
  for (guint i = 0; i < self->n_slots; i++)
    {
      Slot *slot = &self->slots[i];

      if (slot->set == NULL)
        continue;

      if (!tf__completion_stop_other (&self->completion, slot->future, &slot->continuation,
                                      reason))
        leave (self, slot, TRUE);
    }
}

static void
cancelled (TfCompletion *completion,
           const GError *reason)
{
  TfFutureSet *self = from_completion (completion);

  tf__enter_foreground ();

  self->is_cancelled = TRUE;
  stop_members (self, reason);
  if (reason == NULL && self->n_listening == 0)
    tf__completion_end_cancelled (completion);
}

TF_FOREGROUND
static void
win (TfFutureSet *self,
     guint        index)
{
  if (!tf__completion_claim (&self->completion))
    return;

  self->winner = (int) index;
  tf__completion_end_claimed_as (&self->completion, self->slots[index].future);
}

TF_FOREGROUND
static void
count_for_all (TfFutureSet *self,
               guint        index,
               gboolean     is_good)
{
  if (!is_good && self->winner < 0)
    self->winner = (int) index;
  /* One is told; the others can be looked at. */
  if (!is_good)
    tf__future_mark_read (self->slots[index].future);

  if (self->winner >= 0 && !(self->flags & TF_SET_FLAGS_WAIT_FOR_ALL))
    win (self, (guint) self->winner);
  else if (self->n_done == self->n_slots && self->winner >= 0)
    win (self, (guint) self->winner);
  else if (self->n_done == self->n_slots)
    tf__completion_end_with_none (&self->completion);
}

TF_FOREGROUND
static gboolean
is_skipped (TfFutureSet *self,
            guint        index)
{
  gboolean is_skipped;

  if (self->filter == NULL)
    return FALSE;

  self->n_filtering++;
  is_skipped = self->filter (self->slots[index].future, index, self->user_data);
  self->n_filtering--;
  if (self->completion.is_over)
    free_user_data (self);

  return is_skipped;
}

TF_FOREGROUND
static void
count_for_any (TfFutureSet *self,
               guint        index,
               gboolean     is_good)
{
  TfFuture *future = self->slots[index].future;
  gboolean  is_last_good;

  if (is_good && !is_skipped (self, index))
    {
      win (self, index);
      return;
    }

  tf__future_mark_read (future);
  is_last_good = self->last >= 0 && tf_future_get_state (self->slots[self->last].future) ==
                                      TF_FUTURE_STATE_COMPLETED;
  if (is_good || !is_last_good)
    self->last = (int) index;

  if (self->n_done == self->n_slots)
    win (self, (guint) self->last);
}

TF_FOREGROUND
static void
count (TfFutureSet *self,
       guint        index)
{
  gboolean is_good = tf__future_get_phase (self->slots[index].future) == TF_PHASE_COMPLETED;

  self->n_done++;

  /* One is told; the others can be looked at. */
  if (tf__completion_is_claimed (&self->completion))
    {
      tf__future_mark_read (self->slots[index].future);
      return;
    }

  tf__pipe_set_progress_here (&self->completion.pipe, self->n_done, self->n_slots);

  if (self->is_cancelled)
    {
      if (self->n_listening == 0)
        tf__completion_end_cancelled (&self->completion);
    }
  else if (self->kind == KIND_ALL)
    {
      count_for_all (self, index, is_good);
    }
  else if (self->kind == KIND_ANY)
    {
      count_for_any (self, index, is_good);
    }
  else
    {
      win (self, index);
    }
}

/* The members that were done from the beginning, in their order: before any that came later. */
TF_FOREGROUND
static void
count_first (TfFutureSet *self)
{
  if (!self->is_to_look)
    return;

  self->is_to_look = FALSE;
  for (guint i = 0; i < self->n_slots; i++)
    {
      if (self->slots[i].continuation.run == NULL)
        count (self, i);
    }
}

static void
on_member_done (TfContinuation *continuation,
                TfFuture       *future)
{
  Slot        *slot = (Slot *) continuation;
  TfFutureSet *self = slot->set;

  tf__enter_foreground ();

  hold (self);
  leave (self, slot, FALSE);
  count_first (self);
  count (self, (guint) (slot - self->slots));
  let_go (self);
}

/* Some members were done from the beginning; or there are none at all. */
static void
look (TfCompletion *completion)
{
  TfFutureSet *self = from_completion (completion);

  tf__enter_foreground ();

  count_first (self);
  if (self->n_slots > 0)
    return;

  if (self->kind == KIND_ALL)
    tf__completion_end_with_none (completion);
  else
    tf__completion_end_with_error (
      completion, g_error_new_literal (TF_ERROR, TF_ERROR_EMPTY, "There is no future to wait for"));
}

/* An "all" cannot end without any of them, and a set of one neither. They are asked for one after the other. */
static TfFuture *
get_need (TfCompletion *completion,
          guint         index)
{
  TfFutureSet *self = from_completion (completion);

  if ((self->kind != KIND_ALL && self->n_slots > 1) || tf__completion_is_claimed (completion))
    return NULL;

  /* They are asked for one after the other: none of many is looked for from the beginning again. */
  if (index == 0 || index != self->need + 1)
    {
      self->need = 0;
      self->need_slot = 0;
    }
  else
    {
      self->need = index;
      self->need_slot++;
      index = 0;
    }

  for (; self->need_slot < self->n_slots; self->need_slot++)
    {
      if (self->slots[self->need_slot].set == NULL)
        continue;
      if (index == 0)
        return self->slots[self->need_slot].future;
      self->need++;
      index--;
    }

  return NULL;
}

static const TfCompletionClass completion_class = {
  .pipe = TF_COMPLETION_PIPE,
  .get_name = get_name,
  .cancelled = cancelled,
  .look = look,
  .ended = ended,
  .get_need = get_need,
  .is_foreground_only = TRUE,
};

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

  for (guint i = 0; i < self->n_slots; i++)
    {
      if (self->slots[i].set == NULL)
        g_clear_object (&self->slots[i].future);
    }
  g_free (self->slots);

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

/* Members of one dispatcher, one after the other, have the same owner: @checked is that of the one before, or NULL. */
static gboolean
check_member (TfFuture           **futures,
              gsize                index,
              const TfDispatcher **checked,
              const char          *function)
{
  const TfCompletion *completion;

  if (!TF_IS_FUTURE (futures[index]))
    {
      g_critical ("%s: member %" G_GSIZE_FORMAT " is not a future", function, index);
      return FALSE;
    }

  completion = tf__completion_of (futures[index]);
  if (completion != NULL && completion->pipe.dispatcher == *checked)
    return TRUE;

  if (!tf__future_check_owner (futures[index], function))
    return FALSE;

  *checked = completion == NULL ? NULL : completion->pipe.dispatcher;
  return TRUE;
}

TF_FOREGROUND
static void
add_member (TfFutureSet *self,
            guint        index,
            TfFuture    *future)
{
  Slot *slot = &self->slots[index];

  slot->future = future;
  if (tf__phase_is_done (tf__future_get_phase (future)))
    {
      g_object_ref (future);
      self->is_to_look = TRUE;
      return;
    }

  slot->continuation.run = on_member_done;
  slot->set = self;
  self->n_listening++;
  hold (self);
  tf__future_continue_with (future, &slot->continuation);
}

/* Checked one by one, so that the memory of many is gone through once: FALSE after a critical, and then it listens to
 * none. */
TF_FOREGROUND
static gboolean
add_members (TfFutureSet *self,
             TfFuture   **futures,
             const char  *function)
{
  const TfDispatcher *checked = NULL;
  guint               n_added = 0;

  while (n_added < self->n_slots && check_member (futures, n_added, &checked, function))
    {
      add_member (self, n_added, futures[n_added]);
      n_added++;
    }

  if (n_added == self->n_slots)
    return TRUE;

  for (guint i = 0; i < n_added; i++)
    leave (self, &self->slots[i], TRUE);

  return FALSE;
}

static GMainContext *
ref_context (TfFuture **futures,
             gsize      n_futures)
{
  const TfFuturePrivate *priv;

  if (n_futures == 0)
    return g_main_context_ref_thread_default ();

  priv = tf__future_get_private (futures[0]);
  return g_main_context_ref (priv->work_class->get_dispatcher (priv->work)->context);
}

TF_FOREGROUND
static TfFutureSet *
make (Kind           kind,
      TfFuture     **futures,
      gsize          n_futures,
      TfSetFlags     flags,
      TfFilterFunc   filter,
      gpointer       user_data,
      GDestroyNotify user_data_free,
      gpointer       place,
      const char    *function)
{
  const TfDispatcher *checked = NULL;
  GMainContext       *context;
  TfFutureSet        *self;

  if (n_futures > 0 && !check_member (futures, 0, &checked, function))
    return NULL;

  context = ref_context (futures, n_futures);
  self = g_object_new (TF_TYPE_FUTURE_SET, NULL);
  self->kind = kind;
  self->flags = flags;
  self->slots = g_new0 (Slot, n_futures);
  self->n_slots = (guint) n_futures;
  self->filter = filter;
  self->user_data = user_data;
  self->user_data_free = user_data_free;
  tf__completion_init (&self->completion, &completion_class, TF_FUTURE (self), context, place);
  g_main_context_unref (context);

  if (!add_members (self, futures, function))
    {
      g_object_unref (self);
      return NULL;
    }

  self->is_to_look = self->is_to_look || n_futures == 0;
  if (self->is_to_look)
    tf__completion_look (&self->completion);
  return self;
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
 * `TF_SET_FLAGS_WAIT_FOR_ALL`, when all members are done. A set without members completes.
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
tf_future_all (TfFuture **futures,
               gsize      n_futures,
               TfSetFlags flags)
{
  g_return_val_if_fail (futures != NULL || n_futures == 0, NULL);
  g_return_val_if_fail (n_futures <= G_MAXINT, NULL);
  tf__enter_foreground ();

  return make (KIND_ALL, futures, n_futures, flags, NULL, NULL, NULL, __builtin_return_address (0),
               G_STRFUNC);
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
tf_future_any (TfFuture **futures,
               gsize      n_futures,
               TfSetFlags flags)
{
  g_return_val_if_fail (futures != NULL || n_futures == 0, NULL);
  g_return_val_if_fail (n_futures <= G_MAXINT, NULL);
  tf__enter_foreground ();

  return make (KIND_ANY, futures, n_futures, flags, NULL, NULL, NULL, __builtin_return_address (0),
               G_STRFUNC);
}

/**
 * tf_future_any_filtered:
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
tf_future_any_filtered (TfFuture     **futures,
                        gsize          n_futures,
                        TfSetFlags     flags,
                        TfFilterFunc   filter,
                        gpointer       user_data,
                        GDestroyNotify user_data_free)
{
  g_return_val_if_fail (futures != NULL || n_futures == 0, NULL);
  g_return_val_if_fail (n_futures <= G_MAXINT, NULL);
  g_return_val_if_fail (filter != NULL, NULL);
  tf__enter_foreground ();

  return make (KIND_ANY, futures, n_futures, flags, filter, user_data, user_data_free,
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
tf_future_race (TfFuture **futures,
                gsize      n_futures,
                TfSetFlags flags)
{
  g_return_val_if_fail (futures != NULL || n_futures == 0, NULL);
  g_return_val_if_fail (n_futures <= G_MAXINT, NULL);
  tf__enter_foreground ();

  return make (KIND_RACE, futures, n_futures, flags, NULL, NULL, NULL,
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
