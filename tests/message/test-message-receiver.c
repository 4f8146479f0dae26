/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "routing.h"

static void
test_property (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageSender   *sender;
  TfMessageReceiver *receiver = router_open (router, &sender, NULL);
  guint64            id;

  g_test_summary ("The number of the pipe is a property too (RTR-10).");

  g_object_get (receiver, "connection-id", &id, NULL);
  g_assert_cmpuint (id, ==, tf_message_sender_get_connection_id (sender));
  g_assert_cmpuint (id, ==, tf_message_receiver_get_connection_id (receiver));
  router_close (router, receiver, sender);
  router_finish (router);
}

/* --- Values --- */

static void
on_message_describe_cb (TfMessageReceiver *receiver,
                        const GValue      *value,
                        GString           *text)
{
  g_autofree char *description = NULL;

  description = value == NULL ? g_strdup ("nothing") : g_strdup_value_contents (value);
  g_string_append_printf (text, "%s; ", description);
}

static void
send_string (TfMessageSender *sender,
             const char      *string)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_string (&value, string);
  g_assert_true (tf_message_sender_send (sender, &value, NULL));
  g_value_unset (&value);
}

static void
send_double (TfMessageSender *sender,
             double           number)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_DOUBLE);
  g_value_set_double (&value, number);
  g_assert_true (tf_message_sender_send (sender, &value, NULL));
}

static void
test_types (void)
{
  TfMessageRouter    *router = router_start_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  TfMessageSender    *sender;
  TfMessageReceiver  *receiver = router_open (router, &sender, NULL);

  g_test_summary ("A message is a value of any type, or nothing at all.");

  g_signal_connect (receiver, "message", G_CALLBACK (on_message_describe_cb), text);
  sender_start (sender);
  sender_send (sender, 42);
  send_string (sender, "a text");
  g_assert_true (tf_message_sender_send (sender, NULL, NULL));
  send_double (sender, 0.5);
  send_string (sender, NULL);
  tf_test_drain (NULL);
  g_assert_cmpstr (text->str, ==, "42; \"a text\"; nothing; 0.500000; NULL; ");
  router_close (router, receiver, sender);
  router_finish (router);
}

/* --- Who frees values --- */

/* An object whose end is counted, and must come in the owner thread. */
typedef struct
{
  GThread *owner;
  guint    n_gone;
} Graveyard;

static void
on_gone (gpointer user_data,
         GObject *where_the_object_was)
{
  Graveyard *self = user_data;

  g_assert_true (g_thread_self () == self->owner);
  self->n_gone++;
}

typedef struct
{
  TfMessageSender *sender;
  Graveyard       *graveyard;
  guint            n_objects;
} Giver;

/* Gives each object away with its only reference. */
static gpointer
run_giver (gpointer data)
{
  Giver *self = data;

  sender_start (self->sender);
  for (guint i = 0; i < self->n_objects; i++)
    {
      GValue   value = G_VALUE_INIT;
      GObject *object = g_object_new (G_TYPE_OBJECT, NULL);

      g_value_init (&value, G_TYPE_OBJECT);
      g_value_set_object (&value, object);
      g_object_weak_ref (object, on_gone, self->graveyard);
      g_assert_true (tf_message_sender_send (self->sender, &value, NULL));
      /* Not the last one: the message has been queued, and nobody delivers it yet. */
      g_value_unset (&value);
      g_object_unref (object);
    }
  sender_stop (self->sender);
  return NULL;
}

static void
test_values_delivered (void)
{
  TfMessageRouter   *router = router_start_new ();
  Graveyard          graveyard = { g_thread_self (), 0 };
  Giver              giver = { NULL, &graveyard, 100 };
  TfMessageReceiver *receiver = router_open (router, &giver.sender, NULL);

  g_test_summary ("Values that were delivered are freed in the owner thread.");

  call_in_thread (run_giver, &giver);
  g_assert_cmpuint (graveyard.n_gone, ==, 0);
  tf_test_drain (NULL);
  g_assert_cmpuint (graveyard.n_gone, ==, 100);
  router_close (router, receiver, giver.sender);
  router_finish (router);
}

static gpointer
run_unref_sender (gpointer sender)
{
  tf_message_sender_unref (sender);
  return NULL;
}

static void
test_values_dropped (void)
{
  TfMessageRouter   *router = router_start_new ();
  Graveyard          graveyard = { g_thread_self (), 0 };
  Giver              giver = { NULL, &graveyard, 100 };
  TfMessageReceiver *receiver = router_open (router, &giver.sender, NULL);

  g_test_summary ("Values that a stop drops are freed in it, whoever has the sender.");

  call_in_thread (run_giver, &giver);
  g_assert_true (tf_message_router_close_pipe (router, receiver, NULL));
  g_assert_finalize_object (receiver);
  g_assert_cmpuint (graveyard.n_gone, ==, 0);
  router_finish (router);
  g_assert_cmpuint (graveyard.n_gone, ==, 100);
  call_in_thread (run_unref_sender, giver.sender);
}

static void
on_message_close_cb (TfMessageReceiver *receiver,
                     const GValue      *value,
                     TfMessageRouter   *router)
{
  g_assert_true (tf_message_router_close_pipe (router, receiver, NULL));
}

static void
test_values_of_closed (void)
{
  TfMessageRouter   *router = router_start_new ();
  Graveyard          graveyard = { g_thread_self (), 0 };
  Giver              giver = { NULL, &graveyard, 3 };
  TfMessageReceiver *receiver = router_open (router, &giver.sender, NULL);

  g_test_summary ("A handler may close its pipe: the rest is dropped with warnings, and freed in"
                  " the owner thread (RTR-24).");

  g_signal_connect (receiver, "message", G_CALLBACK (on_message_close_cb), router);
  call_in_thread (run_giver, &giver);
  for (guint i = 0; i < 2; i++)
    g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "A message of the closed pipe 1 was dropped");
  tf_test_drain (NULL);
  g_test_assert_expected_messages ();
  g_assert_cmpuint (graveyard.n_gone, ==, 3);
  g_assert_finalize_object (receiver);
  tf_message_sender_unref (giver.sender);
  router_finish (router);
}

/* --- References --- */

static void
test_dropped (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageSender   *sender;
  TfMessageReceiver *receiver;
  gpointer           weak;
  Diary              diary;

  g_test_summary ("The router keeps the receiver of an open pipe: messages come, though nobody else"
                  " has it.");

  diary_init (&diary);
  receiver = router_open (router, &sender, &diary);
  weak = receiver;
  g_object_add_weak_pointer (G_OBJECT (receiver), &weak);
  g_object_unref (receiver);
  sender_start (sender);
  sender_send (sender, 1);
  tf_test_drain (NULL);
  diary_assert (&diary, "1:1");
  g_assert_nonnull (weak);
  g_assert_true (tf_message_router_close_pipe (router, weak, NULL));
  g_assert_null (weak);
  tf_message_sender_unref (sender);
  router_finish (router);
  diary_clear (&diary);
}

static void
on_message_close_and_unref_cb (TfMessageReceiver *receiver,
                               const GValue      *value,
                               TfMessageRouter   *router)
{
  on_message_close_cb (receiver, value, router);
  g_object_unref (receiver);
}

static void
test_gone_in_handler (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageSender   *sender;
  TfMessageReceiver *receiver = router_open (router, &sender, NULL);
  gpointer           weak = receiver;

  g_test_summary ("A handler may drop what is left of its receiver.");

  g_object_add_weak_pointer (G_OBJECT (receiver), &weak);
  g_signal_connect (receiver, "message", G_CALLBACK (on_message_close_and_unref_cb), router);
  sender_start (sender);
  sender_send (sender, 1);
  tf_message_sender_unref (sender);
  tf_test_drain (NULL);
  g_assert_null (weak);
  router_finish (router);
}

static void
test_outlives_router (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageSender   *sender;
  TfMessageReceiver *receiver = router_open (router, &sender, NULL);

  g_test_summary ("A receiver may outlive its router.");

  g_assert_true (tf_message_router_close_pipe (router, receiver, NULL));
  router_finish (router);
  g_assert_cmpuint (tf_message_receiver_get_connection_id (receiver), ==, 1);
  tf_message_sender_unref (sender);
  g_assert_finalize_object (receiver);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/receiver/number/is-a-property", test_property);
  tf_test_add ("/receiver/message/is-a-value-of-any-type", test_types);
  tf_test_add ("/receiver/values/are-freed-by-the-owner", test_values_delivered);
  tf_test_add ("/receiver/values/are-freed-by-a-stop", test_values_dropped);
  tf_test_add ("/receiver/values/of-a-closed-pipe-are-freed-by-the-owner", test_values_of_closed);
  tf_test_add ("/receiver/reference/is-the-routers-while-open", test_dropped);
  tf_test_add ("/receiver/reference/may-go-in-a-handler", test_gone_in_handler);
  tf_test_add ("/receiver/reference/may-outlive-the-router", test_outlives_router);

  return g_test_run ();
}
