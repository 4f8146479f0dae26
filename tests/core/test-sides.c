/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

#include "core/tf-sides-private.h"

typedef struct
{
  TfLock   lock;
  GCond    cond;
  gboolean is_set;
  guint    n;
} Shared;

#define N_THREADS 4
#define N_ROUNDS  20000

static gpointer
run_count (gpointer data)
{
  Shared *shared = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      tf__lock (&shared->lock);
      shared->n++;
      tf__unlock (&shared->lock);
    }

  return NULL;
}

static void
test_lock (void)
{
  Shared   shared = { 0 };
  GThread *threads[N_THREADS];

  g_test_summary ("One thread at a time has the lock.");

  tf__lock_init (&shared.lock);
  for (guint i = 0; i < N_THREADS; i++)
    threads[i] = g_thread_new ("counter", run_count, &shared);
  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  g_assert_cmpuint (shared.n, ==, N_THREADS * N_ROUNDS);
  tf__lock_clear (&shared.lock);
}

static gpointer
run_set (gpointer data)
{
  Shared *shared = data;

  tf__lock (&shared->lock);
  shared->is_set = TRUE;
  g_cond_broadcast (&shared->cond);
  tf__unlock (&shared->lock);
  return NULL;
}

static void
test_wait (void)
{
  Shared   shared = { 0 };
  GThread *thread;

  g_test_summary ("A condition is waited for, or until a time.");

  tf__lock_init (&shared.lock);
  g_cond_init (&shared.cond);
  thread = g_thread_new ("setter", run_set, &shared);
  tf__lock (&shared.lock);
  while (!shared.is_set)
    tf__lock_wait (&shared.lock, &shared.cond);
  g_assert_false (
    tf__lock_wait_until (&shared.lock, &shared.cond, g_get_monotonic_time () + 1000));
  tf__unlock (&shared.lock);
  g_thread_join (thread);
  g_cond_clear (&shared.cond);
  tf__lock_clear (&shared.lock);
}

static void
test_atomics (void)
{
  gint     number = 1;
  gint     expected = 2;
  gpointer pointer = NULL;
  gint64   wide = 1;

  g_test_summary ("The atomics do what they are called, in any width.");

  g_assert_cmpint (tf__exchange (&number, 2), ==, 1);
  g_assert_true (tf__cas (&number, &expected, 3));
  g_assert_false (tf__cas (&number, &expected, 4));
  g_assert_cmpint (expected, ==, 3);
  g_assert_cmpint (tf__add (&number, 2), ==, 3);
  g_assert_cmpint (tf__sub (&number, 1), ==, 5);
  g_assert_cmpint (tf__load (&number), ==, 4);
  tf__store (&pointer, &number);
  g_assert_true (tf__load (&pointer) == &number);
  tf__add (&wide, G_GINT64_CONSTANT (1) << 40);
  g_assert_cmpint (tf__load_relaxed (&wide), ==, (G_GINT64_CONSTANT (1) << 40) + 1);
}

static gpointer
run_who (gpointer data)
{
  g_assert_true (tf__current_thread () == tf__current_thread ());
  return tf__current_thread ();
}

static void
test_threads (void)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (NULL, NULL);

  g_test_summary ("No thread is taken for one that has ended.");

  g_hash_table_add (seen, tf__current_thread ());
  for (guint i = 0; i < 50; i++)
    g_assert_true (g_hash_table_add (seen, g_thread_join (g_thread_new ("who", run_who, NULL))));
  g_assert_true (g_hash_table_contains (seen, tf__current_thread ()));
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/sides/lock/is-held-by-one-thread", test_lock);
  tf_test_add ("/sides/lock/waits-for-a-condition", test_wait);
  tf_test_add ("/sides/atomic/does-what-it-is-called", test_atomics);
  tf_test_add ("/sides/thread/is-not-another-that-ended", test_threads);

  return g_test_run ();
}
