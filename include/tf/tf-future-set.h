/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_INSIDE) && !defined(TF_COMPILATION)
#error "Only <tf/tf.h> can be included directly."
#endif

#include <tf/tf-future.h>

G_BEGIN_DECLS

#define TF_TYPE_FUTURE_SET (tf_future_set_get_type ())

/**
 * TfFutureSetFlags:
 * @TF_FUTURE_SET_FLAGS_NONE: none of the others
 * @TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL: a set of [func@Future.all] waits for all members, also after one has
 *   not completed
 * @TF_FUTURE_SET_FLAGS_CANCEL_REST: when the set is done, the members that nobody else listens to are
 *   cancelled
 *
 * What a set of futures does with its members.
 *
 * Since: 1.0
 */
typedef enum /*< flags >*/
{
  TF_FUTURE_SET_FLAGS_NONE = 0,
  TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL = 1 << 0,
  TF_FUTURE_SET_FLAGS_CANCEL_REST = 1 << 1,
} TfFutureSetFlags;

/**
 * TfSkipFunc:
 * @future: a member that completed; with [func@Future.race_skipping] one that is done, however it ended
 * @index: its place in the set, from 0
 * @user_data: what was given with the function
 *
 * Decides whether the end of a member counts.
 *
 * Returns: true to skip it, and wait for another one
 *
 * Since: 1.0
 */
typedef gboolean (*TfSkipFunc) (TfFuture *future,
                                guint     index,
                                gpointer  user_data);

TF_AVAILABLE_IN_ALL
G_DECLARE_FINAL_TYPE (TfFutureSet, tf_future_set, TF, FUTURE_SET, TfFuture)

TF_AVAILABLE_IN_ALL
TfFutureSet *tf_future_all (TfFuture *const *futures,
                            guint            n_futures,
                            TfFutureSetFlags flags) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFutureSet *tf_future_all_of (TfFuture *first,
                               ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFutureSet *tf_future_any (TfFuture *const *futures,
                            guint            n_futures,
                            TfFutureSetFlags flags) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFutureSet *tf_future_any_of (TfFuture *first,
                               ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFutureSet *tf_future_any_skipping (TfFuture *const *futures,
                                     guint            n_futures,
                                     TfFutureSetFlags flags,
                                     TfSkipFunc       filter,
                                     gpointer         user_data,
                                     GDestroyNotify   user_data_free) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFutureSet *tf_future_race (TfFuture *const *futures,
                             guint            n_futures,
                             TfFutureSetFlags flags) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFutureSet *tf_future_race_of (TfFuture *first,
                                ...) G_GNUC_NULL_TERMINATED G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
TfFutureSet *tf_future_race_skipping (TfFuture *const *futures,
                                      guint            n_futures,
                                      TfFutureSetFlags flags,
                                      TfSkipFunc       filter,
                                      gpointer         user_data,
                                      GDestroyNotify   user_data_free) G_GNUC_WARN_UNUSED_RESULT;

TF_AVAILABLE_IN_ALL
guint tf_future_set_get_n_futures (TfFutureSet *self);
TF_AVAILABLE_IN_ALL
TfFuture *tf_future_set_get_future (TfFutureSet *self,
                                    guint        index);
TF_AVAILABLE_IN_ALL
int tf_future_set_get_winner (TfFutureSet *self);

G_END_DECLS
