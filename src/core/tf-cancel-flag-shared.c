/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf/tf-cancel-flag.h>

#include "core/tf-clock-private.h"
#include "core/tf-sides-private.h"

/**
 * TfCancelFlag: (ref-func tf_cancel_flag_ref) (unref-func tf_cancel_flag_unref)
 *
 * Tells workers to stop: it can be set, looked at, and waited for.
 *
 * [method@ParallelContext.create_flag] makes one that the workers of the context can see, if they are threads of this
 * process: a flag is of one process, and does not travel to another.
 *
 * ## Threads
 *
 * May be used from any thread.
 *
 * Since: 1.0
 */
struct _TfCancelFlag
{
  gint   ref_count; /* [atomic] */
  gint   is_set;    /* [atomic] */
  TfLock lock;
  GCond  was_set; /* [lock] */
};

GType
tf_cancel_flag_get_type (void)
{
  static gsize type = 0;

  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_boxed_type_register_static (g_intern_static_string ("TfCancelFlag"),
                                                            (GBoxedCopyFunc) tf_cancel_flag_ref,
                                                            (GBoxedFreeFunc) tf_cancel_flag_unref));

  return type;
}

/**
 * tf_cancel_flag_new:
 *
 * Makes a flag for threads of this process, which is not set.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the flag
 *
 * Since: 1.0
 */
TfCancelFlag *
tf_cancel_flag_new (void)
{
  TfCancelFlag *self = g_new0 (TfCancelFlag, 1);

  self->ref_count = 1;
  tf__lock_init (&self->lock);
  g_cond_init (&self->was_set);
  return self;
}

/**
 * tf_cancel_flag_ref:
 * @self: a flag
 *
 * Takes a reference.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): @self
 *
 * Since: 1.0
 */
TfCancelFlag *
tf_cancel_flag_ref (TfCancelFlag *self)
{
  g_return_val_if_fail (self != NULL, NULL);

  tf__add (&self->ref_count, 1);
  return self;
}

/**
 * tf_cancel_flag_unref:
 * @self: (transfer full): a flag
 *
 * Gives a reference up.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_cancel_flag_unref (TfCancelFlag *self)
{
  g_return_if_fail (self != NULL);

  if (tf__sub (&self->ref_count, 1) != 1)
    return;

  g_cond_clear (&self->was_set);
  tf__lock_clear (&self->lock);
  g_free (self);
}

/**
 * tf_cancel_flag_set:
 * @self: a flag
 *
 * Sets the flag, for good, and wakes those who wait for it.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Since: 1.0
 */
void
tf_cancel_flag_set (TfCancelFlag *self)
{
  g_return_if_fail (self != NULL);

  tf__lock (&self->lock);
  tf__store (&self->is_set, TRUE);
  g_cond_broadcast (&self->was_set);
  tf__unlock (&self->lock);
}

/**
 * tf_cancel_flag_is_set:
 * @self: a flag
 *
 * Tells whether the flag was set. A look costs some nanoseconds.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: true if it was set
 *
 * Since: 1.0
 */
gboolean
tf_cancel_flag_is_set (TfCancelFlag *self)
{
  g_return_val_if_fail (self != NULL, FALSE);

  return tf__load (&self->is_set);
}

/**
 * tf_cancel_flag_wait:
 * @self: a flag
 * @timeout_us: how long to wait, in microseconds; negative for no limit
 *
 * Waits until the flag is set.
 *
 * ## Threads
 *
 * May be called from any thread. Blocks.
 *
 * Returns: true if it was set; false if the time was over before
 *
 * Since: 1.0
 */
gboolean
tf_cancel_flag_wait (TfCancelFlag *self,
                     gint64        timeout_us)
{
  gint64   deadline_us = tf__clock_deadline (timeout_us);
  gboolean is_in_time = TRUE;

  g_return_val_if_fail (self != NULL, FALSE);

  tf__lock (&self->lock);
  while (!tf__load (&self->is_set) && is_in_time)
    is_in_time = tf__clock_wait (&self->lock, &self->was_set, deadline_us);
  tf__unlock (&self->lock);

  return tf__load (&self->is_set);
}
