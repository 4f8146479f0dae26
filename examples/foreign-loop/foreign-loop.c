/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A program whose loop is not GLib's: plain poll(), over the descriptor of the executor and one of
 * its own. Loops as those of libuv, libev or asyncio watch the descriptor the same way.
 */

#include <poll.h>
#include <stdio.h>
#include <tf/tf.h>
#include <unistd.h>

#define N_NUMBERS 5000000

static void
run_sum (TfTask  *task,
         gpointer user_data)
{
  gint64 sum = 0;

  for (gint64 i = 1; i <= N_NUMBERS; i++)
    {
      sum += i;
      if (!tf_task_set_progress (task, i, N_NUMBERS, NULL))
        return;
    }
  tf_task_return_int64 (task, sum);
}

static void
on_fraction_changed_cb (TfFuture *future)
{
  g_print ("%3.0f %%\n", tf_future_get_fraction (future) * 100);
}

/* The program ends by a byte in its own pipe, as it might by a signal or a socket. */
static void
on_done_cb (TfFuture *future,
            gpointer  quit_fd)
{
  g_print ("The sum is %" G_GINT64_FORMAT "\n", tf_future_get_int64 (future, NULL));
  if (write (GPOINTER_TO_INT (quit_fd), "q", 1) != 1)
    perror ("write");
}

int
main (void)
{
  g_autoptr (TfExecutor) executor = tf_executor_new ();
  g_autoptr (GError)     error = NULL;
  g_autoptr (TfFuture)   future = NULL;
  struct pollfd          fds[2] = { { .events = POLLIN }, { .events = POLLIN } };
  int                    quit[2];

  fds[0].fd = tf_executor_detach (executor, &error);
  if (fds[0].fd < 0)
    {
      g_printerr ("foreign-loop: %s\n", error->message);
      return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_SUPPORTED) ? 77 : 1;
    }
  if (pipe (quit) != 0)
    return 1;
  fds[1].fd = quit[0];

  future = tf_executor_submit_call (executor, run_sum, NULL, NULL, &error);
  if (future == NULL)
    g_error ("%s", error->message);
  g_signal_connect (future, "notify::fraction", G_CALLBACK (on_fraction_changed_cb), NULL);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), GINT_TO_POINTER (quit[1]));

  while (fds[1].revents == 0)
    {
      if (poll (fds, 2, -1) < 0)
        return 1;
      if (fds[0].revents != 0)
        tf_executor_dispatch (executor);
    }

  close (quit[0]);
  close (quit[1]);
  return tf_executor_shutdown (executor, -1, NULL) ? 0 : 1;
}
