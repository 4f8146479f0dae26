/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-types.h>

G_BEGIN_DECLS

#define TF_TYPE_CLOCK (tf_clock_get_type ())

TF_AVAILABLE_IN_ALL
G_DECLARE_INTERFACE (TfClock, tf_clock, TF, CLOCK, GObject)

/**
 * TfClockInterface:
 * @parent_iface: the parent interface
 * @get_time: microseconds since some moment, which never go back; called on any thread
 *
 * What a clock does.
 *
 * Since: 1.0
 */
struct _TfClockInterface
{
  GTypeInterface parent_iface;

  gint64 (*get_time) (TfClock *self);

  /*< private >*/
  gpointer padding[4];
};

TF_AVAILABLE_IN_ALL
gint64 tf_clock_get_time (TfClock *self);
TF_AVAILABLE_IN_ALL
void tf_clock_set_default (TfClock *clock);

G_END_DECLS
