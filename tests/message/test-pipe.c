/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "post-office.h"

static void
test_order_of_news (void)
{
  Office    office;
  Letterbox box;
  gint64    completed = 1;

  g_test_summary ("News of one pipe are delivered in the order of their kinds, however they came.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  tf__pipe_post (&box.pipe, TF_NEWS_FINAL);
  tf__pipe_post (&box.pipe, TF_NEWS_RETURNED);
  g_assert_true (tf__pipe_set_progress (&box.pipe, &completed, NULL, NULL));
  g_assert_true (letterbox_send (&box, 1));
  g_assert_true (letterbox_send (&box, 2));
  tf__pipe_post (&box.pipe, TF_NEWS_STARTED);
  tf__pipe_post (&box.pipe, TF_NEWS_OWNER_GONE);
  tf__pipe_post (&box.pipe, TF_NEWS_CANCEL);
  tf__pipe_post (&box.pipe, TF_NEWS_CANCEL);
  tf_test_drain (office.context);
  office_assert_text (&office, "a:cancel a:owner-gone a:started a1 a2 a:progress 1/-1 a:returned "
                               "a:final ");

  letterbox_clear (&box);
  office_clear (&office);
}

static void
test_closed (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("After the final message was delivered nothing is taken any more.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  tf__pipe_post (&box.pipe, TF_NEWS_FINAL);
  g_assert_true (letterbox_send (&box, 1));
  tf_test_drain (office.context);
  office_assert_text (&office, "a1 a:final ");
  g_assert_false (letterbox_send (&box, 2));
  tf_test_drain (office.context);
  office_assert_text (&office, "");

  letterbox_clear (&box);
  office_clear (&office);
}

static void
test_closed_before_box (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("A pipe that was closed before its first event takes none either.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  tf__pipe_post (&box.pipe, TF_NEWS_FINAL);
  tf_test_drain (office.context);
  office_assert_text (&office, "a:final ");
  g_assert_false (letterbox_send (&box, 1));
  tf_test_drain (office.context);
  office_assert_text (&office, "");

  letterbox_clear (&box);
  office_clear (&office);
}

static void
test_overtaking (void)
{
  Office    office;
  Letterbox box;
  gint64    completed = 1;

  g_test_summary ("An event whose sender has not told the pipe yet comes before what others say"
                  " later.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  g_assert_true (letterbox_send (&box, 1));
  tf_test_drain (office.context);
  office_assert_text (&office, "a1 ");

  /* As if another thread had sent one, and were about to tell. */
  box.pipe.box->is_told = TRUE;
  g_assert_true (letterbox_send (&box, 2));
  tf_test_drain (office.context);
  office_assert_text (&office, "");

  g_assert_true (tf__pipe_set_progress (&box.pipe, &completed, NULL, NULL));
  tf_test_drain (office.context);
  office_assert_text (&office, "a2 a:progress 1/-1 ");

  box.pipe.box->is_told = TRUE;
  g_assert_true (letterbox_send (&box, 3));
  tf__pipe_post (&box.pipe, TF_NEWS_FINAL);
  tf_test_drain (office.context);
  office_assert_text (&office, "a3 a:final ");

  /* The other thread comes late. */
  tf__pipe_post (&box.pipe, TF_NEWS_EVENTS);
  tf_test_drain (office.context);
  office_assert_text (&office, "");

  letterbox_clear (&box);
  office_clear (&office);
}

static void
test_cancel_state (void)
{
  Office    office;
  Letterbox box;
  gint64    completed = 1;

  g_test_summary ("A pipe that is not open refuses what is sent, and keeps what was.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  g_assert_true (letterbox_send (&box, 1));
  g_assert_true (tf__pipe_is_wanted (&box.pipe));
  g_assert_true (tf__pipe_step (&box.pipe, TF_CANCEL_EVENT_CANCEL));
  g_assert_false (tf__pipe_step (&box.pipe, TF_CANCEL_EVENT_CANCEL));
  g_assert_cmpint (tf__pipe_get_cancel_state (&box.pipe), ==, TF_CANCEL_STATE_CANCEL_REQUESTED);
  g_assert_false (tf__pipe_is_wanted (&box.pipe));
  g_assert_true (tf__pipe_is_cancelled (&box.pipe));
  g_assert_false (letterbox_send (&box, 2));
  g_assert_false (tf__pipe_set_progress (&box.pipe, &completed, NULL, NULL));
  g_assert_false (tf__pipe_advance (&box.pipe, 1));
  g_assert_false (tf__pipe_is_over (&box.pipe));
  g_assert_cmpint (tf__pipe_end (&box.pipe), ==, TF_CANCEL_STATE_CANCEL_REQUESTED);
  g_assert_true (tf__pipe_is_over (&box.pipe));
  tf_test_drain (office.context);
  office_assert_text (&office, "a1 ");

  letterbox_clear (&box);
  office_clear (&office);
}

#define N_MANY 500

static void
test_chunks (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("Many events keep their order over all chunks.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  for (guint round = 0; round < 3; round++)
    {
      g_autoptr (GString) expected = g_string_new (NULL);

      for (gint64 i = 0; i < N_MANY; i++)
        {
          g_assert_true (letterbox_send (&box, i));
          g_string_append_printf (expected, "a%" G_GINT64_FORMAT " ", i);
        }
      tf_test_drain (office.context);
      office_assert_text (&office, expected->str);
    }

  letterbox_clear (&box);
  office_clear (&office);
}

static void
test_undelivered (void)
{
  Office    office;
  Letterbox box;
  GObject  *object = g_object_new (G_TYPE_OBJECT, NULL);
  GValue    value = G_VALUE_INIT;

  g_test_summary ("What is not delivered when the pipe goes is freed.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  g_value_init (&value, G_TYPE_OBJECT);
  g_value_set_object (&value, object);
  for (guint i = 0; i < 120; i++)
    {
      g_assert_true (
        tf__pipe_send (&box.pipe, TF_ROAD_ITEM, "pipe-kind-without-quark", &value));
    }
  g_value_unset (&value);
  office_clear (&office);
  letterbox_clear (&box);
  g_assert_finalize_object (object);
}

static void
on_delivery_drop (Letterbox *self,
                  TfNews     news)
{
  tf__enter_foreground ();

  if (self->n_events == 3)
    tf__pipe_drop_events (&self->pipe);
}

static void
test_drop (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("Dropping the events drops the rest of the chunk that is being delivered, too.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  box.on_delivery = on_delivery_drop;
  for (gint64 i = 1; i <= 120; i++)
    g_assert_true (letterbox_send (&box, i));
  tf_test_drain (office.context);
  office_assert_text (&office, "a1 a2 a3 ");
  g_assert_true (letterbox_send (&box, 121));
  tf_test_drain (office.context);
  office_assert_text (&office, "a121 ");

  tf__enter_foreground ();
  letterbox_clear (&box);
  office_clear (&office);
}

/* Room */

typedef struct
{
  Letterbox    *box;
  TfTestCounter n_sent;
  TfTestGate    gate;
  guint         n_before_gate; /* 0: there is no gate */
  guint         n_wanted;
  gboolean      was_final_seen;
} Sender;

static gpointer
run_sender (gpointer data)
{
  Sender *sender = data;

  for (guint i = 0; i < sender->n_wanted && letterbox_send (sender->box, i); i++)
    {
      tf_test_counter_add (&sender->n_sent, 1);
      if (i + 1 == sender->n_before_gate)
        tf_test_gate_wait (&sender->gate);
    }

  return NULL;
}

static void
test_room (void)
{
  Office    office;
  Letterbox box;
  Sender    sender = { &box, .n_wanted = 3 * TF_PIPE_HIGH_WATER };
  GThread  *thread;

  g_test_summary ("A sender in another thread waits for room, until half of it is free.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  tf_test_counter_init (&sender.n_sent);
  thread = g_thread_new ("sender", run_sender, &sender);
  while (box.n_events < sender.n_wanted)
    {
      tf_test_counter_wait (&sender.n_sent, MIN (box.n_events + 1, sender.n_wanted));
      g_assert_cmpint (tf_test_counter_get (&sender.n_sent), <=,
                       box.n_events + TF_PIPE_HIGH_WATER);
      g_main_context_iteration (office.context, FALSE);
    }
  g_thread_join (thread);

  tf_test_drain (office.context);
  letterbox_clear (&box);
  office_clear (&office);
  tf_test_counter_clear (&sender.n_sent);
}

static gboolean
has_waiting_sender (TfPipe *pipe)
{
  TfPipeBox *box = tf__pipe_get_box (pipe);
  gboolean   has_waiting;

  tf__lock (&box->lock);
  has_waiting = box->n_waiting > 0;
  tf__unlock (&box->lock);

  return has_waiting;
}

/* In the first delivery, with the rest of a chunk still to come, the sender goes on as far as it can. */
static void
on_delivery_measure (Letterbox *self,
                     TfNews     news)
{
  Sender *sender = self->office->user_data;

  if (self->n_events > 1)
    return;

  tf_test_gate_open (&sender->gate);
  while (!has_waiting_sender (&self->pipe))
    g_thread_yield ();
  g_assert_cmpint (tf_test_counter_get (&sender->n_sent), ==, TF_PIPE_HIGH_WATER);
}

static void
test_room_in_handler (void)
{
  Office    office;
  Letterbox box;
  Sender    sender = { &box, .n_wanted = 3 * TF_PIPE_HIGH_WATER, .n_before_gate = 60 };
  GThread  *thread;

  g_test_summary ("The mark holds while a handler runs: events of the same delivery that "
                  "are still to come count.");

  office_init (&office);
  office.user_data = &sender;
  letterbox_init (&box, &office, 'a');
  box.on_delivery = on_delivery_measure;
  tf_test_counter_init (&sender.n_sent);
  tf_test_gate_init (&sender.gate);
  thread = g_thread_new ("sender", run_sender, &sender);
  tf_test_counter_wait (&sender.n_sent, sender.n_before_gate);
  while (box.n_events < sender.n_wanted)
    g_main_context_iteration (office.context, TRUE);
  g_thread_join (thread);

  tf_test_drain (office.context);
  letterbox_clear (&box);
  office_clear (&office);
  tf_test_gate_clear (&sender.gate);
  tf_test_counter_clear (&sender.n_sent);
}

static gpointer
run_late_sender (gpointer data)
{
  Sender *sender = data;

  while (letterbox_send (sender->box, 0))
    tf_test_counter_add (&sender->n_sent, 1);

  return NULL;
}

static gboolean
is_closed (TfPipe *pipe)
{
  TfPipeBox *box = tf__pipe_get_box (pipe);
  gboolean   is_closed;

  tf__lock (&box->lock);
  is_closed = box->is_closed;
  tf__unlock (&box->lock);

  return is_closed;
}

/* The code of the task has returned, and a thread that it left behind goes on. It is always an event ahead. */
static void
on_delivery_post_final (Letterbox *self,
                        TfNews     news)
{
  Sender *sender = self->office->user_data;

  if (self->n_events == 1)
    tf__pipe_post (&self->pipe, TF_NEWS_FINAL);
  while (!is_closed (&self->pipe) && tf_test_counter_get (&sender->n_sent) <= self->n_events)
    g_thread_yield ();
  if (news == TF_NEWS_FINAL)
    sender->was_final_seen = TRUE;
}

static void
test_late_sender (void)
{
  Office    office;
  Letterbox box;
  Sender    sender = { &box };
  GThread  *thread;

  g_test_summary ("The final message comes although another thread goes on sending: its "
                  "events are refused.");

  office_init (&office);
  office.user_data = &sender;
  letterbox_init (&box, &office, 'a');
  box.on_delivery = on_delivery_post_final;
  tf_test_counter_init (&sender.n_sent);
  thread = g_thread_new ("sender", run_late_sender, &sender);
  while (!sender.was_final_seen && box.n_events < 10 * TF_PIPE_HIGH_WATER)
    g_main_context_iteration (office.context, TRUE);
  g_assert_true (sender.was_final_seen);
  g_thread_join (thread);

  tf_test_drain (office.context);
  letterbox_clear (&box);
  office_clear (&office);
  tf_test_counter_clear (&sender.n_sent);
}

static void
test_room_released (void)
{
  Office    office;
  Letterbox box;
  Sender    sender = { &box, .n_wanted = 3 * TF_PIPE_HIGH_WATER };
  GThread  *thread;

  g_test_summary ("A sender that waits for room returns when the work is cancelled.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  tf_test_counter_init (&sender.n_sent);
  thread = g_thread_new ("sender", run_sender, &sender);
  tf_test_counter_wait (&sender.n_sent, TF_PIPE_HIGH_WATER);
  tf__pipe_step (&box.pipe, TF_CANCEL_EVENT_CANCEL);
  tf__pipe_release_senders (&box.pipe);
  g_thread_join (thread);
  g_assert_cmpint (tf_test_counter_get (&sender.n_sent), ==, TF_PIPE_HIGH_WATER);

  tf_test_drain (office.context);
  letterbox_clear (&box);
  office_clear (&office);
  tf_test_counter_clear (&sender.n_sent);
}

/* Sizes of 3 units, and now and then of more than there may be. */
#define MAX_UNITS 10

static guint
get_units (guint number)
{
  return number % 7 == 0 ? 2 * MAX_UNITS : 3;
}

static gpointer
run_large_sender (gpointer data)
{
  Sender *sender = data;

  for (guint i = 0; i < sender->n_wanted; i++)
    {
      GValue value = G_VALUE_INIT;

      g_value_init (&value, G_TYPE_INT64);
      if (!tf__pipe_send_sized (&sender->box->pipe, TF_ROAD_ITEM, NULL, &value, get_units (i),
                                MAX_UNITS))
        break;
      tf_test_counter_add (&sender->n_sent, 1);
    }

  return NULL;
}

static void
check_units_cb (Letterbox *box,
                TfNews     news)
{
  TfPipeBox *inside = box->pipe.box;
  guint64    n_units;

  tf__lock (&inside->lock);
  n_units = inside->n_units;
  tf__unlock (&inside->lock);
  g_assert_true (n_units <= MAX_UNITS || n_units == 2 * MAX_UNITS);
}

static void
test_room_of_sizes (void)
{
  Office    office;
  Letterbox box;
  Sender    sender = { &box, .n_wanted = 500 };
  GThread  *thread;

  g_test_summary ("A sender of large events waits until those on their way leave room for them.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  box.on_delivery = check_units_cb;
  tf_test_counter_init (&sender.n_sent);
  thread = g_thread_new ("sender", run_large_sender, &sender);
  while (box.n_events < sender.n_wanted)
    {
      /* The first is too large, so it is alone; after it there are three at most. */
      tf_test_counter_wait (&sender.n_sent, MIN (box.n_events + 1, sender.n_wanted));
      g_assert_cmpint (tf_test_counter_get (&sender.n_sent), <=, box.n_events + 4);
      g_main_context_iteration (office.context, FALSE);
    }
  g_thread_join (thread);
  g_assert_cmpuint (box.pipe.box->n_units, ==, 0);

  tf_test_drain (office.context);
  letterbox_clear (&box);
  office_clear (&office);
  tf_test_counter_clear (&sender.n_sent);
}

static void
test_room_of_sizes_dropped (void)
{
  Office    office;
  Letterbox box;
  Sender    sender = { &box, .n_wanted = 500 };
  GThread  *thread;

  g_test_summary ("A sender of large events returns when the work is cancelled.");

  tf__enter_foreground ();
  office_init (&office);
  letterbox_init (&box, &office, 'a');
  tf_test_counter_init (&sender.n_sent);
  thread = g_thread_new ("sender", run_large_sender, &sender);
  tf_test_counter_wait (&sender.n_sent, 1);
  tf__pipe_step (&box.pipe, TF_CANCEL_EVENT_CANCEL);
  tf__pipe_release_senders (&box.pipe);
  g_thread_join (thread);
  g_assert_cmpint (tf_test_counter_get (&sender.n_sent), ==, 1);
  tf__pipe_drop_events (&box.pipe);
  g_assert_cmpuint (box.pipe.box->n_units, ==, 0);

  tf_test_drain (office.context);
  letterbox_clear (&box);
  office_clear (&office);
  tf_test_counter_clear (&sender.n_sent);
}

/* Progress */

static void
test_slot (void)
{
  Office       office;
  Letterbox    box;
  const gint64 one = 1;
  const gint64 ten = 10;

  g_test_summary ("The slot has the latest values; a text is given when it has changed.");

  office_init (&office);
  office.dispatcher.interval_us = 0;
  letterbox_init (&box, &office, 'a');
  tf__pipe_set_progress (&box.pipe, &one, &ten, "=old");
  tf__pipe_set_progress (&box.pipe, NULL, NULL, "=new");
  tf__pipe_advance (&box.pipe, 2);
  tf_test_drain (office.context);
  office_assert_text (&office, "a:progress 3/10=new ");
  tf__pipe_advance (&box.pipe, 1);
  tf_test_drain (office.context);
  office_assert_text (&office, "a:progress 4/10 ");
  tf__pipe_set_progress (&box.pipe, NULL, &one, NULL);
  tf_test_drain (office.context);
  office_assert_text (&office, "a:progress 4/1=new ");

  letterbox_clear (&box);
  office_clear (&office);
}

/* The end and the first event at the same time */

#define N_ROUNDS 3000

typedef struct
{
  Letterbox     opener; /* first */
  Letterbox     box;
  gboolean      is_open; /* [atomic] */
  gboolean      is_sent;
  guint         n_looks;
  TfTestCounter n_rounds;
} Race;

static gpointer
run_racer (gpointer data)
{
  Race *race = data;

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      while (!g_atomic_int_get (&race->is_open))
        ;

      race->is_sent = letterbox_send (&race->box, 1);
      g_atomic_int_set (&race->is_open, FALSE);
      tf_test_counter_add (&race->n_rounds, 1);
    }

  return NULL;
}

/* The other thread begins; the final message is taken sooner or later after that. */
static void
open_race (Letterbox *opener,
           TfNews     news)
{
  Race *race = (Race *) opener;

  g_atomic_int_set (&race->is_open, TRUE);
  for (guint i = 0; i < race->n_looks; i++)
    g_atomic_int_get (&race->is_open);
}

static void
test_end_race (void)
{
  Office   office;
  Race     race = { 0 };
  GThread *thread;
  guint    n_sent = 0;

  g_test_summary ("An event that another thread sends while the final message is taken is "
                  "delivered before it, or refused.");

  office_init (&office);
  tf_test_counter_init (&race.n_rounds);
  thread = g_thread_new ("racer", run_racer, &race);
  for (guint i = 0; i < N_ROUNDS; i++)
    {
      race.n_looks = (i % 500) * 10;
      letterbox_init (&race.opener, &office, 'o');
      race.opener.on_delivery = open_race;
      letterbox_init (&race.box, &office, 'a');
      tf__pipe_post (&race.opener.pipe, TF_NEWS_FINAL);
      tf__pipe_post (&race.box.pipe, TF_NEWS_FINAL);
      tf_test_drain (office.context);
      tf_test_counter_wait (&race.n_rounds, i + 1);
      tf_test_drain (office.context);
      office_assert_text (&office, race.is_sent ? "o:final a1 a:final " : "o:final a:final ");
      n_sent += race.is_sent;
      letterbox_clear (&race.opener);
      letterbox_clear (&race.box);
    }
  g_thread_join (thread);
  g_test_message ("%u of %d events were in time", n_sent, N_ROUNDS);

  tf_test_counter_clear (&race.n_rounds);
  office_clear (&office);
}

static void
on_delivery_hold_first (Letterbox *self,
                        TfNews     news)
{
  tf__enter_foreground ();

  if (self->n_events == 1)
    tf__pipe_hold (&self->pipe);
}

static void
test_let_go_between (void)
{
  Office              office;
  Letterbox           box;
  TfEvent             event;
  gboolean            has_more;
  gboolean            is_early;
  g_autoptr (GString) expected = g_string_new (NULL);

  g_test_summary ("One that another thread lets go while the owner looks goes on where it was.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  box.on_delivery = on_delivery_hold_first;
  for (gint64 i = 1; i <= 120; i++)
    g_assert_true (letterbox_send (&box, i));
  tf_test_drain (office.context);
  office_assert_text (&office, "a1 ");

  /* As the dispatcher does it, and the other thread in between. */
  tf__enter_foreground ();
  g_assert_false (tf__pipe_has_taken (&box.pipe, box.pipe.box));
  g_assert_true (tf__pipe_let_go (&box.pipe));
  g_assert_cmpint (tf__pipe_take (&box.pipe, TRUE, FALSE, &has_more, &is_early), ==,
                   TF_NEWS_EVENTS);
  g_assert_true (has_more);
  tf__pipe_next_taken (box.pipe.box, &event);
  g_assert_cmpint (g_value_get_int64 (&event.value), ==, 2);
  tf__event_clear (&event);

  tf_test_drain (office.context);
  for (gint64 i = 3; i <= 120; i++)
    g_string_append_printf (expected, "a%" G_GINT64_FORMAT " ", i);
  office_assert_text (&office, expected->str);

  letterbox_clear (&box);
  office_clear (&office);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/pipe/news/have-an-order", test_order_of_news);
  tf_test_add ("/pipe/news/end-with-the-final-one", test_closed);
  tf_test_add ("/pipe/news/none-after-the-end-that-came-first", test_closed_before_box);
  tf_test_add ("/pipe/news/end-while-others-send", test_late_sender);
  tf_test_add ("/pipe/news/never-overtake-an-event", test_overtaking);
  tf_test_add ("/pipe/cancel-state/closes-to-senders", test_cancel_state);
  tf_test_add ("/pipe/events/keep-their-order", test_chunks);
  tf_test_add ("/pipe/events/are-freed-with-the-pipe", test_undelivered);
  tf_test_add ("/pipe/events/can-be-dropped-while-delivered", test_drop);
  tf_test_add ("/pipe/events/go-on-where-they-were-held", test_let_go_between);
  tf_test_add ("/pipe/room/is-waited-for", test_room);
  tf_test_add ("/pipe/room/is-as-large-in-a-handler", test_room_in_handler);
  tf_test_add ("/pipe/room/is-not-waited-for-in-vain", test_room_released);
  tf_test_add ("/pipe/room/of-sizes", test_room_of_sizes);
  tf_test_add ("/pipe/room/of-sizes-that-are-dropped", test_room_of_sizes_dropped);
  tf_test_add ("/pipe/slot/has-the-latest-values", test_slot);
  tf_test_add ("/pipe/news/end-in-a-race-with-an-event", test_end_race);

  return g_test_run ();
}
