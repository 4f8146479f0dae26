/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf-message-receiver.h>
#include <tf/tf-message-sender.h>

#include "message/tf-dispatcher-private.h"
#include "message/tf-pipe-private.h"
#include "message/tf-sender-states-private.h"

/* What is behind a router between its start and its stop; senders and the source hold it. */
typedef struct
{
  gint             ref_count; /* [atomic] */
  TfDispatcher     dispatcher;
  TfLock           lock;
  TfMessageSender *first; /* [lock] all senders that live, open or closed */
} TfRouting;

/* One pipe: the sender of the background, and what the foreground knows of it. */
struct _TfMessageSender
{
  TfPipe        pipe;      /* first: a pipe of this class is the sender */
  gint          ref_count; /* [atomic] */
  TfSenderState state;     /* the thread that uses the sender; written by step() alone */
  guint64       id;        /* [const] */
  TfRouting    *routing;   /* (owned) [const] */

  TfMessageReceiver *receiver; /* [foreground] a reference, until the pipe is closed */
  TfMessageSender   *next;     /* [lock of the routing] */
  TfMessageSender   *previous; /* [lock of the routing] */
};

/* Any thread: tf-message-sender-shared.c. */
TfRouting *tf__routing_new (GMainContext *context);
TfRouting *tf__routing_ref (TfRouting *self);
void       tf__routing_unref (TfRouting *self);
/* From now on every sender fails, and those that wait for room are let go. */
void tf__routing_close_senders (TfRouting *self);
/* Frees what the senders, which were closed, have sent and will not be delivered. */
void             tf__routing_drop_messages (TfRouting *self) TF_FOREGROUND;
TfMessageSender *tf__message_sender_new (TfRouting *routing,
                                         guint64    id);

/* Owner context: tf-thread-router.c and tf-message-receiver.c. */
extern const TfPipeClass       tf__message_pipe_class;
extern const TfDispatcherClass tf__routing_dispatcher_class;
TfMessageReceiver             *tf__message_receiver_new (TfMessageSender *sender) TF_FOREGROUND;
TfMessageSender               *tf__message_receiver_get_sender (TfMessageReceiver *self)
  TF_FOREGROUND;
void tf__message_receiver_emit (TfMessageReceiver *self,
                                const GValue      *value) TF_FOREGROUND;
