/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-run.h"

/* Ours: tasks that do nothing, and pauses between them. */

static void
on_done_submit_cb (TfFuture *future,
                   TfRun    *self)
{
  if (self->n_submitted < self->n_total)
    {
      self->n_done++;
      self->n_submitted++;
      g_object_unref (tf_run_submit (self, tf_run_body_nothing, on_done_submit_cb));
    }
  else
    tf_run_on_done_count_cb (future, self);
}

static void
body_return_1 (TfTask  *task,
               gpointer user_data)
{
  tf_task_return_int64 (task, 1);
}

static void on_ready_cb (GObject      *source,
                         GAsyncResult *result,
                         gpointer      user_data);

static void
submit_async (TfRun *self)
{
  tf_executor_submit_async (self->executor, tf_task_new (body_return_1, self, NULL), NULL,
                            on_ready_cb, self);
}

static void
on_ready_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  TfRun          *self = user_data;
  g_auto (GValue) value = G_VALUE_INIT;

  if (tf_executor_submit_finish (self->executor, result, &value, NULL))
    self->sum += g_value_get_int64 (&value);

  if (self->n_submitted < self->n_total)
    {
      self->n_done++;
      self->n_submitted++;
      submit_async (self);
    }
  else
    tf_run_on_done_count_cb (NULL, self);
}

void
tf_tasks (const BenchSetting *setting,
          double              results[BENCH_MAX_RESULTS])
{
  gsize  n_first = setting->window > 0 ? MIN (setting->window, setting->n) : setting->n;
  gint64 begin_ns;
  TfRun  self;

  tf_run_init (&self, setting);
  self.n_total = setting->n;
  self.n_submitted = n_first;

  begin_ns = bench_now_ns ();
  for (gsize i = 0; i < n_first; i++)
    {
      if (setting->listen == BENCH_LISTEN_ASYNC)
        submit_async (&self);
      else
        g_object_unref (tf_run_submit (&self, tf_run_body_nothing, on_done_submit_cb));
    }
  g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  tf_run_clear (&self);
}

/* --- Growth --- */

void
tf_growth (const BenchSetting *setting,
           double              results[BENCH_MAX_RESULTS])
{
  gsize  n_rounds = bench_rounds (setting);
  gint64 sum_ns = 0;

  for (gsize round = 0; round < n_rounds; round++)
    {
      gint64 begin_ns;
      TfRun  self;

      tf_run_init (&self, setting);
      if (setting->has_list)
        self.sum += g_list_model_get_n_items (G_LIST_MODEL (self.executor));
      tf_run_block_workers (&self);
      self.n_total = setting->n;

      begin_ns = bench_now_ns ();
      for (gsize i = 0; i < setting->n; i++)
        g_object_unref (tf_run_submit (&self, tf_run_body_nothing, tf_run_on_done_count_cb));
      bench_gate_open (&self.gate);
      g_main_loop_run (self.loop);

      sum_ns += bench_now_ns () - begin_ns;
      tf_run_clear (&self);
    }

  results[0] = (double) sum_ns / (double) (setting->n * n_rounds);
}

/* --- Round trips --- */

static gboolean on_pause_cb (gpointer user_data);

static void
on_done_pause_cb (TfFuture *future,
                  TfRun    *self)
{
  gint64 time_ns = bench_now_ns () - self->begin_ns;

  g_array_append_val (self->times, time_ns);
  if (++self->n_done < self->n_total)
    g_timeout_add (BENCH_PAUSE_MS, on_pause_cb, self);
  else
    g_main_loop_quit (self->loop);
}

static gboolean
on_pause_cb (gpointer user_data)
{
  TfRun *self = user_data;

  self->begin_ns = bench_now_ns ();
  g_object_unref (tf_run_submit (self, tf_run_body_nothing, on_done_pause_cb));
  return G_SOURCE_REMOVE;
}

void
tf_round_trips (const BenchSetting *setting,
                double              results[BENCH_MAX_RESULTS])
{
  TfRun self;

  tf_run_init (&self, setting);
  self.n_total = setting->n;
  self.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  on_pause_cb (&self);
  g_main_loop_run (self.loop);
  bench_times_finish (self.times, results);
  tf_run_clear (&self);
}
