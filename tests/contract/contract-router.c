/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "contract-router.h"

static TfMessageRouter *
router_new (TfParallelContext *context)
{
  g_autoptr (GError) error = NULL;
  TfMessageRouter   *router = tf_parallel_context_create_router (context, NULL, &error);

  g_assert_no_error (error);
  g_assert_true (TF_IS_MESSAGE_ROUTER (router));
  return router;
}

static void
router_finish (TfMessageRouter **router)
{
  g_autoptr (GError) error = NULL;

  tf_message_router_stop (*router, &error);
  g_assert_no_error (error);
  g_assert_finalize_object (g_steal_pointer (router));
}

static TfMessageReceiver *
pipe_new (TfMessageRouter  *router,
          TfMessageSender **sender)
{
  g_autoptr (GError) error = NULL;
  TfMessageReceiver *receiver = tf_message_router_pipe (router, sender, &error);

  g_assert_no_error (error);
  g_assert_nonnull (*sender);
  return receiver;
}

static void
pipe_close (TfMessageRouter    *router,
            TfMessageReceiver **receiver)
{
  g_autoptr (GError) error = NULL;

  tf_message_router_close_pipe (router, *receiver, &error);
  g_assert_no_error (error);
  g_clear_object (receiver);
}

static void
send_number (TfMessageSender *sender,
             gint64           number)
{
  g_auto (GValue)    value = G_VALUE_INIT;
  g_autoptr (GError) error = NULL;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, number);
  tf_message_sender_send (sender, &value, &error);
  g_assert_no_error (error);
}

static void
on_number_cb (TfMessageReceiver *receiver,
              const GValue      *value,
              gint64            *next)
{
  g_assert_cmpint (g_value_get_int64 (value), ==, *next);
  ++*next;
}

/* Sends the numbers from 0 on, on a worker. */
typedef struct
{
  TfMessageSender   *sender;   /* (owned) */
  TfMessageReceiver *receiver; /* (owned) */
  gint64             n_messages;
  gint64             next;
} Line;

static void
run_line (gpointer data)
{
  Line *line = data;

  g_assert_true (tf_message_sender_start (line->sender, NULL));
  for (gint64 i = 0; i < line->n_messages; i++)
    send_number (line->sender, i);
  g_assert_true (tf_message_sender_stop (line->sender, NULL));
}

static void
line_init (Line            *line,
           TfMessageRouter *router,
           gint64           n_messages)
{
  line->receiver = pipe_new (router, &line->sender);
  line->n_messages = n_messages;
  line->next = 0;
  g_signal_connect (line->receiver, "message", G_CALLBACK (on_number_cb), &line->next);
}

static gboolean
line_is_over (gpointer data)
{
  Line *line = data;

  return line->next == line->n_messages;
}

static void
line_clear (Line            *line,
            TfMessageRouter *router)
{
  tf_message_sender_unref (line->sender);
  pipe_close (router, &line->receiver);
}

static void
test_life (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfMessageRouter   *router = router_new (context);
  g_autoptr (GError) error = NULL;

  g_test_summary ("A router is started once before it is stopped once.");

  g_assert_false (tf_message_router_is_running (router));
  g_assert_false (tf_message_router_stop (router, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_clear_error (&error);
  g_assert_true (tf_message_router_start (router, NULL));
  g_assert_true (tf_message_router_is_running (router));
  g_assert_false (tf_message_router_start (router, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_ALREADY_RUNNING);
  g_clear_error (&error);
  g_assert_true (tf_message_router_stop (router, NULL));
  g_assert_false (tf_message_router_is_running (router));
  g_assert_false (tf_message_router_stop (router, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_assert_finalize_object (router);
  tf_contract_finish (&context);
}

static void
test_not_running (const TfContract *contract)
{
  TfParallelContext            *context = contract->make ();
  TfMessageRouter              *router = router_new (context);
  g_autoptr (TfMessageReceiver) receiver = NULL;
  TfMessageSender              *sender = NULL;
  g_autoptr (GError)            error = NULL;

  g_test_summary ("Pipes are made and closed by a router that runs.");

  g_assert_null (tf_message_router_pipe (router, &sender, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_clear_error (&error);
  g_assert_true (tf_message_router_start (router, NULL));
  receiver = pipe_new (router, &sender);
  tf_message_sender_unref (sender);
  g_test_expect_message ("Tf", G_LOG_LEVEL_WARNING, "*1 pipe*not closed*");
  g_assert_true (tf_message_router_stop (router, NULL));
  g_test_assert_expected_messages ();
  g_assert_false (tf_message_router_close_pipe (router, receiver, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_clear_object (&receiver);
  g_assert_finalize_object (router);
  tf_contract_finish (&context);
}

static void
test_ids (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfMessageRouter   *router = router_new (context);
  TfMessageReceiver *receivers[2];
  TfMessageSender   *senders[2];

  g_test_summary ("Both ends of a pipe have its number, which no other pipe has.");

  g_assert_true (tf_message_router_start (router, NULL));
  for (guint i = 0; i < 2; i++)
    {
      receivers[i] = pipe_new (router, &senders[i]);
      g_assert_cmpuint (tf_message_receiver_get_connection_id (receivers[i]), ==,
                        tf_message_sender_get_connection_id (senders[i]));
    }
  g_assert_cmpuint (tf_message_sender_get_connection_id (senders[0]), !=,
                    tf_message_sender_get_connection_id (senders[1]));
  for (guint i = 0; i < 2; i++)
    {
      tf_message_sender_unref (senders[i]);
      pipe_close (router, &receivers[i]);
    }
  router_finish (&router);
  tf_contract_finish (&context);
}

static void
test_sender (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfMessageRouter   *router = router_new (context);
  g_autoptr (GError) error = NULL;
  Line               line;

  g_test_summary ("A sender is started, used and stopped, in this order, once.");

  g_assert_true (tf_message_router_start (router, NULL));
  line_init (&line, router, 1);
  g_assert_false (tf_message_sender_send (line.sender, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_clear_error (&error);
  g_assert_false (tf_message_sender_stop (line.sender, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_clear_error (&error);
  g_assert_true (tf_message_sender_start (line.sender, NULL));
  g_assert_false (tf_message_sender_start (line.sender, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_ALREADY_RUNNING);
  g_clear_error (&error);
  send_number (line.sender, 0);
  g_assert_true (tf_message_sender_stop (line.sender, NULL));
  g_assert_false (tf_message_sender_start (line.sender, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  g_clear_error (&error);
  g_assert_false (tf_message_sender_send (line.sender, NULL, &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_CLOSED);
  g_clear_error (&error);
  tf_test_run_until (NULL, line_is_over, &line);
  line_clear (&line, router);
  router_finish (&router);
  tf_contract_finish (&context);
}

#define N_LINES 16

static void
start_lines (Line            *lines,
             TfMessageRouter *router,
             TfWorkerPool    *pool,
             gint64           n_messages)
{
  for (guint i = 0; i < N_LINES; i++)
    {
      line_init (&lines[i], router, n_messages);
      tf_contract_push (pool, run_line, &lines[i]);
    }
}

static gboolean
lines_are_over (gpointer data)
{
  Line *lines = data;

  for (guint i = 0; i < N_LINES; i++)
    {
      if (!line_is_over (&lines[i]))
        return FALSE;
    }

  return TRUE;
}

static void
test_many_pipes (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 4);
  TfMessageRouter   *router = router_new (context);
  Line               lines[N_LINES];

  g_test_summary ("Messages of many pipes come to the main loop, those of each in order.");

  g_assert_true (tf_message_router_start (router, NULL));
  start_lines (lines, router, pool, tf_test_scale (1500));
  tf_test_run_until (NULL, lines_are_over, lines);
  tf_contract_finish_pool (&pool);
  for (guint i = 0; i < N_LINES; i++)
    line_clear (&lines[i], router);
  router_finish (&router);
  tf_contract_finish (&context);
}

static void
test_route_until (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfWorkerPool      *pool = tf_contract_create_pool (context, 4);
  TfMessageRouter   *router = router_new (context);
  g_autoptr (GError) error = NULL;
  Line               lines[N_LINES];

  g_test_summary ("A router routes in a call until a condition holds, or the time is over.");

  g_assert_true (tf_message_router_start (router, NULL));
  start_lines (lines, router, pool, tf_test_scale (100));
  g_assert_true (
    tf_message_router_route_until (router, tf_test_timeout_us (), lines_are_over, lines, &error));
  g_assert_no_error (error);
  tf_contract_finish_pool (&pool);
  lines[0].n_messages++;
  g_assert_false (tf_message_router_route_until (router, 1000, lines_are_over, lines, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_true (tf_message_router_attach (router, NULL));
  for (guint i = 0; i < N_LINES; i++)
    line_clear (&lines[i], router);
  router_finish (&router);
  tf_contract_finish (&context);
}

static void
test_main_context (const TfContract *contract)
{
  TfParallelContext       *context = contract->make ();
  g_autoptr (GMainContext) main_context = g_main_context_new ();
  TfMessageRouter         *router = tf_parallel_context_create_router (context, main_context, NULL);
  Line                     line;

  g_test_summary ("A router delivers in the main context that it was made for.");

  g_assert_true (tf_message_router_start (router, NULL));
  line_init (&line, router, 1);
  run_line (&line);
  tf_test_drain (NULL);
  g_assert_cmpint (line.next, ==, 0);
  tf_test_run_until (main_context, line_is_over, &line);
  line_clear (&line, router);
  router_finish (&router);
  tf_test_assert_idle (main_context);
  tf_contract_finish (&context);
}

static void
test_outlives_context (const TfContract *contract)
{
  TfParallelContext *context = contract->make ();
  TfMessageRouter   *router = router_new (context);
  Line               line;

  g_test_summary ("A router goes on when its context is closed.");

  g_assert_true (tf_message_router_start (router, NULL));
  line_init (&line, router, 1);
  tf_parallel_context_close (context);
  run_line (&line);
  tf_test_run_until (NULL, line_is_over, &line);
  line_clear (&line, router);
  router_finish (&router);
  tf_contract_finish (&context);
}

void
tf_contract_add_router (const char     *prefix,
                        TfContractMake  make,
                        TfContractFlags declined)
{
  const TfContract contract = { make, declined };
  const struct
  {
    const char     *path;
    TfContractTest  test;
    TfContractFlags needs;
  } tests[] = {
    { "/router/starts-and-stops-once", test_life, TF_CONTRACT_WHOLE },
    { "/router/has-pipes-while-it-runs", test_not_running, TF_CONTRACT_WHOLE },
    { "/router/numbers-its-pipes", test_ids, TF_CONTRACT_WHOLE },
    { "/router/has-senders-that-are-used-once", test_sender, TF_CONTRACT_WHOLE },
    { "/router/delivers-in-its-main-context", test_main_context, TF_CONTRACT_WHOLE },
    { "/router/goes-on-when-the-context-is-closed", test_outlives_context, TF_CONTRACT_WHOLE },
    { "/router/bears-many-pipes", test_many_pipes, TF_CONTRACT_DECLINES_PUSHES },
    { "/router/routes-until-told", test_route_until, TF_CONTRACT_DECLINES_PUSHES },
  };

  for (guint i = 0; i < G_N_ELEMENTS (tests); i++)
    tf_contract_add (prefix, tests[i].path, &contract, tests[i].needs, tests[i].test);
}
