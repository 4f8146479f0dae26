/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A parallel context of one's own: an executor runs on it, and its pool alone runs work that is no
 * task and reports by a detached future.
 */

#include "own-context.h"

static void
add_up (TfTask  *task,
        gpointer user_data)
{
  gint64 n_numbers = g_variant_get_int64 (tf_task_get_argument (task));

  tf_task_return_int64 (task, n_numbers * (n_numbers + 1) / 2);
}

/* Work that is no task. The future belongs to the foreground, the flag to both. */
typedef struct
{
  TfFuture     *future; /* (owned) */
  TfCancelFlag *flag;   /* (owned) */
} Work;

typedef struct
{
  Work      *work;
  TfMessage *message; /* (owned) (nullable) */
} Report;

static gboolean
on_report_cb (gpointer user_data)
{
  Report            *report = user_data;
  Work              *work = report->work;
  gboolean           is_final = FALSE;
  g_autoptr (GError) error = NULL;

  if (!tf_future_deliver (work->future, g_steal_pointer (&report->message), &is_final, &error))
    g_warning ("%s", error->message);

  if (is_final)
    {
      g_object_unref (work->future);
      tf_cancel_flag_unref (work->flag);
      g_free (work);
    }

  return G_SOURCE_REMOVE;
}

static void
tell (Work      *work,
      TfMessage *message)
{
  Report *report = g_new (Report, 1);

  report->work = work;
  report->message = message;
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, on_report_cb, report, g_free);
}

static void
count_down (gpointer user_data)
{
  Work           *work = user_data;
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT);
  tell (work, tf_message_new_started ());
  for (int i = 3; i > 0 && !tf_cancel_flag_is_set (work->flag); i--)
    {
      g_value_set_int (&value, i);
      tell (work, tf_message_new_item (&value));
    }
  tell (work, tf_message_new_returned (NULL));
}

static void
on_item_cb (TfFuture     *future,
            const GValue *value)
{
  g_print ("%d\n", g_value_get_int (value));
}

static TfFuture *
start_count_down (TfParallelContext *context,
                  TfWorkerPool      *pool,
                  GError           **error)
{
  Work *work = g_new (Work, 1);

  work->flag = tf_parallel_context_create_flag (context);
  work->future = tf_future_new_detached (TF_TYPE_FUTURE, (TfCancelFunc) tf_cancel_flag_set,
                                         tf_cancel_flag_ref (work->flag),
                                         (GDestroyNotify) tf_cancel_flag_unref);
  g_signal_connect (work->future, "item", G_CALLBACK (on_item_cb), NULL);

  /* A pool that is open, as this one, refuses nothing but for want of threads. */
  if (!tf_worker_pool_push (pool, count_down, work, error))
    return NULL;

  return g_object_ref (work->future);
}

int
main (void)
{
  g_autoptr (TfParallelContext) context = TF_PARALLEL_CONTEXT (own_context_new ());
  g_autoptr (TfExecutor)        executor = tf_executor_new_for_parallel_context (context);
  g_autoptr (TfWorkerPool)      pool = NULL;
  g_autoptr (TfFuture)          sum = NULL;
  g_autoptr (TfFuture)          counter = NULL;
  g_autoptr (GError)            error = NULL;

  sum = tf_executor_submit (executor, tf_task_new_with_argument (add_up, g_variant_new_int64 (100)),
                            &error);
  if (sum == NULL || !tf_future_wait (sum, -1, NULL, &error))
    g_error ("%s", error->message);
  g_print ("The sum is %" G_GINT64_FORMAT "\n", tf_future_get_int64 (sum, NULL));

  pool = tf_parallel_context_create_pool (context, 1, &error);
  counter = pool == NULL ? NULL : start_count_down (context, pool, &error);
  if (counter == NULL || !tf_future_wait (counter, -1, NULL, &error))
    g_error ("%s", error->message);
  g_print ("Done\n");

  /* Who made it ends it: what works first, then the context. */
  if (!tf_worker_pool_shutdown (pool, -1, &error) || !tf_executor_shutdown (executor, -1, &error))
    g_error ("%s", error->message);
  tf_parallel_context_close (context);
  return 0;
}
