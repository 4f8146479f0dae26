/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

G_BEGIN_DECLS

typedef struct _Jobs Jobs;

/* A square that was asked for. */
typedef struct
{
  Jobs     *jobs;
  guint     number;
  gint64    n;
  TfFuture *future; /* (owned) */
} Job;

typedef struct
{
  /* A job has another state: told for each one of them. */
  void (*moved) (Job     *job,
                 gpointer user_data);
  /* What a picture of the jobs would show has changed. */
  void (*changed) (gpointer user_data);
} JobsFuncs;

Jobs *jobs_new (TfExecutor      *executor,
                double           time_scale,
                guint32          seed,
                const JobsFuncs *funcs,
                gpointer         user_data);
/* After the executor has been shut down. */
void jobs_free (Jobs *self);

/* @n: negative for any of 0 to 100 */
void jobs_add (Jobs  *self,
               gint64 n);
void jobs_cancel_all (Jobs *self);
/* Forgets those that are done. */
void jobs_clear_done (Jobs *self);

guint      jobs_get_n_jobs (Jobs *self);
const Job *jobs_get_job (Jobs *self,
                         guint index);
gboolean   jobs_are_done (Jobs *self);
/* Of all that there ever were. */
char *jobs_dup_summary (Jobs *self);

/* "executing", "completed: 49": for people. */
char *job_dup_text (const Job *self);

G_END_DECLS
