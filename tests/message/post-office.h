/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "tf-test-support.h"

#include "core/tf-clock-private.h"
#include "message/tf-dispatcher-private.h"

/* A dispatcher with nothing behind it, and pipes that write down what is delivered from them. */
typedef struct
{
  TfDispatcher  dispatcher;
  GMainContext *context;
  GString      *text;
  guint         n_turns;
  gint          n_hosts; /* [atomic] references */
  gpointer      user_data;
} Office;

typedef struct _Letterbox Letterbox;
struct _Letterbox
{
  TfPipe  pipe; /* first */
  gint    ref_count;
  Office *office;
  char    name;
  gint64  n_events;
  void (*on_delivery) (Letterbox *self,
                       TfNews     news);
};

static inline void
office_turn_ended (gpointer host)
{
  ((Office *) host)->n_turns++;
}

static inline gpointer
office_ref (gpointer host)
{
  tf__add (&((Office *) host)->n_hosts, 1);
  return host;
}

static inline void
office_unref (gpointer host)
{
  tf__sub (&((Office *) host)->n_hosts, 1);
}

static inline const TfDispatcherClass *
office_get_class (void)
{
  static const TfDispatcherClass klass = {
    .turn_ended = office_turn_ended,
    .host_ref = office_ref,
    .host_unref = office_unref,
  };

  return &klass;
}

static inline void
office_init (Office *self)
{
  *self = (Office){ .context = g_main_context_new (), .text = g_string_new (NULL) };
  tf__dispatcher_init (&self->dispatcher, office_get_class (), self, self->context);
  tf__enter_foreground ();
  tf__dispatcher_attach (&self->dispatcher);
}

static inline void
office_clear (Office *self)
{
  tf__enter_foreground ();
  tf__dispatcher_detach (&self->dispatcher);
  g_assert_cmpint (self->n_hosts, ==, 0);
  tf__dispatcher_clear (&self->dispatcher);
  tf_test_assert_idle (self->context);
  g_main_context_unref (self->context);
  g_string_free (self->text, TRUE);
}

static inline const char *
news_to_string (TfNews news)
{
  switch ((guint) news)
    {
    case TF_NEWS_CANCEL:
      return "cancel";
    case TF_NEWS_OWNER_GONE:
      return "owner-gone";
    case TF_NEWS_ABORT:
      return "abort";
    case TF_NEWS_STARTED:
      return "started";
    case TF_NEWS_EVENTS:
      return "event";
    case TF_NEWS_PROGRESS:
      return "progress";
    case TF_NEWS_RETURNED:
      return "returned";
    case TF_NEWS_LOOK:
      return "look";
    case TF_NEWS_FINAL:
      return "final";
    case TF_NEWS_REAP:
      return "reap";
    case TF_NEWS_TIMER:
      return "timer";
    case TF_NEWS_CALL:
      return "call";
    default:
      return "?";
    }
}

static inline void
letterbox_deliver (TfPipe  *pipe,
                   TfNews   news,
                   TfEvent *event)
{
  Letterbox *self = (Letterbox *) pipe;

  tf__enter_foreground ();

  if (news == TF_NEWS_EVENTS)
    {
      self->n_events++;
      g_string_append_printf (self->office->text, "%c%" G_GINT64_FORMAT " ", self->name,
                              g_value_get_int64 (&event->value));
    }
  else
    {
      g_string_append_printf (self->office->text, "%c:%s ", self->name, news_to_string (news));
    }

  if (news == TF_NEWS_PROGRESS)
    {
      gint64   completed;
      gint64   total;
      char    *status;
      gboolean is_status_new;

      tf__pipe_take_slot (pipe, &completed, &total, &status, &is_status_new);
      g_string_append_printf (self->office->text, "%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "%s ",
                              completed, total, status == NULL ? "" : status);
      g_free (status);
      tf__pipe_get_box (pipe)->due_us =
        tf__clock_add (self->office->dispatcher.now_us, self->office->dispatcher.interval_us);
    }

  if (self->on_delivery != NULL)
    self->on_delivery (self, news);
}

static inline TfPipe *
letterbox_ref (TfPipe *pipe)
{
  g_atomic_int_inc (&((Letterbox *) pipe)->ref_count);
  return pipe;
}

static inline void
letterbox_unref (TfPipe *pipe)
{
  g_assert_cmpint (g_atomic_int_add (&((Letterbox *) pipe)->ref_count, -1), >, 0);
}

static inline const TfPipeClass *
letterbox_get_class (void)
{
  static const TfPipeClass klass = { letterbox_deliver, letterbox_ref, letterbox_unref };

  return &klass;
}

static inline void
letterbox_init (Letterbox *self,
                Office    *office,
                char       name)
{
  *self = (Letterbox){ .ref_count = 1, .office = office, .name = name };
  tf__pipe_init (&self->pipe, letterbox_get_class ());
  self->pipe.dispatcher = &office->dispatcher;
}

/* Nobody else may have it any more. */
static inline void
letterbox_clear (Letterbox *self)
{
  g_assert_cmpint (g_atomic_int_get (&self->ref_count), ==, 1);
  tf__pipe_clear (&self->pipe);
}

static inline gboolean
letterbox_send (Letterbox *self,
                gint64     number)
{
  GValue value = G_VALUE_INIT;

  g_value_init (&value, G_TYPE_INT64);
  g_value_set_int64 (&value, number);
  return tf__pipe_send (&self->pipe, TF_ROAD_ITEM, NULL, &value);
}

static inline void
office_assert_text (Office     *self,
                    const char *expected)
{
  g_assert_cmpstr (self->text->str, ==, expected);
  g_string_truncate (self->text, 0);
}
