/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "variants.h"

/* The floor: what one writes without a library. A GThreadPool runs the tasks; what they say goes through a GAsyncQueue
 * as a message on the heap; one GSource, woken by its ready time when the queue was empty, pops them one by one until
 * there is none. No object, no handler, no state. The ratios of tf-bench are to this. */

typedef struct _Floor     Floor;
typedef struct _FloorTask FloorTask;

typedef enum
{
  FLOOR_STARTED,
  FLOOR_PROGRESS,
  FLOOR_DONE,
} FloorKind;

typedef struct
{
  FloorTask *task;
  FloorKind  kind;
  int        value;
} FloorMessage;

struct _FloorTask
{
  Floor *floor;
  void (*body) (FloorTask *task);
  gint   is_cancelled; /* [atomic] */
  gint64 begin_ns;
};

struct _Floor
{
  GMainLoop   *loop;
  GAsyncQueue *queue;
  GSource     *source;
  GThreadPool *pool;

  const BenchSetting *setting;
  void (*on_started) (FloorTask *task);
  void (*on_done) (FloorTask *task);
  gsize      n_submitted;
  gsize      n_total;
  gsize      n_done;
  gsize      n_per_task;
  gint64     n_received;
  gint64     sum;
  GArray    *times;      /* (owned) (nullable) */
  gint       is_stopped; /* [atomic] */
  BenchGate  gate;
  BenchTicks ticks;
};

typedef struct
{
  GSource parent;
  Floor  *floor;
} FloorSource;

static void
post (FloorTask *task,
      FloorKind  kind,
      int        value)
{
  Floor        *self = task->floor;
  FloorMessage *message = g_new (FloorMessage, 1);
  gboolean      was_empty;

  message->task = task;
  message->kind = kind;
  message->value = value;

  g_async_queue_lock (self->queue);
  was_empty = g_async_queue_length_unlocked (self->queue) <= 0;
  g_async_queue_push_unlocked (self->queue, message);
  g_async_queue_unlock (self->queue);

  if (was_empty)
    g_source_set_ready_time (self->source, 0);
}

static void
deliver (Floor        *self,
         FloorMessage *message)
{
  FloorTask *task = message->task;
  FloorKind  kind = message->kind;
  int        value = message->value;

  g_free (message);
  switch (kind)
    {
    case FLOOR_STARTED:
      self->on_started (task);
      break;
    case FLOOR_PROGRESS:
      self->n_received++;
      self->sum += value;
      bench_busy_us (self->setting->handler_us);
      break;
    case FLOOR_DONE:
    default:
      self->n_done++;
      self->on_done (task);
      g_free (task);
    }
}

static gboolean
on_dispatch (GSource    *source,
             GSourceFunc callback,
             gpointer    user_data)
{
  Floor   *self = ((FloorSource *) source)->floor;
  gpointer message;

  g_source_set_ready_time (source, -1);
  while ((message = g_async_queue_try_pop (self->queue)) != NULL)
    deliver (self, message);
  return G_SOURCE_CONTINUE;
}

static GSourceFuncs source_funcs = { .dispatch = on_dispatch };

static void
run_task (gpointer data,
          gpointer user_data)
{
  ((FloorTask *) data)->body (data);
}

static void
floor_init (Floor              *self,
            const BenchSetting *setting,
            void (*on_done) (FloorTask *task))
{
  *self = (Floor){ 0 };
  self->setting = setting;
  self->on_done = on_done;
  self->loop = g_main_loop_new (NULL, FALSE);
  self->queue = g_async_queue_new ();
  self->source = g_source_new (&source_funcs, sizeof (FloorSource));
  ((FloorSource *) self->source)->floor = self;
  g_source_set_ready_time (self->source, -1);
  g_source_attach (self->source, NULL);
  self->pool = g_thread_pool_new (run_task, NULL, (int) bench_workers (setting), FALSE, NULL);
  bench_gate_init (&self->gate);
}

static void
floor_clear (Floor *self)
{
  g_thread_pool_free (self->pool, FALSE, TRUE);
  g_source_destroy (self->source);
  g_source_unref (self->source);
  g_async_queue_unref (self->queue);
  g_main_loop_unref (self->loop);
  bench_gate_clear (&self->gate);
}

static FloorTask *
task_new (Floor *self,
          void (*body) (FloorTask *task))
{
  FloorTask *task = g_new0 (FloorTask, 1);

  task->floor = self;
  task->body = body;
  return task;
}

static void
submit (Floor *self,
        void (*body) (FloorTask *task))
{
  g_thread_pool_push (self->pool, task_new (self, body), NULL);
}

static void
body_nothing (FloorTask *task)
{
  post (task, FLOOR_DONE, 0);
}

static void
body_gate (FloorTask *task)
{
  bench_gate_pass (&task->floor->gate);
  post (task, FLOOR_DONE, 0);
}

static void
on_done_count (FloorTask *task)
{
  Floor *self = task->floor;

  if (self->n_done == self->n_total)
    g_main_loop_quit (self->loop);
}

/* Keeps all workers busy until the gate opens. */
static void
block_workers (Floor *self)
{
  for (guint i = 0; i < bench_workers (self->setting); i++)
    submit (self, body_gate);
  bench_gate_wait_for (&self->gate, bench_workers (self->setting));
}

/* --- Tasks --- */

static void
on_done_submit (FloorTask *task)
{
  Floor *self = task->floor;

  if (self->n_submitted < self->n_total)
    {
      self->n_submitted++;
      submit (self, body_nothing);
    }
  else
    on_done_count (task);
}

void
floor_tasks (const BenchSetting *setting,
             double              results[BENCH_MAX_RESULTS])
{
  gsize  n_first = setting->window > 0 ? MIN (setting->window, setting->n) : setting->n;
  gint64 begin_ns;
  Floor  self;

  floor_init (&self, setting, on_done_submit);
  self.n_total = setting->n;
  self.n_submitted = n_first;

  begin_ns = bench_now_ns ();
  for (gsize i = 0; i < n_first; i++)
    submit (&self, body_nothing);
  g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  floor_clear (&self);
}

void
floor_growth (const BenchSetting *setting,
              double              results[BENCH_MAX_RESULTS])
{
  gsize  n_rounds = bench_rounds (setting);
  gint64 sum_ns = 0;

  for (gsize round = 0; round < n_rounds; round++)
    {
      gint64 begin_ns;
      Floor  self;

      floor_init (&self, setting, on_done_count);
      block_workers (&self);
      self.n_total = setting->n + bench_workers (setting);

      begin_ns = bench_now_ns ();
      for (gsize i = 0; i < setting->n; i++)
        submit (&self, body_nothing);
      bench_gate_open (&self.gate);
      g_main_loop_run (self.loop);

      sum_ns += bench_now_ns () - begin_ns;
      floor_clear (&self);
    }

  results[0] = (double) sum_ns / (double) (setting->n * n_rounds);
}

/* --- Round trips --- */

static gboolean
on_pause_cb (gpointer user_data)
{
  Floor     *self = user_data;
  FloorTask *task = task_new (self, body_nothing);

  task->begin_ns = bench_now_ns ();
  g_thread_pool_push (self->pool, task, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_done_pause (FloorTask *task)
{
  Floor *self = task->floor;
  gint64 time_ns = bench_now_ns () - task->begin_ns;

  g_array_append_val (self->times, time_ns);
  if (self->n_done < self->n_total)
    g_timeout_add (BENCH_PAUSE_MS, on_pause_cb, self);
  else
    g_main_loop_quit (self->loop);
}

void
floor_round_trips (const BenchSetting *setting,
                   double              results[BENCH_MAX_RESULTS])
{
  Floor self;

  floor_init (&self, setting, on_done_pause);
  self.n_total = setting->n;
  self.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  on_pause_cb (&self);
  g_main_loop_run (self.loop);
  bench_times_finish (self.times, results);
  floor_clear (&self);
}

/* --- Streams --- */

static void
body_events (FloorTask *task)
{
  for (gsize i = 0; i < task->floor->n_per_task; i++)
    post (task, FLOOR_PROGRESS, (int) i);
  post (task, FLOOR_DONE, 0);
}

void
floor_events (const BenchSetting *setting,
              double              results[BENCH_MAX_RESULTS])
{
  gint64 begin_ns;
  Floor  self;

  floor_init (&self, setting, on_done_count);
  self.n_total = setting->n_senders;
  self.n_per_task = setting->n / setting->n_senders;

  begin_ns = bench_now_ns ();
  for (guint i = 0; i < setting->n_senders; i++)
    submit (&self, body_events);
  g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) self.n_received;
  floor_clear (&self);
}

static void
body_flood (FloorTask *task)
{
  for (int i = 0; !g_atomic_int_get (&task->floor->is_stopped); i++)
    post (task, FLOOR_PROGRESS, i);
  post (task, FLOOR_DONE, 0);
}

static void
on_done_flooded (FloorTask *task)
{
  Floor *self = task->floor;

  self->ticks.is_over = self->n_done == self->n_total;
}

void
floor_flood (const BenchSetting *setting,
             double              results[BENCH_MAX_RESULTS])
{
  gint64   begin_ns;
  GThread *later;
  Floor    self;

  floor_init (&self, setting, on_done_flooded);
  self.n_total = setting->n_senders;

  begin_ns = bench_now_ns ();
  for (guint i = 0; i < setting->n_senders; i++)
    submit (&self, body_flood);
  bench_ticks_start (&self.ticks, self.loop, G_PRIORITY_DEFAULT);
  later = bench_raise_later (&self.is_stopped, setting->duration_ms);
  g_main_loop_run (self.loop);

  g_thread_join (later);
  bench_ticks_finish (&self.ticks, results);
  results[3] = (double) self.n_received * 1e9 / (double) (bench_now_ns () - begin_ns);
  floor_clear (&self);
}

/* --- Pending tasks --- */

void
floor_bytes (const BenchSetting *setting,
             double              results[BENCH_MAX_RESULTS])
{
  gsize before;
  Floor self;

  floor_init (&self, setting, on_done_count);
  block_workers (&self);
  before = bench_get_rss ();
  for (gsize i = 0; i < setting->n; i++)
    submit (&self, body_nothing);
  results[0] = (double) (bench_get_rss () - before) / (double) setting->n;
}

void
floor_cancel (const BenchSetting *setting,
              double              results[BENCH_MAX_RESULTS])
{
  g_autofree FloorTask **tasks = g_new (FloorTask *, setting->n);
  gint64                 begin_ns;
  Floor                  self;

  floor_init (&self, setting, on_done_count);
  block_workers (&self);
  self.n_total = setting->n + bench_workers (setting);
  for (gsize i = 0; i < setting->n; i++)
    {
      tasks[i] = task_new (&self, body_nothing);
      g_thread_pool_push (self.pool, tasks[i], NULL);
    }

  begin_ns = bench_now_ns ();
  for (gsize i = 0; i < setting->n; i++)
    g_atomic_int_set (&tasks[i]->is_cancelled, TRUE);
  bench_gate_open (&self.gate);
  g_main_loop_run (self.loop);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  floor_clear (&self);
}

static void
body_until_cancelled (FloorTask *task)
{
  post (task, FLOOR_STARTED, 0);
  while (!g_atomic_int_get (&task->is_cancelled))
    ;
  post (task, FLOOR_DONE, 0);
}

static void
on_started_cancel (FloorTask *task)
{
  task->begin_ns = bench_now_ns ();
  g_atomic_int_set (&task->is_cancelled, TRUE);
}

static void
on_done_cancelled (FloorTask *task)
{
  Floor *self = task->floor;
  gint64 time_ns = bench_now_ns () - task->begin_ns;

  g_array_append_val (self->times, time_ns);
  if (self->n_done < self->n_total)
    submit (self, body_until_cancelled);
  else
    g_main_loop_quit (self->loop);
}

void
floor_cancel_running (const BenchSetting *setting,
                      double              results[BENCH_MAX_RESULTS])
{
  Floor self;

  floor_init (&self, setting, on_done_cancelled);
  self.on_started = on_started_cancel;
  self.n_total = setting->n;
  self.times = g_array_new (FALSE, FALSE, sizeof (gint64));
  submit (&self, body_until_cancelled);
  g_main_loop_run (self.loop);
  bench_times_finish (self.times, results);
  floor_clear (&self);
}
