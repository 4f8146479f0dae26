/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "routing.h"

#include <errno.h>
#include <fcntl.h>

/* A router that a loop drives which is not of GLib: poll() and a call. */
typedef struct
{
  TfMessageRouter   *router;
  TfMessageReceiver *receiver;
  TfMessageSender   *sender;
  int                fd;
  Diary              diary;
} Drive;

static void
drive_init (Drive *self)
{
  g_autoptr (GError) error = NULL;

  diary_init (&self->diary);
  self->router = router_start_new ();
  self->receiver = router_open (self->router, &self->sender, &self->diary);
  self->fd = tf_thread_router_detach (TF_THREAD_ROUTER (self->router), &error);
  g_assert_no_error (error);
  g_assert_cmpint (self->fd, >=, 0);
}

static void
drive_clear (Drive *self)
{
  router_close (self->router, self->receiver, self->sender);
  router_finish (self->router);
  diary_clear (&self->diary);
}

static gboolean
is_readable (int fd)
{
  GPollFD poll = { .fd = fd, .events = G_IO_IN };

  return g_poll (&poll, 1, 0) == 1;
}

static void
wait_readable (int fd)
{
  GPollFD poll = { .fd = fd, .events = G_IO_IN };

  g_assert_cmpint (g_poll (&poll, 1, (gint) (tf_test_timeout_us () / 1000)), ==, 1);
}

static gboolean
is_open (int fd)
{
  return fcntl (fd, F_GETFD) != -1 || errno != EBADF;
}

static void
dispatch (Drive *self)
{
  tf_thread_router_dispatch (TF_THREAD_ROUTER (self->router));
}

static void
test_drives (void)
{
  Drive drive;

  g_test_summary ("The descriptor is readable when there is something, and one call delivers it;"
                  " without GLib's loop it is the same (LOOP-13).");

  drive_init (&drive);
  g_assert_false (is_readable (drive.fd));
  sender_start (drive.sender);
  sender_send (drive.sender, 1);
  g_assert_true (is_readable (drive.fd));
  sender_send (drive.sender, 2);
  g_assert_true (is_readable (drive.fd));
  diary_assert (&drive.diary, "");
  dispatch (&drive);
  diary_assert (&drive.diary, "1:1 1:2");
  g_assert_false (is_readable (drive.fd));

  sender_send (drive.sender, 3);
  g_assert_true (is_readable (drive.fd));
  dispatch (&drive);
  diary_assert (&drive.diary, "1:3");
  g_assert_false (is_readable (drive.fd));
  tf_test_assert_idle (NULL);
  drive_clear (&drive);
}

static void
test_nothing (void)
{
  Drive            drive;
  TfMessageRouter *router = router_start_new ();

  g_test_summary ("A call where there is nothing returns at once (RTR-41), and so does one without"
                  " a foreign loop.");

  drive_init (&drive);
  dispatch (&drive);
  dispatch (&drive);
  g_assert_false (is_readable (drive.fd));
  diary_assert (&drive.diary, "");
  drive_clear (&drive);

  tf_thread_router_dispatch (TF_THREAD_ROUTER (router));
  g_assert_true (tf_message_router_stop (router, NULL));
  tf_thread_router_dispatch (TF_THREAD_ROUTER (router));
  g_assert_finalize_object (router);
}

static void
test_what_was_there (void)
{
  TfMessageRouter   *router = router_start_new ();
  Courier            courier = { NULL, 3 };
  g_autoptr (GError) error = NULL;
  TfMessageReceiver *receiver;
  Diary              diary;
  int                fd;

  g_test_summary ("What was queued before the switch makes the descriptor readable, and the main"
                  " context delivers none of it.");

  diary_init (&diary);
  receiver = router_open (router, &courier.sender, &diary);
  call_in_thread (run_courier, &courier);
  fd = tf_thread_router_detach (TF_THREAD_ROUTER (router), &error);
  g_assert_no_error (error);
  g_assert_cmpint (tf_thread_router_detach (TF_THREAD_ROUTER (router), &error), ==, fd);
  g_assert_no_error (error);
  g_assert_cmpuint (tf_test_drain (NULL), ==, 0);
  diary_assert (&diary, "");
  g_assert_true (is_readable (fd));
  tf_thread_router_dispatch (TF_THREAD_ROUTER (router));
  diary_assert (&diary, "1:0 1:1 1:2");
  router_close (router, receiver, courier.sender);
  router_finish (router);
  g_assert_false (is_open (fd));
  diary_clear (&diary);
}

static void
test_from_thread (void)
{
  Drive    drive;
  Courier  courier = { NULL, 3000 };
  GThread *thread;
  guint    n_full = 0;
  guint    n_empty = 0;

  g_test_summary ("Messages of a thread end the sleep of poll(); it does not return for nothing.");

  drive_init (&drive);
  courier.sender = drive.sender;
  thread = g_thread_new ("courier", run_courier, &courier);
  while (drive.diary.n_messages < 3000)
    {
      guint n_before = drive.diary.n_messages;

      wait_readable (drive.fd);
      dispatch (&drive);
      if (drive.diary.n_messages > n_before)
        n_full++;
      else
        n_empty++;
      /* A sender may be slow to wake up a loop that has found its message meanwhile. */
      g_assert_cmpuint (n_empty, <=, n_full + 1);
    }
  g_thread_join (thread);
  g_assert_true (g_str_has_suffix (drive.diary.text->str, " 1:2999"));
  dispatch (&drive);
  g_assert_false (is_readable (drive.fd));
  drive_clear (&drive);
}

static void
on_message_spin_cb (TfMessageReceiver *receiver,
                    const GValue      *value,
                    gpointer           user_data)
{
  gint64 end_us = g_get_monotonic_time () + 5000;

  /* Longer than a turn may take. */
  while (g_get_monotonic_time () < end_us)
    continue;
}

static void
test_budget (void)
{
  Drive drive;
  guint n_turns = 0;

  g_test_summary ("A call ends after a while; what is left keeps the descriptor readable.");

  drive_init (&drive);
  g_signal_connect (drive.receiver, "message", G_CALLBACK (on_message_spin_cb), NULL);
  sender_start (drive.sender);
  for (guint i = 0; i < 40; i++)
    sender_send (drive.sender, i);
  while (is_readable (drive.fd))
    {
      dispatch (&drive);
      n_turns++;
    }
  g_assert_cmpuint (drive.diary.n_messages, ==, 40);
  g_assert_cmpuint (n_turns, >, 1);
  drive_clear (&drive);
}

static void
test_attach (void)
{
  Drive drive;

  g_test_summary ("Attached, the main context delivers again, and the descriptor is closed; one may"
                  " go to and fro.");

  drive_init (&drive);
  sender_start (drive.sender);
  for (guint i = 0; i < 3; i++)
    {
      sender_send (drive.sender, i);
      g_assert_true (is_readable (drive.fd));
      g_assert_true (tf_message_router_attach (drive.router, NULL));
      g_assert_false (is_open (drive.fd));
      dispatch (&drive);
      diary_assert (&drive.diary, "");
      tf_test_drain (NULL);
      g_assert_cmpuint (drive.diary.n_messages, ==, i + 1);
      g_string_truncate (drive.diary.text, 0);

      drive.fd = tf_thread_router_detach (TF_THREAD_ROUTER (drive.router), NULL);
      g_assert_cmpint (drive.fd, >=, 0);
      g_assert_false (is_readable (drive.fd));
    }
  drive_clear (&drive);
}

static void
test_by_hand (void)
{
  Drive drive;

  g_test_summary ("Routing by hand works meanwhile; the descriptor stays good for what is left.");

  drive_init (&drive);
  sender_start (drive.sender);
  for (guint i = 0; i < 5; i++)
    sender_send (drive.sender, i);
  route_until (drive.router, has_three, &drive.diary);
  diary_assert (&drive.diary, "1:0 1:1 1:2");
  g_assert_true (is_readable (drive.fd));
  dispatch (&drive);
  diary_assert (&drive.diary, "1:3 1:4");
  g_assert_false (is_readable (drive.fd));
  sender_send (drive.sender, 5);
  g_assert_true (is_readable (drive.fd));
  route_until (drive.router, has_three, &drive.diary);
  dispatch (&drive);
  diary_assert (&drive.diary, "1:5");
  drive_clear (&drive);
}

static void
test_manual_to_fd (void)
{
  TfMessageRouter   *router = router_start_new ();
  TfMessageSender   *sender;
  TfMessageReceiver *receiver;
  Diary              diary;
  int                fd;

  g_test_summary ("From routing by hand one may go over to a foreign loop.");

  diary_init (&diary);
  receiver = router_open (router, &sender, &diary);
  sender_start (sender);
  for (guint i = 0; i < 5; i++)
    sender_send (sender, i);
  route_until (router, has_three, &diary);
  fd = tf_thread_router_detach (TF_THREAD_ROUTER (router), NULL);
  g_assert_true (is_readable (fd));
  tf_thread_router_dispatch (TF_THREAD_ROUTER (router));
  diary_assert (&diary, "1:0 1:1 1:2 1:3 1:4");
  router_close (router, receiver, sender);
  router_finish (router);
  diary_clear (&diary);
}

/* --- Handlers that do things --- */

static void
on_message_dispatch_cb (TfMessageReceiver *receiver,
                        const GValue      *value,
                        Drive             *drive)
{
  if (g_value_get_int64 (value) % 3 == 0)
    dispatch (drive);
  g_string_append_c (drive->diary.text, '.');
}

static void
test_nested (void)
{
  Drive drive;

  g_test_summary ("A handler may make a turn itself, which goes on in order.");

  drive_init (&drive);
  g_signal_connect (drive.receiver, "message", G_CALLBACK (on_message_dispatch_cb), &drive);
  sender_start (drive.sender);
  for (guint i = 0; i < 5; i++)
    sender_send (drive.sender, i);
  dispatch (&drive);
  diary_assert (&drive.diary, "1:0 1:1. 1:2. 1:3 1:4...");
  while (is_readable (drive.fd))
    dispatch (&drive);
  sender_send (drive.sender, 7);
  g_assert_true (is_readable (drive.fd));
  dispatch (&drive);
  diary_assert (&drive.diary, "1:7.");
  drive_clear (&drive);
}

static void
on_message_attach_cb (TfMessageReceiver *receiver,
                      const GValue      *value,
                      TfMessageRouter   *router)
{
  g_assert_true (tf_message_router_attach (router, NULL));
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
test_handler_ends_it (void)
{
  Drive drive;

  g_test_summary ("A handler may go back to the main context, and stop the router.");

  drive_init (&drive);
  g_signal_connect (drive.receiver, "message", G_CALLBACK (on_message_attach_cb), drive.router);
  sender_start (drive.sender);
  sender_send (drive.sender, 1);
  dispatch (&drive);
  diary_assert (&drive.diary, "1:1");
  g_assert_false (is_open (drive.fd));
  sender_send (drive.sender, 2);
  tf_test_drain (NULL);
  diary_assert (&drive.diary, "1:2");
  drive_clear (&drive);

  drive_init (&drive);
  g_signal_connect (drive.receiver, "message", G_CALLBACK (on_message_stop_cb), drive.router);
  sender_start (drive.sender);
  sender_send (drive.sender, 1);
  sender_send (drive.sender, 2);
  dispatch (&drive);
  diary_assert (&drive.diary, "1:1");
  g_assert_false (is_open (drive.fd));
  g_assert_false (tf_message_router_is_running (drive.router));
  g_assert_finalize_object (drive.receiver);
  tf_message_sender_unref (drive.sender);
  g_assert_finalize_object (drive.router);
  diary_clear (&drive.diary);
}

/* --- Threads --- */

static gpointer
run_foreign_loop (gpointer data)
{
  Drive *self = data;

  self->diary.owner = g_thread_self ();
  wait_readable (self->fd);
  dispatch (self);
  diary_assert (&self->diary, "1:1");
  router_close (self->router, self->receiver, self->sender);
  router_finish (self->router);
  return NULL;
}

static void
test_owner (void)
{
  Drive drive;

  g_test_summary ("The thread of the foreign loop owns the router.");

  drive_init (&drive);
  sender_start (drive.sender);
  sender_send (drive.sender, 1);
  call_in_thread (run_foreign_loop, &drive);
  diary_clear (&drive.diary);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);

#ifdef __linux__
  tf_test_add ("/foreign-loop/descriptor/is-readable-when-there-is-something", test_drives);
  tf_test_add ("/foreign-loop/descriptor/tells-what-was-there-before", test_what_was_there);
  tf_test_add ("/foreign-loop/descriptor/ends-the-sleep", test_from_thread);
  tf_test_add ("/foreign-loop/turn/returns-at-once-without-news", test_nothing);
  tf_test_add ("/foreign-loop/turn/has-a-budget", test_budget);
  tf_test_add ("/foreign-loop/turn/may-be-nested", test_nested);
  tf_test_add ("/foreign-loop/turn/may-end-the-mode", test_handler_ends_it);
  tf_test_add ("/foreign-loop/turn/makes-the-thread-the-owner", test_owner);
  tf_test_add ("/foreign-loop/mode/ends-with-attach", test_attach);
  tf_test_add ("/foreign-loop/mode/goes-with-routing-by-hand", test_by_hand);
  tf_test_add ("/foreign-loop/mode/may-follow-routing-by-hand", test_manual_to_fd);
#endif

  return g_test_run ();
}
