/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"
#include "counting.h"

#include <math.h>
#include <time.h>

/* What tf-bench times, counted: system calls, allocations, locks and objects do not depend on the machine. */

/* Not above these. The comments say what is aimed at; what was counted is in the log of the test. */
/* clang-format off */
#define WINDOW_CALLS_PER_TASK           0.9    /* 0.10, or 0.6 where others want all processors: futex and eventfd */
#define ALLOCATIONS_PER_CALL            5.25   /* 4: the future, the record, two of GObject for its end */
#define ALLOCATIONS_PER_HANDLER         9.5    /* 8: and what g_signal_connect() needs */
#define ALLOCATIONS_PER_CALLBACK        5.25   /* 4: nothing for the callback */
#define ALLOCATIONS_PER_NUMBER          0.001  /* 0: a report of progress without a text */
#define ALLOCATIONS_PER_SAME_TEXT       0.001  /* 0 */
#define ALLOCATIONS_PER_TEXT            1.01   /* the copy of the text */
#define LOCKS_PER_NUMBER                0.001  /* 0 */
#define ALLOCATIONS_PER_EVENT           0.05   /* 1 / 62: a chunk of events */
#define DISPATCHES_PER_1000_EVENTS      50.0   /* 10: while they come */
#define DISPATCHES_OF_1000_WAITING      2.0    /* "started" and all events in one, the end perhaps in another */
#define LOCKS_PER_CANCEL                4.1    /* 3: to take it out, and to say so */
#define ALLOCATIONS_PER_CANCEL          1.1    /* 0 */
#define GROWTH                          1.05   /* 1.0: of allocations and locks per task, from 1 k on */
#define SLACK                           0.01
#define GROWTH_OF_CANCEL_TIME           10.0   /* 1.4: a search would be a hundred times */
/* clang-format on */

#define N_TRIES 25

static void
assert_at_most (const char *what,
                double      counted,
                double      bound)
{
  g_test_message ("%s: %.4g, not above %.4g", what, counted, bound);
  g_assert_cmpfloat (counted, <=, bound);
}

/* --- Tasks --- */

typedef enum
{
  LISTEN_NONE,
  LISTEN_HANDLER,
  LISTEN_CALLBACK,
} Listen;

typedef struct
{
  TfExecutor *executor;
  Listen      listen;
  guint       n_wanted;
  guint       n_submitted;
  guint       n_done;
  Block       block;
} Many;

static void submit_next (Many *self);

static void
on_done_cb (TfFuture *future,
            Many     *self)
{
  self->n_done++;
  if (self->n_submitted < self->n_wanted)
    submit_next (self);
}

static TfFuture *
submit_one (Many *self)
{
  TfFuture *future;

  self->n_submitted++;
  if (self->listen == LISTEN_CALLBACK)
    {
      TfTask *task = tf_task_new (body_nothing, NULL, NULL);

      tf_task_set_callback (task, (TfFutureFunc) on_done_cb, self, NULL);
      return submit_task (self->executor, task);
    }

  future = submit_call (self->executor, body_nothing, NULL, NULL);
  if (self->listen == LISTEN_HANDLER)
    g_signal_connect (future, "done", G_CALLBACK (on_done_cb), self);
  return future;
}

static void
submit_next (Many *self)
{
  g_object_unref (submit_one (self));
}

static gboolean
all_are_done (gpointer user_data)
{
  Many *self = user_data;

  return self->listen == LISTEN_NONE ? tf_executor_get_n_waiting (self->executor) +
                                           tf_executor_get_n_executing (self->executor) ==
                                         0
                                     : self->n_done == self->n_wanted;
}

static void
many_init (Many  *self,
           Listen listen,
           guint  max_workers)
{
  *self = (Many){ 0 };
  self->listen = listen;
  self->executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", max_workers, NULL);
  block_init (&self->block);
}

static void
many_clear (Many *self)
{
  tf_test_executor_finish (&self->executor);
  block_clear (&self->block);
}

/* With one worker that stands before a gate, all else has to wait. */
static void
block_worker (Many *self)
{
  g_object_unref (submit_call (self->executor, body_block, &self->block, NULL));
  tf_test_gate_wait (&self->block.started);
}

/* Runs so many tasks, of which so many are outstanding at a time. */
static void
run_window (Many *self,
            guint n,
            guint window)
{
  self->n_done = 0;
  self->n_submitted = 0;
  self->n_wanted = n;
  for (guint i = 0; i < window; i++)
    submit_next (self);
  tf_test_run_until (NULL, all_are_done, self);
}

static double
count_calls_in_window (Listen listen)
{
  const guint n = 50000;
  Many        many;
  Counts      before;
  Counts      after;

  many_init (&many, listen, 2);
  run_window (&many, n / 10, 256);
  before = get_all ();
  run_window (&many, n, 256);
  after = get_all ();
  many_clear (&many);

  return (double) (after.n_futex - before.n_futex + after.n_wakeups - before.n_wakeups) / n;
}

/* Other work on the machine makes more of them, never less: so the best of some runs counts. */
static void
assert_calls_in_window (Listen listen)
{
  double least = INFINITY;

  for (guint i = 0; i < N_TRIES && least > WINDOW_CALLS_PER_TASK; i++)
    least = MIN (least, count_calls_in_window (listen));

  assert_at_most ("futex and eventfd calls per task", least, WINDOW_CALLS_PER_TASK);
}

static void
test_window_handler (void)
{
  g_test_summary ("With a handler, hardly any task costs a system call.");

  if (can_count ())
    assert_calls_in_window (LISTEN_HANDLER);
}

static void
test_window_callback (void)
{
  g_test_summary ("With a callback, hardly any task costs a system call.");

  if (can_count ())
    assert_calls_in_window (LISTEN_CALLBACK);
}

/* From the submit to the end, in all threads. */
static void
assert_allocations (Listen listen,
                    double bound)
{
  const guint n = 1000;
  Many        many;
  Counts      before;
  Counts      after;

  many_init (&many, listen, 1);
  run_window (&many, n, n);
  before = get_all ();
  run_window (&many, n, n);
  after = get_all ();
  many_clear (&many);

  assert_at_most ("allocations per task", (double) (after.n_allocations - before.n_allocations) / n,
                  bound);
}

static void
test_allocations (void)
{
  g_test_summary ("A task costs few allocations in all its life.");

  if (!can_count ())
    return;
  assert_allocations (LISTEN_NONE, ALLOCATIONS_PER_CALL);
  assert_allocations (LISTEN_HANDLER, ALLOCATIONS_PER_HANDLER);
  assert_allocations (LISTEN_CALLBACK, ALLOCATIONS_PER_CALLBACK);
}

static void
test_one_object (void)
{
  const guint n = 1000;
  Many        many;
  Counts      before;
  Counts      after;

  g_test_summary ("A plain submission makes one GObject: the future.");

  if (!can_count ())
    return;
  many_init (&many, LISTEN_NONE, 1);
  run_window (&many, n, n);
  before = get_all ();
  run_window (&many, n, n);
  after = get_all ();
  many_clear (&many);

  g_assert_cmpint (after.n_objects - before.n_objects, ==, n);
}

/* --- Progress and events --- */

typedef enum
{
  REPORT_NUMBERS,
  REPORT_SAME_TEXT,
  REPORT_TEXTS,
  REPORT_EVENTS,
} Report;

typedef struct
{
  Report     report;
  guint      n;
  Counts     counts; /* of the worker */
  TfTestGate is_sent;
} Reports;

static void
report (TfTask *task,
        Report  kind,
        guint   i)
{
  switch (kind)
    {
    case REPORT_SAME_TEXT:
      tf_task_set_progress (task, i, -1, "the same");
      break;
    case REPORT_TEXTS:
      tf_task_set_progress (task, i, -1, i % 2 == 0 ? "even" : "odd");
      break;
    case REPORT_EVENTS:
      tf_task_report_int64 (task, i);
      break;
    case REPORT_NUMBERS:
    default:
      tf_task_set_progress (task, i, -1, NULL);
    }
}

static void
body_report (TfTask  *task,
             gpointer user_data)
{
  Reports *self = user_data;
  Counts   before;

  report (task, self->report, 0);
  before = mine;
  for (guint i = 1; i < self->n; i++)
    report (task, self->report, i);
  self->counts.n_allocations = mine.n_allocations - before.n_allocations;
  self->counts.n_locks = mine.n_locks - before.n_locks;
  tf_test_gate_open (&self->is_sent);
}

static Counts
count_reports (Report kind,
               guint  n)
{
  TfExecutor *executor = tf_executor_new ();
  Reports     reports = { .report = kind, .n = n };
  TfFuture   *future;

  tf_test_gate_init (&reports.is_sent);
  future = submit_call (executor, body_report, &reports, NULL);
  tf_test_wait_done (future);
  g_object_unref (future);
  tf_test_executor_finish (&executor);
  tf_test_gate_clear (&reports.is_sent);

  return reports.counts;
}

static void
test_progress (void)
{
  const guint n = 100000;
  Counts      numbers;

  g_test_summary ("An update of the progress costs neither a lock nor memory.");

  if (!can_count ())
    return;
  numbers = count_reports (REPORT_NUMBERS, n);
  assert_at_most ("allocations per update", (double) numbers.n_allocations / n,
                  ALLOCATIONS_PER_NUMBER);
  assert_at_most ("locks per update", (double) numbers.n_locks / n, LOCKS_PER_NUMBER);
  assert_at_most ("allocations per update with the same text",
                  (double) count_reports (REPORT_SAME_TEXT, n).n_allocations / n,
                  ALLOCATIONS_PER_SAME_TEXT);
  assert_at_most ("allocations per update with another text",
                  (double) count_reports (REPORT_TEXTS, n).n_allocations / n, ALLOCATIONS_PER_TEXT);
}

static void
test_event_allocations (void)
{
  const guint n = 100000;

  g_test_summary ("Many events share an allocation.");

  if (can_count ())
    assert_at_most ("allocations per event",
                    (double) count_reports (REPORT_EVENTS, n).n_allocations / n,
                    ALLOCATIONS_PER_EVENT);
}

static guint
count_dispatches (TfFuture *future)
{
  guint n = 0;

  while (!tf_future_is_done (future))
    n += g_main_context_iteration (NULL, TRUE) ? 1 : 0;

  return n;
}

static double
count_dispatches_of_stream (guint n)
{
  TfExecutor *executor = tf_executor_new ();
  Reports     reports = { .report = REPORT_EVENTS, .n = n };
  TfFuture   *future;
  guint       n_dispatches;

  tf_test_gate_init (&reports.is_sent);
  future = submit_call (executor, body_report, &reports, NULL);
  n_dispatches = count_dispatches (future);
  g_object_unref (future);
  tf_test_executor_finish (&executor);
  tf_test_gate_clear (&reports.is_sent);

  return (double) n_dispatches * 1000 / n;
}

static void
test_dispatches (void)
{
  double least = INFINITY;

  g_test_summary ("Many events share a turn of the main loop.");

  for (guint i = 0; i < N_TRIES && least > DISPATCHES_PER_1000_EVENTS; i++)
    least = MIN (least, count_dispatches_of_stream (tf_test_scale (100000)));

  assert_at_most ("dispatches per 1,000 events", least, DISPATCHES_PER_1000_EVENTS);
}

static void
test_dispatches_waiting (void)
{
  TfExecutor *executor = tf_executor_new ();
  Reports     reports = { .report = REPORT_EVENTS, .n = 1000 };
  TfFuture   *future;

  g_test_summary ("A thousand events that wait are delivered in one turn.");

  tf_executor_set_dispatch_budget (executor, tf_test_timeout_us ());
  tf_test_gate_init (&reports.is_sent);
  future = submit_call (executor, body_report, &reports, NULL);
  tf_test_gate_wait (&reports.is_sent);
  assert_at_most ("dispatches of 1,000 events that wait", count_dispatches (future),
                  DISPATCHES_OF_1000_WAITING);

  g_object_unref (future);
  tf_test_executor_finish (&executor);
  tf_test_gate_clear (&reports.is_sent);
}

/* --- Cancelling --- */

typedef struct
{
  double allocations;
  double locks;
  double cpu_ns; /* a search would not show in the other two */
} PerTask;

static gint64
get_cpu_ns (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (gint64) now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Cancels every other one first: a search, from whichever end, would have to go far. */
static PerTask
count_cancels (guint n)
{
  g_autofree TfFuture **futures = g_new (TfFuture *, n);
  Many                  many;
  Counts                before;
  gint64                begin_ns;
  PerTask               result;

  many_init (&many, LISTEN_CALLBACK, 1);
  many.n_wanted = n;
  block_worker (&many);
  for (guint i = 0; i < n; i++)
    futures[i] = submit_one (&many);

  before = mine;
  begin_ns = get_cpu_ns ();
  for (guint i = 0; i < n; i++)
    g_assert_true (tf_future_cancel (futures[(i * 2) % n + (i * 2) / n]));
  result.cpu_ns = (double) (get_cpu_ns () - begin_ns) / n;
  result.allocations = (double) (mine.n_allocations - before.n_allocations) / n;
  result.locks = (double) (mine.n_locks - before.n_locks) / n;

  for (guint i = 0; i < n; i++)
    g_object_unref (futures[i]);
  tf_test_gate_open (&many.block.release);
  tf_test_run_until (NULL, all_are_done, &many);
  many_clear (&many);
  return result;
}

static void
test_cancel (void)
{
  PerTask few;
  PerTask many;

  g_test_summary ("To cancel one of 100,000 queued tasks costs what it costs for one of 1,000.");

  if (!can_count ())
    return;
  few = count_cancels (1000);
  many = count_cancels (100000);
  assert_at_most ("locks per cancel, 1 k", few.locks, LOCKS_PER_CANCEL);
  assert_at_most ("locks per cancel, 100 k", many.locks, few.locks * GROWTH + SLACK);
  assert_at_most ("allocations per cancel, 1 k", few.allocations, ALLOCATIONS_PER_CANCEL);
  assert_at_most ("allocations per cancel, 100 k", many.allocations,
                  few.allocations * GROWTH + SLACK);
  assert_at_most ("CPU time per cancel, 100 k to 1 k", many.cpu_ns / few.cpu_ns,
                  GROWTH_OF_CANCEL_TIME);
}

/* --- Growth --- */

static PerTask
count_queued (guint n)
{
  Many    many;
  Counts  before;
  Counts  after;
  PerTask result = { 0 };

  many_init (&many, LISTEN_CALLBACK, 1);
  block_worker (&many);
  many.n_wanted = n;

  before = get_all ();
  for (guint i = 0; i < n; i++)
    submit_next (&many);
  tf_test_gate_open (&many.block.release);
  tf_test_run_until (NULL, all_are_done, &many);
  after = get_all ();

  many_clear (&many);
  result.allocations = (double) (after.n_allocations - before.n_allocations) / n;
  result.locks = (double) (after.n_locks - before.n_locks) / n;
  return result;
}

static void
test_growth (void)
{
  PerTask first;

  g_test_summary ("A task costs the same, however many are queued.");

  if (!can_count ())
    return;
  count_queued (1000);
  first = count_queued (1000);
  g_test_message ("1000 queued: %.3f allocations, %.3f locks per task", first.allocations,
                  first.locks);
  for (guint n = 10000; n <= 1000000; n *= 10)
    {
      PerTask more = count_queued (n);

      g_test_message ("%u queued: %.3f allocations, %.3f locks per task", n, more.allocations,
                      more.locks);
      g_assert_cmpfloat (more.allocations, <=, first.allocations * GROWTH + SLACK);
      g_assert_cmpfloat (more.locks, <=, first.locks * GROWTH + SLACK);
    }
}

/* GSlice has memory of its own, in which nothing can be counted; it looks at this before main(). */
static void
ensure_no_slices (char **argv)
{
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);

  if (self == NULL || g_getenv ("G_SLICE") != NULL)
    return;

  g_setenv ("G_SLICE", "always-malloc", TRUE);
  execv (self, argv);
}

int
main (int    argc,
      char **argv)
{
  ensure_no_slices (argv);
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/counts/window/costs-hardly-a-system-call-with-a-handler", test_window_handler);
  tf_test_add ("/counts/window/costs-hardly-a-system-call-with-a-callback", test_window_callback);
  tf_test_add ("/counts/submit/costs-few-allocations", test_allocations);
  tf_test_add ("/counts/submit/makes-one-object", test_one_object);
  tf_test_add ("/counts/progress/costs-neither-lock-nor-memory", test_progress);
  tf_test_add ("/counts/events/share-allocations", test_event_allocations);
  tf_test_add ("/counts/events/share-dispatches", test_dispatches);
  tf_test_add ("/counts/events/are-delivered-in-one-turn-if-they-wait", test_dispatches_waiting);
  tf_test_add ("/counts/cancel/does-not-depend-on-the-queue", test_cancel);
  tf_test_add ("/counts/queue/costs-the-same-at-any-length", test_growth);

  return g_test_run ();
}
