/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#if !defined(TF_TESTING_INSIDE) && !defined(TF_TESTING_COMPILATION)
#error "Only <tf-testing/tf-testing.h> can be included directly."
#endif

#include <tf/tf.h>

G_BEGIN_DECLS

/* The macros are what tests write; the functions behind them take the place of the call. */

/**
 * tf_test_assert_state:
 * @future: a future
 * @state: a state
 *
 * Asserts that a future is in a state.
 *
 * Since: 1.0
 */
#define tf_test_assert_state(future, state) \
  tf_test_assert_state_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, future, state)

/**
 * tf_test_assert_error:
 * @future: a future
 * @error_domain: an error domain
 * @code: a code of it
 *
 * Asserts that a future failed with an error. The error counts as read.
 *
 * Since: 1.0
 */
#define tf_test_assert_error(future, error_domain, code) \
  tf_test_assert_error_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, future, error_domain, code)

/**
 * tf_test_assert_boolean:
 * @future: a future
 * @expected: a truth value
 *
 * Asserts that a future completed with a truth value.
 *
 * Since: 1.0
 */
#define tf_test_assert_boolean(future, expected) \
  tf_test_assert_boolean_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, future, expected)

/**
 * tf_test_assert_int64:
 * @future: a future
 * @expected: a number
 *
 * Asserts that a future completed with a whole number.
 *
 * Since: 1.0
 */
#define tf_test_assert_int64(future, expected) \
  tf_test_assert_int64_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, future, expected)

/**
 * tf_test_assert_double:
 * @future: a future
 * @expected: a number
 *
 * Asserts that a future completed with exactly this number.
 *
 * Since: 1.0
 */
#define tf_test_assert_double(future, expected) \
  tf_test_assert_double_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, future, expected)

/**
 * tf_test_assert_string:
 * @future: a future
 * @expected: (nullable): a text
 *
 * Asserts that a future completed with a text.
 *
 * Since: 1.0
 */
#define tf_test_assert_string(future, expected) \
  tf_test_assert_string_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, future, expected)

/**
 * tf_test_assert_variant:
 * @future: a future
 * @expected: the text of a variant, as [func@GLib.Variant.parse] reads it
 *
 * Asserts that a future completed with a variant.
 *
 * Since: 1.0
 */
#define tf_test_assert_variant(future, expected) \
  tf_test_assert_variant_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, future, expected)

/**
 * tf_test_assert_states:
 * @states: a recorder
 * @expected: what it has to have recorded, such as "WAITING EXECUTING COMPLETED done"
 *
 * Asserts which states a future has gone through.
 *
 * Since: 1.0
 */
#define tf_test_assert_states(states, expected) \
  tf_test_assert_states_at (G_LOG_DOMAIN, __FILE__, __LINE__, G_STRFUNC, states, expected)

/**
 * TfTestStates:
 *
 * Records the states that a future goes through, beginning with the one that it is in, and its end as "done".
 *
 * Since: 1.0
 */
typedef struct _TfTestStates TfTestStates;

TF_AVAILABLE_IN_ALL
TfTestStates *tf_test_states_new (TfFuture *future) G_GNUC_WARN_UNUSED_RESULT;
TF_AVAILABLE_IN_ALL
void tf_test_states_free (TfTestStates *self);
TF_AVAILABLE_IN_ALL
const char *tf_test_states_get (TfTestStates *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfTestStates, tf_test_states_free)

TF_AVAILABLE_IN_ALL
void tf_test_assert_states_at (const char   *domain,
                               const char   *file,
                               int           line,
                               const char   *func,
                               TfTestStates *states,
                               const char   *expected);
TF_AVAILABLE_IN_ALL
void tf_test_assert_state_at (const char   *domain,
                              const char   *file,
                              int           line,
                              const char   *func,
                              TfFuture     *future,
                              TfFutureState state);
TF_AVAILABLE_IN_ALL
void tf_test_assert_error_at (const char *domain,
                              const char *file,
                              int         line,
                              const char *func,
                              TfFuture   *future,
                              GQuark      error_domain,
                              int         code);
TF_AVAILABLE_IN_ALL
void tf_test_assert_boolean_at (const char *domain,
                                const char *file,
                                int         line,
                                const char *func,
                                TfFuture   *future,
                                gboolean    expected);
TF_AVAILABLE_IN_ALL
void tf_test_assert_int64_at (const char *domain,
                              const char *file,
                              int         line,
                              const char *func,
                              TfFuture   *future,
                              gint64      expected);
TF_AVAILABLE_IN_ALL
void tf_test_assert_double_at (const char *domain,
                               const char *file,
                               int         line,
                               const char *func,
                               TfFuture   *future,
                               double      expected);
TF_AVAILABLE_IN_ALL
void tf_test_assert_string_at (const char *domain,
                               const char *file,
                               int         line,
                               const char *func,
                               TfFuture   *future,
                               const char *expected);
TF_AVAILABLE_IN_ALL
void tf_test_assert_variant_at (const char *domain,
                                const char *file,
                                int         line,
                                const char *func,
                                TfFuture   *future,
                                const char *expected);

G_END_DECLS
