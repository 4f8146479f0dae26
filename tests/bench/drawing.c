/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "variants.h"

#include <tf/tf.h>

/* A window that draws without a pause: a source of the priority of drawing that is always ready, and takes a frame each
 * time. Beside it one task after another, which takes 1 ms: when does the main loop hear of its end? */

/* That of GTK. */
#define DRAWING_PRIORITY (G_PRIORITY_HIGH_IDLE + 20)

#define TASK_MS     1
#define MAX_BURNING 8

/* Where there are no tasks. */
#define N_FRAMES_ALONE 50

typedef struct _Drawing Drawing;
struct _Drawing
{
  const BenchSetting *setting;
  void (*submit) (Drawing *self); /* (nullable) */
  TfExecutor *executor;           /* (owned) (nullable) */
  GMainLoop  *loop;
  GArray     *times; /* (owned) (element-type gint64) */
  guint       n_frames;
  gint64      begin_ns;
  gint64      submit_ns;
  GThread    *burning[MAX_BURNING];
  gint        is_over; /* [atomic] */
};

static gpointer
burn (gpointer data)
{
  Drawing *self = data;

  while (!g_atomic_int_get (&self->is_over))
    bench_busy_us (10);
  return NULL;
}

static gboolean
on_frame_cb (gpointer data)
{
  Drawing *self = data;

  self->n_frames++;
  bench_busy_us (self->setting->handler_us);
  if (self->submit == NULL && self->n_frames == N_FRAMES_ALONE)
    g_main_loop_quit (self->loop);
  return G_SOURCE_CONTINUE;
}

static void
begin_task (Drawing *self)
{
  self->submit_ns = bench_now_ns ();
  self->submit (self);
}

static void
end_task (Drawing *self)
{
  gint64 time_ns = bench_now_ns () - self->submit_ns;

  g_array_append_val (self->times, time_ns);
  if (self->times->len < self->setting->n)
    begin_task (self);
  else
    g_main_loop_quit (self->loop);
}

static void
draw (const BenchSetting *setting,
      void (*submit) (Drawing *self),
      TfExecutor *executor,
      double      results[BENCH_MAX_RESULTS])
{
  Drawing self = { .setting = setting, .submit = submit, .executor = executor };
  guint   n_burning = MIN (setting->n_senders, MAX_BURNING);
  double  sum_ns = 0;
  gint64  worst_ns = 0;
  guint   frame_id;

  self.loop = g_main_loop_new (NULL, FALSE);
  self.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (guint i = 0; i < n_burning; i++)
    self.burning[i] = g_thread_new ("burn", burn, &self);

  frame_id = g_idle_add_full (DRAWING_PRIORITY, on_frame_cb, &self, NULL);
  self.begin_ns = bench_now_ns ();
  if (submit != NULL)
    begin_task (&self);
  g_main_loop_run (self.loop);
  results[2] = (double) (bench_now_ns () - self.begin_ns) / 1e6 / MAX (self.n_frames, 1);

  for (guint i = 0; i < self.times->len; i++)
    {
      gint64 time_ns = g_array_index (self.times, gint64, i);

      sum_ns += (double) time_ns;
      worst_ns = MAX (worst_ns, time_ns);
    }
  results[0] = sum_ns / 1e6 / MAX (self.times->len, 1);
  results[1] = (double) worst_ns / 1e6;

  g_source_remove (frame_id);
  g_atomic_int_set (&self.is_over, TRUE);
  for (guint i = 0; i < n_burning; i++)
    g_thread_join (self.burning[i]);
  g_array_unref (self.times);
  g_main_loop_unref (self.loop);
}

void
floor_drawing (const BenchSetting *setting,
               double              results[BENCH_MAX_RESULTS])
{
  draw (setting, NULL, NULL, results);
}

/* --- GTask --- */

static void
run_gtask (GTask        *task,
           gpointer      source,
           gpointer      data,
           GCancellable *cancellable)
{
  g_poll (NULL, 0, TASK_MS);
  g_task_return_boolean (task, TRUE);
}

static void
on_gtask_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      data)
{
  end_task (data);
}

static void
submit_gtask (Drawing *self)
{
  GTask *task = g_task_new (NULL, NULL, on_gtask_cb, self);

  g_task_run_in_thread (task, run_gtask);
  g_object_unref (task);
}

void
gtask_drawing (const BenchSetting *setting,
               double              results[BENCH_MAX_RESULTS])
{
  draw (setting, submit_gtask, NULL, results);
}

/* --- Ours --- */

static void
run_task (TfTask  *task,
          gpointer data)
{
  g_poll (NULL, 0, TASK_MS);
  tf_task_return_none (task);
}

static void
on_done_cb (TfFuture *future,
            Drawing  *self)
{
  end_task (self);
}

static void
submit_task (Drawing *self)
{
  TfFuture *future = tf_executor_submit_call (self->executor, run_task, NULL, NULL, NULL);

  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), self);
  g_object_unref (future);
}

void
tf_drawing (const BenchSetting *setting,
            double              results[BENCH_MAX_RESULTS])
{
  TfExecutor *executor = tf_executor_new ();

  draw (setting, submit_task, executor, results);
  tf_executor_shutdown (executor, -1, NULL);
  g_object_unref (executor);
}
