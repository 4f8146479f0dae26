/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "testing/tf-test-fixture-leaks-private.h"

/* By a weak reference, since the last strong one may go on any thread. */
typedef struct
{
  GWeakRef object;
  char    *name; /* (owned) */
} Watched;

/* How a test fails outside of GTest; NULL for the default. */
static TfTestFailFunc fail_func;
static gpointer       fail_data;

static void
watched_free (gpointer data)
{
  Watched *self = data;

  g_weak_ref_clear (&self->object);
  g_free (self->name);
  g_free (self);
}

void
tf__test_leaks_init (TfTestLeaks *self)
{
  self->watched = g_ptr_array_new_with_free_func (watched_free);
  self->found = g_ptr_array_new_with_free_func (g_free);
}

void
tf__test_leaks_clear (TfTestLeaks *self)
{
  g_ptr_array_unref (self->watched);
  g_ptr_array_unref (self->found);
}

void
tf__test_leaks_watch (TfTestLeaks *self,
                      GObject     *object,
                      const char  *name)
{
  Watched *watched = g_new0 (Watched, 1);

  g_weak_ref_init (&watched->object, object);
  watched->name = g_strdup (name);
  g_ptr_array_add (self->watched, watched);
}

static void
on_items_changed_cb (GListModel  *executor,
                     guint        position,
                     guint        n_removed,
                     guint        n_added,
                     TfTestLeaks *self)
{
  for (guint i = 0; i < n_added; i++)
    {
      g_autoptr (TfFuture) future = g_list_model_get_item (executor, position + i);
      g_autofree char     *name = NULL;

      name = g_strdup_printf ("the future of “%s”", tf_future_get_name (future));
      tf__test_leaks_watch (self, G_OBJECT (future), name);
    }
}

void
tf__test_leaks_watch_futures (TfTestLeaks *self,
                              TfExecutor  *executor)
{
  GListModel *futures = G_LIST_MODEL (executor);

  g_signal_connect (executor, "items-changed", G_CALLBACK (on_items_changed_cb), self);
  on_items_changed_cb (futures, 0, 0, g_list_model_get_n_items (futures), self);
}

void
tf__test_leaks_unwatch_futures (TfTestLeaks *self,
                                TfExecutor  *executor)
{
  g_signal_handlers_disconnect_by_data (executor, self);
}

void
tf__test_leaks_add (TfTestLeaks *self,
                    const char  *format,
                    ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_ptr_array_add (self->found, g_strdup_vprintf (format, arguments));
  va_end (arguments);
}

void
tf__test_leaks_find_unfinished (TfTestLeaks *self,
                                TfExecutor  *executor)
{
  GListModel *futures = G_LIST_MODEL (executor);
  guint       n_futures = g_list_model_get_n_items (futures);

  for (guint i = 0; i < n_futures; i++)
    {
      g_autoptr (TfFuture) future = g_list_model_get_item (futures, i);

      tf__test_leaks_add (self, "nobody waited for the end of “%s”", tf_future_get_name (future));
    }
}

void
tf__test_leaks_find_objects (TfTestLeaks *self)
{
  for (guint i = 0; i < self->watched->len; i++)
    {
      Watched            *watched = self->watched->pdata[i];
      g_autoptr (GObject) object = g_weak_ref_get (&watched->object);

      if (object == NULL)
        continue;

      tf__test_leaks_add (self, "%s is still alive: %u references", watched->name,
                          object->ref_count - 1);
      if (TF_IS_EXECUTOR (object))
        tf__test_leaks_unwatch_futures (self, TF_EXECUTOR (object));
    }
}

/* The identifiers of a context count from 1, so a new source has the number of all that there ever were. */
void
tf__test_leaks_find_sources (TfTestLeaks  *self,
                             GMainContext *context)
{
  g_autoptr (GSource) last = g_idle_source_new ();
  guint               n_sources = g_source_attach (last, context);

  for (guint id = 1; id < n_sources; id++)
    {
      GSource *source = g_main_context_find_source_by_id (context, id);

      if (source != NULL)
        tf__test_leaks_add (self, "the source “%s” is still attached",
                            g_source_get_name (source) != NULL ? g_source_get_name (source)
                                                               : "without a name");
    }

  g_source_destroy (last);
}

void
tf__test_leaks_set_fail_func (TfTestFailFunc func,
                              gpointer       user_data)
{
  fail_func = func;
  fail_data = user_data;
}

/* g_test_fail_printf() only sets a mark, which g_test_run() reads. A test of GTest has a path; elsewhere nobody would
 * read the mark. */
static void
fail_test (const char *message)
{
  if (fail_func != NULL)
    fail_func (message, fail_data);
  else if (*g_test_get_path () != '\0')
    g_test_fail_printf ("%s", message);
  else
    g_error ("%s", message);
}

void
tf__test_leaks_tell (TfTestLeaks *self)
{
  g_autoptr (GString) text = g_string_new ("left over: ");

  if (self->found->len == 0)
    return;

  for (guint i = 0; i < self->found->len; i++)
    {
      g_printerr ("left over: %s\n", (const char *) self->found->pdata[i]);
      g_string_append_printf (text, "%s%s", i == 0 ? "" : "; ",
                              (const char *) self->found->pdata[i]);
    }

  fail_test (text->str);
}
