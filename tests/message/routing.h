/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tf-test-support.h"

/* Routers, pipes, and what came out of them. */

/* Writes messages down as "pipe:number", in the order of arrival. */
typedef struct
{
  GThread *owner;
  GString *text;
  guint    n_messages;
} Diary;

static inline void
diary_init (Diary *self)
{
  *self = (Diary){ .owner = g_thread_self (), .text = g_string_new (NULL) };
}

static inline void
diary_clear (Diary *self)
{
  g_string_free (self->text, TRUE);
}

static inline void
diary_assert (Diary      *self,
              const char *expected)
{
  g_assert_cmpstr (self->text->str, ==, expected);
  g_string_truncate (self->text, 0);
}

static inline void
on_message_write_cb (TfMessageReceiver *receiver,
                     const GValue      *value,
                     Diary             *diary)
{
  g_assert_true (g_thread_self () == diary->owner);
  diary->n_messages++;
  g_string_append_printf (diary->text, "%s%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT,
                          diary->text->len == 0 ? "" : " ",
                          tf_message_receiver_get_connection_id (receiver),
                          g_value_get_int64 (value));
}

static inline TfMessageRouter *
router_start_new (void)
{
  g_autoptr (GError) error = NULL;
  TfMessageRouter   *router = TF_MESSAGE_ROUTER (tf_thread_router_new (NULL));

  g_assert_true (tf_message_router_start (router, &error));
  g_assert_no_error (error);
  return router;
}

/* Stops it, takes the caller's reference, and asserts that it was the last one. */
static inline void
router_finish (TfMessageRouter *router)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_message_router_stop (router, &error));
  g_assert_no_error (error);
  g_assert_false (tf_message_router_is_running (router));
  g_assert_finalize_object (router);
}

/* A pipe whose messages are written down, unless there is no diary. */
static inline TfMessageReceiver *
router_open (TfMessageRouter  *router,
             TfMessageSender **sender,
             Diary            *diary)
{
  g_autoptr (GError) error = NULL;
  TfMessageReceiver *receiver = tf_message_router_pipe (router, sender, &error);

  g_assert_no_error (error);
  g_assert_true (TF_IS_MESSAGE_RECEIVER (receiver));
  g_assert_nonnull (*sender);
  if (diary != NULL)
    g_signal_connect (receiver, "message", G_CALLBACK (on_message_write_cb), diary);
  return receiver;
}

/* Closes the pipe, and takes the caller's references on both of its ends. */
static inline void
router_close (TfMessageRouter   *router,
              TfMessageReceiver *receiver,
              TfMessageSender   *sender)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_message_router_close_pipe (router, receiver, &error));
  g_assert_no_error (error);
  g_assert_finalize_object (receiver);
  tf_message_sender_unref (sender);
}

/* Senders */

static inline gboolean
sender_try (TfMessageSender *sender,
            gint64           number,
            GError         **error)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, number);
  return tf_message_sender_send (sender, &value, error);
}

static inline void
sender_start (TfMessageSender *sender)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_message_sender_start (sender, &error));
  g_assert_no_error (error);
}

static inline void
sender_send (TfMessageSender *sender,
             gint64           number)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (sender_try (sender, number, &error));
  g_assert_no_error (error);
}

static inline void
sender_stop (TfMessageSender *sender)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_message_sender_stop (sender, &error));
  g_assert_no_error (error);
}

/* A thread that starts a sender, sends 0, 1, 2… and stops it. */
typedef struct
{
  TfMessageSender *sender;
  gint64           n_messages;
} Courier;

static inline gpointer
run_courier (gpointer data)
{
  Courier *self = data;

  sender_start (self->sender);
  for (gint64 i = 0; i < self->n_messages; i++)
    sender_send (self->sender, i);
  sender_stop (self->sender);
  return NULL;
}

static inline gpointer
call_in_thread (GThreadFunc func,
                gpointer    data)
{
  return g_thread_join (g_thread_new ("test", func, data));
}

/* Conditions */

static inline gboolean
has_one (gpointer diary)
{
  return ((Diary *) diary)->n_messages >= 1;
}

static inline gboolean
has_three (gpointer diary)
{
  return ((Diary *) diary)->n_messages >= 3;
}

static inline gboolean
never (gpointer user_data)
{
  return FALSE;
}

static inline void
route_until (TfMessageRouter *router,
             TfRouteFunc      condition,
             gpointer         user_data)
{
  g_autoptr (GError) error = NULL;

  g_assert_true (tf_message_router_route_until (router, tf_test_timeout_us (), condition,
                                                user_data, &error));
  g_assert_no_error (error);
}
