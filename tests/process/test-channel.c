/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "tf-test-support.h"

#include "frames.h"
#include "process/tf-channel-private.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* A program and a worker, who are the same process here; and how many descriptors it had before. */
typedef struct
{
  TfChannel program;
  TfChannel worker;
  guint     n_fds;
} Pair;

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint            n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
set_up (Pair *pair)
{
  int fds[2];

  pair->n_fds = count_fds ();
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  tf__channel_init (&pair->program, fds[0], TF_WIRE_TO_PROGRAM);
  tf__channel_init (&pair->worker, fds[1], TF_WIRE_TO_WORKER);
}

static void
tear_down (Pair *pair)
{
  tf__channel_clear (&pair->program);
  tf__channel_clear (&pair->worker);
  g_assert_cmpuint (count_fds (), ==, pair->n_fds);
}

/* So that reading gets to the end of what was written. */
static void
close_writer (TfChannel *channel)
{
  g_assert_cmpint (shutdown (channel->fd, SHUT_WR), ==, 0);
}

static gboolean
send_progress (TfChannel *channel,
               gint64     step,
               TfSendWhen when)
{
  g_autoptr (GError) error = NULL;
  gboolean           is_sent =
    tf__channel_send (channel, TF_FRAME_PROGRESS, 1,
                      g_variant_new ("(xxms)", step, (gint64) 10, "x"), NULL, -1, 0, when, &error);

  g_assert_no_error (error);
  return is_sent;
}

static void
receive (TfChannel *channel,
         TfFrame   *frame)
{
  g_autoptr (GError) error = NULL;

  tf__channel_receive (channel, 0, G_MAXINT64, frame, &error);
  g_assert_no_error (error);
}

static void
assert_fails (TfChannel *channel,
              GQuark     domain,
              int        code)
{
  TfFrame frame;

  for (int i = 0; i < 2; i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_false (tf__channel_receive (channel, 0, G_MAXINT64, &frame, &error));
      g_assert_error (error, domain, code);
    }
}

static void
test_order (void)
{
  Pair    pair;
  TfFrame frame;
  gint64  step;

  g_test_summary ("Frames arrive in the order in which they were sent, soon or now.");

  set_up (&pair);
  for (gint64 i = 0; i < 100; i++)
    g_assert_true (send_progress (&pair.worker, i, i % 10 == 0 ? TF_SEND_NOW : TF_SEND_SOON));
  g_assert_true (tf__channel_flush (&pair.worker, NULL));

  for (gint64 i = 0; i < 100; i++)
    {
      receive (&pair.program, &frame);
      g_assert_cmpuint (frame.header.type, ==, TF_FRAME_PROGRESS);
      g_assert_cmpuint (frame.header.job, ==, 1);
      g_assert_null (frame.bulk);
      g_variant_get_child (frame.body, 0, "x", &step);
      g_assert_cmpint (step, ==, i);
      tf__frame_clear (&frame);
    }

  close_writer (&pair.worker);
  assert_fails (&pair.program, G_IO_ERROR, G_IO_ERROR_CLOSED);
  tear_down (&pair);
}

static void
write_part (TfChannel        *channel,
            const GByteArray *bytes,
            gsize             first,
            gsize             last)
{
  g_assert_cmpint (write (channel->fd, bytes->data + first, last - first), ==, last - first);
}

static void
receive_result (TfChannel *channel,
                gboolean   has_more)
{
  TfFrame frame;

  receive (channel, &frame);
  g_assert_cmpuint (frame.header.type, ==, TF_FRAME_RESULT);
  tf__frame_clear (&frame);
  g_assert_cmpint (tf__channel_has_frame (channel), ==, has_more);
}

static void
check_has_frame (TfChannel        *from,
                 TfChannel        *to,
                 const GByteArray *bytes,
                 gsize             n_first)
{
  write_part (from, bytes, 0, bytes->len);
  write_part (from, bytes, 0, n_first);
  receive_result (to, FALSE);
  write_part (from, bytes, n_first, bytes->len);
  receive_result (to, FALSE);
}

static void
test_has_frame (void)
{
  static const guint8    bulk[] = { 3, 0, 0, 0, 0, 0, 0, 0 };
  g_autoptr (GByteArray) plain = NULL;
  g_autoptr (GByteArray) bulky = g_byte_array_new ();
  Pair                   pair;

  g_test_summary ("A channel has a frame if all of it was read, not only a part.");

  set_up (&pair);
  for (gsize i = 0; plain == NULL; i++)
    plain = samples[i].type == TF_FRAME_RESULT ? make_sample_bytes (&samples[i]) : NULL;
  g_byte_array_append (bulky, plain->data, plain->len);
  bulky->data[6] = TF_FRAME_HAS_BULK;
  g_byte_array_set_size (bulky, TF_WIRE_HEADER_SIZE);
  g_byte_array_append (bulky, bulk, sizeof bulk);
  g_byte_array_append (bulky, plain->data + TF_WIRE_HEADER_SIZE, plain->len - TF_WIRE_HEADER_SIZE);
  g_byte_array_append (bulky, bulk, 3);

  for (gsize n = 0; n < plain->len; n++)
    check_has_frame (&pair.worker, &pair.program, plain, n);
  for (gsize n = 0; n < bulky->len; n++)
    check_has_frame (&pair.worker, &pair.program, bulky, n);

  write_part (&pair.worker, plain, 0, plain->len);
  write_part (&pair.worker, bulky, 0, bulky->len);
  write_part (&pair.worker, plain, 0, plain->len);
  receive_result (&pair.program, TRUE);
  receive_result (&pair.program, TRUE);
  receive_result (&pair.program, FALSE);
  tear_down (&pair);
}

/* Bulk of any size, in a thread, because nobody reads meanwhile. */
typedef struct
{
  TfChannel *channel;
  GBytes    *bulk;
  int        fd;
} Bulk;

static gpointer
send_bulk (gpointer data)
{
  Bulk              *bulk = data;
  g_autoptr (GError) error = NULL;

  tf__channel_send (bulk->channel, TF_FRAME_RESULT, 7,
                    g_variant_new ("(sv)", "GBytes", g_variant_new_string ("ay")),
                    bulk->fd < 0 ? bulk->bulk : NULL, bulk->fd, g_bytes_get_size (bulk->bulk),
                    TF_SEND_NOW, &error);
  g_assert_no_error (error);
  return NULL;
}

static GBytes *
make_bytes (gsize size)
{
  guint8 *data = g_malloc (size);

  for (gsize i = 0; i < size; i++)
    data[i] = (guint8) (i * 7 + i / 251);
  return g_bytes_new_take (data, size);
}

static void
check_bulk (gsize size)
{
  Pair               pair;
  TfFrame            frame;
  g_autoptr (GBytes) bytes = make_bytes (size);
  Bulk               bulk = { &pair.worker, bytes, -1 };
  GThread           *thread;

  set_up (&pair);
  send_progress (&pair.worker, 1, TF_SEND_SOON);
  send_progress (&pair.worker, 2, TF_SEND_SOON);
  thread = g_thread_new ("bulk", send_bulk, &bulk);
  for (int i = 0; i < 2; i++)
    {
      receive (&pair.program, &frame);
      tf__frame_clear (&frame);
    }

  receive (&pair.program, &frame);
  g_assert_cmpuint (frame.header.bulk_size, ==, size);
  g_assert_true (g_bytes_equal (frame.bulk, bytes));
  tf__frame_clear (&frame);
  g_thread_join (thread);
  tear_down (&pair);
}

static void
test_bulk (void)
{
  g_test_summary ("Bulk of any size arrives as it is.");

  check_bulk (1);
  check_bulk (1000);
  check_bulk (64 * 1024 - 100);
  check_bulk (64 * 1024);
  check_bulk (1000 * 1000);
  check_bulk ((gsize) tf_test_scale (100) * 1000 * 1000);
}

static int
make_memfd (GBytes *bytes,
            int     seals)
{
  gsize         size;
  gconstpointer data = g_bytes_get_data (bytes, &size);
  int           fd = memfd_create ("bulk", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  g_assert_cmpint (fd, >=, 0);
  for (gsize n = 0; n < size;)
    {
      gssize written = write (fd, (const guint8 *) data + n, size - n);

      g_assert_cmpint (written, >, 0);
      n += (gsize) written;
    }
  if (seals != 0)
    g_assert_cmpint (fcntl (fd, F_ADD_SEALS, seals), ==, 0);
  return fd;
}

#define ALL_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

static void
check_memfd (gsize size)
{
  Pair               pair;
  TfFrame            frame;
  g_autoptr (GBytes) bytes = make_bytes (size);
  g_autoptr (GBytes) kept = NULL;
  Bulk               bulk = { &pair.worker, bytes, make_memfd (bytes, ALL_SEALS) };

  set_up (&pair);
  pair.n_fds--; /* that of the memfd */
  for (int i = 0; i < 3; i++)
    {
      send_progress (&pair.worker, i, TF_SEND_SOON);
      send_bulk (&bulk);
    }
  send_progress (&pair.worker, 3, TF_SEND_NOW);
  close (bulk.fd);

  for (int i = 0; i < 3; i++)
    {
      receive (&pair.program, &frame);
      g_assert_null (frame.bulk);
      tf__frame_clear (&frame);
      receive (&pair.program, &frame);
      g_assert_cmpuint (frame.header.flags, ==, TF_FRAME_HAS_BULK | TF_FRAME_BULK_IS_FD);
      g_assert_true (g_bytes_equal (frame.bulk, bytes));
      g_clear_pointer (&kept, g_bytes_unref);
      kept = g_bytes_ref (frame.bulk);
      tf__frame_clear (&frame);
    }
  receive (&pair.program, &frame);
  tf__frame_clear (&frame);
  tear_down (&pair);
  g_assert_true (g_bytes_equal (kept, bytes));
}

static void
test_memfd (void)
{
  g_test_summary ("Bulk in a sealed memfd arrives as it is, and outlives the channel.");

  check_memfd (1);
  check_memfd (5000);
  check_memfd ((gsize) tf_test_scale (100) * 1000 * 1000);
}

/* What is kept back */

static guint
count_waiting (Pair *pair)
{
  g_autofree guint8 *bytes = g_malloc (1000 * 1000);
  gssize             n = recv (pair->program.fd, bytes, 1000 * 1000, MSG_PEEK | MSG_DONTWAIT);

  return n < 0 ? 0 : (guint) n;
}

static void
test_soon (void)
{
  Pair    pair;
  TfFrame frame;
  guint   n_frames = 0;
  guint   n_waiting;

  g_test_summary (
    "What may wait comes with others: when enough have come, with a flush, with what may not.");

  set_up (&pair);
  g_assert_true (tf__channel_flush (&pair.worker, NULL));
  /* As if something were written all the time. */
  pair.worker.out_us = G_MAXINT64;
  while (count_waiting (&pair) == 0)
    {
      send_progress (&pair.worker, ++n_frames, TF_SEND_SOON);
      pair.worker.out_us = G_MAXINT64;
    }
  g_assert_cmpuint (n_frames, >, 100);
  n_waiting = count_waiting (&pair);

  send_progress (&pair.worker, ++n_frames, TF_SEND_SOON);
  g_assert_cmpuint (count_waiting (&pair), ==, n_waiting);
  g_assert_true (tf__channel_flush (&pair.worker, NULL));
  g_assert_cmpuint (count_waiting (&pair), >, n_waiting);
  n_waiting = count_waiting (&pair);

  pair.worker.out_us = G_MAXINT64;
  send_progress (&pair.worker, ++n_frames, TF_SEND_SOON);
  g_assert_cmpuint (count_waiting (&pair), ==, n_waiting);
  send_progress (&pair.worker, ++n_frames, TF_SEND_NOW);
  n_waiting = count_waiting (&pair);

  /* A long time later. */
  pair.worker.out_us = 0;
  send_progress (&pair.worker, ++n_frames, TF_SEND_SOON);
  g_assert_cmpuint (count_waiting (&pair), >, n_waiting);

  for (guint i = 0; i < n_frames; i++)
    {
      receive (&pair.program, &frame);
      tf__frame_clear (&frame);
    }
  tear_down (&pair);
}

/* What is not a frame */

static void
write_raw (TfChannel    *channel,
           const guint8 *data,
           gsize         size,
           const int    *fds,
           guint         n_fds)
{
  union
  {
    struct cmsghdr head;
    guint8         space[CMSG_SPACE (sizeof (int) * 16)];
  } control = { { 0 } };
  struct iovec  part = { (gpointer) data, size };
  struct msghdr message = { 0 };

  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (n_fds > 0)
    {
      control.head.cmsg_level = SOL_SOCKET;
      control.head.cmsg_type = SCM_RIGHTS;
      control.head.cmsg_len = CMSG_LEN (sizeof (int) * n_fds);
      memcpy (CMSG_DATA (&control.head), fds, sizeof (int) * n_fds);
      message.msg_control = &control;
      message.msg_controllen = CMSG_SPACE (sizeof (int) * n_fds);
    }

  g_assert_cmpint (sendmsg (channel->fd, &message, MSG_NOSIGNAL), ==, (gssize) size);
}

/* A frame with bulk that is inline, or that says that it is not. */
static GByteArray *
make_bulk_frame (guint   flags,
                 guint64 bulk_size)
{
  GByteArray        *bytes = g_byte_array_new ();
  guint8             head[TF_WIRE_HEADER_SIZE + TF_WIRE_BULK_SIZE];
  g_autoptr (GBytes) body =
    tf__wire_pack_body (g_variant_new ("(sv)", "GBytes", g_variant_new_string ("ay")));
  TfFrameHeader header = {
    .body_size = (guint32) g_bytes_get_size (body),
    .type = TF_FRAME_RESULT,
    .flags = (guint16) flags,
    .job = 1,
    .bulk_size = bulk_size,
  };

  g_byte_array_append (bytes, head, (guint) tf__wire_pack_header (&header, head));
  g_byte_array_append (bytes, g_bytes_get_data (body, NULL), header.body_size);
  if (flags == TF_FRAME_HAS_BULK && bulk_size < 1000 * 1000)
    {
      g_autoptr (GBytes) bulk = make_bytes (bulk_size);

      g_byte_array_append (bytes, g_bytes_get_data (bulk, NULL), (guint) bulk_size);
    }
  return bytes;
}

static void
check_cut_off (GByteArray *bytes,
               TfWireEnd   end)
{
  for (guint n = 0; n <= bytes->len; n++)
    {
      Pair    pair;
      TfFrame frame;

      set_up (&pair);
      pair.program.end = end;
      write_raw (&pair.worker, bytes->data, n, NULL, 0);
      close_writer (&pair.worker);
      if (n == bytes->len)
        {
          receive (&pair.program, &frame);
          tf__frame_clear (&frame);
        }

      if (n == 0 || n == bytes->len)
        assert_fails (&pair.program, G_IO_ERROR, G_IO_ERROR_CLOSED);
      else
        assert_fails (&pair.program, TF_ERROR, TF_ERROR_PROTOCOL);
      tear_down (&pair);
    }
}

static void
test_cut_off (void)
{
  g_autoptr (GByteArray) bulk = make_bulk_frame (TF_FRAME_HAS_BULK, 10);

  g_test_summary (
    "A stream that ends within a frame, at any byte, is an error; between two it is the end.");

  for (gsize i = 0; i < G_N_ELEMENTS (samples); i++)
    {
      g_autoptr (GByteArray) bytes = make_sample_bytes (&samples[i]);

      check_cut_off (bytes, samples[i].end);
    }
  check_cut_off (bulk, TF_WIRE_TO_PROGRAM);
}

static void
test_pieces (void)
{
  Pair        pair;
  TfFrame     frame;
  GByteArray *bytes;

  g_test_summary ("What a deadline interrupts goes on with the next call, at any byte.");

  set_up (&pair);
  for (int i = 0; i < 2; i++)
    {
      bytes = make_bulk_frame (TF_FRAME_HAS_BULK, 10);
      for (guint n = 0; n < bytes->len; n++)
        {
          g_autoptr (GError) error = NULL;

          g_assert_false (tf__channel_receive (&pair.program, 10, 0, &frame, &error));
          g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
          write_raw (&pair.worker, bytes->data + n, 1, NULL, 0);
        }
      g_assert_true (tf__channel_receive (&pair.program, 0, 0, &frame, NULL));
      g_assert_cmpuint (g_bytes_get_size (frame.bulk), ==, 10);
      tf__frame_clear (&frame);
      g_byte_array_unref (bytes);
    }
  tear_down (&pair);
}

static void
test_deadline (void)
{
  Pair               pair;
  TfFrame            frame;
  gint64             begin_us = g_get_monotonic_time ();
  g_autoptr (GError) error = NULL;

  g_test_summary ("A receiver waits no longer than to its deadline.");

  set_up (&pair);
  g_assert_false (tf__channel_receive (&pair.program, 0, begin_us + 3000, &frame, &error));
  g_assert_error (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
  g_assert_cmpint (g_get_monotonic_time (), >=, begin_us + 3000);
  send_progress (&pair.worker, 1, TF_SEND_NOW);
  g_assert_true (tf__channel_receive (&pair.program, 1000 * 1000, G_MAXINT64, &frame, NULL));
  tf__frame_clear (&frame);
  tear_down (&pair);
}

static void
test_not_blocking (void)
{
  Pair               pair;
  TfFrame            frame;
  g_autoptr (GBytes) bytes = make_bytes (1000 * 1000);
  Bulk               bulk = { &pair.worker, bytes, -1 };
  GThread           *thread;

  g_test_summary ("Both ends wait, also where the descriptors themselves do not.");

  set_up (&pair);
  g_assert_cmpint (fcntl (pair.program.fd, F_SETFL, O_NONBLOCK), ==, 0);
  g_assert_cmpint (fcntl (pair.worker.fd, F_SETFL, O_NONBLOCK), ==, 0);
  thread = g_thread_new ("bulk", send_bulk, &bulk);
  receive (&pair.program, &frame);
  g_assert_true (g_bytes_equal (frame.bulk, bytes));
  tf__frame_clear (&frame);
  g_thread_join (thread);
  tear_down (&pair);
}

static void
test_refused (void)
{
  Pair                   pair;
  g_autoptr (GByteArray) bad = make_bulk_frame (TF_FRAME_HAS_BULK, 10);

  g_test_summary ("After what is not a frame nothing is read any more.");

  set_up (&pair);
  bad->data[6] = 0x80;
  write_raw (&pair.worker, bad->data, bad->len, NULL, 0);
  send_progress (&pair.worker, 1, TF_SEND_NOW);
  assert_fails (&pair.program, TF_ERROR, TF_ERROR_PROTOCOL);
  tear_down (&pair);

  /* The other end's frames. */
  set_up (&pair);
  send_progress (&pair.program, 1, TF_SEND_NOW);
  assert_fails (&pair.worker, TF_ERROR, TF_ERROR_PROTOCOL);
  tear_down (&pair);
}

static void
test_huge (void)
{
  Pair                   pair;
  TfFrame                frame;
  g_autoptr (GByteArray) bytes = make_bulk_frame (TF_FRAME_HAS_BULK, TF_WIRE_MAX_BULK);
  g_autoptr (GByteArray) beyond = make_bulk_frame (TF_FRAME_HAS_BULK, TF_WIRE_MAX_BULK + 1);
  g_autoptr (GError)     error = NULL;

  g_test_summary ("Bulk that is announced, and does not come, uses no memory.");

  set_up (&pair);
  write_raw (&pair.worker, bytes->data, bytes->len, NULL, 0);
  g_assert_false (tf__channel_receive (&pair.program, 0, 0, &frame, &error));
  if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_assert_error (error, TF_ERROR, TF_ERROR_PROTOCOL);
  tear_down (&pair);

  set_up (&pair);
  write_raw (&pair.worker, beyond->data, beyond->len, NULL, 0);
  assert_fails (&pair.program, TF_ERROR, TF_ERROR_PROTOCOL);
  tear_down (&pair);
}

static gpointer
send_failure (gpointer data)
{
  g_autofree char *text = g_strnfill (1000 * 1000, 'x');

  g_assert_true (tf__channel_send (data, TF_FRAME_FAILURE, 1,
                                   g_variant_new ("(sss)", "a", "b", text), NULL, -1, 0,
                                   TF_SEND_SOON, NULL));
  return NULL;
}

static void
test_large_body (void)
{
  Pair               pair;
  TfFrame            frame;
  const char        *text;
  GThread           *thread;
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (TF_WIRE_MAX_BODY), TF_WIRE_MAX_BODY);
  g_autoptr (GError) error = NULL;
  GVariant          *body;

  g_test_summary (
    "A body may be large; one that is too large is not sent, and nothing else suffers.");

  set_up (&pair);
  body = g_variant_new_from_bytes (G_VARIANT_TYPE_BYTESTRING, bytes, TRUE);
  g_assert_false (tf__channel_send (&pair.worker, TF_FRAME_RESULT, 1,
                                    g_variant_new ("(sv)", "x", body), NULL, -1, 0, TF_SEND_NOW,
                                    &error));
  g_assert_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE);

  thread = g_thread_new ("failure", send_failure, &pair.worker);
  receive (&pair.program, &frame);
  g_variant_get_child (frame.body, 2, "&s", &text);
  g_assert_cmpuint (strlen (text), ==, 1000 * 1000);
  tf__frame_clear (&frame);
  g_thread_join (thread);
  tear_down (&pair);
}

/* Descriptors */

static void
check_fds (GByteArray *bytes,
           const int  *fds,
           guint       n_fds)
{
  Pair pair;

  set_up (&pair);
  write_raw (&pair.worker, bytes->data, bytes->len, fds, n_fds);
  send_progress (&pair.worker, 1, TF_SEND_NOW);
  close_writer (&pair.worker);
  for (;;)
    {
      TfFrame            frame;
      g_autoptr (GError) error = NULL;

      if (tf__channel_receive (&pair.program, 0, G_MAXINT64, &frame, &error))
        {
          tf__frame_clear (&frame);
          continue;
        }

      g_assert_error (error, TF_ERROR, TF_ERROR_PROTOCOL);
      break;
    }
  tear_down (&pair);
}

static void
test_wrong_fds (void)
{
  const guint            flags = TF_FRAME_HAS_BULK | TF_FRAME_BULK_IS_FD;
  g_autoptr (GBytes)     bytes = make_bytes (5000);
  g_autoptr (GByteArray) frame = make_bulk_frame (flags, 5000);
  g_autoptr (GByteArray) longer = make_bulk_frame (flags, 5001);
  g_autoptr (GByteArray) plain = make_sample_bytes (&samples[1]);
  g_autoptr (GByteArray) inlined = make_bulk_frame (TF_FRAME_HAS_BULK, 10);
  const int              good = make_memfd (bytes, ALL_SEALS);
  const int              bad[] = {
                 make_memfd (bytes, 0),
                 make_memfd (bytes, F_SEAL_SHRINK | F_SEAL_GROW),
                 make_memfd (bytes, F_SEAL_SHRINK | F_SEAL_WRITE),
                 make_memfd (bytes, F_SEAL_GROW | F_SEAL_WRITE),
                 open ("/dev/null", O_RDONLY | O_CLOEXEC),
  };
  const int many[] = { good, good, good, good, good, good };

  g_test_summary (
    "Descriptors that are no sealed memfd, that nobody wants, or that are missing, are an error.");

  check_fds (frame, NULL, 0);
  check_fds (longer, &good, 1);
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      check_fds (frame, &bad[i], 1);
      close (bad[i]);
    }
  check_fds (plain, &good, 1);
  check_fds (inlined, &good, 1);
  check_fds (frame, many, 2);
  check_fds (frame, many, 4);
  check_fds (frame, many, 5);
  check_fds (plain, many, 6);
  close (good);
}

static void
test_fds_in_bulk (void)
{
  Pair                   pair;
  g_autoptr (GBytes)     bytes = make_bytes (10);
  g_autoptr (GByteArray) frame = make_bulk_frame (TF_FRAME_HAS_BULK, 70000);
  const int              fd = make_memfd (bytes, ALL_SEALS);

  g_test_summary (
    "A descriptor in the middle of bulk is an error, even if the next frame wants one.");

  set_up (&pair);
  write_raw (&pair.worker, frame->data, 1000, NULL, 0);
  write_raw (&pair.worker, frame->data + 1000, frame->len - 1000, &fd, 1);
  assert_fails (&pair.program, TF_ERROR, TF_ERROR_PROTOCOL);
  tear_down (&pair);
  close (fd);
}

/* The end */

static void
test_gone (void)
{
  Pair               pair;
  g_autoptr (GError) error = NULL;

  g_test_summary ("Writing to who has gone is an error, and no signal; so is everything after it.");

  set_up (&pair);
  tf__channel_clear (&pair.program);
  tf__channel_init (&pair.program, -1, TF_WIRE_TO_PROGRAM);
  for (int i = 0; i < 2; i++)
    {
      g_clear_error (&error);
      g_assert_false (tf__channel_send (&pair.worker, TF_FRAME_READY, 0, g_variant_new ("()"), NULL,
                                        -1, 0, TF_SEND_NOW, &error));
      g_assert_error (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE);
    }
  g_assert_false (tf__channel_flush (&pair.worker, NULL));
  g_assert_false (tf__channel_try_send (&pair.worker, TF_FRAME_READY, 0, g_variant_new ("()")));
  tear_down (&pair);

  set_up (&pair);
  tf__channel_clear (&pair.program);
  tf__channel_init (&pair.program, -1, TF_WIRE_TO_PROGRAM);
  g_assert_false (tf__channel_try_send (&pair.worker, TF_FRAME_READY, 0, g_variant_new ("()")));
  tear_down (&pair);
}

static void
test_unread (void)
{
  Pair    pair;
  TfFrame frame;

  g_test_summary (
    "Who has gone with something unread has ended the stream, and what was sent before arrives.");

  set_up (&pair);
  g_assert_true (tf__channel_try_send (&pair.program, TF_FRAME_QUIT, 0, g_variant_new ("()")));
  send_progress (&pair.worker, 1, TF_SEND_NOW);
  tf__channel_clear (&pair.worker);
  tf__channel_init (&pair.worker, -1, TF_WIRE_TO_WORKER);
  receive (&pair.program, &frame);
  tf__frame_clear (&frame);
  assert_fails (&pair.program, G_IO_ERROR, G_IO_ERROR_CLOSED);
  tear_down (&pair);
}

static void
test_try_send (void)
{
  Pair    pair;
  TfFrame frame;
  guint64 n_sent = 0;

  g_test_summary ("Trying to send does not wait, and cuts nothing off.");

  set_up (&pair);
  pair.worker.end = TF_WIRE_TO_WORKER_CONTROL;
  for (int i = 0; i < 2; i++)
    {
      guint64 n_before = n_sent;

      while (
        tf__channel_try_send (&pair.program, TF_FRAME_CANCEL, n_sent + 1, g_variant_new ("()")))
        n_sent++;
      g_assert_cmpuint (n_sent, >, n_before);
      for (guint64 job = n_before + 1; job <= n_sent; job++)
        {
          if (job == n_sent)
            g_assert_true (tf__channel_flush (&pair.program, NULL));
          receive (&pair.worker, &frame);
          g_assert_cmpuint (frame.header.job, ==, job);
          tf__frame_clear (&frame);
        }
    }

  /* Behind what was kept back; and not while somebody else is writing. */
  tf__lock (&pair.program.lock);
  g_assert_false (tf__channel_try_send (&pair.program, TF_FRAME_CANCEL, 1, g_variant_new ("()")));
  tf__unlock (&pair.program.lock);
  pair.program.out_us = G_MAXINT64;
  g_assert_true (tf__channel_send (&pair.program, TF_FRAME_CANCEL, 5, g_variant_new ("()"), NULL,
                                   -1, 0, TF_SEND_SOON, NULL));
  g_assert_true (tf__channel_try_send (&pair.program, TF_FRAME_CANCEL, 6, g_variant_new ("()")));
  for (guint64 job = 5; job <= 6; job++)
    {
      receive (&pair.worker, &frame);
      g_assert_cmpuint (frame.header.job, ==, job);
      tf__frame_clear (&frame);
    }
  tear_down (&pair);
}

/* Several threads */

#define N_SENDERS 4

typedef struct
{
  TfChannel *channel;
  guint64    job;
  guint      n;
} Sender;

static gpointer
send_many (gpointer data)
{
  Sender            *sender = data;
  g_autoptr (GBytes) bulk = make_bytes (100 * 1000);

  for (guint i = 0; i < sender->n; i++)
    {
      gboolean  has_bulk = i % 50 == 49;
      GVariant *body = g_variant_new ("(ys(sv))", 0, "kind", "x", g_variant_new_uint32 (i));

      g_assert_true (tf__channel_send (sender->channel, TF_FRAME_EVENT, sender->job, body,
                                       has_bulk ? bulk : NULL, -1, 0,
                                       i % 3 == 0 ? TF_SEND_NOW : TF_SEND_SOON, NULL));
    }
  g_assert_true (tf__channel_flush (sender->channel, NULL));
  return NULL;
}

static void
test_threads (void)
{
  const guint n = tf_test_scale (2000);
  Pair        pair;
  Sender      senders[N_SENDERS];
  GThread    *threads[N_SENDERS];
  guint       n_seen[N_SENDERS] = { 0 };

  g_test_summary ("Frames of several threads do not mix, and those of each stay in order.");

  set_up (&pair);
  for (guint i = 0; i < N_SENDERS; i++)
    {
      senders[i] = (Sender){ &pair.worker, i + 1, n };
      threads[i] = g_thread_new ("sender", send_many, &senders[i]);
    }

  for (guint i = 0; i < n * N_SENDERS; i++)
    {
      TfFrame              frame;
      guint                number;
      g_autoptr (GVariant) contents = NULL;
      g_autoptr (GError)   error = NULL;

      tf__channel_receive (&pair.program, 20, G_MAXINT64, &frame, &error);
      g_assert_no_error (error);
      g_assert_cmpuint (frame.header.job - 1, <, N_SENDERS);
      g_variant_get (frame.body, "(ys(sv))", NULL, NULL, NULL, &contents);
      number = g_variant_get_uint32 (contents);
      g_assert_cmpuint (number, ==, n_seen[frame.header.job - 1]++);
      g_assert_cmpint (frame.bulk != NULL, ==, number % 50 == 49);
      tf__frame_clear (&frame);
    }

  for (guint i = 0; i < N_SENDERS; i++)
    g_thread_join (threads[i]);
  tear_down (&pair);
}

/* Whatever comes */

static GByteArray *
make_random (GRand *rand)
{
  GByteArray *bytes = g_byte_array_new ();

  for (int k = g_rand_int_range (rand, 1, 5); k > 0; k--)
    {
      gsize                  n = (gsize) g_rand_int_range (rand, 0, G_N_ELEMENTS (samples) + 2);
      g_autoptr (GByteArray) more = n < G_N_ELEMENTS (samples)
                                      ? make_sample_bytes (&samples[n])
                                      : make_bulk_frame ((guint) g_rand_int_range (rand, 0, 4),
                                                         (guint64) g_rand_int_range (rand, 0, 50));

      g_byte_array_append (bytes, more->data, more->len);
    }
  for (int k = g_rand_int_range (rand, 0, 4); k > 0; k--)
    bytes->data[g_rand_int_range (rand, 0, (int) bytes->len)] =
      (guint8) g_rand_int_range (rand, 0, 256);
  return bytes;
}

static void
test_random (void)
{
  GRand             *rand = tf_test_rand_new ();
  g_autoptr (GBytes) bulk = make_bytes (10);
  const int          fd = make_memfd (bulk, ALL_SEALS);

  g_test_summary ("Whatever comes is frames and then the end, or an error.");

  for (guint i = 0; i < tf_test_scale (5000); i++)
    {
      g_autoptr (GByteArray) bytes = make_random (rand);
      g_autoptr (GError)     error = NULL;
      Pair                   pair;
      TfFrame                frame;

      set_up (&pair);
      write_raw (&pair.worker, bytes->data, bytes->len, &fd, g_rand_boolean (rand) ? 1 : 0);
      close_writer (&pair.worker);
      while (tf__channel_receive (&pair.program, 0, G_MAXINT64, &frame, &error))
        tf__frame_clear (&frame);
      if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED))
        g_assert_error (error, TF_ERROR, TF_ERROR_PROTOCOL);
      tear_down (&pair);
    }

  close (fd);
  g_rand_free (rand);
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  tf_test_add ("/channel/frames/arrive-in-order", test_order);
  tf_test_add ("/channel/frames/may-wait-for-others", test_soon);
  tf_test_add ("/channel/frames/may-be-large", test_large_body);
  tf_test_add ("/channel/frames/may-come-in-pieces", test_pieces);
  tf_test_add ("/channel/frames/come-before-the-deadline", test_deadline);
  tf_test_add ("/channel/frames/are-waited-for", test_not_blocking);
  tf_test_add ("/channel/bulk/arrives", test_bulk);
  tf_test_add ("/channel/bulk/arrives-in-a-memfd", test_memfd);
  tf_test_add ("/channel/bulk/may-be-announced", test_huge);
  tf_test_add ("/channel/errors/cut-off", test_cut_off);
  tf_test_add ("/channel/errors/are-final", test_refused);
  tf_test_add ("/channel/errors/wrong-descriptors", test_wrong_fds);
  tf_test_add ("/channel/errors/descriptors-in-bulk", test_fds_in_bulk);
  tf_test_add ("/channel/end/breaks-the-sender", test_gone);
  tf_test_add ("/channel/end/comes-after-all-frames", test_unread);
  tf_test_add ("/channel/has-frame/all-of-it", test_has_frame);
  tf_test_add ("/channel/try-send/does-not-wait", test_try_send);
  tf_test_add ("/channel/threads/send", test_threads);
  tf_test_add ("/channel/anything/is-frames-or-an-error", test_random);

  return g_test_run ();
}
