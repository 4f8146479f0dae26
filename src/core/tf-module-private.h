/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* The executable and the shared objects that are loaded, on Linux only. Any thread. */

#ifdef __linux__

/* A build-id that GNU tools make has 20 bytes; who gives one of his own may take others. */
#define TF_MODULE_MAX_BUILD_ID 64

/* As it is in memory: its file may have been replaced since. */
typedef struct
{
  gboolean is_executable;
  char    *name;     /* (owned) as the loader calls it */
  char    *build_id; /* (owned) (nullable) hexadecimal */
  gsize    base;     /* what its addresses, which are those of its file, are moved by */
  gsize    dynamic;  /* where its dynamic section is in memory, as no other's; or 0 */
  GArray  *segments; /* (owned) */
} TfModule;

/* Those that are loaded now, the executable first. */
GPtrArray *tf__modules_list (void) G_GNUC_WARN_UNUSED_RESULT;
/* (nullable) */
TfModule *tf__modules_find (GPtrArray *modules,
                            gsize      address_in_memory);
/* Loads a module for ever, unless it is loaded; an empty path is the executable. Returns a list and the one that is
 * meant. Fails with TF_ERROR_NOT_PORTABLE. */
GPtrArray *tf__modules_list_with (const char *path,
                                  TfModule  **module,
                                  GError    **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether there is code at this address of the file. */
gboolean tf__module_has_code (const TfModule *self,
                              gsize           address);
/* What an error calls it. */
char *tf__module_show (const TfModule *self) G_GNUC_WARN_UNUSED_RESULT;
/* Keeps it loaded from now on, and returns where its file is for every process: "" for the executable. Fails with
 * TF_ERROR_NOT_PORTABLE. */
char *tf__module_locate (const TfModule *self,
                         GError        **error) G_GNUC_WARN_UNUSED_RESULT;

#endif
