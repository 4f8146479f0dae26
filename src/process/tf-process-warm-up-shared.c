/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "process/tf-process-crew-private.h"

/* Processes that are started before a task needs them. */

/* FALSE if there are enough. */
static gboolean
begin_warm_start (TfProcessCrew *self)
{
  gboolean is_needed;

  tf__lock (&self->lock);
  is_needed = !self->is_closed && self->processes->len + self->n_starting < self->n_warm;
  self->is_warm_start = is_needed;
  if (is_needed)
    {
      self->n_starting++;
    }
  else
    {
      self->is_warming = FALSE;
      self->n_warm = 0;
    }
  tf__unlock (&self->lock);

  return is_needed;
}

static void
end_warm_start (TfProcessCrew *self,
                GError        *reason)
{
  gboolean is_closed;

  tf__lock (&self->lock);
  self->is_warm_start = FALSE;
  if (reason != NULL)
    self->n_warm = 0;
  is_closed = self->is_closed;
  g_cond_broadcast (&self->changed);
  tf__unlock (&self->lock);

  if (reason != NULL && !is_closed)
    g_warning ("%s", reason->message);
}

/* A thread of its own, since a program may take its time until it is ready. */
static gpointer
warm_up (gpointer data)
{
  TfProcessCrew *self = data;

  while (begin_warm_start (self))
    {
      g_autoptr (GError) reason = NULL;
      gboolean           is_final;
      TfProcess         *process = tf__crew_start_process (self, NULL, &is_final, &reason);

      if (process != NULL)
        {
          tf__crew_give_back (self, process);
          tf__process_unref (process);
        }
      end_warm_start (self, reason);
    }

  return NULL;
}

void
tf__process_crew_warm_up (TfProcessCrew *self,
                          guint          n_processes)
{
  g_autoptr (GError) error = NULL;
  GThread           *last = NULL;

  tf__lock (&self->lock);
  self->n_warm = MAX (self->n_warm, n_processes);
  if (!self->is_warming)
    {
      GThread *warmer = g_thread_try_new ("tf-warm-up", warm_up, self, &error);

      self->is_warming = warmer != NULL;
      if (warmer != NULL)
        {
          last = self->warmer;
          self->warmer = warmer;
        }
      else
        {
          self->n_warm = 0;
        }
    }
  tf__unlock (&self->lock);

  /* It has nothing left to do. */
  if (last != NULL)
    g_thread_join (last);
  if (error != NULL)
    g_warning ("No thread to start worker processes: %s", error->message);
}
