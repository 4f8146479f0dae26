/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-run.h"

#include <string.h>

/* Ours: tasks in a worker process, which is this executable. The worker is there before anything is measured. */

/* What travels has no data of this process. */
static TfFuture *
submit_job (TfRun     *self,
            TfTaskFunc func,
            GVariant  *argument,
            void (*on_done) (TfFuture *future,
                             TfRun    *self))
{
  TfTask   *task = tf_task_new_with_argument (func, argument);
  GError   *error = NULL;
  TfFuture *future;

  if (self->setting->listen == BENCH_LISTEN_CALLBACK)
    tf_task_set_callback (task, (TfFutureFunc) on_done, self, NULL);
  future = tf_executor_submit (self->executor, task, &error);
  if (error != NULL)
    g_error ("%s", error->message);

  if (self->setting->listen != BENCH_LISTEN_CALLBACK)
    g_signal_connect (future, "done", G_CALLBACK (on_done), self);
  return future;
}

static void
on_done_quit_cb (TfFuture *future,
                 TfRun    *self)
{
  g_main_loop_quit (self->loop);
}

static void
process_init (TfRun              *self,
              const BenchSetting *setting)
{
  TfProcessContext *context = tf_process_context_new (bench_workers (setting));

  tf_run_init_with_context (self, setting, TF_PARALLEL_CONTEXT (context));
  g_object_unref (submit_job (self, tf_run_body_nothing, NULL, on_done_quit_cb));
  g_main_loop_run (self->loop);
  g_object_unref (context);

  self->n_total = setting->n;
  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
}

static void
add_time (TfRun *self,
          gint64 begin_ns)
{
  gint64 time_ns = bench_now_ns () - begin_ns;

  g_array_append_val (self->times, time_ns);
}

/* --- Jobs --- */

static void
on_done_again_cb (TfFuture *future,
                  TfRun    *self)
{
  add_time (self, self->begin_ns);
  if (self->times->len == self->n_total)
    {
      g_main_loop_quit (self->loop);
      return;
    }

  self->begin_ns = bench_now_ns ();
  g_object_unref (submit_job (self, tf_run_body_nothing, NULL, on_done_again_cb));
}

void
tf_process_round_trips (const BenchSetting *setting,
                        double              results[BENCH_MAX_RESULTS])
{
  TfRun self;

  process_init (&self, setting);
  self.begin_ns = bench_now_ns ();
  g_object_unref (submit_job (&self, tf_run_body_nothing, NULL, on_done_again_cb));
  g_main_loop_run (self.loop);

  bench_times_finish (self.times, results);
  tf_run_clear (&self);
}

static void
on_done_submit_cb (TfFuture *future,
                   TfRun    *self)
{
  if (self->n_submitted < self->n_total)
    {
      self->n_done++;
      self->n_submitted++;
      g_object_unref (submit_job (self, tf_run_body_nothing, NULL, on_done_submit_cb));
    }
  else
    tf_run_on_done_count_cb (future, self);
}

void
tf_process_jobs (const BenchSetting *setting,
                 double              results[BENCH_MAX_RESULTS])
{
  gint64 begin_ns;
  TfRun  self;

  process_init (&self, setting);
  begin_ns = bench_now_ns ();
  self.n_submitted = MIN (setting->window, setting->n);
  for (gsize i = 0; i < MIN (setting->window, setting->n); i++)
    g_object_unref (submit_job (&self, tf_run_body_nothing, NULL, on_done_submit_cb));
  g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  g_array_unref (self.times);
  tf_run_clear (&self);
}

/* --- Streams --- */

static void
body_events (TfTask  *task,
             gpointer user_data)
{
  gint64 n = g_variant_get_int64 (tf_task_get_argument (task));

  for (gint64 i = 0; i < n; i++)
    tf_task_report_int64 (task, i);
}

static void
body_progress (TfTask  *task,
               gpointer user_data)
{
  gint64 n = g_variant_get_int64 (tf_task_get_argument (task));

  for (gint64 i = 1; i <= n; i++)
    tf_task_set_progress (task, i, n, NULL);
}

static void
on_progress_cb (TfFuture     *future,
                const GValue *value,
                TfRun        *self)
{
  self->n_received++;
  self->sum += g_value_get_int64 (value);
}

static void
on_notify_cb (TfFuture   *future,
              GParamSpec *pspec,
              TfRun      *self)
{
  self->n_received++;
}

void
tf_process_stream (const BenchSetting *setting,
                   double              results[BENCH_MAX_RESULTS])
{
  gboolean  has_events = setting->flood == BENCH_FLOOD_EVENTS;
  TfFuture *future;
  gint64    begin_ns;
  TfRun     self;

  process_init (&self, setting);
  begin_ns = bench_now_ns ();
  future = submit_job (&self, has_events ? body_events : body_progress,
                       g_variant_new_int64 ((gint64) setting->n), on_done_quit_cb);
  g_signal_connect (future, "progress", G_CALLBACK (on_progress_cb), &self);
  g_signal_connect (future, "notify::completed-steps", G_CALLBACK (on_notify_cb), &self);
  g_object_unref (future);
  g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  results[1] = (double) self.n_received;
  g_array_unref (self.times);
  tf_run_clear (&self);
}

/* --- Bulk --- */

/* Filled once, as that of the floor. */
static void
body_bulk (TfTask  *task,
           gpointer user_data)
{
  static GBytes *bulk;
  gsize          size = (gsize) g_variant_get_int64 (tf_task_get_argument (task));

  if (bulk == NULL)
    {
      guint8 *data = g_malloc (size);

      memset (data, 7, size);
      bulk = g_bytes_new_take (data, size);
    }

  tf_task_return_boxed (task, G_TYPE_BYTES, bulk);
}

/* It begins with the time when it was ready. */
static void
body_in_place (TfTask  *task,
               gpointer user_data)
{
  gsize   size = (gsize) g_variant_get_int64 (tf_task_get_argument (task));
  guint8 *data = tf_task_allocate_bytes (task, size);
  gint64  ready_ns;

  if (data == NULL)
    {
      tf_task_return_new_error (task, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "There is no memory");
      return;
    }

  memset (data, 7, size);
  ready_ns = bench_now_ns ();
  memcpy (data, &ready_ns, sizeof ready_ns);
  tf_task_return_allocated (task, size);
}

static void
take_bulk (TfRun *self)
{
  gboolean      is_in_place = self->setting->is_in_place;
  TfFuture     *future;
  GBytes       *bulk;
  const gint64 *data;
  GError       *error = NULL;
  gsize         size;

  self->begin_ns = bench_now_ns ();
  future = submit_job (self, is_in_place ? body_in_place : body_bulk,
                       g_variant_new_int64 ((gint64) self->setting->size), on_done_quit_cb);
  g_main_loop_run (self->loop);

  bulk = tf_future_dup_boxed (future, G_TYPE_BYTES, &error);
  if (bulk == NULL)
    g_error ("%s", error->message);
  g_object_unref (future);
  data = g_bytes_get_data (bulk, &size);
  bench_read_lines ((const guint8 *) data, size);
  if (is_in_place)
    self->begin_ns = *data;
  g_bytes_unref (bulk);
}

void
tf_process_bulk (const BenchSetting *setting,
                 double              results[BENCH_MAX_RESULTS])
{
  TfRun self;

  process_init (&self, setting);
  take_bulk (&self);
  for (gsize i = 0; i < setting->n; i++)
    {
      take_bulk (&self);
      add_time (&self, self.begin_ns);
    }

  bench_times_finish (self.times, results);
  tf_run_clear (&self);
}

/* --- Variants --- */

static void
body_variants (TfTask  *task,
               gpointer user_data)
{
  gint64          n = g_variant_get_int64 (tf_task_get_argument (task));
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("av"));
  for (gint64 i = 0; i < n; i++)
    g_variant_builder_add (&builder, "v", g_variant_new_int64 (i));
  tf_task_return_variant (task, g_variant_builder_end (&builder));
}

/* Until each of them has been read. */
static double
take_variants (TfRun *self)
{
  gint64    begin_ns = bench_now_ns ();
  GError   *error = NULL;
  TfFuture *future;
  GVariant *variants;

  future = submit_job (self, body_variants, g_variant_new_int64 ((gint64) self->setting->n),
                       on_done_quit_cb);
  g_main_loop_run (self->loop);
  variants = tf_future_dup_variant (future, &error);
  if (variants == NULL)
    g_error ("%s", error->message);

  for (gsize i = 0; i < self->setting->n; i++)
    g_variant_unref (g_variant_get_child_value (variants, i));
  g_variant_unref (variants);
  g_object_unref (future);
  return (double) (bench_now_ns () - begin_ns) / (double) self->setting->n;
}

void
tf_process_variants (const BenchSetting *setting,
                     double              results[BENCH_MAX_RESULTS])
{
  TfRun self;

  process_init (&self, setting);
  results[0] = take_variants (&self);
  g_array_unref (self.times);
  tf_run_clear (&self);
}

void
tf_thread_variants (const BenchSetting *setting,
                    double              results[BENCH_MAX_RESULTS])
{
  TfRun self;

  tf_run_init (&self, setting);
  results[0] = take_variants (&self);
  tf_run_clear (&self);
}
