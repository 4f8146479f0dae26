/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-text-private.h"
#include "task/tf-task-private.h"

/**
 * TfTask: (ref-func tf_task_ref) (unref-func tf_task_unref)
 *
 * One piece of work: the specification before it is submitted, and the background's handle while it
 * runs.
 *
 * A task is made with a function, told its name, priority and so on, and given to
 * [method@Executor.submit], once. Its function gets the task as first argument: to report progress,
 * to look whether it was cancelled, and to return a result.
 *
 * ## Threads
 *
 * Before it is submitted a task belongs to the thread that made it. The functions for the
 * background, from [method@Task.is_cancelled] to [method@Task.report_variant], may be called from
 * any thread while the task runs, those that return a result only from the thread that runs it.
 *
 * Since: 1.0
 */
GType
tf_task_get_type (void)
{
  static gsize type = 0;

  /* The macro for this is not in the bounds of ISO C. */
  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static (g_intern_static_string ("TfTask"),
                                                            (GBoxedCopyFunc) tf_task_ref,
                                                            (GBoxedFreeFunc) tf_task_unref));

  return type;
}

static TfTaskExtra *
ensure_extra (TfTask *self)
{
  if (self->extra == NULL)
    self->extra = g_new0 (TfTaskExtra, 1);

  return self->extra;
}

/**
 * tf_task_new: (skip)
 * @func: (scope notified) (closure user_data) (destroy user_data_free): the work
 * @user_data: data for @func
 * @user_data_free: (nullable): frees @user_data; called in the owner context before
 *   [signal@Future::done], or with the last reference if the task is never submitted
 *
 * Makes a task.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the task
 *
 * Since: 1.0
 */
TfTask *
tf_task_new (TfTaskFunc     func,
             gpointer       user_data,
             GDestroyNotify user_data_free)
{
  TfTask *self;

  g_return_val_if_fail (func != NULL, NULL);

  self = tf__task_alloc ();
  self->func = func;
  self->data = user_data;
  self->data_free = user_data_free;
  return self;
}

/**
 * tf_task_new_for_bindings: (rename-to tf_task_new)
 * @func: (scope notified) (closure user_data) (destroy user_data_free): the work
 * @user_data: data for @func
 * @user_data_free: (nullable): frees @user_data
 *
 * Makes a task from a function of another language.
 *
 * Such a function must set a result, if only by [method@Task.return_none]. If it comes back without
 * one, because it raised an exception or cannot run in another thread, as in JavaScript, the task
 * fails with `TF_ERROR_NO_RESULT`.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the task
 *
 * Since: 1.0
 */
TfTask *
tf_task_new_for_bindings (TfTaskFunc     func,
                          gpointer       user_data,
                          GDestroyNotify user_data_free)
{
  TfTask *self;

  g_return_val_if_fail (func != NULL, NULL);

  self = tf_task_new (func, user_data, user_data_free);
  self->kind = TF_TASK_OF_BINDING;
  return self;
}

/**
 * tf_task_new_with_argument: (skip)
 * @func: the work
 * @argument: (nullable): what it works on; a floating reference is sunk
 *
 * Makes a task that works on a variant, and on nothing else.
 *
 * Such a task is portable: all that the function needs can travel. It gets `NULL` as user data and
 * the argument by [method@Task.get_argument].
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the task
 *
 * Since: 1.0
 */
TfTask *
tf_task_new_with_argument (TfTaskFunc func,
                           GVariant  *argument)
{
  TfTask *self;

  g_return_val_if_fail (func != NULL, NULL);

  self = tf__task_alloc ();
  self->func = func;
  self->kind = TF_TASK_WITH_ARGUMENT;
  if (argument != NULL)
    {
      self->data = g_variant_ref_sink (argument);
      self->data_free = (GDestroyNotify) g_variant_unref;
    }
  return self;
}

/**
 * tf_task_new_for_reference:
 * @reference: what stands for the work: `kind:name`
 * @argument: (nullable): what it works on; a floating reference is sunk
 *
 * Makes a task from the name of a function.
 *
 * That name means something where the task runs: a task of the kind `name` needs a function that was registered with
 * [func@Tf.worker_register], in this process or in the worker. Other kinds are the worker's, which runs them by the
 * handler of [func@Tf.worker_run_with]: Python and JavaScript name their functions so.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the task
 *
 * Since: 1.0
 */
TfTask *
tf_task_new_for_reference (const char *reference,
                           GVariant   *argument)
{
  TfTask *self;

  g_return_val_if_fail (reference != NULL, NULL);

  self = tf__task_alloc ();
  self->kind = TF_TASK_WITH_ARGUMENT;
  ensure_extra (self)->reference = g_strdup (reference);
  if (argument != NULL)
    {
      self->data = g_variant_ref_sink (argument);
      self->data_free = (GDestroyNotify) g_variant_unref;
    }
  return self;
}

/**
 * tf_task_get_reference:
 * @self: a task
 *
 * Gets what stands for the work of a task that has no function of this process.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer none) (nullable): the reference that [ctor@Task.new_for_reference] was given, or `NULL`
 *
 * Since: 1.0
 */
const char *
tf_task_get_reference (TfTask *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->extra == NULL ? NULL : self->extra->reference;
}

/* The specification is the user's until it is submitted, and fixed from then on. */
static gboolean
is_open (TfTask     *self,
         const char *function)
{
  if (!self->is_submitted)
    return TRUE;

  g_critical ("%s: task “%s” has been submitted and cannot be changed any more", function,
              tf__task_get_name (self));
  return FALSE;
}

/**
 * tf_task_get_name:
 * @self: a task
 *
 * Gets the name of the task.
 *
 * ## Threads
 *
 * May be called from any thread once the task is submitted, and before by whoever made it.
 *
 * Returns: (transfer none): the name, or "task" where none was set
 *
 * Since: 1.0
 */
const char *
tf_task_get_name (TfTask *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return tf__task_get_name (self);
}

/**
 * tf_task_set_name:
 * @self: a task that has not been submitted
 * @name: (nullable): a short name, as in "count words"
 *
 * Sets the name of the task, which errors, warnings and lists of running work show.
 *
 * ## Threads
 *
 * Call in the thread that made the task.
 *
 * Since: 1.0
 */
void
tf_task_set_name (TfTask     *self,
                  const char *name)
{
  g_return_if_fail (self != NULL);

  if (!is_open (self, G_STRFUNC))
    return;

  g_free (ensure_extra (self)->name);
  self->extra->name = tf__text_dup (name);
}

/**
 * tf_task_get_description:
 * @self: a task
 *
 * Gets the text that says what the task is for.
 *
 * ## Threads
 *
 * May be called from any thread once the task is submitted, and before by whoever made it.
 *
 * Returns: (transfer none) (nullable): the text
 *
 * Since: 1.0
 */
const char *
tf_task_get_description (TfTask *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  return self->extra == NULL ? NULL : self->extra->description;
}

/**
 * tf_task_set_description:
 * @self: a task that has not been submitted
 * @description: (nullable): a text for people, of any length
 *
 * Sets the text that says what the task is for.
 *
 * ## Threads
 *
 * Call in the thread that made the task.
 *
 * Since: 1.0
 */
void
tf_task_set_description (TfTask     *self,
                         const char *description)
{
  g_return_if_fail (self != NULL);

  if (!is_open (self, G_STRFUNC))
    return;

  g_free (ensure_extra (self)->description);
  self->extra->description = tf__text_dup (description);
}

/**
 * tf_task_get_priority:
 * @self: a task
 *
 * Gets how urgent the task is.
 *
 * ## Threads
 *
 * May be called from any thread once the task is submitted, and before by whoever made it.
 *
 * Returns: the priority
 *
 * Since: 1.0
 */
int
tf_task_get_priority (TfTask *self)
{
  g_return_val_if_fail (self != NULL, 0);

  return self->priority;
}

/**
 * tf_task_set_priority:
 * @self: a task that has not been submitted
 * @priority: how urgent the task is: lower numbers come first, as with sources and
 *   [class@Gio.Task]; 0 by default
 *
 * Sets the place of the task among those that wait for a worker.
 *
 * Tasks of the same priority start in the order of their submission. A task that runs is not
 * interrupted.
 *
 * ## Threads
 *
 * Call in the thread that made the task.
 *
 * Since: 1.0
 */
void
tf_task_set_priority (TfTask *self,
                      int     priority)
{
  g_return_if_fail (self != NULL);

  if (is_open (self, G_STRFUNC))
    self->priority = priority;
}

/**
 * tf_task_link_cancellable:
 * @self: a task that has not been submitted
 * @cancellable: (nullable): a cancellable, which is not changed
 *
 * Has the task cancelled when @cancellable is.
 *
 * If it is cancelled already when the task is submitted, the task is accepted, never runs, and ends
 * `CANCELLED`.
 *
 * ## Threads
 *
 * Call in the thread that made the task. @cancellable may be cancelled on any thread.
 *
 * Since: 1.0
 */
void
tf_task_link_cancellable (TfTask       *self,
                          GCancellable *cancellable)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (cancellable == NULL || G_IS_CANCELLABLE (cancellable));

  if (is_open (self, G_STRFUNC))
    g_set_object (&ensure_extra (self)->cancellable, cancellable);
}

/**
 * tf_task_set_owner:
 * @self: a task that has not been submitted
 * @owner: (nullable): the object for which the work is done, often a widget or window
 *
 * Ties the work to the life of an object, as [method@Future.bind_owner] does, from the moment of
 * the submission on.
 *
 * The task holds no reference on @owner. If it is gone when the task is submitted, the task ends
 * `CANCELLED`.
 *
 * ## Threads
 *
 * Call in the thread that made the task.
 *
 * Since: 1.0
 */
void
tf_task_set_owner (TfTask  *self,
                   GObject *owner)
{
  TfTaskExtra *extra;

  g_return_if_fail (self != NULL);
  g_return_if_fail (owner == NULL || G_IS_OBJECT (owner));

  if (!is_open (self, G_STRFUNC))
    return;

  extra = ensure_extra (self);
  if (extra->has_owner)
    g_weak_ref_clear (&extra->owner);

  extra->has_owner = owner != NULL;
  extra->owner_key = owner;
  if (owner != NULL)
    g_weak_ref_init (&extra->owner, owner);
}

/**
 * tf_task_set_future_type:
 * @self: a task that has not been submitted
 * @future_type: [class@Future] or a class derived from it
 *
 * Sets the class of the future that the submission makes.
 *
 * A derived class handles the messages of its own tasks in its `message` function, and shows them
 * in properties and signals of its own. Such a task can be submitted in the owner context only.
 *
 * ## Threads
 *
 * Call in the thread that made the task.
 *
 * Since: 1.0
 */
void
tf_task_set_future_type (TfTask *self,
                         GType   future_type)
{
  g_return_if_fail (self != NULL);
  g_return_if_fail (g_type_is_a (future_type, TF_TYPE_FUTURE));
  g_return_if_fail (!G_TYPE_IS_ABSTRACT (future_type));

  if (is_open (self, G_STRFUNC))
    ensure_extra (self)->future_type = future_type;
}

/**
 * tf_task_set_callback:
 * @self: a task that has not been submitted
 * @callback: (scope notified) (closure user_data) (destroy user_data_free) (nullable): called in
 *   the owner context, once, right before [signal@Future::done]
 * @user_data: data for @callback
 * @user_data_free: (nullable): frees @user_data, in the owner context, right after @callback, and
 *   also where @callback is not called because its data is the owner of the task, which is gone
 *
 * Sets what is called when the task is done.
 *
 * It costs less than a signal handler. And where a task is submitted outside the owner context,
 * where a handler could be connected too late, the callback is never late.
 *
 * ## Threads
 *
 * Call in the thread that made the task.
 *
 * Since: 1.0
 */
void
tf_task_set_callback (TfTask        *self,
                      TfFutureFunc   callback,
                      gpointer       user_data,
                      GDestroyNotify user_data_free)
{
  g_return_if_fail (self != NULL);

  if (!is_open (self, G_STRFUNC))
    return;

  if (self->callback_data_free != NULL)
    self->callback_data_free (self->callback_data);

  self->callback = callback;
  self->callback_data = user_data;
  self->callback_data_free = user_data_free;
}

/**
 * tf_task_set_location:
 * @self: a task that has not been submitted
 * @location: (nullable): a place in the source, as in "words.py:12"
 *
 * Sets where the task was submitted, for the warning about a failure that nobody read.
 *
 * For bindings: by default it is the address of the call of the submitting function.
 *
 * ## Threads
 *
 * Call in the thread that made the task.
 *
 * Since: 1.0
 */
void
tf_task_set_location (TfTask     *self,
                      const char *location)
{
  g_return_if_fail (self != NULL);

  if (!is_open (self, G_STRFUNC))
    return;

  g_free (ensure_extra (self)->location);
  self->extra->location = tf__text_dup (location);
}
