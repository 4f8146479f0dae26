/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "hash-file.h"

#include <string.h>

HashFile *
hash_file_new (const char *name,
               gint64      size_bytes)
{
  gsize     name_bytes = strlen (name) + 1;
  HashFile *self = g_malloc0 (sizeof *self + name_bytes);

  self->size_bytes = size_bytes;
  memcpy (self->name, name, name_bytes);

  return self;
}

HashFile *
hash_file_new_failed (const char *name,
                      const char *reason)
{
  HashFile *self = hash_file_new (name, 0);

  hash_file_fail (self, reason);

  return self;
}

void
hash_file_fail (HashFile   *self,
                const char *reason)
{
  self->state = FILE_FAILED;
  self->text = g_strdup (reason);
}

/* The future is done; what it says is kept, and it is let go. */
void
hash_file_take_outcome (HashFile *self)
{
  g_autoptr (GError) error = NULL;

  self->text = tf_future_dup_string (self->future, &error);
  if (self->text != NULL)
    self->state = FILE_HASHED;
  else if (tf_future_get_state (self->future) == TF_FUTURE_STATE_CANCELLED)
    self->state = FILE_LEFT_OUT;
  else
    hash_file_fail (self, error->message);
  g_clear_object (&self->future);
}

void
hash_file_free (HashFile *self)
{
  g_clear_object (&self->future);
  g_free (self->text);
  g_free (self);
}

/* The line of sha256sum: a name that would break it is escaped, and a backslash in front says so.
 */
void
hash_file_append_line (const HashFile *self,
                       GString        *out)
{
  const char *p;

  if (strpbrk (self->name, "\\\n\r") == NULL)
    {
      g_string_append (out, self->text);
      g_string_append (out, "  ");
      g_string_append (out, self->name);
      g_string_append_c (out, '\n');
      return;
    }

  g_string_append_c (out, '\\');
  g_string_append (out, self->text);
  g_string_append (out, "  ");
  for (p = self->name; *p != '\0'; p++)
    {
      if (*p == '\\')
        g_string_append (out, "\\\\");
      else if (*p == '\n')
        g_string_append (out, "\\n");
      else if (*p == '\r')
        g_string_append (out, "\\r");
      else
        g_string_append_c (out, *p);
    }
  g_string_append_c (out, '\n');
}

static gboolean
is_shown (gunichar c,
          gboolean is_utf8)
{
  if (c < 0x80)
    return g_ascii_isprint ((char) c);
  return is_utf8 && c <= 0x10ffff && g_unichar_isprint (c);
}

/* A name that can neither move the cursor nor break the line, for people to read. */
char *
display_name (const char *name)
{
  gboolean    is_utf8 = g_get_charset (NULL);
  GString    *out = g_string_sized_new (strlen (name));
  const char *p = name;

  while (*p != '\0')
    {
      gunichar c = g_utf8_get_char_validated (p, -1);

      if (c == '\n')
        g_string_append (out, "\\n");
      else if (c == '\r')
        g_string_append (out, "\\r");
      else if (c == '\\')
        g_string_append (out, "\\\\");
      else if (is_shown (c, is_utf8))
        {
          g_string_append_unichar (out, c);
          p += g_unichar_to_utf8 (c, NULL);
          continue;
        }
      else
        g_string_append_printf (out, "\\x%02x", (guchar) *p);
      p++;
    }

  return g_string_free (out, FALSE);
}
