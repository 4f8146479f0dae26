/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "process/tf-channel-private.h"

#include "core/tf-fork-private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <tf/tf-error.h>
#include <unistd.h>

/* When frames have come together: by size, and by the time since the last were written. */
#define OUT_SIZE ((gsize) 16 * 1024)
#define SOON_US  1000

/* How often it is asked whether the other end is still there, while it takes nothing. */
#define LOOK_SECONDS 1

void
tf__channel_init (TfChannel *self,
                  int        fd,
                  TfWireEnd  end)
{
  *self = (TfChannel){ .fd = fd, .n_forks = tf__fork_count (), .end = end, .bulk_fd = -1 };
  tf__lock_init (&self->lock);
  self->out = g_byte_array_new ();
  self->in = g_malloc (TF_CHANNEL_IN_SIZE);
}

void
tf__channel_watch_peer (TfChannel *self,
                        gboolean (*is_gone) (gpointer peer),
                        gpointer peer)
{
  const struct timeval patience = { .tv_sec = LOOK_SECONDS };

  self->is_gone = is_gone;
  self->peer = peer;
  setsockopt (self->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

void
tf__channel_set_limits (TfChannel          *self,
                        const TfWireLimits *limits)
{
  tf__lock (&self->lock);
  self->limits = *limits;
  tf__unlock (&self->lock);
}

guint
tf__channel_get_max_text (TfChannel *self)
{
  guint max_text;

  tf__lock (&self->lock);
  max_text = self->limits.max_text;
  tf__unlock (&self->lock);

  return max_text;
}

void
tf__channel_clear (TfChannel *self)
{
  tf__channel_forget_incoming (self);
  if (self->fd >= 0)
    close (self->fd);
  g_clear_pointer (&self->last_body, g_variant_unref);
  g_clear_pointer (&self->in, g_free);
  g_clear_pointer (&self->out, g_byte_array_unref);
  g_clear_error (&self->in_error);
  g_clear_error (&self->out_error);
  tf__lock_clear (&self->lock);
}

gboolean
tf__channel_check_process (TfChannel *self,
                           GError   **error)
{
  if (!tf__is_inherited (self->n_forks))
    return TRUE;

  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                       "The socket belongs to the process that this one was forked from");
  return FALSE;
}

/* Sending */

static void
skip_written (struct iovec *parts,
              guint         n_parts,
              gsize         n_written)
{
  for (guint i = 0; i < n_parts; i++)
    {
      gsize n = MIN (n_written, parts[i].iov_len);

      if (n == 0)
        continue;

      parts[i].iov_base = (guint8 *) parts[i].iov_base + n;
      parts[i].iov_len -= n;
      n_written -= n;
    }
}

/* Of @parts, what is not empty. */
static gssize
send_some (int           fd,
           struct iovec *parts,
           guint         n_parts,
           int           bulk_fd,
           int           flags)
{
  union
  {
    struct cmsghdr head;
    guint8         space[CMSG_SPACE (sizeof (int))];
  } control;
  struct msghdr message = { 0 };

  while (n_parts > 1 && parts->iov_len == 0)
    {
      parts++;
      n_parts--;
    }

  message.msg_iov = parts;
  message.msg_iovlen = n_parts;
  if (bulk_fd >= 0)
    {
      memset (&control, 0, sizeof control);
      control.head.cmsg_level = SOL_SOCKET;
      control.head.cmsg_type = SCM_RIGHTS;
      control.head.cmsg_len = CMSG_LEN (sizeof (int));
      memcpy (CMSG_DATA (&control.head), &bulk_fd, sizeof (int));
      message.msg_control = &control;
      message.msg_controllen = sizeof control.space;
    }

  return sendmsg (fd, &message, flags | MSG_NOSIGNAL);
}

static gboolean
break_locked (TfChannel *self,
              int        code,
              GError   **error) TF_CALLER_HOLDS (self->lock);

static gboolean
break_locked (TfChannel *self,
              int        code,
              GError   **error)
{
  g_set_error (&self->out_error, G_IO_ERROR, (int) g_io_error_from_errno (code),
               "Cannot write to the other process: %s", g_strerror (code));
  g_byte_array_set_size (self->out, 0);
  if (error != NULL)
    *error = g_error_copy (self->out_error);
  return FALSE;
}

static void
wait_for_room (TfChannel *self)
{
  struct pollfd room = { self->fd, POLLOUT, 0 };

  poll (&room, 1, self->is_gone == NULL ? -1 : LOOK_SECONDS * 1000);
}

static gboolean
write_locked (TfChannel    *self,
              struct iovec *parts,
              guint         n_parts,
              int           bulk_fd,
              GError      **error) TF_CALLER_HOLDS (self->lock);

static gboolean
write_locked (TfChannel    *self,
              struct iovec *parts,
              guint         n_parts,
              int           bulk_fd,
              GError      **error)
{
  gsize n_left = 0;

  for (guint i = 0; i < n_parts; i++)
    n_left += parts[i].iov_len;

  while (n_left > 0)
    {
      gssize n = send_some (self->fd, parts, n_parts, bulk_fd, 0);

      if (n > 0)
        {
          skip_written (parts, n_parts, (gsize) n);
          n_left -= (gsize) n;
          bulk_fd = -1;
        }
      else if (errno == EAGAIN || errno == EWOULDBLOCK)
        {
          if (self->is_gone != NULL && self->is_gone (self->peer))
            return break_locked (self, EPIPE, error);
          wait_for_room (self);
        }
      else if (errno != EINTR)
        return break_locked (self, errno, error);
    }

  self->out_us = g_get_monotonic_time ();
  return TRUE;
}

static gboolean
flush_locked (TfChannel *self,
              GError   **error) TF_CALLER_HOLDS (self->lock);

static gboolean
flush_locked (TfChannel *self,
              GError   **error)
{
  struct iovec part = { self->out->data, self->out->len };

  if (self->out_error != NULL)
    {
      if (error != NULL)
        *error = g_error_copy (self->out_error);
      return FALSE;
    }

  if (self->out->len == 0)
    return TRUE;
  if (!write_locked (self, &part, 1, -1, error))
    return FALSE;

  g_byte_array_set_size (self->out, 0);
  return TRUE;
}

/* The header, the body, the bulk. */
static gboolean
send_locked (TfChannel           *self,
             const TfFrameHeader *header,
             struct iovec        *parts,
             int                  bulk_fd,
             TfSendWhen           when,
             GError             **error) TF_CALLER_HOLDS (self->lock);

static gboolean
send_locked (TfChannel           *self,
             const TfFrameHeader *header,
             struct iovec        *parts,
             int                  bulk_fd,
             TfSendWhen           when,
             GError             **error)
{
  gboolean is_large = parts[1].iov_len + parts[2].iov_len >= OUT_SIZE || bulk_fd >= 0;

  if (self->out_error == NULL && self->end != TF_WIRE_TO_PROGRAM &&
      !tf__wire_is_within (header, &self->limits))
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
                           "This is larger than what the program accepts of a worker");
      return FALSE;
    }

  if (self->out_error == NULL && !is_large)
    {
      g_byte_array_append (self->out, parts[0].iov_base, (guint) parts[0].iov_len);
      g_byte_array_append (self->out, parts[1].iov_base, (guint) parts[1].iov_len);
      g_byte_array_append (self->out, parts[2].iov_base, (guint) parts[2].iov_len);
      if (self->out->len < OUT_SIZE &&
          (when == TF_SEND_WITH_NEXT ||
           (when == TF_SEND_SOON && g_get_monotonic_time () - self->out_us < SOON_US)))
        return TRUE;
    }

  return flush_locked (self, error) &&
         (!is_large || write_locked (self, parts, 3, bulk_fd, error));
}

gboolean
tf__channel_send (TfChannel  *self,
                  TfFrameType type,
                  guint64     job,
                  GVariant   *body,
                  GBytes     *bulk,
                  int         bulk_fd,
                  guint64     bulk_size,
                  TfSendWhen  when,
                  GError    **error)
{
  g_autoptr (GBytes) bytes = tf__wire_pack_body (body);
  TfFrameHeader      header = { .type = (guint16) type, .job = job };
  guint8             head[TF_WIRE_HEADER_SIZE + TF_WIRE_BULK_SIZE];
  struct iovec       parts[3] = { { head, 0 } };
  gboolean           is_sent;

  parts[1].iov_base = (gpointer) g_bytes_get_data (bytes, &parts[1].iov_len);
  if (bulk != NULL)
    {
      parts[2].iov_base = (gpointer) g_bytes_get_data (bulk, &parts[2].iov_len);
      bulk_size = parts[2].iov_len;
      bulk_fd = -1;
    }

  if (parts[1].iov_len > TF_WIRE_MAX_BODY || bulk_size > TF_WIRE_MAX_BULK)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
                           "This is too large to travel to another process");
      return FALSE;
    }

  header.body_size = (guint32) parts[1].iov_len;
  if (bulk != NULL || bulk_fd >= 0)
    {
      header.flags = TF_FRAME_HAS_BULK | (bulk_fd >= 0 ? TF_FRAME_BULK_IS_FD : 0);
      header.bulk_size = bulk_size;
    }
  parts[0].iov_len = tf__wire_pack_header (&header, head);

  if (!tf__channel_check_process (self, error))
    return FALSE;

  tf__lock (&self->lock);
  is_sent = send_locked (self, &header, parts, bulk_fd, when, error);
  tf__unlock (&self->lock);
  return is_sent;
}

gboolean
tf__channel_flush (TfChannel *self,
                   GError   **error)
{
  gboolean is_flushed;

  if (!tf__channel_check_process (self, error))
    return FALSE;

  tf__lock (&self->lock);
  is_flushed = flush_locked (self, error);
  tf__unlock (&self->lock);
  return is_flushed;
}

/* The frame comes after what was kept back. If some of it is written, the rest is kept. */
static gboolean
try_send_locked (TfChannel    *self,
                 const guint8 *frame,
                 gsize         size) TF_CALLER_HOLDS (self->lock);

static gboolean
try_send_locked (TfChannel    *self,
                 const guint8 *frame,
                 gsize         size)
{
  guint        n_before = self->out->len;
  struct iovec part;
  gssize       n;

  if (self->out_error != NULL)
    return FALSE;

  g_byte_array_append (self->out, frame, (guint) size);
  part = (struct iovec){ self->out->data, self->out->len };
  do
    n = send_some (self->fd, &part, 1, -1, MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);

  if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
    return break_locked (self, errno, NULL);
  if (n <= (gssize) n_before)
    g_byte_array_set_size (self->out, n_before);
  if (n > 0)
    {
      g_byte_array_remove_range (self->out, 0, (guint) n);
      self->out_us = g_get_monotonic_time ();
    }

  return n > (gssize) n_before;
}

/* The analysis does not know of trying. */
TF__ATTR (no_thread_safety_analysis)
gboolean
tf__channel_try_send (TfChannel  *self,
                      TfFrameType type,
                      guint64     job,
                      GVariant   *body)
{
  g_autoptr (GBytes) bytes = tf__wire_pack_body (body);
  guint8             frame[TF_WIRE_HEADER_SIZE + TF_WIRE_BULK_SIZE] = { 0 };
  TfFrameHeader      header = { .type = (guint16) type, .job = job };
  gsize              body_size;
  const guint8      *contents = g_bytes_get_data (bytes, &body_size);
  gsize              size;
  gboolean           is_sent;

  header.body_size = (guint32) body_size;
  size = tf__wire_pack_header (&header, frame);
  g_return_val_if_fail (body_size <= sizeof frame - size, FALSE);
  memcpy (frame + size, contents, body_size);

  /* Who holds it may be waiting for room. */
  if (!tf__channel_check_process (self, NULL) || !g_mutex_trylock (&self->lock.mutex))
    return FALSE;

  is_sent = try_send_locked (self, frame, size + body_size);
  g_mutex_unlock (&self->lock.mutex);
  return is_sent;
}
