/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

static guint
number_from_environment (const char *name,
                         guint       otherwise)
{
  const char *text = g_getenv (name);
  gint64      number;
  char       *end;

  if (text == NULL || *text == '\0')
    return otherwise;

  /* As in tf_test_timeout_us(): without errno. */
  number = g_ascii_strtoll (text, &end, 10);
  if (*end != '\0' || number < 1 || number > G_MAXUINT)
    g_error ("%s is not a positive number: %s", name, text);

  return (guint) number;
}

guint
tf_test_scale (guint n)
{
  return (guint) MAX (1, (guint64) n * number_from_environment ("TF_TEST_SCALE", 100) / 100);
}

#define ROUNDS_LIMIT_US (5 * G_TIME_SPAN_SECOND)

gboolean
tf_test_rounds_next (TfTestRounds *rounds,
                     guint         n)
{
  guint  n_rounds = tf_test_scale (n);
  gint64 now_us = g_get_monotonic_time ();

  if (rounds->n_begun == 0)
    rounds->start_us = now_us;
  if (rounds->n_begun == n_rounds ||
      (rounds->n_begun >= MAX (1, n_rounds / 40) && now_us - rounds->start_us > ROUNDS_LIMIT_US))
    return FALSE;

  rounds->n_begun++;
  return TRUE;
}

/* --- Tests --- */

static void
run_test (gconstpointer data)
{
  const GTestFunc *func = data;

  (*func) ();
  tf_test_assert_idle (NULL);
}

void
tf_test_add (const char *path,
             GTestFunc   func)
{
  g_test_add_data_func_full (path, g_memdup2 (&func, sizeof func), run_test, g_free);
}

/* --- Gates --- */

void
tf_test_gate_init (TfTestGate *gate)
{
  g_mutex_init (&gate->mutex);
  g_cond_init (&gate->cond);
  gate->is_open = FALSE;
}

void
tf_test_gate_clear (TfTestGate *gate)
{
  g_cond_clear (&gate->cond);
  g_mutex_clear (&gate->mutex);
}

static void
gate_set (TfTestGate *gate,
          gboolean    is_open)
{
  g_mutex_lock (&gate->mutex);
  gate->is_open = is_open;
  g_cond_broadcast (&gate->cond);
  g_mutex_unlock (&gate->mutex);
}

void
tf_test_gate_open (TfTestGate *gate)
{
  gate_set (gate, TRUE);
}

void
tf_test_gate_close (TfTestGate *gate)
{
  gate_set (gate, FALSE);
}

void
tf_test_gate_wait (TfTestGate *gate)
{
  gint64 deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();

  g_mutex_lock (&gate->mutex);
  while (!gate->is_open)
    {
      if (!g_cond_wait_until (&gate->cond, &gate->mutex, deadline_us))
        g_error ("a gate was not opened in time");
    }
  g_mutex_unlock (&gate->mutex);
}

gboolean
tf_test_gate_is_open (TfTestGate *gate)
{
  gboolean is_open;

  g_mutex_lock (&gate->mutex);
  is_open = gate->is_open;
  g_mutex_unlock (&gate->mutex);

  return is_open;
}

/* --- Counters --- */

void
tf_test_counter_init (TfTestCounter *counter)
{
  g_mutex_init (&counter->mutex);
  g_cond_init (&counter->cond);
  counter->value = 0;
}

void
tf_test_counter_clear (TfTestCounter *counter)
{
  g_cond_clear (&counter->cond);
  g_mutex_clear (&counter->mutex);
}

gint64
tf_test_counter_add (TfTestCounter *counter,
                     gint64         n)
{
  gint64 value;

  g_mutex_lock (&counter->mutex);
  value = counter->value += n;
  g_cond_broadcast (&counter->cond);
  g_mutex_unlock (&counter->mutex);

  return value;
}

gint64
tf_test_counter_get (TfTestCounter *counter)
{
  return tf_test_counter_add (counter, 0);
}

void
tf_test_counter_wait (TfTestCounter *counter,
                      gint64         at_least)
{
  gint64 deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();

  g_mutex_lock (&counter->mutex);
  while (counter->value < at_least)
    {
      if (!g_cond_wait_until (&counter->cond, &counter->mutex, deadline_us))
        g_error ("a counter did not come to %" G_GINT64_FORMAT " in time, it stands at"
                 " %" G_GINT64_FORMAT,
                 at_least, counter->value);
    }
  g_mutex_unlock (&counter->mutex);
}

/* --- Executors --- */

void
tf_test_executor_finish (TfExecutor **executor)
{
  g_autoptr (GError) error = NULL;

  tf_executor_shutdown (*executor, tf_test_timeout_us (), &error);
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (executor));
}

/* --- Random numbers --- */

GRand *
tf_test_rand_new (void)
{
  guint32 seed = number_from_environment ("TF_TEST_SEED", 0);

  if (seed == 0)
    seed = MAX (1, g_random_int ());
  g_test_message ("TF_TEST_SEED=%u", seed);

  return g_rand_new_with_seed (seed);
}
