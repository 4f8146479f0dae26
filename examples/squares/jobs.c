/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "jobs.h"

#include "square.h"

#define MAX_NUMBER 100

struct _Jobs
{
  TfExecutor *executor;
  GPtrArray  *jobs; /* of Job (owned) */
  GRand      *rand;
  double      time_scale;
  guint       n_added;
  guint       n_not_done;
  guint       n_completed;
  guint       n_failed;
  guint       n_cancelled;
  JobsFuncs   funcs;
  gpointer    user_data;
};

static void
job_free (gpointer data)
{
  Job *self = data;

  g_signal_handlers_disconnect_by_data (self->future, self);
  g_object_unref (self->future);
  g_free (self);
}

Jobs *
jobs_new (TfExecutor      *executor,
          double           time_scale,
          guint32          seed,
          const JobsFuncs *funcs,
          gpointer         user_data)
{
  Jobs *self = g_new0 (Jobs, 1);

  self->executor = g_object_ref (executor);
  self->jobs = g_ptr_array_new_with_free_func (job_free);
  self->rand = g_rand_new_with_seed (seed);
  self->time_scale = time_scale;
  self->funcs = *funcs;
  self->user_data = user_data;
  return self;
}

void
jobs_free (Jobs *self)
{
  g_ptr_array_unref (self->jobs);
  g_rand_free (self->rand);
  g_object_unref (self->executor);
  g_free (self);
}

static void
on_state_cb (TfFuture   *future,
             GParamSpec *pspec,
             Job        *job)
{
  Jobs         *self = job->jobs;
  TfFutureState state = tf_future_get_state (future);

  if (tf_future_is_done (future))
    self->n_not_done--;
  self->n_completed += state == TF_FUTURE_STATE_COMPLETED;
  self->n_failed += state == TF_FUTURE_STATE_FAILED;
  self->n_cancelled += state == TF_FUTURE_STATE_CANCELLED;
  self->funcs.moved (job, self->user_data);
  self->funcs.changed (self->user_data);
}

static void
on_fraction_cb (TfFuture   *future,
                GParamSpec *pspec,
                Job        *job)
{
  Jobs *self = job->jobs;

  self->funcs.changed (self->user_data);
}

void
jobs_add (Jobs  *self,
          gint64 n)
{
  g_autoptr (GError) error = NULL;
  g_autofree char   *name = NULL;
  Job               *job = g_new0 (Job, 1);
  TfTask            *task;

  job->jobs = self;
  job->number = ++self->n_added;
  job->n = n >= 0 ? n : g_rand_int_range (self->rand, 0, MAX_NUMBER + 1);

  task = tf_task_new_with_argument (
    run_square, square_argument_new (job->n, self->time_scale, g_rand_int (self->rand)));
  name = g_strdup_printf ("square of %" G_GINT64_FORMAT, job->n);
  tf_task_set_name (task, name);
  job->future = tf_executor_submit (self->executor, task, &error);
  if (job->future == NULL)
    g_error ("%s", error->message); /* nobody stops the executor while commands are taken */

  self->n_not_done++;
  g_ptr_array_add (self->jobs, job);
  g_signal_connect (job->future, "notify::state", G_CALLBACK (on_state_cb), job);
  g_signal_connect (job->future, "notify::fraction", G_CALLBACK (on_fraction_cb), job);
  self->funcs.moved (job, self->user_data);
  self->funcs.changed (self->user_data);
}

void
jobs_cancel_all (Jobs *self)
{
  for (guint i = 0; i < self->jobs->len; i++)
    {
      Job *job = g_ptr_array_index (self->jobs, i);

      tf_future_cancel (job->future);
    }
}

void
jobs_clear_done (Jobs *self)
{
  for (guint i = self->jobs->len; i > 0; i--)
    {
      Job *job = g_ptr_array_index (self->jobs, i - 1);

      if (tf_future_is_done (job->future))
        g_ptr_array_remove_index (self->jobs, i - 1);
    }
  self->funcs.changed (self->user_data);
}

guint
jobs_get_n_jobs (Jobs *self)
{
  return self->jobs->len;
}

const Job *
jobs_get_job (Jobs *self,
              guint index)
{
  return g_ptr_array_index (self->jobs, index);
}

gboolean
jobs_are_done (Jobs *self)
{
  return self->n_not_done == 0;
}

char *
jobs_dup_summary (Jobs *self)
{
  return g_strdup_printf (
    "%u %s: %u completed, %u failed, %u cancelled", self->n_added,
    self->n_added == 1 ? "job" : "jobs", self->n_completed, self->n_failed, self->n_cancelled);
}

char *
job_dup_text (const Job *self)
{
  g_autoptr (GEnumClass) states = g_type_class_ref (TF_TYPE_FUTURE_STATE);
  g_autoptr (GError)     error = NULL;
  TfFutureState          state = tf_future_get_state (self->future);
  const char            *name = g_enum_get_value (states, (int) state)->value_nick;

  if (state == TF_FUTURE_STATE_COMPLETED)
    return g_strdup_printf ("%s: %" G_GINT64_FORMAT, name,
                            tf_future_get_int64 (self->future, NULL));
  if (state != TF_FUTURE_STATE_FAILED)
    return g_strdup (name);

  error = tf_future_dup_error (self->future);
  return g_strdup_printf ("%s: %s", name, error->message);
}
