/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include "bench.h"

G_BEGIN_DECLS

/* The variants, each of the type BenchRun. What they measure is in results[0] unless it says otherwise. */

#define BENCH_PAUSE_MS 1

/* Declares a function of the type BenchRun. */
#define BENCH_DECLARE(name) \
  void name (const BenchSetting *setting, double results[BENCH_MAX_RESULTS])

/* n tasks that do nothing, window of them at a time: ns per task. */
BENCH_DECLARE (floor_tasks);
BENCH_DECLARE (gtask_tasks);
BENCH_DECLARE (tf_tasks);

/* The same with a callback and more: ns per task. */
BENCH_DECLARE (tf_uses);

/* n tasks queued behind busy workers, which then run them: ns per task. */
BENCH_DECLARE (floor_growth);
BENCH_DECLARE (tf_growth);

/* n times a task and a pause: µs from the submit to the end; p50, p99, max. */
BENCH_DECLARE (floor_round_trips);
BENCH_DECLARE (gtask_round_trips);
BENCH_DECLARE (tf_round_trips);

/* n messages from n_senders tasks: ns per message. */
BENCH_DECLARE (floor_events);
BENCH_DECLARE (gtask_events);
BENCH_DECLARE (tf_events);

/* n updates of the progress of one task: ns per update in the producer, deliveries, deliveries allowed. */
BENCH_DECLARE (tf_progress);

/* A flood for duration_ms: lateness of a timer of 5 ms in ms, p50, p99, max; messages per second; p99 and max of one
 * that has the priority of drawing. */
BENCH_DECLARE (floor_flood);
BENCH_DECLARE (gtask_flood);
BENCH_DECLARE (tf_flood);

/* n tasks, one after another, beside a source that draws frames of handler_us, and n_senders threads that burn: ms from
 * the submit to the end, mean and worst; ms per frame. The floor draws alone. */
BENCH_DECLARE (floor_drawing);
BENCH_DECLARE (gtask_drawing);
BENCH_DECLARE (tf_drawing);

/* n tasks queued: bytes for each. They never end: for fresh processes. */
BENCH_DECLARE (floor_bytes);
BENCH_DECLARE (gtask_bytes);
BENCH_DECLARE (tf_bytes);

/* n tasks queued and cancelled: ns per task from the first cancel to the last "done". */
BENCH_DECLARE (floor_cancel);
BENCH_DECLARE (gtask_cancel);
BENCH_DECLARE (tf_cancel);

/* n times a running task is cancelled: µs from the cancel to "done"; p50, p99, max. */
BENCH_DECLARE (floor_cancel_running);
BENCH_DECLARE (gtask_cancel_running);
BENCH_DECLARE (tf_cancel_running);

/* A set of n promises, which are resolved one by one: ns for each, until all are freed. */
BENCH_DECLARE (floor_all);
BENCH_DECLARE (tf_all);

/* A chain of n, whose beginning is resolved: ns for each, from the first to all freed. */
BENCH_DECLARE (floor_then);
BENCH_DECLARE (tf_then);

/* With worker processes. n jobs, one at a time: µs; p50, p99, max. */
BENCH_DECLARE (floor_process_round_trips);
BENCH_DECLARE (tf_process_round_trips);

/* n jobs, window of them at a time: ns per job. */
BENCH_DECLARE (floor_process_jobs);
BENCH_DECLARE (tf_process_jobs);

/* n messages from one job: ns per message, and how many came. */
BENCH_DECLARE (floor_process_stream);
BENCH_DECLARE (tf_process_stream);

/* n results of size bytes, one at a time, until they are read and freed: µs; p50, p99, max. What is made in place is
 * timed from when it is made. */
BENCH_DECLARE (floor_process_bulk);
BENCH_DECLARE (tf_process_bulk);

/* An array of n variants, made in a job, until each has been read: ns per variant. */
BENCH_DECLARE (tf_thread_variants);
BENCH_DECLARE (tf_process_variants);

/* Few tasks are over in no time: so many rounds of them make a measurement. */
gsize bench_rounds (const BenchSetting *setting);
/* p50, p99 and max in µs; takes the array. */
void bench_times_finish (GArray *times_ns,
                         double *results);

G_END_DECLS
