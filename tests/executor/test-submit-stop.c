/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* Threads that submit while the owner stops the executor. */

#define N_THREADS 3

typedef struct
{
  TfExecutor   *executor;
  TfTestCounter n_submits;
  gint          has_stopped; /* [atomic] tf_executor_stop() has returned */
} Race;

typedef struct
{
  Race      *race;
  GPtrArray *accepted; /* (owned) of TfFuture (owned) */
} Submitter;

/* Until the executor takes no more. */
static gpointer
submit_until_refused (gpointer data)
{
  Submitter         *self = data;
  g_autoptr (GError) error = NULL;

  while (TRUE)
    {
      gboolean  has_stopped = g_atomic_int_get (&self->race->has_stopped);
      TfFuture *future =
        tf_executor_submit_call (self->race->executor, body_nothing, NULL, NULL, &error);

      tf_test_counter_add (&self->race->n_submits, 1);
      if (future == NULL)
        {
          g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
          return NULL;
        }

      g_assert_false (has_stopped);
      g_ptr_array_add (self->accepted, future);
    }
}

/* "done" of each comes before STOPPED, whenever it was accepted. */
static void
assert_all_done (Submitter *submitters)
{
  for (guint i = 0; i < N_THREADS; i++)
    {
      for (guint j = 0; j < submitters[i].accepted->len; j++)
        g_assert_true (tf_future_is_done (submitters[i].accepted->pdata[j]));
    }
}

static void
run_race (gboolean is_shut_down)
{
  Race      race = { .executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", 2, NULL) };
  Submitter submitters[N_THREADS];
  GThread  *threads[N_THREADS];

  tf_test_counter_init (&race.n_submits);
  for (guint i = 0; i < N_THREADS; i++)
    {
      submitters[i] = (Submitter){ &race, g_ptr_array_new_with_free_func (g_object_unref) };
      threads[i] = g_thread_new ("submitter", submit_until_refused, &submitters[i]);
    }

  tf_test_counter_wait (&race.n_submits, 2 * N_THREADS);
  if (is_shut_down)
    g_assert_true (tf_executor_shutdown (race.executor, tf_test_timeout_us (), NULL));
  else
    g_assert_true (tf_executor_stop (race.executor, NULL));
  g_atomic_int_set (&race.has_stopped, TRUE);
  tf_test_run_until (NULL, executor_is_stopped, race.executor);

  /* From here on no loop runs. */
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  assert_all_done (submitters);
  g_assert_cmpuint (tf_executor_get_n_waiting (race.executor), ==, 0);
  g_assert_cmpuint (tf_executor_get_n_executing (race.executor), ==, 0);

  for (guint i = 0; i < N_THREADS; i++)
    g_ptr_array_unref (submitters[i].accepted);
  tf_test_executor_finish (&race.executor);
  tf_test_counter_clear (&race.n_submits);
}

static void
test_stop (void)
{
  g_test_summary ("What other threads submit during a stop is refused, or done before STOPPED.");

  for (guint i = 0; i < tf_test_scale (60); i++)
    run_race (FALSE);
}

static void
test_shutdown (void)
{
  g_test_summary ("What other threads submit during a shutdown is refused, or done at its end.");

  for (guint i = 0; i < tf_test_scale (60); i++)
    run_race (TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/submit-stop/stop", test_stop);
  tf_test_add ("/executor/submit-stop/shutdown", test_shutdown);

  return g_test_run ();
}
