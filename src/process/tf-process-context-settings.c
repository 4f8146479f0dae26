/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-process-context.h>

#include "process/tf-process-private.h"

/* What the processes of a context are started with, and how they are ended. */

static void
set_strv (TfProcessContext  *self,
          gsize              offset,
          const char *const *strv)
{
  TfProcessCrew     *crew = tf__process_context_get_crew (self);
  TfProcessSettings *settings = tf__process_crew_lock_settings (crew);
  char            ***place = G_STRUCT_MEMBER_P (settings, offset);

  g_strfreev (*place);
  *place = strv == NULL || strv[0] == NULL ? NULL : g_strdupv ((char **) strv);
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));
}

/**
 * tf_process_context_set_argv:
 * @self: a context
 * @argv: (array zero-terminated=1) (element-type filename) (nullable): a program and its arguments, or `NULL` for the
 *   usual one
 *
 * Sets what is started as a worker.
 *
 * Usually that is the executable itself, if it calls [func@Tf.worker_requested]; otherwise it is the program
 * `tf-worker`, which loads modules. Any other program has to call [func@Tf.worker_run] or [func@Tf.worker_run_with]:
 * a Python or JavaScript file does. A program that is run by an interpreter always has to set this: its executable is
 * the interpreter.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_process_context_set_argv (TfProcessContext  *self,
                             const char *const *argv)
{
  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  g_return_if_fail (argv == NULL || argv[0] == NULL || argv[0][0] != '\0');
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  set_strv (self, G_STRUCT_OFFSET (TfProcessSettings, argv), argv);
}

/**
 * tf_process_context_set_modules:
 * @self: a context
 * @paths: (array zero-terminated=1) (element-type filename) (nullable): shared libraries
 *
 * Sets what workers load before their first task.
 *
 * Each worker looks for them itself. A path with a slash that is relative begins in the directory of
 * [method@ProcessContext.set_directory], or in that of the program as it is when the worker starts; a name without a
 * slash is searched for as the dynamic loader does.
 *
 * If a module has a function `void tf_worker_module_init (void)`, it is called: the place to register names. Functions
 * that are given to tasks as they are need not be named here, since their module is known.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_process_context_set_modules (TfProcessContext  *self,
                                const char *const *paths)
{
  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  set_strv (self, G_STRUCT_OFFSET (TfProcessSettings, modules), paths);
}

/**
 * tf_process_context_set_environment:
 * @self: a context
 * @environment: (array zero-terminated=1) (element-type filename) (nullable): entries of the form `NAME=value`
 *
 * Sets variables that workers have besides those of the program.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_process_context_set_environment (TfProcessContext  *self,
                                    const char *const *environment)
{
  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  set_strv (self, G_STRUCT_OFFSET (TfProcessSettings, environment), environment);
}

/**
 * tf_process_context_set_directory:
 * @self: a context
 * @directory: (type filename) (nullable): a path, or `NULL` for that of the program
 *
 * Sets the working directory of workers.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_process_context_set_directory (TfProcessContext *self,
                                  const char       *directory)
{
  TfProcessSettings *settings;

  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  settings = tf__process_crew_lock_settings (tf__process_context_get_crew (self));
  g_free (settings->directory);
  settings->directory = g_strdup (directory);
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));
}

/**
 * tf_process_context_set_nice:
 * @self: a context
 * @nice: from -20 to 19, or 0 for that of the program
 *
 * Sets how readily workers leave the processors to others.
 *
 * Levels below that of the program need privileges; without them no worker starts.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_process_context_set_nice (TfProcessContext *self,
                             int               nice)
{
  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  g_return_if_fail (nice >= -20 && nice <= 19);
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  tf__process_crew_lock_settings (tf__process_context_get_crew (self))->nice = nice;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));
}

/**
 * tf_process_context_set_limits:
 * @self: a context
 * @memory: how much address space a worker may have, in bytes; or 0 for no limit
 * @cpu_seconds: how much processor time a worker may use in its whole life; or 0 for no limit
 *
 * Sets limits that the system holds workers to.
 *
 * A worker that has no memory left usually aborts, and one that has used up its time is ended by SIGXCPU: the task
 * fails with `TF_ERROR_WORKER_LOST`.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_process_context_set_limits (TfProcessContext *self,
                               guint64           memory,
                               guint             cpu_seconds)
{
  TfProcessSettings *settings;

  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  settings = tf__process_crew_lock_settings (tf__process_context_get_crew (self));
  settings->memory = memory;
  settings->cpu_seconds = cpu_seconds;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));
}

/**
 * tf_process_context_set_grace:
 * @self: a context
 * @cancel_us: how long a task that is cancelled, or given up, may go on, in microseconds; negative for ever
 * @terminate_us: how long its process may live after SIGTERM, in microseconds; negative for ever
 *
 * Sets how long a task that was cancelled is waited for.
 *
 * Its function is told by [method@Task.is_cancelled] at once. When the first time is over, its process gets SIGTERM,
 * which ends it even in the middle of a computation, and when the second is over as well, SIGKILL. The times are two
 * seconds and one, unless they are set. They apply to tasks that are cancelled from now on.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_process_context_set_grace (TfProcessContext *self,
                              gint64            cancel_us,
                              gint64            terminate_us)
{
  TfProcessSettings *settings;

  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  settings = tf__process_crew_lock_settings (tf__process_context_get_crew (self));
  settings->cancel_grace_us = cancel_us;
  settings->terminate_grace_us = terminate_us;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));
}

/**
 * tf_process_context_set_idle_timeout:
 * @self: a context
 * @timeout_us: how long, in microseconds; negative for ever
 *
 * Sets for how long a process without work is kept: half a minute, unless it is set.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_process_context_set_idle_timeout (TfProcessContext *self,
                                     gint64            timeout_us)
{
  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  tf__process_crew_lock_settings (tf__process_context_get_crew (self))->idle_us = timeout_us;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));
}

/**
 * tf_process_context_set_retries:
 * @self: a context
 * @n_retries: how often
 *
 * Sets how often a task is run again whose process went while it worked: never, unless it is set.
 *
 * That is what would fail with `TF_ERROR_WORKER_LOST`, and also with `TF_ERROR_PROTOCOL`: a worker that sends what no
 * worker sends is ended, and the task gets another one. A task that was cancelled, or that failed by itself, is not run
 * again. Starts are not counted here: see [property@ProcessContext:start-retry-timeout].
 *
 * Only for tasks that may run twice. What the first run has reported has been delivered, and may come again.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_process_context_set_retries (TfProcessContext *self,
                                guint             n_retries)
{
  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  tf__process_crew_lock_settings (tf__process_context_get_crew (self))->n_retries = n_retries;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));
}

/**
 * tf_process_context_set_start_retry_timeout: (set-property start-retry-timeout)
 * @self: a context
 * @timeout_us: how long, in microseconds; negative for no limit
 *
 * Sets for how long starts of workers that fail are tried again: 30 seconds, unless it is set.
 *
 * When a start fails, the tasks that need a worker wait, and one start at a time is tried, after pauses from a
 * twentieth of a second up to five seconds. A start that works lets all of them go on. The sixth start in a row
 * that fails also fails the task for which it was tried, with `TF_ERROR_WORKER_START`, and so does each one after
 * it. Once starts have failed for longer than the limit, all tasks that wait fail, and those that come until the
 * next try.
 *
 * A start that cannot work by another try fails its task at once, whatever the limit is: there is no such program, a
 * module cannot be loaded, the working directory is missing, or the worker is of another version.
 *
 * ## Threads
 *
 * May be called from any thread. Applies at once.
 *
 * Since: 1.0
 */
void
tf_process_context_set_start_retry_timeout (TfProcessContext *self,
                                            gint64            timeout_us)
{
  TfProcessSettings *settings;
  gboolean           is_changed;

  g_return_if_fail (TF_IS_PROCESS_CONTEXT (self));
  if (!tf__process_context_check_process (self, G_STRFUNC))
    return;

  timeout_us = MAX (timeout_us, -1);
  settings = tf__process_crew_lock_settings (tf__process_context_get_crew (self));
  is_changed = settings->start_retry_us != timeout_us;
  settings->start_retry_us = timeout_us;
  tf__process_crew_unlock_settings (tf__process_context_get_crew (self));

  if (is_changed)
    g_object_notify (G_OBJECT (self), "start-retry-timeout");
}

/**
 * tf_process_context_get_start_retry_timeout: (get-property start-retry-timeout)
 * @self: a context
 *
 * Gets for how long starts of workers that fail are tried again.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the time in microseconds, or -1 for no limit
 *
 * Since: 1.0
 */
gint64
tf_process_context_get_start_retry_timeout (TfProcessContext *self)
{
  g_return_val_if_fail (TF_IS_PROCESS_CONTEXT (self), 0);

  return tf__process_crew_get_start_retry (tf__process_context_get_crew (self));
}
