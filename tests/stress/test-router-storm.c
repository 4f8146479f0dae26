/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "tf-test-support.h"

/* Routers that are started, stopped, driven in all ways and dropped at random moments, with senders on many threads;
 * the seed is printed, and TF_TEST_SEED sets it. What must hold: messages of a pipe come in order and in the owner
 * thread, senders fail only when their router has been stopped, and in the end everything has been freed. */

#define N_THREADS 4
#define MAX_PIPES 40

typedef struct
{
  GThread     *owner;
  GRand       *rand; /* (owned) */
  GThreadPool *couriers;
  TfTestLog   *log;     /* (owned) */
  gint         n_bytes; /* [atomic] values that live */
  guint        n_received;

  TfMessageRouter *router;    /* (owned) */
  GPtrArray       *receivers; /* (owned) of TfMessageReceiver, open or closed */
} Storm;

typedef struct
{
  Storm           *storm;
  TfMessageSender *sender; /* (owned) */
  guint            n_messages;
} Job;

static guint
random_below (Storm *self,
              guint  n)
{
  return (guint) g_rand_int_range (self->rand, 0, (gint32) n);
}

/* Values */

typedef struct
{
  Storm *storm;
  guint  number;
} Parcel;

static void
free_parcel (gpointer data)
{
  Parcel *parcel = data;

  g_atomic_int_add (&parcel->storm->n_bytes, -1);
  g_free (parcel);
}

static gboolean
send_parcel (Job     *job,
             guint    number,
             GError **error)
{
  Parcel  *parcel = g_new (Parcel, 1);
  GValue   value = G_VALUE_INIT;
  gboolean is_sent;

  *parcel = (Parcel){ job->storm, number };
  g_atomic_int_inc (&job->storm->n_bytes);
  g_value_init (&value, G_TYPE_BYTES);
  g_value_take_boxed (&value, g_bytes_new_with_free_func (parcel, sizeof *parcel, free_parcel,
                                                          parcel));
  is_sent = tf_message_sender_send (job->sender, &value, error);
  g_value_unset (&value);
  return is_sent;
}

static void
run_courier (gpointer data,
             gpointer user_data)
{
  Job               *job = data;
  g_autoptr (GError) error = NULL;

  if (tf_message_sender_start (job->sender, &error))
    {
      for (guint i = 0; i < job->n_messages; i++)
        {
          if (!send_parcel (job, i, &error))
            break;
        }
      tf_message_sender_stop (job->sender, NULL);
    }
  if (error != NULL)
    g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  tf_message_sender_unref (job->sender);
  g_free (job);
}

/* Handlers */

static void strike (Storm *self);

static void
on_message_cb (TfMessageReceiver *receiver,
               const GValue      *value,
               Storm             *self)
{
  const Parcel *parcel = g_bytes_get_data (g_value_get_boxed (value), NULL);
  guint         next = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (receiver), "next"));

  g_assert_true (g_thread_self () == self->owner);
  g_assert_cmpuint (parcel->number, ==, next);
  g_object_set_data (G_OBJECT (receiver), "next", GUINT_TO_POINTER (next + 1));
  self->n_received++;
  if (random_below (self, 500) == 0)
    strike (self);
}

/* What may happen */

static void
open_pipe (Storm *self)
{
  TfMessageSender   *sender;
  TfMessageReceiver *receiver;
  Job               *job;

  if (self->receivers->len == MAX_PIPES)
    g_ptr_array_remove_index_fast (self->receivers, random_below (self, MAX_PIPES));

  receiver = tf_message_router_pipe (self->router, &sender, NULL);
  if (receiver == NULL)
    return;

  g_signal_connect (receiver, "message", G_CALLBACK (on_message_cb), self);
  g_ptr_array_add (self->receivers, receiver);
  if (random_below (self, 10) == 0)
    {
      tf_message_sender_unref (sender);
      return;
    }

  job = g_new (Job, 1);
  *job = (Job){ self, sender, random_below (self, 2) == 0 ? random_below (self, 20) : random_below (self, 3000) };
  g_thread_pool_push (self->couriers, job, NULL);
}

static gpointer
run_unref (gpointer object)
{
  g_object_unref (object);
  return NULL;
}

static TfMessageReceiver *
random_receiver (Storm *self)
{
  return self->receivers->pdata[random_below (self, self->receivers->len)];
}

/* Handlers may be below: they have no reference on the router, so it must be able to go under them. */
static void
replace_router (Storm *self)
{
  TfMessageRouter *old = self->router;

  self->router = TF_MESSAGE_ROUTER (tf_thread_router_new (NULL));
  if (random_below (self, 2) == 0)
    g_thread_join (g_thread_new ("dropper", run_unref, old));
  else
    g_object_unref (old);
}

static gboolean
is_tired (gpointer data)
{
  return random_below (data, 30) == 0;
}

static void
drive (Storm *self)
{
  g_autoptr (TfMessageRouter) router = g_object_ref (self->router);

  switch (random_below (self, 5))
    {
    case 0:
      tf_message_router_route_until (router, random_below (self, 100), is_tired, self, NULL);
      break;
    case 1:
      tf_message_router_attach (router, NULL);
      break;
    case 2:
      tf_thread_router_detach (TF_THREAD_ROUTER (router), NULL);
      break;
    case 3:
      tf_thread_router_dispatch (TF_THREAD_ROUTER (router));
      break;
    default:
      g_main_context_iteration (NULL, FALSE);
      break;
    }
}

static void
strike (Storm *self)
{
  guint dice = random_below (self, 100);

  if (dice < 35)
    open_pipe (self);
  else if (dice < 55 && self->receivers->len > 0)
    tf_message_router_close_pipe (self->router, random_receiver (self), NULL);
  else if (dice < 60)
    tf_message_router_start (self->router, NULL);
  else if (dice < 62)
    tf_message_router_stop (self->router, NULL);
  else if (dice < 63)
    replace_router (self);
  else
    drive (self);
}

static gboolean
has_no_values (gpointer storm)
{
  return g_atomic_int_get (&((Storm *) storm)->n_bytes) == 0;
}

static void
test_storm (void)
{
  Storm storm = { .owner = g_thread_self (), .rand = tf_test_rand_new () };
  guint n_strikes = tf_test_scale (200000);

  g_test_summary ("Whatever happens to routers and when, messages come in order and nothing is"
                  " left.");

  storm.log = tf_test_log_new (G_LOG_LEVEL_WARNING);
  storm.couriers = g_thread_pool_new (run_courier, NULL, N_THREADS, TRUE, NULL);
  storm.receivers = g_ptr_array_new_with_free_func (g_object_unref);
  storm.router = TF_MESSAGE_ROUTER (tf_thread_router_new (NULL));
  for (guint i = 0; i < n_strikes; i++)
    strike (&storm);

  tf_message_router_stop (storm.router, NULL);
  g_clear_object (&storm.router);
  tf_test_drain (NULL);
  g_thread_pool_free (storm.couriers, FALSE, TRUE);
  g_ptr_array_unref (storm.receivers);
  tf_test_run_until (NULL, has_no_values, &storm);
  g_test_message ("%u messages were received, %u were of closed pipes, %u routers had open pipes",
                  storm.n_received, tf_test_log_count (storm.log, "A message of the closed pipe*"),
                  tf_test_log_count (storm.log, "The router was stopped with*"));
  g_assert_cmpuint (tf_test_log_count (storm.log, "*"), ==,
                    tf_test_log_count (storm.log, "A message of the closed pipe*") +
                      tf_test_log_count (storm.log, "The router was stopped with*"));
  tf_test_log_free (storm.log);
  g_rand_free (storm.rand);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/stress/router/storm-leaves-nothing-behind", test_storm);

  return g_test_run ();
}
