/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* A window that always draws: a source of GTK's redraw priority that is ready whenever the loop looks. */

#define DRAW_PRIORITY 120
#define FRAME_US      1000

/* A hang guard: far more than patience asks for. */
#define MAX_FRAMES 5000

typedef struct
{
  GSource *source; /* (owned) */
  guint    n_frames;
} Window;

static gboolean
on_draw_cb (gpointer data)
{
  gint64 end_us = g_get_monotonic_time () + FRAME_US;

  while (g_get_monotonic_time () < end_us)
    continue;
  ++*(guint *) data;
  return G_SOURCE_CONTINUE;
}

static void
window_init (Window *self)
{
  *self = (Window){ .source = g_idle_source_new () };
  g_source_set_priority (self->source, DRAW_PRIORITY);
  g_source_set_callback (self->source, on_draw_cb, &self->n_frames, NULL);
  g_source_attach (self->source, NULL);
}

static void
window_clear (Window *self)
{
  g_source_destroy (self->source);
  g_source_unref (self->source);
}

static void
draw_until_done (Window   *self,
                 TfFuture *future)
{
  while (!tf_future_is_done (future) && self->n_frames < MAX_FRAMES)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (tf_future_is_done (future));
}

static void
test_tasks (void)
{
  TfExecutor *executor = tf_executor_new ();
  Window      window;

  g_test_summary ("Tasks end while a window draws without a pause, and the window draws on.");

  window_init (&window);
  for (guint i = 0; i < 5; i++)
    {
      g_autoptr (TfFuture) future = submit_call (executor, body_return_42, NULL, NULL);

      draw_until_done (&window, future);
    }
  g_assert_cmpuint (window.n_frames, >, 0);

  window_clear (&window);
  tf_test_executor_finish (&executor);
}

static TfFuture *
on_then_cb (TfFuture *future,
            gpointer  data)
{
  return tf_future_new_for_int64 (8);
}

static void
test_compositions (void)
{
  Window                window;
  g_autoptr (TfPromise) promise = tf_promise_new (NULL);
  g_autoptr (TfPromise) never = tf_promise_new (NULL);
  g_autoptr (TfFuture)  then = tf_future_then (TF_FUTURE (promise), on_then_cb, NULL, NULL);
  g_autoptr (TfFuture)  delay = NULL;
  g_autoptr (TfFuture)  limited = NULL;
  g_autoptr (GError)    error = NULL;

  g_test_summary ("Promises, chains, delays and time limits end while a window draws without a "
                  "pause.");

  window_init (&window);
  tf_promise_resolve_none (promise);
  draw_until_done (&window, then);
  delay = tf_future_delay (1000);
  draw_until_done (&window, delay);
  limited = tf_future_with_timeout (TF_FUTURE (never), 1000, TF_TIMEOUT_ACTION_LEAVE);
  draw_until_done (&window, limited);
  g_assert_cmpint (tf_future_get_state (limited), ==, TF_FUTURE_STATE_FAILED);
  error = tf_future_dup_error (limited);
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);

  window_clear (&window);
  tf_promise_resolve_none (never);
  tf_test_wait_done (TF_FUTURE (never));
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/drawing/tasks/end", test_tasks);
  tf_test_add ("/drawing/others/end", test_compositions);

  return g_test_run ();
}
