/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "future/tf-set-private.h"

#include <tf/tf-error.h>

/* What a set does with its members: listens to them, counts those that are done, and is cancelled with them. */

static TfFutureSet *
from_work (TfWork *work)
{
  return (TfFutureSet *) work->future;
}

static TfFutureSet *
from_completion (TfCompletion *completion)
{
  return (TfFutureSet *) completion->work.future;
}

static const char *
get_name (TfWork *work)
{
  static const char *const names[] = { "all", "any", "race" };

  return names[from_work (work)->kind];
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
         tf__dispatcher_keep_delivered (completion->work.pipe.dispatcher, &completion->work.pipe);
}

/* The members that are done count 1, and the others what they have done of their work. */
TF_FOREGROUND
static void
show_progress (TfFutureSet *self)
{
  TfProgressView view = { .completed = self->n_done,
                          .total = self->n_slots,
                          .exact = self->n_done + MAX (self->n_parts, 0) };

  tf__pipe_ensure_box (&self->completion.work.pipe);
  tf__future_pass_progress (TF_FUTURE (self), &view);
}

static void
on_member_progress (TfContinuation *continuation,
                    TfFuture       *member,
                    double          old)
{
  TfFutureSet *self = ((TfSetSlot *) continuation)->set;

  tf__enter_foreground ();
  self->n_parts += tf__future_get_counted_fraction (member) - old;
  show_progress (self);
}

/* The member does not hold the set any more. The caller holds it otherwise. */
TF_FOREGROUND
static void
leave (TfFutureSet *self,
       TfSetSlot   *slot,
       gboolean     is_listed)
{
  if (slot->set == NULL)
    return;

  slot->set = NULL;
  self->n_listening--;
  self->n_parts -= tf__future_get_counted_fraction (slot->future);
  if (is_listed)
    tf__future_forget_continuation (slot->future, &slot->continuation);

  if (!tf__phase_is_done (tf__future_get_phase (slot->future)))
    {
      /* The set has decided without it, so a failure that comes later is nothing to report. */
      tf__future_mark_read (slot->future);
      tf__set_watch_slot (self, slot);
    }
  else if (is_listed || !keep_delivered (self, slot->future))
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
      TfSetSlot *slot = &self->slots[i];

      if (slot->set == NULL)
        continue;

      if (self->flags & TF_FUTURE_SET_FLAGS_CANCEL_REST)
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
      TfSetSlot *slot = &self->slots[i];

      if (slot->set == NULL)
        continue;

      if (!tf__completion_stop_other (&self->completion, slot->future, &slot->continuation,
                                      reason))
        leave (self, slot, TRUE);
    }
}

static void
cancelled (TfWork       *work,
           const GError *reason)
{
  TfFutureSet *self = from_work (work);

  tf__enter_foreground ();

  self->is_cancelled = TRUE;
  stop_members (self, reason);
  if (reason == NULL && self->n_listening == 0)
    tf__completion_end_cancelled (&self->completion);
}

TF_FOREGROUND
static void
win (TfFutureSet *self,
     guint        index)
{
  TfFuture *future = self->slots[index].future;

  /* Decided while the filter was asked about this one, which comes too late. */
  if (!tf__completion_may_settle (&self->completion))
    {
      tf__future_mark_read (future);
      return;
    }

  self->winner = (int) index;
  tf__completion_end_as (&self->completion, future);
}

TF_FOREGROUND
static void
count_for_all (TfFutureSet *self,
               guint        index,
               gboolean     is_good)
{
  /* The set fails with the first failure; the others can be looked at in the members. */
  if (!is_good && self->winner < 0)
    self->winner = (int) index;
  else if (!is_good)
    tf__future_mark_read (self->slots[index].future);

  if (self->winner >= 0 && !(self->flags & TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL))
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
  tf__future_begin_calling ();
  is_skipped = self->filter (self->slots[index].future, index, self->user_data);
  tf__future_end_calling ();
  self->n_filtering--;
  if (tf__pipe_is_over (&self->completion.work.pipe))
    free_user_data (self);

  return is_skipped;
}

/* A skipped one comes before one that did not complete, and was not asked about. A race asks about all. */
TF_FOREGROUND
static void
keep_last (TfFutureSet *self,
           guint        index,
           gboolean     is_asked)
{
  TfFuture *last = self->last < 0 ? NULL : self->slots[self->last].future;
  gboolean  is_last_good = last != NULL && tf__future_get_phase (last) == TF_PHASE_COMPLETED;

  /* The set may end as the last one; the failures of the others are nothing to report. */
  if (is_asked || !is_last_good)
    {
      if (last != NULL)
        tf__future_mark_read (last);
      self->last = (int) index;
    }
  else
    {
      tf__future_mark_read (self->slots[index].future);
    }
}

/* For an "any", and for a race, where all may win. */
TF_FOREGROUND
static void
count_for_first (TfFutureSet *self,
                 guint        index,
                 gboolean     is_good)
{
  gboolean is_asked = is_good || self->kind == TF_SET_KIND_RACE;
  gboolean is_lost = !is_asked || is_skipped (self, index);

  if (is_lost)
    keep_last (self, index, is_asked);

  /* By its filter: then it ends with the members that it has cancelled. */
  if (self->is_cancelled)
    return;

  if (!is_lost)
    {
      if (self->last >= 0)
        tf__future_mark_read (self->slots[self->last].future);
      win (self, index);
    }
  else if (self->n_done == self->n_slots && self->n_filtering == 0)
    win (self, (guint) self->last);
}

TF_FOREGROUND
static void
count (TfFutureSet *self,
       guint        index)
{
  gboolean is_good = tf__future_get_phase (self->slots[index].future) == TF_PHASE_COMPLETED;

  self->n_done++;

  /* The set has decided without it. */
  if (!tf__completion_may_settle (&self->completion))
    {
      tf__future_mark_read (self->slots[index].future);
      return;
    }

  show_progress (self);

  if (self->is_cancelled)
    {
      tf__future_mark_read (self->slots[index].future);
      if (self->n_listening == 0)
        tf__completion_end_cancelled (&self->completion);
    }
  else if (self->kind == TF_SET_KIND_ALL)
    {
      count_for_all (self, index, is_good);
    }
  else
    {
      count_for_first (self, index, is_good);
    }
}

/* The members that were done from the beginning, in their order: before any that came later, also if that is while the
 * filter runs a nested loop. */
TF_FOREGROUND
static void
count_first (TfFutureSet *self)
{
  if (!self->is_to_look)
    return;

  while (self->n_looked < self->n_slots)
    {
      guint index = self->n_looked++;

      if (self->slots[index].continuation.klass == NULL)
        count (self, index);
    }
}

static void
on_member_done (TfContinuation *continuation,
                TfFuture       *future)
{
  TfSetSlot   *slot = (TfSetSlot *) continuation;
  TfFutureSet *self = slot->set;

  tf__enter_foreground ();

  hold (self);
  leave (self, slot, FALSE);
  count_first (self);
  count (self, (guint) (slot - self->slots));
  let_go (self);
}

static TfFuture *
get_target (TfContinuation *continuation)
{
  return (TfFuture *) ((TfSetSlot *) continuation)->set;
}

static const TfContinuationClass continuation_class = {
  .run = on_member_done,
  .get_target = get_target,
  .progressed = on_member_progress,
};

/* While the filter is asked about a member, one of those that are pending may win. */
static gboolean
is_calling (TfCompletion *completion)
{
  const TfFutureSet *self = from_completion (completion);

  return self->n_filtering > 0 && self->n_done == self->n_slots;
}

/* A set without its filter skips no member. */
static void
drop_callback (TfWork    *work,
               gpointer   owner,
               TfRemains *remains)
{
  TfFutureSet *self = from_work (work);

  tf__enter_foreground ();

  if (self->user_data != owner)
    return;

  self->filter = NULL;
  if (self->n_filtering == 0)
    tf__remains_take (remains, self->user_data, &self->user_data_free);
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

  if (self->kind == TF_SET_KIND_ALL)
    tf__completion_end_with_none (completion);
  else
    tf__completion_end_with_error (
      completion, g_error_new_literal (TF_ERROR, TF_ERROR_EMPTY, "There is no future to wait for"));
}

/* An "all" cannot end without any of them, and a set of one neither. They are asked for one after the other. */
static TfFuture *
get_need (TfWork *work,
          guint   index)
{
  TfFutureSet *self = from_work (work);
  gboolean     is_all = self->kind == TF_SET_KIND_ALL || self->n_slots <= 1;

  if (!is_all || tf__completion_is_settled (&self->completion))
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

static TfFuture *
get_source (TfWork *work,
            guint   index)
{
  TfFutureSet *self = from_work (work);

  return index < self->n_slots ? self->slots[index].future : NULL;
}

const TfCompletionClass tf__set_completion_class = {
  .work = { TF_COMPLETION_WORK, .get_name = get_name, .cancelled = cancelled,
            .drop_callback = drop_callback, .get_need = get_need, .get_source = get_source },
  .look = look,
  .ended = ended,
  .is_calling = is_calling,
};

gboolean
tf__set_check_member (TfFuture *const     *futures,
                      guint                index,
                      const TfDispatcher **checked,
                      const char          *function)
{
  const TfCompletion *completion;

  if (!TF_IS_FUTURE (futures[index]))
    {
      g_critical ("%s: member %u is not a future", function, index);
      return FALSE;
    }

  completion = tf__completion_of (futures[index]);
  if (completion != NULL && completion->work.pipe.dispatcher == *checked)
    return TRUE;

  if (!tf__future_check_owner (futures[index], function))
    return FALSE;

  *checked = completion == NULL ? NULL : completion->work.pipe.dispatcher;
  return TRUE;
}

TF_FOREGROUND
static void
add_member (TfFutureSet *self,
            guint        index,
            TfFuture    *future)
{
  TfSetSlot *slot = &self->slots[index];

  slot->future = future;
  if (tf__phase_is_done (tf__future_get_phase (future)))
    {
      g_object_ref (future);
      self->is_to_look = TRUE;
      return;
    }

  slot->continuation.klass = &continuation_class;
  slot->set = self;
  self->n_listening++;
  self->n_parts += tf__future_get_counted_fraction (future);
  hold (self);
  tf__future_continue_with (future, &slot->continuation);
}

gboolean
tf__set_add_members (TfFutureSet     *self,
                     TfFuture *const *futures,
                     const char      *function)
{
  const TfDispatcher *checked = NULL;
  guint               n_added = 0;

  while (n_added < self->n_slots && tf__set_check_member (futures, n_added, &checked, function))
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
