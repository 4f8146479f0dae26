/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "core/tf-sides-private.h"
#include "process/tf-wire-private.h"

/* What one read takes of small frames. */
#define TF_CHANNEL_IN_SIZE ((gsize) 64 * 1024)

/* One end of a stream socket on which frames travel. Any thread may send; one at a time receives. Both block. */
typedef struct
{
  int       fd;      /* (owned) [const] */
  guint     n_forks; /* [const] of the process that made it: in a child by fork() nothing is written or read */
  TfWireEnd end;     /* [const] what comes in here */

  TfWireLimits limits; /* [lock] of what goes to the program, in the process that sends it or receives it */

  /* Whether nobody reads at the other end any more, though its socket is open: asked when writing takes long. */
  gboolean (*is_gone) (gpointer peer); /* (nullable) [const] */
  gpointer peer;                       /* (unowned) [const] */

  TfLock      lock;      /* held while a frame is written, which may take as long as the other end likes */
  GByteArray *out;       /* (owned) [lock] small frames that have not been written yet */
  GError     *out_error; /* (owned) (nullable) [lock] the first one: nothing is written after it */
  gint64      out_us;    /* [lock] when something was last written */

  gint is_asleep; /* [atomic] the receiver has passed on all that came, and waits for more */

  guint8 *in;       /* (owned) [the receiver] read, and not understood yet */
  gsize   in_first; /* [the receiver] */
  gsize   in_last;  /* [the receiver] */
  int     fds[4];   /* (owned) [the receiver] came with what is in @in */
  guint   n_fds;    /* [the receiver] */

  /* The frame that is coming in, once its header is known: what a deadline interrupts goes on with the next call. */
  gboolean      has_header; /* [the receiver] */
  TfFrameHeader header;     /* [the receiver] */
  guint8       *body;       /* (owned) (nullable) [the receiver] */
  gsize         n_body;     /* [the receiver] how much of it is there */
  guint8       *bulk;       /* (owned) (nullable) [the receiver] */
  gsize         n_bulk;     /* [the receiver] */
  int           bulk_fd;    /* (owned) [the receiver] or -1 */
  guint16       last_type;  /* [the receiver] of: */
  GVariant     *last_body;  /* (owned) (nullable) [the receiver] the last small one: often the next is the same */
  GError       *in_error;   /* (owned) (nullable) [the receiver] nothing is read after it */
  gboolean      is_unread;  /* [the receiver] the other end was closed before it had read all that was sent */
} TfChannel;

typedef struct
{
  TfFrameHeader header;
  GVariant     *body; /* (owned) */
  GBytes       *bulk; /* (owned) (nullable) */
} TfFrame;

void tf__frame_clear (TfFrame *self);

/* Takes the descriptor. */
void tf__channel_init (TfChannel *self,
                       int        fd,
                       TfWireEnd  end);
/* Before anything is sent: @is_gone is asked each second in which nothing can be written, with the lock held. */
void tf__channel_watch_peer (TfChannel *self,
                             gboolean (*is_gone) (gpointer peer),
                             gpointer peer);
/* Limits what the program receives, and what a worker sends. Before either. */
void  tf__channel_set_limits (TfChannel          *self,
                              const TfWireLimits *limits);
guint tf__channel_get_max_text (TfChannel *self);
void  tf__channel_clear (TfChannel *self);

/* FALSE with G_IO_ERROR_CLOSED in a child by fork() of the process that made the channel. */
gboolean tf__channel_check_process (TfChannel *self,
                                    GError   **error);

/* When a frame is written: with all that was kept back before it; or at once if nothing was written for a millisecond,
 * else with others: when enough have come together, or with tf__channel_flush(); or always with others. */
typedef enum
{
  TF_SEND_NOW,
  TF_SEND_SOON,
  TF_SEND_WITH_NEXT,
} TfSendWhen;

/* Any thread. @body is consumed if it is floating. @bulk_fd: a sealed memfd with @bulk_size bytes, instead of @bulk,
 * or -1; it stays the caller's. Fails when the other end is closed: G_IO_ERROR_BROKEN_PIPE or _CLOSED; nothing raises
 * SIGPIPE. */
gboolean tf__channel_send (TfChannel  *self,
                           TfFrameType type,
                           guint64     job,
                           GVariant   *body,
                           GBytes     *bulk,
                           int         bulk_fd,
                           guint64     bulk_size,
                           TfSendWhen  when,
                           GError    **error);
gboolean tf__channel_flush (TfChannel *self,
                            GError   **error);
/* Does not wait: FALSE also when there is no room for the few bytes of a frame. For a control socket, from within a
 * handler of the user's. @body is small, and consumed if it is floating. */
gboolean tf__channel_try_send (TfChannel  *self,
                               TfFrameType type,
                               guint64     job,
                               GVariant   *body);

/* The receiver. Whether the next call of tf__channel_receive() need not even look at the socket. */
gboolean tf__channel_has_frame (TfChannel *self);
/* Any thread. Whether something has come that the receiver has not passed on yet. */
gboolean tf__channel_is_arriving (TfChannel *self);
/* The receiver. Whether nothing has come, nor the end, since the last frame. */
gboolean tf__channel_is_silent (TfChannel *self);
/* The receiver. Waits until there is something to receive, which may be the end; FALSE if there was nothing. */
gboolean tf__channel_wait (TfChannel *self,
                           gint64     spin_us,
                           int        timeout_ms);
/* The receiver. @frame is uninitialised, and stays so after an error: G_IO_ERROR_CLOSED when the other end was closed
 * between two frames, G_IO_ERROR_TIMED_OUT at @deadline_us (of tf__clock_now(); G_MAXINT64 for none), TF_ERROR_PROTOCOL
 * for anything that is not a frame, also one that is cut off. @spin_us: how long to look before sleeping. */
gboolean tf__channel_receive (TfChannel *self,
                              gint64     spin_us,
                              gint64     deadline_us,
                              TfFrame   *frame,
                              GError   **error);
/* What came in and was not understood yet: for the receiver, and when the channel is cleared. */
void tf__channel_forget_incoming (TfChannel *self);
