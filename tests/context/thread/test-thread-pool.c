/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* RTLD_NEXT */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "context/thread/tf-thread-pool-private.h"

#include "tf-test-support.h"

typedef struct
{
  TfPoolJob      job; /* first: what run_job() is given */
  TfThreadPool  *pool;
  TfTestGate     started;
  TfTestGate     release;
  TfTestCounter *n_run;
  GThread       *thread;
} Job;

static void
run_job (TfPoolJob *job)
{
  Job *self = (Job *) job;

  self->thread = g_thread_self ();
  tf_test_gate_open (&self->started);
  tf_test_gate_wait (&self->release);
  tf_test_counter_add (self->n_run, 1);
}

static void
job_init (Job           *job,
          TfThreadPool  *pool,
          TfTestCounter *n_run)
{
  job->job.run = run_job;
  job->pool = pool;
  job->n_run = n_run;
  tf_test_gate_init (&job->started);
  tf_test_gate_init (&job->release);
}

static void
job_clear (Job *job)
{
  tf_test_gate_clear (&job->started);
  tf_test_gate_clear (&job->release);
}

static void
test_runs (void)
{
  TfThreadPool *pool = tf__thread_pool_new (2);
  TfTestCounter n_run;
  Job           jobs[4];

  g_test_summary ("Jobs run on as many threads as there may be, in the order in which they came.");

  tf_test_counter_init (&n_run);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      job_init (&jobs[i], pool, &n_run);
      tf__thread_pool_push (pool, &jobs[i].job);
    }
  tf_test_gate_wait (&jobs[0].started);
  tf_test_gate_wait (&jobs[1].started);
  g_assert_true (jobs[0].thread != jobs[1].thread);
  g_assert_true (jobs[0].thread != g_thread_self ());
  g_assert_false (tf_test_gate_is_open (&jobs[2].started));

  tf__thread_pool_set_max_threads (pool, 3);
  g_assert_cmpuint (tf__thread_pool_get_max_threads (pool), ==, 3);
  tf_test_gate_wait (&jobs[2].started);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    tf_test_gate_open (&jobs[i].release);
  tf_test_counter_wait (&n_run, G_N_ELEMENTS (jobs));

  tf__thread_pool_unref (pool);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    job_clear (&jobs[i]);
  tf_test_counter_clear (&n_run);
}

static void
test_crowded (void)
{
  TfThreadPool *pool = tf__thread_pool_new (1);
  TfTestCounter n_run;
  Job           jobs[2];

  g_test_summary ("A pool is crowded when it has several users, and jobs that wait.");

  tf_test_counter_init (&n_run);
  tf__thread_pool_enter (pool);
  g_assert_false (tf__thread_pool_is_crowded (pool));
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      job_init (&jobs[i], pool, &n_run);
      tf__thread_pool_push (pool, &jobs[i].job);
    }
  tf_test_gate_wait (&jobs[0].started);
  g_assert_false (tf__thread_pool_is_crowded (pool));
  tf__thread_pool_enter (pool);
  g_assert_true (tf__thread_pool_is_crowded (pool));
  tf__thread_pool_leave (pool);
  g_assert_false (tf__thread_pool_is_crowded (pool));
  tf__thread_pool_leave (pool);

  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    tf_test_gate_open (&jobs[i].release);
  tf_test_counter_wait (&n_run, G_N_ELEMENTS (jobs));
  tf__thread_pool_unref (pool);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    job_clear (&jobs[i]);
  tf_test_counter_clear (&n_run);
}

static void
test_freed_with_jobs (void)
{
  TfThreadPool *pool = tf__thread_pool_new (1);
  TfTestCounter n_run;
  Job           jobs[3];

  g_test_summary ("A pool that goes with jobs in it does not wait for them, and drops none.");

  tf_test_counter_init (&n_run);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    {
      job_init (&jobs[i], pool, &n_run);
      tf__thread_pool_push (pool, &jobs[i].job);
    }
  tf_test_gate_wait (&jobs[0].started);
  tf__thread_pool_unref (pool);
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    tf_test_gate_open (&jobs[i].release);
  tf_test_counter_wait (&n_run, G_N_ELEMENTS (jobs));
  for (guint i = 0; i < G_N_ELEMENTS (jobs); i++)
    job_clear (&jobs[i]);
  tf_test_counter_clear (&n_run);
}

static void
test_closed (void)
{
  TfThreadPool *pool = tf__thread_pool_ref (tf__thread_pool_new (1));

  g_test_summary ("A pool remembers that it was closed.");

  g_assert_false (tf__thread_pool_is_closed (pool));
  tf__thread_pool_close (pool);
  g_assert_true (tf__thread_pool_is_closed (pool));
  tf__thread_pool_unref (pool);
  tf__thread_pool_unref (pool);
}

/* The sanitizers have a function of this name themselves. */
#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) && \
  !defined(__clang__)
#define HAS_SHORTAGE 1
#endif

#ifdef HAS_SHORTAGE

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <string.h>

static gint is_short_of_threads;

/* In the place of that of the system. */
int
pthread_create (pthread_t            *thread,
                const pthread_attr_t *attributes,
                void *(*run) (void *),
                void *data)
{
  int (*next) (pthread_t *, const pthread_attr_t *, void *(*) (void *), void *);
  gpointer address = dlsym (RTLD_NEXT, "pthread_create");

  if (g_atomic_int_get (&is_short_of_threads))
    return EAGAIN;

  memcpy (&next, &address, sizeof next);
  return next (thread, attributes, run, data);
}

static void
test_shortage (void)
{
  TfThreadPool *pool = tf__thread_pool_new (1);
  TfTestCounter n_run;
  Job           job;

  g_test_summary ("A job for which no thread could be made runs when one can be made again.");

  tf_test_counter_init (&n_run);
  job_init (&job, pool, &n_run);
  tf_test_gate_open (&job.release);
  g_thread_pool_stop_unused_threads ();
  while (g_thread_pool_get_num_unused_threads () > 0)
    g_thread_yield ();

  g_atomic_int_set (&is_short_of_threads, TRUE);
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "Work has to wait for a thread: *");
  tf__thread_pool_push (pool, &job.job);
  g_test_assert_expected_messages ();
  tf__thread_pool_try_again (pool);
  g_assert_cmpint (tf_test_counter_get (&n_run), ==, 0);

  g_atomic_int_set (&is_short_of_threads, FALSE);
  tf__thread_pool_try_again (pool);
  tf_test_counter_wait (&n_run, 1);
  tf__thread_pool_unref (pool);
  job_clear (&job);
  tf_test_counter_clear (&n_run);
}

#endif

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/context/thread/pool/runs-jobs-on-its-threads", test_runs);
  tf_test_add ("/context/thread/pool/is-crowded-when-jobs-of-others-wait", test_crowded);
  tf_test_add ("/context/thread/pool/goes-without-its-jobs", test_freed_with_jobs);
  tf_test_add ("/context/thread/pool/can-be-closed", test_closed);
#ifdef HAS_SHORTAGE
  tf_test_add ("/context/thread/pool/tries-again-after-a-shortage", test_shortage);
#endif

  return g_test_run ();
}
