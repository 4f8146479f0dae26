/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A module that is built as the library is. The stack protector guards the buffer of its one function, and FORTIFY
 * checks what the function copies to it. */

#include <string.h>

int hardened_sum (const char *text,
                  size_t      size);

int
hardened_sum (const char *text,
              size_t      size)
{
  char buffer[64];
  int  sum = 0;

  memcpy (buffer, text, size);
  for (size_t i = 0; i < size; i++)
    sum += buffer[i];

  return sum;
}
