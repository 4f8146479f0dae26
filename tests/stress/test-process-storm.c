/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "../process/workers.h"

/* Many small jobs, whose workers are killed at random. */

#define N_JOBS      100000
#define N_IN_FLIGHT 64

typedef struct
{
  Workshop workshop;
  GRand   *rand;
  guint    n_wanted;
  guint    n_submitted;
  guint    n_completed;
  guint    n_lost;
  guint    n_cancelled;
  int      last_pid;
} Storm;

static void submit_one (Storm *self);

static void
body_echo (TfTask  *task,
           gpointer user_data)
{
  guint32 number;
  guint32 what;

  g_variant_get (tf_task_get_argument (task), "(uu)", &number, &what);
  if (what == 1)
    raise (SIGKILL);
  if (what == 2)
    _exit (0);
  for (guint i = 0; i < what; i++)
    tf_task_report_int64 (task, i);
  tf_task_return_int64 (task, ((gint64) getpid () << 32) | number);
}

static void
on_done_cb (TfFuture *future,
            Storm    *self)
{
  g_autoptr (GError) error = tf_future_dup_error (future);

  if (error == NULL)
    {
      gint64 value = tf_future_get_int64 (future, NULL);

      g_assert_cmpint (value & 0xffffffff, ==,
                       GPOINTER_TO_INT (g_object_get_data (G_OBJECT (future), "number")));
      self->last_pid = (int) (value >> 32);
      self->n_completed++;
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      self->n_cancelled++;
    }
  else
    {
      g_assert_error (error, TF_ERROR, TF_ERROR_WORKER_LOST);
      self->n_lost++;
    }

  if (self->n_submitted < self->n_wanted)
    submit_one (self);
}

static void
submit_one (Storm *self)
{
  guint32   number = self->n_submitted++;
  guint32   dice = g_rand_int_range (self->rand, 0, 1000);
  guint32   what = dice % 10 == 0 ? 7 : 0;
  TfFuture *future;

  if (dice < 4)
    what = 1 + dice % 2;

  /* Whoever runs it has just ended a job, and may be at another. */
  if (dice == 999 && self->last_pid != 0 && get_process_state (self->last_pid, NULL) != 0)
    kill (self->last_pid, SIGKILL);

  future = workshop_submit (&self->workshop, body_echo, g_variant_new ("(uu)", number, what));
  g_object_set_data (G_OBJECT (future), "number", GINT_TO_POINTER ((int) number));
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), self);
  if (dice >= 980 && dice < 990)
    tf_future_cancel (future);
  g_object_unref (future);
}

static gboolean
is_over (gpointer data)
{
  Storm *self = data;

  return self->n_completed + self->n_lost + self->n_cancelled == self->n_wanted;
}

static void
test_kills (void)
{
  Storm storm = { .rand = tf_test_rand_new (), .n_wanted = tf_test_scale (N_JOBS) };

  g_test_summary ("Whatever is killed, each job ends once, with its own result or with the loss "
                  "of its worker, and nothing is left.");

  workshop_open (&storm.workshop, 4);
  for (guint i = 0; i < N_IN_FLIGHT && storm.n_submitted < storm.n_wanted; i++)
    submit_one (&storm);
  while (!is_over (&storm))
    g_main_context_iteration (NULL, TRUE);
  g_test_message ("%u completed, %u lost, %u cancelled", storm.n_completed, storm.n_lost,
                  storm.n_cancelled);
  g_assert_cmpuint (storm.n_completed, >, storm.n_wanted / 2);
  if (storm.n_wanted >= 10000)
    g_assert_cmpuint (storm.n_lost, >, 0);
  workshop_close (&storm.workshop);
  g_rand_free (storm.rand);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/stress/process/jobs-and-kills", test_kills);

  return g_test_run ();
}
