/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <glib-unix.h>
#include <glib/gstdio.h>

#include "tf-test-support.h"

/* Tests with worker processes. A workshop is a context and an executor; when it is closed, nothing may be left of it:
 * no process, dead or alive, and no descriptor.
 *
 * The functions of tasks run in another process, so what a test and a task tell each other goes through messages and,
 * the other way, through gates: named pipes that the test opens. */

typedef struct
{
  TfProcessContext *context;
  TfExecutor       *executor;
  guint             n_fds; /* at the beginning */
} Workshop;

/* --- What is left --- */

static inline guint
count_fds (void)
{
  DIR  *folder = opendir ("/proc/self/fd");
  guint n = 0;

  while (readdir (folder) != NULL)
    n++;
  closedir (folder);

  return n;
}

static inline void
show_fds (void)
{
  DIR           *folder = opendir ("/proc/self/fd");
  struct dirent *entry;

  while ((entry = readdir (folder)) != NULL)
    {
      g_autofree char *path = g_strconcat ("/proc/self/fd/", entry->d_name, NULL);
      g_autofree char *target = g_file_read_link (path, NULL);

      g_test_message ("%s: %s", entry->d_name, target);
    }
  closedir (folder);
}

/* The state of a process in one letter, as "R" or "Z", or 0 if it is not there; and its parent. */
static inline char
get_process_state (int  pid,
                   int *parent)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid);
  g_autofree char *text = NULL;
  const char      *rest;

  if (!g_file_get_contents (path, &text, NULL, NULL) || (rest = strrchr (text, ')')) == NULL)
    return 0;

  if (parent != NULL)
    *parent = atoi (rest + 4);
  return rest[2];
}

/* The children of this process, with those that are dead and not buried. Returns how many; if @text is given, with the
 * number and the state of each. */
static inline guint
count_children (GString *text)
{
  DIR           *folder = opendir ("/proc");
  struct dirent *entry;
  guint          n = 0;

  while ((entry = readdir (folder)) != NULL)
    {
      int  pid = atoi (entry->d_name);
      int  parent = 0;
      char state = pid > 0 ? (char) get_process_state (pid, &parent) : 0;

      if (state == 0 || parent != (int) getpid ())
        continue;

      n++;
      if (text != NULL)
        g_string_append_printf (text, " %d (%c)", pid, state);
#if TF_TEST_ADDRESS_SANITIZER
      /* LeakSanitizer traces a process at its end, and GLib 2.74 looks for the dead once: it may be too early then. */
      if (text != NULL && state == 'Z')
        waitpid (pid, NULL, 0);
#endif
    }
  closedir (folder);

  return n;
}

/* Processes that were told to end do so in their own time. */
static inline void
wait_until_alone (void)
{
  gint64              deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();
  g_autoptr (GString) left = g_string_new (NULL);

  while (count_children (NULL) > 0)
    {
      if (g_get_monotonic_time () > deadline_us && count_children (left) > 0 &&
          count_children (NULL) > 0)
        g_error ("Processes are left, in these states:%s", left->str);
      g_thread_yield ();
    }
}

/* GLib opens some things for ever with its first process. */
static inline void
start_glib (void)
{
  static gboolean         is_done;
  g_autoptr (GError)      error = NULL;
  g_autoptr (GSubprocess) subprocess = NULL;

  if (is_done)
    return;

  g_main_context_default ();
  subprocess = g_subprocess_new (G_SUBPROCESS_FLAGS_NONE, &error, "true", NULL);
  g_assert_no_error (error);
  g_subprocess_wait (subprocess, NULL, &error);
  g_assert_no_error (error);
  is_done = TRUE;
}

/* Whatever is slow or has its own idea of memory: a sanitizer, or valgrind. */
static inline gboolean
is_instrumented (void)
{
#if TF_TEST_ADDRESS_SANITIZER || TF_TEST_THREAD_SANITIZER
  return TRUE;
#else
  const char *preloaded = g_getenv ("LD_PRELOAD");

  return preloaded != NULL && strstr (preloaded, "vgpreload") != NULL;
#endif
}

/* --- Workshops --- */

static inline void
workshop_open (Workshop *self,
               guint     max_workers)
{
  start_glib ();
  wait_until_alone ();
  self->n_fds = count_fds ();
  self->context = tf_process_context_new (max_workers);
  self->executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (self->context));
}

static inline void
workshop_close (Workshop *self)
{
  gint64 deadline_us = g_get_monotonic_time () + tf_test_timeout_us ();

  if (self->executor != NULL)
    tf_test_executor_finish (&self->executor);
  tf_process_context_close (self->context);
  g_assert_finalize_object (self->context);

  wait_until_alone ();
  /* GLib closes what it watched them with a moment later, and tasks that were given up hold the rest. */
  while (count_fds () > self->n_fds && g_get_monotonic_time () < deadline_us)
    if (!g_main_context_iteration (NULL, FALSE))
      g_thread_yield ();
  if (count_fds () > self->n_fds)
    show_fds ();
  g_assert_cmpuint (count_fds (), <=, self->n_fds);
}

static inline TfFuture *
submit_to (TfExecutor *executor,
           TfTask     *task)
{
  g_autoptr (GError) error = NULL;
  TfFuture          *future = tf_executor_submit (executor, task, &error);

  g_assert_no_error (error);
  g_assert_nonnull (future);
  return future;
}

static inline TfFuture *
workshop_submit (Workshop  *self,
                 TfTaskFunc func,
                 GVariant  *argument)
{
  return submit_to (self->executor, tf_task_new_with_argument (func, argument));
}

/* A program that plays a worker in the wrong way: broken-worker.c. @path: where it counts its starts, or NULL. */
static inline void
workshop_set_broken (Workshop   *self,
                     const char *how,
                     const char *path)
{
  g_autofree char *program = g_test_build_filename (G_TEST_BUILT, "broken-worker", NULL);
  const char      *argv[] = { program, how, path, NULL };

  tf_process_context_set_argv (self->context, argv);
}

/* How many there were, since the file @path was made. */
static inline gsize
count_starts (const char *path)
{
  GStatBuf status;

  return g_stat (path, &status) == 0 ? (gsize) status.st_size : 0;
}

static inline char *
make_file (void)
{
  g_autoptr (GError) error = NULL;
  char              *path = NULL;
  int                fd = g_file_open_tmp ("tf-test-XXXXXX", &path, &error);

  g_assert_no_error (error);
  close (fd);
  return path;
}

/* --- What tasks tell --- */

/* What a future has told so far. It lives as long as the signals are connected. */
typedef struct
{
  TfFuture     *future; /* (owned) */
  TfTestStates *states; /* (owned) */
  guint         n_events;
  guint         n_done;
  GValue        last;    /* the last event */
  gint64        process; /* from the message "process" */
} Journal;

static inline void
journal_take (Journal      *self,
              const GValue *value)
{
  self->n_events++;
  if (G_IS_VALUE (&self->last))
    g_value_unset (&self->last);
  if (value != NULL && G_IS_VALUE (value))
    {
      g_value_init (&self->last, G_VALUE_TYPE (value));
      g_value_copy (value, &self->last);
    }
}

static inline void
on_journal_event_cb (TfFuture     *future,
                     const GValue *value,
                     Journal      *self)
{
  journal_take (self, value);
}

static inline void
on_journal_message_cb (TfFuture     *future,
                       const char   *kind,
                       const GValue *value,
                       Journal      *self)
{
  if (g_str_equal (kind, "process"))
    self->process = g_value_get_int64 (value);
  else
    journal_take (self, value);
}

static inline void
on_journal_done_cb (TfFuture *future,
                    Journal  *self)
{
  self->n_done++;
}

/* Takes the future. */
static inline void
journal_open (Journal  *self,
              TfFuture *future)
{
  *self = (Journal){ .future = future, .states = tf_test_states_new (future) };
  g_signal_connect (future, "progress", G_CALLBACK (on_journal_event_cb), self);
  g_signal_connect (future, "item", G_CALLBACK (on_journal_event_cb), self);
  g_signal_connect (future, "message", G_CALLBACK (on_journal_message_cb), self);
  g_signal_connect (future, "done", G_CALLBACK (on_journal_done_cb), self);
}

/* It was done exactly once. */
static inline void
journal_close (Journal *self)
{
  g_assert_true (tf_future_is_done (self->future));
  g_assert_cmpuint (self->n_done, ==, 1);
  tf_test_drain (NULL);
  g_assert_cmpuint (self->n_done, ==, 1);

  g_signal_handlers_disconnect_by_data (self->future, self);
  g_clear_pointer (&self->states, tf_test_states_free);
  if (G_IS_VALUE (&self->last))
    g_value_unset (&self->last);
  g_clear_object (&self->future);
}

static inline gboolean
has_told_process (gpointer journal)
{
  return ((Journal *) journal)->process != 0;
}

static inline gboolean
has_told_something (gpointer journal)
{
  return ((Journal *) journal)->n_events > 0;
}

/* Until the task says where it runs. */
static inline int
journal_wait_process (Journal *self)
{
  tf_test_run_until (NULL, has_told_process, self);
  return (int) self->process;
}

/* In a task. */
static inline void
tell_process (TfTask *task)
{
  tf_task_send_int64 (task, "process", getpid ());
}

/* --- Gates --- */

/* A named pipe; what is written into it waits there, so it does not matter who comes first. */
typedef struct
{
  char *folder; /* (owned) */
  char *path;   /* (owned) */
  int   fd;     /* (owned) both ends, so that opening never waits */
} Gate;

static inline void
gate_init (Gate *self)
{
  g_autoptr (GError) error = NULL;

  self->folder = g_dir_make_tmp ("tf-test-XXXXXX", &error);
  g_assert_no_error (error);
  self->path = g_build_filename (self->folder, "gate", NULL);
  g_assert_cmpint (mkfifo (self->path, 0600), ==, 0);
  self->fd = open (self->path, O_RDWR | O_CLOEXEC);
  g_assert_cmpint (self->fd, >=, 0);
}

static inline void
gate_clear (Gate *self)
{
  close (self->fd);
  unlink (self->path);
  rmdir (self->folder);
  g_free (self->path);
  g_free (self->folder);
}

/* Lets @n tasks through. */
static inline void
gate_open (Gate *self,
           guint n)
{
  for (guint i = 0; i < n; i++)
    g_assert_cmpint (write (self->fd, "x", 1), ==, 1);
}

static inline GVariant *
gate_as_argument (Gate *self)
{
  return g_variant_new_bytestring (self->path);
}

/* In a task. */
static inline void
gate_wait (const char *path)
{
  int  fd = open (path, O_RDONLY | O_CLOEXEC);
  char byte;

  while (read (fd, &byte, 1) < 0 && errno == EINTR)
    ;
  close (fd);
}

/* --- Functions for tasks --- */

static inline void
body_pid (TfTask  *task,
          gpointer user_data)
{
  tf_task_return_int64 (task, getpid ());
}

/* Tells where it runs, and returns that when the gate is opened. */
static inline void
body_gate (TfTask  *task,
           gpointer user_data)
{
  tell_process (task);
  gate_wait (g_variant_get_bytestring (tf_task_get_argument (task)));
  tf_task_return_int64 (task, getpid ());
}

/* Returns when the task is cancelled, and not before. */
static inline void
body_until_cancelled (TfTask  *task,
                      gpointer user_data)
{
  GCancellable *cancellable = tf_task_get_cancellable (task);
  GPollFD       poll_fd;

  tell_process (task);
  if (!g_cancellable_make_pollfd (cancellable, &poll_fd))
    g_error ("no descriptor is left");
  while (!tf_task_is_cancelled (task))
    g_poll (&poll_fd, 1, -1);
  g_cancellable_release_fd (cancellable);
}

static inline void
body_spin (TfTask  *task,
           gpointer user_data)
{
  volatile guint n = 0;

  tell_process (task);
  for (;;)
    n++;
}

/* --- A worker that has something to do beside the one that a test is about --- */

typedef struct
{
  Gate    gate;
  Journal journal;
} Neighbour;

static inline void
neighbour_start (Neighbour *self,
                 Workshop  *workshop)
{
  gate_init (&self->gate);
  journal_open (&self->journal,
                workshop_submit (workshop, body_gate, gate_as_argument (&self->gate)));
  journal_wait_process (&self->journal);
}

/* It was not touched. */
static inline void
neighbour_finish (Neighbour *self)
{
  tf_test_assert_states (self->journal.states, "WAITING EXECUTING");
  gate_open (&self->gate, 1);
  tf_test_wait_done (self->journal.future);
  tf_test_assert_int64 (self->journal.future, self->journal.process);
  journal_close (&self->journal);
  gate_clear (&self->gate);
}

/* --- Ends --- */

/* Waits for its end, and returns what it says: a process id. */
static inline int
finish_pid (TfFuture *future)
{
  g_autoptr (GError) error = NULL;
  gint64             pid;

  tf_test_wait_done (future);
  pid = tf_future_get_int64 (future, &error);
  g_assert_no_error (error);
  g_object_unref (future);
  return (int) pid;
}

/* Runs a task in a worker, and returns the number of its process. */
static inline int
workshop_get_pid (Workshop *self)
{
  return finish_pid (workshop_submit (self, body_pid, NULL));
}

/* Waits until it has failed in this way. Returns what it says. */
static inline char *
finish_error (TfFuture *future,
              GQuark    domain,
              int       code)
{
  g_autoptr (GError) error = NULL;

  tf_test_wait_done (future);
  tf_test_assert_error (future, domain, code);
  error = tf_future_dup_error (future);
  g_object_unref (future);
  return g_strdup (error->message);
}

static inline void
assert_contains (const char *text,
                 const char *part)
{
  if (strstr (text, part) == NULL)
    g_error ("“%s” does not say “%s”", text, part);
}
