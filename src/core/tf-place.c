/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

/* dladdr() */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>

#include "core/tf-place-private.h"

char *
tf__place_to_string (gpointer place)
{
  Dl_info info;

  if (dladdr (place, &info) != 0 && info.dli_fname != NULL)
    {
      g_autofree char *module = g_path_get_basename (info.dli_fname);

      return g_strdup_printf ("%s+0x%" G_GSIZE_MODIFIER "x", module,
                              (gsize) place - (gsize) info.dli_fbase);
    }

  return g_strdup_printf ("%p", place);
}
