/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

/* A module with functions for tasks. It is built several times, and the functions tell which build they are of. */

#include <tf/tf.h>

TfTaskFunc reference_plugin_get_static (void);
void       reference_plugin_global (TfTask  *task,
                                    gpointer user_data);
void       reference_plugin_second (TfTask  *task,
                                    gpointer user_data);

/* How often this copy of the module was called: each has its own. */
static int n_calls;

static void
set_static (TfTask  *task,
            gpointer user_data)
{
  *(int *) user_data = PLUGIN_BUILD * 1000 + 100 + ++n_calls;
}

TfTaskFunc
reference_plugin_get_static (void)
{
  return set_static;
}

void
reference_plugin_global (TfTask  *task,
                         gpointer user_data)
{
  *(int *) user_data = PLUGIN_BUILD * 1000 + 200 + ++n_calls;
}

void
reference_plugin_second (TfTask  *task,
                         gpointer user_data)
{
  *(int *) user_data = PLUGIN_BUILD * 1000 + 300 + ++n_calls;
}
