/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

/* dl_iterate_phdr(), dlinfo() */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "core/tf-module-private.h"

#ifdef __linux__

#include <tf/tf-error.h>

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

/* What is loaded of the file. */
typedef struct
{
  gsize address; /* as in the file */
  gsize size;
  guint flags; /* PF_X and others */
} Segment;

static void
module_free (TfModule *self)
{
  g_free (self->name);
  g_free (self->build_id);
  g_array_unref (self->segments);
  g_free (self);
}

/* Whether all @size bytes are in one segment that has @flags. */
static gboolean
module_has (const TfModule *self,
            gsize           address,
            gsize           size,
            guint           flags)
{
  for (guint i = 0; i < self->segments->len; i++)
    {
      const Segment *segment = &g_array_index (self->segments, Segment, i);

      if ((segment->flags & flags) == flags && address >= segment->address &&
          address - segment->address < segment->size &&
          size <= segment->size - (address - segment->address))
        return TRUE;
    }
  return FALSE;
}

gboolean
tf__module_has_code (const TfModule *self,
                     gsize           address)
{
  return module_has (self, address, 1, PF_X);
}

char *
tf__module_show (const TfModule *self)
{
  return self->is_executable ? g_strdup ("the executable") : g_filename_display_name (self->name);
}

/* --- What is loaded --- */

static char *
to_hexadecimal (const guint8 *bytes,
                gsize         n_bytes)
{
  static const char digits[] = "0123456789abcdef";
  char             *text = g_malloc (2 * n_bytes + 1);

  for (gsize i = 0; i < n_bytes; i++)
    {
      text[2 * i] = digits[bytes[i] >> 4];
      text[2 * i + 1] = digits[bytes[i] & 15];
    }
  text[2 * n_bytes] = '\0';
  return text;
}

/* Rounds up; @alignment is 4 or 8. */
static guint64
align (guint64 size,
       guint64 alignment)
{
  return (size + alignment - 1) & ~(alignment - 1);
}

static char *
find_build_id (const guint8 *notes,
               guint64       size,
               guint64       alignment)
{
  ElfW (Nhdr) head;

  for (guint64 at = 0; at < size && size - at >= sizeof head;)
    {
      guint64 value_at;

      memcpy (&head, notes + at, sizeof head);
      value_at = align (at + sizeof head + head.n_namesz, alignment);
      if (value_at > size || head.n_descsz > size - value_at)
        return NULL;

      if (head.n_type == NT_GNU_BUILD_ID && head.n_namesz == sizeof ELF_NOTE_GNU &&
          memcmp (notes + at + sizeof head, ELF_NOTE_GNU, sizeof ELF_NOTE_GNU) == 0 &&
          head.n_descsz > 0 && head.n_descsz <= TF_MODULE_MAX_BUILD_ID)
        return to_hexadecimal (notes + value_at, head.n_descsz);

      at = align (value_at + head.n_descsz, alignment);
    }
  return NULL;
}

/* The loader holds its lock here: what it may free later is copied, and nothing is asked of it. */
static int
on_module (struct dl_phdr_info *info,
           size_t               size,
           void                *data)
{
  GPtrArray *modules = data;
  TfModule  *self = g_new0 (TfModule, 1);

  /* Not every loader leaves the name of the executable empty. */
  self->is_executable = modules->len == 0;
  self->name = g_strdup (info->dlpi_name);
  self->base = info->dlpi_addr;
  self->segments = g_array_new (FALSE, FALSE, sizeof (Segment));
  g_ptr_array_add (modules, self);

  for (guint i = 0; i < info->dlpi_phnum; i++)
    {
      Segment segment = {
        info->dlpi_phdr[i].p_vaddr,
        info->dlpi_phdr[i].p_memsz,
        info->dlpi_phdr[i].p_flags,
      };

      if (info->dlpi_phdr[i].p_type == PT_LOAD)
        g_array_append_val (self->segments, segment);
      else if (info->dlpi_phdr[i].p_type == PT_DYNAMIC)
        self->dynamic = self->base + segment.address;
    }

  for (guint i = 0; i < info->dlpi_phnum && self->build_id == NULL; i++)
    {
      gsize address = info->dlpi_phdr[i].p_vaddr;
      gsize note_size = info->dlpi_phdr[i].p_memsz;

      if (info->dlpi_phdr[i].p_type == PT_NOTE && module_has (self, address, note_size, PF_R))
        self->build_id = find_build_id (GSIZE_TO_POINTER (self->base + address), note_size,
                                        info->dlpi_phdr[i].p_align == 8 ? 8 : 4);
    }
  return 0;
}

GPtrArray *
tf__modules_list (void)
{
  GPtrArray *modules = g_ptr_array_new_with_free_func ((GDestroyNotify) module_free);

  dl_iterate_phdr (on_module, modules);
  return modules;
}

TfModule *
tf__modules_find (GPtrArray *modules,
                  gsize      address_in_memory)
{
  for (guint i = 0; i < modules->len; i++)
    {
      TfModule *module = modules->pdata[i];

      if (module_has (module, address_in_memory - module->base, 1, 0))
        return module;
    }
  return NULL;
}

/* --- What is kept --- */

/* In whatever encoding it comes. */
static char *
show_loader_error (void)
{
  const char *text = dlerror ();

  return g_utf8_make_valid (text == NULL ? "no reason is known" : text, -1);
}

/* Who remembers where something is in a module keeps it: else another could take its place. */
static gboolean
module_keep (const TfModule *self,
             GError        **error)
{
  g_autofree char *reason = NULL;
  g_autofree char *shown = NULL;

  if (dlopen (self->name, RTLD_LAZY | RTLD_LOCAL | RTLD_NOLOAD) != NULL)
    return TRUE;

  reason = show_loader_error ();
  shown = tf__module_show (self);
  g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
               "The function is in %s, which cannot be kept loaded: %s", shown, reason);
  return FALSE;
}

char *
tf__module_locate (const TfModule *self,
                   GError        **error)
{
  char *path;
  char *copy;

  if (self->is_executable)
    return g_strdup ("");

  path = realpath (self->name, NULL);
  if (path == NULL)
    {
      int              code = errno;
      g_autofree char *shown = tf__module_show (self);

      g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
                   "The function is in %s, whose file cannot be found: %s", shown,
                   g_strerror (code));
      return NULL;
    }

  copy = module_keep (self, error) ? g_strdup (path) : NULL;
  free (path);
  return copy;
}

/* @path is what realpath() gives. */
static TfModule *
find_by_path (GPtrArray  *modules,
              const char *path)
{
  for (guint i = 1; i < modules->len; i++)
    {
      TfModule *module = modules->pdata[i];
      char     *real = realpath (module->name, NULL);
      gboolean  is_it = g_strcmp0 (real, path) == 0;

      free (real);
      if (is_it)
        return module;
    }
  return NULL;
}

static TfModule *
find_by_dynamic (GPtrArray *modules,
                 gsize      dynamic)
{
  for (guint i = 0; i < modules->len; i++)
    {
      TfModule *module = modules->pdata[i];

      if (module->dynamic == dynamic)
        return module;
    }
  return NULL;
}

/* Loads a module for ever, and returns where its dynamic section is, or 0. The loader takes the one that it has, by
 * whatever name. */
static gsize
load (const char *name,
      GError    **error)
{
  void            *handle = dlopen (name, RTLD_NOW | RTLD_LOCAL);
  struct link_map *map = NULL;
  g_autofree char *reason = NULL;

  if (handle != NULL && dlinfo (handle, RTLD_DI_LINKMAP, &map) == 0)
    return (gsize) map->l_ld;

  reason = show_loader_error ();
  g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
               "The module of the function cannot be loaded: %s", reason);
  return 0;
}

/* One that is loaded is asked for by the name that it was loaded with. By the path the loader could take a file that
 * came in its place since, and load it beside: with static variables of its own. */
GPtrArray *
tf__modules_list_with (const char *path,
                       TfModule  **module,
                       GError    **error)
{
  g_autoptr (GPtrArray) modules = tf__modules_list ();
  gsize                 dynamic;

  *module = path[0] == '\0' ? modules->pdata[0] : find_by_path (modules, path);
  if (path[0] == '\0')
    return g_steal_pointer (&modules);

  dynamic = load (*module == NULL ? path : (*module)->name, error);
  if (dynamic == 0)
    return NULL;

  g_ptr_array_unref (modules);
  modules = tf__modules_list ();
  *module = find_by_dynamic (modules, dynamic);
  if (*module != NULL)
    return g_steal_pointer (&modules);

  g_set_error (error, TF_ERROR, TF_ERROR_NOT_PORTABLE,
               "The module “%s” was loaded, and is not among those that are", path);
  return NULL;
}

#endif /* __linux__ */
