/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <glib.h>

/* Copies a text that people read, with U+FFFD for each byte that is not UTF-8; NULL stays NULL. Every such text is
 * copied in this way where it enters, so that it is the same with threads and with worker processes. */
static inline char *
tf__text_dup (const char *text)
{
  return text == NULL ? NULL : g_utf8_make_valid (text, -1);
}

/* Makes a text that is owned already valid, in place. */
static inline void
tf__text_make_valid (char **text)
{
  char *valid;

  if (*text == NULL || g_utf8_validate (*text, -1, NULL))
    return;

  valid = g_utf8_make_valid (*text, -1);
  g_free (*text);
  *text = valid;
}
