/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

/* Jobs that were sent to a worker which died before it began them. */

#define N_ROUNDS 20
#define N_BEFORE 40
#define N_BEHIND 6

/* The worker has sent the outcome of the job, and has not begun the next one. */
static void
die (gpointer data)
{
  raise (SIGKILL);
}

static void
body_die_after (TfTask  *task,
                gpointer user_data)
{
  static const gint64 number = 42;

  tf_task_return_variant (
    task, g_variant_new_from_data (G_VARIANT_TYPE_INT64, &number, sizeof number, TRUE, die, NULL));
}

static void
test_behind (void)
{
  Workshop workshop;

  g_test_summary ("Jobs that were sent ahead behind a last one run in another worker if their own "
                  "died before it began them.");

  workshop_open (&workshop, 1);
  for (guint round = 0; round < N_ROUNDS; round++)
    {
      TfFuture *futures[N_BEFORE + N_BEHIND];

      /* Short ones, so that some are sent ahead. */
      for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
        futures[i] =
          workshop_submit (&workshop, i == N_BEFORE - 1 ? body_die_after : body_pid, NULL);
      for (guint i = 0; i < G_N_ELEMENTS (futures); i++)
        {
          g_autoptr (GError) error = NULL;

          tf_test_wait_done (futures[i]);
          error = tf_future_dup_error (futures[i]);
          if (i != N_BEFORE - 1)
            g_assert_no_error (error);
          g_object_unref (futures[i]);
        }
    }
  workshop_close (&workshop);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process-begun/behind/runs-elsewhere", test_behind);

  return g_test_run ();
}
