/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "core/tf-sides-private.h"
#include "process/tf-wire-private.h"

#include <string.h>

/* Quarks are never freed, and it is the other end that chooses the names. */
#define MAX_NEW_DOMAINS 1000
#define MAX_NAME_SIZE   255

/* [atomic] how many quarks were made here */
static guint n_new_domains;

GQuark
tf__wire_get_domain (const char *name)
{
  GQuark domain = g_quark_try_string (name);

  if (domain != 0 || *name == '\0' || strlen (name) > MAX_NAME_SIZE)
    return domain;

  /* The program may not have asked for the domain yet, and will compare with it. */
  if (tf__load (&n_new_domains) >= MAX_NEW_DOMAINS ||
      tf__add (&n_new_domains, 1) >= MAX_NEW_DOMAINS)
    return 0;

  return g_quark_from_string (name);
}
