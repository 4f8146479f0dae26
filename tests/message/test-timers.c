/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "message/tf-timers-private.h"

#include "message/tf-foreign-loop-private.h"
#include "post-office.h"

/* A pipe with a timer, which writes down its number when that has rung. */
typedef struct
{
  TfPipe  pipe; /* first */
  TfTimer timer;
  Office *office;
  guint   number;
  guint   n_refs;
  void (*on_ring) (gpointer bell);
} Bell;

static TfPipe *
ref_bell (TfPipe *pipe)
{
  ((Bell *) pipe)->n_refs++;
  return pipe;
}

static void
unref_bell (TfPipe *pipe)
{
  ((Bell *) pipe)->n_refs--;
}

static void
deliver_bell (TfPipe  *pipe,
              TfNews   news,
              TfEvent *event)
{
  Bell *self = (Bell *) pipe;

  g_string_append_printf (self->office->text, "%u%s ", self->number,
                          news == TF_NEWS_TIMER ? "" : news_to_string (news));
  if (self->on_ring != NULL)
    self->on_ring (self);
}

static const TfPipeClass bell_class = { deliver_bell, ref_bell, unref_bell };

static void
bell_init (Bell   *self,
           Office *office,
           guint   number)
{
  *self = (Bell){ .office = office, .number = number };
  tf__pipe_init (&self->pipe, &bell_class);
  self->pipe.dispatcher = &office->dispatcher;
}

static void
bell_clear (Bell *self)
{
  g_assert_cmpuint (self->timer.index, ==, 0);
  g_assert_cmpuint (self->n_refs, ==, 0);
  tf__pipe_clear (&self->pipe);
}

static Bell *
bells_new (Office *office,
           guint   n)
{
  Bell *bells = g_new (Bell, n);

  for (guint i = 0; i < n; i++)
    bell_init (&bells[i], office, i);

  return bells;
}

static void
bells_free (Bell *bells,
            guint n)
{
  for (guint i = 0; i < n; i++)
    bell_clear (&bells[i]);
  g_free (bells);
}

static TfTestClock *
clock_new (void)
{
  TfTestClock *clock = tf_test_clock_new (1000);

  tf_test_clock_install (clock);
  return clock;
}

static void
clock_free (TfTestClock *clock)
{
  tf_test_clock_uninstall (clock);
  g_assert_finalize_object (clock);
}

/* No timer is later than those below it, and each knows its place. */
static void
assert_heap (Office *office,
             guint   n)
{
  GPtrArray *timers = office->dispatcher.timers;

  g_assert_cmpuint (timers->len, ==, n);
  for (guint i = 1; i <= n; i++)
    {
      TfTimer *timer = timers->pdata[i - 1];
      TfTimer *above = i == 1 ? NULL : timers->pdata[i / 2 - 1];

      g_assert_cmpuint (timer->index, ==, i);
      if (above != NULL)
        g_assert_true (above->deadline_us < timer->deadline_us ||
                       (above->deadline_us == timer->deadline_us && above->number < timer->number));
    }
}

static void
test_heap (void)
{
  Office office;
  GRand *rand = tf_test_rand_new ();
  guint  n = 300;
  guint  n_set = 0;
  Bell  *bells;

  g_test_summary ("The timers are a heap, whatever is set and removed.");

  office_init (&office);
  tf__enter_foreground ();
  bells = bells_new (&office, n);
  for (guint i = 0; i < 5000; i++)
    {
      Bell *bell = &bells[g_rand_int_range (rand, 0, (int) n)];

      if (bell->timer.index != 0)
        {
          tf__timer_remove (&bell->timer);
          n_set--;
        }
      else
        {
          tf__timer_set (&bell->timer, &bell->pipe, g_rand_int_range (rand, 1000, 1100));
          n_set++;
        }
      assert_heap (&office, n_set);
    }
  for (guint i = 0; i < n; i++)
    tf__timer_remove (&bells[i].timer);
  assert_heap (&office, 0);
  g_assert_cmpint (tf__timers_get_next (&office.dispatcher), ==, G_MAXINT64);
  bells_free (bells, n);
  office_clear (&office);
  g_rand_free (rand);
}

static void
test_order (void)
{
  static const gint64 deadlines_us[] = { 5000, 3000, 5000, 2000, 3000, 3000, 9000 };

  TfTestClock *clock = clock_new ();
  Office       office;
  Bell        *bells;

  g_test_summary ("Timers ring by their time, and those of the same time in the order in which "
                  "they were set.");

  office_init (&office);
  tf__enter_foreground ();
  bells = bells_new (&office, G_N_ELEMENTS (deadlines_us));
  for (guint i = 0; i < G_N_ELEMENTS (deadlines_us); i++)
    tf__timer_set (&bells[i].timer, &bells[i].pipe, deadlines_us[i]);
  g_assert_cmpint (tf__dispatcher_get_due (&office.dispatcher), ==, 2000);
  tf_test_drain (office.context);
  g_assert_cmpstr (office.text->str, ==, "");
  tf_test_clock_advance (clock, 999);
  tf_test_drain (office.context);
  g_assert_cmpstr (office.text->str, ==, "");
  tf_test_clock_advance (clock, 1);
  tf_test_drain (office.context);
  g_assert_cmpstr (office.text->str, ==, "3 ");
  tf_test_clock_advance (clock, 3500);
  tf_test_drain (office.context);
  g_assert_cmpstr (office.text->str, ==, "3 1 4 5 0 2 ");
  assert_heap (&office, 1);
  tf__timer_remove (&bells[6].timer);
  bells_free (bells, G_N_ELEMENTS (deadlines_us));
  office_clear (&office);
  clock_free (clock);
}

static void
test_removed (void)
{
  TfTestClock *clock = clock_new ();
  Office       office;
  Bell        *bells;

  g_test_summary ("A timer that was removed does not ring, and may be set again.");

  office_init (&office);
  tf__enter_foreground ();
  bells = bells_new (&office, 3);
  for (guint i = 0; i < 3; i++)
    tf__timer_set (&bells[i].timer, &bells[i].pipe, 2000);
  tf__timer_remove (&bells[1].timer);
  tf__timer_remove (&bells[1].timer);
  tf_test_clock_advance (clock, 1000);
  tf_test_drain (office.context);
  g_assert_cmpstr (office.text->str, ==, "0 2 ");
  tf__timer_set (&bells[1].timer, &bells[1].pipe, 1000);
  tf_test_drain (office.context);
  g_assert_cmpstr (office.text->str, ==, "0 2 1 ");
  bells_free (bells, 3);
  office_clear (&office);
  clock_free (clock);
}

static void
test_after_news (void)
{
  TfTestClock *clock = clock_new ();
  Office       office;
  Bell        *bells;

  g_test_summary ("What came in before the time was over is delivered before the timer rings.");

  office_init (&office);
  tf__enter_foreground ();
  bells = bells_new (&office, 2);
  tf__timer_set (&bells[0].timer, &bells[0].pipe, 1000);
  tf__pipe_post (&bells[1].pipe, TF_NEWS_FINAL);
  tf__pipe_post (&bells[0].pipe, TF_NEWS_FINAL);
  tf_test_drain (office.context);
  g_assert_cmpstr (office.text->str, ==, "1final 0final 0 ");
  bells_free (bells, 2);
  office_clear (&office);
  clock_free (clock);
}

static void
set_again (gpointer data)
{
  Bell *bell = data;

  tf__enter_foreground ();
  if (bell->number-- > 0)
    tf__timer_set (&bell->timer, &bell->pipe, tf__timers_get_next (&bell->office->dispatcher));
}

static void
set_due (gpointer data)
{
  Bell *bell = data;

  tf__enter_foreground ();
  if (bell->number-- > 0)
    tf__timer_set (&bell->timer, &bell->pipe, 0);
}

static void
test_set_inside (void)
{
  TfTestClock *clock = clock_new ();
  Office       office;
  Bell         bell;

  g_test_summary ("A timer may be set again when it rings, also to a time that is over.");

  office_init (&office);
  tf__enter_foreground ();
  bell_init (&bell, &office, 3);
  bell.on_ring = set_due;
  tf__timer_set (&bell.timer, &bell.pipe, 1000);
  tf_test_drain (office.context);
  g_assert_cmpstr (office.text->str, ==, "3 2 1 0 ");

  bell.number = 1;
  bell.on_ring = set_again;
  tf__timer_set (&bell.timer, &bell.pipe, 0);
  tf_test_drain (office.context);
  g_assert_cmpint (bell.timer.deadline_us, ==, G_MAXINT64);
  tf__timer_remove (&bell.timer);
  bell_clear (&bell);
  office_clear (&office);
  clock_free (clock);
}

static gboolean
has_rung (gpointer data)
{
  return ((Office *) data)->text->len > 0;
}

static void
test_wakes (void)
{
  Office office;
  Bell   bell;
  gint64 begin_us = g_get_monotonic_time ();

  g_test_summary ("A loop that sleeps is woken by the timer, in time and not before.");

  office_init (&office);
  tf__enter_foreground ();
  bell_init (&bell, &office, 1);
  tf__timer_set (&bell.timer, &bell.pipe, begin_us + 3000);
  tf_test_run_until (office.context, has_rung, &office);
  g_assert_cmpint (g_get_monotonic_time (), >=, begin_us + 3000);
  bell_clear (&bell);
  office_clear (&office);
}

static void
test_foreign_loop (void)
{
  Office             office;
  Bell               bells[2];
  g_autoptr (GError) error = NULL;
  GPollFD            poll_fd = { .events = G_IO_IN };

  g_test_summary ("For a foreign loop the timer makes the descriptor readable.");

  office_init (&office);
  tf__enter_foreground ();
  bell_init (&bells[0], &office, 0);
  bell_init (&bells[1], &office, 1);
  poll_fd.fd = tf__foreign_loop_open (&office.dispatcher, &error);
  g_assert_no_error (error);
  g_assert_cmpint (g_poll (&poll_fd, 1, 0), ==, 0);

  /* The loop is told of a timer that comes before all others. */
  tf__timer_set (&bells[0].timer, &bells[0].pipe, G_MAXINT64 - 1);
  tf__foreign_loop_dispatch (&office.dispatcher);
  tf__timer_set (&bells[1].timer, &bells[1].pipe, g_get_monotonic_time () + 2000);
  while (!has_rung (&office))
    {
      g_assert_cmpint (g_poll (&poll_fd, 1, (int) (tf_test_timeout_us () / 1000)), ==, 1);
      tf__foreign_loop_dispatch (&office.dispatcher);
    }
  g_assert_cmpstr (office.text->str, ==, "1 ");
  g_assert_cmpint (g_poll (&poll_fd, 1, 0), ==, 0);
  tf__timer_remove (&bells[0].timer);
  tf__foreign_loop_close (&office.dispatcher);
  tf__dispatcher_plug (&office.dispatcher);
  bell_clear (&bells[0]);
  bell_clear (&bells[1]);
  office_clear (&office);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/timers/heap/stays-one", test_heap);
  tf_test_add ("/timers/ring/by-time-and-in-order", test_order);
  tf_test_add ("/timers/ring/after-the-news", test_after_news);
  tf_test_add ("/timers/removed/stay-silent", test_removed);
  tf_test_add ("/timers/ring/may-set-them-again", test_set_inside);
  tf_test_add ("/timers/loop/is-woken", test_wakes);
  tf_test_add ("/timers/foreign-loop/is-woken", test_foreign_loop);

  return g_test_run ();
}
