/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "testing/tf-test-context-pool-private.h"

typedef struct
{
  TfWorkerPool parent_instance;

  TfTestCrew *crew; /* (owned) [const] */
} TfTestPool;

typedef TfWorkerPoolClass TfTestPoolClass;

static GType tf_test_pool_get_type (void);

G_DEFINE_FINAL_TYPE (TfTestPool, tf_test_pool, TF_TYPE_WORKER_POOL)

TfWorkerPool *
tf__test_pool_new (TfTestStage *stage,
                   guint        max_workers)
{
  TfTestPool *self = g_object_new (tf_test_pool_get_type (), "max-workers", max_workers, NULL);

  self->crew = tf__test_crew_new (stage, max_workers);
  return TF_WORKER_POOL (self);
}

static gboolean
tf_test_pool_push (TfWorkerPool *pool,
                   TfPoolFunc    func,
                   gpointer      user_data,
                   GError      **error)
{
  tf__test_crew_push (((TfTestPool *) pool)->crew, G_OBJECT (pool), func, user_data);
  return TRUE;
}

static gboolean
tf_test_pool_shutdown (TfWorkerPool *pool,
                       gint64        timeout_us,
                       GError      **error)
{
  TfTestCrew *crew = ((TfTestPool *) pool)->crew;

  if (tf__test_crew_is_here (crew))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_DEADLOCK,
                           "A worker of the pool would wait for itself");
      return FALSE;
    }

  /* Who waits wants it to end. An executor that has stopped does not: the test may go on with its workers. */
  if (timeout_us != 0)
    tf__test_crew_release (crew);

  if (tf__test_crew_wait (crew, timeout_us))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                       "The pool could not be shut down in time");
  return FALSE;
}

static void
tf_test_pool_finalize (GObject *object)
{
  tf__test_crew_unref (((TfTestPool *) object)->crew);

  G_OBJECT_CLASS (tf_test_pool_parent_class)->finalize (object);
}

static void
tf_test_pool_init (TfTestPool *self)
{
}

static void
tf_test_pool_class_init (TfTestPoolClass *klass)
{
  TfWorkerPoolClass *pool_class = TF_WORKER_POOL_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = tf_test_pool_finalize;
  pool_class->push = tf_test_pool_push;
  pool_class->shutdown = tf_test_pool_shutdown;
}
