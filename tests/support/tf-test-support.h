/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <tf/tf.h>

G_BEGIN_DECLS

/* Helpers of the tests. They use the public API alone, and never sleep: threads meet at gates and counters, loops
 * run until a condition holds, and one safety time limit for all ends a test that would hang. */

/* The safety time limit: 30 seconds, or TF_TEST_TIMEOUT seconds. */
gint64 tf_test_timeout_us (void);

/* How much of n a test should do: TF_TEST_SCALE percent of it, at least 1. Slow tools set it. */
guint tf_test_scale (guint n);

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

/* Runs the context, blocking between its sources, until the condition holds. It is looked at after each iteration
 * and by nothing else: a lost wake-up shows as a hang, so that no test can pass without it. NULL is the context
 * of this thread. */
typedef gboolean (*TfTestCondition) (gpointer user_data);

void tf_test_run_until (GMainContext   *context,
                        TfTestCondition condition,
                        gpointer        user_data);
/* Runs this thread's context until the future is done. */
void tf_test_wait_done (TfFuture *future);
/* Runs the context until it has nothing to do now, and returns the number of iterations that did something. */
guint tf_test_drain (GMainContext *context);
void  tf_test_assert_idle (GMainContext *context);

/* Shuts the executor down, takes the caller's reference, and asserts that it was the last one. */
void tf_test_executor_finish (TfExecutor **executor);

/* Records the states a future goes through, as "WAITING EXECUTING COMPLETED done". */
typedef struct _TfTestStates TfTestStates;

TfTestStates *tf_test_states_new (TfFuture *future) G_GNUC_WARN_UNUSED_RESULT;
void          tf_test_states_free (TfTestStates *states);
const char   *tf_test_states_get (TfTestStates *states);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfTestStates, tf_test_states_free)

#define tf_test_assert_states(states, expected) \
  g_assert_cmpstr (tf_test_states_get (states), ==, (expected))

/* Collects what the library logs at these levels, from any thread, instead of printing it; none of it is fatal.
 * For messages whose number is not known; where it is, use g_test_expect_message(). */
typedef struct _TfTestLog TfTestLog;

TfTestLog *tf_test_log_new (GLogLevelFlags levels) G_GNUC_WARN_UNUSED_RESULT;
void       tf_test_log_free (TfTestLog *log);
guint      tf_test_log_count (TfTestLog  *log,
                              const char *pattern);
char      *tf_test_log_dup_text (TfTestLog *log) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (TfTestLog, tf_test_log_free)

/* Random numbers that can be had again: the seed is printed, and TF_TEST_SEED sets it. */
GRand *tf_test_rand_new (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
