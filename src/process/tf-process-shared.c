/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pipe2(), secure_getenv() */
#endif

#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include <tf/tf-error.h>

#include "core/tf-clock-private.h"
#include "process/tf-process-private.h"
#include "process/tf-worker-private.h"

/* One worker process, from its start to its end. */

/* How long a new one may take to say hello and to be ready. */
#define START_TIMEOUT_US (30 * G_USEC_PER_SEC)

/* How long one whose sockets are closed may take to end by itself. */
#define END_PATIENCE_US (500 * 1000)

/* The program */

/* The executable that runs, also if its file was deleted or replaced: then only by the name that the kernel has for it.
 * That name is of no use to valgrind, so it is the last resort. */
static char *
get_own_program (void)
{
  static const char own[] = "/proc/self/exe";
  char             *path = g_file_read_link (own, NULL);

  if (path != NULL && g_file_test (path, G_FILE_TEST_IS_EXECUTABLE) &&
      !g_str_has_suffix (path, " (deleted)"))
    return path;

  g_free (path);
  return g_strdup (own);
}

static char **
get_argv (const TfProcessSettings *settings)
{
  const char *program = secure_getenv ("TF_WORKER_PROGRAM");
  char      **argv;

  if (settings->argv != NULL)
    return g_strdupv (settings->argv);

  argv = g_new0 (char *, 2);
  if (tf__worker_has_hook ())
    argv[0] = get_own_program ();
  else
    argv[0] = g_strdup (program == NULL || program[0] == '\0' ? TF__WORKER_PROGRAM : program);
  return argv;
}

/* Its ends */

typedef struct
{
  int ours;
  int theirs;
} Pair;

/* Moves a descriptor above those of the standard, which the program may have closed, and those that a worker gets: in
 * the worker each is put into its place without closing another one that is still needed. -1 with errno. */
static int
move_up (int fd)
{
  int higher;
  int code;

  if (fd < 0 || fd > TF_WORKER_BEGUN_FD)
    return fd;

  higher = fcntl (fd, F_DUPFD_CLOEXEC, TF_WORKER_BEGUN_FD + 1);
  code = errno;
  close (fd);
  errno = code;
  return higher;
}

static gboolean
move_pair_up (Pair *pair,
              int   fds[2])
{
  int code;

  pair->ours = move_up (fds[0]);
  code = errno;
  pair->theirs = move_up (fds[1]);
  if (pair->ours < 0)
    errno = code;

  return pair->ours >= 0 && pair->theirs >= 0;
}

static gboolean
open_pair (Pair    *pair,
           GError **error)
{
  int fds[2];

  if (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) == 0 && move_pair_up (pair, fds))
    return TRUE;

  g_set_error (error, TF_ERROR, TF_ERROR_WORKER_START, "No socket for a worker: %s",
               g_strerror (errno));
  return FALSE;
}

static gboolean
open_pipe (Pair    *pair,
           GError **error)
{
  int fds[2];

  if (pipe2 (fds, O_CLOEXEC) == 0 && move_pair_up (pair, fds) &&
      fcntl (pair->ours, F_SETFL, O_NONBLOCK) == 0)
    return TRUE;

  g_set_error (error, TF_ERROR, TF_ERROR_WORKER_START, "No pipe for a worker: %s",
               g_strerror (errno));
  return FALSE;
}

static void
close_pair (Pair *pair)
{
  if (pair->ours >= 0)
    g_close (pair->ours, NULL);
  if (pair->theirs >= 0)
    g_close (pair->theirs, NULL);
}

/* The standard input of a worker. Returns -1 with an error. */
static int
open_nothing (GError **error)
{
  int fd = move_up (open ("/dev/null", O_RDONLY | O_CLOEXEC));

  if (fd < 0)
    g_set_error (error, TF_ERROR, TF_ERROR_WORKER_START, "No descriptor for a worker: %s",
                 g_strerror (errno));
  return fd;
}

static char **
make_environment (const TfProcessSettings *settings,
                  const char              *token,
                  gboolean                 has_begun)
{
  char           **environment = g_get_environ ();
  g_autofree char *request =
    g_strdup_printf (TF_WORKER_FORMAT, TF_WIRE_VERSION, TF_WORKER_JOBS_FD, TF_WORKER_CONTROL_FD,
                     (int) getpid (), token);

  for (char **entry = settings->environment; entry != NULL && *entry != NULL; entry++)
    {
      g_auto (GStrv) parts = g_strsplit (*entry, "=", 2);

      if (parts[0] == NULL || parts[0][0] == '\0')
        continue;

      environment =
        g_environ_setenv (environment, parts[0], parts[1] == NULL ? "" : parts[1], TRUE);
    }

  if (has_begun)
    environment = g_environ_setenv (environment, TF_WORKER_BEGUN_VARIABLE,
                                    G_STRINGIFY (TF_WORKER_BEGUN_FD), TRUE);
  else
    environment = g_environ_unsetenv (environment, TF_WORKER_BEGUN_VARIABLE);

  return g_environ_setenv (environment, TF_WORKER_VARIABLE, request, TRUE);
}

/* The ends of the worker are closed here in any case. */
static TfChild *
launch (const TfProcessSettings *settings,
        const char              *token,
        Pair                     pairs[3],
        int                      begun_fd,
        gboolean                *is_lasting,
        GError                 **error)
{
  g_auto (GStrv) argv = get_argv (settings);
  g_auto (GStrv) environment = make_environment (settings, token, begun_fd >= 0);
  TfChild       *child = NULL;
  int            input = open_nothing (error);

  if (input >= 0)
    {
      const TfChildFd fds[] = {
        { input, STDIN_FILENO },
        { pairs[0].theirs, TF_WORKER_JOBS_FD },
        { pairs[1].theirs, TF_WORKER_CONTROL_FD },
        { pairs[2].theirs, STDERR_FILENO },
        { begun_fd, TF_WORKER_BEGUN_FD },
      };

      child = tf__child_spawn (argv, environment, fds, G_N_ELEMENTS (fds) - (begun_fd < 0),
                               is_lasting, error);
      close (input);
    }
  for (guint i = 0; i < 3; i++)
    {
      close (pairs[i].theirs);
      pairs[i].theirs = -1;
    }

  return child;
}

/* The first words */

static gboolean
send_settings (TfProcess               *self,
               const TfProcessSettings *settings,
               GError                 **error)
{
  GVariantDict dictionary;

  g_variant_dict_init (&dictionary, NULL);
  if (settings->directory != NULL)
    g_variant_dict_insert (&dictionary, "directory", "^ay", settings->directory);
  if (settings->modules != NULL)
    g_variant_dict_insert (&dictionary, "modules", "^aay", settings->modules);
  /* Always, since a body has to have contents. */
  g_variant_dict_insert (&dictionary, "nice", "i", settings->nice);
  if (settings->memory != 0)
    g_variant_dict_insert (&dictionary, "memory", "t", settings->memory);
  if (settings->cpu_seconds != 0)
    g_variant_dict_insert (&dictionary, "cpu", "t", (guint64) settings->cpu_seconds);
  g_variant_dict_insert (&dictionary, "max-value", "t", settings->limits.max_value);
  g_variant_dict_insert (&dictionary, "max-text", "u", settings->limits.max_text);

  return tf__channel_send (&self->jobs, TF_FRAME_CONFIGURE, 0,
                           g_variant_new ("(@a{sv})", g_variant_dict_end (&dictionary)), NULL, -1,
                           0, TF_SEND_NOW, error);
}

static gboolean
check_hello (GVariant   *hello,
             const char *token,
             GError    **error)
{
  const char *their_token;
  const char *library;
  guint32     version;

  g_variant_get (hello, "(uu&s&s)", &version, NULL, &their_token, &library);
  if (version != TF_WIRE_VERSION)
    {
      g_set_error (error, TF_ERROR, TF_ERROR_WORKER_START,
                   "The worker speaks version %u of the protocol, and this program version %u",
                   version, TF_WIRE_VERSION);
      return FALSE;
    }

  if (strcmp (their_token, token) != 0)
    {
      g_set_error_literal (error, TF_ERROR, TF_ERROR_WORKER_START,
                           "The worker is not the one that was started");
      return FALSE;
    }

  return TRUE;
}

/* What a worker says that cannot work: whatever the domain is, it is of a start. */
static GError *
explain_refusal (GVariant *body,
                 gboolean  is_failure)
{
  g_autoptr (GError) reason = NULL;
  const char        *type;
  const char        *text;

  if (!is_failure)
    {
      reason = tf__wire_unpack_error (body);
      return g_error_new_literal (TF_ERROR, TF_ERROR_WORKER_START, reason->message);
    }

  g_variant_get (body, "(&s&s&s)", &type, &text, NULL);
  return g_error_new (TF_ERROR, TF_ERROR_WORKER_START, "%s: %s", type, text);
}

/* FALSE with TF_ERROR_WORKER_START, or with what came instead. */
static gboolean
wait_for (TfProcess  *self,
          TfFrameType type,
          gint64      deadline_us,
          GError    **error)
{
  gboolean is_well;
  TfFrame  frame;

  if (!tf__channel_receive (&self->jobs, 0, deadline_us, &frame, error))
    return FALSE;

  is_well = frame.header.type == type && frame.header.job == 0;
  if (is_well && type == TF_FRAME_HELLO)
    is_well = check_hello (frame.body, self->token, error);
  else if (!is_well && (frame.header.type == TF_FRAME_ERROR ||
                        frame.header.type == TF_FRAME_FAILURE))
    g_propagate_error (error,
                       explain_refusal (frame.body, frame.header.type == TF_FRAME_FAILURE));
  else if (!is_well)
    g_set_error_literal (error, TF_ERROR, TF_ERROR_PROTOCOL, "A worker began with something else");

  tf__frame_clear (&frame);
  return is_well;
}

/* The other end is closed. */
static gboolean
is_end (const GError *reason)
{
  return reason->domain == G_IO_ERROR && reason->code != G_IO_ERROR_TIMED_OUT;
}

static gboolean
shake_hands (TfProcess               *self,
             const TfProcessSettings *settings,
             GError                 **error)
{
  gint64             deadline_us = tf__clock_deadline (START_TIMEOUT_US);
  g_autoptr (GError) send_error = NULL;
  gboolean           is_ready;

  send_settings (self, settings, &send_error);
  if (send_error != NULL && !is_end (send_error))
    {
      g_propagate_error (error, g_steal_pointer (&send_error));
      return FALSE;
    }

  /* One that has left may have said why before that. */
  is_ready = wait_for (self, TF_FRAME_HELLO, deadline_us, error) &&
             wait_for (self, TF_FRAME_READY, deadline_us, error);
  if (is_ready && send_error != NULL)
    g_propagate_error (error, g_steal_pointer (&send_error));

  return is_ready && send_error == NULL;
}

/* What is known of a start that failed: what the worker said, or else how it ended. */
static GError *
explain_start (TfProcess *self,
               GError    *reason)
{
  /* One that says why it does not work is about to end. */
  g_autoptr (GError) end =
    tf__process_bury (self, is_end (reason) ||
                              g_error_matches (reason, TF_ERROR, TF_ERROR_WORKER_START));
  GError *error;

  if (g_error_matches (reason, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    error = g_error_new (TF_ERROR, TF_ERROR_WORKER_START,
                         "A worker was not ready after %d seconds: does its program call "
                         "tf_worker_requested() first?",
                         (int) (START_TIMEOUT_US / G_USEC_PER_SEC));
  else if (reason->domain == TF_ERROR)
    error = g_error_new (TF_ERROR, TF_ERROR_WORKER_START, "A worker could not be started: %s",
                         reason->message);
  else
    error = g_error_new (TF_ERROR, TF_ERROR_WORKER_START, "A worker could not be started. %s",
                         end->message);

  g_error_free (reason);
  return error;
}

static gboolean
is_gone (gpointer process)
{
  return tf__process_is_gone (process);
}

TfProcess *
tf__process_spawn (const TfProcessSettings *settings,
                   gboolean                *is_lasting,
                   GError                 **error)
{
  Pair             pairs[3] = { { -1, -1 }, { -1, -1 }, { -1, -1 } };
  g_autofree char *token = g_uuid_string_random ();
  TfChild         *child = NULL;
  TfBegun         *begun;
  TfProcess       *self;
  int              begun_fd;

  begun = tf__begun_new (&begun_fd);
  begun_fd = move_up (begun_fd);
  g_strcanon (token, "0123456789abcdef", '0');
  if (open_pair (&pairs[0], error) && open_pair (&pairs[1], error) && open_pipe (&pairs[2], error))
    child = launch (settings, token, pairs, begun_fd, is_lasting, error);
  if (begun_fd >= 0)
    close (begun_fd);
  if (child == NULL)
    {
      g_clear_pointer (&begun, tf__begun_free);
      for (guint i = 0; i < G_N_ELEMENTS (pairs); i++)
        close_pair (&pairs[i]);
      return NULL;
    }

  self = g_new0 (TfProcess, 1);
  self->ref_count = 1;
  self->child = child;
  self->begun = begun;
  tf__lock_init (&self->lock);
  tf__channel_init (&self->jobs, pairs[0].ours, TF_WIRE_TO_PROGRAM);
  tf__channel_init (&self->control, pairs[1].ours, TF_WIRE_TO_PROGRAM);
  tf__channel_watch_peer (&self->jobs, is_gone, self);
  tf__channel_set_limits (&self->jobs, &settings->limits);
  self->max_pending = settings->max_pending;
  self->error_fd = pairs[2].ours;
  self->error_tail = g_string_new (NULL);
  self->token = g_steal_pointer (&token);
  return self;
}

gboolean
tf__process_greet (TfProcess               *self,
                   const TfProcessSettings *settings,
                   gboolean                *is_lasting,
                   GError                 **error)
{
  GError *reason = NULL;

  if (shake_hands (self, settings, &reason))
    return TRUE;

  /* A worker that gives a reason, or of which the program says why it cannot be used, does so again. */
  *is_lasting = g_error_matches (reason, TF_ERROR, TF_ERROR_WORKER_START);
  g_propagate_error (error, explain_start (self, reason));
  return FALSE;
}

TfProcess *
tf__process_ref (TfProcess *self)
{
  tf__add (&self->ref_count, 1);
  return self;
}

void
tf__process_unref (TfProcess *self)
{
  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  g_clear_pointer (&self->plain_run, g_variant_unref);
  g_free (self->plain_name);
  if (self->has_early)
    tf__frame_clear (&self->early);
  tf__channel_clear (&self->jobs);
  tf__channel_clear (&self->control);
  if (self->error_fd >= 0)
    g_close (self->error_fd, NULL);
  /* The minder ended before the process did. */
  g_clear_pointer (&self->error_source, g_source_unref);
  g_string_free (self->error_tail, TRUE);
  g_free (self->token);
  g_clear_pointer (&self->begun, tf__begun_free);
  tf__child_unref (self->child);
  tf__lock_clear (&self->lock);
  g_free (self);
}

gboolean
tf__process_step (TfProcess     *self,
                  TfProcessEvent event)
{
  return tf__process_state_after (self->state, event, &self->state);
}

void
tf__process_move (TfProcess     *self,
                  TfProcessEvent event)
{
  if (!tf__process_step (self, event))
    g_critical ("A worker process refused the event %d in the state %d", (int) event,
                (int) self->state);
}

/* The end */

gboolean
tf__process_is_gone (TfProcess *self)
{
  return tf__child_look (self->child, NULL) != TF_CHILD_RUNS;
}

static char *
describe_end (TfProcess *self)
{
  int number;

  switch (tf__child_look (self->child, &number))
    {
    case TF_CHILD_SIGNALED:
      return tf__process_describe_signal (number);
    case TF_CHILD_EXITED:
      return g_strdup_printf ("ended with the exit status %d", number);
    case TF_CHILD_UNKNOWN:
    case TF_CHILD_RUNS:
    default:
      return g_strdup ("ended; how is not known, since the program ignores SIGCHLD or waits for "
                       "its children itself");
    }
}

GError *
tf__process_bury (TfProcess *self,
                  gboolean   is_silent)
{
  g_autofree char *words = NULL;
  g_autofree char *how = NULL;
  /* The sockets of a process are closed a moment before it has ended. */
  gboolean has_ended = is_silent && tf__child_wait (self->child, END_PATIENCE_US);

  tf__child_signal (self->child, SIGKILL);
  tf__child_wait (self->child, -1);
  tf__process_drain (self);

  how = is_silent && !has_ended ? g_strdup ("closed its connection, and was ended")
                                : describe_end (self);
  words = tf__process_dup_last_words (self);
  if (words[0] == '\0')
    return g_error_new (TF_ERROR, TF_ERROR_WORKER_LOST, "The worker process %s", how);

  return g_error_new (TF_ERROR, TF_ERROR_WORKER_LOST, "The worker process %s; it said last: %s",
                      how, words);
}

void
tf__process_quit (TfProcess *self)
{
  if (tf__child_is_foreign (self->child))
    return;

  tf__child_release (self->child);
  tf__channel_send (&self->jobs, TF_FRAME_QUIT, 0, g_variant_new ("()"), NULL, -1, 0, TF_SEND_NOW,
                    NULL);
}

void
tf__process_signal (TfProcess *self,
                    int        number)
{
  tf__child_signal (self->child, number);
}
