/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "routing.h"

/* --- The main context --- */

static void
test_main_context (void)
{
  g_autoptr (GMainContext)   context = g_main_context_new ();
  g_autoptr (TfThreadRouter) router = tf_thread_router_new (NULL);
  g_autoptr (TfThreadRouter) given = tf_thread_router_new (context);
  g_autoptr (TfThreadRouter) here = NULL;
  GMainContext              *property;

  g_test_summary ("The main context is the one that was given, or the thread default of the"
                  " maker.");

  g_assert_true (tf_thread_router_get_main_context (router) == g_main_context_default ());
  g_assert_true (tf_thread_router_get_main_context (given) == context);

  g_main_context_push_thread_default (context);
  here = tf_thread_router_new (NULL);
  g_main_context_pop_thread_default (context);
  g_object_get (here, "main-context", &property, NULL);
  g_assert_true (property == context);
  g_main_context_unref (property);
}

static gboolean
on_idle_count_cb (gpointer n)
{
  ++*(guint *) n;
  return G_SOURCE_REMOVE;
}

static void
test_context_outlives (void)
{
  GMainContext      *context = g_main_context_new ();
  TfMessageRouter   *router = TF_MESSAGE_ROUTER (tf_thread_router_new (context));
  TfMessageSender   *sender;
  TfMessageReceiver *receiver;
  GSource           *source = g_idle_source_new ();
  guint              n = 0;
  Diary              diary;

  g_test_summary ("A stop leaves the main context as it was, to whoever gave it (LOOP-03).");

  diary_init (&diary);
  g_assert_true (tf_message_router_start (router, NULL));
  receiver = router_open (router, &sender, &diary);
  sender_start (sender);
  sender_send (sender, 1);
  g_assert_cmpuint (tf_test_drain (NULL), ==, 0);
  tf_test_drain (context);
  diary_assert (&diary, "1:1");
  router_close (router, receiver, sender);
  router_finish (router);

  g_source_set_callback (source, on_idle_count_cb, &n, NULL);
  g_source_attach (source, context);
  g_source_unref (source);
  g_assert_cmpuint (tf_test_drain (context), ==, 1);
  g_assert_cmpuint (n, ==, 1);
  g_main_context_unref (context);
  diary_clear (&diary);
}

typedef struct
{
  TfMessageRouter *router;
  GMainContext    *context;
  Diary            diary;
} Mover;

static gpointer
run_context (gpointer data)
{
  Mover *self = data;

  self->diary.owner = g_thread_self ();
  tf_test_run_until (self->context, has_one, &self->diary);

  /* The router belongs to this thread now. */
  route_until (self->router, has_one, &self->diary);
  g_assert_true (tf_message_router_attach (self->router, NULL));
  return NULL;
}

static void
test_owner_changes (void)
{
  Mover              mover = { NULL, g_main_context_new (), { 0 } };
  g_autoptr (GError) error = NULL;
  TfMessageSender   *sender;
  TfMessageReceiver *receiver;

  g_test_summary ("The owner is who starts it, and then who runs its main context.");

  diary_init (&mover.diary);
  mover.router = TF_MESSAGE_ROUTER (tf_thread_router_new (mover.context));
  g_assert_true (tf_message_router_start (mover.router, NULL));
  receiver = router_open (mover.router, &sender, &mover.diary);
  sender_start (sender);
  sender_send (sender, 1);
  call_in_thread (run_context, &mover);
  g_assert_false (tf_message_router_stop (mover.router, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_WRONG_THREAD);

  /* And back. */
  mover.diary.owner = g_thread_self ();
  sender_send (sender, 2);
  tf_test_drain (mover.context);
  diary_assert (&mover.diary, "1:1 1:2");
  router_close (mover.router, receiver, sender);
  router_finish (mover.router);
  g_main_context_unref (mover.context);
  diary_clear (&mover.diary);
}

/* --- The last reference --- */

static void
test_dropped (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 3 };
  TfMessageReceiver *receiver;
  Diary              diary;

  g_test_summary ("A router that goes while it runs is stopped, in the owner thread at once.");

  diary_init (&diary);
  receiver = router_open (router, &courier.sender, &diary);
  call_in_thread (run_courier, &courier);
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*1 pipe*");
  g_assert_finalize_object (router);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (tf_test_drain (NULL), ==, 0);
  diary_assert (&diary, "");
  g_assert_finalize_object (receiver);
  tf_message_sender_unref (courier.sender);
  diary_clear (&diary);
}

static void
on_message_unref_cb (TfMessageReceiver *receiver,
                     const GValue      *value,
                     TfMessageRouter  **router)
{
  g_assert_true (tf_message_router_close_pipe (*router, receiver, NULL));
  g_clear_object (router);
}

static void
test_dropped_in_handler (void)
{
  gboolean is_by_hand = FALSE;

  g_test_summary ("A handler may drop the router that delivers to it, also in routing by hand.");

  do
    {
      TfMessageRouter   *router = router_start_new ();
      gpointer           weak = router;
      Courier            courier = { NULL, 10 };
      TfMessageReceiver *receiver;
      Diary              diary;

      diary_init (&diary);
      g_object_add_weak_pointer (G_OBJECT (router), &weak);
      receiver = router_open (router, &courier.sender, &diary);
      g_signal_connect (receiver, "message", G_CALLBACK (on_message_unref_cb), &router);
      call_in_thread (run_courier, &courier);
      if (is_by_hand)
        route_until (router, has_one, &diary);
      else
        tf_test_drain (NULL);
      diary_assert (&diary, "1:0");
      g_assert_null (weak);
      g_assert_finalize_object (receiver);
      tf_message_sender_unref (courier.sender);
      diary_clear (&diary);
      is_by_hand = !is_by_hand;
    }
  while (is_by_hand);
}

static gpointer
run_unref (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static void
test_dropped_elsewhere (void)
{
  TfMessageRouter   *router = router_start_new ();
  gpointer           weak = router;
  Courier            courier = { NULL, 3 };
  TfMessageReceiver *receivers[2];
  TfMessageSender   *sender;
  gpointer           weak_receiver;
  Diary              diary;

  g_test_summary ("A router that goes in another thread leaves its end to the main context; senders"
                  " fail at once.");

  diary_init (&diary);
  receivers[0] = router_open (router, &courier.sender, &diary);
  receivers[1] = router_open (router, &sender, &diary);
  weak_receiver = receivers[1];
  g_object_add_weak_pointer (G_OBJECT (receivers[1]), &weak_receiver);
  g_object_unref (receivers[1]);
  sender_start (sender);
  call_in_thread (run_courier, &courier);

  g_object_add_weak_pointer (G_OBJECT (router), &weak);
  call_in_thread (run_unref, router);
  g_assert_null (weak);
  g_assert_false (sender_try (sender, 1, NULL));
  g_assert_nonnull (weak_receiver);

  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*2 pipes*");
  tf_test_drain (NULL);
  g_test_assert_expected_messages ();
  g_assert_null (weak_receiver);
  diary_assert (&diary, "");
  g_assert_finalize_object (receivers[0]);
  tf_message_sender_unref (courier.sender);
  tf_message_sender_unref (sender);
  diary_clear (&diary);
}

typedef struct
{
  TfMessageRouter *router; /* (owned) */
  TfTestGate       drop;
  TfTestGate       dropped;
} Dropper;

static gpointer
run_dropper (gpointer data)
{
  Dropper *self = data;

  tf_test_gate_wait (&self->drop);
  g_clear_object (&self->router);
  tf_test_gate_open (&self->dropped);
  return NULL;
}

static void
on_message_have_dropped_cb (TfMessageReceiver *receiver,
                            const GValue      *value,
                            Dropper           *dropper)
{
  if (g_value_get_int64 (value) != 0)
    return;

  tf_test_gate_open (&dropper->drop);
  tf_test_gate_wait (&dropper->dropped);
}

static void
test_dropped_in_turn (void)
{
  Dropper            dropper = { router_start_new () };
  Courier            courier = { NULL, 3 };
  TfMessageReceiver *receiver;
  GThread           *thread;
  Diary              diary;

  g_test_summary ("A router may go in another thread while the owner delivers: the turn is not"
                  " disturbed.");

  diary_init (&diary);
  tf_test_gate_init (&dropper.drop);
  tf_test_gate_init (&dropper.dropped);
  receiver = router_open (dropper.router, &courier.sender, &diary);
  g_signal_connect (receiver, "message", G_CALLBACK (on_message_have_dropped_cb), &dropper);
  call_in_thread (run_courier, &courier);
  thread = g_thread_new ("dropper", run_dropper, &dropper);
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*1 pipe*");
  tf_test_drain (NULL);
  g_test_assert_expected_messages ();
  g_thread_join (thread);
  diary_assert (&diary, "1:0 1:1 1:2");
  g_assert_finalize_object (receiver);
  tf_message_sender_unref (courier.sender);
  tf_test_gate_clear (&dropper.drop);
  tf_test_gate_clear (&dropper.dropped);
  diary_clear (&diary);
}

/* --- Many --- */

#define N_PIPES    64
#define N_MESSAGES 64
#define N_THREADS  8

typedef struct
{
  TfMessageSender *senders[N_PIPES / N_THREADS];
  TfTestGate      *gate;
} Team;

static gpointer
run_team (gpointer data)
{
  Team *self = data;

  tf_test_gate_wait (self->gate);
  for (guint i = 0; i < G_N_ELEMENTS (self->senders); i++)
    sender_start (self->senders[i]);
  for (guint n = 0; n < N_MESSAGES; n++)
    {
      for (guint i = 0; i < G_N_ELEMENTS (self->senders); i++)
        sender_send (self->senders[i], n);
    }
  for (guint i = 0; i < G_N_ELEMENTS (self->senders); i++)
    {
      sender_stop (self->senders[i]);
      tf_message_sender_unref (self->senders[i]);
    }
  return NULL;
}

typedef struct
{
  gint64 n_received[N_PIPES];
  guint  n_total;
} Totals;

static void
on_message_count_cb (TfMessageReceiver *receiver,
                     const GValue      *value,
                     Totals            *totals)
{
  guint64 index = tf_message_receiver_get_connection_id (receiver) - 1;

  g_assert_cmpuint (index, <, N_PIPES);
  g_assert_cmpint (g_value_get_int64 (value), ==, totals->n_received[index]);
  totals->n_received[index]++;
  totals->n_total++;
}

static gboolean
has_all (gpointer totals)
{
  return ((Totals *) totals)->n_total == N_PIPES * N_MESSAGES;
}

static void
send_from_teams (gboolean is_by_hand)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageReceiver *receivers[N_PIPES];
  GThread           *threads[N_THREADS];
  Team               teams[N_THREADS];
  Totals             totals = { 0 };
  TfTestGate         gate;

  tf_test_gate_init (&gate);
  for (guint i = 0; i < N_PIPES; i++)
    {
      receivers[i] = router_open (router, &teams[i % N_THREADS].senders[i / N_THREADS], NULL);
      g_signal_connect (receivers[i], "message", G_CALLBACK (on_message_count_cb), &totals);
    }
  for (guint i = 0; i < N_THREADS; i++)
    {
      teams[i].gate = &gate;
      threads[i] = g_thread_new ("team", run_team, &teams[i]);
    }
  tf_test_gate_open (&gate);
  if (is_by_hand)
    route_until (router, has_all, &totals);
  else
    tf_test_run_until (NULL, has_all, &totals);

  for (guint i = 0; i < N_THREADS; i++)
    g_thread_join (threads[i]);
  for (guint i = 0; i < N_PIPES; i++)
    {
      g_assert_true (tf_message_router_close_pipe (router, receivers[i], NULL));
      g_assert_finalize_object (receivers[i]);
    }
  router_finish (router);
  tf_test_gate_clear (&gate);
}

static void
test_many (void)
{
  g_test_summary ("64 pipes of 64 messages from 8 threads: nothing is lost, doubled or out of"
                  " order.");

  send_from_teams (FALSE);
  send_from_teams (TRUE);
}

static void
on_receiver_gone_cb (gpointer data,
                     GObject *receiver)
{
  g_clear_object ((TfMessageRouter **) data);
}

static void
test_dropped_with_receiver (void)
{
  gboolean is_stop = FALSE;

  g_test_summary ("The last reference may go with a receiver, while the router closes it or"
                  " stops.");

  do
    {
      TfMessageRouter   *router = router_start_new ();
      gpointer           weak = router;
      TfMessageSender   *sender;
      TfMessageReceiver *receiver = router_open (router, &sender, NULL);

      g_object_add_weak_pointer (G_OBJECT (router), &weak);
      g_object_weak_ref (G_OBJECT (receiver), on_receiver_gone_cb, &router);
      g_object_unref (receiver);
      if (is_stop)
        {
          g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*1 pipe*");
          g_assert_true (tf_message_router_stop (router, NULL));
          g_test_assert_expected_messages ();
        }
      else
        {
          g_assert_true (tf_message_router_close_pipe (router, receiver, NULL));
        }
      g_assert_null (weak);
      tf_message_sender_unref (sender);
      is_stop = !is_stop;
    }
  while (is_stop);
}

/* Another thread that is in the middle of an iteration. */
typedef struct
{
  GMainContext *context;
  TfTestGate    is_held;
  TfTestGate    go_on;
} Holder;

static gpointer
run_holder (gpointer data)
{
  Holder *self = data;

  g_assert_true (g_main_context_acquire (self->context));
  tf_test_gate_open (&self->is_held);
  tf_test_gate_wait (&self->go_on);
  tf_test_drain (self->context);
  g_main_context_release (self->context);
  return NULL;
}

static void
test_dropped_under_loop (void)
{
  Holder             holder = { .context = g_main_context_new () };
  TfMessageRouter   *router = TF_MESSAGE_ROUTER (tf_thread_router_new (holder.context));
  gpointer           weak = router;
  g_autoptr (GError) error = NULL;
  TfMessageSender   *sender;
  gpointer           weak_receiver;
  GThread           *thread;

  g_test_summary ("While another thread runs the main context, nothing is taken away from under"
                  " it.");

  tf_test_gate_init (&holder.is_held);
  tf_test_gate_init (&holder.go_on);
  thread = g_thread_new ("holder", run_holder, &holder);
  tf_test_gate_wait (&holder.is_held);

  g_assert_true (tf_message_router_start (router, NULL));
  weak_receiver = router_open (router, &sender, NULL);
  g_object_add_weak_pointer (weak_receiver, &weak_receiver);
  g_object_unref (weak_receiver);
  sender_start (sender);
  g_assert_false (tf_message_router_stop (router, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_WRONG_THREAD);
  g_assert_true (tf_message_router_is_running (router));

  g_object_add_weak_pointer (G_OBJECT (router), &weak);
  g_object_unref (router);
  g_assert_null (weak);
  g_assert_false (sender_try (sender, 1, NULL));
  g_assert_nonnull (weak_receiver);

  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*1 pipe*");
  tf_test_gate_open (&holder.go_on);
  g_thread_join (thread);
  g_test_assert_expected_messages ();
  g_assert_null (weak_receiver);
  tf_message_sender_unref (sender);
  g_main_context_unref (holder.context);
  tf_test_gate_clear (&holder.is_held);
  tf_test_gate_clear (&holder.go_on);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/thread-router/main-context/is-given-or-the-thread-default", test_main_context);
  tf_test_add ("/thread-router/main-context/outlives-the-router", test_context_outlives);
  tf_test_add ("/thread-router/owner/is-who-runs-the-main-context", test_owner_changes);
  tf_test_add ("/thread-router/last-reference/stops-it", test_dropped);
  tf_test_add ("/thread-router/last-reference/may-go-in-a-handler", test_dropped_in_handler);
  tf_test_add ("/thread-router/last-reference/may-go-in-another-thread", test_dropped_elsewhere);
  tf_test_add ("/thread-router/last-reference/may-go-during-a-turn", test_dropped_in_turn);
  tf_test_add ("/thread-router/last-reference/may-go-with-a-receiver", test_dropped_with_receiver);
  tf_test_add ("/thread-router/last-reference/may-go-under-a-loop", test_dropped_under_loop);
  tf_test_add ("/thread-router/many/pipes-from-many-threads-are-in-order", test_many);

  return g_test_run ();
}
