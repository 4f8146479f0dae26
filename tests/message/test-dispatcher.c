/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "post-office.h"

#include <unistd.h>

static void
send_many (Letterbox *box,
           guint      n)
{
  for (guint i = 0; i < n; i++)
    g_assert_true (letterbox_send (box, i));
}

static void
test_fifo (void)
{
  Office    office;
  Letterbox boxes[3];

  g_test_summary ("Pipes have their turn in the order in which they got news.");

  office_init (&office);
  for (guint i = 0; i < 3; i++)
    letterbox_init (&boxes[i], &office, (char) ('a' + i));
  tf__pipe_post (&boxes[1].pipe, TF_NEWS_STARTED);
  tf__pipe_post (&boxes[2].pipe, TF_NEWS_STARTED);
  tf__pipe_post (&boxes[0].pipe, TF_NEWS_STARTED);
  tf__pipe_post (&boxes[1].pipe, TF_NEWS_FINAL);
  tf_test_drain (office.context);
  office_assert_text (&office, "b:started b:final c:started a:started ");
  g_assert_cmpuint (office.n_turns, ==, 1);

  for (guint i = 0; i < 3; i++)
    letterbox_clear (&boxes[i]);
  office_clear (&office);
}

static void
test_rotation (void)
{
  Office              office;
  Letterbox           boxes[2];
  g_autoptr (GString) runs = g_string_new (NULL);

  g_test_summary ("A pipe that has much does not keep another one from its turn.");

  office_init (&office);
  office.dispatcher.budget_us = G_TIME_SPAN_MINUTE;
  letterbox_init (&boxes[0], &office, 'a');
  letterbox_init (&boxes[1], &office, 'b');
  send_many (&boxes[0], 100);
  send_many (&boxes[1], 40);
  tf_test_drain (office.context);

  /* How many of the one come before the next of the other. */
  for (guint i = 0, n = 0; office.text->str[i] != '\0'; i++)
    {
      if (office.text->str[i] != 'a' && office.text->str[i] != 'b')
        continue;
      n++;
      if (strpbrk (office.text->str + i + 1, "ab") == NULL ||
          *strpbrk (office.text->str + i + 1, "ab") != office.text->str[i])
        {
          g_string_append_printf (runs, "%c%u ", office.text->str[i], n);
          n = 0;
        }
    }
  g_assert_cmpstr (runs->str, ==, "a32 b32 a32 b8 a36 ");

  letterbox_clear (&boxes[0]);
  letterbox_clear (&boxes[1]);
  office_clear (&office);
}

/* Time */

static gboolean
on_other_cb (gpointer data)
{
  ++*(guint *) data;
  return G_SOURCE_CONTINUE;
}

static void
on_delivery_spin (Letterbox *self,
                  TfNews     news)
{
  gint64 end_us = g_get_monotonic_time () + self->office->dispatcher.budget_us;

  /* Uses the budget up. */
  while (g_get_monotonic_time () < end_us)
    continue;
}

static void
test_budget (void)
{
  Office    office;
  Letterbox box;
  GSource  *other = g_idle_source_new ();
  guint     n_other = 0;

  g_test_summary ("A turn ends when its budget is used up; others of the same priority run "
                  "between.");

  office_init (&office);
  office.dispatcher.budget_us = 200;
  letterbox_init (&box, &office, 'a');
  box.on_delivery = on_delivery_spin;
  g_source_set_priority (other, office.dispatcher.priority);
  g_source_set_callback (other, on_other_cb, &n_other, NULL);
  g_source_attach (other, office.context);
  send_many (&box, 40);
  while (box.n_events < 40)
    {
      gint64 n_before = box.n_events;

      g_main_context_iteration (office.context, TRUE);
      g_assert_cmpint (box.n_events - n_before, <=, 16);
    }
  g_assert_cmpuint (office.n_turns, >, 2);
  g_assert_cmpuint (n_other, >=, office.n_turns);
  g_source_destroy (other);
  g_source_unref (other);

  office_clear (&office);
  letterbox_clear (&box);
}

static void
test_pause (void)
{
  Office    office;
  Letterbox box;
  GSource  *other = g_idle_source_new ();
  guint     n_other = 0;

  g_test_summary ("Where the source is urgent, a pause after a full turn lets others run.");

  office_init (&office);
  tf__enter_foreground ();
  tf__dispatcher_set_priority (&office.dispatcher, G_PRIORITY_HIGH);
  g_assert_cmpint (office.dispatcher.priority, ==, G_PRIORITY_HIGH);
  office.dispatcher.budget_us = 200;
  letterbox_init (&box, &office, 'a');
  box.on_delivery = on_delivery_spin;
  g_source_set_priority (other, G_PRIORITY_LOW);
  g_source_set_callback (other, on_other_cb, &n_other, NULL);
  g_source_attach (other, office.context);
  send_many (&box, 40);
  while (box.n_events < 40)
    g_main_context_iteration (office.context, TRUE);
  g_assert_cmpuint (n_other, >, 0);
  g_source_destroy (other);
  g_source_unref (other);

  office_clear (&office);
  letterbox_clear (&box);
}

static gboolean
is_not_empty (gpointer text)
{
  return ((GString *) text)->len > 0;
}

static void
test_due (void)
{
  Office    office;
  Letterbox boxes[2];

  g_test_summary ("Progress that comes too early is delivered when its time has come, alone.");

  office_init (&office);
  office.dispatcher.interval_us = 20000;
  letterbox_init (&boxes[0], &office, 'a');
  letterbox_init (&boxes[1], &office, 'b');
  tf__pipe_advance (&boxes[0].pipe, 1);
  tf__pipe_advance (&boxes[1].pipe, 1);
  tf_test_drain (office.context);
  office_assert_text (&office, "a:progress 1/-1 b:progress 1/-1 ");
  tf__pipe_advance (&boxes[1].pipe, 1);
  tf__pipe_advance (&boxes[0].pipe, 1);
  tf__pipe_post (&boxes[0].pipe, TF_NEWS_STARTED);
  while (g_main_context_iteration (office.context, FALSE) && office.text->len == 0)
    continue;
  tf_test_run_until (office.context, is_not_empty, office.text);
  g_assert_true (g_str_has_prefix (office.text->str, "a:started "));
  g_string_erase (office.text, 0, strlen ("a:started "));
  tf_test_run_until (office.context, is_not_empty, office.text);
  while (strstr (office.text->str, "a:progress") == NULL)
    g_main_context_iteration (office.context, TRUE);
  office_assert_text (&office, "b:progress 2/-1 a:progress 2/-1 ");

  letterbox_clear (&boxes[0]);
  letterbox_clear (&boxes[1]);
  office_clear (&office);
}

static void
test_due_forgotten (void)
{
  Office    office;
  Letterbox boxes[3];

  g_test_summary ("A pipe may be taken out of those that wait for their time, from any place.");

  office_init (&office);
  office.dispatcher.interval_us = G_TIME_SPAN_HOUR;
  for (guint i = 0; i < 3; i++)
    {
      letterbox_init (&boxes[i], &office, (char) ('a' + i));
      tf__pipe_advance (&boxes[i].pipe, 1);
    }
  tf_test_drain (office.context);
  for (guint i = 0; i < 3; i++)
    tf__pipe_advance (&boxes[i].pipe, 1);
  tf_test_drain (office.context);
  g_assert_true (office.dispatcher.first_due == &boxes[0].pipe);
  g_assert_true (office.dispatcher.last_due == &boxes[2].pipe);

  tf__enter_foreground ();
  tf__dispatcher_forget_due (&office.dispatcher, &boxes[1].pipe);
  tf__dispatcher_forget_due (&office.dispatcher, &boxes[1].pipe);
  tf__dispatcher_forget_due (&office.dispatcher, &boxes[2].pipe);
  g_assert_true (office.dispatcher.last_due == &boxes[0].pipe);
  tf__dispatcher_forget_due (&office.dispatcher, &boxes[0].pipe);
  g_assert_null (office.dispatcher.first_due);
  g_assert_null (office.dispatcher.last_due);

  for (guint i = 0; i < 3; i++)
    letterbox_clear (&boxes[i]);
  office_clear (&office);
}

/* Loops in handlers */

static void
on_delivery_nest (Letterbox *self,
                  TfNews     news)
{
  if (self->n_events % 5 != 0)
    return;

  g_string_append (self->office->text, "( ");
  g_main_context_iteration (self->office->context, FALSE);
  g_string_append (self->office->text, ") ");
}

static void
test_nested (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("A nested loop goes on where the outer one is: nothing is delivered twice, "
                  "lost, or "
                  "out of order.");

  office_init (&office);
  office.dispatcher.budget_us = G_TIME_SPAN_MINUTE;
  letterbox_init (&box, &office, 'a');
  box.on_delivery = on_delivery_nest;
  send_many (&box, 12);
  tf__pipe_post (&box.pipe, TF_NEWS_FINAL);
  tf_test_drain (office.context);
  office_assert_text (&office,
                      "a0 a1 a2 a3 a4 ( a5 a6 a7 a8 a9 ( a10 a11 a:final ) ) ");

  letterbox_clear (&box);
  office_clear (&office);
}

/* References */

static void
on_delivery_keep (Letterbox *self,
                  TfNews     news)
{
  TfDispatcher *dispatcher = &self->office->dispatcher;

  tf__enter_foreground ();

  /* The first one has the other one delivered in between. */
  g_main_context_iteration (self->office->context, FALSE);

  g_assert_true (tf__dispatcher_keep_delivered (dispatcher, &self->pipe));
  g_assert_false (tf__dispatcher_keep_delivered (dispatcher, &self->pipe));
}

static void
on_delivery_grasp (Letterbox *self,
                   TfNews     news)
{
  TfPipe *other = self->office->user_data;

  tf__enter_foreground ();
  g_assert_false (tf__dispatcher_keep_delivered (&self->office->dispatcher, other));
}

static void
test_kept (void)
{
  Office    office;
  Letterbox boxes[2];

  g_test_summary ("Whoever is told may take over the reference of the news, once, and no other.");

  tf__enter_foreground ();

  office_init (&office);
  letterbox_init (&boxes[0], &office, 'a');
  letterbox_init (&boxes[1], &office, 'b');
  office.user_data = &boxes[0].pipe;
  boxes[0].on_delivery = on_delivery_keep;
  boxes[1].on_delivery = on_delivery_grasp;
  tf__pipe_post (&boxes[0].pipe, TF_NEWS_FINAL);
  tf__pipe_post (&boxes[1].pipe, TF_NEWS_FINAL);
  tf_test_drain (office.context);
  office_assert_text (&office, "a:final b:final ");

  g_assert_cmpint (boxes[0].ref_count, ==, 2);
  g_assert_cmpint (boxes[1].ref_count, ==, 1);
  g_assert_false (tf__dispatcher_keep_delivered (&office.dispatcher, &boxes[0].pipe));

  letterbox_unref (&boxes[0].pipe);
  for (guint i = 0; i < G_N_ELEMENTS (boxes); i++)
    letterbox_clear (&boxes[i]);
  office_clear (&office);
}

/* Sleeping and waking */

/* How often the context was woken since, by the counter of its event descriptor. */
static guint64
take_wakeups (GMainContext *context)
{
  GPollFD fd;
  int     priority;
  int     timeout_ms;
  guint64 n = 0;

  g_assert_true (g_main_context_acquire (context));
  g_main_context_prepare (context, &priority);
  g_assert_cmpint (g_main_context_query (context, priority, &timeout_ms, &fd, 1), ==, 1);
  if (g_poll (&fd, 1, 0) > 0)
    g_assert_cmpint (read (fd.fd, &n, sizeof n), ==, sizeof n);
  g_main_context_release (context);
  return n;
}

static void
test_wakeups (void)
{
  Office    office;
  Letterbox boxes[2];

  g_test_summary ("The loop is woken once, and only when it is about to sleep.");

  office_init (&office);
  letterbox_init (&boxes[0], &office, 'a');
  letterbox_init (&boxes[1], &office, 'b');
  take_wakeups (office.context);
  g_assert_true (office.dispatcher.is_armed);

  tf__pipe_post (&boxes[0].pipe, TF_NEWS_STARTED);
  g_assert_false (office.dispatcher.is_armed);
  tf__pipe_post (&boxes[0].pipe, TF_NEWS_RETURNED);
  tf__pipe_post (&boxes[1].pipe, TF_NEWS_STARTED);
  g_assert_cmpuint (take_wakeups (office.context), ==, 1);

  /* There is something to do, so it will not sleep. */
  g_assert_false (office.dispatcher.is_armed);
  tf__pipe_post (&boxes[1].pipe, TF_NEWS_RETURNED);
  g_assert_cmpuint (take_wakeups (office.context), ==, 0);
  tf_test_drain (office.context);
  office_assert_text (&office, "a:started a:returned b:started b:returned ");

  letterbox_clear (&boxes[0]);
  letterbox_clear (&boxes[1]);
  office_clear (&office);
}

static void
on_delivery_post_more (Letterbox *self,
                       TfNews     news)
{
  if (news == TF_NEWS_STARTED)
    tf__pipe_post (&self->pipe, TF_NEWS_FINAL);
}

static void
test_no_wakeup_in_turn (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("What is posted during a turn is delivered in it, and wakes nobody.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  box.on_delivery = on_delivery_post_more;
  tf__pipe_post (&box.pipe, TF_NEWS_STARTED);
  g_assert_true (g_main_context_iteration (office.context, FALSE));
  office_assert_text (&office, "a:started a:final ");
  g_assert_cmpuint (take_wakeups (office.context), ==, 0);

  letterbox_clear (&box);
  office_clear (&office);
}

static gpointer
run_post (gpointer data)
{
  tf__pipe_post (&((Letterbox *) data)->pipe, TF_NEWS_STARTED);
  return NULL;
}

static void
test_no_lost_wakeup (void)
{
  Office office;

  g_test_summary ("No wake-up is lost, at whatever moment something is posted.");

  office_init (&office);
  for (guint i = 0; i < tf_test_scale (500); i++)
    {
      Letterbox box;
      GThread  *thread;

      letterbox_init (&box, &office, 'a');
      thread = g_thread_new ("poster", run_post, &box);
      tf_test_run_until (office.context, is_not_empty, office.text);
      g_thread_join (thread);
      office_assert_text (&office, "a:started ");
      letterbox_clear (&box);
    }
  office_clear (&office);
}

/* Without the loop, and the end */

static gboolean
has_ten (gpointer data)
{
  return ((Letterbox *) data)->n_events >= 10;
}

static void
test_run_until (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("Driven by hand, it stops as soon as the condition holds, or the time is over.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  send_many (&box, 15);
  tf__enter_foreground ();
  g_assert_true (tf__dispatcher_run_until (&office.dispatcher, has_ten, &box, G_MAXINT64));
  g_assert_cmpint (box.n_events, ==, 10);
  box.n_events = 0;

  /* The time is over: what is there is delivered nevertheless. */
  g_assert_false (tf__dispatcher_run_until (&office.dispatcher, has_ten, &box, 0));
  g_assert_cmpint (box.n_events, ==, 5);

  office_clear (&office);
  letterbox_clear (&box);
}

static gboolean
detach_office (gpointer data)
{
  tf__enter_foreground ();
  tf__dispatcher_detach (&((Office *) data)->dispatcher);
  return FALSE;
}

static void
test_run_until_detached (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("The condition may end the dispatcher: what was ready is dropped.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  send_many (&box, 3);
  tf__enter_foreground ();
  g_assert_false (tf__dispatcher_run_until (&office.dispatcher, detach_office, &office, 0));
  office_assert_text (&office, "");

  office_clear (&office);
  letterbox_clear (&box);
}

static gboolean
is_open (gpointer gate)
{
  return tf_test_gate_is_open (gate);
}

typedef struct
{
  Office    *office;
  TfTestGate gate;
} Nudger;

static gpointer
run_nudge (gpointer data)
{
  Nudger *self = data;

  tf_test_gate_open (&self->gate);
  tf__dispatcher_nudge (&self->office->dispatcher);
  return NULL;
}

static void
test_nudge (void)
{
  Office office;
  Nudger nudger = { &office };

  g_test_summary ("A nudge has it look at the condition, and delivers nothing; one that comes too"
                  " late is dropped.");

  office_init (&office);
  tf_test_gate_init (&nudger.gate);
  tf__enter_foreground ();
  for (guint i = 0; i < tf_test_scale (500); i++)
    {
      GThread *thread = g_thread_new ("nudger", run_nudge, &nudger);

      g_assert_true (tf__dispatcher_run_until (&office.dispatcher, is_open, &nudger.gate,
                                               G_MAXINT64));
      g_thread_join (thread);
      tf_test_gate_close (&nudger.gate);
    }
  tf_test_drain (office.context);
  tf__dispatcher_nudge (&office.dispatcher);
  tf__dispatcher_detach (&office.dispatcher);
  tf__dispatcher_nudge (&office.dispatcher);
  office_assert_text (&office, "");

  office_clear (&office);
  tf_test_gate_clear (&nudger.gate);
}

static void
test_detach (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("A dispatcher that is detached drops what it has, and refuses the rest.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  tf__pipe_post (&box.pipe, TF_NEWS_STARTED);
  tf__enter_foreground ();
  tf__dispatcher_detach (&office.dispatcher);
  g_assert_cmpint (box.ref_count, ==, 1);
  g_assert_false (tf__dispatcher_push (&office.dispatcher, &box.pipe));
  tf_test_drain (office.context);
  office_assert_text (&office, "");

  office_clear (&office);
  letterbox_clear (&box);
}

static gpointer
run_is_owner (gpointer data)
{
  return GINT_TO_POINTER (tf__dispatcher_is_owner (data));
}

static gpointer
run_iteration (gpointer data)
{
  Office *office = data;

  g_main_context_iteration (office->context, FALSE);
  return GINT_TO_POINTER (tf__dispatcher_is_owner (&office->dispatcher));
}

static void
test_owner (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("The owner is the thread that made it, and then the one that dispatched last.");

  office_init (&office);
  letterbox_init (&box, &office, 'a');
  g_assert_true (tf__dispatcher_is_owner (&office.dispatcher));
  g_assert_null (g_thread_join (g_thread_new ("other", run_is_owner, &office.dispatcher)));

  tf__pipe_post (&box.pipe, TF_NEWS_STARTED);
  g_assert_nonnull (g_thread_join (g_thread_new ("other", run_iteration, &office)));
  g_assert_false (tf__dispatcher_is_owner (&office.dispatcher));
  tf__pipe_post (&box.pipe, TF_NEWS_FINAL);
  tf_test_drain (office.context);
  g_assert_true (tf__dispatcher_is_owner (&office.dispatcher));

  letterbox_clear (&box);
  office_clear (&office);
}

static void
test_no_limit (void)
{
  Office    office;
  Letterbox box;

  g_test_summary ("The longest budget and the longest interval are no limit and for ever.");

  office_init (&office);
  office.dispatcher.budget_us = G_MAXINT64;
  office.dispatcher.interval_us = G_MAXINT64;
  letterbox_init (&box, &office, 'a');
  send_many (&box, 40);
  g_main_context_iteration (office.context, TRUE);
  g_assert_cmpint (box.n_events, ==, 40);
  g_assert_cmpuint (office.n_turns, ==, 1);

  g_string_truncate (office.text, 0);
  tf__pipe_advance (&box.pipe, 1);
  tf_test_drain (office.context);
  tf__pipe_advance (&box.pipe, 1);
  tf_test_drain (office.context);
  office_assert_text (&office, "a:progress 1/-1 ");
  tf__pipe_post (&box.pipe, TF_NEWS_FINAL);
  tf_test_drain (office.context);
  office_assert_text (&office, "a:progress 2/-1 a:final ");

  tf__enter_foreground ();
  tf__dispatcher_forget_due (&office.dispatcher, &box.pipe);
  office_clear (&office);
  letterbox_clear (&box);
}

static void
test_due_sooner (void)
{
  Office    office;
  Letterbox boxes[3];

  g_test_summary ("When the interval becomes shorter, nothing waits for what is due later.");

  office_init (&office);
  for (guint i = 0; i < G_N_ELEMENTS (boxes); i++)
    {
      letterbox_init (&boxes[i], &office, (char) ('a' + i));
      office.dispatcher.interval_us = i == 0 ? G_TIME_SPAN_HOUR : 2000;
      tf__pipe_advance (&boxes[i].pipe, 1);
      tf_test_drain (office.context);
    }
  office_assert_text (&office, "a:progress 1/-1 b:progress 1/-1 c:progress 1/-1 ");

  for (guint i = 0; i < G_N_ELEMENTS (boxes); i++)
    tf__pipe_advance (&boxes[i].pipe, 1);
  while (strstr (office.text->str, "c:progress") == NULL)
    g_main_context_iteration (office.context, TRUE);
  office_assert_text (&office, "b:progress 2/-1 c:progress 2/-1 ");

  tf__enter_foreground ();
  tf__dispatcher_forget_due (&office.dispatcher, &boxes[0].pipe);
  for (guint i = 0; i < G_N_ELEMENTS (boxes); i++)
    letterbox_clear (&boxes[i]);
  office_clear (&office);
}

/* One that never runs dry: each event sends the next; and the third one wakes another letterbox. */
static void
on_delivery_go_on (Letterbox *self,
                   TfNews     news)
{
  Letterbox *other = self->office->user_data;

  g_assert_true (letterbox_send (self, self->n_events + 1));
  if (self->n_events == 3)
    g_assert_true (letterbox_send (other, 1));
}

static gboolean
has_other_or_enough (gpointer data)
{
  Letterbox *box = data;
  Letterbox *other = box->office->user_data;

  return other->n_events > 0 || box->n_events > 1000;
}

static void
test_run_until_fair (void)
{
  Office    office;
  Letterbox boxes[2];

  g_test_summary ("Driven by hand, a pipe that never runs dry does not keep others out.");

  office_init (&office);
  letterbox_init (&boxes[0], &office, 'a');
  letterbox_init (&boxes[1], &office, 'b');
  office.user_data = &boxes[1];
  boxes[0].on_delivery = on_delivery_go_on;
  send_many (&boxes[0], 1);
  tf__enter_foreground ();
  g_assert_true (
    tf__dispatcher_run_until (&office.dispatcher, has_other_or_enough, &boxes[0], G_MAXINT64));
  g_assert_cmpint (boxes[1].n_events, ==, 1);
  g_assert_cmpint (boxes[0].n_events, <, 100);

  office_clear (&office);
  letterbox_clear (&boxes[0]);
  letterbox_clear (&boxes[1]);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/dispatcher/order/is-that-of-the-news", test_fifo);
  tf_test_add ("/dispatcher/order/rotates", test_rotation);
  tf_test_add ("/dispatcher/time/has-a-budget", test_budget);
  tf_test_add ("/dispatcher/time/has-a-pause-when-urgent", test_pause);
  tf_test_add ("/dispatcher/time/brings-what-is-due", test_due);
  tf_test_add ("/dispatcher/time/forgets-what-is-due", test_due_forgotten);
  tf_test_add ("/dispatcher/time/brings-what-is-due-sooner", test_due_sooner);
  tf_test_add ("/dispatcher/time/may-be-without-limit", test_no_limit);
  tf_test_add ("/dispatcher/nested/goes-on-in-order", test_nested);
  tf_test_add ("/dispatcher/references/can-be-taken-over", test_kept);
  tf_test_add ("/dispatcher/wake-up/comes-once-before-a-sleep", test_wakeups);
  tf_test_add ("/dispatcher/wake-up/does-not-come-in-a-turn", test_no_wakeup_in_turn);
  tf_test_add ("/dispatcher/wake-up/is-never-lost", test_no_lost_wakeup);
  tf_test_add ("/dispatcher/by-hand/stops-at-the-condition", test_run_until);
  tf_test_add ("/dispatcher/by-hand/lets-others-in", test_run_until_fair);
  tf_test_add ("/dispatcher/by-hand/ends-with-the-dispatcher", test_run_until_detached);
  tf_test_add ("/dispatcher/by-hand/can-be-nudged", test_nudge);
  tf_test_add ("/dispatcher/end/drops-and-refuses", test_detach);
  tf_test_add ("/dispatcher/owner/is-who-dispatched-last", test_owner);

  return g_test_run ();
}
