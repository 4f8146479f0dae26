/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "routing.h"

/* How far a sender may be ahead. */
#define HIGH_WATER 1024

typedef struct
{
  TfMessageRouter   *router;
  TfMessageReceiver *receiver;
  TfMessageSender   *sender;
  Diary              diary;
} Line;

static void
line_init (Line *self)
{
  diary_init (&self->diary);
  self->router = router_start_new ();
  self->receiver = router_open (self->router, &self->sender, &self->diary);
}

static void
line_clear (Line *self)
{
  router_close (self->router, self->receiver, self->sender);
  router_finish (self->router);
  diary_clear (&self->diary);
}

/* --- Used once --- */

static void
assert_cannot_send (TfMessageSender *sender,
                    TfError          code)
{
  GError *error = NULL;

  g_assert_false (sender_try (sender, 1, &error));
  g_assert_error (error, TF_ERROR, (gint) code);
  g_clear_error (&error);
}

static void
test_initial (void)
{
  g_autoptr (GError) error = NULL;
  Line               line;

  g_test_summary ("A sender that was not started cannot send (RTR-16), and cannot be stopped"
                  " (RTR-18).");

  line_init (&line);
  assert_cannot_send (line.sender, TF_ERROR_NOT_RUNNING);
  g_assert_false (tf_message_sender_stop (line.sender, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  tf_test_drain (NULL);
  diary_assert (&line.diary, "");

  sender_start (line.sender);
  sender_send (line.sender, 1);
  tf_test_drain (NULL);
  diary_assert (&line.diary, "1:1");
  line_clear (&line);
}

static void
test_open (void)
{
  g_autoptr (GError) error = NULL;
  Line               line;

  g_test_summary ("A sender that was started cannot be started (RTR-17).");

  line_init (&line);
  sender_start (line.sender);
  g_assert_false (tf_message_sender_start (line.sender, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_ALREADY_RUNNING);
  sender_send (line.sender, 1);
  sender_stop (line.sender);
  tf_test_drain (NULL);
  diary_assert (&line.diary, "1:1");
  line_clear (&line);
}

static void
test_stopped (void)
{
  GError *error = NULL;
  Line    line;

  g_test_summary ("A sender that was stopped is used up: it cannot send (RTR-21), be stopped"
                  " (RTR-19) or started (RTR-20).");

  line_init (&line);
  sender_start (line.sender);
  sender_stop (line.sender);
  assert_cannot_send (line.sender, TF_ERROR_CLOSED);
  g_assert_false (tf_message_sender_stop (line.sender, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (tf_message_sender_start (line.sender, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  g_clear_error (&error);
  tf_test_drain (NULL);
  diary_assert (&line.diary, "");
  line_clear (&line);
}

static void
test_ignored_errors (void)
{
  Line line;

  g_test_summary ("Who does not want to know why gives no place for the error.");

  line_init (&line);
  g_assert_false (sender_try (line.sender, 1, NULL));
  g_assert_false (tf_message_sender_stop (line.sender, NULL));
  sender_start (line.sender);
  g_assert_false (tf_message_sender_start (line.sender, NULL));
  sender_stop (line.sender);
  g_assert_false (sender_try (line.sender, 1, NULL));
  line_clear (&line);
}

static gpointer
run_start (gpointer sender)
{
  sender_start (sender);
  sender_send (sender, 0);
  return NULL;
}

static gpointer
run_go_on (gpointer sender)
{
  sender_send (sender, 1);
  sender_stop (sender);
  return NULL;
}

static void
test_changes_hands (void)
{
  Line line;

  g_test_summary ("One thread at a time uses a sender; it may go from hand to hand (RTR-22).");

  line_init (&line);
  call_in_thread (run_start, line.sender);
  call_in_thread (run_go_on, line.sender);
  g_assert_false (sender_try (line.sender, 2, NULL));
  tf_test_drain (NULL);
  diary_assert (&line.diary, "1:0 1:1");
  line_clear (&line);
}

/* --- The last reference --- */

static gpointer
run_courier_and_unref (gpointer data)
{
  Courier *courier = data;

  run_courier (courier);
  tf_message_sender_unref (courier->sender);
  return NULL;
}

static void
test_dropped (void)
{
  Line    line;
  Courier courier = { NULL, 3 };

  g_test_summary ("What was sent arrives, though nobody has the sender any more.");

  line_init (&line);
  courier.sender = g_steal_pointer (&line.sender);
  call_in_thread (run_courier_and_unref, &courier);
  tf_test_run_until (NULL, has_three, &line.diary);
  diary_assert (&line.diary, "1:0 1:1 1:2");
  g_assert_true (tf_message_router_close_pipe (line.router, line.receiver, NULL));
  g_assert_finalize_object (line.receiver);
  router_finish (line.router);
  diary_clear (&line.diary);
}

static void
test_boxed (void)
{
  Line             line;
  GValue           value = G_VALUE_INIT;
  TfMessageSender *copy;

  g_test_summary ("Senders travel in values, as boxed ones.");

  line_init (&line);
  g_value_init (&value, TF_TYPE_MESSAGE_SENDER);
  g_value_set_boxed (&value, line.sender);
  copy = g_value_dup_boxed (&value);
  g_assert_true (copy == line.sender);
  tf_message_sender_unref (copy);
  g_value_unset (&value);
  line_clear (&line);
}

/* --- The router goes first --- */

static void
test_outlives_router (void)
{
  TfMessageRouter   *router = router_start_new ();
  GError            *error = NULL;
  TfMessageSender   *senders[2];
  TfMessageReceiver *receivers[2];

  g_test_summary ("A sender may outlive its router: it fails then, and can be stopped.");

  for (guint i = 0; i < 2; i++)
    receivers[i] = router_open (router, &senders[i], NULL);
  sender_start (senders[0]);
  sender_send (senders[0], 1);
  for (guint i = 0; i < 2; i++)
    {
      g_assert_true (tf_message_router_close_pipe (router, receivers[i], NULL));
      g_assert_finalize_object (receivers[i]);
    }
  router_finish (router);

  assert_cannot_send (senders[0], TF_ERROR_CLOSED);
  sender_stop (senders[0]);
  g_assert_false (tf_message_sender_start (senders[1], &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_cmpuint (tf_message_sender_get_connection_id (senders[1]), ==, 2);
  tf_message_sender_unref (senders[0]);
  tf_message_sender_unref (senders[1]);
}

/* --- High water --- */

typedef struct
{
  TfMessageSender *sender;
  TfTestCounter    n_sent;
  GError          *error;
} Flood;

/* Sends until it cannot any more. */
static gpointer
run_flood (gpointer data)
{
  Flood *self = data;

  sender_start (self->sender);
  while (sender_try (self->sender, tf_test_counter_get (&self->n_sent), &self->error))
    tf_test_counter_add (&self->n_sent, 1);
  return NULL;
}

static void
test_released_by_stop (void)
{
  TfMessageRouter   *router = router_start_new ();
  Flood              flood = { 0 };
  TfMessageReceiver *receiver = router_open (router, &flood.sender, NULL);
  GThread           *thread;

  g_test_summary ("A sender that waits for room is let go when its router stops.");

  tf_test_counter_init (&flood.n_sent);
  thread = g_thread_new ("flood", run_flood, &flood);
  tf_test_counter_wait (&flood.n_sent, HIGH_WATER);
  g_assert_true (tf_message_router_close_pipe (router, receiver, NULL));
  router_finish (router);
  g_thread_join (thread);
  g_assert_error (flood.error, TF_ERROR, TF_ERROR_CLOSED);
  g_assert_cmpint (tf_test_counter_get (&flood.n_sent), ==, HIGH_WATER);

  g_clear_error (&flood.error);
  g_assert_finalize_object (receiver);
  tf_message_sender_unref (flood.sender);
  tf_test_counter_clear (&flood.n_sent);
}

static gboolean
has_many (gpointer diary)
{
  return ((Diary *) diary)->n_messages == 5000;
}

static void
test_waits_for_room (void)
{
  Line     line;
  Courier  courier = { NULL, 5000 };
  GThread *thread;

  g_test_summary ("A sender that is far ahead waits, and goes on when there is room.");

  line_init (&line);
  courier.sender = line.sender;
  thread = g_thread_new ("courier", run_courier, &courier);
  tf_test_run_until (NULL, has_many, &line.diary);
  g_thread_join (thread);
  g_assert_true (g_str_has_suffix (line.diary.text->str, " 1:4998 1:4999"));
  line_clear (&line);
}

static void
test_owner_never_waits (void)
{
  Line line;

  g_test_summary ("The owner does not wait for room: it would wait for its own loop.");

  line_init (&line);
  sender_start (line.sender);
  for (guint i = 0; i < 3 * HIGH_WATER; i++)
    sender_send (line.sender, i);
  sender_stop (line.sender);
  tf_test_drain (NULL);
  g_assert_cmpuint (line.diary.n_messages, ==, 3 * HIGH_WATER);
  line_clear (&line);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/sender/initial/can-only-be-started", test_initial);
  tf_test_add ("/sender/open/cannot-be-started", test_open);
  tf_test_add ("/sender/stopped/is-used-up", test_stopped);
  tf_test_add ("/sender/errors/may-be-ignored", test_ignored_errors);
  tf_test_add ("/sender/threads/may-change", test_changes_hands);
  tf_test_add ("/sender/reference/is-not-needed-for-what-was-sent", test_dropped);
  tf_test_add ("/sender/reference/travels-in-values", test_boxed);
  tf_test_add ("/sender/router/may-go-first", test_outlives_router);
  tf_test_add ("/sender/high-water/lets-go-when-the-router-stops", test_released_by_stop);
  tf_test_add ("/sender/high-water/is-waited-at", test_waits_for_room);
  tf_test_add ("/sender/high-water/is-none-for-the-owner", test_owner_never_waits);

  return g_test_run ();
}
