/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-clock-private.h"
#include "process/tf-bulk-private.h"
#include "process/tf-channel-private.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <tf/tf-error.h>
#include <unistd.h>

/* From this size on the bytes are read straight to where they stay. */
#define DIRECT_SIZE (TF_CHANNEL_IN_SIZE / 2)

/* Up to this size a body is compared with the last one before it is read. */
#define SAME_SIZE 512

typedef struct
{
  gint64 spin_us;
  gint64 deadline_us;
} Patience;

static gboolean
fail (GError    **error,
      const char *reason)
{
  g_set_error_literal (error, TF_ERROR, TF_ERROR_PROTOCOL, reason);
  return FALSE;
}

/* What came in */

void
tf__frame_clear (TfFrame *self)
{
  g_clear_pointer (&self->body, g_variant_unref);
  g_clear_pointer (&self->bulk, g_bytes_unref);
}

static void
close_fd (int *fd)
{
  if (*fd >= 0)
    close (*fd);
  *fd = -1;
}

static void
forget_frame (TfChannel *self)
{
  g_clear_pointer (&self->body, g_free);
  tf__bulk_free (g_steal_pointer (&self->bulk), self->header.bulk_size);
  close_fd (&self->bulk_fd);
  self->n_body = 0;
  self->n_bulk = 0;
  self->has_header = FALSE;
}

void
tf__channel_forget_incoming (TfChannel *self)
{
  forget_frame (self);
  while (self->n_fds > 0)
    close_fd (&self->fds[--self->n_fds]);
}

/* Receiving */

static gboolean
keep_fds (TfChannel     *self,
          struct msghdr *message,
          GError       **error)
{
  gboolean is_fine = (message->msg_flags & MSG_CTRUNC) == 0;

  for (struct cmsghdr *control = CMSG_FIRSTHDR (message); control != NULL;
       control = CMSG_NXTHDR (message, control))
    {
      gsize n = (control->cmsg_len - CMSG_LEN (0)) / sizeof (int);

      if (control->cmsg_level != SOL_SOCKET || control->cmsg_type != SCM_RIGHTS)
        continue;

      for (gsize i = 0; i < n; i++)
        {
          int fd;

          memcpy (&fd, CMSG_DATA (control) + i * sizeof fd, sizeof fd);
          if (self->n_fds < G_N_ELEMENTS (self->fds))
            {
              self->fds[self->n_fds++] = fd;
              continue;
            }

          close (fd);
          is_fine = FALSE;
        }
    }

  return is_fine || fail (error, "Descriptors came that no frame can want");
}

/* At the deadline FALSE. */
static gboolean
wait_for_input (TfChannel      *self,
                const Patience *patience,
                GError        **error)
{
  struct pollfd input = { self->fd, POLLIN, 0 };
  gint64        sleep_us;
  int           sleep_ms = -1;

  if (patience->deadline_us != G_MAXINT64)
    {
      if (tf__clock_now () >= patience->deadline_us)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                               "The other process has not written in time");
          return FALSE;
        }

      sleep_us = tf__clock_get_sleep (patience->deadline_us);
      sleep_ms = sleep_us / 1000 < G_MAXINT ? (int) ((sleep_us + 999) / 1000) : G_MAXINT;
    }

  /* Whatever it says: the next look tells. */
  tf__store (&self->is_asleep, TRUE);
  poll (&input, 1, sleep_ms);
  tf__store (&self->is_asleep, FALSE);
  return TRUE;
}

/* The receiver wakes up before it reads. So if the socket is empty because of that, the receiver is awake here, or has
 * passed on what it read. */
gboolean
tf__channel_is_arriving (TfChannel *self)
{
  struct pollfd input = { self->fd, POLLIN, 0 };

  return poll (&input, 1, 0) != 0 || !tf__load (&self->is_asleep);
}

gboolean
tf__channel_has_frame (TfChannel *self)
{
  const guint8 *in = self->in + self->in_first;
  guint64       n_there = self->in_last - self->in_first;
  guint64       size = TF_WIRE_HEADER_SIZE;
  TfFrameHeader header;

  if (self->in_error != NULL)
    return TRUE;
  if (self->has_header || n_there < size)
    return FALSE;
  /* What is wrong with it comes to light without waiting. */
  if (!tf__wire_unpack_header (in, self->end, &header, NULL))
    return TRUE;

  if ((header.flags & TF_FRAME_HAS_BULK) != 0)
    {
      size += TF_WIRE_BULK_SIZE;
      if (n_there < size)
        return FALSE;
      if (!tf__wire_unpack_bulk_size (in + TF_WIRE_HEADER_SIZE, &header, NULL))
        return TRUE;
      if ((header.flags & TF_FRAME_BULK_IS_FD) == 0)
        size += header.bulk_size;
    }

  return n_there >= size + header.body_size;
}

gboolean
tf__channel_is_silent (TfChannel *self)
{
  struct pollfd input = { self->fd, POLLIN, 0 };
  int           n;

  if (self->in_error != NULL || self->has_header || self->in_first < self->in_last ||
      self->n_fds > 0)
    return FALSE;

  do
    n = poll (&input, 1, 0);
  while (n < 0 && errno == EINTR);

  return n == 0;
}

gboolean
tf__channel_wait (TfChannel *self,
                  gint64     spin_us,
                  int        timeout_ms)
{
  struct pollfd input = { self->fd, POLLIN, 0 };
  gint64        spin_end_us;
  int           n;

  if (tf__channel_has_frame (self))
    return TRUE;

  spin_end_us = g_get_monotonic_time () + spin_us;
  while ((n = poll (&input, 1, 0)) == 0 && g_get_monotonic_time () < spin_end_us)
    g_thread_yield ();

  return n != 0 || poll (&input, 1, timeout_ms) != 0;
}

static gssize
look (TfChannel *self,
      guint8    *to,
      gsize      size,
      int        flags,
      GError   **error)
{
  union
  {
    struct cmsghdr head;
    guint8         space[CMSG_SPACE (sizeof (int) * G_N_ELEMENTS (self->fds))];
  } control;
  struct iovec  part = { to, size };
  struct msghdr message = { 0 };
  gssize        n;

  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = &control;
  message.msg_controllen = sizeof control.space;
  n = recvmsg (self->fd, &message, flags | MSG_CMSG_CLOEXEC);
  if (n < 0)
    return -1;
  /* Where none could be opened, there is no more than the flag. */
  if ((message.msg_controllen > 0 || (message.msg_flags & MSG_CTRUNC) != 0) &&
      !keep_fds (self, &message, error))
    return -1;

  return n;
}

/* Waits for something: how much it was, 0 at the end, -1 with an error. */
static gssize
receive_some (TfChannel      *self,
              guint8         *to,
              gsize           size,
              const Patience *patience,
              GError        **error)
{
  gboolean is_spinning = patience->spin_us > 0;
  gint64   spin_end_us = 0;

  for (;;)
    {
      gboolean may_block = !is_spinning && patience->deadline_us == G_MAXINT64;
      GError  *own_error = NULL;
      gssize   n = look (self, to, size, may_block ? 0 : MSG_DONTWAIT, &own_error);

      if (n >= 0)
        return n;

      if (own_error != NULL)
        {
          g_propagate_error (error, own_error);
          return -1;
        }

      /* It was closed while something was on its way to it. */
      if (errno == ECONNRESET)
        {
          self->is_unread = TRUE;
          return 0;
        }
      if (errno == EINTR)
        continue;
      if (errno != EAGAIN && errno != EWOULDBLOCK)
        {
          g_set_error (error, G_IO_ERROR, (int) g_io_error_from_errno (errno),
                       "Cannot read from the other process: %s", g_strerror (errno));
          return -1;
        }

      if (is_spinning)
        {
          gint64 now_us = g_get_monotonic_time ();

          if (spin_end_us == 0)
            spin_end_us = now_us + patience->spin_us;
          is_spinning = now_us < spin_end_us;
          /* Its own wake-up may have put the other one, or the main loop, on the same processor. */
          g_thread_yield ();
        }
      else if (!wait_for_input (self, patience, error))
        return -1;
    }
}

static gboolean
fail_cut_off (GError **error)
{
  return fail (error, "The other process has closed the stream within a frame");
}

/* More into the buffer, of which everything may have been used. What came with that should have been used, too. */
static gssize
refill (TfChannel      *self,
        const Patience *patience,
        GError        **error)
{
  gssize n;

  if (self->in_first == self->in_last && self->n_fds > 0)
    {
      fail (error, "A descriptor came that no frame wants");
      return -1;
    }

  if (self->in_first > 0)
    memmove (self->in, self->in + self->in_first, self->in_last - self->in_first);
  self->in_last -= self->in_first;
  self->in_first = 0;

  n = receive_some (self, self->in + self->in_last, TF_CHANNEL_IN_SIZE - self->in_last, patience,
                    error);
  if (n > 0)
    self->in_last += (gsize) n;
  return n;
}

/* Waits for @size bytes in the buffer, which hold more than that. */
static gboolean
need_head (TfChannel      *self,
           gsize           size,
           const Patience *patience,
           GError        **error)
{
  while (self->in_last - self->in_first < size)
    {
      gboolean is_between = self->in_first == self->in_last;
      gssize   n = refill (self, patience, error);

      if (n < 0)
        return FALSE;
      if (n == 0 && !is_between)
        return fail_cut_off (error);
      if (n == 0)
        {
          g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CLOSED,
                               "The other process has closed the stream");
          return FALSE;
        }
    }

  return TRUE;
}

static gboolean
take_fd (TfChannel *self,
         GError   **error)
{
  if (self->n_fds == 0)
    return fail (error, "A frame came without its descriptor");

  self->bulk_fd = self->fds[0];
  self->n_fds--;
  memmove (self->fds, self->fds + 1, self->n_fds * sizeof self->fds[0]);
  return TRUE;
}

/* The receiver alone sets limits on what comes in, before that. */
TF__ATTR (no_thread_safety_analysis)
static gboolean
is_within_limits (TfChannel *self)
{
  return self->end != TF_WIRE_TO_PROGRAM || tf__wire_is_within (&self->header, &self->limits);
}

static gboolean
receive_header (TfChannel      *self,
                const Patience *patience,
                GError        **error)
{
  TfFrameHeader *header = &self->header;
  gsize          size = TF_WIRE_HEADER_SIZE;

  if (!need_head (self, size, patience, error) ||
      !tf__wire_unpack_header (self->in + self->in_first, self->end, header, error))
    return FALSE;

  if ((header->flags & TF_FRAME_HAS_BULK) != 0)
    {
      size += TF_WIRE_BULK_SIZE;
      if (!need_head (self, size, patience, error) ||
          !tf__wire_unpack_bulk_size (self->in + self->in_first + TF_WIRE_HEADER_SIZE, header,
                                      error))
        return FALSE;
    }

  /* Before there is memory for it. */
  if (!is_within_limits (self))
    return fail (error, "A frame is larger than the limits of the context");

  self->in_first += size;
  self->has_header = TRUE;
  if ((header->flags & TF_FRAME_BULK_IS_FD) != 0)
    {
      if (!take_fd (self, error))
        return FALSE;
    }
  else if (header->bulk_size > 0)
    self->bulk = tf__bulk_allocate (header->bulk_size);

  self->body = g_try_malloc (header->body_size);
  if (self->body == NULL || (self->bulk == NULL && self->bulk_fd < 0 && header->bulk_size > 0))
    return fail (error, "There is no memory for what the other process wants to send");

  return TRUE;
}

static gboolean
receive_into (TfChannel      *self,
              guint8         *to,
              gsize           size,
              gsize          *n_there,
              const Patience *patience,
              GError        **error)
{
  while (*n_there < size)
    {
      gsize  n_buffered = MIN (self->in_last - self->in_first, size - *n_there);
      gssize n;

      if (n_buffered > 0)
        {
          memcpy (to + *n_there, self->in + self->in_first, n_buffered);
          self->in_first += n_buffered;
          *n_there += n_buffered;
          continue;
        }

      if (size - *n_there < DIRECT_SIZE)
        n = refill (self, patience, error);
      else
        {
          n = receive_some (self, to + *n_there, size - *n_there, patience, error);
          *n_there += n > 0 ? (gsize) n : 0;
          if (self->n_fds > 0)
            return fail (error, "A descriptor came that no frame wants");
        }

      if (n == 0)
        return fail_cut_off (error);
      if (n < 0)
        return FALSE;
    }

  return TRUE;
}

/* FALSE if it is not what came last. */
static gboolean
is_same_body (TfChannel *self)
{
  return self->last_body != NULL && self->last_type == self->header.type &&
         g_variant_get_size (self->last_body) == self->header.body_size &&
         memcmp (g_variant_get_data (self->last_body), self->body, self->header.body_size) == 0;
}

TF__ATTR (no_thread_safety_analysis)
static gboolean
has_short_texts (TfChannel *self,
                 GVariant  *body)
{
  return self->end != TF_WIRE_TO_PROGRAM || tf__wire_has_short_texts (body, &self->limits);
}

static GVariant *
understand (TfChannel *self,
            GError   **error)
{
  const TfFrameHeader *header = &self->header;
  g_autoptr (GBytes)   bytes = NULL;
  GVariant            *body;

  if (header->body_size <= SAME_SIZE && is_same_body (self))
    return g_variant_ref (self->last_body);

  bytes = g_bytes_new_take (g_steal_pointer (&self->body), header->body_size);
  body = tf__wire_unpack_body (header, bytes, error);
  if (body != NULL && !has_short_texts (self, body))
    {
      g_clear_pointer (&body, g_variant_unref);
      fail (error, "A text is longer than the limits of the context");
    }
  if (body == NULL || header->body_size > SAME_SIZE)
    return body;

  g_clear_pointer (&self->last_body, g_variant_unref);
  self->last_body = g_variant_ref (body);
  self->last_type = header->type;
  return body;
}

/* All of it is there. */
static gboolean
finish_frame (TfChannel *self,
              TfFrame   *frame,
              GError   **error)
{
  const TfFrameHeader *header = &self->header;
  g_autoptr (GBytes)   bulk = NULL;
  GVariant            *body;

  if (self->bulk_fd >= 0)
    {
      bulk = tf__bulk_map (self->bulk_fd, header->bulk_size, error);
      if (bulk == NULL)
        return FALSE;
    }
  else if (self->bulk != NULL)
    bulk = tf__bulk_to_bytes (g_steal_pointer (&self->bulk), header->bulk_size);

  body = understand (self, error);
  if (body == NULL)
    return FALSE;

  frame->header = *header;
  frame->body = body;
  frame->bulk = g_steal_pointer (&bulk);
  return TRUE;
}

static gboolean
receive_frame (TfChannel      *self,
               const Patience *patience,
               TfFrame        *frame,
               GError        **error)
{
  gsize n_inline;

  if (!self->has_header && !receive_header (self, patience, error))
    return FALSE;

  n_inline = self->bulk == NULL ? 0 : self->header.bulk_size;
  if (!receive_into (self, self->body, self->header.body_size, &self->n_body, patience, error) ||
      !receive_into (self, self->bulk, n_inline, &self->n_bulk, patience, error) ||
      !finish_frame (self, frame, error))
    return FALSE;

  forget_frame (self);
  return TRUE;
}

gboolean
tf__channel_receive (TfChannel *self,
                     gint64     spin_us,
                     gint64     deadline_us,
                     TfFrame   *frame,
                     GError   **error)
{
  const Patience patience = { spin_us, deadline_us };
  GError        *own_error = NULL;

  if (!tf__channel_check_process (self, error))
    return FALSE;

  if (self->in_error == NULL && receive_frame (self, &patience, frame, &own_error))
    return TRUE;

  /* After all others it is not known where a frame would begin. */
  if (self->in_error == NULL && !g_error_matches (own_error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    {
      tf__channel_forget_incoming (self);
      self->in_error = g_steal_pointer (&own_error);
    }

  if (own_error != NULL)
    g_propagate_error (error, own_error);
  else if (error != NULL)
    *error = g_error_copy (self->in_error);
  return FALSE;
}
