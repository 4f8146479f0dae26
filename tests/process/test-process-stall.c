/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "workers.h"

#include <sys/signalfd.h>

/* Time limits of a program that was stopped as a whole, by SIGSTOP. The worker of these tests stops the program, writes
 * the outcome of its job, and lets the program go on: then the outcome is in the socket, and the clock of the test
 * jumps over the limit before anything else of the main loop runs. */

#define LIMIT_US (10 * G_USEC_PER_SEC)

#define N_ROUNDS 5

typedef struct
{
  Workshop     workshop;
  TfTestClock *clock;
  TfFuture    *future;
  int          fd; /* readable after SIGCONT */
  guint        id;
} Stall;

static gboolean
on_continued_cb (int          fd,
                 GIOCondition condition,
                 gpointer     user_data)
{
  Stall                  *self = user_data;
  struct signalfd_siginfo info;

  g_assert_cmpint (read (fd, &info, sizeof info), ==, sizeof info);
  tf_test_clock_advance (self->clock, 2 * LIMIT_US);
  return G_SOURCE_CONTINUE;
}

static void
stall_open (Stall *self)
{
  sigset_t signals;

  self->clock = tf_test_clock_new (0);
  tf_test_clock_install (self->clock);
  workshop_open (&self->workshop, 1);
  workshop_set_broken (&self->workshop, "stops-program", NULL);
  sigemptyset (&signals);
  sigaddset (&signals, SIGCONT);
  self->fd = signalfd (-1, &signals, SFD_CLOEXEC);
  g_assert_cmpint (self->fd, >=, 0);
  self->id = g_unix_fd_add_full (G_PRIORITY_HIGH - 1, self->fd, G_IO_IN, on_continued_cb, self,
                                 NULL);
  self->future = workshop_submit (&self->workshop, body_pid, NULL);
}

static void
stall_close (Stall *self)
{
  g_clear_object (&self->future);
  g_source_remove (self->id);
  close (self->fd);
  workshop_close (&self->workshop);
  tf_test_clock_uninstall (self->clock);
  g_assert_finalize_object (self->clock);
}

static void
test_limit (gconstpointer is_derived)
{
  g_test_summary ("An outcome that was written while the program was stopped beats a time limit "
                  "that passed meanwhile.");

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      Stall     stall;
      TfFuture *source;
      TfFuture *limited;

      stall_open (&stall);
      if (GPOINTER_TO_INT (is_derived))
        source = tf_future_shield (stall.future);
      else
        source = g_object_ref (stall.future);
      limited = tf_future_with_timeout (source, LIMIT_US, TF_TIMEOUT_ACTION_CANCEL);
      tf_test_wait_done (limited);
      tf_test_assert_state (limited, TF_FUTURE_STATE_COMPLETED);
      g_object_unref (limited);
      g_object_unref (source);
      stall_close (&stall);
    }
}

static void
test_wait (void)
{
  g_test_summary ("An outcome that was written while the program was stopped ends a wait whose "
                  "time passed meanwhile.");

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      g_autoptr (GError) error = NULL;
      Stall              stall;

      stall_open (&stall);
      tf_future_wait (stall.future, LIMIT_US, NULL, &error);
      g_assert_no_error (error);
      tf_test_assert_state (stall.future, TF_FUTURE_STATE_COMPLETED);
      stall_close (&stall);
    }
}

int
main (int    argc,
      char **argv)
{
  sigset_t signals;

  if (tf_worker_requested ())
    return tf_worker_run ();

  /* In all threads. */
  sigemptyset (&signals);
  sigaddset (&signals, SIGCONT);
  pthread_sigmask (SIG_BLOCK, &signals, NULL);

  g_test_init (&argc, &argv, NULL);

  g_test_add_data_func ("/process-stall/limit/of-a-task", GINT_TO_POINTER (FALSE), test_limit);
  g_test_add_data_func ("/process-stall/limit/of-a-derived-future", GINT_TO_POINTER (TRUE),
                        test_limit);
  tf_test_add ("/process-stall/wait/for-a-task", test_wait);

  return g_test_run ();
}
