/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-reference-private.h"

#include <tf/tf-error.h>

#include "core/tf-module-private.h"
#include "core/tf-sides-private.h"

#include <string.h>

#define MAX_LENGTH 4096
#define NAME_KIND  "name:"
#define ELF_KIND   "elf:"

/* How much of what is no reference is shown in the error that says so. */
#define MAX_SHOWN 80

/* What is known of a function. */
typedef struct
{
  const char *reference; /* (interned) */
  gboolean    is_in_executable;
} Entry;

static TfLock entries_lock;

/* They only grow, and need no limit: a program has so many functions and no more. What is in them lives for ever. */
static GHashTable *entries; /* [entries_lock] TfTaskFunc → (owned) Entry */
static GHashTable *funcs;   /* [entries_lock] (interned) reference → TfTaskFunc: all names, and what was resolved */
static guint       n_names; /* [atomic] how many entries were made or changed by a registration */

/* What this thread asked for last, which is mostly what it asks for next. */
static _Thread_local struct
{
  TfTaskFunc func;
  Entry      entry;
  guint      n_names;
} last;

static gboolean fail (GError    **error,
                      const char *format,
                      ...) G_GNUC_PRINTF (2, 3);

static gboolean
fail (GError    **error,
      const char *format,
      ...)
{
  va_list arguments;

  va_start (arguments, format);
  g_propagate_error (error,
                     g_error_new_valist (TF_ERROR, TF_ERROR_NOT_PORTABLE, format, arguments));
  va_end (arguments);
  return FALSE;
}

/* A function as the key or value of a table: numbers go between the two kinds of pointers. */
static gpointer
func_to_pointer (TfTaskFunc func)
{
  return GSIZE_TO_POINTER ((gsize) func);
}

static TfTaskFunc
pointer_to_func (gpointer pointer)
{
  return (TfTaskFunc) GPOINTER_TO_SIZE (pointer);
}

static void
ensure_tables (void) TF_CALLER_HOLDS (entries_lock)
{
  if (entries != NULL)
    return;

  entries = g_hash_table_new (NULL, NULL);
  funcs = g_hash_table_new (g_str_hash, g_str_equal);
}

/* --- The text --- */

/* Control characters would spoil every log, and the separators are line ends too. */
static gboolean
may_be_printed (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type != G_UNICODE_CONTROL &&
         type != G_UNICODE_LINE_SEPARATOR &&
         type != G_UNICODE_PARAGRAPH_SEPARATOR;
}

/* Returns what is wrong with a reference, or NULL. */
static const char *
find_flaw (const char *reference)
{
  gsize kind_length;

  if (strnlen (reference, MAX_LENGTH + 1) > MAX_LENGTH)
    return "it is longer than 4096 bytes";
  if (!g_utf8_validate (reference, -1, NULL))
    return "it is not UTF-8";

  for (const char *c = reference; *c != '\0'; c = g_utf8_next_char (c))
    {
      if (!may_be_printed (g_utf8_get_char (c)))
        return "it has a control character";
    }

  kind_length = strspn (reference, "abcdefghijklmnopqrstuvwxyz0123456789-");
  if (!g_ascii_islower (reference[0]) || reference[kind_length] != ':')
    return "it does not begin with a kind and a colon";
  if (reference[kind_length + 1] == '\0')
    return "nothing follows its kind";
  return NULL;
}

/* What an error may show of any text. */
static char *
show (const char *text)
{
  g_autofree char *head = g_strndup (text, MAX_SHOWN);

  return g_strescape (head, NULL);
}

gboolean
tf__reference_check (const char *reference,
                     GError    **error)
{
  const char *flaw = find_flaw (reference);

  if (flaw != NULL)
    {
      g_autofree char *shown = show (reference);

      g_set_error (error, TF_ERROR, TF_ERROR_INVALID_ARGUMENT,
                   "“%s” is no reference of a function: %s", shown, flaw);
    }
  return flaw == NULL;
}

gboolean
tf__reference_is_native (const char *reference)
{
  return g_str_has_prefix (reference, NAME_KIND) || g_str_has_prefix (reference, ELF_KIND);
}

/* --- Names --- */

/* Only a program that registers it knows a name. Of several names the first is used. */
static void
add_name (const char *reference,
          TfTaskFunc  func) TF_CALLER_HOLDS (entries_lock)
{
  Entry *entry = g_hash_table_lookup (entries, func_to_pointer (func));

  g_hash_table_insert (funcs, (gpointer) reference, func_to_pointer (func));
  if (entry != NULL && g_str_has_prefix (entry->reference, NAME_KIND))
    return;

  if (entry == NULL)
    {
      entry = g_new0 (Entry, 1);
      g_hash_table_insert (entries, func_to_pointer (func), entry);
    }
  entry->reference = reference;
  entry->is_in_executable = TRUE;
  tf__add (&n_names, 1);
}

void
tf__reference_register (const char *name,
                        TfTaskFunc  func)
{
  g_autofree char *reference = NULL;
  const char      *flaw;
  TfTaskFunc       other;

  g_return_if_fail (name != NULL);
  g_return_if_fail (func != NULL);

  reference = g_strconcat (NAME_KIND, name, NULL);
  flaw = find_flaw (reference);
  if (flaw != NULL)
    {
      g_autofree char *shown = show (name);

      g_critical ("A function cannot be registered as “%s”: with “name:” before it, %s",
                  shown, flaw);
      return;
    }

  tf__lock (&entries_lock);
  ensure_tables ();
  other = pointer_to_func (g_hash_table_lookup (funcs, reference));
  if (other == NULL)
    add_name (g_intern_string (reference), func);
  tf__unlock (&entries_lock);

  if (other != NULL && other != func)
    g_critical ("A function cannot be registered as “%s”: another one is", name);
}

#ifdef __linux__

/* --- A function to its place --- */

static gboolean
make_from_code (TfTaskFunc func,
                Entry     *entry,
                GError   **error)
{
  gsize                 address = (gsize) func;
  g_autoptr (GPtrArray) modules = tf__modules_list ();
  const TfModule       *module = tf__modules_find (modules, address);
  g_autofree char      *shown = NULL;
  g_autofree char      *path = NULL;
  g_autofree char      *reference = NULL;
  const char           *flaw;

  if (module == NULL)
    return fail (error, "The function at %#" G_GSIZE_MODIFIER "x is in no module: it was made "
                        "while the program ran, as callbacks of language bindings and nested "
                        "functions are. Register a plain function with tf_worker_register(), or "
                        "use a reference of the binding",
                 address);

  shown = tf__module_show (module);
  if (!tf__module_has_code (module, address - module->base))
    return fail (error, "What is at %#" G_GSIZE_MODIFIER "x in %s is data, and not a function",
                 address - module->base, shown);
  if (module->build_id == NULL)
    return fail (error, "The function is in %s, which has no build-id, so that another process "
                        "cannot know whether it has the same. Link it with -Wl,--build-id, or "
                        "register the function with tf_worker_register()",
                 shown);

  path = tf__module_locate (module, error);
  if (path == NULL)
    return FALSE;

  reference = g_strdup_printf (ELF_KIND "%s+%" G_GSIZE_MODIFIER "x:%s", module->build_id,
                               address - module->base, path);
  flaw = find_flaw (reference);
  if (flaw != NULL)
    return fail (error, "The function is in %s, and its path cannot be in a reference: %s", shown,
                 flaw);

  entry->reference = g_intern_string (reference);
  entry->is_in_executable = module->is_executable;
  return TRUE;
}

/* --- A place to its function --- */

/* A reference in its parts. */
typedef struct
{
  char       *build_id; /* (owned) */
  gsize       address;  /* as in the file */
  const char *path;     /* empty: the executable */
} Place;

/* Accepts what make_from_code() writes, and nothing else. */
static gboolean
place_parse (Place      *self,
             const char *text)
{
  static const char hexadecimal[] = "0123456789abcdef";
  gsize             id_length = strspn (text, hexadecimal);
  const char       *number = text + id_length + 1;
  g_autofree char  *digits = NULL;

  if (id_length == 0 || id_length % 2 != 0 || id_length > 2 * TF_MODULE_MAX_BUILD_ID ||
      text[id_length] != '+')
    return FALSE;

  digits = g_strndup (number, strspn (number, hexadecimal));
  self->path = number + strlen (digits) + 1;
  if (self->path[-1] != ':' || (self->path[0] != '/' && self->path[0] != '\0') ||
      digits[0] == '\0' || (digits[0] == '0' && digits[1] != '\0') ||
      strlen (digits) > 2 * sizeof self->address)
    return FALSE;

  /* Not g_ascii_string_to_unsigned(), which takes any errno for its own, also one that threads make who meet at their
   * first number. */
  self->address = (gsize) g_ascii_strtoull (digits, NULL, 16);
  self->build_id = g_strndup (text, id_length);
  return TRUE;
}

static TfTaskFunc
find_code (const Place *place,
           GError     **error)
{
  TfModule             *module;
  g_autoptr (GPtrArray) modules = tf__modules_list_with (place->path, &module, error);
  g_autofree char      *shown = NULL;

  if (modules == NULL)
    return NULL;

  shown = tf__module_show (module);
  if (g_strcmp0 (module->build_id, place->build_id) != 0)
    {
      fail (error, "The function is in another build of %s: build-id %s here, %s there", shown,
            module->build_id == NULL ? "none" : module->build_id, place->build_id);
      return NULL;
    }
  if (!tf__module_has_code (module, place->address))
    {
      fail (error, "There is no function at %#" G_GSIZE_MODIFIER "x in %s", place->address, shown);
      return NULL;
    }
  return (TfTaskFunc) (module->base + place->address);
}

static TfTaskFunc
resolve_code (const char *reference,
              GError    **error)
{
  g_autofree char *build_id = NULL;
  g_autofree char *shown = NULL;
  Place            place = { 0 };

  if (place_parse (&place, reference + strlen (ELF_KIND)))
    {
      build_id = place.build_id;
      return find_code (&place, error);
    }

  shown = show (reference);
  fail (error, "“%s” is no reference of a function: it names no place in a module", shown);
  return NULL;
}

#else /* !__linux__ */

static gboolean
make_from_code (TfTaskFunc func,
                Entry     *entry,
                GError   **error)
{
  return fail (error, "On this system other processes find a function only if it is "
                      "registered with tf_worker_register()");
}

static TfTaskFunc
resolve_code (const char *reference,
              GError    **error)
{
  fail (error, "On this system a function is found only by the name that it is registered with");
  return NULL;
}

#endif /* !__linux__ */

/* --- Both ways --- */

/* Gives what is remembered of a function. */
static gboolean
look_up (TfTaskFunc func,
         Entry     *entry,
         guint     *at)
{
  const Entry *found;

  tf__lock (&entries_lock);
  ensure_tables ();
  found = g_hash_table_lookup (entries, func_to_pointer (func));
  if (found != NULL)
    *entry = *found;
  *at = tf__load (&n_names);
  tf__unlock (&entries_lock);
  return found != NULL;
}

/* Another thread may have been faster, with the same or with a name. */
static void
remember (TfTaskFunc   func,
          const Entry *entry)
{
  tf__lock (&entries_lock);
  if (!g_hash_table_contains (entries, func_to_pointer (func)))
    g_hash_table_insert (entries, func_to_pointer (func), g_memdup2 (entry, sizeof *entry));
  tf__unlock (&entries_lock);
}

gboolean
tf__reference_make (TfTaskFunc   func,
                    const char **reference,
                    gboolean    *is_in_executable,
                    GError     **error)
{
  g_return_val_if_fail (func != NULL, FALSE);

  if (last.func != func || last.n_names != tf__load (&n_names))
    {
      Entry entry;
      guint at;

      if (!look_up (func, &entry, &at))
        {
          if (!make_from_code (func, &entry, error))
            return FALSE;

          remember (func, &entry);
          look_up (func, &entry, &at);
        }

      last.func = func;
      last.entry = entry;
      last.n_names = at;
    }

  *reference = last.entry.reference;
  *is_in_executable = last.entry.is_in_executable;
  return TRUE;
}

/* What has not been resolved before. */
static TfTaskFunc
resolve_new (const char *reference,
             GError    **error)
{
  const char      *flaw = find_flaw (reference);
  g_autofree char *shown = NULL;

  if (flaw == NULL && g_str_has_prefix (reference, ELF_KIND))
    return resolve_code (reference, error);

  if (flaw == NULL && g_str_has_prefix (reference, NAME_KIND))
    {
      fail (error, "No function is registered as “%s” in this program: "
                   "it has to call tf_worker_register() before it works for others",
            reference + strlen (NAME_KIND));
      return NULL;
    }

  shown = show (reference);
  fail (error, "“%s” is no reference of a function: %s", shown,
        flaw == NULL ? "this program knows no such kind" : flaw);
  return NULL;
}

TfTaskFunc
tf__reference_resolve (const char *reference,
                       GError    **error)
{
  TfTaskFunc func;

  g_return_val_if_fail (reference != NULL, NULL);

  tf__lock (&entries_lock);
  ensure_tables ();
  func = pointer_to_func (g_hash_table_lookup (funcs, reference));
  tf__unlock (&entries_lock);
  if (func != NULL)
    return func;

  func = resolve_new (reference, error);
  if (func == NULL)
    return NULL;

  reference = g_intern_string (reference);
  tf__lock (&entries_lock);
  g_hash_table_insert (funcs, (gpointer) reference, func_to_pointer (func));
  tf__unlock (&entries_lock);
  return func;
}
