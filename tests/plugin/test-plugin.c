/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A host of plug-ins, which knows GLib only. Its plug-ins bring the library into the process, and are unloaded. */

#include <dlfcn.h>
#include <glib.h>

#define N_ROUNDS 20

typedef gint64 (*PluginUse) (gboolean shuts_down);

typedef struct
{
  const char *path;
  const char *summary;
  const char *plugin;
  gboolean    shuts_down;
} Case;

static const Case cases[] = {
  { "after-shutdown", "A plug-in that shuts its executor down can be unloaded and loaded again.",
    "plugin-plain.so", TRUE },
  { "without-shutdown", "A plug-in that drops its executor can be unloaded and loaded again.",
    "plugin-plain.so", FALSE },
  { "with-kit", "A plug-in that uses the test kit can be unloaded and loaded again.",
    "plugin-with-kit.so", TRUE },
};

/* Whether a thread of a pool, or another thread of the library, has not ended yet. The thread of GLib that starts all
 * others never ends. */
static gboolean
has_threads (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GDir)   tasks = g_dir_open ("/proc/self/task", 0, &error);
  gboolean           has_some = FALSE;
  const char        *number;

  g_assert_no_error (error);
  while ((number = g_dir_read_name (tasks)) != NULL)
    {
      g_autofree char *path = g_build_filename ("/proc/self/task", number, "comm", NULL);
      g_autofree char *name = NULL;

      /* A thread that ends meanwhile has no name. */
      if (!g_file_get_contents (path, &name, NULL, NULL))
        continue;
      if (g_str_has_prefix (name, "tf-") ||
          (g_str_has_prefix (name, "pool-") && !g_str_has_prefix (name, "pool-spawner")))
        has_some = TRUE;
    }

  return has_some;
}

static gboolean
on_tick_cb (gpointer user_data)
{
  return G_SOURCE_CONTINUE;
}

/* Runs the main loop of the host until each thread that came with the plug-in has ended. Meson has the time limit. */
static void
wait_for_threads (void)
{
  guint tick = g_timeout_add (1, on_tick_cb, NULL);

  while (has_threads ())
    {
      g_thread_pool_stop_unused_threads ();
      g_main_context_iteration (NULL, TRUE);
    }
  g_source_remove (tick);

  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

static void
test_rounds (gconstpointer data)
{
  const Case      *self = data;
  g_autofree char *path = g_test_build_filename (G_TEST_BUILT, self->plugin, NULL);

  g_test_summary (self->summary);

  for (guint i = 0; i < N_ROUNDS; i++)
    {
      void     *plugin = dlopen (path, RTLD_NOW | RTLD_LOCAL);
      PluginUse use;

      if (plugin == NULL)
        g_error ("%s", dlerror ());
      use = (PluginUse) (gsize) dlsym (plugin, "plugin_use");
      g_assert_nonnull (use);
      g_assert_cmpint (use (self->shuts_down), ==, 42);
      g_assert_cmpint (dlclose (plugin), ==, 0);

      /* The plug-in itself is gone. */
      g_assert_null (dlopen (path, RTLD_NOW | RTLD_NOLOAD));
      wait_for_threads ();
    }
}

int
main (int   argc,
      char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/plugin/unloads-", cases[i].path, NULL);

      g_test_add_data_func (path, &cases[i], test_rounds);
    }

  return g_test_run ();
}
