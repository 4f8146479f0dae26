/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "post-office.h"

/* Every kind of news has its turn, and every pipe, however fast events come. */

#define MANY 10000

static void
send_another (Letterbox *self)
{
  g_assert_true (letterbox_send (self, self->n_events));
}

static void
on_delivery_refill (Letterbox *self,
                    TfNews     news)
{
  if (news == TF_NEWS_EVENTS && self->n_events < MANY)
    send_another (self);
}

/* A chunk of events is being delivered when the others come. */
static void
on_delivery_post_others (Letterbox *self,
                         TfNews     news)
{
  on_delivery_refill (self, news);
  if (self->n_events != 10 || news != TF_NEWS_EVENTS)
    return;

  tf__pipe_post (&self->pipe, TF_NEWS_TIMER);
  tf__pipe_post (&self->pipe, TF_NEWS_RETURNED);
  tf__pipe_post (&self->pipe, TF_NEWS_CANCEL);
}

static gboolean
has_ended (gpointer data)
{
  return ((Letterbox *) data)->n_events >= MANY;
}

static void
fill (Letterbox *box)
{
  for (guint i = 0; i < 200; i++)
    g_assert_true (letterbox_send (box, i));
}

static void
office_init_for_flood (Office    *office,
                       Letterbox *box,
                       gint64     interval_us)
{
  office_init (office);
  office->dispatcher.interval_us = interval_us;
  letterbox_init (box, office, 'a');
  box->on_delivery = on_delivery_refill;
  fill (box);
}

static void
finish_flood (Office    *office,
              Letterbox *box)
{
  tf_test_run_until (office->context, has_ended, box);
  tf_test_drain (office->context);
  letterbox_clear (box);
  office_clear (office);
}

static void
test_progress_in_flood (void)
{
  Office      office;
  Letterbox   box;
  const char *progress;

  g_test_summary ("Progress is delivered within its interval although events come without an end.");

  office_init_for_flood (&office, &box, 0);
  tf__pipe_advance (&box.pipe, 3);
  tf_test_run_until (office.context, has_ended, &box);
  progress = strstr (office.text->str, "a:progress 3/-1 ");
  g_assert_nonnull (progress);
  g_assert_nonnull (strstr (progress, "a9000 "));

  finish_flood (&office, &box);
}

static void
test_progress_keeps_its_place (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("Before the interval is over, progress comes after the events that were "
                  "sent before it.");

  office_init (&office);
  office.dispatcher.interval_us = G_MAXINT64;
  letterbox_init (&box, &office, 'a');
  fill (&box);
  tf__pipe_advance (&box.pipe, 1);
  tf_test_drain (office.context);
  g_assert_true (g_str_has_suffix (office.text->str, "a199 a:progress 1/-1 "));

  letterbox_clear (&box);
  office_clear (&office);
}

static void
test_others_in_flood (void)
{
  Office      office;
  Letterbox   box;
  const char *text;

  g_test_summary ("A cancel, a look and a timer are not kept back by events that come "
                  "without an end.");

  office_init_for_flood (&office, &box, 0);
  box.on_delivery = on_delivery_post_others;
  tf_test_run_until (office.context, has_ended, &box);
  text = strstr (office.text->str, "a:cancel ");
  g_assert_nonnull (text);
  text = strstr (text, "a:returned ");
  g_assert_nonnull (text);
  text = strstr (text, "a:timer ");
  g_assert_nonnull (text);
  g_assert_nonnull (strstr (text, "a9000 "));

  finish_flood (&office, &box);
}

static void
test_final_stays_last (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("The final message overtakes no event, however long it waits.");

  office_init (&office);
  office.dispatcher.interval_us = 0;
  letterbox_init (&box, &office, 'a');
  fill (&box);
  tf__pipe_post (&box.pipe, TF_NEWS_FINAL);
  tf_test_drain (office.context);
  g_assert_true (g_str_has_suffix (office.text->str, "a199 a:final "));

  letterbox_clear (&box);
  office_clear (&office);
}

static void
on_delivery_slow (Letterbox *self,
                  TfNews     news)
{
  gint64 end_us = g_get_monotonic_time () + self->office->dispatcher.budget_us;

  while (g_get_monotonic_time () < end_us)
    continue;
}

static void
test_slow_handlers (void)
{
  Office    office;
  Letterbox boxes[2];

  g_test_summary ("With handlers as long as a turn, pipes change places after each turn.");

  office_init (&office);
  office.dispatcher.budget_us = 100;
  office.dispatcher.stride = 1;
  for (guint i = 0; i < 2; i++)
    {
      letterbox_init (&boxes[i], &office, (char) ('a' + i));
      boxes[i].on_delivery = on_delivery_slow;
      for (guint j = 0; j < 3; j++)
        g_assert_true (letterbox_send (&boxes[i], j));
    }
  tf_test_drain (office.context);
  office_assert_text (&office, "a0 b0 a1 b1 a2 b2 ");

  for (guint i = 0; i < 2; i++)
    letterbox_clear (&boxes[i]);
  office_clear (&office);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/turns/progress/comes-in-a-flood", test_progress_in_flood);
  tf_test_add ("/turns/progress/keeps-its-place-at-first", test_progress_keeps_its_place);
  tf_test_add ("/turns/other-news/come-in-a-flood", test_others_in_flood);
  tf_test_add ("/turns/final/stays-last", test_final_stays_last);
  tf_test_add ("/turns/pipes/change-places-after-a-turn", test_slow_handlers);

  return g_test_run ();
}
