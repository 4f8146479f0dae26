/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <tf-testing/tf-testing.h>

#define DOMAIN_OF_LIBRARY "Tf"

struct _TfTestLog
{
  GLogLevelFlags levels;     /* [const] */
  guint          handler_id; /* [const] */
  GPtrArray     *messages;   /* (element-type utf8) (owned) [mutex] */
};

static GMutex mutex;
/* (element-type TfTestLog) (owned) (nullable) [mutex] those that collect */
static GSList *logs;

static void
on_log_cb (const char    *domain,
           GLogLevelFlags level,
           const char    *message,
           gpointer       user_data)
{
  TfTestLog *self = user_data;

  g_mutex_lock (&mutex);
  g_ptr_array_add (self->messages, g_strdup (message));
  g_mutex_unlock (&mutex);
}

static gboolean
is_fatal_cb (const char    *domain,
             GLogLevelFlags level,
             const char    *message,
             gpointer       user_data)
{
  gboolean is_fatal = TRUE;

  if (g_strcmp0 (domain, DOMAIN_OF_LIBRARY) != 0)
    return TRUE;

  g_mutex_lock (&mutex);
  for (GSList *each = logs; each != NULL; each = each->next)
    {
      if ((level & ((TfTestLog *) each->data)->levels) != 0)
        is_fatal = FALSE;
    }
  g_mutex_unlock (&mutex);

  return is_fatal;
}

/**
 * tf_test_log_new: (skip)
 * @levels: what is collected
 *
 * Begins to collect what the library logs.
 *
 * It takes the fatal handler of GLib, see [func@GLib.test_log_set_fatal_handler].
 *
 * ## Threads
 *
 * Call in the thread of the test.
 *
 * Returns: (transfer full): the log
 *
 * Since: 1.0
 */
TfTestLog *
tf_test_log_new (GLogLevelFlags levels)
{
  TfTestLog     *self = g_new0 (TfTestLog, 1);
  GLogLevelFlags flags = levels | G_LOG_FLAG_FATAL | G_LOG_FLAG_RECURSION;

  self->levels = levels;
  self->messages = g_ptr_array_new_with_free_func (g_free);

  g_mutex_lock (&mutex);
  logs = g_slist_prepend (logs, self);
  g_mutex_unlock (&mutex);

  self->handler_id = g_log_set_handler (DOMAIN_OF_LIBRARY, flags, on_log_cb, self);
  g_test_log_set_fatal_handler (is_fatal_cb, NULL);
  return self;
}

/**
 * tf_test_log_free: (skip)
 * @self: a log
 *
 * Ends collecting.
 *
 * ## Threads
 *
 * Call in the thread of the test, while no other thread logs.
 *
 * Since: 1.0
 */
void
tf_test_log_free (TfTestLog *self)
{
  gboolean is_last;

  g_return_if_fail (self != NULL);

  g_log_remove_handler (DOMAIN_OF_LIBRARY, self->handler_id);

  g_mutex_lock (&mutex);
  logs = g_slist_remove (logs, self);
  is_last = logs == NULL;
  g_mutex_unlock (&mutex);

  if (is_last)
    g_test_log_set_fatal_handler (NULL, NULL);

  g_ptr_array_unref (self->messages);
  g_free (self);
}

/**
 * tf_test_log_count: (skip)
 * @self: a log
 * @pattern: what they look like; `*` is any text and `?` any character
 *
 * Counts the messages that look like a pattern.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: the number
 *
 * Since: 1.0
 */
guint
tf_test_log_count (TfTestLog  *self,
                   const char *pattern)
{
  guint n = 0;

  g_return_val_if_fail (self != NULL, 0);
  g_return_val_if_fail (pattern != NULL, 0);

  g_mutex_lock (&mutex);
  for (guint i = 0; i < self->messages->len; i++)
    n += g_pattern_match_simple (pattern, self->messages->pdata[i]) ? 1 : 0;
  g_mutex_unlock (&mutex);

  return n;
}

/**
 * tf_test_log_dup_text: (skip)
 * @self: a log
 *
 * Gets the messages, with a new line after each.
 *
 * ## Threads
 *
 * May be called from any thread.
 *
 * Returns: (transfer full): the text
 *
 * Since: 1.0
 */
char *
tf_test_log_dup_text (TfTestLog *self)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_return_val_if_fail (self != NULL, NULL);

  g_mutex_lock (&mutex);
  for (guint i = 0; i < self->messages->len; i++)
    g_string_append_printf (text, "%s\n", (const char *) self->messages->pdata[i]);
  g_mutex_unlock (&mutex);

  return g_string_free (g_steal_pointer (&text), FALSE);
}
