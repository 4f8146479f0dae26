/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "config.h"

#include "executor/tf-executor-private.h"

/* An executor as a list model of what it has to do. */

static GType
list_get_item_type (GListModel *model)
{
  return TF_TYPE_FUTURE;
}

static guint
list_get_n_items (GListModel *model)
{
  TfExecutor *self = TF_EXECUTOR (model);

  if (!tf__executor_check_owner (self, "g_list_model_get_n_items"))
    return 0;

  tf__enter_foreground ();
  return tf__live_list_get_n_items (tf__executor_get_engine (self));
}

static gpointer
list_get_item (GListModel *model,
               guint       position)
{
  TfExecutor *self = TF_EXECUTOR (model);

  if (!tf__executor_check_owner (self, "g_list_model_get_item"))
    return NULL;

  tf__enter_foreground ();
  return tf__live_list_get_item (tf__executor_get_engine (self), position);
}

void
tf__executor_init_list_model (GListModelInterface *iface)
{
  iface->get_item_type = list_get_item_type;
  iface->get_n_items = list_get_n_items;
  iface->get_item = list_get_item;
}
