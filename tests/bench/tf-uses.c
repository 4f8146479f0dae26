/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-run.h"

/* Ours: what each convenience costs. */

typedef struct
{
  TfRun          run;
  GSimpleAction *action;      /* (owned) what a property is bound to */
  GCancellable  *cancellable; /* (owned) */
} Uses;

static void submit_next (Uses *self);

static void
count_done (Uses *self)
{
  if (++self->run.n_done == self->run.n_total)
    g_main_loop_quit (self->run.loop);
  else if (self->run.n_submitted < self->run.n_total)
    submit_next (self);
}

static void
on_done_cb (TfFuture *future,
            gpointer  user_data)
{
  count_done (user_data);
}

static void
on_signal_cb (TfFuture *future,
              Uses     *self)
{
  self->run.n_received++;
}

static void
on_notify_cb (TfFuture   *future,
              GParamSpec *pspec,
              Uses       *self)
{
  self->run.n_received++;
}

static void
on_waited_cb (GObject      *source,
              GAsyncResult *result,
              gpointer      user_data)
{
  Uses *self = user_data;

  if (tf_future_wait_finish (TF_FUTURE (source), result, NULL))
    self->run.n_received++;
}

static void
prepare (Uses   *self,
         TfTask *task)
{
  tf_task_set_callback (task, on_done_cb, self, NULL);

  if (self->run.setting->use == BENCH_USE_NAME)
    tf_task_set_name (task, "a task with a name");
  else if (self->run.setting->use == BENCH_USE_CANCELLABLE)
    tf_task_link_cancellable (task, self->cancellable);
  else if (self->run.setting->use == BENCH_USE_OWNER)
    tf_task_set_owner (task, G_OBJECT (self->action));
}

static void
follow (Uses     *self,
        TfFuture *future)
{
  if (self->run.setting->use == BENCH_USE_DONE)
    g_signal_connect (future, "done", G_CALLBACK (on_signal_cb), self);
  else if (self->run.setting->use == BENCH_USE_NOTIFY)
    g_signal_connect (future, "notify::state", G_CALLBACK (on_notify_cb), self);
  else if (self->run.setting->use == BENCH_USE_BINDING)
    g_object_bind_property (future, "cancellable", self->action, "enabled", G_BINDING_SYNC_CREATE);
  else if (self->run.setting->use == BENCH_USE_WAIT)
    tf_future_wait_async (future, NULL, on_waited_cb, self);
}

/* --- A GTask --- */

static void
run_nothing (GTask        *task,
             gpointer      source,
             gpointer      data,
             GCancellable *cancellable)
{
  g_task_return_int (task, 1);
}

static void
on_ready_cb (GObject      *source,
             GAsyncResult *result,
             gpointer      user_data)
{
  Uses *self = user_data;

  self->run.sum += g_task_propagate_int (G_TASK (result), NULL);
  count_done (self);
}

static void
submit_next (Uses *self)
{
  TfFuture *future;

  self->run.n_submitted++;
  if (self->run.setting->use == BENCH_USE_GTASK)
    {
      GTask *gtask = g_task_new (NULL, NULL, on_ready_cb, self);

      future = tf_executor_submit_task_func (self->run.executor, gtask, run_nothing, NULL);
      g_object_unref (gtask);
    }
  else
    {
      TfTask *task = tf_task_new (tf_run_body_nothing, self, NULL);

      prepare (self, task);
      future = tf_executor_submit (self->run.executor, task, NULL);
      follow (self, future);
    }
  g_object_unref (future);
}

void
tf_uses (const BenchSetting *setting,
         double              results[BENCH_MAX_RESULTS])
{
  gint64 begin_ns;
  Uses   self;

  tf_run_init (&self.run, setting);
  self.action = g_simple_action_new ("cancel", NULL);
  self.cancellable = g_cancellable_new ();
  self.run.n_total = setting->n;
  if (setting->use == BENCH_USE_LIST)
    self.run.sum += g_list_model_get_n_items (G_LIST_MODEL (self.run.executor));

  begin_ns = bench_now_ns ();
  for (gsize i = 0; i < MIN (setting->window, setting->n); i++)
    submit_next (&self);
  g_main_loop_run (self.run.loop);

  while (setting->use == BENCH_USE_WAIT && self.run.n_received < (gint64) setting->n)
    g_main_context_iteration (NULL, TRUE);

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  tf_run_clear (&self.run);
  g_object_unref (self.action);
  g_object_unref (self.cancellable);
}
