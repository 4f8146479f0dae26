/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "process/tf-process-private.h"

/* What is said of the end of a worker process: what it wrote to its standard error, and the signal. */

/* How much of it is kept. */
#define ERROR_TAIL_SIZE 2048

/* How much is read at a time, which is what a pipe holds: one that never stops must not keep who has other things to
 * do. */
#define MAX_DRAIN ((gsize) 64 * 1024)

static void
keep_tail (TfProcess  *self,
           const char *text,
           gsize       size) TF_CALLER_HOLDS (self->lock)
{
  self->n_words += size;
  g_string_append_len (self->error_tail, text, (gssize) size);
  if (self->error_tail->len > ERROR_TAIL_SIZE)
    g_string_erase (self->error_tail, 0, (gssize) (self->error_tail->len - ERROR_TAIL_SIZE));
}

static gboolean
has_room (int fd)
{
  struct pollfd out = { .fd = fd, .events = POLLOUT };
  int           n;

  do
    n = poll (&out, 1, 0);
  while (n < 0 && errno == EINTR);

  return n == 1;
}

/* Passed on as it is: where the program's own messages go. What that does not take at once is lost, since whoever has
 * stopped reading there must not stop the minder. A pipe that takes anything takes PIPE_BUF. */
static void
pass_on (const char *text,
         gsize       size)
{
  while (size > 0 && has_room (STDERR_FILENO))
    {
      gssize n_written = write (STDERR_FILENO, text, MIN (size, PIPE_BUF));

      if (n_written < 0 && errno == EINTR)
        continue;
      if (n_written <= 0)
        return;

      text += n_written;
      size -= (gsize) n_written;
    }
}

/* What a worker says must not end a program whose standard error nobody reads any more: SIGPIPE is not for it. */
static void
pass_on_quietly (const char *text,
                 gsize       size)
{
  const struct timespec at_once = { 0 };
  sigset_t              pipe_signal;
  sigset_t              before;
  sigset_t              pending;

  sigemptyset (&pipe_signal);
  sigaddset (&pipe_signal, SIGPIPE);
  sigpending (&pending);
  pthread_sigmask (SIG_BLOCK, &pipe_signal, &before);
  pass_on (text, size);
  if (sigismember (&pending, SIGPIPE) == 0)
    while (sigtimedwait (&pipe_signal, NULL, &at_once) < 0 && errno == EINTR)
      ;
  pthread_sigmask (SIG_SETMASK, &before, NULL);
}

gboolean
tf__process_drain (TfProcess *self)
{
  char   buffer[4096];
  gsize  n_left = MAX_DRAIN;
  gssize n_read;

  do
    {
      tf__lock (&self->lock);
      n_read = self->error_fd < 0 ? 0 : read (self->error_fd, buffer, sizeof (buffer));
      if (n_read > 0)
        keep_tail (self, buffer, (gsize) n_read);
      tf__unlock (&self->lock);

      if (n_read > 0)
        pass_on_quietly (buffer, (gsize) n_read);
      n_left -= (gsize) MAX (n_read, 0);
    }
  while (n_read > 0 && n_left >= sizeof buffer);

  return n_read > 0 || (n_read < 0 && (errno == EAGAIN || errno == EINTR));
}

guint64
tf__process_count_words (TfProcess *self)
{
  guint64 n_words;

  tf__process_drain (self);

  tf__lock (&self->lock);
  n_words = self->n_words;
  tf__unlock (&self->lock);

  return n_words;
}

void
tf__process_forget_words (TfProcess *self,
                          guint64    n_words)
{
  guint64 n_later;

  tf__lock (&self->lock);
  n_later = self->n_words - n_words;
  if (n_later < self->error_tail->len)
    g_string_erase (self->error_tail, 0, (gssize) (self->error_tail->len - n_later));
  tf__unlock (&self->lock);
}

/* The last lines, whole ones, and of what may be printed. */
char *
tf__process_dup_last_words (TfProcess *self)
{
  g_autofree char *tail = NULL;
  char            *text;
  char            *begin;

  tf__lock (&self->lock);
  tail = g_strdup (self->error_tail->str);
  tf__unlock (&self->lock);

  text = g_utf8_make_valid (g_strchomp (tail), -1);
  begin = strlen (text) + 1 < ERROR_TAIL_SIZE ? NULL : strchr (text, '\n');
  if (begin != NULL)
    memmove (text, begin + 1, strlen (begin));
  return text;
}

static const char *
get_signal_name (int number)
{
  static const struct
  {
    int         number;
    const char *name;
  } signals[] = {
    { SIGSEGV, "SIGSEGV" },
    { SIGABRT, "SIGABRT" },
    { SIGKILL, "SIGKILL" },
    { SIGTERM, "SIGTERM" },
    { SIGBUS, "SIGBUS" },
    { SIGFPE, "SIGFPE" },
    { SIGILL, "SIGILL" },
    { SIGTRAP, "SIGTRAP" },
    { SIGXCPU, "SIGXCPU" },
    { SIGHUP, "SIGHUP" },
    { SIGINT, "SIGINT" },
    { SIGQUIT, "SIGQUIT" },
    { SIGPIPE, "SIGPIPE" },
    { SIGSYS, "SIGSYS" },
    { SIGXFSZ, "SIGXFSZ" },
    { SIGUSR1, "SIGUSR1" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    {
      if (signals[i].number == number)
        return signals[i].name;
    }

  return "a signal";
}

char *
tf__process_describe_signal (int number)
{
  return g_strdup_printf ("was ended by %s (signal %d)", get_signal_name (number), number);
}
