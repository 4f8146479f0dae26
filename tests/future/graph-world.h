/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "graph-model.h"
#include "tf-test-support.h"

G_BEGIN_DECLS

/* Random graphs of futures, what happens to them, and what is seen of them. */

typedef enum
{
  GRAPH_MODE_ONE_AT_A_TIME, /* the loop runs after each thing that is done */
  GRAPH_MODE_IN_ONE_TURN,   /* it runs now and then */
  GRAPH_MODE_AT_ONCE,       /* workers do things while it runs, and handlers run nested loops */
} GraphMode;

/* As many graphs, one after the other; it ends the program at the first that breaks a rule. */
void graph_world_run_many (GraphMode mode,
                           guint     n_graphs);

G_END_DECLS
