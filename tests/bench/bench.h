/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* The parts of tf-bench. A variant is one way to do something: the floor, GTask's, ours. A series runs some variants
 * by turns, so that what disturbs the machine disturbs all of them. A row is what is said about one variant. */

#define BENCH_N_WORKERS    2
#define BENCH_MAX_RESULTS  6
#define BENCH_MAX_VARIANTS 16

typedef enum
{
  BENCH_LISTEN_NONE,
  BENCH_LISTEN_HANDLER,  /* a handler of "done" */
  BENCH_LISTEN_CALLBACK, /* a stored callback, no handler */
  BENCH_LISTEN_ASYNC,    /* a GAsyncReadyCallback */
} BenchListen;

typedef enum
{
  BENCH_FLOOD_EVENTS,
  BENCH_FLOOD_PROGRESS,
  BENCH_FLOOD_NOTHING, /* the threads are busy, and say nothing */
} BenchFlood;

typedef enum
{
  BENCH_TEXT_NONE,
  BENCH_TEXT_CONSTANT,
  BENCH_TEXT_CHANGING,
} BenchText;

typedef enum
{
  BENCH_USE_NOTHING,
  BENCH_USE_NAME,
  BENCH_USE_CANCELLABLE,
  BENCH_USE_OWNER,
  BENCH_USE_DONE,    /* a handler of "done" */
  BENCH_USE_NOTIFY,  /* a handler of "notify::state" */
  BENCH_USE_BINDING, /* of a property to one of another object */
  BENCH_USE_LIST,    /* somebody looks at the list of what runs */
  BENCH_USE_WAIT,    /* tf_future_wait_async() */
  BENCH_USE_GTASK,   /* tf_executor_submit_task_func() */
} BenchUse;

/* What a variant is asked to do; each workload looks at some of it. */
typedef struct
{
  gsize       n;           /* tasks, messages or updates, in all */
  gsize       window;      /* so many tasks outstanding; 0 is all at once */
  guint       n_workers;   /* 0 is BENCH_N_WORKERS */
  guint       n_senders;   /* tasks that send */
  guint       duration_ms; /* of a flood */
  guint       handler_us;  /* a handler is busy for so long */
  guint       n_priorities;
  BenchListen listen;
  BenchFlood  flood;
  BenchText   text;
  BenchUse    use;
  gboolean    has_drawing; /* a second timer, of the priority of drawing */
  gboolean    has_list;    /* somebody looks at the list of what runs */
  gboolean    has_priority;
  gboolean    is_coalesced; /* the floor writes small frames together */
  gboolean    is_in_place;  /* a result is made where it stays */
  gsize       size;         /* of a result */
  int         priority;     /* of messages, if it is not the default */
  gint64      budget_us;    /* 0 is the default */
  const char *child;        /* the name of what bench_run_child() runs */
} BenchSetting;

/* Times are in ns, unless a name says otherwise. */
typedef void (*BenchRun) (const BenchSetting *setting,
                          double              results[BENCH_MAX_RESULTS]);

typedef struct
{
  const char  *name;
  BenchRun     run;
  BenchSetting setting;
} BenchVariant;

typedef struct
{
  const BenchVariant *variants;
  guint               n_variants;
  guint               n_reps;
  double             *samples; /* (owned) by variant, result and repetition */
} BenchSeries;

/* Names of variants: NULL stands for "floor" and "gtask" where there are such, and for no base. A ratio is to the
 * base; without a base, reach and aim are values. 0 is no reach and no aim. */
typedef struct
{
  const char *metric;
  const char *unit;
  const char *variant;
  guint       result;
  const char *base;
  guint       base_result;
  const char *floor;
  const char *gtask;
  double      reach;
  double      aim;
} BenchRow;

/* --- bench.c --- */

typedef struct
{
  gboolean is_quick;
  gboolean is_json;
  gboolean is_markdown;
  gboolean has_samples;
  guint    n_reps;
} BenchOptions;

extern BenchOptions bench_options;

gint64 bench_now_ns (void);
void   bench_busy_us (guint us);
gsize  bench_size (gsize full,
                   gsize quick);
guint  bench_workers (const BenchSetting *setting);
double bench_median (const double *values,
                     guint         n);
double bench_percentile (GArray *sorted_ns,
                         double  fraction);

void   bench_series_run (BenchSeries        *self,
                         const BenchVariant *variants,
                         guint               n_variants);
void   bench_series_clear (BenchSeries *self);
double bench_series_median (BenchSeries *self,
                            const char  *variant,
                            guint        result);
double bench_series_ratio (BenchSeries *self,
                           const char  *variant,
                           guint        result,
                           const char  *base,
                           guint        base_result);
/* -1 if there is no such variant. */
int bench_series_find (BenchSeries *self,
                       const char  *variant);

/* --- report.c --- */

void bench_report_heading (const char *workload,
                           const char *text);
void bench_report_rows (const char     *workload,
                        BenchSeries    *series,
                        const BenchRow *rows,
                        guint           n_rows);

/* --- tools.c --- */

/* Closed until it is opened; knows how many threads stand before it. */
typedef struct
{
  GMutex   mutex;
  GCond    cond;
  guint    n_waiting;
  gboolean is_open;
} BenchGate;

void bench_gate_init (BenchGate *gate);
void bench_gate_clear (BenchGate *gate);
void bench_gate_pass (BenchGate *gate);
void bench_gate_open (BenchGate *gate);
void bench_gate_wait_for (BenchGate *gate,
                          guint      n_waiting);

/* How late a timer of 5 ms is while something goes on. The gap before the first tick counts, and so does that up to
 * the first tick after the end. */
typedef struct
{
  GMainLoop *loop;
  GArray    *late_ns; /* (owned) (element-type gint64) */
  gint64     last_ns;
  guint      timer_id;
  gboolean   is_over; /* the flood has been drained: the next tick ends the loop */
} BenchTicks;

void bench_ticks_start (BenchTicks *ticks,
                        GMainLoop  *loop,
                        int         priority);
/* p50, p99 and max in ms. */
void bench_ticks_finish (BenchTicks *ticks,
                         double     *results);

/* Sets the flag after a time, whatever becomes of the main loop. */
GThread *bench_raise_later (gint *flag,
                            guint ms);

/* One byte of each cache line. */
void bench_read_lines (const guint8 *data,
                       gsize         size);

gsize bench_get_rss (void);
void  bench_reset_peak (void);
gsize bench_get_peak (void);

/* --- memory.c --- */

/* Runs a variant in a fresh process. */
void bench_run_child (const BenchSetting *setting,
                      double              results[BENCH_MAX_RESULTS]);
int  bench_be_child (const char *name,
                     const char *n);

/* --- floor-process.c --- */

/* Is the worker of the floor, if the arguments say so; -1 if they do not. */
int bench_be_floor_worker (int    argc,
                           char **argv);

/* --- workloads.c --- */

typedef struct
{
  const char *name;
  const char *text;
  void (*run) (const char *name);
  gboolean is_extra; /* not run unless it is asked for */
} BenchWorkload;

extern const BenchWorkload bench_workloads[];

G_END_DECLS
