/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A function that yields one thing after the other: every item arrives, in order, and a function
 * that runs ahead waits. Cancelled in the middle, not one more item arrives.
 */

#include <tf/tf.h>

#define N_WANTED 10

typedef struct
{
  GMainLoop *loop;
  guint      n_primes;
} Search;

static gboolean
is_prime (gint64 number)
{
  for (gint64 divisor = 2; divisor * divisor <= number; divisor++)
    if (number % divisor == 0)
      return FALSE;

  return TRUE;
}

static void
run_primes (TfTask  *task,
            gpointer user_data)
{
  for (gint64 number = 2;; number++)
    if (is_prime (number) && !tf_task_yield_int64 (task, number)) /* FALSE once cancelled */
      return;
}

static void
on_item_cb (TfFuture     *future,
            const GValue *value,
            Search       *search)
{
  g_print ("%" G_GINT64_FORMAT "\n", g_value_get_int64 (value));
  if (++search->n_primes == N_WANTED)
    tf_future_cancel (future);
}

static void
on_done_cb (TfFuture *future,
            Search   *search)
{
  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
  g_print ("%u primes are enough.\n", search->n_primes);
  g_main_loop_quit (search->loop);
}

int
main (void)
{
  g_autoptr (GMainLoop)  loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (GError)     error = NULL;
  g_autoptr (TfFuture)   future = NULL;
  Search                 search = { loop, 0 };

  future = tf_executor_submit_call (executor, run_primes, NULL, NULL, &error);
  if (future == NULL)
    g_error ("%s", error->message);
  g_signal_connect (future, "item", G_CALLBACK (on_item_cb), &search);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), &search);
  g_main_loop_run (loop);

  if (!tf_executor_shutdown (executor, -1, NULL))
    return 1;
  return search.n_primes == N_WANTED ? 0 : 1;
}
