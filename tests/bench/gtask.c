/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "variants.h"

/* The same with GTask. It has no messages of its own; what programs do is g_main_context_invoke_full() for each. */

typedef struct
{
  GMainLoop          *loop;
  const BenchSetting *setting;
  gsize               n_submitted;
  gsize               n_total;
  gsize               n_done;
  gint64              n_received;
  gint64              sum;
  gint64              begin_ns;
  GArray             *times;       /* (owned) (nullable) */
  GCancellable       *cancellable; /* (owned) (nullable) of the running task */
  gint                is_started;  /* [atomic] */
  gint                is_stopped;  /* [atomic] */
  BenchGate           gate;
  BenchTicks          ticks;
} Run;

static void
run_init (Run                *self,
          const BenchSetting *setting,
          gsize               n_total)
{
  *self = (Run){ 0 };
  self->setting = setting;
  self->n_total = n_total;
  self->loop = g_main_loop_new (NULL, FALSE);
  bench_gate_init (&self->gate);
}

static void
run_clear (Run *self)
{
  g_main_loop_unref (self->loop);
  bench_gate_clear (&self->gate);
}

static void
submit (Run                *self,
        GTaskThreadFunc     func,
        GCancellable       *cancellable,
        GAsyncReadyCallback callback)
{
  GTask *task = g_task_new (NULL, cancellable, callback, self);

  g_task_set_task_data (task, self, NULL);
  g_task_run_in_thread (task, func);
  g_object_unref (task);
}

static void
run_nothing (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  g_task_return_int (task, 1);
}

static void
run_gate (GTask        *task,
          gpointer      source,
          gpointer      data,
          GCancellable *cancellable)
{
  bench_gate_pass (&((Run *) data)->gate);
  g_task_return_int (task, 1);
}

/* A cancelled task has an error, which is not of interest. */
static void
end_task (Run          *self,
          GAsyncResult *result)
{
  g_autoptr (GError) error = NULL;

  self->sum += g_task_propagate_int (G_TASK (result), &error);
  self->n_done++;
}

static void
on_done_count_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  Run *self = user_data;

  end_task (self, result);
  if (self->n_done == self->n_total)
    g_main_loop_quit (self->loop);
}

/* --- Tasks --- */

static void
on_done_submit_cb (GObject      *source,
                   GAsyncResult *result,
                   gpointer      user_data)
{
  Run *self = user_data;

  end_task (self, result);
  if (self->n_submitted < self->n_total)
    {
      self->n_submitted++;
      submit (self, run_nothing, NULL, on_done_submit_cb);
    }
  else if (self->n_done == self->n_total)
    g_main_loop_quit (self->loop);
}

void
gtask_tasks (const BenchSetting *setting,
             double              results[BENCH_MAX_RESULTS])
{
  gsize  n_first = setting->window > 0 ? MIN (setting->window, setting->n) : setting->n;
  gint64 begin_ns;
  Run    self;

  run_init (&self, setting, setting->n);
  self.n_submitted = n_first;

  begin_ns = bench_now_ns ();
  for (gsize i = 0; i < n_first; i++)
    submit (&self, run_nothing, NULL, on_done_submit_cb);
  g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  run_clear (&self);
}

/* --- Round trips --- */

static gboolean on_pause_cb (gpointer user_data);

static void
on_done_pause_cb (GObject      *source,
                  GAsyncResult *result,
                  gpointer      user_data)
{
  Run   *self = user_data;
  gint64 time_ns;

  end_task (self, result);
  time_ns = bench_now_ns () - self->begin_ns;
  g_array_append_val (self->times, time_ns);

  if (self->n_done < self->n_total)
    g_timeout_add (BENCH_PAUSE_MS, on_pause_cb, self);
  else
    g_main_loop_quit (self->loop);
}

static gboolean
on_pause_cb (gpointer user_data)
{
  Run *self = user_data;

  self->begin_ns = bench_now_ns ();
  submit (self, run_nothing, NULL, on_done_pause_cb);
  return G_SOURCE_REMOVE;
}

void
gtask_round_trips (const BenchSetting *setting,
                   double              results[BENCH_MAX_RESULTS])
{
  Run self;

  run_init (&self, setting, setting->n);
  self.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  on_pause_cb (&self);
  g_main_loop_run (self.loop);
  bench_times_finish (self.times, results);
  run_clear (&self);
}

/* --- Streams --- */

static gboolean
on_message_cb (gpointer user_data)
{
  Run *self = user_data;

  self->n_received++;
  bench_busy_us (self->setting->handler_us);
  return G_SOURCE_REMOVE;
}

static void
run_events (GTask        *task,
            gpointer      source,
            gpointer      data,
            GCancellable *cancellable)
{
  Run  *self = data;
  gsize n = self->setting->n / self->setting->n_senders;

  for (gsize i = 0; i < n; i++)
    g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, on_message_cb, self, NULL);
  g_task_return_int (task, 1);
}

void
gtask_events (const BenchSetting *setting,
              double              results[BENCH_MAX_RESULTS])
{
  gint64 begin_ns;
  Run    self;

  run_init (&self, setting, setting->n_senders);

  begin_ns = bench_now_ns ();
  for (guint i = 0; i < setting->n_senders; i++)
    submit (&self, run_events, NULL, on_done_count_cb);
  g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) self.n_received;
  run_clear (&self);
}

static void
run_flood (GTask        *task,
           gpointer      source,
           gpointer      data,
           GCancellable *cancellable)
{
  Run *self = data;

  while (!g_atomic_int_get (&self->is_stopped))
    g_main_context_invoke_full (NULL, G_PRIORITY_DEFAULT, on_message_cb, self, NULL);
  g_task_return_int (task, 1);
}

static void
on_done_flooded_cb (GObject      *source,
                    GAsyncResult *result,
                    gpointer      user_data)
{
  Run *self = user_data;

  end_task (self, result);
  self->ticks.is_over = self->n_done == self->n_total;
}

void
gtask_flood (const BenchSetting *setting,
             double              results[BENCH_MAX_RESULTS])
{
  gint64   begin_ns;
  GThread *later;
  Run      self;

  run_init (&self, setting, setting->n_senders);

  begin_ns = bench_now_ns ();
  for (guint i = 0; i < setting->n_senders; i++)
    submit (&self, run_flood, NULL, on_done_flooded_cb);
  bench_ticks_start (&self.ticks, self.loop, G_PRIORITY_DEFAULT);
  later = bench_raise_later (&self.is_stopped, setting->duration_ms);
  g_main_loop_run (self.loop);

  g_thread_join (later);
  bench_ticks_finish (&self.ticks, results);
  results[3] = (double) self.n_received * 1e9 / (double) (bench_now_ns () - begin_ns);
  run_clear (&self);
}

/* --- Pending tasks --- */

void
gtask_bytes (const BenchSetting *setting,
             double              results[BENCH_MAX_RESULTS])
{
  gsize before;
  Run   self;

  run_init (&self, setting, setting->n);
  submit (&self, run_gate, NULL, on_done_count_cb);
  bench_gate_wait_for (&self.gate, 1);

  before = bench_get_rss ();
  for (gsize i = 0; i < setting->n; i++)
    submit (&self, run_gate, NULL, on_done_count_cb);
  results[0] = (double) (bench_get_rss () - before) / (double) setting->n;
}

/* The pool of GTask makes more threads as long as all are blocked, so each task stands before the gate. */
void
gtask_cancel (const BenchSetting *setting,
              double              results[BENCH_MAX_RESULTS])
{
  g_autofree GCancellable **cancellables = g_new (GCancellable *, setting->n);
  gint64                    begin_ns;
  Run                       self;

  run_init (&self, setting, setting->n);
  for (gsize i = 0; i < setting->n; i++)
    {
      cancellables[i] = g_cancellable_new ();
      submit (&self, run_gate, cancellables[i], on_done_count_cb);
    }

  begin_ns = bench_now_ns ();
  for (gsize i = 0; i < setting->n; i++)
    {
      g_cancellable_cancel (cancellables[i]);
      g_object_unref (cancellables[i]);
    }
  bench_gate_open (&self.gate);
  g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  run_clear (&self);
}

static void
run_until_cancelled (GTask        *task,
                     gpointer      source,
                     gpointer      data,
                     GCancellable *cancellable)
{
  g_atomic_int_set (&((Run *) data)->is_started, TRUE);
  while (!g_cancellable_is_cancelled (cancellable))
    ;
  g_task_return_error_if_cancelled (task);
}

static void on_done_cancelled_cb (GObject      *source,
                                  GAsyncResult *result,
                                  gpointer      user_data);

static void
submit_and_cancel (Run *self)
{
  g_clear_object (&self->cancellable);
  self->cancellable = g_cancellable_new ();
  g_atomic_int_set (&self->is_started, FALSE);
  submit (self, run_until_cancelled, self->cancellable, on_done_cancelled_cb);
  while (!g_atomic_int_get (&self->is_started))
    g_thread_yield ();

  self->begin_ns = bench_now_ns ();
  g_cancellable_cancel (self->cancellable);
}

static void
on_done_cancelled_cb (GObject      *source,
                      GAsyncResult *result,
                      gpointer      user_data)
{
  Run   *self = user_data;
  gint64 time_ns = bench_now_ns () - self->begin_ns;

  end_task (self, result);
  g_array_append_val (self->times, time_ns);
  if (self->n_done < self->n_total)
    submit_and_cancel (self);
  else
    g_main_loop_quit (self->loop);
}

void
gtask_cancel_running (const BenchSetting *setting,
                      double              results[BENCH_MAX_RESULTS])
{
  Run self;

  run_init (&self, setting, setting->n);
  self.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  submit_and_cancel (&self);
  g_main_loop_run (self.loop);
  bench_times_finish (self.times, results);
  g_clear_object (&self.cancellable);
  run_clear (&self);
}
