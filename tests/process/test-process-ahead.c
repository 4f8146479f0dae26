/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>

#include "tf-test-support.h"

/* Jobs that are sent to a worker process before the one in front of them has ended: only a clock can tell. */

#define N_SHORT   200
#define N_BEHIND  20
#define N_REPORTS 50
#define N_TOLD    3
#define N_TELLING 100

typedef struct
{
  TfProcessContext *context;  /* (owned) */
  TfExecutor       *executor; /* (owned) */
  GPtrArray        *futures;  /* (owned) of TfFuture */
  GArray           *order;    /* (owned) of guint: the futures, as they ended */
  guint             n_reports;
} Fixture;

/* --- Jobs --- */

static void
body_short (TfTask  *task,
            gpointer user_data)
{
  tf_task_return_variant (task, tf_task_get_argument (task));
}

/* Reports from time to time, until it is cancelled. */
static void
body_long (TfTask  *task,
           gpointer user_data)
{
  GPollFD  poll_fd;
  gboolean has_fd = g_cancellable_make_pollfd (tf_task_get_cancellable (task), &poll_fd);

  g_assert_true (has_fd);
  while (g_poll (&poll_fd, 1, 2) == 0)
    tf_task_report_int64 (task, 1);
  g_cancellable_release_fd (tf_task_get_cancellable (task));
}

/* The same, without a word. */
static void
body_silent (TfTask  *task,
             gpointer user_data)
{
  GPollFD  poll_fd;
  gboolean has_fd = g_cancellable_make_pollfd (tf_task_get_cancellable (task), &poll_fd);

  g_assert_true (has_fd);
  g_poll (&poll_fd, 1, -1);
  g_cancellable_release_fd (tf_task_get_cancellable (task));
}

static void
body_trace (TfTask  *task,
            gpointer user_data)
{
  g_file_set_contents (g_variant_get_string (tf_task_get_argument (task), NULL), "", 0, NULL);
}

typedef enum
{
  END_EXIT,
  END_KILL,
  END_AFTER_REPORT,
  END_AFTER_PROGRESS,
  N_ENDS,
} End;

static void
body_end (TfTask  *task,
          gpointer user_data)
{
  switch ((End) g_variant_get_uint32 (tf_task_get_argument (task)))
    {
    case END_EXIT:
      break;
    case END_KILL:
      raise (SIGKILL);
      break;
    case END_AFTER_REPORT:
      tf_task_report_int64 (task, 1);
      break;
    case END_AFTER_PROGRESS:
    case N_ENDS:
    default:
      tf_task_set_progress (task, 1, 2, "half");
      break;
    }

  _Exit (3);
}

/* Tells something in each way, and is short all the same. */
static void
body_tell (TfTask  *task,
           gpointer user_data)
{
  for (gint64 i = 0; i < N_TOLD; i++)
    tf_task_report_int64 (task, i);
  tf_task_set_progress (task, N_TOLD, N_TOLD, NULL);
  body_short (task, user_data);
}

/* Does not hear the cancel. */
static void
body_deaf (TfTask  *task,
           gpointer user_data)
{
  volatile guint n = 0;

  tf_task_report_int64 (task, 1);
  for (;;)
    n++;
}

/* --- Tools --- */

static void
set_up (Fixture *self,
        guint    n_workers)
{
  *self = (Fixture){ .context = tf_process_context_new (n_workers) };
  self->executor = tf_executor_new_for_parallel_context (TF_PARALLEL_CONTEXT (self->context));
  self->futures = g_ptr_array_new_with_free_func (g_object_unref);
  self->order = g_array_new (FALSE, FALSE, sizeof (guint));
  tf_executor_set_failure_report (self->executor, TF_FAILURE_REPORT_SIGNAL);
}

static void
tear_down (Fixture *self)
{
  g_ptr_array_unref (self->futures);
  g_array_unref (self->order);
  tf_test_executor_finish (&self->executor);
  g_object_unref (self->context);
}

static void
on_done_cb (TfFuture *future,
            Fixture  *self)
{
  guint    index;
  gboolean is_found = g_ptr_array_find (self->futures, future, &index);

  g_assert_true (is_found);
  g_array_append_val (self->order, index);
}

static void
on_progress_cb (TfFuture     *future,
                const GValue *value,
                Fixture      *self)
{
  self->n_reports++;
}

static TfFuture *
submit (Fixture   *self,
        TfTaskFunc func,
        GVariant  *argument,
        int        priority)
{
  TfTask   *task = tf_task_new_with_argument (func, argument);
  GError   *error = NULL;
  TfFuture *future;

  tf_task_set_priority (task, priority);
  future = tf_executor_submit (self->executor, task, &error);
  g_assert_no_error (error);
  g_signal_connect (future, "done", G_CALLBACK (on_done_cb), self);
  g_signal_connect (future, "progress", G_CALLBACK (on_progress_cb), self);
  g_ptr_array_add (self->futures, future);
  return future;
}

static void
submit_short (Fixture *self,
              guint    n)
{
  for (guint i = 0; i < n; i++)
    submit (self, body_short, g_variant_new_uint32 (self->futures->len), 0);
}

static void
wait_for_end (Fixture *self,
              guint    first,
              guint    n)
{
  for (guint i = first; i < first + n; i++)
    {
      while (!tf_future_is_done (self->futures->pdata[i]))
        g_main_context_iteration (NULL, TRUE);
    }
}

static void
wait_for_start (TfFuture *future)
{
  while (tf_future_get_state (future) == TF_FUTURE_STATE_WAITING)
    g_main_context_iteration (NULL, TRUE);
}

static void
assert_order (Fixture *self)
{
  g_assert_cmpuint (self->order->len, ==, self->futures->len);
  for (guint i = 0; i < self->order->len; i++)
    g_assert_cmpuint (g_array_index (self->order, guint, i), ==, i);
}

static void
assert_results (Fixture *self,
                guint    first,
                guint    n)
{
  for (guint i = first; i < first + n; i++)
    {
      g_autoptr (GError)   error = NULL;
      g_autoptr (GVariant) result = tf_future_dup_variant (self->futures->pdata[i], &error);

      g_assert_no_error (error);
      g_assert_cmpuint (g_variant_get_uint32 (result), ==, i);
    }
}

/* --- Tests --- */

static void
on_state_cb (TfFuture   *future,
             GParamSpec *pspec,
             Fixture    *self)
{
  g_assert_cmpuint (tf_executor_get_n_executing (self->executor), <=, 1);
}

static void
test_order (void)
{
  Fixture self;

  g_test_summary ("Short jobs end in their order, and no more than one executes.");

  set_up (&self, 1);
  submit_short (&self, N_SHORT);
  for (guint i = 0; i < N_SHORT; i++)
    g_signal_connect (self.futures->pdata[i], "notify::state", G_CALLBACK (on_state_cb), &self);
  wait_for_end (&self, 0, N_SHORT);
  assert_results (&self, 0, N_SHORT);
  assert_order (&self);
  tear_down (&self);
}

static void
check_long (TfTaskFunc func)
{
  TfFuture *last;
  Fixture   self;

  set_up (&self, 2);
  submit_short (&self, N_SHORT);
  last = submit (&self, func, NULL, 0);
  submit_short (&self, N_BEHIND);

  wait_for_end (&self, N_SHORT + 1, N_BEHIND);
  assert_results (&self, 0, N_SHORT);
  assert_results (&self, N_SHORT + 1, N_BEHIND);
  wait_for_start (last);
  g_assert_cmpint (tf_future_get_state (last), ==, TF_FUTURE_STATE_EXECUTING);

  tf_future_cancel (last);
  wait_for_end (&self, N_SHORT, 1);
  submit_short (&self, 1);
  wait_for_end (&self, self.futures->len - 1, 1);
  assert_results (&self, self.futures->len - 1, 1);
  tear_down (&self);
}

static void
test_long (void)
{
  g_test_summary ("Those that were sent behind a long job go to another worker.");
  check_long (body_long);
}

static void
test_silent (void)
{
  g_test_summary ("The same, if the long job says nothing.");
  check_long (body_silent);
}

static void
check_lost (End end)
{
  g_autoptr (GError) error = NULL;
  Fixture            self;

  set_up (&self, 1);
  submit_short (&self, N_SHORT);
  submit (&self, body_end, g_variant_new_uint32 (end), 0);
  submit_short (&self, N_BEHIND);
  wait_for_end (&self, 0, self.futures->len);

  assert_results (&self, 0, N_SHORT);
  assert_results (&self, N_SHORT + 1, N_BEHIND);
  error = tf_future_dup_error (self.futures->pdata[N_SHORT]);
  g_assert_error (error, TF_ERROR, TF_ERROR_WORKER_LOST);
  assert_order (&self);
  tear_down (&self);
}

static void
test_lost (void)
{
  g_test_summary ("A process that goes takes the job that it ran with it, and no other.");

  for (guint end = 0; end < N_ENDS; end++)
    check_lost ((End) end);
}

/* --- Counts --- */

static void
test_counts (void)
{
  Fixture self;

  g_test_summary ("What was sent ahead waits, and is counted so.");

  set_up (&self, 1);
  submit_short (&self, N_SHORT);
  submit (&self, body_long, NULL, 0);
  submit_short (&self, N_BEHIND);
  wait_for_start (self.futures->pdata[N_SHORT]);
  g_assert_cmpuint (tf_executor_get_n_executing (self.executor), ==, 1);
  g_assert_cmpuint (tf_executor_get_n_waiting (self.executor), ==, N_BEHIND);

  tf_future_cancel (self.futures->pdata[self.futures->len - 1]);
  tf_future_cancel (self.futures->pdata[N_SHORT + 1]);
  wait_for_end (&self, self.futures->len - 1, 1);
  wait_for_end (&self, N_SHORT + 1, 1);
  g_assert_cmpuint (tf_executor_get_n_executing (self.executor), ==, 1);
  g_assert_cmpuint (tf_executor_get_n_waiting (self.executor), ==, N_BEHIND - 2);

  tf_future_cancel (self.futures->pdata[N_SHORT]);
  wait_for_end (&self, 0, self.futures->len);
  assert_results (&self, N_SHORT + 2, N_BEHIND - 2);
  g_assert_cmpuint (tf_executor_get_n_executing (self.executor), ==, 0);
  g_assert_cmpuint (tf_executor_get_n_waiting (self.executor), ==, 0);
  tear_down (&self);
}

/* --- What they tell --- */

static void
on_told_cb (TfFuture     *future,
            const GValue *value,
            GHashTable   *told)
{
  guint n_told = GPOINTER_TO_UINT (g_hash_table_lookup (told, future));

  g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_EXECUTING);
  g_assert_cmpint (g_value_get_int64 (value), ==, n_told);
  g_hash_table_insert (told, future, GUINT_TO_POINTER (n_told + 1));
}

static void
test_told (void)
{
  g_autoptr (GHashTable) told = g_hash_table_new (NULL, NULL);
  Fixture                self;

  g_test_summary ("All that short jobs tell is delivered, each in its order and before its end.");

  set_up (&self, 1);
  submit_short (&self, N_SHORT);
  for (guint i = 0; i < N_TELLING; i++)
    {
      TfFuture *future = submit (&self, body_tell, g_variant_new_uint32 (self.futures->len), 0);

      g_signal_connect (future, "progress", G_CALLBACK (on_told_cb), told);
    }
  wait_for_end (&self, 0, self.futures->len);

  assert_results (&self, 0, self.futures->len);
  assert_order (&self);
  for (guint i = N_SHORT; i < self.futures->len; i++)
    {
      TfFuture *future = self.futures->pdata[i];

      g_assert_cmpuint (GPOINTER_TO_UINT (g_hash_table_lookup (told, future)), ==, N_TOLD);
      g_assert_cmpint (tf_future_get_completed_steps (future), ==, N_TOLD);
    }
  tear_down (&self);
}

static void
test_told_last (void)
{
  Fixture self;

  g_test_summary ("What a job tells is delivered though it is followed by nothing.");

  set_up (&self, 1);
  submit_short (&self, N_SHORT);
  submit (&self, body_deaf, NULL, 0);
  submit_short (&self, N_BEHIND);
  while (self.n_reports == 0)
    g_main_context_iteration (NULL, TRUE);

  tf_process_context_set_grace (self.context, 0, 0);
  tf_future_cancel (self.futures->pdata[N_SHORT]);
  wait_for_end (&self, 0, self.futures->len);
  g_assert_cmpint (tf_future_get_state (self.futures->pdata[N_SHORT]), ==,
                   TF_FUTURE_STATE_CANCELLED);
  assert_results (&self, N_SHORT + 1, N_BEHIND);
  tear_down (&self);
}

/* One that is told to stop with a signal, in the moment in which it ends and others are behind it. */
static void
test_signal (void)
{
  Fixture self;

  g_test_summary ("The signal that ends a job which was cancelled does not hit the next one.");

  set_up (&self, 1);
  tf_process_context_set_grace (self.context, 0, 0);
  submit_short (&self, N_SHORT);
  for (guint i = 0; i < N_BEHIND; i++)
    {
      guint     first = self.futures->len;
      TfFuture *future;

      submit_short (&self, 10);
      future = submit (&self, body_long, NULL, 0);
      submit_short (&self, 10);
      wait_for_start (future);
      tf_future_cancel (future);
      wait_for_end (&self, first, 21);
      assert_results (&self, first, 10);
      assert_results (&self, first + 11, 10);
      g_assert_cmpint (tf_future_get_state (future), ==, TF_FUTURE_STATE_CANCELLED);
    }
  assert_results (&self, 0, N_SHORT);
  tear_down (&self);
}

/* Those that are short are cancelled while they may be anywhere: each has one end, and nobody else is hit. */
static void
test_cancel_short (void)
{
  Fixture self;
  guint   n_cancelled = 0;

  g_test_summary ("Of many short jobs some are cancelled: the others are as before.");

  set_up (&self, 1);
  submit_short (&self, N_SHORT);
  for (guint i = 0; i < N_SHORT; i += 3)
    {
      g_main_context_iteration (NULL, FALSE);
      tf_future_cancel (self.futures->pdata[i]);
    }
  wait_for_end (&self, 0, N_SHORT);
  for (guint i = 0; i < N_SHORT; i++)
    {
      gboolean is_cancelled =
        tf_future_get_state (self.futures->pdata[i]) == TF_FUTURE_STATE_CANCELLED;

      g_assert_true (!is_cancelled || i % 3 == 0);
      n_cancelled += is_cancelled;
      if (!is_cancelled)
        assert_results (&self, i, 1);
    }
  g_assert_cmpuint (n_cancelled, >, 0);
  g_assert_cmpuint (self.order->len, ==, N_SHORT);
  tear_down (&self);
}

/* Short ones, a long one that runs, and behind it some that leave a trace. */
static void
begin_traces (Fixture    *self,
              const char *folder)
{
  submit_short (self, N_SHORT);
  submit (self, body_long, NULL, 0);
  for (guint i = 0; i < N_BEHIND; i++)
    submit (self, body_trace, g_variant_new_take_string (g_strdup_printf ("%s/%u", folder, i)), 0);
  wait_for_start (self->futures->pdata[N_SHORT]);
}

static void
check_cancel (guint n_reports)
{
  g_autofree char *folder = g_dir_make_tmp (NULL, NULL);
  Fixture          self;

  set_up (&self, 1);
  begin_traces (&self, folder);
  while (self.n_reports < n_reports)
    g_main_context_iteration (NULL, TRUE);

  for (guint i = 0; i < N_BEHIND; i++)
    tf_future_cancel (self.futures->pdata[N_SHORT + 1 + i]);
  wait_for_end (&self, N_SHORT + 1, N_BEHIND);
  g_assert_cmpint (tf_future_get_state (self.futures->pdata[N_SHORT]), ==,
                   TF_FUTURE_STATE_EXECUTING);

  tf_future_cancel (self.futures->pdata[N_SHORT]);
  submit_short (&self, 1);
  wait_for_end (&self, 0, self.futures->len);
  assert_results (&self, self.futures->len - 1, 1);
  for (guint i = 0; i < N_BEHIND; i++)
    g_assert_cmpint (tf_future_get_state (self.futures->pdata[N_SHORT + 1 + i]), ==,
                     TF_FUTURE_STATE_CANCELLED);

  /* So there is nothing in it. */
  g_assert_cmpint (g_rmdir (folder), ==, 0);
  tear_down (&self);
}

static void
test_cancel (void)
{
  g_test_summary ("What is cancelled behind a long job ends before that does, and never runs.");
  check_cancel (0);
}

static void
test_cancel_later (void)
{
  g_test_summary ("The same, when it has been withdrawn.");
  check_cancel (N_REPORTS);
}

static void
test_priority (void)
{
  Fixture self;
  guint   position = 0;

  g_test_summary ("A task that is more urgent overtakes those that were sent behind a long job.");

  set_up (&self, 1);
  submit_short (&self, N_SHORT);
  submit (&self, body_long, NULL, 0);
  submit_short (&self, N_BEHIND);
  while (self.n_reports < N_REPORTS)
    g_main_context_iteration (NULL, TRUE);

  submit (&self, body_short, g_variant_new_uint32 (self.futures->len), -1);
  tf_future_cancel (self.futures->pdata[N_SHORT]);
  wait_for_end (&self, 0, self.futures->len);

  while (g_array_index (self.order, guint, position) != self.futures->len - 1)
    position++;
  g_assert_cmpuint (position, <=, N_SHORT + 1);
  tear_down (&self);
}

static void
test_shutdown (void)
{
  Fixture self;

  g_test_summary ("An executor that is stopped with jobs ahead leaves nothing behind.");

  set_up (&self, 1);
  submit_short (&self, N_SHORT);
  submit (&self, body_silent, NULL, 0);
  submit_short (&self, N_BEHIND);
  wait_for_start (self.futures->pdata[N_SHORT]);
  g_assert_true (tf_executor_stop (self.executor, NULL));
  wait_for_end (&self, 0, self.futures->len);
  for (guint i = N_SHORT; i < self.futures->len; i++)
    g_assert_cmpint (tf_future_get_state (self.futures->pdata[i]), ==, TF_FUTURE_STATE_CANCELLED);
  tear_down (&self);
}

static void
test_shutdown_short (void)
{
  Fixture self;

  g_test_summary ("The same in the middle of short ones.");

  set_up (&self, 1);
  submit_short (&self, N_SHORT);
  wait_for_end (&self, 0, N_SHORT / 2);
  g_assert_true (tf_executor_stop (self.executor, NULL));
  wait_for_end (&self, 0, self.futures->len);
  tear_down (&self);
}

int
main (int    argc,
      char **argv)
{
  if (tf_worker_requested ())
    return tf_worker_run ();

  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/process/ahead/keeps-the-order", test_order);
  tf_test_add ("/process/ahead/does-not-wait-for-long-ones", test_long);
  tf_test_add ("/process/ahead/does-not-wait-for-silent-ones", test_silent);
  tf_test_add ("/process/ahead/survives-a-loss", test_lost);
  tf_test_add ("/process/ahead/counts-as-waiting", test_counts);
  tf_test_add ("/process/ahead/tells-everything", test_told);
  tf_test_add ("/process/ahead/tells-at-once", test_told_last);
  tf_test_add ("/process/ahead/is-not-hit-by-signals", test_signal);
  tf_test_add ("/process/ahead/may-be-cancelled-while-short", test_cancel_short);
  tf_test_add ("/process/ahead/may-be-cancelled", test_cancel);
  tf_test_add ("/process/ahead/may-be-cancelled-later", test_cancel_later);
  tf_test_add ("/process/ahead/lets-urgent-ones-pass", test_priority);
  tf_test_add ("/process/ahead/ends-with-the-executor", test_shutdown);
  tf_test_add ("/process/ahead/ends-among-short-ones", test_shutdown_short);

  return g_test_run ();
}
