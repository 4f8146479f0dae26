/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <tf/tf-error.h>

#include "process/tf-worker-private.h"

/* What a worker process does to itself before its first job: so the program need not do it between fork and exec. */

static gboolean
fail (const char *what,
      GError    **error)
{
  g_set_error (error, TF_ERROR, TF_ERROR_WORKER_START, "%s: %s", what, g_strerror (errno));
  return FALSE;
}

static gboolean
set_directory (const char *path,
               GError    **error)
{
  g_autofree char *what = NULL;

  if (chdir (path) == 0)
    return TRUE;

  what = g_strdup_printf ("The working directory “%s” cannot be entered", path);
  return fail (what, error);
}

static gboolean
set_nice (int      nice,
          GError **error)
{
  return setpriority (PRIO_PROCESS, 0, nice) == 0 ||
         fail ("The nice level cannot be set", error);
}

static gboolean
set_limit (int         resource,
           guint64     limit,
           const char *what,
           GError    **error)
{
  struct rlimit limits;

  if (getrlimit (resource, &limits) != 0)
    return fail (what, error);

  limits.rlim_cur = MIN ((rlim_t) limit, limits.rlim_max);
  return setrlimit (resource, &limits) == 0 || fail (what, error);
}

static gboolean
load_modules (const char *const *paths,
              GError           **error)
{
  for (; *paths != NULL; paths++)
    {
      void *module = dlopen (*paths, RTLD_NOW | RTLD_LOCAL);
      void (*init) (void);
      void *symbol;

      if (module == NULL)
        {
          g_set_error (error, TF_ERROR, TF_ERROR_WORKER_START, "A module cannot be loaded: %s",
                       dlerror ());
          return FALSE;
        }

      symbol = dlsym (module, "tf_worker_module_init");
      if (symbol == NULL)
        continue;

      memcpy (&init, &symbol, sizeof (init));
      init ();
    }

  return TRUE;
}

gboolean
tf__worker_set_up (GVariant *settings,
                   GError  **error)
{
  g_autofree const char **modules = NULL;
  const char             *directory;
  guint64                 limit;
  int                     nice;

  if (g_variant_lookup (settings, "directory", "^&ay", &directory) &&
      !set_directory (directory, error))
    return FALSE;

  if (g_variant_lookup (settings, "nice", "i", &nice) && nice != 0 && !set_nice (nice, error))
    return FALSE;

  if (g_variant_lookup (settings, "modules", "^a&ay", &modules) &&
      !load_modules (modules, error))
    return FALSE;

  /* Last, so that they hold for the jobs. */
  if (g_variant_lookup (settings, "memory", "t", &limit) &&
      !set_limit (RLIMIT_AS, limit, "The limit of memory cannot be set", error))
    return FALSE;

  if (g_variant_lookup (settings, "cpu", "t", &limit) &&
      !set_limit (RLIMIT_CPU, limit, "The limit of processor time cannot be set", error))
    return FALSE;

  return TRUE;
}
