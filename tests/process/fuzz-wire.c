/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* Whatever another process may write, for a fuzzer that looks where the code goes; with -Dfuzz=enabled it is libFuzzer.
 * Without one the program reads the files that it is given: what was found before stays found.
 *
 * The first byte of the input says what the rest is, see below; process/make-corpus writes the first inputs. */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "process/tf-channel-private.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

/* Bits 0 and 1: a TfWireEnd. */
#define END_MASK 3
/* Bits 2 and 3. */
#define WAY_MASK    (3 << 2)
#define WAY_FRAME   (0 << 2) /* a header, a body, bulk */
#define WAY_STREAM  (1 << 2) /* what comes from a socket */
#define WAY_FD      (2 << 2) /* the same, with a memfd */
#define WAY_VALUE   (3 << 2) /* a size of 2 bytes, a value of so many bytes, bulk */
#define INPUT_LIMIT (100 * 1000)
#define MEMFD_BYTES "memfd of 16 byte"

int LLVMFuzzerTestOneInput (const guint8 *data,
                            size_t        size);

/* Reads all there is to read, as users would. */
static void
use_variant (GVariant *variant)
{
  g_autofree char *text = g_variant_print (variant, TRUE);

  if (text == NULL)
    abort ();
}

/* The check of bulk says of all that it passes, and of no more, what GLib says of it: GLib reads it as trusted then. */
static void
compare_checks (GVariant *packed,
                GBytes   *bulk)
{
  g_autoptr (GVariant) contents = NULL;
  g_autoptr (GVariant) untrusted = NULL;
  const char          *name;
  const char          *type;
  const char          *fault;

  g_variant_get (packed, "(&sv)", &name, &contents);
  if (bulk == NULL || !g_variant_is_of_type (contents, G_VARIANT_TYPE_STRING))
    return;

  type = g_variant_get_string (contents, NULL);
  fault = tf__wire_check (type, g_bytes_get_data (bulk, NULL), g_bytes_get_size (bulk),
                          TF_WIRE_MAX_DEPTH, NULL);
  if (!g_variant_type_string_is_valid (type) ||
      !g_variant_type_is_definite (G_VARIANT_TYPE (type)))
    {
      if (fault == NULL)
        abort ();
      return;
    }

  untrusted = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE (type), bulk, FALSE));
  if (g_variant_is_normal_form (untrusted) != (fault == NULL) &&
      (fault == NULL || (strstr (fault, "deep") == NULL && strstr (fault, "handles") == NULL)))
    abort ();
}

static void
use_value (GVariant *packed,
           GBytes   *bulk)
{
  GValue               value = G_VALUE_INIT;
  GValue               again = G_VALUE_INIT;
  GError              *error = NULL;
  g_autoptr (GBytes)   new_bulk = NULL;
  g_autoptr (GVariant) new_packed = NULL;

  compare_checks (packed, bulk);
  if (!tf__wire_unpack_value (packed, bulk, NULL, &value, &error))
    {
      if (error == NULL || error->domain != g_quark_from_static_string ("tf-error-quark"))
        abort ();
      g_error_free (error);
      return;
    }

  if (G_VALUE_TYPE (&value) == G_TYPE_INVALID)
    return;
  if (G_VALUE_HOLDS_VARIANT (&value) && g_value_get_variant (&value) != NULL)
    use_variant (g_value_get_variant (&value));

  /* What could be read can be sent on, and read again. */
  new_packed = tf__wire_pack_value (&value, &new_bulk, NULL);
  if (new_packed != NULL)
    {
      g_variant_ref_sink (new_packed);
      if (!tf__wire_unpack_value (new_packed, new_bulk, NULL, &again, NULL) ||
          G_VALUE_TYPE (&again) != G_VALUE_TYPE (&value))
        abort ();
      g_value_unset (&again);
    }
  g_value_unset (&value);
}

static void
use_frame (const TfFrameHeader *header,
           GVariant            *body,
           GBytes              *bulk)
{
  g_autoptr (GVariant) packed = NULL;

  use_variant (body);
  if (header->type == TF_FRAME_RESULT)
    packed = g_variant_ref (body);
  else if (header->type == TF_FRAME_EVENT)
    packed = g_variant_get_child_value (body, 2);
  else if (header->type == TF_FRAME_RUN)
    packed = g_variant_get_child_value (body, 3);
  else if (header->type == TF_FRAME_ERROR)
    g_error_free (tf__wire_unpack_error (body));

  if (packed != NULL)
    use_value (packed, bulk);
}

/* In memory of its own size, so that reading beyond it is seen. */
static GBytes *
take_bytes (const guint8 **data,
            gsize         *size,
            gsize          n)
{
  GBytes *bytes;

  n = MIN (n, *size);
  bytes = g_bytes_new (*data, n);
  *data += n;
  *size -= n;
  return bytes;
}

static void
try_frame (const guint8 *data,
           gsize         size,
           TfWireEnd     end)
{
  TfFrameHeader        header;
  g_autoptr (GBytes)   bytes = NULL;
  g_autoptr (GBytes)   bulk = NULL;
  g_autoptr (GVariant) body = NULL;

  if (size < TF_WIRE_HEADER_SIZE || !tf__wire_unpack_header (data, end, &header, NULL))
    return;

  data += TF_WIRE_HEADER_SIZE;
  size -= TF_WIRE_HEADER_SIZE;
  if ((header.flags & TF_FRAME_HAS_BULK) != 0)
    {
      if (size < TF_WIRE_BULK_SIZE || !tf__wire_unpack_bulk_size (data, &header, NULL))
        return;
      data += TF_WIRE_BULK_SIZE;
      size -= TF_WIRE_BULK_SIZE;
    }

  bytes = take_bytes (&data, &size, header.body_size);
  body = tf__wire_unpack_body (&header, bytes, NULL);
  if ((header.flags & TF_FRAME_HAS_BULK) != 0)
    bulk = take_bytes (&data, &size, size);
  if (body != NULL)
    use_frame (&header, body, bulk);
}

static void
try_value (const guint8 *data,
           gsize         size)
{
  gsize                n = size < 2 ? 0 : data[0] + 256u * data[1];
  g_autoptr (GBytes)   bytes = NULL;
  g_autoptr (GBytes)   bulk = NULL;
  g_autoptr (GVariant) packed = NULL;

  if (size < 2)
    return;

  data += 2;
  size -= 2;
  bytes = take_bytes (&data, &size, n);
  bulk = size == 0 ? NULL : take_bytes (&data, &size, size);
  packed = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("(sv)"), bytes, FALSE));
  use_value (packed, bulk);
}

static int
make_memfd (void)
{
  int fd = memfd_create ("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);

  if (fd < 0 || write (fd, MEMFD_BYTES, 16) != 16 ||
      fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
    abort ();
  return fd;
}

static void
write_stream (int           socket,
              const guint8 *data,
              gsize         size,
              int           fd)
{
  union
  {
    struct cmsghdr head;
    guint8         space[CMSG_SPACE (sizeof (int))];
  } control = { { 0 } };
  struct iovec  part = { (gpointer) data, size };
  struct msghdr message = { 0 };

  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (fd >= 0)
    {
      control.head.cmsg_level = SOL_SOCKET;
      control.head.cmsg_type = SCM_RIGHTS;
      control.head.cmsg_len = CMSG_LEN (sizeof (int));
      memcpy (CMSG_DATA (&control.head), &fd, sizeof (int));
      message.msg_control = &control;
      message.msg_controllen = sizeof control.space;
    }

  if (size > 0 && sendmsg (socket, &message, 0) != (gssize) size)
    abort ();
  shutdown (socket, SHUT_WR);
}

static void
try_stream (const guint8 *data,
            gsize         size,
            TfWireEnd     end,
            gboolean      has_fd)
{
  TfChannel channel;
  TfFrame   frame;
  int       fds[2];
  int       memfd = has_fd ? make_memfd () : -1;

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    abort ();

  tf__channel_init (&channel, fds[0], end);
  write_stream (fds[1], data, size, memfd);
  while (tf__channel_receive (&channel, 0, G_MAXINT64, &frame, NULL))
    {
      use_frame (&frame.header, frame.body, frame.bulk);
      tf__frame_clear (&frame);
    }
  tf__channel_clear (&channel);
  close (fds[1]);
  if (memfd >= 0)
    close (memfd);
}

int
LLVMFuzzerTestOneInput (const guint8 *data,
                        size_t        size)
{
  TfWireEnd end;
  guint     way;

  if (size < 1 || size > INPUT_LIMIT || (*data & END_MASK) > TF_WIRE_TO_WORKER_CONTROL)
    return 0;

  end = (TfWireEnd) (*data & END_MASK);
  way = *data & WAY_MASK;
  data++;
  size--;

  if (way == WAY_FRAME)
    try_frame (data, size, end);
  else if (way == WAY_VALUE)
    try_value (data, size);
  else
    try_stream (data, size, end, way == WAY_FD);
  return 0;
}

#ifdef TF_FUZZ_REPLAY

static int
compare_names (gconstpointer a,
               gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

/* The files of a folder, each as a test. */
int
main (int   argc,
      char *argv[])
{
  g_autoptr (GDir)      dir = argc == 2 ? g_dir_open (argv[1], 0, NULL) : NULL;
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  const char           *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);

  printf ("1..%u\n", names->len);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *path = g_build_filename (argv[1], names->pdata[i], NULL);
      g_autofree char *data = NULL;
      gsize            size;

      if (g_file_get_contents (path, &data, &size, NULL))
        LLVMFuzzerTestOneInput ((const guint8 *) data, size);
      printf ("%s %u - %s\n", data == NULL ? "not ok" : "ok", i + 1,
              (const char *) names->pdata[i]);
    }

  return names->len == 0 ? 1 : 0;
}

#endif
