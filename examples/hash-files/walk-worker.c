/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "walk.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define WALK_ATTRIBUTES "standard::name,standard::type,standard::size"

typedef struct
{
  gint64   size_bytes;
  gboolean is_directory;
  char     name[];
} Entry;

/* A directory being walked: its entries stay until the last of them was taken, so that memory is
 * bounded by the largest directories on one path.
 */
typedef struct
{
  char      *name; /* as it is printed */
  GFile     *directory;
  GPtrArray *entries;
  guint      next;
} Level;

struct _Walk
{
  char     **paths;
  guint      next_path;
  GPtrArray *levels;
};

static void
level_free (gpointer data)
{
  Level *self = data;

  g_free (self->name);
  g_object_unref (self->directory);
  g_ptr_array_unref (self->entries);
  g_free (self);
}

Walk *
walk_new (char **paths)
{
  Walk *self = g_new0 (Walk, 1);

  self->paths = g_strdupv (paths);
  self->levels = g_ptr_array_new_with_free_func (level_free);

  return self;
}

void
walk_free (Walk *self)
{
  g_strfreev (self->paths);
  g_ptr_array_unref (self->levels);
  g_free (self);
}

static int
compare_entries (gconstpointer a,
                 gconstpointer b)
{
  const Entry *const *first = a;
  const Entry *const *second = b;

  return strcmp ((*first)->name, (*second)->name);
}

static void
add_entry (Level     *level,
           GFileInfo *info)
{
  GFileType   type = g_file_info_get_file_type (info);
  const char *name = g_file_info_get_name (info);
  gsize       name_bytes = strlen (name) + 1;
  Entry      *entry;

  if (type != G_FILE_TYPE_REGULAR && type != G_FILE_TYPE_DIRECTORY)
    return;

  entry = g_malloc (sizeof *entry + name_bytes);
  /* What may not be looked at has a name only. */
  entry->size_bytes = g_file_info_get_attribute_uint64 (info, G_FILE_ATTRIBUTE_STANDARD_SIZE);
  entry->is_directory = type == G_FILE_TYPE_DIRECTORY;
  memcpy (entry->name, name, name_bytes);
  g_ptr_array_add (level->entries, entry);
}

/* GIO names the file in its messages, in full; here the name stands in front, as the user gave it.
 */
static const char *
reason_of (const GError *error)
{
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_PERMISSION_DENIED))
    return g_strerror (EACCES);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    return g_strerror (ENOENT);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY))
    return g_strerror (ENOTDIR);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TOO_MANY_OPEN_FILES))
    return g_strerror (EMFILE);
  return error->message;
}

/* An entry that cannot be looked at does not hide those after it; the first such error is kept. */
static gboolean
read_entries (Level        *level,
              GCancellable *cancellable,
              GError      **error)
{
  g_autoptr (GFileEnumerator) enumerator = NULL;
  g_autoptr (GError)          first_error = NULL;

  enumerator = g_file_enumerate_children (level->directory, WALK_ATTRIBUTES,
                                          G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, cancellable, error);
  if (enumerator == NULL)
    return FALSE;

  while (TRUE)
    {
      g_autoptr (GError)    entry_error = NULL;
      g_autoptr (GFileInfo) info = NULL;

      info = g_file_enumerator_next_file (enumerator, cancellable, &entry_error);
      if (info != NULL)
        add_entry (level, info);
      else if (entry_error == NULL || g_cancellable_is_cancelled (cancellable))
        break;
      else if (first_error == NULL)
        first_error = g_steal_pointer (&entry_error);
    }
  g_ptr_array_sort (level->entries, compare_entries);

  if (first_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&first_error));
      return FALSE;
    }
  return TRUE;
}

/* Returns what there is to say about the directory itself: nothing, or a file that has failed. */
static HashFile *
enter_directory (Walk         *self,
                 const char   *name,
                 GFile        *directory,
                 GCancellable *cancellable)
{
  g_autoptr (GError) error = NULL;
  Level             *level = g_new0 (Level, 1);

  level->name = g_strdup (name);
  level->directory = g_object_ref (directory);
  level->entries = g_ptr_array_new_with_free_func (g_free);
  g_ptr_array_add (self->levels, level);

  if (!read_entries (level, cancellable, &error))
    return hash_file_new_failed (name, reason_of (error));
  return NULL;
}

static HashFile *
take_path (Walk         *self,
           const char   *path,
           GCancellable *cancellable)
{
  gboolean    is_link = FALSE;
  struct stat info;
  HashFile   *file;

  if (lstat (path, &info) == 0 && S_ISLNK (info.st_mode))
    is_link = TRUE;
  if (stat (path, &info) != 0)
    return hash_file_new_failed (path, g_strerror (errno));

  if (S_ISDIR (info.st_mode))
    {
      g_autofree char  *real_path = NULL;
      g_autoptr (GFile) directory = NULL;
      char             *resolved;

      if (is_link)
        return hash_file_new_failed (path, "Symbolic link to a directory, not followed");

      /* GFile would take ".." out of the text, which is another place if there is a link before
       * it.
       */
      resolved = realpath (path, NULL);
      real_path = g_strdup (resolved != NULL ? resolved : path);
      free (resolved);
      directory = g_vfs_get_file_for_path (g_vfs_get_local (), real_path);
      return enter_directory (self, path, directory, cancellable);
    }
  if (!S_ISREG (info.st_mode))
    return hash_file_new_failed (path, "Not a regular file");

  file = hash_file_new (path, info.st_size);
  file->is_given = TRUE;
  return file;
}

static HashFile *
take_entry (Walk         *self,
            const Level  *level,
            guint         index,
            GCancellable *cancellable)
{
  const Entry      *entry = g_ptr_array_index (level->entries, index);
  const char       *separator = g_str_has_suffix (level->name, "/") ? "" : "/";
  g_autofree char  *name = g_strconcat (level->name, separator, entry->name, NULL);
  g_autoptr (GFile) child = NULL;

  if (!entry->is_directory)
    return hash_file_new (name, entry->size_bytes);

  child = g_file_get_child (level->directory, entry->name);
  return enter_directory (self, name, child, cancellable);
}

static HashFile *
walk_next (Walk         *self,
           GCancellable *cancellable)
{
  while (!g_cancellable_is_cancelled (cancellable))
    {
      HashFile *file = NULL;

      if (self->levels->len > 0)
        {
          Level *level = g_ptr_array_index (self->levels, self->levels->len - 1);

          if (level->next == level->entries->len)
            g_ptr_array_remove_index (self->levels, self->levels->len - 1);
          else
            file = take_entry (self, level, level->next++, cancellable);
        }
      else if (self->paths[self->next_path] != NULL)
        file = take_path (self, self->paths[self->next_path++], cancellable);
      else
        return NULL;

      if (file != NULL)
        return file;
    }

  return NULL;
}

static void
free_files (gpointer data)
{
  g_queue_free_full (data, (GDestroyNotify) hash_file_free);
}

void
run_walk_slice (TfTask  *task,
                gpointer user_data)
{
  GCancellable *cancellable = tf_task_get_cancellable (task);
  GQueue       *files = g_queue_new ();
  HashFile     *file;

  while (files->length < WALK_SLICE_FILES && (file = walk_next (user_data, cancellable)) != NULL)
    g_queue_push_tail (files, file);

  tf_task_return_pointer (task, files, free_files);
}

void
run_survey (TfTask  *task,
            gpointer user_data)
{
  GCancellable *cancellable = tf_task_get_cancellable (task);
  gint64        n_bytes = 0;
  HashFile     *file;

  while ((file = walk_next (user_data, cancellable)) != NULL)
    {
      n_bytes += file->size_bytes;
      hash_file_free (file);
    }

  tf_task_return_int64 (task, n_bytes);
}
