/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-run.h"

static void
must (GError *error)
{
  if (error != NULL)
    g_error ("%s", error->message);
}

static void
init (TfRun              *self,
      const BenchSetting *setting)
{
  *self = (TfRun){ 0 };
  self->setting = setting;
  self->loop = g_main_loop_new (NULL, FALSE);
  bench_gate_init (&self->gate);
}

void
tf_run_init (TfRun              *self,
             const BenchSetting *setting)
{
  init (self, setting);
  self->executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", bench_workers (setting), NULL);

  if (setting->has_priority)
    tf_executor_set_dispatch_priority (self->executor, setting->priority);
  if (setting->budget_us > 0)
    tf_executor_set_dispatch_budget (self->executor, setting->budget_us);
}

void
tf_run_init_with_context (TfRun              *self,
                          const BenchSetting *setting,
                          TfParallelContext  *context)
{
  init (self, setting);
  self->executor = tf_executor_new_for_parallel_context (context);
}

void
tf_run_clear (TfRun *self)
{
  GError *error = NULL;

  tf_executor_shutdown (self->executor, -1, &error);
  must (error);
  g_object_unref (self->executor);
  g_main_loop_unref (self->loop);
  bench_gate_clear (&self->gate);
}

void
tf_run_body_nothing (TfTask  *task,
                     gpointer user_data)
{
}

static void
body_gate (TfTask  *task,
           gpointer user_data)
{
  bench_gate_pass (&((TfRun *) user_data)->gate);
}

void
tf_run_block_workers (TfRun *self)
{
  guint n = bench_workers (self->setting);

  for (guint i = 0; i < n; i++)
    {
      GError   *error = NULL;
      TfFuture *future = tf_executor_submit_call (self->executor, body_gate, self, NULL, &error);

      must (error);
      g_object_unref (future);
    }

  bench_gate_wait_for (&self->gate, n);
}

TfFuture *
tf_run_submit (TfRun     *self,
               TfTaskFunc func,
               void (*on_done) (TfFuture *future,
                                TfRun    *self))
{
  GError   *error = NULL;
  TfFuture *future;

  if (self->setting->listen == BENCH_LISTEN_CALLBACK || self->setting->n_priorities > 0)
    {
      TfTask *task = tf_task_new (func, self, NULL);

      if (self->setting->listen == BENCH_LISTEN_CALLBACK)
        tf_task_set_callback (task, (TfFutureFunc) on_done, self, NULL);
      if (self->setting->n_priorities > 0)
        tf_task_set_priority (task, (int) (self->n_submitted++ % self->setting->n_priorities));
      future = tf_executor_submit (self->executor, task, &error);
    }
  else
    future = tf_executor_submit_call (self->executor, func, self, NULL, &error);

  must (error);
  if (self->setting->listen == BENCH_LISTEN_HANDLER)
    g_signal_connect (future, "done", G_CALLBACK (on_done), self);
  return future;
}

void
tf_run_on_done_count_cb (TfFuture *future,
                         TfRun    *self)
{
  if (++self->n_done == self->n_total)
    g_main_loop_quit (self->loop);
}
