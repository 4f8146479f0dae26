/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-run.h"

/* Ours: tasks that have a lot to say. */

#define N_TEXTS               64
#define DELIVERIES_PER_SECOND 200
#define DELIVERIES_AT_ENDS    2
#define DRAWING_PRIORITY      120 /* that of GTK */

static void
on_progress_cb (TfFuture     *future,
                const GValue *value,
                TfRun        *self)
{
  self->n_received++;
  self->sum += g_value_get_int64 (value);
  bench_busy_us (self->setting->handler_us);
}

static void
body_events (TfTask  *task,
             gpointer user_data)
{
  gsize n = ((TfRun *) user_data)->n_per_task;

  for (gsize i = 0; i < n; i++)
    tf_task_report_int64 (task, (gint64) i);
}

static void
submit_sender (TfRun     *self,
               TfTaskFunc func,
               void (*on_done) (TfFuture *future,
                                TfRun    *self))
{
  TfFuture *future = tf_run_submit (self, func, on_done);

  g_signal_connect (future, "progress", G_CALLBACK (on_progress_cb), self);
  g_object_unref (future);
}

void
tf_events (const BenchSetting *setting,
           double              results[BENCH_MAX_RESULTS])
{
  gint64 begin_ns;
  TfRun  self;

  tf_run_init (&self, setting);
  self.n_total = setting->n_senders;
  self.n_per_task = setting->n / setting->n_senders;

  begin_ns = bench_now_ns ();
  for (guint i = 0; i < setting->n_senders; i++)
    submit_sender (&self, body_events, tf_run_on_done_count_cb);
  g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) self.n_received;
  tf_run_clear (&self);
}

/* --- Progress --- */

/* The texts are made before, since making them costs more than passing them on. */
static const char **
make_texts (BenchText text)
{
  const char **texts = g_new0 (const char *, N_TEXTS + 1);

  for (guint i = 0; i < N_TEXTS && text != BENCH_TEXT_NONE; i++)
    texts[i] = g_strdup_printf ("file number %u", text == BENCH_TEXT_CONSTANT ? 0 : i);

  return texts;
}

static void
body_progress (TfTask  *task,
               gpointer user_data)
{
  TfRun       *self = user_data;
  const char **texts = make_texts (self->setting->text);
  gint64       n = (gint64) self->n_per_task;
  gint64       begin_ns = bench_now_ns ();

  for (gint64 i = 1; i <= n; i++)
    tf_task_set_progress (task, i, n, texts[i % N_TEXTS]);
  self->worker_ns = bench_now_ns () - begin_ns;

  for (guint i = 0; i < N_TEXTS; i++)
    g_free ((char *) texts[i]);
  g_free (texts);
}

static void
on_notify_cb (TfFuture   *future,
              GParamSpec *pspec,
              TfRun      *self)
{
  self->n_received++;
}

void
tf_progress (const BenchSetting *setting,
             double              results[BENCH_MAX_RESULTS])
{
  TfFuture *future;
  gint64    begin_ns;
  TfRun     self;

  tf_run_init (&self, setting);
  self.n_total = 1;
  self.n_per_task = setting->n;

  begin_ns = bench_now_ns ();
  future = tf_run_submit (&self, body_progress, tf_run_on_done_count_cb);
  g_signal_connect (future, "notify::completed-steps", G_CALLBACK (on_notify_cb), &self);
  g_object_unref (future);
  g_main_loop_run (self.loop);

  results[0] = (double) self.worker_ns / (double) setting->n;
  results[1] = (double) self.n_received;
  results[2] = DELIVERIES_AT_ENDS +
               DELIVERIES_PER_SECOND * (double) (bench_now_ns () - begin_ns) / 1e9;
  tf_run_clear (&self);
}

/* --- Floods --- */

static void
body_flood (TfTask  *task,
            gpointer user_data)
{
  TfRun *self = user_data;

  for (gint64 i = 0; !g_atomic_int_get (&self->is_stopped); i++)
    tf_task_report_int64 (task, i);
}

static void
body_flood_progress (TfTask  *task,
                     gpointer user_data)
{
  TfRun *self = user_data;

  for (gint64 i = 0; !g_atomic_int_get (&self->is_stopped); i++)
    tf_task_set_progress (task, i, -1, NULL);
}

static void
body_busy (TfTask  *task,
           gpointer user_data)
{
  TfRun *self = user_data;

  while (!g_atomic_int_get (&self->is_stopped))
    ;
}

static void
on_done_flooded_cb (TfFuture *future,
                    TfRun    *self)
{
  self->ticks.is_over = ++self->n_done == self->n_total;
}

static TfTaskFunc
get_flood (BenchFlood flood)
{
  switch (flood)
    {
    case BENCH_FLOOD_EVENTS:
      return body_flood;
    case BENCH_FLOOD_PROGRESS:
      return body_flood_progress;
    case BENCH_FLOOD_NOTHING:
    default:
      return body_busy;
    }
}

void
tf_flood (const BenchSetting *setting,
          double              results[BENCH_MAX_RESULTS])
{
  gint64   begin_ns;
  GThread *later;
  TfRun    self;

  tf_run_init (&self, setting);
  self.n_total = setting->n_senders;

  begin_ns = bench_now_ns ();
  for (guint i = 0; i < setting->n_senders; i++)
    submit_sender (&self, get_flood (setting->flood), on_done_flooded_cb);
  bench_ticks_start (&self.ticks, self.loop, G_PRIORITY_DEFAULT);
  if (setting->has_drawing)
    bench_ticks_start (&self.drawing, self.loop, DRAWING_PRIORITY);
  later = bench_raise_later (&self.is_stopped, setting->duration_ms);
  g_main_loop_run (self.loop);

  g_thread_join (later);
  if (setting->has_drawing)
    bench_ticks_finish (&self.drawing, results + 3);
  bench_ticks_finish (&self.ticks, results);
  results[3] = (double) self.n_received * 1e9 / (double) (bench_now_ns () - begin_ns);
  tf_run_clear (&self);
}
