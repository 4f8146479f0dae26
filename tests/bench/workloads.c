/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "variants.h"

/* What is measured, and what is to be reached. */

#define WINDOW        256
#define N_FLOODS      4
#define N_OUTSTANDING 64
#define K             1000
#define M             1000000
#define MIB           ((gsize) 1 << 20)

static void
run_series (const char         *workload,
            const BenchVariant *variants,
            guint               n_variants,
            const BenchRow     *rows,
            guint               n_rows)
{
  BenchSeries series;

  bench_series_run (&series, variants, n_variants);
  bench_report_rows (workload, &series, rows, n_rows);
  bench_series_clear (&series);
}

/* The ends of rows. */
#define TO(base_name, reach_at, aim_at) .base = base_name, .reach = reach_at, .aim = aim_at
#define TO_RESULT(base_name, number, reach_at, aim_at) \
  .base = base_name, .base_result = number, .reach = reach_at, .aim = aim_at
#define LIMIT(reach_at, aim_at) .reach = reach_at, .aim = aim_at
#define NO_PEERS                .floor = "", .gtask = ""

#define RUN_SERIES(workload, variants, rows) \
  run_series (workload, variants, G_N_ELEMENTS (variants), rows, G_N_ELEMENTS (rows))

/* --- W1 --- */

static void
run_w1 (const char *name)
{
  gsize              n = bench_size (200 * K, 40 * K);
  const BenchVariant window[] = {
    { "floor", floor_tasks, { .n = n, .window = WINDOW } },
    { "gtask", gtask_tasks, { .n = n, .window = WINDOW } },
    { "handler", tf_tasks, { .n = n, .window = WINDOW, .listen = BENCH_LISTEN_HANDLER } },
    { "callback", tf_tasks, { .n = n, .window = WINDOW, .listen = BENCH_LISTEN_CALLBACK } },
    { "async", tf_tasks, { .n = n, .window = WINDOW, .listen = BENCH_LISTEN_ASYNC } },
  };
  const BenchVariant all[] = {
    { "floor", floor_tasks, { .n = n } },
    { "gtask", gtask_tasks, { .n = n } },
    { "handler", tf_tasks, { .n = n, .listen = BENCH_LISTEN_HANDLER } },
    { "callback", tf_tasks, { .n = n, .listen = BENCH_LISTEN_CALLBACK } },
  };
  const BenchRow window_rows[] = {
    { "window_1_handler_ns_per_task", "ns", "handler", TO ("gtask", 0.27, 0.2) },
    { "window_1_handler_ns_per_task_to_floor", "ns", "handler", TO ("floor", 1.8, 1.4) },
    { "window_callback_ns_per_task", "ns", "callback", TO ("gtask", 0.17, 0.13) },
    { "window_callback_ns_per_task_to_floor", "ns", "callback", TO ("floor", 1.15, 0.9) },
    { "window_async_ns_per_task", "ns", "async", TO ("gtask", 0.5, 0.35) },
  };
  const BenchRow all_rows[] = {
    { "all_callback_ns_per_task", "ns", "callback", TO ("gtask", 0.6, 0.45) },
    { "all_1_handler_ns_per_task", "ns", "handler", TO ("gtask", 1.15, 1.0) },
  };

  RUN_SERIES (name, window, window_rows);
  RUN_SERIES (name, all, all_rows);
}

/* --- W2 --- */

static void
run_w2 (const char *name)
{
  gsize              n = bench_size (1000, 150);
  const BenchVariant variants[] = {
    { "floor", floor_round_trips, { .n = n } },
    { "gtask", gtask_round_trips, { .n = n } },
    { "handler", tf_round_trips, { .n = n, .listen = BENCH_LISTEN_HANDLER } },
  };
  const BenchRow rows[] = {
    { "pause_1_ms_p50_us", "µs", "handler", TO ("floor", 1.2, 1.05) },
    { "pause_1_ms_p99_us", "µs", "handler", 1, .base = "floor", .base_result = 1 },
  };

  RUN_SERIES (name, variants, rows);
}

/* --- W3 --- */

static void
run_w3_events (const char *name,
               guint       n_senders,
               const char *metric,
               const char *metric_to_invoke)
{
  gsize              n = bench_size (1 * M, 200 * K);
  const BenchVariant variants[] = {
    { "floor", floor_events, { .n = n, .n_senders = n_senders } },
    { "gtask", gtask_events, { .n = n, .n_senders = n_senders } },
    { "events", tf_events, { .n = n, .n_senders = n_senders, .listen = BENCH_LISTEN_HANDLER } },
  };
  const BenchRow rows[] = {
    { metric, "ns", "events", TO ("floor", 0.75, 0.6) },
    { metric_to_invoke, "ns", "events", TO ("gtask", 0.15, 0) },
  };

  RUN_SERIES (name, variants, rows);
}

#define UPDATES(what) .n = M, .listen = BENCH_LISTEN_HANDLER, .text = BENCH_TEXT_##what

static void
run_w3_progress (const char *name)
{
  const BenchVariant variants[] = {
    { "none", tf_progress, { UPDATES (NONE) } },
    { "constant", tf_progress, { UPDATES (CONSTANT) } },
    { "changing", tf_progress, { UPDATES (CHANGING) } },
  };
  const BenchRow rows[] = {
    { "progress_ns_per_update", "ns", "none", LIMIT (15, 8) },
    { "progress_constant_text_ns_per_update", "ns", "constant", LIMIT (15, 8) },
    { "progress_changing_text_ns_per_update", "ns", "changing", LIMIT (50, 0) },
    { "progress_deliveries", "", "none", 1, "none", 2, .reach = 1 },
    { "progress_changing_text_deliveries", "", "changing", 1, "changing", 2, .reach = 1 },
  };

  RUN_SERIES (name, variants, rows);
}

static void
run_w3_memory (const char *name)
{
  gsize              n = bench_size (1 * M, 100 * K);
  const BenchVariant variants[] = {
    { "floor", bench_run_child, { .n = n, .child = "floor-stream-1" } },
    { "gtask", bench_run_child, { .n = n, .child = "gtask-stream-1" } },
    { "1 task", bench_run_child, { .n = n, .child = "tf-stream-1" } },
    { "4 tasks", bench_run_child, { .n = n, .child = "tf-stream-4" } },
  };
  const BenchRow rows[] = {
    { "events_1_task_peak_mib", "MiB", "1 task", LIMIT (1, 0.2) },
    { "events_4_tasks_peak_mib_per_task", "MiB", "4 tasks", LIMIT (1, 0.2), NO_PEERS },
  };

  RUN_SERIES (name, variants, rows);
}

static void
run_w3 (const char *name)
{
  run_w3_events (name, 1, "events_1_task_ns_per_message",
                 "events_1_task_ns_per_message_to_invoke");
  run_w3_events (name, 4, "events_4_tasks_ns_per_message",
                 "events_4_tasks_ns_per_message_to_invoke");
  run_w3_progress (name);
  run_w3_memory (name);
}

/* --- W4 --- */

#define FLOOD(kind, ms) .n_workers = N_FLOODS, .n_senders = N_FLOODS, .duration_ms = ms, \
                        .listen = BENCH_LISTEN_HANDLER, .flood = BENCH_FLOOD_##kind

static void
run_w4_rows (const char *name)
{
  guint              ms = (guint) bench_size (3000, 300);
  const BenchVariant variants[] = {
    { "burn", tf_flood, { FLOOD (NOTHING, ms) } },
    { "events", tf_flood, { FLOOD (EVENTS, ms) } },
    { "events 4 ms", tf_flood, { FLOOD (EVENTS, ms), .budget_us = 4000 } },
    { "progress", tf_flood, { FLOOD (PROGRESS, ms) } },
  };
  const BenchRow rows[] = {
    { "burn_late_p99_ms", "ms", "burn", 1 },
    { "burn_late_max_ms", "ms", "burn", 2 },
    { "events_late_p99_ms", "ms", "events", 1, TO_RESULT ("burn", 1, 0.3, 0.1) },
    { "events_late_max_ms", "ms", "events", 2, TO_RESULT ("burn", 2, 0.75, 0.3) },
    { "events_budget_4_ms_late_p99_ms", "ms", "events 4 ms", 1, TO_RESULT ("burn", 1, 0, 0) },
    { "events_budget_4_ms_late_max_ms", "ms", "events 4 ms", 2, TO_RESULT ("burn", 2, 0, 0) },
    { "events_per_second", "1/s", "events", 3 },
    { "progress_late_p99_ms", "ms", "progress", 1, TO_RESULT ("burn", 1, 1.3, 1.1) },
    { "progress_late_max_ms", "ms", "progress", 2, TO_RESULT ("burn", 2, 1.5, 0) },
  };

  RUN_SERIES (name, variants, rows);
}

/* The floor and GTask fall behind for as long as the flood lasts, and keep all of it in memory; so theirs is short. */
static void
run_w4_handlers (const char *name)
{
  guint              ms = (guint) bench_size (1000, 150);
  guint              peer_ms = (guint) bench_size (300, 50);
  const BenchVariant variants[] = {
    { "floor", floor_flood, { FLOOD (EVENTS, peer_ms) } },
    { "gtask", gtask_flood, { FLOOD (EVENTS, peer_ms) } },
    { "0 µs", tf_flood, { FLOOD (EVENTS, ms) } },
    { "10 µs", tf_flood, { FLOOD (EVENTS, ms), .handler_us = 10 } },
    { "100 µs", tf_flood, { FLOOD (EVENTS, ms), .handler_us = 100 } },
  };
  const BenchRow rows[] = {
    { "handler_0_us_late_p99_ms", "ms", "0 µs", 1 },
    { "handler_0_us_late_max_ms", "ms", "0 µs", 2 },
    { "handler_10_us_late_p99_ms", "ms", "10 µs", 1, NO_PEERS },
    { "handler_10_us_late_max_ms", "ms", "10 µs", 2, NO_PEERS },
    { "handler_100_us_late_p99_ms", "ms", "100 µs", 1, NO_PEERS },
    { "handler_100_us_late_max_ms", "ms", "100 µs", 2, NO_PEERS },
  };

  RUN_SERIES (name, variants, rows);
}

static void
run_w4 (const char *name)
{
  run_w4_rows (name);
  run_w4_handlers (name);
}

/* --- W9 --- */

#define FRAME_US 20000

static void
run_w9 (const char *name)
{
  gsize              n = bench_size (20, 4);
  const BenchVariant variants[] = {
    { "gtask", gtask_drawing, { .n = n, .handler_us = FRAME_US } },
    { "task", tf_drawing, { .n = n, .handler_us = FRAME_US } },
    { "burn", floor_drawing, { .handler_us = FRAME_US, .n_senders = N_FLOODS } },
    { "burn and task", tf_drawing, { .n = n, .handler_us = FRAME_US, .n_senders = N_FLOODS } },
  };
  const BenchRow rows[] = {
    { "drawing_mean_ms", "ms", "task", 0, TO_RESULT ("gtask", 0, 2.0, 1.5) },
    { "drawing_worst_ms", "ms", "task", 1, .reach = 100, .aim = 60 },
    { "drawing_frame_beside_burning_ms", "ms", "burn and task", 2,
      TO_RESULT ("burn", 2, 1.05, 1.02) },
  };

  RUN_SERIES (name, variants, rows);
}

/* --- Priorities and budgets --- */

#define SOURCE(its_priority, its_budget_us)                            \
  .has_priority = TRUE, .priority = its_priority, .has_drawing = TRUE, \
  .budget_us = its_budget_us

static void
run_one_budget (const char *name,
                int         priority,
                gint64      budget)
{
  guint              ms = (guint) bench_size (600, 200);
  const BenchVariant variants[] = {
    { "it", tf_flood, { FLOOD (EVENTS, ms), SOURCE (priority, budget), .handler_us = 10 } },
  };
  g_autofree char *prefix = g_strdup_printf ("priority_%d_budget_%d_us", priority, (int) budget);
  g_autofree char *timer_99 = g_strconcat (prefix, "_timer_p99_ms", NULL);
  g_autofree char *timer_max = g_strconcat (prefix, "_timer_max_ms", NULL);
  g_autofree char *drawing_99 = g_strconcat (prefix, "_drawing_p99_ms", NULL);
  g_autofree char *drawing_max = g_strconcat (prefix, "_drawing_max_ms", NULL);
  g_autofree char *rate = g_strconcat (prefix, "_events_per_s", NULL);
  const BenchRow   rows[] = {
      { timer_99, "ms", "it", 1 },
      { timer_max, "ms", "it", 2 },
      { drawing_99, "ms", "it", 4 },
      { drawing_max, "ms", "it", 5 },
      { rate, "1/s", "it", 3 },
  };

  RUN_SERIES (name, variants, rows);
}

static void
run_budgets (const char *name)
{
  const int    priorities[] = { G_PRIORITY_HIGH, G_PRIORITY_DEFAULT, G_PRIORITY_DEFAULT_IDLE };
  const gint64 budgets_us[] = { 500, 1000, 4000, 16000 };

  for (guint i = 0; i < G_N_ELEMENTS (priorities); i++)
    {
      for (guint k = 0; k < G_N_ELEMENTS (budgets_us); k++)
        run_one_budget (name, priorities[i], budgets_us[k]);
    }
}

/* --- Costs --- */

#define USING(what) .n = n, .window = WINDOW, .listen = BENCH_LISTEN_CALLBACK, \
                    .use = BENCH_USE_##what

static void
run_costs (const char *name)
{
  gsize              n = bench_size (100 * K, 20 * K);
  const BenchVariant variants[] = {
    { "floor", floor_tasks, { .n = n, .window = WINDOW } },
    { "gtask", gtask_tasks, { .n = n, .window = WINDOW } },
    { "callback", tf_uses, { USING (NOTHING) } },
    { "name", tf_uses, { USING (NAME) } },
    { "cancellable", tf_uses, { USING (CANCELLABLE) } },
    { "owner", tf_uses, { USING (OWNER) } },
    { "done", tf_uses, { USING (DONE) } },
    { "notify", tf_uses, { USING (NOTIFY) } },
    { "binding", tf_uses, { USING (BINDING) } },
    { "list", tf_uses, { USING (LIST) } },
    { "wait", tf_uses, { USING (WAIT) } },
    { "gtask in tf", tf_uses, { USING (GTASK) } },
  };
  const BenchRow rows[] = {
    { "callback_ns_per_task", "ns", "callback" },
    { "callback_and_name_ns_per_task", "ns", "name", .base = "callback" },
    { "callback_and_cancellable_ns_per_task", "ns", "cancellable", .base = "callback" },
    { "callback_and_owner_ns_per_task", "ns", "owner", .base = "callback" },
    { "callback_and_done_handler_ns_per_task", "ns", "done", .base = "callback" },
    { "callback_and_notify_state_ns_per_task", "ns", "notify", .base = "callback" },
    { "callback_and_property_binding_ns_per_task", "ns", "binding", .base = "callback" },
    { "callback_and_list_in_use_ns_per_task", "ns", "list", .base = "callback" },
    { "callback_and_wait_async_ns_per_task", "ns", "wait", .base = "callback" },
    { "run_gtask_ns_per_task", "ns", "gtask in tf", .base = "gtask" },
  };

  RUN_SERIES (name, variants, rows);
}

/* --- W5 --- */

static void
run_w5 (const char *name)
{
  const BenchVariant variants[] = {
    { "floor", bench_run_child, { .n = 100 * K, .child = "floor-bytes" } },
    { "gtask", bench_run_child, { .n = 100 * K, .child = "gtask-bytes" } },
    { "none", bench_run_child, { .n = 100 * K, .child = "tf-bytes-none" } },
    { "handler", bench_run_child, { .n = 100 * K, .child = "tf-bytes-handler" } },
  };
  const BenchRow rows[] = {
    { "pending_bytes_none_connected", "B", "none", LIMIT (360, 300) },
    { "pending_bytes_1_handler", "B", "handler", LIMIT (600, 530) },
  };

  RUN_SERIES (name, variants, rows);
}

/* --- W6 --- */

static void
run_w6 (const char *name)
{
  gsize              n_long = bench_size (1 * M, 100 * K);
  const BenchVariant variants[] = {
    { "floor all", floor_all, { .n = 100 * K } },
    { "floor then", floor_then, { .n = 10 * K } },
    { "all", tf_all, { .n = 100 * K } },
    { "then", tf_then, { .n = 10 * K } },
    { "then 100 k", tf_then, { .n = 100 * K } },
  };
  const BenchVariant longest[] = {
    { "long", tf_then, { .n = n_long } },
  };
  const BenchRow rows[] = {
    { "all_100k_ns_per_member", "ns", "all", LIMIT (300, 240), .floor = "floor all" },
    { "then_10k_ns_per_link", "ns", "then", LIMIT (300, 240), .floor = "floor then" },
    { "then_100k_ns_per_link", "ns", "then 100 k", LIMIT (300, 240), NO_PEERS },
  };
  const BenchRow longest_rows[] = {
    { "then_1m_ns_per_link", "ns", "long", NO_PEERS },
  };

  RUN_SERIES (name, variants, rows);
  RUN_SERIES (name, longest, longest_rows);
}

/* --- W7 --- */

static void
run_w7 (const char *name)
{
  gsize              n_running = bench_size (2000, 150);
  const BenchVariant pending[] = {
    { "floor", floor_cancel, { .n = 100 * K } },
    { "floor 10 k", floor_cancel, { .n = 10 * K } },
    { "gtask 10 k", gtask_cancel, { .n = 10 * K } },
    { "handler", tf_cancel, { .n = 100 * K, .listen = BENCH_LISTEN_HANDLER } },
    { "callback", tf_cancel, { .n = 100 * K, .listen = BENCH_LISTEN_CALLBACK } },
    { "10 k", tf_cancel, { .n = 10 * K, .listen = BENCH_LISTEN_HANDLER } },
  };
  const BenchVariant running[] = {
    { "floor", floor_cancel_running, { .n = n_running } },
    { "gtask", gtask_cancel_running, { .n = n_running } },
    { "handler", tf_cancel_running, { .n = n_running, .listen = BENCH_LISTEN_HANDLER } },
  };
  const BenchRow pending_rows[] = {
    { "pending_1_handler_ns_per_task", "ns", "handler", TO ("floor", 4.5, 3.5) },
    { "pending_callback_ns_per_task", "ns", "callback", TO ("floor", 2.5, 2.0) },
    { "pending_10k_ns_per_task", "ns", "10 k", 0, "gtask 10 k", 0, "floor 10 k", "gtask 10 k" },
    { "pending_100k_to_10k_ns_per_task", "ns", "handler", TO ("10 k", 1.4, 0) },
  };
  const BenchRow running_rows[] = {
    { "running_p50_us", "µs", "handler", TO ("floor", 0.3, 0.15) },
  };

  RUN_SERIES (name, pending, pending_rows);
  RUN_SERIES (name, running, running_rows);
}

/* --- W8 --- */

#define JOBS(how_many) .n = how_many, .n_workers = 1, .window = N_OUTSTANDING

static void
run_w8_jobs (const char *name)
{
  gsize              n_trips = bench_size (5000, 500);
  gsize              n = bench_size (100 * K, 10 * K);
  const BenchVariant trips[] = {
    { "floor", floor_process_round_trips, { JOBS (n_trips) } },
    { "handler", tf_process_round_trips, { JOBS (n_trips), .listen = BENCH_LISTEN_HANDLER } },
    { "callback", tf_process_round_trips, { JOBS (n_trips), .listen = BENCH_LISTEN_CALLBACK } },
  };
  const BenchVariant jobs[] = {
    { "floor", floor_process_jobs, { JOBS (n) } },
    { "floor coalesced", floor_process_jobs, { JOBS (n), .is_coalesced = TRUE } },
    { "handler", tf_process_jobs, { JOBS (n), .listen = BENCH_LISTEN_HANDLER } },
    { "callback", tf_process_jobs, { JOBS (n), .listen = BENCH_LISTEN_CALLBACK } },
  };
  const BenchRow trip_rows[] = {
    { "process_round_trip_p50_us", "µs", "callback", TO ("floor", 1.2, 1.0) },
    { "process_round_trip_1_handler_p50_us", "µs", "handler", .base = "floor" },
    { "process_round_trip_p99_us", "µs", "callback", 1, TO_RESULT ("floor", 1, 0, 0) },
  };
  const BenchRow job_rows[] = {
    { "process_window_callback_ns_per_job", "ns", "callback", TO ("floor", 1.3, 1.0) },
    { "process_window_1_handler_ns_per_job", "ns", "handler", .base = "floor" },
    { "process_window_ns_per_job_to_coalesced", "ns", "callback", .base = "floor coalesced",
      .floor = "floor coalesced" },
  };

  RUN_SERIES (name, trips, trip_rows);
  RUN_SERIES (name, jobs, job_rows);
}

static void
run_w8_streams (const char *name)
{
  gsize              n = bench_size (500 * K, 50 * K);
  const BenchVariant variants[] = {
    { "floor", floor_process_stream, { JOBS (n) } },
    { "floor coalesced", floor_process_stream, { JOBS (n), .is_coalesced = TRUE } },
    { "events", tf_process_stream, { JOBS (n), .flood = BENCH_FLOOD_EVENTS } },
    { "progress", tf_process_stream, { JOBS (n), .flood = BENCH_FLOOD_PROGRESS } },
  };
  const BenchRow rows[] = {
    { "process_events_ns_per_message", "ns", "events", TO ("floor", 1.2, 1.0) },
    { "process_events_ns_per_message_to_coalesced", "ns", "events", .base = "floor coalesced",
      .floor = "floor coalesced" },
    { "process_progress_ns_per_update", "ns", "progress", TO ("floor", 1.2, 1.0) },
  };

  RUN_SERIES (name, variants, rows);
}

#define RESULTS(how_many, how_large) .n = how_many, .n_workers = 1, .size = how_large

static void
run_w8_bulk (const char *name)
{
  gsize              n = bench_size (200, 30);
  gsize              n_large = bench_size (5, 1);
  const BenchVariant variants[] = {
    { "floor 1 MiB", floor_process_bulk, { RESULTS (n, MIB) } },
    { "floor 100 MiB", floor_process_bulk, { RESULTS (n_large, 100 * MIB) } },
    { "1 MiB", tf_process_bulk, { RESULTS (n, MIB) } },
    { "100 MiB", tf_process_bulk, { RESULTS (n_large, 100 * MIB) } },
    { "in place", tf_process_bulk, { RESULTS (n_large, 100 * MIB), .is_in_place = TRUE } },
  };
  const BenchRow rows[] = {
    { "process_result_1_mib_us", "µs", "1 MiB", TO ("floor 1 MiB", 1.3, 1.0),
      .floor = "floor 1 MiB" },
    { "process_result_100_mib_us", "µs", "100 MiB", TO ("floor 100 MiB", 1.3, 1.0),
      .floor = "floor 100 MiB" },
    { "process_result_100_mib_in_place_us", "µs", "in place", TO ("floor 100 MiB", 0.5, 0.35),
      .floor = "floor 100 MiB" },
  };

  RUN_SERIES (name, variants, rows);
}

static void
run_w8_variants (const char *name)
{
  gsize              n = bench_size (M, 10 * K);
  const BenchVariant variants[] = {
    { "a thread", tf_thread_variants, { .n = n, .n_workers = 1 } },
    { "a process", tf_process_variants, { .n = n, .n_workers = 1 } },
    { "fewer", tf_process_variants, { .n = n / 10, .n_workers = 1 } },
  };
  const BenchRow rows[] = {
    { "process_variants_ns_per_element", "ns", "a process", TO ("a thread", 3.0, 2.0) },
    { "process_variants_growth", "ns", "a process", TO ("fewer", 2.0, 1.2) },
  };

  RUN_SERIES (name, variants, rows);
}

static void
run_w8 (const char *name)
{
  run_w8_jobs (name);
  run_w8_streams (name);
  run_w8_bulk (name);
  run_w8_variants (name);
}

/* --- Growth --- */

#define QUEUED(how_many) .n = how_many, .listen = BENCH_LISTEN_CALLBACK

static void
run_growth_plain (const char *name)
{
  const BenchVariant variants[] = {
    { "floor 1 k", floor_growth, { .n = 1 * K } },
    { "floor 10 k", floor_growth, { .n = 10 * K } },
    { "floor 100 k", floor_growth, { .n = 100 * K } },
    { "1 k", tf_growth, { QUEUED (1 * K) } },
    { "10 k", tf_growth, { QUEUED (10 * K) } },
    { "100 k", tf_growth, { QUEUED (100 * K) } },
    { "floor 1 M", floor_growth, { .n = M } },
    { "1 M", tf_growth, { QUEUED (M) } },
  };
  const BenchRow rows[] = {
    { "queued_1k_ns_per_task", "ns", "1 k", .floor = "floor 1 k" },
    { "queued_10k_ns_per_task", "ns", "10 k", 0, "1 k", 0, "floor 10 k", NULL, 1.4, 1.2 },
    { "queued_100k_ns_per_task", "ns", "100 k", 0, "1 k", 0, "floor 100 k", NULL, 1.4, 1.2 },
    { "queued_1m_ns_per_task", "ns", "1 M", 0, "1 k", 0, "floor 1 M", NULL, 1.4, 1.2 },
  };

  run_series (name, variants, (guint) bench_size (8, 6), rows, (guint) bench_size (4, 3));
}

static void
run_growth_used (const char *name)
{
  const BenchVariant variants[] = {
    { "priorities 1 k", tf_growth, { QUEUED (1 * K), .n_priorities = 8 } },
    { "priorities 100 k", tf_growth, { QUEUED (100 * K), .n_priorities = 8 } },
    { "list 1 k", tf_growth, { QUEUED (1 * K), .has_list = TRUE } },
    { "list 100 k", tf_growth, { QUEUED (100 * K), .has_list = TRUE } },
    { "priorities 1 M", tf_growth, { QUEUED (M), .n_priorities = 8 } },
    { "list 1 M", tf_growth, { QUEUED (M), .has_list = TRUE } },
  };
  const BenchRow rows[] = {
    { "queued_100k_priorities_ns_per_task", "ns", "priorities 100 k",
      TO ("priorities 1 k", 2, 1.2) },
    { "queued_100k_list_ns_per_task", "ns", "list 100 k", TO ("list 1 k", 2, 1.2) },
    { "queued_1m_priorities_ns_per_task", "ns", "priorities 1 M", TO ("priorities 1 k", 2, 1.2) },
    { "queued_1m_list_ns_per_task", "ns", "list 1 M", TO ("list 1 k", 2, 1.2) },
  };

  run_series (name, variants, (guint) bench_size (6, 4), rows, (guint) bench_size (4, 2));
}

static void
run_growth (const char *name)
{
  run_growth_plain (name);
  run_growth_used (name);
}

const BenchWorkload bench_workloads[] = {
  { "W1", "tasks that do nothing, 256 at a time and all at once", run_w1 },
  { "W2", "one task, and a pause of 1 ms", run_w2 },
  { "W3", "streams: events, progress, and their memory", run_w3 },
  { "W4", "a timer of 5 ms beside 4 tasks that flood", run_w4 },
  { "W5", "memory of what waits", run_w5 },
  { "W6", "composition: a set of 100,000 promises, chains", run_w6 },
  { "W7", "cancelling what waits and what runs", run_w7 },
  { "W8", "worker processes: jobs, streams, large results, large variants", run_w8 },
  { "W9", "one task after another beside a window that always draws", run_w9 },
  { "growth", "many tasks in the queue", run_growth },
  { "budgets", "W4 with handlers of 10 µs, by priority and budget", run_budgets, TRUE },
  { "costs", "W1, 256 at a time, with what one may use besides a callback", run_costs, TRUE },
  { NULL },
};
