/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "post-office.h"

#include "message/tf-timers-private.h"

/* A source that is more urgent, and always ready, as that of a window which draws without an end. */

#define DRAW_PRIORITY 120
#define MANY          1000

typedef struct
{
  Office    office;
  Letterbox box;
  GSource  *drawing; /* (owned) */
  guint     n_drawn;
} Window;

static gboolean
on_draw_cb (gpointer data)
{
  ++*(guint *) data;
  return G_SOURCE_CONTINUE;
}

static void
window_init (Window *self,
             gint64  patience_us)
{
  *self = (Window){ .drawing = g_idle_source_new () };
  office_init (&self->office);
  self->office.dispatcher.patience_us = patience_us;
  letterbox_init (&self->box, &self->office, 'a');
  g_source_set_priority (self->drawing, DRAW_PRIORITY);
  g_source_set_callback (self->drawing, on_draw_cb, &self->n_drawn, NULL);
  g_source_attach (self->drawing, self->office.context);
}

static void
window_clear (Window *self)
{
  g_source_destroy (self->drawing);
  g_source_unref (self->drawing);
  tf_test_drain (self->office.context);
  letterbox_clear (&self->box);
  office_clear (&self->office);
}

static void
draw_until (Window *self,
            guint   n_drawn)
{
  while (self->n_drawn < n_drawn)
    g_main_context_iteration (self->office.context, FALSE);
}

static void
test_turn (void)
{
  Window window;

  g_test_summary ("What has waited long enough has a turn although a more urgent source is "
                  "always ready.");

  window_init (&window, 0);
  draw_until (&window, 10);
  tf__pipe_post (&window.box.pipe, TF_NEWS_STARTED);
  tf__pipe_post (&window.box.pipe, TF_NEWS_FINAL);
  draw_until (&window, 12);
  office_assert_text (&window.office, "a:started a:final ");
  g_assert_cmpuint (window.office.n_turns, ==, 1);
  draw_until (&window, 100);
  g_assert_cmpuint (window.office.n_turns, ==, 1);

  window_clear (&window);
}

static void
test_patience (void)
{
  Window window;

  g_test_summary ("Before that time, the more urgent source keeps its priority.");

  window_init (&window, G_MAXINT64);
  tf__pipe_post (&window.box.pipe, TF_NEWS_FINAL);
  draw_until (&window, MANY);
  office_assert_text (&window.office, "");

  window_clear (&window);
}

static void
on_delivery_refill (Letterbox *self,
                    TfNews     news)
{
  guint *n_drawn = self->office->user_data;

  if (*n_drawn < MANY)
    g_assert_true (letterbox_send (self, self->n_events));
}

static void
test_flood (void)
{
  Window window;

  g_test_summary ("A flood does not keep the more urgent source out in turn: it has no two "
                  "turns in a row.");

  window_init (&window, 0);
  window.box.on_delivery = on_delivery_refill;
  window.office.user_data = &window.n_drawn;
  window.office.dispatcher.budget_us = 0;
  for (guint i = 0; i < 100; i++)
    g_assert_true (letterbox_send (&window.box, i));
  while (window.n_drawn < MANY)
    {
      guint n_drawn = window.n_drawn;
      guint n_turns = window.office.n_turns;

      g_main_context_iteration (window.office.context, FALSE);
      g_main_context_iteration (window.office.context, FALSE);
      g_assert_cmpuint (window.n_drawn, >, n_drawn);
      g_assert_cmpuint (window.office.n_turns, <=, n_turns + 1);
    }
  g_assert_cmpuint (window.office.n_turns, >, 0);

  window_clear (&window);
}

static void
test_timer (void)
{
  Window  window;
  TfTimer timer = { 0 };

  g_test_summary ("A timer does not wait for patience.");

  window_init (&window, G_MAXINT64);
  draw_until (&window, 2);
  tf__enter_foreground ();
  tf__timer_set (&timer, &window.box.pipe, tf__clock_now ());
  draw_until (&window, 5);
  office_assert_text (&window.office, "a:timer ");

  window_clear (&window);
}

static void
test_priorities (void)
{
  Window window;

  g_test_summary ("Only a source that drawing would keep out has a second one, while the "
                  "main context drives it.");

  window_init (&window, 0);
  g_assert_nonnull (window.office.dispatcher.aged_source);
  tf__enter_foreground ();
  tf__dispatcher_set_priority (&window.office.dispatcher, DRAW_PRIORITY);
  g_assert_null (window.office.dispatcher.aged_source);
  tf__dispatcher_set_priority (&window.office.dispatcher, G_PRIORITY_LOW);
  g_assert_nonnull (window.office.dispatcher.aged_source);
  tf__pipe_post (&window.box.pipe, TF_NEWS_FINAL);
  tf__dispatcher_unplug (&window.office.dispatcher);
  g_assert_null (window.office.dispatcher.aged_source);
  draw_until (&window, 100);
  office_assert_text (&window.office, "");
  tf__dispatcher_plug (&window.office.dispatcher);
  draw_until (&window, 103);
  office_assert_text (&window.office, "a:final ");

  window_clear (&window);
}

static void
on_delivery_detach (Letterbox *self,
                    TfNews     news)
{
  tf__enter_foreground ();
  tf__dispatcher_detach (&self->office->dispatcher);
}

static void
test_detach (void)
{
  Window window;

  g_test_summary ("A handler may end the dispatcher in a turn of the second source.");

  window_init (&window, 0);
  window.box.on_delivery = on_delivery_detach;
  tf__pipe_post (&window.box.pipe, TF_NEWS_FINAL);
  draw_until (&window, 10);
  office_assert_text (&window.office, "a:final ");
  g_assert_null (window.office.dispatcher.aged_source);

  window_clear (&window);
}

static void
test_idle (void)
{
  Office  office;
  GPollFD fds[4];
  int     priority;
  int     timeout_ms;

  g_test_summary ("While nothing waits, the second source asks for no time and no descriptor.");

  office_init (&office);
  g_assert_true (g_main_context_acquire (office.context));
  g_assert_false (g_main_context_prepare (office.context, &priority));
  g_assert_cmpint (g_main_context_query (office.context, G_MAXINT, &timeout_ms, fds, 4), ==, 1);
  g_assert_cmpint (timeout_ms, ==, -1);
  g_assert_false (g_main_context_check (office.context, G_MAXINT, fds, 0));
  g_main_context_release (office.context);

  office_clear (&office);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/aging/turns/come-beside-drawing", test_turn);
  tf_test_add ("/aging/turns/wait-for-their-time", test_patience);
  tf_test_add ("/aging/turns/leave-drawing-its-own", test_flood);
  tf_test_add ("/aging/timers/ring-on-time", test_timer);
  tf_test_add ("/aging/sources/are-as-many-as-needed", test_priorities);
  tf_test_add ("/aging/sources/end-in-a-turn", test_detach);
  tf_test_add ("/aging/sources/cost-nothing-when-idle", test_idle);

  return g_test_run ();
}
