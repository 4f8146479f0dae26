/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf-testing/tf-testing.h>

G_BEGIN_DECLS

/* Helpers of the tests that the test kit has not: it is what programs use too. They never sleep: threads meet at gates
 * and counters. */

/* gcc and clang tell in different ways that a sanitizer looks. */
#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define TF_TEST_ADDRESS_SANITIZER 1
#else
#define TF_TEST_ADDRESS_SANITIZER 0
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
#define TF_TEST_THREAD_SANITIZER 1
#else
#define TF_TEST_THREAD_SANITIZER 0
#endif

/* How much of n a test should do: TF_TEST_SCALE percent of it, at least 1. Slow tools set it. */
guint tf_test_scale (guint n);

/* The rounds of a test that meets another thread in each of them. Where every meeting waits for its turn on the
 * processor, a number that takes a moment on an idle machine takes minutes on a busy one. */
typedef struct
{
  guint  n_begun;
  gint64 start_us;
} TfTestRounds;

/* Whether to begin another round: up to tf_test_scale (n), but none after the first fortieth once 5 seconds have
 * passed. Begin with a structure of zeros. */
gboolean tf_test_rounds_next (TfTestRounds *rounds,
                              guint         n);

/* g_test_add_func() whose function must leave nothing to do on the default main context. */
void tf_test_add (const char *path,
                  GTestFunc   func);

/* A gate is closed until somebody opens it, and then stays open until it is closed again. Any thread. */
typedef struct
{
  GMutex   mutex;
  GCond    cond;
  gboolean is_open;
} TfTestGate;

void     tf_test_gate_init (TfTestGate *gate);
void     tf_test_gate_clear (TfTestGate *gate);
void     tf_test_gate_open (TfTestGate *gate);
void     tf_test_gate_close (TfTestGate *gate);
void     tf_test_gate_wait (TfTestGate *gate);
gboolean tf_test_gate_is_open (TfTestGate *gate);

/* A number that threads may wait for. Any thread. */
typedef struct
{
  GMutex mutex;
  GCond  cond;
  gint64 value;
} TfTestCounter;

void   tf_test_counter_init (TfTestCounter *counter);
void   tf_test_counter_clear (TfTestCounter *counter);
gint64 tf_test_counter_add (TfTestCounter *counter,
                            gint64         n);
gint64 tf_test_counter_get (TfTestCounter *counter);
void   tf_test_counter_wait (TfTestCounter *counter,
                             gint64         at_least);

/* Shuts the executor down, takes the caller's reference, and asserts that it was the last one. */
void tf_test_executor_finish (TfExecutor **executor);

/* Random numbers that can be had again: the seed is printed, and TF_TEST_SEED sets it. */
GRand *tf_test_rand_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
