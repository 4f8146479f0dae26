/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "routing.h"

/* Handlers of messages that drive their router, inside each other. */

#define N           1000
#define MAX_OF_PIPE 16

typedef struct
{
  TfMessageRouter   *router;
  TfMessageReceiver *receiver;
  TfMessageSender   *sender;
  int                fd; /* -1 unless a foreign loop drives */
  guint              n_messages;
  guint              n_refused;
  guint              depth;
  guint              deepest;
  void (*drive) (gpointer nest);
} Nest;

static void
on_message_cb (TfMessageReceiver *receiver,
               const GValue      *value,
               Nest              *nest)
{
  g_assert_cmpint (g_value_get_int64 (value), ==, nest->n_messages++);
  nest->depth++;
  nest->deepest = MAX (nest->deepest, nest->depth);
  nest->drive (nest);
  nest->depth--;
}

static void
nest_init (Nest *self,
           void (*drive) (gpointer nest))
{
  Courier courier;

  *self = (Nest){ .fd = -1, .drive = drive };
  self->router = router_start_new ();
  self->receiver = router_open (self->router, &self->sender, NULL);
  g_signal_connect (self->receiver, "message", G_CALLBACK (on_message_cb), self);
  courier = (Courier){ self->sender, N };
  call_in_thread (run_courier, &courier);
}

static void
nest_clear (Nest *self)
{
  router_close (self->router, self->receiver, self->sender);
  router_finish (self->router);
}

static void
drive_loop (gpointer nest)
{
  while (g_main_context_pending (NULL))
    g_main_context_iteration (NULL, FALSE);
}

static void
test_loop (void)
{
  Nest nest;

  g_test_summary ("Handlers of messages that run the loop nest 16 deep, and messages keep their "
                  "order.");

  nest_init (&nest, drive_loop);
  drive_loop (&nest);
  g_assert_cmpuint (nest.n_messages, ==, N);
  g_assert_cmpuint (nest.deepest, ==, MAX_OF_PIPE);

  nest_clear (&nest);
}

static gboolean
is_all_there (gpointer nest)
{
  return ((Nest *) nest)->n_messages == N;
}

static void
drive_by_hand (gpointer data)
{
  Nest              *nest = data;
  g_autoptr (GError) error = NULL;

  if (tf_message_router_route_until (nest->router, -1, is_all_there, nest, &error))
    return;

  g_assert_error (error, TF_ERROR, TF_ERROR_DEADLOCK);
  nest->n_refused++;
}

static void
test_by_hand (void)
{
  Nest nest;

  g_test_summary ("Routing by hand inside 16 handlers that do so as well is a deadlock for the "
                  "next one, and all arrives.");

  nest_init (&nest, drive_by_hand);
  drive_by_hand (&nest);
  g_assert_cmpuint (nest.n_messages, ==, N);
  g_assert_cmpuint (nest.deepest, ==, MAX_OF_PIPE + 1);
  g_assert_cmpuint (nest.n_refused, ==, N - MAX_OF_PIPE);

  nest_clear (&nest);
}

static gboolean
is_readable (int fd)
{
  GPollFD poll = { .fd = fd, .events = G_IO_IN };

  return g_poll (&poll, 1, 0) == 1;
}

static void
drive_foreign (gpointer data)
{
  Nest *nest = data;

  do
    tf_thread_router_dispatch (TF_THREAD_ROUTER (nest->router));
  while (is_readable (nest->fd));
}

static void
test_foreign_loop (void)
{
  Nest               nest;
  g_autoptr (GError) error = NULL;

  g_test_summary ("In a foreign loop the descriptor is not readable for what is held back, and is "
                  "again when handlers return.");

  nest_init (&nest, drive_foreign);
  nest.fd = tf_thread_router_detach (TF_THREAD_ROUTER (nest.router), &error);
  g_assert_no_error (error);
  drive_foreign (&nest);
  g_assert_cmpuint (nest.n_messages, ==, N);
  g_assert_cmpuint (nest.deepest, ==, MAX_OF_PIPE);

  nest_clear (&nest);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/nested-routing/loop/is-bounded", test_loop);
  tf_test_add ("/nested-routing/by-hand/is-bounded", test_by_hand);
  tf_test_add ("/nested-routing/foreign-loop/is-bounded", test_foreign_loop);

  return g_test_run ();
}
