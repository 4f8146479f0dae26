/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../executor/bodies.h"

/* Things that happen at random moments; the seed is printed, and TF_TEST_SEED sets it. What must
 * hold in the end is the same for all: each future was "done" once, each user data was freed once,
 * in the owner context, and nothing is left. */

typedef struct
{
  GThread *owner;
  gint     n_running; /* [atomic] */
  guint    n_submitted;
  guint    n_freed;
  guint    n_done;
  GRand   *rand; /* (owned) */
} Storm;

typedef struct
{
  Storm *storm;
  guint  n_freed;
  guint  n_loops; /* how long the function goes on */
  int    kind;
} Drop;

enum
{
  KIND_NOTHING,
  KIND_VALUE,
  KIND_ERROR,
  KIND_EVENTS,
  KIND_PROGRESS,
  KIND_UNTIL_CANCELLED,
  N_KINDS
};

static void
storm_init (Storm *storm)
{
  memset (storm, 0, sizeof *storm);
  storm->owner = g_thread_self ();
  storm->rand = tf_test_rand_new ();
}

static void
storm_clear (Storm *storm)
{
  g_assert_cmpuint (storm->n_freed, ==, storm->n_submitted);
  g_assert_cmpuint (storm->n_done, ==, storm->n_submitted);
  g_assert_cmpint (g_atomic_int_get (&storm->n_running), ==, 0);
  g_rand_free (storm->rand);
}

static guint
random_below (Storm *storm,
              guint  n)
{
  return (guint) g_rand_int_range (storm->rand, 0, (gint32) n);
}

static void
body_drop (TfTask  *task,
           gpointer user_data)
{
  Drop *drop = user_data;

  g_atomic_int_inc (&drop->storm->n_running);
  for (guint i = 0; i < drop->n_loops; i++)
    {
      if (drop->kind == KIND_EVENTS && !tf_task_report_int64 (task, i))
        break;
      if (drop->kind == KIND_PROGRESS && !tf_task_set_progress (task, i, drop->n_loops, "going on"))
        break;
    }

  if (drop->kind == KIND_UNTIL_CANCELLED)
    body_until_cancelled (task, NULL);
  else if (drop->kind == KIND_VALUE)
    tf_task_return_string (task, "a text");
  else if (drop->kind == KIND_ERROR)
    tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_FAILED, "as expected");
  g_atomic_int_add (&drop->storm->n_running, -1);
}

static void
free_drop (gpointer user_data)
{
  Drop *drop = user_data;

  g_assert_true (g_thread_self () == drop->storm->owner);
  drop->storm->n_freed++;
  g_free (drop);
}

static void
on_done_cb (TfFuture *future,
            Storm    *storm)
{
  g_assert_true (g_thread_self () == storm->owner);
  g_assert_true (tf_future_is_done (future));
  storm->n_done++;
}

static TfFuture *
submit_drop (Storm      *storm,
             TfExecutor *executor)
{
  Drop     *drop = g_new0 (Drop, 1);
  TfTask   *task;
  TfFuture *future;

  drop->storm = storm;
  drop->n_loops = random_below (storm, 2000);
  drop->kind = (int) random_below (storm, N_KINDS);
  task = tf_task_new (body_drop, drop, free_drop);
  tf_task_set_priority (task, (int) random_below (storm, 3));
  future = submit_task (executor, task);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), storm);
  storm->n_submitted++;
  return future;
}

static TfExecutor *
new_quiet (guint max_workers)
{
  return g_object_new (TF_TYPE_EXECUTOR, "max-workers", max_workers, "failure-report",
                       TF_FAILURE_REPORT_SIGNAL, NULL);
}

static gboolean
has_nothing (gpointer executor)
{
  return tf_executor_get_n_waiting (executor) + tf_executor_get_n_executing (executor) +
           tf_executor_get_n_aborted (executor) ==
         0;
}

static gboolean
is_quiet (gpointer data)
{
  Storm *storm = data;

  return storm->n_freed == storm->n_submitted && storm->n_done == storm->n_submitted;
}

static void
unref_some (Storm     *storm,
            GPtrArray *futures)
{
  while (futures->len > 200)
    g_ptr_array_remove_index_fast (futures, random_below (storm, futures->len));
}

/* One random thing to one of the futures, or to none. */
static void
strike (Storm     *storm,
        GPtrArray *futures)
{
  TfFuture *future = futures->len == 0 ? NULL : futures->pdata[random_below (storm, futures->len)];

  switch (random_below (storm, 6))
    {
    case 0:
      if (future != NULL)
        tf_future_cancel (future);
      break;
    case 1:
      if (future != NULL)
        tf_future_abort (future, NULL, NULL);
      break;
    case 2:
      g_main_context_iteration (NULL, FALSE);
      break;
    case 3:
      if (future != NULL)
        g_ptr_array_remove_fast (futures, future);
      break;
    default:
      break;
    }
  unref_some (storm, futures);
}

static void
test_cancel_and_abort (void)
{
  TfExecutor           *executor = new_quiet (3);
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  Storm                 storm;

  g_test_summary ("Cancelling and giving up at random moments leaves nothing behind.");

  storm_init (&storm);
  for (guint i = 0; i < tf_test_scale (50000); i++)
    {
      g_ptr_array_add (futures, submit_drop (&storm, executor));
      strike (&storm, futures);
    }
  g_assert_true (tf_executor_stop (executor, NULL));
  tf_test_run_until (NULL, executor_is_stopped, executor);
  tf_test_run_until (NULL, has_nothing, executor);
  tf_test_run_until (NULL, is_quiet, &storm);
  tf_test_executor_finish (&executor);
  g_ptr_array_set_size (futures, 0);
  storm_clear (&storm);
}

static void
end_somehow (Storm       *storm,
             TfExecutor **executor)
{
  g_autoptr (GError) error = NULL;

  switch (random_below (storm, 4))
    {
    case 0:
      g_assert_true (tf_executor_stop (*executor, NULL));
      break;
    case 1:
      g_assert_true (tf_executor_shutdown (*executor, tf_test_timeout_us (), NULL));
      g_assert_true (tf_executor_is_stopped (*executor));
      break;
    case 2:
      if (!tf_executor_shutdown (*executor, random_below (storm, 300), &error))
        g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
      break;
    default:
      break;
    }
  g_clear_object (executor);
}

static void
test_ends (void)
{
  g_autoptr (GPtrArray) futures = g_ptr_array_new_with_free_func (g_object_unref);
  Storm                 storm;

  g_test_summary ("Executors that are stopped, shut down or dropped at random moments leave"
                  " nothing behind.");

  storm_init (&storm);
  for (guint round = 0; round < tf_test_scale (1000); round++)
    {
      TfExecutor *executor = new_quiet (1 + random_below (&storm, 4));
      guint       n = random_below (&storm, 60);

      for (guint i = 0; i < n; i++)
        {
          g_ptr_array_add (futures, submit_drop (&storm, executor));
          strike (&storm, futures);
        }
      end_somehow (&storm, &executor);
    }
  tf_test_run_until (NULL, is_quiet, &storm);
  tf_test_drain (NULL);
  g_ptr_array_set_size (futures, 0);
  storm_clear (&storm);
}

/* --- Handlers that do things --- */

typedef struct
{
  Storm      *storm;
  TfExecutor *executor;
  guint       depth;
  guint       n_left;
} Handlers;

static void on_done_again_cb (TfFuture *future,
                              Handlers *self);

static void
submit_again (Handlers *self)
{
  TfFuture *future;

  if (self->n_left == 0 || self->executor == NULL)
    return;

  self->n_left--;
  future = submit_drop (self->storm, self->executor);
  g_signal_connect (future, "done", G_CALLBACK (on_done_again_cb), self);
  if (random_below (self->storm, 2) == 0)
    tf_future_cancel (future);
  g_object_unref (future);
}

static void
on_done_again_cb (TfFuture *future,
                  Handlers *self)
{
  submit_again (self);
  if (self->depth < 20 && random_below (self->storm, 3) == 0)
    {
      self->depth++;
      g_main_context_iteration (NULL, FALSE);
      self->depth--;
    }
  if (random_below (self->storm, 4) == 0)
    submit_again (self);
  if (self->n_left == 0 && self->executor != NULL)
    {
      tf_executor_stop (self->executor, NULL);
      g_assert_false (tf_executor_is_running (self->executor));
    }
}

static void
test_nested_loops (void)
{
  Storm    storm;
  Handlers handlers = { &storm, NULL, 0, tf_test_scale (30000) };

  g_test_summary ("Handlers that submit, cancel, run the loop and stop leave nothing behind.");

  storm_init (&storm);
  handlers.executor = new_quiet (2);
  /* One of them is cancelled from the start, so that not all can wait to be cancelled. */
  for (guint i = 0; i < 50; i++)
    submit_again (&handlers);
  while (handlers.n_left > 0)
    {
      g_main_context_iteration (NULL, FALSE);
      submit_again (&handlers);
    }
  tf_executor_stop (handlers.executor, NULL);
  tf_test_run_until (NULL, executor_is_stopped, handlers.executor);
  tf_test_run_until (NULL, is_quiet, &storm);
  tf_test_executor_finish (&handlers.executor);
  storm_clear (&storm);
}

static void
on_done_drop_executor_cb (TfFuture    *future,
                          TfExecutor **executor)
{
  g_clear_object (executor);
}

static void
test_dropped_in_done (void)
{
  Storm storm;

  g_test_summary ("Executors that are dropped in a handler of done, with others in flight,"
                  " leave nothing behind.");

  storm_init (&storm);
  for (guint round = 0; round < tf_test_scale (2000); round++)
    {
      TfExecutor *executor = new_quiet (1 + random_below (&storm, 4));
      gpointer    weak = executor;
      guint       n = 1 + random_below (&storm, 20);
      guint       which = random_below (&storm, n);

      g_object_add_weak_pointer (G_OBJECT (executor), &weak);
      for (guint i = 0; i < n; i++)
        {
          g_autoptr (TfFuture) future = submit_drop (&storm, executor);

          if (i == which)
            {
              g_signal_connect (future, "done", G_CALLBACK (on_done_drop_executor_cb), &executor);
              g_signal_connect_swapped (future, "done", G_CALLBACK (g_main_context_wakeup), NULL);
              if (random_below (&storm, 2) == 0)
                tf_future_cancel (future);
            }
        }
      /* Those before it may wait to be cancelled. */
      for (guint i = 0; executor != NULL && i < 10000; i++)
        g_main_context_iteration (NULL, FALSE);
      g_clear_object (&executor);
      tf_test_run_until (NULL, is_quiet, &storm);
      tf_test_drain (NULL);
      g_assert_null (weak);
    }
  storm_clear (&storm);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/stress/storm/of-cancels-and-aborts", test_cancel_and_abort);
  tf_test_add ("/stress/storm/of-ends", test_ends);
  tf_test_add ("/stress/storm/of-handlers-and-nested-loops", test_nested_loops);
  tf_test_add ("/stress/storm/of-executors-dropped-in-done", test_dropped_in_done);

  return g_test_run ();
}
