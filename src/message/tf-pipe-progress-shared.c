/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-text-private.h"
#include "message/tf-pipe-private.h"

#include <string.h>

/* The slot of the progress of a pipe: newer values replace older ones, without a lock while only numbers change. */

/* The numbers are written before the mark is read; the foreground clears the mark before it reads
 * the numbers. So either it sees these numbers, or the mark is found clear here and is set
 * again. */
static void
announce (TfPipe         *self,
          TfProgressSlot *slot)
{
  if (!tf__load (&slot->is_dirty) && !tf__exchange (&slot->is_dirty, TRUE))
    tf__pipe_post (self, TF_NEWS_PROGRESS);
}

/* Whether the text is the one that is set; FALSE also where that cannot be told without the lock. */
static gboolean
is_status_set (TfProgressSlot *slot,
               const char     *status)
{
  return tf__load (&slot->writer) == tf__current_thread () && strcmp (status, slot->single) == 0;
}

static void set_status_locked (TfPipeBox  *box,
                               const char *status) TF_CALLER_HOLDS (box->lock);

/* As long as one thread alone sets the text, that thread may compare it without the lock: nobody else
 * frees it. When another one comes, what the first has set is kept to the end. */
static void
set_status_locked (TfPipeBox  *box,
                   const char *status)
{
  TfProgressSlot *slot = &box->slot;
  gpointer        thread = tf__current_thread ();
  char           *valid;

  if (g_strcmp0 (status, slot->status) == 0)
    return;

  valid = tf__text_dup (status);
  if (g_strcmp0 (valid, slot->status) == 0)
    {
      g_free (valid);
      return;
    }

  if (slot->status != slot->single)
    g_free (slot->status);
  slot->status = valid;
  tf__store (&slot->is_new, TRUE);

  if (slot->writer == NULL || slot->writer == thread)
    {
      g_free (slot->single);
      slot->single = slot->status;
      tf__store (&slot->writer, thread);
    }
  else
    {
      tf__store (&slot->writer, (gpointer) slot);
    }
}

gboolean
tf__pipe_set_progress (TfPipe       *self,
                       const gint64 *completed,
                       const gint64 *total,
                       const char   *status)
{
  TfPipeBox      *box;
  TfProgressSlot *slot;

  if (!tf__pipe_is_wanted (self))
    return FALSE;

  box = tf__pipe_ensure_box (self);
  slot = &box->slot;

  if ((total != NULL && *total != tf__load_relaxed (&slot->total)) ||
      (status != NULL && !is_status_set (slot, status)))
    {
      tf__lock (&box->lock);
      if (status != NULL)
        set_status_locked (box, status);
      if (total != NULL && *total != slot->total)
        {
          tf__store (&slot->is_new, TRUE);
          tf__store (&slot->total, *total);
        }
      if (completed != NULL)
        tf__store (&slot->completed, *completed);
      tf__unlock (&box->lock);
    }
  else if (completed != NULL)
    {
      tf__store (&slot->completed, *completed);
    }

  announce (self, slot);
  return TRUE;
}

gboolean
tf__pipe_advance (TfPipe *self,
                  gint64  n_steps)
{
  TfProgressSlot *slot;

  if (!tf__pipe_is_wanted (self))
    return FALSE;

  slot = &tf__pipe_ensure_box (self)->slot;
  tf__add (&slot->completed, n_steps);
  announce (self, slot);
  return TRUE;
}

void
tf__pipe_take_slot (TfPipe   *self,
                    gint64   *completed,
                    gint64   *total,
                    char    **status,
                    gboolean *is_status_new)
{
  TfPipeBox      *box = tf__load (&self->box);
  TfProgressSlot *slot = &box->slot;

  *status = NULL;
  *is_status_new = FALSE;

  tf__store (&slot->is_dirty, FALSE);
  *completed = tf__load (&slot->completed);
  *total = tf__load (&slot->total);

  /* The numbers first, the mark after: whoever changes the total sets the mark before the numbers,
   * so numbers of two different moments are not taken for one. A report of numbers alone never
   * holds this lock. */
  if (!tf__load (&slot->is_new))
    return;

  tf__lock (&box->lock);
  tf__store (&slot->is_new, FALSE);
  *completed = tf__load (&slot->completed);
  *total = slot->total;
  *status = g_strdup (slot->status);
  *is_status_new = TRUE;
  tf__unlock (&box->lock);
}
