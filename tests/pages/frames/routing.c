/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* frame: route-until */
#include BLOCK

static void
on_message (TfMessageReceiver *receiver,
            const GValue      *value,
            gpointer           answer)
{
  *(char **) answer = g_value_dup_string (value);
}

static gpointer
send_answer (gpointer sender)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_STRING);
  g_value_set_static_string (&value, "yes");
  g_assert_true (tf_message_sender_start (sender, NULL));
  g_assert_true (tf_message_sender_send (sender, &value, NULL));
  g_assert_true (tf_message_sender_stop (sender, NULL));
  tf_message_sender_unref (sender);
  return NULL;
}

static void
live (TfTestFixture *fixture)
{
  g_autoptr (GError)  error = NULL;
  g_autofree char    *answer = NULL;
  g_autoptr (GThread) thread = NULL;
  TfMessageRouter    *router = TF_MESSAGE_ROUTER (tf_thread_router_new (NULL));
  TfMessageReceiver  *receiver;
  TfMessageSender    *sender;

  g_assert_true (tf_message_router_start (router, &error));
  receiver = tf_message_router_pipe (router, &sender, &error);
  g_signal_connect (receiver, "message", G_CALLBACK (on_message), &answer);
  thread = g_thread_new ("sender", send_answer, sender);
  g_assert_true (wait_for_answer (router, &answer, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (answer, ==, "yes");
  g_thread_join (g_steal_pointer (&thread));
  g_assert_true (tf_message_router_close_pipe (router, receiver, &error));
  g_assert_true (tf_message_router_stop (router, &error));
  g_object_unref (receiver);
  g_object_unref (router);
}

/* frame: foreign-loop */
#include <tf-testing/tf-testing.h>

#include BLOCK

static void
run_seven (TfTask  *task,
           gpointer user_data)
{
  tf_task_return_int64 (task, 7);
}

int
main (void)
{
  for (guint i = 0; i < 2; i++)
    {
      TfExecutor *executor = tf_executor_new ();
      TfFuture   *future = tf_executor_submit_call (executor, run_seven, NULL, NULL, NULL);

      run_until_done (executor, future);
      tf_test_assert_int64 (future, 7);
      g_object_unref (future);
      g_assert_true (tf_executor_shutdown (executor, -1, NULL));
      g_assert_finalize_object (executor);
    }
  return 0;
}
