/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "message/tf-pipe-private.h"

#include "core/tf-clock-private.h"
#include "message/tf-dispatcher-private.h"

/* A chunk and its head fill half a page. */
#define N_CHUNK_EVENTS 50

/* Senders that wait for room go on when half of it is free, not at every single place. */
#define LOW_WATER (TF_PIPE_HIGH_WATER / 2)

struct _TfChunk
{
  TfChunk *next;
  guint    n_events;
  TfEvent  events[N_CHUNK_EVENTS];
};

void
tf__pipe_init (TfPipe            *self,
               const TfPipeClass *klass)
{
  self->klass = klass;
}

/* A pipe of a worker process has no dispatcher. */
gboolean
tf__pipe_is_inherited (TfPipe *self)
{
  return self->dispatcher != NULL && tf__dispatcher_is_inherited (self->dispatcher);
}

static void
free_chunk (TfChunk *chunk,
            guint    n_skipped)
{
  for (guint i = n_skipped; i < chunk->n_events; i++)
    tf__event_clear (&chunk->events[i]);

  g_free (chunk);
}

static void
free_chunks (TfChunk *first)
{
  while (first != NULL)
    {
      TfChunk *next = first->next;

      free_chunk (first, 0);
      first = next;
    }
}

static void
free_box (TfPipeBox *box)
{
  g_cond_clear (&box->room);
  tf__lock_clear (&box->lock);
  g_aligned_free (box);
}

void
tf__pipe_clear (TfPipe *self)
{
  TfPipeBox *box = self->box;

  if (box == NULL)
    return;

  free_chunks (box->first);
  g_free (box->spare);
  if (box->taken != NULL)
    free_chunk (box->taken, box->n_delivered);
  if (box->slot.status != box->slot.single)
    g_free (box->slot.status);
  g_free (box->slot.single);
  free_box (box);
}

TfCancelState
tf__pipe_get_cancel_state (TfPipe *self)
{
  return tf__load (&self->state);
}

gboolean
tf__pipe_is_wanted (TfPipe *self)
{
  return tf__cancel_state_is_wanted (tf__pipe_get_cancel_state (self));
}

gboolean
tf__pipe_is_cancelled (TfPipe *self)
{
  return tf__cancel_state_is_cancelled (tf__pipe_get_cancel_state (self));
}

gboolean
tf__pipe_is_over (TfPipe *self)
{
  return tf__cancel_state_is_over (tf__pipe_get_cancel_state (self));
}

static gboolean
step (TfPipe        *self,
      TfCancelEvent  event,
      TfCancelState *before)
{
  guint8        state = tf__load (&self->state);
  TfCancelState next;

  do
    {
      *before = state;
      if (!tf__cancel_state_after (state, event, &next))
        return FALSE;

      /* Only the owner, who delivers the end, leaves this state: nobody to compete with. */
      if (state == TF_CANCEL_STATE_SETTLED)
        {
          tf__store_release (&self->state, (guint8) next);
          return TRUE;
        }
    }
  while (!tf__cas (&self->state, &state, (guint8) next));

  return TRUE;
}

gboolean
tf__pipe_step (TfPipe       *self,
               TfCancelEvent event)
{
  TfCancelState before;

  return step (self, event, &before);
}

TfCancelState
tf__pipe_end (TfPipe *self)
{
  TfCancelState before;

  step (self, TF_CANCEL_EVENT_END, &before);
  return before;
}

TfPipeBox *
tf__pipe_get_box (TfPipe *self)
{
  return tf__load (&self->box);
}

static TfPipeBox *
new_box (void)
{
  TfPipeBox *box = g_aligned_alloc0 (1, sizeof (TfPipeBox), TF_CACHE_LINE);

  box->slot.total = -1;
  tf__lock_init (&box->lock);
  g_cond_init (&box->room);
  return box;
}

/* Whoever takes the final message marks the pipe as closed, and looks for a box after; here it is the other way
 * round. So at least one of the two sees the other. */
TfPipeBox *
tf__pipe_ensure_box (TfPipe *self)
{
  TfPipeBox *box = tf__load (&self->box);
  TfPipeBox *none = NULL;

  if (box != NULL)
    return box;

  box = new_box ();
  if (!tf__cas (&self->box, &none, box))
    {
      free_box (box);
      return none;
    }

  if (tf__load (&self->word) & TF_PIPE_CLOSED)
    {
      tf__lock (&box->lock);
      box->is_closed = TRUE;
      tf__unlock (&box->lock);
    }

  return box;
}

static void
push (TfPipe *self)
{
  if (!tf__dispatcher_push (self->dispatcher, self->klass->ref (self)))
    self->klass->unref (self);
}

/* TRUE for the one who has to list the pipe. */
static gboolean
add_news (TfPipe *self,
          guint   news)
{
  return !(tf__or (&self->word, news | TF_PIPE_LISTED) & TF_PIPE_LISTED);
}

gboolean
tf__pipe_has_news (TfPipe *self,
                   TfNews  news)
{
  return (tf__load (&self->word) & news) != 0;
}

void
tf__pipe_post (TfPipe *self,
               TfNews  news)
{
  if (add_news (self, news))
    push (self);
}

void
tf__pipe_post_here (TfPipe *self,
                    TfNews  news)
{
  if (!add_news (self, news))
    return;

  tf__dispatcher_list (self->dispatcher, self->klass->ref (self));
  tf__dispatcher_wake_if_armed (self->dispatcher);
}

void
tf__pipe_post_last_here (TfPipe *self,
                         TfNews  news)
{
  if (!add_news (self, news))
    {
      self->klass->unref (self);
      return;
    }

  tf__dispatcher_list (self->dispatcher, self);
  tf__dispatcher_wake_if_armed (self->dispatcher);
}

void
tf__pipe_post_near (TfPipe *self,
                    TfNews  news)
{
  if (tf__dispatcher_is_held (self->dispatcher))
    {
      tf__enter_foreground ();
      tf__pipe_post_here (self, news);
    }
  else
    {
      tf__pipe_post (self, news);
    }
}

void
tf__pipe_post_last_near (TfPipe *self,
                         TfNews  news)
{
  if (tf__dispatcher_is_held (self->dispatcher))
    {
      tf__enter_foreground ();
      tf__pipe_post_last_here (self, news);
    }
  else
    {
      tf__pipe_post_last (self, news);
    }
}

/* The caller's reference keeps the pipe until here: the foreground may take the news, and drop what it has, as
 * soon as the word is written. */
void
tf__pipe_post_last (TfPipe *self,
                    TfNews  news)
{
  if (!add_news (self, news) || !tf__dispatcher_push (self->dispatcher, self))
    self->klass->unref (self);
}

static void     append_locked (TfPipeBox *box,
                               TfEvent   *event) TF_CALLER_HOLDS (box->lock);
static gboolean is_full_locked (TfPipe    *self,
                                TfPipeBox *box,
                                guint      size,
                                guint64    max_units) TF_CALLER_HOLDS (box->lock);
static gboolean wait_for_room_locked (TfPipe    *self,
                                      TfPipeBox *box,
                                      guint      size,
                                      guint64    max_units,
                                      gboolean  *is_apart) TF_CALLER_HOLDS (box->lock);

static void
append_locked (TfPipeBox *box,
               TfEvent   *event)
{
  if (box->last == NULL || box->last->n_events == N_CHUNK_EVENTS)
    {
      TfChunk *chunk = g_steal_pointer (&box->spare);

      if (chunk == NULL)
        chunk = g_new (TfChunk, 1);

      chunk->next = NULL;
      chunk->n_events = 0;

      if (box->last == NULL)
        box->first = chunk;
      else
        box->last->next = chunk;
      box->last = chunk;
    }

  box->last->events[box->last->n_events++] = *event;
  tf__store_relaxed (&box->n_events, box->n_events + 1);
  box->n_units += event->size;
}

/* The owner thread never waits: it would wait for its own loop. */
static gboolean
is_full_locked (TfPipe    *self,
                TfPipeBox *box,
                guint      size,
                guint64    max_units)
{
  gboolean has_room = box->n_events < TF_PIPE_HIGH_WATER &&
                      (size == 0 || box->n_units == 0 || box->n_units + size <= max_units);

  return !has_room && !box->is_closed && tf__pipe_is_wanted (self) &&
         !tf__dispatcher_is_owner (self->dispatcher);
}

/* FALSE if the event is not wanted any more. @is_apart: the caller calls sender_unblocked() afterwards. */
static gboolean
wait_for_room_locked (TfPipe    *self,
                      TfPipeBox *box,
                      guint      size,
                      guint64    max_units,
                      gboolean  *is_apart)
{
  gboolean was_asked = self->klass->sender_blocked == NULL;

  *is_apart = FALSE;
  while (is_full_locked (self, box, size, max_units))
    {
      /* Nobody makes room as long as the loop sleeps. */
      tf__dispatcher_release_wakes ();
      if (!was_asked && tf__load (&box->is_kept_back))
        {
          was_asked = TRUE;
          tf__unlock (&box->lock);
          *is_apart = self->klass->sender_blocked (self);
          tf__lock (&box->lock);
          continue;
        }

      box->n_waiting++;
      tf__lock_wait (&box->lock, &box->room);
      box->n_waiting--;
    }

  return !box->is_closed && tf__pipe_is_wanted (self);
}

/* Returns FALSE if the event is not wanted any more. Most senders have room, and do not take the lock for that. */
static gboolean
wait_for_room (TfPipe    *self,
               TfPipeBox *box,
               guint      size,
               guint64    max_units)
{
  gboolean is_wanted;
  gboolean is_apart;

  if (size == 0 && tf__load_relaxed (&box->n_events) < TF_PIPE_HIGH_WATER)
    return tf__pipe_is_wanted (self);

  tf__lock (&box->lock);
  is_wanted = wait_for_room_locked (self, box, size, max_units, &is_apart);
  tf__unlock (&box->lock);

  if (is_apart)
    self->klass->sender_unblocked (self);

  return is_wanted;
}

gboolean
tf__pipe_send (TfPipe       *self,
               TfRoad        road,
               const char   *kind,
               const GValue *value)
{
  return tf__pipe_send_sized (self, road, kind, value, 0, 0);
}

/* The value is copied after the wait, and before the lock is taken for good: copying may call code of the user. So a
 * value that is refused was not copied; and one that was copied goes to the owner context, also if a cancel comes
 * meanwhile, to be freed there. */
gboolean
tf__pipe_send_sized (TfPipe       *self,
                     TfRoad        road,
                     const char   *kind,
                     const GValue *value,
                     guint         size,
                     guint64       max_units)
{
  TfPipeBox *box = tf__pipe_ensure_box (self);
  gboolean   is_first = FALSE;
  gboolean   is_closed;
  TfEvent    event;

  if (tf__pipe_is_inherited (self) || !wait_for_room (self, box, size, max_units))
    return FALSE;

  tf__event_init (&event, road, kind, value);
  event.size = size & TF_EVENT_MAX_SIZE;

  tf__lock (&box->lock);
  is_closed = box->is_closed;
  if (!is_closed)
    {
      append_locked (box, &event);
      is_first = !box->is_told;
      box->is_told = TRUE;
    }
  tf__unlock (&box->lock);

  /* The sender still has what the event was copied from, so this is never the last reference. */
  if (is_closed)
    tf__event_clear (&event);
  else if (is_first)
    tf__pipe_post (self, TF_NEWS_EVENTS);

  return !is_closed;
}

gboolean
tf__pipe_pause (TfPipe *self,
                gint64  deadline_us)
{
  TfPipeBox *box = tf__pipe_ensure_box (self);
  gboolean   is_in_time = TRUE;
  gboolean   is_wanted;

  if (tf__pipe_is_inherited (self))
    return FALSE;

  /* Nobody wakes a loop that this thread has put off to wake, as long as it sleeps. */
  tf__dispatcher_release_wakes ();

  tf__lock (&box->lock);
  box->n_waiting++;
  while (is_in_time && !box->is_closed && tf__pipe_is_wanted (self))
    is_in_time = tf__clock_wait (&box->lock, &box->room, deadline_us);
  box->n_waiting--;
  is_wanted = !box->is_closed && tf__pipe_is_wanted (self);
  tf__unlock (&box->lock);

  return is_wanted;
}

void
tf__pipe_release_senders (TfPipe *self)
{
  TfPipeBox *box = tf__load (&self->box);

  if (box == NULL || tf__pipe_is_inherited (self))
    return;

  /* The lock orders this after a sender's look at the cancel state and before its sleep, or the other way round. A
   * sender that makes the box at this moment looks at the state after that. */
  tf__lock (&box->lock);
  if (box->n_waiting > 0)
    g_cond_broadcast (&box->room);
  tf__unlock (&box->lock);

  /* What was held is held no longer. */
  if (tf__load (&box->n_holds) > 0)
    tf__pipe_post (self, TF_NEWS_EVENTS);
}

void
tf__pipe_keep_back (TfPipe *self)
{
  TfPipeBox *box = tf__load (&self->box);

  if (box == NULL || tf__load (&box->is_kept_back))
    return;

  tf__lock (&box->lock);
  tf__store (&box->is_kept_back, TRUE);
  if (box->n_waiting > 0)
    g_cond_broadcast (&box->room);
  tf__unlock (&box->lock);
}

static gboolean
is_held (TfPipe    *self,
         TfPipeBox *box)
{
  return tf__load (&box->n_holds) > 0 &&
         tf__pipe_get_cancel_state (self) < TF_CANCEL_STATE_CLOSED;
}

static gboolean
has_left (TfPipeBox *box)
{
  return box->taken != NULL && box->n_delivered < box->taken->n_events;
}

static void   close_locked (TfPipeBox *box) TF_CALLER_HOLDS (box->lock);
static void   take_chunk_locked (TfPipeBox *box) TF_CALLER_HOLDS (box->lock);
static TfNews take_box_locked (TfPipeBox *box,
                               guint      candidates,
                               gboolean   is_box_held,
                               gboolean   is_overdue) TF_CALLER_HOLDS (box->lock);

/* Senders get no more in, so the events before the final message come to an end. */
static void
close_locked (TfPipeBox *box)
{
  box->is_closed = TRUE;
  if (box->n_waiting > 0)
    g_cond_broadcast (&box->room);
}

/* The events of the chunk count until all of them were delivered, so that the mark holds for what waits in it, too. */
static void
take_chunk_locked (TfPipeBox *box)
{
  TfChunk *chunk = box->first;

  box->first = chunk->next;
  if (box->first == NULL)
    box->last = NULL;

  if (box->taken != NULL)
    tf__store_relaxed (&box->n_events, box->n_events - box->taken->n_events);
  if (box->n_waiting > 0 && box->n_events <= LOW_WATER)
    {
      tf__store (&box->is_kept_back, FALSE);
      g_cond_broadcast (&box->room);
    }

  if (box->spare == NULL)
    box->spare = g_steal_pointer (&box->taken);
  else
    g_clear_pointer (&box->taken, g_free);

  box->taken = chunk;
  box->n_delivered = 0;
}

static TfNews
get_first (guint    candidates,
           gboolean is_overdue)
{
  guint others = candidates & ~(guint) (TF_NEWS_EVENTS | TF_NEWS_FINAL);

  if (is_overdue && others != 0)
    candidates = others;

  return candidates & -candidates;
}

/* Events are those that are in the box, told or not: a sender that has put one there tells the pipe a
 * moment later, and must not be overtaken by what another sender says after that. */
static TfNews
take_box_locked (TfPipeBox *box,
                 guint      candidates,
                 gboolean   is_box_held,
                 gboolean   is_overdue)
{
  TfNews news;

  if (candidates & TF_NEWS_FINAL)
    close_locked (box);

  if ((box->first != NULL || has_left (box)) && !is_box_held)
    candidates |= TF_NEWS_EVENTS;
  else if (box->first != NULL || has_left (box))
    candidates &= ~(guint) TF_NEWS_FINAL;

  news = get_first (candidates, is_overdue);
  /* The rest of a chunk comes first: it was held when the caller looked, or other news overtook it. */
  if (news == TF_NEWS_EVENTS && !has_left (box))
    take_chunk_locked (box);

  box->is_told = box->first != NULL;
  return news;
}

/* The first of the candidates. @has_events: there are events left in the box, of which nobody will tell. @kept: what
 * has to stay, because events before it are held. */
static TfNews
take_first (TfPipe   *self,
            guint     candidates,
            gboolean  is_overdue,
            gboolean *has_events,
            guint    *kept)
{
  TfPipeBox *box = tf__load (&self->box);
  TfNews     news = get_first (candidates, is_overdue);
  gboolean   is_box_held = box != NULL && is_held (self, box);

  *has_events = FALSE;
  *kept = 0;

  if (box == NULL && news == TF_NEWS_FINAL)
    {
      tf__or (&self->word, TF_PIPE_CLOSED);
      box = tf__load (&self->box);
    }

  if (box != NULL)
    {
      tf__lock (&box->lock);
      news = take_box_locked (box, candidates, is_box_held, is_overdue);
      *has_events = (box->is_told || has_left (box)) && !is_box_held;
      if (is_box_held && (box->first != NULL || has_left (box)))
        *kept = TF_NEWS_FINAL;
      tf__unlock (&box->lock);
    }

  return news;
}

/* The final message of a pipe without a box, which is most of them: one change of the word takes it, unlists the pipe
 * and marks it as closed. FALSE if there is anything else to do. Whoever makes a box sees the mark after that; a box
 * that is found here was made before, and may have events: then all is put back. */
static gboolean
take_last (TfPipe   *self,
           guint     word,
           TfNews   *news,
           gboolean *has_more)
{
  if (word != (TF_PIPE_LISTED | TF_NEWS_FINAL) || tf__load_relaxed (&self->box) != NULL ||
      !tf__cas (&self->word, &word, TF_PIPE_CLOSED))
    return FALSE;

  *news = TF_NEWS_FINAL;
  *has_more = FALSE;
  if (tf__load (&self->box) == NULL)
    return TRUE;

  /* It has nothing to tell here if somebody else has listed it meanwhile: then it comes again, by the inbox. */
  *news = TF_NEWS_NONE;
  *has_more = add_news (self, TF_NEWS_FINAL);
  return TRUE;
}

TfNews
tf__pipe_take (TfPipe   *self,
               gboolean  is_slot_due,
               gboolean  is_overdue,
               gboolean *has_more,
               gboolean *is_early)
{
  const guint all = ~(TF_PIPE_LISTED | TF_PIPE_CLOSED);
  guint       word = tf__load (&self->word);
  guint       new_word;
  guint       candidates;
  guint       kept;
  gboolean    has_events;
  TfNews      news;

  *is_early = FALSE;
  if (take_last (self, word, &news, has_more))
    return news;

  /* Before the look into the box: who comes after that tells again. */
  if (word & TF_NEWS_EVENTS)
    word = tf__and (&self->word, ~(guint) TF_NEWS_EVENTS) & ~(guint) TF_NEWS_EVENTS;

  candidates = word & all;
  *is_early =
    (candidates & TF_NEWS_PROGRESS) && !(candidates & TF_NEWS_FINAL) && !is_slot_due;
  if (*is_early)
    candidates &= ~(guint) TF_NEWS_PROGRESS;

  news = take_first (self, candidates, is_overdue, &has_events, &kept);

  word = tf__load (&self->word);
  do
    {
      candidates = word & all & ~(guint) news & ~kept;
      if (*is_early)
        candidates &= ~(guint) TF_NEWS_PROGRESS;
      *has_more = news == TF_NEWS_EVENTS || has_events || candidates != 0;

      new_word = word & ~(guint) news;
      if (!*has_more)
        new_word &= ~TF_PIPE_LISTED;
    }
  while (!tf__cas (&self->word, &word, new_word));

  return news;
}

gboolean
tf__pipe_list (TfPipe *self)
{
  return add_news (self, 0);
}

gboolean
tf__pipe_has_taken (TfPipe    *self,
                    TfPipeBox *box)
{
  return has_left (box) && !is_held (self, box);
}

gboolean
tf__pipe_has_delayed (TfPipe *self)
{
  const guint others = TF_PIPE_LISTED | TF_PIPE_CLOSED | TF_NEWS_EVENTS | TF_NEWS_FINAL;

  return (tf__load (&self->word) & ~others) != 0;
}

void
tf__pipe_hold (TfPipe *self)
{
  TfPipeBox *box = tf__pipe_ensure_box (self);

  tf__add (&box->n_holds, 1);
}

gboolean
tf__pipe_let_go (TfPipe *self)
{
  TfPipeBox *box = tf__load (&self->box);
  gint       n_holds = box == NULL ? 0 : tf__load (&box->n_holds);

  while (n_holds > 0 && !tf__cas (&box->n_holds, &n_holds, n_holds - 1))
    ;
  if (n_holds == 1)
    tf__pipe_post (self, TF_NEWS_EVENTS);

  return n_holds > 0;
}

void
tf__pipe_next_taken (TfPipeBox *box,
                     TfEvent   *event)
{
  *event = box->taken->events[box->n_delivered++];
  if (event->size == 0)
    return;

  /* Events that were dropped meanwhile are not counted any more. */
  tf__lock (&box->lock);
  box->n_units -= MIN (box->n_units, event->size);
  if (box->n_waiting > 0)
    g_cond_broadcast (&box->room);
  tf__unlock (&box->lock);
}

void
tf__pipe_drop_events (TfPipe *self)
{
  TfPipeBox *box = tf__load (&self->box);
  TfChunk   *first;

  if (box == NULL)
    return;

  tf__and (&self->word, ~(guint) (TF_NEWS_EVENTS | TF_NEWS_PROGRESS));

  tf__lock (&box->lock);
  first = g_steal_pointer (&box->first);
  box->last = NULL;
  tf__store_relaxed (&box->n_events, box->taken == NULL ? 0 : box->taken->n_events);
  box->n_units = 0;
  box->is_told = FALSE;
  if (box->n_waiting > 0)
    g_cond_broadcast (&box->room);
  tf__unlock (&box->lock);

  while (has_left (box))
    {
      TfEvent event;

      tf__pipe_next_taken (box, &event);
      tf__event_clear (&event);
    }

  free_chunks (first);
}
