/* SPDX-FileCopyrightText: 2026 The Tf authors
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */

#include "bodies.h"

/* One task for each of many items. */

typedef struct
{
  TfExecutor   *executor;
  TfTestCounter n_live;  /* tasks whose data has not been freed */
  TfTestCounter n_begun; /* functions that have begun */
  TfTestCounter n_frees; /* of this structure */
  gint64        most;    /* tasks at a time */
  guint         n_made;
  int           bad;     /* which one fails; -1 for none */
  int           hanging; /* those from this one on run until they are cancelled; -1 for none */
  TfFuture     *cancels; /* (nullable) is cancelled when the task of @at is made */
  guint         at;
  gboolean      stops; /* the executor is stopped then */
  gboolean      is_refused;
  gboolean      runs_loop;
} Job;

typedef struct
{
  Job  *job;
  guint index;
} Item;

static void
job_init (Job  *job,
          guint max_workers)
{
  *job = (Job){ .bad = -1, .hanging = -1 };
  job->executor = g_object_new (TF_TYPE_EXECUTOR, "max-workers", max_workers, NULL);
  tf_test_counter_init (&job->n_live);
  tf_test_counter_init (&job->n_begun);
  tf_test_counter_init (&job->n_frees);
}

static void
free_job (gpointer data)
{
  tf_test_counter_add (&((Job *) data)->n_frees, 1);
}

static void
job_finish (Job         *job,
            TfFutureSet *set)
{
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_executor_finish (&job->executor);
  tf_test_drain (NULL);
  g_assert_cmpint (tf_test_counter_get (&job->n_frees), ==, 1);
  g_assert_cmpint (tf_test_counter_get (&job->n_live), ==, 0);
  g_assert_finalize_object (set);
  tf_test_counter_clear (&job->n_live);
  tf_test_counter_clear (&job->n_begun);
  tf_test_counter_clear (&job->n_frees);
}

static void
run_item (TfTask  *task,
          gpointer data)
{
  Item *item = data;

  if (item->job->hanging >= 0 && (int) item->index >= item->job->hanging)
    {
      body_until_cancelled (task, &item->job->n_begun);
      return;
    }

  tf_test_counter_add (&item->job->n_begun, 1);
  if ((int) item->index == item->job->bad)
    body_fail (task, NULL);
  else
    tf_task_return_int64 (task, item->index);
}

static void
free_item (gpointer data)
{
  Item *item = data;

  tf_test_counter_add (&item->job->n_live, -1);
  g_free (item);
}

static TfTask *
new_item_task (Job  *job,
               guint index)
{
  Item  *item = g_new (Item, 1);
  gint64 n_live = tf_test_counter_add (&job->n_live, 1);

  item->job = job;
  item->index = index;
  job->most = MAX (job->most, n_live);
  return tf_task_new (run_item, item, free_item);
}

static TfTask *
make_item (guint    index,
           gpointer data)
{
  Job *job = data;

  g_assert_cmpuint (index, ==, job->n_made);
  job->n_made++;
  g_assert_cmpint (tf_test_counter_get (&job->n_frees), ==, 0);

  if (index == job->at && job->cancels != NULL)
    tf_future_cancel (job->cancels);
  if (index == job->at && job->stops)
    tf_executor_stop (job->executor, NULL);
  if (index == job->at && job->runs_loop)
    tf_test_drain (NULL);
  if (index == job->at && job->is_refused)
    return NULL;

  return new_item_task (job, index);
}

static void
check_results (TfFutureSet *set)
{
  for (guint i = 0; i < tf_future_set_get_n_futures (set); i++)
    tf_test_assert_int64 (tf_future_set_get_future (set, i), i);
}

static void
test_order (void)
{
  static const guint limits[] = { 0, 1, 3, 100 };

  g_test_summary ("The members have the results in the order of the items, and there are never "
                  "more tasks than allowed.");

  for (gsize i = 0; i < G_N_ELEMENTS (limits); i++)
    {
      Job          job;
      TfFutureSet *set;

      job_init (&job, 4);
      set = tf_executor_map (job.executor, 50, limits[i], TF_FUTURE_SET_FLAGS_NONE, make_item, &job,
                             free_job);
      g_assert_cmpuint (job.n_made, ==, limits[i] == 0 ? 50 : MIN (limits[i], 50));
      g_assert_cmpuint (tf_future_set_get_n_futures (set), ==, 50);
      tf_test_wait_done (TF_FUTURE (set));
      tf_test_assert_state (TF_FUTURE (set), TF_FUTURE_STATE_COMPLETED);
      check_results (set);
      g_assert_cmpint (job.most, <=, (limits[i] == 0 ? 50 : limits[i]));
      job_finish (&job, set);
    }
}

static void
test_none (void)
{
  Job          job;
  TfFutureSet *set;

  g_test_summary ("Without items it completes.");

  job_init (&job, 1);
  set = tf_executor_map (job.executor, 0, 2, TF_FUTURE_SET_FLAGS_NONE, make_item, &job, free_job);
  g_assert_cmpint (tf_test_counter_get (&job.n_frees), ==, 1);
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_state (TF_FUTURE (set), TF_FUTURE_STATE_COMPLETED);
  job_finish (&job, set);
}

static void
test_error_goes_on (void)
{
  Job          job;
  TfFutureSet *set;

  g_test_summary ("After an error the rest goes on, unless it is asked otherwise.");

  job_init (&job, 1);
  job.bad = 2;
  set = tf_executor_map (job.executor, 10, 1, TF_FUTURE_SET_FLAGS_NONE, make_item, &job, free_job);
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_error (TF_FUTURE (set), G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpint (tf_future_set_get_winner (set), ==, 2);
  tf_test_wait_done (tf_future_set_get_future (set, 9));
  g_assert_cmpuint (job.n_made, ==, 10);
  tf_test_assert_int64 (tf_future_set_get_future (set, 9), 9);
  job_finish (&job, set);
}

static void
test_error_ends (void)
{
  Job          job;
  TfFutureSet *set;

  g_test_summary ("With the flag for it the first error cancels what runs, and no further task "
                  "is made.");

  job_init (&job, 3);
  job.bad = 1;
  job.hanging = 2;
  set = tf_executor_map (job.executor, 10, 3, TF_FUTURE_SET_FLAGS_CANCEL_REST, make_item, &job,
                         free_job);
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_error (TF_FUTURE (set), G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpint (tf_future_set_get_winner (set), ==, 1);
  for (guint i = 2; i < 10; i++)
    {
      tf_test_wait_done (tf_future_set_get_future (set, i));
      tf_test_assert_state (tf_future_set_get_future (set, i), TF_FUTURE_STATE_CANCELLED);
    }
  g_assert_cmpuint (job.n_made, <=, 4);
  job_finish (&job, set);
}

static void
test_error_ends_all (void)
{
  Job          job;
  TfFutureSet *set;
  guint        n_done = 0;

  g_test_summary ("Those that have had no turn end also if somebody else listens to them.");

  job_init (&job, 1);
  job.bad = 0;
  set = tf_executor_map (job.executor, 5, 1, TF_FUTURE_SET_FLAGS_CANCEL_REST, make_item, &job,
                         free_job);
  for (guint i = 0; i < 5; i++)
    g_signal_connect (tf_future_set_get_future (set, i), "done",
                      G_CALLBACK (on_done_count_cb), &n_done);
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_error (TF_FUTURE (set), G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  tf_test_drain (NULL);
  g_assert_cmpuint (n_done, ==, 5);
  g_assert_cmpuint (job.n_made, ==, 1);
  tf_test_assert_error (tf_future_set_get_future (set, 0), G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  job_finish (&job, set);
}

static void
test_wait_for_all (void)
{
  Job          job;
  TfFutureSet *set;

  g_test_summary ("A set that waits for all has all tasks made, whatever the other flag.");

  job_init (&job, 2);
  job.bad = 0;
  set = tf_executor_map (job.executor, 10, 2,
                         TF_FUTURE_SET_FLAGS_CANCEL_REST | TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL,
                         make_item, &job, free_job);
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_error (TF_FUTURE (set), G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
  g_assert_cmpuint (job.n_made, ==, 10);
  tf_test_assert_int64 (tf_future_set_get_future (set, 9), 9);
  job_finish (&job, set);
}

static gboolean
has_freed_all (gpointer job)
{
  return tf_test_counter_get (&((Job *) job)->n_live) == 0;
}

static void
check_cancel (gboolean with_listener,
              gboolean is_abort)
{
  Job          job;
  TfFutureSet *set;
  guint        n_done = 0;

  job_init (&job, 2);
  job.hanging = 0;
  set = tf_executor_map (job.executor, 10, 2, TF_FUTURE_SET_FLAGS_NONE, make_item, &job, free_job);
  if (with_listener)
    g_signal_connect (tf_future_set_get_future (set, 7), "done",
                      G_CALLBACK (on_done_count_cb), &n_done);
  tf_test_counter_wait (&job.n_begun, 2);
  if (is_abort)
    g_assert_true (tf_future_abort (TF_FUTURE (set), "enough", NULL));
  else
    g_assert_true (tf_future_cancel (TF_FUTURE (set)));
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_drain (NULL);
  tf_test_assert_state (TF_FUTURE (set), TF_FUTURE_STATE_CANCELLED);
  for (guint i = 0; i < 10; i++)
    tf_test_assert_state (tf_future_set_get_future (set, i), TF_FUTURE_STATE_CANCELLED);
  g_assert_cmpuint (job.n_made, ==, 2);
  g_assert_cmpuint (n_done, ==, with_listener ? 1 : 0);
  tf_test_run_until (NULL, has_freed_all, &job);
  job_finish (&job, set);
}

static void
test_cancel (void)
{
  g_test_summary ("Cancelling the set, or giving it up, cancels what runs, and no further task "
                  "is made.");

  check_cancel (FALSE, FALSE);
  check_cancel (TRUE, FALSE);
  check_cancel (FALSE, TRUE);
  check_cancel (TRUE, TRUE);
}

static void
test_cancel_member (void)
{
  Job          job;
  TfFutureSet *set;
  TfFuture    *member;

  g_test_summary ("A member that is cancelled before its turn has no task, and the others go on.");

  job_init (&job, 1);
  job.at = G_MAXUINT;
  set = tf_executor_map (job.executor, 4, 1, TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL, make_item, &job,
                         free_job);
  member = tf_future_set_get_future (set, 3);
  g_assert_true (tf_future_cancel (member));
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_state (member, TF_FUTURE_STATE_CANCELLED);
  tf_test_assert_state (TF_FUTURE (set), TF_FUTURE_STATE_CANCELLED);
  tf_test_assert_int64 (tf_future_set_get_future (set, 2), 2);
  g_assert_cmpuint (job.n_made, ==, 3);
  job_finish (&job, set);
}

static void
test_cancel_running_member (void)
{
  Job          job;
  TfFutureSet *set;

  g_test_summary ("Cancelling a member that runs cancels its task.");

  job_init (&job, 2);
  job.hanging = 1;
  set = tf_executor_map (job.executor, 2, 0, TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL, make_item, &job,
                         free_job);
  tf_test_counter_wait (&job.n_begun, 2);
  g_assert_true (tf_future_cancel (tf_future_set_get_future (set, 1)));
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_state (TF_FUTURE (set), TF_FUTURE_STATE_CANCELLED);
  tf_test_assert_int64 (tf_future_set_get_future (set, 0), 0);
  job_finish (&job, set);
}

static void
test_cancel_inside (void)
{
  g_test_summary ("The function may cancel the set, or its own member, with a loop of its own: "
                  "its task is dropped.");

  for (guint i = 0; i < 4; i++)
    {
      Job          job;
      TfFutureSet *set;

      job_init (&job, 1);
      job.at = 2;
      set = tf_executor_map (job.executor, 6, 1, TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL, make_item, &job,
                             free_job);
      job.cancels = i % 2 == 0 ? TF_FUTURE (set) : tf_future_set_get_future (set, 2);
      job.runs_loop = i >= 2;
      tf_test_wait_done (TF_FUTURE (set));
      tf_test_drain (NULL);
      tf_test_assert_state (TF_FUTURE (set), TF_FUTURE_STATE_CANCELLED);
      tf_test_assert_state (tf_future_set_get_future (set, 2), TF_FUTURE_STATE_CANCELLED);
      g_assert_cmpuint (job.n_made, ==, i % 2 == 0 ? 3 : 6);
      job_finish (&job, set);
    }
}

static void
test_stop (void)
{
  Job          job;
  TfFutureSet *set;

  g_test_summary ("When the executor is stopped, what has had no turn fails.");

  job_init (&job, 1);
  job.at = 2;
  job.stops = TRUE;
  set = tf_executor_map (job.executor, 6, 1, TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL, make_item, &job,
                         free_job);
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_error (TF_FUTURE (set), TF_ERROR, TF_ERROR_NOT_RUNNING);
  for (guint i = 2; i < 6; i++)
    tf_test_assert_error (tf_future_set_get_future (set, i), TF_ERROR, TF_ERROR_NOT_RUNNING);
  g_assert_cmpuint (job.n_made, ==, 3);
  job_finish (&job, set);
}

static void
test_drop_executor (void)
{
  Job          job;
  TfFutureSet *set;

  g_test_summary ("The set does not keep the executor from its end.");

  job_init (&job, 1);
  job.hanging = 0;
  set = tf_executor_map (job.executor, 6, 1, TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL, make_item, &job,
                         free_job);
  g_assert_finalize_object (g_steal_pointer (&job.executor));
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_state (tf_future_set_get_future (set, 0), TF_FUTURE_STATE_CANCELLED);
  tf_test_assert_error (tf_future_set_get_future (set, 5), TF_ERROR, TF_ERROR_NOT_RUNNING);
  job.executor = tf_executor_new ();
  job_finish (&job, set);
}

static void
test_refused (void)
{
  Job          job;
  TfFutureSet *set;

  g_test_summary ("Without a task the member fails.");

  job_init (&job, 1);
  job.at = 1;
  job.is_refused = TRUE;
  set = tf_executor_map (job.executor, 3, 1, TF_FUTURE_SET_FLAGS_WAIT_FOR_ALL, make_item, &job,
                         free_job);
  tf_test_wait_done (TF_FUTURE (set));
  tf_test_assert_error (TF_FUTURE (set), TF_ERROR, TF_ERROR_NO_RESULT);
  tf_test_assert_int64 (tf_future_set_get_future (set, 2), 2);
  job_finish (&job, set);
}

static TfTask *
make_from_object (gpointer item,
                  guint    index,
                  gpointer job)
{
  g_assert_cmpint (tf_future_get_int64 (item, NULL), ==, index);
  return make_item (index, job);
}

static void
test_model (void)
{
  Job          job;
  GListStore  *store = g_list_store_new (TF_TYPE_FUTURE);
  TfFutureSet *set;

  g_test_summary ("The items of a list are those at the time of the call, and are let go.");

  for (int i = 0; i < 5; i++)
    {
      g_autoptr (TfFuture) item = tf_future_new_for_int64 (i);

      g_list_store_append (store, item);
    }

  job_init (&job, 1);
  set = tf_executor_map_model (job.executor, G_LIST_MODEL (store), 2, TF_FUTURE_SET_FLAGS_NONE,
                               make_from_object, &job, free_job);
  g_list_store_remove_all (store);
  g_assert_cmpuint (tf_future_set_get_n_futures (set), ==, 5);
  tf_test_wait_done (TF_FUTURE (set));
  check_results (set);
  g_assert_cmpuint (job.n_made, ==, 5);
  job_finish (&job, set);
  g_assert_finalize_object (store);
}

static void
test_dropped (void)
{
  Job job;

  g_test_summary ("A set that nobody holds goes on.");

  job_init (&job, 2);
  g_object_unref (
    tf_executor_map (job.executor, 20, 2, TF_FUTURE_SET_FLAGS_NONE, make_item, &job, free_job));
  while (tf_test_counter_get (&job.n_frees) == 0)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (job.n_made, ==, 20);
  tf_test_executor_finish (&job.executor);
  tf_test_drain (NULL);
  g_assert_cmpint (tf_test_counter_get (&job.n_live), ==, 0);
}

static void
check_many (guint    limit,
            gboolean is_cancelled)
{
  guint        n = tf_test_scale (100000);
  Job          job;
  TfFutureSet *set;

  job_init (&job, 2);
  set =
    tf_executor_map (job.executor, n, limit, TF_FUTURE_SET_FLAGS_NONE, make_item, &job, free_job);
  if (is_cancelled)
    tf_future_cancel (TF_FUTURE (set));
  tf_test_wait_done (TF_FUTURE (set));
  if (is_cancelled)
    {
      tf_test_assert_state (TF_FUTURE (set), TF_FUTURE_STATE_CANCELLED);
    }
  else
    {
      check_results (set);
      g_assert_cmpint (job.most, <=, (limit == 0 ? n : limit));
    }
  job_finish (&job, set);
}

static void
test_many (void)
{
  g_test_summary ("100,000 items take a time that grows with their number, and no more tasks "
                  "than allowed.");

  check_many (16, FALSE);
  check_many (0, FALSE);
  check_many (16, TRUE);
  check_many (0, TRUE);
}

int
main (int    argc,
      char **argv)
{
  g_test_init (&argc, &argv, NULL);

  tf_test_add ("/executor/map/keeps-the-order-and-the-limit", test_order);
  tf_test_add ("/executor/map/completes-without-items", test_none);
  tf_test_add ("/executor/map/goes-on-after-an-error", test_error_goes_on);
  tf_test_add ("/executor/map/cancels-the-rest", test_error_ends);
  tf_test_add ("/executor/map/ends-what-had-no-turn", test_error_ends_all);
  tf_test_add ("/executor/map/waits-for-all", test_wait_for_all);
  tf_test_add ("/executor/map/is-cancelled-as-a-whole", test_cancel);
  tf_test_add ("/executor/map/skips-cancelled-members", test_cancel_member);
  tf_test_add ("/executor/map/cancels-a-running-member", test_cancel_running_member);
  tf_test_add ("/executor/map/may-be-cancelled-by-its-function", test_cancel_inside);
  tf_test_add ("/executor/map/fails-after-a-stop", test_stop);
  tf_test_add ("/executor/map/does-not-hold-the-executor", test_drop_executor);
  tf_test_add ("/executor/map/fails-without-a-task", test_refused);
  tf_test_add ("/executor/map/takes-the-items-of-a-model", test_model);
  tf_test_add ("/executor/map/lives-by-itself", test_dropped);
  tf_test_add ("/executor/map/takes-many-items", test_many);

  return g_test_run ();
}
