/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-run.h"

/* Ours: what waits, and how it is given up. */

void
tf_bytes (const BenchSetting *setting,
          double              results[BENCH_MAX_RESULTS])
{
  gsize before;
  TfRun self;

  tf_run_init (&self, setting);
  tf_run_block_workers (&self);
  before = bench_get_rss ();
  for (gsize i = 0; i < setting->n; i++)
    g_object_unref (tf_run_submit (&self, tf_run_body_nothing, tf_run_on_done_count_cb));
  results[0] = (double) (bench_get_rss () - before) / (double) setting->n;
}

void
tf_cancel (const BenchSetting *setting,
           double              results[BENCH_MAX_RESULTS])
{
  g_autofree TfFuture **futures = g_new (TfFuture *, setting->n);
  gint64                begin_ns;
  TfRun                 self;

  tf_run_init (&self, setting);
  tf_run_block_workers (&self);
  self.n_total = setting->n;
  for (gsize i = 0; i < setting->n; i++)
    futures[i] = tf_run_submit (&self, tf_run_body_nothing, tf_run_on_done_count_cb);

  /* As in a handler: the loop of a program holds the main context all the time. */
  g_main_context_acquire (NULL);
  begin_ns = bench_now_ns ();
  for (gsize i = 0; i < setting->n; i++)
    {
      tf_future_cancel (futures[i]);
      g_object_unref (futures[i]);
    }
  bench_gate_open (&self.gate);
  if (self.n_done < self.n_total)
    g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  g_main_context_release (NULL);
  tf_run_clear (&self);
}

/* --- Running tasks --- */

static void
body_until_cancelled (TfTask  *task,
                      gpointer user_data)
{
  while (!tf_task_is_cancelled (task))
    ;
}

static void
on_state_cb (TfFuture   *future,
             GParamSpec *pspec,
             TfRun      *self)
{
  if (tf_future_get_state (future) != TF_FUTURE_STATE_EXECUTING)
    return;

  self->begin_ns = bench_now_ns ();
  tf_future_cancel (future);
}

static void on_done_cancelled_cb (TfFuture *future,
                                  TfRun    *self);

static void
submit_running (TfRun *self)
{
  TfFuture *future = tf_run_submit (self, body_until_cancelled, on_done_cancelled_cb);

  g_signal_connect (future, "notify::state", G_CALLBACK (on_state_cb), self);
  g_object_unref (future);
}

static void
on_done_cancelled_cb (TfFuture *future,
                      TfRun    *self)
{
  gint64 time_ns = bench_now_ns () - self->begin_ns;

  g_array_append_val (self->times, time_ns);
  if (++self->n_done < self->n_total)
    submit_running (self);
  else
    g_main_loop_quit (self->loop);
}

void
tf_cancel_running (const BenchSetting *setting,
                   double              results[BENCH_MAX_RESULTS])
{
  TfRun self;

  tf_run_init (&self, setting);
  self.n_total = setting->n;
  self.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  submit_running (&self);
  g_main_loop_run (self.loop);
  bench_times_finish (self.times, results);
  tf_run_clear (&self);
}
