/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: abort-requested */
#include <sys/socket.h>

#include BLOCK

static void
live (TfTestFixture *fixture)
{
  for (guint i = 0; i < 2; i++)
    {
      int        fds[2];
      GSocket   *socket;
      TfPromise *promise;
      TfFuture  *answer;
      TfFuture  *shown;

      g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM, 0, fds), ==, 0);
      socket = g_socket_new_from_fd (fds[0], NULL);
      answer = ask_device (socket, &promise);
      shown = ask_in_time (answer);
      if (i == 0)
        tf_promise_resolve_string (promise, "hello");
      else
        g_assert_true (tf_future_abort (answer, "enough", NULL));
      g_object_unref (promise);
      g_object_unref (socket);
      tf_test_wait_done (shown);
      g_object_unref (shown);
      g_object_unref (answer);
      close (fds[1]);
    }
}

/* frame: race-with-delay */
#define FRAME_STEPPED
#include "frame.h"
#include BLOCK

static void
live (TfTestFixture *fixture)
{
  TfFuture    *read = frame_submit (fixture, frame_seven, NULL);
  TfFutureSet *first = read_or_delay (read);

  g_object_unref (read);
  tf_test_clock_advance (fixture->clock, 2 * G_USEC_PER_SEC);
  tf_test_wait_done (TF_FUTURE (first));
  g_assert_cmpint (tf_future_set_get_winner (first), ==, 0);
  tf_test_context_run_all (fixture->context);
  frame_drop (fixture, TF_FUTURE (first));
}
