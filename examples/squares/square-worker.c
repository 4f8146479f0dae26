/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "square.h"

#include <math.h>

#define ARGUMENT_FORMAT "(xdu)"

#define TIMEOUT_S 5.0
#define N_STEPS   20

GVariant *
square_argument_new (gint64  n,
                     double  time_scale,
                     guint32 seed)
{
  return g_variant_new (ARGUMENT_FORMAT, n, time_scale, seed);
}

/* An exponential distribution with a mean of (n + 5) / 5 seconds. */
static double
draw_delay (gint64  n,
            guint32 seed)
{
  g_autoptr (GRand) rand = g_rand_new_with_seed (seed);

  return -log1p (-g_rand_double (rand)) * ((double) n + 5) / 5;
}

/* A pause that a cancel ends. FALSE if it did. */
static gboolean
pause_for (TfTask *task,
           double  seconds)
{
  GCancellable *cancellable = tf_task_get_cancellable (task);
  gint64        end_us = g_get_monotonic_time () + (gint64) (seconds * G_USEC_PER_SEC);
  GPollFD       poll_fd;
  gint64        left_us;

  if (!g_cancellable_make_pollfd (cancellable, &poll_fd))
    return !tf_task_is_cancelled (task);

  while ((left_us = end_us - g_get_monotonic_time ()) > 0 && !tf_task_is_cancelled (task))
    g_poll (&poll_fd, 1, (int) ((left_us + 999) / 1000));

  g_cancellable_release_fd (cancellable);
  return !tf_task_is_cancelled (task);
}

/* The calculation, a step at a time. */
static gboolean
calculate (TfTask *task,
           double  seconds)
{
  for (int i = 0; i < N_STEPS; i++)
    if (!tf_task_set_progress (task, i, N_STEPS, NULL) || !pause_for (task, seconds / N_STEPS))
      return FALSE;

  return tf_task_set_progress (task, N_STEPS, N_STEPS, NULL);
}

void
run_square (TfTask  *task,
            gpointer user_data)
{
  double  time_scale;
  double  delay_s;
  guint32 seed;
  gint64  n;

  g_variant_get (tf_task_get_argument (task), ARGUMENT_FORMAT, &n, &time_scale, &seed);
  delay_s = draw_delay (n, seed);

  if (!calculate (task, MIN (delay_s, TIMEOUT_S) * time_scale))
    return;

  if (delay_s > TIMEOUT_S)
    tf_task_return_new_error_literal (task, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                      "Calculation took too long.");
  else
    tf_task_return_int64 (task, n * n);
}
