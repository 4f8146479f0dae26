/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "routing.h"

/* --- Starting and stopping --- */

static void
test_start (void)
{
  TfMessageRouter   *router = TF_MESSAGE_ROUTER (tf_thread_router_new (NULL));
  g_autoptr (GError) error = NULL;
  TfMessageSender   *sender;
  TfMessageReceiver *receiver;

  g_test_summary ("A router that was started runs, and makes pipes (RTR-01).");

  g_assert_false (tf_message_router_is_running (router));
  g_assert_true (tf_message_router_start (router, &error));
  g_assert_no_error (error);
  g_assert_true (tf_message_router_is_running (router));
  receiver = router_open (router, &sender, NULL);
  router_close (router, receiver, sender);
  router_finish (router);
}

static void
test_start_twice (void)
{
  TfMessageRouter   *router = router_start_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A router that runs cannot be started (RTR-02).");

  g_assert_false (tf_message_router_start (router, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_ALREADY_RUNNING);
  g_assert_true (tf_message_router_is_running (router));
  router_finish (router);
}

static void
test_stop_unstarted (void)
{
  TfMessageRouter   *router = TF_MESSAGE_ROUTER (tf_thread_router_new (NULL));
  g_autoptr (GError) error = NULL;

  g_test_summary ("A router that was never started cannot be stopped (RTR-03).");

  g_assert_false (tf_message_router_stop (router, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_assert_finalize_object (router);
}

static void
test_stop_twice (void)
{
  TfMessageRouter   *router = router_start_new ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A router that was stopped cannot be stopped again (RTR-04).");

  g_assert_true (tf_message_router_stop (router, NULL));
  g_assert_false (tf_message_router_stop (router, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_assert_finalize_object (router);
}

static gboolean
return_true (gpointer user_data)
{
  return TRUE;
}

static void
assert_does_not_work (TfMessageRouter   *router,
                      TfMessageReceiver *receiver,
                      TfError            code)
{
  TfMessageSender *sender = NULL;
  GError          *error = NULL;

  g_assert_null (tf_message_router_pipe (router, &sender, &error));
  g_assert_error (error, TF_ERROR, (gint) code);
  g_assert_null (sender);
  g_clear_error (&error);

  g_assert_false (tf_message_router_close_pipe (router, receiver, &error));
  g_assert_error (error, TF_ERROR, (gint) code);
  g_clear_error (&error);

  g_assert_false (tf_message_router_route_until (router, 0, return_true, NULL, &error));
  g_assert_error (error, TF_ERROR, (gint) code);
  g_clear_error (&error);

  g_assert_false (tf_message_router_attach (router, &error));
  g_assert_error (error, TF_ERROR, (gint) code);
  g_clear_error (&error);

  g_assert_cmpint (tf_thread_router_detach (TF_THREAD_ROUTER (router), &error), ==, -1);
  g_assert_error (error, TF_ERROR, (gint) code);
  g_clear_error (&error);

  g_assert_false (tf_message_router_stop (router, &error));
  g_assert_error (error, TF_ERROR, (gint) code);
  g_clear_error (&error);
}

static void
test_not_running (void)
{
  TfMessageRouter   *router = TF_MESSAGE_ROUTER (tf_thread_router_new (NULL));
  TfMessageRouter   *other = router_start_new ();
  TfMessageSender   *sender;
  TfMessageReceiver *receiver = router_open (other, &sender, NULL);

  g_test_summary ("Nothing can be done with a router that does not run: before its start, and after"
                  " its stop (RTR-06, RTR-07, RTR-08).");

  assert_does_not_work (router, receiver, TF_ERROR_NOT_RUNNING);
  g_assert_true (tf_message_router_start (router, NULL));
  g_assert_true (tf_message_router_stop (router, NULL));
  assert_does_not_work (router, receiver, TF_ERROR_NOT_RUNNING);
  g_assert_finalize_object (router);
  router_close (other, receiver, sender);
  router_finish (other);
}

static void
on_running_changed_cb (TfMessageRouter *router,
                       GParamSpec      *pspec,
                       GString         *text)
{
  gboolean is_running;

  g_object_get (router, "running", &is_running, NULL);
  g_assert_cmpint (is_running, ==, tf_message_router_is_running (router));
  g_string_append (text, is_running ? "on " : "off ");
}

static void
test_restart (void)
{
  TfMessageRouter    *router = TF_MESSAGE_ROUTER (tf_thread_router_new (NULL));
  g_autoptr (GString) text = g_string_new (NULL);
  TfMessageSender    *sender;
  TfMessageReceiver  *receiver;
  guint64             last_id = 0;
  Diary               diary;

  g_test_summary ("A router that was stopped may be started again, and says so; the numbers of its"
                  " pipes go on (RTR-11).");

  diary_init (&diary);
  g_signal_connect (router, "notify::running", G_CALLBACK (on_running_changed_cb), text);
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (tf_message_router_start (router, NULL));
      receiver = router_open (router, &sender, &diary);
      g_assert_cmpuint (tf_message_receiver_get_connection_id (receiver), >, last_id);
      last_id = tf_message_receiver_get_connection_id (receiver);
      sender_start (sender);
      sender_send (sender, i);
      tf_test_drain (NULL);
      router_close (router, receiver, sender);
      g_assert_true (tf_message_router_stop (router, NULL));
    }
  diary_assert (&diary, "1:0 2:1 3:2");
  g_assert_cmpstr (text->str, ==, "on off on off on off ");
  g_assert_finalize_object (router);
  diary_clear (&diary);
}

/* --- Pipes --- */

static void
test_ids (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageReceiver *receivers[10];
  TfMessageSender   *senders[10];

  g_test_summary ("Both ends of a pipe have its number, and no other pipe has it (RTR-10,"
                  " RTR-11).");

  for (guint i = 0; i < G_N_ELEMENTS (receivers); i++)
    {
      guint64 id;

      receivers[i] = router_open (router, &senders[i], NULL);
      id = tf_message_receiver_get_connection_id (receivers[i]);
      g_assert_cmpuint (id, ==, tf_message_sender_get_connection_id (senders[i]));
      for (guint j = 0; j < i; j++)
        g_assert_cmpuint (id, !=, tf_message_receiver_get_connection_id (receivers[j]));
    }
  for (guint i = 0; i < G_N_ELEMENTS (receivers); i++)
    router_close (router, receivers[i], senders[i]);
  router_finish (router);
}

static void
test_close_twice (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageRouter   *other = router_start_new ();
  g_autoptr (GError) error = NULL;
  TfMessageSender   *sender;
  TfMessageReceiver *receiver = router_open (router, &sender, NULL);

  g_test_summary ("A pipe is closed once, by its own router.");

  g_assert_false (tf_message_router_close_pipe (other, receiver, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT);
  g_clear_error (&error);
  g_assert_true (tf_message_router_close_pipe (router, receiver, &error));
  g_assert_no_error (error);
  g_assert_false (tf_message_router_close_pipe (router, receiver, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT);

  g_assert_finalize_object (receiver);
  tf_message_sender_unref (sender);
  router_finish (other);
  router_finish (router);
}

static void
test_unclosed (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageReceiver *receivers[3];
  TfMessageSender   *senders[3];

  g_test_summary ("A stop with open pipes succeeds, and warns of their number (RTR-09).");

  receivers[0] = router_open (router, &senders[0], NULL);
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*with 1 pipe that was not closed");
  g_assert_true (tf_message_router_stop (router, NULL));
  g_test_assert_expected_messages ();
  g_assert_finalize_object (receivers[0]);
  tf_message_sender_unref (senders[0]);

  g_assert_true (tf_message_router_start (router, NULL));
  for (guint i = 0; i < 3; i++)
    receivers[i] = router_open (router, &senders[i], NULL);
  g_assert_true (tf_message_router_close_pipe (router, receivers[1], NULL));
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*with 2 pipes that were not closed");
  g_assert_true (tf_message_router_stop (router, NULL));
  g_test_assert_expected_messages ();
  for (guint i = 0; i < 3; i++)
    {
      g_assert_finalize_object (receivers[i]);
      tf_message_sender_unref (senders[i]);
    }
  g_assert_finalize_object (router);
}

/* --- Messages --- */

static void
test_from_thread (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 3 };
  TfMessageReceiver *receiver;
  Diary              diary;

  g_test_summary ("What a thread sends is received by the owner, in order (RTR-12).");

  diary_init (&diary);
  receiver = router_open (router, &courier.sender, &diary);
  call_in_thread (run_courier, &courier);
  diary_assert (&diary, "");
  tf_test_run_until (NULL, has_three, &diary);
  diary_assert (&diary, "1:0 1:1 1:2");
  router_close (router, receiver, courier.sender);
  router_finish (router);
  diary_clear (&diary);
}

static void
test_from_owner (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageSender   *senders[2];
  TfMessageReceiver *receivers[2];
  Diary              diary;

  g_test_summary ("The owner may send too; pipes have their turn by their first news.");

  diary_init (&diary);
  for (guint i = 0; i < 2; i++)
    {
      receivers[i] = router_open (router, &senders[i], &diary);
      sender_start (senders[i]);
    }
  sender_send (senders[1], 10);
  sender_send (senders[0], 20);
  sender_send (senders[1], 11);
  diary_assert (&diary, "");
  tf_test_drain (NULL);
  diary_assert (&diary, "2:10 2:11 1:20");
  for (guint i = 0; i < 2; i++)
    {
      sender_stop (senders[i]);
      router_close (router, receivers[i], senders[i]);
    }
  router_finish (router);
  diary_clear (&diary);
}

static void
test_after_close (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 2 };
  TfMessageReceiver *receiver;
  Diary              diary;

  g_test_summary ("Messages of a pipe that was closed can be sent, and are dropped with a warning"
                  " each (RTR-24).");

  diary_init (&diary);
  receiver = router_open (router, &courier.sender, &diary);
  g_assert_true (tf_message_router_close_pipe (router, receiver, NULL));
  call_in_thread (run_courier, &courier);
  for (guint i = 0; i < 2; i++)
    g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "A message of the closed pipe 1 was dropped");
  tf_test_drain (NULL);
  g_test_assert_expected_messages ();
  diary_assert (&diary, "");

  g_assert_finalize_object (receiver);
  tf_message_sender_unref (courier.sender);
  router_finish (router);
  diary_clear (&diary);
}

/* --- Routing by hand --- */

static void
test_until (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 5 };
  TfMessageReceiver *receiver;
  GThread           *thread;
  Diary              diary;

  g_test_summary ("Routing by hand ends with the message that makes the condition true (RTR-28),"
                  " without a limit too (RTR-30).");

  diary_init (&diary);
  receiver = router_open (router, &courier.sender, &diary);
  thread = g_thread_new ("courier", run_courier, &courier);
  g_assert_true (tf_message_router_route_until (router, -1, has_three, &diary, NULL));
  diary_assert (&diary, "1:0 1:1 1:2");
  g_thread_join (thread);
  diary.n_messages = 1;
  route_until (router, has_three, &diary);
  diary_assert (&diary, "1:3 1:4");
  router_close (router, receiver, courier.sender);
  router_finish (router);
  diary_clear (&diary);
}

static void
test_until_at_once (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageSender   *sender;
  TfMessageReceiver *receiver;
  Diary              diary;

  g_test_summary ("Where the condition is true already, nothing is routed (RTR-29).");

  diary_init (&diary);
  receiver = router_open (router, &sender, &diary);
  sender_start (sender);
  sender_send (sender, 1);
  g_assert_true (tf_message_router_route_until (router, 0, return_true, NULL, NULL));
  diary_assert (&diary, "");
  g_assert_true (tf_message_router_attach (router, NULL));
  tf_test_drain (NULL);
  diary_assert (&diary, "1:1");
  router_close (router, receiver, sender);
  router_finish (router);
  diary_clear (&diary);
}

static void
assert_times_out (TfMessageRouter *router,
                  gint64           timeout_us)
{
  g_autoptr (GError) error = NULL;
  gint64             begin_us = g_get_monotonic_time ();

  g_assert_false (tf_message_router_route_until (router, timeout_us, never, NULL, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time () - begin_us, >=, timeout_us);
}

static void
test_until_timeout (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageSender   *sender;
  TfMessageReceiver *receiver;
  Diary              diary;

  g_test_summary ("The limit is for the whole call (RTR-31); with no time at all, what is queued is"
                  " delivered.");

  diary_init (&diary);
  receiver = router_open (router, &sender, &diary);
  sender_start (sender);
  assert_times_out (router, 20000);
  for (guint i = 0; i < 3; i++)
    sender_send (sender, i);
  assert_times_out (router, 0);
  diary_assert (&diary, "1:0 1:1 1:2");
  assert_times_out (router, 0);
  sender_send (sender, 3);
  assert_times_out (router, 10000);
  diary_assert (&diary, "1:3");
  router_close (router, receiver, sender);
  router_finish (router);
  diary_clear (&diary);
}

typedef struct
{
  Diary *diary;
  guint  n_seen; /* messages at the last look */
} Watcher;

static gboolean
has_all_been_seen (gpointer data)
{
  Watcher *self = data;

  g_assert_cmpuint (self->diary->n_messages - self->n_seen, <=, 1);
  self->n_seen = self->diary->n_messages;
  return self->n_seen == 200;
}

static void
test_until_looks (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 200 };
  Watcher            watcher = { 0 };
  TfMessageReceiver *receiver;
  Diary              diary;

  g_test_summary ("The condition is looked at after each message.");

  diary_init (&diary);
  watcher.diary = &diary;
  receiver = router_open (router, &courier.sender, &diary);
  call_in_thread (run_courier, &courier);
  route_until (router, has_all_been_seen, &watcher);
  g_assert_cmpuint (diary.n_messages, ==, 200);
  router_close (router, receiver, courier.sender);
  router_finish (router);
  diary_clear (&diary);
}

static void
test_manual_mode (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 3 };
  TfMessageSender   *sender;
  TfMessageReceiver *receivers[2];
  Diary              diary;

  g_test_summary ("After routing by hand the loop delivers nothing, also not for wake-ups from"
                  " before (RTR-35), until the router is attached.");

  diary_init (&diary);
  receivers[0] = router_open (router, &courier.sender, &diary);
  receivers[1] = router_open (router, &sender, &diary);
  sender_start (sender);

  /* The loop is about to sleep: this wakes it up. */
  g_assert_false (g_main_context_pending (NULL));
  sender_send (sender, 1);
  route_until (router, has_one, &diary);
  diary_assert (&diary, "2:1");
  tf_test_drain (NULL);

  call_in_thread (run_courier, &courier);
  tf_test_assert_idle (NULL);
  g_assert_cmpuint (tf_test_drain (NULL), ==, 0);
  diary_assert (&diary, "");

  g_assert_true (tf_message_router_attach (router, NULL));
  g_assert_true (tf_message_router_attach (router, NULL));
  tf_test_drain (NULL);
  diary_assert (&diary, "1:0 1:1 1:2");

  router_close (router, receivers[0], courier.sender);
  router_close (router, receivers[1], sender);
  router_finish (router);
  diary_clear (&diary);
}

/* --- Handlers that do things --- */

typedef struct
{
  TfMessageRouter *router;
  Diary           *diary;
  guint            depth;
} Nest;

static void
on_message_nest_cb (TfMessageReceiver *receiver,
                    const GValue      *value,
                    Nest              *nest)
{
  gint64 number = g_value_get_int64 (value);

  g_string_append_printf (nest->diary->text, " %" G_GINT64_FORMAT, number);
  nest->diary->n_messages++;
  if (number % 2 != 0 || nest->depth == 3)
    return;

  nest->depth++;
  g_string_append (nest->diary->text, " (");
  route_until (nest->router, has_three, nest->diary);
  g_string_append (nest->diary->text, " )");
  nest->depth--;
}

static gboolean
has_six (gpointer diary)
{
  return ((Diary *) diary)->n_messages >= 6;
}

static void
test_until_nested (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 6 };
  TfMessageReceiver *receiver;
  Nest               nest = { router, NULL, 0 };
  Diary              diary;

  g_test_summary ("A handler may route by hand: it goes on with the next message, and the outer"
                  " call with what is left.");

  diary_init (&diary);
  nest.diary = &diary;
  receiver = router_open (router, &courier.sender, NULL);
  g_signal_connect (receiver, "message", G_CALLBACK (on_message_nest_cb), &nest);
  call_in_thread (run_courier, &courier);
  route_until (router, has_six, &diary);
  diary_assert (&diary, " 0 ( 1 2 ( ) ) 3 4 ( ) 5");
  router_close (router, receiver, courier.sender);
  router_finish (router);
  diary_clear (&diary);
}

static void
on_message_stop_cb (TfMessageReceiver *receiver,
                    const GValue      *value,
                    TfMessageRouter   *router)
{
  g_assert_true (tf_message_router_close_pipe (router, receiver, NULL));
  g_assert_true (tf_message_router_stop (router, NULL));
}

static void
test_until_stopped (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 10 };
  g_autoptr (GError) error = NULL;
  TfMessageReceiver *receiver;
  Diary              diary;

  g_test_summary ("A handler may stop the router: routing by hand fails, and the rest is dropped.");

  diary_init (&diary);
  receiver = router_open (router, &courier.sender, &diary);
  g_signal_connect (receiver, "message", G_CALLBACK (on_message_stop_cb), router);
  call_in_thread (run_courier, &courier);
  g_assert_false (tf_message_router_route_until (router, -1, never, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  diary_assert (&diary, "1:0");

  tf_message_sender_unref (courier.sender);
  g_assert_finalize_object (receiver);
  g_assert_finalize_object (router);
  diary_clear (&diary);
}

static gboolean
stop_router (gpointer router)
{
  g_assert_true (tf_message_router_stop (router, NULL));
  return FALSE;
}

static void
test_condition_stops (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 10 };
  g_autoptr (GError) error = NULL;
  TfMessageReceiver *receiver;
  Diary              diary;

  g_test_summary ("The condition may stop the router too.");

  diary_init (&diary);
  receiver = router_open (router, &courier.sender, &diary);
  call_in_thread (run_courier, &courier);
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*1 pipe*");
  g_assert_false (tf_message_router_route_until (router, -1, stop_router, router, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_test_assert_expected_messages ();
  diary_assert (&diary, "");

  tf_message_sender_unref (courier.sender);
  g_assert_finalize_object (receiver);
  g_assert_finalize_object (router);
  diary_clear (&diary);
}

static gboolean
route_all (gpointer router)
{
  tf_message_router_route_until (router, 0, never, NULL, NULL);
  return TRUE;
}

static gboolean
route_all_and_go_on (gpointer router)
{
  tf_message_router_route_until (router, 0, never, NULL, NULL);
  return FALSE;
}

static void
test_condition_routes (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 4 };
  TfMessageReceiver *receiver;
  Diary              diary;

  g_test_summary ("The condition may route by hand itself, and leave nothing to the outer call.");

  diary_init (&diary);
  receiver = router_open (router, &courier.sender, &diary);
  call_in_thread (run_courier, &courier);
  g_assert_false (tf_message_router_route_until (router, 1000, route_all_and_go_on, router, NULL));
  diary_assert (&diary, "1:0 1:1 1:2 1:3");
  route_until (router, route_all, router);
  router_close (router, receiver, courier.sender);
  router_finish (router);
  diary_clear (&diary);
}

/* --- Threads --- */

typedef struct
{
  TfMessageRouter   *router;
  TfMessageReceiver *receiver;
} Stranger;

static gpointer
run_stranger (gpointer data)
{
  Stranger *self = data;

  assert_does_not_work (self->router, self->receiver, TF_ERROR_WRONG_THREAD);
  return NULL;
}

static void
test_wrong_thread (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageSender   *sender;
  TfMessageReceiver *receiver;
  Stranger           stranger = { router, NULL };
  Diary              diary;

  g_test_summary ("In other threads each call fails, and changes nothing (RTR-23).");

  diary_init (&diary);
  receiver = router_open (router, &sender, &diary);
  stranger.receiver = receiver;
  call_in_thread (run_stranger, &stranger);
  g_assert_true (tf_message_router_is_running (router));
  sender_start (sender);
  sender_send (sender, 1);
  tf_test_drain (NULL);
  diary_assert (&diary, "1:1");
  router_close (router, receiver, sender);
  router_finish (router);
  diary_clear (&diary);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/router/start/makes-it-run", test_start);
  tf_test_add ("/router/start/fails-when-it-runs", test_start_twice);
  tf_test_add ("/router/start/may-be-repeated-after-a-stop", test_restart);
  tf_test_add ("/router/stop/fails-before-a-start", test_stop_unstarted);
  tf_test_add ("/router/stop/fails-the-second-time", test_stop_twice);
  tf_test_add ("/router/stop/warns-of-open-pipes", test_unclosed);
  tf_test_add ("/router/calls/fail-when-it-does-not-run", test_not_running);
  tf_test_add ("/router/calls/fail-in-other-threads", test_wrong_thread);
  tf_test_add ("/router/pipe/has-a-number-of-its-own", test_ids);
  tf_test_add ("/router/pipe/is-closed-once", test_close_twice);
  tf_test_add ("/router/messages/of-a-thread-come-in-order", test_from_thread);
  tf_test_add ("/router/messages/of-the-owner-come-in-order", test_from_owner);
  tf_test_add ("/router/messages/of-a-closed-pipe-are-dropped", test_after_close);
  tf_test_add ("/router/by-hand/ends-with-the-condition", test_until);
  tf_test_add ("/router/by-hand/does-nothing-where-the-condition-holds", test_until_at_once);
  tf_test_add ("/router/by-hand/ends-with-the-time", test_until_timeout);
  tf_test_add ("/router/by-hand/looks-after-each-message", test_until_looks);
  tf_test_add ("/router/by-hand/stays-until-it-is-attached", test_manual_mode);
  tf_test_add ("/router/by-hand/may-be-nested", test_until_nested);
  tf_test_add ("/router/by-hand/fails-when-a-handler-stops-it", test_until_stopped);
  tf_test_add ("/router/by-hand/fails-when-the-condition-stops-it", test_condition_stops);
  tf_test_add ("/router/by-hand/may-be-done-by-the-condition", test_condition_routes);

  return g_test_run ();
}
