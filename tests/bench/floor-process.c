/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "variants.h"

#include <errno.h>
#include <gio/gio.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* The floor of worker processes: one of them, at the other end of a socket pair. A frame is four bytes with its length,
 * and a GVariant "(uv)" with its kind and what it carries; bulk is a length and the bytes. A write for each frame, or,
 * coalesced, a write before somebody waits. No future, no queue, no cancel, no error. */

#define FLOOR_ARGUMENT "--floor-worker"
#define WORKER_FD      3
#define BUFFER_SIZE    65536
#define LENGTH_SIZE    sizeof (guint32)

typedef enum
{
  FRAME_JOB = 1,
  FRAME_DONE,
  FRAME_STREAM,
  FRAME_PROGRESS,
  FRAME_BULK,
} FrameKind;

typedef struct
{
  int      fd;
  gboolean is_coalesced;
  gsize    out_size;
  guint8   out[BUFFER_SIZE];
  gsize    in_first;
  gsize    in_last;
  guint8   in[BUFFER_SIZE];
} Peer;

static gboolean
write_all (int           fd,
           gconstpointer data,
           gsize         size)
{
  const guint8 *bytes = data;

  while (size > 0)
    {
      gssize n = write (fd, bytes, size);

      if (n < 0 && errno != EINTR)
        return FALSE;
      bytes += MAX (n, 0);
      size -= (gsize) MAX (n, 0);
    }

  return TRUE;
}

static gboolean
read_all (int      fd,
          gpointer data,
          gsize    size)
{
  guint8 *bytes = data;

  while (size > 0)
    {
      gssize n = read (fd, bytes, size);

      if (n == 0 || (n < 0 && errno != EINTR))
        return FALSE;
      bytes += MAX (n, 0);
      size -= (gsize) MAX (n, 0);
    }

  return TRUE;
}

static void
flush (Peer *self)
{
  write_all (self->fd, self->out, self->out_size);
  self->out_size = 0;
}

static void
put (Peer     *self,
     FrameKind kind,
     GVariant *contents)
{
  g_autoptr (GVariant) frame =
    g_variant_ref_sink (g_variant_new ("(uv)", (guint32) kind, contents));
  guint32 size = (guint32) g_variant_get_size (frame);

  if (self->out_size + LENGTH_SIZE + size > sizeof self->out)
    flush (self);

  memcpy (self->out + self->out_size, &size, LENGTH_SIZE);
  memcpy (self->out + self->out_size + LENGTH_SIZE, g_variant_get_data (frame), size);
  self->out_size += LENGTH_SIZE + size;
  if (!self->is_coalesced)
    flush (self);
}

static gboolean
has_frame (Peer *self)
{
  gsize   n_there = self->in_last - self->in_first;
  guint32 size;

  if (n_there < LENGTH_SIZE)
    return FALSE;

  memcpy (&size, self->in + self->in_first, LENGTH_SIZE);
  return n_there >= LENGTH_SIZE + size;
}

static gboolean
fill (Peer *self)
{
  gssize n;

  memmove (self->in, self->in + self->in_first, self->in_last - self->in_first);
  self->in_last -= self->in_first;
  self->in_first = 0;

  do
    n = read (self->fd, self->in + self->in_last, sizeof self->in - self->in_last);
  while (n < 0 && errno == EINTR);

  self->in_last += (gsize) MAX (n, 0);
  return n > 0;
}

/* What it carries, or NULL at the end. */
static GVariant *
get (Peer      *self,
     FrameKind *kind)
{
  g_autoptr (GVariant) frame = NULL;
  g_autoptr (GBytes)   bytes = NULL;
  GVariant            *contents;
  guint32              size;
  guint32              number;

  while (!has_frame (self))
    {
      if (self->out_size > 0)
        flush (self);
      if (!fill (self))
        return NULL;
    }

  memcpy (&size, self->in + self->in_first, LENGTH_SIZE);
  bytes = g_bytes_new (self->in + self->in_first + LENGTH_SIZE, size);
  self->in_first += LENGTH_SIZE + size;

  frame = g_variant_ref_sink (g_variant_new_from_bytes (G_VARIANT_TYPE ("(uv)"), bytes, FALSE));
  g_variant_get (frame, "(uv)", &number, &contents);
  *kind = number;
  return contents;
}

/* --- The worker --- */

static void
stream (Peer  *self,
        gint64 n)
{
  for (gint64 i = 0; i < n; i++)
    put (self, FRAME_PROGRESS, g_variant_new_int32 ((gint32) i));
  put (self, FRAME_DONE, g_variant_new_int32 (0));
}

/* Filled once: what it costs to make a result is nobody's concern here. */
static void
send_bulk (Peer    *self,
           guint8 **bulk,
           gint64   size)
{
  guint32 length = (guint32) size;

  if (*bulk == NULL)
    {
      *bulk = g_malloc (length);
      memset (*bulk, 7, length);
    }

  write_all (self->fd, &length, LENGTH_SIZE);
  write_all (self->fd, *bulk, length);
}

int
bench_be_floor_worker (int    argc,
                       char **argv)
{
  g_autofree Peer   *self = NULL;
  g_autofree guint8 *bulk = NULL;
  GVariant          *contents;
  FrameKind          kind;

  if (argc != 3 || g_strcmp0 (argv[1], FLOOR_ARGUMENT) != 0)
    return -1;

  self = g_new0 (Peer, 1);
  self->fd = WORKER_FD;
  self->is_coalesced = argv[2][0] == '1';
  while ((contents = get (self, &kind)) != NULL)
    {
      if (kind == FRAME_STREAM)
        stream (self, g_variant_get_int64 (contents));
      else if (kind == FRAME_BULK)
        send_bulk (self, &bulk, g_variant_get_int64 (contents));
      else
        put (self, FRAME_DONE, contents);
      g_variant_unref (contents);
    }

  return 0;
}

/* --- The program --- */

typedef struct
{
  Peer         peer;
  GSubprocess *worker; /* (owned) */
  GMainLoop   *loop;   /* (owned) */
  GArray      *times;  /* (owned by who reads it) */
  gsize        n_total;
  gint64       begin_ns;
} FloorProgram;

static void
job (FloorProgram *self,
     gint32        number)
{
  put (&self->peer, FRAME_JOB, g_variant_new_int32 (number));
}

static FloorProgram *
program_new (const BenchSetting *setting)
{
  FloorProgram                   *self = g_new0 (FloorProgram, 1);
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GError)              error = NULL;
  FrameKind                       kind;
  int                             fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
    g_error ("no socket pair: %s", g_strerror (errno));

  g_subprocess_launcher_take_fd (launcher, fds[1], WORKER_FD);
  self->worker = g_subprocess_launcher_spawn (launcher, &error, "/proc/self/exe", FLOOR_ARGUMENT,
                                              setting->is_coalesced ? "1" : "0", NULL);
  if (self->worker == NULL)
    g_error ("no worker: %s", error->message);

  /* The other end has to be the worker's alone, for the end to be seen. */
  g_clear_object (&launcher);
  self->loop = g_main_loop_new (NULL, FALSE);
  self->n_total = setting->n;
  self->peer.fd = fds[0];
  self->peer.is_coalesced = setting->is_coalesced;

  /* It is there. */
  job (self, 0);
  g_variant_unref (get (&self->peer, &kind));
  return self;
}

static void
program_free (FloorProgram *self)
{
  close (self->peer.fd);
  g_subprocess_wait (self->worker, NULL, NULL);
  g_object_unref (self->worker);
  g_main_loop_unref (self->loop);
  g_free (self);
}

static gboolean
on_readable_cb (int          fd,
                GIOCondition condition,
                gpointer     user_data)
{
  FloorProgram *self = user_data;

  do
    {
      FrameKind kind;
      gint64    time_ns;

      g_variant_unref (get (&self->peer, &kind));
      time_ns = bench_now_ns () - self->begin_ns;
      g_array_append_val (self->times, time_ns);
      if (self->times->len == self->n_total)
        {
          g_main_loop_quit (self->loop);
          return G_SOURCE_REMOVE;
        }

      self->begin_ns = bench_now_ns ();
      job (self, (gint32) self->times->len);
    }
  while (has_frame (&self->peer));

  return G_SOURCE_CONTINUE;
}

void
floor_process_round_trips (const BenchSetting *setting,
                           double              results[BENCH_MAX_RESULTS])
{
  FloorProgram *self = program_new (setting);

  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_unix_fd_add (self->peer.fd, G_IO_IN, on_readable_cb, self);
  self->begin_ns = bench_now_ns ();
  job (self, 0);
  g_main_loop_run (self->loop);

  bench_times_finish (self->times, results);
  program_free (self);
}

void
floor_process_jobs (const BenchSetting *setting,
                    double              results[BENCH_MAX_RESULTS])
{
  FloorProgram *self = program_new (setting);
  gint64        begin_ns = bench_now_ns ();
  gsize         n_sent = 0;

  for (gsize n_got = 0; n_got < setting->n; n_got++)
    {
      FrameKind kind;

      while (n_sent < setting->n && n_sent - n_got < setting->window)
        job (self, (gint32) n_sent++);
      g_variant_unref (get (&self->peer, &kind));
    }

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  program_free (self);
}

void
floor_process_stream (const BenchSetting *setting,
                      double              results[BENCH_MAX_RESULTS])
{
  FloorProgram *self = program_new (setting);
  gint64        begin_ns = bench_now_ns ();
  FrameKind     kind = FRAME_PROGRESS;
  gint64        sum = 0;

  put (&self->peer, FRAME_STREAM, g_variant_new_int64 ((gint64) setting->n));
  while (kind == FRAME_PROGRESS)
    {
      GVariant *contents = get (&self->peer, &kind);

      sum += g_variant_get_int32 (contents);
      g_variant_unref (contents);
    }

  results[0] = (double) (bench_now_ns () - begin_ns) / (double) setting->n;
  results[1] = (double) sum;
  program_free (self);
}

static void
take_bulk (FloorProgram *self,
           gsize         size)
{
  g_autofree guint8 *bulk = NULL;
  guint32            length;

  put (&self->peer, FRAME_BULK, g_variant_new_int64 ((gint64) size));
  if (self->peer.out_size > 0)
    flush (&self->peer);

  read_all (self->peer.fd, &length, LENGTH_SIZE);
  bulk = g_malloc (length);
  read_all (self->peer.fd, bulk, length);
  bench_read_lines (bulk, length);
}

void
floor_process_bulk (const BenchSetting *setting,
                    double              results[BENCH_MAX_RESULTS])
{
  FloorProgram *self = program_new (setting);

  /* The first one is made. */
  take_bulk (self, setting->size);

  self->times = g_array_new (FALSE, FALSE, sizeof (gint64));
  for (gsize i = 0; i < setting->n; i++)
    {
      gint64 begin_ns = bench_now_ns ();
      gint64 time_ns;

      take_bulk (self, setting->size);
      time_ns = bench_now_ns () - begin_ns;
      g_array_append_val (self->times, time_ns);
    }

  bench_times_finish (self->times, results);
  program_free (self);
}
